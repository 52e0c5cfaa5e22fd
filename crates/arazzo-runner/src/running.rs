//! A run whose events are asked for.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use arazzo_engine::Event;

use crate::error::Error;
use crate::outcome::Outcome;
use crate::runner::Runner;

/// A run as its events:
///
/// ```no_run
/// # async fn example(runner: arazzo_runner::Runner) -> Result<(), arazzo_runner::Error> {
/// let mut running = runner.start();
/// while let Some(event) = running.next().await {
///     println!("{:?}", event.kind);
/// }
/// let outcome = running.outcome().await?;
/// # Ok(())
/// # }
/// ```
///
/// The run goes on while [`next`](Self::next) or [`outcome`](Self::outcome) is awaited and at no other time; whoever
/// wants it to go on by itself spawns a task that does so. Dropping it gives the run up.
#[must_use = "nothing happens until `next` or `outcome`"]
pub struct Running {
    state: State,
    events: Arc<Mutex<VecDeque<Event>>>,
}

enum State {
    Under(Pin<Box<dyn Future<Output = Result<Outcome, Error>> + Send>>),
    Over(Box<Result<Outcome, Error>>),
}

impl Running {
    pub(crate) fn new(runner: Runner) -> Self {
        let events = Arc::new(Mutex::new(VecDeque::new()));
        let queue = Arc::clone(&events);
        let future = async move { runner.run_with(|event| lock(&queue).push_back(event.clone())).await };
        Self { state: State::Under(Box::pin(future)), events }
    }

    /// The next event; `None` when there are no more, for the run is over or could not be carried on.
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| {
            if let Some(event) = lock(&self.events).pop_front() {
                return Poll::Ready(Some(event));
            }
            let State::Under(future) = &mut self.state else { return Poll::Ready(None) };
            let polled = future.as_mut().poll(context);
            let next = lock(&self.events).pop_front();
            match (polled, next) {
                (Poll::Ready(ended), next) => {
                    self.state = State::Over(Box::new(ended));
                    Poll::Ready(next)
                }
                (Poll::Pending, Some(event)) => Poll::Ready(Some(event)),
                (Poll::Pending, None) => Poll::Pending,
            }
        })
        .await
    }

    /// Goes on to the end, past the events that nobody asked for, and says what came of it.
    ///
    /// # Errors
    ///
    /// As [`Runner::run`].
    pub async fn outcome(self) -> Result<Outcome, Error> {
        match self.state {
            State::Under(future) => future.await,
            State::Over(ended) => *ended,
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ended = match &self.state {
            State::Under(_) => None,
            State::Over(ended) => Some(ended),
        };
        f.debug_struct("Running").field("ended", &ended).finish_non_exhaustive()
    }
}

fn lock(events: &Mutex<VecDeque<Event>>) -> MutexGuard<'_, VecDeque<Event>> {
    events.lock().unwrap_or_else(PoisonError::into_inner)
}
