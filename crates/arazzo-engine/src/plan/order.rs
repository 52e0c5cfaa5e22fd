//! The order of the steps, and which step can have run before which.
//!
//! The list is the order, but a step that depends on others comes behind them (1.1). See `dependsOn` of the
//! [Step Object](https://spec.openapis.org/arazzo/v1.1.0.html#step-object).

use std::collections::BTreeSet;

use arazzo_document::description::{Step, Text};
use arazzo_document::{Code, Data, Node, Span};
use arazzo_expression::{Expression, Mode, Source, Template};

use super::action::{ActionTarget, Helper};
use super::compiler::Compiler;
use super::step::{PlannedStep, StepDependency};

/// A place where one step uses an output of another.
#[derive(Debug)]
pub(crate) struct StepUse {
    /// The step that uses it, by its place in the order.
    user: usize,
    /// The id of the step that has it.
    used: String,
    span: Span,
}

impl<'a> Compiler<'a> {
    /// Remembers that the step that is looked at uses an output of `step`.
    pub(crate) fn uses_step(&mut self, step: &str, span: Span) {
        if let Some(user) = self.current {
            self.uses.push(StepUse { user, used: step.to_owned(), span });
        }
    }

    /// The steps in the order in which they run: of those whose dependencies are placed, the first of the list.
    ///
    /// Uses of outputs count as dependencies too, but only where a step says `dependsOn`: without it the list is the
    /// order, and a loop may use what a later step left in the round before.
    pub(crate) fn step_order(&mut self) -> Vec<&'a Step> {
        let mut rest: Vec<&'a Step> = self.workflow.steps.iter().collect();
        if rest.iter().all(|step| step.depends_on.is_empty()) {
            return rest;
        }
        let mut order: Vec<&'a Step> = Vec::new();
        while !rest.is_empty() {
            let placed = |id: &str| !rest.iter().any(|step| step.id.value == id);
            let explicit =
                |step: &Step| step.depends_on.iter().all(|on| on.value == step.id.value || placed(&on.value));
            let implicit = |step: &Step| used_steps(step).iter().all(|id| *id == step.id.value || placed(id));
            let next = rest
                .iter()
                .position(|step| explicit(step) && implicit(step))
                .or_else(|| rest.iter().position(|step| explicit(step)));
            match next {
                Some(next) => order.push(rest.remove(next)),
                None => {
                    self.circular_steps(&rest);
                    order.append(&mut rest);
                }
            }
        }
        order
    }

    fn circular_steps(&mut self, steps: &[&Step]) {
        let names: Vec<String> = steps.iter().map(|step| format!("`{}`", step.id.value)).collect();
        let Some(span) = steps.iter().find_map(|step| step.depends_on.first()).map(|on| on.span) else {
            return;
        };
        let message = format!("these steps depend on each other: {}", names.join(", "));
        self.error(Code::CircularDependency, span, message, "take one `dependsOn` away");
    }

    /// The dependencies of a step.
    pub(crate) fn step_dependencies(&mut self, step: &Step, order: &[&Step]) -> Vec<StepDependency> {
        step.depends_on.iter().filter_map(|on| self.step_dependency(step, on, order)).collect()
    }

    fn step_dependency(&mut self, step: &Step, on: &Text, order: &[&Step]) -> Option<StepDependency> {
        if let Some((workflow, other)) = on.value.rsplit_once(".steps.").filter(|_| on.value.starts_with('$'))
        {
            return self.step_elsewhere(workflow, other, on);
        }
        if on.value == step.id.value {
            self.error(
                Code::CircularDependency,
                on.span,
                format!("step `{}` depends on itself", on.value),
                "",
            );
            return None;
        }
        let index = order.iter().position(|other| other.id.value == on.value);
        if index.is_none() {
            self.unknown_step(on.span, &on.value);
        }
        index.map(StepDependency::Here)
    }

    /// `$workflows.<workflow>.steps.<step>` or `$sourceDescriptions.<name>.<workflow>.steps.<step>`.
    fn step_elsewhere(&mut self, workflow: &str, step: &str, on: &Text) -> Option<StepDependency> {
        let id = workflow.strip_prefix("$workflows.").unwrap_or(workflow).to_owned();
        let reference =
            match self.workspace.resolve_workflow(self.document, &Text { value: id, span: on.span }) {
                Ok(reference) => reference?,
                Err(diagnostic) => {
                    self.report(diagnostic);
                    return None;
                }
            };
        let (_, there) = super::queue::find(self.workspace, reference)?;
        if there.step(step).is_none() {
            let message = format!("workflow `{}` has no step `{step}`", there.id.value);
            self.error(Code::UnknownStep, on.span, message, "");
            return None;
        }
        let workflow = self.queue.index_of(reference);
        Some(StepDependency::Elsewhere { workflow, step: step.to_owned() })
    }

    /// Reports uses of outputs of steps that no path can have run before.
    pub(crate) fn impossible_uses(&mut self, steps: &[PlannedStep]) {
        let before: Vec<BTreeSet<usize>> = (0..steps.len()).map(|step| reachable(steps, step)).collect();
        for StepUse { user, used, span } in std::mem::take(&mut self.uses) {
            let Some(owner) = steps.iter().position(|step| step.id == used) else { continue };
            if owner != user && !before.get(owner).is_some_and(|after| after.contains(&user)) {
                let name = steps.get(user).map_or("", |step| step.id.as_str());
                let message = format!("step `{used}` can never have run before step `{name}`");
                let hint = "move it before, or say `dependsOn` (1.1)";
                self.error(Code::ForwardReference, span, message, hint);
            }
        }
    }
}

