//! Running a case: the machine is answered from its script, and time is what the script says.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use arazzo_document::{Diagnostic, Severity};
use arazzo_engine::{
    Call, Command, Event, Mode, Plan, PlanOptions, Record, Response, Run, RunOptions, Timestamp,
    TransportError, TransportErrorCode,
};
use serde_json::Value;

use super::case::{Answer, Case, Failure, Options, Outcome};
use super::documents;
use super::observation::Observation;

/// When a run starts: the first second of 2026.
const START: Timestamp = Timestamp(1_767_225_600_000_000);

/// More answers than a case can need; a run that wants more does not end.
const MAX_RECORDS: usize = 20_000;

impl Case {
    /// Runs the case and says what came of it.
    pub(super) fn play(&self, folder: &Path) -> Result<Observation, String> {
        let mode = if self.strict { Mode::Strict } else { Mode::Tolerant };
        let mut read = documents::read(&self.given, folder, mode)?;
        let options = PlanOptions { mode, ..PlanOptions::default() };
        let mut plan = None;
        if let Some(workspace) = &read.workspace {
            let first = workspace.entry().description.workflows.first();
            let id = self.given.run.clone().or_else(|| first.map(|workflow| workflow.id.value.clone()));
            let planning = Plan::compile(workspace, &id.unwrap_or_default(), &options);
            read.diagnostics.extend(planning.diagnostics);
            plan = planning.plan;
        }
        let is_wrong = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        let plan = match plan {
            Some(plan) if !read.lacks && !read.diagnostics.iter().any(is_wrong) => plan,
            _ => return Ok(Observation::of(Outcome::Invalid, &read.diagnostics)),
        };
        let start = match plan.start("run", START, self.given.inputs.clone()) {
            Ok(start) => start,
            Err(error) => {
                let mut observation = Observation::of(Outcome::InvalidInputs, &read.diagnostics);
                observation.reason = error.to_string();
                return Ok(observation);
            }
        };
        read.diagnostics.extend(start.warnings);
        let run = Run::new(plan, start.secrets, run_options(&self.given.options));
        let mut observation = Observation::of(Outcome::Stopped, &read.diagnostics);
        let events = self.drive(run, start.record, &mut observation)?;
        observation.add(&events);
        Ok(observation)
    }

    fn drive(
        &self,
        mut run: Run,
        start: Record,
        observation: &mut Observation,
    ) -> Result<Vec<Event>, String> {
        let mut answers: VecDeque<&Answer> = self.given.responses.iter().collect();
        let mut events = Vec::new();
        let mut record = start;
        for _ in 0..MAX_RECORDS {
            let now = record.at();
            events.extend(run.apply(record).map_err(|error| error.to_string())?);
            record = match run.commands() {
                [Command::Call(call)] => {
                    observation.requests.push(call.request.clone());
                    let answer =
                        if answers.len() > 1 { answers.pop_front() } else { answers.front().copied() };
                    respond(answer.unwrap_or(&Answer::default()), call, now)
                }
                [Command::Sleep { id, until }] => {
                    let wait = until.since(now).as_secs_f64();
                    observation.waits.extend((wait > 0.0).then_some(wait));
                    Record::Woke { at: *until, id: *id }
                }
                _ => {
                    let result = run.result().ok_or("the run wants nothing and has not ended")?;
                    observation.end(result);
                    return Ok(events);
                }
            };
        }
        Err("the run does not end".to_owned())
    }
}

fn run_options(options: &Options) -> RunOptions {
    let defaults = RunOptions::default();
    RunOptions {
        max_steps: options.max_steps.unwrap_or(defaults.max_steps),
        max_depth: options.max_depth.unwrap_or(defaults.max_depth),
        max_duration: options.max_duration.map(Duration::from_secs_f64),
        max_retry_after: options.max_retry_after.map_or(defaults.max_retry_after, Duration::from_secs_f64),
        ..defaults
    }
}

/// The record of what a call is answered with, in the time that the step allows.
fn respond(answer: &Answer, call: &Call, now: Timestamp) -> Record {
    let takes = Duration::from_secs_f64(answer.after);
    if let Some(timeout) = call.timeout.filter(|timeout| *timeout < takes) {
        return failed(TransportErrorCode::Timeout, call, now.after(timeout));
    }
    let at = now.after(takes);
    match answer.error {
        Some(Failure::ConnectionFailed) => failed(TransportErrorCode::ConnectionFailed, call, at),
        Some(Failure::ConnectionLost) => failed(TransportErrorCode::ConnectionLost, call, at),
        Some(Failure::Timeout) => failed(TransportErrorCode::Timeout, call, at),
        None => Record::Responded { at, id: call.id, response: response(answer) },
    }
}

fn failed(code: TransportErrorCode, call: &Call, at: Timestamp) -> Record {
    Record::Failed {
        at,
        id: call.id,
        error: TransportError { code, message: format!("{code} by the script") },
    }
}

fn response(answer: &Answer) -> Response {
    let (body, content_type) = match (&answer.body, &answer.text) {
        (Some(body), _) => (body.to_string(), Some("application/json")),
        (None, Some(text)) => (text.clone(), Some("text/plain")),
        (None, None) => (String::new(), None),
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in &answer.headers {
        let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        headers.extend(values.iter().map(|value| (name.clone(), text_of(value))));
    }
    let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let (Some(content_type), false) = (content_type, has_type) {
        headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    }
    Response { status: answer.status.unwrap_or(200), headers, body: body.into_bytes() }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
