//! Many runs: a line or an element for each row of `--data`, the sums of `--repeat`, or all events of both; a summary on
//! standard error.
//!
//! Runs end in any order. Rows are told in the order of the file as they end, so that nothing but what waits for an
//! earlier row is kept.

use std::fmt;
use std::time::{Duration, Instant};

use arazzo_engine::{Event, Fault, RunError, RunReport, RunResult, Status, Timestamp};
use serde::Serialize;

use super::human::printable;
use super::in_order::InOrder;
use super::json::print_pretty;
use super::progress::Progress;
use super::{DIM, ERROR, GOOD, Verbosity, WARNING, message, print, print_now};
use crate::args::Format;
use crate::diagnostics::DiagnosticJson;
use crate::report::jsonl;
use crate::run::{Reasons, Tally};

/// So many of the runs that did not succeed are in the object of `--repeat`.
const MAX_FAILED: usize = 100;

/// No further row is run while so many wait for an earlier one to be told.
const MAX_AHEAD: usize = 1_000;

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Which run it was, from 1; the number of the row, if there are rows.
    pub(crate) number: u64,
    /// When it was over.
    pub(crate) at: Timestamp,
    /// How long it took; `None` if it was cut off.
    pub(crate) took: Option<Duration>,
    /// How it ended, with outputs as they are.
    pub(crate) result: RunResult,
    /// What it did, masked, if that is wanted.
    pub(crate) report: Option<RunReport>,
    /// What it warned of.
    pub(crate) warnings: Vec<Fault>,
    /// What happened, masked, if a report shows it.
    pub(crate) events: Vec<Event>,
}

/// Tells of runs as they end, and sums them up.
pub(crate) struct ManyReporter {
    format: Format,
    verbosity: Verbosity,
    /// How many runs there are to be.
    total: u64,
    began: Instant,
    tally: Tally,
    kind: Kind,
    told: Told,
    progress: Progress,
}

enum Kind {
    /// The same run again and again, with those that did not succeed.
    Repeat { failed: Vec<Finished> },
    /// A run for each row, with those that wait for an earlier row.
    Rows(InOrder<Finished>),
    /// The event stream, in which each is told when it is over.
    Stream { rows: bool },
}

#[derive(Serialize)]
struct RepeatJson<'a> {
    status: Status,
    repeat: &'a SumsJson,
    runs: Vec<RunReport>,
}

/// Many runs in numbers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SumsJson {
    runs: u64,
    succeeded: u64,
    failed: u64,
    per_second: f64,
    duration_ms: DurationsJson,
}

/// In milliseconds; `null` when no run came to its own end.
#[derive(Debug, Serialize)]
struct DurationsJson {
    min: Option<f64>,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    max: Option<f64>,
}

impl SumsJson {
    /// The sums of runs that took so long together.
    pub(crate) fn of(tally: &Tally, elapsed: Duration) -> Self {
        let Tally { succeeded, durations, .. } = tally;
        let percentile = |percent| durations.percentile(percent).map(milliseconds);
        let runs = tally.runs();
        Self {
            runs,
            succeeded: *succeeded,
            failed: runs - succeeded,
            per_second: per_second(runs, elapsed),
            duration_ms: DurationsJson {
                min: durations.min().map(milliseconds),
                p50: percentile(50),
                p95: percentile(95),
                p99: percentile(99),
                max: durations.max().map(milliseconds),
            },
        }
    }
}

