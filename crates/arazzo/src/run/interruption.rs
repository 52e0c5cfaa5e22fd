//! SIGINT and SIGTERM: whoever stops a run is told what is known of it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

/// Notices that the process is asked to end, once something is waited for. Before that, signals do what they do to
/// every process; after it they do nothing but this, so that what else is to be run needs the same one.
pub(crate) struct Interruption {
    signals: Option<Vec<(&'static str, Signal)>>,
    by: Option<&'static str>,
}

impl Interruption {
    /// Signals are watched from the first wait on if `is_watched`.
    pub(crate) fn new(is_watched: bool) -> Self {
        Self { signals: if is_watched { None } else { Some(Vec::new()) }, by: None }
    }

    /// Whether a wait needs a runtime that knows signals.
    pub(super) fn is_watched(&self) -> bool {
        self.signals.as_ref().is_none_or(|signals| !signals.is_empty())
    }

    /// The name of the signal that came.
    pub(crate) fn by(&self) -> Option<&'static str> {
        self.by
    }

    /// What `work` comes to, or the name of the signal that ended it.
    pub(crate) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Result<T, &'static str> {
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => self.poll(context).map(Err),
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<&'static str> {
        let signals = self.signals.get_or_insert_with(watch);
        // Each has to be asked, or it would not wake this task.
        for (name, signal) in signals {
            if signal.poll_recv(context).is_ready() {
                self.by.get_or_insert(name);
            }
        }
        self.by.map_or(Poll::Pending, Poll::Ready)
    }
}

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// A signal that cannot be watched ends the process as ever.
#[cfg(unix)]
fn watch() -> Vec<(&'static str, Signal)> {
    [("SIGINT", SignalKind::interrupt()), ("SIGTERM", SignalKind::terminate())]
        .into_iter()
        .filter_map(|(name, kind)| Some((name, signal(kind).ok()?)))
        .collect()
}

#[cfg(windows)]
fn watch() -> Vec<(&'static str, Signal)> {
    ctrl_c().ok().into_iter().map(|signal| ("Ctrl-C", signal)).collect()
}
