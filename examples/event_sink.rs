//! An event sink of one's own, and a run that is ended from outside.
//!
//! A sink is whatever takes events in. Here it counts, tells, and ends the run when it has seen enough; the outcome then
//! says what is known. Where events are asked for instead, `Runner::start` gives them one after the other.
#![expect(clippy::print_stdout, reason = "an example shows what comes of it")]

use arazzo_engine::{Event, EventKind};
use arazzo_runner::{Cancellation, Runner, Workflow};
use serde_json::json;

/// Tells of requests and ends the run after so many.
struct Watcher {
    left: u32,
    cancellation: Cancellation,
}

impl Watcher {
    fn see(&mut self, event: &Event) {
        if let EventKind::CallFinished { id, status, .. } = &event.kind {
            println!("call {id}: {status}");
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                self.cancellation.cancel();
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let workflow =
        Workflow::loader().mocked().load(concat!(env!("CARGO_MANIFEST_DIR"), "/pets.arazzo.yml")).await?;
    let runner = Runner::new(&workflow).inputs(json!({ "kind": "dog" }));

    let cancellation = Cancellation::new();
    let mut watcher = Watcher { left: 1, cancellation: cancellation.clone() };
    let outcome = runner.clone().cancel(&cancellation).run_with(|event| watcher.see(event)).await?;
    let error = outcome.error().map_or("none", |error| error.message.as_str());
    println!("{:?} after {} steps: {error}", outcome.status(), outcome.report().steps.len());

    let mut running = runner.start();
    let mut steps = Vec::new();
    while let Some(event) = running.next().await {
        if let EventKind::StepFinished { step_id, .. } = event.kind {
            steps.push(step_id);
        }
    }
    println!("{:?} after {}", running.outcome().await?.status(), steps.join(", "));
    Ok(())
}
