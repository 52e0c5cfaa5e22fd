//! Actions that are never taken, and fields of actions that change nothing.
//!
//! See the [Success Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#success-action-object) and the
//! [Failure Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#failure-action-object).

use arazzo_document::description::{Action, ActionKind, Entry, Text};
use arazzo_document::{Code, Diagnostic, Span};

use super::Findings;
use super::subject::Subject;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let components = &subject.here.description.components;
    let workflow = subject.workflow;
    let steps = workflow.steps.iter().flat_map(|step| {
        [(&step.on_success, &components.success_actions), (&step.on_failure, &components.failure_actions)]
    });
    let all = [
        (&workflow.success_actions, &components.success_actions),
        (&workflow.failure_actions, &components.failure_actions),
    ];
    for (entries, components) in steps.chain(all) {
        list(subject, entries, components, findings);
    }
}

fn list(
    subject: &Subject<'_>,
    entries: &[Entry<Action>],
    components: &[(Text, Action)],
    findings: &mut Findings,
) {
    let mut always: Option<&Action> = None;
    for entry in entries {
        let (action, span) = match entry {
            Entry::Inline(action) => {
                without_effect(subject, action, findings);
                (action, action.name.span)
            }
            Entry::Reference(reusable) => {
                let name = reusable.reference.value.rsplit('.').next().unwrap_or_default();
                let Some((_, action)) = components.iter().find(|(key, _)| key.value == name) else {
                    continue;
                };
                without_effect(subject, action, findings);
                (action, reusable.reference.span)
            }
        };
        match always {
            Some(earlier) => {
                shadowed(subject, action, span, earlier, findings);
                return;
            }
            // A retry is passed over when its attempts are used up.
            None if action.criteria.is_empty() && action.kind.value != ActionKind::Retry => {
                always = Some(action);
            }
            None => {}
        }
    }
}

fn shadowed(subject: &Subject<'_>, action: &Action, span: Span, earlier: &Action, findings: &mut Findings) {
    let message = format!(
        "action `{}` is never taken: `{}` before it has no criteria and is always taken",
        action.name.value, earlier.name.value
    );
    let hint = format!("put `{}` last, or give it `criteria`", earlier.name.value);
    let diagnostic = Diagnostic::warning(Code::UnreachableAction, message, subject.place(span));
    let related = subject.place(earlier.name.span);
    findings.add(diagnostic.with_hint(hint).with_related(related, "this one is always taken"));
}

fn without_effect(subject: &Subject<'_>, action: &Action, findings: &mut Findings) {
    let kind = match action.kind.value {
        ActionKind::End => "end",
        ActionKind::Goto => "goto",
        ActionKind::Retry => {
            if let Some(limit) = action.retry_limit.filter(|limit| limit.value == 0) {
                let message = format!("action `{}` retries at most 0 times, so never", action.name.value);
                let hint = "raise `retryLimit`, or remove the action";
                add(subject, limit.span, message, hint, findings);
            }
            return;
        }
    };
    let after = action.retry_after.map(|after| ("retryAfter", after.span));
    let limit = action.retry_limit.map(|limit| ("retryLimit", limit.span));
    if let Some((field, span)) = after.or(limit) {
        let message =
            format!("action `{}` is an `{kind}`, for which `{field}` means nothing", action.name.value);
        let hint = format!("remove it, or write `type: retry`; `{kind}` does not wait");
        add(subject, span, message.replace("an `goto`", "a `goto`"), &hint, findings);
    }
    let target = action.step_id.as_ref().or(action.workflow_id.as_ref());
    if let Some(target) = target.filter(|_| action.kind.value == ActionKind::End) {
        let message = format!(
            "action `{}` ends the workflow, so its target `{}` means nothing",
            action.name.value, target.value
        );
        add(subject, target.span, message, "write `type: goto`, or remove the target", findings);
    }
}

fn add(subject: &Subject<'_>, span: Span, message: String, hint: &str, findings: &mut Findings) {
    let place = subject.place(span);
    findings.add(Diagnostic::warning(Code::FieldWithoutEffect, message, place).with_hint(hint));
}
