//! Recorded runs that every reporter is tested with. They are recorded anew in each test, from scripts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arazzo_document::{Document, Severity, Workspace};
use arazzo_engine::{
    CheckResponses, Command, Fault, Mode, Plan, PlanOptions, Record, Reporter, Response, Run, RunOptions,
    RunResult, Start, Timestamp, TransportError, TransportErrorCode,
};
use arazzo_runner::{LoadOptions, MockTransport, Origin, Scenario, SkippingClock, drive, load};
use serde_json::{Map, Value, json};

use super::{Keeper, RecordedRun, Recorder, Recording, Turn};
use crate::output::SumsJson;
use crate::run::Tally;

/// The first second of 2026.
pub(super) const START: Timestamp = Timestamp(1_767_225_600_000_000);

/// How long every answer takes.
const LATENCY_US: u64 = 1_500;

const API: &str = "
openapi: 3.1.0
info: { title: Test, version: '1' }
servers: [{ url: 'http://api.test/v1' }]
paths:
  /items:
    get:
      operationId: listItems
      parameters: [{ name: q, in: query, schema: { type: string } }]
      responses: { '200': { description: all } }
    post:
      operationId: addItem
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '201': { description: made } }
";

/// What a scripted outside answers.
pub(super) enum Answer {
    Json(u16, Value),
    Bytes(Vec<u8>),
    Broken(TransportErrorCode),
}

/// Text with everything that some format could take for its own.
pub(super) const HOSTILE: &str =
    "a|b `c` <img src=x onerror=y> & \u{1b}[31m\u{0}\u{7f}\u{85}\u{2028} # SKIP\n---\n]]> \"q\" 'r' \\ $&";

/// Every recorded run, with its name.
pub(super) fn all() -> Vec<(&'static str, Recording)> {
    vec![
        ("high risk", mocked("high-risk")),
        ("low risk", mocked("low-risk")),
        ("failed", failed()),
        ("handled", handled()),
        ("stopped", stopped()),
        ("interrupted", interrupted()),
        ("many", many()),
        ("nested", nested()),
        ("nested and failed", nested_failure()),
        ("retry", retried()),
        ("hostile", hostile()),
        ("huge", huge()),
        ("bytes", bytes()),
        ("checked", checked()),
        ("asked wrongly", asked_wrongly()),
        ("refused", refused()),
    ]
}

pub(super) fn failed() -> Recording {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: one, operationId: listItems }
  - stepId: two
    operationId: addItem
    requestBody: { payload: { name: lamp } }
    successCriteria: [{ condition: $statusCode == 201 }, { condition: '$response.body#/n > 5' }]
  - { stepId: three, operationId: listItems }
";
    record(workflow, json!({}), vec![ok(), Answer::Json(201, json!({ "n": 4 }))])
}

pub(super) fn handled() -> Recording {
    let workflow = "
- workflowId: w
  steps:
  - stepId: look
    operationId: listItems
    onFailure:
    - { name: other, type: goto, stepId: never, criteria: [{ condition: $statusCode == 500 }] }
    - { name: gone, type: goto, stepId: make }
  - { stepId: never, operationId: listItems }
  - { stepId: make, operationId: addItem, requestBody: { payload: {} } }
";
    record(workflow, json!({}), vec![Answer::Json(404, json!({})), ok()])
}

pub(super) fn stopped() -> Recording {
    record(ONE, json!({}), vec![Answer::Broken(TransportErrorCode::HostRefused)])
}

fn interrupted() -> Recording {
    record(ONE, json!({}), Vec::new())
}

const ONE: &str = "
- workflowId: w
  steps: [{ stepId: one, operationId: listItems }]
";

pub(super) fn nested() -> Recording {
    let workflow = "
- workflowId: w
  dependsOn: [before]
  steps:
  - stepId: call
    workflowId: child
    onFailure:
    - { name: again, type: retry, retryAfter: 0.5, retryLimit: 1 }
    onSuccess:
    - { name: on, type: goto, workflowId: after }
- { workflowId: before, steps: [{ stepId: b, operationId: listItems }] }
- { workflowId: child, steps: [{ stepId: c, operationId: listItems }, { stepId: d, operationId: listItems }] }
- { workflowId: after, steps: [{ stepId: e, operationId: listItems }] }
";
    let answers =
        vec![ok(), Answer::Json(500, json!({})), ok(), ok(), Answer::Broken(TransportErrorCode::Timeout)];
    record(workflow, json!({}), answers)
}

