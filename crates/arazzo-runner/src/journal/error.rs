//! Why something could not be kept or read.

/// Why a [`Journal`](super::Journal) did not do what it was asked for. What was kept before is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct JournalError {
    /// The kind.
    pub kind: JournalErrorKind,
    /// What happened, as a lowercase fragment.
    pub message: String,
}

/// The kinds of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalErrorKind {
    /// There is no journal.
    Missing,
    /// There is a run with this id already.
    Exists,
    /// There is no run with this id.
    Unknown,
    /// Somebody drives the run.
    Leased,
    /// Somebody else has taken the run over.
    LeaseLost,
    /// The run was cancelled.
    Cancelled,
    /// The run is over.
    Over,
    /// The run is not over.
    NotOver,
    /// The entries do not belong to the plan, or the plan to the run.
    Changed,
    /// There is no room to write.
    Full,
    /// It may not be written or read.
    Refused,
    /// Others keep it locked.
    Locked,
    /// It is damaged, or no journal.
    Damaged,
    /// A later version of the program wrote it.
    Newer,
    /// Something else went wrong with the storage.
    Storage,
}

impl JournalError {
    /// An error of this kind.
    pub fn new(kind: JournalErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// There is no run with this id.
    pub fn unknown(run_id: &str) -> Self {
        Self::new(JournalErrorKind::Unknown, format!("the journal has no run `{run_id}`"))
    }

    pub(super) fn exists(run_id: &str) -> Self {
        Self::new(JournalErrorKind::Exists, format!("the journal has a run `{run_id}` already"))
    }

    pub(super) fn leased(run_id: &str) -> Self {
        Self::new(JournalErrorKind::Leased, format!("another process drives the run `{run_id}`"))
    }

    pub(super) fn lease_lost(run_id: &str) -> Self {
        Self::new(JournalErrorKind::LeaseLost, format!("another process has taken the run `{run_id}` over"))
    }

    pub(crate) fn cancelled(run_id: &str) -> Self {
        Self::new(JournalErrorKind::Cancelled, format!("the run `{run_id}` was cancelled"))
    }

    pub(super) fn over(run_id: &str) -> Self {
        Self::new(JournalErrorKind::Over, format!("the run `{run_id}` is over"))
    }

    pub(super) fn not_over(run_id: &str) -> Self {
        Self::new(JournalErrorKind::NotOver, format!("the run `{run_id}` is not over"))
    }
}
