//! A run for people: a line per attempt, the branches taken and not taken, the outputs, a summary.

use std::borrow::Cow;
use std::collections::HashSet;
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
    request: String,
    /// What is wrong with the request.
    refused: Vec<String>,
    /// The workflow that went on last in place of the one that was asked for.
    went_on: Option<String>,
}

/// A workflow that is not over.
struct Open {
    workflow_id: String,
    /// How deep it is nested; one that goes on in place of another is as deep as that one.
    depth: usize,
    /// The visits that are not over: one, and those that wait for a helper step.
    under_way: Vec<Visit>,
    /// The ids of the steps that were visited.
    steps: HashSet<String>,
    visits: u32,
    /// Which action of which step ended the workflow early.
    ended_by: Option<(String, String)>,
}

/// A visit to a step that is not over.
struct Visit {
    number: u32,
    step_id: String,
    operation: String,
}

impl HumanReporter {
    pub(crate) fn new(verbosity: Verbosity, steps: usize) -> Self {
        Self {
            verbosity,
            steps,
            open: Vec::new(),
            request: String::new(),
            refused: Vec::new(),
            went_on: None,
        }
    }

    /// Takes in what was shown when it happened.
    pub(crate) fn recall(&mut self, event: &Event) {
        let verbosity = std::mem::replace(&mut self.verbosity, Verbosity::Quiet);
        self.show(event);
        self.verbosity = verbosity;
    }

    /// Prints what an event says.
    pub(crate) fn show(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { workflow_id, relation, .. } => self.run_started(workflow_id, *relation),
            EventKind::StepStarted { visit, step_id, operation, .. } => {
                self.step_started(*visit, step_id, operation);
            }
            EventKind::CallStarted { method, url, headers, body, .. } => {
                self.request = format!("{method} {url}");
                self.message('>', &self.request.clone(), headers, body.as_deref());
            }
            EventKind::RequestChecked { findings, .. } => {
                self.refused = findings.iter().map(|finding| finding.message.clone()).collect();
            }
            EventKind::CallFinished { id, status, headers, body, duration, .. } => {
                self.attempt(id.visit, &status.to_string(), *duration);
                for why in std::mem::take(&mut self.refused) {
                    let why = printable(&why);
                    self.line("    ", &format!("{WARNING}not as described{WARNING:#}: {why}"));
                }
                self.message('<', &status.to_string(), headers, body.as_deref());
            }
            EventKind::CallFailed { id, error, duration } => self.attempt(id.visit, &error.code, *duration),
            EventKind::AttemptJudged { criteria, retry, .. } => self.judged(criteria, retry.as_ref()),
            EventKind::StepFinished { visit, step_id, status, error, next, .. } => {
                self.finished(*status, error.as_ref(), next, step_id);
                self.step_finished(*visit);
            }
            EventKind::Warned { fault, .. } => self.warned(fault),
            EventKind::RunFinished { status, outputs, error } => {
                self.run_finished(*status, outputs, error.as_ref());
            }
            // What was found is told as warnings and as the error of the step.
            EventKind::ResponseChecked { .. } => {}
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
        let depth = match (self.open.last(), relation) {
            (None, _) => 0,
            (Some(open), Relation::Goto { .. }) => open.depth,
            (Some(open), _) => open.depth.saturating_add(1),
        };
        if depth == 0 && !self.open.is_empty() {
            self.went_on = Some(workflow_id.to_owned());
        }
        self.open.push(Open {
            workflow_id: workflow_id.to_owned(),
            depth,
            under_way: Vec::new(),
            steps: HashSet::new(),
            visits: 0,
            ended_by: None,
        });
        self.line("", &format!("{workflow_id}{DIM}{why}{DIM:#}"));
    }

