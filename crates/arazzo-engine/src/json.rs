//! JSON text looked at without building its value: a body that nobody reads may be large, and one that somebody reads may
//! be hostile.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::secret::{is_secret, is_secret_name, may_end_secret};

/// The name under which a number of any size goes through a reader that keeps all its digits.
const NUMBER: &str = "$serde_json::private::Number";

/// The reader of JSON goes no deeper than this.
pub(crate) const MAX_DEPTH: usize = 127;

/// Calls `found` with every string under a secret name, as far as `json` can be read.
pub(crate) fn named_strings(json: &[u8], found: &mut dyn FnMut(&str)) {
    if !begins(json) || !may_name_a_secret(json) {
        return;
    }
    // What is no text counts as some letter: a secret may stand behind it.
    let text = String::from_utf8_lossy(without_mark(json));
    // What is behind a mistake is not looked at, as nothing else reads it.
    let _ = Walk { is_secret: false, found }.deserialize(&mut serde_json::Deserializer::from_str(&text));
}

/// Calls `found` with every string that is no name, as far as `json` can be read.
pub(crate) fn strings(json: &[u8], found: &mut dyn FnMut(&str)) {
    let text = String::from_utf8_lossy(without_mark(json));
    let _ = Walk { is_secret: true, found }.deserialize(&mut serde_json::Deserializer::from_str(&text));
}

/// Whether it is an array or an object, also one that is nested too deep to be read.
pub(crate) fn is_structure(json: &[u8]) -> bool {
    let read = || serde_json::from_slice::<IgnoredAny>(without_mark(json));
    begins(json) && (read().is_ok() || is_too_deep(json))
}

/// Whether an array or an object begins here.
fn begins(json: &[u8]) -> bool {
    matches!(without_mark(json).trim_ascii_start(), [b'[' | b'{', ..])
}

/// Whether a member may have a secret name. A look at what stands before each colon is enough where nothing is escaped.
fn may_name_a_secret(json: &[u8]) -> bool {
    let mut start = 0;
    let mut names_one = |colon: usize, has_escapes: bool| {
        let before = json.get(std::mem::replace(&mut start, colon + 1)..colon).unwrap_or_default();
        if let [.., first, second, b'"'] = before
            && !has_escapes
            && !may_end_secret([*first, *second])
        {
            return false;
        }
        let before = if before.ends_with(b"\"") { before } else { before.trim_ascii_end() };
        let [before @ .., b'"'] = before else { return false };
        // Before the name is a quote, with which no secret name goes on, so how it begins need not be known.
        is_secret(before) || (has_escapes && is_escaped(before))
    };
    let (blocks, rest) = json.as_chunks::<8>();
    let mut has_escapes = false;
    for (number, block) in blocks.iter().enumerate() {
        let block = u64::from_le_bytes(*block);
        has_escapes |= places(block, b'\\') != 0;
        let mut colons = places(block, b':');
        while colons != 0 {
            if names_one(number * 8 + (colons.trailing_zeros() / 8) as usize, has_escapes) {
                return true;
            }
            colons &= colons - 1;
        }
    }
    has_escapes |= rest.contains(&b'\\');
    let start = json.len() - rest.len();
    rest.iter().enumerate().any(|(at, byte)| *byte == b':' && names_one(start + at, has_escapes))
}

/// The bytes of a block that are this one, by their high bits.
fn places(block: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let differs = block ^ u64::from_le_bytes([byte; 8]);
    !(((differs & LOW) + LOW) | differs | LOW)
}

/// Whether the name at the end of this has an escape in it.
fn is_escaped(before: &[u8]) -> bool {
    let name = before.iter().rposition(|byte| *byte == b'"').and_then(|quote| before.get(quote + 1..));
    name.unwrap_or(before).contains(&b'\\')
}

/// JSON without the mark that some servers put before it, which
/// [a reader may pass over](https://www.rfc-editor.org/rfc/rfc8259#section-8.1).
pub(crate) fn without_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