impl fmt::Display for SumsJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, succeeded, failed, per_second, duration_ms } = self;
        let DurationsJson { min, p50, p95, p99, max } = duration_ms;
        let word = if *runs == 1 { "run" } else { "runs" };
        write!(f, "{runs} {word}, {succeeded} succeeded, {failed} failed, {per_second:.1} per second")?;
        let named = [("min", min), ("p50", p50), ("p95", p95), ("p99", p99), ("max", max)];
        let mut separator = ";";
        for (name, milliseconds) in named {
            if let Some(milliseconds) = milliseconds {
                write!(f, "{separator} {name} {milliseconds:.3} ms")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct RowJson {
    row: u64,
    #[serde(flatten)]
    run: RunReport,
}

impl ManyReporter {
    /// A reporter of `total` runs, one for each row or all of the same inputs.
    pub(crate) fn new(format: Format, verbosity: Verbosity, total: u64, rows: bool) -> Self {
        let kind = match (format, rows) {
            (Format::Jsonl, rows) => Kind::Stream { rows },
            (Format::Human | Format::Json | Format::Outputs, true) => Kind::Rows(InOrder::new()),
            (Format::Human | Format::Json | Format::Outputs, false) => Kind::Repeat { failed: Vec::new() },
        };
        let is_for_people = format == Format::Human && verbosity != Verbosity::Quiet;
        let progress = Progress::new(is_for_people, total);
        if rows && format == Format::Json {
            print("{\n  \"runs\": [");
        }
        let told = Told { format, verbosity, rows: 0 };
        let (began, tally) = (Instant::now(), Tally::default());
        Self { format, verbosity, total, began, tally, kind, told, progress }
    }

    /// Whether the next run is to come with a report.
    pub(crate) fn wants_report(&self) -> bool {
        match (self.format, &self.kind) {
            (Format::Json, Kind::Rows(_)) => true,
            (Format::Json, Kind::Repeat { failed }) => failed.len() < MAX_FAILED,
            (_, Kind::Stream { .. }) => true,
            (Format::Human | Format::Outputs | Format::Jsonl, Kind::Rows(_) | Kind::Repeat { .. }) => false,
        }
    }

    /// What runs warned of, each once.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = DiagnosticJson> {
        let told = self.tally.warnings.told().iter();
        told.map(|(Fault { code, message }, _)| DiagnosticJson::warning(code, message, None))
    }

    /// Whether a further run may begin.
    pub(crate) fn has_room(&self) -> bool {
        match &self.kind {
            Kind::Rows(rows) => rows.waiting() < MAX_AHEAD,
            Kind::Repeat { .. } | Kind::Stream { .. } => true,
        }
    }

    /// Takes a run that is over.
    pub(crate) fn take(&mut self, mut finished: Finished) {
        self.tally.add(&finished.result, finished.took);
        for Fault { code, message } in std::mem::take(&mut finished.warnings) {
            self.tally.warnings.add(&code, &message);
        }
        match &mut self.kind {
            Kind::Repeat { failed } => {
                if self.format == Format::Json
                    && finished.result.status != Status::Succeeded
                    && finished.report.is_some()
                    && failed.len() < MAX_FAILED
                {
                    failed.push(finished);
                }
            }
            Kind::Stream { rows } => {
                let (row, at) = (rows.then_some(finished.number), finished.at);
                if let Some(report) = report(finished) {
                    print_now(&jsonl::run(at, row, &report));
                }
            }
            Kind::Rows(rows) => {
                rows.put(finished.number, finished);
                while let Some(row) = rows.take() {
                    self.told.tell(row);
                }
            }
        }
        let runs = self.tally.runs();
        self.progress.show(runs, || {
            let failed = self.tally.failed + self.tally.stopped;
            let rate = per_second(runs, self.began.elapsed());
            format!("{runs} of {} runs, {failed} failed, {rate:.1} per second", self.total)
        });
    }

    /// Tells of all runs together, when there are no more or a signal came; the worst one is the status.
    pub(crate) fn finish(
        mut self,
        interrupted: bool,
        at: Timestamp,
        diagnostics: &[DiagnosticJson],
    ) -> (Tally, SumsJson) {
        let elapsed = self.began.elapsed();
        self.tally.interrupted = interrupted;
        self.progress.clear();
        if let Kind::Rows(rows) = &mut self.kind {
            while let Some(row) = rows.take_rest() {
                self.told.tell(row);
            }
        }
        self.summary(elapsed);
        let sums = SumsJson::of(&self.tally, elapsed);
        let status = self.tally.status();
        match (self.format, self.kind) {
            (_, Kind::Stream { .. }) => print_now(&jsonl::end(at, status, &sums, diagnostics)),
            (Format::Human | Format::Outputs | Format::Jsonl, Kind::Rows(_) | Kind::Repeat { .. }) => {}
            (Format::Json, Kind::Rows(_)) => print_end(status, &sums, diagnostics),
            (Format::Json, Kind::Repeat { mut failed }) => {
                failed.sort_by_key(|finished| finished.number);
                let runs = failed.into_iter().filter_map(report).collect();
                print_pretty(&RepeatJson { status, repeat: &sums, runs });
            }
        }
        (self.tally, sums)
    }

    fn summary(&self, elapsed: Duration) {
        let Tally { succeeded, failed, stopped, durations, reasons, warnings, .. } = &self.tally;
        if self.verbosity != Verbosity::Quiet {
            tell(warnings, |code| format!("{WARNING}warning[{code}]{WARNING:#}"), "times");
        }
        tell(reasons, |code| format!("{ERROR}error[{code}]{ERROR:#}"), "runs");
        let runs = self.tally.runs();
        let (style, word) = worded(self.tally.status());
        let count = match (runs, self.total) {
            (1, 1) => "1 run".to_owned(),
            (runs, total) if runs == total => format!("{runs} runs"),
            (runs, total) => format!("{runs} of {total} runs"),
        };
        let mut line = format!("{style}{word}{style:#}: {count}, {succeeded} succeeded, {failed} failed");
        if *stopped > 0 {
            line.push_str(&format!(", {stopped} stopped"));
        }
        let (seconds, rate) = (elapsed.as_secs_f64(), per_second(runs, elapsed));
        message(&format!("{line} in {seconds:.3} s {DIM}({rate:.1} per second){DIM:#}"));
        let named = [
            ("min", durations.min()),
            ("p50", durations.percentile(50)),
            ("p95", durations.percentile(95)),
            ("p99", durations.percentile(99)),
            ("max", durations.max()),
        ];
        let named: Vec<String> = named
            .into_iter()
            .filter_map(|(name, duration)| Some(format!("{name} {:.3} ms", milliseconds(duration?))))
            .collect();
        if !named.is_empty() {
            message(&format!("durations: {}", named.join(", ")));
        }
    }
}

/// A line for each reason, with how often it was given.
fn tell(reasons: &Reasons, head: impl Fn(&str) -> String, unit: &str) {
    for (Fault { code, message: text }, count) in reasons.told() {
        let often = if *count == 1 { String::new() } else { format!(" {DIM}({count} {unit}){DIM:#}") };
        message(&format!("{}: {}{often}", head(code), printable(text)));
    }
    if reasons.others > 0 {
        message(&format!("{DIM}… and {} {unit} with other messages{DIM:#}", reasons.others));
    }
}

/// The rows that were told.
struct Told {
    format: Format,
    verbosity: Verbosity,
    rows: u64,
}

impl Told {
    fn tell(&mut self, row: Finished) {
        match self.format {
            Format::Human | Format::Outputs | Format::Jsonl => self.print(&row),
            Format::Json => self.print_json(row),
        }
        self.rows += 1;
    }

    fn print(&self, Finished { number, took, result, .. }: &Finished) {
        if self.verbosity == Verbosity::Quiet && result.status == Status::Succeeded {
            return;
        }
        let (style, word) = worded(result.status);
        let mut line = format!("row {number}  {style}{word}{style:#}");
        if let Some(took) = took {
            line.push_str(&format!("  {DIM}{:.1} ms{DIM:#}", milliseconds(*took)));
        }
        if let Some(RunError { code, message, .. }) = &result.error {
            line.push_str(&format!("  {code}: {}", printable(message).replace('\n', " ")));
        }
        print(&line);
    }

    fn print_json(&self, finished: Finished) {
        let row = finished.number;
        let Some(run) = report(finished) else { return };
        // The comma stands before the next row, for nobody knows whether there is one.
        let comma = if self.rows == 0 { "  " } else { ", " };
        match serde_json::to_string(&RowJson { row, run }) {
            Ok(text) => print(&format!("  {comma}{text}")),
            Err(error) => message(&format!("error: row {row} cannot be written as JSON: {error}")),
        }
    }
}

fn print_end(status: Status, repeat: &SumsJson, diagnostics: &[DiagnosticJson]) {
    #[derive(Serialize)]
    struct End<'a> {
        status: Status,
        repeat: &'a SumsJson,
        diagnostics: &'a [DiagnosticJson],
    }
    match serde_json::to_string_pretty(&End { status, repeat, diagnostics }) {
        Ok(text) => print(&format!("  ],{}", text.strip_prefix('{').unwrap_or(&text))),
        Err(error) => message(&format!("error: the result cannot be written as JSON: {error}")),
    }
}

/// The report of a run with outputs as they are: they are what the caller asked for.
fn report(Finished { result, report, .. }: Finished) -> Option<RunReport> {
    Some(RunReport { outputs: result.outputs, ..report? })
}

fn worded(status: Status) -> (anstyle::Style, &'static str) {
    match status {
        Status::Succeeded => (GOOD, "succeeded"),
        Status::Failed => (ERROR, "failed"),
        Status::Stopped => (ERROR, "stopped"),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn per_second(runs: u64, elapsed: Duration) -> f64 {
    runs as f64 / elapsed.as_secs_f64().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_no_run_have_no_durations() {
        let sums = serde_json::to_value(SumsJson::of(&Tally::default(), Duration::ZERO)).unwrap();
        let none = serde_json::json!({
            "runs": 0, "succeeded": 0, "failed": 0, "perSecond": 0.0,
            "durationMs": { "min": null, "p50": null, "p95": null, "p99": null, "max": null },
        });
        assert_eq!(sums, none);
    }
}
