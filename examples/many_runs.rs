//! Many runs at once on one plan.
//!
//! The description is read and compiled once. Each run is a clone of the runner with inputs of its own; connections and
//! tokens are shared. Nothing here needs a task for each run, but a run can be spawned as one.
#![expect(clippy::print_stdout, reason = "an example shows what comes of it")]

use arazzo_runner::{Runner, Workflow};
use futures_util::stream::{StreamExt, iter};
use serde_json::json;

/// So many run at a time.
const AT_A_TIME: usize = 8;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let workflow =
        Workflow::loader().mocked().load(concat!(env!("CARGO_MANIFEST_DIR"), "/pets.arazzo.yml")).await?;
    let runner = Runner::new(&workflow);

    let kinds = ["dog", "cat", "owl"].into_iter().cycle().take(100);
    let runs = iter(kinds).map(|kind| runner.clone().inputs(json!({ "kind": kind })).run());
    let mut runs = runs.buffer_unordered(AT_A_TIME);
    let (mut succeeded, mut ids) = (0, std::collections::BTreeSet::new());
    while let Some(outcome) = runs.next().await {
        let outcome = outcome?;
        succeeded += u32::from(outcome.is_success());
        ids.insert(outcome.report().run_id.clone());
    }
    println!("{succeeded} succeeded, {} ids", ids.len());

    let spawned = tokio::spawn(runner.clone().inputs(json!({ "kind": "dog" })).run());
    println!("spawned: {:?}", spawned.await??.status());
    Ok(())
}