/// Whether arrays and objects are nested deeper in it than [`MAX_DEPTH`], as far as it is JSON.
pub(crate) fn is_too_deep(json: &[u8]) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in outside_strings(json) {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest > MAX_DEPTH
}

/// Whether an object in it has members of one name, of which a reader keeps one. `value` is what was read.
pub(crate) fn lost_members(json: &[u8], value: &Value) -> bool {
    outside_strings(json).filter(|byte| *byte == b':').count() > members(value)
}

/// How many members the objects in the value have.
fn members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn outside_strings(json: &[u8]) -> impl Iterator<Item = u8> {
    let (mut in_string, mut escaped) = (false, false);
    json.iter().copied().filter(move |byte| {
        let was_in_string = in_string;
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ => {}
        }
        !was_in_string && !in_string
    })
}

/// Goes through a value.
struct Walk<'f> {
    /// Whether it stands under a secret name.
    is_secret: bool,
    found: &'f mut dyn FnMut(&str),
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.is_secret {
            (self.found)(text);
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Walk { is_secret: self.is_secret, found: &mut *self.found })?.is_some()
        {
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<Name>()? {
            let is_secret = match name {
                Name::Number => false,
                Name::Member { is_secret } => self.is_secret || is_secret,
            };
            members.next_value_seed(Walk { is_secret, found: &mut *self.found })?;
        }
        Ok(())
    }
}

/// What the name of a member says.
enum Name {
    /// It is no member: a number is read.
    Number,
    Member {
        is_secret: bool,
    },
}

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
                Ok(if name == NUMBER {
                    Name::Number
                } else {
                    Name::Member { is_secret: is_secret_name(name) }
                })
            }
        }
        reader.deserialize_str(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Vec<String> {
        let mut all = Vec::new();
        named_strings(json.as_bytes(), &mut |text| all.push(text.to_owned()));
        all
    }

    #[test]
    fn strings_under_secret_names_are_found_at_any_depth() {
        let json = r#"{"a": [{"token": "1\n"}, null, true, 1.5e400, 7], "secret": {"x": ["2", {"y": "3"}], "n": 4, "m": -1.5}, "b": "4"}"#;
        assert_eq!(found(json), ["1\n", "2", "3"]);
    }

    #[test]
    fn strings_are_found_however_their_names_are_written() {
        for name in
            [r"tok\u0065n", r#"a\"token"#, "a:token", r#"a\": token"#, "to-ken", "_token__", r"a\\token"]
        {
            let json = format!(r#"{{"x:": "y: \":", "{name}" {}: "1"}}"#, '\n');
            assert_eq!(found(&json), ["1"], "{json}");
        }
        assert!(!may_name_a_secret(br#"{"x:": "y: \\:", "token of": "token:", "a": [":", 1]}"#));
        for before in 0..20 {
            let start = format!("{{{}\"a\":1,", " ".repeat(before));
            for name in [r#""token""#, r#""token"  "#, r#""t\u006fken""#] {
                assert!(may_name_a_secret(format!("{start}{name}:1}}").as_bytes()), "{start}{name}");
            }
            assert!(!may_name_a_secret(format!(r#"{start}"tokens":"\"token","b":[]}}"#).as_bytes()));
        }
    }

    #[test]
    fn what_is_no_json_is_looked_at_as_far_as_it_is_some() {
        assert_eq!(found(r#"{"token": "1", "key": "#), ["1"]);
        assert_eq!(found(&format!("{}{{\"token\":\"1\"}}", "[".repeat(100_000))), Vec::<String>::new());
        assert_eq!(found("\u{feff}{\"token\": \"1\"}"), ["1"]);
        let mut all = Vec::new();
        named_strings(b"{\"name\": \"caf\xe9\", \"token\": \"1\"}", &mut |text| all.push(text.to_owned()));
        assert_eq!(all, ["1"]);
        assert_eq!(found(""), Vec::<String>::new());
    }
}
