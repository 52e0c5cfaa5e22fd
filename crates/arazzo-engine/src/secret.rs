//! Secrets: what is one, where it stands, and how it may be written.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// The endings of names whose values are secret.
const SECRET_ENDINGS: [&str; 10] = [
    "apikey",
    "accesskey",
    "secret",
    "password",
    "passwd",
    "token",
    "credential",
    "privatekey",
    "authorization",
    "cookie",
];

/// Whether the value of an input, member, header or parameter with this name is secret.
pub fn is_secret_name(name: &str) -> bool {
    is_secret(name.as_bytes())
}

/// The same of a name that may be cut off at its beginning.
pub(crate) fn is_secret(name: &[u8]) -> bool {
    if let [.., first, second] = name
        && !may_end_secret([*first, *second])
    {
        return false;
    }
    let plain = || {
        let plain = name.iter().rev().filter(|byte| !is_passed_over(**byte));
        plain.map(u8::to_ascii_lowercase)
    };
    SECRET_ENDINGS.iter().any(|ending| {
        let mut plain = plain();
        ending.bytes().rev().all(|byte| plain.next() == Some(byte))
    })
}

/// Whether a byte of a name says nothing of what it names.
fn is_passed_over(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'$')
}

/// Whether a secret name may end in these two bytes. Most names do not.
#[inline]
pub(crate) fn may_end_secret([before, last]: [u8; 2]) -> bool {
    if is_passed_over(before) || is_passed_over(last) {
        return true;
    }
    let before = before.to_ascii_lowercase();
    match last.to_ascii_lowercase() {
        b'y' | b't' => before == b'e',
        b'd' => matches!(before, b'r' | b'w'),
        b'n' => matches!(before, b'e' | b'o'),
        b'l' => before == b'a',
        b'e' => before == b'i',
        _ => false,
    }
}

/// The secret inputs of a run. They are in no record: who resumes a run gives them again.
#[derive(Clone, Default, PartialEq)]
pub struct Secrets {
    inputs: Map<String, Value>,
    /// Those that are as the description has them by default.
    defaults: BTreeSet<String>,
}

impl Secrets {
    pub(crate) fn of_inputs(inputs: Map<String, Value>, defaults: &Map<String, Value>) -> Self {
        let defaults = inputs.iter().filter(|(name, value)| defaults.get(*name) == Some(value));
        let defaults = defaults.map(|(name, _)| name.clone()).collect();
        Self { inputs, defaults }
    }

    pub(crate) fn inputs(&self) -> &Map<String, Value> {
        &self.inputs
    }

    /// The names of the secret inputs that are not what the description has by default. A journal keeps them, so that who
    /// resumes the run is asked for each.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.keys().map(String::as_str).filter(|name| !self.defaults.contains(*name))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.inputs.keys()).finish()
    }
}

/// The secret and what it looks like where it is sent or echoed: in a path or a query, in a form, in JSON and in XML, and
/// in Base64, alone or with something before and after it.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    forms.extend(base64_forms(secret));
    if secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return forms;
    }
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let unreserved = encoded.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
    forms.push(unreserved.replace("%20", "+"));
    forms.extend([encoded, unreserved]);
    forms.push(form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    let json = Value::from(secret).to_string();
    forms.extend(json.get(1..json.len().saturating_sub(1)).map(str::to_owned));
    let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // White space that a reader would change is escaped: in an element line ends, in an attribute all but the blank.
    let element = text.replace('\r', "&#13;");
    let attribute = element.replace('\n', "&#10;").replace('\t', "&#9;");
    let mut written = vec![text, element, attribute];
    written.dedup();
    for text in written {
        // In the text of an element, quotes need not be escaped; outside of HTML, the apostrophe has a name.
        let quoted = text.replace('"', "&quot;");
        forms.extend([quoted.replace('\'', "&apos;"), quoted.replace('\'', "&#39;"), quoted, text]);
    }
    forms
}

/// The digits that any Base64 has for the secret, whatever stands around it: three forms, as it may begin with the first,
/// second or third byte of a group. The digits that also hold bits of what is beside it are left out, but for the whole
/// of it when it stands alone.
fn base64_forms(secret: &str) -> Vec<String> {
    let mut forms = vec![STANDARD.encode(secret), URL_SAFE.encode(secret)];
    for before in 0..3_usize {
        let bytes = [vec![0; before], secret.as_bytes().to_vec()].concat();
        // Six bits a digit: the first whole digit is rounded up, the last one down.
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for text in [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)] {
            forms.extend(text.get(first..last).map(str::to_owned));
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// Whether the name of a pair in a query or a form, as it is written there, is secret, as in `auth%5Btoken%5D`.
pub(crate) fn is_secret_key(written: &str) -> bool {
    let is_secret = |name: &str| is_secret_name(name.trim_end_matches(['[', ']']));
    if !written.contains(['%', '+']) {
        // It means what it says.
        return is_secret(written.split_once(['&', '=']).map_or(written, |(name, _)| name));
    }
    form_urlencoded::parse(written.as_bytes()).next().is_some_and(|(name, _)| is_secret(&name))
}

/// Calls `found` with every string in the value.
pub(crate) fn strings(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|value| strings(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Calls `found` with every string under a secret name.
pub(crate) fn named_strings(members: &Map<String, Value>, found: &mut dyn FnMut(&str)) {
    for (name, value) in members {
        if is_secret_name(name) { strings(value, found) } else { named_strings_in(value, found) }
    }
}

pub(crate) fn named_strings_in(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named_strings_in(item, found)),
        Value::Object(members) => named_strings(members, found),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The value in a [`Set-Cookie`](https://www.rfc-editor.org/rfc/rfc6265#section-4.1) field, without name and attributes.
pub(crate) fn cookie_value(field: &str) -> &str {
    let pair = field.split_once(';').map_or(field, |(pair, _)| pair);
    pair.split_once('=').map_or("", |(_, value)| value).trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_a_secret_is_found_whatever_stands_around_it() {
        for secret in ["s3cr3t-key", "abcdef", "\u{fb}\u{ff}?>~~", "s3cr3t1"] {
            let forms = base64_forms(secret);
            for before in ["", "u", "us", "user:", "user: "] {
                for after in ["", "!", "!!", "!!!"] {
                    let text = format!("{before}{secret}{after}");
                    for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                        assert!(forms.iter().any(|form| encoded.contains(form)), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_gives_a_secret_away_by_its_end() {
        for name in ["$api_key", "X-API-Key", "accessToken", "client_secret", "Set-Cookie", "passwd"] {
            assert!(is_secret_name(name), "{name}");
        }
        for ending in SECRET_ENDINGS {
            assert!(is_secret_name(&format!("_{}-", ending.to_ascii_uppercase())), "{ending}");
            // Here the last two letters tell at once.
            assert!(is_secret_name(ending), "{ending}");
        }
        for name in ["key", "tokens", "userId", "secretary", "n", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
