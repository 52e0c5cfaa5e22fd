//! A scripted HTTP/1.1 server for tests (cargo feature `testing`).
//!
//! A script is a list of [`Answer`]s, one for each request in the order in which they come; some of them are faults
//! that no honest server makes. What was received is kept to the byte. A request after the last answer is answered
//! with status 500.
//!
//! ```
//! use arazzo_runner::testing::{Answer, Server};
//!
//! let server = Server::start([Answer::json(200, "{\"id\":1}"), Answer::CloseBeforeAnswering])?;
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! // … requests to `server.url()` …
//! assert!(server.received().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

mod proxy;
mod tls;

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

pub use proxy::Proxy;
pub use tls::Identity;

/// The longest request that the server reads, in bytes.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// How often a stalled connection looks whether the server is gone.
const STALL_CHECK: Duration = Duration::from_millis(5);

/// What the server does with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A response. `Content-Length` is added unless `headers` have it or `Transfer-Encoding`.
    Response {
        /// The status code.
        status: u16,
        /// The header fields.
        headers: Vec<(String, String)>,
        /// The body's bytes as they go over the wire.
        body: Vec<u8>,
    },
    /// These bytes, whatever they are, and the connection is closed.
    Raw(Vec<u8>),
    /// The request is read and the connection closed.
    CloseBeforeAnswering,
    /// The head of a response and half of the body that it promises; then the connection is closed.
    CloseInMidBody,
    /// The request is read and nothing comes.
    Stall,
    /// The head of a response and half of its body; then nothing comes.
    StallInMidBody,
    /// A body that goes on until the client closes the connection.
    EndlessBody,
    /// The request is read and the connection torn down, so that the client sees a reset.
    Reset,
}

impl Answer {
    /// A response with a JSON body.
    pub fn json(status: u16, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self::Response { status, headers, body: body.as_bytes().to_vec() }
    }

    /// A response with a header field and no body.
    pub fn header(status: u16, name: &str, value: &str) -> Self {
        Self::Response { status, headers: vec![(name.to_owned(), value.to_owned())], body: Vec::new() }
    }
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The request line and the header fields, lines ended by `\r\n`, without the empty line.
    pub head: String,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Received {
    /// The method and the target, such as `GET /score/1?a=b`.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
    }

    /// The values of the header field `name`, compared without regard to case.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

/// A server on the loopback interface. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    script: Mutex<std::vec::IntoIter<Answer>>,
    received: Mutex<Vec<Received>>,
    open: Mutex<Vec<TcpStream>>,
    stopped: AtomicBool,
    /// How connections are made safe.
    tls: Option<tls::Config>,
}

/// How a connection ends.
enum Ending {
    Close,
    Reset,
}

impl Server {
    /// Starts a server that follows `script`, on a port that is free.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(script: impl IntoIterator<Item = Answer>) -> io::Result<Self> {
        Self::start_with(script, None)
    }

    /// Starts one that speaks HTTPS and shows `identity`.
    ///
    /// # Errors
    ///
    /// When no port can be had or the identity cannot be used.
    pub fn start_tls(script: impl IntoIterator<Item = Answer>, identity: &Identity) -> io::Result<Self> {
        Self::start_with(script, Some(identity.config()?))
    }

    fn start_with(script: impl IntoIterator<Item = Answer>, tls: Option<tls::Config>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let script: Vec<Answer> = script.into_iter().collect();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared { script: Mutex::new(script.into_iter()), tls, ..Shared::default() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accepting.accept(&listener));
        Ok(Self { address, scheme, shared })
    }

    /// The base URL, without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The same with the name `localhost` in place of the address.
    pub fn named_url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// Replaces what is left of the script, for answers that name the server itself or another one.
    pub fn follow(&self, script: impl IntoIterator<Item = Answer>) {
        let script: Vec<Answer> = script.into_iter().collect();
        *lock(&self.shared.script) = script.into_iter();
    }

    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        lock(&self.shared.open).len()
    }

    /// What has been received, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        for stream in lock(&self.shared.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The thread waits for a connection; this is one.
        let _ = TcpStream::connect(self.address);
    }
}

