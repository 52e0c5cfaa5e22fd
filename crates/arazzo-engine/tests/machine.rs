//! What the machine does with one workflow, as scripts of answers, requests and waits.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use arazzo_engine::{RunOptions, Status, TransportErrorCode};
use serde_json::json;
use support::{Answer, codes, ok, plan, play, play_plan};

const TWO_STEPS: &str = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping }
  - { stepId: b, operationId: ping }
";

/// A step `a` with these fields, a step `b` after it, and a step `c` at the end.
fn step(fields: &str) -> String {
    format!(
        "
- workflowId: w
  steps:
  - stepId: a
    operationId: ping
{fields}
  - {{ stepId: b, operationId: ping }}
  - {{ stepId: c, operationId: ping }}
"
    )
}

#[test]
fn steps_run_in_the_order_of_the_list() {
    let played = play(TWO_STEPS, json!({}), &[ok()]);
    assert_eq!(played.visits(), ["a", "b"]);
    assert_eq!(played.result.status, Status::Succeeded);
    assert_eq!(played.requests[0].url, "http://api.test/v1/ping");
}

#[test]
fn without_criteria_a_status_below_400_is_success() {
    assert_eq!(
        play(TWO_STEPS, json!({}), &[Answer::Status(302), Answer::Status(399)]).result.status,
        Status::Succeeded
    );
    let failed = play(TWO_STEPS, json!({}), &[Answer::Status(404)]);
    assert_eq!((failed.visits(), failed.error()), (vec!["a"], Some("unexpected-status")));
}

#[test]
fn all_success_criteria_have_to_hold() {
    let workflow = step(
        "    successCriteria: [{ condition: $statusCode == 200 }, { condition: $response.body#/ok == true }]",
    );
    assert_eq!(
        play(&workflow, json!({}), &[Answer::Json(200, json!({"ok": true}))]).result.status,
        Status::Succeeded
    );
    let failed = play(&workflow, json!({}), &[Answer::Json(200, json!({"ok": false}))]);
    assert_eq!(failed.error(), Some("criterion-not-held"));
    let message = failed.result.error.unwrap().message;
    assert!(message.contains("`$response.body#/ok == true`") && message.contains("false"), "{message}");
}

#[test]
fn goto_continues_in_list_order_from_its_target() {
    let workflow = step("    onSuccess: [{ name: skip, type: goto, stepId: c }]");
    assert_eq!(play(&workflow, json!({}), &[ok()]).visits(), ["a", "c"]);
}

#[test]
fn the_first_action_whose_criteria_hold_is_taken() {
    let workflow = step(
        "    onSuccess:
    - { name: no, type: end, criteria: [{ condition: $statusCode == 201 }] }
    - { name: yes, type: goto, stepId: c, criteria: [{ condition: $statusCode == 200 }] }
    - { name: late, type: end }",
    );
    let played = play(&workflow, json!({}), &[ok()]);
    assert_eq!(played.visits(), ["a", "c"]);
    let next = played.report.steps[0].next.clone().unwrap();
    assert_eq!((next.action.as_deref(), next.target.as_deref()), (Some("yes"), Some("c")));
    let considered: Vec<(&str, bool)> =
        next.considered.iter().map(|action| (action.action.as_str(), action.taken)).collect();
    assert_eq!(considered, [("no", false), ("yes", true)]);
}

#[test]
fn no_action_that_matches_means_the_next_step_or_failure() {
    let never = "[{ name: n, type: end, criteria: [{ condition: $statusCode == 999 }] }]";
    assert_eq!(play(&step(&format!("    onSuccess: {never}")), json!({}), &[ok()]).visits(), ["a", "b", "c"]);
    let failed = play(&step(&format!("    onFailure: {never}")), json!({}), &[Answer::Status(500)]);
    assert_eq!((failed.visits(), failed.result.status), (vec!["a"], Status::Failed));
}

#[test]
fn end_after_success_succeeds_and_end_after_failure_fails() {
    let workflow = step("    onSuccess: [{ name: e, type: end }]\n    onFailure: [{ name: e, type: end }]");
    assert_eq!(play(&workflow, json!({}), &[ok()]).result.status, Status::Succeeded);
    let failed = play(&workflow, json!({}), &[Answer::Status(500)]);
    assert_eq!((failed.visits(), failed.result.status), (vec!["a"], Status::Failed));
}

#[test]
fn a_failure_that_is_handled_does_not_fail_the_run() {
    let workflow = step("    onFailure: [{ name: h, type: goto, stepId: c }]");
    let played = play(&workflow, json!({}), &[Answer::Broken(TransportErrorCode::ConnectionLost), ok()]);
    assert_eq!((played.visits(), played.result.status), (vec!["a", "c"], Status::Succeeded));
    assert_eq!(played.report.steps[0].attempts[0].error.as_ref().unwrap().code, "connection-lost");
}

