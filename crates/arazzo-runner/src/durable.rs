//! The runs of a [`Runner`](crate::Runner) that are kept in a journal.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arazzo_engine::{Event, Fault, Plan, Record, Run, RunResult, Start};
use serde_json::{Map, Value};

use crate::drive::DriveError;
use crate::error::Error;
use crate::execution::cut_off;
use crate::journal::{
    Durability, Entry, Journal, JournalError, JournalErrorKind, JournalledRun, Lease, NewRun, RunStatus,
    drive_journalled, resume,
};
use crate::transport::{Clock, Transport};

/// A run and its place in the journal.
pub(crate) struct Kept {
    /// The right to go on with it, given back when this is dropped; nothing for a run that is over.
    lease: Option<Held>,
    /// What is there of an earlier process.
    past: Option<JournalledRun>,
}

impl Kept {
    /// Makes a place for a run that begins.
    pub(crate) async fn begin(journal: &Arc<dyn Journal>, new: NewRun) -> Result<Self, DriveError> {
        let lease = journal.create(new).await?;
        let lease = Held::new(journal, lease);
        Ok(Self { lease: Some(lease), past: None })
    }

    /// Takes a run over that nobody drives, or reads how it ended.
    pub(crate) async fn find(
        journal: &Arc<dyn Journal>,
        run_id: &str,
        plan_digest: &str,
    ) -> Result<Self, DriveError> {
        let lease = match journal.claim(run_id).await {
            Ok(lease) => Some(Held::new(journal, lease)),
            Err(error) if error.kind == JournalErrorKind::Over => None,
            Err(error) => return Err(error.into()),
        };
        let past = journal.read(run_id).await?;
        if past.summary.status == RunStatus::Cancelled {
            return Err(JournalError::cancelled(run_id).into());
        }
        if past.plan_digest != plan_digest {
            let fact =
                format!("the description, a source or a rule was changed since the run `{run_id}` began");
            return Err(JournalError::new(JournalErrorKind::Changed, fact).into());
        }
        Ok(Self { lease, past: Some(past) })
    }

    /// Adds no idempotency header to requests.
    pub(crate) fn add_no_key(&mut self) {
        if let Some(held) = &mut self.lease {
            held.durability.idempotency_header = None;
        }
    }

    /// The start of the run that was found, with the secret inputs that were given again.
    pub(crate) fn start(&self, plan: &Plan, given: Map<String, Value>) -> Result<Start, Error> {
        let past = self.past.as_ref().and_then(|past| Some((past, past.entries.first()?)));
        match past {
            Some((past, Entry::Record(record))) => Ok(plan.resume(record, &past.secret_inputs, given)?),
            Some((_, Entry::CallStarted(_) | Entry::CallWithdrawn(_) | Entry::SecretsFound(_))) | None => {
                let fact = "the journal is damaged: the run has no start";
                Err(DriveError::from(JournalError::new(JournalErrorKind::Damaged, fact)).into())
            }
        }
    }

    /// Brings `run` to where its journal ends. The events of the past were told when they happened.
    pub(crate) fn recall(&mut self, run: &mut Run, sends_again: bool) -> Result<Vec<Event>, Error> {
        let Some(past) = self.past.take() else { return Ok(Vec::new()) };
        let resumed = resume(run, &past.entries).map_err(DriveError::from)?;
        if let Some(Held { durability, .. }) = &self.lease {
            resumed.check(run).map_err(DriveError::from)?;
            if let Some(ambiguity) = resumed.ambiguity(run, durability).filter(|_| !sends_again) {
                return Err(Error::Ambiguous(ambiguity));
            }
        }
        Ok(resumed.events)
    }

    /// Drives the run on to its end, or until `stop` is over. The record begins it, unless it has begun.
    ///
    /// A run that is stopped stays in the journal as it was, to be gone on with.
    pub(crate) async fn carry_out<F: FnMut(&Event) + ?Sized>(
        self,
        mut run: Run,
        start: Record,
        (transport, clock): (&dyn Transport, &dyn Clock),
        stop: impl Future<Output = Fault>,
        on_event: &mut F,
    ) -> Result<RunResult, DriveError> {
        if let Some(result) = run.result() {
            return Ok(result.clone());
        }
        let mut lease = self.lease.ok_or(DriveError::Idle)?;
        if run.started_at().is_none() {
            run.apply(start)?.iter().for_each(&mut *on_event);
        }
        let mut stop = pin!(stop);
        let ended = {
            let mut driven =
                pin!(drive_journalled(&mut run, transport, clock, &lease.durability, &mut *on_event));
            // What ends it comes first, so that nothing is sent any more.
            poll_fn(|context| match stop.as_mut().poll(context) {
                Poll::Ready(fault) => Poll::Ready(Err(fault)),
                Poll::Pending => driven.as_mut().poll(context).map(Ok),
            })
            .await
        };
        let result = match ended {
            Ok(driven) => {
                driven.map(|()| run.result().cloned()).and_then(|result| result.ok_or(DriveError::Idle))
            }
            Err(fault) => Ok(cut_off(run, clock.now(), fault, on_event)),
        };
        // Why it broke off comes before why its lease could not be given back.
        let given_back = lease.give_back().await;
        let result = result?;
        given_back?;
        Ok(result)
    }
}

/// A lease that is given back also when nobody waits for the end of the run any more.
struct Held {
    durability: Durability,
    is_given_back: bool,
}

impl Held {
    fn new(journal: &Arc<dyn Journal>, lease: Lease) -> Self {
        Self { durability: Durability::new(Arc::clone(journal), lease), is_given_back: false }
    }

    async fn give_back(&mut self) -> Result<(), JournalError> {
        self.durability.journal.release(&self.durability.lease).await?;
        self.is_given_back = true;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_given_back {
            // What was begun is finished, and there is nobody to wait for it.
            let mut released = self.durability.journal.release(&self.durability.lease);
            let _ = released.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}
