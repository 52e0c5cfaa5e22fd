//! A recorded run as suites and cases, as test reports count them: a suite for each run of a workflow, a case for each
//! visit to a step and for each step that was not reached.
//!
//! A failure that an action handled is no failure of the run, so its case passes and says so: a report never fails a
//! build for a run that succeeded.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use arazzo_engine::{
    AttemptReport, CriterionReport, CriterionResult, EventKind, Next, NextKind, Plan, PlannedStep, RunReport,
    Status, StepReport, Timestamp,
};
use serde_json::{Map, Value};

use super::{RecordedRun, Recording};

/// One run of a workflow.
#[derive(Debug)]
pub(super) struct Suite<'a> {
    /// The workflow's id, after what led to it.
    pub(super) name: String,
    /// How it ended.
    pub(super) status: Status,
    /// When its first step began.
    pub(super) at: Option<Timestamp>,
    pub(super) cases: Vec<Case<'a>>,
    pub(super) outputs: &'a Map<String, Value>,
}

/// One visit to a step, or a step that was not visited.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// The step's id, and which visit it is if it is not the first.
    pub(super) name: String,
    /// What the step calls.
    pub(super) operation: String,
    /// The status of the last response.
    pub(super) status_code: Option<u16>,
    pub(super) attempts: usize,
    pub(super) duration: Option<Duration>,
    pub(super) verdict: Verdict,
    /// The visit itself, unless the case stands for something else.
    pub(super) step: Option<&'a StepReport>,
}

/// What came of a case.
#[derive(Debug)]
pub(super) enum Verdict {
    Passed,
    /// The step failed, and the workflow had an answer to that.
    Handled(Reason),
    /// The step failed, and its workflow with it.
    Failed(Reason),
    /// It could not be carried on.
    Stopped(Reason),
    /// It was not reached.
    Skipped,
}

/// Why something failed.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub(super) code: String,
    pub(super) message: String,
    /// The criteria that were not met, with the values that they were judged by.
    pub(super) details: Vec<String>,
}

impl Recording {
    /// The suites of all runs.
    pub(super) fn suites(&self) -> Vec<Suite<'_>> {
        self.runs.iter().flat_map(suites).collect()
    }

    /// Why nothing was run, in lines; empty when something was.
    pub(super) fn refusals(&self) -> Vec<String> {
        if !self.runs.is_empty() {
            return Vec::new();
        }
        self.diagnostics.iter().filter(|found| found.is_error()).map(ToString::to_string).collect()
    }
}

impl Suite<'_> {
    /// Whether no case failed.
    pub(super) fn is_ok(&self) -> bool {
        self.cases.iter().all(|case| case.verdict.failure().is_none())
    }

    /// The time of all its cases.
    pub(super) fn duration(&self) -> Duration {
        self.cases.iter().filter_map(|case| case.duration).sum()
    }
}

impl Verdict {
    /// Why the case counts as failed, if it does.
    pub(super) fn failure(&self) -> Option<&Reason> {
        match self {
            Self::Failed(reason) | Self::Stopped(reason) => Some(reason),
            Self::Passed | Self::Handled(_) | Self::Skipped => None,
        }
    }
}

impl Case<'_> {
    /// What the visit did, a line for each request, wait, unmet criterion and action.
    pub(super) fn story(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let Some(step) = self.step else { return lines };
        for attempt in &step.attempts {
            let outcome = match (attempt.status_code, &attempt.error) {
                (Some(status), _) => status.to_string(),
                (None, Some(error)) => format!("{}: {}", error.code, error.message),
                (None, None) => "no response".to_owned(),
            };
            let (method, url, ms) = (&attempt.request.method, &attempt.request.url, attempt.duration_ms);
            lines.push(format!("{method} {url}  {outcome}  {ms:.1} ms"));
            lines.extend(attempt.all_findings().map(|finding| finding.message.clone()));
            lines.extend(attempt.criteria.iter().flat_map(|criteria| unmet(criteria)));
            lines.extend(attempt.retry.as_ref().map(|retry| {
                let (seconds, action) = (retry.after_ms / 1000.0, &retry.action);
                format!("again after {seconds:.3} s (`{action}`, {} left)", retry.remaining)
            }));
        }
        if let Verdict::Handled(reason) = &self.verdict {
            lines.push(format!("failed: {}", reason.message));
            lines.extend(reason.details.iter().filter(|line| **line != reason.message).cloned());
        }
        if let Some(next) = &step.next {
            for considered in next.considered.iter().filter(|considered| !considered.taken) {
                let why = unmet(&considered.criteria).next().or_else(|| considered.reason.clone());
                let why = why.unwrap_or_else(|| "it was not reached".to_owned());
                lines.push(format!("`{}` is not taken: {why}", considered.action));
            }
            lines.extend(transfer(next));
        }
        lines
    }
}

