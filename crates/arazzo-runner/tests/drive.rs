//! Whole workflows: from files, over the wire or against the mock, to a result.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use arazzo_document::{Document, Severity};
use arazzo_engine::{
    CredentialName, Event, EventKind, Plan, PlanOptions, Run, RunOptions, RunResult, Status, Timestamp,
};
use arazzo_runner::testing::{Answer, Server, block_on};
use arazzo_runner::{
    Clock, Credentials, DriveError, HttpOptions, HttpTransport, LoadOptions, MockTransport, Origin, Scenario,
    SkippingClock, Transport, drive, load,
};
use serde_json::{Map, Value, json};
use support::folder::Folder;
use support::orders::ORDERS;

const FLOW: &str = "
arazzo: 1.0.1
info: {title: Order, version: 1.0.0}
sourceDescriptions: [{name: orders, url: orders.yml, type: openapi}]
workflows:
- workflowId: order
  inputs: {type: object, properties: {item: {type: string}}}
  steps:
  - stepId: add
    operationId: addOrder
    requestBody: {contentType: application/json, payload: {item: $inputs.item}}
    successCriteria: [{condition: $statusCode == 201}]
    outputs: {id: '$response.body#/id'}
  - stepId: look
    operationId: getOrder
    parameters: [{name: id, in: path, value: $steps.add.outputs.id}]
    successCriteria: [{condition: $statusCode == 200}]
    onFailure:
    - {name: again, type: retry, retryAfter: 5, retryLimit: 2, criteria: [{condition: $statusCode == 503}]}
    outputs: {state: '$response.body#/state'}
  outputs: {state: $steps.look.outputs.state}
";

fn plan(name: &str, server: Option<String>) -> Arc<Plan> {
    let folder =
        Folder::with(&format!("drive-{name}"), &[("orders.yml", ORDERS), ("order.arazzo.yml", FLOW)]);
    let origin = folder.path().join("order.arazzo.yml");
    let loaded = load(Origin::File(&origin), &LoadOptions::default()).unwrap();
    assert_eq!(loaded.diagnostics, []);
    let options = PlanOptions {
        servers: server.into_iter().map(|url| ("orders".to_owned(), url)).collect(),
        credentials: vec![CredentialName { source: None, scheme: "key".to_owned(), variable: None }],
        ..PlanOptions::default()
    };
    let planning = Plan::compile(&loaded.workspace.unwrap(), "order", &options);
    assert!(
        planning.diagnostics.iter().all(|told| told.severity != Severity::Error),
        "{:?}",
        planning.diagnostics
    );
    planning.plan.unwrap()
}

fn started(plan: Arc<Plan>, at: Timestamp) -> Run {
    let mut inputs = Map::new();
    inputs.insert("item".to_owned(), json!("tea"));
    let start = plan.start("run-1", at, inputs).unwrap();
    let mut run = Run::new(plan, start.secrets, RunOptions::default());
    run.apply(start.record).unwrap();
    run
}

fn run(plan: Arc<Plan>, transport: &dyn Transport) -> (RunResult, Vec<Event>) {
    let clock = SkippingClock::at(Timestamp(1_000_000));
    let mut run = started(plan, clock.now());
    let mut events = Vec::new();
    block_on(drive(&mut run, transport, &clock, &mut |event| events.push(event.clone()))).unwrap();
    (run.result().unwrap().clone(), events)
}

fn http() -> HttpTransport {
    let mut credentials = Credentials::new();
    credentials.parse("key=s3cret-key", &[], &|_| None).unwrap();
    HttpTransport::new(HttpOptions::default(), credentials)
}

fn scenario(text: &str) -> Scenario {
    let (document, _) = Document::read("s.yml", "s.yml", text.to_owned());
    let (scenario, diagnostics) = Scenario::read(Arc::new(document.unwrap()));
    assert_eq!(diagnostics, []);
    scenario
}

#[test]
fn a_workflow_runs_over_the_wire() {
    let server = Server::start([
        Answer::json(201, "{\"id\":12345678901234567890}"),
        Answer::header(503, "Retry-After", "3600"),
        Answer::json(200, "{\"state\":\"shipped\"}"),
    ])
    .unwrap();
    let (result, events) = run(plan("wire", Some(server.url())), &http());
    assert_eq!(result.error, None);
    assert_eq!((result.status, &result.outputs["state"]), (Status::Succeeded, &Value::from("shipped")));
    let received = server.received();
    let lines: Vec<&str> = received.iter().map(|request| request.line()).collect();
    let look = "GET /orders/12345678901234567890";
    assert_eq!(lines, ["POST /orders", look, look]);
    assert_eq!(received[0].body, b"{\"item\":\"tea\"}");
    assert!(received.iter().all(|request| request.headers("x-key") == ["s3cret-key"]));
    assert!(matches!(events.last().map(|event| &event.kind), Some(EventKind::RunFinished { .. })));
}

#[test]
fn a_workflow_runs_against_the_mock() {
    let (result, _) = run(plan("mock", None), &MockTransport::new(Scenario::new()));
    assert_eq!((result.status, &result.outputs["state"]), (Status::Succeeded, &Value::from("shipped")));
}

#[test]
fn a_scenario_leads_the_workflow_and_no_time_is_spent() {
    let text = "getOrder: [{status: 503}, {status: 503, headers: {Retry-After: 30}}, {example: lost}]\n";
    let before = std::time::Instant::now();
    let (result, events) = run(plan("scenario", None), &MockTransport::new(scenario(text)));
    assert_eq!((result.status, &result.outputs["state"]), (Status::Succeeded, &Value::from("lost")));
    assert!(before.elapsed().as_secs() < 4);
    let last = events.last().unwrap().at;
    assert!(last >= Timestamp(1_000_000 + 35_000_000), "the clock jumped over both waits: {last:?}");
}

#[test]
fn a_server_that_is_down_fails_the_run() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (result, events) = run(plan("down", Some(format!("http://{closed}"))), &http());
    assert_eq!(result.status, Status::Failed);
    let is_refusal = |event: &Event| matches!(&event.kind, EventKind::CallFailed { error, .. } if error.code == "connection-failed");
    assert!(events.iter().any(is_refusal), "{events:?}");
}

#[test]
fn a_run_that_is_given_up_in_mid_call_can_be_driven_on() {
    let server = Server::start([Answer::Stall]).unwrap();
    let plan = plan("cancel", Some(server.url()));
    let clock = SkippingClock::new();
    let mut run = started(plan, clock.now());
    let before = run.commands().to_vec();
    block_on(async {
        let transport = http();
        let mut ignore = |_: &Event| {};
        let mut driving = pin!(drive(&mut run, &transport, &clock, &mut ignore));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(driving.as_mut().poll(&mut context), Poll::Pending));
    });
    assert_eq!(run.commands(), before);
    block_on(drive(&mut run, &MockTransport::new(Scenario::new()), &clock, &mut |_| {})).unwrap();
    assert_eq!(run.result().unwrap().status, Status::Succeeded);
}

#[test]
fn a_run_without_its_start_record_has_nothing_to_do() {
    let plan = plan("idle", None);
    let start = plan.start("run-1", Timestamp(0), Map::new()).unwrap();
    let mut run = Run::new(plan, start.secrets, RunOptions::default());
    let mock = MockTransport::new(Scenario::new());
    let driven = block_on(drive(&mut run, &mock, &SkippingClock::new(), &mut |_| {}));
    assert_eq!(driven, Err(DriveError::Idle));
}
