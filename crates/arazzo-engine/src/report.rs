//! A run as a report: the fold of its events, in the shape that `--format json` prints.
//!
//! A run stands inside what started it: the step that called it, the `next` of the step that went on with it, the run
//! that depends on it. Workflows that go on with each other would nest without end, so a report nests at most
//! [`MAX_NESTING`] runs; those that are deeper stand flat in `continued` of the outermost run, in the order in which
//! they began. That keeps the text linear in the number of runs, and readers with a limit of depth can read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::command::CallId;
use crate::event::{CriterionReport, Event, EventKind, Fault, Next, Relation, RetryReport, RunError, Status};
use crate::finding::Finding;

/// Takes events in and gives the report.
#[derive(Debug, Default)]
pub struct Reporter {
    /// Whether header fields and bodies are taken in.
    messages: bool,
    /// The runs that are not over; each waits for the one after it.
    open: Vec<Open>,
    /// The runs that are too deep to stand inside what started them, by when they began; `None` until they are over.
    deep: Vec<Option<RunReport>>,
    /// The run that was asked for, once it is over.
    done: Option<RunReport>,
}

/// A run that is not over.
#[derive(Debug)]
struct Open {
    relation: Relation,
    /// Its index in [`Reporter::deep`] if it is too deep.
    slot: Option<usize>,
    report: RunReport,
}

/// What one run of a workflow did, from its events.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// The run's id.
    pub run_id: String,
    /// The workflow that ran.
    pub workflow_id: String,
    /// How it ended; `None` while it runs.
    pub status: Option<Status>,
    /// The workflow's outputs.
    pub outputs: Map<String, Value>,
    /// The runs of the workflows that it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<RunReport>,
    /// One element per visit, in the order of execution.
    pub steps: Vec<StepReport>,
    /// Why it failed or stopped.
    pub error: Option<RunError>,
    /// The runs that are nested too deep to stand where they were started, in the order in which they began. Only the
    /// run that was asked for has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub continued: Vec<RunReport>,
}

/// What one visit to a step did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// The number of the visit in the run; 0 for a workflow that ran before a retry.
    #[serde(skip)]
    pub visit: u32,
    /// Which step; the one that is helped for a workflow that runs before a retry.
    pub step_id: String,
    /// How it ended; a visit that was cut off is [`Status::Stopped`].
    pub status: Status,
    /// Whether it ran before a further attempt of another step.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub helper: bool,
    /// The requests it sent, in order.
    pub attempts: Vec<AttemptReport>,
    /// The runs of the workflow that it called before the last attempt, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<EarlierRun>,
    /// The run of the workflow that its last attempt called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Box<RunReport>>,
    /// The success criteria as judged for the last attempt.
    pub criteria: Vec<CriterionReport>,
    /// Its outputs.
    pub outputs: Map<String, Value>,
    /// What failed, if it is no criterion.
    pub error: Option<Fault>,
    /// Where the workflow went from here; `None` for a visit that was cut off.
    pub next: Option<Next>,
}

/// The run of a workflow that a step called, when the step called it again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EarlierRun {
    /// The run.
    pub run: RunReport,
    /// The step's success criteria as judged after the run.
    pub criteria: Vec<CriterionReport>,
    /// The retry that followed.
    pub retry: RetryReport,
}

/// What one request of a visit did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptReport {
    /// The number of the attempt in the visit, from 1. One that sent nothing has none in the report.
    #[serde(skip)]
    pub number: u32,
    /// What was sent.
    pub request: RequestReport,
    /// What came back, in a report with messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<MessageReport>,
    /// The response's status code, if one came.
    pub status_code: Option<u16>,
    /// Why no response came.
    pub error: Option<Fault>,
    /// From sending to the whole response, in milliseconds.
    pub duration_ms: f64,
    /// How the request differs from its OpenAPI description, if that was checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_findings: Vec<Finding>,
    /// How the response differs from its OpenAPI description, if that was checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The success criteria, for an attempt that was not the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criteria: Option<Vec<CriterionReport>>,
    /// The retry that followed, for an attempt that was not the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryReport>,
}

/// A request in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestReport {
    /// The HTTP method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The rest of it, in a report with messages.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageReport>,
}

