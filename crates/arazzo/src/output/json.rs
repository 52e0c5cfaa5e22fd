//! The result as JSON.

use std::sync::Arc;

use arazzo_engine::{Event, Plan, RunReport, RunResult, Status, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::print;
use crate::diagnostics::DiagnosticJson;
use crate::refusal::Refusal;
use crate::report::jsonl;

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Completed {
    /// What ran.
    pub(crate) plan: Arc<Plan>,
    /// What happened, masked, if a report shows it.
    pub(crate) events: Vec<Event>,
    /// What it did, masked.
    pub(crate) report: RunReport,
    /// How it ended, with outputs as they are.
    pub(crate) result: RunResult,
}

#[derive(Debug, Serialize)]
struct ReportJson<'a> {
    status: &'static str,
    runs: Vec<RunReport>,
    diagnostics: &'a [DiagnosticJson],
}

impl Completed {
    /// What it did, masked, but for the outputs: they are what the caller asked for.
    fn with_outputs(&self) -> RunReport {
        RunReport { outputs: self.result.outputs.clone(), ..self.report.clone() }
    }

    /// Prints the line that ends its part of the event stream.
    pub(crate) fn print_line(&self, at: Timestamp) {
        super::print_now(&jsonl::run(at, None, &self.with_outputs()));
    }
}

/// Prints the object of `--format json`. The outputs are as they are: they are what the caller asked for.
pub(crate) fn print_json(runs: &[Completed], diagnostics: &[DiagnosticJson]) {
    let worst = [Status::Stopped, Status::Failed]
        .into_iter()
        .find(|status| runs.iter().any(|run| run.result.status == *status));
    let status = match worst.unwrap_or(Status::Succeeded) {
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::Stopped => "stopped",
    };
    let runs = runs.iter().map(Completed::with_outputs).collect();
    print_pretty(&ReportJson { status, runs, diagnostics });
}

/// Prints the outputs alone.
pub(crate) fn print_outputs(outputs: &Map<String, Value>) {
    print_pretty(outputs);
}

/// Prints the object of `--format json` when nothing was run.
pub(crate) fn print_refusal(refusal: &Refusal) {
    let diagnostics: Vec<DiagnosticJson> = refusal.problems.iter().map(DiagnosticJson::from).collect();
    print_pretty(&ReportJson { status: "invalid", runs: Vec::new(), diagnostics: &diagnostics });
}

pub(crate) fn print_pretty(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&text),
        // Strings, numbers and maps with string keys can always be written.
        Err(error) => super::message(&format!("error: the result cannot be written as JSON: {error}")),
    }
}
