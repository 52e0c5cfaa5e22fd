//! The transport that talks to servers.
//!
//! One request is one request: nothing is retried but what was sent with a token that is no longer good, no redirect is
//! followed unless the caller wants it, no cookie is kept and nothing is read from the environment, since each of these
//! is a decision of the workflow or of the person who runs it.

mod message;
mod token;
mod token_request;

use std::fmt;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arazzo_engine::{Call, OperationCall, Request, Response, TransportError, TransportErrorCode};
use token::Tokens;
use url::Url;

use crate::credentials::Credentials;
use crate::found_secrets::FoundSecrets;
use crate::header_field::secrets_of;
use crate::network::{self, Network, NetworkOptions};
use crate::transport::{Sending, Transport};
use crate::upload;

/// How long a request may take if neither the step nor the caller says.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes the body of a response may have, decoded, if the caller does not say.
pub const DEFAULT_MAX_BODY: usize = 64 * 1024 * 1024;

/// What is read of a body before room is made for all of it: a server may promise more than it sends.
const BODY_ROOM: usize = 64 * 1024;

/// How requests are sent. `Debug` shows no value of a header field.
#[derive(Clone)]
pub struct HttpOptions {
    /// How long a request may take, from the first byte sent to the last one received. A step's own timeout wins.
    pub timeout: Duration,
    /// How many bytes the body of a response may have after content decoding.
    pub max_body: usize,
    /// Header fields for every request. They never replace what a step or a credential gives.
    pub headers: Vec<(String, String)>,
    /// Whether the files that the inputs of a run name are read and sent. Who takes the inputs from somebody else says no.
    pub files: bool,
    /// Where relative paths of such files start; the current folder if that is not said.
    pub folder: Option<PathBuf>,
    /// What may be contacted, and how.
    pub network: NetworkOptions,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            max_body: DEFAULT_MAX_BODY,
            headers: Vec::new(),
            files: false,
            folder: None,
            network: NetworkOptions::default(),
        }
    }
}

impl HttpOptions {
    /// What must not be shown: header fields that are credentials, and passwords of proxies.
    pub fn secrets(&self) -> Vec<String> {
        let fields = self.headers.iter().flat_map(|(name, value)| secrets_of(name, value));
        fields.map(str::to_owned).chain(self.network.proxies.secrets()).collect()
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timeout, max_body, headers, files, folder, network } = self;
        f.debug_struct("HttpOptions")
            .field("timeout", timeout)
            .field("max_body", max_body)
            .field("headers", &headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("files", files)
            .field("folder", folder)
            .field("network", network)
            .finish()
    }
}

/// Sends requests over HTTP/1.1 and, where an `https` server offers it, HTTP/2.
///
/// Header fields go out in the order of the request. Their names are spelled in lower case on the wire, which HTTP/2
/// demands and HTTP/1.1 allows.
pub struct HttpTransport {
    options: HttpOptions,
    credentials: Credentials,
    tokens: Tokens,
    network: Network,
}

impl HttpTransport {
    /// A transport that fills `credentials` in. Nothing is opened or read yet.
    pub fn new(mut options: HttpOptions, credentials: Credentials) -> Self {
        let network = Network::new(std::mem::take(&mut options.network));
        Self { options, credentials, tokens: Tokens::default(), network }
    }

    /// Sends the request of `call`, whose header fields with the names `secret` go to no other origin.
    async fn exchange(
        &self,
        call: &Call,
        secret: &[&str],
        found: &FoundSecrets,
    ) -> Result<Response, TransportError> {
        let own = call.timeout.unwrap_or(self.options.timeout);
        let limit = call.limit.map_or(own, |limit| limit.min(own));
        let asking = AtomicBool::new(false);
        // Pinned here, for what is handed over takes its room twice.
        let whole = pin!(self.send_authorized(call, secret, found, &asking));
        tokio::time::timeout(limit, whole).await.unwrap_or_else(|_| {
            let set_by = match (limit < own, call.timeout) {
                (true, _) => "what is left of the time of the run or of a step around it",
                (false, Some(_)) => "the step's `timeout`",
                (false, None) => "`--timeout`",
            };
            let limit = network::seconds(limit);
            let slot = token::token_slot(&call.request).filter(|_| asking.load(Ordering::Relaxed));
            let (code, who) = match slot {
                Some((slot, grant)) => {
                    let target = network::target_of(&grant.token_url);
                    let who = format!("{}: `{target}`", token_request::no_token(slot));
                    (TransportErrorCode::CredentialFailed, who)
                }
                None => (TransportErrorCode::Timeout, format!("`{}`", network::target_of(&call.request.url))),
            };
            Err(network::error(code, format!("{who} did not answer in full within {limit} ({set_by})")))
        })
    }

    /// Sends a request of the machine, with `token` where it wants one. With the response comes whether the server that
    /// was asked for sent it, and not one behind a redirect.
    async fn send_once(
        &self,
        (request, secret): (&Request, &[&str]),
        credentials: &Credentials,
        token: Option<&str>,
    ) -> Result<(Response, bool), TransportError> {
        let body = match &request.body {
            Some(body) => {
                let HttpOptions { files, folder, .. } = &self.options;
                Some(upload::bytes(body, *files, folder.as_deref()).await?)
            }
            None => None,
        };
        let mut request = message::build(request, body, credentials, token, &self.options.headers)?;
        message::mark_sensitive(request.headers_mut(), secret);
        let answer = self.network.send(request).await?;
        let response = self.read(answer.response, &answer.url, self.options.max_body).await?;
        Ok((response, !answer.is_redirected))
    }

    /// Sends a request to where it says and nowhere else, and reads the response, whose body may have so many bytes.
    async fn perform(&self, request: reqwest::Request, max_body: usize) -> Result<Response, TransportError> {
        let url = request.url().clone();
        let response = self.network.send_directly(request).await?;
        self.read(response, &url, max_body).await
    }

    async fn read(
        &self,
        mut response: reqwest::Response,
        from: &Url,
        limit: usize,
    ) -> Result<Response, TransportError> {
        let too_large = || {
            let message = format!(
                "the body that `{}` sends is larger than {limit} bytes (`--max-body`)",
                network::target(from)
            );
            network::error(TransportErrorCode::BodyTooLarge, message)
        };
        let promised = response.content_length().unwrap_or(0);
        if promised > limit as u64 {
            return Err(too_large());
        }
        let status = response.status().as_u16();
        let headers = message::headers(response.headers());
        let mut body = Vec::with_capacity(BODY_ROOM.min(usize::try_from(promised).unwrap_or(BODY_ROOM)));
        while let Some(chunk) =
            response.chunk().await.map_err(|error| network::of_body(&network::target(from), &error))?
        {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, credentials, .. } = self;
        let mut shown = f.debug_struct("HttpTransport");
        shown.field("options", options).field("credentials", credentials).finish_non_exhaustive()
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(async { self.send_telling(operation, call, &FoundSecrets::default()).await })
    }

    fn send_telling<'a>(
        &'a self,
        operation: &'a OperationCall,
        call: &'a Call,
        found: &'a FoundSecrets,
    ) -> Sending<'a> {
        Box::pin(async move {
            let secret: Vec<&str> = operation.secret_headers().collect();
            self.exchange(call, &secret, found).await
        })
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod token_tests;
