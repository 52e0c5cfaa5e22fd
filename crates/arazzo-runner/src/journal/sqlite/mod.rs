//! The journal of one machine: a SQLite file that any tool can read.
//!
//! One thread writes. What comes while it commits is kept with the next commit, so many runs share the time that the disk
//! takes. Nothing outside of this folder knows that there is a database.

mod failure;
mod file;
mod owner;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;

use arazzo_engine::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Entry, Journal, JournalError, JournalledRun, Journalling, Lease, NewRun, RunSummary, Standing, last_visit,
};
use failure::Failure;
use owner::Owner;
use row::{RunRow, StoredEntry};
use writer::Writer;

/// How long a lease lasts when its holder is not heard of, in microseconds. A holder on this machine that is gone has
/// lost it at once.
const LEASE: u64 = 15_000_000;

/// What a commit outlives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncMode {
    /// A power cut: the disk has it before anything comes of it.
    #[default]
    Full,
    /// The end of the process. After a power cut the last commits may be missing; what is there is whole.
    Process,
    /// The end of the process, without waiting for the disk ever. A power cut may damage the file.
    Off,
}

/// How a journal is opened.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// What a commit outlives.
    pub sync: SyncMode,
    /// Whether a file that does not exist is made.
    pub create: bool,
}

impl SqliteOptions {
    /// For a journal that is made when it does not exist.
    pub fn create(sync: SyncMode) -> Self {
        Self { sync, create: true }
    }
}

/// A journal in a SQLite file. When it is dropped, its leases are given back.
#[derive(Debug)]
pub struct SqliteJournal {
    writer: Writer,
    owner: Owner,
}

impl SqliteJournal {
    /// Opens the journal in the file at `path`.
    ///
    /// A file that is made can be read and written by its owner only.
    ///
    /// # Errors
    ///
    /// There is none and none is to be made, it cannot be read or written, it is no journal or one of a later version.
    pub fn open(path: &Path, options: &SqliteOptions) -> Result<Self, JournalError> {
        let connection = file::open(path, options)?;
        let owner = Owner::new();
        Ok(Self { writer: Writer::start(connection, owner.clone())?, owner })
    }
}

impl Journal for SqliteJournal {
    fn create(&self, run: NewRun) -> Journalling<'_, Lease> {
        let owner = self.owner.clone();
        self.writer.write(move |db| create(db, &owner, run))
    }

    fn append<'a>(
        &'a self,
        lease: &'a Lease,
        entries: Vec<Entry>,
        standing: Standing,
    ) -> Journalling<'a, ()> {
        let lease = lease.clone();
        self.writer.write(move |db| append(db, &lease, entries, standing))
    }

    fn claim<'a>(&'a self, run_id: &'a str) -> Journalling<'a, Lease> {
        let (run_id, owner) = (run_id.to_owned(), self.owner.clone());
        self.writer.write(move |db| {
            let row = RunRow::find(db, &run_id)?;
            row.check_open()?;
            if row.is_held() {
                return Err(JournalError::leased(&run_id).into());
            }
            let epoch = row.epoch + 1;
            db.prepare_cached("UPDATE runs SET owner = ?2, epoch = ?3, lease_until = ?4 WHERE run = ?1")?
                .execute(params![row.run, owner.as_str(), epoch, lease_end()])?;
            Ok(Lease { run_id, epoch: u64::try_from(epoch).unwrap_or_default() })
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Journalling<'a, ()> {
        let lease = lease.clone();
        self.writer.write(move |db| {
            db.prepare_cached("UPDATE runs SET owner = NULL WHERE run_id = ?1 AND epoch = ?2")?
                .execute(params![lease.run_id, sql(lease.epoch)])?;
            Ok(())
        })
    }

    fn read<'a>(&'a self, run_id: &'a str) -> Journalling<'a, JournalledRun> {
        let run_id = run_id.to_owned();
        self.writer.read(move |db| row::read(db, &run_id))
    }

    fn list(&self) -> Journalling<'_, Vec<RunSummary>> {
        self.writer.read(|db| Ok(RunRow::all(db)?.iter().map(RunRow::summary).collect()))
    }

    fn cancel<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        let run_id = run_id.to_owned();
        self.writer.write(move |db| {
            let row = RunRow::find(db, &run_id)?;
            row.check_open()?;
            db.prepare_cached(
                "UPDATE runs SET standing = 'cancelled', due = NULL, owner = NULL, updated_at = ?2 WHERE run = ?1",
            )?
            .execute(params![row.run, sql(now().0)])?;
            Ok(())
        })
    }

    fn delete<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        let run_id = run_id.to_owned();
        self.writer.write(move |db| {
            let row = RunRow::find(db, &run_id)?;
            if !row.is_over() {
                return Err(JournalError::not_over(&run_id).into());
            }
            for table in ["bodies", "entries", "runs"] {
                db.execute(&format!("DELETE FROM {table} WHERE run = ?1"), params![row.run])?;
            }
            Ok(())
        })
    }
}

