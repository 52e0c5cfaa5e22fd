//! Hosts that are never called: link-local addresses and the metadata services of clouds, which hand out the
//! machine's own credentials to whoever asks.
//!
//! A host that is written as an address is looked at before the request, a name when it has been resolved, so that no
//! name can lead to a refused address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use arazzo_engine::{TransportError, TransportErrorCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::failure;

/// Names under which a cloud's metadata service is reached.
const METADATA_NAMES: &[&str] = &["metadata.google.internal", "metadata.goog"];

/// Addresses of metadata services that are not link-local.
const METADATA_V4: &[Ipv4Addr] = &[Ipv4Addr::new(100, 100, 100, 200)];
const METADATA_V6: &[Ipv6Addr] =
    &[Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// Refuses a URL whose host is known to be refused without asking for its addresses.
pub(super) fn check(url: &Url) -> Result<(), TransportError> {
    let refused = match url.host() {
        Some(Host::Domain(name)) => is_metadata_name(name),
        Some(Host::Ipv4(address)) => is_refused(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_refused(IpAddr::V6(address)),
        None => false,
    };
    if refused { Err(refusal(&failure::target(url))) } else { Ok(()) }
}

/// The error for a refused host.
pub(super) fn refusal(target: &str) -> TransportError {
    let message =
        format!("`{target}` is a link-local address or a cloud's metadata service, which is not called");
    failure::error(TransportErrorCode::HostRefused, message)
}

/// Resolves names as the system does and refuses those that lead to a refused address.
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| is_refused(address.ip())) {
                return Err(Refused.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// What [`Resolver`] fails with for a refused address.
#[derive(Debug)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is refused")
    }
}

impl std::error::Error for Refused {}

fn is_metadata_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    METADATA_NAMES.iter().any(|refused| name.eq_ignore_ascii_case(refused))
}

fn is_refused(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local() || METADATA_V4.contains(&address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || METADATA_V6.contains(&address)
                || embedded(address).is_some_and(|inner| is_refused(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, or translated by NAT64.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let translated = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    let [h, i] = high.to_be_bytes();
    let [j, k] = low.to_be_bytes();
    if translated { Some(Ipv4Addr::new(h, i, j, k)) } else { address.to_ipv4() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> bool {
        check(&Url::parse(url).unwrap()).is_err()
    }

    #[test]
    fn link_local_and_metadata_hosts_are_refused_however_they_are_written() {
        for url in [
            "http://169.254.169.254/latest/meta-data/",
            "http://0xA9FEA9FE/",
            "http://2852039166/",
            "http://169.254.1.1:8080/",
            "http://[fe80::1]/",
            "http://[febf::1]/",
            "http://[fd00:ec2::254]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[::a9fe:a9fe]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://100.100.100.200/",
            "http://metadata.google.internal/",
            "http://METADATA.google.internal./",
        ] {
            assert!(refused(url), "{url}");
        }
    }

    #[test]
    fn other_hosts_are_called() {
        for url in [
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://10.0.0.1/",
            "https://api.example.com/",
            "http://169.253.1.1/",
            "http://[fec0::1]/",
            "http://metadata.example.com/",
        ] {
            assert!(!refused(url), "{url}");
        }
    }

    #[test]
    fn a_name_that_leads_to_a_refused_address_is_refused() {
        let resolve = |name: &str| crate::testing::block_on(Resolver.resolve(name.parse().unwrap()));
        assert!(resolve("169.254.169.254").is_err_and(|error| error.is::<Refused>()));
        assert!(resolve("127.0.0.1").is_ok());
    }
}
