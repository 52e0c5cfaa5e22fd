//! What a mock should know of a step so that its answers let the workflow go on.

use arazzo_expression::{Condition, Expression, Part, Pointer, Source};

use super::{CriterionPlan, Plan, PlannedStep, StepTarget, WorkflowPlan};

/// What the workflow expects of a step's response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MockHints {
    /// Parts of the response body that expressions read.
    pub reads: Vec<Pointer>,
    /// Status codes that the step's success criteria compare `$statusCode` with for equality.
    pub statuses: Vec<u16>,
}

/// Gives each step of a plan that calls an operation its hints.
pub(super) fn hint(plan: &mut Plan) {
    let Plan { entry, others, .. } = plan;
    for workflow in std::iter::once(entry).chain(others) {
        let hints: Vec<MockHints> = workflow.steps.iter().map(|step| hints_of(workflow, step)).collect();
        for (step, hints) in workflow.steps.iter_mut().zip(hints) {
            if let StepTarget::Operation(call) = &mut step.target {
                call.hints = hints;
            }
        }
    }
}

fn hints_of(workflow: &WorkflowPlan, step: &PlannedStep) -> MockHints {
    let mut hints = MockHints::default();
    for output in &step.outputs {
        let Some(base) = output.expressions().into_iter().find_map(body_pointer) else { continue };
        // What later expressions read of an output is read of the body.
        for expression in expressions(workflow) {
            if let Source::StepOutput { step: owner, output: name } = &expression.source
                && *owner == step.id
                && *name == output.name
                && let Some(pointer) = &expression.pointer
            {
                hints
                    .reads
                    .push(pointer.tokens().iter().fold(base.clone(), |joined, token| joined.child(token)));
            }
        }
        hints.reads.push(base);
    }
    let actions = step.on_success.iter().chain(&step.on_failure).flat_map(|action| &action.criteria);
    for criterion in step.success.iter().chain(actions) {
        hints.reads.extend(criterion.criterion.reads().iter().filter_map(body_pointer));
    }
    hints.statuses = step.success.iter().flat_map(expected_statuses).collect();
    hints
}

/// The statuses that `$statusCode` is compared with for equality.
fn expected_statuses(plan: &CriterionPlan) -> Vec<u16> {
    let equalities = plan.criterion.condition().into_iter().flat_map(Condition::equalities);
    equalities
        .filter(|(expression, _)| expression.source == Source::StatusCode)
        .filter_map(|(_, value)| value.as_u64().and_then(|status| u16::try_from(status).ok()))
        .collect()
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