/// The steps that can run at some time after `start`.
fn reachable(steps: &[PlannedStep], start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(step) = open.pop() {
        open.extend(following(steps, step).into_iter().filter(|next| reached.insert(*next)));
    }
    reached
}

/// The steps that can run right after `index`.
fn following(steps: &[PlannedStep], index: usize) -> Vec<usize> {
    let Some(step) = steps.get(index) else { return Vec::new() };
    let actions = step.on_success.iter().chain(&step.on_failure);
    let mut next: Vec<usize> = actions
        .filter_map(|action| match &action.target {
            ActionTarget::Goto(target) | ActionTarget::Retry { helper: Some(Helper::Step(target)), .. } => {
                Some(*target)
            }
            ActionTarget::End | ActionTarget::GotoWorkflow(_) | ActionTarget::Retry { .. } => None,
        })
        .collect();
    let always_leaves = step
        .on_success
        .iter()
        .any(|action| action.criteria.is_empty() && !matches!(action.target, ActionTarget::Retry { .. }));
    if !always_leaves && index + 1 < steps.len() {
        next.push(index + 1);
    }
    // A helper comes back to the step that is tried again.
    let helps = |action: &super::ActionPlan| matches!(&action.target, ActionTarget::Retry { helper: Some(Helper::Step(helper)), .. } if *helper == index);
    let helped = |step: &PlannedStep| step.on_failure.iter().chain(&step.on_success).any(helps);
    next.extend(steps.iter().enumerate().filter(|(_, step)| helped(step)).map(|(index, _)| index));
    next
}

/// The ids of the steps whose outputs a step uses in what it sends.
fn used_steps(step: &Step) -> Vec<String> {
    let mut texts: Vec<&str> = Vec::new();
    for entry in &step.parameters {
        match entry {
            arazzo_document::description::Entry::Inline(parameter) => strings(&parameter.value, &mut texts),
            arazzo_document::description::Entry::Reference(reusable) => {
                reusable.value.iter().for_each(|value| strings(value, &mut texts));
            }
        }
    }
    if let Some(body) = &step.request_body {
        body.payload.iter().for_each(|payload| strings(payload, &mut texts));
        body.replacements.iter().for_each(|replacement| strings(&replacement.value, &mut texts));
    }
    let templates = texts.into_iter().filter_map(|text| Template::parse(text, Mode::Tolerant).ok());
    let mut ids = Vec::new();
    for template in templates {
        ids.extend(template.value.expressions().filter_map(step_of));
    }
    ids
}

fn step_of(expression: &Expression) -> Option<String> {
    if let Source::StepOutput { step, .. } = &expression.source { Some(step.clone()) } else { None }
}

fn strings<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.data {
        Data::String(text) => found.push(text),
        Data::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Data::Object(members) => members.iter().for_each(|member| strings(&member.value, found)),
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}
