//! A step: what it calls, when it is successful, and where it goes then.
//!
//! See the [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object).

use arazzo_document::ArazzoDocument;
use arazzo_document::description::{Action, ActionKind, Criterion, Entry, Step, Target, Text};
use arazzo_expression::{ComponentKind, Expression, Mode, Source};
use serde::Serialize;

use crate::plan::{PlannedStep, StepTarget};

/// A step of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StepOverview {
    /// Its id.
    pub step_id: String,
    /// What it does.
    pub description: Option<String>,
    /// What it calls.
    pub calls: CallOverview,
    /// The conditions that have to hold for it to be successful.
    pub success_criteria: Vec<String>,
    /// What may happen after success.
    pub on_success: Vec<ActionOverview>,
    /// What may happen after failure.
    pub on_failure: Vec<ActionOverview>,
    /// The names of its outputs.
    pub outputs: Vec<String>,
}

/// What a step calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum CallOverview {
    /// An operation of a source.
    Operation {
        /// The name of the source.
        source: String,
        /// The `operationId`, if it has one.
        operation_id: Option<String>,
        /// The HTTP method in upper case.
        method: String,
        /// The path template.
        path: String,
        /// What the source says of it.
        summary: Option<String>,
    },
    /// A workflow.
    Workflow {
        /// Its id, as the step writes it.
        workflow_id: String,
    },
    /// Something that could not be found, which was reported.
    Unknown {
        /// What the step writes.
        text: Option<String>,
    },
}

/// What may happen after a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActionOverview {
    /// Its name.
    pub name: String,
    /// `end`, `goto` or `retry`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The step to go to, or to run before a retry.
    pub step_id: Option<String>,
    /// The workflow to go to, or to run before a retry.
    pub workflow_id: Option<String>,
    /// How many seconds to wait before a retry.
    pub retry_after: Option<f64>,
    /// How many retries there may be; without it, one.
    pub retry_limit: Option<u32>,
    /// The conditions that have to hold for it to be taken.
    pub criteria: Vec<String>,
}

/// The steps in the order in which they run. Those that could not be compiled are not among `planned`.
pub(super) fn list(
    here: &ArazzoDocument,
    order: &[&Step],
    planned: &[PlannedStep],
    mode: Mode,
) -> Vec<StepOverview> {
    let mut planned = planned.iter().peekable();
    let describe = |step: &&Step| StepOverview {
        step_id: step.id.value.clone(),
        description: step.description.clone(),
        calls: call(step, planned.next_if(|planned| planned.id() == step.id.value)),
        success_criteria: conditions(&step.success_criteria),
        on_success: success_actions(here, &step.on_success, mode),
        on_failure: failure_actions(here, &step.on_failure, mode),
        outputs: step.outputs.iter().map(|output| output.name.value.clone()).collect(),
    };
    order.iter().map(describe).collect()
}

fn call(step: &Step, planned: Option<&PlannedStep>) -> CallOverview {
    match (planned.map(|planned| &planned.target), &step.target) {
        (Some(StepTarget::Operation(call)), _) => {
            let operation = call.operation();
            CallOverview::Operation {
                source: operation.source().to_owned(),
                operation_id: operation.id().map(str::to_owned),
                method: operation.method().to_owned(),
                path: operation.path().to_owned(),
                summary: operation.view().summary().map(str::to_owned),
            }
        }
        (Some(StepTarget::Workflow { id, .. }), _) => CallOverview::Workflow { workflow_id: id.clone() },
        (None, Some(Target::Workflow(id))) => CallOverview::Workflow { workflow_id: id.value.clone() },
        (None, target) => {
            CallOverview::Unknown { text: target.as_ref().map(|target| target.text().value.clone()) }
        }
    }
}

pub(super) fn success_actions(
    here: &ArazzoDocument,
    entries: &[Entry<Action>],
    mode: Mode,
) -> Vec<ActionOverview> {
    let components = &here.description.components.success_actions;
    actions(entries, ComponentKind::SuccessActions, components, mode)
}

pub(super) fn failure_actions(
    here: &ArazzoDocument,
    entries: &[Entry<Action>],
    mode: Mode,
) -> Vec<ActionOverview> {
    let components = &here.description.components.failure_actions;
    actions(entries, ComponentKind::FailureActions, components, mode)
}

/// The actions, those that are references looked up. A reference that leads nowhere was reported.
fn actions(
    entries: &[Entry<Action>],
    kind: ComponentKind,
    components: &[(Text, Action)],
    mode: Mode,
) -> Vec<ActionOverview> {
    let found = entries.iter().filter_map(|entry| match entry {
        Entry::Inline(action) => Some(action),
        Entry::Reference(reusable) => {
            let source = Expression::parse(&reusable.reference.value, mode).ok()?.value.source;
            let Source::Component { kind: found, name } = source else { return None };
            let component = components.iter().find(|(key, _)| found == kind && key.value == name);
            component.map(|(_, action)| action)
        }
    });
    found.map(action).collect()
}

fn action(action: &Action) -> ActionOverview {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    ActionOverview {
        name: action.name.value.clone(),
        kind: match action.kind.value {
            ActionKind::End => "end",
            ActionKind::Goto => "goto",
            ActionKind::Retry => "retry",
        },
        step_id: text(&action.step_id),
        workflow_id: text(&action.workflow_id),
        retry_after: action.retry_after.map(|after| after.value.as_secs_f64()),
        retry_limit: action.retry_limit.map(|limit| limit.value),
        criteria: conditions(&action.criteria),
    }
}

fn conditions(criteria: &[Criterion]) -> Vec<String> {
    criteria.iter().map(|criterion| criterion.condition.value.clone()).collect()
}
