//! The parts of a run of the Sift workflow in process: reading, compiling, and the machine without a network.
//!
//! ```sh
//! cargo bench -p arazzo-benches --bench chain
//! ```

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use arazzo_benches::{DECISION_ANSWER, EVENT_ANSWER, SCORE_ANSWER};
use arazzo_document::{Document, Workspace};
use arazzo_engine::{
    Call, Command, Mode, Plan, PlanOptions, Record, Response, Run, RunOptions, RunResult, Timestamp,
};
use criterion::Criterion;
use serde_json::{Map, Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

const WORKFLOW: &str = "screen-account-creation";

/// The description, then its sources in the order in which it names them.
const FILES: [&str; 4] = [
    "workflows/sift-com-screen-account-creation-workflow.yml",
    "openapi/sift-events-api-openapi.yml",
    "openapi/sift-score-api-openapi.yml",
    "openapi/sift-decisions-api-openapi.yml",
];

fn main() -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let texts: Vec<String> =
        FILES.iter().map(|file| fs::read_to_string(root.join(file))).collect::<Result<_, _>>()?;
    let workspace = read(&texts)?;
    let plan = compile(&workspace)?;
    let inputs = inputs();
    // What is measured is looked at once, for a fast failure would be a good figure.
    let result = run(&plan, &inputs)?;
    if result.outputs.get("appliedDecision") != Some(&json!({ "id": "block_new_account" })) {
        return Err(format!("the machine took the wrong branch: {result:?}").into());
    }

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("read the description and its sources", |bench| {
        bench.iter(|| read(black_box(&texts)));
    });
    criterion.bench_function("compile the plan", |bench| bench.iter(|| compile(black_box(&workspace))));
    criterion.bench_function("run the machine", |bench| bench.iter(|| run(&plan, black_box(&inputs))));
    criterion.bench_function("the same by hand", |bench| bench.iter(|| by_hand(black_box(&inputs))));
    criterion.final_summary();
    Ok(())
}

fn read(texts: &[String]) -> Outcome<Workspace> {
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

fn compile(workspace: &Workspace) -> Outcome<Arc<Plan>> {
    let planning = Plan::compile(workspace, WORKFLOW, &PlanOptions::default());
    Ok(planning.plan.ok_or_else(|| format!("no plan: {:?}", planning.diagnostics))?)
}

fn inputs() -> Map<String, Value> {
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
fn run(plan: &Arc<Plan>, inputs: &Map<String, Value>) -> Outcome<RunResult> {
    let start = plan.start("run-1", Timestamp(0), inputs.clone())?;
    let mut run = Run::new(Arc::clone(plan), start.secrets, RunOptions::default());
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

/// What a program without a machine does between the requests: it makes bodies and reads answers.
fn by_hand(inputs: &Map<String, Value>) -> Outcome<Option<(String, String, Value)>> {
    let event = json!({
        "$type": "$create_account",
        "$api_key": inputs.get("apiKey"),
        "$user_id": inputs.get("userId"),
        "$user_email": inputs.get("userEmail"),
    });
    let event = serde_json::to_string(&event)?;
    let _: Value = serde_json::from_str(black_box(EVENT_ANSWER))?;
    let score: Value = serde_json::from_str(black_box(SCORE_ANSWER))?;
    if score.pointer("/scores/account_abuse/score").and_then(Value::as_f64).is_none_or(|score| score < 80.0) {
        return Ok(None);
    }
    let decision = json!({
        "decision_id": inputs.get("riskyDecisionId"),
        "source": "AUTOMATED_RULE",
        "description": "Auto-applied by the account-creation screening workflow on high Sift Score.",
    });
    let decision = serde_json::to_string(&decision)?;
    let answer: Value = serde_json::from_str(black_box(DECISION_ANSWER))?;
    Ok(Some((event, decision, answer)))
}
