//! The Sift workflow in process: read, compiled, and run with the answers that `sift-server` gives.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arazzo_benches::{DECISION_ANSWER, EVENT_ANSWER, SCORE_ANSWER};
use arazzo_document::{Document, Workspace};
use arazzo_engine::{
    Call, Command, EventsWanted, Mode, Plan, PlanOptions, Record, Response, Run, RunOptions, RunResult,
    Timestamp,
};
use serde_json::{Map, Value};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

const WORKFLOW: &str = "screen-account-creation";

/// The description, then its sources in the order in which it names them.
const FILES: [&str; 4] = [
    "workflows/sift-com-screen-account-creation-workflow.yml",
    "openapi/sift-events-api-openapi.yml",
    "openapi/sift-score-api-openapi.yml",
    "openapi/sift-decisions-api-openapi.yml",
];

/// The files as they are.
pub(crate) fn texts() -> Outcome<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Ok(FILES.iter().map(|file| fs::read_to_string(root.join(file))).collect::<Result<_, _>>()?)
}

/// Reads the description and its sources.
pub(crate) fn read(texts: &[String]) -> Outcome<Workspace> {
    let mut documents = FILES.iter().zip(texts).map(|(file, text)| {
        let (document, diagnostics) = Document::read(file, file, text.clone());
        document.map(Arc::new).ok_or_else(|| format!("`{file}` cannot be read: {diagnostics:?}"))
    });
    let description = documents.next().ok_or("there is no description")??;
    let (workspace, diagnostics) = Workspace::new(description, Mode::Tolerant);
    let mut workspace = workspace.ok_or_else(|| format!("no description: {diagnostics:?}"))?;
    // The files are in the order of the sources.
    for source in documents {
        let wanted = workspace.wanted().ok_or("there are more files than sources")?;
        workspace.supply(wanted, source?);
    }
    Ok(workspace)
}

/// Compiles the workflow.
pub(crate) fn compile(workspace: &Workspace) -> Outcome<Arc<Plan>> {
    let planning = Plan::compile(workspace, WORKFLOW, &PlanOptions::default());
    Ok(planning.plan.ok_or_else(|| format!("no plan: {:?}", planning.diagnostics))?)
}

/// The inputs of a risky user.
pub(crate) fn inputs() -> Map<String, Value> {
    let inputs = [
        ("apiKey", "example-api-key"),
        ("accountId", "account-0815"),
        ("userId", "user-4711"),
        ("userEmail", "robin@example.com"),
        ("riskyDecisionId", "block_new_account"),
    ];
    inputs.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// One chain, with the answers that `sift-server` gives.
pub(crate) fn run(plan: &Arc<Plan>, inputs: &Map<String, Value>, events: EventsWanted) -> Outcome<RunResult> {
    let start = plan.start("run-1", Timestamp(0), inputs.clone())?;
    let mut run = Run::new(Arc::clone(plan), start.secrets, RunOptions { events, ..RunOptions::default() });
    run.apply(start.record)?;
    for (moment, body) in (1..).zip([EVENT_ANSWER, SCORE_ANSWER, DECISION_ANSWER]) {
        let Some(Command::Call(call)) = run.commands().first() else { break };
        let record = answer(call, moment, body);
        run.apply(record)?;
    }
    Ok(run.result().ok_or("the run goes on after the last answer")?.clone())
}

fn answer(call: &Call, moment: u64, body: &str) -> Record {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let response = Response { status: 200, headers, body: body.as_bytes().to_vec() };
    Record::Responded { at: Timestamp(moment), id: call.id, response }
}
