//! Secrets: what is one, and how it is hidden in events.
//!
//! A value is masked when an event is made. What is six characters or longer is masked wherever it appears, also
//! percent-encoded; shorter values only where their name says what they are. Names and numbers are never masked.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Values shorter than this are masked only where their name says what they are.
const MIN_LENGTH: usize = 6;

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
    let plain: String =
        name.chars().filter(|c| !matches!(c, '-' | '_' | '$')).flat_map(char::to_lowercase).collect();
    SECRET_ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// The secret inputs of a run. They are in no record: who resumes a run gives them again.
#[derive(Clone, Default, PartialEq)]
pub struct Secrets {
    inputs: Map<String, Value>,
}

impl Secrets {
    pub(crate) fn of_inputs(inputs: Map<String, Value>) -> Self {
        Self { inputs }
    }

    pub(crate) fn inputs(&self) -> &Map<String, Value> {
        &self.inputs
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.inputs.keys()).finish()
    }
}

/// Hides secrets in what is shown.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    off: bool,
    /// Longest first, so that a secret inside another does not leave a rest.
    values: Vec<String>,
}

impl Mask {
    pub(crate) fn new(show_secrets: bool) -> Self {
        Self { off: show_secrets, values: Vec::new() }
    }

    /// Masks this value from now on.
    pub(crate) fn hide(&mut self, secret: &str) {
        if secret.chars().count() < MIN_LENGTH {
            return;
        }
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let unreserved =
            encoded.replace("%2D", "-").replace("%2E", ".").replace("%5F", "_").replace("%7E", "~");
        for form in [secret.to_owned(), encoded, unreserved] {
            if !self.values.contains(&form) {
                self.values.push(form);
            }
        }
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// Masks every string in these values from now on.
    pub(crate) fn hide_all(&mut self, values: &Map<String, Value>) {
        values.values().for_each(|value| self.hide_strings(value));
    }

    fn hide_strings(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.hide(text),
            Value::Array(items) => items.iter().for_each(|item| self.hide_strings(item)),
            Value::Object(members) => self.hide_all(members),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Masks the values of members with secret names from now on.
    pub(crate) fn hide_named(&mut self, members: &Map<String, Value>) {
        for (name, value) in members {
            match value {
                Value::Object(members) if !is_secret_name(name) => self.hide_named(members),
                Value::Array(_)
                | Value::Object(_)
                | Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                    if is_secret_name(name) =>
                {
                    self.hide_strings(value);
                }
                Value::Array(_)
                | Value::Object(_)
                | Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_) => {}
            }
        }
    }

    /// The text without secrets.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        if self.off {
            return shown;
        }
        for value in &self.values {
            if shown.contains(value.as_str()) {
                shown = Cow::Owned(shown.replace(value.as_str(), MASK));
            }
        }
        shown
    }

    /// The value without secrets: neither known ones nor those that their name gives away.
    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text).into_owned()),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(members) => Value::Object(self.members(members)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// The members without secrets.
    pub(crate) fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        members
            .iter()
            .map(|(name, value)| match value {
                Value::String(_) if !self.off && is_secret_name(name) => {
                    (name.clone(), Value::String(MASK.to_owned()))
                }
                Value::String(_)
                | Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => (name.clone(), self.value(value)),
            })
            .collect()
    }

    /// Header fields without secrets.
    pub(crate) fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.clone(), self.named(name, value))).collect()
    }

    /// A URL without secrets, neither known ones nor values of query parameters with secret names.
    pub(crate) fn url(&self, url: &str) -> String {
        let Some((base, query)) = url.split_once('?') else { return self.text(url).into_owned() };
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => format!("{name}={}", self.named(name, value)),
                None => self.text(pair).into_owned(),
            })
            .collect();
        format!("{}?{}", self.text(base), pairs.join("&"))
    }

    /// A body as text without secrets; JSON keeps its shape. `None` when it is no text.
    pub(crate) fn body(&self, body: &[u8]) -> Option<String> {
        let text = std::str::from_utf8(body).ok()?;
        if self.off {
            return Some(text.to_owned());
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => {
                let masked = self.value(&value);
                Some(if masked == value { text.to_owned() } else { masked.to_string() })
            }
            Err(_) => Some(self.text(text).into_owned()),
        }
    }

    fn named(&self, name: &str, value: &str) -> String {
        if !self.off && is_secret_name(name) { MASK.to_owned() } else { self.text(value).into_owned() }
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").field("off", &self.off).field("values", &self.values.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mask(secret: &str) -> Mask {
        let mut mask = Mask::new(false);
        mask.hide(secret);
        mask
    }

    #[test]
    fn a_name_gives_a_secret_away_by_its_end() {
        for name in ["$api_key", "X-API-Key", "accessToken", "client_secret", "Set-Cookie", "passwd"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["key", "tokens", "userId", "secretary", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_known_secret_is_masked_wherever_it_stands() {
        let mask = mask("s3cr3t/key");
        assert_eq!(mask.text("x s3cr3t/key y"), "x *** y");
        assert_eq!(mask.url("http://h/a?q=s3cr3t%2Fkey&b=1"), "http://h/a?q=***&b=1");
        assert_eq!(mask.body(br#"{"echo":["is s3cr3t/key"]}"#).unwrap(), r#"{"echo":["is ***"]}"#);
    }

    #[test]
    fn a_named_secret_is_masked_though_nobody_knows_it() {
        let mask = mask("unrelated");
        assert_eq!(mask.url("http://h/?api_key=ab&x=1"), "http://h/?api_key=***&x=1");
        assert_eq!(mask.value(&json!({"token": "ab", "n": 5})), json!({"token": "***", "n": 5}));
        assert_eq!(mask.headers(&[("Authorization".into(), "Basic x".into())])[0].1, "***");
    }

    #[test]
    fn short_values_are_masked_only_at_their_place() {
        let mask = mask("abc");
        assert_eq!(mask.text("abcdef"), "abcdef");
    }

    #[test]
    fn secrets_can_be_shown_on_demand() {
        let mut mask = Mask::new(true);
        mask.hide("s3cr3t-key");
        assert_eq!(mask.value(&json!({"token": "s3cr3t-key"})), json!({"token": "s3cr3t-key"}));
    }
}
