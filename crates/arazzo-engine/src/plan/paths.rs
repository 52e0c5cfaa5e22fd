//! The ways that a run can take through the steps of a workflow: on to the next, by `goto`, and back from a helper.
//!
//! See the [Success Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#success-action-object) and the
//! [Failure Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#failure-action-object).

use super::action::{ActionPlan, ActionTarget, Helper};
use super::step::PlannedStep;

/// Which step can run right after which.
#[derive(Debug)]
pub(crate) struct Paths {
    following: Vec<Vec<usize>>,
    /// For each step, how far a run comes from it by going on to the next step only.
    runs_on_to: Vec<usize>,
    /// How many edges may still be followed.
    budget: usize,
}

/// Which steps can run at some time after a step.
#[derive(Debug)]
pub(crate) struct Reached(Vec<bool>);

impl Reached {
    pub(crate) fn has(&self, step: usize) -> bool {
        self.0.get(step).copied().unwrap_or(false)
    }
}

impl Paths {
    pub(crate) fn new(steps: &[PlannedStep]) -> Self {
        let last = steps.len().saturating_sub(1);
        let mut following = vec![Vec::new(); steps.len()];
        let mut runs_on_to: Vec<usize> = (0..steps.len()).collect();
        for (index, step) in steps.iter().enumerate().rev() {
            for action in step.on_success.iter().chain(&step.on_failure) {
                let to = match &action.target {
                    ActionTarget::Goto(target) => *target,
                    ActionTarget::Retry { helper: Some(Helper::Step(helper)), .. } => {
                        // A helper comes back to the step that is tried again.
                        following.get_mut(*helper).into_iter().for_each(|next| next.push(index));
                        *helper
                    }
                    ActionTarget::End | ActionTarget::GotoWorkflow(_) | ActionTarget::Retry { .. } => {
                        continue;
                    }
                };
                following.get_mut(index).into_iter().for_each(|next| next.push(to));
            }
            if index < last && !always_leaves(&step.on_success) {
                following.get_mut(index).into_iter().for_each(|next| next.push(index + 1));
                let end = runs_on_to.get(index + 1).copied().unwrap_or(index);
                runs_on_to.get_mut(index).into_iter().for_each(|on_to| *on_to = end);
            }
        }
        Self { following, runs_on_to, budget: MAX_EDGES }
    }

    /// The steps that can run right after `step`.
    pub(crate) fn following(&self, step: usize) -> &[usize] {
        self.following.get(step).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the list alone leads from one step to another, without any action.
    pub(crate) fn runs_on(&self, from: usize, to: usize) -> bool {
        from < to && self.runs_on_to.get(from).is_some_and(|end| to <= *end)
    }

    /// The steps that can run at some time after `start`; `None` when too much was looked at before.
    pub(crate) fn after(&mut self, start: usize) -> Option<Reached> {
        // The marks have to be made for every step, however few are reached.
        self.budget = self.budget.checked_sub(self.following.len())?;
        let mut reached = vec![false; self.following.len()];
        let mut open = vec![start];
        while let Some(step) = open.pop() {
            let next = self.following.get(step).map(Vec::as_slice).unwrap_or_default();
            self.budget = self.budget.checked_sub(next.len())?;
            for next in next {
                if let Some(mark) = reached.get_mut(*next).filter(|mark| !**mark) {
                    *mark = true;
                    open.push(*next);
                }
            }
        }
        Some(Reached(reached))
    }
}

/// Whether one of the actions is always taken, so that success never leads to the next step of the list, or failure
/// never to the end.
pub(crate) fn always_leaves(actions: &[ActionPlan]) -> bool {
    let leaves = |target: &ActionTarget| !matches!(target, ActionTarget::Retry { .. });
    actions.iter().any(|action| action.criteria.is_empty() && leaves(&action.target))
}

/// How many edges are followed in one workflow: far more than a workflow written by a person needs, and few enough
/// that one made to be slow is not. What is not looked at fails when it is run.
const MAX_EDGES: usize = 20_000_000;
