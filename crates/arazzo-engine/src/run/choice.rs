//! Which action is taken after a step, and where it leads.
//!
//! See [Success Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#success-action-object) and
//! [Failure Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#failure-action-object).

use std::time::Duration;

use super::conclusion::Transfer;
use super::exchange::Exchange;
use super::retry_after::retry_after;
use super::turn::{Progress, Turn};
use crate::event::{
    Considered, CriterionReport, CriterionResult, Fault, Next, NextKind, RetryReport, RunError, Status,
};
use crate::plan::{ActionPlan, ActionTarget, Helper, PlannedStep, WorkflowCall};

/// What the actions of a step came to.
pub(super) struct Choice {
    pub(super) taken: Option<Taken>,
    pub(super) considered: Vec<Considered>,
}

/// The action that is taken.
pub(super) enum Taken {
    End { action: String },
    Goto { action: String, step: usize },
    GotoWorkflow { action: String, call: WorkflowCall },
    Retry { index: usize, helper: Option<Helper>, report: RetryReport, wait: Duration },
}

impl Turn<'_> {
    /// The first action whose criteria hold. A retry that is used up, or for which there is nothing to try again, is
    /// passed over.
    pub(super) fn choose(&self, step: &PlannedStep, success: bool, exchange: &Exchange) -> Choice {
        let (actions, first) =
            if success { (&step.on_success, 0) } else { (&step.on_failure, step.on_success.len()) };
        let mut choice = Choice { taken: None, considered: Vec::new() };
        for (index, action) in actions.iter().enumerate() {
            let criteria = self.judge_all(&action.criteria, exchange);
            let held = criteria.iter().all(|report| report.result == CriterionResult::Held);
            let taken = if held { self.take(first + index, action, exchange).map(Some) } else { Ok(None) };
            let (taken, reason) = match taken {
                Ok(taken) => (taken, None),
                Err(reason) => (None, Some(reason)),
            };
            let action = action.name.clone();
            choice.considered.push(Considered { action, taken: taken.is_some(), criteria, reason });
            if taken.is_some() {
                choice.taken = taken;
                break;
            }
        }
        choice
    }

    fn take(&self, index: usize, action: &ActionPlan, exchange: &Exchange) -> Result<Taken, String> {
        let name = action.name.clone();
        match &action.target {
            ActionTarget::End => Ok(Taken::End { action: name }),
            ActionTarget::Goto(step) => Ok(Taken::Goto { action: name, step: *step }),
            ActionTarget::GotoWorkflow(call) => Ok(Taken::GotoWorkflow { action: name, call: call.clone() }),
            ActionTarget::Retry { after, limit, helper } => {
                let visit = self.memory.frame().and_then(|frame| frame.visit());
                let used = visit.and_then(|visit| visit.retries.get(index)).copied().unwrap_or_default();
                if exchange.call.is_none() && exchange.called.is_none() && helper.is_none() {
                    return Err("nothing was sent that could be tried again".to_owned());
                }
                if used >= *limit {
                    return Err(format!("its limit of {limit} is used up"));
                }
                let response = exchange.response.as_ref().map(|received| &received.response);
                let asked = response.and_then(|response| retry_after(response, self.now));
                let wait = asked.map_or(*after, |asked| asked.min(self.options.max_retry_after));
                let report = RetryReport {
                    action: name,
                    after_ms: wait.as_secs_f64() * 1000.0,
                    remaining: limit - used - 1,
                };
                Ok(Taken::Retry { index, helper: helper.clone(), report, wait })
            }
        }
    }

    /// Where the action that is taken, or else the list of steps, leads.
    pub(super) fn transfer(
        &mut self,
        step: &PlannedStep,
        success: bool,
        taken: Option<Taken>,
        exchange: &Exchange,
        criteria: &[CriterionReport],
    ) -> (Next, Transfer) {
        let steps = self.workflow().map(|workflow| workflow.steps.as_slice()).unwrap_or_default();
        let id = |index: usize| steps.get(index).map(|step| step.id.clone());
        match taken {
            Some(Taken::Goto { action, step }) => {
                let next = Next::to(NextKind::Goto, Some(action), id(step));
                (next, Transfer::Go(Progress::Enter(step)))
            }
            Some(Taken::GotoWorkflow { action, call }) => self.go_to_workflow(step, action, call, exchange),
            Some(Taken::End { action } | Taken::Retry { report: RetryReport { action, .. }, .. }) => {
                self.leave(step, success, Some(action), exchange, criteria)
            }
            None if success => {
                let following =
                    self.memory.frame().and_then(|frame| frame.visit()).map_or(0, |visit| visit.step + 1);
                let kind = if id(following).is_some() { NextKind::Next } else { NextKind::End };
                (Next::to(kind, None, id(following)), Transfer::Go(Progress::Enter(following)))
            }
            None => self.leave(step, false, None, exchange, criteria),
        }
    }

    fn go_to_workflow(
        &mut self,
        step: &PlannedStep,
        action: String,
        call: WorkflowCall,
        exchange: &Exchange,
    ) -> (Next, Transfer) {
        let target = self.plan.workflow(call.workflow).map(|workflow| workflow.id.clone());
        match self.arguments_in(&call, &format!("action `{action}` of step `{}`", step.id), Some(exchange)) {
            Ok(inputs) => (Next::to(NextKind::Goto, Some(action), target), Transfer::Workflow(call, inputs)),
            Err(Fault { code, message }) => {
                let error = self.error(&code, message, Some(step));
                let next = Next::to(NextKind::Fail, Some(action), None);
                (next, Transfer::Go(Progress::End(Status::Failed, Some(error))))
            }
        }
    }

    /// The workflow ends here.
    fn leave(
        &self,
        step: &PlannedStep,
        success: bool,
        action: Option<String>,
        exchange: &Exchange,
        criteria: &[CriterionReport],
    ) -> (Next, Transfer) {
        let (kind, status) =
            if success { (NextKind::End, Status::Succeeded) } else { (NextKind::Fail, Status::Failed) };
        let error: Option<RunError> = (!success).then(|| self.failure(step, exchange, criteria));
        (Next::to(kind, action, None), Transfer::Go(Progress::End(status, error)))
    }
}
