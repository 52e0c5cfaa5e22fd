//! Runs that a program began, in the hands of the command.

use std::sync::Arc;

use arazzo_runner::journal::{SqliteJournal, SqliteOptions, SyncMode};
use arazzo_runner::testing::block_on;
use arazzo_runner::{Cancellation, Runner, Workflow};
use serde_json::json;

use super::kitchen::{Kitchen, POT};

#[test]
fn a_run_that_a_program_began_is_gone_on_with_by_that_program() {
    let kitchen = Kitchen::new("library", []);
    let load = Workflow::loader().mocked().load(kitchen.folder.join("tea.arazzo.yml"));
    let runner = Runner::new(&block_on(load).unwrap()).inputs(json!({ "potToken": POT }));
    let journal = || {
        let options = SqliteOptions::create(SyncMode::Process);
        Arc::new(SqliteJournal::open(&kitchen.state(), &options).unwrap())
    };
    let cancellation = Cancellation::new();
    cancellation.cancel();
    let cut_off = runner.clone().journal(journal()).run_id("of a program").cancel(&cancellation);
    assert!(!block_on(cut_off.run()).unwrap().is_success());

    assert_eq!(kitchen.listed()["status"], "interrupted");
    for which in ["of a program", "--all"] {
        let refused = kitchen.command(&["runs", "resume", which]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let stderr = String::from_utf8(refused.stderr).unwrap();
        assert!(stderr.contains("the run `of a program` was begun by another program"), "{stderr}");
        assert!(stderr.contains("go on with it there"), "{stderr}");
    }
    assert_eq!(kitchen.listed()["status"], "interrupted");
    let outcome = block_on(runner.journal(journal()).resume("of a program").run()).unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(kitchen.listed()["status"], "succeeded");
}
