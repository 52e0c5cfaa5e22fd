//! One turn of the machine: from a record to the next command.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::evaluation::ToldValues;
use super::exchange::{Exchange, Given, Received};
use super::frame::{Frame, Memory};
use super::scope::Scope;
use super::{EventsWanted, RunOptions, RunResult};
use crate::charset;
use crate::command::{Command, SleepId};
use crate::event::{Event, EventKind, Fault, Relation, RunError, Status};
use crate::mask::Mask;
use crate::plan::{Plan, PlannedStep, StepIndex, WorkflowPlan};
use crate::record::{Record, Timestamp};

/// What a turn works with and what it causes.
pub(super) struct Turn<'a> {
    pub(super) plan: &'a Plan,
    pub(super) options: &'a RunOptions,
    pub(super) told: ToldValues,
    pub(super) mask: &'a mut Mask,
    pub(super) memory: &'a mut Memory,
    pub(super) now: Timestamp,
    pub(super) events: Vec<Event>,
}

/// How it goes on.
pub(super) enum Progress {
    /// The active workflow begins, or goes on after a dependency.
    Begin,
    /// To the step with this index; past the last one the workflow ends.
    Enter(usize),
    /// To the next attempt of the visit under way, after what has to run before it.
    Attempt,
    /// An attempt is over.
    Conclude(Box<Exchange>),
    /// The active workflow ends.
    End(Status, Option<RunError>),
    /// Nothing more can be done until the command is answered.
    Wait(Command),
    /// The run is over.
    Finish(RunResult),
}

/// What is over because its time is up.
enum Overdue {
    Run(Progress),
    Step(Fault),
}

/// What a turn leads to.
pub(super) enum Outcome {
    /// The command has to be answered.
    Wait(Command),
    /// The run is over.
    Finish(RunResult),
}

impl<'a> Turn<'a> {
    /// Takes the record in and goes on as far as possible. `since` is the time of the record before.
    pub(super) fn run(&mut self, commands: Vec<Command>, record: Record, since: Timestamp) -> Outcome {
        let mut progress = self.answered(commands, record, since);
        loop {
            progress = match progress {
                Progress::Begin => self.begin(),
                Progress::Enter(index) => self.enter(index),
                Progress::Attempt => self.attempt(),
                Progress::Conclude(exchange) => self.conclude(*exchange),
                Progress::End(status, error) => self.end(status, error),
                Progress::Wait(command) => return Outcome::Wait(command),
                Progress::Finish(result) => return Outcome::Finish(result),
            };
        }
    }

    fn answered(&mut self, commands: Vec<Command>, record: Record, since: Timestamp) -> Progress {
        let call = commands.into_iter().find_map(|command| match command {
            Command::Call(call) => Some(call),
            Command::Sleep { .. } | Command::Finish => None,
        });
        let duration = self.now.since(since);
        match record {
            Record::Started { .. } => {
                let inputs = Arc::clone(&self.memory.inputs);
                self.start(0, Relation::Entry, inputs)
            }
            Record::Responded { id, response, .. } => {
                self.emit(|turn| {
                    let body = turn.options.bodies.then(|| charset::body(&response));
                    let content_type = response.header("content-type");
                    EventKind::CallFinished {
                        id,
                        status: response.status,
                        headers: turn.mask.headers(&response.headers),
                        body: body.as_deref().and_then(|body| turn.mask.body(content_type, body)),
                        bytes: body.as_deref().and_then(|body| turn.mask.bytes(content_type, body)),
                        size: response.body.len(),
                        duration,
                    }
                });
                let given = self.take_given();
                let response = Some(Arc::new(Received::new(response)));
                self.on_time(Exchange { call, given, response, ..Exchange::default() })
            }
            Record::Failed { id, error, .. } => {
                let message = self.mask.text(&error.message).into_owned();
                let fault = Fault { code: error.code.as_str().to_owned(), message };
                self.emit(|_| EventKind::CallFailed { id, error: fault.clone(), duration });
                if error.code.ends_the_run() {
                    return self.stop(fault);
                }
                let given = self.take_given();
                self.on_time(Exchange { call, given, fault: Some(fault), ..Exchange::default() })
            }
            Record::Woke { .. } => match self.overdue() {
                Some(Overdue::Run(progress)) => progress,
                Some(Overdue::Step(fault)) => Progress::Conclude(Box::new(Exchange::unsent(fault))),
                None => Progress::Attempt,
            },
        }
    }

