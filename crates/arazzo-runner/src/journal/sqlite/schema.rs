//! The tables, and how those of an earlier version become the present ones.

use rusqlite::{Connection, Transaction};

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

/// Whether the tables of a journal are there. Nothing is written, and what another program writes meanwhile is seen
/// wholly or not at all.
pub(super) fn check(connection: &Connection) -> Result<bool, Failure> {
    look(&connection.unchecked_transaction()?)
}

fn look(transaction: &Transaction<'_>) -> Result<bool, Failure> {
    let number = |pragma: &str| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION, VERSION) => return Ok(true),
        (APPLICATION, later) if later > VERSION => {
            let message = format!("a later version of arazzo wrote it (its tables have version {later})");
            return Err(JournalError::new(JournalErrorKind::Newer, message).into());
        }
        (0, 0) => {
            let tables = "SELECT count(*) FROM sqlite_schema";
            if transaction.query_row(tables, [], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(false);
            }
        }
        (_, _) => {}
    }
    let message = "it is the database of another program";
    Err(JournalError::new(JournalErrorKind::Damaged, message).into())
}

/// Makes the tables if there are none.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Failure> {
    if check(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Somebody else may have made them meanwhile.
    if look(&transaction)? {
        return Ok(());
    }
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}
