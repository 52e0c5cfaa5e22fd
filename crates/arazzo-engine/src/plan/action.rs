//! Success and failure actions with their targets found.

use std::time::Duration;

use arazzo_document::Code;
use arazzo_document::description::{Action, ActionKind, Entry, Text};

use arazzo_expression::ComponentKind;

use super::compiler::Compiler;
use super::criteria::CriterionPlan;

/// An action that can be taken.
#[derive(Debug)]
pub(crate) struct ActionPlan {
    pub(crate) name: String,
    pub(crate) target: ActionTarget,
    pub(crate) criteria: Vec<CriterionPlan>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionTarget {
    /// The workflow ends.
    End,
    /// The workflow goes on at the step with this index.
    Goto(usize),
    /// The step is tried again.
    Retry {
        /// How long to wait first.
        after: Duration,
        /// How many further attempts there may be.
        limit: u32,
    },
}

/// After which outcome an action may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Failure,
}

impl Compiler<'_> {
    /// The step's actions, then those of the workflow whose names the step does not have.
    pub(crate) fn actions(
        &mut self,
        step: &[Entry<Action>],
        workflow: &[Entry<Action>],
        outcome: Outcome,
    ) -> Vec<ActionPlan> {
        let mut plans = self.action_list(step, outcome);
        let names: Vec<String> = plans.iter().map(|plan| plan.name.clone()).collect();
        plans.extend(
            self.action_list(workflow, outcome).into_iter().filter(|plan| !names.contains(&plan.name)),
        );
        plans
    }

    fn action_list(&mut self, entries: &[Entry<Action>], outcome: Outcome) -> Vec<ActionPlan> {
        let mut plans: Vec<ActionPlan> = Vec::new();
        for entry in entries {
            let (action, span) = match entry {
                Entry::Inline(action) => (action.clone(), action.name.span),
                Entry::Reference(reusable) => {
                    let components = &self.workspace.description.components;
                    let (kind, list) = match outcome {
                        Outcome::Success => (ComponentKind::SuccessActions, &components.success_actions),
                        Outcome::Failure => (ComponentKind::FailureActions, &components.failure_actions),
                    };
                    let Some(action) = self.component(reusable, kind, list) else { continue };
                    (action.clone(), reusable.reference.span)
                }
            };
            if plans.iter().any(|plan| plan.name == action.name.value) {
                let message = format!("two actions of one list have the name `{}`", action.name.value);
                self.error(Code::DuplicateAction, span, message, "give each its own name");
                continue;
            }
            let Some(target) = self.action_target(&action, outcome) else { continue };
            let criteria = self.criteria(&action.criteria);
            plans.push(ActionPlan { name: action.name.value.clone(), target, criteria });
        }
        plans
    }

    fn action_target(&mut self, action: &Action, outcome: Outcome) -> Option<ActionTarget> {
        match action.kind.value {
            ActionKind::End => Some(ActionTarget::End),
            ActionKind::Goto => {
                if let Some(workflow) = &action.workflow_id {
                    self.unsupported(workflow.span, "a `goto` to a workflow");
                    return None;
                }
                self.step_index(action.step_id.as_ref()?).map(ActionTarget::Goto)
            }
            ActionKind::Retry => {
                if outcome == Outcome::Success {
                    self.unsupported(action.kind.span, "a `retry` after success");
                    return None;
                }
                if let Some(helper) = action.step_id.as_ref().or(action.workflow_id.as_ref()) {
                    self.unsupported(helper.span, "a `retry` that runs a step or a workflow first");
                    return None;
                }
                Some(ActionTarget::Retry {
                    after: action.retry_after.map_or(Duration::ZERO, |after| after.value),
                    limit: action.retry_limit.map_or(DEFAULT_RETRY_LIMIT, |limit| limit.value),
                })
            }
        }
    }

    fn step_index(&mut self, id: &Text) -> Option<usize> {
        let index = self.workflow.steps.iter().position(|step| step.id.value == id.value);
        if index.is_none() {
            self.unknown_step(id.span, &id.value);
        }
        index
    }
}

/// “If not specified then a single retry SHALL be attempted.”
const DEFAULT_RETRY_LIMIT: u32 = 1;
