//! The command that `arazzo show` makes, read by a shell and run.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const API: &str = "openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://api.example.test'}]
paths:
  /a: {get: {operationId: o, security: [{key: []}], responses: {'200': {description: d}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
";

const FLOW: &str = r#"arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: api, url: https://specs.example.test/v1/api.yml}]
workflows:
- workflowId: first
  steps: [{stepId: s, operationId: o}]
- workflowId: all
  dependsOn: [before]
  inputs:
    type: object
    required: ["it's $HOME", -dash, a=b, count, list, object, day, choice, password]
    properties:
      "it's $HOME": {type: string}
      -dash: {type: boolean}
      a=b: {type: string}
      count: {type: integer, minimum: 12}
      list: {type: array, minItems: 1, items: {type: string}}
      object: {type: object, required: [a b], properties: {a b: {type: number}}}
      day: {type: string, format: date}
      choice: {enum: ["x \"y\"", z]}
      password: {type: string}
      optional: {type: string}
  steps: [{stepId: s, operationId: o}]
  outputs:
    count: $inputs.count
    day: $inputs.day
    choice: $inputs.choice
    object: $inputs.object
- workflowId: before
  inputs: {type: object, required: [early], properties: {early: {type: string, enum: ['12']}}}
  steps: [{stepId: s, operationId: o}]
"#;

fn arazzo(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_arazzo")).args(args).current_dir(folder).env_clear().output().unwrap()
}

/// The command for a workflow, and what running it with `--mock` gives.
fn run_line(folder: &Path, args: &[&str], workflow: &str) -> (String, Output) {
    let shown = arazzo(folder, &[&["show", "--format", "json"], args].concat());
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let workflows = shown.get("workflows").and_then(Value::as_array).unwrap();
    let is_asked = |found: &&Value| found.get("workflowId").is_some_and(|id| id == workflow);
    let line =
        workflows.iter().find(is_asked).and_then(|found| found.get("run")?.as_str()).unwrap().to_owned();
    let rest = line.strip_prefix("arazzo ").unwrap();
    let command = format!("\"$ARAZZO\" {rest} --mock --format outputs");
    let run = Command::new("sh")
        .args(["-c", &command])
        .current_dir(folder)
        .env("ARAZZO", env!("CARGO_BIN_EXE_arazzo"))
        .output()
        .unwrap();
    (line, run)
}

#[test]
fn the_line_runs_as_it_is_whatever_names_and_values_have_in_them() {
    let folder = std::env::temp_dir().join(format!("arazzo-show {}", std::process::id()));
    std::fs::create_dir_all(folder.join("the specs")).unwrap();
    std::fs::write(folder.join("-flow.yml"), FLOW).unwrap();
    std::fs::write(folder.join("the specs/api.yml"), API).unwrap();
    let map = "--map=https://specs.example.test/v1/=the specs";
    let (line, run) = run_line(&folder, &[map, "--", "-flow.yml"], "all");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(run.status.code(), Some(0), "{line}\n{run:?}");
    let outputs: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(outputs["count"], 12);
    assert_eq!(outputs["day"], "2026-01-31");
    assert_eq!(outputs["choice"], "x \"y\"");
    assert_eq!(outputs["object"]["a b"], 1);
    for part in [
        "-w all",
        "-i early=12",
        "--input=-dash=true",
        "--auth api.key=KEY",
        "--server api=https://api.example.test",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert!(!line.contains("optional"), "{line}");
}

#[test]
fn the_lines_of_the_sift_workflows_run_as_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (file, workflow) in [
        ("workflows/sift-com-screen-account-creation-workflow.yml", "screen-account-creation"),
        (
            "workflows/sift-com-screen-account-creation-with-retry-workflow.yml",
            "screen-account-creation-with-retry",
        ),
    ] {
        let (line, run) = run_line(&root, &[file], workflow);
        assert!(line.starts_with(&format!("arazzo run {file} -i 'apiKey=<apiKey>'")), "{line}");
        assert_eq!(run.status.code(), Some(0), "{line}\n{run:?}");
    }
}
