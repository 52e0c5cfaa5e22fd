//! What happened, for people and reports.
//!
//! Events are made while records are applied. They are never replayed and a run does not need them to go on. Secret
//! values are masked when an event is made, by the policy that the run was started with.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::command::CallId;
use crate::finding::Finding;
use crate::record::Timestamp;
use crate::report::RunReport;

/// One thing that happened, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The time of the record that made it happen.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// The things that can happen, in the order in which a run shows them:
/// `RunStarted (StepStarted (CallStarted (CallFinished ResponseChecked? | CallFailed) AttemptJudged)* StepFinished)* RunFinished`.
/// The run of a workflow that another one needs stands whole where that one waits for it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A workflow began.
    RunStarted {
        /// The run's id.
        run_id: String,
        /// Which workflow.
        workflow_id: String,
        /// Why it runs.
        relation: Relation,
    },
    /// A step is visited.
    StepStarted {
        /// The visit's number in the run.
        visit: u32,
        /// Which step.
        step_id: String,
        /// The operation as the description of the API names it, such as `getScore` or `GET /score/{user_id}`, or the
        /// workflow that the step calls.
        operation: String,
        /// Whether the step runs as the helper of a retry.
        helper: bool,
    },
    /// A request is about to be sent.
    CallStarted {
        /// Which attempt of which visit.
        id: CallId,
        /// The HTTP method.
        method: String,
        /// The URL.
        url: String,
        /// The header fields, without credentials.
        headers: Vec<(String, String)>,
        /// The body, if it is text.
        body: Option<String>,
    },
    /// A request is not all that its operation describes.
    RequestChecked {
        /// Which attempt of which visit.
        id: CallId,
        /// The differences, without secrets. There is at least one.
        findings: Vec<Finding>,
    },
    /// A response came.
    CallFinished {
        /// Which attempt of which visit.
        id: CallId,
        /// The status code.
        status: u16,
        /// The header fields.
        headers: Vec<(String, String)>,
        /// The body, if it is text, JSON or a form.
        body: Option<String>,
        /// The body, if it is none of these and bodies are wanted.
        bytes: Option<Vec<u8>>,
        /// How many bytes the body has.
        size: usize,
        /// From the command to the record.
        duration: Duration,
    },
    /// No response came.
    CallFailed {
        /// Which attempt of which visit.
        id: CallId,
        /// Why.
        error: Fault,
        /// From the command to the record.
        duration: Duration,
    },
    /// A response is not all that its OpenAPI description says.
    ResponseChecked {
        /// Which attempt of which visit.
        id: CallId,
        /// The differences, without secrets. There is at least one.
        findings: Vec<Finding>,
    },
    /// Expressions were evaluated, if that is to be told: see [`Run::tell_values`](crate::Run::tell_values).
    Evaluated {
        /// What they are of.
        part: EvaluatedPart,
        /// Each expression with what it came to, without secrets. There is at least one.
        values: Vec<EvaluatedExpression>,
    },
    /// The success criteria of an attempt were judged.
    AttemptJudged {
        /// Which attempt of which visit.
        id: CallId,
        /// Each criterion with its outcome. Empty when the default decided.
        criteria: Vec<CriterionReport>,
        /// What follows when the attempt is not the last one of its visit.
        retry: Option<RetryReport>,
    },
    /// A visit is over.
    StepFinished {
        /// The visit's number in the run.
        visit: u32,
        /// Which step.
        step_id: String,
        /// How it ended.
        status: Status,
        /// Its outputs.
        outputs: Map<String, Value>,
        /// What failed, if it is no criterion: a transport error, a value that could not be resolved.
        error: Option<Fault>,
        /// Where the workflow goes from here.
        next: Next,
    },
    /// Something that a person should know although the run goes on.
    Warned {
        /// The step that it is about, if any.
        step_id: Option<String>,
        /// What and why, with the remedy.
        fault: Fault,
    },
    /// The workflow ended.
    RunFinished {
        /// How.
        status: Status,
        /// Its outputs, masked. The result that the caller asked for is [`Run::result`](crate::Run::result).
        outputs: Map<String, Value>,
        /// Why it failed or stopped.
        error: Option<RunError>,
    },
}

/// What expressions are of. They are those of the workflow and the step under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvaluatedPart {
    /// The parameters and the body of a request.
    Request,
    /// The inputs of a workflow that is called.
    Inputs,
    /// The success criteria.
    SuccessCriteria,
    /// The outputs of the step.
    Outputs,
    /// The criteria of the action with this name.
    Action(String),
    /// The outputs of the workflow.
    WorkflowOutputs,
}

/// An expression and what it came to.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluatedExpression {
    /// The expression.
    pub expression: String,
    /// Its value, without secrets and without more parts than anybody reads, or why there is none.
    pub value: Result<Value, String>,
}

/// Why a workflow runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It was asked for.
    Entry,
    /// A step calls it.
    Step {
        /// The number of the visit.
        visit: u32,
    },
    /// Another workflow depends on it.
    Dependency,
    /// An action of a step goes on with it in place of the workflow.
    Goto {
        /// The number of the visit.
        visit: u32,
    },
    /// It runs before a further attempt of a step.
    Helper {
        /// The number of the visit.
        visit: u32,
    },
}

/// How a step or a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It did what it should.
    Succeeded,
    /// It did not, and that is a result.
    Failed,
    /// It could not be carried on: a limit was reached or the policy forbade it.
    Stopped,
}

/// A named failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// A readable name, such as `timeout` or `unresolved-expression`.
    pub code: String,
    /// Place, fact and remedy as a lowercase fragment.
    pub message: String,
}

/// Why a run failed or stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// A readable name, such as `criterion-not-held` or `max-steps`.
    pub code: String,
    /// Place, fact and remedy as a lowercase fragment.
    pub message: String,
    /// The step at which it happened.
    pub step_id: Option<String>,
}

/// A criterion and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CriterionReport {
    /// The condition as it was written.
    pub condition: String,
    /// Held, not held or not evaluated.
    pub result: CriterionResult,
    /// Why it did not hold or could not be evaluated.
    pub reason: Option<String>,
}

/// The three outcomes of a criterion.
///
/// See [Evaluation Errors](https://spec.openapis.org/arazzo/v1.1.0.html#evaluation-errors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionResult {
    /// The condition is true.
    Held,
    /// The condition is false.
    NotHeld,
    /// It cannot be said; control flow takes it as not held.
    NotEvaluated,
}

/// A further attempt that follows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryReport {
    /// The name of the retry action.
    pub action: String,
    /// How long the machine waits first, in milliseconds.
    pub after_ms: f64,
    /// How many further attempts the action allows after this one.
    pub remaining: u32,
}

/// Where a workflow goes after a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Next {
    /// The kind of transfer.
    #[serde(rename = "type")]
    pub kind: NextKind,
    /// The action that decided, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The step, or the workflow, that comes next, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The actions that were looked at, in order, with their criteria.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub considered: Vec<Considered>,
    /// The run of the workflow that an action goes on with. Events do not carry it, reports do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Box<RunReport>>,
}

/// The kinds of transfer after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NextKind {
    /// On to the next step of the list.
    Next,
    /// To the step that an action names.
    Goto,
    /// The workflow ends successfully.
    End,
    /// The workflow ends as failed.
    Fail,
}

/// An action that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The action's name.
    pub action: String,
    /// Whether it was taken.
    pub taken: bool,
    /// Its criteria with their outcomes, as far as they were judged.
    pub criteria: Vec<CriterionReport>,
    /// Why it was passed over although its criteria held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
