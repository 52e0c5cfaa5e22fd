//! What the machine does with workflows that lead to others: calls, goto, dependencies, helpers, limits.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use std::time::Duration;

use arazzo_engine::{PlanOptions, RunOptions, Status};
use serde_json::{Value, json};
use support::{Answer, Played, codes, compile, ok, plan, play, play_plan};

/// The workflow `child`, which pings and hands on what came.
const CHILD: &str = "
- workflowId: child
  inputs: { type: object, required: [name], properties: { name: { type: string }, size: { type: integer, default: 3 } } }
  steps:
  - stepId: inner
    operationId: addItem
    requestBody: { payload: { name: $inputs.name, note: '{$inputs.size}' } }
    outputs: { id: $response.body#/id }
  outputs: { id: $steps.inner.outputs.id }
";

fn parent(step: &str) -> String {
    format!("- workflowId: parent\n  steps:\n{step}\n  - {{ stepId: last, operationId: ping }}\n{CHILD}")
}

fn outputs(played: &Played) -> Value {
    Value::Object(played.result.outputs.clone())
}

#[test]
fn a_step_calls_a_workflow_and_sees_its_outputs_and_last_exchange() {
    let workflow = parent(
        "  - stepId: call
    workflowId: child
    parameters: [{ name: name, value: rex }]
    successCriteria: [{ condition: $statusCode == 201 }, { condition: $outputs.id == 7 }]
    outputs: { id: $outputs.id, status: $statusCode, body: $response.body }",
    );
    let played = play(&workflow, json!({}), &[Answer::Json(201, json!({"id": 7})), ok()]);
    assert_eq!(played.result.status, Status::Succeeded, "{:?}", played.result.error);
    assert_eq!(played.body(0), json!({"name": "rex", "note": "3"}));
    let step = &played.report.steps[0];
    assert!(step.attempts.is_empty());
    assert_eq!(Value::Object(step.outputs.clone()), json!({"id": 7, "status": 201, "body": {"id": 7}}));
    let run = step.run.as_ref().unwrap();
    assert_eq!((run.workflow_id.as_str(), run.steps[0].step_id.as_str()), ("child", "inner"));
    assert_eq!(played.visits(), ["call", "last"]);
}

#[test]
fn a_called_workflow_that_fails_fails_the_step() {
    let workflow =
        parent("  - { stepId: call, workflowId: child, parameters: [{ name: name, value: rex }] }");
    let played = play(&workflow, json!({}), &[Answer::Status(500)]);
    assert_eq!((played.requests.len(), played.error()), (1, Some("workflow-failed")));
    let handled = parent(
        "  - { stepId: call, workflowId: child, parameters: [{ name: name, value: rex }], onFailure: [{ name: h, type: goto, stepId: last }] }",
    );
    assert_eq!(play(&handled, json!({}), &[Answer::Status(500), ok()]).result.status, Status::Succeeded);
}

#[test]
fn inputs_that_the_called_workflow_refuses_fail_the_step_before_anything_is_sent() {
    let played = play(&parent("  - { stepId: call, workflowId: child }"), json!({}), &[ok()]);
    assert_eq!((played.requests.len(), played.error()), (0, Some("invalid-inputs")));
}

#[test]
fn goto_a_workflow_is_a_tail_call() {
    let workflow = parent(
        "  - stepId: first
    operationId: ping
    onSuccess: [{ name: over, type: goto, workflowId: child, parameters: [{ name: name, value: $response.body#/n }] }]",
    );
    let played = play(
        &workflow,
        json!({}),
        &[Answer::Json(200, json!({"n": "rex"})), Answer::Json(201, json!({"id": 9}))],
    );
    assert_eq!((played.visits(), outputs(&played)), (vec!["first"], json!({"id": 9})));
    assert_eq!(played.body(1)["name"], "rex");
    let next = played.report.steps[0].next.as_ref().unwrap();
    assert_eq!(next.target.as_deref(), Some("child"));
    assert_eq!(next.run.as_ref().unwrap().steps[0].step_id, "inner");
}

#[test]
fn workflows_that_go_on_with_each_other_do_not_nest() {
    let workflow = "
- workflowId: a
  steps: [{ stepId: s, operationId: ping, onSuccess: [{ name: n, type: goto, workflowId: b }] }]
- workflowId: b
  steps: [{ stepId: s, operationId: ping, onSuccess: [{ name: n, type: goto, workflowId: a }] }]
";
    let options = RunOptions { max_steps: 200, ..RunOptions::default() };
    let played = play_plan(&plan(workflow), json!({}), &[ok()], options);
    assert_eq!((played.requests.len(), played.error()), (200, Some("max-steps")));
}

#[test]
fn recursion_ends_at_the_limit() {
    let workflow = "
- workflowId: a
  steps: [{ stepId: s, operationId: ping }, { stepId: again, workflowId: a }]
";
    let played = play(workflow, json!({}), &[ok()]);
    assert_eq!(
        (played.requests.len(), played.result.status, played.error()),
        (32, Status::Stopped, Some("max-depth"))
    );
}

const DEPENDENT: &str = "
- workflowId: main
  dependsOn: [login, setup]
  inputs: { type: object, properties: { user: { type: string } } }
  steps: [{ stepId: s, operationId: addItem, requestBody: { payload: { name: $workflows.login.outputs.token, note: $workflows.login.inputs.user } } }]
- workflowId: setup
  dependsOn: [login]
  steps: [{ stepId: s, operationId: ping }]
- workflowId: login
  inputs: { type: object, properties: { user: { type: string } } }
  steps: [{ stepId: s, operationId: ping, outputs: { token: $response.body#/t } }]
  outputs: { token: $steps.s.outputs.token }
";

#[test]
fn dependencies_run_once_before_and_their_results_can_be_read() {
    let answers = [Answer::Json(200, json!({"t": "tok"})), ok(), ok()];
    let played = play(DEPENDENT, json!({"user": "ann"}), &answers);
    assert_eq!((played.requests.len(), played.result.status), (3, Status::Succeeded));
    assert_eq!(played.body(2), json!({"name": "tok", "note": "ann"}));
    let dependencies: Vec<&str> =
        played.report.dependencies.iter().map(|run| run.workflow_id.as_str()).collect();
    assert_eq!(dependencies, ["login", "setup"]);
}

#[test]
fn a_dependency_that_fails_keeps_the_workflow_from_running() {
    let played = play(DEPENDENT, json!({}), &[Answer::Status(500)]);
    assert_eq!((played.requests.len(), played.error()), (1, Some("dependency-failed")));
    assert!(played.report.steps.is_empty());
}

#[test]
fn workflows_that_depend_on_each_other_are_found() {
    let workflow = "
- workflowId: a
  dependsOn: [b]
  steps: [{ stepId: s, operationId: ping }]
- workflowId: b
  dependsOn: [a]
  steps: [{ stepId: s, operationId: ping }]
";
    assert_eq!(codes(workflow), ["circular-dependency"]);
}

#[test]
fn a_helper_step_runs_after_the_wait_and_before_the_attempt() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, onFailure: [{ name: r, type: retry, stepId: fix, retryAfter: 1, retryLimit: 2 }] }
  - { stepId: fix, operationId: addItem, requestBody: { payload: { name: fix } } }
";
    let answers = [Answer::Status(401), Answer::Status(201), ok(), Answer::Status(201)];
    let played = play(workflow, json!({}), &answers);
    let methods: Vec<&str> = played.requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!((methods, played.waits.as_slice()), (vec!["GET", "POST", "GET", "POST"], [1000].as_slice()));
    let steps: Vec<(&str, bool, usize)> = played
        .report
        .steps
        .iter()
        .map(|step| (step.step_id.as_str(), step.helper, step.attempts.len()))
        .collect();
    assert_eq!(steps, [("a", false, 2), ("fix", true, 1), ("fix", false, 1)]);
}

#[test]
fn a_helper_that_fails_uses_the_attempt_up() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, onFailure: [{ name: r, type: retry, stepId: fix, retryLimit: 2 }] }
  - { stepId: fix, operationId: addItem, requestBody: { payload: { name: fix } } }
";
    let answers = [Answer::Status(401), Answer::Status(500), Answer::Status(201), ok(), ok()];
    let played = play(workflow, json!({}), &answers);
    let methods: Vec<&str> = played.requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["GET", "POST", "POST", "GET", "POST"]);
    assert_eq!(played.result.status, Status::Succeeded);
    let failed = play(workflow, json!({}), &[Answer::Status(401), Answer::Status(500)]);
    assert_eq!((failed.requests.len(), failed.error()), (3, Some("unexpected-status")));
    assert!(format!("{:?}", failed.events).contains("helper-failed"));
}

#[test]
fn a_helper_workflow_runs_before_the_attempt() {
    let workflow = format!(
        "- workflowId: w\n  steps: [{{ stepId: a, operationId: ping, onFailure: [{{ name: r, type: retry, workflowId: child, parameters: [{{ name: name, value: fix }}] }}] }}]\n{CHILD}"
    );
    let played =
        play(&workflow, json!({}), &[Answer::Status(401), Answer::Json(201, json!({"id": 1})), ok()]);
    assert_eq!((played.requests.len(), played.result.status), (3, Status::Succeeded));
    let helper = &played.report.steps[1];
    assert!(helper.helper);
    assert_eq!(helper.run.as_ref().unwrap().workflow_id, "child");
    assert_eq!(played.report.steps[0].attempts.len(), 2);
}

#[test]
fn a_retry_after_success_waits_and_gives_way() {
    let workflow = "
- workflowId: w
  steps:
  - stepId: poll
    operationId: ping
    onSuccess: [{ name: wait, type: retry, retryAfter: 2, retryLimit: 2, criteria: [{ condition: $response.body#/done == false }] }]
  - { stepId: b, operationId: ping }
";
    let pending = Answer::Json(200, json!({"done": false}));
    let played =
        play(workflow, json!({}), &[pending.clone(), Answer::Json(200, json!({"done": true})), ok()]);
    assert_eq!((played.requests.len(), played.waits.as_slice()), (3, [2000].as_slice()));
    let never = play(workflow, json!({}), &[pending]);
    assert_eq!((never.requests.len(), never.result.status), (4, Status::Succeeded));
    assert_eq!(codes(workflow), ["retry-after-success"]);
}

#[test]
fn steps_come_behind_those_they_depend_on() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, dependsOn: [c], operationId: ping }
  - { stepId: b, operationId: ping }
  - { stepId: c, operationId: ping }
";
    assert_eq!(play(workflow, json!({}), &[ok()]).visits(), ["b", "c", "a"]);
    let circular = "
- workflowId: w
  steps:
  - { stepId: a, dependsOn: [b], operationId: ping }
  - { stepId: b, dependsOn: [a], operationId: ping }
";
    assert_eq!(codes(circular), ["circular-dependency"]);
}

#[test]
fn a_step_whose_dependency_was_skipped_fails() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, onSuccess: [{ name: skip, type: goto, stepId: c }] }
  - { stepId: b, operationId: ping }
  - { stepId: c, dependsOn: [b], operationId: ping }
";
    let played = play(workflow, json!({}), &[ok()]);
    assert_eq!((played.visits(), played.error()), (vec!["a", "c"], Some("dependency-not-run")));
}

#[test]
fn what_can_never_have_run_before_cannot_be_used() {
    let forward = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, parameters: [{ name: X, in: header, value: $steps.b.outputs.x }] }
  - { stepId: b, operationId: ping, outputs: { x: $statusCode } }
";
    assert_eq!(codes(forward), ["forward-reference"]);
    let in_a_loop =
        forward.replace("outputs:", "onSuccess: [{ name: back, type: goto, stepId: a }], outputs:");
    assert_eq!(codes(&in_a_loop), [""; 0]);
}

#[test]
fn a_step_times_out_with_what_it_called() {
    let workflow = parent(
        "  - { stepId: call, workflowId: child, timeout: 1, parameters: [{ name: name, value: rex }], onFailure: [{ name: h, type: goto, stepId: last }] }",
    );
    // Each scripted answer takes 1.5 ms.
    let played = play(&workflow, json!({}), &[Answer::Json(201, json!({"id": 7})), ok()]);
    assert_eq!((played.visits(), played.result.status), (vec!["call", "last"], Status::Succeeded));
    assert_eq!(played.report.steps[0].error.as_ref().unwrap().code, "timeout");
}

#[test]
fn a_run_stops_when_its_time_is_up() {
    let workflow = "
- workflowId: w
  steps: [{ stepId: a, operationId: ping, onFailure: [{ name: r, type: retry, retryAfter: 60, retryLimit: 9 }] }]
";
    let options = RunOptions { max_duration: Some(Duration::from_secs(5)), ..RunOptions::default() };
    let played = play_plan(&plan(workflow), json!({}), &[Answer::Status(500)], options);
    assert_eq!(
        (played.requests.len(), played.result.status, played.error()),
        (1, Status::Stopped, Some("max-duration"))
    );
    assert!(played.waits[0] < 5_000, "{:?}", played.waits);
}

#[test]
fn what_is_passed_to_a_workflow_is_checked_against_its_inputs() {
    let workflow = parent(
        "  - { stepId: call, workflowId: child, parameters: [{ name: nmae, value: rex }, { name: name, value: x }] }",
    );
    assert_eq!(codes(&workflow), ["undeclared-input"]);
    let unknown = parent("  - { stepId: call, workflowId: chidl }");
    let planning = compile(&unknown, &PlanOptions::default());
    assert_eq!(planning.diagnostics[0].hint.as_deref(), Some("did you mean `child`?"));
}

#[test]
fn secrets_of_a_called_workflow_are_masked() {
    let workflow = "
- workflowId: w
  inputs: { type: object, properties: { value: { type: string } } }
  steps: [{ stepId: call, workflowId: inner, parameters: [{ name: password, value: $inputs.value }] }]
- workflowId: inner
  inputs: { type: object, properties: { password: { type: string } } }
  steps: [{ stepId: s, operationId: addItem, requestBody: { payload: { name: $inputs.password } }, outputs: { o: $request.body#/name } }]
  outputs: { o: $steps.s.outputs.o }
";
    let played = play(workflow, json!({"value": "topsecret1"}), &[ok()]);
    assert_eq!(played.body(0)["name"], "topsecret1");
    assert!(!format!("{:?}", played.events).contains("topsecret1"));
}

#[test]
fn a_step_that_timed_out_was_sent_and_can_be_tried_again() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, timeout: 1, onFailure: [{ name: r, type: retry, criteria: [{ condition: $statusCode == null && $method == 'GET' }] }] }
";
    // Each scripted answer takes 1.5 ms.
    let played = play(workflow, json!({}), &[ok()]);
    assert_eq!((played.requests.len(), played.error()), (2, Some("timeout")));
}

#[test]
fn the_response_decides_again_after_a_helper_failed() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, onFailure: [{ name: r, type: retry, stepId: fix, retryLimit: 2, criteria: [{ condition: $statusCode == 503 }] }] }
  - { stepId: fix, operationId: addItem, requestBody: { payload: { name: fix } } }
";
    let answers = [Answer::Status(503), Answer::Status(500), Answer::Status(201), ok(), ok()];
    let played = play(workflow, json!({}), &answers);
    assert_eq!((played.requests.len(), played.result.status), (5, Status::Succeeded));
}

#[test]
fn a_dependency_that_goes_on_elsewhere_runs_once_and_is_known_by_its_own_id() {
    let workflow = "
- workflowId: main
  dependsOn: [a, b]
  steps: [{ stepId: s, operationId: addItem, requestBody: { payload: { name: $workflows.a.outputs.o } } }]
- workflowId: a
  steps: [{ stepId: s, operationId: ping, onSuccess: [{ name: n, type: goto, workflowId: c }] }]
  outputs: { o: $steps.s.outputs.o }
- workflowId: b
  dependsOn: [a]
  steps: [{ stepId: s, operationId: ping }]
- workflowId: c
  steps: [{ stepId: s, operationId: ping, outputs: { o: $response.body#/o } }]
  outputs: { o: $steps.s.outputs.o }
"
    .replace(
        "steps: [{ stepId: s, operationId: ping, onSuccess",
        "steps: [{ stepId: s, operationId: ping, outputs: { o: $statusCode }, onSuccess",
    );
    let played = play(&workflow, json!({}), &[Answer::Json(200, json!({"o": "done"}))]);
    assert_eq!((played.requests.len(), played.result.status), (4, Status::Succeeded));
    assert_eq!(played.body(3)["name"], "done");
}

#[test]
fn outputs_of_a_call_that_was_not_made_are_not_those_of_the_caller() {
    let workflow = format!(
        "
- workflowId: w
  steps:
  - {{ stepId: first, operationId: ping, outputs: {{ id: $statusCode }} }}
  - stepId: call
    workflowId: child
    onFailure: [{{ name: wrong, type: goto, stepId: first, criteria: [{{ condition: $outputs.id == 200 }}] }}]
  outputs: {{ id: $steps.first.outputs.id }}
{CHILD}"
    );
    let played = play(&workflow, json!({}), &[ok()]);
    assert_eq!((played.visits(), played.error()), (vec!["first", "call"], Some("invalid-inputs")));
}

#[test]
fn inputs_that_a_dependency_lacks_are_missed_before_anything_is_sent() {
    let workflow = "
- workflowId: main
  dependsOn: [login]
  steps: [{ stepId: s, operationId: ping }]
- workflowId: login
  inputs: { type: object, required: [user], properties: { user: { type: string } } }
  steps: [{ stepId: s, operationId: ping }]
";
    let error = plan(workflow).start("r", arazzo_engine::Timestamp(0), serde_json::Map::new()).unwrap_err();
    assert!(error.to_string().contains("`user`") && error.to_string().contains("`login`"), "{error}");
}
