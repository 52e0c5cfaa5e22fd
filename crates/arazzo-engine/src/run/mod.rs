//! The machine: a workflow run as the fold of its records.
//!
//! [`Run::apply`] takes a record in and returns the events that it caused; [`Run::commands`] says what has to be done
//! next. Nothing else changes a run, so the same records always lead to the same state.

mod attempt;
mod choice;
mod conclusion;
mod covered;
mod ending;
mod evaluation;
mod exchange;
mod failed_attempt;
mod frame;
mod request;
mod response_check;
mod retry_after;
mod scope;
mod turn;

use std::collections::BTreeSet;
use std::fmt;
use std::mem::take;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::body::Files;
use crate::command::{CallId, Command, SleepId};
use crate::event::{Event, EventKind, Fault, RunError, Status};
use crate::mask::Mask;
use crate::plan::Plan;
use crate::record::{Record, SEMANTICS, Timestamp};
use crate::secret::Secrets;
use covered::SecretForms;
pub use evaluation::ToldValues;
use failed_attempt::Failed;
pub use failed_attempt::{FailedAttempt, FailedRequest, FailedResponse, ShownChunk};
use frame::Memory;
use turn::{Outcome, Turn};

/// How a run is carried out, beyond what the plan says.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Whether events show secrets.
    pub show_secrets: bool,
    /// Which events are made.
    pub events: EventsWanted,
    /// Whether events carry bodies. That costs a masked copy of each.
    pub bodies: bool,
    /// So many attempts of steps are made; the next one stops the run.
    pub max_steps: u32,
    /// So many workflows may wait for each other.
    pub max_depth: usize,
    /// The run stops when it has lasted so long.
    pub max_duration: Option<Duration>,
    /// A server's `Retry-After` is cut to this.
    pub max_retry_after: Duration,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            show_secrets: false,
            events: EventsWanted::All,
            bodies: true,
            max_steps: 1000,
            max_depth: 32,
            max_duration: None,
            max_retry_after: Duration::from_secs(60),
        }
    }
}

/// Which events of a run somebody wants. What nobody wants is not made and costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventsWanted {
    /// All.
    All,
    /// How workflows and steps begin and end, and warnings: what a summary needs, and nothing of requests.
    Course,
    /// Warnings only, for who looks at nothing but the result.
    Warnings,
}

/// One run of a plan.
pub struct Run {
    plan: Arc<Plan>,
    secrets: Secrets,
    options: RunOptions,
    mask: Mask,
    /// What [`Run::hide`] was told.
    hidden: BTreeSet<String>,
    state: State,
    commands: Vec<Command>,
    /// The time of the last record.
    now: Timestamp,
    /// The attempt that the run failed with.
    failed: Option<Failed>,
    /// The expressions whose values events tell.
    told: ToldValues,
    /// Made when a request is first written down.
    secret_forms: OnceLock<SecretForms>,
}

enum State {
    /// No record has come yet.
    New,
    /// A workflow is under way.
    Running(Box<Memory>),
    /// It is over.
    Finished(RunResult),
}

/// How a run ended. Its outputs are as they are, not masked: they are what the caller asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RunResult {
    /// How.
    pub status: Status,
    /// The workflow's outputs. After a failure, as far as there are any.
    pub outputs: Map<String, Value>,
    /// Why it failed or stopped.
    pub error: Option<RunError>,
}

/// A record that does not answer what the run waits for. The run is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the run waits for {expected}, and was given {found}")]
#[non_exhaustive]
pub struct OutOfOrder {
    /// What would have fitted.
    pub expected: String,
    /// What came.
    pub found: String,
}

impl Run {
    /// A run that waits for its first record, which [`Plan::start`] makes.
    pub fn new(plan: Arc<Plan>, secrets: Secrets, options: RunOptions) -> Self {
        let mut mask = Mask::new(options.show_secrets);
        if let Some(workflow) = plan.workflow(0) {
            workflow.inputs.secret_values(secrets.inputs()).iter().for_each(|secret| mask.hide(secret));
        }
        let now = Timestamp::default();
        Self {
            plan,
            secrets,
            options,
            mask,
            hidden: BTreeSet::new(),
            state: State::New,
            commands: Vec::new(),
            now,
            failed: None,
            told: ToldValues::None,
            secret_forms: OnceLock::new(),
        }
    }

    /// The plan that runs.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What has to be done now. The order means nothing. Empty before the first record.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// How the run ended; `None` while it goes on.
    pub fn result(&self) -> Option<&RunResult> {
        match &self.state {
            State::Finished(result) => Some(result),
            State::New | State::Running(_) => None,
        }
    }

    /// How the run ended, without a copy; `None` if it has not.
    pub fn into_result(self) -> Option<RunResult> {
        match self.state {
            State::Finished(result) => Some(result),
            State::New | State::Running(_) => None,
        }
    }

    /// The attempt that a failed run failed with, without secrets. `None` when the run did not fail, or failed without
    /// one.
    pub fn failed_attempt(&self) -> Option<FailedAttempt> {
        self.failed.as_ref()?.shown(&self.plan, &self.mask)
    }

    /// Masks `secret` in every event from now on. The driver says each credential before it sends it.
    pub fn hide(&mut self, secret: &str) {
        self.mask.hide(secret);
        self.hidden.insert(secret.to_owned());
    }

    /// Everything that [`Run::hide`] was told. A journal keeps what of it a server says, for it may be another one when the
    /// run is gone on with.
    pub fn hidden(&self) -> impl Iterator<Item = &str> {
        self.hidden.iter().map(String::as_str)
    }

