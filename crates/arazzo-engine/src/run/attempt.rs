//! An attempt of a step: what has to be there before it, the request or the call of a workflow, and what runs before a
//! further attempt.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use arazzo_expression::Absence;

use super::conclusion::DEPENDENCY_NOT_RUN;
use super::evaluation::ToldValues;
use super::exchange::Exchange;
use super::request::{self, Built};
use super::turn::{Progress, Turn, no_workflow};
use crate::command::{Call, CallId, Command};
use crate::event::{EventKind, Fault, Relation};
use crate::exchange::Request;
use crate::finding::Finding;
use crate::path_template::PathTemplate;
use crate::plan::{Helper, Mode, OperationCall, PlannedStep, StepDependency, StepTarget, WorkflowCall};
use crate::request_check::{WireRequest, add_answered};

/// So many values of outputs are known to have come from responses.
const MAX_ANSWERED: usize = 10_000;

impl Turn<'_> {
    /// Makes the next attempt of the visit under way, after its helper.
    pub(super) fn attempt(&mut self) -> Progress {
        let Some(step) = self.step() else { return self.stop(no_workflow()) };
        if let Some(helper) = self.memory.visit_mut().and_then(|visit| visit.helper.take()) {
            return self.help(helper, step);
        }
        if let Some(stopped) = self.check_limit(step) {
            return stopped;
        }
        self.memory.attempts = self.memory.attempts.saturating_add(1);
        let deadline = step.timeout.map(|timeout| self.now.after(timeout));
        // What is left of the time around this attempt, before its own begins.
        let limit = self.limit().map(|limit| limit.since(self.now));
        if let Some(visit) = self.memory.visit_mut() {
            visit.attempt = visit.attempt.saturating_add(1);
            visit.deadline = deadline;
        }
        if let Some(fault) = self.missing_dependency(step) {
            return Progress::Conclude(Box::new(Exchange::unsent(fault)));
        }
        match &step.target {
            StepTarget::Operation(call) => self.call_operation(step, call, limit),
            StepTarget::Workflow { call, .. } => {
                let visit =
                    self.memory.frame().and_then(|frame| frame.visit()).map_or(0, |visit| visit.number);
                match self.arguments(call, &format!("step `{}`", step.id)) {
                    Ok(inputs) => self.start(call.workflow, Relation::Step { visit }, inputs.into()),
                    Err(fault) => Progress::Conclude(Box::new(Exchange::unsent(fault))),
                }
            }
        }
    }

    fn call_operation(
        &mut self,
        step: &PlannedStep,
        call: &OperationCall,
        limit: Option<Duration>,
    ) -> Progress {
        let (Some(scope), Some(visit), Some(step_index)) =
            (self.scope(None), self.memory.frame().and_then(|frame| frame.visit()), self.step_index())
        else {
            return self.stop(no_workflow());
        };
        let id = CallId { visit: visit.number, attempt: visit.attempt };
        let seed = (self.memory.run_id.as_str(), id);
        let built = request::build(&step.id, seed, call, self.plan.mode, &scope, &self.memory.files);
        match built {
            Ok(Built { request, given, warnings, secrets }) => {
                secrets.iter().for_each(|secret| self.mask.learn(secret));
                for fault in warnings {
                    self.warn(step, fault);
                }
                self.mask.hide_named(&given.path);
                self.mask.hide_named(&given.query);
                self.mask.hide_request(&request, given.body.as_ref());
                self.tell_request(call);
                self.emit(|turn| EventKind::CallStarted {
                    id,
                    method: request.method.clone(),
                    url: given.shown_url(&request.url, turn.mask),
                    headers: given.shown_headers(&request, turn.mask),
                    body: request
                        .body
                        .as_ref()
                        .filter(|_| turn.options.bodies)
                        .and_then(|body| turn.mask.body(request.header("content-type"), &body.shown())),
                });
                let findings = self.request_findings(call, &request);
                if !findings.is_empty() {
                    self.emit(|_| EventKind::RequestChecked { id, findings: findings.clone() });
                }
                if let Some(visit) = self.memory.visit_mut() {
                    visit.given = given;
                }
                let timeout = step.timeout;
                let call = Call { id, step: step_index, request, findings, timeout, limit };
                Progress::Wait(Command::Call(Arc::new(call)))
            }
            Err(Fault { code, message }) => {
                let message = self.mask.text(&message).into_owned();
                Progress::Conclude(Box::new(Exchange::unsent(Fault { code, message })))
            }
        }
    }

    /// How a request differs from what its operation describes, if that is checked.
    fn request_findings(&self, call: &OperationCall, request: &Request) -> Vec<Finding> {
        let Some(check) = &call.requests else { return Vec::new() };
        let target = request.url.strip_prefix(call.operation.server()).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let template = PathTemplate::new(call.operation.path());
        let captured = template.captures(path).unwrap_or_default();
        let body = request.body.as_ref().map(|body| body.shown()).unwrap_or_default();
        let wire = WireRequest {
            path: &captured,
            query,
            headers: &request.headers,
            body: &body,
            slots: &request.slots,
            given_headers: &self.plan.given_headers,
            answered: None,
        };
        let mut findings = check.findings(&wire);
        if !findings.is_empty() {
            let answered = self.values_from_responses();
            findings = check.findings(&WireRequest { answered: Some(&answered), ..wire });
        }
        let masked = |finding: Finding| Finding {
            pointer: finding.pointer.map(|pointer| self.mask.text(&pointer).into_owned()),
            message: self.mask.text(&finding.message).into_owned(),
            ..finding
        };
        findings.into_iter().map(masked).collect()
    }

    /// What the steps of the workflows under way took from responses.
    fn values_from_responses(&self) -> HashSet<String> {
        let mut known = HashSet::new();
        for value in self.memory.outputs() {
            add_answered(value, &mut known, MAX_ANSWERED);
        }
        known
    }

    /// A step whose dependency did not run cannot run.
    fn missing_dependency(&self, step: &PlannedStep) -> Option<Fault> {
        let frame = self.memory.frame()?;
        let missing = step.depends_on.iter().find_map(|dependency| match dependency {
            StepDependency::Here(index) => {
                let ran = frame.outputs.get(*index).is_some_and(Option::is_some);
                let id = self.workflow()?.steps.get(*index)?.id.clone();
                (!ran).then_some(id)
            }
            StepDependency::Elsewhere { workflow, step } => {
                let ran = |finished: &super::frame::Finished| {
                    finished.workflow == *workflow && finished.ran.contains(step)
                };
                (!self.memory.finished.iter().any(ran)).then(|| step.clone())
            }
        })?;
        let message = format!("step `{}` depends on step `{missing}`, which has not run", step.id);
        Some(Fault { code: DEPENDENCY_NOT_RUN.to_owned(), message })
    }

    /// Runs what has to run before a further attempt.
    fn help(&mut self, helper: Helper, step: &PlannedStep) -> Progress {
        match helper {
            Helper::Step(index) => {
                let Some(helping) = self.workflow().and_then(|workflow| workflow.steps.get(index)) else {
                    return self.stop(no_workflow());
                };
                match self.check_limit(helping) {
                    Some(stopped) => stopped,
                    None => self.visit(index, helping, true),
                }
            }
            Helper::Workflow(call) => {
                let visit =
                    self.memory.frame().and_then(|frame| frame.visit()).map_or(0, |visit| visit.number);
                // The parameters of the action see what the step that failed got.
                let last = self.memory.visit_mut().and_then(|visit| visit.exchange.clone());
                let inputs =
                    self.arguments_in(&call, &format!("the retry of step `{}`", step.id), last.as_ref());
                match inputs {
                    Ok(inputs) => self.start(call.workflow, Relation::Helper { visit }, inputs.into()),
                    Err(fault) => self.helped(Some(fault)),
                }
            }
        }
    }

    /// The helper is over: the attempt is made. When the helper failed the attempt is used up, and what the step got last
    /// decides again.
    pub(super) fn helped(&mut self, fault: Option<Fault>) -> Progress {
        let (Some(Fault { message, .. }), Some(step)) = (fault, self.step()) else {
            return Progress::Attempt;
        };
        if let Some(stopped) = self.check_limit(step) {
            return stopped;
        }
        self.memory.attempts = self.memory.attempts.saturating_add(1);
        let message = format!("the help for step `{}` failed, so it is not tried: {message}", step.id);
        self.warn(step, Fault { code: "helper-failed".to_owned(), message });
        let last = self.memory.visit_mut().and_then(|visit| {
            visit.attempt = visit.attempt.saturating_add(1);
            visit.exchange.take()
        });
        Progress::Conclude(Box::new(last.unwrap_or_default()))
    }

    /// The inputs of a workflow that is called, checked and complete. `who` calls it, for messages.
    pub(super) fn arguments(&mut self, call: &WorkflowCall, who: &str) -> Result<Map<String, Value>, Fault> {
        self.arguments_in(call, who, None)
    }

    /// The same, evaluated with what came back from the step under way.
    pub(super) fn arguments_in(
        &mut self,
        call: &WorkflowCall,
        who: &str,
        exchange: Option<&Exchange>,
    ) -> Result<Map<String, Value>, Fault> {
        let (Some(scope), Some(called)) = (self.scope(exchange), self.plan.workflow(call.workflow)) else {
            return Err(no_workflow());
        };
        let mut inputs = Map::new();
        for argument in &call.arguments {
            let mut holes = Vec::new();
            let value = argument.value.evaluate(&scope, &mut holes);
            for hole in holes {
                let optional = matches!(hole.absence, Absence::InputNotSupplied { .. });
                if !optional || self.plan.mode == Mode::Strict {
                    let message = format!("{who}: input `{}` has no value: {}", argument.name, hole.absence);
                    let message = self.mask.text(&message).into_owned();
                    return Err(Fault { code: "unresolved-expression".to_owned(), message });
                }
            }
            inputs.extend(value.map(|value| (argument.name.clone(), value)));
        }
        if self.told != ToldValues::None {
            self.hide_inputs(called, &inputs);
            self.tell_arguments(call, exchange);
        }
        called.inputs.complete(inputs).map_err(|error| {
            let message = format!("{who}: the inputs of workflow `{}` are refused: {error}", called.id);
            Fault { code: "invalid-inputs".to_owned(), message: self.mask.text(&message).into_owned() }
        })
    }
}