const RETRY: &str = "    onFailure:
    - { name: again, type: retry, retryAfter: 0.25, retryLimit: 2 }
    - { name: handle, type: goto, stepId: c }";

#[test]
fn a_retry_waits_and_tries_again_within_the_visit() {
    let played = play(&step(RETRY), json!({}), &[Answer::Status(503), Answer::Status(503), ok()]);
    assert_eq!((played.visits(), played.waits.as_slice()), (vec!["a", "b", "c"], [250, 250].as_slice()));
    let attempts = &played.report.steps[0].attempts;
    assert_eq!(
        attempts.iter().map(|attempt| attempt.status_code).collect::<Vec<_>>(),
        [Some(503), Some(503), Some(200)]
    );
    let retry = attempts[0].retry.clone().unwrap();
    assert_eq!((retry.action.as_str(), retry.after_ms, retry.remaining), ("again", 250.0, 1));
    assert!(attempts[2].retry.is_none());
}

#[test]
fn a_retry_that_is_used_up_gives_way_to_the_next_action() {
    let played =
        play(&step(RETRY), json!({}), &[Answer::Status(503), Answer::Status(503), Answer::Status(503), ok()]);
    assert_eq!(played.visits(), ["a", "c"]);
    let considered = &played.report.steps[0].next.as_ref().unwrap().considered;
    assert_eq!(considered[0].reason.as_deref(), Some("its limit of 2 is used up"));
}

#[test]
fn without_a_limit_there_is_one_retry() {
    let played = play(&step("    onFailure: [{ name: r, type: retry }]"), json!({}), &[Answer::Status(500)]);
    assert_eq!((played.requests.len(), played.waits.len()), (2, 0));
    assert_eq!(played.result.status, Status::Failed);
}

#[test]
fn each_retry_action_has_its_own_budget() {
    let workflow = step(
        "    onFailure:
    - { name: busy, type: retry, criteria: [{ condition: $statusCode == 503 }] }
    - { name: slow, type: retry, criteria: [{ condition: $statusCode == 504 }] }",
    );
    let answers = [Answer::Status(503), Answer::Status(504), Answer::Status(503), ok()];
    assert_eq!(play(&workflow, json!({}), &answers).requests.len(), 3);
}

#[test]
fn budgets_start_again_when_the_step_is_entered_anew() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, onFailure: [{ name: r, type: retry }] }
  - { stepId: b, operationId: ping, onSuccess: [{ name: back, type: goto, stepId: a, criteria: [{ condition: $statusCode == 201 }] }] }
";
    let answers = [Answer::Status(500), ok(), Answer::Status(201), Answer::Status(500), ok(), ok()];
    let played = play(workflow, json!({}), &answers);
    assert_eq!((played.visits(), played.result.status), (vec!["a", "b", "a", "b"], Status::Succeeded));
}

#[test]
fn the_servers_retry_after_overrules_and_is_capped() {
    let asks = |seconds| Answer::With(503, vec![("Retry-After", seconds)], "");
    assert_eq!(play(&step(RETRY), json!({}), &[asks("2"), ok()]).waits, [2_000]);
    assert_eq!(play(&step(RETRY), json!({}), &[asks("86400"), ok()]).waits, [60_000]);
    assert_eq!(play(&step(RETRY), json!({}), &[asks("soon"), ok()]).waits, [250]);
}

#[test]
fn a_loop_is_stopped_at_the_limit() {
    let workflow = step("    onSuccess: [{ name: again, type: goto, stepId: a }]");
    let options = RunOptions { max_steps: 5, ..RunOptions::default() };
    let played = play_plan(&plan(&workflow), json!({}), &[ok()], options);
    assert_eq!(
        (played.requests.len(), played.result.status, played.error()),
        (5, Status::Stopped, Some("max-steps"))
    );
}

#[test]
fn a_refused_host_ends_the_run_and_nobody_is_asked() {
    let played = play(&step(RETRY), json!({}), &[Answer::Broken(TransportErrorCode::HostRefused)]);
    assert_eq!(
        (played.requests.len(), played.result.status, played.error()),
        (1, Status::Stopped, Some("host-refused"))
    );
    assert_eq!(played.report.steps[0].status, Status::Stopped);
}

