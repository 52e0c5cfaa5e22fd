//! Answers the three Sift operations on the loopback interface, always for a risky user. The score of `padding-N` has N
//! bytes more than it needs.
//!
//! It prints its base URL and ends when its standard input does, so that it never outlives who started it. Hyper on
//! one thread keeps its own cost below what it is used to measure.

#![expect(clippy::print_stdout, reason = "the base URL is what this program has to say")]

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use arazzo_benches::{DECISION_ANSWER, EVENT_ANSWER, SCORE_ANSWER};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

/// No answer is padded with more.
const MAX_PADDING: usize = 1 << 20;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    println!("http://{}/v205", listener.local_addr()?);
    thread::spawn(move || serve(listener));
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn serve(listener: TcpListener) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
            // A client that goes away ends its connection and nothing else.
            tokio::spawn(async { connection.await.ok() });
        }
    })
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // An unread body would close the connection.
    while let Some(Ok(_)) = request.body_mut().frame().await {}
    let path = request.uri().path();
    let user = path.strip_prefix("/v205/score/").filter(|_| request.method() == Method::GET);
    let body = if let Some(user) = user {
        match user.strip_prefix("padding-").and_then(|bytes| bytes.parse().ok()) {
            Some(bytes) => return Ok(json(padded(bytes).into())),
            None => SCORE_ANSWER,
        }
    } else if request.method() == Method::POST && path == "/v205/events" {
        EVENT_ANSWER
    } else if request.method() == Method::POST && path.ends_with("/decisions") {
        DECISION_ANSWER
    } else {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    Ok(json(Bytes::from_static(body.as_bytes())))
}

fn json(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The score with further members, as in a list of reasons.
fn padded(bytes: usize) -> String {
    const MEMBER: &str = r#"{"name":"accounts per device","value":7,"details":{"users":"user-4702"}},"#;
    let members = MEMBER.repeat(bytes.min(MAX_PADDING) / MEMBER.len());
    format!(r#"{{"padding":[{members}null],{}"#, SCORE_ANSWER.trim_start_matches('{'))
}
