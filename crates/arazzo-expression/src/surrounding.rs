//! The kind of text that a [`Template`](crate::Template) is, and how a value is written in it so that it cannot change
//! the syntax around it.
//!
//! See [Payloads](https://spec.openapis.org/arazzo/v1.1.0.html#request-body-object): the specification itself puts the
//! text of a value in as it is.

use serde_json::Value;

use crate::context::Absence;
use crate::template::embedded_text;

/// The kind of text around embedded expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Surrounding {
    /// Values are put in as they are. This is what the specification says for every text.
    #[default]
    Plain,
    /// JSON: inside a string a value becomes a part of that string, elsewhere a JSON value.
    Json,
    /// XML: a value is character data of the text, the attribute or the CDATA section that it stands in.
    Xml,
    /// `application/x-www-form-urlencoded`: a value is percent-encoded.
    Form,
}

/// Writes a text from left to right and knows where in the syntax it is.
#[derive(Debug)]
pub(crate) struct Writer {
    surrounding: Surrounding,
    place: Place,
    /// The last characters of the literal text, for delimiters of more than one character.
    recent: String,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Outside of strings, tags, comments and sections.
    Text,
    /// In a string, or an attribute, that ends with the character.
    Quoted(char),
    /// Behind a backslash in a JSON string.
    Escape,
    Tag,
    Comment,
    Section,
}

impl Writer {
    pub(crate) fn new(surrounding: Surrounding) -> Self {
        Self { surrounding, place: Place::Text, recent: String::new(), text: String::new() }
    }

    pub(crate) fn literal(&mut self, text: &str) {
        self.text.push_str(text);
        match self.surrounding {
            Surrounding::Plain | Surrounding::Form => {}
            Surrounding::Json => text.chars().for_each(|next| self.place = json(self.place, next)),
            Surrounding::Xml => text.chars().for_each(|next| self.xml(next)),
        }
    }

    /// # Errors
    /// When the value cannot be written at this place.
    pub(crate) fn value(&mut self, value: &Value) -> Result<(), Absence> {
        let text = embedded_text(value);
        self.recent.clear();
        match (self.surrounding, self.place) {
            (Surrounding::Plain, _) => self.text.push_str(&text),
            (Surrounding::Form, _) => text.bytes().for_each(|byte| form(byte, &mut self.text)),
            (Surrounding::Json, Place::Quoted(_) | Place::Escape) => {
                let quoted = Value::String(text.into_owned()).to_string();
                let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                self.text.push_str(inner.unwrap_or(""));
            }
            (Surrounding::Json, Place::Text | Place::Tag | Place::Comment | Place::Section) => {
                self.text.push_str(&value.to_string());
            }
            (Surrounding::Xml, _) => self.character_data(&text)?,
        }
        Ok(())
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn character_data(&mut self, text: &str) -> Result<(), Absence> {
        let refused = |what: &str| Absence::Unsupported {
            what: format!("a value with {what}, which XML cannot hold,"),
        };
        let control = |next: char| {
            (next.is_ascii_control() && !matches!(next, '\n' | '\t' | '\r'))
                || matches!(next, '\u{FFFE}' | '\u{FFFF}')
        };
        if text.contains(control) {
            return Err(refused("a control character"));
        }
        match self.place {
            Place::Section => self.text.push_str(&text.replace("]]>", "]]]]><![CDATA[>")),
            Place::Comment if text.contains('-') => return Err(refused("`-` inside a comment")),
            Place::Comment => self.text.push_str(text),
            Place::Tag => {
                let name = |next: char| next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | ':');
                if !text.chars().all(name) {
                    return Err(refused("something other than a name inside a tag"));
                }
                self.text.push_str(text);
            }
            Place::Text | Place::Quoted(_) | Place::Escape => {
                for next in text.chars() {
                    match next {
                        '&' => self.text.push_str("&amp;"),
                        '<' => self.text.push_str("&lt;"),
                        '>' => self.text.push_str("&gt;"),
                        '"' => self.text.push_str("&quot;"),
                        '\'' => self.text.push_str("&apos;"),
                        // A reader would turn these into other whitespace.
                        '\r' => self.text.push_str("&#13;"),
                        '\n' if self.place != Place::Text => self.text.push_str("&#10;"),
                        '\t' if self.place != Place::Text => self.text.push_str("&#9;"),
                        plain => self.text.push(plain),
                    }
                }
            }
        }
        Ok(())
    }

