//! Which hosts may be contacted.
//!
//! A host that is written as an address is looked at before the request, a name once it has been resolved, in the
//! resolver of the client itself, so that no name can lead to a refused address.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use arazzo_engine::{HostPattern, TransportError, TransportErrorCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::{is_link_local, is_metadata_name, is_private};
use super::{NetworkOptions, failure};

/// The part of the [`NetworkOptions`] that is about hosts.
#[derive(Debug)]
pub(super) struct Hosts {
    allowed: Vec<HostPattern>,
    named: Vec<HostPattern>,
    /// The hosts of the proxies, which the caller has chosen.
    proxies: Vec<String>,
    deny_private: bool,
    offline: bool,
}

/// Why a host is not contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nothing is contacted.
    Offline,
    /// Others are permitted, this is not.
    NotAllowed,
    /// Link-local, or a metadata service.
    LinkLocal,
    /// Not public.
    Private,
    /// Nobody here can tell its address.
    Unresolved,
}

impl Hosts {
    pub(super) fn new(options: &NetworkOptions) -> Self {
        Self {
            allowed: options.allow_hosts.clone(),
            named: options.named_hosts.clone(),
            proxies: options.proxies.hosts(),
            deny_private: options.deny_private,
            offline: options.offline,
        }
    }

    /// Refuses a URL whose host is known to be refused without asking for its addresses.
    pub(super) fn check(&self, url: &Url) -> Result<(), TransportError> {
        match self.verdict(url) {
            Some(refused) => Err(refused.error(url)),
            None => Ok(()),
        }
    }

    /// Whether names have to be resolved here, since a proxy would do it where nobody looks at the result.
    pub(super) fn must_resolve_first(&self, through_proxy: bool) -> bool {
        self.deny_private && through_proxy
    }

    /// Resolves the name in `url` and refuses what it leads to as the resolver of a client would.
    pub(super) async fn resolve(&self, url: &Url) -> Result<(), TransportError> {
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        if self.permits_any_address(name) {
            return Ok(());
        }
        let Ok(addresses) = tokio::net::lookup_host((name, 0)).await else {
            return Err(Refused::Unresolved.error(url));
        };
        let refused = addresses.into_iter().find_map(|address| self.refuses(address.ip()));
        refused.map_or(Ok(()), |refused| Err(refused.error(url)))
    }

