//! The inputs of a workflow: defaults that are refused, inputs that nothing uses or describes.
//!
//! See `inputs` of the [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object).

use std::collections::{HashMap, HashSet};

use arazzo_document::{Code, Diagnostic, Member, Node, Span};
use arazzo_expression::{Expression, Source};

use super::Findings;
use super::subject::Subject;
use crate::plan::{Checked, Seen};

/// The inputs that expressions of other workflows name, with their workflow.
pub(super) fn named_elsewhere(checked: &Checked<'_>) -> HashSet<(String, String)> {
    let mut named = HashSet::new();
    for sighting in checked.parts.iter().flat_map(|part| &part.sightings) {
        each(&sighting.seen, &mut |expression| {
            if let Source::WorkflowInput { workflow, name } = &expression.source {
                named.insert((workflow.clone(), name.clone()));
            }
        });
    }
    named
}

pub(super) fn check(subject: &Subject<'_>, elsewhere: &HashSet<(String, String)>, findings: &mut Findings) {
    let Some(node) = &subject.workflow.inputs else { return };
    let inputs = &subject.plan.inputs;
    let described = written(node);
    for (name, message) in inputs.refused_defaults() {
        // The line of a secret is not shown.
        let field = Some("default").filter(|_| !inputs.is_secret(&name));
        let member = described.get(name.as_str()).copied();
        let place = subject.place(span_of(node, member, field));
        let message = message.replacen(
            &format!("input `{name}` is refused"),
            &format!("the default of input `{name}` is refused"),
            1,
        );
        findings.add(
            Diagnostic::warning(Code::RefusedDefault, message, place)
                .with_hint("correct the default or the schema: without the input no run can start"),
        );
    }
    for name in inputs.undescribed() {
        let required = node.get("required").and_then(Node::as_array).unwrap_or_default();
        let item = required.iter().find(|item| item.as_str() == Some(name));
        let message = format!("`required` names the input `{name}`, and `properties` does not describe it");
        let place = subject.place(item.map_or(node.span.first_line(), |item| item.span));
        let hint = match arazzo_document::nearest(name, inputs.names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "describe it in `properties`".to_owned(),
        };
        findings.add(Diagnostic::warning(Code::UndeclaredInput, message, place).with_hint(hint));
    }
    unused(subject, node, &described, elsewhere, findings);
}

fn unused(
    subject: &Subject<'_>,
    node: &Node,
    described: &HashMap<&str, &Member>,
    elsewhere: &HashSet<(String, String)>,
    findings: &mut Findings,
) {
    if subject.failed {
        return;
    }
    let mut used: HashSet<&str> = HashSet::new();
    for sighting in subject.sightings {
        each(&sighting.seen, &mut |expression| {
            if let Source::Input(name) = &expression.source {
                // `$inputs.a.b` may be a part of input `a`.
                used.extend(std::iter::successors(Some(name.as_str()), |name| {
                    name.rsplit_once('.').map(|(head, _)| head)
                }));
            }
        });
    }
    let id = &subject.workflow.id.value;
    // A dependency gets the inputs that have the names of its own.
    let dependencies =
        subject.plan.depends_on.iter().filter_map(|index| subject.checked.plan.workflow(*index));
    used.extend(dependencies.flat_map(|workflow| workflow.inputs.names()));
    for name in subject.plan.inputs.names() {
        if used.contains(name) || elsewhere.contains(&(id.clone(), name.to_owned())) {
            continue;
        }
        let message = format!("nothing in workflow `{id}` uses input `{name}`");
        let place = subject.place(span_of(node, described.get(name).copied(), None));
        let hint = format!("use it as `$inputs.{name}`, or remove it");
        findings.add(Diagnostic::info(Code::UnusedInput, message, place).with_hint(hint));
    }
}

/// The inputs that are described in the workflow itself, by their names.
fn written(inputs: &Node) -> HashMap<&str, &Member> {
    let properties = inputs.get("properties").and_then(Node::as_object).unwrap_or_default();
    properties.iter().map(|member| (member.key.as_str(), member)).collect()
}

/// Where an input is described, or one of its fields; the inputs as a whole when that is not in the workflow.
fn span_of(inputs: &Node, written: Option<&Member>, field: Option<&str>) -> Span {
    let Some(member) = written else { return inputs.span.first_line() };
    field.and_then(|field| member.value.get(field)).map_or(member.key_span, |node| node.span)
}

fn each<'a>(seen: &'a Seen, found: &mut dyn FnMut(&'a Expression)) {
    match seen {
        Seen::Expression(expression) => found(expression),
        Seen::Criterion(criterion) => criterion.expressions().for_each(found),
    }
}
