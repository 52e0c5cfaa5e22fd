//! Kinds of addresses: those of metadata services, which hand out the machine's own credentials to whoever asks, and
//! those that are not public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names under which a cloud's metadata service is reached.
const METADATA_NAMES: &[&str] = &["metadata.google.internal", "metadata.goog"];

/// Addresses of metadata services that are not link-local.
const METADATA_V4: &[Ipv4Addr] = &[Ipv4Addr::new(100, 100, 100, 200)];
const METADATA_V6: &[Ipv6Addr] =
    &[Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// Blocks of addresses that are not public, by their first address and the length of their prefix; see the registries
/// of [special-purpose addresses](https://www.iana.org/assignments/iana-ipv4-special-registry/).
const PRIVATE_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];
const PRIVATE_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 0), 127),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 9),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

/// Whether the name is that of a metadata service.
pub(super) fn is_metadata_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    METADATA_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether the address is link-local or that of a metadata service.
pub(super) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local() || METADATA_V4.contains(&address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || METADATA_V6.contains(&address)
                || embedded(address).is_some_and(|inner| is_link_local(IpAddr::V4(inner)))
        }
    }
}

/// Whether the address is not a public one.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => PRIVATE_V4
            .iter()
            .any(|(first, length)| (u32::from(address) ^ u32::from(*first)).leading_zeros() >= *length),
        IpAddr::V6(address) => {
            PRIVATE_V6
                .iter()
                .any(|(first, length)| (u128::from(address) ^ u128::from(*first)).leading_zeros() >= *length)
                || embedded(address).is_some_and(|inner| is_private(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated by NAT64, or tunnelled by 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    if [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0] {
        Some(of(g, h))
    } else if a == 0x2002 {
        Some(of(b, c))
    } else {
        address.to_ipv4()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str], is: impl Fn(IpAddr) -> bool) {
        for text in texts {
            assert!(is(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn link_local_and_metadata_addresses_are_known_however_they_are_embedded() {
        let link_local = [
            "169.254.169.254",
            "169.254.1.1",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::a9fe:a9fe",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "100.100.100.200",
        ];
        all(&link_local, is_link_local);
        all(&["127.0.0.1", "::1", "10.0.0.1", "169.253.1.1", "fec0::1", "8.8.8.8"], |ip| !is_link_local(ip));
        assert!(is_metadata_name("METADATA.google.internal.") && !is_metadata_name("metadata.example.com"));
    }

    #[test]
    fn private_addresses_are_those_that_are_not_public() {
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.127.0.1",
            "127.9.9.9",
            "172.31.255.255",
            "192.168.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:c0a8:1::1",
        ];
        all(&private, is_private);
        let public =
            ["8.8.8.8", "100.128.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "64:ff9b::808:808"];
        all(&public, |ip| !is_private(ip));
    }
}
