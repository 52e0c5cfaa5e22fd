//! One turn of the machine: from a record to the next command.

use std::time::Duration;

use super::exchange::{Exchange, Received};
use super::frame::Frame;
use super::request::{self, Built};
use super::scope::Scope;
use super::{RunOptions, RunResult};
use crate::command::{Call, CallId, Command, SleepId};
use crate::event::{Event, EventKind, Fault, RunError, Status};
use crate::mask::Mask;
use crate::plan::{Plan, PlannedStep, StepIndex};
use crate::record::{Record, Timestamp};

/// What a turn works with and what it causes.
pub(super) struct Turn<'a> {
    pub(super) plan: &'a Plan,
    pub(super) options: &'a RunOptions,
    pub(super) mask: &'a Mask,
    pub(super) now: Timestamp,
    pub(super) events: Vec<Event>,
}

/// How it goes on.
pub(super) enum Progress {
    /// To the step with this index; past the last one the workflow ends.
    Enter(usize),
    /// To the next attempt of the visit under way.
    Attempt,
    /// Nothing more can be done until the command is answered.
    Wait(Command),
    /// The run is over.
    Finish(RunResult),
}

impl<'a> Turn<'a> {
    pub(super) fn new(plan: &'a Plan, options: &'a RunOptions, mask: &'a Mask, now: Timestamp) -> Self {
        Self { plan, options, mask, now, events: Vec::new() }
    }

    /// Takes the record in and goes on as far as possible. `since` is the time of the record before.
    pub(super) fn run(
        &mut self,
        frame: &mut Frame,
        commands: Vec<Command>,
        record: Record,
        since: Timestamp,
    ) -> Progress {
        let mut progress = self.answered(frame, commands, record, since);
        loop {
            progress = match progress {
                Progress::Enter(index) => self.enter(frame, index),
                Progress::Attempt => self.attempt(frame),
                Progress::Wait(_) | Progress::Finish(_) => return progress,
            };
        }
    }

    fn answered(
        &mut self,
        frame: &mut Frame,
        commands: Vec<Command>,
        record: Record,
        since: Timestamp,
    ) -> Progress {
        let call = commands.into_iter().find_map(|command| match command {
            Command::Call(call) => Some(call),
            Command::Sleep { .. } | Command::Finish => None,
        });
        let duration = self.now.since(since);
        match record {
            Record::Started { run_id, .. } => {
                let workflow_id = self.plan.workflow_id().to_owned();
                self.emit(EventKind::RunStarted { run_id, workflow_id });
                Progress::Enter(0)
            }
            Record::Responded { id, response, .. } => {
                self.emit(EventKind::CallFinished {
                    id,
                    status: response.status,
                    headers: self.mask.headers(&response.headers),
                    body: self.mask.body(&response.body),
                    duration,
                });
                let response = Some(Received::new(response));
                self.conclude(frame, Exchange { call, response, fault: None })
            }
            Record::Failed { id, error, .. } => {
                let fault = Fault {
                    code: error.code.as_str().to_owned(),
                    message: self.mask.text(&error.message).into_owned(),
                };
                self.emit(EventKind::CallFailed { id, error: fault.clone(), duration });
                if error.code.ends_the_run() {
                    return self.stop(frame, fault);
                }
                self.conclude(frame, Exchange { call, response: None, fault: Some(fault) })
            }
            Record::Woke { .. } => Progress::Attempt,
        }
    }

    fn enter(&mut self, frame: &mut Frame, index: usize) -> Progress {
        let Some(step) = self.plan.step(StepIndex(index)) else {
            return self.finish(frame, Status::Succeeded, None);
        };
        if let Some(stopped) = self.check_limit(frame, step) {
            return stopped;
        }
        frame.enter(index, step);
        self.emit(EventKind::StepStarted {
            visit: frame.visit.number,
            step_id: step.id.clone(),
            operation: step.operation.label(),
        });
        Progress::Attempt
    }