/// The header fields and the body of a request or a response in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageReport {
    /// The header fields, in order.
    pub headers: Vec<HeaderReport>,
    /// The body, if events carried it.
    pub body: Option<String>,
    /// `base64` where the body is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Whether the body goes on after what is shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// A header field in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderReport {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Reporter {
    /// A report of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A report of nothing yet, that will also have the header fields and bodies of requests and responses, as events
    /// carry them and not more of each than 64 KiB.
    pub fn with_messages() -> Self {
        Self { messages: true, ..Self::default() }
    }

    /// The report of the run that was asked for, as far as it has come.
    pub fn finish(mut self) -> RunReport {
        while self.open.len() > 1 {
            self.close();
        }
        let mut report = self.done.or_else(|| self.open.pop().map(|open| open.report)).unwrap_or_default();
        report.continued = self.deep.into_iter().flatten().collect();
        report
    }

    /// Takes one more event in.
    pub fn add(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { run_id, workflow_id, relation } => {
                let (run_id, workflow_id) = (run_id.clone(), workflow_id.clone());
                let slot = (self.open.len() > MAX_NESTING).then_some(self.deep.len());
                self.deep.extend(slot.map(|_| None));
                let report = RunReport { run_id, workflow_id, ..RunReport::default() };
                self.open.push(Open { relation: *relation, slot, report });
            }
            // A report tells what happened, not what expressions came to on the way.
            EventKind::Evaluated { .. } => {}
            EventKind::StepStarted { visit, step_id, helper, .. } => {
                if let Some(Open { report: run, .. }) = self.open.last_mut() {
                    run.steps.push(StepReport { helper: *helper, ..StepReport::started(*visit, step_id) });
                }
            }
            EventKind::CallStarted { id, method, url, headers, body } => {
                let message = self.messages.then(|| MessageReport::new(headers, body.as_deref(), None));
                let request = RequestReport { method: method.clone(), url: url.clone(), message };
                let attempt = AttemptReport::sent(id.attempt, request);
                self.with_step(id.visit, |step| step.attempts.push(attempt));
            }
            EventKind::RequestChecked { id, findings } => {
                self.with_attempt(*id, |attempt| attempt.request_findings.clone_from(findings));
            }
            EventKind::CallFinished { id, status, headers, body, bytes, duration, .. } => {
                let new = || MessageReport::new(headers, body.as_deref(), bytes.as_deref());
                let message = self.messages.then(new);
                self.with_attempt(*id, |attempt| {
                    attempt.response = message;
                    attempt.status_code = Some(*status);
                    attempt.duration_ms = milliseconds(*duration);
                });
            }
            EventKind::CallFailed { id, error, duration } => self.with_attempt(*id, |attempt| {
                attempt.error = Some(error.clone());
                attempt.duration_ms = milliseconds(*duration);
            }),
            EventKind::ResponseChecked { id, findings } => {
                self.with_attempt(*id, |attempt| attempt.findings.clone_from(findings));
            }
            EventKind::AttemptJudged { id, criteria, retry: None } => {
                self.with_step(id.visit, |step| step.criteria.clone_from(criteria));
            }
            EventKind::AttemptJudged { id, criteria, retry: Some(retry) } => {
                self.with_step(id.visit, |step| step.retried(id.attempt, criteria, retry));
            }
            EventKind::StepFinished { visit, status, outputs, error, next, .. } => {
                self.with_step(*visit, |step| {
                    step.status = *status;
                    step.outputs.clone_from(outputs);
                    step.error.clone_from(error);
                    step.next = Some(next.clone());
                });
            }
            EventKind::Warned { .. } => {}
            EventKind::RunFinished { status, outputs, error } => {
                if let Some(Open { report: run, .. }) = self.open.last_mut() {
                    run.status = Some(*status);
                    run.outputs.clone_from(outputs);
                    run.error.clone_from(error);
                }
                self.close();
            }
        }
    }

    /// Puts the last open run where it belongs.
    fn close(&mut self) {
        let Some(Open { relation, slot, report }) = self.open.pop() else { return };
        let Some(Open { report: parent, .. }) = self.open.last_mut() else {
            self.done = Some(report);
            return;
        };
        let status = report.status.unwrap_or(Status::Stopped);
        let run = match slot.and_then(|slot| self.deep.get_mut(slot)) {
            Some(deep) => {
                *deep = Some(report);
                None
            }
            None => Some(Box::new(report)),
        };
        match relation {
            Relation::Entry => {}
            Relation::Dependency => parent.dependencies.extend(run.map(|run| *run)),
            Relation::Step { visit } => {
                if let Some(step) = parent.step(visit) {
                    step.run = run;
                }
            }
            Relation::Goto { visit } => {
                if let Some(next) = parent.step(visit).and_then(|step| step.next.as_mut()) {
                    next.run = run;
                }
            }
            Relation::Helper { visit } => {
                let step_id = parent.step(visit).map(|step| step.step_id.clone()).unwrap_or_default();
                parent.steps.push(StepReport {
                    status,
                    helper: true,
                    run,
                    ..StepReport::started(NO_VISIT, &step_id)
                });
            }
        }
    }

    fn with_step(&mut self, visit: u32, change: impl FnOnce(&mut StepReport)) {
        if let Some(step) = self.open.last_mut().and_then(|open| open.report.step(visit)) {
            change(step);
        }
    }

    fn with_attempt(&mut self, id: CallId, change: impl FnOnce(&mut AttemptReport)) {
        self.with_step(id.visit, |step| {
            if let Some(attempt) = step.attempt(id.attempt) {
                change(attempt);
            }
        });
    }
}

