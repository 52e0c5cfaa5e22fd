//! The event stream of `--format jsonl`: an object a line, while the runs go on. `docs/events.schema.json` describes it.
//!
//! The first line has the version of the stream. Within a version members and events may be added, and nothing else
//! changes.

use std::io;

use arazzo_engine::{
    CallId, CriterionReport, Event, EventKind, Fault, Finding, Next, Relation, RetryReport, RunError,
    RunReport, Status, Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::time::{milliseconds, rfc3339};
use crate::diagnostics::DiagnosticJson;
use crate::output::SumsJson;

/// The version of the stream.
const VERSION: u32 = 1;

/// A line. What tells of a run has the id of the run that was asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a, T> {
    event: &'a str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<&'a str>,
    #[serde(flatten)]
    members: T,
}

/// The line before all others.
pub(crate) fn begin(at: Timestamp, diagnostics: &[DiagnosticJson]) -> String {
    #[derive(Serialize)]
    struct Begin<'a> {
        version: u32,
        program: &'static str,
        diagnostics: &'a [DiagnosticJson],
    }
    let program = concat!("arazzo ", env!("CARGO_PKG_VERSION"));
    line("begin", at, Begin { version: VERSION, program, diagnostics })
}

/// The line that says why nothing is run.
pub(crate) fn refused(at: Timestamp, diagnostics: &[DiagnosticJson]) -> String {
    #[derive(Serialize)]
    struct Refused<'a> {
        status: &'static str,
        diagnostics: &'a [DiagnosticJson],
    }
    line("refused", at, Refused { status: super::word(None), diagnostics })
}

/// The line with what would be done.
pub(crate) fn plan(at: Timestamp, plan: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Planned<'a, T> {
        plan: &'a T,
    }
    line("plan", at, Planned { plan })
}

/// The line at the end of a workflow that was asked for, with what it did; for one of many rows with its number.
pub(crate) fn run(at: Timestamp, row: Option<u64>, report: &RunReport) -> String {
    #[derive(Serialize)]
    struct Ended<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        row: Option<u64>,
        #[serde(flatten)]
        report: &'a RunReport,
    }
    line("run", at, Ended { row, report })
}

/// The line after all others, of many runs.
pub(crate) fn end(at: Timestamp, status: Status, sums: &SumsJson, diagnostics: &[DiagnosticJson]) -> String {
    #[derive(Serialize)]
    struct End<'a> {
        status: Status,
        repeat: &'a SumsJson,
        diagnostics: &'a [DiagnosticJson],
    }
    line("end", at, End { status, repeat: sums, diagnostics })
}

fn line(event: &str, at: Timestamp, members: impl Serialize) -> String {
    line_of(None, event, at, members)
}

fn line_of(run_id: Option<&str>, event: &str, at: Timestamp, members: impl Serialize) -> String {
    // Strings, numbers and maps with string keys can always be written.
    serde_json::to_string(&Line { event, at: rfc3339(at), run_id, members }).unwrap_or_default()
}

/// What happened, by the names that events have in Rust.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Members<'a> {
    RunStarted {
        workflow_id: &'a str,
        relation: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        visit: Option<u32>,
    },
    StepStarted {
        visit: u32,
        step_id: &'a str,
        operation: &'a str,
        helper: bool,
    },
    CallStarted {
        visit: u32,
        attempt: u32,
        method: &'a str,
        url: &'a str,
        headers: Vec<Header<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<&'a str>,
    },
    CallFinished {
        visit: u32,
        attempt: u32,
        status_code: u16,
        headers: Vec<Header<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<&'a str>,
        size: usize,
        duration_ms: f64,
    },
    CallFailed {
        visit: u32,
        attempt: u32,
        error: &'a Fault,
        duration_ms: f64,
    },
    RequestChecked {
        visit: u32,
        attempt: u32,
        findings: &'a [Finding],
    },
    ResponseChecked {
        visit: u32,
        attempt: u32,
        findings: &'a [Finding],
    },
    AttemptJudged {
        visit: u32,
        attempt: u32,
        criteria: &'a [CriterionReport],
        retry: Option<&'a RetryReport>,
    },
    StepFinished {
        visit: u32,
        step_id: &'a str,
        status: Status,
        outputs: &'a Map<String, Value>,
        error: Option<&'a Fault>,
        next: &'a Next,
    },
    Warned {
        step_id: Option<&'a str>,
        code: &'a str,
        message: &'a str,
    },
    RunFinished {
        status: Status,
        outputs: &'a Map<String, Value>,
        error: Option<&'a RunError>,
    },
}

#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

