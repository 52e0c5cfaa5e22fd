//! A journal that is made outside of the crate, with what the crate shows: it keeps the entries as lines of JSON.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::future::ready;
use std::sync::{Mutex, MutexGuard};

use arazzo_engine::Record;
use arazzo_runner::journal::{
    Entry, Journal, JournalError, JournalErrorKind, JournalledRun, Journalling, Lease, NewRun, RunStatus,
    RunSummary, Standing, contract,
};
use arazzo_runner::testing::block_on;

/// Runs in the order in which they were begun.
#[derive(Default)]
struct Lines(Mutex<Vec<Sheet>>);

struct Sheet {
    /// What was given, whose start is the first line.
    new: NewRun,
    lines: String,
    standing: Standing,
    epoch: u64,
    is_leased: bool,
}

fn error(kind: JournalErrorKind) -> JournalError {
    JournalError::new(kind, "the lines say no")
}

impl Sheet {
    fn entries(&self) -> Vec<Entry> {
        self.lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn write(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.lines.push_str(&serde_json::to_string(entry).unwrap());
            self.lines.push('\n');
        }
    }

    fn summary(&self) -> RunSummary {
        let status = match self.standing {
            Standing::Over(status) => status,
            Standing::UnderWay | Standing::Waiting(_) if !self.is_leased => RunStatus::Interrupted,
            Standing::UnderWay => RunStatus::Running,
            Standing::Waiting(_) => RunStatus::Waiting,
        };
        let entries = self.entries();
        let mut summary = RunSummary::new(&self.new.run_id, &self.new.workflow_id, status);
        summary.description.clone_from(&self.new.description);
        summary.started_at = entries.first().map(Entry::at).unwrap_or_default();
        summary.updated_at = entries.last().map(Entry::at).unwrap_or_default();
        for entry in &entries {
            if let Entry::Record(Record::Responded { id, .. } | Record::Failed { id, .. }) = entry {
                summary.steps = summary.steps.max(id.visit);
            }
        }
        if let Standing::Waiting(due) = self.standing {
            summary.due = Some(due);
        }
        summary
    }

    /// It can be written to by whoever has the lease.
    fn check_open(&self) -> Result<(), JournalError> {
        match self.standing {
            Standing::Over(RunStatus::Cancelled) => Err(error(JournalErrorKind::Cancelled)),
            Standing::Over(_) => Err(error(JournalErrorKind::Over)),
            Standing::UnderWay | Standing::Waiting(_) => Ok(()),
        }
    }
}

impl Lines {
    fn sheets(&self) -> MutexGuard<'_, Vec<Sheet>> {
        self.0.lock().unwrap()
    }

    fn with<T: Send + 'static>(
        &self,
        run_id: &str,
        work: impl FnOnce(&mut Sheet) -> Result<T, JournalError>,
    ) -> Journalling<'_, T> {
        let mut sheets = self.sheets();
        let sheet = sheets.iter_mut().find(|sheet| sheet.new.run_id == run_id);
        let done = sheet.map_or_else(|| Err(JournalError::unknown(run_id)), work);
        Box::pin(ready(done))
    }
}

impl Journal for Lines {
    fn create(&self, new: NewRun) -> Journalling<'_, Lease> {
        let mut sheets = self.sheets();
        if sheets.iter().any(|sheet| sheet.new.run_id == new.run_id) {
            return Box::pin(ready(Err(error(JournalErrorKind::Exists))));
        }
        let lease = Lease { run_id: new.run_id.clone(), epoch: 1 };
        let start = Entry::Record(new.start.clone());
        let (lines, standing) = (String::new(), Standing::UnderWay);
        let mut sheet = Sheet { new, lines, standing, epoch: 1, is_leased: true };
        sheet.write(&[start]);
        sheets.push(sheet);
        Box::pin(ready(Ok(lease)))
    }

    fn append<'a>(
        &'a self,
        lease: &'a Lease,
        entries: Vec<Entry>,
        standing: Standing,
    ) -> Journalling<'a, ()> {
        self.with(&lease.run_id, |sheet| {
            sheet.check_open()?;
            if sheet.epoch != lease.epoch || !sheet.is_leased {
                return Err(error(JournalErrorKind::LeaseLost));
            }
            sheet.write(&entries);
            sheet.standing = standing;
            Ok(())
        })
    }

    fn claim<'a>(&'a self, run_id: &'a str) -> Journalling<'a, Lease> {
        self.with(run_id, |sheet| {
            sheet.check_open().map_err(|_| error(JournalErrorKind::Over))?;
            if sheet.is_leased {
                return Err(error(JournalErrorKind::Leased));
            }
            sheet.epoch += 1;
            sheet.is_leased = true;
            Ok(Lease { run_id: sheet.new.run_id.clone(), epoch: sheet.epoch })
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Journalling<'a, ()> {
        self.with(&lease.run_id, |sheet| {
            sheet.is_leased &= sheet.epoch != lease.epoch;
            Ok(())
        })
    }

    fn read<'a>(&'a self, run_id: &'a str) -> Journalling<'a, JournalledRun> {
        self.with(run_id, |sheet| {
            let mut run = JournalledRun::new(sheet.summary(), sheet.entries());
            run.plan_digest.clone_from(&sheet.new.plan_digest);
            run.secret_inputs.clone_from(&sheet.new.secret_inputs);
            run.settings.clone_from(&sheet.new.settings);
            Ok(run)
        })
    }

    fn list(&self) -> Journalling<'_, Vec<RunSummary>> {
        Box::pin(ready(Ok(self.sheets().iter().map(Sheet::summary).collect())))
    }

    fn cancel<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        self.with(run_id, |sheet| {
            sheet.check_open().map_err(|_| error(JournalErrorKind::Over))?;
            sheet.standing = Standing::Over(RunStatus::Cancelled);
            Ok(())
        })
    }

    fn delete<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        let checked = self.with(run_id, |sheet| match sheet.check_open() {
            Ok(()) => Err(error(JournalErrorKind::NotOver)),
            Err(_) => Ok(()),
        });
        Box::pin(async move {
            checked.await?;
            self.sheets().retain(|sheet| sheet.new.run_id != run_id);
            Ok(())
        })
    }
}

#[test]
fn a_journal_outside_of_the_crate_keeps_to_the_contract() {
    block_on(contract::check(&Lines::default()));
}
