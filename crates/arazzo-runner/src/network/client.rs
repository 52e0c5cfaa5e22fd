//! The clients of one policy: one for each certificate of the caller, built when a request first needs it.
//!
//! A client retries nothing, follows no redirect and reads nothing from the environment. Only an `https` URL makes root
//! certificates be read.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};

use arazzo_engine::{TransportError, TransportErrorCode};
use url::Url;

use super::hosts::{Hosts, Resolver};
use super::tls::{self, ClientCertificate};
use super::{NetworkOptions, failure};

/// The clients of one policy.
#[derive(Debug)]
pub(super) struct Clients {
    options: NetworkOptions,
    hosts: Arc<Hosts>,
    plain: Slot,
    secure: Slot,
    /// One for each client certificate.
    known: Vec<Slot>,
}

type Slot = OnceLock<Result<reqwest::Client, TransportError>>;

impl Clients {
    pub(super) fn new(options: NetworkOptions, hosts: Arc<Hosts>) -> Self {
        let known = options.client_certificates.iter().map(|_| OnceLock::new()).collect();
        Self { options, hosts, plain: OnceLock::new(), secure: OnceLock::new(), known }
    }

    /// The client for this URL.
    pub(super) fn client_for(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        // The way to a proxy may have to be safe although that to the server is not.
        let secure = url.scheme() == "https" || self.proxy_is_https();
        let mut certificates = self.options.client_certificates.iter().zip(&self.known);
        let (slot, certificate) =
            match certificates.find(|(certificate, _)| secure && certificate.is_for(url)) {
                Some((certificate, slot)) => (slot, Some(certificate)),
                None if secure => (&self.secure, None),
                None => (&self.plain, None),
            };
        slot.get_or_init(|| self.build(certificate, secure)).as_ref().map_err(Clone::clone)
    }

    /// Whether this URL may be reached through a proxy.
    pub(super) fn has_proxy(&self, url: &Url) -> bool {
        self.proxy_for(url).is_some()
    }

    /// The proxy through which this URL may be reached, for messages.
    pub(super) fn proxy_for(&self, url: &Url) -> Option<String> {
        self.options.proxies.shown_for(url)
    }

    fn proxy_is_https(&self) -> bool {
        self.options.proxies.http.as_deref().is_some_and(|proxy| proxy.starts_with("https:"))
    }

    fn build(
        &self,
        certificate: Option<&ClientCertificate>,
        secure: bool,
    ) -> Result<reqwest::Client, TransportError> {
        let tls = tls::config(&self.options, certificate, secure).map_err(|error| no_client(&error))?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("arazzo/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .dns_resolver(Resolver(Arc::clone(&self.hosts)));
        let proxies = self.options.proxies.for_client().map_err(|fact| {
            let message = format!("the proxy that is to be used {fact}");
            failure::error(TransportErrorCode::ConnectionFailed, message)
        })?;
        for proxy in proxies {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| error.source().map_or_else(|| no_client(&error), no_client))
    }
}

fn no_client(error: &dyn std::error::Error) -> TransportError {
    failure::error(TransportErrorCode::TlsFailed, format!("no HTTP client could be made: {error}"))
}