/// The lines of one run with all that runs inside it.
#[derive(Debug)]
pub(crate) struct Stream {
    shows_bodies: bool,
    /// All runs inside it have the same.
    run_id: Option<String>,
}

impl Stream {
    /// The stream of a run that has not begun; bodies are in it if `shows_bodies` and the events carry them.
    pub(crate) fn new(shows_bodies: bool) -> Self {
        Self { shows_bodies, run_id: None }
    }

    /// The line of an event. `None` for one that this version of the stream does not have.
    pub(crate) fn line(&mut self, event: &Event) -> Option<String> {
        if let EventKind::RunStarted { run_id, .. } = &event.kind {
            self.run_id.get_or_insert_with(|| run_id.clone());
        }
        let (name, members) = members(event, self.shows_bodies)?;
        Some(line_of(self.run_id.as_deref(), name, event.at, members))
    }
}

/// A writer that keeps nothing.
struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How long the line of an event is, about.
pub(super) fn size(event: &Event) -> usize {
    let mut counted = Counted(0);
    if let Some((_, members)) = members(event, true) {
        // Nothing that is only counted can fail.
        let _ = serde_json::to_writer(&mut counted, &members);
    }
    counted.0
}

fn members(event: &Event, shows_bodies: bool) -> Option<(&'static str, Members<'_>)> {
    Some(match &event.kind {
        EventKind::RunStarted { run_id: _, workflow_id, relation } => {
            let (relation, visit) = related(*relation);
            ("run-started", Members::RunStarted { workflow_id, relation, visit })
        }
        EventKind::StepStarted { visit, step_id, operation, helper } => {
            let (visit, helper) = (*visit, *helper);
            ("step-started", Members::StepStarted { visit, step_id, operation, helper })
        }
        EventKind::CallStarted { id: CallId { visit, attempt }, method, url, headers, body } => {
            let (visit, attempt, headers) = (*visit, *attempt, fields(headers));
            let body = body.as_deref().filter(|_| shows_bodies);
            ("call-started", Members::CallStarted { visit, attempt, method, url, headers, body })
        }
        EventKind::CallFinished {
            id: CallId { visit, attempt },
            status,
            headers,
            body,
            bytes: _,
            size,
            duration,
        } => {
            let members = Members::CallFinished {
                visit: *visit,
                attempt: *attempt,
                status_code: *status,
                headers: fields(headers),
                body: body.as_deref().filter(|_| shows_bodies),
                size: *size,
                duration_ms: milliseconds(*duration),
            };
            ("call-finished", members)
        }
        EventKind::CallFailed { id: CallId { visit, attempt }, error, duration } => {
            let (visit, attempt, duration_ms) = (*visit, *attempt, milliseconds(*duration));
            ("call-failed", Members::CallFailed { visit, attempt, error, duration_ms })
        }
        EventKind::RequestChecked { id: CallId { visit, attempt }, findings } => {
            ("request-checked", Members::RequestChecked { visit: *visit, attempt: *attempt, findings })
        }
        EventKind::ResponseChecked { id: CallId { visit, attempt }, findings } => {
            ("response-checked", Members::ResponseChecked { visit: *visit, attempt: *attempt, findings })
        }
        EventKind::AttemptJudged { id: CallId { visit, attempt }, criteria, retry } => {
            let (visit, attempt, retry) = (*visit, *attempt, retry.as_ref());
            ("attempt-judged", Members::AttemptJudged { visit, attempt, criteria, retry })
        }
        EventKind::StepFinished { visit, step_id, status, outputs, error, next } => {
            let (visit, status, error) = (*visit, *status, error.as_ref());
            ("step-finished", Members::StepFinished { visit, step_id, status, outputs, error, next })
        }
        EventKind::Warned { step_id, fault: Fault { code, message } } => {
            ("warned", Members::Warned { step_id: step_id.as_deref(), code, message })
        }
        EventKind::RunFinished { status, outputs, error } => {
            let (status, error) = (*status, error.as_ref());
            ("run-finished", Members::RunFinished { status, outputs, error })
        }
        EventKind::Evaluated { .. } => return None,
        // An event of a later version of the engine.
        _ => return None,
    })
}

fn fields(headers: &[(String, String)]) -> Vec<Header<'_>> {
    headers.iter().map(|(name, value)| Header { name, value }).collect()
}

fn related(relation: Relation) -> (&'static str, Option<u32>) {
    match relation {
        Relation::Entry => ("entry", None),
        Relation::Dependency => ("dependency", None),
        Relation::Step { visit } => ("step", Some(visit)),
        Relation::Goto { visit } => ("goto", Some(visit)),
        Relation::Helper { visit } => ("helper", Some(visit)),
    }
}
