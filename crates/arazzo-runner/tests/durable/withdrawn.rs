//! Requests that were noted and taken back, where the journal lost one of the two.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use arazzo_engine::{Call, OperationCall, Timestamp};
use arazzo_runner::journal::{Durability, Entry, Journal, MemoryJournal, drive_journalled, resume};
use arazzo_runner::testing::block_on;
use arazzo_runner::{Sending, SkippingClock, Transport};

use super::dying::{Dying, Fuse};
use super::world;

/// Never answers.
struct Silent;

impl Transport for Silent {
    fn send<'a>(&'a self, _: &'a OperationCall, _: &'a Call) -> Sending<'a> {
        Box::pin(pending())
    }
}

#[test]
fn a_withdrawal_whose_own_start_was_lost_leaves_that_of_an_earlier_process() {
    let plan = world::plan("http://parcels.test", "withdrawn");
    let journal = Arc::new(MemoryJournal::new());
    let fuse = Arc::new(Fuse::new(|| {}));
    let dying = Arc::new(Dying { kept: journal.clone(), fuse: Arc::clone(&fuse) });
    let mut context = Context::from_waker(Waker::noop());
    let (mut run, new) = world::begin(&plan, "run", Timestamp(1));
    let lease = block_on(journal.create(new)).unwrap();
    {
        let (durability, clock) = (Durability::new(journal.clone(), lease), SkippingClock::at(Timestamp(10)));
        let told = &mut |_: &_| {};
        let mut driven = pin!(drive_journalled(&mut run, &Silent, &clock, &durability, told));
        // At the second turn it is sent; then the process is killed.
        for _ in 0..2 {
            assert!(driven.as_mut().poll(&mut context).is_pending());
        }
    }
    journal.abandon();

    let kept = block_on(journal.read("run")).unwrap();
    let mut run = world::again(&plan, &kept.entries);
    assert!(resume(&mut run, &kept.entries).unwrap().under_way.is_some());
    let durability = Durability::new(dying, block_on(journal.claim("run")).unwrap());
    {
        let clock = SkippingClock::at(Timestamp(20));
        let told = &mut |_: &_| {};
        let mut driven = pin!(drive_journalled(&mut run, &Silent, &clock, &durability, told));
        fuse.burn_down_after(0);
        assert!(driven.as_mut().poll(&mut context).is_pending());
        // Its start is lost, and that it was taken back is kept.
        fuse.burn_down_after(u32::MAX);
    }
    let entries = block_on(journal.read("run")).unwrap().entries;
    assert!(
        matches!(entries.as_slice(), [_, Entry::CallStarted(first), Entry::CallWithdrawn(call)]
            if first.id == call.id && first.at == Timestamp(10) && call.started_at == Timestamp(20)),
        "{entries:?}"
    );
    let mut run = world::again(&plan, &entries);
    let under_way = resume(&mut run, &entries).unwrap().under_way.unwrap();
    assert_eq!(under_way.at, Timestamp(10));
}
