//! A workflow behind a route of an axum service: the request's JSON are its inputs, its outputs are the response.
//!
//! One compiled workflow serves all requests; each request is a run of its own. Credentials would come from where the
//! service keeps them, see `Credentials`. Files that callers name in inputs are not read, unless `HttpOptions::files` says
//! so.
#![expect(clippy::print_stdout, reason = "an example shows what comes of it")]

use arazzo_engine::Status;
use arazzo_runner::{Error, Runner, Workflow};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn adopt(
    State(runner): State<Runner>,
    Json(inputs): Json<Map<String, Value>>,
) -> (StatusCode, Json<Value>) {
    match runner.inputs(inputs).run().await {
        Ok(outcome) => match outcome.status() {
            Status::Succeeded => (StatusCode::OK, Json(json!(outcome.outputs()))),
            Status::Failed | Status::Stopped => {
                (StatusCode::BAD_GATEWAY, Json(json!({ "error": outcome.error() })))
            }
        },
        Err(error @ (Error::Inputs(_) | Error::InputsForm { .. })) => {
            (StatusCode::BAD_REQUEST, Json(json!({ "error": error.to_string() })))
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": error.to_string() }))),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let workflow =
        Workflow::loader().mocked().load(concat!(env!("CARGO_MANIFEST_DIR"), "/pets.arazzo.yml")).await?;
    let service = Router::new().route("/adoptions", post(adopt)).with_state(Runner::new(&workflow));

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, service).await });

    // A service would wait for `server` here. This one is called and ends.
    for inputs in [r#"{"kind":"dog"}"#, "{}"] {
        let mut caller = TcpStream::connect(address).await?;
        let request = format!(
            "POST /adoptions HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{inputs}",
            inputs.len()
        );
        caller.write_all(request.as_bytes()).await?;
        let mut response = String::new();
        caller.read_to_string(&mut response).await?;
        let status = response.lines().next().unwrap_or_default();
        let body = response.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        println!("{status} {body}");
    }
    server.abort();
    Ok(())
}
