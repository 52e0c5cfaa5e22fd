//! The parts of a run of the Sift workflow in process: reading, compiling, and the machine without a network.
//!
//! ```sh
//! cargo bench -p arazzo-benches --bench chain
//! ```

mod sift;

use std::hint::black_box;

use arazzo_benches::{DECISION_ANSWER, EVENT_ANSWER, SCORE_ANSWER};
use arazzo_engine::EventsWanted;
use criterion::Criterion;
use serde_json::{Map, Value, json};
use sift::{Outcome, compile, inputs, read, run};

fn main() -> Outcome<()> {
    let texts = sift::texts()?;
    let workspace = read(&texts)?;
    let plan = compile(&workspace)?;
    let inputs = inputs();
    // What is measured is looked at once, for a fast failure would be a good figure.
    let result = run(&plan, &inputs, EventsWanted::All)?;
    if result.outputs.get("appliedDecision") != Some(&json!({ "id": "block_new_account" })) {
        return Err(format!("the machine took the wrong branch: {result:?}").into());
    }

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("read the description and its sources", |bench| {
        bench.iter(|| read(black_box(&texts)));
    });
    criterion.bench_function("compile the plan", |bench| bench.iter(|| compile(black_box(&workspace))));
    for (name, wanted) in
        [("run the machine", EventsWanted::All), ("run the machine, warnings only", EventsWanted::Warnings)]
    {
        criterion.bench_function(name, |bench| bench.iter(|| run(&plan, black_box(&inputs), wanted)));
    }
    criterion.bench_function("the same by hand", |bench| bench.iter(|| by_hand(black_box(&inputs))));
    criterion.final_summary();
    Ok(())
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
