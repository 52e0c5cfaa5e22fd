//! Report files: what runs did, written when they are over.
//!
//! Every reporter is a function of the same [`Recording`]. Secrets were masked when the events were made, so no reporter
//! sees one.

#[cfg(test)]
mod fixtures;
mod har;
mod html;
mod json;
pub(crate) mod jsonl;
mod junit;
mod keeper;
mod left_out;
mod markdown;
mod recorder;
mod suite;
mod tap;
mod target;
#[cfg(test)]
mod tests;
mod time;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arazzo_engine::{Event, Plan, RunReport, Status};

use crate::diagnostics::DiagnosticJson;
use crate::output::{self, SumsJson};
pub(crate) use keeper::Keeper;
use left_out::LeftOut;
pub(crate) use recorder::Recorder;
pub(crate) use target::{Kind, Target, check};
pub(crate) use time::rfc3339;

/// What reports call themselves.
const TITLE: &str = "arazzo run";

/// What happened, for reports.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    /// The workflows that were asked for, in the order in which they ran. Empty when nothing could be run.
    pub(crate) runs: Vec<RecordedRun>,
    /// Of many runs of one workflow: how it ended, and the sums of all of them.
    pub(crate) sums: Option<(Status, SumsJson)>,
    /// Those that there was no room for.
    pub(crate) left_out: LeftOut,
    /// What is wrong or doubtful in the documents, and what came up on the way.
    pub(crate) diagnostics: Vec<DiagnosticJson>,
}

/// One workflow that was asked for, with everything that ran inside it.
#[derive(Debug)]
pub(crate) struct RecordedRun {
    /// Which of many runs it is.
    pub(crate) turn: Option<Turn>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) workflow_id: String,
    /// All events, masked, in the order in which they were made.
    pub(crate) events: Vec<Event>,
    /// Their fold, masked too.
    pub(crate) report: RunReport,
}

impl Recording {
    /// How it all ended: as the worst run; `None` when nothing was run.
    pub(crate) fn status(&self) -> Option<Status> {
        if let Some((status, _)) = &self.sums {
            return Some(*status);
        }
        let has = |status: Status| self.runs.iter().any(|run| run.status() == status);
        let first = self.runs.first()?.status();
        Some([Status::Stopped, Status::Failed].into_iter().find(|status| has(*status)).unwrap_or(first))
    }

    /// At most so many of its runs, in their order, and what is left out then: those that did not succeed go first.
    fn most_telling(&self, most: usize) -> (Vec<&RecordedRun>, LeftOut) {
        let is_good = |run: &RecordedRun| run.status() == Status::Succeeded;
        let bad = self.runs.iter().filter(|run| !is_good(run)).count().min(most);
        let (mut bad, mut good) = (bad, most - bad);
        let mut left_out = self.left_out;
        let mut told = Vec::new();
        for run in &self.runs {
            let room = if is_good(run) { &mut good } else { &mut bad };
            match room.checked_sub(1) {
                Some(rest) => {
                    *room = rest;
                    told.push(run);
                }
                None => left_out.add(run.status()),
            }
        }
        (told, left_out)
    }

    /// Writes every report. One that cannot be written keeps no other from being written; whether all were.
    pub(crate) fn write(&self, targets: &[Target]) -> bool {
        let mut is_whole = true;
        for target in targets {
            if let Err(message) = self.render(target.kind).and_then(|contents| target.write(&contents)) {
                output::error(&message);
                is_whole = false;
            }
        }
        is_whole
    }

    fn render(&self, kind: Kind) -> Result<Vec<u8>, String> {
        Ok(match kind {
            Kind::Html => html::render(self)?,
            Kind::Json => json::render(self),
            Kind::Junit => junit::render(self),
            Kind::Har => har::render(self),
            Kind::Tap => tap::render(self),
            Kind::Markdown => markdown::render(self),
        }
        .into_bytes())
    }
}

/// Which of many runs of one workflow, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// That of this row of `--data`.
    Row(u64),
    /// One of `--repeat`.
    Repeat(u64),
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(number) => write!(f, "row {number}"),
            Self::Repeat(number) => write!(f, "run {number}"),
        }
    }
}

impl RecordedRun {
    /// From its first event to its last.
    fn duration(&self) -> Duration {
        let (first, last) = (self.events.first(), self.events.last());
        first.zip(last).map(|(first, last)| last.at.since(first.at)).unwrap_or_default()
    }

    /// The workflow, and which of many runs it is.
    fn name(&self) -> String {
        match self.turn {
            Some(turn) => format!("{} ({turn})", self.workflow_id),
            None => self.workflow_id.clone(),
        }
    }

    /// How it ended. A run whose end is not known was stopped.
    pub(crate) fn status(&self) -> Status {
        self.report.status.unwrap_or(Status::Stopped)
    }
}

/// How it all ended, in the word of `--format json`.
fn word(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Succeeded) => "succeeded",
        Some(Status::Failed) => "failed",
        Some(Status::Stopped) => "stopped",
        None => "invalid",
    }
}
