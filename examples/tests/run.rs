//! Each example is run, and says what it should.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::Path;
use std::process::Command;

#[path = "../build.rs"]
#[expect(
    dead_code,
    clippy::print_stdout,
    reason = "the main function of a build script, which Cargo has run"
)]
mod build;

fn said(program: &str) -> String {
    let output = Command::new(program).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_workflow_is_run() {
    let text = said(env!("CARGO_BIN_EXE_run-a-workflow"));
    assert!(text.starts_with("Rex has a home: true\nrefused: "), "{text}");
    assert!(text.contains("`kind`"), "{text}");
}

#[test]
fn a_service_is_called() {
    let text = said(env!("CARGO_BIN_EXE_axum-service"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], r#"HTTP/1.1 200 OK {"id":7,"name":"Rex","home":true}"#);
    assert!(lines[1].starts_with(r#"HTTP/1.1 400 Bad Request {"error":"#) && lines[1].contains("`kind`"));
}

#[test]
fn a_driver_of_its_own_replays_its_journal() {
    let expected = "GET https://pets.example.com/pets?kind=dog\n\
                    POST https://pets.example.com/pets/7/adoption\n\
                    3 records, the same result: true\n\
                    {\"id\":7,\"name\":\"Rex\",\"home\":true}\n";
    assert_eq!(said(env!("CARGO_BIN_EXE_own-driver")), expected);
}

#[test]
fn a_sink_sees_events_and_ends_a_run() {
    let expected = "call 1.1: 200\n\
                    Stopped after 2 steps: the run was cancelled\n\
                    Succeeded after find, adopt\n";
    assert_eq!(said(env!("CARGO_BIN_EXE_event-sink")), expected);
}

#[test]
fn many_runs_share_a_plan() {
    assert_eq!(said(env!("CARGO_BIN_EXE_many-runs")), "100 succeeded, 100 ids\nspawned: Succeeded\n");
}

#[test]
fn a_durable_run_goes_on_where_it_was_stopped() {
    let expected = "find: Succeeded\n\
                    Stopped\n\
                    rex is interrupted\n\
                    adopt: Succeeded\n\
                    Succeeded: {\"id\":7,\"name\":\"Rex\",\"home\":true}\n";
    assert_eq!(said(env!("CARGO_BIN_EXE_durable-run")), expected);
}

#[test]
fn a_build_fails_for_a_wrong_description_and_says_where() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(build::check(&folder.join("pets.arazzo.yml")), Ok(()));
    let error = build::check(&folder.join("tests/wrong.arazzo.yml")).unwrap_err();
    assert!(error.contains("wrong.arazzo.yml:8:34: error: "), "{error}");
    assert!(error.contains("`listPet`") && error.contains("hint: did you mean `listPets`?"), "{error}");
}
