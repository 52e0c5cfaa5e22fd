//! What is read of a response, against the
//! [responses](https://spec.openapis.org/oas/v3.1.1.html#responses-object) that the operation describes.

use arazzo_document::openapi::{Operation, StatusPattern};
use arazzo_document::{Code, Diagnostic, Span, nearest};
use arazzo_expression::{Access, Criterion, Expression, Part as Field, Source};

use super::Findings;
use super::pointer::{Found, Search};
use super::subject::{Subject, lies_in};
use crate::plan::{OperationCall, OutputSource, Part, Seen, essence, is_json};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for sighting in subject.sightings {
        let call = sighting.step.and_then(|step| subject.call(step));
        // What stands elsewhere, in a component or for all steps of the workflow, may be meant for other steps.
        let own =
            call.filter(|(step, _)| sighting.part == Part::Received && lies_in(sighting.span, step.span));
        match &sighting.seen {
            Seen::Expression(expression) => read(subject, expression, own, sighting.span, findings),
            Seen::Criterion(criterion) => {
                for expression in criterion.reads() {
                    read(subject, &expression, own, sighting.span, findings);
                }
                if let Some((_, call)) = own {
                    statuses(subject, criterion, call, sighting.span, findings);
                    boolean(subject, criterion, call, sighting.span, findings);
                }
            }
        }
    }
}

type Own<'a> = Option<(&'a arazzo_document::description::Step, &'a OperationCall)>;

/// An expression that reads a response: its own, or one that is an output.
fn read(subject: &Subject<'_>, expression: &Expression, own: Own<'_>, span: Span, findings: &mut Findings) {
    match &expression.source {
        Source::Response(Field::Body) => {
            if let Some((_, call)) = own {
                body(subject, &tokens(expression), call, span, findings);
            }
        }
        Source::StepOutput { step, output } if !tokens(expression).is_empty() => {
            let planned = subject.planned(step);
            let Some((planned, call)) = planned.and_then(|planned| Some((planned, planned.call()?))) else {
                return;
            };
            let source = planned.outputs.iter().find(|plan| plan.name == *output).map(|plan| &plan.value);
            if let Some(OutputSource::Expression(taken)) = source
                && taken.source == Source::Response(Field::Body)
            {
                let base = tokens(taken);
                // That the output itself is not there is said where it is taken.
                if look(call, &base).is_none() {
                    body(subject, &[base, tokens(expression)].concat(), call, span, findings);
                }
            }
        }
        Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::Request(_)
        | Source::Response(_)
        | Source::Message(_)
        | Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. }
        | Source::SourceDescription { .. }
        | Source::Component { .. } => {}
    }
}

/// The way into the value, as a JSON Pointer has it.
fn tokens(expression: &Expression) -> Vec<String> {
    let pointer = expression.pointer.iter().flat_map(|pointer| pointer.tokens().iter().cloned());
    let trail = expression.trail.iter().map(|access| match access {
        Access::Member(name) => name.clone(),
        Access::Index(index) => index.to_string(),
    });
    pointer.chain(trail).collect()
}

fn body(subject: &Subject<'_>, tokens: &[String], call: &OperationCall, span: Span, findings: &mut Findings) {
    let Some((missing, names)) = look(call, tokens) else { return };
    let pointer: String = tokens.iter().map(|token| format!("/{token}")).collect();
    let label = call.operation.label();
    let message = format!("no response that operation `{label}` describes has `{pointer}` in its body");
    let token = tokens.get(missing).map_or("", String::as_str);
    let parent: String = tokens.iter().take(missing).map(|token| format!("/{token}")).collect();
    let diagnostic = Diagnostic::warning(Code::UnknownResponseMember, message, subject.place(span));
    let diagnostic = match nearest(token, names.iter().copied()) {
        Some(near) => diagnostic.with_hint(format!("did you mean `{parent}/{near}`?")),
        None if names.is_empty() => diagnostic,
        None => {
            let listed: Vec<String> = names.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > MAX_LISTED { ", …" } else { "" };
            let at = if parent.is_empty() { "the body".to_owned() } else { format!("`{parent}`") };
            diagnostic.with_hint(format!("{at} has {}{more}", listed.join(", ")))
        }
    };
    findings.add(diagnostic.with_related(call.operation.view().place(), "the operation"));
}

