//! What came of a case, and how it differs from what was expected.

use arazzo_document::{Diagnostic, Severity};
use arazzo_engine::{CriterionResult, Event, EventKind, Request, RunResult, Status};
use serde_json::{Map, Value};

use super::Suite;
use super::case::{Case, Outcome};
use super::same::same;

/// What an engine did.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) outcome: Outcome,
    /// What explains the outcome.
    pub(super) reason: String,
    pub(super) requests: Vec<Request>,
    /// In seconds.
    pub(super) waits: Vec<f64>,
    visits: Vec<String>,
    outputs: Map<String, Value>,
    /// The criteria of the last attempt.
    criteria: Vec<&'static str>,
    error: Option<String>,
    warnings: Vec<String>,
    diagnostics: Vec<&'static str>,
    /// What was said on the way, messages and hints.
    messages: Vec<String>,
}

impl Observation {
    pub(super) fn of(outcome: Outcome, diagnostics: &[Diagnostic]) -> Self {
        let with = |severity| diagnostics.iter().filter(move |diagnostic| diagnostic.severity == severity);
        let reasons: Vec<String> =
            with(Severity::Error).map(|error| format!("{}: {error}", error.code)).collect();
        Self {
            outcome,
            reason: reasons.join("; "),
            requests: Vec::new(),
            waits: Vec::new(),
            visits: Vec::new(),
            outputs: Map::new(),
            criteria: Vec::new(),
            error: None,
            warnings: with(Severity::Warning).map(|warning| warning.code.to_string()).collect(),
            diagnostics: with(Severity::Error).map(|error| error.code.as_str()).collect(),
            messages: diagnostics.iter().flat_map(texts).collect(),
        }
    }

    /// Takes in how the run ended.
    pub(super) fn end(&mut self, result: &RunResult) {
        self.outcome = match result.status {
            Status::Succeeded => Outcome::Succeeded,
            Status::Failed => Outcome::Failed,
            Status::Stopped => Outcome::Stopped,
        };
        self.outputs.clone_from(&result.outputs);
        if let Some(error) = &result.error {
            self.reason = format!("{}: {}", error.code, error.message);
            self.error = Some(error.code.clone());
            self.messages.push(error.message.clone());
        }
    }

    /// Takes in what happened on the way.
    pub(super) fn add(&mut self, events: &[Event]) {
        for event in events {
            if let EventKind::StepStarted { step_id, .. } = &event.kind {
                self.visits.push(step_id.clone());
            }
            if let EventKind::AttemptJudged { criteria, .. } = &event.kind {
                self.criteria = criteria.iter().map(|criterion| name_of(criterion.result)).collect();
                self.messages.extend(criteria.iter().filter_map(|criterion| criterion.reason.clone()));
            }
            if let EventKind::Warned { fault, .. } = &event.kind {
                self.warnings.push(fault.code.clone());
                self.messages.push(fault.message.clone());
            }
        }
    }
}

fn texts(diagnostic: &Diagnostic) -> Vec<String> {
    std::iter::once(diagnostic.message.clone()).chain(diagnostic.hint.clone()).collect()
}

fn name_of(result: CriterionResult) -> &'static str {
    match result {
        CriterionResult::Held => "held",
        CriterionResult::NotHeld => "not-held",
        CriterionResult::NotEvaluated => "not-evaluated",
    }
}

impl Case {
    /// Runs the case and says what differs.
    pub(crate) fn check(&self, suite: &Suite) -> Vec<String> {
        self.examine(suite).0
    }

    /// Runs the case and says what differs, and what messages there were.
    pub(crate) fn examine(&self, suite: &Suite) -> (Vec<String>, Vec<String>) {
        match self.play(&suite.folder) {
            Ok(observation) => (self.differences(&observation), observation.messages),
            Err(problem) => (vec![problem], Vec::new()),
        }
    }

    fn differences(&self, seen: &Observation) -> Vec<String> {
        let mut found = Vec::new();
        let expect = &self.expect;
        if expect.outcome != seen.outcome {
            found.push(format!(
                "outcome: {:?} expected, {:?} seen ({})",
                expect.outcome, seen.outcome, seen.reason
            ));
        }
        if let Some(requests) = &expect.requests {
            if requests.len() != seen.requests.len() {
                let lines: Vec<String> = seen.requests.iter().map(line_of).collect();
                found.push(format!("requests: {} expected, seen: {lines:?}", requests.len()));
            }
            for (number, (expected, request)) in requests.iter().zip(&seen.requests).enumerate() {
                let differences = differences_of(expected, request);
                found.extend(differences.into_iter().map(|text| format!("request {}: {text}", number + 1)));
            }
        }
        let mut compare = |what: &str, expected: Option<Value>, seen: Value| {
            if let Some(expected) = expected.filter(|expected| !same(expected, &seen)) {
                found.push(format!("{what}: {expected} expected, {seen} seen"));
            }
        };
        compare("visits", expect.visits.clone().map(Value::from), seen.visits.clone().into());
        compare("outputs", expect.outputs.clone(), seen.outputs.clone().into());
        compare("waits", expect.waits.clone().map(Value::from), seen.waits.clone().into());
        let ours = &expect.ours;
        compare("criteria", ours.criteria.clone().map(Value::from), seen.criteria.clone().into());
        compare("error", ours.error.clone().map(Value::from), seen.error.clone().into());
        found.extend(lacking("warnings", ours.warnings.as_deref(), &seen.warnings));
        found.extend(lacking("diagnostics", ours.diagnostics.as_deref(), &seen.diagnostics));
        found
    }
}

/// Every expected code must be there; when none is expected there must be none.
fn lacking<T: AsRef<str> + std::fmt::Debug>(
    what: &str,
    expected: Option<&[String]>,
    seen: &[T],
) -> Option<String> {
    let expected = expected?;
    let is_seen = |code: &String| seen.iter().any(|seen| seen.as_ref() == code);
    let fits = expected.iter().all(is_seen) && (seen.is_empty() || !expected.is_empty());
    (!fits).then(|| format!("{what}: {expected:?} expected, {seen:?} seen"))
}

fn line_of(request: &Request) -> String {
    let url = request.url.strip_prefix("http://api.test").filter(|path| path.starts_with('/'));
    format!("{} {}", request.method, url.unwrap_or(&request.url))
}

fn differences_of(expected: &Value, request: &Request) -> Vec<String> {
    let line = expected.as_str().or_else(|| expected.get("line")?.as_str());
    let mut found = Vec::new();
    if line.is_some_and(|line| line != line_of(request)) {
        found.push(format!("`{}` expected, `{}` seen", line.unwrap_or_default(), line_of(request)));
    }
    for (name, value) in expected.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let values = request.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        if values != value.as_str().into_iter().collect::<Vec<_>>() {
            found.push(format!("header `{name}`: {value} expected, {values:?} seen"));
        }
    }
    let shown = request.body.as_ref().map(|body| body.shown());
    let text = shown.as_deref().map(String::from_utf8_lossy);
    if let Some(body) = expected.get("body") {
        let seen: Option<Value> = text.as_ref().and_then(|text| serde_json::from_str(text).ok());
        if !seen.is_some_and(|seen| same(body, &seen)) {
            found.push(format!("body: {body} expected, {text:?} seen"));
        }
    }
    if let Some(expected) = expected.get("text")
        && expected.as_str() != text.as_deref()
    {
        found.push(format!("body: {expected} expected, {text:?} seen"));
    }
    found
}