    fn verdict(&self, url: &Url) -> Option<Refused> {
        if self.offline {
            return Some(Refused::Offline);
        }
        let host = url.host()?;
        let (text, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
        let mut permitted = self.allowed.iter().chain(&self.named);
        if !self.allowed.is_empty() && !permitted.any(|pattern| pattern.matches(text, port)) {
            return Some(Refused::NotAllowed);
        }
        if self.permits_any_address(text) {
            return None;
        }
        match host {
            Host::Domain(name) => is_metadata_name(name).then_some(Refused::LinkLocal),
            Host::Ipv4(address) => self.refuses(IpAddr::V4(address)),
            Host::Ipv6(address) => self.refuses(IpAddr::V6(address)),
        }
    }

    fn refuses(&self, address: IpAddr) -> Option<Refused> {
        if is_link_local(address) && !self.permits_any_address(&address.to_string()) {
            return Some(Refused::LinkLocal);
        }
        let refused =
            self.deny_private && is_private(address) && !self.permits_any_address(&address.to_string());
        refused.then_some(Refused::Private)
    }

    /// Whether the host is named in particular, so that its address does not matter.
    fn permits_any_address(&self, host: &str) -> bool {
        self.allowed.iter().any(|pattern| pattern.is_particular() && pattern.means(host))
    }
}

impl Refused {
    /// The error for the host of `url`.
    pub(super) fn error(self, url: &Url) -> TransportError {
        let target = failure::target(url);
        let permit = format!("permit it with `--allow-host {target}`");
        let message = match self {
            Self::Offline => format!("`{target}` is not contacted: the run is offline (`--offline`)"),
            Self::NotAllowed => {
                format!("`{target}` is not among the hosts that `--allow-host` permits: {permit}")
            }
            Self::LinkLocal => format!(
                "`{target}` is a link-local address or a cloud's metadata service, which is not called: {permit}"
            ),
            Self::Private => format!("`{target}` has a private address (`--deny-private`): {permit}"),
            Self::Unresolved => format!(
                "the address of `{target}` is not known here, where `--deny-private` has to look at it before a proxy is asked: {permit}"
            ),
        };
        failure::error(TransportErrorCode::HostRefused, message)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is refused")
    }
}

impl std::error::Error for Refused {}

/// Resolves names as the system does and refuses those that lead to a refused address.
pub(super) struct Resolver(pub(super) Arc<Hosts>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let hosts = Arc::clone(&self.0);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let is_proxy = hosts.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(name.as_str()));
            if !is_proxy && !hosts.permits_any_address(name.as_str()) {
                let refused = found.iter().find_map(|address| hosts.refuses(address.ip()));
                refused.map_or(Ok(()), Err)?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;

    fn hosts(allowed: &[&str], deny_private: bool) -> Hosts {
        let patterns = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let named_hosts = patterns(&["named.test"]);
        Hosts::new(&NetworkOptions {
            allow_hosts: patterns(allowed),
            named_hosts,
            deny_private,
            ..NetworkOptions::default()
        })
    }

    fn verdict(hosts: &Hosts, url: &str) -> Option<Refused> {
        hosts.verdict(&Url::parse(url).unwrap())
    }

    #[test]
    fn link_local_and_metadata_hosts_are_refused_however_they_are_written() {
        let default = hosts(&[], false);
        for url in [
            "http://169.254.169.254/latest/meta-data/",
            "http://0xA9FEA9FE/",
            "http://2852039166/",
            "http://169.254.1.1:8080/",
            "http://[fe80::1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://metadata.google.internal/",
            "http://METADATA.google.internal./",
        ] {
            assert_eq!(verdict(&default, url), Some(Refused::LinkLocal), "{url}");
        }
        for url in ["http://127.0.0.1/", "http://[::1]/", "https://api.example.com/", "http://10.0.0.1/"] {
            assert_eq!(verdict(&default, url), None, "{url}");
        }
    }

    #[test]
    fn only_a_pattern_that_names_it_permits_a_link_local_address() {
        let url = "http://169.254.169.254/";
        assert_eq!(verdict(&hosts(&["169.254.169.254"], false), url), None);
        assert_eq!(verdict(&hosts(&["*"], false), url), Some(Refused::LinkLocal));
    }

    #[test]
    fn with_a_list_of_hosts_others_are_refused() {
        let some = hosts(&["*.example.com:443"], false);
        assert_eq!(verdict(&some, "https://api.example.com/"), None);
        assert_eq!(verdict(&some, "https://named.test:8443/"), None);
        assert_eq!(verdict(&some, "http://api.example.com/"), Some(Refused::NotAllowed));
        assert_eq!(verdict(&some, "https://evil.test/"), Some(Refused::NotAllowed));
    }

    #[test]
    fn private_addresses_are_refused_when_asked_for() {
        let public = hosts(&[], true);
        for url in ["http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/", "http://[fd00::1]/"] {
            assert_eq!(verdict(&public, url), Some(Refused::Private), "{url}");
        }
        assert_eq!(verdict(&hosts(&["10.0.0.1", "*.test"], true), "http://10.0.0.1/"), None);
    }

    #[test]
    fn a_name_that_leads_to_a_refused_address_is_refused() {
        let resolve = |hosts: Hosts, name: &str| {
            block_on(Resolver(Arc::new(hosts)).resolve(name.parse().unwrap())).map(|_| ())
        };
        let refused = |result: Result<(), Box<dyn std::error::Error + Send + Sync>>| {
            result.err().and_then(|error| error.downcast_ref::<Refused>().copied())
        };
        assert_eq!(refused(resolve(hosts(&[], false), "169.254.169.254")), Some(Refused::LinkLocal));
        assert_eq!(refused(resolve(hosts(&[], true), "localhost")), Some(Refused::Private));
        assert!(resolve(hosts(&[], false), "localhost").is_ok());
        assert!(resolve(hosts(&["localhost"], true), "localhost").is_ok());
    }

    #[test]
    fn offline_nothing_is_contacted() {
        let hosts = Hosts::new(&NetworkOptions { offline: true, ..NetworkOptions::default() });
        assert_eq!(verdict(&hosts, "http://127.0.0.1/"), Some(Refused::Offline));
    }
}
