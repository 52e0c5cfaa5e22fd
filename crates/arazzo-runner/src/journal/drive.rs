//! The loop of a durable run: what is about to be sent and what came back is in the journal first.
//!
//! A response and the request that follows it are kept with one append, so a step costs one commit.

use std::sync::Arc;
use std::task::{Context, Waker};

use arazzo_document::openapi::ParameterLocation;
use arazzo_engine::{Call, CallId, Command, Event, PlannedOperation, Run, RunResult, Status, Timestamp};

use super::digest::hex;
use super::given_away::GivenAway;
use super::{CallStarted, CallWithdrawn, Entry, Journal, Lease, RunStatus, Standing};
use crate::drive::{DriveError, Tasks};
use crate::execution::give_way;
use crate::found_secrets::FoundSecrets;
use crate::transport::{Clock, Transport};

/// The header field that [most APIs](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/) take
/// a key from.
pub const DEFAULT_IDEMPOTENCY_HEADER: &str = "Idempotency-Key";

/// How long a key is, in hexadecimal digits.
const KEY_LENGTH: usize = 32;

/// How a run is kept.
#[derive(Clone)]
#[non_exhaustive]
pub struct Durability {
    /// Where.
    pub journal: Arc<dyn Journal>,
    /// The right to write there.
    pub lease: Lease,
    /// The header field by which a server can tell that a `POST` or `PATCH` is one that it had before; `None` adds none.
    pub idempotency_header: Option<String>,
}

impl Durability {
    /// A run that is kept in `journal`, with the usual header field.
    pub fn new(journal: Arc<dyn Journal>, lease: Lease) -> Self {
        Self { journal, lease, idempotency_header: Some(DEFAULT_IDEMPOTENCY_HEADER.to_owned()) }
    }

    /// The field that `call` is sent with, unless it has one by that name.
    fn key(&self, run: &Run, call: &Call) -> Option<(String, String)> {
        let name = self.idempotency_header.as_ref()?;
        (!is_idempotent(call) && call.request.header(name).is_none())
            .then(|| (name.clone(), key(&self.lease.run_id, run.started_at().unwrap_or_default(), call.id)))
    }

    /// The commands as they are carried out, and what has to be kept before.
    fn prepare(&self, run: &Run, tasks: &Tasks<'_>, clock: &dyn Clock) -> (Vec<Command>, Vec<Entry>) {
        let mut entries = Vec::new();
        let prepare = |command: &Command| {
            let Command::Call(call) = command else { return command.clone() };
            let key = self.key(run, call);
            if !tasks.has(command) {
                let digest = digest(run, call);
                let idempotency_key = key.as_ref().map(|(_, value)| value.clone());
                let started = CallStarted { at: clock.now(), id: call.id, digest, idempotency_key };
                entries.push(Entry::CallStarted(started));
            }
            let mut call = Arc::clone(call);
            if let Some(key) = key {
                Arc::make_mut(&mut call).request.headers.push(key);
            }
            Command::Call(call)
        };
        (run.commands().iter().map(prepare).collect(), entries)
    }
}

