//! A run for people: a line per attempt, the branches taken and not taken, the outputs, a summary.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use arazzo_engine::{
    CallId, Considered, CriterionReport, CriterionResult, EvaluatedExpression, EvaluatedPart, Event,
    EventKind, Fault, Next, NextKind, Relation, RetryReport, Status,
};
use serde_json::{Map, Value};

use super::timings::Timings;
use super::{DIM, ERROR, GOOD, HINT, Verbosity, WARNING, live, print, width};
use crate::shell::{is_obeyed, obeys};

/// Prints events as they come.
pub(crate) struct HumanReporter {
    verbosity: Verbosity,
    /// Whether a person sees what goes on just now.
    is_live: bool,
    /// The ids of the steps of the workflow that was asked for.
    steps: Vec<String>,
    /// The workflows that are not over; each waits for the one after it.
    open: Vec<Open>,
    request: String,
    /// What is wrong with the request.
    refused: Vec<String>,
    /// The actions of the step under way, each with what its criteria read.
    read: Vec<(String, Vec<EvaluatedExpression>)>,
    timings: Timings,
    /// The workflow that went on last in place of the one that was asked for.
    went_on: Option<String>,
}

impl Drop for HumanReporter {
    fn drop(&mut self) {
        if self.is_live {
            live::hide();
        }
    }
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
    pub(crate) fn new(verbosity: Verbosity, steps: Vec<String>) -> Self {
        Self {
            verbosity,
            is_live: verbosity != Verbosity::Quiet && live::is_seen(),
            steps,
            open: Vec::new(),
            request: String::new(),
            refused: Vec::new(),
            read: Vec::new(),
            timings: Timings::default(),
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
        if self.is_live {
            live::hide();
        }
        if self.verbosity >= Verbosity::Evaluated {
            self.timings.add(event);
        }
        self.print_event(event);
        if self.is_live
            && let Some(text) = self.under_way(event)
        {
            live::show(text);
        }
    }

    /// What goes on after an event, for as long as it does.
    fn under_way(&self, event: &Event) -> Option<String> {
        if let EventKind::CallStarted { id, method, url, .. } = &event.kind {
            let (step_id, operation) = self.names(id.visit);
            return Some(format!("{step_id} {operation}  {method} {url}{}", attempt(id.attempt)));
        }
        if let EventKind::AttemptJudged { id, retry: Some(RetryReport { after_ms, .. }), .. } = &event.kind {
            let (step_id, _) = self.names(id.visit);
            let (seconds, number) = (after_ms / 1000.0, id.attempt.saturating_add(1));
            return Some(format!("{step_id} waits {seconds:.1} s before attempt {number}"));
        }
        None
    }

    fn print_event(&mut self, event: &Event) {
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
                self.attempt(*id, &status.to_string(), *duration);
                for why in std::mem::take(&mut self.refused) {
                    let why = printable(&why);
                    self.line("    ", &format!("{WARNING}not as described{WARNING:#}: {why}"));
                }
                self.message('<', &status.to_string(), headers, body.as_deref());
            }
            EventKind::CallFailed { id, error, duration } => self.attempt(*id, &error.code, *duration),
            EventKind::Evaluated { part, values } => self.evaluated(part, values),
            EventKind::AttemptJudged { criteria, retry, .. } => {
                self.judged(criteria, retry.as_ref());
                if retry.is_some() {
                    self.read.clear();
                }
            }
            EventKind::StepFinished { visit, step_id, status, error, next, .. } => {
                self.finished(*status, error.as_ref(), next, step_id);
                self.read.clear();
                self.step_finished(*visit);
            }
            EventKind::Warned { fault, .. } => self.warned(fault),
            // Why it failed is told when all is over.
            EventKind::RunFinished { status, outputs, error: _ } => self.run_finished(*status, outputs),
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
        self.line("", &format!("{}{DIM}{why}{DIM:#}", printable(workflow_id)));
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

    fn run_finished(&mut self, status: Status, outputs: &Map<String, Value>) {
        let Some(open) = self.open.pop() else { return };
        if self.open.is_empty() {
            self.outputs(outputs);
            self.summary(&open, status);
        }
    }

    /// A line about progress, which `--quiet` leaves out, further in the deeper the workflow is nested.
    fn line(&self, indent: &str, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            print(&format!("{:width$}{indent}{text}", "", width = self.indent()));
        }
    }

