//! What a mock should know of a step so that its answers let the workflow go on.

use std::collections::HashMap;

use arazzo_expression::{Expression, Part, Pointer, Source};
use serde_json::Value;

use super::{ActionPlan, ActionTarget, CriterionPlan, Plan, PlannedStep, StepTarget, WorkflowPlan};

/// What the workflow expects of a step's response.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MockHints {
    /// Parts of the response body that expressions read.
    pub reads: Vec<Pointer>,
    /// Status codes that the step's success criteria compare `$statusCode` with for equality.
    pub statuses: Vec<u16>,
    /// Values that parts of the response body are compared with for equality where that lets the workflow go on: by
    /// success criteria and, in a step that can lead back to itself or before, by the actions that lead on.
    pub values: Vec<(Pointer, Value)>,
}

/// Gives each step of a plan that calls an operation its hints.
pub(super) fn hint(plan: &mut Plan) {
    let Plan { entry, others, .. } = plan;
    for workflow in std::iter::once(entry).chain(others) {
        let read = read_outputs(workflow);
        let steps = workflow.steps.iter().enumerate();
        let hints: Vec<MockHints> = steps.map(|(index, step)| hints_of(&read, index, step)).collect();
        for (step, hints) in workflow.steps.iter_mut().zip(hints) {
            if let StepTarget::Operation(call) = &mut step.target {
                call.hints = hints;
            }
        }
    }
}

/// So many values are wanted of one response: each may have to be tried in it.
const MAX_VALUES: usize = 50;

/// What is read of the outputs of steps, by the step's id and the output's name.
type ReadOutputs<'p> = HashMap<(&'p str, &'p str), Vec<&'p Pointer>>;

fn read_outputs(workflow: &WorkflowPlan) -> ReadOutputs<'_> {
    let mut read = ReadOutputs::new();
    for expression in expressions(workflow) {
        if let (Source::StepOutput { step, output }, Some(pointer)) =
            (&expression.source, &expression.pointer)
        {
            read.entry((step, output)).or_default().push(pointer);
        }
    }
    read
}

fn hints_of(read: &ReadOutputs<'_>, index: usize, step: &PlannedStep) -> MockHints {
    let mut hints = MockHints::default();
    for output in &step.outputs {
        let Some(base) = output.expressions().into_iter().find_map(body_pointer) else { continue };
        // What later expressions read of an output is read of the body.
        for pointer in read.get(&(step.id.as_str(), output.name.as_str())).into_iter().flatten() {
            hints.reads.push(pointer.tokens().iter().fold(base.clone(), |joined, token| joined.child(token)));
        }
        hints.reads.push(base);
    }
    let actions = step.on_success.iter().chain(&step.on_failure).flat_map(|action| &action.criteria);
    for criterion in step.success.iter().chain(actions) {
        hints.reads.extend(criterion.criterion.reads().iter().filter_map(body_pointer));
    }
    for (expression, value) in step.success.iter().flat_map(equalities) {
        let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
        hints.statuses.extend(status.filter(|_| expression.source == Source::StatusCode));
        hints.values.extend(body_pointer(&expression).map(|pointer| (pointer, value)));
    }
    let leads_back = |action: &&ActionPlan| matches!(action.target, ActionTarget::Goto(to) if to <= index);
    if step.on_success.iter().any(|action| leads_back(&action)) {
        let on = step.on_success.iter().filter(|action| !leads_back(action));
        let values = on.flat_map(|action| &action.criteria).flat_map(equalities);
        hints.values.extend(values.filter_map(|(read, value)| Some((body_pointer(&read)?, value))));
    }
    hints.values.truncate(MAX_VALUES);
    hints
}

fn equalities(plan: &CriterionPlan) -> Vec<(Expression, Value)> {
    plan.criterion.equalities()
}

/// The pointer into the response body that an expression is.
fn body_pointer(expression: &Expression) -> Option<Pointer> {
    (expression.source == Source::Response(Part::Body))
        .then(|| expression.pointer.clone().unwrap_or_default())
}

/// The expressions of a workflow outside of criteria.
fn expressions(workflow: &WorkflowPlan) -> impl Iterator<Item = &Expression> {
    let of_steps = workflow.steps.iter().flat_map(|step| -> Vec<&Expression> {
        match &step.target {
            StepTarget::Operation(call) => {
                let parameters = call.parameters.iter().flat_map(|parameter| parameter.value.expressions());
                parameters.chain(call.body.iter().flat_map(|body| body.payload.expressions())).collect()
            }
            StepTarget::Workflow { call, .. } => {
                call.arguments.iter().flat_map(|argument| argument.value.expressions()).collect()
            }
        }
    });
    of_steps.chain(workflow.outputs.iter().flat_map(super::OutputPlan::expressions))
}
