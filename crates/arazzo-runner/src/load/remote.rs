//! Reading a document from the network, under the same policy as the calls of a workflow.
//!
//! Reading is no asynchronous work for whoever calls [`load`](super::load), who may be inside a runtime of their own. So
//! a thread with a runtime fetches what is wanted, and ends with the last loader that may want something.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use arazzo_document::MAX_TEXT;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, LOCATION};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;

use super::location::without_secrets;
use crate::network::{self, Network, NetworkOptions};

/// What is asked for. Servers that know YAML by no name send what they have.
const WANTED: &str = "application/yaml, application/json, text/plain;q=0.9, */*;q=0.8";

/// A document as it came.
pub(super) struct Fetched {
    pub(super) text: String,
    /// Where it came from, after redirects.
    pub(super) url: Url,
}

/// Why a document did not come, as a fragment that follows its URL.
#[derive(Debug)]
pub(super) struct FetchError {
    pub(super) fact: String,
}

/// Fetches documents, for all loaders that share it at the same time.
pub(super) struct Fetcher {
    jobs: UnboundedSender<Job>,
    options: NetworkOptions,
    timeout: Duration,
}

struct Job {
    url: Url,
    answer: Sender<Result<Fetched, FetchError>>,
}

impl Fetcher {
    pub(super) fn new(options: NetworkOptions, timeout: Duration) -> Self {
        let (jobs, received) = unbounded_channel();
        let network = Network::new(options.clone());
        std::thread::spawn(move || serve(received, network, timeout));
        Self { jobs, options, timeout }
    }

    /// Whether it fetches what these permit, and no longer.
    pub(super) fn is_as(&self, options: &NetworkOptions, timeout: Duration) -> bool {
        self.options == *options && self.timeout == timeout
    }

    /// Waits for the document at `url`.
    pub(super) fn fetch(&self, url: &Url) -> Result<Fetched, FetchError> {
        let (answer, received) = channel();
        let gone = || FetchError::new("cannot be fetched: there is no thread to do it");
        self.jobs.send(Job { url: url.clone(), answer }).map_err(|_| gone())?;
        received.recv().map_err(|_| gone())?
    }
}

impl FetchError {
    fn new(fact: impl Into<String>) -> Self {
        Self { fact: fact.into() }
    }
}

/// Does the jobs until nobody is left who could give one.
fn serve(mut jobs: UnboundedReceiver<Job>, network: Network, timeout: Duration) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let network = Arc::new(network);
    runtime.block_on(async {
        while let Some(Job { url, answer }) = jobs.recv().await {
            let network = Arc::clone(&network);
            tokio::spawn(async move {
                let fetched =
                    tokio::time::timeout(timeout, fetch(&network, url)).await.unwrap_or_else(|_| {
                        let limit = network::seconds(timeout);
                        Err(FetchError::new(format!("did not come in full within {limit} (`--timeout`)")))
                    });
                // Whoever gave the job up does not want the answer.
                let _ = answer.send(fetched);
            });
        }
    });
    // A name that is still being looked up must not keep the thread.
    runtime.shutdown_background();
}

async fn fetch(network: &Network, url: Url) -> Result<Fetched, FetchError> {
    let failed = |error: arazzo_engine::TransportError| {
        FetchError::new(format!("cannot be fetched: {}", error.message))
    };
    let answer = network.send(request(url)?).await.map_err(failed)?;
    let target = network::target(&answer.url);
    let mut response = answer.response;
    let status = response.status();
    if status.is_redirection() {
        let to = response.headers().get(LOCATION).and_then(|to| answer.url.join(to.to_str().ok()?).ok());
        let to = to.map(|to| format!(" to `{}`", without_secrets(to))).unwrap_or_default();
        return Err(FetchError::new(format!(
            "is a redirect{to} (status {}): name that, or add `--follow-redirects`",
            status.as_u16()
        )));
    }
    if !status.is_success() {
        return Err(FetchError::new(format!("cannot be fetched: the server answers {}", status.as_u16())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| failed(network::of_body(&target, &error)))?
    {
        if bytes.len() + chunk.len() > MAX_TEXT {
            return Err(FetchError::new(format!("is larger than {MAX_TEXT} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        FetchError::new(format!("is no UTF-8 text: byte {at} belongs to no character"))
    })?;
    Ok(Fetched { text, url: answer.url })
}

/// A user name and a password in the URL go where they belong, and not to other origins.
fn request(mut url: Url) -> Result<reqwest::Request, FetchError> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = (decoded(url.username()), url.password().map(decoded));
    let has_credential = !user.is_empty() || password.is_some();
    // Urls that can hold neither refuse this.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let mut request = reqwest::Request::new(reqwest::Method::GET, url);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(WANTED));
    if has_credential {
        let credential = STANDARD.encode(format!("{user}:{}", password.unwrap_or_default()));
        let mut value = HeaderValue::from_str(&format!("Basic {credential}"))
            .map_err(|_| FetchError::new("has a user name that cannot be sent"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    Ok(request)
}
