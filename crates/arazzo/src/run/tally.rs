//! What became of many runs, in numbers: a run is counted and forgotten.

use std::time::Duration;

use arazzo_engine::{Fault, RunResult, Status};

use super::durations::Durations;
use crate::exit::Exit;

/// So many different reasons are told apart. More are only counted: nobody reads them, and they take room.
const MAX_REASONS: usize = 10;

/// What became of the runs so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    /// Those that could not be carried on.
    pub(crate) stopped: u64,
    /// Whether a signal came before all of them had begun or ended.
    pub(crate) interrupted: bool,
    /// Of the runs that came to their own end.
    pub(crate) durations: Durations,
    /// Why runs failed or stopped.
    pub(crate) reasons: Reasons,
    /// What runs warned of.
    pub(crate) warnings: Reasons,
}

impl Tally {
    /// Counts a run that took so long, or that was cut off.
    pub(crate) fn add(&mut self, result: &RunResult, took: Option<Duration>) {
        match result.status {
            Status::Succeeded => self.succeeded += 1,
            Status::Failed => self.failed += 1,
            Status::Stopped => self.stopped += 1,
        }
        if let Some(took) = took {
            self.durations.add(took);
        }
        if let Some(error) = &result.error {
            self.reasons.add(&error.code, &error.message);
        }
    }

    /// How many runs there were.
    pub(crate) fn runs(&self) -> u64 {
        self.succeeded + self.failed + self.stopped
    }

    /// The worst that became of one.
    pub(crate) fn status(&self) -> Status {
        match (self.interrupted, self.stopped, self.failed) {
            (true, _, _) | (false, 1.., _) => Status::Stopped,
            (false, 0, 1..) => Status::Failed,
            (false, 0, 0) => Status::Succeeded,
        }
    }

    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        match self.status() {
            Status::Succeeded => Exit::Success,
            Status::Failed => Exit::Failed,
            Status::Stopped => Exit::Stopped,
        }
    }
}

/// Reasons, and how often each was given.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    told: Vec<(Fault, u64)>,
    /// How often there was another one, when there were too many to be told apart.
    pub(crate) others: u64,
}

impl Reasons {
    pub(crate) fn add(&mut self, code: &str, message: &str) {
        let has_room = self.told.len() < MAX_REASONS;
        let known = self.told.iter_mut().find(|(told, _)| told.code == code && told.message == message);
        match known {
            Some((_, count)) => *count += 1,
            None if has_room => {
                self.told.push((Fault { code: code.to_owned(), message: message.to_owned() }, 1));
            }
            None => self.others += 1,
        }
    }

    /// The reasons in the order in which they came up first.
    pub(crate) fn told(&self) -> &[(Fault, u64)] {
        &self.told
    }
}

#[cfg(test)]
mod tests {
    use arazzo_engine::RunError;
    use serde_json::Map;

    use super::*;

    fn ended(status: Status, message: &str) -> RunResult {
        let error = RunError { code: "some-code".to_owned(), message: message.to_owned(), step_id: None };
        let error = (status != Status::Succeeded).then_some(error);
        RunResult { status, outputs: Map::new(), error }
    }

    #[test]
    fn the_worst_run_decides() {
        let mut tally = Tally::default();
        assert_eq!(tally.exit(), Exit::Success);
        for (status, exit) in [
            (Status::Succeeded, Exit::Success),
            (Status::Failed, Exit::Failed),
            (Status::Succeeded, Exit::Failed),
            (Status::Stopped, Exit::Stopped),
            (Status::Failed, Exit::Stopped),
        ] {
            tally.add(&ended(status, "why"), Some(Duration::from_millis(1)));
            assert_eq!(tally.exit(), exit);
        }
        assert_eq!((tally.runs(), tally.succeeded, tally.failed, tally.stopped), (5, 2, 2, 1));
    }

    #[test]
    fn a_run_that_was_cut_off_has_no_duration() {
        let mut tally = Tally::default();
        tally.add(&ended(Status::Stopped, "interrupted"), None);
        assert_eq!((tally.runs(), tally.durations.max()), (1, None));
    }

    #[test]
    fn a_reason_is_told_once_and_too_many_are_only_counted() {
        let mut tally = Tally::default();
        for number in 0..1_000 {
            tally.add(&ended(Status::Failed, "always the same"), None);
            tally.add(&ended(Status::Failed, &format!("number {number}")), None);
        }
        let told = tally.reasons.told();
        assert_eq!(told.len(), MAX_REASONS);
        assert_eq!((told[0].0.message.as_str(), told[0].1), ("always the same", 1_000));
        assert_eq!(told.iter().map(|(_, count)| count).sum::<u64>() + tally.reasons.others, 2_000);
    }
}
