//! The command as a process: signals that reach it, and output that cannot be written.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use arazzo_runner::testing::{Answer, Server};
use serde_json::Value;

/// A process that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// `arazzo run` of workflows of the cases' own description, with nothing in its environment.
fn run(server: &str, arguments: &[&str]) -> Command {
    let description =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/_shared/items.arazzo.yml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
    command.arg("run").arg(description).args(["--server", server]).args(arguments);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "{what} did not happen");
        thread::sleep(Duration::from_millis(2));
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_run_that_is_interrupted_says_what_is_known_of_it() {
    for name in ["INT", "TERM"] {
        let answers = [Answer::json(200, "{}"), Answer::json(200, "{}"), Answer::Stall];
        let server = Server::start(answers).unwrap();
        let child = run(&server.url(), &["-w", "loop", "-w", "retry", "--format", "json"]).spawn().unwrap();
        wait_until("the third request", || server.received().len() == 3);
        signal(&child, &format!("-{name}"));
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["status"], "stopped");
        let run = &report["runs"][0];
        assert_eq!((&run["status"], &run["error"]["code"]), (&"stopped".into(), &"interrupted".into()));
        assert_eq!(run["error"]["message"], format!("the run was interrupted by SIG{name}"));
        assert_eq!(run["error"]["stepId"], "first");
        let steps: Vec<&Value> =
            run["steps"].as_array().unwrap().iter().map(|step| &step["status"]).collect();
        assert_eq!(steps, ["succeeded", "succeeded", "stopped"]);
        assert_eq!(run["steps"][2]["attempts"][0]["statusCode"], Value::Null);
        let other = &report["runs"][1];
        assert_eq!((&other["workflowId"], &other["status"]), (&"retry".into(), &"stopped".into()));
        assert_eq!(other["steps"], Value::Array(Vec::new()));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("error[interrupted]: the run was interrupted by SIG"), "{stderr}");
    }
}

#[test]
fn a_wait_before_a_retry_can_be_interrupted() {
    let answer = Answer::header(503, "Retry-After", "60");
    let server = Server::start([answer]).unwrap();
    let child = run(&server.url(), &["-w", "retry"]).spawn().unwrap();
    wait_until("the request", || server.received().len() == 1);
    // The answer has to be there, and nothing outside shows when.
    thread::sleep(Duration::from_millis(200));
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("again after 60.000 s"), "{stdout}");
    assert!(stdout.contains("stopped: retry after 1 step (of 1)"), "{stdout}");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    for format in ["human", "json", "outputs"] {
        let server = Server::start([Answer::json(200, "{}")]).unwrap();
        let mut command = run(&server.url(), &["-w", "getOne", "-i", "itemId=1", "--format", format]);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("standard output cannot be written"), "{stderr}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let server = Server::start([Answer::json(200, "{\"name\": \"lamp\"}")]).unwrap();
    let mut child = run(&server.url(), &["-w", "getOne", "-i", "itemId=1"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn many_runs_that_are_interrupted_are_summed_up_as_far_as_they_came() {
    let answers = [Answer::json(200, "{}"), Answer::json(200, "{}"), Answer::Stall, Answer::Stall];
    let server = Server::start(answers).unwrap();
    let arguments = ["-w", "getOne", "-i", "itemId=1", "--repeat", "10", "--concurrency", "2"];
    let child = run(&server.url(), &[&arguments[..], &["--format", "json"]].concat()).spawn().unwrap();
    wait_until("the fourth request", || server.received().len() == 4);
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["status"], "stopped");
    let repeat = &report["repeat"];
    assert_eq!((&repeat["runs"], &repeat["succeeded"], &repeat["failed"]), (&4.into(), &2.into(), &2.into()));
    let runs = report["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    for run in runs {
        assert_eq!((&run["status"], &run["error"]["code"]), (&"stopped".into(), &"interrupted".into()));
        assert_eq!(run["steps"][0]["status"], "stopped");
    }
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("stopped: 4 of 10 runs, 2 succeeded, 0 failed, 2 stopped in"), "{stderr}");
    assert!(stderr.contains("the run was interrupted by SIGINT"), "{stderr}");
    // No more than two at a time.
    assert_eq!(server.received().len(), 4);
}

#[test]
fn runs_that_never_wait_can_be_interrupted() {
    let rows = std::env::temp_dir().join(format!("arazzo-process-{}.jsonl", std::process::id()));
    std::fs::write(&rows, "{\"itemId\": \"1\"}\n".repeat(20_000)).unwrap();
    let data = rows.to_str().unwrap();
    let mut child = run("http://127.0.0.1:1", &["-w", "getOne", "--mock", "--data", data]).spawn().unwrap();
    // What is not read fills the pipe, so the command cannot come to its end before the signal does.
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("row 200 ") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "{child:?}");
    }
    signal(&child, "-TERM");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    std::fs::remove_file(&rows).unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains(" of 20000 runs, "), "{stderr}");
    assert!(rest.lines().last().unwrap().starts_with("row "), "{rest}");
}

#[test]
fn many_runs_share_their_connections() {
    let answers = std::iter::repeat_n(Answer::json(200, "{\"name\": \"lamp\"}"), 20);
    let server = Server::start(answers).unwrap();
    let output = run(&server.url(), &["-w", "getOne", "-i", "itemId=1", "--repeat", "20"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!((server.received().len(), server.connections()), (20, 1));
}
