//! What an attempt comes to: criteria judged, outputs taken, an action chosen.
//!
//! The order is that of the [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object): success criteria,
//! outputs, then the first action whose criteria hold.

use std::sync::Arc;

use arazzo_expression::{Absence, Judgement};
use serde_json::{Map, Value};

use super::choice::Taken;
use super::ending::outputs;
use super::exchange::Exchange;
use super::failed_attempt::Failed;
use super::turn::{Progress, Turn, no_workflow};
use crate::command::CallId;
use crate::event::{CriterionReport, CriterionResult, EventKind, Fault, Next, NextKind, RunError, Status};
use crate::plan::{CriterionPlan, PlannedStep};

impl Turn<'_> {
    /// Judges an attempt and goes on accordingly.
    pub(super) fn conclude(&mut self, mut exchange: Exchange) -> Progress {
        let (Some(step), Some(visit)) = (self.step(), self.memory.frame().and_then(|frame| frame.visit()))
        else {
            return self.stop(no_workflow());
        };
        let id = CallId { visit: visit.number, attempt: visit.attempt };
        let (held, criteria) = self.judge(step, &exchange);
        let mut success = !fail_unreadable(step, &mut exchange) && held;
        let (outputs, missing) = self.step_outputs(step, &exchange);
        let outputs = Arc::new(outputs);
        self.tell_attempt(step, &exchange);
        // What failed for another reason keeps that reason.
        success = success && !fail_unreadable(step, &mut exchange);
        // The outputs of a failed step are taken as far as there are any: that some are missing is no news.
        for (name, absence) in missing.into_iter().filter(|_| success) {
            let message = format!("step `{}`: output `{name}` is left out: {absence}", step.id);
            self.warn(step, Fault { code: "output-left-out".to_owned(), message });
        }
        let skipped = exchange.fault.as_ref().is_some_and(|fault| fault.code == DEPENDENCY_NOT_RUN);
        if let Some(frame) = self.memory.frame_mut().filter(|_| !skipped) {
            frame.remember(Arc::clone(&outputs));
        }
        if let Some(visit) = self.memory.visit_mut() {
            visit.deadline = None;
        }
        let malformed = exchange.response.as_ref().is_some_and(|response| response.is_malformed());
        if malformed && step.call().is_some() {
            let message =
                format!("step `{}`: the response says it is JSON and is none; it is read as text", step.id);
            self.warn(step, Fault { code: "malformed-json".to_owned(), message });
        }
        if let Some(helped) = self.helped_step() {
            let next = Next::to(NextKind::Next, None, Some(helped));
            self.judged(id, &criteria);
            self.note(id, success, &exchange, &criteria);
            self.finish_visit(step, id.visit, success, &outputs, &exchange, next);
            return self.leave_helper(step, success, exchange, &criteria);
        }
        let mut choice = self.choose(step, success, &exchange);
        // The criteria of an action may have been the first to look at the body.
        if success && fail_unreadable(step, &mut exchange) {
            success = false;
            choice = self.choose(step, success, &exchange);
        }
        self.tell_actions(step, success, &choice, &exchange);
        if let Some(Taken::Retry { index, helper, report, wait }) = choice.taken {
            if let Some(visit) = self.memory.visit_mut() {
                visit.helper = helper;
                if let Some(count) = visit.retries.get_mut(index) {
                    *count = count.saturating_add(1);
                }
            }
            self.emit(|_| EventKind::AttemptJudged { id, criteria, retry: Some(report) });
            if let Some(visit) = self.memory.visit_mut() {
                visit.exchange = Some(exchange.clone());
            }
            self.keep(exchange);
            return self.wait(wait);
        }
        self.judged(id, &criteria);
        self.note(id, success, &exchange, &criteria);
        let (next, progress) = self.transfer(step, success, choice.taken, &exchange, &criteria);
        let next = Next { considered: choice.considered, ..next };
        self.finish_visit(step, id.visit, success, &outputs, &exchange, next);
        self.keep(exchange);
        match progress {
            Transfer::Go(progress) => progress,
            Transfer::Workflow(call, inputs) => self.go_on_with(&call, inputs, id.visit),
        }
    }

    fn judged(&mut self, id: CallId, criteria: &[CriterionReport]) {
        self.emit(|_| EventKind::AttemptJudged { id, criteria: criteria.to_vec(), retry: None });
    }

    /// Notes the attempt with which a visit failed. When a workflow that the step called failed, the step where that
    /// happened says more.
    fn note(&mut self, id: CallId, success: bool, exchange: &Exchange, criteria: &[CriterionReport]) {
        if exchange.called.as_ref().is_some_and(|called| !called.succeeded) && self.memory.failed.is_some() {
            return;
        }
        let step = self.step_index().filter(|_| !success);
        self.memory.failed = step.map(|step| Failed::new(step, id.attempt, criteria, exchange));
    }

    fn finish_visit(
        &mut self,
        step: &PlannedStep,
        visit: u32,
        success: bool,
        outputs: &Map<String, Value>,
        exchange: &Exchange,
        next: Next,
    ) {
        self.emit_course(|turn| EventKind::StepFinished {
            visit,
            step_id: step.id.clone(),
            status: if success { Status::Succeeded } else { Status::Failed },
            outputs: turn.mask.members(outputs),
            error: exchange.fault.clone(),
            next,
        });
    }

    /// Keeps the exchange as the last one of the workflow, if there was one.
    fn keep(&mut self, exchange: Exchange) {
        if let Some(frame) = self.memory.frame_mut().filter(|_| exchange.call.is_some()) {
            frame.exchange = Some(Exchange { called: None, ..exchange });
        }
    }

    /// The id of the step that waits for the one under way.
    fn helped_step(&self) -> Option<String> {
        let frame = self.memory.frame()?;
        let waiting = frame.visits.len().checked_sub(2).and_then(|index| frame.visits.get(index))?;
        Some(self.workflow()?.steps.get(waiting.step)?.id.clone())
    }

    /// A helper step is over; its actions are not looked at, for it comes back to the step that it helps.
    fn leave_helper(
        &mut self,
        step: &PlannedStep,
        success: bool,
        exchange: Exchange,
        criteria: &[CriterionReport],
    ) -> Progress {
        let error = (!success).then(|| self.failure(step, &exchange, criteria));
        self.keep(exchange);
        if let Some(frame) = self.memory.frame_mut() {
            frame.visits.pop();
        }
        self.helped(error.map(|RunError { code, message, .. }| Fault { code, message }))
    }

    /// Whether the step is successful, with its criteria. Without a response it never is, and one that called a
    /// workflow is only when that succeeded.
    fn judge(&self, step: &PlannedStep, exchange: &Exchange) -> (bool, Vec<CriterionReport>) {
        let criteria = self.judge_all(&step.success, exchange);
        let held = criteria.iter().all(|report| report.result == CriterionResult::Held);
        let success = match (step.call(), &exchange.called, &exchange.response) {
            (None, Some(called), _) => called.succeeded && held,
            (Some(_), _, Some(_)) if !step.success.is_empty() => held,
            (Some(call), _, Some(received)) => call.default_success.accepts(received.response.status),
            (None, None, _) | (Some(_), _, None) => false,
        };
        (success && exchange.fault.is_none(), criteria)
    }

    pub(super) fn judge_all(&self, criteria: &[CriterionPlan], exchange: &Exchange) -> Vec<CriterionReport> {
        let Some(scope) = self.scope(Some(exchange)) else { return Vec::new() };
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

    /// Why a step failed.
    pub(super) fn failure(
        &self,
        step: &PlannedStep,
        exchange: &Exchange,
        criteria: &[CriterionReport],
    ) -> RunError {
        if let Some(fault) = &exchange.fault {
            return self.error(&fault.code, fault.message.clone(), Some(step));
        }
        let broken = criteria.iter().find(|report| report.result != CriterionResult::Held);
        let status = exchange.response.as_ref().map(|received| received.response.status).unwrap_or_default();
        let (code, message) = match (broken, step.call()) {
            (Some(CriterionReport { condition, result, reason }), _) => {
                let reason = reason.as_deref().unwrap_or("no reason is known");
                let (code, what) = match result {
                    CriterionResult::NotEvaluated => ("criterion-not-evaluated", "cannot be evaluated"),
                    CriterionResult::NotHeld | CriterionResult::Held => {
                        ("criterion-not-held", "does not hold")
                    }
                };
                (code, format!("step `{}`: `{condition}` {what}: {reason}", step.id))
            }
            (None, Some(call)) => {
                let wanted = call.default_success.describe();
                let message = format!(
                    "step `{}`: the status is {status}; without `successCriteria` a step needs {wanted}",
                    step.id
                );
                ("unexpected-status", message)
            }
            (None, None) => {
                ("workflow-failed", format!("step `{}`: the workflow that it calls failed", step.id))
            }
        };
        self.error(code, message, Some(step))
    }

    /// The outputs of a step, and those that are left out.
    fn step_outputs<'p>(
        &self,
        step: &'p PlannedStep,
        exchange: &Exchange,
    ) -> (Map<String, Value>, Vec<(&'p str, Absence)>) {
        let Some(scope) = self.scope(Some(exchange)) else { return Default::default() };
        outputs(&step.outputs, &scope)
    }
}

/// Fails the attempt if an expression looked at a body that says JSON and cannot be read. A body that nobody looks at may
/// be what it likes.
fn fail_unreadable(step: &PlannedStep, exchange: &mut Exchange) -> bool {
    let why = exchange.response.as_ref().and_then(|received| received.unreadable());
    let Some(why) = why.filter(|_| step.call().is_some()) else { return false };
    let message = format!("step `{}`: the response says it is JSON and {}", step.id, why.fact());
    exchange.fault.get_or_insert(Fault { code: "unreadable-body".to_owned(), message });
    true
}

/// The code of the fault of a step that was not tried because one that it depends on did not run.
pub(super) const DEPENDENCY_NOT_RUN: &str = "dependency-not-run";

/// Where a workflow goes after a step.
pub(super) enum Transfer {
    Go(Progress),
    /// Another workflow goes on in its place, with these inputs.
    Workflow(crate::plan::WorkflowCall, Map<String, Value>),
}

impl Next {
    /// A transfer for which no action was looked at yet.
    pub(super) fn to(kind: NextKind, action: Option<String>, target: Option<String>) -> Self {
        Self { kind, action, target, considered: Vec::new(), run: None }
    }
}
