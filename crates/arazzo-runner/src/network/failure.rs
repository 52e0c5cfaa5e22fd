//! What went wrong, in the machine's words.
//!
//! Messages name the host and the fact. They never hold a path, a query or a header field, in which secrets may be.

use std::error::Error;
use std::io;
use std::time::Duration;

use arazzo_engine::{TransportError, TransportErrorCode};
use url::Url;

use super::hosts::Refused;

/// So many links of a chain of errors are looked at.
const MAX_CHAIN: usize = 16;

pub(crate) fn error(code: TransportErrorCode, message: String) -> TransportError {
    TransportError { code, message }
}

/// Host and port, as messages name a server.
pub(crate) fn target(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The same of a URL as text.
pub(crate) fn target_of(url: &str) -> String {
    Url::parse(url).map(|url| target(&url)).unwrap_or_default()
}

/// A duration as a person says it.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// The failure of a request before the head of a response was there.
pub(super) fn of_sending(url: &Url, failed: &reqwest::Error, proxy: Option<String>) -> TransportError {
    let causes = Causes::of(failed);
    if let Some(refused) = causes.refused {
        return refused.error(url);
    }
    let target = target(url);
    if let Some(reason) = causes.tls {
        return error(TransportErrorCode::TlsFailed, format!("no safe connection to `{target}`: {reason}"));
    }
    if failed.is_connect() {
        let through = proxy.map(|proxy| format!(" through the proxy `{proxy}`")).unwrap_or_default();
        let message = if failed.is_dns() && through.is_empty() {
            format!("the name of `{target}` cannot be resolved")
        } else if failed.is_dns() {
            format!("no connection to `{target}`{through}: a name cannot be resolved")
        } else {
            format!("no connection to `{target}`{through}: {}", causes.io.map_or("it was refused", io_fact))
        };
        return error(TransportErrorCode::ConnectionFailed, message);
    }
    if failed.is_builder() {
        return error(TransportErrorCode::InvalidMessage, "the request cannot be written as HTTP".to_owned());
    }
    if causes.garbage {
        let message = format!("what `{target}` sent is no HTTP response");
        return error(TransportErrorCode::InvalidMessage, message);
    }
    let message = format!("`{target}` closed the connection before it answered");
    error(TransportErrorCode::ConnectionLost, message)
}

/// The failure of a body whose head was there.
pub(crate) fn of_body(target: &str, failed: &reqwest::Error) -> TransportError {
    let causes = Causes::of(failed);
    if causes.garbage {
        let message = format!("the body that `{target}` sent cannot be decoded");
        return error(TransportErrorCode::InvalidMessage, message);
    }
    let message = format!("`{target}` closed the connection before the response was whole");
    error(TransportErrorCode::ConnectionLost, message)
}

/// What the chain of an error's sources says.
#[derive(Default)]
struct Causes {
    refused: Option<Refused>,
    garbage: bool,
    tls: Option<String>,
    io: Option<io::ErrorKind>,
}

impl Causes {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut causes = Self::default();
        let mut next = Some(error);
        for _ in 0..MAX_CHAIN {
            let Some(error) = next else { break };
            causes.add(error);
            next = inner(error);
        }
        causes
    }

    fn add(&mut self, error: &(dyn Error + 'static)) {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            self.refused = Some(*refused);
        } else if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            self.tls = Some(tls_fact(tls));
        } else if let Some(http) = error.downcast_ref::<hyper::Error>() {
            self.garbage |= http.is_parse();
        } else if let Some(io) = error.downcast_ref::<io::Error>() {
            self.garbage |= matches!(io.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
            self.io = Some(io.kind());
        }
    }
}

/// The error in `error`. An I/O error says nothing of an error of another kind that it carries unless it is asked.
fn inner<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    if let Some(carried) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return Some(carried);
    }
    error.source()
}

/// What the library says, in other words where those say more.
fn tls_fact(error: &rustls::Error) -> String {
    if matches!(error, rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) {
        return "what answers there does not speak TLS: is it `http:`?".to_owned();
    }
    error.to_string()
}

fn io_fact(kind: io::ErrorKind) -> &'static str {
    if kind == io::ErrorKind::ConnectionRefused {
        "nothing listens there"
    } else if kind == io::ErrorKind::TimedOut {
        "it took too long"
    } else if kind == io::ErrorKind::HostUnreachable || kind == io::ErrorKind::NetworkUnreachable {
        "there is no way to it"
    } else {
        "it was refused"
    }
}
