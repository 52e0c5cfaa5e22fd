//! `--repeat` and `--data`: one workflow many times, several runs at a time, over one transport.
//!
//! All runs share the plan and the transport, and so its connections. They are polled together on one thread; a run
//! that is over is counted and dropped, so that a million take no more room than those that are under way; reports keep what they can
//! afford.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use arazzo_document::{Diagnostic, Document};
use arazzo_engine::{Event, EventKind, EventsWanted, Plan, Record, Reporter, Run, RunOptions, Start};
use arazzo_runner::{Clock, DriveError, Transport, drive};
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::{Map, Value};

use super::data::Data;
use super::interruption::Interruption;
use super::session::interrupted;
use super::standard_input::StandardInput;
use super::{inputs, run_id};
use crate::args::{Format, RunArgs};
use crate::diagnostics::DiagnosticJson;
use crate::exit::Exit;
use crate::output::{self, Finished, ManyReporter, Verbosity};
use crate::refusal::Refusal;
use crate::report::{Keeper, RecordedRun, Recorder, Recording, Turn, jsonl};

/// Signals are looked for after so many runs, also where no run ever waits.
const RUNS_BETWEEN_LOOKS: u32 = 64;

/// Everything that is needed for many runs, checked.
pub(super) struct Many {
    pub(super) plan: Arc<Plan>,
    pub(super) source: Source,
    pub(super) transport: Box<dyn Transport>,
    pub(super) clock: Box<dyn Clock>,
    pub(super) secrets: Vec<String>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Where the runs come from.
pub(super) enum Source {
    /// The same run so many times.
    Same { start: Box<Start>, times: u64 },
    /// One run for each of so many rows.
    Rows { data: Data, count: u64 },
}

/// Whether the arguments ask for many runs, which not everything goes together with.
pub(super) fn is_asked_for(args: &RunArgs) -> Result<bool, Refusal> {
    let flag = match (&args.many.data, args.many.repeat) {
        (Some(_), _) => "--data",
        (None, Some(_)) => "--repeat",
        (None, None) => return Ok(false),
    };
    if args.workflows.len() > 1 {
        let hint = "name one with `-w ID`".to_owned();
        return Err(Refusal::usage(format!("`{flag}` runs one workflow many times, not several"), hint));
    }
    if args.format == Format::Outputs {
        let hint = "use `--format json`".to_owned();
        let message = format!("`--format outputs` prints the outputs of one run, and `{flag}` makes many");
        return Err(Refusal::usage(message, hint));
    }
    Ok(true)
}

/// The runs that are asked for, all of them checked. What a person should know of them is added to `warnings`.
pub(super) fn source(
    args: &RunArgs,
    plan: &Plan,
    objects: &Map<String, Value>,
    standard_input: &mut StandardInput,
    clock: &dyn Clock,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Source, Refusal> {
    if let Some(name) = &args.many.data {
        let above = inputs::complete(args, &Map::new(), plan)?;
        let data = Data::read(name, standard_input, objects.clone(), above)?;
        let (count, found) = data.check(plan, clock.now())?;
        warnings.extend(found);
        return Ok(Source::Rows { data, count });
    }
    let inputs = inputs::complete(args, objects, plan)?;
    let start = plan.start("", clock.now(), inputs).map_err(inputs::refuse)?;
    inputs::check_files(&start.files, None)?;
    warnings.extend(start.warnings.iter().cloned());
    Ok(Source::Same { start: Box::new(start), times: args.many.repeat.unwrap_or(1) })
}

impl Many {
    /// Carries the runs out and prints what came of them.
    pub(super) fn run(self, args: &RunArgs, documents: &[Arc<Document>]) -> Exit {
        let verbosity = args.verbosity.verbosity();
        output::warn_all(&self.warnings, documents, verbosity);
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                output::message(&format!("error: the runs cannot begin: {error}"));
                return Exit::Stopped;
            }
        };
        let (total, has_rows) = match &self.source {
            Source::Same { times, .. } => (*times, false),
            Source::Rows { count, .. } => (*count, true),
        };
        let mut diagnostics: Vec<DiagnosticJson> = self.warnings.iter().map(DiagnosticJson::from).collect();
        if args.format == Format::Jsonl {
            output::begin_events(&diagnostics);
        }
        let mut reporter = ManyReporter::new(args.format, verbosity, total, has_rows);
        let limit = args.many.concurrency.unwrap_or(1).into();
        let job = Job {
            plan: &self.plan,
            transport: &*self.transport,
            clock: &*self.clock,
            secrets: &self.secrets,
            options: RunOptions {
                show_secrets: args.show_secrets,
                events: EventsWanted::Warnings,
                bodies: (args.format == Format::Jsonl && verbosity >= Verbosity::Verbose)
                    || args.reports.iter().any(|report| report.kind.shows_bodies()),
                max_steps: args.max_steps,
                max_depth: args.max_depth,
                max_duration: args.max_duration,
                max_retry_after: args.max_retry_after,
            },
            limit,
            has_rows,
            stream: (args.format == Format::Jsonl).then_some(verbosity >= Verbosity::Verbose),
            keeper: RefCell::new(Keeper::new(&args.reports)),
            signal: Cell::new(None),
        };
        let ended = runtime.block_on(job.all(self.starts(), &mut reporter));
        // A name that is still being looked up must not keep the process.
        runtime.shutdown_background();
        diagnostics.extend(reporter.warnings());
        let is_cut_short = job.signal.get().is_some() || ended.is_err();
        let (tally, sums) = reporter.finish(is_cut_short, self.clock.now(), &diagnostics);
        if let Err(error) = ended {
            output::message(&format!("error: the runs cannot be carried on: {error}"));
        }
        let (runs, left_out) = job.keeper.into_inner().finish();
        let recording = Recording { runs, sums: Some((tally.status(), sums)), left_out, diagnostics };
        if recording.write(&args.reports) { tally.exit() } else { Exit::Stopped }
    }

