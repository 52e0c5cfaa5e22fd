//! A string of a description, which may be or contain
//! [runtime expressions](https://spec.openapis.org/arazzo/v1.1.0.html#runtime-expressions).
//!
//! A string is an expression only when it begins with a known root and is one as a whole: `$create_account`,
//! `$type` and `$.items[0]` are text. A string that begins with a root and goes on otherwise is an error, so that
//! a slip of the pen is never sent as text.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use crate::bare::{self, Bare};
use crate::context::{Absence, Context};
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::grammar::starts_with_root;
use crate::mode::Mode;
use crate::reading::Reading;
use crate::source::Source;
use crate::surrounding::{Surrounding, Writer};
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
        Self::read(text, Reading::new(mode))
    }

    /// Reads a string, where it is known which names are declared. In the default mode `Bearer $inputs.token` then
    /// has an expression in it if the input is declared, and `$inputs.a.b` is member `b` of the input `a` if no input
    /// `a.b` is declared.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_with(
        text: &str,
        mode: Mode,
        declared: &dyn Fn(&Source) -> bool,
    ) -> Result<Parsed<Self>, SyntaxError> {
        Self::read(text, Reading::with(mode, declared))
    }

    fn read(text: &str, mut reading: Reading<'_>) -> Result<Parsed<Self>, SyntaxError> {
        if starts_with_root(text) {
            let expression = Expression::parse_within(text, Cursor::new(text), &mut reading)?;
            return Ok(reading.parsed(Self::Expression(expression)));
        }
        let segments = segments(text, Some(Bare::Text), &mut reading)?;
        let value = match segments.as_slice() {
            [] => Self::Literal(String::new()),
            [Segment::Literal(_)] => Self::Literal(text.to_owned()),
            [Segment::Expression(_)] | [_, _, ..] => Self::Text(segments),
        };
        Ok(reading.parsed(value))
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

    /// The value, as [`Template::evaluate`] gives it, except that a value inside text is escaped for the place it
    /// stands in. The specification has no escapes: strict mode is [`Surrounding::Plain`].
    ///
    /// # Errors
    /// When one of the expressions has no value, or one that cannot be written where it stands.
    pub fn evaluate_in(&self, context: &dyn Context, surrounding: Surrounding) -> Result<Value, Absence> {
        match self {
            Self::Literal(_) | Self::Expression(_) => self.evaluate(context),
            Self::Text(segments) => {
                let mut writer = Writer::new(surrounding);
                for segment in segments {
                    match segment {
                        Segment::Literal(literal) => writer.literal(literal),
                        Segment::Expression(expression) => writer.value(&*expression.evaluate(context)?)?,
                    }
                }
                Ok(Value::String(writer.into_text()))
            }
        }
    }

    /// The expressions, in the order of the text.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let (whole, segments) = match self {
            Self::Literal(_) => (None, [].as_slice()),
            Self::Expression(expression) => (Some(expression), [].as_slice()),
            Self::Text(segments) => (None, segments.as_slice()),
        };
        whole.into_iter().chain(expressions(segments))
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

/// The expressions among `segments`.
pub(crate) fn expressions(segments: &[Segment]) -> impl Iterator<Item = &Expression> {
    segments.iter().filter_map(|segment| match segment {
        Segment::Literal(_) => None,
        Segment::Expression(expression) => Some(expression),
    })
}

/// Splits a text at its `{$…}`, and at unbraced expressions where `bare` says so.
pub(crate) fn segments(
    text: &str,
    bare: Option<Bare>,
    reading: &mut Reading<'_>,
) -> Result<Vec<Segment>, SyntaxError> {
    let mut segments = Vec::new();
    let (mut literal, mut at) = (0, 0);
    let flush = |range: Range<usize>, reading: &mut Reading<'_>, segments: &mut Vec<Segment>| match bare {
        Some(bare) => bare::split(text, range, bare, reading, segments),
        None => segments.extend(
            text.get(range).filter(|text| !text.is_empty()).map(|text| Segment::Literal(text.to_owned())),
        ),
    };
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find("{$")) {
        let open = at + offset;
        at = open + 1;
        let mut cursor = Cursor::within(text, open..text.len());
        let mut inner = reading.afresh();
        let Some(expression) = embedded(text, &mut cursor, &mut inner)? else {
            continue;
        };
        flush(literal..open, reading, &mut segments);
        reading.notes.append(&mut inner.notes);
        segments.push(Segment::Expression(expression));
        literal = cursor.at();
        at = literal;
    }
    flush(literal..text.len(), reading, &mut segments);
    Ok(segments)
}

/// Reads `{$…}` at the cursor, or nothing when no known root follows the brace.
pub(crate) fn embedded(
    text: &str,
    cursor: &mut Cursor<'_>,
    reading: &mut Reading<'_>,
) -> Result<Option<Expression>, SyntaxError> {
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
    let expression = Expression::parse_within(text, Cursor::within(text, open + 1..close), reading)?;
    cursor.advance(length + 1);
    Ok(Some(expression))
}
