//! A step compiled.

use std::sync::Arc;
use std::time::Duration;

use super::secrecy::Secrecy;
use super::{
    ActionPlan, BodyPlan, CriterionPlan, DefaultRule, Location, MockHints, OutputPlan, ParameterPlan,
    PlannedOperation, ResponsesPlan, WorkflowCall,
};
use crate::request_check::RequestCheck;

/// A step that can be run.
#[derive(Debug)]
pub struct PlannedStep {
    pub(crate) id: String,
    pub(crate) target: StepTarget,
    pub(crate) success: Vec<CriterionPlan>,
    pub(crate) on_success: Vec<ActionPlan>,
    pub(crate) on_failure: Vec<ActionPlan>,
    pub(crate) outputs: Vec<OutputPlan>,
    pub(crate) timeout: Option<Duration>,
    /// The steps that have to be complete before.
    pub(crate) depends_on: Vec<StepDependency>,
}

/// A step that has to be complete before another.
#[derive(Debug)]
pub(crate) enum StepDependency {
    /// The step with this index of the same workflow.
    Here(usize),
    /// A step of a workflow that ran before in the same invocation.
    Elsewhere { workflow: usize, step: String },
}

/// What a step calls.
#[derive(Debug)]
pub(crate) enum StepTarget {
    Operation(Box<OperationCall>),
    Workflow { id: String, call: WorkflowCall },
}

/// A call of an operation: what is sent, and what a mock should know of it.
#[derive(Debug)]
pub struct OperationCall {
    pub(crate) operation: PlannedOperation,
    pub(crate) parameters: Vec<ParameterPlan>,
    pub(crate) body: Option<BodyPlan>,
    pub(crate) default_success: DefaultRule,
    pub(crate) hints: MockHints,
    /// What the operation declares of its responses, if they are checked.
    pub(crate) responses: Option<Arc<ResponsesPlan>>,
    /// What it declares of its requests, if they are checked.
    pub(crate) requests: Option<Arc<RequestCheck>>,
}

impl OperationCall {
    /// The operation.
    pub fn operation(&self) -> &PlannedOperation {
        &self.operation
    }

    /// The header fields in which the step itself gives a secret, whatever their names are.
    pub fn secret_headers(&self) -> impl Iterator<Item = &str> {
        let fields = self.parameters.iter().filter(|it| it.location == Location::Header);
        fields.filter(|it| it.secrecy != Secrecy::Public).map(|parameter| parameter.name.as_str())
    }

    /// What a mock should know of the step that makes the call.
    pub fn mock_hints(&self) -> &MockHints {
        &self.hints
    }
}

impl PlannedStep {
    /// The step's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The operation that it calls; `None` for a step that calls a workflow.
    pub fn call(&self) -> Option<&OperationCall> {
        match &self.target {
            StepTarget::Operation(call) => Some(call),
            StepTarget::Workflow { .. } => None,
        }
    }

    /// What a person calls its target: an operation's id, or a workflow's.
    pub fn target_label(&self) -> String {
        match &self.target {
            StepTarget::Operation(call) => call.operation.label(),
            StepTarget::Workflow { id, .. } => id.clone(),
        }
    }
}