/// Does what `run` asks for until it is over, as [`drive`](crate::drive) does, and keeps each thing in the journal before
/// anything comes of it: before a request is sent, and before an event tells of an answer.
///
/// The run stands where its journal ends: it was given the record that the journal was created with, or all of its
/// entries ([`resume`](super::resume)).
///
/// # Errors
///
/// What [`drive`](crate::drive) gives, and [`DriveError::Journal`] when something could not be kept. Nothing came of what
/// was not kept; the run can be gone on with from its journal.
pub async fn drive_journalled<F: FnMut(&Event) + ?Sized>(
    run: &mut Run,
    transport: &dyn Transport,
    clock: &dyn Clock,
    durability: &Durability,
    on_event: &mut F,
) -> Result<(), DriveError> {
    let plan = Arc::clone(run.plan());
    let found = FoundSecrets::default();
    let mut given_away = GivenAway::default();
    run.hidden().for_each(|secret| given_away.add(secret.to_owned()));
    let mut tasks = Tasks::new(&plan, transport, clock, &found);
    let mut entries = Vec::new();
    let mut events: Vec<Event> = Vec::new();
    loop {
        let (commands, started) = durability.prepare(run, &tasks, clock);
        entries.extend(started);
        if !entries.is_empty() {
            let mut unsent = Unsent::new(durability, clock, &entries, standing(run));
            let entries = std::mem::take(&mut entries);
            let kept = durability.journal.append(&durability.lease, entries, standing(run)).await;
            if kept.is_ok() {
                events.drain(..).for_each(|event| on_event(&event));
                // Whoever hears of an event can end the run before the next request is sent.
                if run.result().is_none() {
                    give_way().await;
                }
            }
            unsent.calls.clear();
            kept?;
        }
        if run.result().is_some() {
            return Ok(());
        }
        tasks.take_up(&commands);
        let mut record = tasks.next().await?;
        for secret in found.take() {
            run.hide(&secret);
            given_away.add(secret);
        }
        run.cover(&mut record);
        entries.extend(given_away.entry(&record));
        entries.push(Entry::Record(record.clone()));
        events = run.apply(record)?;
    }
}

/// Requests that are noted as about to be sent. If the run is given up before they are, that is noted, too.
struct Unsent<'d> {
    durability: &'d Durability,
    clock: &'d dyn Clock,
    standing: Standing,
    calls: Vec<(CallId, Timestamp)>,
}

impl<'d> Unsent<'d> {
    fn new(durability: &'d Durability, clock: &'d dyn Clock, entries: &[Entry], standing: Standing) -> Self {
        let started = entries.iter().filter_map(|entry| match entry {
            Entry::CallStarted(call) => Some((call.id, call.at)),
            Entry::CallWithdrawn(_) | Entry::SecretsFound(_) | Entry::Record(_) => None,
        });
        Self { durability, clock, standing, calls: started.collect() }
    }
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let at = self.clock.now();
        let withdrawn = |(id, started_at)| Entry::CallWithdrawn(CallWithdrawn { at, id, started_at });
        let entries = self.calls.drain(..).map(withdrawn).collect();
        let Durability { journal, lease, .. } = self.durability;
        // What was begun is finished, and there is nobody to wait for it.
        let _ = journal
            .append(lease, entries, self.standing)
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// How the run stands.
fn standing(run: &Run) -> Standing {
    if let Some(result) = run.result() {
        return Standing::Over(over(result));
    }
    let due = run.commands().iter().map(|command| match command {
        Command::Sleep { until, .. } => Some(*until),
        Command::Call(_) | Command::Finish => None,
    });
    match due.collect::<Option<Vec<_>>>().and_then(|due| due.into_iter().min()) {
        Some(due) => Standing::Waiting(due),
        None => Standing::UnderWay,
    }
}

fn over(result: &RunResult) -> RunStatus {
    match result.status {
        Status::Succeeded => RunStatus::Succeeded,
        Status::Failed | Status::Stopped => RunStatus::Failed,
    }
}

/// Whether the method says that a repetition does nothing more.
pub(super) fn is_idempotent(call: &Call) -> bool {
    !matches!(call.request.method.as_str(), "POST" | "PATCH")
}

/// Whether the operation declares the header field.
pub(super) fn declares(operation: &PlannedOperation, header: &str) -> bool {
    operation.view().parameters().iter().any(|parameter| {
        parameter.location() == ParameterLocation::Header && parameter.name().eq_ignore_ascii_case(header)
    })
}

/// The SHA-256 of the request, with credentials as slots and without the secret inputs.
pub(super) fn digest(run: &Run, call: &Call) -> String {
    hex(&[&run.without_secrets(call)])
}

/// The same for the same attempt of the same run, whoever sends it and when. Runs of one id in several journals began at
/// several moments.
fn key(run_id: &str, began: Timestamp, id: CallId) -> String {
    let mut key = hex(&[format!("{run_id}\n{}\n{id}", began.0).as_bytes()]);
    key.truncate(KEY_LENGTH);
    key
}
