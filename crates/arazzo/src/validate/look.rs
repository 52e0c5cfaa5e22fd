//! Whether a file looks like an Arazzo Description, from its beginning.
//!
//! A folder is full of other YAML and JSON, and reading all of that would take longer than checking the descriptions.
//! So only the root key `arazzo` is looked for; what has it is then read and checked as a whole. Broken files are told
//! apart in the same way, so that a description with a syntax error is not passed over.

/// So much of a file is looked at. The root key is the first in practice, also where keys are sorted.
pub(super) const HEAD: usize = 64 << 10;

const KEY: &[u8] = b"arazzo";

/// Whether a text that begins with `head` has the root key `arazzo`.
pub(super) fn is_description(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = head.trim_ascii_start();
    if text.starts_with(b"{") {
        has_flow_key(text)
    } else {
        head.split(|byte| *byte == b'\n').any(is_root_line)
    }
}

/// Whether a line of block YAML begins with the key.
fn is_root_line(line: &[u8]) -> bool {
    let (quote, rest) = match line.split_first() {
        Some((quote @ (b'"' | b'\''), rest)) => (Some(*quote), rest),
        Some(_) | None => (None, line),
    };
    let Some(rest) = rest.strip_prefix(KEY) else { return false };
    let rest = match quote {
        Some(quote) => rest.strip_prefix(&[quote]),
        None => Some(rest),
    };
    rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// Whether an object in braces has the key, as JSON and flow YAML write it.
fn has_flow_key(text: &[u8]) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match rest {
            [b'{' | b'[', ..] => {
                depth += 1;
                1
            }
            [b'}' | b']', ..] => {
                depth = depth.saturating_sub(1);
                1
            }
            [quote @ (b'"' | b'\''), ..] => quoted(rest, *quote),
            // An apostrophe within a word of flow YAML opens no string.
            [byte, ..] if byte.is_ascii_alphanumeric() => {
                rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'\'').count()
            }
            [..] => 1,
        };
        if depth == 1 {
            let (token, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let bare = token.strip_prefix(b"\"").and_then(|token| token.strip_suffix(b"\""));
            let bare = bare.or_else(|| token.strip_prefix(b"'")?.strip_suffix(b"'")).unwrap_or(token);
            if bare == KEY && after.trim_ascii_start().starts_with(b":") {
                return true;
            }
        }
        at += length;
    }
    false
}

/// The length of a quoted string with its quotes.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (index, byte) in text.iter().enumerate().skip(1) {
        if escaped {
            escaped = false;
        } else if *byte == b'\\' && quote == b'"' {
            escaped = true;
        } else if *byte == quote {
            return index + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_key_is_found_as_people_write_it() {
        for text in [
            "arazzo: 1.0.1\n",
            "# a comment\n---\narazzo : 1.0.1\r\n",
            "info: {}\n\"arazzo\": 1.0.1",
            "\u{feff}'arazzo': 1.0.1",
            "{arazzo: 1.0.1, info: {",
            "\n {\"info\": {\"title\": \"a \\\" b\", \"tags\": []},\n \"arazzo\" : \"1.0.1\"",
            "{title: don't, arazzo: 1.0.1}",
            "arazzo: [broken",
        ] {
            assert!(is_description(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn other_files_are_not_taken_for_descriptions() {
        for text in [
            "",
            "openapi: 3.1.0\ninfo:\n  arazzo: 1.0.1\n",
            "{\"info\": {\"arazzo\": \"1.0.1\"}}",
            "{\"title\": \"arazzo\"}",
            "{\"arazzoX\": 1, \"x\": \"arazzo:\"}",
            "arazzo",
            "arazzos: 1",
            "\"arazzo: 1",
            "{\"",
        ] {
            assert!(!is_description(text.as_bytes()), "{text}");
        }
    }
}
