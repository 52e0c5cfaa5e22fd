//! Which steps a run can come to, and whether it can come to an end.
//!
//! See the [Success Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#success-action-object).

use std::collections::{BTreeSet, HashMap};

use arazzo_document::description::Step;
use arazzo_document::{Code, Diagnostic};
use arazzo_expression::Source;

use super::Findings;
use super::subject::Subject;
use crate::plan::{ActionTarget, Paths, PlannedStep, Seen, always_leaves};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let steps = &subject.plan.steps;
    if !subject.flow_is_known || steps.is_empty() {
        return;
    }
    let mut paths = Paths::new(steps);
    let Some(running) = paths.after(0) else { return };
    let reached: Vec<bool> = (0..steps.len()).map(|step| step == 0 || running.has(step)).collect();
    unreachable(subject, &paths, &reached, findings);
    endless(subject, &paths, &reached, findings);
    branches(subject, &paths, findings);
}

fn is_set(marks: &[bool], step: usize) -> bool {
    marks.get(step).copied().unwrap_or(false)
}

/// Marks what can be reached from `start` over `next`.
fn mark<'n>(marks: &mut [bool], start: Vec<usize>, next: impl Fn(usize) -> &'n [usize]) {
    let mut open = start;
    while let Some(step) = open.pop() {
        if let Some(mark) = marks.get_mut(step).filter(|mark| !**mark) {
            *mark = true;
            open.extend(next(step));
        }
    }
}

/// Steps that no way leads to. Those behind one that was named are not named again.
fn unreachable(subject: &Subject<'_>, paths: &Paths, reached: &[bool], findings: &mut Findings) {
    let mut known = reached.to_vec();
    for (index, (step, _)) in subject.steps.iter().enumerate() {
        if is_set(&known, index) {
            continue;
        }
        mark(&mut known, vec![index], |step| paths.following(step));
        let before = index.checked_sub(1).and_then(|before| subject.steps.get(before));
        let why = before.map_or(String::new(), |(before, _)| {
            format!(": step `{}` always ends or goes elsewhere", before.id.value)
        });
        let message = format!("step `{}` can never run{why}, and no action goes to it", step.id.value);
        let hint = format!("go to it with `type: goto` and `stepId: {}`, or remove it", step.id.value);
        let place = subject.place(step.id.span);
        findings.add(Diagnostic::warning(Code::UnreachableStep, message, place).with_hint(hint));
    }
}

/// Steps from which no end can be reached other than by a failure that nothing handles.
fn endless(subject: &Subject<'_>, paths: &Paths, reached: &[bool], findings: &mut Findings) {
    let steps = &subject.plan.steps;
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    let mut ends = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        for next in paths.following(index) {
            before.get_mut(*next).into_iter().for_each(|before| before.push(index));
        }
        if can_end(step, index + 1 == steps.len()) {
            ends.push(index);
        }
    }
    let mut ending = vec![false; steps.len()];
    mark(&mut ending, ends, |step| before.get(step).map(Vec::as_slice).unwrap_or_default());
    let round: Vec<&Step> = subject
        .steps
        .iter()
        .enumerate()
        .filter(|(index, _)| is_set(reached, *index) && !is_set(&ending, *index))
        .map(|(_, (step, _))| *step)
        .collect();
    let Some(first) = round.first() else { return };
    let names: Vec<String> =
        round.iter().take(MAX_NAMED).map(|step| format!("`{}`", step.id.value)).collect();
    let more = if round.len() > MAX_NAMED { ", …" } else { "" };
    let message =
        format!("no way leads from these steps to an end, unless one fails: {}{more}", names.join(", "));
    let hint = "add an action of `type: end`, or `criteria` to the `goto` that leads back";
    let place = subject.place(first.id.span);
    findings.add(Diagnostic::warning(Code::EndlessLoop, message, place).with_hint(hint));
}

/// So many steps are named in a message.
const MAX_NAMED: usize = 6;

