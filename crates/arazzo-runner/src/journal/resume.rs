//! Going on where a journal ends: its records are folded, and what was under way is found.

use std::fmt;

use arazzo_engine::{Call, Command, Event, Run};

use super::drive::{DEFAULT_IDEMPOTENCY_HEADER, Durability, declares, digest, is_idempotent};
use super::{CallStarted, Entry, JournalError, JournalErrorKind};

/// A run that stands where its journal ends.
#[derive(Debug)]
#[non_exhaustive]
pub struct Resumed {
    /// What happened before, in order. It was told already.
    pub events: Vec<Event>,
    /// The request that was under way. Nobody knows whether the server got it.
    pub under_way: Option<CallStarted>,
}

/// A request that was under way and should not be sent twice without asking: no header field tells the server that it
/// is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ambiguity {
    /// The step that sends it.
    pub step_id: String,
    /// The method.
    pub method: String,
    /// What a person calls the operation.
    pub operation: String,
    /// The header field that the operation would have to declare; `None` if none was made for the request, or the request
    /// has one itself now that may be another one than was sent.
    pub header: Option<String>,
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step_id, method, operation, header } = self;
        write!(
            f,
            "step `{step_id}`: its {method} (`{operation}`) was under way when the run was interrupted and may have had \
             its effect, and "
        )?;
        match header {
            Some(header) => {
                write!(f, "the operation declares no `{header}` header by which the server could tell")
            }
            None => write!(f, "no header that was made for it lets the server tell"),
        }
    }
}

/// Folds the entries into `run`, which has had no record yet.
///
/// # Errors
///
/// The entries do not belong to this run: another plan, other options or another version of the machine.
pub fn resume(run: &mut Run, entries: &[Entry]) -> Result<Resumed, JournalError> {
    let mut events = Vec::new();
    let mut started = Vec::new();
    for entry in entries {
        match entry {
            Entry::CallStarted(call) => started.push(call),
            // It undoes its own start, which may not have been kept: that of an earlier process may have been sent.
            Entry::CallWithdrawn(call) => {
                started.pop_if(|started| (started.id, started.at) == (call.id, call.started_at));
            }
            Entry::SecretsFound(found) => found.secrets.iter().for_each(|secret| run.hide(secret)),
            Entry::Record(record) => {
                let folded = run.apply(record.clone());
                events.extend(folded.map_err(|error| changed(&error.to_string()))?);
            }
        }
    }
    let under_way = started.pop().filter(|started| call_of(run, started).is_some()).cloned();
    Ok(Resumed { events, under_way })
}

impl Resumed {
    /// Whether the request that was under way would be sent with the same bytes.
    ///
    /// # Errors
    ///
    /// It would not: something that it is made of was changed.
    pub fn check(&self, run: &Run) -> Result<(), JournalError> {
        let Some(started) = &self.under_way else { return Ok(()) };
        match call_of(run, started) {
            Some(call) if digest(run, call) != started.digest => {
                let id = started.id;
                Err(changed(&format!("the request of call {id}, which was under way, is another one now")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The request that was under way, if sending it again could do twice what should be done once.
    pub fn ambiguity(&self, run: &Run, durability: &Durability) -> Option<Ambiguity> {
        let started = self.under_way.as_ref()?;
        let call = call_of(run, started)?;
        let step = run.plan().step(call.step)?;
        let operation = step.call()?.operation();
        let name = durability.idempotency_header.as_deref();
        let has_own = call.request.header(name.unwrap_or(DEFAULT_IDEMPOTENCY_HEADER)).is_some();
        // What was sent without a key is not known by the one that it would have now.
        let header = name.filter(|_| started.idempotency_key.is_some() && !has_own);
        let is_safe = is_idempotent(call)
            // Its own field tells a repetition if it is the one that was sent.
            || (has_own && digest(run, call) == started.digest)
            || header.is_some_and(|header| declares(operation, header));
        if is_safe {
            return None;
        }
        Some(Ambiguity {
            step_id: step.id().to_owned(),
            method: call.request.method.clone(),
            operation: operation.label(),
            header: header.map(str::to_owned),
        })
    }
}

/// The call that the run waits for, if it is the one that was started.
fn call_of<'r>(run: &'r Run, started: &CallStarted) -> Option<&'r Call> {
    run.commands().iter().find_map(|command| match command {
        Command::Call(call) if call.id == started.id => Some(&**call),
        Command::Call(_) | Command::Sleep { .. } | Command::Finish => None,
    })
}

fn changed(fact: &str) -> JournalError {
    JournalError::new(JournalErrorKind::Changed, format!("the journal does not fit the run: {fact}"))
}
