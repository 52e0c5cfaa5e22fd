//! A [runtime expression](https://spec.openapis.org/arazzo/v1.1.0.html#runtime-expressions).

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::context::{Absence, Context};
use crate::cursor::Cursor;
use crate::grammar::{self, Place};
use crate::limits::MAX_TEXT;
use crate::mode::Mode;
use crate::navigation;
use crate::pointer::Pointer;
use crate::reading::Reading;
use crate::source::Source;
use crate::syntax_error::SyntaxError;
use crate::tolerance::Parsed;

/// A runtime expression: what it names, the JSON Pointer behind `#`, and the navigation behind it.
///
/// `Display` prints what [`Expression::parse`] reads; with a trail, what a condition reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expression {
    /// The value that it names.
    pub source: Source,
    /// The part of that value, when `#` follows.
    pub pointer: Option<Pointer>,
    /// The way on from there: `$response.body.items[0]`. Only conditions have one; elsewhere the default mode makes it
    /// a part of the pointer.
    pub trail: Vec<Access>,
}

/// One step of the navigation that conditions allow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Access {
    /// `.name` or `['name']`
    Member(String),
    /// `[0]`, counted from 0.
    Index(usize),
}

impl Expression {
    /// Reads a text that is one expression.
    ///
    /// # Errors
    /// When it does not begin with a known root, or goes on with something that is no part of an expression.
    pub fn parse(text: &str, mode: Mode) -> Result<Parsed<Self>, SyntaxError> {
        let mut reading = Reading::new(mode);
        Self::parse_within(text, Cursor::new(text), &mut reading).map(|value| reading.parsed(value))
    }

    /// Reads a text that is one expression, where it is known which names are declared. In the default mode
    /// `$inputs.a.b` is then member `b` of the input `a` when no input `a.b` is declared.
    ///
    /// # Errors
    /// As [`Expression::parse`].
    pub fn parse_with(
        text: &str,
        mode: Mode,
        declared: &dyn Fn(&Source) -> bool,
    ) -> Result<Parsed<Self>, SyntaxError> {
        let mut reading = Reading::with(mode, declared);
        Self::parse_within(text, Cursor::new(text), &mut reading).map(|value| reading.parsed(value))
    }

