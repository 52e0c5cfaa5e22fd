//! A run is the fold of its records: folding any prefix of them again gives the same state, commands and events.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use std::sync::Arc;

use arazzo_engine::{
    Call, Command, Event, EventKind, EventsWanted, Plan, Record, Run, RunOptions, Status, Timestamp,
    ToldValues, TransportErrorCode,
};
use proptest::prelude::*;
use serde_json::json;
use support::{Answer, plan, play_plan};

const WORKFLOW: &str = "
- workflowId: w
  inputs: { type: object, properties: { api_key: { type: string }, n: { type: integer, default: 3 } } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody: { payload: { name: $inputs.api_key, note: '{$inputs.n}' } }
    onFailure:
    - { name: again, type: retry, retryAfter: 1.5, retryLimit: 2, criteria: [{ condition: $statusCode == 503 }] }
    - { name: over, type: goto, stepId: c, criteria: [{ condition: $statusCode == 404 || $statusCode == null }] }
    outputs: { x: $response.body#/x, code: $statusCode }
  - stepId: b
    operationId: ping
    successCriteria: [{ condition: $statusCode == 200 }]
    onSuccess:
    - { name: back, type: goto, stepId: a, criteria: [{ context: $response.body, condition: $.x > 1, type: jsonpath }] }
    - { name: done, type: end, criteria: [{ condition: $steps.a.outputs.code == 200 }] }
  - { stepId: c, operationId: ping, onFailure: [{ name: r, type: retry, retryAfter: 0 }] }
  outputs: { x: $steps.a.outputs.x }
";

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        (prop_oneof![Just(200u16), Just(201), Just(404), Just(500), Just(503)], 0i64..4)
            .prop_map(|(status, x)| Answer::Json(status, json!({ "x": x }))),
        Just(Answer::Status(200)),
        Just(Answer::With(503, vec![("Retry-After", "7")], "busy")),
        Just(Answer::With(200, vec![("Content-Type", "application/json")], "{broken")),
        Just(Answer::Broken(TransportErrorCode::ConnectionLost)),
        Just(Answer::Broken(TransportErrorCode::Timeout)),
    ]
}

fn fold(plan: &Arc<Plan>, records: &[Record], options: &RunOptions) -> (Run, String) {
    let inputs = json!({"api_key": "sesame-sesame"}).as_object().cloned().unwrap();
    let secrets = plan.start("run-1", Timestamp(1_000_000), inputs).unwrap().secrets;
    let mut run = Run::new(Arc::clone(plan), secrets, options.clone());
    let events: Vec<_> = records.iter().flat_map(|record| run.apply(record.clone()).unwrap()).collect();
    (run, format!("{events:?}"))
}

#[test]
fn a_call_can_be_handed_to_another_process() {
    let plan = plan(WORKFLOW);
    let inputs = json!({"api_key": "sesame-sesame"}).as_object().cloned().unwrap();
    let start = plan.start("run-1", Timestamp(1_000_000), inputs).unwrap();
    let mut run = Run::new(Arc::clone(&plan), start.secrets, RunOptions::default());
    run.apply(start.record).unwrap();
    let [Command::Call(call)] = run.commands() else { panic!("{:?}", run.commands()) };
    let written = serde_json::to_string(&**call).unwrap();
    let read: Call = serde_json::from_str(&written).unwrap();
    assert_eq!(read, **call);
    assert_eq!(plan.step(read.step).unwrap().id(), "a");
}

