//! A run as a report: the fold of its events, in the shape that `--format json` prints.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::{CriterionReport, Event, EventKind, Fault, Next, RetryReport, RunError, Status};

/// What one run did, from its events.
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
    /// One element per visit, in the order of execution.
    pub steps: Vec<StepReport>,
    /// Why it failed or stopped.
    pub error: Option<RunError>,
}

/// What one visit to a step did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Which step.
    pub step_id: String,
    /// How it ended; a visit that was cut off is [`Status::Stopped`].
    pub status: Status,
    /// The requests it sent, in order.
    pub attempts: Vec<AttemptReport>,
    /// The success criteria as judged for the last attempt.
    pub criteria: Vec<CriterionReport>,
    /// Its outputs.
    pub outputs: Map<String, Value>,
    /// What failed, if it is no criterion.
    pub error: Option<Fault>,
    /// Where the workflow went from here; `None` for a visit that was cut off.
    pub next: Option<Next>,
}

/// What one request of a visit did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptReport {
    /// What was sent.
    pub request: RequestReport,
    /// The response's status code, if one came.
    pub status_code: Option<u16>,
    /// Why no response came.
    pub error: Option<Fault>,
    /// From sending to the whole response, in milliseconds.
    pub duration_ms: f64,
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
}

impl RunReport {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one more event in.
    pub fn add(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { run_id, workflow_id } => {
                self.run_id.clone_from(run_id);
                self.workflow_id.clone_from(workflow_id);
            }
            EventKind::StepStarted { step_id, .. } => self.steps.push(StepReport::started(step_id)),
            EventKind::CallStarted { method, url, .. } => {
                let request = RequestReport { method: method.clone(), url: url.clone() };
                self.with_step(|step| step.attempts.push(AttemptReport::sent(request)));
            }
            EventKind::CallFinished { status, duration, .. } => self.with_attempt(|attempt| {
                attempt.status_code = Some(*status);
                attempt.duration_ms = milliseconds(*duration);
            }),
            EventKind::CallFailed { error, duration, .. } => self.with_attempt(|attempt| {
                attempt.error = Some(error.clone());
                attempt.duration_ms = milliseconds(*duration);
            }),
            EventKind::AttemptJudged { criteria, retry: None, .. } => {
                self.with_step(|step| step.criteria.clone_from(criteria));
            }
            EventKind::AttemptJudged { criteria, retry: Some(retry), .. } => self.with_attempt(|attempt| {
                attempt.criteria = Some(criteria.clone());
                attempt.retry = Some(retry.clone());
            }),
            EventKind::StepFinished { status, outputs, error, next, .. } => self.with_step(|step| {
                step.status = *status;
                step.outputs.clone_from(outputs);
                step.error.clone_from(error);
                step.next = Some(next.clone());
            }),
            EventKind::Warned { .. } => {}
            EventKind::RunFinished { status, outputs, error } => {
                self.status = Some(*status);
                self.outputs.clone_from(outputs);
                self.error.clone_from(error);
            }
        }
    }

    fn with_step(&mut self, change: impl FnOnce(&mut StepReport)) {
        if let Some(step) = self.steps.last_mut() {
            change(step);
        }
    }

    fn with_attempt(&mut self, change: impl FnOnce(&mut AttemptReport)) {
        self.with_step(|step| {
            if let Some(attempt) = step.attempts.last_mut() {
                change(attempt);
            }
        });
    }
}

impl StepReport {
    fn started(step_id: &str) -> Self {
        Self {
            step_id: step_id.to_owned(),
            status: Status::Stopped,
            attempts: Vec::new(),
            criteria: Vec::new(),
            outputs: Map::new(),
            error: None,
            next: None,
        }
    }
}

impl AttemptReport {
    fn sent(request: RequestReport) -> Self {
        Self { request, status_code: None, error: None, duration_ms: 0.0, criteria: None, retry: None }
    }
}

fn milliseconds(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
