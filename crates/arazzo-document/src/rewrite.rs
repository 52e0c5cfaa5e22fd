//! Other texts in place of those that a document has, with its comments and its layout as they were.
//!
//! Only the text of a string is changed, in the style in which it is written where that can hold the new one. The result
//! is read again: unless it is the document with just those strings changed, nothing is given.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;

use crate::document::Document;
use crate::node::Node;
use crate::position::Lines;
use crate::read::{Format, read};

impl Document {
    /// The text of the document in which the strings at these JSON Pointers are others. The first change of a string is
    /// the one that counts.
    ///
    /// `None` when it cannot be said for certain how to write it: an alias stands for a string, or its style has no place
    /// for the new one.
    pub fn rewritten<'c>(&self, changes: impl IntoIterator<Item = (&'c str, &'c str)>) -> Option<String> {
        let format = Format::of(&self.name, &self.text);
        let mut wanted = self.root.to_value();
        let lines = Lines::of(&self.text);
        let mut seen = HashSet::new();
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for (pointer, new) in changes {
            let node = self.root.pointer(pointer)?;
            let old = node.as_str()?;
            let place = lines.range(node.span);
            if !seen.insert(place.start) {
                continue;
            }
            let raw = self.text.get(place.clone())?;
            edits.push((place, written(raw, old, new, format)?));
            *wanted.pointer_mut(pointer)? = Value::from(new);
        }
        edits.sort_by_key(|(place, _)| place.start);
        let mut text = String::with_capacity(self.text.len() + 64);
        let mut from = 0;
        for (place, new) in edits {
            text.push_str(self.text.get(from..place.start)?);
            text.push_str(&new);
            from = place.end;
        }
        text.push_str(self.text.get(from..)?);
        let root = read(&text, format).root;
        (root.as_ref().map(Node::to_value) == Some(wanted)).then_some(text)
    }
}

/// How `new` is written where `raw` stands for `old`.
fn written(raw: &str, old: &str, new: &str, format: Format) -> Option<String> {
    match (format, raw.chars().next()) {
        (Format::Json, _) => Some(Value::from(new).to_string()),
        (Format::Yaml, _) if raw.contains(['\n', '\r']) => within(raw, old, new),
        (Format::Yaml, Some('"')) => Some(Value::from(new).to_string()),
        (Format::Yaml, Some('\'')) => Some(quoted(new)),
        (Format::Yaml, _) if raw == old && is_plain(new) => Some(new.to_owned()),
        (Format::Yaml, _) if raw == old => Some(quoted(new)),
        (Format::Yaml, _) => None,
    }
}

/// A text of several lines in which the part that differs is written once, and as it is.
fn within(raw: &str, old: &str, new: &str) -> Option<String> {
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    let backwards = old_rest.chars().rev().zip(new_rest.chars().rev());
    let end: usize = backwards.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    // With a bit of what stands around it, the part is more likely to be unlike any other.
    let before = old.get(..start)?.char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let head = old.get(before..start)?;
    let (old_part, new_part) = (
        old_rest.get(..old_rest.len().checked_sub(end)?)?,
        new_rest.get(..new_rest.len().checked_sub(end)?)?,
    );
    let (old_part, new_part) = (format!("{head}{old_part}"), format!("{head}{new_part}"));
    let unwritable = |text: &str| text.contains(['\n', '\r', '\\', '"', '\'']);
    let mut found = raw.match_indices(old_part.as_str());
    let (at, _) = found.next().filter(|_| !old_part.is_empty())?;
    if found.next().is_some() || (raw.starts_with(['"', '\'']) && unwritable(&new_part)) {
        return None;
    }
    Some(format!("{}{new_part}{}", raw.get(..at)?, raw.get(at + old_part.len()..)?))
}

/// So many characters before a part that differs are looked for with it.
const AROUND: usize = 8;

/// Whether a text stands for itself in YAML, wherever it stands.
fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '$' | '/' | '.' | '(' | '_'));
    starts
        && !text.contains(['{', '}', '[', ']', ',', '\n', '\r', '\t'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, text: &str) -> Document {
        let (document, diagnostics) = Document::read(name, name, text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        document.unwrap()
    }

    fn rewritten(text: &str, changes: &[(&str, &str)]) -> Option<String> {
        document("a.yml", text).rewritten(changes.iter().copied())
    }

    #[test]
    fn comments_and_layout_stay() {
        let text = "# head\na:   Bearer $inputs.t   # why\nb: [ x, 'it''s' ]\nc: \"q\"\n";
        let changes = [("/a", "Bearer {$inputs.t}"), ("/b/1", "it's {y}"), ("/c", "say \"q\"")];
        let expected =
            "# head\na:   'Bearer {$inputs.t}'   # why\nb: [ x, 'it''s {y}' ]\nc: \"say \\\"q\\\"\"\n";
        assert_eq!(rewritten(text, &changes).as_deref(), Some(expected));
    }

    #[test]
    fn a_text_that_needs_no_quotes_gets_none() {
        let text = "a: $response.headers.X == \"b\"\n";
        let new = "$response.header.X == 'b'";
        assert_eq!(rewritten(text, &[("/a", new)]), Some(format!("a: {new}\n")));
    }

    #[test]
    fn a_part_of_a_block_is_changed_where_it_stands() {
        let text = "a: >-\n  $statusCode == 200 &&\n  $response.headers.X == 1 # no comment\nb: 1\n";
        let new = "$statusCode == 200 && $response.header.X == 1 # no comment";
        assert_eq!(rewritten(text, &[("/a", new)]), Some(text.replace("headers", "header")));
    }

    #[test]
    fn json_stays_json() {
        let document = document("a.json", "{\"a\" : \"x\\u00e4\",\r\n \"b\": 1}");
        let text = document.rewritten([("/a", "y\"ä")]).unwrap();
        assert_eq!(text, "{\"a\" : \"y\\\"ä\",\r\n \"b\": 1}");
    }

    #[test]
    fn the_first_change_of_a_string_counts() {
        assert_eq!(rewritten("a: x\n", &[("/a", "y"), ("/a", "z")]).as_deref(), Some("a: y\n"));
    }

    #[test]
    fn what_is_not_certain_is_not_written() {
        assert_eq!(rewritten("a: &x one\nb: *x\n", &[("/b", "two")]), None);
        assert_eq!(rewritten("a: &x one\nb: *x\n", &[("/a", "two")]), None);
        assert_eq!(rewritten("a: 1\n", &[("/a", "two")]), None);
        assert_eq!(rewritten("a: x\n", &[("/none", "two")]), None);
        assert_eq!(rewritten("a: |\n  x\n  x\n", &[("/a", "x\ny\n")]).as_deref(), None);
    }
}
