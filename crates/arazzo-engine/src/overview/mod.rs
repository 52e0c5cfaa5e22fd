//! What a description offers and what it takes to run it, for people and for tools that ask them.
//!
//! [`Overview`] follows the [Arazzo Description](https://spec.openapis.org/arazzo/v1.0.1.html#arazzo-description), with
//! what the sources add: which operations the steps call, on which servers, with which credentials. What is wrong is
//! left out of it and told beside it.

mod credential;
mod input;
mod need;
mod placeholder;
mod step;

use std::collections::BTreeSet;

use arazzo_document::description::{SourceType, SpecVersion};
use arazzo_document::{ArazzoDocument, Diagnostic, SourceContent, Workspace};
use serde::Serialize;
use url::Url;

use crate::check::CheckOptions;
use crate::plan::{
    ActionTarget, BaseUrl, Checked, CheckedPart, Helper, Plan, PlanOptions, PlannedStep, StepTarget,
    WorkflowPlan, compile_all,
};
pub use credential::{CredentialOverview, auth_variable};
pub use input::InputOverview;
pub use step::{ActionOverview, CallOverview, StepOverview};

/// So many workflows are looked at on behalf of others, all together: for servers and credentials, and for inputs. What is
/// beyond is left out of the workflows that lead there.
const MAX_REACHED: usize = 10_000;

/// What a description offers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Overview {
    /// The version of Arazzo that it follows, without the patch number.
    pub arazzo: &'static str,
    /// The title.
    pub title: String,
    /// The version of the description.
    pub version: String,
    /// A short summary.
    pub summary: Option<String>,
    /// What the workflows are for.
    pub description: Option<String>,
    /// The sources.
    pub sources: Vec<SourceOverview>,
    /// The workflows, in the order of the document.
    pub workflows: Vec<WorkflowOverview>,
}

/// A source of the description.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SourceOverview {
    /// Its name.
    pub name: String,
    /// Where it is, as it is written but for a user, a password and a query.
    pub url: String,
    /// `openapi`, `arazzo` or `asyncapi`; `None` when it is not said and could not be read.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// Whether it could be read.
    pub found: bool,
}

/// A workflow and what it takes to run it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowOverview {
    /// Its id.
    pub workflow_id: String,
    /// A short summary.
    pub summary: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// The workflows that run before it.
    pub depends_on: Vec<String>,
    /// Its inputs, then those that only workflows which run before it have.
    pub inputs: Vec<InputOverview>,
    /// Its steps, in the order in which they run.
    pub steps: Vec<StepOverview>,
    /// What may happen after the success of any step.
    pub success_actions: Vec<ActionOverview>,
    /// What may happen after the failure of any step.
    pub failure_actions: Vec<ActionOverview>,
    /// The names of its outputs.
    pub outputs: Vec<String>,
    /// The servers that it calls, workflows that it leads to included.
    pub servers: Vec<ServerOverview>,
    /// The credentials that will be asked for, workflows that it leads to included.
    pub credentials: Vec<CredentialOverview>,
}

/// A server that a workflow calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerOverview {
    /// The source whose operations are there.
    pub source: String,
    /// The base URL; `None` when the source does not say it, so that the caller has to.
    pub url: Option<String>,
}

impl Overview {
    /// What the description of `workspace` offers, with what a run would refuse or warn of.
    ///
    /// What reading the description found is not repeated.
    pub fn of(workspace: &Workspace, options: &CheckOptions) -> (Self, Vec<Diagnostic>) {
        let options = &PlanOptions {
            mode: options.mode,
            servers: options.servers.clone(),
            any_credential: true,
            ..PlanOptions::default()
        };
        let (checked, diagnostics) = compile_all(workspace, options);
        let entry = workspace.entry();
        let description = &entry.description;
        let workflows = checked.iter().flat_map(|checked| {
            // The workflows of the entry document were compiled first.
            let parts = checked.parts.iter().take(description.workflows.len());
            let mut left = MAX_REACHED;
            let describe = move |(index, part)| workflow(checked, part, index, options, &mut left);
            parts.enumerate().map(describe)
        });
        let overview = Self {
            arazzo: match description.version {
                SpecVersion::V1_0 => "1.0",
                SpecVersion::V1_1 => "1.1",
            },
            title: description.info.title.clone(),
            version: description.info.version.clone(),
            summary: description.info.summary.clone(),
            description: description.info.description.clone(),
            sources: sources(entry),
            workflows: workflows.collect(),
        };
        (overview, diagnostics)
    }
}

