//! A plan as nodes and edges.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use arazzo_engine::{GraphNode, GraphOutcome, GraphTransfer, WorkflowGraph};
use support::plan;

fn graph(workflow: &str) -> WorkflowGraph {
    plan(workflow).graphs().remove(0)
}

fn name(node: &GraphNode) -> String {
    match node {
        GraphNode::Start => "(start)".to_owned(),
        GraphNode::Step { step_id, calls } => format!("{step_id}:{}", calls.label()),
        GraphNode::Workflow { workflow_id } => format!("[{workflow_id}]"),
        GraphNode::End => "(end)".to_owned(),
        GraphNode::Fail => "(fail)".to_owned(),
    }
}

/// Every edge as text: `from -name?criteria-> to`, with `-x` for those after failure.
fn edges(graph: &WorkflowGraph) -> Vec<String> {
    let edge = |edge: &arazzo_engine::GraphEdge| {
        let by = match &edge.by {
            GraphTransfer::List { otherwise: true } => "otherwise".to_owned(),
            GraphTransfer::List { otherwise: false } => String::new(),
            GraphTransfer::Action { name, criteria, retry } => {
                let retry = retry.as_ref().map(|retry| format!("*{}", retry.limit)).unwrap_or_default();
                format!("{name}{retry}?{}", criteria.join("&"))
            }
        };
        let sign = if edge.after == GraphOutcome::Success { "-" } else { "x" };
        format!("{} {sign}{by}> {}", name(&graph.nodes[edge.from]), name(&graph.nodes[edge.to]))
    };
    graph.edges.iter().map(edge).collect()
}

#[test]
fn the_list_leads_from_the_start_through_the_steps_to_the_end() {
    let graph = graph(
        "- workflowId: w\n  steps:\n  - { stepId: a, operationId: ping }\n  - { stepId: b, operationId: ping }",
    );
    assert_eq!(
        edges(&graph),
        ["(start) -> a:ping", "a:ping -> b:ping", "a:ping x> (fail)", "b:ping -> (end)", "b:ping x> (fail)"]
    );
}

#[test]
fn actions_lead_where_they_say_and_those_of_the_workflow_follow_those_of_the_step() {
    let graph = graph(
        "- workflowId: w
  failureActions:
  - { name: again, type: retry, retryLimit: 3, retryAfter: 2, stepId: b, criteria: [{ condition: $statusCode == 503 }] }
  - { name: give-up, type: end }
  steps:
  - stepId: a
    operationId: ping
    onSuccess:
    - { name: back, type: goto, stepId: a, criteria: [{ condition: $statusCode == 202 }] }
    - { name: done, type: end }
  - { stepId: b, operationId: ping }",
    );
    assert_eq!(
        edges(&graph)[..6],
        [
            "(start) -> a:ping",
            "a:ping -back?$statusCode == 202> a:ping",
            "a:ping -done?> (end)",
            "a:ping xagain*3?$statusCode == 503> a:ping",
            "a:ping xgive-up?> (fail)",
            "b:ping -> (end)",
        ]
    );
    let retry = graph.edges.iter().find_map(|edge| match &edge.by {
        GraphTransfer::Action { retry, .. } => retry.clone(),
        GraphTransfer::List { .. } => None,
    });
    assert_eq!(retry.unwrap().helper_step.as_deref(), Some("b"));
}

#[test]
fn a_workflow_that_is_gone_on_with_is_one_node_and_has_a_graph_of_its_own() {
    let graphs = plan(
        "- workflowId: w
  steps:
  - { stepId: a, workflowId: other, onSuccess: [{ name: on, type: goto, workflowId: other }] }
  - { stepId: b, operationId: ping, onFailure: [{ name: on, type: goto, workflowId: other }] }
- workflowId: other
  dependsOn: [first]
  steps: [{ stepId: c, operationId: ping }]
- workflowId: first
  steps: [{ stepId: d, operationId: ping }]",
    )
    .graphs();
    let names: Vec<&str> = graphs.iter().map(|graph| graph.workflow_id.as_str()).collect();
    assert_eq!(names, ["w", "other", "first"]);
    assert_eq!(
        edges(&graphs[0]),
        [
            "(start) -> a:other",
            "a:other -on?> [other]",
            "a:other x> (fail)",
            "b:ping -> (end)",
            "b:ping xon?> [other]"
        ]
    );
    assert_eq!(graphs[1].depends_on, ["first"]);
}

#[test]
fn a_graph_is_plain_data() {
    let graph = graph(
        "- workflowId: w\n  steps:\n  - { stepId: a, operationId: addItem, requestBody: { payload: { name: x } } }",
    );
    let json = serde_json::to_value(&graph).unwrap();
    assert_eq!(json["nodes"][1]["calls"]["operationId"], "addItem");
    assert_eq!(json["nodes"][1]["type"], "step");
    assert_eq!(json["edges"][0]["by"]["type"], "list");
}