    /// Reads the text that `cursor` has before it as one expression.
    pub(crate) fn parse_within(
        text: &str,
        cursor: Cursor<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<Self, SyntaxError> {
        SyntaxError::check_length(cursor.rest(), "expression", MAX_TEXT)?;
        let mut ahead = cursor;
        let expression = grammar::expression(&mut ahead, Place::Whole, reading)?;
        if let Some(free) = reading.free_name(&expression, cursor, ahead.is_at_end()) {
            return Ok(free);
        }
        if ahead.is_at_end() {
            return Ok(reading.settle(expression, cursor.at()..ahead.at()));
        }
        let read = ahead.since(cursor.at());
        let message = format!("`{read}` is followed by `{}`, which is no part of it", ahead.next_word().0);
        let error = SyntaxError::new(message, ahead.at()..ahead.end());
        let hint = match (with_pointer(text, cursor), ahead.peek()) {
            (Some(pointed), _) => format!("a part of a value is written `{pointed}`"),
            (None, Some('.' | '[')) => "only a JSON Pointer behind `#` goes into a value".to_owned(),
            (None, _) => {
                format!("remove what follows it; inside text an expression is written `{{{read}}}`")
            }
        };
        Err(error.with_hint(hint))
    }

    /// The value in `context`; borrowed whenever the context lends it.
    ///
    /// # Errors
    /// When there is no value, with the reason.
    pub fn evaluate<'a>(&self, context: &'a dyn Context) -> Result<Cow<'a, Value>, Absence> {
        match context.value(&self.source)? {
            Cow::Borrowed(value) => self.navigate(value).map(Cow::Borrowed),
            Cow::Owned(value) if self.pointer.is_none() && self.trail.is_empty() => Ok(Cow::Owned(value)),
            Cow::Owned(value) => self.navigate(&value).cloned().map(Cow::Owned),
        }
    }

    fn navigate<'a>(&self, value: &'a Value) -> Result<&'a Value, Absence> {
        let mut place = value;
        if let Some(pointer) = &self.pointer {
            place = pointer.walk(value).map_err(|found| Absence::PointerSelectsNothing {
                expression: self.source.to_string(),
                at: pointer.tokens().iter().take(found + 1).collect::<Pointer>().to_string(),
            })?;
        }
        for (position, access) in self.trail.iter().enumerate() {
            place = access.of(place).map_err(|found| {
                let expression = self.base();
                let at = self.trail.iter().take(position + 1).map(Access::to_string).collect();
                match found {
                    Some(found) => Absence::NotNavigable { expression, at, found },
                    None => Absence::PointerSelectsNothing { expression, at },
                }
            })?;
        }
        Ok(place)
    }

    /// The expression without its trail, as it is written.
    fn base(&self) -> String {
        match &self.pointer {
            Some(pointer) => format!("{}#{pointer}", self.source),
            None => self.source.to_string(),
        }
    }

    /// The same with a pointer instead of a trail, unless a member's name cannot stand in a pointer.
    pub(crate) fn pointed(self) -> Self {
        let braces = |access: &Access| matches!(access, Access::Member(name) if name.contains(['{', '}']));
        if self.trail.iter().any(braces) {
            return self;
        }
        let mut pointer = self.pointer;
        for access in self.trail {
            pointer.get_or_insert_default().push(match access {
                Access::Member(name) => name,
                Access::Index(index) => index.to_string(),
            });
        }
        Self { source: self.source, pointer, trail: Vec::new() }
    }

    /// The other readings of a name with dots, longest name first: `$inputs.a.b` may be member `b` of input `a`.
    pub(crate) fn shorter_names(&self) -> Vec<Self> {
        let Some(name) = self.source.dotted_name() else {
            return Vec::new();
        };
        let mut readings = Vec::new();
        for (dot, _) in name.rmatch_indices('.').take(crate::limits::MAX_DEPTH) {
            let (short, members) = (name.get(..dot).unwrap_or(""), name.get(dot + 1..).unwrap_or(""));
            if short.is_empty() || members.split('.').any(str::is_empty) {
                continue;
            }
            let mut reading = Self { source: self.source.renamed(short), ..self.clone() };
            match &self.pointer {
                Some(pointer) => {
                    let tokens = members.split('.').chain(pointer.tokens().iter().map(String::as_str));
                    reading.pointer = Some(tokens.collect());
                }
                None => {
                    let members = members.split('.').map(|member| Access::Member(member.to_owned()));
                    reading.trail.splice(0..0, members);
                }
            }
            readings.push(reading);
        }
        readings
    }
}

impl Access {
    /// The part of `value`, or what `value` is when it has no such parts.
    fn of<'a>(&self, value: &'a Value) -> Result<&'a Value, Option<&'static str>> {
        match (self, value) {
            (Self::Member(name), Value::Object(members)) => members.get(name).ok_or(None),
            (Self::Index(index), Value::Array(items)) => items.get(*index).ok_or(None),
            (
                Self::Member(_) | Self::Index(_),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => Err(Some(kind(value))),
        }
    }
}

/// What a value is, for a message.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// How an expression that ends in navigation is written with a pointer.
fn with_pointer(text: &str, cursor: Cursor<'_>) -> Option<Expression> {
    let mut ahead = cursor;
    let mut reading = Reading::new(Mode::Strict);
    let expression = grammar::expression(&mut ahead, Place::Condition, &mut reading).ok()?;
    if expression.trail.is_empty() || !ahead.is_at_end() || ahead.end() > text.len() {
        return None;
    }
    Some(expression.pointed())
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.base())?;
        let mut trail = self.trail.iter();
        // A dot behind an identifier would become part of it.
        if self.pointer.is_none() && self.source.dotted_name().is_some() {
            match trail.next() {
                Some(Access::Member(name)) => write!(formatter, "[{}]", navigation::quote(name))?,
                Some(index @ Access::Index(_)) => index.fmt(formatter)?,
                None => {}
            }
        }
        trail.try_for_each(|access| access.fmt(formatter))
    }
}

impl fmt::Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) if !name.is_empty() && name.chars().all(navigation::is_member_character) => {
                write!(formatter, ".{name}")
            }
            Self::Member(name) => write!(formatter, "[{}]", navigation::quote(name)),
            Self::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}