pub(super) fn nested_failure() -> Recording {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: call, workflowId: child, onFailure: [{ name: fine, type: goto, stepId: last }] }
  - { stepId: last, operationId: listItems }
- { workflowId: child, steps: [{ stepId: c, operationId: listItems }] }
";
    record(workflow, json!({}), vec![Answer::Json(500, json!({})), ok()])
}

pub(super) fn retried() -> Recording {
    let workflow = "
- workflowId: w
  steps:
  - stepId: one
    operationId: listItems
    successCriteria: [{ condition: $statusCode == 200 }]
    onFailure: [{ name: again, type: retry, retryAfter: 2, retryLimit: 3, stepId: fix }]
  - { stepId: fix, operationId: addItem, requestBody: { payload: {} } }
";
    let lost = Answer::Broken(TransportErrorCode::ConnectionLost);
    record(workflow, json!({}), vec![Answer::Json(503, json!({})), ok(), lost, ok(), ok(), ok()])
}

pub(super) fn hostile() -> Recording {
    let workflow = "
- workflowId: w
  inputs: { type: object, properties: { text: { type: string } } }
  steps:
  - stepId: one
    operationId: listItems
    parameters: [{ name: q, in: query, value: $inputs.text }]
    successCriteria: [{ condition: $response.body#/text == 'a | b' }]
  outputs: { text: $inputs.text }
";
    record(workflow, json!({ "text": HOSTILE }), vec![Answer::Json(200, json!({ "text": HOSTILE }))])
}

pub(super) fn huge() -> Recording {
    record(ONE, json!({}), vec![Answer::Json(200, json!({ "text": "ä".repeat(300_000) }))])
}

pub(super) fn bytes() -> Recording {
    record(ONE, json!({}), vec![Answer::Bytes(vec![0xff, 0x00, 0x80, b'a'])])
}

/// The response is not as it is described, which is a warning.
pub(super) fn checked() -> Recording {
    let options = PlanOptions { check_responses: CheckResponses::Warn, ..PlanOptions::default() };
    record_with(&options, ONE, json!({}), vec![Answer::Json(202, json!({}))])
}

pub(super) fn asked_wrongly() -> Recording {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: one, operationId: addItem, requestBody: { contentType: application/json, payload: [1] } }
";
    let options = PlanOptions { check_requests: true, ..PlanOptions::default() };
    record_with(&options, workflow, json!({}), vec![Answer::Json(400, json!({}))])
}

pub(super) fn refused() -> Recording {
    let refusal = crate::refusal::Refusal::usage("input `a|b` is missing", None);
    let diagnostics = refusal.problems.iter().map(crate::diagnostics::DiagnosticJson::from).collect();
    Recording { diagnostics, ..Recording::default() }
}

fn ok() -> Answer {
    Answer::Json(200, json!({}))
}

/// A run of the first workflow. Without an answer left it is interrupted.
fn record(workflows: &str, inputs: Value, answers: Vec<Answer>) -> Recording {
    record_with(&PlanOptions::default(), workflows, inputs, answers)
}

fn record_with(options: &PlanOptions, workflows: &str, inputs: Value, answers: Vec<Answer>) -> Recording {
    let head = "arazzo: 1.1.0\ninfo: { title: T, version: '1' }\nsourceDescriptions: [{ name: api, url: api.yml }]\n";
    let read = |name: &str, text: String| {
        let (document, found) = Document::read(name, &format!("file:///{name}"), text);
        assert!(found.is_empty(), "{found:#?}");
        Arc::new(document.unwrap())
    };
    let (workspace, found) =
        Workspace::new(read("w.yml", format!("{head}workflows:{workflows}")), Mode::Tolerant);
    let mut workspace = workspace.unwrap_or_else(|| panic!("{found:#?}"));
    while let Some(wanted) = workspace.wanted() {
        let found = workspace.supply(wanted, read("api.yml", API.to_owned()));
        assert!(found.iter().all(|found| found.severity != Severity::Error), "{found:#?}");
    }
    let id = workspace.entry().description.workflows[0].id.value.clone();
    let planning = Plan::compile(&workspace, &id, options);
    let plan = planning.plan.unwrap_or_else(|| panic!("{:#?}", planning.diagnostics));
    let start = plan.start("run-1", START, inputs.as_object().cloned().unwrap()).unwrap();
    play(plan, start, answers)
}

fn play(plan: Arc<Plan>, start: Start, answers: Vec<Answer>) -> Recording {
    let mut answers = answers.into_iter();
    let mut recorder = Recorder::new(true);
    let mut run = Run::new(Arc::clone(&plan), start.secrets, RunOptions::default());
    let mut record = start.record;
    loop {
        let now = record.at();
        run.apply(record).unwrap().iter().for_each(|event| recorder.add(event));
        record = match run.commands() {
            [Command::Call(call)] => {
                let at = Timestamp(now.0 + LATENCY_US);
                match answers.next() {
                    Some(answer) => respond(answer, call.id, at),
                    None => {
                        let fault = Fault { code: "interrupted".to_owned(), message: "by a test".to_owned() };
                        let (events, _) = run.cut_off(at, fault);
                        events.iter().for_each(|event| recorder.add(event));
                        break;
                    }
                }
            }
            [Command::Sleep { id, until }] => Record::Woke { at: *until, id: *id },
            _ => break,
        };
    }
    recorded(plan, recorder)
}

fn recorded(plan: Arc<Plan>, recorder: Recorder) -> Recording {
    let events = recorder.finish();
    let mut reporter = Reporter::new();
    events.iter().for_each(|event| reporter.add(event));
    let (workflow_id, report) = (plan.workflow_id().to_owned(), reporter.finish());
    Recording {
        runs: vec![RecordedRun { turn: None, plan, workflow_id, events, report }],
        ..Recording::default()
    }
}

fn respond(answer: Answer, id: arazzo_engine::CallId, at: Timestamp) -> Record {
    let response = |status, kind: &str, body| {
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        Record::Responded { at, id, response: Response { status, headers, body } }
    };
    match answer {
        Answer::Json(status, value) => response(status, "application/json", value.to_string().into_bytes()),
        Answer::Bytes(body) => response(200, "image/png", body),
        Answer::Broken(code) => {
            let error = TransportError { code, message: format!("{code} of the test") };
            Record::Failed { at, id, error }
        }
    }
}

/// Runs of rows, of which some failed and some are left out.
pub(super) fn many() -> Recording {
    let mut keeper = Keeper::with_room(usize::MAX, 6);
    let mut tally = Tally::default();
    for number in 1..=8 {
        let recording = if number % 4 == 0 { failed() } else { handled() };
        let run = recording.runs.into_iter().next().unwrap();
        let (status, outputs, error) = (run.status(), Map::new(), run.report.error.clone());
        tally.add(&RunResult { status, outputs, error }, Some(run.duration()));
        keeper.take(number, RecordedRun { turn: Some(Turn::Row(number)), ..run });
    }
    let (runs, left_out) = keeper.finish();
    let sums = SumsJson::of(&tally, Duration::from_millis(20));
    Recording { runs, sums: Some((tally.status(), sums)), left_out, diagnostics: Vec::new() }
}

/// The workflow of this repository against its scenario.
pub(super) fn mocked(scenario: &str) -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows");
    let file = folder.join("sift-com-screen-account-creation-workflow.yml");
    let workspace = load(Origin::File(&file), &LoadOptions::default()).unwrap().workspace.unwrap();
    let planning = Plan::compile(&workspace, "screen-account-creation", &PlanOptions::default());
    let plan = planning.plan.unwrap_or_else(|| panic!("{:#?}", planning.diagnostics));
    let name = format!("sift-com-screen-account-creation.{scenario}.scenario.yml");
    let text = std::fs::read_to_string(folder.join(&name)).unwrap();
    let (document, _) = Document::read(&name, "file:///scenario.yml", text);
    let (scenario, found) = Scenario::read(Arc::new(document.unwrap()));
    assert!(found.is_empty(), "{found:#?}");
    let inputs: Map<String, Value> = [
        ("apiKey", "example-api-key"),
        ("accountId", "account-0815"),
        ("userId", "user-4711"),
        ("userEmail", "robin@example.com"),
        ("riskyDecisionId", "block_new_account"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.into()))
    .collect();
    let start = plan.start("run-1", START, inputs).unwrap();
    let mut run = Run::new(Arc::clone(&plan), start.secrets, RunOptions::default());
    let mut recorder = Recorder::new(true);
    run.apply(start.record).unwrap().iter().for_each(|event| recorder.add(event));
    let (transport, clock) = (MockTransport::new(scenario), SkippingClock::at(START));
    let mut on_event = |event: &arazzo_engine::Event| recorder.add(event);
    arazzo_runner::testing::block_on(drive(&mut run, &transport, &clock, &mut on_event)).unwrap();
    recorded(plan, recorder)
}
