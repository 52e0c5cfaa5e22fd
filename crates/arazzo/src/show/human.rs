//! The overview for people.

use arazzo_engine::{
    ActionOverview, CallOverview, CredentialOverview, InputOverview, Overview, StepOverview, WorkflowOverview,
};
use serde_json::Value;

use super::RunLine;
use crate::output::{DIM, GOOD, HINT, WARNING, print as line, printable};

/// Longer texts of authors are cut off; JSON has all of them.
const MAX_TEXT: usize = 300;
/// So many values of an enumeration are shown.
const MAX_VALUES: usize = 10;

/// Prints what the description offers.
pub(super) fn print(overview: &Overview, run_line: &RunLine<'_>) {
    line(&format!("{GOOD}{}{GOOD:#} {}", text(&overview.title), text(&overview.version)));
    for about in [&overview.summary, &overview.description].into_iter().flatten() {
        line(&text(about));
    }
    for source in &overview.sources {
        let found = if source.found { String::new() } else { format!(" {WARNING}(not read){WARNING:#}") };
        let kind = source.kind.unwrap_or("unknown");
        line(&format!(
            "source {HINT}{}{HINT:#} {DIM}{kind}{DIM:#} {}{found}",
            text(&source.name),
            text(&source.url)
        ));
    }
    for workflow in &overview.workflows {
        show_workflow(workflow);
        line(&format!("  {DIM}run it with{DIM:#}"));
        line(&format!("    {}", printable(&run_line.of(workflow))));
    }
}

fn show_workflow(workflow: &WorkflowOverview) {
    line("");
    line(&format!("workflow {GOOD}{}{GOOD:#}", text(&workflow.workflow_id)));
    for about in [&workflow.summary, &workflow.description].into_iter().flatten() {
        line(&format!("  {}", text(about)));
    }
    if !workflow.depends_on.is_empty() {
        line(&format!("  after {}", list(&workflow.depends_on)));
    }
    section("inputs", &workflow.inputs, show_input);
    section("steps", &workflow.steps, show_step);
    for (when, actions) in [("success", &workflow.success_actions), ("failure", &workflow.failure_actions)] {
        section(&format!("after the {when} of any step"), actions, |action| {
            line(&format!("    {}", describe(action)))
        });
    }
    if !workflow.outputs.is_empty() {
        line(&format!("  {DIM}outputs{DIM:#} {}", list(&workflow.outputs)));
    }
    section("servers", &workflow.servers, |server| {
        let url = match &server.url {
            Some(url) => text(url),
            None => format!("{WARNING}is not said: --server {}=https://…{WARNING:#}", text(&server.source)),
        };
        line(&format!("    {HINT}{}{HINT:#} {url}", text(&server.source)));
    });
    section("credentials", &workflow.credentials, show_credential);
}

fn section<T>(title: &str, items: &[T], show: impl FnMut(&T)) {
    if !items.is_empty() {
        line(&format!("  {DIM}{title}{DIM:#}"));
        items.iter().for_each(show);
    }
}

fn show_input(input: &InputOverview) {
    line(&format!("    {HINT}{}{HINT:#} {}", text(&input.name), traits(input)));
    if let Some(description) = &input.description {
        line(&format!("      {}", text(description)));
    }
}

/// Type, format, values and default of an input, and whether it is needed, in a few words.
pub(crate) fn traits(input: &InputOverview) -> String {
    let mut traits = vec![if input.types.is_empty() { "any".to_owned() } else { input.types.join(" or ") }];
    traits.extend(input.format.as_ref().map(|format| format!("format {format}")));
    if !input.values.is_empty() {
        let shown: Vec<String> = input.values.iter().take(MAX_VALUES).map(Value::to_string).collect();
        let more = if input.values.len() > MAX_VALUES { ", …" } else { "" };
        traits.push(format!("one of {}{more}", shown.join(", ")));
    }
    match &input.default {
        Some(default) => traits.push(format!("default {default}")),
        None if input.required => traits.push("required".to_owned()),
        None => match &input.needed_by {
            Some(step) => traits.push(format!("optional, but step {step} needs it")),
            None => traits.push("optional".to_owned()),
        },
    }
    traits.extend(input.secret.then(|| "secret".to_owned()));
    traits.extend(input.of.as_ref().map(|workflow| format!("of workflow {workflow}")));
    text(&traits.join(", "))
}

