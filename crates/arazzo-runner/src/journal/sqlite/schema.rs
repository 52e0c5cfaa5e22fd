//! The tables, and how those of an earlier version become the present ones.

use rusqlite::Connection;

use super::failure::Failure;
use crate::journal::{JournalError, JournalErrorKind};

/// The version of the tables. Each change to them is one more, with a step in [`prepare`] and a golden journal.
const VERSION: i64 = 1;

/// Tells the file from those of other programs: "ARZZ".
const APPLICATION: i64 = 0x4152_5a5a;

const TABLES: &str = "
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    workflow_id TEXT NOT NULL,
    description TEXT NOT NULL,
    plan_digest TEXT NOT NULL,
    secret_inputs TEXT NOT NULL,
    settings TEXT NOT NULL,
    standing TEXT NOT NULL,
    due INTEGER,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    owner TEXT,
    epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;
CREATE TABLE entries (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE bodies (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (run, number)
) STRICT;
";

/// Makes the tables if there are none.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Failure> {
    let number = |connection: &Connection, pragma: &str| {
        connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
    };
    if number(connection, "application_id")? == APPLICATION && number(connection, "user_version")? == VERSION
    {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let (application, version) =
        (number(&transaction, "application_id")?, number(&transaction, "user_version")?);
    let tables =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    match (application, version) {
        (APPLICATION, VERSION) => return Ok(()),
        (APPLICATION, later) if later > VERSION => {
            let message = format!("a later version of arazzo wrote it (its tables have version {later})");
            return Err(JournalError::new(JournalErrorKind::Newer, message).into());
        }
        (0, 0) if tables == 0 => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        (_, _) => {
            let message = "it is the database of another program";
            return Err(JournalError::new(JournalErrorKind::Damaged, message).into());
        }
    }
    Ok(transaction.commit()?)
}