impl RunReport {
    fn step(&mut self, visit: u32) -> Option<&mut StepReport> {
        self.steps.iter_mut().rev().find(|step| step.visit == visit)
    }
}

impl StepReport {
    fn started(visit: u32, step_id: &str) -> Self {
        Self {
            visit,
            step_id: step_id.to_owned(),
            status: Status::Stopped,
            helper: false,
            attempts: Vec::new(),
            runs: Vec::new(),
            run: None,
            criteria: Vec::new(),
            outputs: Map::new(),
            error: None,
            next: None,
        }
    }

    /// The attempt with this number, if it sent a request.
    fn attempt(&mut self, number: u32) -> Option<&mut AttemptReport> {
        self.attempts.iter_mut().rev().find(|attempt| attempt.number == number)
    }

    /// Notes why another attempt follows, at what this one did. One that did nothing, as after a helper that failed,
    /// leaves no trace.
    fn retried(&mut self, number: u32, criteria: &[CriterionReport], retry: &RetryReport) {
        let (criteria, retry) = (criteria.to_vec(), retry.clone());
        if let Some(attempt) = self.attempt(number) {
            attempt.criteria = Some(criteria);
            attempt.retry = Some(retry);
        } else if let Some(run) = self.run.take() {
            self.runs.push(EarlierRun { run: *run, criteria, retry });
        }
    }
}

impl AttemptReport {
    /// How request and response differ from their OpenAPI description, the request's first.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.request_findings.iter().chain(&self.findings)
    }

    fn sent(number: u32, request: RequestReport) -> Self {
        Self {
            number,
            request,
            response: None,
            status_code: None,
            error: None,
            duration_ms: 0.0,
            request_findings: Vec::new(),
            findings: Vec::new(),
            criteria: None,
            retry: None,
        }
    }
}

impl MessageReport {
    fn new(headers: &[(String, String)], body: Option<&str>, bytes: Option<&[u8]>) -> Self {
        let header =
            |(name, value): &(String, String)| HeaderReport { name: name.clone(), value: value.clone() };
        let (shown, is_text, size) = match (body, bytes) {
            (Some(text), _) => (Some(start_of(text, MAX_BODY).to_owned()), true, text.len()),
            (None, Some(bytes)) => {
                (Some(STANDARD.encode(bytes.get(..MAX_BODY).unwrap_or(bytes))), false, bytes.len())
            }
            (None, None) => (None, true, 0),
        };
        Self {
            headers: headers.iter().map(header).collect(),
            body: shown,
            encoding: (!is_text).then(|| "base64".to_owned()),
            truncated: size > MAX_BODY,
        }
    }
}

/// The longest start of the text with whole characters that has at most `max` bytes.
fn start_of(text: &str, max: usize) -> &str {
    (0..=max).rev().find_map(|end| text.get(..end)).filter(|start| start.len() < text.len()).unwrap_or(text)
}

/// So much of a body, in bytes, is in a report.
const MAX_BODY: usize = 64 * 1024;

/// So many runs may stand inside each other below the one that was asked for.
const MAX_NESTING: usize = 64;

/// The number of what is an element of `steps` without being a visit.
const NO_VISIT: u32 = 0;

fn milliseconds(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
