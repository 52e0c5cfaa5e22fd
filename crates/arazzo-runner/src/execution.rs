//! A run from its start to its end, be it the workflow's own or one that comes from outside.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use arazzo_engine::{
    Call, Event, EventKind, Fault, OperationCall, Record, Relation, Run, RunResult, Timestamp,
};

use crate::drive::{DriveError, drive};
use crate::found_secrets::FoundSecrets;
use crate::transport::{Clock, Sending, Transport};

/// Applies the record that begins `run`, drives it to its end, and passes each event on as it is made.
///
/// When `stop` is over first, the run is cut off with what `stop` says, and the result tells what is known. If that is so
/// before anything happened, the run begins and ends with nothing between. Between any two requests others get their
/// turn, also when nothing is waited for.
///
/// # Errors
///
/// A [`DriveError`] when the machine and this loop do not understand each other. A workflow that fails is no error.
pub async fn carry_out<F: FnMut(&Event) + ?Sized>(
    mut run: Run,
    start: Record,
    transport: &dyn Transport,
    clock: &dyn Clock,
    stop: impl Future<Output = Fault>,
    on_event: &mut F,
) -> Result<RunResult, DriveError> {
    let transport = Polite { inner: transport };
    let mut stop = pin!(stop);
    let early = poll_fn(|context| Poll::Ready(stop.as_mut().poll(context))).await;
    let ended = match (early, start) {
        (Poll::Ready(fault), Record::Started { at, run_id, .. }) => {
            let workflow_id = run.plan().workflow_id().to_owned();
            let kind = EventKind::RunStarted { run_id, workflow_id, relation: Relation::Entry };
            on_event(&Event { at, kind });
            Err(fault)
        }
        (_, record) => {
            run.apply(record)?.iter().for_each(&mut *on_event);
            let mut driven = pin!(drive(&mut run, &transport, clock, on_event));
            poll_fn(|context| match driven.as_mut().poll(context) {
                Poll::Ready(done) => Poll::Ready(Ok(done)),
                Poll::Pending => stop.as_mut().poll(context).map(Err),
            })
            .await
        }
    };
    match ended {
        Ok(driven) => {
            driven?;
            run.into_result().ok_or(DriveError::Idle)
        }
        Err(fault) => Ok(cut_off(run, clock.now(), fault, on_event)),
    }
}

/// How a run stands that goes on no further.
pub(crate) fn cut_off<F: FnMut(&Event) + ?Sized>(
    run: Run,
    at: Timestamp,
    fault: Fault,
    on_event: &mut F,
) -> RunResult {
    let (events, result) = run.cut_off(at, fault);
    events.iter().for_each(on_event);
    result
}

/// Lets others have their turn before each request. A transport that never waits would leave them none, and nobody could
/// stop the run or see an event before its end.
struct Polite<'t> {
    inner: &'t dyn Transport,
}

impl Transport for Polite<'_> {
    fn send<'a>(&'a self, operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(async move {
            give_way().await;
            self.inner.send(operation, call).await
        })
    }

    fn send_telling<'a>(
        &'a self,
        operation: &'a OperationCall,
        call: &'a Call,
        found: &'a FoundSecrets,
    ) -> Sending<'a> {
        Box::pin(async move {
            give_way().await;
            self.inner.send_telling(operation, call, found).await
        })
    }
}

/// Lets others have their turn.
pub(crate) async fn give_way() {
    let mut has_waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
