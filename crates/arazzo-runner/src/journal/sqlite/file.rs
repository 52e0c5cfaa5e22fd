//! The file of a journal: made for its owner only, opened so that commits last.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{SqliteOptions, SyncMode, schema};
use crate::journal::{JournalError, JournalErrorKind};

/// How long another program may keep the file locked.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long is waited before the next attempt, where SQLite does not wait.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens the file, with its tables.
pub(super) fn open(path: &Path, options: &SqliteOptions) -> Result<Connection, JournalError> {
    // Some names, such as `:memory:`, are no files for SQLite. Those of absolute paths are.
    let path = &std::path::absolute(path).map_err(|error| {
        JournalError::new(JournalErrorKind::Refused, format!("it cannot be the name of a file: {error}"))
    })?;
    if options.create {
        make(path)?;
    } else if !path.exists() {
        return Err(JournalError::new(JournalErrorKind::Missing, "the file does not exist"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(of)?;
    connection.busy_timeout(PATIENCE).map_err(of)?;
    // A file that can only be read is opened all the same.
    if connection.is_readonly("main").map_err(of)? {
        return Err(JournalError::new(JournalErrorKind::Refused, "the file cannot be written"));
    }
    let sync = match options.sync {
        SyncMode::Full => "FULL",
        SyncMode::Process => "NORMAL",
        SyncMode::Off => "OFF",
    };
    // First of all: the mode stays with a file, which may be another program's.
    schema::check(&connection)?;
    write_ahead(&connection).map_err(of)?;
    connection.pragma_update(None, "synchronous", sync).map_err(of)?;
    // What is deleted is overwritten: responses may say things that nobody should find later.
    connection.pragma_update(None, "secure_delete", "ON").map_err(of)?;
    schema::prepare(&mut connection)?;
    Ok(connection)
}

/// Lets others read while one writes. SQLite does not wait by itself where several do this to a new file at once.
fn write_ahead(connection: &Connection) -> Result<(), rusqlite::Error> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < PATIENCE =>
            {
                thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

fn of(error: rusqlite::Error) -> JournalError {
    super::Failure::Database(error).into()
}

/// Makes the file unless it exists. Those that SQLite puts beside it get the same mode.
fn make(path: &Path) -> Result<(), JournalError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop).map_err(|error| {
        use ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
        let is_refused = matches!(
            error.kind(),
            PermissionDenied | ReadOnlyFilesystem | NotFound | NotADirectory | IsADirectory
        );
        let kind = if is_refused { JournalErrorKind::Refused } else { JournalErrorKind::Storage };
        JournalError::new(kind, format!("the file cannot be written: {}", error.kind()))
    })
}
