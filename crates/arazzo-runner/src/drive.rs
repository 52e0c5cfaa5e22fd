//! The loop between the machine and the world: commands are done, and what comes back is applied as records.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use arazzo_engine::{
    Call, CallId, Command, Event, OperationCall, OutOfOrder, Plan, Record, Run, SleepId, Timestamp,
};

use crate::found_secrets::FoundSecrets;
use crate::journal::JournalError;
use crate::transport::{Clock, Transport};

/// Does what `run` asks for until it is over, and passes each event on as it is made.
///
/// The run must have been given its start record. When the future is dropped, `run` is as it was after the last record
/// and can be driven on; a request that was under way is then sent again.
///
/// # Errors
///
/// A [`DriveError`] when the machine and this loop do not understand each other. A workflow that fails is no error:
/// [`Run::result`] says how it ended.
pub async fn drive<F: FnMut(&Event) + ?Sized>(
    run: &mut Run,
    transport: &dyn Transport,
    clock: &dyn Clock,
    on_event: &mut F,
) -> Result<(), DriveError> {
    let plan = Arc::clone(run.plan());
    let found = FoundSecrets::default();
    let mut tasks = Tasks::new(&plan, transport, clock, &found);
    while run.result().is_none() {
        tasks.take_up(run.commands());
        let record = tasks.next().await?;
        found.take().iter().for_each(|secret| run.hide(secret));
        run.apply(record)?.iter().for_each(&mut *on_event);
    }
    Ok(())
}

/// Why a run could not be driven on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// The machine did not take the answer to its own command.
    #[error(transparent)]
    OutOfOrder(#[from] OutOfOrder),
    /// The machine is not done and wants nothing, as before its start record.
    #[error("the run is not over but has nothing to do: it needs its start record first")]
    Idle,
    /// What happened could not be kept, so that nothing more came of it.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What is being done for the machine. Commands are a set; whatever is done first is applied first.
pub(crate) struct Tasks<'t> {
    plan: &'t Plan,
    transport: &'t dyn Transport,
    clock: &'t dyn Clock,
    found: &'t FoundSecrets,
    under_way: Vec<(TaskId, Task<'t>)>,
}

type Task<'t> = Pin<Box<dyn Future<Output = Record> + Send + 't>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum TaskId {
    Call(CallId),
    Sleep(SleepId),
}

impl<'t> Tasks<'t> {
    pub(crate) fn new(
        plan: &'t Plan,
        transport: &'t dyn Transport,
        clock: &'t dyn Clock,
        found: &'t FoundSecrets,
    ) -> Self {
        Self { plan, transport, clock, found, under_way: Vec::new() }
    }

    /// Whether the command is being carried out.
    pub(crate) fn has(&self, command: &Command) -> bool {
        let id = id(command);
        self.under_way.iter().any(|(task, _)| Some(*task) == id)
    }

    /// Begins what is new in `commands` and gives up what is no longer in them.
    pub(crate) fn take_up(&mut self, commands: &[Command]) {
        self.under_way.retain(|(task, _)| commands.iter().any(|command| id(command) == Some(*task)));
        for command in commands {
            let Some(id) = id(command).filter(|id| self.under_way.iter().all(|(task, _)| task != id)) else {
                continue;
            };
            if let Some(task) = self.begin(command) {
                self.under_way.push((id, task));
            }
        }
    }

    fn begin(&self, command: &Command) -> Option<Task<'t>> {
        match command {
            Command::Call(call) => {
                let step = self.plan.step(call.step)?.call()?;
                Some(answer(step, Arc::clone(call), self.transport, self.clock, self.found))
            }
            Command::Sleep { id, until } => Some(wake(*id, *until, self.clock)),
            Command::Finish => None,
        }
    }

    /// The record of the task that is done first.
    pub(crate) async fn next(&mut self) -> Result<Record, DriveError> {
        if self.under_way.is_empty() {
            return Err(DriveError::Idle);
        }
        let (done, record) = poll_fn(|context| {
            let mut done =
                self.under_way.iter_mut().filter_map(|(id, task)| match task.as_mut().poll(context) {
                    Poll::Ready(record) => Some((*id, record)),
                    Poll::Pending => None,
                });
            done.next().map_or(Poll::Pending, Poll::Ready)
        })
        .await;
        self.under_way.retain(|(id, _)| *id != done);
        Ok(record)
    }
}

fn id(command: &Command) -> Option<TaskId> {
    match command {
        Command::Call(call) => Some(TaskId::Call(call.id)),
        Command::Sleep { id, .. } => Some(TaskId::Sleep(*id)),
        Command::Finish => None,
    }
}

fn answer<'t>(
    step: &'t OperationCall,
    call: Arc<Call>,
    transport: &'t dyn Transport,
    clock: &'t dyn Clock,
    found: &'t FoundSecrets,
) -> Task<'t> {
    Box::pin(async move {
        let id = call.id;
        let sent = transport.send_telling(step, &call, found).await;
        let at = clock.now();
        match sent {
            Ok(response) => Record::Responded { at, id, response },
            Err(error) => Record::Failed { at, id, error },
        }
    })
}

fn wake<'t>(id: SleepId, until: Timestamp, clock: &'t dyn Clock) -> Task<'t> {
    Box::pin(async move {
        clock.sleep_until(until).await;
        Record::Woke { at: clock.now(), id }
    })
}
