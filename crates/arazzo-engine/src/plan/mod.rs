//! A workflow compiled: expressions parsed, operations resolved, goto targets as indices.
//!
//! [`Plan::compile`] reads a [`Workspace`] once. After it no string is searched or split to find meaning, and what can
//! be known to be wrong before the first request has been reported.

mod action;
mod body;
mod call;
mod compiler;
mod criteria;
mod defaults;
mod dependencies;
mod input_schema;
mod input_use;
mod inputs;
mod known_operation;
mod mock;
mod operation;
mod order;
mod output;
mod parameter;
mod paths;
mod queue;
mod requests;
mod responses;
mod resume;
mod scope;
mod secrecy;
mod security;
mod selector;
mod server;
mod start;
mod step;
mod template;
mod trust;
mod value;
mod workflow;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arazzo_document::description::{SourceDescription, SourceType};
use arazzo_document::{Diagnostic, Workspace};
pub use arazzo_expression::Mode;
use serde::{Deserialize, Serialize};

use crate::finding::CheckResponses;
pub(crate) use action::{ActionPlan, ActionTarget, Helper};
pub(crate) use body::{BodyKind, BodyPlan, MemberPlan, essence, is_json, is_xml};
pub(crate) use call::WorkflowCall;
pub(crate) use compiler::{Checked, CheckedPart, Part, Seen, Sighting, compile_all};
pub(crate) use criteria::{CriterionPlan, DefaultRule};
pub(crate) use input_schema::{branches, find_secrets, is_secret_schema};
pub use input_use::InputUse;
pub(crate) use inputs::InputsPlan;
pub use inputs::{InputProblem, InputsError};
pub use mock::MockHints;
pub use operation::PlannedOperation;
pub(crate) use output::{OutputPlan, OutputSource};
pub(crate) use parameter::{Location, ParameterPlan, Serialization, names};
pub(crate) use paths::{Paths, always_leaves};
pub(crate) use responses::{
    CompiledSchema, HeaderPlan, MediaTypePlan, ResponsePlan, ResponsesPlan, SchemaPlan,
};
pub(crate) use secrecy::{Secrecy, texts};
pub(crate) use server::BaseUrl;
pub use start::Start;
pub(crate) use start::types_of;
pub use step::{OperationCall, PlannedStep};
pub(crate) use step::{StepDependency, StepTarget};
pub(crate) use value::ValueTemplate;

use crate::host_pattern::HostPattern;

/// How a workflow is compiled.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// Whether the tolerances apply.
    pub mode: Mode,
    /// Base URLs by the name of the source, in place of those that the OpenAPI descriptions give.
    pub servers: BTreeMap<String, String>,
    /// The base URL of a source that gives no absolute one; without it such a source is an error.
    pub fallback_server: Option<String>,
    /// The credentials that the driver can fill in.
    pub credentials: Vec<CredentialName>,
    /// Whether every credential can be filled in, as a mock does.
    pub any_credential: bool,
    /// The names of the header fields that the driver adds to every request.
    pub given_headers: Vec<String>,
    /// Hosts to which credentials may go although only a document from the network names them.
    pub allow_hosts: Vec<HostPattern>,
    /// What a step without `successCriteria` needs.
    pub default_success: DefaultSuccess,
    /// Whether responses are compared with what the OpenAPI descriptions say of them.
    pub check_responses: CheckResponses,
    /// Whether requests are compared with what the OpenAPI descriptions say of them, for a mock to refuse.
    pub check_requests: bool,
}

/// Names a credential without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialName {
    /// The source that it is for; without one, every source that declares the scheme.
    pub source: Option<String>,
    /// The name of the security scheme.
    pub scheme: String,
    /// The environment variable that it comes from, for messages.
    pub variable: Option<String>,
}

/// What a step without `successCriteria` needs to be successful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DefaultSuccess {
    /// A status below 400.
    #[default]
    Below400,
    /// A status from 200 to 299.
    Only2xx,
    /// A status that the operation describes, other than as `default`, below 400.
    Described,
    /// Any response.
    Any,
}

/// A workflow that can be run, with every workflow that it leads to.
#[derive(Debug)]
pub struct Plan {
    entry: WorkflowPlan,
    others: Vec<WorkflowPlan>,
    pub(crate) mode: Mode,
    pub(crate) check_responses: CheckResponses,
    /// The names of the header fields that the driver adds to every request.
    pub(crate) given_headers: Vec<String>,
}

