//! The operands of conditions: literals and runtime expressions.
//!
//! See [Literals](https://spec.openapis.org/arazzo/v1.0.1.html#literals).

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::context::Context;
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::grammar::{self, Place};
use crate::logic::Found;
use crate::navigation;
use crate::reading::Reading;
use crate::syntax_error::SyntaxError;
use crate::unquoted::{self, Meaning, Unquoted};

/// A literal or an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Literal(Value),
    Expression {
        /// The expression as it is written.
        exact: Expression,
        /// What it means when the exact name does not exist: `$inputs.a.b` may be member `b` of input `a`.
        otherwise: Vec<Expression>,
    },
    /// Text without quotes, in the default mode.
    Unquoted(Unquoted),
}

impl Operand {
    pub(crate) fn expression(exact: Expression) -> Self {
        Self::Expression { otherwise: exact.shorter_names(), exact }
    }

    /// Reads an expression at the cursor.
    pub(crate) fn parse_expression(
        cursor: &mut Cursor<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<Self, SyntaxError> {
        let start = cursor.at();
        let expression = grammar::expression(cursor, Place::Condition, reading)?;
        ends_here(cursor, start)?;
        Ok(Self::expression(expression))
    }

    /// Reads `true`, `false`, `null` or a number at the cursor.
    pub(crate) fn parse_word(cursor: &mut Cursor<'_>) -> Result<Self, SyntaxError> {
        let start = cursor.at();
        let word = cursor.take_while(|next| !next.is_whitespace() && !"=!<>&|(),[]\"'".contains(next));
        let number = || match serde_json::from_str(word) {
            Ok(Value::Number(number)) => Some(Value::Number(number)),
            Ok(_) | Err(_) => None,
        };
        let literal = match word {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => number(),
        };
        match literal {
            Some(value) => Ok(Self::Literal(value)),
            None => Err(no_literal(word, cursor, start)),
        }
    }

    pub(crate) fn find<'a>(&'a self, context: &'a dyn Context) -> Found<'a> {
        match self {
            Self::Literal(value) => Found::One(Cow::Borrowed(value)),
            Self::Unquoted(Unquoted { value, meaning }) => match meaning {
                Meaning::Text => Found::One(Cow::Borrowed(value)),
                Meaning::MediaType => Found::MediaType(value),
                Meaning::StatusRange(class) => Found::StatusRange(*class),
            },
            Self::Expression { exact, otherwise } => match exact.evaluate(context) {
                Ok(value) => Found::One(value),
                Err(absence) => {
                    if absence.is_about_a_name() {
                        for reading in otherwise {
                            match reading.evaluate(context) {
                                Ok(value) => return Found::One(value),
                                Err(absence) if absence.is_about_a_name() => {}
                                Err(absence) => return Found::Missing(absence.to_string()),
                            }
                        }
                    }
                    Found::Missing(absence.to_string())
                }
            },
        }
    }

    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Self::Literal(_) | Self::Unquoted(_) => None,
            Self::Expression { exact, .. } => Some(exact.to_string()),
        }
    }

    pub(crate) fn as_expression(&self) -> Option<&Expression> {
        match self {
            Self::Literal(_) | Self::Unquoted(_) => None,
            Self::Expression { exact, .. } => Some(exact),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(Value::String(text)) => formatter.write_str(&navigation::quote(text)),
            Self::Literal(value) => value.fmt(formatter),
            Self::Unquoted(unquoted) => formatter.write_str(unquoted.text()),
            Self::Expression { exact, .. } => exact.fmt(formatter),
        }
    }
}

/// An expression is followed by whitespace, an operator or a closing bracket.
fn ends_here(cursor: &Cursor<'_>, start: usize) -> Result<(), SyntaxError> {
    match cursor.peek() {
        None => Ok(()),
        Some(next) if next.is_whitespace() || "=!<>&|),]".contains(next) => Ok(()),
        Some(_) => {
            let (word, range) = cursor.next_word();
            let message =
                format!("`{}` is followed by `{word}`, which is no part of it", cursor.since(start));
            Err(SyntaxError::new(message, range)
                .with_hint("navigation is `.name`, `['name']`, `[0]` or a JSON Pointer behind `#`"))
        }
    }
}

fn no_literal(word: &str, cursor: &Cursor<'_>, start: usize) -> SyntaxError {
    let (shown, range) = if word.is_empty() { cursor.next_word() } else { (word, start..cursor.at()) };
    let error = SyntaxError::new(format!("`{shown}` is no value"), range);
    match unquoted::status_class(shown) {
        Some(class) => {
            error.with_hint(format!("a range of status codes is written `$statusCode >= {class}00 && $statusCode <= {class}99`"))
        }
        None if shown.starts_with("{$") => error.with_hint("an expression in a condition has no braces"),
        None if shown.starts_with("$.") || shown.starts_with("$[") => error
            .with_hint("a JSONPath query needs `type: jsonpath` and a `context`; in a simple condition write `$response.body#/…`"),
        None if shown.starts_with('$') => error
            .with_hint("it begins with no known root; the body of the response is `$response.body`"),
        None if shown.starts_with(['{', '[']) => error
            .with_hint("objects and arrays are no literals; compare their parts: `$response.body#/name == 'x'`"),
        None => {
            error.with_hint(format!("a text stands in single quotes: {}", navigation::quote(shown)))
        }
    }
}
