//! What every journal has to keep to, as a test (cargo feature `testing`): call [`check`] with one that has no runs.
#![expect(clippy::expect_used, reason = "a contract that is broken ends the test")]

use arazzo_engine::{CallId, Record, Response, Timestamp};
use serde_json::{Map, json};

use super::{
    CallStarted, Entry, Journal, JournalErrorKind, JournalledRun, Lease, NewRun, RunStatus, Standing,
};

/// Checks the journal. It has the runs `contract-1` and `contract-2` afterwards.
///
/// # Panics
///
/// The journal breaks the contract.
pub async fn check(journal: &dyn Journal) {
    let lease = journal.create(run("contract-1")).await.expect("a run can be begun");
    let again = journal.create(run("contract-1")).await.map_err(|error| error.kind);
    assert_eq!(again, Err(JournalErrorKind::Exists), "an id names one run");
    assert_eq!(status(journal).await, RunStatus::Running);

    let body = br#"{"a":[1.10,"\u00fc"]}"#.to_vec();
    let bodies = [body, vec![0xff, 0, 0x80], vec![b'x'; 300_000], Vec::new()];
    let mut entries = vec![Entry::Record(run("contract-1").start)];
    for (body, visit) in bodies.into_iter().zip(1..) {
        let added = vec![started(visit), responded(visit, body)];
        entries.extend(added.clone());
        journal.append(&lease, added, Standing::UnderWay).await.expect("entries can be added");
    }
    let read = journal.read("contract-1").await.expect("a run can be read");
    assert_eq!(read.entries, entries, "entries are kept as they were, in order");
    assert_eq!((read.summary.steps, read.settings), (4, json!({"mode": 1.50})));
    assert_eq!((read.plan_digest.as_str(), read.secret_inputs), ("digest", vec!["key".to_owned()]));

    journal.append(&lease, Vec::new(), Standing::Waiting(Timestamp(9))).await.expect("a wait is kept");
    assert_eq!(status(journal).await, RunStatus::Waiting);
    let claimed = journal.claim("contract-1").await.map_err(|error| error.kind);
    assert_eq!(claimed, Err(JournalErrorKind::Leased), "one drives a run");
    journal.release(&lease).await.expect("a lease can be given back");
    assert_eq!(status(journal).await, RunStatus::Interrupted);
    assert_eq!(
        journal.list().await.expect("runs can be listed").first().and_then(|run| run.due),
        Some(Timestamp(9))
    );
    let second = journal.claim("contract-1").await.expect("an interrupted run can be gone on with");
    let lost = journal.append(&lease, vec![started(5)], Standing::UnderWay).await.map_err(|error| error.kind);
    assert_eq!(lost, Err(JournalErrorKind::LeaseLost), "who lost the lease cannot write");
    journal.release(&lease).await.expect("a lease that was lost can be given back");
    assert_eq!(status(journal).await, RunStatus::Waiting, "that changes nothing");

    let kept = journal.delete("contract-1").await.map_err(|error| error.kind);
    assert_eq!(kept, Err(JournalErrorKind::NotOver));
    let over = Standing::Over(RunStatus::Succeeded);
    journal.append(&second, vec![started(5)], over).await.expect("a run can end");
    for ended in [
        journal.append(&second, vec![started(6)], over).await.map_err(|error| error.kind),
        journal.cancel("contract-1").await.map_err(|error| error.kind),
        journal.claim("contract-1").await.map(drop).map_err(|error| error.kind),
    ] {
        assert_eq!(ended, Err(JournalErrorKind::Over));
    }

    let lease = journal.create(run("contract-2")).await.expect("another run can be begun");
    journal.cancel("contract-2").await.expect("a run can be cancelled");
    let ended =
        journal.append(&lease, vec![started(1)], Standing::UnderWay).await.map_err(|error| error.kind);
    assert_eq!(ended, Err(JournalErrorKind::Cancelled), "who drives it is told");
    let JournalledRun { entries, .. } = journal.read("contract-2").await.expect("it is kept");
    assert_eq!(entries.len(), 1, "nothing of a refused append is kept");
    journal.delete("contract-2").await.expect("what is over can be deleted");
    let unknown = Lease { run_id: "contract-2".to_owned(), epoch: 1 };
    for missing in [
        journal.read("contract-2").await.map(drop).map_err(|error| error.kind),
        journal.append(&unknown, Vec::new(), Standing::UnderWay).await.map_err(|error| error.kind),
    ] {
        assert_eq!(missing, Err(JournalErrorKind::Unknown));
    }
    journal.create(run("contract-2")).await.expect("the id of a deleted run is free");
    let ids = journal.list().await.expect("runs can be listed").into_iter().map(|run| run.run_id);
    assert_eq!(ids.collect::<Vec<_>>(), ["contract-1", "contract-2"]);
}

async fn status(journal: &dyn Journal) -> RunStatus {
    journal.read("contract-1").await.expect("it is there").summary.status
}

fn run(run_id: &str) -> NewRun {
    NewRun {
        run_id: run_id.to_owned(),
        workflow_id: "w".to_owned(),
        description: "d.yml".to_owned(),
        plan_digest: "digest".to_owned(),
        secret_inputs: vec!["key".to_owned()],
        settings: json!({"mode": 1.50}),
        start: Record::Started {
            at: Timestamp(1),
            run_id: run_id.to_owned(),
            semantics: arazzo_engine::SEMANTICS,
            inputs: Map::new(),
            files: Vec::new(),
        },
    }
}

fn started(visit: u32) -> Entry {
    let id = CallId { visit, attempt: 1 };
    let idempotency_key = Some("k".to_owned());
    Entry::CallStarted(CallStarted { at: Timestamp(2), id, digest: "d".to_owned(), idempotency_key })
}

fn responded(visit: u32, body: Vec<u8>) -> Entry {
    let response = Response { status: 200, headers: vec![("X".to_owned(), "y".to_owned())], body };
    Entry::Record(Record::Responded { at: Timestamp(3), id: CallId { visit, attempt: 1 }, response })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::MemoryJournal;
    use crate::testing::block_on;

    #[test]
    fn a_journal_in_memory_keeps_to_the_contract() {
        block_on(check(&MemoryJournal::new()));
    }
}
