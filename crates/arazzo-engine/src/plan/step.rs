//! A step compiled.

use std::time::Duration;

use super::{
    ActionPlan, BodyPlan, CriterionPlan, DefaultRule, MockHints, OutputPlan, ParameterPlan, PlannedOperation,
};

/// A step that can be run.
#[derive(Debug)]
pub struct PlannedStep {
    pub(crate) id: String,
    pub(crate) operation: PlannedOperation,
    pub(crate) parameters: Vec<ParameterPlan>,
    pub(crate) body: Option<BodyPlan>,
    pub(crate) success: Vec<CriterionPlan>,
    pub(crate) default_success: DefaultRule,
    pub(crate) on_success: Vec<ActionPlan>,
    pub(crate) on_failure: Vec<ActionPlan>,
    pub(crate) outputs: Vec<OutputPlan>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) hints: MockHints,
}

impl PlannedStep {
    /// The step's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The operation that it calls.
    pub fn operation(&self) -> &PlannedOperation {
        &self.operation
    }

    /// What a mock should know of it.
    pub fn mock_hints(&self) -> &MockHints {
        &self.hints
    }
}
