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
//! A driver is a loop. This one answers every request with the same response:
//!
//! ```
//! use arazzo_engine::{Command, Plan, Record, Response, Run, RunOptions, Timestamp};
//! # use std::sync::Arc;
//! # fn run(plan: Arc<Plan>) -> Result<(), Box<dyn std::error::Error>> {
//! let start = plan.start("run-1", Timestamp(0), serde_json::Map::new())?;
//! let mut run = Run::new(plan, start.secrets, RunOptions::default());
//! let mut record = start.record;
//! loop {
//!     for event in run.apply(record)? {
//!         println!("{event:?}");
//!     }
//!     record = match run.commands().first() {
//!         Some(Command::Call(call)) => Record::Responded {
//!             at: Timestamp(1),
//!             id: call.id,
//!             response: Response { status: 200, headers: vec![], body: b"{}".to_vec() },
//!         },
//!         Some(Command::Sleep { id, until }) => Record::Woke { at: *until, id: *id },
//!         _ => break,
//!     };
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A failed workflow is a [`RunResult`], not an error.

mod alternative_work;
mod body;
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
