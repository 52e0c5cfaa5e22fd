//! The JSON report: the object of `--format json`, all masked.

use arazzo_engine::{RunReport, Status};
use serde::Serialize;

use super::Recording;
use crate::diagnostics::DiagnosticJson;

/// The members of the object.
#[derive(Debug, Serialize)]
struct ReportJson<'a> {
    status: &'static str,
    runs: Vec<&'a RunReport>,
    diagnostics: &'a [DiagnosticJson],
}

pub(super) fn render(recording: &Recording) -> String {
    let status = match recording.status() {
        Some(Status::Succeeded) => "succeeded",
        Some(Status::Failed) => "failed",
        Some(Status::Stopped) => "stopped",
        None => "invalid",
    };
    let runs = recording.runs.iter().map(|run| &run.report).collect();
    let report = ReportJson { status, runs, diagnostics: &recording.diagnostics };
    // Strings, numbers and maps with string keys can always be written.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
