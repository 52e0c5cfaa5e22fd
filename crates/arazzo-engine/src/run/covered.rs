//! What may be written down of a run: no secret input, and no credential.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde_json::Value;

use super::{Run, State};
use crate::charset;
use crate::command::Call;
use crate::json;
use crate::mask::{MASK, is_looked_for};
use crate::record::{Record, Timestamp};
use crate::secret::{Secrets, forms};

/// Longer forms, in bytes, are not held in a finder between two requests: it would be many times their size.
const MAX_FINDER_LENGTH: usize = 64 * 1024;

/// What the secret inputs of a run look like where they are sent.
pub(super) enum SecretForms {
    None,
    Found(Finder),
    /// Too long for a finder that is kept.
    Long(Vec<String>),
}

/// `None` where it cannot be made, for more text than memory has numbers for.
pub(super) struct Finder(Option<AhoCorasick>);

impl SecretForms {
    fn of(secrets: &Secrets) -> Self {
        let mut found = Vec::new();
        secrets.inputs().values().for_each(|input| leaves(input, &mut found));
        let forms: Vec<String> = found.iter().flat_map(|leaf| forms(leaf)).collect();
        let length = forms.iter().map(String::len).sum::<usize>();
        match length {
            0 => Self::None,
            1..=MAX_FINDER_LENGTH => Self::Found(Finder::of(&forms)),
            _ => Self::Long(forms),
        }
    }

    fn replace(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::None => bytes,
            Self::Found(finder) => finder.replace(&bytes),
            Self::Long(forms) => Finder::of(forms).replace(&bytes),
        }
    }
}

impl Finder {
    /// Of the kind that is made soonest: a run sends few requests.
    fn of(forms: &[String]) -> Self {
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(forms);
        Self(finder.ok())
    }

    /// Without a finder nothing of the request is kept.
    fn replace(&self, bytes: &[u8]) -> Vec<u8> {
        let Some(finder) = &self.0 else { return Vec::new() };
        finder.replace_all_bytes(bytes, &vec![MASK; finder.patterns_len()])
    }
}

impl Run {
    /// What is sent, without the secret inputs of the run: two requests that differ in nothing else have the same bytes
    /// here. Credentials are named as slots, and a file by its path. A journal keeps a digest of it.
    pub fn without_secrets(&self, call: &Call) -> Vec<u8> {
        let request = &call.request;
        let mut bytes = format!("{} {}\n", request.method, request.url).into_bytes();
        for (name, value) in &request.headers {
            bytes.extend_from_slice(format!("{name}: {value}\n").as_bytes());
        }
        for slot in &request.slots {
            bytes.extend_from_slice(format!("{}.{}\n", slot.source, slot.scheme).as_bytes());
        }
        bytes.push(b'\n');
        if let Some(body) = &request.body {
            bytes.extend_from_slice(&body.shown());
        }
        self.secret_forms.get_or_init(|| SecretForms::of(&self.secrets)).replace(bytes)
    }

    /// When the run began, while it goes on.
    pub fn started_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Running(memory) => Some(memory.started),
            State::New | State::Finished(_) => None,
        }
    }

    /// Masks what a record says in words: the message of a transport error may quote a URL. Everything else in a record
    /// is what later steps need.
    pub fn cover(&self, record: &mut Record) {
        if let Record::Failed { error, .. } = record {
            error.message = self.mask.text(&error.message).into_owned();
        }
    }
}

impl Record {
    /// Which of the secrets the server said, in any of the forms in which a run masks them, as the run reads the response. To
    /// keep these with the record gives no more away.
    pub fn gives_away<'s>(&self, secrets: impl IntoIterator<Item = &'s str>) -> Vec<&'s str> {
        let Self::Responded { response, .. } = self else { return Vec::new() };
        let secrets: Vec<&str> = secrets.into_iter().filter(|secret| is_looked_for(secret)).collect();
        let (owners, forms): (Vec<&str>, Vec<String>) =
            secrets.iter().flat_map(|secret| forms(secret).into_iter().map(|form| (*secret, form))).unzip();
        if forms.is_empty() {
            return Vec::new();
        }
        // It cannot be made for more text than memory has numbers for.
        let finder = AhoCorasick::builder().kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(&forms);
        let Ok(finder) = finder else { return secrets };
        let mut said = BTreeSet::new();
        let mut look = |text: &[u8]| {
            let found = finder.find_overlapping_iter(text);
            said.extend(found.filter_map(|found| owners.get(found.pattern().as_usize()).copied()));
        };
        response.headers.iter().for_each(|(_, value)| look(value.as_bytes()));
        let body = charset::body(response);
        look(&body);
        // Any letter of JSON may be written as an escape.
        if body.contains(&b'\\') {
            json::strings(&body, &mut |text| look(text.as_bytes()));
        }
        said.into_iter().collect()
    }
}

/// The texts of all strings and numbers in the value that are not empty.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|value| leaves(value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::command::CallId;
    use crate::exchange::Response;

    #[test]
    fn a_secret_is_said_as_the_response_is_read() {
        let record = |content_type: &str, body: &[u8]| {
            let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
            let response = Response { status: 200, headers, body: body.to_vec() };
            Record::Responded { at: Timestamp(0), id: CallId { visit: 1, attempt: 1 }, response }
        };
        let utf_16: Vec<u8> = "said: a/b-token".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (content_type, body) in [
            ("application/json", &br#"{"said":["a\/b-token"]}"#[..]),
            ("application/json", br#"[{"said":"a\u002fb\u002dtoken","token":1}]"#),
            ("text/plain;charset=utf-16le", &utf_16),
            ("image/png", b"\xffa/b-token"),
        ] {
            let record = record(content_type, body);
            assert_eq!(record.gives_away(["another-key", "a/b-token"]), ["a/b-token"], "{body:?}");
        }
        assert!(record("application/json", br#"["a\\/b-token"]"#).gives_away(["a/b-token"]).is_empty());
    }

    #[test]
    fn a_secret_input_is_written_down_nowhere_however_long_it_is() {
        for times in [1, MAX_FINDER_LENGTH / 8] {
            let secret = "a b/c".repeat(times);
            let inputs = json!({ "pin": [secret], "flag": true }).as_object().cloned().unwrap();
            let forms = SecretForms::of(&Secrets::of_inputs(inputs, &serde_json::Map::new()));
            assert_eq!(matches!(forms, SecretForms::Long(_)), times > 1);
            let encoded = secret.replace(' ', "%20").replace('/', "%2F");
            let sent = format!("GET /x?pin={encoded}\n\n{secret}!");
            assert_eq!(forms.replace(sent.into_bytes()), b"GET /x?pin=***\n\n***!");
        }
    }
}
