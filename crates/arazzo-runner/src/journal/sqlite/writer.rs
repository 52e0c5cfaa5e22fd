//! The thread that has the database. It takes all work that has come, does it in one transaction and answers when that
//! is committed: what comes during a commit shares the next one.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::failure::Failure;
use super::file::PATIENCE;
use super::lease_end;
use super::owner::Owner;
use crate::journal::{JournalError, JournalErrorKind, Journalling};

/// So much work shares a commit at most.
const MAX_GROUP: usize = 512;

/// How often leases are extended that nothing is written for.
const HEARTBEAT: Duration = Duration::from_secs(4);

/// How long the work on leases waits for another program.
const BRIEF: Duration = Duration::from_millis(500);

/// Hands work to the thread.
pub(super) struct Writer {
    work: Option<Sender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, owner: Owner) -> Result<Self, JournalError> {
        let (sender, receiver) = channel();
        let thread = thread::Builder::new()
            .name("arazzo-journal".to_owned())
            .spawn(move || run(connection, &receiver, &owner))
            .map_err(|error| {
                let message = format!("the thread that writes cannot be started: {error}");
                JournalError::new(JournalErrorKind::Storage, message)
            })?;
        Ok(Self { work: Some(sender), thread: Some(thread) })
    }

    /// What `work` gives, when it is committed. It is handed over at once, and done even if nobody waits.
    pub(super) fn write<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Journalling<'a, T> {
        self.hand_over(TransactionBehavior::Immediate, work)
    }

    /// What `work` reads. Other programs may write meanwhile.
    pub(super) fn read<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Journalling<'a, T> {
        self.hand_over(TransactionBehavior::Deferred, work)
    }

    fn hand_over<'a, T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Journalling<'a, T> {
        let (sender, receiver) = oneshot::channel();
        let piece = Piece { behavior, work: Some(work), done: None, reply: sender };
        if let Some(thread) = &self.work {
            // A thread that is gone answers nothing, which is told below.
            let _ = thread.send(Box::new(piece));
        }
        Box::pin(async move {
            receiver.await.unwrap_or_else(|_| {
                Err(JournalError::new(
                    JournalErrorKind::Storage,
                    "the thread that writes the journal is gone",
                ))
            })
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            // It panics nowhere; if it did, there would be nobody to tell.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Something to do in a transaction.
trait Work: Send {
    /// The transaction that it needs.
    fn behavior(&self) -> TransactionBehavior;

    /// Does it. An error is the database's and ends the transaction; what is refused is kept for the answer.
    fn perform(&mut self, db: &Connection) -> Result<(), rusqlite::Error>;

    /// Says how it went: as kept, if the transaction was committed.
    fn answer(self: Box<Self>, committed: &Result<(), JournalError>);
}

struct Piece<T, F> {
    behavior: TransactionBehavior,
    work: Option<F>,
    done: Option<Result<T, JournalError>>,
    reply: oneshot::Sender<Result<T, JournalError>>,
}

impl<T: Send, F: FnOnce(&Connection) -> Result<T, Failure> + Send> Work for Piece<T, F> {
    fn behavior(&self) -> TransactionBehavior {
        self.behavior
    }

    fn perform(&mut self, db: &Connection) -> Result<(), rusqlite::Error> {
        let Some(work) = self.work.take() else { return Ok(()) };
        match work(db) {
            Ok(value) => self.done = Some(Ok(value)),
            Err(Failure::Refused(error)) => self.done = Some(Err(error)),
            Err(Failure::Database(error)) => return Err(error),
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: &Result<(), JournalError>) {
        let answer = match (committed, self.done) {
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => {
                Err(JournalError::new(JournalErrorKind::Storage, "the journal left the work undone"))
            }
            (Err(error), _) => Err(error.clone()),
        };
        // Nobody may wait any more.
        let _ = self.reply.send(answer);
    }
}

fn run(mut connection: Connection, work: &Receiver<Box<dyn Work>>, owner: &Owner) {
    let mut beat = Instant::now();
    loop {
        let mut group = match work.recv_timeout(HEARTBEAT.saturating_sub(beat.elapsed())) {
            Ok(first) => vec![first],
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        group.extend(work.try_iter().take(MAX_GROUP));
        if !group.is_empty() {
            let committed = commit(&mut connection, &mut group);
            group.into_iter().for_each(|piece| piece.answer(&committed));
        }
        if beat.elapsed() >= HEARTBEAT {
            // If that fails, the next one comes in time, or an append fails and says why.
            let extend = "UPDATE runs SET lease_until = ?2 WHERE owner = ?1";
            brief(&connection, |db| db.execute(extend, params![owner.as_str(), lease_end()]));
            beat = Instant::now();
        }
    }
    // Leases that cannot be given back end by themselves.
    let give_back = "UPDATE runs SET owner = NULL WHERE owner = ?1";
    brief(&connection, |db| db.execute(give_back, [owner.as_str()]));
}

/// Does what may fail, and lets nobody wait for long until a lock is gone.
fn brief(connection: &Connection, work: impl FnOnce(&Connection) -> Result<usize, rusqlite::Error>) {
    let _ = connection.busy_timeout(BRIEF).and_then(|()| work(connection));
    let _ = connection.busy_timeout(PATIENCE);
}

fn commit(connection: &mut Connection, group: &mut [Box<dyn Work>]) -> Result<(), JournalError> {
    let done = || -> Result<(), rusqlite::Error> {
        let reads = group.iter().all(|piece| matches!(piece.behavior(), TransactionBehavior::Deferred));
        let behavior = if reads { TransactionBehavior::Deferred } else { TransactionBehavior::Immediate };
        let transaction = connection.transaction_with_behavior(behavior)?;
        for piece in group {
            piece.perform(&transaction)?;
        }
        transaction.commit()
    };
    done().map_err(|error| Failure::Database(error).into())
}
