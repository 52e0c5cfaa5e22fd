//! One JSON object with all diagnostics.

use serde::Serialize;

use crate::diagnostics::DiagnosticJson;
use crate::output;
use crate::refusal::Refusal;
use crate::validate::report::Report;

#[derive(Debug, Serialize)]
struct ReportJson {
    files: usize,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<DiagnosticJson>,
}

pub(super) fn render(report: &Report) -> String {
    let counts = report.counts();
    let diagnostics = report.findings().map(|(_, found)| (&found.diagnostic).into()).collect();
    let object = ReportJson {
        files: report.files.len(),
        errors: counts.errors,
        warnings: counts.warnings,
        diagnostics,
    };
    pretty(&object)
}

/// Prints the object when nothing was checked.
pub(crate) fn print_refusal_json(refusal: &Refusal) {
    let diagnostics: Vec<DiagnosticJson> = refusal.problems.iter().map(DiagnosticJson::from).collect();
    let object = ReportJson { files: 0, errors: diagnostics.len(), warnings: 0, diagnostics };
    output::print(&pretty(&object));
}

/// Strings, numbers and objects with string keys can always be written.
pub(super) fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