    fn take_given(&mut self) -> Arc<Given> {
        Arc::new(self.memory.visit_mut().map(|visit| std::mem::take(&mut visit.given)).unwrap_or_default())
    }

    /// Concludes the attempt. When the time of a step is up, what was sent counts as sent and what came as not come.
    fn on_time(&mut self, exchange: Exchange) -> Progress {
        match self.overdue() {
            Some(Overdue::Run(progress)) => progress,
            Some(Overdue::Step(fault)) => {
                let Exchange { call, given, .. } = exchange;
                Progress::Conclude(Box::new(Exchange {
                    call,
                    given,
                    fault: Some(fault),
                    ..Exchange::default()
                }))
            }
            None => {
                let exchange = self.checked(exchange);
                Progress::Conclude(Box::new(exchange))
            }
        }
    }

    /// Whether the time of the run, or of an attempt that is under way, is up. What a step called is given up with it.
    fn overdue(&mut self) -> Option<Overdue> {
        if let Some(limit) =
            self.options.max_duration.filter(|limit| self.now.since(self.memory.started) >= *limit)
        {
            let message = format!("the run takes longer than {} s (`--max-duration`)", limit.as_secs_f64());
            return Some(Overdue::Run(self.stop(Fault { code: "max-duration".to_owned(), message })));
        }
        let (_, depth) = self.memory.deadline().filter(|(deadline, _)| self.now >= *deadline)?;
        while self.memory.frames.len() > depth + 1 {
            let error = self.error("timeout", "the step that called it timed out".to_owned(), None);
            self.close_frame(Status::Failed, Some(error));
        }
        let step_id = self.step().map(|step| step.id.clone()).unwrap_or_default();
        let message = format!("step `{step_id}`: its `timeout` is up");
        Some(Overdue::Step(Fault { code: "timeout".to_owned(), message }))
    }

    /// Makes a workflow the active one. Its inputs are checked and complete.
    pub(super) fn start(
        &mut self,
        index: usize,
        relation: Relation,
        inputs: Arc<Map<String, Value>>,
    ) -> Progress {
        let Some(workflow) = self.plan.workflow(index) else { return self.stop(no_workflow()) };
        if self.memory.frames.len() >= self.options.max_depth {
            let limit = self.options.max_depth;
            let message =
                format!("workflow `{}` would be nested deeper than {limit} (`--max-depth`)", workflow.id);
            return self.stop(Fault { code: "max-depth".to_owned(), message });
        }
        self.hide_inputs(workflow, &inputs);
        self.emit_course(|turn| EventKind::RunStarted {
            run_id: turn.memory.run_id.clone(),
            workflow_id: workflow.id.clone(),
            relation,
        });
        self.memory.frames.push(Frame::new(index, workflow, relation, inputs));
        Progress::Begin
    }

    pub(super) fn hide_inputs(&mut self, workflow: &WorkflowPlan, inputs: &Map<String, Value>) {
        let is_entry = self.memory.frames.is_empty();
        workflow.hide_inputs(inputs, self.mask, if is_entry { Mask::hide } else { Mask::hide_argument });
    }

    fn enter(&mut self, index: usize) -> Progress {
        let Some(step) = self.workflow().and_then(|workflow| workflow.steps.get(index)) else {
            return Progress::End(Status::Succeeded, None);
        };
        if let Some(stopped) = self.check_limit(step) {
            return stopped;
        }
        self.visit(index, step, false)
    }

    /// Begins a visit.
    pub(super) fn visit(&mut self, index: usize, step: &PlannedStep, helper: bool) -> Progress {
        self.memory.enter(index, step, helper);
        self.emit_course(|turn| EventKind::StepStarted {
            visit: turn.memory.visits,
            step_id: step.id.clone(),
            operation: step.target_label(),
            helper,
        });
        Progress::Attempt
    }

    /// Waits before the next attempt of the visit under way.
    pub(super) fn wait(&self, duration: Duration) -> Progress {
        if duration.is_zero() {
            return Progress::Attempt;
        }
        let Some(visit) = self.memory.frame().and_then(Frame::visit) else { return Progress::Attempt };
        let id = SleepId { visit: visit.number, attempt: visit.attempt.saturating_add(1) };
        let until = self.now.after(duration);
        let limit = self.limit().map_or(until, |limit| until.min(limit));
        Progress::Wait(Command::Sleep { id, until: limit })
    }