    /// Header fields that a driver adds to requests, as events would show them.
    pub fn shown_headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        self.mask.headers(headers)
    }

    /// Tells from now on, in [`EventKind::Evaluated`], what these expressions come to. They are evaluated once more for
    /// that.
    pub fn tell_values(&mut self, told: ToldValues) {
        self.told = told;
    }

    /// Ends the run from outside, as when its process is told to stop: what happened, and how the run stands. That is
    /// no record, so a refold of the records goes on where they end. Of a run that is over the end is not counted, as
    /// when it could not be kept.
    pub fn cut_off(mut self, at: Timestamp, fault: Fault) -> (Vec<Event>, RunResult) {
        let State::Running(mut memory) = self.state else {
            let error = RunError { code: fault.code, message: fault.message, step_id: None };
            let (status, outputs) = (Status::Stopped, Map::new());
            let kind =
                EventKind::RunFinished { status, outputs: outputs.clone(), error: Some(error.clone()) };
            return (vec![Event { at, kind }], RunResult { status, outputs, error: Some(error) });
        };
        let mut turn = Turn {
            plan: &self.plan,
            options: &self.options,
            told: self.told,
            mask: &mut self.mask,
            memory: &mut memory,
            now: at,
            events: Vec::new(),
        };
        let result = turn.stopped(fault);
        (turn.events, result)
    }

    /// Takes a record in and returns what it caused.
    ///
    /// # Errors
    ///
    /// The record does not answer a command of this run. The run is as it was.
    pub fn apply(&mut self, mut record: Record) -> Result<Vec<Event>, OutOfOrder> {
        self.expects(&record)?;
        if let Record::Responded { response, .. } = &record {
            self.mask.hide_response(response);
        }
        let commands = take(&mut self.commands);
        let since = std::mem::replace(&mut self.now, record.at());
        let mut memory = match (std::mem::replace(&mut self.state, State::New), &mut record) {
            (State::Running(memory), _) => memory,
            (State::New, Record::Started { run_id, inputs, at, files, .. }) => {
                self.remember(take(run_id), *at, take(inputs), take(files))
            }
            // `expects` lets nothing else through.
            (state @ (State::New | State::Finished(_)), _) => {
                self.state = state;
                return Ok(Vec::new());
            }
        };
        let mut turn = Turn {
            plan: &self.plan,
            options: &self.options,
            told: self.told,
            mask: &mut self.mask,
            memory: &mut memory,
            now: self.now,
            events: Vec::new(),
        };
        let outcome = turn.run(commands, record, since);
        let events = turn.events;
        match outcome {
            Outcome::Wait(command) => {
                self.commands = vec![command];
                self.state = State::Running(memory);
            }
            Outcome::Finish(result) => {
                self.commands = vec![Command::Finish];
                self.failed = memory.failed.take().filter(|_| result.status == Status::Failed);
                self.state = State::Finished(result);
            }
        }
        Ok(events)
    }

    fn remember(
        &self,
        run_id: String,
        started: Timestamp,
        mut inputs: Map<String, Value>,
        files: Vec<String>,
    ) -> Box<Memory> {
        inputs.extend(self.secrets.inputs().iter().map(|(name, value)| (name.clone(), value.clone())));
        Box::new(Memory {
            run_id,
            started,
            inputs: Arc::new(inputs),
            files: Files::new(files),
            // Most workflows call no other one.
            frames: Vec::with_capacity(1),
            finished: Vec::new(),
            visits: 0,
            attempts: 0,
            failed: None,
            dependencies: std::collections::BTreeMap::new(),
        })
    }

    /// Whether `record` answers what the run waits for.
    fn expects(&self, record: &Record) -> Result<(), OutOfOrder> {
        let waits = match &self.state {
            State::New => Waits::Start,
            State::Running(_) => match self.commands.first() {
                Some(Command::Call(call)) => Waits::Call(call.id),
                Some(Command::Sleep { id, .. }) => Waits::Sleep(*id),
                Some(Command::Finish) | None => Waits::Nothing,
            },
            State::Finished(_) => Waits::Nothing,
        };
        let fits = match (&waits, record) {
            (Waits::Start, Record::Started { semantics, .. }) => *semantics == SEMANTICS,
            (Waits::Call(call), Record::Responded { id, .. } | Record::Failed { id, .. }) => call == id,
            (Waits::Sleep(sleep), Record::Woke { id, .. }) => sleep == id,
            (Waits::Start | Waits::Call(_) | Waits::Sleep(_) | Waits::Nothing, _) => false,
        };
        if fits { Ok(()) } else { Err(OutOfOrder { expected: waits.describe(), found: describe(record) }) }
    }
}

/// What a run remembers may hold secrets, so nothing of that is told.
impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::New => "new",
            State::Running(_) => "running",
            State::Finished(_) => "finished",
        };
        let secrets = self.secrets.names().count();
        let mut run = f.debug_struct("Run");
        run.field("state", &state).field("secrets", &secrets).field("now", &self.now).finish_non_exhaustive()
    }
}

/// What a run waits for.
enum Waits {
    Start,
    Call(CallId),
    Sleep(SleepId),
    Nothing,
}

impl Waits {
    fn describe(&self) -> String {
        match self {
            Self::Start => format!("its start (semantics {SEMANTICS})"),
            Self::Call(id) => format!("the answer to call {id}"),
            Self::Sleep(id) => format!("the wait before call {}.{} to end", id.visit, id.attempt),
            Self::Nothing => "nothing, it is over".to_owned(),
        }
    }
}

fn describe(record: &Record) -> String {
    match record {
        Record::Started { semantics, .. } => format!("a start (semantics {semantics})"),
        Record::Responded { id, .. } | Record::Failed { id, .. } => format!("the answer to call {id}"),
        Record::Woke { id, .. } => format!("the end of the wait before call {}.{}", id.visit, id.attempt),
    }
}