    /// The runs, each made when there is room for it.
    fn starts(&self) -> Box<dyn Iterator<Item = Result<(u64, Start), String>> + '_> {
        let moment = |number: u64| {
            let now = self.clock.now();
            (run_id(now, number), now)
        };
        match &self.source {
            Source::Same { start, times } => Box::new((1..=*times).map(move |number| {
                let (run_id, now) = moment(number);
                Ok((number, again(start, run_id, now)))
            })),
            Source::Rows { data, .. } => Box::new(data.starts(&self.plan, moment)),
        }
    }
}

/// The same start with another id and time. Its inputs were checked.
fn again(start: &Start, new_id: String, now: arazzo_engine::Timestamp) -> Start {
    let mut record = start.record.clone();
    if let Record::Started { at, run_id, .. } = &mut record {
        *at = now;
        *run_id = new_id;
    }
    Start { record, secrets: start.secrets.clone(), files: Vec::new(), warnings: Vec::new() }
}

/// What the runs have in common.
struct Job<'a> {
    plan: &'a Arc<Plan>,
    transport: &'a dyn Transport,
    clock: &'a dyn Clock,
    secrets: &'a [String],
    options: RunOptions,
    /// So many runs are under way at a time.
    limit: usize,
    /// Whether each is that of a row.
    has_rows: bool,
    /// Whether events are printed, and if so, whether bodies are.
    stream: Option<bool>,
    /// The runs that reports tell of.
    keeper: RefCell<Keeper>,
    /// The signal that came, which ends every run that is polled afterwards.
    signal: Cell<Option<&'static str>>,
}

