//! Text without quotes at the right of a comparison: `$response.header.Content-Type == application/json`.
//!
//! The [grammar](https://spec.openapis.org/arazzo/v1.0.1.html#literals) has strings in single quotes only, so this is a
//! tolerance. The text goes on to the next operator. What else may be meant stays an error: JSON, expressions in
//! braces, JSONPath, and `and` and `or`.

use std::ops::Range;

use serde_json::Value;

use crate::comparison::Operator;
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::logic::Logic;
use crate::operand::Operand;
use crate::reading::Reading;
use crate::source::{Part, Source};
use crate::syntax_error::SyntaxError;
use crate::tolerance::Tolerance;

/// Text without quotes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unquoted {
    /// The text, as a string.
    pub(crate) value: Value,
    pub(crate) meaning: Meaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Text,
    /// A media type, which is compared without parameters.
    MediaType,
    /// The status codes that begin with the digit.
    StatusRange(u8),
}

impl Unquoted {
    pub(crate) fn text(&self) -> &str {
        self.value.as_str().unwrap_or("")
    }
}

/// Reads text up to the next operator, if it can be a string at all.
pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<(Unquoted, Range<usize>)> {
    let start = cursor.at();
    let rest = cursor.rest();
    let ends = ["==", "!=", "&&", "||", "<", ">", ")"];
    let length = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let text = rest.get(..length).unwrap_or("").trim_end();
    let begins = text.starts_with(char::is_alphanumeric);
    let refused = text.contains(|next: char| "{}[]\"'($#`=".contains(next) || next.is_control());
    let joins = text.split_whitespace().any(|word| {
        ["and", "or", "not", "in", "is", "contains", "matches"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    });
    if !begins || refused || joins {
        return None;
    }
    cursor.advance(text.len());
    let value = Value::String(text.to_owned());
    Some((Unquoted { value, meaning: Meaning::Text }, start..cursor.at()))
}

/// Finds out what each text means, and refuses those that are compared with no expression. `places` are where the
/// texts stand, in their order.
pub(crate) fn settle(
    logic: &mut Logic<Operand>,
    places: &mut dyn Iterator<Item = Range<usize>>,
    reading: &mut Reading<'_>,
) -> Result<(), SyntaxError> {
    match logic {
        Logic::Or(parts) | Logic::And(parts) => {
            parts.iter_mut().try_for_each(|part| settle(part, places, reading))
        }
        Logic::Not(part) => settle(part, places, reading),
        Logic::Compare { left, operator, right } => match (&**left, &mut **right) {
            (
                Logic::Operand(Operand::Expression { exact, .. }),
                Logic::Operand(Operand::Unquoted(unquoted)),
            ) => {
                let range = places.next().unwrap_or_default();
                compared(exact, *operator, unquoted, range, reading)
            }
            _ => {
                settle(left, places, reading)?;
                settle(right, places, reading)
            }
        },
        Logic::In { item, list: _ } => settle(item, places, reading),
        Logic::Operand(Operand::Unquoted(unquoted)) => {
            let range = places.next().unwrap_or_default();
            Err(SyntaxError::new(format!("`{}` is no value", unquoted.text()), range)
                .with_hint("a text stands in single quotes, and is compared with an expression at its left"))
        }
        Logic::Operand(Operand::Literal(_) | Operand::Expression { .. }) => Ok(()),
    }
}

fn compared(
    left: &Expression,
    operator: Operator,
    unquoted: &mut Unquoted,
    range: Range<usize>,
    reading: &mut Reading<'_>,
) -> Result<(), SyntaxError> {
    let text = unquoted.text().to_owned();
    let class = status_class(&text).filter(|_| left.source == Source::StatusCode);
    let (meaning, fix) = match (class, operator) {
        (Some(class), Operator::Equal) => {
            (Meaning::StatusRange(class), format!("write `{left} >= {class}00 && {left} <= {class}99`"))
        }
        (Some(class), Operator::NotEqual) => {
            (Meaning::StatusRange(class), format!("write `({left} < {class}00 || {left} > {class}99)`"))
        }
        (
            Some(class),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual,
        ) => {
            return Err(SyntaxError::new(format!("the range `{text}` has no order"), range)
                .with_hint(format!("write the status code that is meant, such as `{class}00`")));
        }
        (None, _) => {
            let meaning = if is_media_type(left) { Meaning::MediaType } else { Meaning::Text };
            (meaning, format!("write {}", crate::navigation::quote(&text)))
        }
    };
    unquoted.meaning = meaning;
    let message = match meaning {
        Meaning::Text => format!("the text `{text}` without quotes"),
        Meaning::MediaType => {
            format!("the media type `{text}` without quotes, which is compared without parameters")
        }
        Meaning::StatusRange(_) => format!("the range of status codes `{text}`"),
    };
    match meaning {
        Meaning::Text => {
            reading.rewrite(Tolerance::T17UnquotedText, range, message, crate::navigation::quote(&text));
        }
        Meaning::MediaType | Meaning::StatusRange(_) => {
            reading.note(Tolerance::T17UnquotedText, range, message, fix);
        }
    }
    Ok(())
}

fn is_media_type(left: &Expression) -> bool {
    match &left.source {
        Source::Request(Part::Header(name))
        | Source::Response(Part::Header(name))
        | Source::Message(Part::Header(name)) => name.eq_ignore_ascii_case("content-type"),
        Source::Request(_)
        | Source::Response(_)
        | Source::Message(_)
        | Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. }
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}

/// The digit of `2XX`.
pub(crate) fn status_class(text: &str) -> Option<u8> {
    let mut characters = text.chars();
    let class =
        characters.next().and_then(|digit| digit.to_digit(10)).filter(|class| (1..=5).contains(class));
    let class = class.filter(|_| characters.as_str().eq_ignore_ascii_case("xx"))?;
    u8::try_from(class).ok()
}
