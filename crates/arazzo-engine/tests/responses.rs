//! Responses that are held against their OpenAPI description.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use arazzo_engine::{CheckResponses, EventKind, FindingKind, PlanOptions, RunOptions, Status};
use serde_json::{Value, json};
use support::{Answer, Played, compile, ok, play_plan};

fn play(check_responses: CheckResponses, workflow: &str, answers: &[Answer]) -> Played {
    let planning = compile(workflow, &PlanOptions { check_responses, ..PlanOptions::default() });
    let plan = planning.plan.unwrap_or_else(|| panic!("{:#?}", planning.diagnostics));
    play_plan(&plan, json!({}), answers, RunOptions::default())
}

/// The kinds of the findings of each attempt of the first step.
fn kinds(played: &Played) -> Vec<Vec<FindingKind>> {
    let attempts = &played.report.steps[0].attempts;
    attempts.iter().map(|attempt| attempt.findings.iter().map(|finding| finding.kind).collect()).collect()
}

fn warnings(played: &Played) -> Vec<&str> {
    let mut codes = Vec::new();
    for event in &played.events {
        if let EventKind::Warned { fault, .. } = &event.kind {
            codes.push(fault.code.as_str());
        }
    }
    codes
}

const GET: &str = "
- workflowId: w
  steps:
  - stepId: a
    operationId: getItem
    parameters: [{ name: id, in: path, value: x }, { name: must, in: query, value: y }]
";

fn list() -> Answer {
    Answer::Json(200, json!([]))
}

#[test]
fn nothing_is_looked_at_unless_it_is_asked_for() {
    let played = play(CheckResponses::Off, GET, &[list()]);
    assert_eq!((played.result.status, kinds(&played)), (Status::Succeeded, vec![vec![]]));
    assert_eq!(warnings(&played), [""; 0]);
}

#[test]
fn a_warning_changes_nothing() {
    let played = play(CheckResponses::Warn, GET, &[list()]);
    assert_eq!((played.result.status, kinds(&played)), (Status::Succeeded, vec![vec![FindingKind::Body]]));
    assert_eq!(warnings(&played), ["response-mismatch"]);
    let finding = &played.report.steps[0].attempts[0].findings[0];
    assert_eq!(finding.pointer.as_deref(), Some(""));
    assert_eq!(finding.message, "the body: value is not of type \"object\"");
}

#[test]
fn a_failure_is_that_of_the_step() {
    let played = play(CheckResponses::Fail, GET, &[list()]);
    assert_eq!((played.result.status, played.error()), (Status::Failed, Some("response-mismatch")));
    assert_eq!(warnings(&played), [""; 0]);
    assert_eq!(play(CheckResponses::Fail, GET, &[ok()]).result.status, Status::Succeeded);
}

#[test]
fn what_is_not_described_is_not_checked() {
    let ping = "\n- workflowId: w\n  steps: [{ stepId: a, operationId: ping }]\n";
    for answer in [list(), Answer::With(200, vec![("X-Other", "1")], "text"), Answer::Status(200)] {
        assert_eq!(kinds(&play(CheckResponses::Fail, ping, &[answer])), [vec![]]);
    }
    let status = play(CheckResponses::Warn, ping, &[Answer::Status(201)]);
    assert_eq!(kinds(&status), [[FindingKind::Status]]);
}

#[test]
fn json_without_a_content_type_is_what_is_described_as_json() {
    let answer = |body| Answer::With(200, vec![], body);
    assert_eq!(kinds(&play(CheckResponses::Warn, GET, &[answer("{}")])), [vec![]]);
    assert_eq!(kinds(&play(CheckResponses::Warn, GET, &[answer("[]")])), [[FindingKind::Body]]);
    assert_eq!(kinds(&play(CheckResponses::Warn, GET, &[answer("<p>")])), [[FindingKind::MalformedBody]]);
    assert_eq!(kinds(&play(CheckResponses::Warn, GET, &[answer("")])), [[FindingKind::MissingBody]]);
}

#[test]
fn a_response_is_checked_once_though_it_decides_twice() {
    let workflow = format!(
        "{GET}    onFailure: [{{ name: r, type: retry, stepId: fix, retryLimit: 2 }}]
  - {{ stepId: fix, operationId: ping }}
"
    );
    // The first help fails, so that what came first decides again.
    let answers = [list(), Answer::Status(500), Answer::Status(200), ok(), Answer::Status(200)];
    let played = play(CheckResponses::Fail, &workflow, &answers);
    assert_eq!(played.result.status, Status::Succeeded);
    let first: Vec<Value> =
        played.report.steps[0].attempts.iter().map(|attempt| json!(attempt.findings.len())).collect();
    assert_eq!(first, [1, 0]);
    let checked =
        played.events.iter().filter(|event| matches!(event.kind, EventKind::ResponseChecked { .. }));
    // The other one is about the status of the help.
    assert_eq!(checked.count(), 2);
}

#[test]
fn no_answer_is_checked_as_no_response() {
    let broken = Answer::Broken(arazzo_engine::TransportErrorCode::ConnectionLost);
    let played = play(CheckResponses::Fail, GET, &[broken]);
    assert_eq!((kinds(&played), played.error()), (vec![vec![]], Some("connection-lost")));
}
