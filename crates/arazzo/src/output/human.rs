//! A run for people: a line per attempt, the branches taken and not taken, the outputs, a summary.

use std::time::Duration;

use arazzo_engine::{
    Considered, CriterionReport, CriterionResult, Event, EventKind, Fault, Next, NextKind, RetryReport,
    RunError, Status,
};
use serde_json::{Map, Value};

use super::{DIM, ERROR, GOOD, HINT, Verbosity, WARNING, print};

/// Prints events as they come.
pub(crate) struct HumanReporter {
    verbosity: Verbosity,
    /// How many steps the workflow has.
    steps: usize,
    workflow_id: String,
    step_id: String,
    operation: String,
    request: String,
    visits: u32,
    /// Which action of which step ended the workflow early.
    ended_by: Option<(String, String)>,
}

impl HumanReporter {
    pub(crate) fn new(verbosity: Verbosity, steps: usize) -> Self {
        Self {
            verbosity,
            steps,
            workflow_id: String::new(),
            step_id: String::new(),
            operation: String::new(),
            request: String::new(),
            visits: 0,
            ended_by: None,
        }
    }

    /// Prints what an event says.
    pub(crate) fn show(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { workflow_id, .. } => {
                self.workflow_id.clone_from(workflow_id);
                self.line(workflow_id);
            }
            EventKind::StepStarted { step_id, operation, visit, .. } => {
                self.step_id.clone_from(step_id);
                self.operation.clone_from(operation);
                self.visits = *visit;
            }
            EventKind::CallStarted { method, url, headers, body, .. } => {
                self.request = format!("{method} {url}");
                self.message('>', &self.request.clone(), headers, body.as_deref());
            }
            EventKind::CallFinished { status, headers, body, duration, .. } => {
                self.attempt(&status.to_string(), *duration);
                self.message('<', &status.to_string(), headers, body.as_deref());
            }
            EventKind::CallFailed { error, duration, .. } => self.attempt(&error.code, *duration),
            EventKind::AttemptJudged { criteria, retry, .. } => self.judged(criteria, retry.as_ref()),
            EventKind::StepFinished { status, error, next, .. } => {
                self.finished(*status, error.as_ref(), next);
            }
            EventKind::Warned { fault, .. } => self.warned(fault),
            EventKind::RunFinished { status, outputs, error } => {
                self.outputs(outputs);
                self.summary(*status, error.as_ref());
            }
            // An event of a later version of the engine.
            _ => {}
        }
    }

    /// A line about progress, which `--quiet` leaves out.
    fn line(&self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            print(text);
        }
    }

    fn warned(&self, Fault { code, message }: &Fault) {
        if self.verbosity != Verbosity::Quiet {
            super::message(&format!("{WARNING}warning[{code}]{WARNING:#}: {message}"));
        }
    }

    fn attempt(&self, outcome: &str, duration: Duration) {
        let Self { step_id, operation, request, .. } = self;
        let time = format!("{:.1} ms", duration.as_secs_f64() * 1000.0);
        self.line(&format!("  {step_id} {DIM}{operation}{DIM:#}  {request}  {outcome}  {DIM}{time}{DIM:#}"));
    }

    fn message(&self, sign: char, first: &str, headers: &[(String, String)], body: Option<&str>) {
        if self.verbosity != Verbosity::Verbose {
            return;
        }
        print(&format!("    {DIM}{sign} {first}{DIM:#}"));
        for (name, value) in headers {
            print(&format!("    {DIM}{sign} {name}: {value}{DIM:#}"));
        }
        for line in body.unwrap_or_default().lines() {
            print(&format!("    {DIM}{sign}{DIM:#} {line}"));
        }
    }

    fn judged(&self, criteria: &[CriterionReport], retry: Option<&RetryReport>) {
        for criterion in criteria {
            if criterion.result != CriterionResult::Held || self.verbosity == Verbosity::Verbose {
                self.line(&format!("    {}", describe(criterion)));
            }
        }
        if let Some(RetryReport { action, after_ms, remaining }) = retry {
            self.line(&format!(
                "    {WARNING}again{WARNING:#} after {:.3} s (`{action}`, {remaining} left)",
                after_ms / 1000.0
            ));
        }
    }

    fn finished(&mut self, status: Status, error: Option<&Fault>, next: &Next) {
        if let Some(Fault { message, .. }) = error {
            self.line(&format!("    {ERROR}failed{ERROR:#}: {message}"));
        }
        for considered in &next.considered {
            self.considered(considered);
        }
        if let (NextKind::End | NextKind::Fail, Some(action)) = (next.kind, &next.action) {
            self.ended_by = Some((action.clone(), self.step_id.clone()));
        }
        let went = match (next.kind, &next.target) {
            (NextKind::Goto, Some(target)) => Some(format!("goes to `{target}`")),
            (NextKind::End, _) if next.action.is_some() => Some("ends the workflow".to_owned()),
            (NextKind::Fail, _) if next.action.is_some() => Some("ends the workflow as failed".to_owned()),
            (NextKind::Goto | NextKind::Next | NextKind::End | NextKind::Fail, _) => None,
        };
        if let (Some(went), Some(action)) = (went, &next.action) {
            let style = if status == Status::Succeeded { GOOD } else { WARNING };
            self.line(&format!("    {style}{action}{style:#} {went}"));
        }
    }

    /// Says of an action that was not taken why not.
    fn considered(&self, considered: &Considered) {
        if considered.taken {
            return;
        }
        let broken = considered.criteria.iter().find(|report| report.result != CriterionResult::Held);
        let why = match (broken, &considered.reason) {
            (Some(report), _) => describe(report),
            (None, Some(reason)) => reason.clone(),
            (None, None) => "it was not reached".to_owned(),
        };
        self.line(&format!("    {DIM}{}{DIM:#} is not taken: {why}", considered.action));
    }

    fn outputs(&self, outputs: &Map<String, Value>) {
        if outputs.is_empty() {
            return;
        }
        self.line("outputs");
        for (name, value) in outputs {
            print(&format!("  {HINT}{name}{HINT:#}: {value}"));
        }
    }

    fn summary(&self, status: Status, error: Option<&RunError>) {
        let Self { workflow_id, visits, steps, .. } = self;
        let (style, word) = match status {
            Status::Succeeded => (GOOD, "succeeded"),
            Status::Failed => (ERROR, "failed"),
            Status::Stopped => (ERROR, "stopped"),
        };
        let count = if *visits == 1 { "1 step".to_owned() } else { format!("{visits} steps") };
        let mut line = format!("{style}{word}{style:#}: {workflow_id} after {count} (of {steps})");
        if let Some((action, step)) = &self.ended_by {
            line.push_str(&format!(", ended by `{action}` of `{step}`"));
        }
        print(&line);
        if let Some(error) = error {
            super::fail(error);
        }
    }
}

fn describe(report: &CriterionReport) -> String {
    let CriterionReport { condition, result, reason } = report;
    let (style, word) = match result {
        CriterionResult::Held => (GOOD, "holds"),
        CriterionResult::NotHeld => (WARNING, "does not hold"),
        CriterionResult::NotEvaluated => (ERROR, "cannot be evaluated"),
    };
    match reason {
        Some(reason) => format!("`{condition}` {style}{word}{style:#}: {reason}"),
        None => format!("`{condition}` {style}{word}{style:#}"),
    }
}