fn sources(entry: &ArazzoDocument) -> Vec<SourceOverview> {
    let source = |(source, content): (&arazzo_document::description::SourceDescription, &SourceContent)| {
        let found = match content {
            SourceContent::Wanted | SourceContent::Missing => None,
            SourceContent::OpenApi(_) => Some(SourceType::OpenApi),
            SourceContent::Arazzo(_) => Some(SourceType::Arazzo),
            SourceContent::AsyncApi => Some(SourceType::AsyncApi),
        };
        SourceOverview {
            name: source.name.value.clone(),
            url: without_secrets(&source.url.value),
            kind: found.or(source.kind).map(SourceType::as_str),
            found: found.is_some(),
        }
    };
    entry.sources().map(source).collect()
}

fn workflow(
    checked: &Checked<'_>,
    part: &CheckedPart<'_>,
    index: usize,
    options: &PlanOptions,
    left: &mut usize,
) -> WorkflowOverview {
    let CheckedPart { here, workflow, order, .. } = part;
    let plan = checked.plan.workflow(index);
    let planned = plan.map(|plan| plan.steps.as_slice()).unwrap_or_default();
    let reached = reached(&checked.plan, index, left);
    let calls: Vec<_> = reached.iter().flat_map(|plan| &plan.steps).filter_map(PlannedStep::call).collect();
    WorkflowOverview {
        workflow_id: workflow.id.value.clone(),
        summary: workflow.summary.clone(),
        description: workflow.description.clone(),
        depends_on: workflow.depends_on.iter().map(|id| id.value.clone()).collect(),
        inputs: plan.map(|plan| inputs(&checked.plan, plan, left)).unwrap_or_default(),
        steps: step::list(here, order, planned, options.mode),
        success_actions: step::success_actions(here, &workflow.success_actions, options.mode),
        failure_actions: step::failure_actions(here, &workflow.failure_actions, options.mode),
        outputs: workflow.outputs.iter().map(|output| output.name.value.clone()).collect(),
        servers: servers(&calls, options),
        credentials: credential::list(&calls),
    }
}

/// The inputs of a workflow, and of those that run before it what it does not have itself.
pub(crate) fn inputs(plan: &Plan, workflow: &WorkflowPlan, left: &mut usize) -> Vec<InputOverview> {
    let needs = need::needs(plan, workflow);
    let mut inputs = input::list(&workflow.inputs, None);
    for input in inputs.iter_mut().filter(|input| !input.required && input.default.is_none()) {
        input.needed_by = needs.get(input.name.as_str()).map(|step| (*step).to_owned());
    }
    let mut known: BTreeSet<String> = inputs.iter().map(|input| input.name.clone()).collect();
    for before in plan.with_dependencies(workflow, *left).into_iter().skip(1) {
        *left = left.saturating_sub(1);
        let further = input::list(&before.inputs, Some(&before.id));
        inputs.extend(further.into_iter().filter(|input| known.insert(input.name.clone())));
    }
    inputs
}

/// The workflow and those that it leads to.
fn reached<'p>(plan: &'p Plan, index: usize, left: &mut usize) -> Vec<&'p WorkflowPlan> {
    let mut seen = BTreeSet::from([index]);
    let mut open = vec![index];
    let mut reached = Vec::new();
    while let Some(workflow) = open.pop().and_then(|index| plan.workflow(index)) {
        reached.push(workflow);
        let called = workflow.steps.iter().filter_map(|step| match &step.target {
            StepTarget::Workflow { call, .. } => Some(call.workflow),
            StepTarget::Operation(_) => None,
        });
        let actions = workflow.steps.iter().flat_map(|step| step.on_success.iter().chain(&step.on_failure));
        let gone_to = actions.filter_map(|action| match &action.target {
            ActionTarget::GotoWorkflow(call)
            | ActionTarget::Retry { helper: Some(Helper::Workflow(call)), .. } => Some(call.workflow),
            ActionTarget::End
            | ActionTarget::Goto(_)
            | ActionTarget::Retry { helper: Some(Helper::Step(_)) | None, .. } => None,
        });
        for next in called.chain(gone_to).chain(workflow.depends_on.iter().copied()) {
            if *left > 0 && seen.insert(next) {
                *left -= 1;
                open.push(next);
            }
        }
    }
    reached
}

fn servers(calls: &[&crate::plan::OperationCall], options: &PlanOptions) -> Vec<ServerOverview> {
    let servers = calls.iter().map(|call| {
        let operation = call.operation();
        let source = operation.source().to_owned();
        let server = BaseUrl::of(options, &source, &operation.document, &operation.view().servers());
        let url = server.ok().map(|server| without_secrets(server.text.trim_end_matches('/')));
        ServerOverview { source, url }
    });
    let servers: BTreeSet<ServerOverview> = servers.collect();
    servers.into_iter().collect()
}

/// A URL without what people hide in one. What is no absolute URL stays as it is.
fn without_secrets(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    if url.username().is_empty() && url.password().is_none() && url.query().is_none() {
        return text.to_owned();
    }
    // Urls that can hold neither refuse this.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.into()
}
