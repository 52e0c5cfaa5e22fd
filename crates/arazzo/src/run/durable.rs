//! Durable runs: each has its place in the journal before anything is sent, and goes on from what is there.

use std::path::PathBuf;
use std::sync::Arc;

use arazzo_engine::{Event, Fault, Plan, Record, Run, RunResult, Start};
use arazzo_runner::journal::{
    Ambiguity, Durability, Entry, Journal, JournalError, JournalledRun, Lease, NewRun, RunStatus,
    drive_journalled, resume,
};
use arazzo_runner::{Clock, DriveError, Transport};
use serde_json::Value;

use super::not_kept::NotKept;
use super::terminal::{self, Answer};
use crate::args::RunArgs;
use crate::output::{self, HINT};
use crate::refusal::Refusal;
use crate::runs::{OnAmbiguous, Settings, State};

/// A run of the journal that is to be gone on with.
pub(crate) struct Resumption {
    pub(crate) state: State,
    pub(crate) run: JournalledRun,
    /// Where relative paths of files that the inputs name start.
    pub(crate) folder: PathBuf,
    /// What it was given that the journal does not keep, as far as that is known.
    pub(crate) not_kept: Option<NotKept>,
    pub(crate) on_ambiguous: OnAmbiguous,
    pub(crate) accept_changed: bool,
}

/// One run and its place in the journal.
pub(super) struct Kept {
    durability: Durability,
    /// What happened before; empty for a run that begins.
    entries: Vec<Entry>,
    /// The command that goes on with it.
    resume: String,
    on_ambiguous: OnAmbiguous,
    accept_changed: bool,
}

/// What happened before a run was interrupted.
pub(super) struct Past {
    pub(super) events: Vec<Event>,
    /// Why the run does not go on.
    pub(super) halt: Option<Fault>,
}

/// Makes a place for each run, all of them before the first one begins.
pub(super) fn begin(
    args: &RunArgs,
    state: &State,
    runs: &[(Arc<Plan>, Start)],
    plan_digest: &str,
    not_kept: &NotKept,
) -> Result<Vec<Kept>, Refusal> {
    let settings = serde_json::to_value(Settings::of(args, not_kept)?).unwrap_or(Value::Null);
    let mut kept = Vec::new();
    for (plan, start) in runs {
        let Record::Started { run_id, .. } = &start.record else { continue };
        let new = NewRun {
            run_id: run_id.clone(),
            workflow_id: plan.workflow_id().to_owned(),
            description: args.description.clone(),
            plan_digest: plan_digest.to_owned(),
            secret_inputs: start.secrets.names().map(str::to_owned).collect(),
            settings: settings.clone(),
            start: start.record.clone(),
        };
        let lease = match state.wait(state.journal.create(new)) {
            Ok(lease) => lease,
            Err(error) => {
                undo(state, &kept);
                return Err(state.refuse(&error));
            }
        };
        let mut durability = Durability::new(Arc::clone(&state.journal) as Arc<dyn Journal>, lease);
        durability.idempotency_header = idempotency_header(args, not_kept);
        let (entries, resume) = (Vec::new(), state.resume_command(&durability.lease.run_id));
        let (on_ambiguous, accept_changed) = (OnAmbiguous::Stop, false);
        kept.push(Kept { durability, entries, resume, on_ambiguous, accept_changed });
    }
    Ok(kept)
}

/// Takes the places back of runs that do not begin, because another one has none: nobody asked for a part of them.
fn undo(state: &State, kept: &[Kept]) {
    for Kept { durability: Durability { lease, .. }, .. } in kept {
        // Why there is no place for the other one is told, and that is most likely why this does not work either.
        let _ = state
            .wait(state.journal.cancel(&lease.run_id))
            .and_then(|()| state.wait(state.journal.delete(&lease.run_id)));
    }
}

impl Resumption {
    /// Whether what the run had is given again, and the names of the header fields as they were. A run that is over sends
    /// nothing any more.
    pub(super) fn given_again(
        &self,
        given: &NotKept,
        schemes: &[(&str, &str)],
    ) -> Result<Option<&[String]>, Refusal> {
        let Some(had) = self.not_kept.as_ref() else { return Ok(None) };
        if !self.run.summary.status.is_over() {
            had.check(given, schemes, self.accept_changed)?;
        }
        Ok((!self.accept_changed).then(|| had.headers()))
    }

    /// The start of the run: what the journal has, with the secret inputs that were given again.
    pub(super) fn start(
        &self,
        plan: &Plan,
        given: serde_json::Map<String, Value>,
        plan_digest: &str,
    ) -> Result<Start, Refusal> {
        if self.run.plan_digest != plan_digest && !self.accept_changed {
            let message = format!(
                "the description, a source or a rule was changed since the run `{}` began",
                self.run.summary.run_id
            );
            let hint = "put them back, or go on with `--accept-changed`".to_owned();
            return Err(Refusal::usage(message, hint));
        }
        let Some(Entry::Record(started)) = self.run.entries.first() else {
            return Err(Refusal::stopped("the journal is damaged: the run has no start", None));
        };
        let secret = self.run.secret_inputs.iter();
        let missing: Vec<String> = secret.filter(|name| !given.contains_key(*name)).cloned().collect();
        plan.resume(started, &self.run.secret_inputs, given).map_err(|mut error| {
            for problem in &mut error.problems {
                if let Some(name) = problem.input.as_ref().filter(|name| missing.contains(name)) {
                    problem.hint = Some(format!("give it again: `-i {name}=VALUE`"));
                }
            }
            super::inputs::refuse(error)
        })
    }

