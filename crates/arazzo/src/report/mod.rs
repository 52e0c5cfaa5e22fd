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
mod markdown;
mod recorder;
mod suite;
mod tap;
mod target;
#[cfg(test)]
mod tests;
mod time;

use std::sync::Arc;

use arazzo_engine::{Event, Plan, RunReport, Status};

use crate::diagnostics::DiagnosticJson;
use crate::output;
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
    /// What is wrong or doubtful in the documents, and what came up on the way.
    pub(crate) diagnostics: Vec<DiagnosticJson>,
}

/// One workflow that was asked for, with everything that ran inside it.
#[derive(Debug)]
pub(crate) struct RecordedRun {
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
        let has = |status: Status| self.runs.iter().any(|run| run.status() == status);
        let first = self.runs.first()?.status();
        Some([Status::Stopped, Status::Failed].into_iter().find(|status| has(*status)).unwrap_or(first))
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

impl RecordedRun {
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
