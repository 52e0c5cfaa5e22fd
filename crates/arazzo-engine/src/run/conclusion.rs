//! What an attempt comes to: criteria judged, outputs taken, an action chosen.
//!
//! The order is that of the [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object): success criteria,
//! outputs, then the first action whose criteria hold.

use std::time::Duration;

use arazzo_expression::{Absence, Judgement};
use serde_json::{Map, Value};

use super::exchange::Exchange;
use super::frame::Frame;
use super::retry_after::retry_after;
use super::scope::Scope;
use super::turn::{Progress, Turn};
use crate::command::CallId;
use crate::event::{
    Considered, CriterionReport, CriterionResult, EventKind, Fault, Next, NextKind, RetryReport, RunError,
    Status,
};
use crate::plan::{ActionPlan, ActionTarget, CriterionPlan, OutputPlan, PlannedStep, StepIndex};

/// What the actions of a step came to.
struct Choice {
    taken: Option<Taken>,
    considered: Vec<Considered>,
}

/// The action that is taken.
enum Taken {
    End { action: String },
    Goto { action: String, step: usize },
    Retry { index: usize, report: RetryReport, wait: Duration },
}

impl Turn<'_> {
    /// Judges an attempt and goes on accordingly.
    pub(super) fn conclude(&mut self, frame: &mut Frame, exchange: Exchange) -> Progress {
        let plan = self.plan;
        let Some(step) = plan.step(StepIndex(frame.visit.step)) else {
            return Progress::Enter(frame.visit.step);
        };
        let (success, criteria) = self.judge(step, frame, &exchange);
        let outputs = self.step_outputs(step, frame, &exchange, success);
        frame.remember(outputs.clone());
        let actions = if success { &step.on_success } else { &step.on_failure };
        let choice = self.choose(actions, frame, &exchange);
        if exchange.response.as_ref().is_some_and(|response| response.is_malformed()) {
            let message =
                format!("step `{}`: the response says it is JSON and is none; it is read as text", step.id);
            self.warn(step, Fault { code: "malformed-json".to_owned(), message });
        }
        let id = CallId { visit: frame.visit.number, attempt: frame.visit.attempt };
        if let Some(Taken::Retry { index, report, wait }) = choice.taken {
            if let Some(count) = frame.visit.retries.get_mut(index) {
                *count = count.saturating_add(1);
            }
            self.emit(EventKind::AttemptJudged { id, criteria, retry: Some(report) });
            return self.wait(frame, wait);
        }
        self.emit(EventKind::AttemptJudged { id, criteria: criteria.clone(), retry: None });
        let (next, progress) = self.next(frame, success, &choice);
        self.emit(EventKind::StepFinished {
            visit: frame.visit.number,
            step_id: step.id.clone(),
            status: if success { Status::Succeeded } else { Status::Failed },
            outputs: self.mask.members(&outputs),
            error: exchange.fault.clone(),
            next: Next { considered: choice.considered, ..next },
        });
        match progress {
            Some(progress) => progress,
            None if success => self.finish(frame, Status::Succeeded, None),
            None => {
                let error = self.failure(step, &exchange, &criteria);
                self.finish(frame, Status::Failed, Some(error))
            }
        }
    }

    /// Whether the step is successful, with its criteria. Without a response it never is.
    fn judge(&self, step: &PlannedStep, frame: &Frame, exchange: &Exchange) -> (bool, Vec<CriterionReport>) {
        let criteria = self.judge_all(&step.success, frame, exchange);
        let held = criteria.iter().all(|report| report.result == CriterionResult::Held);
        let success = match &exchange.response {
            None => false,
            Some(_) if !step.success.is_empty() => held,
            Some(received) => step.default_success.accepts(received.response.status),
        };
        (success, criteria)
    }

    fn judge_all(
        &self,
        criteria: &[CriterionPlan],
        frame: &Frame,
        exchange: &Exchange,
    ) -> Vec<CriterionReport> {
        let scope = Scope { plan: self.plan, frame, exchange: Some(exchange) };
        criteria
            .iter()
            .map(|plan| {
                let (result, reason) = match plan.criterion.judge(&scope) {
                    Judgement::Held => (CriterionResult::Held, None),
                    Judgement::NotHeld { reason } => (CriterionResult::NotHeld, Some(reason)),
                    Judgement::NotEvaluated { reason } => (CriterionResult::NotEvaluated, Some(reason)),
                };
                let reason = reason.map(|reason| self.mask.text(&reason).into_owned());
                CriterionReport { condition: plan.condition.clone(), result, reason }
            })
            .collect()
    }

    /// The first action whose criteria hold. A retry that is used up, or that nothing was sent for, is passed over.
    fn choose(&self, actions: &[ActionPlan], frame: &Frame, exchange: &Exchange) -> Choice {
        let mut choice = Choice { taken: None, considered: Vec::new() };
        for (index, action) in actions.iter().enumerate() {
            let criteria = self.judge_all(&action.criteria, frame, exchange);
            let held = criteria.iter().all(|report| report.result == CriterionResult::Held);
            let taken = if held { self.take(index, action, frame, exchange) } else { Ok(None) };
            let name = action.name.clone();
            let (taken, reason) = match taken {
                Ok(taken) => (taken, None),
                Err(reason) => (None, Some(reason)),
            };
            choice.considered.push(Considered { action: name, taken: taken.is_some(), criteria, reason });
            if taken.is_some() {
                choice.taken = taken;
                break;
            }
        }
        choice
    }

    fn take(
        &self,
        index: usize,
        action: &ActionPlan,
        frame: &Frame,
        exchange: &Exchange,
    ) -> Result<Option<Taken>, String> {
        let name = action.name.clone();
        match action.target {
            ActionTarget::End => Ok(Some(Taken::End { action: name })),
            ActionTarget::Goto(step) => Ok(Some(Taken::Goto { action: name, step })),
            ActionTarget::Retry { after, limit } => {
                let used = frame.visit.retries.get(index).copied().unwrap_or_default();
                if exchange.call.is_none() {
                    return Err("nothing was sent that could be tried again".to_owned());
                }
                if used >= limit {
                    return Err(format!("its limit of {limit} is used up"));
                }
                let asked =
                    exchange.response.as_ref().and_then(|received| retry_after(&received.response, self.now));
                let wait = asked.map_or(after, |asked| asked.min(self.options.max_retry_after));
                let report = RetryReport {
                    action: name,
                    after_ms: wait.as_secs_f64() * 1000.0,
                    remaining: limit - used - 1,
                };
                Ok(Some(Taken::Retry { index, report, wait }))
            }
        }
    }

    /// Where the workflow goes, and how, unless it ends here.
    fn next(&self, frame: &Frame, success: bool, choice: &Choice) -> (Next, Option<Progress>) {
        let step_id = |index: usize| self.plan.step(StepIndex(index)).map(|step| step.id.clone());
        let next = |kind, action: Option<&String>, target| Next {
            kind,
            action: action.cloned(),
            target,
            considered: Vec::new(),
        };
        let end = if success { NextKind::End } else { NextKind::Fail };
        match &choice.taken {
            Some(Taken::Goto { action, step }) => {
                (next(NextKind::Goto, Some(action), step_id(*step)), Some(Progress::Enter(*step)))
            }
            Some(Taken::End { action } | Taken::Retry { report: RetryReport { action, .. }, .. }) => {
                (next(end, Some(action), None), None)
            }
            None if success => {
                let following = frame.visit.step + 1;
                match step_id(following) {
                    Some(target) => {
                        (next(NextKind::Next, None, Some(target)), Some(Progress::Enter(following)))
                    }
                    None => (next(NextKind::End, None, None), None),
                }
            }
            None => (next(NextKind::Fail, None, None), None),
        }
    }

    fn failure(&self, step: &PlannedStep, exchange: &Exchange, criteria: &[CriterionReport]) -> RunError {
        if let Some(fault) = &exchange.fault {
            return self.error(&fault.code, fault.message.clone(), Some(step));
        }
        let broken = criteria.iter().find(|report| report.result != CriterionResult::Held);
        let status = exchange.response.as_ref().map(|received| received.response.status).unwrap_or_default();
        let (code, message) = match broken {
            Some(CriterionReport { condition, result, reason }) => {
                let reason = reason.as_deref().unwrap_or("no reason is known");
                let (code, what) = match result {
                    CriterionResult::NotEvaluated => ("criterion-not-evaluated", "cannot be evaluated"),
                    CriterionResult::NotHeld | CriterionResult::Held => {
                        ("criterion-not-held", "does not hold")
                    }
                };
                (code, format!("step `{}`: `{condition}` {what}: {reason}", step.id))
            }
            None => {
                let wanted = step.default_success.describe();
                let message = format!(
                    "step `{}`: the status is {status}; without `successCriteria` a step needs {wanted}",
                    step.id
                );
                ("unexpected-status", message)
            }
        };
        self.error(code, message, Some(step))
    }

    fn step_outputs(
        &mut self,
        step: &PlannedStep,
        frame: &Frame,
        exchange: &Exchange,
        success: bool,
    ) -> Map<String, Value> {
        let scope = Scope { plan: self.plan, frame, exchange: Some(exchange) };
        let (outputs, missing) = outputs(&step.outputs, &scope);
        // The outputs of a failed step are taken as far as there are any: that some are missing is no news.
        for (name, absence) in missing.into_iter().filter(|_| success) {
            let message = format!("step `{}`: output `{name}` is left out: {absence}", step.id);
            self.warn(step, Fault { code: "output-left-out".to_owned(), message });
        }
        outputs
    }

    pub(super) fn workflow_outputs(&mut self, frame: &Frame, status: Status) -> Map<String, Value> {
        let scope = Scope { plan: self.plan, frame, exchange: None };
        let (outputs, missing) = outputs(&self.plan.workflow.outputs, &scope);
        for (name, absence) in missing {
            // That a branch was not taken is no fault.
            if matches!(absence, Absence::StepNotRun { .. }) || status != Status::Succeeded {
                continue;
            }
            let message = format!("output `{name}` of the workflow is left out: {absence}");
            let fault = Fault { code: "output-left-out".to_owned(), message };
            self.emit(EventKind::Warned { step_id: None, fault });
        }
        outputs
    }
}

/// The outputs that have a value, and those that have none.
fn outputs<'p>(plans: &'p [OutputPlan], scope: &Scope<'_>) -> (Map<String, Value>, Vec<(&'p str, Absence)>) {
    let mut outputs = Map::new();
    let mut missing = Vec::new();
    for plan in plans {
        match plan.expression.evaluate(scope) {
            Ok(value) => {
                outputs.insert(plan.name.clone(), value.into_owned());
            }
            Err(absence) => missing.push((plan.name.as_str(), absence)),
        }
    }
    (outputs, missing)
}
