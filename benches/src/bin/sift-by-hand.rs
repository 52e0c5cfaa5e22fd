//! The requests of `workflows/sift-com-screen-account-creation-workflow.yml` as somebody would write them by hand.
//!
//! ```text
//! sift-by-hand BASE-URL [--repeat N [--concurrency C]]
//! sift-by-hand BASE-URL --steps N USER
//! ```
//!
//! The client has the settings that the runner's has: no proxy, no redirect, nothing sent twice, and no root
//! certificates, which plain HTTP never asks for. With `--repeat`, N chains go over one client, C at a time. With `--steps`,
//! the score of a user is read N times, and nobody looks at what it is.

#![expect(clippy::print_stdout, reason = "the decision is what this program has to say")]

use std::env;
use std::error::Error;
use std::sync::Arc;

use futures_util::future;
use futures_util::stream::{self, StreamExt, TryStreamExt};
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
    let (base, work) = match arguments.as_slice() {
        [base] => (*base, Work::Chains { repeat: 1, concurrency: 1 }),
        [base, "--repeat", repeat] => (*base, Work::Chains { repeat: repeat.parse()?, concurrency: 1 }),
        [base, "--repeat", repeat, "--concurrency", concurrency] => {
            (*base, Work::Chains { repeat: repeat.parse()?, concurrency: concurrency.parse()? })
        }
        [base, "--steps", steps, user] => (*base, Work::Steps(steps.parse()?, user)),
        _ => {
            return Err("usage: sift-by-hand BASE-URL [--repeat N [--concurrency C] | --steps N USER]".into());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let decision = runtime.block_on(async {
        let client = client()?;
        match work {
            Work::Steps(steps, user) => {
                let mut bytes = 0;
                for _ in 0..steps {
                    bytes += receive(score_of(&client, base, user)).await?.len();
                }
                Ok(Some(bytes.into()))
            }
            Work::Chains { repeat, concurrency } => {
                let chains = stream::iter(0..repeat).map(|_| screen(&client, base));
                let last = |_, decision| future::ready(Ok(decision));
                chains.buffer_unordered(concurrency.max(1)).try_fold(None, last).await
            }
        }
    })?;
    println!("{}", decision.unwrap_or_default());
    Ok(())
}

/// What is asked for.
enum Work<'a> {
    Chains { repeat: u32, concurrency: usize },
    Steps(u32, &'a str),
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

    let score = send(score_of(client, base, USER)).await?;
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

fn score_of(client: &Client, base: &str, user: &str) -> RequestBuilder {
    client.get(format!("{base}/score/{user}?abuse_types=account_abuse"))
}

fn with_json(request: RequestBuilder, body: &Value) -> Result<RequestBuilder, Box<dyn Error>> {
    Ok(request.header(CONTENT_TYPE, "application/json").body(serde_json::to_vec(body)?))
}

async fn send(request: RequestBuilder) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&receive(request).await?)?)
}

async fn receive(request: RequestBuilder) -> Result<Vec<u8>, Box<dyn Error>> {
    let request = request.basic_auth(KEY, Some("")).header(ACCEPT, "application/json");
    let response = request.send().await?.error_for_status()?;
    Ok(response.bytes().await?.into())
}
