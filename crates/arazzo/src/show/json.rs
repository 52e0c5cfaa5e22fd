//! The overview as JSON.

use arazzo_document::Diagnostic;
use arazzo_engine::Overview;
use serde_json::{Map, Value, json};

use super::RunLine;
use crate::diagnostics::DiagnosticJson;
use crate::output::print_pretty;
use crate::refusal::Refusal;

/// Prints the object of `--format json`: the overview, with the command that runs each workflow, and the diagnostics.
pub(super) fn print(overview: &Overview, line: &RunLine<'_>, diagnostics: &[Diagnostic]) {
    let mut object = match serde_json::to_value(overview) {
        Ok(Value::Object(object)) => object,
        // The overview is an object of strings, numbers and lists, which can always be written.
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | Err(_) => {
            Map::new()
        }
    };
    let workflows = object.get_mut("workflows").and_then(Value::as_array_mut);
    for (json, workflow) in workflows.into_iter().flatten().zip(&overview.workflows) {
        if let Some(json) = json.as_object_mut() {
            json.insert("run".to_owned(), line.of(workflow).into());
        }
    }
    let diagnostics: Vec<DiagnosticJson> = diagnostics.iter().map(DiagnosticJson::from).collect();
    object.insert("diagnostics".to_owned(), json!(diagnostics));
    print_pretty(&object);
}

/// Prints the object when nothing could be shown.
pub(crate) fn print_refusal(refusal: &Refusal) {
    let diagnostics: Vec<DiagnosticJson> = refusal.problems.iter().map(DiagnosticJson::from).collect();
    print_pretty(&json!({ "workflows": [], "diagnostics": diagnostics }));
}
