//! Criteria that do not ask what they seem to ask.
//!
//! See the [Criterion Object](https://spec.openapis.org/arazzo/v1.0.1.html#criterion-object).

use arazzo_document::description::{Action, Criterion as Written, Entry};
use arazzo_document::{Code, Diagnostic};

use super::Findings;
use super::subject::Subject;
use crate::plan::Seen;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for sighting in subject.sightings {
        let Seen::Criterion(criterion) = &sighting.seen else { continue };
        let Some(holds) = criterion.condition().and_then(|condition| condition.constant()) else { continue };
        let always = if holds { "always holds" } else { "never holds" };
        let message = format!("`{}` {always}: it reads nothing", criterion.condition_text().trim());
        let hint = "an expression begins with a root such as `$statusCode` or `$response.body#/…`";
        let place = subject.place(sighting.span);
        findings.add(Diagnostic::warning(Code::ConstantCondition, message, place).with_hint(hint));
    }
    let of_actions = |list: &[Entry<Action>]| -> Vec<Written> {
        let inline = list.iter().filter_map(|entry| match entry {
            Entry::Inline(action) => Some(action.criteria.clone()),
            Entry::Reference(_) => None,
        });
        inline.flatten().collect()
    };
    let workflow = subject.workflow;
    for step in &workflow.steps {
        let actions = of_actions(&step.on_success).into_iter().chain(of_actions(&step.on_failure));
        for criterion in step.success_criteria.iter().cloned().chain(actions) {
            needless_context(subject, &criterion, findings);
        }
    }
    for criterion in
        of_actions(&workflow.success_actions).iter().chain(&of_actions(&workflow.failure_actions))
    {
        needless_context(subject, criterion, findings);
    }
}

/// A context without a type: the condition is read as a simple one, which has no context.
fn needless_context(subject: &Subject<'_>, criterion: &Written, findings: &mut Findings) {
    let (Some(context), None) = (&criterion.context, &criterion.kind) else { return };
    let message =
        format!("a criterion with `context: {}` has no `type`, so it is a simple one", context.value);
    let hint = "add `type: regex`, `jsonpath` or `xpath`, or remove `context`";
    let place = subject.place(context.span);
    findings.add(Diagnostic::warning(Code::FieldWithoutEffect, message, place).with_hint(hint));
}