fn show_step(step: &StepOverview) {
    let calls = match &step.calls {
        CallOverview::Operation { source, operation_id, method, path, .. } => {
            let id = operation_id.as_ref().map(|id| format!(".{id}")).unwrap_or_default();
            format!("{DIM}{}{DIM:#}  {method} {}", text(&format!("{source}{id}")), text(path))
        }
        CallOverview::Workflow { workflow_id } => format!("workflow {}", text(workflow_id)),
        CallOverview::Unknown { text: Some(written) } => {
            format!("{} {WARNING}(not found){WARNING:#}", text(written))
        }
        CallOverview::Unknown { text: None } => format!("{WARNING}calls nothing{WARNING:#}"),
    };
    line(&format!("    {HINT}{}{HINT:#}  {calls}", text(&step.step_id)));
    let summary = match &step.calls {
        CallOverview::Operation { summary, .. } => summary.as_ref(),
        CallOverview::Workflow { .. } | CallOverview::Unknown { .. } => None,
    };
    if let Some(about) = step.description.as_ref().or(summary) {
        line(&format!("      {}", text(about)));
    }
    for condition in &step.success_criteria {
        line(&format!("      {DIM}success if{DIM:#} {}", text(condition)));
    }
    for (when, actions) in [("on success", &step.on_success), ("on failure", &step.on_failure)] {
        for action in actions {
            line(&format!("      {DIM}{when}{DIM:#} {}", describe(action)));
        }
    }
    if !step.outputs.is_empty() {
        line(&format!("      {DIM}outputs{DIM:#} {}", list(&step.outputs)));
    }
}

/// An action in one line.
fn describe(action: &ActionOverview) -> String {
    let target = match (&action.step_id, &action.workflow_id) {
        (Some(step), _) => format!(" {step}"),
        (None, Some(workflow)) => format!(" workflow {workflow}"),
        (None, None) => String::new(),
    };
    let what = if action.kind == "retry" {
        let limit = action.retry_limit.unwrap_or(1);
        let wait = action.retry_after.map(|after| format!(" after {after} s")).unwrap_or_default();
        let first = if target.is_empty() { target } else { format!(" with{target} first") };
        format!("retry up to {limit} times{wait}{first}")
    } else {
        format!("{}{target}", action.kind)
    };
    let criteria = action.criteria.join(" and ");
    let when = if criteria.is_empty() { String::new() } else { format!(" if {criteria}") };
    text(&format!("{}: {what}{when}", action.name))
}

fn show_credential(credential: &CredentialOverview) {
    let CredentialOverview { source, scheme, kind, auth, variable, scopes, optional, .. } = credential;
    let optional = if *optional { " (optional)" } else { "" };
    line(&format!("    {HINT}{}{HINT:#} {}{optional}", text(&format!("{source}.{scheme}")), text(kind)));
    line(&format!("      --auth {} {DIM}or the variable{DIM:#} {variable}", text(auth)));
    if !scopes.is_empty() {
        line(&format!("      {DIM}scopes{DIM:#} {}", list(scopes)));
    }
}

fn list(names: &[String]) -> String {
    text(&names.join(", "))
}

/// A text from outside on one line, without what a terminal would obey.
fn text(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = words.join(" ");
    let mut shown: String = joined.chars().take(MAX_TEXT).collect();
    if shown.len() < joined.len() {
        shown.push('…');
    }
    printable(&shown).into_owned()
}