/// A connection.
trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.is_stopped() {
                return;
            }
            let Ok(stream) = stream else { continue };
            if let Ok(copy) = stream.try_clone() {
                lock(&self.open).push(copy);
            }
            let shared = Arc::clone(self);
            thread::spawn(move || {
                // A client that goes away ends the connection, not the test.
                let ending = match &shared.tls {
                    None => shared.serve(&mut &stream),
                    Some(tls) => stream
                        .try_clone()
                        .and_then(|copy| tls.accept(copy))
                        .and_then(|mut secure| shared.serve(&mut secure)),
                };
                match ending {
                    Ok(Ending::Reset) => shared.reset(stream),
                    Ok(Ending::Close) | Err(_) => {
                        let _ = stream.shutdown(Shutdown::Both);
                    }
                }
            });
        }
    }

    fn serve(&self, stream: &mut impl Stream) -> io::Result<Ending> {
        while let Some(request) = read_request(stream)? {
            lock(&self.received).push(request);
            let answer = lock(&self.script).next();
            let over = || Answer::Response {
                status: 500,
                headers: vec![("Content-Type".to_owned(), "text/plain".to_owned())],
                body: b"the script has no answer left".to_vec(),
            };
            match answer.unwrap_or_else(over) {
                Answer::Response { status, headers, body } => {
                    stream.write_all(&response(status, &headers, &body))?;
                }
                Answer::Raw(bytes) => return stream.write_all(&bytes).map(|()| Ending::Close),
                Answer::CloseBeforeAnswering => return Ok(Ending::Close),
                Answer::Reset => return Ok(Ending::Reset),
                Answer::CloseInMidBody => return stream.write_all(HALF_A_RESPONSE).map(|()| Ending::Close),
                Answer::Stall => return Ok(self.stall()),
                Answer::StallInMidBody => {
                    stream.write_all(HALF_A_RESPONSE)?;
                    return Ok(self.stall());
                }
                Answer::EndlessBody => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                    let mut chunk = b"1000\r\n".to_vec();
                    chunk.extend([b'x'; 0x1000]);
                    chunk.extend(b"\r\n");
                    while !self.is_stopped() {
                        stream.write_all(&chunk)?;
                    }
                    return Ok(Ending::Close);
                }
            }
        }
        Ok(Ending::Close)
    }

    fn stall(&self) -> Ending {
        while !self.is_stopped() {
            thread::sleep(STALL_CHECK);
        }
        Ending::Close
    }

    /// Closes the connection without the farewell that a server owes. The copy that is kept would keep it open.
    fn reset(&self, stream: TcpStream) {
        let peer = stream.peer_addr().ok();
        lock(&self.open).retain(|open| open.peer_addr().ok() != peer);
        let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

const HALF_A_RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"half\":tr";

/// Runs a future on a runtime of its own, for tests and examples.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    #[expect(clippy::expect_used, reason = "a test without a runtime cannot go on")]
    runtime.expect("a runtime can be built").block_on(future)
}

fn response(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let framed = headers.iter().any(|(name, _)| {
        name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
    });
    let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !framed && status != 204 && status != 304 {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// The next request; `None` when the client has closed the connection.
fn read_request(stream: &mut impl Stream) -> io::Result<Option<Received>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, rest)) = split_head(&bytes) {
            let request = Received { head: String::from_utf8_lossy(head).into_owned(), body: rest.to_vec() };
            let length = request.headers("content-length").first().and_then(|length| length.parse().ok());
            return read_body(stream, request, length.unwrap_or(0)).map(Some);
        }
        let count = stream.read(&mut buffer)?;
        bytes.extend(buffer.iter().take(count));
        if count == 0 || bytes.len() > MAX_REQUEST {
            return Ok(None);
        }
    }
}

fn read_body(stream: &mut impl Stream, mut request: Received, length: usize) -> io::Result<Received> {
    let missing = length.min(MAX_REQUEST).saturating_sub(request.body.len());
    let mut rest = vec![0; missing];
    stream.read_exact(&mut rest)?;
    request.body.append(&mut rest);
    Ok(request)
}

fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 4..)?))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_no_farewell() {
        let server = Server::start([Answer::Reset]).unwrap();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let error = stream.read(&mut [0; 16]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