    fn attempt(&mut self, frame: &mut Frame) -> Progress {
        let Some(step) = self.plan.step(StepIndex(frame.visit.step)) else {
            return Progress::Enter(frame.visit.step);
        };
        if let Some(stopped) = self.check_limit(frame, step) {
            return stopped;
        }
        frame.attempts = frame.attempts.saturating_add(1);
        frame.visit.attempt = frame.visit.attempt.saturating_add(1);
        let scope = Scope { plan: self.plan, frame, exchange: None };
        let built = request::build(step, self.plan.mode, &scope);
        match built {
            Ok(Built { request, given, warnings }) => {
                for fault in warnings {
                    self.warn(step, fault);
                }
                frame.visit.given = given;
                let id = CallId { visit: frame.visit.number, attempt: frame.visit.attempt };
                self.emit(EventKind::CallStarted {
                    id,
                    method: request.method.clone(),
                    url: self.mask.url(&request.url),
                    headers: self.mask.headers(&request.headers),
                    body: request.body.as_deref().and_then(|body| self.mask.body(body)),
                });
                let step_index = StepIndex(frame.visit.step);
                let call = Call { id, step: step_index, request, timeout: step.timeout };
                Progress::Wait(Command::Call(Box::new(call)))
            }
            Err(fault) => {
                let message = self.mask.text(&fault.message).into_owned();
                let fault = Fault { code: fault.code, message };
                self.conclude(frame, Exchange { call: None, response: None, fault: Some(fault) })
            }
        }
    }

    /// Waits before the next attempt of the visit under way.
    pub(super) fn wait(&self, frame: &Frame, duration: Duration) -> Progress {
        if duration.is_zero() {
            return Progress::Attempt;
        }
        let id = SleepId { visit: frame.visit.number, attempt: frame.visit.attempt.saturating_add(1) };
        Progress::Wait(Command::Sleep { id, until: self.now.after(duration) })
    }

    fn check_limit(&mut self, frame: &Frame, step: &PlannedStep) -> Option<Progress> {
        (frame.attempts >= self.options.max_steps).then(|| {
            let message = format!(
                "step `{}` would be attempt {} of a run that is limited to {} (`--max-steps`)",
                step.id,
                u64::from(frame.attempts) + 1,
                self.options.max_steps
            );
            self.finish(frame, Status::Stopped, Some(self.error("max-steps", message, Some(step))))
        })
    }

    /// Ends the run because it cannot be carried on. The visit under way stays unfinished.
    pub(super) fn stop(&mut self, frame: &Frame, fault: Fault) -> Progress {
        let step = self.plan.step(StepIndex(frame.visit.step));
        let error =
            RunError { code: fault.code, message: fault.message, step_id: step.map(|step| step.id.clone()) };
        self.finish(frame, Status::Stopped, Some(error))
    }

    /// Ends the run with its outputs, as far as there are any.
    pub(super) fn finish(&mut self, frame: &Frame, status: Status, error: Option<RunError>) -> Progress {
        let outputs = self.workflow_outputs(frame, status);
        self.emit(EventKind::RunFinished {
            status,
            outputs: self.mask.members(&outputs),
            error: error.clone(),
        });
        Progress::Finish(RunResult { status, outputs, error })
    }

    pub(super) fn error(&self, code: &str, message: String, step: Option<&PlannedStep>) -> RunError {
        RunError { code: code.to_owned(), message, step_id: step.map(|step| step.id.clone()) }
    }

    pub(super) fn warn(&mut self, step: &PlannedStep, fault: Fault) {
        let message = self.mask.text(&fault.message).into_owned();
        let fault = Fault { code: fault.code, message };
        self.emit(EventKind::Warned { step_id: Some(step.id.clone()), fault });
    }

    pub(super) fn emit(&mut self, kind: EventKind) {
        self.events.push(Event { at: self.now, kind });
    }
}
