//! The mock over HTTP, for other programs to be tried against.
//!
//! It answers as the mock in process does, and a request may ask for another answer with
//! [`Prefer`](https://www.rfc-editor.org/rfc/rfc7240): `code=404`, `example=NAME`, `dynamic=true`. Everything that a
//! client can make large is limited.

mod answer;

use std::collections::HashSet;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arazzo_engine::Response;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::api::{Found, MockApi};
use super::fault::{Fault, FaultKind};
use super::scenario::{Scenario, Turns};
use answer::{Head, Told, simple};

/// So many connections are open at once; further ones wait.
const MAX_CONNECTIONS: usize = 256;

/// The head of a request may have so many bytes and header fields, and come in so slowly.
const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 200;
const HEAD_TIME: Duration = Duration::from_secs(10);

/// A body may come in so slowly.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Header fields that belong to the connection.
const OF_THE_CONNECTION: [&str; 5] =
    ["connection", "content-length", "content-encoding", "transfer-encoding", "keep-alive"];

/// How a mock server behaves.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MockServerOptions {
    /// How long each answer takes.
    pub latency: Duration,
    /// What goes wrong. Of several that affect a request the first one does.
    pub faults: Vec<Fault>,
    /// Whether scripts of other origins may read answers in a browser.
    pub cors: bool,
    /// The longest body of a request, in bytes.
    pub max_body: usize,
}

impl Default for MockServerOptions {
    fn default() -> Self {
        Self { latency: Duration::ZERO, faults: Vec::new(), cors: false, max_body: 10 << 20 }
    }
}

/// One request and what came of it. Secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MockExchange {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The source and the operation, if there is one.
    pub operation: Option<(String, String)>,
    /// The status of the answer; `None` when the connection was closed.
    pub status: Option<u16>,
    /// Why it is that, where the description alone does not say.
    pub reason: Option<String>,
    /// How long it took.
    pub duration: Duration,
}

/// Called after each request.
type Log = dyn Fn(&MockExchange) + Send + Sync;

/// A server that has a port and does not answer yet.
#[derive(Debug)]
pub struct MockServer {
    listener: TcpListener,
    api: MockApi,
    turns: Turns,
    options: MockServerOptions,
}

impl MockServer {
    /// Takes the port; 0 is any that is free.
    ///
    /// # Errors
    ///
    /// The port is in use or not allowed, or the address is not of this machine.
    pub async fn bind(
        address: SocketAddr,
        api: MockApi,
        scenario: Scenario,
        options: MockServerOptions,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, api, turns: Turns::new(scenario), options })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The sources with their base URLs.
    ///
    /// # Errors
    ///
    /// The system does not say where it listens.
    pub fn urls(&self) -> io::Result<Vec<(String, String)>> {
        let address = self.address()?;
        let url = |(name, path): (&str, &str)| (name.to_owned(), format!("http://{address}{path}"));
        Ok(self.api.sources().map(url).collect())
    }

    /// Answers until it is dropped, and tells `log` of each request.
    pub async fn serve(self, log: impl Fn(&MockExchange) + Send + Sync + 'static) -> Infallible {
        let Self { listener, api, turns, options } = self;
        let shared = Arc::new(Shared {
            api,
            turns,
            options,
            log: Box::new(log),
            requests: AtomicU64::new(0),
            answered: Mutex::default(),
        });
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            // Nothing closes the semaphore.
            let permit = Arc::clone(&permits).acquire_owned().await.ok();
            match listener.accept().await {
                Ok((stream, _)) => {
                    let shared = Arc::clone(&shared);
                    tokio::spawn(async move {
                        shared.connection(stream).await;
                        drop(permit);
                    });
                }
                // Such as too many open files: it may be better in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

struct Shared {
    api: MockApi,
    turns: Turns,
    options: MockServerOptions,
    log: Box<Log>,
    requests: AtomicU64,
    /// What answers had in them that were made up.
    answered: Mutex<HashSet<String>>,
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

impl Shared {
    async fn connection(self: &Arc<Self>, stream: TcpStream) {
        let shared = self;
        let service = service_fn(|request| {
            let shared = Arc::clone(shared);
            async move { shared.exchange(request).await }
        });
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
        server.max_buf_size(MAX_HEAD).max_headers(MAX_FIELDS);
        // A client that goes away, or sends no HTTP, has nobody to be told of.
        let _ended = server.serve_connection(TokioIo::new(stream), service).await;
    }

    async fn exchange(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, Closed> {
        let started = Instant::now();
        let number = self.requests.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let (head, body) = request.into_parts();
        let head = Head::of(&head);
        let found = self.api.find(&head.method, &head.path);
        // What answers GET answers HEAD, and the body is left out on the way.
        let found = match found {
            Found::Methods(_) if head.method == "HEAD" => self.api.find("GET", &head.path),
            Found::Route(..) | Found::Methods(_) | Found::Nothing => found,
        };
        let fault = self.options.faults.iter().find(|fault| fault.affects(number)).map(|fault| fault.kind);
        let delay = match fault {
            Some(FaultKind::Slow(time)) => self.options.latency.saturating_add(time),
            Some(FaultKind::Status(_) | FaultKind::Close) | None => self.options.latency,
        };
        // The body is taken in whatever is answered, or the connection could not go on.
        let limited = Limited::new(body, self.options.max_body).collect();
        let body = tokio::time::timeout(BODY_TIME, limited).await;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let told = match (fault, body) {
            (Some(FaultKind::Close), _) => None,
            (_, Err(_)) => Some(simple(408, "the body did not come in time")),
            (_, Ok(Err(error))) if error.is::<http_body_util::LengthLimitError>() => {
                let limit = self.options.max_body;
                Some(simple(413, &format!("the body has more than {limit} bytes; raise `--max-body`")))
            }
            (_, Ok(Err(_))) => None,
            (Some(FaultKind::Status(status)), Ok(Ok(_))) => Some(Told {
                reason: Some("a fault on purpose".to_owned()),
                ..simple(status, "a fault on purpose")
            }),
            (Some(FaultKind::Slow(_)) | None, Ok(Ok(body))) => {
                Some(self.answer(&head, &found, &body.to_bytes()))
            }
        };
        (self.log)(&MockExchange {
            method: head.method.clone(),
            target: self.masked(&head, &found),
            operation: match &found {
                Found::Route(route, _) => Some((route.source.clone(), route.label())),
                Found::Methods(_) | Found::Nothing => None,
            },
            status: told.as_ref().map(|told| told.response.status),
            reason: match &told {
                Some(told) => told.reason.clone(),
                None => Some("closed without an answer".to_owned()),
            },
            duration: started.elapsed(),
        });
        told.map(|told| self.message(told.response)).ok_or(Closed)
    }

    fn message(&self, response: Response) -> hyper::Response<Full<Bytes>> {
        let mut message = hyper::Response::new(Full::new(Bytes::from(response.body)));
        if let Ok(status) = hyper::StatusCode::from_u16(response.status) {
            *message.status_mut() = status;
        }
        let is_own = |name: &str| OF_THE_CONNECTION.iter().any(|other| name.eq_ignore_ascii_case(other));
        for (name, value) in response.headers.iter().filter(|(name, _)| !is_own(name)) {
            // What a description calls a header field may be none.
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                message.headers_mut().append(name, value);
            }
        }
        if self.options.cors {
            for name in ["origin", "methods", "headers"] {
                if let Ok(name) = HeaderName::try_from(format!("access-control-allow-{name}")) {
                    message.headers_mut().insert(name, HeaderValue::from_static("*"));
                }
            }
        }
        message
    }
}