/// So many names are listed in a hint.
const MAX_LISTED: usize = 8;

/// Where the way into the body ends, with the names that are there, if no described response goes all of it.
fn look<'a>(call: &'a OperationCall, tokens: &[String]) -> Option<(usize, Vec<&'a str>)> {
    let view = call.operation.view();
    let mut search = Search::default();
    let mut refused = false;
    for response in view.responses() {
        let media_types = response.media_types();
        if media_types.is_empty() && !is_success(response.status()) {
            continue;
        }
        let mut json =
            media_types.iter().filter(|media_type| is_json(&essence(media_type.name()))).peekable();
        // Nothing is known of a body that an author left out.
        json.peek()?;
        for media_type in json {
            match search.look(media_type.schema()?, tokens) {
                Found::Yes | Found::Open => return None,
                Found::No => refused = true,
            }
        }
    }
    let (missing, names) = search.missing();
    refused.then(|| (missing, names.to_vec()))
}

fn is_success(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(code) => (200..300).contains(&code),
        StatusPattern::Range(class) => class == 2,
        StatusPattern::Default => false,
    }
}

/// Statuses that are compared for equality and that the operation does not describe.
fn statuses(
    subject: &Subject<'_>,
    criterion: &Criterion,
    call: &OperationCall,
    span: Span,
    findings: &mut Findings,
) {
    let view = call.operation.view();
    let responses = view.responses();
    if responses.is_empty() {
        return;
    }
    let equalities = criterion.condition().into_iter().flat_map(|condition| condition.equalities());
    for (_, value) in equalities.filter(|(expression, _)| expression.source == Source::StatusCode) {
        let Some(status) = value.as_u64().and_then(|status| u16::try_from(status).ok()) else { continue };
        if responses.iter().any(|response| response.status().matches(status)) {
            continue;
        }
        let label = call.operation.label();
        let message = format!("operation `{label}` does not describe the status {status}");
        let described: Vec<String> =
            responses.iter().map(|response| written(response.status())).take(MAX_LISTED).collect();
        let diagnostic = Diagnostic::info(Code::UndescribedStatus, message, subject.place(span))
            .with_hint(format!("it describes {}", described.join(", ")));
        findings.add(diagnostic.with_related(view.place(), "the operation"));
    }
}

fn written(status: StatusPattern) -> String {
    match status {
        StatusPattern::Exact(code) => format!("`{code}`"),
        StatusPattern::Range(class) => format!("`{class}XX`"),
        StatusPattern::Default => "`default`".to_owned(),
    }
}

/// A jsonpath criterion that selects a boolean passes when that is false, too.
fn boolean(
    subject: &Subject<'_>,
    criterion: &Criterion,
    call: &OperationCall,
    span: Span,
    findings: &mut Findings,
) {
    let Some(selected) = criterion.selects() else { return };
    if selected.source != Source::Response(Field::Body)
        || !is_boolean(&call.operation.view(), &tokens(&selected))
    {
        return;
    }
    let text = criterion.condition_text();
    let message = format!("`{text}` selects a boolean, and passes also when it is `false`");
    let hint = format!("write a simple condition: `{selected} == true`");
    findings.add(Diagnostic::warning(Code::JsonPathOfBoolean, message, subject.place(span)).with_hint(hint));
}

/// Whether the first successful response has a boolean there.
fn is_boolean(operation: &Operation<'_>, tokens: &[String]) -> bool {
    let success = operation.responses().into_iter().find(|response| is_success(response.status()));
    let media_types = success.map(|response| response.media_types()).unwrap_or_default();
    let json = media_types.iter().find(|media_type| is_json(&essence(media_type.name())));
    let schema = json.and_then(|media_type| media_type.schema());
    let found = tokens.iter().try_fold(schema, |schema, token| {
        let schema = schema?;
        Some(schema.property(token).or_else(|| schema.items()))
    });
    found.flatten().is_some_and(|schema| schema.types().contains(&"boolean"))
}
