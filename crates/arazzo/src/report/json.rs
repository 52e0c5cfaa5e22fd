//! The JSON report: the object of `--format json`, with header fields and bodies, all masked.

use arazzo_engine::{Reporter, RunReport};
use serde::Serialize;

use super::{LeftOut, RecordedRun, Recording, Turn, word};
use crate::diagnostics::DiagnosticJson;
use crate::output::SumsJson;

/// The members of the object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportJson<'a> {
    status: &'static str,
    /// The sums of many runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<&'a SumsJson>,
    runs: Vec<RunJson>,
    /// How many of many runs are not in `runs`, by how they ended.
    #[serde(skip_serializing_if = "LeftOut::is_empty")]
    left_out: LeftOut,
    diagnostics: &'a [DiagnosticJson],
}

/// A run, with the number of its row.
#[derive(Debug, Serialize)]
struct RunJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(flatten)]
    run: RunReport,
}

pub(super) fn render(recording: &Recording) -> String {
    let status = word(recording.status());
    let runs = recording.runs.iter().map(with_messages).collect();
    let repeat = recording.sums.as_ref().map(|(_, sums)| sums);
    pretty(&ReportJson {
        status,
        repeat,
        runs,
        left_out: recording.left_out,
        diagnostics: &recording.diagnostics,
    })
}

fn with_messages(run: &RecordedRun) -> RunJson {
    let mut reporter = Reporter::with_messages();
    run.events.iter().for_each(|event| reporter.add(event));
    let row = match run.turn {
        Some(Turn::Row(row)) => Some(row),
        Some(Turn::Repeat(_)) | None => None,
    };
    RunJson { row, run: reporter.finish() }
}

/// The value as indented text.
pub(super) fn pretty(value: &impl Serialize) -> String {
    // Strings, numbers and maps with string keys can always be written.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
