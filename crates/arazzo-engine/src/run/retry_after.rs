//! The `Retry-After` header field, in both of its forms.
//!
//! See [RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).

use std::time::{Duration, UNIX_EPOCH};

use crate::exchange::Response;
use crate::record::Timestamp;

/// How long the server asks to wait from `now` on; `None` when it does not say, or not in a form that can be read.
pub(super) fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let since_epoch = date.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Timestamp::default().after(since_epoch).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str, now: u64) -> Option<Duration> {
        let headers = vec![("Retry-After".to_owned(), value.to_owned())];
        retry_after(&Response { status: 503, headers, body: Vec::new() }, Timestamp(now))
    }

    #[test]
    fn seconds_are_counted_from_now() {
        assert_eq!(parse("120", 5), Some(Duration::from_secs(120)));
        assert_eq!(parse("99999999999999999999999", 5), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn a_date_is_a_moment() {
        assert_eq!(parse("Thu, 01 Jan 1970 00:01:00 GMT", 10_000_000), Some(Duration::from_secs(50)));
        assert_eq!(parse("Thu, 01 Jan 1970 00:00:01 GMT", 10_000_000), Some(Duration::ZERO));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for value in ["", "soon", "-1", "1.5"] {
            assert_eq!(parse(value, 0), None, "{value}");
        }
    }
}
