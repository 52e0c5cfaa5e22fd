//! A run that outlives its process.
//!
//! What happens is in the journal before anything comes of it. Here the run is cancelled in its middle, as when a service is
//! told to stop; what comes up next opens the journal, goes on with what is not over, and no step happens twice.
#![expect(clippy::print_stdout, reason = "an example shows what comes of it")]

use std::path::Path;
use std::sync::Arc;

use arazzo_engine::{Event, EventKind};
use arazzo_runner::journal::{Journal, JournalError, RunStatus, SqliteJournal, SqliteOptions, SyncMode};
use arazzo_runner::{Cancellation, Runner, Workflow};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let workflow =
        Workflow::loader().mocked().load(concat!(env!("CARGO_MANIFEST_DIR"), "/pets.arazzo.yml")).await?;
    let folder = std::env::temp_dir().join(format!("durable-run-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("runs.db");

    let cancellation = Cancellation::new();
    let stop = |event: &Event| {
        tell(event);
        if matches!(event.kind, EventKind::StepFinished { .. }) {
            cancellation.cancel();
        }
    };
    let runner = Runner::new(&workflow).journal(open(&path)?).run_id("rex").cancel(&cancellation);
    let outcome = runner.inputs(json!({ "kind": "dog" })).run_with(stop).await?;
    println!("{:?}", outcome.status());

    // The next process has the file and nothing else.
    let journal = open(&path)?;
    for run in journal.list().await? {
        println!("{} is {}", run.run_id, run.status.as_str());
        if run.status == RunStatus::Interrupted {
            let runner = Runner::new(&workflow).journal(Arc::clone(&journal)).resume(run.run_id);
            let outcome = runner.run_with(tell).await?;
            println!("{:?}: {}", outcome.status(), json!(outcome.outputs()));
        }
    }

    // The file can be deleted when nobody has it open.
    drop(journal);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn open(path: &Path) -> Result<Arc<dyn Journal>, JournalError> {
    Ok(Arc::new(SqliteJournal::open(path, &SqliteOptions::create(SyncMode::Full))?))
}

fn tell(event: &Event) {
    if let EventKind::StepFinished { step_id, status, .. } = &event.kind {
        println!("{step_id}: {status:?}");
    }
}
