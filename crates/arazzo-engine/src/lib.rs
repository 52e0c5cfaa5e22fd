//! What happens next: a compiled Arazzo workflow and the machine that runs it.
//!
//! The main type of this crate is [`Run`]. It is made from a [`Plan`] and never touches the outside: it says what it
//! wants done as [`Command`]s and is told what came of it as [`Record`]s. No socket, file, clock or random number is
//! used here, so the same records give the same commands and [`Event`]s on every machine, at any time.
//!
//! ```text
//! Workspace ─Plan::compile─► Plan ─Plan::start─► Record::Started
//!                                                      │
//!          Run::new ── commands() ──► Call │ Sleep │ Finish
//!              ▲                           │
//!              └── apply(Record) ◄── the driver does it
//!                      │
//!                   Events ──► reports
//! ```
//!
//! A driver is a loop. This one makes the responses itself, and keeps each record:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arazzo_document::{Document, Workspace};
//! use arazzo_engine::{
//!     Call, Command, Mode, OutOfOrder, Plan, PlanOptions, Record, Response, Run, RunOptions, Secrets, Timestamp,
//! };
//!
//! fn drive(run: &mut Run, journal: &mut Vec<Record>) -> Result<(), OutOfOrder> {
//!     loop {
//!         let record = match run.commands().first() {
//!             Some(Command::Call(call)) => {
//!                 Record::Responded { at: Timestamp(2), id: call.id, response: answer(call) }
//!             }
//!             Some(Command::Sleep { id, until }) => Record::Woke { at: *until, id: *id },
//!             Some(Command::Finish) | None => return Ok(()),
//!         };
//!         journal.push(record.clone());
//!         run.apply(record)?;
//!     }
//! }
//!
//! fn answer(call: &Call) -> Response {
//!     assert_eq!(call.request.url, "https://pets.test/pets/7");
//!     let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
//!     Response { status: 200, headers, body: br#"{"name": "Rex"}"#.to_vec() }
//! }
//!
//! # let read = |name: &str, text: &str| {
//! #     let (document, _) = Document::read(name, &format!("file:///{name}"), text.to_owned());
//! #     document.map(Arc::new).ok_or("no document")
//! # };
//! # let flow = read("look.yml", "arazzo: 1.0.1
//! # info: {title: Look, version: 1.0.0}
//! # sourceDescriptions: [{name: pets, url: pets.yml, type: openapi}]
//! # workflows:
//! # - workflowId: look
//! #   inputs: {type: object, required: [id], properties: {id: {type: integer}}}
//! #   steps:
//! #   - stepId: get
//! #     operationId: getPet
//! #     parameters: [{name: id, in: path, value: $inputs.id}]
//! #     outputs: {name: $response.body#/name}
//! #   outputs: {name: $steps.get.outputs.name}
//! # ")?;
//! # let pets = read("pets.yml", "openapi: 3.1.0
//! # info: {title: Pets, version: 1.0.0}
//! # servers: [{url: 'https://pets.test'}]
//! # paths:
//! #   /pets/{id}:
//! #     get:
//! #       operationId: getPet
//! #       parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
//! #       responses: {'200': {description: a pet}}
//! # ")?;
//! // `flow` and `pets` are the documents, which somebody has read.
//! let mut workspace = Workspace::new(flow, Mode::Tolerant).0.ok_or("not a description")?;
//! while let Some(wanted) = workspace.wanted() {
//!     workspace.supply(wanted, Arc::clone(&pets));
//! }
//! let plan = Plan::compile(&workspace, "look", &PlanOptions::default()).plan.ok_or("not a plan")?;
//!
//! let inputs = [("id".to_owned(), 7.into())].into_iter().collect();
//! let start = plan.start("run-1", Timestamp(1), inputs)?;
//! let mut journal = vec![start.record.clone()];
//! let mut run = Run::new(Arc::clone(&plan), start.secrets, RunOptions::default());
//! run.apply(start.record)?;
//! drive(&mut run, &mut journal)?;
//! assert_eq!(run.result().ok_or("not over")?.outputs["name"], "Rex");
//!
//! // The records are the run: it is had again from them, on any machine.
//! let mut again = Run::new(plan, Secrets::default(), RunOptions::default());
//! for record in serde_json::from_str::<Vec<Record>>(&serde_json::to_string(&journal)?)? {
//!     again.apply(record)?;
//! }
//! assert_eq!(again.result(), run.result());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An engine that is durable or distributed drives a run the same way. A [`Record`] serializes, and the ids of calls and
//! waits are stable: a refold asks for the same [`CallId`]s with the same requests. So a [`Call`] is a step of that engine
//! under its id, done once, whose stored result is the record, also where a worker is handed the call, which serializes, too;
//! a [`Command::Sleep`] is a timer of that engine. A call has secret inputs in it and what the steps themselves give as
//! credentials, though none that a driver fills in. Secret inputs are in no record: they are given again with
//! [`Plan::resume`].
//!
//! A failed workflow is a [`RunResult`], not an error.

mod alternative_work;
mod body;
mod charset;
mod check;
mod command;
mod event;
mod exchange;
mod finding;
mod form;
mod graph;
mod hidden;
mod host_pattern;
mod json;
mod json_schema;
mod mask;
mod overview;
mod path_template;
mod plain_schema;
mod plan;
mod preview;
mod record;
mod refused;
mod report;
mod request_check;
mod run;
mod schema_reference;
mod schema_work;
mod secret;
mod serialize;
mod value_check;
mod xml;

pub use body::{Body, Chunk};
pub use check::{CheckOptions, check};
pub use command::{Call, CallId, Command, SleepId};
pub use event::{
    Considered, CriterionReport, CriterionResult, EvaluatedExpression, EvaluatedPart, Event, EventKind,
    Fault, Next, NextKind, Relation, RetryReport, RunError, Status,
};
pub use exchange::{
    Placement, Request, Response, Slot, TokenFlow, TokenGrant, TransportError, TransportErrorCode,
};
pub use finding::{CheckResponses, Finding, FindingKind};
pub use graph::{GraphCall, GraphEdge, GraphNode, GraphOutcome, GraphRetry, GraphTransfer, WorkflowGraph};
pub use host_pattern::{HostPattern, HostPatternError};
pub use mask::MASK;
pub use overview::{
    ActionOverview, CallOverview, CredentialOverview, InputOverview, Overview, ServerOverview,
    SourceOverview, StepOverview, WorkflowOverview, auth_variable,
};
pub use path_template::PathTemplate;
pub use plan::{
    CredentialName, DefaultSuccess, InputProblem, InputUse, InputsError, MockHints, Mode, OperationCall,
    Plan, PlanOptions, PlannedOperation, PlannedStep, Planning, Start, StepIndex,
};
pub use preview::{ParameterPreview, Preview, RequestPreview, StepPreview};
pub use record::{Record, SEMANTICS, Timestamp};
pub use report::{
    AttemptReport, EarlierRun, HeaderReport, MessageReport, Reporter, RequestReport, RunReport, StepReport,
};
pub use request_check::{RequestCheck, WireRequest, add_answered};
pub use run::{
    EventsWanted, FailedAttempt, FailedRequest, FailedResponse, OutOfOrder, Run, RunOptions, RunResult,
    ShownChunk, ToldValues,
};
pub use secret::{Secrets, is_secret_name};
pub use value_check::ValueCheck;