    fn indent(&self) -> usize {
        self.open.last().map_or(0, |open| open.depth).min(MAX_INDENT) * 4
    }

    fn warned(&self, Fault { code, message }: &Fault) {
        if self.verbosity != Verbosity::Quiet {
            super::message(&format!("{WARNING}warning[{code}]{WARNING:#}: {}", printable(message)));
        }
    }

    fn attempt(&self, id: CallId, outcome: &str, duration: Duration) {
        let (step_id, operation) = self.names(id.visit);
        let time = format!("{:.1} ms", duration.as_secs_f64() * 1000.0);
        let again = attempt(id.attempt);
        let mut request = printable(&self.request);
        if let Some(width) = width::of_stdout() {
            let rest = format!("{:1$}", "", self.indent())
                + &format!("  {step_id} {operation}    {outcome}  {time}{again}");
            request = width::cut(&request, width.saturating_sub(width::columns(&rest))).into_owned().into();
        }
        self.line(
            "  ",
            &format!("{step_id} {DIM}{operation}{DIM:#}  {request}  {outcome}  {DIM}{time}{again}{DIM:#}"),
        );
    }

    /// The id of the step that is visited and what it calls.
    fn names(&self, visit: u32) -> (Cow<'_, str>, Cow<'_, str>) {
        let mut visits = self.open.last().into_iter().flat_map(|open| &open.under_way);
        visits
            .find(|under_way| under_way.number == visit)
            .map_or(("".into(), "".into()), |visit| (printable(&visit.step_id), printable(&visit.operation)))
    }

    fn message(&self, sign: char, first: &str, headers: &[(String, String)], body: Option<&str>) {
        if self.verbosity < Verbosity::Verbose {
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
            if criterion.result != CriterionResult::Held || self.verbosity >= Verbosity::Verbose {
                self.line("    ", &describe(criterion));
            }
        }
        if let Some(RetryReport { action, after_ms, remaining }) = retry {
            self.line(
                "    ",
                &format!(
                    "{WARNING}again{WARNING:#} after {:.3} s (`{}`, {remaining} left){}",
                    after_ms / 1000.0,
                    printable(action),
                    self.because(action)
                ),
            );
        }
    }

    fn evaluated(&mut self, part: &EvaluatedPart, values: &[EvaluatedExpression]) {
        if let EvaluatedPart::Action(action) = part {
            self.read.push((action.clone(), values.to_vec()));
        }
        if self.verbosity < Verbosity::Evaluated {
            return;
        }
        let of = match part {
            EvaluatedPart::Request => "request",
            EvaluatedPart::Inputs => "inputs",
            EvaluatedPart::SuccessCriteria => "success criteria",
            EvaluatedPart::Outputs => "outputs",
            EvaluatedPart::Action(action) => &format!("action `{}`", printable(action)),
            EvaluatedPart::WorkflowOutputs => "outputs of the workflow",
        };
        for EvaluatedExpression { expression, value } in values {
            let expression = printable(expression);
            let came = match value {
                Ok(value) => format!("is {}", short(value)),
                Err(why) => format!("has no value: {}", printable(why)),
            };
            self.line("    ", &format!("{DIM}{of}:{DIM:#} `{expression}` {came}"));
        }
    }

