//! What the tables hold: a run with its lease, and its entries.

use arazzo_engine::{Record, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failure::Failure;
use super::{now, owner, sql};
use crate::journal::{Entry, JournalError, JournalledRun, RunStatus, RunSummary};

/// A larger body, in bytes, and one that is no text, is kept as it is in a table of its own.
const SPILL: usize = 64 * 1024;

/// A row of `runs`.
#[derive(Debug)]
pub(super) struct RunRow {
    pub(super) run: i64,
    pub(super) run_id: String,
    workflow_id: String,
    description: String,
    standing: String,
    due: Option<i64>,
    started_at: i64,
    pub(super) updated_at: i64,
    steps: u32,
    pub(super) entries: i64,
    pub(super) owner: Option<String>,
    pub(super) epoch: i64,
    lease_until: i64,
}

const COLUMNS: &str =
    "run, run_id, workflow_id, description, standing, due, started_at, updated_at, steps, entries,
    owner, epoch, lease_until";

impl RunRow {
    pub(super) fn find(db: &Connection, run_id: &str) -> Result<Self, Failure> {
        let row = db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE run_id = ?1"))?
            .query_row([run_id], Self::from_row)
            .optional()?;
        row.ok_or_else(|| JournalError::unknown(run_id).into())
    }

    /// All runs in the order in which they were begun.
    pub(super) fn all(db: &Connection) -> Result<Vec<Self>, Failure> {
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM runs ORDER BY run"))?;
        let rows = statement.query_map([], Self::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            run: row.get(0)?,
            run_id: row.get(1)?,
            workflow_id: row.get(2)?,
            description: row.get(3)?,
            standing: row.get(4)?,
            due: row.get(5)?,
            started_at: row.get(6)?,
            updated_at: row.get(7)?,
            steps: row.get(8)?,
            entries: row.get(9)?,
            owner: row.get(10)?,
            epoch: row.get(11)?,
            lease_until: row.get(12)?,
        })
    }

    /// Whether somebody drives the run.
    pub(super) fn is_held(&self) -> bool {
        let owner = self.owner.as_deref().filter(|_| self.lease_until > sql(now().0));
        owner.is_some_and(|owner| !owner::is_gone(owner))
    }

    pub(super) fn is_over(&self) -> bool {
        self.ended().is_some()
    }

    fn ended(&self) -> Option<RunStatus> {
        let all = [RunStatus::Succeeded, RunStatus::Failed, RunStatus::Cancelled];
        all.into_iter().find(|status| status.as_str() == self.standing)
    }

    /// Refuses a run that is over.
    pub(super) fn check_open(&self) -> Result<(), JournalError> {
        match self.ended() {
            None => Ok(()),
            Some(RunStatus::Cancelled) => Err(JournalError::cancelled(&self.run_id)),
            Some(_) => Err(JournalError::over(&self.run_id)),
        }
    }

    pub(super) fn summary(&self) -> RunSummary {
        let open = || match (self.is_held(), self.due) {
            (false, _) => RunStatus::Interrupted,
            (true, Some(_)) => RunStatus::Waiting,
            (true, None) => RunStatus::Running,
        };
        RunSummary {
            run_id: self.run_id.clone(),
            workflow_id: self.workflow_id.clone(),
            description: self.description.clone(),
            status: self.ended().unwrap_or_else(open),
            started_at: moment(self.started_at),
            updated_at: moment(self.updated_at),
            steps: self.steps,
            due: self.due.map(moment),
        }
    }
}

fn moment(number: i64) -> Timestamp {
    Timestamp(u64::try_from(number).unwrap_or_default())
}

/// An entry as it is stored.
pub(super) struct StoredEntry {
    pub(super) at: Timestamp,
    text: String,
    body: Option<Vec<u8>>,
}

impl StoredEntry {
    pub(super) fn of(mut entry: Entry) -> Result<Self, Failure> {
        let mut body = None;
        if let Entry::Record(Record::Responded { response, .. }) = &mut entry
            && (response.body.len() > SPILL || std::str::from_utf8(&response.body).is_err())
        {
            body = Some(std::mem::take(&mut response.body));
        }
        let text = serde_json::to_string(&entry).map_err(Failure::unwritable)?;
        Ok(Self { at: entry.at(), text, body })
    }

    pub(super) fn insert(self, db: &Connection, run: i64, number: i64) -> Result<(), Failure> {
        let Self { text, body, .. } = self;
        db.prepare_cached("INSERT INTO entries (run, number, entry) VALUES (?1, ?2, ?3)")?
            .execute(params![run, number, text])?;
        if let Some(body) = body {
            db.prepare_cached("INSERT INTO bodies (run, number, body) VALUES (?1, ?2, ?3)")?
                .execute(params![run, number, body])?;
        }
        Ok(())
    }
}

/// Everything of a run. What is missing is damage: nothing is passed over.
pub(super) fn read(db: &Connection, run_id: &str) -> Result<JournalledRun, Failure> {
    let row = RunRow::find(db, run_id)?;
    let (plan_digest, names, settings): (String, String, String) = db
        .prepare_cached("SELECT plan_digest, secret_inputs, settings FROM runs WHERE run = ?1")?
        .query_row([row.run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut statement = db.prepare_cached(
        "SELECT entry, body FROM entries LEFT JOIN bodies USING (run, number) WHERE run = ?1 ORDER BY number",
    )?;
    let mut rows = statement.query([row.run])?;
    let mut entries = Vec::new();
    while let Some(stored) = rows.next()? {
        let text: String = stored.get(0)?;
        let mut entry: Entry = serde_json::from_str(&text)
            .map_err(|error| Failure::damaged(format!("an entry cannot be read: {error}")))?;
        if let (Entry::Record(Record::Responded { response, .. }), Some(body)) = (&mut entry, stored.get(1)?)
        {
            response.body = body;
        }
        entries.push(entry);
    }
    if entries.len() as u64 != u64::try_from(row.entries).unwrap_or_default() {
        return Err(Failure::damaged(format!("the run `{run_id}` lacks entries")));
    }
    Ok(JournalledRun {
        summary: row.summary(),
        plan_digest,
        secret_inputs: serde_json::from_str(&names).map_err(Failure::damaged)?,
        settings: serde_json::from_str(&settings).map_err(Failure::damaged)?,
        entries,
    })
}
