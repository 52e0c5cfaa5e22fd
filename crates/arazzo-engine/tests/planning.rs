//! What is found out about the order of things before the first request, also where there are very many of them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use arazzo_engine::PlanOptions;
use support::{codes, compile, plan};

const MANY: usize = 2_000;

/// A workflow of these steps.
fn workflow(steps: impl IntoIterator<Item = String>) -> String {
    let steps: String = steps.into_iter().map(|step| format!("  - {{ {step} }}\n")).collect();
    format!("- workflowId: w\n  steps:\n{steps}")
}

fn ping(id: &str, rest: &str) -> String {
    format!("stepId: {id}, operationId: ping, outputs: {{ o: $statusCode }}, {rest}")
}

fn uses(id: &str, used: &str) -> String {
    ping(id, &format!("parameters: [{{ name: X-Used, in: header, value: $steps.{used}.outputs.o }}]"))
}

/// The ids of the steps in the order in which they run.
fn order(workflow: &str) -> Vec<String> {
    plan(workflow).steps().iter().map(|step| step.id().to_owned()).collect()
}

fn forward_references(workflow: &str) -> usize {
    codes(workflow).iter().filter(|code| **code == "forward-reference").count()
}

#[test]
fn a_step_comes_behind_all_that_it_depends_on_and_the_rest_stays_in_its_order() {
    let steps = workflow([
        ping("a", "dependsOn: [d, b]"),
        ping("b", ""),
        ping("c", ""),
        ping("d", "dependsOn: [c]"),
        ping("e", ""),
    ]);
    assert_eq!(order(&steps), ["b", "c", "d", "a", "e"]);
}

#[test]
fn a_step_comes_behind_one_whose_output_its_criteria_read() {
    let reads = "successCriteria: [{ condition: $statusCode == $steps.c.outputs.o }]";
    let steps = workflow([ping("a", reads), ping("b", "dependsOn: [c]"), ping("c", "")]);
    assert_eq!(order(&steps), ["c", "a", "b"]);
    let context = "successCriteria: [{ type: regex, context: $steps.c.outputs.o, condition: '^2' }, { condition: 'true' }]";
    let steps = workflow([ping("a", context), ping("b", "dependsOn: [c]"), ping("c", "")]);
    assert_eq!(order(&steps), ["c", "a", "b"]);
}

#[test]
fn a_depends_on_counts_more_than_a_use() {
    let steps = workflow([
        ping("first", ""),
        format!("{}, dependsOn: [first]", uses("a", "b")),
        ping("b", "dependsOn: [a]"),
    ]);
    let planning = compile(&steps, &PlanOptions::default());
    assert!(planning.plan.is_none());
    assert_eq!(forward_references(&steps), 1);
}

#[test]
fn steps_that_depend_on_each_other_are_named() {
    let steps =
        workflow([ping("a", "dependsOn: [b]"), ping("b", "dependsOn: [a]"), ping("c", ""), ping("d", "")]);
    let planning = compile(&steps, &PlanOptions::default());
    let messages: Vec<&str> =
        planning.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert!(messages.contains(&"these steps depend on each other: `a`, `b`"), "{messages:?}");
}

#[test]
fn a_use_of_a_later_step_is_an_error_unless_a_path_leads_back() {
    assert_eq!(forward_references(&workflow([uses("a", "b"), ping("b", "")])), 1);
    let back =
        "onSuccess: [{ name: again, type: goto, stepId: a, criteria: [{ condition: $statusCode == 202 }] }]";
    assert_eq!(forward_references(&workflow([uses("a", "b"), ping("b", back)])), 0);
    let helped = "onFailure: [{ name: help, type: retry, stepId: b }]";
    assert_eq!(forward_references(&workflow([format!("{}, {helped}", uses("a", "b")), ping("b", "")])), 0);
}

#[test]
fn a_step_that_nothing_leads_to_may_use_what_cannot_be_there() {
    let over = "onSuccess: [{ name: over, type: goto, stepId: c }]";
    let dead =
        [ping("a", over), uses("b", "d"), ping("c", "onSuccess: [{ name: e, type: end }]"), ping("d", "")];
    assert_eq!(forward_references(&workflow(dead)), 0);
    let alive =
        [ping("a", ""), uses("b", "d"), ping("c", "onSuccess: [{ name: e, type: end }]"), ping("d", "")];
    assert_eq!(forward_references(&workflow(alive)), 1);
}

#[test]
fn very_many_steps_of_which_each_uses_the_one_before() {
    let steps = (0..MANY).map(|index| match index {
        0 => ping("s0", ""),
        _ => uses(&format!("s{index}"), &format!("s{}", index - 1)),
    });
    assert_eq!(plan(&workflow(steps)).steps().len(), MANY);
}

#[test]
fn very_many_steps_of_which_each_depends_on_the_next() {
    let steps = (0..MANY).map(|index| match index + 1 {
        MANY => ping(&format!("s{index}"), ""),
        next => ping(&format!("s{index}"), &format!("dependsOn: [s{next}]")),
    });
    let order = order(&workflow(steps));
    assert_eq!((order.len(), order[0].as_str(), order[MANY - 1].as_str()), (MANY, "s1999", "s0"));
}

#[test]
fn very_many_uses_of_later_steps_are_possible_in_a_loop_and_impossible_without() {
    const STEPS: usize = 300;
    let steps = |last: &str| {
        let mut steps: Vec<String> =
            (1..STEPS).map(|next| uses(&format!("s{}", next - 1), &format!("s{next}"))).collect();
        steps.push(ping(&format!("s{}", STEPS - 1), last));
        workflow(steps)
    };
    let again = "onFailure: [{ name: again, type: goto, stepId: s0 }]";
    assert_eq!(forward_references(&steps(again)), 0);
    assert_eq!(forward_references(&steps("")), STEPS - 1);
}

#[test]
fn every_one_of_very_many_calls_is_checked_against_the_inputs() {
    const CALLS: usize = 400;
    let calls = (0..CALLS).map(|index| {
        format!("stepId: s{index}, workflowId: called, parameters: [{{ name: nam, value: x }}, {{ name: name, value: x }}]")
    });
    let called = "- workflowId: called\n  inputs: { type: object, properties: { name: { type: string } } }\n  steps: [{ stepId: p, operationId: ping }]\n";
    let planning = compile(&format!("{}{called}", workflow(calls)), &PlanOptions::default());
    assert_eq!(planning.plan.unwrap().steps().len(), CALLS);
    let warnings = planning.diagnostics.iter().filter(|found| found.code.as_str() == "undeclared-input");
    assert_eq!(warnings.count(), CALLS);
}

#[test]
fn a_long_chain_of_workflows_ends_and_a_circle_of_them_is_named() {
    const WORKFLOWS: usize = 1_000;
    let chain = |last: &str| -> String {
        let link = |index: usize, on: &str| {
            format!("- {{ workflowId: w{index}, {on} steps: [{{ stepId: s, operationId: ping }}] }}\n")
        };
        let links = (1..WORKFLOWS).map(|next| link(next - 1, &format!("dependsOn: [w{next}],")));
        links.chain([link(WORKFLOWS - 1, last)]).collect()
    };
    assert_eq!(codes(&chain("")), Vec::<&str>::new());
    let planning = compile(&chain("dependsOn: [w998],"), &PlanOptions::default());
    let message = &planning.diagnostics.last().unwrap().message;
    assert_eq!(message, "workflows depend on each other: `w998` → `w999` → `w998`");
}
