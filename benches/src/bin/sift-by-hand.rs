//! The requests of `workflows/sift-com-screen-account-creation-workflow.yml` as somebody would write them by hand.
//!
//! ```text
//! sift-by-hand BASE-URL [--repeat N]
//! ```
//!
//! The client has the settings that the runner's has: no proxy, no redirect, nothing sent twice, and no root
//! certificates, which plain HTTP never asks for. With `--repeat`, N chains go over one client, one after the other.

#![expect(clippy::print_stdout, reason = "the decision is what this program has to say")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

const KEY: &str = "example-api-key";
const ACCOUNT: &str = "account-0815";
const USER: &str = "user-4711";
const THRESHOLD: f64 = 80.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (base, repeat) = match arguments.as_slice() {
        [base] => (*base, 1),
        [base, "--repeat", repeat] => (*base, repeat.parse()?),
        _ => return Err("usage: sift-by-hand BASE-URL [--repeat N]".into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let decision = runtime.block_on(async {
        let client = client()?;
        let mut decision = None;
        for _ in 0_u32..repeat {
            decision = screen(&client, base).await?;
        }
        Ok::<_, Box<dyn Error>>(decision)
    })?;
    println!("{}", decision.unwrap_or_default());
    Ok(())
}

fn client() -> Result<Client, Box<dyn Error>> {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent("sift-by-hand")
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()?;
    Ok(client)
}

/// Reports the account, reads the score, and decides about the user if it is high.
async fn screen(client: &Client, base: &str) -> Result<Option<Value>, Box<dyn Error>> {
    let event = json!({
        "$type": "$create_account",
        "$api_key": KEY,
        "$user_id": USER,
        "$user_email": "robin@example.com",
    });
    let request = client.post(format!("{base}/events?return_score=true&abuse_types=account_abuse"));
    send(with_json(request, &event)?).await?;

    let score = send(client.get(format!("{base}/score/{USER}?abuse_types=account_abuse"))).await?;
    let score = score.pointer("/scores/account_abuse/score").and_then(Value::as_f64);
    if score.is_none_or(|score| score < THRESHOLD) {
        return Ok(None);
    }

    let decision = json!({
        "decision_id": "block_new_account",
        "source": "AUTOMATED_RULE",
        "description": "Auto-applied by the account-creation screening workflow on high Sift Score.",
    });
    let request = client.post(format!("{base}/accounts/{ACCOUNT}/users/{USER}/decisions"));
    let answer = send(with_json(request, &decision)?).await?;
    Ok(answer.get("decision").cloned())
}

fn with_json(request: RequestBuilder, body: &Value) -> Result<RequestBuilder, Box<dyn Error>> {
    Ok(request.header(CONTENT_TYPE, "application/json").body(serde_json::to_vec(body)?))
}

async fn send(request: RequestBuilder) -> Result<Value, Box<dyn Error>> {
    let request = request.basic_auth(KEY, Some("")).header(ACCEPT, "application/json");
    let response = request.send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}
