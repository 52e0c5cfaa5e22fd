//! A value of a document, in which every part knows where it was written.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Number, Value};

use crate::children::{Items, Members};
use crate::position::Span;
use crate::unread::Glance;

/// A value and where it was written.
///
/// What a YAML alias stands for has the place of the alias; the parts inside have the places where they were written
/// first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it was written. A scalar includes its quotes.
    pub span: Span,
    /// What was written.
    pub data: Data,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number with every digit that was written.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Items),
    /// An object: its members in the order in which they were written, no key twice.
    Object(Members),
}

/// A key of an object with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of the member `key`, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
    }

    /// The member `key`, if this is an object that has it.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.as_object()?.get(self.position(key)?)
    }

    /// The index of the member `key`, if this is an object that has it.
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        match &self.data {
            Data::Object(members) => members.position(key),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Array(_) => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Array(_) | Data::Object(_) => None,
        }
    }

    /// `true` or `false`, if this is one of them.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.data {
            Data::Bool(value) => Some(*value),
            Data::Null | Data::Number(_) | Data::String(_) | Data::Array(_) | Data::Object(_) => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.data {
            Data::Number(number) => Some(number),
            Data::Null | Data::Bool(_) | Data::String(_) | Data::Array(_) | Data::Object(_) => None,
        }
    }

    /// The number, if this is a whole one from 0 to 2⁶⁴ − 1. `3.0` is a whole number, too.
    pub fn as_u64(&self) -> Option<u64> {
        let number = self.as_number()?;
        number.as_u64().or_else(|| {
            let text = number.to_string();
            let (whole, fraction) = text.split_once('.')?;
            fraction.bytes().all(|digit| digit == b'0').then(|| whole.parse().ok())?
        })
    }

    /// The items, if this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match &self.data {
            Data::Array(items) => Some(items),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Object(_) => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&[Member]> {
        match &self.data {
            Data::Object(members) => Some(members),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Array(_) => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The name of its type as JSON Schema has it: `null`, `boolean`, `number`, `string`, `array` or `object`.
    pub fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "boolean",
            Data::Number(_) => "number",
            Data::String(_) => "string",
            Data::Array(_) => "array",
            Data::Object(_) => "object",
        }
    }

    /// How many values have been made of the text up to now, this one included. Those of large sources are made when
    /// somebody looks at them.
    pub fn built(&self) -> usize {
        let inner: usize = match &self.data {
            Data::Array(items) => items.glance().unwrap_or_default().iter().map(Self::built).sum(),
            Data::Object(members) => {
                members.glance().unwrap_or_default().iter().map(|member| member.value.built()).sum()
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => 0,
        };
        1 + inner
    }

    /// The value looked at without building more of it.
    pub(crate) fn glance(&self) -> Glance<'_> {
        Glance::Built(self)
    }

    /// What the [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901) `pointer` leads to; the empty one is this value.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, token| match &node.data {
            Data::Object(_) => node.get(&unescaped(token)),
            Data::Array(items) => items.get(array_index(token)?),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => None,
        })
    }

    /// The value without places.
    pub fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(*value),
            Data::Number(number) => Value::Number(number.clone()),
            Data::String(text) => Value::String(text.clone()),
            Data::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Data::Object(members) => {
                let members = members.iter().map(|member| (member.key.clone(), member.value.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// The place of the byte range `range` of a string's value: exact when the string was written on one line
    /// without escapes, plain or in quotes; else, and for other values, the whole place.
    pub fn span_within(&self, range: Range<usize>) -> Span {
        self.exact_span(range).unwrap_or(self.span)
    }

    fn exact_span(&self, range: Range<usize>) -> Option<Span> {
        let text = self.as_str()?;
        let Span { start, end } = self.span;
        if start.line != end.line {
            return None;
        }
        let width = usize::try_from(end.column.checked_sub(start.column)?).ok()?;
        // An escape is always wider than what it stands for, so the width alone tells how the string was written.
        let quote = match width.checked_sub(text.chars().count())? {
            0 => 0,
            2 => 1,
            _ => return None,
        };
        let before = text.get(..range.start)?.chars().count();
        let within = text.get(range)?.chars().count();
        let start = start.right(quote + before);
        Some(Span { start, end: start.right(within) })
    }
}

/// A reference token as the name that it stands for.
pub(crate) fn unescaped(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// The index that a reference token is; leading zeros are not allowed.
fn array_index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    plain.then(|| token.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Position;

    fn read(yaml: &str) -> Node {
        let reading = crate::read(yaml, crate::Format::Yaml);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        reading.root.unwrap()
    }

    #[test]
    fn a_pointer_leads_through_objects_and_arrays() {
        let node = read("{a/b: [{m~n: 1}], '': x}");
        assert_eq!(node.pointer("/a~1b/0/m~0n").and_then(Node::as_u64), Some(1));
        assert_eq!(node.pointer("/").and_then(Node::as_str), Some("x"));
        assert_eq!(node.pointer(""), Some(&node));
    }

    #[test]
    fn a_pointer_that_leads_nowhere_gives_nothing() {
        let node = read("{a: [x]}");
        for pointer in ["a", "/b", "/a/1", "/a/00", "/a/+0", "/a/-", "/a/0/x", "/a/"] {
            assert_eq!(node.pointer(pointer), None, "{pointer}");
        }
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction_of_zero() {
        let node = read("[3, 3.0, 3.5, -1, 18446744073709551616, x]");
        let numbers: Vec<_> = node.as_array().unwrap().iter().map(Node::as_u64).collect();
        assert_eq!(numbers, [Some(3), Some(3), None, None, None, None]);
    }

    #[test]
    fn the_place_inside_a_string_is_exact_where_it_can_be() {
        let within = |yaml: &str, range: Range<usize>| {
            let span = read(yaml).get("k").unwrap().span_within(range);
            (span.start.column, span.end.column, span.start.line == span.end.line)
        };
        assert_eq!(within("k: über $x", 6..8), (9, 11, true));
        assert_eq!(within("k: 'a $x'", 2..4), (7, 9, true));
        assert_eq!(within("k: \"a $x\"", 2..4), (7, 9, true));
        assert_eq!(within("k: 'it''s $x'", 5..7), (4, 14, true));
        assert_eq!(within("k: \"\\ta $x\"", 3..5), (4, 12, true));
        assert!(!within("k: |\n  a $x\n  b\n", 2..4).2);
    }

    #[test]
    fn a_range_that_is_none_gives_the_whole_place() {
        let node = read("ü");
        let whole = Span { start: Position::START, end: Position { line: 1, column: 2 } };
        assert_eq!(node.span_within(1..2), whole);
        assert_eq!(node.span_within(0..9), whole);
    }
}