proptest! {
    #[test]
    fn refolding_any_prefix_gives_the_same_state(answers in prop::collection::vec(answer(), 1..12), cut in any::<prop::sample::Index>()) {
        let plan = plan(WORKFLOW);
        let options = RunOptions { max_steps: 30, ..RunOptions::default() };
        let played = play_plan(&plan, json!({"api_key": "sesame-sesame"}), &answers, options.clone());
        let cut = cut.index(played.records.len()) + 1;
        // What was written down is what is folded.
        let text = serde_json::to_string(&played.records).unwrap();
        let records: Vec<Record> = serde_json::from_str(&text).unwrap();
        prop_assert!(!text.contains("sesame"));

        let (once, events) = fold(&plan, &records[..cut], &options);
        let (again, same_events) = fold(&plan, &records[..cut], &options);
        prop_assert_eq!(format!("{once:?}"), format!("{again:?}"));
        prop_assert_eq!(&events, &same_events);
        let prefix = events.trim_end_matches(']');
        prop_assert!(format!("{:?}", played.events).starts_with(prefix), "the events of a prefix are a prefix");

        let (whole, _) = fold(&plan, &records, &options);
        prop_assert_eq!(whole.result(), Some(&played.result));
    }

    #[test]
    fn who_wants_few_events_gets_the_same_run(answers in prop::collection::vec(answer(), 1..12)) {
        let plan = plan(WORKFLOW);
        let options = RunOptions { max_steps: 30, ..RunOptions::default() };
        let inputs = json!({"api_key": "sesame-sesame"});
        let all = play_plan(&plan, inputs.clone(), &answers, options.clone());
        let is_of_course = |event: &Event| {
            matches!(
                event.kind,
                EventKind::RunStarted { .. }
                    | EventKind::StepStarted { .. }
                    | EventKind::StepFinished { .. }
                    | EventKind::RunFinished { .. }
            )
        };
        for events in [EventsWanted::Warnings, EventsWanted::Course] {
            let options = RunOptions { events, ..options.clone() };
            let few = play_plan(&plan, inputs.clone(), &answers, options);
            prop_assert_eq!(&few.records, &all.records);
            prop_assert_eq!(&few.result, &all.result);
            let is_wanted = |event: &&Event| {
                matches!(event.kind, EventKind::Warned { .. })
                    || (events == EventsWanted::Course && is_of_course(event))
            };
            let expected: Vec<_> = all.events.iter().filter(is_wanted).cloned().collect();
            prop_assert_eq!(few.events, expected);
        }
    }

    #[test]
    fn telling_values_changes_nothing_else(answers in prop::collection::vec(answer(), 1..12)) {
        let plan = plan(WORKFLOW);
        let options = RunOptions { max_steps: 30, ..RunOptions::default() };
        let inputs = json!({"api_key": "sesame-sesame"});
        let played = play_plan(&plan, inputs.clone(), &answers, options.clone());
        let secrets = plan.start("run-1", Timestamp(0), inputs.as_object().cloned().unwrap()).unwrap().secrets;
        let mut run = Run::new(Arc::clone(&plan), secrets, options);
        run.tell_values(ToldValues::All);
        let events = played.records.iter().flat_map(|record| run.apply(record.clone()).unwrap());
        let (told, events): (Vec<Event>, Vec<Event>) =
            events.partition(|event| matches!(event.kind, EventKind::Evaluated { .. }));
        prop_assert_eq!(events, played.events);
        prop_assert_eq!(run.result(), Some(&played.result));
        prop_assert!(!told.is_empty());
        let shown = format!("{told:?}{:?}", run.failed_attempt());
        prop_assert!(!shown.contains("sesame"), "{}", shown);
        let has_failed = played.result.status == Status::Failed;
        prop_assert_eq!(run.failed_attempt().is_some(), has_failed);
    }

    #[test]
    fn a_record_out_of_order_changes_nothing(answers in prop::collection::vec(answer(), 1..6), wrong in any::<prop::sample::Index>()) {
        let plan = plan(WORKFLOW);
        let options = RunOptions { max_steps: 10, ..RunOptions::default() };
        let played = play_plan(&plan, json!({"api_key": "sesame-sesame"}), &answers, options.clone());
        let (mut run, _) = fold(&plan, &played.records[..1], &options);
        let before = format!("{run:?}");
        let wrong = &played.records[wrong.index(played.records.len())];
        if run.apply(wrong.clone()).is_err() {
            prop_assert_eq!(format!("{run:?}"), before);
        } else {
            prop_assert_eq!(Some(wrong), played.records.get(1));
        }
    }
}
