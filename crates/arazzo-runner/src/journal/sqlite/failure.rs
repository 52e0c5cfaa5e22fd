//! What SQLite says, in the words of a journal.

use rusqlite::ErrorCode;

use crate::journal::{JournalError, JournalErrorKind};

/// Why work on the database ended.
#[derive(Debug)]
pub(super) enum Failure {
    /// It is refused; nothing was written.
    Refused(JournalError),
    /// The database failed, so that nothing of the transaction counts.
    Database(rusqlite::Error),
}

impl Failure {
    /// An entry that cannot be written as JSON. None is made that cannot.
    pub(super) fn unwritable(error: serde_json::Error) -> Self {
        let message = format!("an entry cannot be written as JSON: {error}");
        Self::Refused(JournalError::new(JournalErrorKind::Storage, message))
    }

    /// What was read cannot have been written so.
    pub(super) fn damaged(fact: impl std::fmt::Display) -> Self {
        let message = format!("the journal is damaged: {fact}");
        Self::Refused(JournalError::new(JournalErrorKind::Damaged, message))
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Failure> for JournalError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Database(error) => of_database(&error),
        }
    }
}

fn of_database(error: &rusqlite::Error) -> JournalError {
    use JournalErrorKind::{Damaged, Full, Locked, Refused, Storage};
    let (kind, fact) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => (Full, "the disk is full"),
        Some(
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied,
        ) => (Refused, "the file cannot be written"),
        Some(ErrorCode::CannotOpen) => (Refused, "the file cannot be opened"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            (Locked, "another program keeps it locked")
        }
        Some(ErrorCode::DatabaseCorrupt) => (Damaged, "the file is damaged"),
        Some(ErrorCode::NotADatabase) => (Damaged, "the file is no journal"),
        Some(ErrorCode::SystemIoFailure) => (Storage, "the disk fails"),
        // Other codes are about statements, which are the same every time; and there may be more codes one day.
        _ => (Storage, "the database fails"),
    };
    JournalError::new(kind, format!("{fact} ({error})"))
}
