//! Texts that say they are not UTF-8.
//!
//! See [Content-Type](https://www.rfc-editor.org/rfc/rfc9110#section-8.3): its `charset` says how bytes stand for
//! characters. The ones that need no table are read; of others the bytes are all that is known.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::exchange::Response;
use crate::json::without_mark;
use crate::mask::FORM;
use crate::plan::{essence, is_json, is_xml};

/// The body as UTF-8, if it is that or says what else it is. JSON in UTF-8 is read as such whatever it says, since
/// [JSON has no other charset](https://www.rfc-editor.org/rfc/rfc8259#section-8.1).
pub(crate) fn body(response: &Response) -> Cow<'_, [u8]> {
    let bytes = response.body.as_slice();
    let decoded = response.header("content-type").and_then(|content_type| {
        let text = decoded(content_type, bytes)?;
        let is_read = is_json(&essence(content_type))
            && std::str::from_utf8(without_mark(bytes))
                .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
        (!is_read).then(|| text.into_bytes())
    });
    decoded.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// The text of `bytes`, if they are some and in the `charset` of this content type, and that is one that is read here.
fn decoded(content_type: &str, bytes: &[u8]) -> Option<String> {
    // Other things have no characters, whatever some servers say of all that they send.
    let charset = charset(content_type).filter(|_| is_text(&essence(content_type)))?;
    match charset.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "iso8859-1" | "latin1" | "l1" => Some(bytes.iter().copied().map(char::from).collect()),
        "utf-16le" => utf_16(bytes, u16::from_le_bytes),
        "utf-16be" => utf_16(bytes, u16::from_be_bytes),
        // Without a mark the more significant byte comes first.
        "utf-16" => match bytes {
            [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
            all => utf_16(all, u16::from_be_bytes),
        },
        _ => None,
    }
}

fn is_text(essence: &str) -> bool {
    essence.starts_with("text/") || is_json(essence) || is_xml(essence) || essence == FORM
}

fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_the_charset_that_it_names() {
        let of = |content_type: &str, bytes: &[u8]| decoded(content_type, bytes);
        assert_eq!(of("text/plain; charset=ISO-8859-1", b"caf\xe9").as_deref(), Some("café"));
        assert_eq!(of("text/plain;a=b; Charset=\"utf-16\"", b"\xff\xfeh\0i\0").as_deref(), Some("hi"));
        assert_eq!(of("text/plain; charset=utf-16", b"\0h\0i").as_deref(), Some("hi"));
        for text in ["application/problem+json", "image/svg+xml", "Application/X-WWW-Form-Urlencoded"] {
            assert_eq!(of(&format!("{text};charset=latin1"), b"\xe9").as_deref(), Some("é"), "{text}");
        }
    }

    #[test]
    fn json_in_utf_8_is_read_as_such_whatever_it_says() {
        let of = |content_type: &str, bytes: &[u8]| {
            let headers = vec![("Content-Type".to_owned(), format!("{content_type};charset=latin1"))];
            body(&Response { status: 200, headers, body: bytes.to_vec() }).into_owned()
        };
        assert_eq!(of("application/json", "\"é\"".as_bytes()), "\"é\"".as_bytes());
        assert_eq!(of("application/json", b"\"\xe9\""), "\"é\"".as_bytes());
        assert_eq!(of("text/plain", b"\xe9"), "é".as_bytes());
    }

    #[test]
    fn what_is_not_in_its_charset_is_no_text() {
        for (content_type, bytes) in [
            ("text/plain; charset=utf-16le", &b"h\0i"[..]),
            ("text/plain; charset=utf-16le", b"\0\xd8"),
            ("text/plain; charset=shift_jis", b"\x83\x41"),
            ("text/plain", b"\xe9"),
            ("image/png;charset=ISO-8859-1", b"\x89PNG"),
            ("application/octet-stream;charset=latin1", b"\xe9"),
        ] {
            assert_eq!(decoded(content_type, bytes), None, "{content_type}");
        }
    }
}
