//! A run as a script: answers in, requests, waits and events out. No clock, no socket.

use std::collections::VecDeque;
use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Workspace};
use arazzo_engine::{
    Command, Event, Mode, Plan, PlanOptions, Planning, Record, Reporter, Request, Response, Run, RunOptions,
    RunReport, RunResult, Timestamp, TransportError, TransportErrorCode,
};
use serde_json::{Map, Value, json};

/// The API of the tests: one operation of each kind.
pub(crate) const API: &str = "
openapi: 3.1.0
info: { title: Test, version: '1' }
servers: [{ url: 'http://api.test/v1/' }]
paths:
  /items/{id}:
    get:
      operationId: getItem
      parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
      - { name: tag, in: query, schema: { type: string } }
      - { name: must, in: query, required: true, schema: { type: string } }
      responses:
        '200':
          description: ok
          content: { application/json: { schema: { type: object } } }
  /items:
    post:
      operationId: addItem
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: { type: string }
                note: { type: string }
                inner: { type: object, required: [deep], properties: { deep: { type: string } } }
      responses: { '201': { description: made } }
  /ping:
    get: { operationId: ping, responses: { '200': { description: ok } } }
";

/// What a scripted outside answers.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Status(u16),
    Json(u16, Value),
    With(u16, Vec<(&'static str, &'static str)>, &'static str),
    Broken(TransportErrorCode),
}

/// What a scripted run did.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) requests: Vec<Request>,
    /// How long each wait was, in milliseconds.
    pub(crate) waits: Vec<u64>,
    pub(crate) events: Vec<Event>,
    pub(crate) records: Vec<Record>,
    pub(crate) report: RunReport,
    pub(crate) result: RunResult,
}

/// The part of a description that a test is about, with the rest around it.
pub(crate) fn description(workflow: &str) -> String {
    format!(
        "arazzo: 1.1.0\ninfo: {{ title: T, version: '1' }}\nsourceDescriptions:\n- {{ name: api, url: api.yml }}\nworkflows:\n{workflow}"
    )
}

pub(crate) fn workspace(description: &str) -> (Workspace, Vec<Diagnostic>) {
    let read = |name: &str, text: &str| {
        let (document, diagnostics) = Document::read(name, &format!("file:///{name}"), text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        Arc::new(document.unwrap())
    };
    let (workspace, mut diagnostics) = Workspace::new(read("w.yml", description), Mode::Tolerant);
    let mut workspace = workspace.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    while let Some(wanted) = workspace.wanted() {
        diagnostics.extend(workspace.supply(wanted, read("api.yml", API)));
    }
    (workspace, diagnostics)
}

pub(crate) fn compile(workflow: &str, options: &PlanOptions) -> Planning {
    let (workspace, mut diagnostics) = workspace(&description(workflow));
    let id = workspace.entry().description.workflows[0].id.value.clone();
    let mut planning = Plan::compile(&workspace, &id, options);
    diagnostics.append(&mut planning.diagnostics);
    planning.diagnostics = diagnostics;
    planning
}

pub(crate) fn plan(workflow: &str) -> Arc<Plan> {
    let planning = compile(workflow, &PlanOptions::default());
    planning.plan.unwrap_or_else(|| panic!("{:#?}", planning.diagnostics))
}

/// The codes of all that is wrong with a workflow.
pub(crate) fn codes(workflow: &str) -> Vec<&'static str> {
    let planning = compile(workflow, &PlanOptions::default());
    planning.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// Runs a plan against a script; the last answer repeats.
pub(crate) fn play_plan(plan: &Arc<Plan>, inputs: Value, answers: &[Answer], options: RunOptions) -> Played {
    let inputs: Map<String, Value> = inputs.as_object().cloned().unwrap();
    let start = plan.start("run-1", Timestamp(1_000_000), inputs).unwrap();
    let mut run = Run::new(Arc::clone(plan), start.secrets, options);
    let mut answers: VecDeque<Answer> = answers.iter().cloned().collect();
    let mut played = Played {
        requests: Vec::new(),
        waits: Vec::new(),
        events: Vec::new(),
        records: Vec::new(),
        report: RunReport::default(),
        result: RunResult { status: arazzo_engine::Status::Failed, outputs: Map::new(), error: None },
    };
    let mut record = start.record;
    loop {
        let now = record.at();
        played.records.push(record.clone());
        played.events.extend(run.apply(record).unwrap());
        record = match run.commands() {
            [Command::Call(call)] => {
                played.requests.push(call.request.clone());
                let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
                respond(answer.unwrap_or(Answer::Status(200)), call.id, Timestamp(now.0 + 1_500))
            }
            [Command::Sleep { id, until }] => {
                played.waits.push((until.0 - now.0) / 1000);
                Record::Woke { at: *until, id: *id }
            }
            [Command::Finish] => break,
            other => panic!("unexpected commands {other:?}"),
        };
    }
    let mut reporter = Reporter::new();
    played.events.iter().for_each(|event| reporter.add(event));
    played.report = reporter.finish();
    played.result = run.result().cloned().unwrap();
    played
}

pub(crate) fn play(workflow: &str, inputs: Value, answers: &[Answer]) -> Played {
    play_plan(&plan(workflow), inputs, answers, RunOptions::default())
}

pub(crate) fn respond(answer: Answer, id: arazzo_engine::CallId, at: Timestamp) -> Record {
    let json_type = ("Content-Type".to_owned(), "application/json".to_owned());
    let response =
        |status, headers, body| Record::Responded { at, id, response: Response { status, headers, body } };
    match answer {
        Answer::Status(status) => response(status, Vec::new(), Vec::new()),
        Answer::Json(status, value) => response(status, vec![json_type], value.to_string().into_bytes()),
        Answer::With(status, headers, body) => {
            let headers =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            response(status, headers, body.as_bytes().to_vec())
        }
        Answer::Broken(code) => {
            let error = TransportError { code, message: format!("{code} of the test") };
            Record::Failed { at, id, error }
        }
    }
}

pub(crate) fn ok() -> Answer {
    Answer::Json(200, json!({}))
}

impl Played {
    /// The ids of the visited steps, in order.
    pub(crate) fn visits(&self) -> Vec<&str> {
        self.report.steps.iter().map(|step| step.step_id.as_str()).collect()
    }

    /// The code of the error that ended the run.
    pub(crate) fn error(&self) -> Option<&str> {
        self.result.error.as_ref().map(|error| error.code.as_str())
    }

    /// The JSON body of a request.
    pub(crate) fn body(&self, request: usize) -> Value {
        serde_json::from_slice(&self.requests[request].body.as_ref().unwrap().shown()).unwrap()
    }
}
