//! Success and failure actions with their targets found.

use std::collections::HashSet;
use std::time::Duration;

use arazzo_document::Code;
use arazzo_document::description::{Action, ActionKind, Entry, Text};

use arazzo_expression::{ComponentKind, Mode};

use super::call::WorkflowCall;
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
#[derive(Debug, Clone)]
pub(crate) enum ActionTarget {
    /// The workflow ends.
    End,
    /// The workflow goes on at the step with this index.
    Goto(usize),
    /// Another workflow goes on in place of this one.
    GotoWorkflow(WorkflowCall),
    /// The step is tried again.
    Retry {
        /// How long to wait first.
        after: Duration,
        /// How many further attempts there may be.
        limit: u32,
        /// What runs before each of them.
        helper: Option<Helper>,
    },
}

/// What runs before a further attempt.
#[derive(Debug, Clone)]
pub(crate) enum Helper {
    /// The step with this index.
    Step(usize),
    /// A workflow.
    Workflow(WorkflowCall),
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
        if self.may_inherit(workflow.len()) {
            let names: HashSet<String> = plans.iter().map(|plan| plan.name.clone()).collect();
            let inherited = self.action_list(workflow, outcome).into_iter();
            plans.extend(inherited.filter(|plan| !names.contains(&plan.name)));
        }
        plans
    }

    /// Whether a step may have so many actions of the workflow, too: every step has its own copy.
    fn may_inherit(&mut self, actions: usize) -> bool {
        let before = self.inherited;
        self.inherited = before.saturating_add(actions);
        if before <= MAX_INHERITED && self.inherited > MAX_INHERITED {
            let message = format!(
                "the steps of workflow `{}` have more than {MAX_INHERITED} actions of the workflow",
                self.workflow.id.value
            );
            self.error(
                Code::TooLarge,
                self.workflow.id.span,
                message,
                "give the actions to the steps that need them",
            );
        }
        self.inherited <= MAX_INHERITED
    }

    fn action_list(&mut self, entries: &[Entry<Action>], outcome: Outcome) -> Vec<ActionPlan> {
        let mut plans: Vec<ActionPlan> = Vec::new();
        let mut names = HashSet::new();
        for entry in entries {
            let (action, span) = match entry {
                Entry::Inline(action) => (action.clone(), action.name.span),
                Entry::Reference(reusable) => {
                    let components = &self.here.description.components;
                    let (kind, list) = match outcome {
                        Outcome::Success => (ComponentKind::SuccessActions, &components.success_actions),
                        Outcome::Failure => (ComponentKind::FailureActions, &components.failure_actions),
                    };
                    let Some(action) = self.component(reusable, kind, list) else { continue };
                    (action.clone(), reusable.reference.span)
                }
            };
            if names.contains(&action.name.value) {
                let message = format!("two actions of one list have the name `{}`", action.name.value);
                self.error(Code::DuplicateAction, span, message, "give each its own name");
                continue;
            }
            let Some(target) = self.action_target(&action, outcome) else { continue };
            let criteria = self.criteria(&action.criteria);
            names.insert(action.name.value.clone());
            plans.push(ActionPlan { name: action.name.value.clone(), target, criteria });
        }
        plans
    }

    fn action_target(&mut self, action: &Action, outcome: Outcome) -> Option<ActionTarget> {
        match action.kind.value {
            ActionKind::End => Some(ActionTarget::End),
            ActionKind::Goto => match (&action.step_id, &action.workflow_id) {
                (Some(step), _) => self.step_index(step).map(ActionTarget::Goto),
                (None, Some(workflow)) => {
                    self.workflow_call(workflow, &action.parameters, &[]).map(ActionTarget::GotoWorkflow)
                }
                // That there is no target was reported when the description was read.
                (None, None) => None,
            },
            ActionKind::Retry => {
                if outcome == Outcome::Success && !self.tolerates_retry_after_success(action) {
                    return None;
                }
                let helper = match (&action.step_id, &action.workflow_id) {
                    (Some(step), _) => Some(Helper::Step(self.step_index(step)?)),
                    (None, Some(workflow)) => {
                        Some(Helper::Workflow(self.workflow_call(workflow, &action.parameters, &[])?))
                    }
                    (None, None) => None,
                };
                Some(ActionTarget::Retry {
                    after: action.retry_after.map_or(Duration::ZERO, |after| after.value),
                    limit: action.retry_limit.map_or(DEFAULT_RETRY_LIMIT, |limit| limit.value),
                    helper,
                })
            }
        }
    }

    /// A success action cannot retry, but many descriptions poll that way (T9).
    fn tolerates_retry_after_success(&mut self, action: &Action) -> bool {
        let span = action.kind.span;
        let message =
            format!("success action `{}` is a `retry`, which only failure actions can be", action.name.value);
        let hint = "make the wait a criterion of `successCriteria` and the retry an `onFailure` action";
        match self.options.mode {
            Mode::Tolerant => self.warning(Code::RetryAfterSuccess, span, message, hint),
            Mode::Strict => self.error(Code::RetryAfterSuccess, span, message, hint),
        }
        self.options.mode == Mode::Tolerant
    }

    fn step_index(&mut self, id: &Text) -> Option<usize> {
        let index = self.places.get(id.value.as_str()).copied();
        if index.is_none() {
            self.unknown_step(id.span, &id.value);
        }
        index
    }
}

/// “If not specified then a single retry SHALL be attempted.”
const DEFAULT_RETRY_LIMIT: u32 = 1;

/// So many actions may the steps of a workflow have from it, taken together.
const MAX_INHERITED: usize = 200_000;
