//! The runs that a report says no more of than how they ended.

use std::fmt;

use arazzo_engine::Status;
use serde::Serialize;

/// How many runs are left out, by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct LeftOut {
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    pub(super) stopped: u64,
}

impl LeftOut {
    /// Counts one more.
    pub(super) fn add(&mut self, status: Status) {
        match status {
            Status::Succeeded => self.succeeded += 1,
            Status::Failed => self.failed += 1,
            Status::Stopped => self.stopped += 1,
        }
    }

    /// Whether one of them did not succeed.
    pub(super) fn has_bad(&self) -> bool {
        self.failed + self.stopped > 0
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.succeeded + self.failed + self.stopped;
        f.write_str(if all == 1 { "1 further run is" } else { "" })?;
        if all != 1 {
            write!(f, "{all} further runs are")?;
        }
        f.write_str(" left out:")?;
        let counts = [(self.succeeded, "succeeded"), (self.failed, "failed"), (self.stopped, "stopped")];
        let mut separator = "";
        for (count, word) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{separator} {count} {word}")?;
            separator = ",";
        }
        Ok(())
    }
}