/// Where an action led.
fn transfer(next: &Next) -> Option<String> {
    let action = next.action.as_ref()?;
    Some(match (next.kind, &next.target) {
        (NextKind::End, _) => format!("`{action}` ends the workflow"),
        (NextKind::Fail, _) => format!("`{action}` ends the workflow as failed"),
        (NextKind::Goto | NextKind::Next, Some(target)) => format!("`{action}` goes to `{target}`"),
        (NextKind::Goto | NextKind::Next, None) => format!("`{action}` goes on"),
    })
}

/// The criteria that are not met, each with its reason.
fn unmet(criteria: &[CriterionReport]) -> impl Iterator<Item = String> {
    criteria.iter().filter_map(|CriterionReport { condition, result, reason }| {
        let word = match result {
            CriterionResult::Held => return None,
            CriterionResult::NotHeld => "does not hold",
            CriterionResult::NotEvaluated => "cannot be evaluated",
        };
        Some(match reason {
            Some(reason) => format!("`{condition}` {word}: {reason}"),
            None => format!("`{condition}` {word}"),
        })
    })
}

/// What the events say of a visit.
#[derive(Debug)]
struct Visit<'a> {
    operation: &'a str,
    from: Timestamp,
    to: Timestamp,
}

/// The suites of a run: of what it depends on, of itself, of what it called.
pub(super) fn suites(run: &RecordedRun) -> Vec<Suite<'_>> {
    let mut visits = HashMap::new();
    let last = run.events.last().map(|event| event.at).unwrap_or_default();
    for event in &run.events {
        if let EventKind::StepStarted { visit, operation, .. } = &event.kind {
            visits.insert(*visit, Visit { operation, from: event.at, to: last });
        } else if let EventKind::StepFinished { visit, .. } = &event.kind
            && let Some(visit) = visits.get_mut(visit)
        {
            visit.to = event.at;
        }
    }
    let mut collector = Collector { plan: &run.plan, visits, suites: Vec::new() };
    let name = run.name();
    collector.add(name.clone(), &run.report, false);
    // They are not at the place where they were called, so nobody says here whether that was handled.
    let is_handled = run.report.status == Some(Status::Succeeded);
    for deep in &run.report.continued {
        collector.add(format!("{name}/…/{}", deep.workflow_id), deep, is_handled);
    }
    collector.suites
}

struct Collector<'a> {
    plan: &'a Plan,
    visits: HashMap<u32, Visit<'a>>,
    suites: Vec<Suite<'a>>,
}

