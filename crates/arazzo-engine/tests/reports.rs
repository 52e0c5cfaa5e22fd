//! What a report says of retries, helpers and workflows that lead to others.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use arazzo_engine::{CriterionResult, RunOptions, RunReport};
use serde_json::json;
use support::{Answer, ok, plan, play, play_plan};

#[test]
fn a_helper_that_fails_leaves_the_attempt_before_it_as_it_was() {
    let workflow = "
- workflowId: w
  steps:
  - stepId: a
    operationId: ping
    successCriteria: [{ condition: $statusCode == 200 }]
    onFailure: [{ name: r, type: retry, stepId: fix, retryLimit: 2 }]
  - { stepId: fix, operationId: addItem, requestBody: { payload: { name: fix } } }
";
    let answers = [Answer::Status(401), Answer::Status(500), Answer::Status(201), ok(), Answer::Status(201)];
    let played = play(workflow, json!({}), &answers);
    let attempts = &played.report.steps[0].attempts;
    let numbers: Vec<u32> = attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 3], "the second attempt sent nothing");
    assert_eq!(attempts[0].criteria.as_ref().unwrap()[0].result, CriterionResult::NotHeld);
    assert_eq!(attempts[0].retry.as_ref().unwrap().remaining, 1);
    assert_eq!(attempts[1].retry, None);
}

#[test]
fn every_run_of_a_retried_workflow_step_is_kept() {
    let workflow = "
- workflowId: w
  steps:
  - stepId: call
    workflowId: child
    successCriteria: [{ condition: $statusCode == 201 }]
    onFailure: [{ name: again, type: retry, retryLimit: 2 }]
- workflowId: child
  steps: [{ stepId: inner, operationId: addItem, requestBody: { payload: { name: rex } } }]
";
    let played = play(workflow, json!({}), &[Answer::Status(500), Answer::Status(200), Answer::Status(201)]);
    let step = serde_json::to_value(&played.report.steps[0]).unwrap();
    assert_eq!(step["attempts"], json!([]));
    let codes = |run: &serde_json::Value| run["steps"][0]["attempts"][0]["statusCode"].clone();
    let earlier = step["runs"].as_array().unwrap();
    assert_eq!(earlier.iter().map(|earlier| codes(&earlier["run"])).collect::<Vec<_>>(), [500, 200]);
    assert_eq!(codes(&step["run"]), 201);
    let left: Vec<_> = earlier.iter().map(|earlier| earlier["retry"]["remaining"].clone()).collect();
    assert_eq!(left, [1, 0]);
    assert_eq!(earlier[1]["criteria"][0]["result"], "not-held");
    assert_eq!(step["criteria"][0]["result"], "held");
}

#[test]
fn workflows_that_go_on_with_each_other_for_long_are_listed_flat() {
    let workflow = "
- workflowId: a
  steps: [{ stepId: s, operationId: ping, onSuccess: [{ name: n, type: goto, workflowId: b }] }]
- workflowId: b
  steps: [{ stepId: s, operationId: ping, onSuccess: [{ name: n, type: goto, workflowId: a }] }]
";
    let options = RunOptions { max_steps: 20_000, ..RunOptions::default() };
    let report = play_plan(&plan(workflow), json!({}), &[ok()], options).report;
    let inner = |run: &RunReport| run.steps.last()?.next.as_ref()?.run.clone();
    let nested = std::iter::successors(Some(Box::new(report.clone())), |run| inner(run)).count();
    // Each of 20,000 attempts went on with another workflow; the last one could not begin its step.
    assert_eq!(nested + report.continued.len(), 20_001);
    assert_eq!(nested, 65);
    let ids: Vec<&str> = report.continued.iter().map(|run| run.workflow_id.as_str()).collect();
    assert_eq!((ids[0], ids[1]), ("b", "a"));
    assert!(report.continued.iter().all(|run| run.steps.len() <= 1 && inner(run).is_none()));
    let bytes = serde_json::to_string_pretty(&report).unwrap().len();
    assert!(bytes < 20_001 * 2_000, "{bytes} bytes");
}

#[test]
fn workflows_that_call_each_other_for_long_are_listed_flat() {
    let workflow = "
- workflowId: a
  steps: [{ stepId: s, operationId: ping }, { stepId: again, workflowId: a }]
";
    let options = RunOptions { max_depth: 5_000, max_steps: 100_000, ..RunOptions::default() };
    let report = play_plan(&plan(workflow), json!({}), &[ok()], options).report;
    assert_eq!(report.continued.len(), 5_000 - 65);
    assert!(report.continued.iter().all(|run| run.steps.len() == 2 && run.continued.is_empty()));
}
