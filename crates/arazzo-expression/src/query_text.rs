//! The text of a [JSONPath query](https://www.rfc-editor.org/rfc/rfc9535) in a criterion: where it ends, what its
//! segments are, and which runtime expressions stand in it.
//!
//! Each runtime expression is replaced by a mark, so that the rest can be parsed once; the value takes the place
//! of the mark in what was parsed, where it can no longer change the syntax.

use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::grammar::{self, Place};
use crate::limits::{MAX_CALLS, MAX_DEPTH, MAX_TEXT};
use crate::reading::Reading;
use crate::syntax_error::SyntaxError;
use crate::template;
use crate::tolerance::{Note, Tolerance};

/// Opens the mark of an expression that is a whole selector or literal and keeps its type. The marks are
/// noncharacters of Unicode, which no text contains.
pub(crate) const VALUE: char = '\u{FDD0}';
/// Opens the mark of an expression inside a string.
pub(crate) const TEXT: char = '\u{FDD1}';
/// Closes a mark.
pub(crate) const CLOSE: char = '\u{FDD2}';

/// A query, taken apart at its segments.
#[derive(Debug)]
pub(crate) struct QueryText {
    pub(crate) segments: Vec<Segment>,
    /// What the marks stand for, by number.
    pub(crate) embedded: Vec<Expression>,
}

/// One segment, as RFC 9535 writes it.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) text: String,
    pub(crate) selects: Selects,
}

/// What a segment selects of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selects {
    /// A member.
    Name(String),
    /// An item; negative counts from the end.
    Index(i64),
    /// Any number of nodes.
    Several,
    /// At most one node, which one is known only to the query parser or when values are there.
    Other,
}

/// Reads a query at the cursor, which is at `$`, as far as it goes.
pub(crate) fn read(
    text: &str,
    cursor: &mut Cursor<'_>,
    reading: &mut Reading<'_>,
) -> Result<QueryText, SyntaxError> {
    SyntaxError::check_length(text, "condition", MAX_TEXT)?;
    if let Some(at) = text.find([VALUE, TEXT, CLOSE]) {
        return Err(SyntaxError::new("a noncharacter cannot stand in a query", at..at + VALUE.len_utf8()));
    }
    let mut reader = Reader { text, cursor, reading, embedded: Vec::new() };
    let segments = reader.segments()?;
    Ok(QueryText { segments, embedded: reader.embedded })
}

struct Reader<'r, 'a, 'd> {
    text: &'r str,
    cursor: &'r mut Cursor<'a>,
    reading: &'r mut Reading<'d>,
    embedded: Vec<Expression>,
}

