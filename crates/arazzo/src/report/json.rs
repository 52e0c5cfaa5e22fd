//! The JSON report: the object of `--format json`, with header fields and bodies, all masked.

use arazzo_engine::{Reporter, RunReport};
use serde::Serialize;

use super::{RecordedRun, Recording, word};
use crate::diagnostics::DiagnosticJson;

/// The members of the object.
#[derive(Debug, Serialize)]
struct ReportJson<'a> {
    status: &'static str,
    runs: Vec<RunReport>,
    diagnostics: &'a [DiagnosticJson],
}

pub(super) fn render(recording: &Recording) -> String {
    let status = word(recording.status());
    let runs = recording.runs.iter().map(with_messages).collect();
    pretty(&ReportJson { status, runs, diagnostics: &recording.diagnostics })
}

fn with_messages(run: &RecordedRun) -> RunReport {
    let mut reporter = Reporter::with_messages();
    run.events.iter().for_each(|event| reporter.add(event));
    reporter.finish()
}

/// The value as indented text.
pub(super) fn pretty(value: &impl Serialize) -> String {
    // Strings, numbers and maps with string keys can always be written.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
