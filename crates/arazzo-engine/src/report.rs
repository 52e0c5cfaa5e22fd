//! A run as a report: the fold of its events, in the shape that `--format json` prints.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::command::CallId;
use crate::event::{CriterionReport, Event, EventKind, Fault, Next, Relation, RetryReport, RunError, Status};

/// Takes events in and gives the report.
#[derive(Debug, Default)]
pub struct Reporter {
    /// The runs that are not over, each with why it runs; each waits for the one after it.
    open: Vec<(Relation, RunReport)>,
    /// The run that was asked for, once it is over.
    done: Option<RunReport>,
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
    /// The run of the workflow that it called.
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

impl Reporter {
    /// A report of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The report of the run that was asked for, as far as it has come.
    pub fn finish(mut self) -> RunReport {
        while self.open.len() > 1 {
            self.close();
        }
        self.done.or_else(|| self.open.pop().map(|(_, report)| report)).unwrap_or_default()
    }

    /// Takes one more event in.
    pub fn add(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { run_id, workflow_id, relation } => {
                let (run_id, workflow_id) = (run_id.clone(), workflow_id.clone());
                self.open.push((*relation, RunReport { run_id, workflow_id, ..RunReport::default() }));
            }
            EventKind::StepStarted { visit, step_id, helper, .. } => {
                if let Some((_, run)) = self.open.last_mut() {
                    run.steps.push(StepReport { helper: *helper, ..StepReport::started(*visit, step_id) });
                }
            }
            EventKind::CallStarted { id, method, url, .. } => {
                let request = RequestReport { method: method.clone(), url: url.clone() };
                self.with_step(id.visit, |step| step.attempts.push(AttemptReport::sent(request)));
            }
            EventKind::CallFinished { id, status, duration, .. } => self.with_attempt(*id, |attempt| {
                attempt.status_code = Some(*status);
                attempt.duration_ms = milliseconds(*duration);
            }),
            EventKind::CallFailed { id, error, duration } => self.with_attempt(*id, |attempt| {
                attempt.error = Some(error.clone());
                attempt.duration_ms = milliseconds(*duration);
            }),
            EventKind::AttemptJudged { id, criteria, retry: None } => {
                self.with_step(id.visit, |step| step.criteria.clone_from(criteria));
            }
            EventKind::AttemptJudged { id, criteria, retry: Some(retry) } => {
                self.with_attempt(*id, |attempt| {
                    attempt.criteria = Some(criteria.clone());
                    attempt.retry = Some(retry.clone());
                });
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
                if let Some((_, run)) = self.open.last_mut() {
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
        let Some((relation, run)) = self.open.pop() else { return };
        let Some((_, parent)) = self.open.last_mut() else {
            self.done = Some(run);
            return;
        };
        match relation {
            Relation::Entry => {}
            Relation::Dependency => parent.dependencies.push(run),
            Relation::Step { visit } => {
                if let Some(step) = parent.step(visit) {
                    step.run = Some(Box::new(run));
                }
            }
            Relation::Goto { visit } => {
                if let Some(next) = parent.step(visit).and_then(|step| step.next.as_mut()) {
                    next.run = Some(Box::new(run));
                }
            }
            Relation::Helper { visit } => {
                let step_id = parent.step(visit).map(|step| step.step_id.clone()).unwrap_or_default();
                let status = run.status.unwrap_or(Status::Stopped);
                let run = Some(Box::new(run));
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
        if let Some(step) = self.open.last_mut().and_then(|(_, run)| run.step(visit)) {
            change(step);
        }
    }

    fn with_attempt(&mut self, id: CallId, change: impl FnOnce(&mut AttemptReport)) {
        self.with_step(id.visit, |step| {
            if let Some(attempt) = step.attempts.last_mut() {
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
            run: None,
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

/// The number of what is an element of `steps` without being a visit.
const NO_VISIT: u32 = 0;

fn milliseconds(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