fn create(db: &Connection, owner: &Owner, run: NewRun) -> Result<Lease, Failure> {
    let NewRun { run_id, workflow_id, description, plan_digest, secret_inputs, settings, start } = run;
    let known = db
        .prepare_cached("SELECT 1 FROM runs WHERE run_id = ?1")?
        .query_row([&run_id], |_| Ok(()))
        .optional()?;
    if known.is_some() {
        return Err(JournalError::exists(&run_id).into());
    }
    let entry = StoredEntry::of(Entry::Record(start))?;
    let names = serde_json::to_string(&secret_inputs).map_err(Failure::unwritable)?;
    db.prepare_cached(
        "INSERT INTO runs (run_id, workflow_id, description, plan_digest, secret_inputs, settings, standing, due,
            started_at, updated_at, steps, entries, owner, epoch, lease_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'under-way', NULL, ?7, ?7, 0, 1, ?8, 1, ?9)",
    )?
    .execute(params![
        run_id,
        workflow_id,
        description,
        plan_digest,
        names,
        settings.to_string(),
        sql(entry.at.0),
        owner.as_str(),
        lease_end()
    ])?;
    entry.insert(db, db.last_insert_rowid(), 1)?;
    Ok(Lease { run_id, epoch: 1 })
}

fn append(db: &Connection, lease: &Lease, entries: Vec<Entry>, standing: Standing) -> Result<(), Failure> {
    let row = RunRow::find(db, &lease.run_id)?;
    row.check_open()?;
    if row.epoch != sql(lease.epoch) || row.owner.is_none() {
        return Err(JournalError::lease_lost(&lease.run_id).into());
    }
    let steps = last_visit(&entries);
    let entries = entries.into_iter().map(StoredEntry::of).collect::<Result<Vec<_>, _>>()?;
    let mut number = row.entries;
    let mut updated = row.updated_at;
    for entry in entries {
        number += 1;
        updated = updated.max(sql(entry.at.0));
        entry.insert(db, row.run, number)?;
    }
    let (standing, due, ends) = match standing {
        Standing::UnderWay => ("under-way", None, false),
        Standing::Waiting(until) => ("waiting", Some(sql(until.0)), false),
        Standing::Over(status) => (status.as_str(), None, true),
    };
    db.prepare_cached(
        "UPDATE runs SET entries = ?2, updated_at = ?3, standing = ?4, due = ?5, steps = max(steps, ?6),
            lease_until = ?7, owner = CASE ?8 WHEN 1 THEN NULL ELSE owner END
         WHERE run = ?1",
    )?
    .execute(params![row.run, number, updated, standing, due, steps, lease_end(), ends])?;
    Ok(())
}

fn now() -> Timestamp {
    crate::transport::time_of_day()
}

fn lease_end() -> i64 {
    sql(now().0.saturating_add(LEASE))
}

/// A number as the database has it. None that is made here is too large.
fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
