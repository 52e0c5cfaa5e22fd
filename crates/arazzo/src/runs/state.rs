//! The file with the journal, opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arazzo_runner::journal::{
    JournalError, JournalErrorKind, Journalling, SqliteJournal, SqliteOptions, SyncMode,
};

use crate::refusal::Refusal;
use crate::shell;

/// An open journal.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) journal: Arc<SqliteJournal>,
    path: PathBuf,
}

impl State {
    /// Opens the journal; without one, makes it.
    pub(crate) fn create(path: &Path, sync: SyncMode) -> Result<Self, Refusal> {
        Self::open_with(path, &SqliteOptions::create(sync))
    }

    /// Opens the journal that is there.
    pub(crate) fn open(path: &Path, sync: SyncMode) -> Result<Self, Refusal> {
        let mut options = SqliteOptions::default();
        options.sync = sync;
        Self::open_with(path, &options)
    }

    fn open_with(path: &Path, options: &SqliteOptions) -> Result<Self, Refusal> {
        let path = path.to_owned();
        match SqliteJournal::open(&path, options) {
            Ok(journal) => Ok(Self { journal: Arc::new(journal), path }),
            Err(error) => Err(refuse(&path, &error)),
        }
    }

    /// Waits for the journal.
    pub(crate) fn wait<T>(&self, work: Journalling<'_, T>) -> Result<T, JournalError> {
        block_on(work)
    }

    /// The command that goes on with a run, as a shell takes it.
    pub(crate) fn resume_command(&self, run_id: &str) -> String {
        let path = self.path.display().to_string();
        format!("arazzo runs resume {} --state {}", shell::plain_word(run_id), shell::plain_word(&path))
    }

    /// Says what is wrong with the journal.
    pub(crate) fn refuse(&self, error: &JournalError) -> Refusal {
        refuse(&self.path, error)
    }
}

/// The work is done by a thread of the journal: there is nothing to drive meanwhile.
fn block_on<T>(work: Journalling<'_, T>) -> Result<T, JournalError> {
    match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Err(JournalError::new(
            JournalErrorKind::Storage,
            format!("the journal cannot be waited for: {error}"),
        )),
    }
}

fn refuse(path: &Path, error: &JournalError) -> Refusal {
    let place = path.display();
    let state = format!("--state {}", shell::plain_word(&place.to_string()));
    let hint = match error.kind {
        JournalErrorKind::Missing => Some(format!("`arazzo run {state}` makes it")),
        JournalErrorKind::Exists => {
            Some(format!("give another `--run-id`, or go on with it: `arazzo runs resume RUN-ID {state}`"))
        }
        JournalErrorKind::Unknown => Some(format!("`arazzo runs list {state}` shows the runs")),
        JournalErrorKind::Leased => Some("wait for it, or end the other process".to_owned()),
        JournalErrorKind::Newer => Some("use that version".to_owned()),
        JournalErrorKind::Full => Some("make room; what is recorded is kept".to_owned()),
        JournalErrorKind::Damaged => Some("put a copy back, or name another file".to_owned()),
        JournalErrorKind::Locked => Some("end the program that keeps it locked".to_owned()),
        JournalErrorKind::Refused => Some(way_in(path)),
        // The message says it all; and there may be more kinds one day.
        JournalErrorKind::LeaseLost
        | JournalErrorKind::Cancelled
        | JournalErrorKind::Over
        | JournalErrorKind::NotOver
        | JournalErrorKind::Changed
        | JournalErrorKind::Storage
        | _ => None,
    };
    let message = format!("the journal `{place}`: {error}");
    let is_usage = matches!(
        error.kind,
        JournalErrorKind::Missing
            | JournalErrorKind::Exists
            | JournalErrorKind::Unknown
            | JournalErrorKind::Over
            | JournalErrorKind::NotOver
    );
    if is_usage { Refusal::usage(message, hint) } else { Refusal::stopped(message, hint) }
}

/// What makes a file usable that may not be opened or written.
fn way_in(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        _ if path.is_dir() => "it is a folder: name a file".to_owned(),
        Some(folder) if !folder.exists() => format!("make the folder `{}`", folder.display()),
        Some(folder) if !folder.is_dir() => format!("`{}` is no folder: name another file", folder.display()),
        Some(_) | None => {
            "make the file and its folder writable: there are more files beside it in use".to_owned()
        }
    }
}
