//! What a run did, on the graph of its workflow: which nodes were visited and which edges were taken.

use std::collections::HashMap;

use arazzo_engine::{
    GraphNode, GraphOutcome, GraphTransfer, Next, NextKind, RetryReport, RunReport, Status, StepReport,
    WorkflowGraph,
};

/// The marks of one run. Without a run nothing is marked.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    nodes: HashMap<usize, NodeMark>,
    edges: HashMap<usize, u32>,
}

/// What a run did at a node.
#[derive(Debug, Default, Clone)]
pub(super) struct NodeMark {
    pub(super) visits: u32,
    /// How the last visit to the step ended.
    pub(super) status: Option<Status>,
    /// Where the page tells of the first visit.
    pub(super) link: Option<String>,
}

impl Marks {
    /// Marks the way of a run; `link` says where the page tells of a visit.
    pub(crate) fn of(graph: &WorkflowGraph, run: &RunReport, link: &dyn Fn(&StepReport) -> String) -> Self {
        let steps: HashMap<&str, usize> = graph
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| Some((node.step_id()?, index)))
            .collect();
        let edges = graph.edges.iter().enumerate().map(|(index, edge)| {
            let (action, retry) = match &edge.by {
                GraphTransfer::Action { name, retry, .. } => (name.as_str(), retry.is_some()),
                GraphTransfer::List { .. } => ("", false),
            };
            ((edge.from, edge.after, action, retry), index)
        });
        let mut way = Way { graph, edges: edges.collect(), marks: Self::default() };
        if !run.steps.is_empty() {
            way.take(0, GraphOutcome::Success, "", false);
            way.marks.nodes.entry(0).or_default().visits = 1;
        }
        // A helper workflow's element of the report stands for no visit.
        for step in run.steps.iter().filter(|step| step.visit > 0) {
            let Some(from) = steps.get(step.step_id.as_str()) else { continue };
            let mark = way.marks.nodes.entry(*from).or_default();
            mark.visits = mark.visits.saturating_add(1);
            mark.status = Some(step.status);
            mark.link.get_or_insert_with(|| link(step));
            way.follow(*from, step);
        }
        way.marks
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn node(&self, node: usize) -> Option<&NodeMark> {
        self.nodes.get(&node)
    }

    /// How often an edge was taken.
    pub(super) fn taken(&self, edge: usize) -> u32 {
        self.edges.get(&edge).copied().unwrap_or_default()
    }
}

/// An edge by the node that it leaves, the outcome, the action if there is one, and whether it is a retry.
type EdgeKey<'a> = (usize, GraphOutcome, &'a str, bool);

struct Way<'a> {
    graph: &'a WorkflowGraph,
    edges: HashMap<EdgeKey<'a>, usize>,
    marks: Marks,
}

impl<'a> Way<'a> {
    /// Marks what a visit led to.
    fn follow(&mut self, from: usize, step: &'a StepReport) {
        let attempts = step.attempts.iter().filter_map(|attempt| attempt.retry.as_ref());
        let runs = step.runs.iter().map(|run| &run.retry);
        for RetryReport { action, .. } in attempts.chain(runs) {
            // Which of the two it was is not told; a retry after success is a tolerance.
            if !self.take(from, GraphOutcome::Failure, action, true) {
                self.take(from, GraphOutcome::Success, action, true);
            }
        }
        // A helper goes back to the step that it helps.
        let Some(next) = step.next.as_ref().filter(|_| !step.helper) else { return };
        let after = match step.status {
            Status::Succeeded => GraphOutcome::Success,
            Status::Failed | Status::Stopped => GraphOutcome::Failure,
        };
        if self.leads_there(from, after, next) {
            self.take(from, after, next.action.as_deref().unwrap_or_default(), false);
        }
    }

    /// Not so when an action goes on with a workflow whose inputs could not be had: the run fails instead.
    fn leads_there(&self, from: usize, after: GraphOutcome, next: &'a Next) -> bool {
        let key = (from, after, next.action.as_deref().unwrap_or_default(), false);
        let edge = self.edges.get(&key).and_then(|index| self.graph.edges.get(*index));
        let to = edge.and_then(|edge| self.graph.nodes.get(edge.to));
        to.is_some_and(|to| (next.kind == NextKind::Fail) == matches!(to, GraphNode::Fail))
    }

    fn take(&mut self, from: usize, after: GraphOutcome, action: &'a str, retry: bool) -> bool {
        let Some(index) = self.edges.get(&(from, after, action, retry)) else { return false };
        let count = self.marks.edges.entry(*index).or_default();
        *count = count.saturating_add(1);
        let to = self.graph.edges.get(*index).map(|edge| edge.to);
        let ends = |to: &usize| !matches!(self.graph.nodes.get(*to), Some(GraphNode::Step { .. }) | None);
        if let Some(to) = to.filter(ends) {
            let mark = self.marks.nodes.entry(to).or_default();
            mark.visits = mark.visits.saturating_add(1);
        }
        true
    }
}
