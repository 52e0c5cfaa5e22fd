//! The machine without a runtime: a loop of one's own does what it asks for.
//!
//! Nothing here is asynchronous and nothing waits. This driver answers from a closure and writes every record into a
//! journal first; then it folds the journal and has the same run again. A driver on a durable engine is the same loop: a
//! `Call` is a step of that engine whose stored result is the record, a `Sleep` is its timer.
#![expect(clippy::print_stdout, reason = "an example shows what comes of it")]

use std::path::Path;
use std::sync::Arc;

use arazzo_engine::{Call, Command, OutOfOrder, Plan, Record, Response, Run, RunOptions, Secrets, Timestamp};
use arazzo_runner::{Origin, Workflow};
use serde_json::{Map, json};

/// Drives a run on from its last record. `answer` sends a request, `keep` writes a record down before it counts.
fn drive(
    run: &mut Run,
    answer: &dyn Fn(&Call) -> Response,
    keep: &mut dyn FnMut(&Record),
) -> Result<(), OutOfOrder> {
    let mut now = Timestamp(0);
    loop {
        let record = match run.commands().first() {
            Some(Command::Call(call)) => Record::Responded { at: now, id: call.id, response: answer(call) },
            Some(Command::Sleep { id, until }) => {
                // A program would wait. Time is what the records say, so this one jumps.
                now = *until;
                Record::Woke { at: now, id: *id }
            }
            Some(Command::Finish) | None => return Ok(()),
        };
        keep(&record);
        run.apply(record)?;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pets.arazzo.yml");
    let workflow = Workflow::loader().mocked().load_blocking(Origin::File(&path))?;
    let plan = Arc::clone(workflow.plan());

    let inputs = Map::from_iter([("kind".to_owned(), json!("dog"))]);
    let start = plan.start("run-1", Timestamp(0), inputs)?;
    let mut journal = vec![serde_json::to_string(&start.record)?];
    let mut run = Run::new(Arc::clone(&plan), start.secrets, RunOptions::default());
    run.apply(start.record)?;

    let answer = |call: &Call| {
        let (status, body) = match call.request.method.as_str() {
            "GET" => (200, json!([{ "id": 7, "name": "Rex" }])),
            _ => (201, json!({ "id": 7, "home": true })),
        };
        println!("{} {}", call.request.method, call.request.url);
        Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    };
    let mut lines = Vec::new();
    drive(&mut run, &answer, &mut |record| lines.push(serde_json::to_string(record)))?;
    journal.extend(lines.into_iter().collect::<Result<Vec<_>, _>>()?);

    // The same records lead to the same end, and nothing is sent.
    let again = refold(&plan, start_secrets_given_again(), &journal)?;
    println!("{} records, the same result: {}", journal.len(), run.result() == again.result());
    println!("{}", json!(run.result().map(|result| &result.outputs)));
    Ok(())
}

/// The run that the journal tells of, as far as it came.
fn refold(plan: &Arc<Plan>, secrets: Secrets, journal: &[String]) -> Result<Run, Box<dyn std::error::Error>> {
    let mut run = Run::new(Arc::clone(plan), secrets, RunOptions::default());
    for line in journal {
        run.apply(serde_json::from_str(line)?)?;
    }
    Ok(run)
}

/// Secret inputs are in no record. This workflow has none.
fn start_secrets_given_again() -> Secrets {
    Secrets::default()
}