    /// Leases the run, if it is not over, and reads what is there.
    pub(super) fn take(&self, args: &RunArgs, given: &NotKept) -> Result<Kept, Refusal> {
        let (state, run_id) = (&self.state, &self.run.summary.run_id);
        let refuse = |error: JournalError| state.refuse(&error);
        let lease = if matches!(self.run.summary.status, RunStatus::Succeeded | RunStatus::Failed) {
            Lease { run_id: run_id.clone(), epoch: 0 }
        } else {
            state.wait(state.journal.claim(run_id)).map_err(refuse)?
        };
        let entries = state.wait(state.journal.read(run_id)).map_err(refuse)?.entries;
        let mut durability = Durability::new(Arc::clone(&state.journal) as Arc<dyn Journal>, lease);
        durability.idempotency_header = idempotency_header(args, given);
        let (resume, on_ambiguous) = (state.resume_command(run_id), self.on_ambiguous);
        Ok(Kept { durability, entries, resume, on_ambiguous, accept_changed: self.accept_changed })
    }
}

impl Kept {
    /// Whether the run was begun before.
    pub(super) fn is_resumed(&self) -> bool {
        !self.entries.is_empty()
    }

    /// Folds what happened before into the run.
    pub(super) fn recall(&mut self, run: &mut Run) -> Result<Past, DriveError> {
        let resumed = resume(run, &std::mem::take(&mut self.entries))?;
        if run.result().is_some() {
            return Ok(Past { events: resumed.events, halt: None });
        }
        let checked = if self.accept_changed { Ok(()) } else { resumed.check(run) };
        if let Err(error) = checked {
            let why = format!("{error}; undo the change, or use `{} --accept-changed`", self.resume);
            let why = Fault { code: "journal".to_owned(), message: why };
            return Ok(Past { events: resumed.events, halt: Some(why) });
        }
        let ambiguity = resumed.ambiguity(run, &self.durability);
        let halt = ambiguity.and_then(|ambiguity| self.settle(&ambiguity).err());
        let halt = halt.map(|message| Fault { code: "ambiguous-request".to_owned(), message });
        Ok(Past { events: resumed.events, halt })
    }

    /// Whether the request is sent again, or why not.
    fn settle(&self, ambiguity: &Ambiguity) -> Result<(), String> {
        let fact = ambiguity.to_string();
        let asked = match self.on_ambiguous {
            OnAmbiguous::Retry => return Ok(()),
            OnAmbiguous::Stop => false,
            OnAmbiguous::Ask => terminal::is_there(),
        };
        if asked {
            output::message(&fact);
            let answer = terminal::ask(&format!("{HINT}send it again?{HINT:#} [y/N] "), false);
            if matches!(answer, Answer::Line(line) if matches!(line.trim(), "y" | "Y" | "yes")) {
                return Ok(());
            }
        }
        let command = &self.resume;
        Err(format!("{fact}; find out, and to send it again use `{command} --on-ambiguous retry`"))
    }

    /// Drives the run on.
    pub(super) async fn drive(
        &self,
        run: &mut Run,
        transport: &dyn Transport,
        clock: &dyn Clock,
        on_event: &mut dyn FnMut(&Event),
    ) -> Result<(), DriveError> {
        if run.result().is_some() {
            return Ok(());
        }
        drive_journalled(run, transport, clock, &self.durability, on_event).await
    }

    /// Says how to go on with a run that was stopped from outside.
    pub(super) fn hint(&self, args: &RunArgs, result: &RunResult) {
        let code = result.error.as_ref().map(|error| error.code.as_str());
        if code == Some("interrupted") && !args.verbosity.quiet {
            output::message(&format!("  {HINT}hint{HINT:#}: go on with `{}`", self.resume));
        }
    }
}

/// The ids of the runs: as asked for, with their number when there are several.
pub(super) fn run_id(args: &RunArgs, made_up: String, index: u64, of: usize) -> String {
    match (&args.durable.run_id, of) {
        (None, _) => made_up,
        (Some(id), 1) => id.clone(),
        (Some(id), _) => format!("{id}-{}", index + 1),
    }
}

/// The field that is added. One that is given for all requests stays as it is.
fn idempotency_header(args: &RunArgs, given: &NotKept) -> Option<String> {
    let name = args.durable.idempotency_header.clone();
    Some(name).filter(|name| !name.is_empty() && !given.has_header(name))
}
