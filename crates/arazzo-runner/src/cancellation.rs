//! Ending runs from outside.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

/// Ends the runs that it was given to, now or when they begin: each is over at its next wait, with the status
/// [`Stopped`](arazzo_engine::Status::Stopped) and what is known of it. A request that is under way is given up; the
/// server may have done what it asked for.
///
/// Clones are the same cancellation. Dropping one cancels nothing.
#[derive(Clone)]
pub struct Cancellation {
    sender: Arc<watch::Sender<bool>>,
}

impl Cancellation {
    /// One that has not happened.
    #[must_use]
    pub fn new() -> Self {
        Self { sender: Arc::new(watch::Sender::new(false)) }
    }

    /// Ends the runs. Once is enough, and there is no way back.
    pub fn cancel(&self) {
        self.sender.send_replace(true);
    }

    /// Whether that has happened.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.sender.borrow()
    }

    /// Waits until it happens. Needs no runtime.
    pub async fn cancelled(&self) {
        // The sender lives as long as this future borrows it, so the wait ends for no other reason.
        let _ = self.sender.subscribe().wait_for(|is_cancelled| *is_cancelled).await;
    }
}

impl Default for Cancellation {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancellation").field(&self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;

    #[test]
    fn clones_are_the_same_and_a_late_wait_ends_at_once() {
        let cancellation = Cancellation::new();
        let clone = cancellation.clone();
        assert!(!clone.is_cancelled());
        cancellation.cancel();
        assert!(clone.is_cancelled());
        block_on(clone.cancelled());
    }
}
