//! A journal in memory: for tests, and for runs that others keep.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arazzo_engine::Timestamp;

use super::{
    Entry, Journal, JournalError, JournalledRun, Journalling, Lease, NewRun, RunStatus, RunSummary, Standing,
    last_visit,
};

/// Keeps runs as long as it lives. A lease ends when it is given back or taken over by [`MemoryJournal::abandon`].
#[derive(Default)]
pub struct MemoryJournal {
    runs: Mutex<BTreeMap<String, Kept>>,
}

struct Kept {
    number: usize,
    run: JournalledRun,
    standing: Standing,
    epoch: u64,
    is_leased: bool,
}

impl MemoryJournal {
    /// One without runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every lease, as when the processes that hold them are gone.
    pub fn abandon(&self) {
        self.runs().values_mut().for_each(|kept| kept.is_leased = false);
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(
        &self,
        run_id: &str,
        work: impl FnOnce(&mut Kept) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.runs().get_mut(run_id).map_or_else(|| Err(JournalError::unknown(run_id)), work)
    }
}

impl Kept {
    fn status(&self) -> RunStatus {
        match self.standing {
            Standing::Over(status) => status,
            Standing::UnderWay | Standing::Waiting(_) if !self.is_leased => RunStatus::Interrupted,
            Standing::UnderWay => RunStatus::Running,
            Standing::Waiting(_) => RunStatus::Waiting,
        }
    }

    fn summary(&self) -> RunSummary {
        let entries = &self.run.entries;
        let at = |entry: Option<&Entry>| entry.map_or(Timestamp::default(), Entry::at);
        RunSummary {
            status: self.status(),
            started_at: at(entries.first()),
            updated_at: at(entries.last()),
            steps: last_visit(entries),
            due: match self.standing {
                Standing::Waiting(due) => Some(due),
                Standing::UnderWay | Standing::Over(_) => None,
            },
            ..self.run.summary.clone()
        }
    }
}

impl Journal for MemoryJournal {
    fn create(&self, run: NewRun) -> Journalling<'_, Lease> {
        Box::pin(async move {
            let NewRun { run_id, workflow_id, description, plan_digest, secret_inputs, settings, start } =
                run;
            let mut runs = self.runs();
            if runs.contains_key(&run_id) {
                return Err(JournalError::exists(&run_id));
            }
            let at = start.at();
            let summary = RunSummary::new(run_id.clone(), workflow_id, RunStatus::Running);
            let summary = RunSummary { description, started_at: at, updated_at: at, ..summary };
            let entries = vec![Entry::Record(start)];
            let run = JournalledRun { summary, plan_digest, secret_inputs, settings, entries };
            let number = runs.values().map(|kept| kept.number + 1).max().unwrap_or(0);
            let kept = Kept { number, run, standing: Standing::UnderWay, epoch: 1, is_leased: true };
            runs.insert(run_id.clone(), kept);
            Ok(Lease { run_id, epoch: 1 })
        })
    }

    fn append<'a>(
        &'a self,
        lease: &'a Lease,
        entries: Vec<Entry>,
        standing: Standing,
    ) -> Journalling<'a, ()> {
        Box::pin(async move {
            self.with(&lease.run_id, |kept| match kept.standing {
                Standing::Over(RunStatus::Cancelled) => Err(JournalError::cancelled(&lease.run_id)),
                Standing::Over(_) => Err(JournalError::over(&lease.run_id)),
                Standing::UnderWay | Standing::Waiting(_) if kept.epoch != lease.epoch || !kept.is_leased => {
                    Err(JournalError::lease_lost(&lease.run_id))
                }
                Standing::UnderWay | Standing::Waiting(_) => {
                    kept.run.entries.extend(entries);
                    kept.standing = standing;
                    kept.is_leased = !matches!(standing, Standing::Over(_));
                    Ok(())
                }
            })
        })
    }

    fn claim<'a>(&'a self, run_id: &'a str) -> Journalling<'a, Lease> {
        Box::pin(async move {
            self.with(run_id, |kept| match kept.status() {
                RunStatus::Interrupted => {
                    kept.epoch += 1;
                    kept.is_leased = true;
                    Ok(Lease { run_id: run_id.to_owned(), epoch: kept.epoch })
                }
                RunStatus::Running | RunStatus::Waiting => Err(JournalError::leased(run_id)),
                RunStatus::Succeeded | RunStatus::Failed | RunStatus::Cancelled => {
                    Err(JournalError::over(run_id))
                }
            })
        })
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Journalling<'a, ()> {
        Box::pin(async move {
            self.with(&lease.run_id, |kept| {
                kept.is_leased &= kept.epoch != lease.epoch;
                Ok(())
            })
        })
    }

    fn read<'a>(&'a self, run_id: &'a str) -> Journalling<'a, JournalledRun> {
        Box::pin(async move {
            self.with(run_id, |kept| Ok(JournalledRun { summary: kept.summary(), ..kept.run.clone() }))
        })
    }

    fn list(&self) -> Journalling<'_, Vec<RunSummary>> {
        Box::pin(async move {
            let runs = self.runs();
            let mut all: Vec<&Kept> = runs.values().collect();
            all.sort_by_key(|kept| kept.number);
            Ok(all.into_iter().map(Kept::summary).collect())
        })
    }

    fn cancel<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        Box::pin(async move {
            self.with(run_id, |kept| {
                if kept.status().is_over() {
                    return Err(JournalError::over(run_id));
                }
                kept.standing = Standing::Over(RunStatus::Cancelled);
                kept.is_leased = false;
                Ok(())
            })
        })
    }

    fn delete<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        Box::pin(async move {
            self.with(run_id, |kept| {
                if kept.status().is_over() { Ok(()) } else { Err(JournalError::not_over(run_id)) }
            })?;
            self.runs().remove(run_id);
            Ok(())
        })
    }
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.runs().keys()).finish()
    }
}
