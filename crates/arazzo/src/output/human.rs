//! A run for people: a line per attempt, the branches taken and not taken, the outputs, a summary.

use std::time::Duration;

use arazzo_engine::{
    Considered, CriterionReport, CriterionResult, Event, EventKind, Fault, Next, NextKind, Relation,
    RetryReport, RunError, Status,
};
use serde_json::{Map, Value};

use super::{DIM, ERROR, GOOD, HINT, Verbosity, WARNING, print};

/// Prints events as they come.
pub(crate) struct HumanReporter {
    verbosity: Verbosity,
    /// How many steps the workflow that was asked for has.
    steps: usize,
    /// The workflows that are not over; each waits for the one after it.
    open: Vec<Open>,
    operation: String,
    request: String,
}

/// A workflow that is not over.
struct Open {
    workflow_id: String,
    /// The step under way.
    step_id: String,
    visits: u32,
    /// Which action of which step ended the workflow early.
    ended_by: Option<(String, String)>,
}

impl HumanReporter {
    pub(crate) fn new(verbosity: Verbosity, steps: usize) -> Self {
        Self { verbosity, steps, open: Vec::new(), operation: String::new(), request: String::new() }
    }

    /// Prints what an event says.
    pub(crate) fn show(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { workflow_id, relation, .. } => self.run_started(workflow_id, *relation),
            EventKind::StepStarted { step_id, operation, helper, .. } => {
                self.step_started(step_id, operation, *helper);
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
                self.run_finished(*status, outputs, error.as_ref());
            }
            // An event of a later version of the engine.
            _ => {}
        }
    }

    fn run_started(&mut self, workflow_id: &str, relation: Relation) {
        let why = match relation {
            Relation::Entry | Relation::Step { .. } => "",
            Relation::Dependency => " (dependency)",
            Relation::Goto { .. } => " (goes on in its place)",
            Relation::Helper { .. } => " (before the next attempt)",
        };
        self.open.push(Open {
            workflow_id: workflow_id.to_owned(),
            step_id: String::new(),
            visits: 0,
            ended_by: None,
        });
        self.line("", &format!("{workflow_id}{DIM}{why}{DIM:#}"));
    }

    fn step_started(&mut self, step_id: &str, operation: &str, helper: bool) {
        operation.clone_into(&mut self.operation);
        if let Some(open) = self.open.last_mut() {
            step_id.clone_into(&mut open.step_id);
            open.visits = open.visits.saturating_add(u32::from(!helper));
        }
    }

    fn run_finished(&mut self, status: Status, outputs: &Map<String, Value>, error: Option<&RunError>) {
        let Some(open) = self.open.pop() else { return };
        if self.open.is_empty() {
            self.outputs(outputs);
            self.summary(&open, status, error);
        }
    }

    /// A line about progress, which `--quiet` leaves out, further in the deeper the workflow is nested.
    fn line(&self, indent: &str, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            let depth = self.open.len().saturating_sub(1);
            print(&format!("{:width$}{indent}{text}", "", width = depth * 4));
        }
    }

    fn warned(&self, Fault { code, message }: &Fault) {
        if self.verbosity != Verbosity::Quiet {
            super::message(&format!("{WARNING}warning[{code}]{WARNING:#}: {message}"));
        }
    }

    fn attempt(&self, outcome: &str, duration: Duration) {
        let Self { operation, request, .. } = self;
        let step_id = self.open.last().map_or("", |open| open.step_id.as_str());
        let time = format!("{:.1} ms", duration.as_secs_f64() * 1000.0);
        self.line(
            "  ",
            &format!("{step_id} {DIM}{operation}{DIM:#}  {request}  {outcome}  {DIM}{time}{DIM:#}"),
        );
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
                self.line("    ", &describe(criterion));
            }
        }
        if let Some(RetryReport { action, after_ms, remaining }) = retry {
            self.line(
                "    ",
                &format!(
                    "{WARNING}again{WARNING:#} after {:.3} s (`{action}`, {remaining} left)",
                    after_ms / 1000.0
                ),
            );
        }
    }

    fn finished(&mut self, status: Status, error: Option<&Fault>, next: &Next) {
        if let Some(Fault { message, .. }) = error {
            self.line("    ", &format!("{ERROR}failed{ERROR:#}: {message}"));
        }
        for considered in &next.considered {
            self.considered(considered);
        }
        if let (NextKind::End | NextKind::Fail, Some(action)) = (next.kind, &next.action)
            && let Some(open) = self.open.last_mut()
        {
            open.ended_by = Some((action.clone(), open.step_id.clone()));
        }
        let went = match (next.kind, &next.target) {
            (NextKind::Goto, Some(target)) => Some(format!("goes to `{target}`")),
            (NextKind::End, _) if next.action.is_some() => Some("ends the workflow".to_owned()),
            (NextKind::Fail, _) if next.action.is_some() => Some("ends the workflow as failed".to_owned()),
            (NextKind::Goto | NextKind::Next | NextKind::End | NextKind::Fail, _) => None,
        };
        if let (Some(went), Some(action)) = (went, &next.action) {
            let style = if status == Status::Succeeded { GOOD } else { WARNING };
            self.line("    ", &format!("{style}{action}{style:#} {went}"));
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
        self.line("    ", &format!("{DIM}{}{DIM:#} is not taken: {why}", considered.action));
    }

    fn outputs(&self, outputs: &Map<String, Value>) {
        if outputs.is_empty() {
            return;
        }
        self.line("", "outputs");
        for (name, value) in outputs {
            print(&format!("  {HINT}{name}{HINT:#}: {value}"));
        }
    }

    fn summary(&self, open: &Open, status: Status, error: Option<&RunError>) {
        let steps = self.steps;
        let Open { workflow_id, visits, ended_by, .. } = open;
        let (style, word) = match status {
            Status::Succeeded => (GOOD, "succeeded"),
            Status::Failed => (ERROR, "failed"),
            Status::Stopped => (ERROR, "stopped"),
        };
        let count = if *visits == 1 { "1 step".to_owned() } else { format!("{visits} steps") };
        let mut line = format!("{style}{word}{style:#}: {workflow_id} after {count} (of {steps})");
        if let Some((action, step)) = ended_by {
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