impl Job<'_> {
    /// Carries all runs out, up to the limit of them at a time. A signal cuts off those that are under way.
    async fn all(
        &self,
        mut starts: impl Iterator<Item = Result<(u64, Start), String>>,
        reporter: &mut ManyReporter,
    ) -> Result<(), String> {
        let mut under_way = FuturesUnordered::new();
        let mut interruption = Interruption::new(true);
        let work = async {
            let mut runs: u32 = 0;
            loop {
                while under_way.len() < self.limit && reporter.has_room() {
                    let Some(start) = starts.next() else { break };
                    let (number, start) = start?;
                    let with_report = reporter.wants_report() || self.keeper.borrow().is_wanted();
                    under_way.push(self.one(number, start, with_report));
                }
                let Some(finished) = under_way.next().await else { return Ok(()) };
                self.take(finished.map_err(|error| error.to_string())?, reporter);
                runs = runs.wrapping_add(1);
                if runs.is_multiple_of(RUNS_BETWEEN_LOOKS) {
                    tokio::task::yield_now().await;
                }
            }
        };
        match interruption.or(work).await {
            Ok(ended) => ended,
            Err(signal) => {
                self.signal.set(Some(signal));
                let mut context = Context::from_waker(Waker::noop());
                for run in Pin::new(&mut under_way).iter_pin_mut() {
                    if let Poll::Ready(cut_off) = run.poll(&mut context) {
                        self.take(cut_off.map_err(|error| error.to_string())?, reporter);
                    }
                }
                Ok(())
            }
        }
    }

    /// Takes a run that is over to where it is told of.
    fn take(&self, mut finished: Finished, reporter: &mut ManyReporter) {
        let events = std::mem::take(&mut finished.events);
        let number = finished.number;
        if let Some(report) = finished.report.as_ref().filter(|_| !events.is_empty()) {
            let turn = if self.has_rows { Turn::Row(number) } else { Turn::Repeat(number) };
            let (plan, workflow_id) = (Arc::clone(self.plan), self.plan.workflow_id().to_owned());
            let run = RecordedRun { turn: Some(turn), plan, workflow_id, events, report: report.clone() };
            self.keeper.borrow_mut().take(number, run);
        }
        reporter.take(finished);
    }

    /// One run.
    async fn one(&self, number: u64, start: Start, with_report: bool) -> Result<Finished, DriveError> {
        let began = Instant::now();
        let mut reporter = with_report.then(Reporter::new);
        let mut recorder = Recorder::beside(self.keeper.borrow().is_wanted(), self.limit);
        let mut stream = self.stream.map(jsonl::Stream::new);
        let mut warnings = Vec::new();
        let mut on_event = |event: &Event| {
            recorder.add(event);
            if let Some(line) = stream.as_mut().and_then(|stream| stream.line(event)) {
                output::print_now(&line);
            }
            if let Some(reporter) = &mut reporter {
                reporter.add(event);
            }
            if let EventKind::Warned { fault, .. } = &event.kind {
                warnings.push(fault.clone());
            }
        };
        let events =
            if with_report || self.stream.is_some() { EventsWanted::All } else { EventsWanted::Warnings };
        let options = RunOptions { events, ..self.options.clone() };
        let mut run = Run::new(Arc::clone(self.plan), start.secrets, options);
        for secret in self.secrets {
            run.hide(secret);
        }
        run.apply(start.record)?.iter().for_each(&mut on_event);
        let ended = {
            let mut driven = pin!(drive(&mut run, self.transport, self.clock, &mut on_event));
            poll_fn(|context| match self.signal.get() {
                Some(signal) => Poll::Ready(Err(signal)),
                None => driven.as_mut().poll(context).map(Ok),
            })
            .await
        };
        let (result, took) = match ended {
            Ok(driven) => {
                driven?;
                (run.into_result(), Some(began.elapsed()))
            }
            Err(signal) => {
                let (events, result) = run.cut_off(self.clock.now(), interrupted(signal));
                events.iter().for_each(&mut on_event);
                (Some(result), None)
            }
        };
        let report = reporter.map(Reporter::finish);
        let (at, result) = (self.clock.now(), result.ok_or(DriveError::Idle)?);
        Ok(Finished { number, at, took, result, report, warnings, events: recorder.finish() })
    }
}