impl<'a> Collector<'a> {
    /// Adds a run and those inside it. Those are nested at most as deep as a report nests them.
    fn add(&mut self, name: String, run: &'a RunReport, is_handled: bool) {
        for dependency in &run.dependencies {
            self.add(format!("{name}/{}", dependency.workflow_id), dependency, is_handled);
        }
        let mut counts = HashMap::new();
        let mut cases: Vec<Case<'a>> = Vec::new();
        for step in &run.steps {
            let count = counts.entry(step.step_id.as_str()).or_insert(0_u32);
            *count += 1;
            cases.push(self.case(step, run, *count, is_handled));
        }
        let visited: HashSet<&str> = run.steps.iter().map(|step| step.step_id.as_str()).collect();
        let steps = self.plan.steps_of(&run.workflow_id).unwrap_or_default();
        cases.extend(steps.iter().filter(|step| !visited.contains(step.id())).map(skipped));
        let status = run.status.unwrap_or(Status::Stopped);
        let goes_on = |step: &StepReport| step.next.as_ref().is_some_and(|next| next.run.is_some());
        let is_told =
            cases.iter().any(|case| case.verdict.failure().is_some()) || run.steps.iter().any(goes_on);
        if status != Status::Succeeded && !is_handled && !is_told {
            cases.push(as_a_whole(run, status));
        }
        let nested: Vec<(String, &'a RunReport, bool)> = run
            .steps
            .iter()
            .zip(&cases)
            .flat_map(|(step, case)| {
                let inside = is_handled || step.helper || case.verdict.failure().is_none();
                let earlier = step.runs.iter().map(|earlier| (&earlier.run, true));
                let called = step.run.iter().map(move |run| (&**run, inside));
                let next = step.next.iter().flat_map(|next| &next.run).map(|run| (&**run, is_handled));
                let name = &name;
                earlier.chain(called).chain(next).map(move |(run, is_handled)| {
                    (format!("{name}/{}/{}", step.step_id, run.workflow_id), run, is_handled)
                })
            })
            .collect();
        let at = run.steps.iter().find_map(|step| self.visits.get(&step.visit)).map(|visit| visit.from);
        self.suites.push(Suite { name, status, at, cases, outputs: &run.outputs });
        for (name, run, is_handled) in nested {
            self.add(name, run, is_handled);
        }
    }

    fn case(&self, step: &'a StepReport, run: &RunReport, count: u32, is_handled: bool) -> Case<'a> {
        let visit = self.visits.get(&step.visit);
        let id = &step.step_id;
        let name = match (step.helper, visit.is_some(), count) {
            (false, _, 1) => id.clone(),
            (false, _, count) => format!("{id} (visit {count})"),
            (true, true, count) => format!("{id} (helper, visit {count})"),
            (true, false, count) => format!("{id} (helper workflow, {count})"),
        };
        let called = step.run.as_ref().map(|run| run.workflow_id.clone()).unwrap_or_default();
        let answer = step.attempts.iter().rev().find_map(|attempt| attempt.status_code);
        Case {
            name,
            operation: visit.map_or(called, |visit| visit.operation.to_owned()),
            status_code: answer,
            attempts: step.attempts.len().max(step.runs.len() + usize::from(step.run.is_some())),
            duration: visit.map(|visit| visit.to.since(visit.from)),
            verdict: verdict(step, run, is_handled),
            step: Some(step),
        }
    }
}

fn verdict(step: &StepReport, run: &RunReport, is_handled: bool) -> Verdict {
    let is_last = step.next.as_ref().is_none_or(|next| next.kind == NextKind::Fail);
    match step.status {
        Status::Succeeded => Verdict::Passed,
        Status::Failed if is_handled || step.helper || !is_last => Verdict::Handled(reason(step, run)),
        Status::Failed => Verdict::Failed(reason(step, run)),
        Status::Stopped if is_handled => Verdict::Handled(reason(step, run)),
        Status::Stopped => Verdict::Stopped(reason(step, run)),
    }
}

/// Why a step failed: what went wrong before it could be judged, else the first criterion that is not met.
fn reason(step: &StepReport, run: &RunReport) -> Reason {
    let mut details: Vec<String> = unmet(&step.criteria).collect();
    let findings = step.attempts.last().into_iter().flat_map(AttemptReport::all_findings);
    details.extend(findings.map(|finding| finding.message.clone()));
    let whole = run.error.as_ref().filter(|error| error.step_id.as_ref() == Some(&step.step_id));
    let (code, message) = match (&step.error, details.first(), whole) {
        (Some(fault), _, _) => (fault.code.clone(), fault.message.clone()),
        (None, Some(first), _) if step.status == Status::Failed => {
            ("criterion-not-held".to_owned(), first.clone())
        }
        (None, _, Some(error)) => (error.code.clone(), error.message.clone()),
        (None, Some(first), None) => ("stopped".to_owned(), first.clone()),
        (None, None, None) => unexplained(step),
    };
    Reason { code, message, details }
}

fn unexplained(step: &StepReport) -> (String, String) {
    match (step.status, step.attempts.last().and_then(|attempt| attempt.status_code)) {
        (Status::Stopped, _) => ("stopped".to_owned(), "the visit was cut off".to_owned()),
        (Status::Failed | Status::Succeeded, Some(status)) => {
            ("status-not-successful".to_owned(), format!("the response has status {status}"))
        }
        (Status::Failed | Status::Succeeded, None) => ("failed".to_owned(), "the step failed".to_owned()),
    }
}

fn skipped<'a>(step: &PlannedStep) -> Case<'a> {
    Case {
        name: step.id().to_owned(),
        operation: step.target_label(),
        status_code: None,
        attempts: 0,
        duration: None,
        verdict: Verdict::Skipped,
        step: None,
    }
}

/// A case for a run that failed although no step of it did.
fn as_a_whole<'a>(run: &RunReport, status: Status) -> Case<'a> {
    let reason = match &run.error {
        Some(error) => {
            Reason { code: error.code.clone(), message: error.message.clone(), details: Vec::new() }
        }
        None => {
            let message = "the workflow did not end".to_owned();
            Reason { code: "stopped".to_owned(), message, details: Vec::new() }
        }
    };
    Case {
        name: run.workflow_id.clone(),
        operation: String::new(),
        status_code: None,
        attempts: 0,
        duration: None,
        verdict: if status == Status::Failed { Verdict::Failed(reason) } else { Verdict::Stopped(reason) },
        step: None,
    }
}