/// Whether the workflow may end, or hand over to another one, after the step.
fn can_end(step: &PlannedStep, is_last: bool) -> bool {
    let ends = |target: &ActionTarget| match target {
        ActionTarget::End | ActionTarget::GotoWorkflow(_) => true,
        ActionTarget::Goto(_) | ActionTarget::Retry { .. } => false,
    };
    step.on_success.iter().chain(&step.on_failure).any(|action| ends(&action.target))
        || (is_last && !always_leaves(&step.on_success))
}

/// So many steps between branches are looked at in one workflow.
const MAX_LOOKS: usize = 10_000_000;

/// Two targets of one step's conditional actions, of which the first runs on into the second.
///
/// Where the second uses what the first made, or other ways lead to it, the two are no alternatives.
fn branches(subject: &Subject<'_>, paths: &Paths, findings: &mut Findings) {
    let users = last_users(subject);
    let mut budget = MAX_LOOKS;
    for (from, step) in subject.plan.steps.iter().enumerate() {
        let targets: BTreeSet<usize> = step
            .on_success
            .iter()
            .filter(|action| !action.criteria.is_empty())
            .filter_map(|action| match &action.target {
                ActionTarget::Goto(target) if *target > from => Some(*target),
                ActionTarget::Goto(_)
                | ActionTarget::End
                | ActionTarget::GotoWorkflow(_)
                | ActionTarget::Retry { .. } => None,
            })
            .collect();
        for (first, second) in targets.iter().zip(targets.iter().skip(1)) {
            let length = second - first;
            let Some(left) = budget.checked_sub(length) else { return };
            budget = left;
            let mut between = users.iter().skip(*first).take(length);
            if !paths.runs_on(*first, *second) || between.any(|user| user >= second) {
                continue;
            }
            let (Some((start, _)), Some((next, _)), Some((last, _))) =
                (subject.steps.get(*first), subject.steps.get(*second), subject.steps.get(*second - 1))
            else {
                continue;
            };
            let message = format!(
                "step `{}` runs on into step `{}`, although step `{}` goes to either `{}` or `{}`",
                last.id.value, next.id.value, step.id, start.id.value, next.id.value
            );
            let hint = format!("give step `{}` an `onSuccess` with `type: end` or a `goto`", last.id.value);
            let place = subject.place(last.id.span);
            // Two steps that do the same are alternatives; else the second may be what both ways lead to.
            let diagnostic = if same_target(subject, *first, *second) {
                Diagnostic::warning(Code::BranchRunsOn, message, place)
            } else {
                Diagnostic::info(Code::BranchRunsOn, message, place)
            };
            let diagnostic = diagnostic.with_hint(hint);
            findings.add(diagnostic.with_related(subject.place(next.id.span), "the other branch"));
        }
    }
}

/// Whether two steps call the same operation or workflow.
fn same_target(subject: &Subject<'_>, first: usize, second: usize) -> bool {
    let target =
        |step: usize| subject.steps.get(step).and_then(|(step, _)| Some(&step.target.as_ref()?.text().value));
    target(first) == target(second)
}

/// For each step the last one that uses an output of it.
fn last_users(subject: &Subject<'_>) -> Vec<usize> {
    let ids = subject.steps.iter().enumerate().map(|(index, (step, _))| (step.id.value.as_str(), index));
    let indices: HashMap<&str, usize> = ids.collect();
    let mut users = vec![0; subject.steps.len()];
    for sighting in subject.sightings {
        let Some(user) = sighting.step else { continue };
        let mut note = |source: &Source| {
            if let Source::StepOutput { step, .. } = source
                && let Some(last) = indices.get(step.as_str()).and_then(|owner| users.get_mut(*owner))
            {
                *last = user.max(*last);
            }
        };
        match &sighting.seen {
            Seen::Expression(expression) => note(&expression.source),
            Seen::Criterion(criterion) => {
                criterion.expressions().for_each(|expression| note(&expression.source));
            }
        }
    }
    users
}
