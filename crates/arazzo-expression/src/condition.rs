//! A [simple condition](https://spec.openapis.org/arazzo/v1.1.0.html#simple-conditions).
//!
//! An expression in a condition ends before whitespace, a comma, a closing bracket that it did not open, and the
//! operators; that holds for header names, parameter names and JSON Pointers too. Behind it `.name`, `['name']`
//! and `[0]` go on into the value. A name may contain dots: `$inputs.a.b` is the input `a.b`, or, if there is none,
//! member `b` of the input `a`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

use crate::context::{Absence, Context};
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::grammar;
use crate::judgement::Judgement;
use crate::limits::MAX_TEXT;
use crate::logic::{Found, Logic, Values};
use crate::logic_text::{self, Grammar};
use crate::mode::Mode;
use crate::navigation;
use crate::operand::Operand;
use crate::reading::Reading;
use crate::source::Source;
use crate::syntax_error::SyntaxError;
use crate::tolerance::{Parsed, Tolerance};
use crate::unquoted::{self, Meaning, Unquoted};

/// A simple condition, such as `$statusCode == 200 && $response.body.items[0].id != null`.
///
/// `Display` prints what [`Condition::parse`] reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    logic: Logic<Operand>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// When the text is no condition, is too long or nests too deep.
    pub fn parse(text: &str, mode: Mode) -> Result<Parsed<Self>, SyntaxError> {
        SyntaxError::check_length(text, "condition", MAX_TEXT)?;
        let mut simple = Simple { reading: Reading::new(mode), unquoted: Vec::new() };
        let mut logic = logic_text::read(&mut Cursor::new(text), &mut simple)?;
        let Simple { mut reading, unquoted } = simple;
        unquoted::settle(&mut logic, &mut unquoted.into_iter(), &mut reading)?;
        reading.notes.sort_by_key(|note| note.range.start);
        Ok(reading.parsed(Self { logic }))
    }

    /// Judges it. A missing value compares as null; no value makes it fail to be judged.
    pub fn judge(&self, context: &dyn Context) -> Judgement {
        self.logic.judge(&InContext(context), || self.to_string())
    }

    /// The expressions as they are written, in the order of the text.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.logic.operands().into_iter().filter_map(Operand::as_expression)
    }

    /// Whether it holds, if it reads nothing, so that it is known already.
    pub fn constant(&self) -> Option<bool> {
        if self.expressions().next().is_some() {
            return None;
        }
        Some(self.judge(&Nothing) == Judgement::Held)
    }

    /// The expressions that are compared with a literal for equality, with the literal.
    pub fn equalities(&self) -> impl Iterator<Item = (&Expression, &Value)> {
        self.logic.equalities().into_iter().filter_map(|pair| match pair {
            (Operand::Expression { exact, .. }, Operand::Literal(value))
            | (Operand::Literal(value), Operand::Expression { exact, .. }) => Some((exact, value)),
            (
                Operand::Expression { exact, .. },
                Operand::Unquoted(Unquoted { value, meaning: Meaning::Text }),
            ) => Some((exact, value)),
            (
                Operand::Expression { .. } | Operand::Literal(_) | Operand::Unquoted(_),
                Operand::Expression { .. } | Operand::Literal(_) | Operand::Unquoted(_),
            ) => None,
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.logic.written(&|operand| Some(operand.to_string()));
        formatter.write_str(&text.unwrap_or_default())
    }
}

struct Simple<'d> {
    reading: Reading<'d>,
    /// Where texts without quotes stand.
    unquoted: Vec<Range<usize>>,
}

impl Grammar for Simple<'_> {
    type Operand = Operand;

    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<Operand, SyntaxError> {
        let start = cursor.at();
        match cursor.peek() {
            Some('\'') => navigation::single_quoted(cursor).map(|text| Operand::Literal(Value::String(text))),
            Some('"') => {
                let text = navigation::doubled(cursor, '"')?;
                let fix = format!("write {}", navigation::quote(&text));
                let range = start..cursor.at();
                match self.reading.mode {
                    Mode::Tolerant => {
                        let message = "a string in double quotes";
                        self.reading.note(Tolerance::T13DoubleQuotes, range, message, fix);
                        Ok(Operand::Literal(Value::String(text)))
                    }
                    Mode::Strict => {
                        Err(SyntaxError::new("a string stands in double quotes", range).with_hint(fix))
                    }
                }
            }
            Some('$') if grammar::starts_with_root(cursor.rest()) => {
                Operand::parse_expression(cursor, &mut self.reading)
            }
            Some(_) | None => {
                let before = *cursor;
                match (Operand::parse_word(cursor), self.reading.mode) {
                    (Err(error), Mode::Tolerant) => {
                        *cursor = before;
                        let (unquoted, range) = unquoted::read(cursor).ok_or(error)?;
                        self.unquoted.push(range);
                        Ok(Operand::Unquoted(unquoted))
                    }
                    (read, Mode::Tolerant | Mode::Strict) => read,
                }
            }
        }
    }

    fn has_lists(&self) -> bool {
        false
    }
}

/// The context of a condition without expressions.
struct Nothing;

impl Context for Nothing {
    fn value(&self, _source: &Source) -> Result<Cow<'_, Value>, Absence> {
        Err(Absence::NoResponse)
    }
}

struct InContext<'c>(&'c dyn Context);

impl Values<Operand> for InContext<'_> {
    fn find<'a>(&'a self, operand: &'a Operand) -> Result<Found<'a>, String> {
        Ok(operand.find(self.0))
    }

    fn name(&self, operand: &Operand) -> Option<String> {
        operand.name()
    }
}
