//! A plan as a picture: steps as nodes, and what leads from one to another as edges, both as plain data.
//!
//! The edges are those of the [Success Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#success-action-object)
//! and the [Failure Action Object](https://spec.openapis.org/arazzo/v1.0.1.html#failure-action-object), those of the
//! workflow included, and the way to the next step of the list. Where nodes stand is for who draws them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::plan::{
    ActionPlan, ActionTarget, Helper, Plan, PlannedStep, StepTarget, WorkflowPlan, always_leaves,
};

/// One workflow of a plan as nodes and edges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowGraph {
    /// The workflow.
    pub workflow_id: String,
    /// The workflows that are run before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// The start, the steps in the order in which they run, the workflows that actions go on with, and the two ends.
    pub nodes: Vec<GraphNode>,
    /// What leads from one node to another: of each step first its actions in the order in which they are looked at.
    pub edges: Vec<GraphEdge>,
}

/// A node of a [`WorkflowGraph`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum GraphNode {
    /// Where the workflow begins.
    Start,
    /// A step.
    Step {
        /// The step.
        step_id: String,
        /// What it calls.
        calls: GraphCall,
    },
    /// Another workflow that goes on in place of this one.
    Workflow {
        /// The workflow.
        workflow_id: String,
    },
    /// The workflow has succeeded.
    End,
    /// The workflow has failed.
    Fail,
}

/// What a step calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum GraphCall {
    /// An operation of an OpenAPI description.
    Operation {
        /// The name of the source description that has it.
        source: String,
        /// Its `operationId`, if it has one.
        operation_id: Option<String>,
        /// The HTTP method in upper case.
        method: String,
        /// The path template.
        path: String,
    },
    /// A workflow, which comes back.
    Workflow {
        /// The workflow.
        workflow_id: String,
    },
}

/// An edge of a [`WorkflowGraph`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GraphEdge {
    /// The index of the node that it leaves.
    pub from: usize,
    /// The index of the node that it leads to. A retry leads to the node that it leaves.
    pub to: usize,
    /// Whether it is taken after success of the step or after its failure.
    pub after: GraphOutcome,
    /// What leads this way.
    pub by: GraphTransfer,
}

/// After which outcome of a step an edge is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GraphOutcome {
    /// The step succeeded.
    Success,
    /// The step failed.
    Failure,
}

/// What leads along an edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum GraphTransfer {
    /// No action is taken: after success the next step of the list, after failure the end.
    List {
        /// Whether there are actions, so that this is the way when none of them is taken.
        otherwise: bool,
    },
    /// An action.
    Action {
        /// Its name.
        name: String,
        /// The conditions that have to hold, as they are written. Without one it is always taken.
        criteria: Vec<String>,
        /// If the step is tried again: how.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry: Option<GraphRetry>,
    },
}

/// How a step is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GraphRetry {
    /// How many further attempts there may be.
    pub limit: u32,
    /// How long to wait before each.
    pub after: Duration,
    /// The step that runs before each.
    pub helper_step: Option<String>,
    /// The workflow that runs before each.
    pub helper_workflow: Option<String>,
}

impl Plan {
    /// Every workflow of the plan as a graph, the one that was asked for first.
    pub fn graphs(&self) -> Vec<WorkflowGraph> {
        self.workflows().map(|workflow| Builder::new(self, workflow).graph()).collect()
    }
}

impl GraphNode {
    /// The id of the step, if it is one.
    pub fn step_id(&self) -> Option<&str> {
        match self {
            Self::Step { step_id, .. } => Some(step_id),
            Self::Start | Self::Workflow { .. } | Self::End | Self::Fail => None,
        }
    }
}

impl GraphCall {
    /// The call in one line: the operation's id, else method and path; the workflow.
    pub fn label(&self) -> String {
        match self {
            Self::Operation { operation_id: Some(id), .. } => id.clone(),
            Self::Operation { method, path, .. } => format!("{method} {path}"),
            Self::Workflow { workflow_id } => workflow_id.clone(),
        }
    }
}

/// Makes the graph of one workflow.
struct Builder<'a> {
    plan: &'a Plan,
    workflow: &'a WorkflowPlan,
    /// The workflows that actions go on with, in the order in which they were met; each is one node.
    went_on: Vec<usize>,
    /// The place that each of them has in that order.
    places: BTreeMap<usize, usize>,
    edges: Vec<(Place, Place, GraphOutcome, GraphTransfer)>,
}

