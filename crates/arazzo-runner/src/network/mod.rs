//! What may be contacted, and how: hosts, redirects, proxies and certificates.
//!
//! One policy holds for everything that goes over the network, be it a call of a workflow, a description or a token.
//! Nothing here is read from the environment or from files; the caller passes in what it found there.

mod address;
mod client;
mod failure;
mod hosts;
mod proxy;
mod redirect;
mod tls;

use std::sync::Arc;

use arazzo_engine::{HostPattern, TransportError};
use url::Url;

use client::Clients;
pub(crate) use failure::{error, of_body, seconds, target, target_of};
use hosts::Hosts;
pub use proxy::Proxies;
pub use tls::{CertificateAuthorities, CertificateError, ClientCertificate};

/// What may be contacted, and how. By default every host but link-local ones and the metadata services of clouds, without
/// redirects, proxies and certificates of one's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkOptions {
    /// The only hosts that may be contacted beside [`named_hosts`](Self::named_hosts); empty for no such limit. A host
    /// that is named here in particular is contacted even if its address is private or link-local.
    pub allow_hosts: Vec<HostPattern>,
    /// The hosts that the caller has named otherwise, such as in the URL of the description.
    pub named_hosts: Vec<HostPattern>,
    /// Whether private, loopback and other addresses that are not public are refused, after names have been resolved.
    pub deny_private: bool,
    /// Whether nothing at all may be contacted.
    pub offline: bool,
    /// How many redirects in a row are followed.
    pub max_redirects: usize,
    /// The proxies.
    pub proxies: Proxies,
    /// Certificate authorities that are trusted beside those of the system.
    pub authorities: Vec<CertificateAuthorities>,
    /// The certificates by which servers know the caller. The first that fits a host is used.
    pub client_certificates: Vec<ClientCertificate>,
    /// Whether servers may have any certificate.
    pub insecure: bool,
}

/// Sends requests as the options say.
#[derive(Debug)]
pub(crate) struct Network {
    hosts: Arc<Hosts>,
    clients: Clients,
    max_redirects: usize,
}

/// The head of a response, and who sent it.
pub(crate) struct Answer {
    pub(crate) response: reqwest::Response,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    /// Whether there were any.
    pub(crate) is_redirected: bool,
}

impl Network {
    /// Nothing is opened or read yet.
    pub(crate) fn new(options: NetworkOptions) -> Self {
        let max_redirects = options.max_redirects;
        let hosts = Arc::new(Hosts::new(&options));
        Self { clients: Clients::new(options, Arc::clone(&hosts)), hosts, max_redirects }
    }

    /// Sends the request and follows redirects as far as that is permitted. Header fields that are marked as sensitive go
    /// to the origin of the request only.
    pub(crate) async fn send(&self, mut request: reqwest::Request) -> Result<Answer, TransportError> {
        for followed in 0.. {
            let url = request.url().clone();
            let copy = if self.max_redirects > 0 { request.try_clone() } else { None };
            let response = self.send_directly(request).await?;
            let Some(sent) = copy.filter(|_| redirect::is_one(&response)) else {
                return Ok(Answer { response, url, is_redirected: followed > 0 });
            };
            if followed == self.max_redirects {
                return Err(redirect::too_many(&url, self.max_redirects));
            }
            match redirect::next(&response, sent)? {
                Some(next) => request = next,
                None => return Ok(Answer { response, url, is_redirected: followed > 0 }),
            }
        }
        // The loop above has no end of its own; this is what it would lead to.
        Err(redirect::too_many(request.url(), self.max_redirects))
    }

    /// Sends the request to where it says, and nowhere else.
    pub(crate) async fn send_directly(
        &self,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, TransportError> {
        self.hosts.check(request.url())?;
        let client = self.clients.client_for(request.url())?;
        let url = request.url().clone();
        if self.hosts.must_resolve_first(self.clients.has_proxy(&url)) {
            self.hosts.resolve(&url).await?;
        }
        let response = client.execute(request).await;
        response.map_err(|failed| failure::of_sending(&url, &failed, self.clients.proxy_for(&url)))
    }
}
