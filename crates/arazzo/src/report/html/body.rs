//! Bodies and values as text for reading, no longer than a page can bear.

use std::cell::Cell;

use serde::Serialize;
use serde_json::Value;

/// So much of one body is shown, in bytes.
pub(super) const MAX_BODY: usize = 16 * 1024;
/// So much of all bodies together; later ones are cut to [`LEAST_BODY`].
const MAX_BODIES: usize = 8 * 1024 * 1024;
const LEAST_BODY: usize = 512;
/// A longer body is not read as JSON: no more than its beginning would be shown.
const MAX_PARSED: usize = 256 * 1024;

/// A text with what was left out of it.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// So many bytes are not shown.
    pub(super) cut: usize,
}

/// What may still be shown.
#[derive(Debug)]
pub(super) struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(MAX_BODIES))
    }
}

impl Room {
    /// A body; JSON is laid out in lines.
    pub(super) fn body(&self, body: &str) -> Option<Shown> {
        if body.is_empty() {
            return None;
        }
        let value = (body.len() <= MAX_PARSED).then(|| serde_json::from_str::<Value>(body).ok()).flatten();
        Some(match value {
            Some(value @ (Value::Object(_) | Value::Array(_))) => self.value(&value),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => self.cut(body),
        })
    }

    /// A value as JSON.
    pub(super) fn value(&self, value: &Value) -> Shown {
        // Values can always be written.
        self.cut(&serde_json::to_string_pretty(value).unwrap_or_default())
    }

    fn cut(&self, text: &str) -> Shown {
        let most = self.0.get().clamp(LEAST_BODY, MAX_BODY);
        let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let shown = text.get(..end).unwrap_or_default().to_owned();
        self.0.set(self.0.get().saturating_sub(shown.len()));
        Shown { cut: text.len() - shown.len(), text: shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_keeps_its_digits() {
        let shown = Room::default().body(r#"{"b":12345678901234567890.10,"a":[]}"#).unwrap();
        assert_eq!(shown.text, "{\n  \"b\": 12345678901234567890.10,\n  \"a\": []\n}");
        assert_eq!(shown.cut, 0);
    }

    #[test]
    fn a_long_body_is_cut_between_characters() {
        let shown = Room::default().body(&"ü".repeat(MAX_BODY)).unwrap();
        assert_eq!((shown.text.len(), shown.cut), (MAX_BODY, MAX_BODY));
        let shown = Room::default().body(&format!("x{}", "ü".repeat(MAX_BODY))).unwrap();
        assert_eq!((shown.text.len(), shown.cut), (MAX_BODY - 1, MAX_BODY + 2));
    }

    #[test]
    fn many_bodies_together_leave_little_room_for_the_last() {
        let room = Room(Cell::new(MAX_BODY + 1));
        let body = "x".repeat(MAX_BODY);
        assert_eq!(room.body(&body).unwrap().cut, 0);
        assert_eq!(room.body(&body).unwrap().text.len(), LEAST_BODY);
    }
}