    fn step_started(&mut self, number: u32, step_id: &str, operation: &str) {
        if let Some(open) = self.open.last_mut() {
            open.visits = open.visits.saturating_add(1);
            open.steps.insert(step_id.to_owned());
            let (step_id, operation) = (step_id.to_owned(), operation.to_owned());
            open.under_way.push(Visit { number, step_id, operation });
        }
    }

    fn step_finished(&mut self, number: u32) {
        if let Some(open) = self.open.last_mut() {
            open.under_way.retain(|visit| visit.number != number);
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
            let depth = self.open.last().map_or(0, |open| open.depth).min(MAX_INDENT);
            print(&format!("{:width$}{indent}{text}", "", width = depth * 4));
        }
    }

    fn warned(&self, Fault { code, message }: &Fault) {
        if self.verbosity != Verbosity::Quiet {
            super::message(&format!("{WARNING}warning[{code}]{WARNING:#}: {}", printable(message)));
        }
    }

    fn attempt(&self, visit: u32, outcome: &str, duration: Duration) {
        let request = printable(&self.request);
        let mut visits = self.open.last().into_iter().flat_map(|open| &open.under_way);
        let (step_id, operation) = visits
            .find(|under_way| under_way.number == visit)
            .map_or(("", ""), |visit| (visit.step_id.as_str(), visit.operation.as_str()));
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
        print(&format!("    {DIM}{sign} {}{DIM:#}", printable(first)));
        for (name, value) in headers {
            let (name, value) = (printable(name), printable(value));
            print(&format!("    {DIM}{sign} {name}: {value}{DIM:#}"));
        }
        for line in body.unwrap_or_default().lines() {
            print(&format!("    {DIM}{sign}{DIM:#} {}", printable(line)));
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

    fn finished(&mut self, status: Status, error: Option<&Fault>, next: &Next, step_id: &str) {
        if let Some(Fault { message, .. }) = error {
            self.line("    ", &format!("{ERROR}failed{ERROR:#}: {}", printable(message)));
        }
        for considered in &next.considered {
            self.considered(considered);
        }
        if let (NextKind::End | NextKind::Fail, Some(action)) = (next.kind, &next.action)
            && let Some(open) = self.open.last_mut()
        {
            open.ended_by = Some((action.clone(), step_id.to_owned()));
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
            print(&format!("  {HINT}{name}{HINT:#}: {}", printable(&value.to_string())));
        }
    }

    fn summary(&self, open: &Open, status: Status, error: Option<&RunError>) {
        let steps = self.steps;
        let Open { workflow_id, visits, ended_by, .. } = open;
        let ran = open.steps.len();
        let (style, word) = match status {
            Status::Succeeded => (GOOD, "succeeded"),
            Status::Failed => (ERROR, "failed"),
            Status::Stopped => (ERROR, "stopped"),
        };
        let count = if ran == 1 { "1 step".to_owned() } else { format!("{ran} steps") };
        let mut line = format!("{style}{word}{style:#}: {workflow_id} after {count} (of {steps})");
        if usize::try_from(*visits).is_ok_and(|visits| visits > ran) {
            line.push_str(&format!(" in {visits} visits"));
        }
        if let Some(went_on) = &self.went_on {
            line.push_str(&format!(", which went on with {went_on}"));
        }
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
        Some(reason) => format!("`{condition}` {style}{word}{style:#}: {}", printable(reason)),
        None => format!("`{condition}` {style}{word}{style:#}"),
    }
}

/// Lines are moved in for so many nested workflows, and no further.
const MAX_INDENT: usize = 16;

/// Text from outside, without what a terminal would obey: control characters are shown as escapes, but for a tab and a
/// line break.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let obeyed = |char: char| char.is_control() && !matches!(char, '\t' | '\n');
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if obeyed(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_are_shown_as_escapes() {
        assert_eq!(printable("a\tb\nc"), "a\tb\nc");
        assert_eq!(printable("\u{1b}[2J\r\u{9b}ü"), "\\u{1b}[2J\\u{d}\\u{9b}ü");
    }
}
