//! Hosts as a person writes them to permit them: `api.example.com`, `*.example.com`, `localhost:8080`.

use std::fmt;
use std::str::FromStr;

/// Hosts that are permitted. `*` stands for any number of characters, dots included, `?` for one; with a port, only that
/// port is meant. Case does not matter.
///
/// ```
/// use arazzo_engine::HostPattern;
///
/// let pattern: HostPattern = "*.example.com".parse()?;
/// assert!(pattern.matches("API.example.com", Some(443)));
/// assert!(!pattern.matches("example.com", Some(443)));
/// # Ok::<(), arazzo_engine::HostPatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    host: String,
    port: Option<u16>,
}

/// Why a text is no [`HostPattern`], as a fragment that follows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostPatternError {
    /// There is nothing, or nothing but a port.
    #[error("names no host")]
    Empty,
    /// It is a URL, or has a part of one.
    #[error("has characters that are in no host name: give the host alone, such as `api.example.com`")]
    NoHost,
    /// What stands behind the last colon is no port.
    #[error("has a port that is no number from 1 to 65535")]
    Port,
}

impl HostPattern {
    /// Whether it means this host, which may be written with brackets if it is an IPv6 address.
    pub fn matches(&self, host: &str, port: Option<u16>) -> bool {
        self.means(host) && self.port.is_none_or(|own| port == Some(own))
    }

    /// Whether it means this host at some port.
    pub fn means(&self, host: &str) -> bool {
        fits(self.host.as_bytes(), plain(host).as_bytes())
    }

    /// Whether it names hosts rather than permitting any.
    pub fn is_particular(&self) -> bool {
        self.host.bytes().any(|byte| !matches!(byte, b'*' | b'?' | b'.'))
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains(|c: char| c == '/' || c.is_whitespace()) {
            return Err(HostPatternError::NoHost);
        }
        let (host, port) = match text.rsplit_once(':') {
            // An IPv6 address without brackets has colons of its own.
            Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, Some(port)),
            Some(_) | None => (text, None),
        };
        let port = match port.map(str::parse) {
            Some(Ok(0) | Err(_)) => return Err(HostPatternError::Port),
            Some(Ok(port)) => Some(port),
            None => None,
        };
        let host = plain(host);
        if host.is_empty() {
            return Err(HostPatternError::Empty);
        }
        let is_known = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '*' | '?');
        if !host.chars().all(is_known) {
            return Err(HostPatternError::NoHost);
        }
        Ok(Self { host: host.to_lowercase(), port })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

/// The host without brackets and without the dot of the root.
fn plain(host: &str) -> &str {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host)
}

/// Matches in one pass: after a mismatch only the last `*` can take more.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut star, mut from) = (0, None, 0);
    let mut index = 0;
    while let Some(byte) = text.get(index) {
        match pattern.get(at) {
            Some(b'*') => {
                (star, from) = (Some(at), index);
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(byte) => {
                at += 1;
                index += 1;
            }
            Some(_) | None => {
                let Some(star) = star else { return false };
                from += 1;
                (at, index) = (star + 1, from);
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, host: &str, port: u16) -> bool {
        pattern.parse::<HostPattern>().unwrap().matches(host, Some(port))
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(matches("*.example.com", "a.b.example.com", 443));
        assert!(!matches("*.example.com", "example.com.evil.test", 443));
        assert!(!matches("*.example.com", "notexample.com", 443));
        assert!(matches("10.0.*", "10.0.3.4", 80));
        assert!(matches("*a*b*", "xxaxxbxx", 80));
        assert!(!matches("*a*b", "xxaxxbxx", 80));
        assert!(matches("api-?.test", "api-1.test", 80));
    }

    #[test]
    fn case_the_last_dot_and_brackets_do_not_matter() {
        assert!(matches("API.Example.com.", "api.example.COM", 443));
        assert!(matches("[::1]", "::1", 80) && matches("::1", "[::1]", 80));
        assert!(matches("[::1]:8080", "[::1]", 8080) && !matches("[::1]:8080", "[::1]", 8081));
    }

    #[test]
    fn a_port_is_that_port_only() {
        assert!(matches("localhost:8080", "localhost", 8080));
        assert!(!matches("localhost:8080", "localhost", 8081));
        assert!(matches("localhost", "localhost", 1));
    }

    #[test]
    fn what_names_no_host_is_told_why() {
        let error = |text: &str| text.parse::<HostPattern>().unwrap_err();
        assert_eq!(error(""), HostPatternError::Empty);
        assert_eq!(error(":80"), HostPatternError::Empty);
        assert_eq!(error("https://a.test/"), HostPatternError::NoHost);
        assert_eq!(error("a.test/path"), HostPatternError::NoHost);
        assert_eq!(error("a b"), HostPatternError::NoHost);
        assert_eq!(error("a.test:0"), HostPatternError::Port);
        assert_eq!(error("a.test:http"), HostPatternError::Port);
    }

    #[test]
    fn a_pattern_for_anything_names_nobody() {
        let particular = |text: &str| text.parse::<HostPattern>().unwrap().is_particular();
        assert!(particular("169.254.169.254") && particular("*.internal"));
        assert!(!particular("*") && !particular("*.*"));
    }
}
