//! [XPath conditions](https://spec.openapis.org/arazzo/v1.1.0.html#xpath-conditions), and the runtime expressions in
//! them.
//!
//! The specification's default is XPath 3.1. A text that is XPath 1.0 is evaluated as such when no version is given;
//! every other version is refused by name. In the default mode a value becomes a literal of XPath, also inside a
//! string; in strict mode its text is a part of the expression.

use std::ops::Range;

use serde_json::Value;

use crate::bare::Bare;
use crate::context::{Absence, Context};
use crate::criterion_type::XPathVersion;
use crate::expression::Expression;
use crate::judgement::Judgement;
use crate::limits::MAX_TEXT;
use crate::mode::Mode;
use crate::reading::Reading;
use crate::shown::Shown;
use crate::syntax_error::SyntaxError;
use crate::template::{self, Segment, embedded_text};
use crate::tolerance::Tolerance;
use crate::xpath::{self, Outcome};

/// An XPath 1.0 expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct XPath {
    text: String,
    segments: Vec<Segment>,
    mode: Mode,
}

/// Why a text is not taken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refusal {
    Syntax(SyntaxError),
    /// The version is not implemented, or may be the one that the text is written in.
    Version,
}

impl XPath {
    pub(crate) fn parse(
        text: &str,
        version: XPathVersion,
        reading: &mut Reading<'_>,
    ) -> Result<Self, Refusal> {
        let unnamed = match version {
            XPathVersion::V10 if xpath::SUPPORTED => false,
            XPathVersion::Unnamed if xpath::SUPPORTED && reading.tolerates() => true,
            XPathVersion::V10
            | XPathVersion::Unnamed
            | XPathVersion::V20
            | XPathVersion::V30
            | XPathVersion::V31 => {
                return Err(Refusal::Version);
            }
        };
        SyntaxError::check_length(text, "expression", MAX_TEXT).map_err(Refusal::Syntax)?;
        let range = 0..text.len();
        let segments = template::segments(text, Some(Bare::XPath), reading).map_err(Refusal::Syntax)?;
        let xpath = Self { text: text.to_owned(), segments, mode: reading.mode };
        // Any value in the place of an expression shows whether the rest is XPath.
        let sample = xpath.filled(&mut |_| Ok(Value::from(1)));
        match (sample.and_then(|sample| xpath::check(&sample)), unnamed) {
            (Ok(()), true) => {
                reading.note(
                    Tolerance::XPath10For31,
                    range,
                    "XPath 1.0, where the specification's default is XPath 3.1",
                    "write `type: {type: xpath, version: xpath-10}`",
                );
                Ok(xpath)
            }
            (Ok(()), false) => Ok(xpath),
            (Err(_), true) => Err(Refusal::Version),
            (Err(reason), false) => Err(Refusal::Syntax(not_xpath(&reason, range))),
        }
    }

    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        template::expressions(&self.segments)
    }

    /// Evaluates it on a value, which is the text of an XML document.
    pub(crate) fn evaluate(&self, value: &Value, context: &dyn Context) -> Result<Outcome, String> {
        let Some(xml) = value.as_str() else {
            return Err(format!("{} is no XML text", crate::expression::kind(value)));
        };
        let text = self.filled(&mut |expression| {
            let value = expression.evaluate(context);
            value.map(|value| value.into_owned()).map_err(|absence| missing(expression, &absence))
        })?;
        xpath::evaluate(xml, &text)
    }

    pub(crate) fn judge(&self, name: &Expression, context: &dyn Context) -> Judgement {
        let value = match name.evaluate(context) {
            Ok(value) => value,
            Err(absence) => {
                let reason = format!("the context `{name}` has no value: {absence}");
                return Judgement::NotEvaluated { reason };
            }
        };
        if *value == Value::Null {
            return Judgement::NotHeld { reason: format!("the context `{name}` is null") };
        }
        match self.evaluate(&value, context) {
            Ok(outcome) if outcome.holds() => Judgement::Held,
            Ok(outcome) => Judgement::NotHeld {
                reason: match outcome.into_value() {
                    None => format!("`{}` selects nothing in `{name}`", self.text),
                    Some(value) => format!("`{}` is {}", self.text, Shown(&value)),
                },
            },
            Err(reason) => Judgement::NotEvaluated { reason: format!("on the context `{name}`: {reason}") },
        }
    }

    /// The text, with values in the place of expressions.
    fn filled(&self, value: &mut dyn FnMut(&Expression) -> Result<Value, String>) -> Result<String, String> {
        let mut filled = String::new();
        // A string that is not closed yet: its quote, and what it holds.
        let mut string: Option<(char, String)> = None;
        for segment in &self.segments {
            match (segment, self.mode) {
                (Segment::Literal(text), Mode::Strict) => filled.push_str(text),
                (Segment::Expression(expression), Mode::Strict) => {
                    filled.push_str(&embedded_text(&value(expression)?));
                }
                (Segment::Literal(text), Mode::Tolerant) => {
                    for next in text.chars() {
                        string = match string {
                            Some((quote, held)) if next == quote => {
                                filled.push_str(&literal(&held));
                                None
                            }
                            Some((quote, mut held)) => {
                                held.push(next);
                                Some((quote, held))
                            }
                            None if matches!(next, '"' | '\'') => Some((next, String::new())),
                            None => {
                                filled.push(next);
                                None
                            }
                        };
                    }
                }
                (Segment::Expression(expression), Mode::Tolerant) => {
                    let value = value(expression)?;
                    match &mut string {
                        Some((_, held)) => held.push_str(&embedded_text(&value)),
                        None => filled.push_str(&operand(&value)),
                    }
                }
            }
        }
        match string {
            None => Ok(filled),
            Some(_) => Err("a string is not closed".to_owned()),
        }
    }
}

fn missing(expression: &Expression, absence: &Absence) -> String {
    format!("`{expression}` has no value: {absence}")
}

fn not_xpath(reason: &str, range: Range<usize>) -> SyntaxError {
    SyntaxError::new(format!("this is no XPath 1.0 that can be evaluated: {reason}"), range)
}

/// A value as an operand of XPath.
fn operand(value: &Value) -> String {
    match value {
        Value::Bool(true) => "true()".to_owned(),
        Value::Bool(false) => "false()".to_owned(),
        Value::Number(number) => {
            let text = number.to_string();
            if text.contains(['e', 'E']) { format!("number('{text}')") } else { text }
        }
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => literal(&embedded_text(value)),
    }
}

/// A string as a literal of XPath, which has no escapes: one with both quotes is put together.
fn literal(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}