    /// The values by which an action was taken, in a few words.
    fn because(&self, action: &str) -> String {
        let read = self.read.iter().rev().find(|(name, _)| name == action);
        let values = read.into_iter().flat_map(|(_, values)| values);
        let values = values.filter_map(|EvaluatedExpression { expression, value }| match value {
            // Of what has parts, those that count are told by themselves.
            Ok(Value::Array(_) | Value::Object(_)) => None,
            Ok(value) => Some(format!("`{}` is {}", printable(expression), short(value))),
            Err(_) => Some(format!("`{}` has no value", printable(expression))),
        });
        let values: Vec<String> = values.take(MAX_VALUES).collect();
        if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) }
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
            (NextKind::Goto, Some(target)) => Some(format!("goes to `{}`", printable(target))),
            (NextKind::End, _) if next.action.is_some() => Some("ends the workflow".to_owned()),
            (NextKind::Fail, _) if next.action.is_some() => Some("ends the workflow as failed".to_owned()),
            (NextKind::Goto | NextKind::Next | NextKind::End | NextKind::Fail, _) => None,
        };
        if let (Some(mut went), Some(action)) = (went, &next.action) {
            let taken = next.considered.iter().find(|considered| considered.taken);
            let criteria = taken.map(|taken| taken.criteria.as_slice()).unwrap_or_default();
            for (index, CriterionReport { condition, .. }) in criteria.iter().enumerate() {
                let word = if index == 0 { ", as" } else { " and" };
                went.push_str(&format!("{word} `{}`", printable(condition)));
            }
            let style = if status == Status::Succeeded { GOOD } else { WARNING };
            self.line(
                "    ",
                &format!("{style}{}{style:#} {went}{}", printable(action), self.because(action)),
            );
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
        self.line("    ", &format!("{DIM}{}{DIM:#} is not taken: {why}", printable(&considered.action)));
    }

    fn outputs(&self, outputs: &Map<String, Value>) {
        if outputs.is_empty() {
            return;
        }
        self.line("", "outputs");
        for (name, value) in outputs {
            let (name, value) = (printable(name), value.to_string());
            print(&format!("  {HINT}{name}{HINT:#}: {}", printable(&value)));
        }
    }

    /// Names the steps that no way led to.
    fn not_run(&self, open: &Open) {
        let missing = self.steps.iter().filter(|step| !open.steps.contains(*step));
        let mut names: Vec<String> =
            missing.clone().take(MAX_NAMES).map(|step| format!("`{}`", printable(step))).collect();
        if missing.count() > MAX_NAMES {
            names.push("…".to_owned());
        }
        if !names.is_empty() {
            self.line("", &format!("{DIM}not run:{DIM:#} {}", names.join(", ")));
        }
    }

    fn summary(&self, open: &Open, status: Status) {
        let steps = self.steps.len();
        self.not_run(open);
        let Open { workflow_id, visits, ended_by, .. } = open;
        let ran = open.steps.len();
        let (style, word) = match status {
            Status::Succeeded => (GOOD, "succeeded"),
            Status::Failed => (ERROR, "failed"),
            Status::Stopped => (ERROR, "stopped"),
        };
        let count = if ran == 1 { "1 step".to_owned() } else { format!("{ran} steps") };
        let mut line =
            format!("{style}{word}{style:#}: {} after {count} (of {steps})", printable(workflow_id));
        if usize::try_from(*visits).is_ok_and(|visits| visits > ran) {
            line.push_str(&format!(" in {visits} visits"));
        }
        if let Some(went_on) = &self.went_on {
            line.push_str(&format!(", which went on with {}", printable(went_on)));
        }
        if let Some((action, step)) = ended_by {
            line.push_str(&format!(", ended by `{}` of `{}`", printable(action), printable(step)));
        }
        print(&line);
        let timings = if self.verbosity >= Verbosity::Evaluated { self.timings.lines() } else { Vec::new() };
        if !timings.is_empty() {
            print("timings");
        }
        timings.iter().for_each(|line| print(&format!("  {line}")));
    }
}

/// Which attempt it is, from the second on.
fn attempt(number: u32) -> String {
    if number > 1 { format!("  attempt {number}") } else { String::new() }
}

fn describe(report: &CriterionReport) -> String {
    let CriterionReport { condition, result, reason } = report;
    let (style, word) = match result {
        CriterionResult::Held => (GOOD, "holds"),
        CriterionResult::NotHeld => (WARNING, "does not hold"),
        CriterionResult::NotEvaluated => (ERROR, "cannot be evaluated"),
    };
    let condition = printable(condition);
    match reason {
        Some(reason) => format!("`{condition}` {style}{word}{style:#}: {}", printable(reason)),
        None => format!("`{condition}` {style}{word}{style:#}"),
    }
}

/// A value in a line.
fn short(value: &Value) -> String {
    width::cut(&printable(&value.to_string()), MAX_VALUE).into_owned()
}

/// So many steps that did not run are named.
const MAX_NAMES: usize = 10;

/// So many values are told of why an action was taken.
const MAX_VALUES: usize = 4;

/// So many columns of a value are shown.
const MAX_VALUE: usize = 120;

/// Lines are moved in for so many nested workflows, and no further.
const MAX_INDENT: usize = 16;

/// Text from outside, without what a terminal would obey: control characters are shown as escapes, but for a tab and a
/// line break.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !is_obeyed(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if obeys(char) {
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
