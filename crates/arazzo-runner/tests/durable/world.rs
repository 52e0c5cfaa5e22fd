//! A workflow of ten steps with a retry, jumps, a helper and sub-workflows, and an API that answers the same to the same.

use std::sync::Arc;

use arazzo_engine::{Plan, PlanOptions, Record, Run, RunOptions};
use arazzo_runner::journal::{Entry, NewRun};
use arazzo_runner::{LoadOptions, Origin, load};
use serde_json::{Map, Value, json};

use super::folder::Folder;

const API: &str = "
openapi: 3.1.0
info: {title: Parcels, version: 1.0.0}
servers: [{url: 'http://parcels.test'}]
paths:
  /parcels:
    post:
      operationId: send
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: made}, '503': {description: busy}}
  /parcels/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: look, responses: {'200': {description: there}}}
    put: {operationId: label, requestBody: {content: {application/json: {}}}, responses: {'200': {description: done}}}
";

const FLOW: &str = "
arazzo: 1.0.1
info: {title: Parcels, version: 1.0.0}
sourceDescriptions: [{name: parcels, url: parcels.yml, type: openapi}]
workflows:
- workflowId: deliver
  inputs: {type: object, properties: {to: {type: string}, pinToken: {type: string}}}
  steps:
  - stepId: one
    operationId: send
    requestBody: {contentType: application/json, payload: {to: $inputs.to, pin: $inputs.pinToken}}
    onFailure:
    - {name: again, type: retry, retryAfter: 0.01, retryLimit: 30, criteria: [{condition: $statusCode == 503}]}
    outputs: {id: $response.body#/id}
  - stepId: two
    operationId: look
    parameters: [{name: id, in: path, value: $steps.one.outputs.id}]
    outputs: {state: $response.body#/state}
  - stepId: three
    workflowId: mark
    parameters: [{name: id, value: $steps.one.outputs.id}]
    outputs: {label: $outputs.label}
  - stepId: four
    operationId: send
    requestBody: {contentType: application/json, payload: {after: $steps.three.outputs.label}}
    onFailure:
    - {name: once, type: retry, retryLimit: 30, stepId: helper, criteria: [{condition: $statusCode == 503}]}
    onSuccess: [{name: over, type: goto, stepId: six}]
    outputs: {id: $response.body#/id}
  - stepId: helper
    operationId: look
    parameters: [{name: id, in: path, value: helper}]
    onSuccess: [{name: stop, type: end}]
  - stepId: six
    operationId: look
    parameters: [{name: id, in: path, value: $steps.four.outputs.id}]
    outputs: {state: $response.body#/state}
  - stepId: seven
    operationId: label
    parameters: [{name: id, in: path, value: $steps.four.outputs.id}]
    requestBody: {contentType: application/json, payload: {state: $steps.six.outputs.state}}
  - stepId: eight
    workflowId: mark
    parameters: [{name: id, value: $steps.four.outputs.id}]
    outputs: {label: $outputs.label}
  - stepId: nine
    operationId: send
    requestBody: {contentType: application/json, payload: {last: $steps.eight.outputs.label}}
    onFailure: [{name: again, type: retry, retryLimit: 30}]
    outputs: {id: $response.body#/id}
  - stepId: ten
    operationId: look
    parameters: [{name: id, in: path, value: $steps.nine.outputs.id}]
    outputs: {state: $response.body#/state}
  outputs: {first: $steps.two.outputs.state, second: $steps.eight.outputs.label, last: $steps.ten.outputs.state}
- workflowId: mark
  inputs: {type: object, properties: {id: {type: string}}}
  steps:
  - stepId: put
    operationId: label
    parameters: [{name: id, in: path, value: $inputs.id}]
    requestBody: {contentType: application/json, payload: {mark: true}}
    outputs: {label: $response.body#/label}
  outputs: {label: $steps.put.outputs.label}
";

/// The secret input of each run.
pub(crate) const PIN: &str = "pin-4711-secret";

/// The workflow, compiled for a server.
pub(crate) fn plan(server: &str, name: &str) -> Arc<Plan> {
    let files = [("parcels.yml", API), ("deliver.arazzo.yml", FLOW)];
    let folder = Folder::with(&format!("plan-{name}"), &files);
    let loaded =
        load(Origin::File(&folder.path().join("deliver.arazzo.yml")), &LoadOptions::default()).unwrap();
    let options =
        PlanOptions { servers: [("parcels".to_owned(), server.to_owned())].into(), ..PlanOptions::default() };
    let planning = Plan::compile(&loaded.workspace.unwrap(), "deliver", &options);
    planning.plan.unwrap_or_else(|| panic!("{:?} {:?}", loaded.diagnostics, planning.diagnostics))
}

fn inputs() -> Map<String, Value> {
    json!({"to": "Ada", "pinToken": PIN}).as_object().cloned().unwrap()
}

/// A run as it begins.
pub(crate) fn begin(plan: &Arc<Plan>, run_id: &str, at: arazzo_engine::Timestamp) -> (Run, NewRun) {
    let start = plan.start(run_id, at, inputs()).unwrap();
    let new = NewRun {
        run_id: run_id.to_owned(),
        workflow_id: plan.workflow_id().to_owned(),
        description: "deliver.arazzo.yml".to_owned(),
        plan_digest: "p".to_owned(),
        secret_inputs: start.secrets.names().map(str::to_owned).collect(),
        settings: Value::Null,
        start: start.record.clone(),
    };
    let mut run = Run::new(Arc::clone(plan), start.secrets, RunOptions::default());
    run.apply(start.record).unwrap();
    (run, new)
}

/// The same run before its first record, with its secrets given again.
pub(crate) fn again(plan: &Arc<Plan>, entries: &[Entry]) -> Run {
    let Some(Entry::Record(started @ Record::Started { .. })) = entries.first() else {
        panic!("{entries:?}")
    };
    let secret = json!({"pinToken": PIN}).as_object().cloned().unwrap();
    let start = plan.resume(started, &["pinToken".to_owned()], secret).unwrap();
    Run::new(Arc::clone(plan), start.secrets, RunOptions::default())
}

/// What the API answers: the same to the same request. A quarter of the keys find it busy: fewer than any retry limit.
pub(crate) fn answer(method: &str, path: &str, key: Option<&str>) -> (u16, Value) {
    let last = path.rsplit('/').next().unwrap_or_default();
    match (method, key) {
        ("POST", Some(key)) if u8::from_str_radix(&key[..2], 16).unwrap().is_multiple_of(4) => {
            (503, json!({"busy": true}))
        }
        ("POST", Some(key)) => (201, json!({"id": format!("p-{}", &key[..8])})),
        ("GET", _) => (200, json!({"state": format!("{last} is there")})),
        ("PUT", _) => (200, json!({"label": format!("label of {last}")})),
        _ => (400, Value::Null),
    }
}
