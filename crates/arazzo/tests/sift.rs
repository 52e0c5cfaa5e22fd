//! The published Sift workflow, word for word, over our descriptions of its APIs.
//!
//! Its text is not part of this repository. It is cut out of a page in the folder that `ARAZZO_SHARED` names (without
//! it: `shared`, beside the repository); where there is none, the tests say so and pass.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says when it skips")]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use arazzo_runner::testing::{Answer, Received, Server};
use serde_json::{Value, json};

use command::{Outcome, arazzo};

/// The page that ends with the workflow.
const PAGE: &str = "seeds/004_f92ac7d22cbdfe11.txt";

/// The first line of the workflow.
const FIRST_LINE: &str = "arazzo: 1.0.1";

#[test]
fn the_published_workflow_decides_about_a_risky_user() {
    for score in ["80", "80.0", "91.5"] {
        let Some(run) = run(score) else { return };
        assert_eq!(run.outcome.exit, Some(0), "{}", run.outcome.stderr);
        let lines: Vec<&str> = run.requests.iter().map(Received::line).collect();
        let expected = [
            "POST /events?return_score=true&abuse_types=account_abuse",
            "GET /score/user-4711?abuse_types=account_abuse",
            "POST /accounts/account-0815/users/user-4711/decisions",
        ];
        assert_eq!(lines, expected);
        let event = json!({
            "$type": "$create_account", "$api_key": "example-api-key", "$user_id": "user-4711",
        });
        assert_eq!(body(&run.requests[0]), event);
        let decision = json!({
            "decision_id": "block_new_account",
            "source": "AUTOMATED_RULE",
            "description": "Auto-applied by the account-creation screening workflow on high Sift Score.",
        });
        assert_eq!(body(&run.requests[2]), decision);
        let outputs: Value = serde_json::from_str(&run.outcome.stdout).unwrap();
        assert_eq!(outputs["scores"]["account_abuse"]["score"].to_string(), score);
        assert_eq!(outputs["appliedDecision"], json!({ "id": "block_new_account" }));
    }
}

#[test]
fn the_published_workflow_lets_a_trusted_user_pass() {
    let Some(run) = run("79.999") else { return };
    assert_eq!(run.outcome.exit, Some(0), "{}", run.outcome.stderr);
    assert_eq!(run.requests.len(), 2);
    let outputs: Value = serde_json::from_str(&run.outcome.stdout).unwrap();
    // No `appliedDecision`: the step that would give it did not run.
    assert_eq!(outputs, json!({ "scores": { "account_abuse": { "score": 79.999 } } }));
}

/// A finished run and what the three servers received, in the order of the workflow.
struct Run {
    outcome: Outcome,
    requests: Vec<Received>,
}

/// Runs the published workflow against servers that answer with this score; `None` where it is not at hand.
fn run(score: &str) -> Option<Run> {
    let workflow = published()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sift-{score}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("workflow.yml"), workflow).unwrap();
    let scores =
        format!("{{\"scores\":{{\"account_abuse\":{{\"score\":{score}}}}},\"latest_decisions\":{{}}}}");
    let decision =
        "{\"decision\":{\"id\":\"block_new_account\"},\"entity\":{\"id\":\"user-4711\",\"type\":\"user\"}}";
    let apis = [
        ("eventsApi", "events", "{\"status\":0,\"score_response\":{}}"),
        ("scoreApi", "score", &scores),
        ("decisionsApi", "decisions", decision),
    ];
    let mut args: Vec<String> = ["run", "workflow.yml", "--format", "outputs"].map(str::to_owned).to_vec();
    let mut servers = Vec::new();
    for (source, api, answer) in apis {
        let description = repository().join(format!("openapi/sift-{api}-api-openapi.yml"));
        let server = Server::start([Answer::json(200, answer)]).unwrap();
        args.extend(["--source".to_owned(), format!("{source}={}", description.display())]);
        args.extend(["--server".to_owned(), format!("{source}={}", server.url())]);
        servers.push(server);
    }
    for input in [
        "apiKey=example-api-key",
        "accountId=account-0815",
        "userId=user-4711",
        "riskyDecisionId=block_new_account",
    ] {
        args.extend(["-i".to_owned(), input.to_owned()]);
    }
    let outcome = arazzo(&folder, &args, &BTreeMap::new(), None).unwrap();
    let requests = servers.iter().flat_map(Server::received).collect();
    Some(Run { outcome, requests })
}

fn published() -> Option<String> {
    let shared = env::var_os("ARAZZO_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let path = shared.join(PAGE);
    let Ok(page) = fs::read_to_string(&path) else {
        println!("skipped: `{}` is not there; hint: name its folder in `ARAZZO_SHARED`", path.display());
        return None;
    };
    let lines = page.lines().skip_while(|line| line.trim_end() != FIRST_LINE);
    let workflow = lines.collect::<Vec<_>>().join("\n");
    assert!(!workflow.is_empty(), "`{}` has no line `{FIRST_LINE}`", path.display());
    Some(workflow)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn body(request: &Received) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}