    fn xml(&mut self, next: char) {
        const LONGEST: usize = "<![CDATA[".len();
        if self.recent.len() >= LONGEST * 4 {
            self.recent =
                self.recent.chars().rev().take(LONGEST).collect::<Vec<_>>().into_iter().rev().collect();
        }
        self.recent.push(next);
        let ends = |delimiter: &str| self.recent.ends_with(delimiter);
        self.place = match self.place {
            Place::Text | Place::Escape if next == '<' => Place::Tag,
            Place::Tag if ends("<!--") => Place::Comment,
            Place::Tag if ends("<![CDATA[") => Place::Section,
            Place::Tag if next == '>' => Place::Text,
            Place::Tag if matches!(next, '"' | '\'') => Place::Quoted(next),
            Place::Quoted(quote) if next == quote => Place::Tag,
            Place::Comment if ends("-->") => Place::Text,
            Place::Section if ends("]]>") => Place::Text,
            same @ (Place::Text
            | Place::Quoted(_)
            | Place::Escape
            | Place::Tag
            | Place::Comment
            | Place::Section) => same,
        };
    }
}

fn json(place: Place, next: char) -> Place {
    match (place, next) {
        (Place::Quoted(_), '"') => Place::Text,
        (Place::Quoted(_), '\\') => Place::Escape,
        (Place::Quoted(_) | Place::Escape, _) => Place::Quoted('"'),
        (_, '"') => Place::Quoted('"'),
        (same, _) => same,
    }
}

fn form(byte: u8, text: &mut String) {
    match byte {
        b' ' => text.push('+'),
        b'*' | b'-' | b'.' | b'_' => text.push(char::from(byte)),
        plain if plain.is_ascii_alphanumeric() => text.push(char::from(plain)),
        other => text.push_str(&format!("%{other:02X}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn write(surrounding: Surrounding, before: &str, value: Value, after: &str) -> Result<String, Absence> {
        let mut writer = Writer::new(surrounding);
        writer.literal(before);
        writer.value(&value)?;
        writer.literal(after);
        Ok(writer.into_text())
    }

    #[test]
    fn json_values_stay_inside_their_string() {
        let in_string = write(Surrounding::Json, "{\"a\": \"x\\\"", json!("\"},\n"), "\"}").unwrap();
        assert_eq!(in_string, r#"{"a": "x\"\"},\n"}"#);
        assert_eq!(write(Surrounding::Json, "{\"a\": ", json!("b\""), "}").unwrap(), r#"{"a": "b\""}"#);
        assert_eq!(write(Surrounding::Json, "{\"a\": ", json!(1), "}").unwrap(), r#"{"a": 1}"#);
        assert_eq!(
            write(Surrounding::Json, "[\"", json!({"k": "v"}), "\"]").unwrap(),
            r#"["{\"k\":\"v\"}"]"#
        );
    }

    #[test]
    fn xml_values_stay_character_data() {
        let xml = |before, value: &str, after| write(Surrounding::Xml, before, json!(value), after);
        assert_eq!(xml("<a>", "</a>&", "</a>").unwrap(), "<a>&lt;/a&gt;&amp;</a>");
        assert_eq!(xml("<a b='", "'\n", "'/>").unwrap(), "<a b='&apos;&#10;'/>");
        assert_eq!(xml("<a><![CDATA[", "]]>", "]]></a>").unwrap(), "<a><![CDATA[]]]]><![CDATA[>]]></a>");
        assert_eq!(xml("<!-- ' --><a>", "<", "</a>").unwrap(), "<!-- ' --><a>&lt;</a>");
        assert_eq!(xml("<", "name", "/>").unwrap(), "<name/>");
        for (before, value) in [("<", "a b"), ("<!--", "--"), ("<a>", "\u{0}")] {
            assert!(xml(before, value, "").is_err(), "{before}{value}");
        }
    }

    #[test]
    fn form_values_are_encoded() {
        assert_eq!(write(Surrounding::Form, "a=", json!("é&b= c"), "&d=").unwrap(), "a=%C3%A9%26b%3D+c&d=");
    }
}