/// A node before it is known how many there are.
#[derive(Clone, Copy)]
enum Place {
    Start,
    Step(usize),
    /// By its index in the plan.
    Workflow(usize),
    End,
    Fail,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan, workflow: &'a WorkflowPlan) -> Self {
        Self { plan, workflow, went_on: Vec::new(), places: BTreeMap::new(), edges: Vec::new() }
    }

    fn graph(mut self) -> WorkflowGraph {
        let steps = &self.workflow.steps;
        let list = |otherwise| GraphTransfer::List { otherwise };
        let after = |index| if index < steps.len() { Place::Step(index) } else { Place::End };
        self.edges.push((Place::Start, after(0), GraphOutcome::Success, list(false)));
        for (index, step) in steps.iter().enumerate() {
            let here = Place::Step(index);
            self.actions(here, &step.on_success, GraphOutcome::Success);
            if !always_leaves(&step.on_success) {
                let transfer = list(!step.on_success.is_empty());
                self.edges.push((here, after(index + 1), GraphOutcome::Success, transfer));
            }
            self.actions(here, &step.on_failure, GraphOutcome::Failure);
            if !always_leaves(&step.on_failure) {
                let transfer = list(!step.on_failure.is_empty());
                self.edges.push((here, Place::Fail, GraphOutcome::Failure, transfer));
            }
        }
        let workflow_id = |index: &usize| self.plan.workflow(*index).map(|workflow| workflow.id.clone());
        let mut nodes = vec![GraphNode::Start];
        nodes.extend(steps.iter().map(|step| self.step(step)));
        let others = self.went_on.iter().filter_map(workflow_id);
        nodes.extend(others.map(|workflow_id| GraphNode::Workflow { workflow_id }));
        nodes.extend([GraphNode::End, GraphNode::Fail]);
        let last = nodes.len().saturating_sub(1);
        let node = |place: &Place| match place {
            Place::Start => 0,
            Place::Step(index) => index + 1,
            Place::Workflow(index) => steps.len() + 1 + self.places.get(index).copied().unwrap_or_default(),
            Place::End => last.saturating_sub(1),
            Place::Fail => last,
        };
        let edges = self.edges.iter().map(|(from, to, after, by)| GraphEdge {
            from: node(from),
            to: node(to),
            after: *after,
            by: by.clone(),
        });
        WorkflowGraph {
            workflow_id: self.workflow.id.clone(),
            depends_on: self.workflow.depends_on.iter().filter_map(workflow_id).collect(),
            edges: edges.collect(),
            nodes,
        }
    }

    fn step(&self, step: &PlannedStep) -> GraphNode {
        let calls = match &step.target {
            StepTarget::Operation(call) => GraphCall::Operation {
                source: call.operation.source.clone(),
                operation_id: call.operation.id.clone(),
                method: call.operation.method.clone(),
                path: call.operation.path.clone(),
            },
            StepTarget::Workflow { id, call } => {
                GraphCall::Workflow { workflow_id: self.id_of(call.workflow).unwrap_or_else(|| id.clone()) }
            }
        };
        GraphNode::Step { step_id: step.id.clone(), calls }
    }

    fn id_of(&self, workflow: usize) -> Option<String> {
        self.plan.workflow(workflow).map(|workflow| workflow.id.clone())
    }

    fn actions(&mut self, here: Place, actions: &[ActionPlan], after: GraphOutcome) {
        for action in actions {
            let (to, retry) = match &action.target {
                ActionTarget::End => match after {
                    GraphOutcome::Success => (Place::End, None),
                    GraphOutcome::Failure => (Place::Fail, None),
                },
                ActionTarget::Goto(step) => (Place::Step(*step), None),
                ActionTarget::GotoWorkflow(call) => {
                    self.places.entry(call.workflow).or_insert_with(|| {
                        self.went_on.push(call.workflow);
                        self.went_on.len() - 1
                    });
                    (Place::Workflow(call.workflow), None)
                }
                ActionTarget::Retry { after, limit, helper } => {
                    (here, Some(self.retry(*after, *limit, helper.as_ref())))
                }
            };
            let criteria = action.criteria.iter().map(|criterion| criterion.condition.clone()).collect();
            let by = GraphTransfer::Action { name: action.name.clone(), criteria, retry };
            self.edges.push((here, to, after, by));
        }
    }

    fn retry(&self, after: Duration, limit: u32, helper: Option<&Helper>) -> GraphRetry {
        let (helper_step, helper_workflow) = match helper {
            Some(Helper::Step(step)) => (self.workflow.steps.get(*step).map(|step| step.id.clone()), None),
            Some(Helper::Workflow(call)) => (None, self.id_of(call.workflow)),
            None => (None, None),
        };
        GraphRetry { limit, after, helper_step, helper_workflow }
    }
}
