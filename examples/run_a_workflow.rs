//! A workflow run in a few lines, here against the examples in the description of its API.
//!
//! Without `mocked` the same lines call the API, with the credentials that it wants.
#![expect(clippy::print_stdout, reason = "an example shows what comes of it")]

use arazzo_runner::{Error, Runner, Workflow};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Adoption {
    name: String,
    home: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let workflow =
        Workflow::loader().mocked().load(concat!(env!("CARGO_MANIFEST_DIR"), "/pets.arazzo.yml")).await?;

    let outcome = Runner::new(&workflow).inputs(json!({ "kind": "dog" })).run().await?;
    let adoption: Adoption = outcome.deserialize()?;
    println!("{} has a home: {}", adoption.name, adoption.home);

    // What is wrong with the inputs is known before anything is sent.
    match Runner::new(&workflow).run().await {
        Err(Error::Inputs(error)) => println!("refused: {error}"),
        other => return Err(format!("the inputs lack `kind`, and there is {other:?}").into()),
    }
    Ok(())
}
