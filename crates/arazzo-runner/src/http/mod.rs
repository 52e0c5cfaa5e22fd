//! The transport that talks to servers.
//!
//! One request is one request: nothing is retried, no redirect is followed unless the caller wants it, no cookie is kept
//! and nothing is read from the environment, since each of these is a decision of the workflow or of the person who runs
//! it.

mod message;

use std::time::Duration;

use arazzo_engine::{Call, OperationCall, Response, TransportError, TransportErrorCode};

use crate::credentials::Credentials;
use crate::network::{self, Network, NetworkOptions};
use crate::transport::{Sending, Transport};

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
    /// What may be contacted, and how.
    pub network: NetworkOptions,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            max_body: DEFAULT_MAX_BODY,
            headers: Vec::new(),
            network: NetworkOptions::default(),
        }
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
    network: Network,
}

impl HttpTransport {
    /// A transport that fills `credentials` in. Nothing is opened or read yet.
    pub fn new(mut options: HttpOptions, credentials: Credentials) -> Self {
        let network = Network::new(std::mem::take(&mut options.network));
        Self { options, credentials, network }
    }

    async fn exchange(&self, call: &Call) -> Result<Response, TransportError> {
        let request = message::build(&call.request, &self.credentials, &self.options.headers)?;
        let target = network::target(request.url());
        let own = call.timeout.unwrap_or(self.options.timeout);
        let limit = call.limit.map_or(own, |limit| limit.min(own));
        let whole = async {
            let answer = self.network.send(request).await?;
            self.read(answer.response, &network::target(&answer.url)).await
        };
        tokio::time::timeout(limit, whole).await.unwrap_or_else(|_| {
            let set_by = match (limit < own, call.timeout) {
                (true, _) => "what is left of the time of the run or of a step around it",
                (false, Some(_)) => "the step's `timeout`",
                (false, None) => "`--timeout`",
            };
            let limit = network::seconds(limit);
            let message = format!("`{target}` did not answer in full within {limit} ({set_by})");
            Err(network::error(TransportErrorCode::Timeout, message))
        })
    }

    async fn read(&self, mut response: reqwest::Response, target: &str) -> Result<Response, TransportError> {
        let limit = self.options.max_body;
        let too_large = || {
            let message =
                format!("the body that `{target}` sends is larger than {limit} bytes (`--max-body`)");
            network::error(TransportErrorCode::BodyTooLarge, message)
        };
        let promised = response.content_length().unwrap_or(0);
        if promised > limit as u64 {
            return Err(too_large());
        }
        let status = response.status().as_u16();
        let headers = message::headers(response.headers());
        let mut body = Vec::with_capacity(BODY_ROOM.min(usize::try_from(promised).unwrap_or(BODY_ROOM)));
        while let Some(chunk) = response.chunk().await.map_err(|error| network::of_body(target, &error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body })
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, _operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(self.exchange(call))
    }
}

#[cfg(test)]
mod tests;
