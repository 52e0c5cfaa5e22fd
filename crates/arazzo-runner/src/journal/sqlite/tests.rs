//! What goes wrong with files, and what does not.

use std::path::PathBuf;

use arazzo_engine::{CallId, Record, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use super::*;
use crate::journal::{CallStarted, JournalErrorKind, RunStatus, contract};
use crate::testing::block_on;

/// A journal file in a folder of its own.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-journal-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder.join("runs.db"))
    }

    fn open(&self) -> Result<SqliteJournal, JournalError> {
        SqliteJournal::open(&self.0, &SqliteOptions::create(SyncMode::Process))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn run(run_id: &str) -> NewRun {
    NewRun {
        run_id: run_id.to_owned(),
        workflow_id: "w".to_owned(),
        description: "d".to_owned(),
        plan_digest: String::new(),
        secret_inputs: Vec::new(),
        settings: json!({}),
        start: Record::Started {
            at: Timestamp(1),
            run_id: run_id.to_owned(),
            semantics: arazzo_engine::SEMANTICS,
            inputs: serde_json::Map::new(),
            files: Vec::new(),
        },
    }
}

fn started(visit: u32, digest: &str) -> Entry {
    let id = CallId { visit, attempt: 1 };
    let call = CallStarted { at: Timestamp(2), id, digest: digest.to_owned(), idempotency_key: None };
    Entry::CallStarted(call)
}

#[test]
fn a_journal_in_a_file_keeps_to_the_contract() {
    let file = File::new("contract");
    block_on(contract::check(&file.open().unwrap()));
}

#[test]
fn a_journal_that_is_opened_again_has_everything() {
    let file = File::new("again");
    let journal = file.open().unwrap();
    let lease = block_on(journal.create(run("a"))).unwrap();
    block_on(journal.append(&lease, vec![started(1, "d")], Standing::UnderWay)).unwrap();
    // Another one of this process sees the run, and that it is driven.
    let other = file.open().unwrap();
    assert_eq!(block_on(other.claim("a")).unwrap_err().kind, JournalErrorKind::Leased);
    drop(journal);
    assert_eq!(block_on(other.read("a")).unwrap().summary.status, RunStatus::Interrupted);
    assert_eq!(block_on(other.read("a")).unwrap().entries.len(), 2);
    assert_eq!(block_on(other.claim("a")).unwrap().epoch, 2);
}

#[test]
fn a_lease_of_before_a_reboot_or_of_another_machine_ends_by_itself() {
    let file = File::new("elsewhere");
    let journal = file.open().unwrap();
    let lease = block_on(journal.create(run("a"))).unwrap();
    let held_until = |end: i64| {
        let held = "UPDATE runs SET owner = 'other-boot,ns,1,1,0', lease_until = ?1";
        block_on(journal.writer.write(move |db| Ok(db.execute(held, [end])?))).unwrap();
        block_on(journal.claim("a"))
    };
    assert_eq!(held_until(lease_end()).unwrap_err().kind, JournalErrorKind::Leased);
    assert_eq!(held_until(sql(now().0) - 1).unwrap().epoch, 2);
    let late = journal.append(&lease, vec![started(1, "d")], Standing::UnderWay);
    assert_eq!(block_on(late).unwrap_err().kind, JournalErrorKind::LeaseLost);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = File::new("mode");
    let journal = file.open().unwrap();
    block_on(journal.create(run("a"))).unwrap();
    for name in ["runs.db", "runs.db-wal", "runs.db-shm"] {
        let mode = std::fs::metadata(file.0.with_file_name(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_full_disk_is_told_and_what_was_kept_stays() {
    let file = File::new("full");
    let journal = file.open().unwrap();
    let lease = block_on(journal.create(run("a"))).unwrap();
    block_on(journal.writer.write(|db| {
        let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        Ok(db.pragma_update(None, "max_page_count", pages + 2)?)
    }))
    .unwrap();
    let long = "x".repeat(100_000);
    let append = journal.append(&lease, vec![started(1, &long)], Standing::UnderWay);
    let error = block_on(append).unwrap_err();
    assert_eq!(error.kind, JournalErrorKind::Full, "{error}");
    assert!(error.to_string().starts_with("the disk is full"), "{error}");
    assert_eq!(block_on(journal.read("a")).unwrap().entries.len(), 1);
    block_on(journal.append(&lease, vec![started(1, "short")], Standing::UnderWay)).unwrap();
    assert_eq!(block_on(journal.read("a")).unwrap().entries.len(), 2);
}

#[test]
fn a_file_that_another_program_keeps_locked_is_told() {
    let file = File::new("locked");
    let journal = file.open().unwrap();
    block_on(journal.writer.write(|db| Ok(db.busy_timeout(std::time::Duration::from_millis(20))?))).unwrap();
    let mut other = Connection::open(&file.0).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).unwrap();
    let error = block_on(journal.create(run("a"))).unwrap_err();
    assert_eq!(error.kind, JournalErrorKind::Locked, "{error}");
    drop(lock);
    block_on(journal.create(run("a"))).unwrap();
}

#[test]
fn runs_are_read_while_another_program_writes() {
    let file = File::new("reading");
    let journal = file.open().unwrap();
    block_on(journal.create(run("a"))).unwrap();
    block_on(journal.writer.write(|db| Ok(db.busy_timeout(std::time::Duration::from_millis(20))?))).unwrap();
    let mut other = Connection::open(&file.0).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    assert_eq!(block_on(journal.list()).unwrap().len(), 1);
    assert_eq!(block_on(journal.read("a")).unwrap().entries.len(), 1);
    assert_eq!(block_on(journal.create(run("b"))).unwrap_err().kind, JournalErrorKind::Locked);
    drop(lock);
}

#[test]
fn what_is_no_journal_is_not_written_to() {
    let file = File::new("other");
    std::fs::write(&file.0, "not a database, but long enough to be looked at".repeat(100)).unwrap();
    let before = std::fs::read(&file.0).unwrap();
    assert_eq!(file.open().unwrap_err().kind, JournalErrorKind::Damaged);
    assert_eq!(std::fs::read(&file.0).unwrap(), before);
    std::fs::remove_file(&file.0).unwrap();
    Connection::open(&file.0).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    let before = std::fs::read(&file.0).unwrap();
    assert_eq!(file.open().unwrap_err().to_string(), "it is the database of another program");
    assert_eq!(std::fs::read(&file.0).unwrap(), before);
    std::fs::remove_file(&file.0).unwrap();
    drop(file.open().unwrap());
    Connection::open(&file.0).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(file.open().unwrap_err().kind, JournalErrorKind::Newer);
}

#[test]
fn damage_is_told_and_other_runs_can_be_read() {
    let file = File::new("damage");
    let journal = file.open().unwrap();
    for id in ["a", "b", "c"] {
        let lease = block_on(journal.create(run(id))).unwrap();
        block_on(journal.append(&lease, vec![started(1, "d")], Standing::UnderWay)).unwrap();
    }
    drop(journal);
    let other = Connection::open(&file.0).unwrap();
    other.execute("DELETE FROM entries WHERE run = 1 AND number = 1", []).unwrap();
    other.execute("UPDATE entries SET entry = '{' WHERE run = 2 AND number = 2", []).unwrap();
    drop(other);
    let journal = file.open().unwrap();
    for id in ["a", "b"] {
        let error = block_on(journal.read(id)).unwrap_err();
        assert_eq!(error.kind, JournalErrorKind::Damaged, "{error}");
    }
    assert_eq!(block_on(journal.read("c")).unwrap().entries.len(), 2);
}

#[test]
fn a_damaged_page_is_told() {
    let file = File::new("page");
    let journal = file.open().unwrap();
    for number in 0..200 {
        let lease = block_on(journal.create(run(&format!("run-{number}")))).unwrap();
        let digest = "d".repeat(500);
        block_on(journal.append(&lease, vec![started(1, &digest)], Standing::UnderWay)).unwrap();
    }
    drop(journal);
    let mut bytes = std::fs::read(&file.0).unwrap();
    bytes[4096..].fill(0x5a);
    std::fs::write(&file.0, &bytes).unwrap();
    let error = match file.open() {
        Ok(journal) => block_on(journal.list()).unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind, JournalErrorKind::Damaged, "{error}");
}

#[test]
fn a_journal_of_an_earlier_version_can_be_gone_on_with() {
    let file = File::new("golden");
    Connection::open(&file.0).unwrap().execute_batch(include_str!("golden/v1.sql")).unwrap();
    let journal = file.open().unwrap();
    let run = block_on(journal.read("old")).unwrap();
    assert_eq!((run.summary.status, run.summary.due), (RunStatus::Interrupted, Some(Timestamp(5_000_000))));
    assert_eq!(run.secret_inputs, ["pinToken"]);
    let [Entry::Record(Record::Started { inputs, .. }), Entry::CallStarted(call), Entry::Record(answer), _] =
        run.entries.as_slice()
    else {
        panic!("{:?}", run.entries)
    };
    assert_eq!(inputs["weight"].to_string(), "1.50");
    assert_eq!(call.idempotency_key.as_deref(), Some("6b6579"));
    let Record::Responded { response, .. } = answer else { panic!("{answer:?}") };
    assert_eq!((response.status, response.body.as_slice()), (503, [0xff, 0].as_slice()));
    let lease = block_on(journal.claim("old")).unwrap();
    block_on(journal.append(&lease, vec![started(2, "d")], Standing::UnderWay)).unwrap();
}

#[test]
fn what_comes_during_a_commit_shares_the_next_one() {
    let file = File::new("group");
    let journal = file.open().unwrap();
    let leases: Vec<Lease> =
        (0..64).map(|number| block_on(journal.create(run(&format!("{number}")))).unwrap()).collect();
    let append = |lease| journal.append(lease, vec![started(1, "d")], Standing::UnderWay);
    // The thread is held up until all have come. That they share a commit shows when it fails: nothing of any is kept,
    // and each is told.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = std::sync::mpsc::channel::<()>();
    let held = journal.writer.write(move |_| {
        let _ = begun.send(());
        let _ = wait.recv();
        Ok(())
    });
    begins.recv().unwrap();
    let appends: Vec<_> = leases.iter().map(append).collect();
    let failing = journal.writer.write(|db| Ok(db.execute("INSERT INTO nothing VALUES (1)", [])?));
    go.send(()).unwrap();
    block_on(held).unwrap();
    assert_eq!(block_on(failing).unwrap_err().kind, JournalErrorKind::Storage);
    for append in appends {
        assert_eq!(block_on(append).unwrap_err().kind, JournalErrorKind::Storage);
    }
    assert!(block_on(journal.list()).unwrap().iter().all(|run| run.steps == 0));
    for append in leases.iter().map(append).collect::<Vec<_>>() {
        block_on(append).unwrap();
    }
    assert!(block_on(journal.list()).unwrap().iter().all(|run| run.steps == 1));
}

#[test]
fn a_journal_that_several_make_at_once_is_one_for_all_of_them() {
    for _ in 0..20 {
        let file = File::new("at-once");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            let open = || {
                start.wait();
                file.open().map(drop)
            };
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            for opened in opened {
                opened.join().unwrap().unwrap();
            }
        });
    }
}
