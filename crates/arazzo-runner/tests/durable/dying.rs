//! A journal whose process dies.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arazzo_runner::journal::{
    Entry, Journal, JournalledRun, Journalling, Lease, NewRun, RunSummary, Standing,
};

/// Counts down to the moment at which a process dies.
pub(crate) struct Fuse {
    left: AtomicU32,
    die: fn(),
}

impl Fuse {
    /// One that burns for very long.
    pub(crate) fn new(die: fn()) -> Self {
        Self { left: AtomicU32::new(u32::MAX), die }
    }

    pub(crate) fn burn_down_after(&self, moments: u32) {
        self.left.store(moments, Ordering::SeqCst);
    }

    /// A moment. The process dies at the one that finds nothing left, and nothing comes of those after it.
    pub(crate) async fn pass(&self) {
        let left = |left: u32| left.checked_sub(1);
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_err() {
            (self.die)();
            pending::<()>().await;
        }
    }
}

/// A journal that loses its process before it keeps something, or after.
pub(crate) struct Dying {
    pub(crate) kept: Arc<dyn Journal>,
    pub(crate) fuse: Arc<Fuse>,
}

impl Journal for Dying {
    fn create(&self, run: NewRun) -> Journalling<'_, Lease> {
        self.kept.create(run)
    }

    fn append<'a>(
        &'a self,
        lease: &'a Lease,
        entries: Vec<Entry>,
        standing: Standing,
    ) -> Journalling<'a, ()> {
        Box::pin(async move {
            self.fuse.pass().await;
            self.kept.append(lease, entries, standing).await?;
            self.fuse.pass().await;
            Ok(())
        })
    }

    fn claim<'a>(&'a self, run_id: &'a str) -> Journalling<'a, Lease> {
        self.kept.claim(run_id)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Journalling<'a, ()> {
        self.kept.release(lease)
    }

    fn read<'a>(&'a self, run_id: &'a str) -> Journalling<'a, JournalledRun> {
        self.kept.read(run_id)
    }

    fn list(&self) -> Journalling<'_, Vec<RunSummary>> {
        self.kept.list()
    }

    fn cancel<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        self.kept.cancel(run_id)
    }

    fn delete<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        self.kept.delete(run_id)
    }
}