impl Reader<'_, '_, '_> {
    fn segments(&mut self) -> Result<Vec<Segment>, SyntaxError> {
        self.cursor.eat("$");
        let mut segments = Vec::new();
        loop {
            let before = *self.cursor;
            self.cursor.take_while(|next| matches!(next, ' ' | '\t' | '\n' | '\r'));
            if self.cursor.starts_with("..") {
                self.cursor.advance(2);
                let bracket = self.cursor.peek() == Some('[');
                let inner = if bracket { self.bracket()? } else { self.shorthand()? };
                segments.push(Segment {
                    text: format!("..{}", inner.text.trim_start_matches('.')),
                    selects: Selects::Several,
                });
            } else if self.cursor.eat(".") {
                segments.push(self.shorthand()?);
            } else if self.cursor.peek() == Some('[') {
                segments.push(self.bracket()?);
            } else {
                *self.cursor = before;
                return Ok(segments);
            }
        }
    }

    /// What follows a dot.
    fn shorthand(&mut self) -> Result<Segment, SyntaxError> {
        let start = self.cursor.at();
        if self.cursor.eat("*") {
            return Ok(Segment { text: ".*".to_owned(), selects: Selects::Several });
        }
        if let Some(expression) = template::embedded(self.text, self.cursor, self.reading)? {
            let mark = self.mark(expression, VALUE);
            return Ok(Segment { text: format!("['{mark}']"), selects: Selects::Other });
        }
        let first = self.cursor.peek();
        let starts_name =
            first.is_some_and(|next| next.is_ascii_alphabetic() || next == '_' || !next.is_ascii());
        if starts_name {
            self.cursor.take_while(|next| {
                next.is_ascii_alphanumeric() || matches!(next, '_' | '-') || !next.is_ascii()
            });
        }
        let name = self.cursor.since(start);
        if name.is_empty() {
            let message = "the name of a member is missing here";
            return Err(SyntaxError::new(message, start..start)
                .with_hint("a name that begins otherwise than with a letter stands in brackets: `['2fa']`"));
        }
        if !name.contains('-') {
            let selects = Selects::Name(name.to_owned());
            return Ok(Segment { text: format!(".{name}"), selects });
        }
        self.reading.notes.push(Note {
            tolerance: Tolerance::T1JsonPathComparison,
            range: start..self.cursor.at(),
            message: format!("`-` in the member name `{name}`"),
            fix: format!("write `['{name}']`"),
            replacement: None,
        });
        Ok(Segment { text: format!("['{name}']"), selects: Selects::Name(name.to_owned()) })
    }

    /// `[…]`, with everything in it.
    fn bracket(&mut self) -> Result<Segment, SyntaxError> {
        let start = self.cursor.at();
        let marks = self.embedded.len();
        let mut text = String::new();
        let mut several = false;
        // The open brackets; for a parenthesis, whether it opens the arguments of a function.
        let mut open: Vec<(char, bool)> = Vec::new();
        while let Some(next) = self.cursor.peek() {
            let level = open.len();
            match next {
                '\'' | '"' => {
                    self.string(next, &mut text)?;
                    continue;
                }
                '[' | '(' => {
                    let call = next == '(' && text.ends_with(|before: char| before.is_ascii_alphabetic());
                    open.push((next, call));
                    let calls = open.iter().filter(|(_, call)| *call).count();
                    if open.len() > MAX_DEPTH || calls > MAX_CALLS {
                        let at = self.cursor.at();
                        return Err(SyntaxError::new("the query nests too deep", at..at + 1));
                    }
                }
                ']' | ')' => {
                    let opener = if next == ']' { '[' } else { '(' };
                    if open.pop().is_none_or(|(character, _)| character != opener) {
                        let at = self.cursor.at();
                        return Err(SyntaxError::new(format!("`{next}` closes nothing"), at..at + 1));
                    }
                }
                '{' => {
                    if let Some(expression) = template::embedded(self.text, self.cursor, self.reading)? {
                        let mark = self.mark(expression, VALUE);
                        text.push_str(&format!("'{mark}'"));
                        continue;
                    }
                }
                '$' if grammar::starts_with_root(self.cursor.rest()) => {
                    self.bare(&mut text)?;
                    continue;
                }
                '?' | '*' | ':' | ',' if level == 1 => several = true,
                _ => {}
            }
            text.push(next);
            self.cursor.bump();
            if open.is_empty() {
                let selects = if several {
                    Selects::Several
                } else if self.embedded.len() > marks {
                    Selects::Other
                } else {
                    single(&text)
                };
                return Ok(Segment { text, selects });
            }
        }
        Err(SyntaxError::new("`[` is not closed", start..start + 1))
    }

    /// A string, with its quotes.
    fn string(&mut self, quote: char, text: &mut String) -> Result<(), SyntaxError> {
        let start = self.cursor.at();
        self.cursor.bump();
        text.push(quote);
        if self.reading.tolerates() && grammar::starts_with_root(self.cursor.rest()) {
            let inside = start + quote.len_utf8();
            let length = self.cursor.rest().find(quote).unwrap_or(self.cursor.rest().len());
            let range = inside..inside + length;
            let inside = Cursor::within(self.text, range.clone());
            let expression = Expression::parse_within(self.text, inside, self.reading)?;
            self.note_bare(&expression, range);
            let mark = self.mark(expression, TEXT);
            text.push_str(&mark);
            self.cursor.advance(length);
        }
        while let Some(next) = self.cursor.peek() {
            if next == '{'
                && let Some(expression) = template::embedded(self.text, self.cursor, self.reading)?
            {
                let mark = self.mark(expression, TEXT);
                text.push_str(&mark);
                continue;
            }
            text.push(next);
            self.cursor.bump();
            if next == quote {
                return Ok(());
            }
            if next == '\\'
                && let Some(escaped) = self.cursor.bump()
            {
                text.push(escaped);
            }
        }
        Err(SyntaxError::new("the string is not closed", start..self.cursor.at())
            .with_hint(format!("it ends with `{quote}`")))
    }

    /// A runtime expression without braces.
    fn bare(&mut self, text: &mut String) -> Result<(), SyntaxError> {
        let start = self.cursor.at();
        let expression = grammar::expression(self.cursor, Place::Condition, self.reading)?;
        self.note_bare(&expression, start..self.cursor.at());
        let mark = self.mark(expression, VALUE);
        text.push_str(&format!("'{mark}'"));
        Ok(())
    }

    fn note_bare(&mut self, expression: &Expression, range: std::ops::Range<usize>) {
        let replacement = Some(format!("{{{expression}}}"));
        self.reading.notes.push(Note { replacement, ..bare_note(expression, range) });
    }

    fn mark(&mut self, expression: Expression, kind: char) -> String {
        self.embedded.push(expression);
        format!("{kind}{}{CLOSE}", self.embedded.len() - 1)
    }
}

/// The note for a runtime expression without braces.
pub(crate) fn bare_note(expression: &Expression, range: std::ops::Range<usize>) -> Note {
    Note {
        tolerance: Tolerance::T3BareExpression,
        range,
        message: format!("the expression `{expression}` without braces in a jsonpath condition"),
        fix: format!("write `{{{expression}}}`"),
        replacement: None,
    }
}

/// What a bracket with one selector selects.
fn single(text: &str) -> Selects {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or("").trim();
    let quoted = ['\'', '"']
        .iter()
        .find_map(|quote| inner.strip_prefix(*quote).and_then(|rest| rest.strip_suffix(*quote)));
    let plain = |name: &&str| !name.contains('\\') && !name.contains(char::is_control);
    if let Some(name) = quoted.filter(plain) {
        return Selects::Name(name.to_owned());
    }
    let digits = inner.strip_prefix('-').unwrap_or(inner);
    let canonical = inner == "0" || (digits.len() <= 15 && !digits.starts_with('0'));
    match inner.parse() {
        Ok(index) if canonical && digits.bytes().all(|byte| byte.is_ascii_digit()) => Selects::Index(index),
        Ok(_) | Err(_) => Selects::Other,
    }
}
