//! A string of a description, which may be or contain
//! [runtime expressions](https://spec.openapis.org/arazzo/v1.1.0.html#runtime-expressions).
//!
//! A string is an expression only when it begins with a known root and is one as a whole: `$create_account`,
//! `$type` and `$.items[0]` are text. A string that begins with a root and goes on otherwise is an error, so that
//! a slip of the pen is never sent as text.

use std::borrow::Cow;

use serde_json::Value;

use crate::context::{Absence, Context};
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::grammar::starts_with_root;
use crate::mode::Mode;
use crate::syntax_error::SyntaxError;
use crate::tolerance::Parsed;

/// A string: literal text, one expression, or text with embedded expressions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// Text without an expression.
    Literal(String),
    /// One expression; the value keeps its type.
    Expression(Expression),
    /// Text with `{$…}` in it; the value is a string, also when it is one embedded expression and nothing else.
    Text(Vec<Segment>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text as it is.
    Literal(String),
    /// `{$…}`
    Expression(Expression),
}

impl Template {
    /// Reads a string.
    ///
    /// `{` opens an embedded expression only in front of a known root, so that JSON text and path templates stay
    /// as they are.
    ///
    /// # Errors
    /// When something that begins as an expression is none, or an embedded expression is not closed.
    pub fn parse(text: &str, mode: Mode) -> Result<Parsed<Self>, SyntaxError> {
        if starts_with_root(text) {
            return Ok(Expression::parse(text, mode)?.map(Self::Expression));
        }
        let segments = segments(text)?;
        let value = match segments.as_slice() {
            [] => Self::Literal(String::new()),
            [Segment::Literal(_)] => Self::Literal(text.to_owned()),
            [Segment::Expression(_)] | [_, _, ..] => Self::Text(segments),
        };
        Ok(Parsed { value, notes: Vec::new() })
    }

    /// The value: of one expression with its type, otherwise a string.
    ///
    /// # Errors
    /// When one of the expressions has no value.
    pub fn evaluate(&self, context: &dyn Context) -> Result<Value, Absence> {
        match self {
            Self::Literal(text) => Ok(Value::String(text.clone())),
            Self::Expression(expression) => expression.evaluate(context).map(Cow::into_owned),
            Self::Text(segments) => embed(segments, context).map(Value::String),
        }
    }

    /// The expressions, in the order of the text.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let (whole, segments) = match self {
            Self::Literal(_) => (None, [].as_slice()),
            Self::Expression(expression) => (Some(expression), [].as_slice()),
            Self::Text(segments) => (None, segments.as_slice()),
        };
        whole.into_iter().chain(segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Expression(expression) => Some(expression),
        }))
    }
}

/// A value as it is embedded in text: strings as they are, scalars as text (`null` as `null`), structures as JSON.
pub fn embedded_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Cow::Owned(value.to_string())
        }
    }
}

/// The text of `segments`. A value is never read again.
pub(crate) fn embed(segments: &[Segment], context: &dyn Context) -> Result<String, Absence> {
    let mut text = String::new();
    for segment in segments {
        match segment {
            Segment::Literal(literal) => text.push_str(literal),
            Segment::Expression(expression) => {
                text.push_str(&embedded_text(&*expression.evaluate(context)?));
            }
        }
    }
    Ok(text)
}

/// Splits a text at its `{$…}`.
pub(crate) fn segments(text: &str) -> Result<Vec<Segment>, SyntaxError> {
    let mut segments = Vec::new();
    let (mut literal, mut at) = (0, 0);
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find("{$")) {
        let open = at + offset;
        at = open + 1;
        let mut cursor = Cursor::within(text, open..text.len());
        let Some(expression) = embedded(text, &mut cursor)? else {
            continue;
        };
        if literal < open {
            segments.push(Segment::Literal(text.get(literal..open).unwrap_or("").to_owned()));
        }
        segments.push(Segment::Expression(expression));
        literal = cursor.at();
        at = literal;
    }
    if literal < text.len() {
        segments.push(Segment::Literal(text.get(literal..).unwrap_or("").to_owned()));
    }
    Ok(segments)
}

/// Reads `{$…}` at the cursor, or nothing when no known root follows the brace.
pub(crate) fn embedded(text: &str, cursor: &mut Cursor<'_>) -> Result<Option<Expression>, SyntaxError> {
    let open = cursor.at();
    if !cursor.rest().strip_prefix('{').is_some_and(starts_with_root) {
        return Ok(None);
    }
    let Some(length) = cursor.rest().find('}') else {
        let (word, range) = cursor.next_word();
        let message = format!("the embedded expression `{word}` is not closed");
        return Err(SyntaxError::new(message, range).with_hint("it ends with `}`"));
    };
    let close = open + length;
    let expression = Expression::parse_within(text, Cursor::within(text, open + 1..close))?;
    cursor.advance(length + 1);
    Ok(Some(expression))
}
