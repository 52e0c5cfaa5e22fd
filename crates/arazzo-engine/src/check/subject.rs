//! One workflow that is checked: what was written, and what it was compiled to.

use std::collections::HashMap;

use arazzo_document::description::{Step, Workflow};
use arazzo_document::{ArazzoDocument, Place, Span};

use crate::plan::{Checked, CheckedPart, OperationCall, PlannedStep, Sighting, WorkflowPlan};

/// One workflow that is checked.
pub(super) struct Subject<'a> {
    /// The description.
    pub(super) checked: &'a Checked<'a>,
    /// The document that has the workflow.
    pub(super) here: &'a ArazzoDocument,
    pub(super) workflow: &'a Workflow,
    pub(super) plan: &'a WorkflowPlan,
    /// The steps in the order in which they run, each with its plan if it could be compiled.
    pub(super) steps: Vec<(&'a Step, Option<&'a PlannedStep>)>,
    /// The places of the steps in the plan by their ids.
    ids: HashMap<&'a str, usize>,
    /// The expressions and criteria.
    pub(super) sightings: &'a [Sighting],
    /// Whether there is an error in it, so that not all of it is known.
    pub(super) failed: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(checked: &'a Checked<'a>, part: &'a CheckedPart<'a>, plan: &'a WorkflowPlan) -> Self {
        // The plan has the steps of the order, without those that could not be compiled.
        let mut planned = plan.steps.iter().peekable();
        let steps = part.order.iter().map(|step| (*step, planned.next_if(|plan| plan.id == step.id.value)));
        let steps = steps.collect();
        let ids = plan.steps.iter().enumerate().map(|(index, step)| (step.id.as_str(), index)).collect();
        let CheckedPart { here, workflow, sightings, failed, .. } = part;
        Self { checked, here, workflow, plan, steps, ids, sightings, failed: *failed }
    }

    /// The steps that call operations.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&'a Step, &'a OperationCall)> {
        self.steps.iter().filter_map(|(step, plan)| Some((*step, (*plan)?.call()?)))
    }

    /// The step with this place in the order, and the operation that it calls.
    pub(super) fn call(&self, step: usize) -> Option<(&'a Step, &'a OperationCall)> {
        let (step, plan) = self.steps.get(step)?;
        Some((*step, (*plan)?.call()?))
    }

    /// The plan of the step with this id.
    pub(super) fn planned(&self, id: &str) -> Option<&'a PlannedStep> {
        self.plan.steps.get(*self.ids.get(id)?)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        self.here.document.place(span)
    }
}

/// Whether a stretch of text lies in another.
pub(super) fn lies_in(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
