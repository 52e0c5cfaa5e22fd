//! Report files and the event stream of the command as a process: when they are there, and when they cannot be.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use arazzo_runner::testing::{Answer, Server};
use serde_json::Value;

/// A request that takes longer does not come.
const LIMIT: Duration = Duration::from_secs(30);

/// A folder for the reports of one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-reports-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn report(&self, kind: &str) -> String {
        format!("--report={kind}={}", self.path(kind).display())
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.0.join(format!("report.{kind}"))
    }

    fn read(&self, kind: &str) -> String {
        fs::read_to_string(self.path(kind)).unwrap()
    }

    /// The names of all files in it.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// `arazzo run` of workflows of the cases' own description, with nothing in its environment.
fn run(server: &Server, arguments: &[&str]) -> Command {
    let description =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/_shared/items.arazzo.yml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
    command.arg("run").arg(description).args(["--server", &server.url()]).args(arguments);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_failed_run_has_its_reports() {
    let folder = Folder::new("failed");
    let server = Server::start([Answer::json(404, "{}")]).unwrap();
    let kinds = ["junit", "html", "json", "har", "tap", "markdown"];
    let reports = kinds.map(|kind| folder.report(kind));
    let mut arguments = vec!["-w", "getOne", "-i", "itemId=1"];
    arguments.extend(reports.iter().map(String::as_str));
    let output = run(&server, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(folder.read("junit").contains("failures=\"1\""));
    assert!(folder.read("tap").contains("\n    not ok 1 - get\n"));
    assert!(folder.read("markdown").starts_with("# arazzo run: failed\n"));
    let har: Value = serde_json::from_str(&folder.read("har")).unwrap();
    assert_eq!(har.pointer("/log/entries/0/response/content/text").unwrap(), "{}");
    let json: Value = serde_json::from_str(&folder.read("json")).unwrap();
    assert_eq!(json.pointer("/runs/0/steps/0/attempts/0/response/body").unwrap(), "{}");
    assert!(!folder.read("html").is_empty());
    assert_eq!(folder.names().len(), kinds.len(), "{:?}", folder.names());
}

#[test]
fn many_runs_have_reports_of_each() {
    let folder = Folder::new("many");
    let rows = folder.0.join("rows.csv");
    fs::write(&rows, "itemId\na\nb\nc\n").unwrap();
    let answers = [Answer::json(200, "{}"), Answer::json(404, "{}"), Answer::json(200, "{}")];
    let server = Server::start(answers).unwrap();
    let kinds = ["junit", "html", "json", "har", "tap", "markdown"];
    let reports = kinds.map(|kind| folder.report(kind));
    let mut arguments = vec!["-w", "getOne", "--data", rows.to_str().unwrap(), "-q"];
    arguments.extend(reports.iter().map(String::as_str));
    let output = run(&server, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(folder.read("junit").contains("<testsuite name=\"getOne (row 2)\" tests=\"1\" failures=\"1\""));
    assert!(folder.read("tap").contains("\nnot ok 2 - getOne (row 2)\n"));
    assert!(folder.read("markdown").contains("3 runs, 2 succeeded, 1 failed"));
    assert!(folder.read("html").contains("getOne (row 3)"));
    let har: Value = serde_json::from_str(&folder.read("har")).unwrap();
    let statuses: Vec<&Value> = har
        .pointer("/log/entries")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .map(|entry| entry.pointer("/response/status").unwrap())
        .collect();
    assert_eq!(statuses, [200, 404, 200]);
    let json: Value = serde_json::from_str(&folder.read("json")).unwrap();
    assert_eq!(json.pointer("/repeat/failed").unwrap(), 1);
    assert_eq!(json.pointer("/runs/1/row").unwrap(), 2);
    assert_eq!(json.pointer("/runs/1/steps/0/attempts/0/response/body").unwrap(), "{}");
}

#[test]
fn the_events_of_many_runs_have_the_ids_of_their_runs() {
    let answers = std::iter::repeat_n(Answer::json(200, "{\"name\": \"lamp\"}"), 4);
    let server = Server::start(answers).unwrap();
    let arguments = ["-w", "getOne", "-i", "itemId=1", "--repeat", "4", "--concurrency", "2"];
    let output = run(&server, &[&arguments[..], &["--format", "jsonl"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let named =
        |name: &str| lines.iter().filter(|line| line.get("event").unwrap() == name).collect::<Vec<_>>();
    let ids: BTreeSet<&str> =
        named("run").iter().map(|line| line.get("runId").unwrap().as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4);
    for id in ids {
        let of_run = lines.iter().filter(|line| line.get("runId").is_some_and(|run| run == id));
        let names: Vec<&str> = of_run.map(|line| line.get("event").unwrap().as_str().unwrap()).collect();
        let all = [
            "run-started",
            "step-started",
            "call-started",
            "call-finished",
            "attempt-judged",
            "step-finished",
            "run-finished",
            "run",
        ];
        assert_eq!(names, all);
    }
    assert_eq!(lines.last().unwrap().pointer("/repeat/succeeded").unwrap(), 4);
    let schema = include_str!("../../../docs/events.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(lines.iter().all(|line| schema.is_valid(line)), "{lines:#?}");
}

#[test]
fn an_interrupted_run_has_its_reports() {
    let folder = Folder::new("interrupted");
    let server = Server::start([Answer::Stall]).unwrap();
    let mut child =
        run(&server, &["-w", "retry", "--format", "jsonl", &folder.report("junit")]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The lines are there while the answer is not.
    let events: Vec<Value> =
        lines.by_ref().take(4).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let names: Vec<&str> = events.iter().filter_map(|event| event.get("event")?.as_str()).collect();
    assert_eq!(names, ["begin", "run-started", "step-started", "call-started"]);
    // From the first wait on the command looks for signals; by then the request is on its way.
    let start = Instant::now();
    while server.received().is_empty() {
        assert!(start.elapsed() < LIMIT, "no request came");
        thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<Value> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let last = rest.last().unwrap();
    assert_eq!((last.get("event"), last.get("status")), (Some(&"run".into()), Some(&"stopped".into())));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let junit = folder.read("junit");
    assert!(
        junit.contains("<error message=\"the run was interrupted by SIGINT\" type=\"interrupted\">"),
        "{junit}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let folder = Folder::new("missing");
    let server = Server::start([Answer::json(200, "{}")]).unwrap();
    let missing = format!("--report=har={}", folder.0.join("none/report.har").display());
    let output =
        run(&server, &["-w", "getOne", "-i", "itemId=1", &folder.report("tap"), &missing]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(stderr(&output).contains("none/report.har` cannot be written"), "{output:?}");
    assert!(stderr(&output).contains("create the folder first"), "{output:?}");
    assert!(server.received().is_empty());
    assert!(folder.names().is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_at_the_end_keeps_no_other_from_it() {
    let folder = Folder::new("full");
    let server = Server::start([Answer::json(200, "{\"name\": \"lamp\"}")]).unwrap();
    let arguments = ["-w", "getOne", "-i", "itemId=1", "--report=junit=/dev/full", &folder.report("tap")];
    let output = run(&server, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(stderr(&output).contains("the report `/dev/full` cannot be written"), "{output:?}");
    assert!(folder.read("tap").contains("\nok 1 - getOne\n"));
    assert_eq!(folder.names(), ["report.tap"]);
}

#[test]
fn what_cannot_be_run_is_in_the_reports() {
    let folder = Folder::new("refused");
    let server = Server::start([]).unwrap();
    fs::write(folder.path("junit"), "an older report").unwrap();
    let output =
        run(&server, &["-w", "getOne", &folder.report("junit"), &folder.report("json")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(folder.read("junit").contains("errors=\"1\""), "{}", folder.read("junit"));
    let json: Value = serde_json::from_str(&folder.read("json")).unwrap();
    assert_eq!(json.get("status").unwrap(), "invalid");
}

#[test]
fn a_dry_run_writes_no_report_and_says_so() {
    let folder = Folder::new("dry");
    let server = Server::start([]).unwrap();
    let output = run(&server, &["-w", "getOne", "-i", "itemId=1", "--dry-run", &folder.report("junit")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stderr(&output).contains("a dry run writes no reports"), "{output:?}");
    assert!(folder.names().is_empty());
}

#[test]
fn a_reader_of_the_event_stream_may_leave_after_a_line() {
    let server =
        Server::start([Answer::json(503, "{}"), Answer::json(503, "{}"), Answer::json(200, "{}")]).unwrap();
    let mut child = run(&server, &["-w", "retry", "--format", "jsonl"]).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first.get("version").unwrap(), 1);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
