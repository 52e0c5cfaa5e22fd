//! Which of many runs the reports have room for.
//!
//! Runs that did not succeed are what a report is read for: where there is no room left, a run that succeeded makes room
//! for one that did not. What is left out is counted, so that every report can say so.

use std::collections::{BTreeMap, BTreeSet};

use arazzo_engine::{Event, EventKind, Status};

use super::recorder::without_bodies;
use super::{LeftOut, RecordedRun, Target, jsonl};

/// So many bytes of runs are kept, as far as their size is known.
const MAX_KEPT: usize = 64 * 1024 * 1024;

/// So many runs are kept, however small they are.
const MAX_RUNS: usize = 10_000;

/// An event takes so many bytes beside its texts.
const EVENT_COST: usize = 1_024;

/// Keeps runs that are over, as many as there is room for.
#[derive(Debug)]
pub(crate) struct Keeper {
    is_wanted: bool,
    /// No run may take more.
    most: usize,
    room: usize,
    max_runs: usize,
    kept: BTreeMap<u64, (usize, RecordedRun)>,
    /// Those of them that succeeded.
    spare: BTreeSet<u64>,
    left_out: LeftOut,
}

impl Keeper {
    /// One that keeps runs only if there are reports.
    pub(crate) fn new(targets: &[Target]) -> Self {
        Self { is_wanted: !targets.is_empty(), ..Self::with_room(MAX_KEPT, MAX_RUNS) }
    }

    pub(super) fn with_room(room: usize, max_runs: usize) -> Self {
        let (kept, spare, left_out) = (BTreeMap::new(), BTreeSet::new(), LeftOut::default());
        Self { is_wanted: true, most: room, room, max_runs, kept, spare, left_out }
    }

    /// Whether runs are to be recorded.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Takes the run of this number.
    pub(crate) fn take(&mut self, number: u64, mut run: RecordedRun) {
        if !self.is_wanted {
            return;
        }
        let mut size = size(&run);
        if size > self.most {
            run.events.iter_mut().for_each(|event| event.kind = without_bodies(&event.kind));
            size = self::size(&run);
        }
        if size > self.most {
            // No other run could make room for it.
            self.left_out.add(run.status());
            return;
        }
        let has_succeeded = run.status() == Status::Succeeded;
        while !has_succeeded
            && !self.fits(size)
            && let Some(number) = self.spare.pop_last()
        {
            if let Some((size, run)) = self.kept.remove(&number) {
                self.room += size;
                self.left_out.add(run.status());
            }
        }
        if !self.fits(size) {
            self.left_out.add(run.status());
            return;
        }
        self.room -= size;
        if has_succeeded {
            self.spare.insert(number);
        }
        self.kept.insert(number, (size, run));
    }

    fn fits(&self, size: usize) -> bool {
        size <= self.room && self.kept.len() < self.max_runs
    }

    /// The runs in the order of their numbers, and how many are not among them.
    pub(crate) fn finish(self) -> (Vec<RecordedRun>, LeftOut) {
        (self.kept.into_values().map(|(_, run)| run).collect(), self.left_out)
    }
}

/// About so many bytes: what the events say, and the report that is made of them.
fn size(run: &RecordedRun) -> usize {
    run.events.iter().map(|event| EVENT_COST + 2 * jsonl::size(event) + bytes(event)).sum()
}

fn bytes(event: &Event) -> usize {
    if let EventKind::CallFinished { bytes: Some(bytes), .. } = &event.kind { bytes.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    fn run(has_succeeded: bool) -> RecordedRun {
        let recording = if has_succeeded { fixtures::handled() } else { fixtures::failed() };
        recording.runs.into_iter().next().unwrap()
    }

    #[test]
    fn the_runs_are_in_the_order_of_their_numbers() {
        let mut keeper = Keeper::with_room(usize::MAX, 10);
        for number in [3, 1, 2] {
            keeper.take(number, RecordedRun { turn: Some(crate::report::Turn::Row(number)), ..run(true) });
        }
        let (runs, left_out) = keeper.finish();
        let names: Vec<String> = runs.iter().map(RecordedRun::name).collect();
        assert_eq!(names, ["w (row 1)", "w (row 2)", "w (row 3)"]);
        assert_eq!(left_out, LeftOut::default());
    }

    #[test]
    fn a_run_that_failed_takes_the_room_of_one_that_succeeded() {
        let room = 2 * size(&run(true)).max(size(&run(false)));
        for mut keeper in [Keeper::with_room(usize::MAX, 2), Keeper::with_room(room, 10)] {
            for number in 1..=1_000 {
                keeper.take(number, run(number % 400 != 0));
            }
            let (runs, left_out) = keeper.finish();
            assert_eq!(runs.iter().map(RecordedRun::status).collect::<Vec<_>>(), [Status::Failed; 2]);
            assert_eq!(left_out, LeftOut { succeeded: 998, failed: 0, stopped: 0 });
        }
    }

    #[test]
    fn a_run_that_is_too_large_is_kept_without_bodies() {
        let mut large = run(false);
        for event in &mut large.events {
            if let EventKind::CallFinished { body, .. } = &mut event.kind {
                *body = Some("x".repeat(100_000));
            }
        }
        let room = size(&run(false)) + size(&run(true)) + 10_000;
        let mut keeper = Keeper::with_room(room, 10);
        keeper.take(1, run(true));
        keeper.take(2, large);
        let (runs, left_out) = keeper.finish();
        assert_eq!(
            runs.iter().map(RecordedRun::status).collect::<Vec<_>>(),
            [Status::Succeeded, Status::Failed]
        );
        assert!(left_out.is_empty());
    }

    #[test]
    fn a_run_that_can_have_no_room_takes_none_of_others() {
        let mut keeper = Keeper::with_room(size(&run(true)), 10);
        keeper.take(1, run(true));
        let mut endless = run(false);
        let once = endless.events.clone();
        endless.events.extend((0..50).flat_map(|_| once.clone()));
        keeper.take(2, endless);
        let (runs, left_out) = keeper.finish();
        assert_eq!((runs.len(), left_out.has_bad()), (1, true));
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let mut keeper = Keeper::with_room(0, 10);
        keeper.take(1, run(true));
        keeper.take(2, run(false));
        let (runs, left_out) = keeper.finish();
        assert!(runs.is_empty());
        assert_eq!(left_out.to_string(), "2 further runs are left out: 1 succeeded, 1 failed");
    }
}
