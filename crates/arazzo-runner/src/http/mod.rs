//! The transport that talks to servers.
//!
//! One request is one request: nothing is retried, no redirect is followed, no cookie is kept and nothing is read from
//! the environment, since each of these is a decision of the workflow or of the person who runs it. A client is built
//! when the first request needs it, and only an `https` URL makes root certificates be read.

mod failure;
mod host;
mod message;

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arazzo_engine::{Call, OperationCall, Response, TransportError, TransportErrorCode};

use crate::credentials::Credentials;
use crate::transport::{Sending, Transport};
use crate::upload;

/// How long a request may take if neither the step nor the caller says.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes the body of a response may have, decoded, if the caller does not say.
pub const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;

/// What is read of a body before room is made for all of it: a server may promise more than it sends.
const BODY_ROOM: usize = 64 * 1024;

/// How requests are sent.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// How long a request may take, from the first byte sent to the last one received. A step's own timeout wins.
    pub timeout: Duration,
    /// How many bytes the body of a response may have after content decoding.
    pub max_body: usize,
    /// Header fields for every request. They never replace what a step or a credential gives.
    pub headers: Vec<(String, String)>,
    /// Whether the files that the inputs of a run name are read and sent. Who takes the inputs from somebody else says no.
    pub files: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { timeout: DEFAULT_TIMEOUT, max_body: DEFAULT_MAX_BODY, headers: Vec::new(), files: false }
    }
}

/// Sends requests over HTTP/1.1 and, where an `https` server offers it, HTTP/2.
///
/// Header fields go out in the order of the request. Their names are spelled in lower case on the wire, which HTTP/2
/// demands and HTTP/1.1 allows.
#[derive(Debug)]
pub struct HttpTransport {
    options: HttpOptions,
    credentials: Credentials,
    plain: OnceLock<Result<reqwest::Client, TransportError>>,
    secure: OnceLock<Result<reqwest::Client, TransportError>>,
}

impl HttpTransport {
    /// A transport that fills `credentials` in. Nothing is opened or read yet.
    pub fn new(options: HttpOptions, credentials: Credentials) -> Self {
        Self { options, credentials, plain: OnceLock::new(), secure: OnceLock::new() }
    }

    async fn exchange(&self, call: &Call) -> Result<Response, TransportError> {
        let body = match &call.request.body {
            Some(body) => Some(upload::bytes(body, self.options.files).await?),
            None => None,
        };
        let request = message::build(&call.request, body, &self.credentials, &self.options.headers)?;
        host::check(request.url())?;
        let target = failure::target(request.url());
        let own = call.timeout.unwrap_or(self.options.timeout);
        let limit = call.limit.map_or(own, |limit| limit.min(own));
        let whole = async {
            let response = self.client(request.url().scheme())?.execute(request).await;
            self.read(response.map_err(|error| failure::of_sending(&target, &error))?, &target).await
        };
        tokio::time::timeout(limit, whole).await.unwrap_or_else(|_| {
            let set_by = match (limit < own, call.timeout) {
                (true, _) => "what is left of the time of the run or of a step around it",
                (false, Some(_)) => "the step's `timeout`",
                (false, None) => "`--timeout`",
            };
            let limit = failure::seconds(limit);
            let message = format!("`{target}` did not answer in full within {limit} ({set_by})");
            Err(failure::error(TransportErrorCode::Timeout, message))
        })
    }

    async fn read(&self, mut response: reqwest::Response, target: &str) -> Result<Response, TransportError> {
        let limit = self.options.max_body;
        let too_large = || {
            let message =
                format!("the body that `{target}` sends is larger than {limit} bytes (`--max-body`)");
            failure::error(TransportErrorCode::BodyTooLarge, message)
        };
        let promised = response.content_length().unwrap_or(0);
        if promised > limit as u64 {
            return Err(too_large());
        }
        let status = response.status().as_u16();
        let headers = message::headers(response.headers());
        let mut body = Vec::with_capacity(BODY_ROOM.min(usize::try_from(promised).unwrap_or(BODY_ROOM)));
        while let Some(chunk) = response.chunk().await.map_err(|error| failure::of_body(target, &error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body })
    }

    fn client(&self, scheme: &str) -> Result<&reqwest::Client, TransportError> {
        let (cell, secure) = if scheme == "https" { (&self.secure, true) } else { (&self.plain, false) };
        cell.get_or_init(|| build_client(secure)).as_ref().map_err(Clone::clone)
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, _operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(self.exchange(call))
    }
}

/// The provider is named here and not installed for the process, which belongs to whoever embeds the library.
fn build_client(secure: bool) -> Result<reqwest::Client, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| no_tls(&error))?;
    let tls = if secure {
        let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(|error| no_tls(&error))?;
        tls.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    } else {
        tls.with_root_certificates(rustls::RootCertStore::empty())
    };
    let mut tls = tls.with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("arazzo/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .dns_resolver(host::Resolver)
        .build()
        .map_err(|error| error.source().map_or_else(|| no_tls(&error), no_tls))
}

fn no_tls(error: &dyn std::error::Error) -> TransportError {
    failure::error(TransportErrorCode::TlsFailed, format!("no HTTP client could be made: {error}"))
}

#[cfg(test)]
mod tests;