/// One workflow of a plan.
#[derive(Debug)]
pub(crate) struct WorkflowPlan {
    pub(crate) id: String,
    pub(crate) inputs: InputsPlan,
    /// The indices of the workflows that have to be complete before.
    pub(crate) depends_on: Vec<usize>,
    /// The workflows that `$workflows.<id>` names.
    pub(crate) named: Vec<(String, usize)>,
    pub(crate) steps: Vec<PlannedStep>,
    pub(crate) outputs: Vec<OutputPlan>,
    self_uri: Option<String>,
    sources: Vec<SourceDescription>,
}

/// Names a step of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepIndex {
    /// The workflow; the one that was asked for is 0.
    pub workflow: usize,
    /// The step in its list.
    pub step: usize,
}

/// What compiling gave: a plan unless there are errors, and everything that was found on the way.
#[derive(Debug)]
#[non_exhaustive]
pub struct Planning {
    /// The plan; `None` when a diagnostic is an error.
    pub plan: Option<Arc<Plan>>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Plan {
    /// Compiles the workflow `workflow_id` of the workspace.
    ///
    /// Whatever is wrong is in [`Planning::diagnostics`]; an unknown id is, too.
    pub fn compile(workspace: &Workspace, workflow_id: &str, options: &PlanOptions) -> Planning {
        compiler::compile(workspace, workflow_id, options)
    }

    /// The workflow's id.
    pub fn workflow_id(&self) -> &str {
        &self.entry.id
    }

    /// The steps of the workflow that was asked for, in the order in which they run.
    pub fn steps(&self) -> &[PlannedStep] {
        &self.entry.steps
    }

    /// The steps of the workflow with this id, in the order in which they run; of several with one id, the first one's.
    /// `None` when no run of the plan can come to it.
    pub fn steps_of(&self, workflow_id: &str) -> Option<&[PlannedStep]> {
        self.workflows().find(|workflow| workflow.id == workflow_id).map(|workflow| workflow.steps.as_slice())
    }

    /// The hosts that the steps call.
    pub fn hosts(&self) -> BTreeSet<String> {
        let calls = self.workflows().flat_map(|workflow| &workflow.steps).filter_map(PlannedStep::call);
        calls.map(|call| server::host(call.operation.server())).collect()
    }

    /// The hosts, with their ports, that only documents from the network name: no credential should go there, see
    /// [`PlanOptions::allow_hosts`].
    pub fn untrusted_hosts(&self, workspace: &Workspace, options: &PlanOptions) -> BTreeSet<String> {
        let called = trust::untrusted(self, workspace, options)
            .filter(|(operation, target)| trust::authority(operation.server()) == *target);
        called.map(|(_, target)| target).collect()
    }

    /// The calls of operations, those of the workflows that it leads to included.
    pub fn calls(&self) -> impl Iterator<Item = &OperationCall> {
        self.workflows().flat_map(|workflow| &workflow.steps).filter_map(PlannedStep::call)
    }

    /// The ids of the workflows, the one that was asked for first.
    pub fn workflow_ids(&self) -> impl Iterator<Item = &str> {
        self.workflows().map(|workflow| workflow.id.as_str())
    }

    /// The step with this index, which a [`Call`](crate::Call) names.
    pub fn step(&self, index: StepIndex) -> Option<&PlannedStep> {
        self.workflow(index.workflow)?.steps.get(index.step)
    }

    /// A workflow of the plan. The one that was asked for is 0.
    pub(crate) fn workflow(&self, index: usize) -> Option<&WorkflowPlan> {
        match index.checked_sub(1) {
            None => Some(&self.entry),
            Some(other) => self.others.get(other),
        }
    }

    /// All workflows, the one that was asked for first.
    pub(crate) fn workflows(&self) -> impl Iterator<Item = &WorkflowPlan> {
        std::iter::once(&self.entry).chain(&self.others)
    }

    /// The JSON Schema of the inputs, with local references still in it.
    pub fn inputs_schema(&self) -> Option<&serde_json::Value> {
        self.entry.inputs.schema()
    }
}

impl WorkflowPlan {
    /// The value of `$self`, as it was written.
    pub(crate) fn self_uri(&self) -> Option<&str> {
        self.self_uri.as_deref()
    }

    /// A field of a source description, as it was written.
    pub(crate) fn source_field(&self, source: &str, field: &str) -> Option<&str> {
        let source = self.sources.iter().find(|candidate| candidate.name.value == source)?;
        match field {
            "name" => Some(&source.name.value),
            "url" => Some(&source.url.value),
            "type" => source.kind.map(SourceType::as_str),
            _ => None,
        }
    }
}
