//! What a run tells of the values of expressions, and what it keeps to itself.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use std::sync::Arc;

use arazzo_engine::{EvaluatedPart, Event, EventKind, Run, RunOptions, Timestamp, ToldValues};
use serde_json::{Value, json};
use support::{Answer, plan, play_plan};

/// What is told, as `part expression = value`.
fn told(workflow: &str, inputs: Value, answers: &[Answer], told: ToldValues) -> (Vec<String>, Vec<Event>) {
    let plan = plan(workflow);
    let played = play_plan(&plan, inputs.clone(), answers, RunOptions::default());
    let secrets = plan.start("run-1", Timestamp(0), inputs.as_object().cloned().unwrap()).unwrap().secrets;
    let mut run = Run::new(Arc::clone(&plan), secrets, RunOptions::default());
    run.tell_values(told);
    let events: Vec<Event> =
        played.records.iter().flat_map(|record| run.apply(record.clone()).unwrap()).collect();
    let mut lines = Vec::new();
    for event in &events {
        if let EventKind::Evaluated { part, values } = &event.kind {
            let part = if let EvaluatedPart::Action(name) = part {
                format!("action {name}")
            } else {
                format!("{part:?}")
            };
            lines.extend(values.iter().map(|evaluated| match &evaluated.value {
                Ok(value) => format!("{part} {} = {value}", evaluated.expression),
                Err(why) => format!("{part} {}: {why}", evaluated.expression),
            }));
        }
    }
    (lines, events)
}

const WORKFLOW: &str = "
- workflowId: w
  inputs:
    type: object
    properties: { pin: { type: string, format: password }, name: { type: string } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody: { payload: { name: $inputs.name, note: '{$inputs.pin} {$inputs.name}' } }
    successCriteria: [{ condition: $statusCode == 200 && $response.body#/x == 1 }]
    onFailure:
    - { name: no, type: end, criteria: [{ condition: $statusCode == 404 }] }
    - { name: yes, type: end, criteria: [{ condition: $statusCode >= 500 }] }
    - { name: late, type: end, criteria: [{ condition: $method == 'GET' }] }
  outputs: { x: $inputs.name }
";

#[test]
fn every_expression_is_told_with_its_value() {
    let inputs = json!({"pin": "12", "name": "lamp"});
    let (lines, _) = told(WORKFLOW, inputs, &[Answer::Json(500, json!({"x": 2}))], ToldValues::All);
    let expected = [
        "Request $inputs.name = \"lamp\"",
        "Request $inputs.pin = \"***\"",
        "SuccessCriteria $statusCode = 500",
        "SuccessCriteria $response.body#/x: the body was not read",
        "action no $statusCode = 500",
        "action yes $statusCode = 500",
        "WorkflowOutputs $inputs.name = \"lamp\"",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn of_actions_those_are_told_that_were_looked_at() {
    let inputs = json!({"pin": "12", "name": "lamp"});
    let answers = [Answer::Json(500, json!({}))];
    let (lines, _) = told(WORKFLOW, inputs.clone(), &answers, ToldValues::OfActions);
    assert_eq!(lines, ["action no $statusCode = 500", "action yes $statusCode = 500"]);
    assert!(told(WORKFLOW, inputs, &answers, ToldValues::None).0.is_empty());
}

#[test]
fn what_a_step_left_before_is_told_to_its_criteria_and_what_it_leaves_to_its_actions() {
    let workflow = "
- workflowId: w
  steps:
  - stepId: a
    operationId: ping
    successCriteria: [{ condition: $steps.a.outputs.n == 1 }]
    onFailure:
    - { name: again, type: retry, retryLimit: 1, criteria: [{ condition: $steps.a.outputs.n == 1 }] }
    outputs: { n: $response.body#/n }
";
    let answers = [Answer::Json(200, json!({"n": 1})), Answer::Json(200, json!({"n": 2}))];
    let (lines, _) = told(workflow, json!({}), &answers, ToldValues::All);
    let of_step: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split_once(" $steps.a.outputs.n").map(|(_, told)| told))
        .collect();
    assert!(of_step[0].starts_with(": "), "{lines:?}");
    assert_eq!(of_step[1..], [" = 1", " = 1"], "{lines:?}");
}

#[test]
fn a_body_that_nothing_reads_is_not_read_to_be_told() {
    let broken = [Answer::With(500, vec![("Content-Type", "application/json")], "{broken")];
    let (_, events) = told(WORKFLOW, json!({"name": "x", "pin": "1"}), &broken, ToldValues::All);
    assert!(!format!("{events:?}").contains("malformed-json"));
}

#[test]
fn secrets_in_values_are_masked_by_their_names() {
    let workflow = "
- workflowId: w
  steps:
  - stepId: a
    operationId: ping
    outputs:
      all: $response.body
      token: $response.body#/token
      deep: $response.body#/token/value
      field: $response.header.Set-Cookie
";
    let body = json!({"token": {"value": "ab", "n": 5}, "name": "public", "list": [{"password": "cd"}]});
    let (lines, _) = told(workflow, json!({}), &[Answer::Json(200, body)], ToldValues::All);
    let all = r#"Outputs $response.body = {"token":"***","name":"public","list":[{"password":"***"}]}"#;
    assert_eq!(lines.first().map(String::as_str), Some(all));
    assert!(lines.contains(&"Outputs $response.body#/token = \"***\"".to_owned()), "{lines:?}");
    assert!(lines.contains(&"Outputs $response.body#/token/value = \"***\"".to_owned()), "{lines:?}");
}

#[test]
fn of_a_large_value_some_parts_are_told() {
    let workflow =
        "\n- workflowId: w\n  steps: [{ stepId: a, operationId: ping, outputs: { all: $response.body } }]\n";
    let items: Vec<Value> = (0..10_000).map(|number| json!({ "n": number })).collect();
    let (lines, _) = told(workflow, json!({}), &[Answer::Json(200, json!(items))], ToldValues::All);
    let line = lines.first().unwrap();
    assert!(line.starts_with(r#"Outputs $response.body = [{"n":0},{"n":1},"#), "{line}");
    assert!(line.len() < 1_500, "{}", line.len());
}

#[test]
fn of_long_texts_and_names_the_size_is_told() {
    let workflow =
        "\n- workflowId: w\n  steps: [{ stepId: a, operationId: ping, outputs: { all: $response.body } }]\n";
    let (long, name) = ("x".repeat(1 << 20), "n".repeat(1 << 20));
    let body = json!({"a": "short", "b": long, "c": ["short"], name: 1, "d": "y".repeat(1000)});
    let (lines, _) = told(workflow, json!({}), &[Answer::Json(200, body)], ToldValues::All);
    let told: Value = serde_json::from_str(lines[0].split_once(" = ").unwrap().1).unwrap();
    let size = "(1048576 bytes, not shown)";
    assert_eq!(told, json!({"a": "short", "b": size, "c": ["short"], size: 1, "d": "y".repeat(1000)}));
}
