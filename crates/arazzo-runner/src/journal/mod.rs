//! The journal of durable runs: what happened is written down before anything comes of it.
//!
//! A [`Journal`] keeps the [`Entry`]s of runs in order. Bring your own by implementing the trait; [`SqliteJournal`] keeps
//! them in one file, [`MemoryJournal`] in memory. A run is gone on with by folding its entries ([`resume`]) and driving it
//! from there ([`drive_journalled`]). Only who holds the [`Lease`] of a run can write to it.
//!
//! Responses are kept as they came, because later steps need them. Secret inputs and credentials are never handed to a
//! journal; a token that was fetched is only where a response has it.

#[cfg(any(test, feature = "testing"))]
pub mod contract;
mod digest;
mod drive;
mod entry;
mod error;
mod given_away;
mod memory;
mod resume;
mod sqlite;

use std::future::Future;
use std::pin::Pin;

use arazzo_engine::{Record, Timestamp};
use serde_json::Value;

pub(crate) use digest::PlanIdentity;
pub use digest::plan_digest;
pub use drive::{DEFAULT_IDEMPOTENCY_HEADER, Durability, drive_journalled};
pub use entry::{CallStarted, CallWithdrawn, Entry, SecretsFound};
pub use error::{JournalError, JournalErrorKind};
pub use memory::MemoryJournal;
pub use resume::{Ambiguity, Resumed, resume};
pub use sqlite::{SqliteJournal, SqliteOptions, SyncMode};

/// Work of a journal. What was begun is finished, also when this is dropped.
pub type Journalling<'a, T> = Pin<Box<dyn Future<Output = Result<T, JournalError>> + Send + 'a>>;

/// Keeps the entries of runs. All of an append is kept or nothing of it, and when its future is done it is kept for good.
pub trait Journal: Send + Sync {
    /// Begins the journal of a run with its first record, and leases it.
    ///
    /// # Errors
    ///
    /// There is a run with this id ([`JournalErrorKind::Exists`]), or it cannot be written.
    fn create(&self, run: NewRun) -> Journalling<'_, Lease>;

    /// Adds entries to the end of the run and notes how it stands now. The lease is extended.
    ///
    /// # Errors
    ///
    /// The lease was lost to somebody else ([`JournalErrorKind::LeaseLost`]), the run was cancelled
    /// ([`JournalErrorKind::Cancelled`]), or it cannot be written.
    fn append<'a>(&'a self, lease: &'a Lease, entries: Vec<Entry>, standing: Standing)
    -> Journalling<'a, ()>;

    /// Leases a run that nobody drives, to go on with it.
    ///
    /// # Errors
    ///
    /// Somebody drives it ([`JournalErrorKind::Leased`]), it is over, or there is no such run.
    fn claim<'a>(&'a self, run_id: &'a str) -> Journalling<'a, Lease>;

    /// Gives a lease back, as when the process ends before the run does.
    ///
    /// # Errors
    ///
    /// It cannot be written. A lease that was lost is no error.
    fn release<'a>(&'a self, lease: &'a Lease) -> Journalling<'a, ()>;

    /// What is kept of a run.
    ///
    /// # Errors
    ///
    /// There is no such run, or it cannot be read.
    fn read<'a>(&'a self, run_id: &'a str) -> Journalling<'a, JournalledRun>;

    /// All runs, the one that was begun first at the start.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    fn list(&self) -> Journalling<'_, Vec<RunSummary>>;

    /// Ends a run from outside. Who drives it cannot append any more.
    ///
    /// # Errors
    ///
    /// It is over ([`JournalErrorKind::Over`]), there is no such run, or it cannot be written.
    fn cancel<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()>;

    /// Deletes a run that is over.
    ///
    /// # Errors
    ///
    /// It is not over ([`JournalErrorKind::NotOver`]), there is no such run, or it cannot be written.
    fn delete<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()>;
}

/// A run that begins.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The id, which no other run of the journal has.
    pub run_id: String,
    /// The workflow.
    pub workflow_id: String,
    /// Where the description was read.
    pub description: String,
    /// Names what the plan was made of. A run is gone on with by the same plan.
    pub plan_digest: String,
    /// The names of the secret inputs, which have to be given again.
    pub secret_inputs: Vec<String>,
    /// What else the caller needs to make the same plan again. Nothing of it may be secret.
    pub settings: Value,
    /// The record that [`Plan::start`](arazzo_engine::Plan::start) made.
    pub start: Record,
}

/// The right to write to a run, until somebody else has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The run.
    pub run_id: String,
    /// Grows each time the run is leased. Who has an earlier number has lost it.
    pub epoch: u64,
}

/// How a run stands after its last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is something to do.
    UnderWay,
    /// It waits until this moment.
    Waiting(Timestamp),
    /// It is over.
    Over(RunStatus),
}

/// How a run is, as others see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunStatus {
    /// Somebody drives it.
    Running,
    /// Somebody drives it, and it waits.
    Waiting,
    /// It is not over, and nobody drives it.
    Interrupted,
    /// It is over and succeeded.
    Succeeded,
    /// It is over and failed, or a limit ended it.
    Failed,
    /// It was ended from outside.
    Cancelled,
}

impl RunStatus {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Interrupted => "interrupted",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more comes.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Self::Running | Self::Waiting | Self::Interrupted => false,
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunSummary {
    /// The id.
    pub run_id: String,
    /// The workflow.
    pub workflow_id: String,
    /// Where the description was read.
    pub description: String,
    /// How it is.
    pub status: RunStatus,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it was written to last.
    pub updated_at: Timestamp,
    /// How many visits to steps there were.
    pub steps: u32,
    /// Until when it waits, if that is what it does or did when it was interrupted.
    pub due: Option<Timestamp>,
}

impl RunSummary {
    /// A run of which no more is known. The other fields can be set.
    pub fn new(run_id: impl Into<String>, workflow_id: impl Into<String>, status: RunStatus) -> Self {
        Self {
            run_id: run_id.into(),
            workflow_id: workflow_id.into(),
            description: String::new(),
            status,
            started_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            steps: 0,
            due: None,
        }
    }
}

/// Everything that is kept of a run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JournalledRun {
    /// What a list says of it.
    pub summary: RunSummary,
    /// Names what the plan was made of.
    pub plan_digest: String,
    /// The names of the secret inputs.
    pub secret_inputs: Vec<String>,
    /// What the caller kept with it.
    pub settings: Value,
    /// What happened, in order. The first one is the start record.
    pub entries: Vec<Entry>,
}

impl JournalledRun {
    /// A run with these entries. The other fields can be set.
    pub fn new(summary: RunSummary, entries: Vec<Entry>) -> Self {
        Self {
            summary,
            plan_digest: String::new(),
            secret_inputs: Vec::new(),
            settings: Value::Null,
            entries,
        }
    }
}

/// The number of the last visit to a step that the entries tell of.
fn last_visit(entries: &[Entry]) -> u32 {
    entries.iter().filter_map(Entry::visit).max().unwrap_or(0)
}
