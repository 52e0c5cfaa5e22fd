//! What a run would do, for `--dry-run`.

use arazzo_document::Diagnostic;
use arazzo_engine::{ParameterPreview, Preview, RequestPreview, StepPreview};
use serde::Serialize;

use super::{DIM, HINT, WARNING, print};
use crate::args::Format;
use crate::diagnostics::DiagnosticJson;
use crate::report::jsonl;

#[derive(Serialize)]
struct PlanJson<'a> {
    plan: Vec<&'a Preview>,
    diagnostics: Vec<DiagnosticJson>,
}

/// Prints what the workflows would do.
pub(crate) fn print_plan(previews: &[Preview], diagnostics: &[Diagnostic], format: Format) {
    match format {
        Format::Human => previews.iter().for_each(show),
        Format::Jsonl => {
            let diagnostics: Vec<DiagnosticJson> = diagnostics.iter().map(DiagnosticJson::from).collect();
            super::begin_events(&diagnostics);
            super::print_now(&jsonl::plan(super::now(), &previews));
        }
        Format::Json | Format::Outputs => super::json::print_pretty(&PlanJson {
            plan: previews.iter().collect(),
            diagnostics: diagnostics.iter().map(DiagnosticJson::from).collect(),
        }),
    }
}

fn show(preview: &Preview) {
    print(&format!("{} {DIM}(nothing is sent){DIM:#}", preview.workflow_id));
    for problem in &preview.input_problems {
        print(&format!("  {WARNING}input{WARNING:#}: {problem}"));
    }
    for workflow in &preview.depends_on {
        print(&format!("  after workflow {workflow}"));
    }
    preview.steps.iter().for_each(show_step);
    if !preview.outputs.is_empty() {
        print(&format!("outputs: {}", preview.outputs.join(", ")));
    }
}

fn show_step(step: &StepPreview) {
    let StepPreview { step_id, request, workflow_id, inputs, success_criteria, on_success, on_failure } =
        step;
    match (request, workflow_id) {
        (Some(request), _) => show_request(step_id, request),
        (None, Some(workflow)) => {
            print(&format!("  {step_id}  workflow {workflow}"));
            for (name, value) in inputs {
                print(&format!("    {HINT}{name}{HINT:#}: {value}"));
            }
        }
        (None, None) => {}
    }
    for condition in success_criteria {
        print(&format!("    {DIM}success if{DIM:#} {condition}"));
    }
    for (when, actions) in [("on success", on_success), ("on failure", on_failure)] {
        for action in actions {
            print(&format!("    {DIM}{when}{DIM:#} {action}"));
        }
    }
}

fn show_request(step_id: &str, request: &RequestPreview) {
    let RequestPreview {
        operation, source, method, url, parameters, credentials, content_type, body, ..
    } = request;
    print(&format!("  {step_id} {DIM}{operation} of {source}{DIM:#}  {method} {url}"));
    for ParameterPreview { name, location, value, unknown } in parameters {
        let left_out = if value.is_null() { "left out".to_owned() } else { value.to_string() };
        let known =
            if *unknown { format!(" {WARNING}known only while it runs{WARNING:#}") } else { String::new() };
        print(&format!("    {HINT}{name}{HINT:#} {DIM}({location}){DIM:#}: {left_out}{known}"));
    }
    for credential in credentials {
        print(&format!("    {DIM}credential{DIM:#} {credential}"));
    }
    if let Some(body) = body {
        let content_type = content_type.as_deref().unwrap_or_default();
        print(&format!("    {HINT}body{HINT:#} {DIM}({content_type}){DIM:#}: {body}"));
    }
}