#[test]
fn outputs_keep_their_types_and_feed_later_steps() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, outputs: { n: $response.body#/n, all: $response.body, code: $statusCode } }
  - { stepId: b, operationId: addItem, requestBody: { payload: { name: $steps.a.outputs.n, inner: { deep: 'x {$steps.a.outputs.n} y' } } } }
  outputs: { n: $steps.a.outputs.n, first: $steps.a.outputs.all#/list/0, code: $steps.a.outputs.code }
";
    let body = r#"{"n":12345678901234567890.10,"list":[{"a":null}]}"#;
    let played = play(
        workflow,
        json!({}),
        &[Answer::With(200, vec![("Content-Type", "application/json")], body), ok()],
    );
    assert_eq!(
        serde_json::to_string(&played.result.outputs).unwrap(),
        r#"{"n":12345678901234567890.10,"first":{"a":null},"code":200}"#
    );
    assert_eq!(
        String::from_utf8(played.requests[1].body.as_ref().unwrap().shown().into_owned()).unwrap(),
        r#"{"name":12345678901234567890.10,"inner":{"deep":"x 12345678901234567890.10 y"}}"#
    );
}

#[test]
fn outputs_of_a_step_that_did_not_run_are_left_out_silently() {
    let workflow = "
- workflowId: w
  steps:
  - { stepId: a, operationId: ping, onSuccess: [{ name: e, type: end }], outputs: { x: $response.body#/x } }
  - { stepId: b, operationId: ping, outputs: { y: $response.body#/y } }
  outputs: { x: $steps.a.outputs.x, y: $steps.b.outputs.y }
";
    let played = play(workflow, json!({}), &[Answer::Json(200, json!({"x": 1}))]);
    assert_eq!(serde_json::Value::Object(played.result.outputs.clone()), json!({"x": 1}));
    assert!(!format!("{:?}", played.events).contains("Warned"));
}

const ITEM: &str = "
- workflowId: w
  inputs:
    type: object
    required: [id]
    properties: { id: { type: string }, tag: { type: string }, must: { type: string }, name: { type: string }, note: { type: string } }
  steps:
  - stepId: a
    operationId: getItem
    parameters:
    - { name: id, in: path, value: $inputs.id }
    - { name: tag, in: query, value: 'x-{$inputs.tag}' }
    - { name: must, in: query, value: $inputs.must }
";

#[test]
fn what_the_api_calls_optional_is_left_out_with_its_input() {
    let played = play(ITEM, json!({"id": "7", "must": "m"}), &[ok()]);
    assert_eq!(played.requests[0].url, "http://api.test/v1/items/7?must=m");
}

#[test]
fn what_the_api_requires_fails_the_step_before_anything_is_sent() {
    let played = play(ITEM, json!({"id": "7", "tag": "t"}), &[ok()]);
    assert_eq!((played.requests.len(), played.error()), (0, Some("unresolved-expression")));
    assert!(played.result.error.unwrap().message.contains("`must`"));
}

#[test]
fn a_path_value_never_changes_the_route() {
    let url = |id: &str| {
        play(ITEM, json!({"id": id, "must": "m"}), &[ok()]).requests.first().map(|r| r.url.clone())
    };
    assert_eq!(url("a/b?c#d ü").unwrap(), "http://api.test/v1/items/a%2Fb%3Fc%23d%20%C3%BC?must=m");
    for unsafe_value in ["", ".", ".."] {
        assert_eq!(url(unsafe_value), None, "{unsafe_value}");
    }
}

const BODY: &str = "
- workflowId: w
  inputs: { type: object, properties: { name: { type: string }, note: { type: string }, deep: { type: string }, list: { type: string } } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody:
      payload: { $type: $create, name: $inputs.name, note: $inputs.note, list: [1, $inputs.list], inner: { deep: $inputs.deep } }
";

#[test]
fn optional_members_are_left_out_and_literals_stay() {
    let played = play(BODY, json!({"name": "n", "deep": "d"}), &[ok()]);
    assert_eq!(played.body(0), json!({"$type": "$create", "name": "n", "list": [1], "inner": {"deep": "d"}}));
    assert!(format!("{:?}", played.events).contains("item-left-out"));
    let content_type = played.requests[0].header("content-type");
    assert_eq!(content_type, Some("application/json"));
}

#[test]
fn required_members_are_missed_at_any_depth() {
    for inputs in [json!({"deep": "d"}), json!({"name": "n"})] {
        let played = play(BODY, inputs, &[ok()]);
        assert_eq!((played.requests.len(), played.error()), (0, Some("unresolved-expression")));
    }
}

#[test]
fn a_value_that_was_put_in_is_never_scanned_again() {
    let played = play(BODY, json!({"name": "$inputs.deep", "note": "{$inputs.deep}", "deep": "d"}), &[ok()]);
    assert_eq!(played.body(0)["name"], "$inputs.deep");
    assert_eq!(played.body(0)["note"], "{$inputs.deep}");
}

#[test]
fn accept_is_what_the_operation_declares() {
    assert_eq!(
        play(ITEM, json!({"id": "7", "must": "m"}), &[ok()]).requests[0].header("accept"),
        Some("application/json")
    );
}

#[test]
fn workflow_parameters_are_overridden_by_name_and_place() {
    let workflow = "
- workflowId: w
  parameters:
  - { name: X-A, in: header, value: workflow }
  - { name: X-B, in: header, value: workflow }
  steps:
  - { stepId: a, operationId: ping, parameters: [{ name: x-a, in: header, value: step }] }
";
    let played = play(workflow, json!({}), &[ok()]);
    assert_eq!(
        played.requests[0].headers,
        [("X-B".to_owned(), "workflow".to_owned()), ("x-a".to_owned(), "step".to_owned())]
    );
}

#[test]
fn a_header_value_cannot_inject_lines() {
    let workflow = "
- workflowId: w
  inputs: { type: object, properties: { h: { type: string } } }
  steps: [{ stepId: a, operationId: ping, parameters: [{ name: X-A, in: header, value: $inputs.h }] }]
";
    let played = play(workflow, json!({"h": "a\r\nX-B: c"}), &[ok()]);
    assert_eq!((played.requests.len(), played.error()), (0, Some("invalid-header-value")));
}

#[test]
fn names_that_exist_nowhere_are_errors() {
    let case = |fields: &str| codes(&step(fields));
    assert_eq!(case("    onSuccess: [{ name: n, type: goto, stepId: d }]"), ["unknown-step"]);
    assert_eq!(case("    outputs: { x: $steps.d.outputs.y }"), ["unknown-step"]);
    assert_eq!(case("    outputs: { x: $steps.b.outputs.y }"), ["unknown-output"]);
    assert_eq!(case("    outputs: { '': $statusCode }"), ["invalid-name"]);
    assert_eq!(case("    successCriteria: [{ condition: $statusCode == }]"), ["invalid-criterion"]);
    assert_eq!(case("    successCriteria: [{ condition: $.x, type: jsonpath }]"), ["invalid-criterion"]);
    assert_eq!(
        case(
            "    successCriteria: [{ condition: /x, type: { type: xpath, version: xpath-30 }, context: $response.body }]"
        ),
        ["unsupported"]
    );
    assert_eq!(case("    outputs: { x: $response.payload }"), ["invalid-expression"]);
    assert_eq!(case("    outputs: { x: $inputs.z }"), ["undeclared-input"]);
    assert_eq!(
        codes("- workflowId: w\n  steps: [{ stepId: a, operationId: pong }]"),
        ["unknown-operation-id"]
    );
    assert_eq!(
        codes("- workflowId: w\n  steps: [{ stepId: a, operationId: getItem }]"),
        ["missing-parameter", "missing-parameter"]
    );
}

#[test]
fn secret_inputs_are_in_no_record_and_masked_in_every_event() {
    let workflow = "
- workflowId: w
  inputs: { type: object, properties: { api_key: { type: string }, pin: { type: string, format: password } } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody: { payload: { name: $inputs.api_key, note: $inputs.pin } }
    outputs: { echo: $response.body#/echo }
  outputs: { echo: $steps.a.outputs.echo }
";
    let inputs = json!({"api_key": "topsecret1", "pin": "topsecret2"});
    let played =
        play(workflow, inputs, &[Answer::Json(201, json!({"echo": "got topsecret1 and topsecret2"}))]);
    assert_eq!(played.body(0), json!({"name": "topsecret1", "note": "topsecret2"}));
    assert!(!format!("{:?}", played.events).contains("topsecret"), "{:#?}", played.events);
    assert!(!serde_json::to_string(&played.records[0]).unwrap().contains("topsecret"));
    assert_eq!(played.result.outputs["echo"], "got topsecret1 and topsecret2");
}

#[test]
fn defaults_are_filled_in_before_the_check() {
    let workflow = "
- workflowId: w
  inputs:
    type: object
    required: [name]
    properties:
      name: { $ref: '#/$defs/name' }
      options: { type: object, properties: { deep: { type: string, default: d } } }
    $defs: { name: { type: string, default: n } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody: { payload: { name: $inputs.name, inner: $inputs.options } }
";
    let played = play(workflow, json!({"options": {}}), &[ok()]);
    assert_eq!(played.body(0), json!({"name": "n", "inner": {"deep": "d"}}));
}

#[test]
fn wrong_inputs_are_refused_by_name() {
    let workflow = "
- workflowId: w
  inputs: { type: object, required: [id], properties: { id: { type: string }, n: { type: integer } } }
  steps: [{ stepId: a, operationId: ping }]
";
    let plan = plan(workflow);
    let inputs = json!({"n": "x"}).as_object().cloned().unwrap();
    let error = plan.start("r", arazzo_engine::Timestamp(0), inputs).unwrap_err();
    let mut messages: Vec<&str> = error.problems.iter().map(|problem| problem.message.as_str()).collect();
    messages.sort_unstable();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].starts_with("input `n` is refused"), "{messages:?}");
    assert_eq!(messages[1], "required input `id` is missing");
}