    /// The moment at which the run or a step under way has to be over.
    pub(super) fn limit(&self) -> Option<Timestamp> {
        let run = self.options.max_duration.map(|limit| self.memory.started.after(limit));
        let step = self.memory.deadline().map(|(deadline, _)| deadline);
        run.into_iter().chain(step).min()
    }

    pub(super) fn check_limit(&mut self, step: &PlannedStep) -> Option<Progress> {
        (self.memory.attempts >= self.options.max_steps).then(|| {
            let message = format!(
                "step `{}` would be attempt {} of a run that is limited to {} (`--max-steps`)",
                step.id,
                u64::from(self.memory.attempts) + 1,
                self.options.max_steps
            );
            let fault = Fault { code: "max-steps".to_owned(), message };
            Progress::Finish(self.stopped_at(fault, Some(step.id.clone())))
        })
    }

    /// Ends the run because it cannot be carried on. The visits under way stay unfinished.
    pub(super) fn stop(&mut self, fault: Fault) -> Progress {
        Progress::Finish(self.stopped(fault))
    }

    pub(super) fn stopped(&mut self, fault: Fault) -> RunResult {
        let step_id = self.step().map(|step| step.id.clone());
        self.stopped_at(fault, step_id)
    }

    fn stopped_at(&mut self, Fault { code, message }: Fault, step_id: Option<String>) -> RunResult {
        let error = RunError { code, message, step_id };
        let mut outputs = Map::new();
        while !self.memory.frames.is_empty() {
            outputs = self.close_frame(Status::Stopped, Some(error.clone()));
        }
        RunResult { status: Status::Stopped, outputs, error: Some(error) }
    }

    pub(super) fn error(&self, code: &str, message: String, step: Option<&PlannedStep>) -> RunError {
        RunError { code: code.to_owned(), message, step_id: step.map(|step| step.id.clone()) }
    }

    pub(super) fn warn(&mut self, step: &PlannedStep, Fault { code, message }: Fault) {
        let message = self.mask.text(&message).into_owned();
        self.tell(Some(step.id.clone()), Fault { code, message });
    }

    /// Warns. The message has no secrets.
    pub(super) fn tell(&mut self, step_id: Option<String>, fault: Fault) {
        self.events.push(Event { at: self.now, kind: EventKind::Warned { step_id, fault } });
    }

    /// Makes an event of what happens within an attempt, if somebody wants it.
    pub(super) fn emit(&mut self, make: impl FnOnce(&Self) -> EventKind) {
        match self.options.events {
            EventsWanted::All => self.events.push(Event { at: self.now, kind: make(self) }),
            EventsWanted::Course | EventsWanted::Warnings => {}
        }
    }

    /// Makes the event that a workflow or a step begins or ends, if somebody wants it.
    pub(super) fn emit_course(&mut self, make: impl FnOnce(&Self) -> EventKind) {
        match self.options.events {
            EventsWanted::All | EventsWanted::Course => {
                self.events.push(Event { at: self.now, kind: make(self) });
            }
            EventsWanted::Warnings => {}
        }
    }

    /// The active workflow.
    pub(super) fn workflow(&self) -> Option<&'a WorkflowPlan> {
        self.plan.workflow(self.memory.frame()?.workflow)
    }

    /// The step under way.
    pub(super) fn step(&self) -> Option<&'a PlannedStep> {
        self.workflow()?.steps.get(self.memory.frame()?.visit()?.step)
    }

    /// Names the step under way.
    pub(super) fn step_index(&self) -> Option<StepIndex> {
        let frame = self.memory.frame()?;
        Some(StepIndex { workflow: frame.workflow, step: frame.visit()?.step })
    }

    /// What expressions of the active workflow are evaluated against.
    pub(super) fn scope<'s>(&'s self, exchange: Option<&'s Exchange>) -> Option<Scope<'s>> {
        let frame = self.memory.frame()?;
        let workflow = self.plan.workflow(frame.workflow)?;
        Some(Scope { workflow, memory: self.memory, frame, exchange })
    }
}

/// A plan has every workflow that it leads to.
pub(super) fn no_workflow() -> Fault {
    Fault { code: "internal".to_owned(), message: "the plan lacks a workflow that it leads to".to_owned() }
}
