//! What is written on nodes and edges, the same in every format.

use arazzo_engine::{
    GraphCall, GraphEdge, GraphNode, GraphOutcome, GraphRetry, GraphTransfer, WorkflowGraph,
};

/// The text of an edge: its action, and on further lines the criteria.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EdgeLabel {
    pub(super) head: String,
    pub(super) criteria: Vec<String>,
}

impl EdgeLabel {
    pub(super) fn of(edge: &GraphEdge) -> Self {
        match &edge.by {
            GraphTransfer::List { otherwise } => {
                let head = if *otherwise { "otherwise".to_owned() } else { String::new() };
                Self { head, criteria: Vec::new() }
            }
            GraphTransfer::Action { name, criteria, retry } => {
                let head = match retry {
                    Some(retry) => format!("{name}: {}", again(retry)),
                    None => name.clone(),
                };
                Self { head, criteria: criteria.iter().map(|text| one_line(text)).collect() }
            }
        }
    }

    /// Every line of it, none if it says nothing.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        let lines = std::iter::once(&self.head).chain(&self.criteria).map(String::as_str);
        lines.filter(|line| !line.is_empty())
    }
}

/// How often a step is tried again, and what happens before.
fn again(GraphRetry { limit, after, helper_step, helper_workflow, .. }: &GraphRetry) -> String {
    let mut text = format!("again, at most {limit}×");
    if !after.is_zero() {
        text.push_str(&format!(", after {} s", after.as_secs_f64()));
    }
    match (helper_step, helper_workflow) {
        (Some(step), _) => text.push_str(&format!(", step {step} before")),
        (None, Some(workflow)) => text.push_str(&format!(", workflow {workflow} before")),
        (None, None) => {}
    }
    text
}

/// The lines of a node: what it is, and what it calls.
pub(super) fn node_lines(node: &GraphNode) -> Vec<String> {
    match node {
        GraphNode::Start => vec!["start".to_owned()],
        GraphNode::Step { step_id, calls } => {
            let mut lines = vec![step_id.clone()];
            lines.extend(call_lines(calls));
            lines
        }
        GraphNode::Workflow { workflow_id } => vec![format!("workflow {workflow_id}")],
        GraphNode::End => vec!["succeeded".to_owned()],
        GraphNode::Fail => vec!["failed".to_owned()],
    }
}

fn call_lines(calls: &GraphCall) -> Vec<String> {
    match calls {
        GraphCall::Operation { source, operation_id, method, path } => {
            let operation = operation_id.as_ref().map(|id| format!("{source}.{id}"));
            vec![format!("{method} {path}"), operation.unwrap_or_else(|| source.clone())]
        }
        GraphCall::Workflow { workflow_id } => vec![format!("workflow {workflow_id}")],
    }
}

/// Whether a node stands for a whole workflow.
pub(super) fn is_workflow(node: &GraphNode) -> bool {
    called_workflow(node).is_some()
}

/// The workflow that a node calls or goes on with.
pub(super) fn called_workflow(node: &GraphNode) -> Option<&str> {
    match node {
        GraphNode::Workflow { workflow_id }
        | GraphNode::Step { calls: GraphCall::Workflow { workflow_id }, .. } => Some(workflow_id),
        GraphNode::Step { calls: GraphCall::Operation { .. }, .. }
        | GraphNode::Start
        | GraphNode::End
        | GraphNode::Fail => None,
    }
}

/// Whether an edge is drawn. That a failure which nothing handles ends the workflow goes without saying, and would lead
/// from every step to the same end.
pub(super) fn is_drawn(edge: &GraphEdge) -> bool {
    !(edge.after == GraphOutcome::Failure && matches!(edge.by, GraphTransfer::List { .. }))
}

/// Of every node whether it is drawn: the start and the steps are, others where an edge leads to them.
pub(super) fn drawn_nodes(graph: &WorkflowGraph, drawn: impl Fn(usize, &GraphEdge) -> bool) -> Vec<bool> {
    let always = |node: &GraphNode| matches!(node, GraphNode::Start | GraphNode::Step { .. });
    let mut nodes: Vec<bool> = graph.nodes.iter().map(always).collect();
    for (_, edge) in graph.edges.iter().enumerate().filter(|(index, edge)| drawn(*index, edge)) {
        nodes.get_mut(edge.to).into_iter().for_each(|node| *node = true);
    }
    nodes
}

/// Text on one line, without control characters.
pub(super) fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    text.trim().to_owned()
}
