//! [JSONPath conditions](https://spec.openapis.org/arazzo/v1.1.0.html#jsonpath-conditions).
//!
//! One query passes when it selects a node, whatever its value. Most real conditions compare instead
//! (`$.status == "done"`, `$.items.length > 0`); the default mode reads them with the operators of simple
//! conditions and `in [a, b]`. There a query that selects nothing is null, one that selects a single node is its
//! value, and of several nodes any may make `==` or an ordering hold, `!=` being the negation of `==`.
//!
//! `.length` is the length of an array or a string, unless an object has a member of that name; behind a filter, a
//! wildcard or a slice it is the number of nodes.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use crate::context::Context;
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::grammar;
use crate::judgement::Judgement;
use crate::limits::MAX_TEXT;
use crate::logic::{Found, Logic, Values};
use crate::logic_text::{self, Grammar};
use crate::mode::Mode;
use crate::operand::Operand;
use crate::pointer::Pointer;
use crate::query::{Query, RootFilter};
use crate::query_text::{self, QueryText, Selects};
use crate::reading::Reading;
use crate::syntax_error::SyntaxError;
use crate::template::{self, Segment};
use crate::tolerance::{Note, Parsed, Tolerance};

mod fix;

/// A jsonpath condition, with the expression whose value it is applied to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JsonPath {
    pub(crate) context: Expression,
    text: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Selects(Query),
    Compares(Logic<Term>),
}

/// An operand of a comparison.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Plain(Operand),
    /// A string with expressions in it.
    Text {
        written: String,
        segments: Vec<Segment>,
    },
    Query {
        written: String,
        query: Query,
        length: Option<Length>,
    },
}

/// What `.length` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// The parts of each node.
    Each,
    /// The nodes.
    Nodes,
}

impl JsonPath {
    pub(crate) fn parse(
        text: &str,
        context: Expression,
        mut reading: Reading<'_>,
    ) -> Result<Parsed<Self>, SyntaxError> {
        SyntaxError::check_length(text, "condition", MAX_TEXT)?;
        let test = match alone(text, &mut reading)? {
            Some(query) => Test::Selects(query),
            None => {
                reading.notes.clear();
                let mut comparison = Comparing { text, reading: &mut reading };
                let logic = logic_text::read(&mut Cursor::new(text), &mut comparison)
                    .map_err(|error| not_a_query(text, error))?;
                reading.notes.insert(0, fix::note(text, &logic, &context));
                Test::Compares(logic)
            }
        };
        let Reading { mode, notes, .. } = reading;
        match (mode, notes.first()) {
            (Mode::Strict, Some(note)) => {
                let message = format!("{} is not RFC 9535", note.message);
                Err(SyntaxError::new(message, note.range.clone()).with_hint(note.fix.clone()))
            }
            (Mode::Tolerant, _) | (Mode::Strict, None) => {
                Ok(Parsed { value: Self { context, text: text.trim().to_owned(), test }, notes })
            }
        }
    }

    /// A condition of the JSONPath draft, where it is a query that RFC 9535 reads, too; the default mode alone takes it.
    pub(crate) fn parse_draft(text: &str, context: Expression, reading: Reading<'_>) -> Option<Parsed<Self>> {
        if !reading.tolerates() {
            return None;
        }
        let mut parsed = Self::parse(text, context, reading).ok()?;
        let is_query = matches!(parsed.value.test, Test::Selects(_));
        // A filter at the root is written alike in both; everything else that needs a tolerance may be the draft's own.
        let is_alike =
            |note: &Note| matches!(note.tolerance, Tolerance::T12RootFilter | Tolerance::T12CountOfArray);
        if !is_query || !parsed.notes.iter().all(is_alike) {
            return None;
        }
        parsed.notes.push(Note {
            tolerance: Tolerance::JsonPathDraft,
            range: 0..text.len(),
            message: "a query of the JSONPath draft, read as RFC 9535".to_owned(),
            fix: "leave `version` out: `type: jsonpath` is RFC 9535".to_owned(),
            replacement: None,
        });
        Some(parsed)
    }

    pub(crate) fn judge(&self, context: &dyn Context) -> Judgement {
        let name = &self.context;
        let root = match self.context.evaluate(context) {
            Ok(root) => root,
            Err(absence) => {
                let reason = format!("the context `{name}` has no value: {absence}");
                return Judgement::NotEvaluated { reason };
            }
        };
        match &*root {
            Value::Null => return Judgement::NotHeld { reason: format!("the context `{name}` is null") },
            Value::String(_) => {
                let reason = format!("the context `{name}` is text, not JSON");
                return Judgement::NotEvaluated { reason };
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
        }
        match &self.test {
            Test::Selects(query) => match query.nodes(&root, context) {
                Ok(nodes) if nodes.is_empty() => {
                    Judgement::NotHeld { reason: format!("`{}` selects nothing in `{name}`", self.text) }
                }
                Ok(_) => Judgement::Held,
                Err(reason) => Judgement::NotEvaluated { reason },
            },
            Test::Compares(logic) => {
                logic.judge(&InRoot { root: &root, context, name }, || self.text.clone())
            }
        }
    }

    /// The expressions, the context first.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        let mut expressions = vec![&self.context];
        match &self.test {
            Test::Selects(query) => expressions.extend(query.embedded()),
            Test::Compares(logic) => {
                logic.operands().into_iter().for_each(|term| term.collect(&mut expressions));
            }
        }
        expressions
    }

    /// The part of the context that the condition selects, if it is one plain path and compares nothing.
    pub(crate) fn selects(&self) -> Option<Expression> {
        match &self.test {
            Test::Selects(query) => pointed(&self.context, query),
            Test::Compares(_) => None,
        }
    }

    /// The parts of the context that are compared with a literal for equality, with the literal.
    pub(crate) fn equalities(&self) -> Vec<(Expression, Value)> {
        let Test::Compares(logic) = &self.test else { return Vec::new() };
        let pair = |terms: (&Term, &Term)| match terms {
            (Term::Query { query, length: None, .. }, Term::Plain(Operand::Literal(value)))
            | (Term::Plain(Operand::Literal(value)), Term::Query { query, length: None, .. }) => {
                Some((pointed(&self.context, query)?, value.clone()))
            }
            (Term::Plain(_) | Term::Text { .. } | Term::Query { .. }, _) => None,
        };
        logic.equalities().into_iter().filter_map(pair).collect()
    }

    /// The parts of the context that plain paths read.
    pub(crate) fn reads(&self) -> Vec<Expression> {
        let queries = match &self.test {
            Test::Selects(query) => vec![query],
            Test::Compares(logic) => logic.operands().into_iter().filter_map(Term::query).collect(),
        };
        queries.into_iter().filter_map(|query| pointed(&self.context, query)).collect()
    }
}

impl Term {
    fn collect<'a>(&'a self, expressions: &mut Vec<&'a Expression>) {
        match self {
            Self::Plain(operand) => expressions.extend(operand.as_expression()),
            Self::Text { segments, .. } => {
                expressions.extend(template::expressions(segments));
            }
            Self::Query { query, .. } => expressions.extend(query.embedded()),
        }
    }

    fn query(&self) -> Option<&Query> {
        match self {
            Self::Plain(_) | Self::Text { .. } => None,
            Self::Query { query, .. } => Some(query),
        }
    }
}

/// The query that is the whole of `text`, if it is one; what follows a query makes it a comparison.
fn alone(text: &str, reading: &mut Reading<'_>) -> Result<Option<Query>, SyntaxError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_whitespace();
    let start = cursor.at();
    if cursor.peek() != Some('$') || grammar::starts_with_root(cursor.rest()) {
        return Ok(None);
    }
    let query = query_text::read(text, &mut cursor, reading)?;
    let range = start..cursor.at();
    cursor.skip_whitespace();
    if cursor.is_at_end() { parsed(query, range, reading).map(Some) } else { Ok(None) }
}

/// Parses a query; the default mode applies a filter at the root of an object as it is meant.
fn parsed(text: QueryText, range: Range<usize>, reading: &mut Reading<'_>) -> Result<Query, SyntaxError> {
    let query = Query::parse(text, range.clone())?;
    match query.root_filter() {
        Some(RootFilter { counts_one }) if reading.tolerates() => {
            if counts_one {
                let message = "`count()` of a path that RFC 9535 makes 0 or 1";
                let fix = "write `length(@.…)`, or `count(@.…[*])` for the items";
                reading.note(Tolerance::T12CountOfArray, range, message, fix);
            } else {
                let message =
                    "a filter at the root, which RFC 9535 applies to the members if the context is an object";
                let fix =
                    "for an object, write a simple condition or put the name before the filter: `$.name[?…]`";
                reading.note(Tolerance::T12RootFilter, range, message, fix);
            }
            Ok(query.filtering_objects())
        }
        Some(_) | None => Ok(query),
    }
}

fn not_a_query(text: &str, error: SyntaxError) -> SyntaxError {
    if text.trim_start().starts_with("#/") {
        return error.with_hint("a JSON Pointer belongs in a simple condition: `$response.body#/… == …`");
    }
    error
}

/// The part of the context that a plain path selects.
fn pointed(context: &Expression, query: &Query) -> Option<Expression> {
    let mut pointer = context.pointer.clone().unwrap_or_else(Pointer::root);
    for step in query.singular()? {
        match step {
            Selects::Name(name) => pointer.push(name),
            Selects::Index(index) if *index >= 0 => pointer.push(index.to_string()),
            Selects::Index(_) | Selects::Several | Selects::Other => return None,
        }
    }
    let pointer = Some(pointer).filter(|pointer| !pointer.is_root());
    Some(Expression { source: context.source.clone(), pointer, trail: Vec::new() })
}

struct Comparing<'t, 'd> {
    text: &'t str,
    reading: &'t mut Reading<'d>,
}

impl Grammar for Comparing<'_, '_> {
    type Operand = Term;

    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<Term, SyntaxError> {
        let start = cursor.at();
        match cursor.peek() {
            Some('\'' | '"') => self.string(cursor),
            Some('$') if grammar::starts_with_root(cursor.rest()) => {
                let operand = Operand::parse_expression(cursor, self.reading)?;
                if let Some(expression) = operand.as_expression() {
                    self.reading.notes.push(query_text::bare_note(expression, start..cursor.at()));
                }
                Ok(Term::Plain(operand))
            }
            Some('$') => self.query(cursor),
            Some('{') => match template::embedded(self.text, cursor, self.reading)? {
                Some(expression) => Ok(Term::Plain(Operand::expression(expression))),
                None => Operand::parse_word(cursor).map(Term::Plain),
            },
            Some(_) | None => Operand::parse_word(cursor).map(Term::Plain),
        }
    }

    fn has_lists(&self) -> bool {
        true
    }
}

impl Comparing<'_, '_> {
    fn query(&mut self, cursor: &mut Cursor<'_>) -> Result<Term, SyntaxError> {
        let start = cursor.at();
        let mut read = query_text::read(self.text, cursor, self.reading)?;
        let written = cursor.since(start).to_owned();
        let ends_in_length = read
            .segments
            .last()
            .is_some_and(|last| last.text == ".length" && last.selects == Selects::Name("length".to_owned()));
        let length = ends_in_length.then(|| {
            read.segments.pop();
            match read.segments.last() {
                Some(last) if last.selects == Selects::Several && !last.text.starts_with("..") => {
                    Length::Nodes
                }
                Some(_) | None => Length::Each,
            }
        });
        let range = start..cursor.at();
        if length.is_some() {
            self.reading.notes.push(Note {
                tolerance: Tolerance::T2Length,
                range: range.clone(),
                message: format!("`.length` at the end of `{written}`"),
                fix: "write a filter with `length(@.…)` or `count(@.…)`".to_owned(),
                replacement: None,
            });
        }
        Ok(Term::Query { written, query: parsed(read, range, self.reading)?, length })
    }

    fn string(&mut self, cursor: &mut Cursor<'_>) -> Result<Term, SyntaxError> {
        let start = cursor.at();
        let text = escaped(cursor)?;
        let range = start..cursor.at();
        let written = cursor.since(start).to_owned();
        let inside = |error: SyntaxError| SyntaxError { range: range.clone(), ..error };
        if grammar::starts_with_root(&text) {
            let mut inner = self.reading.afresh();
            let expression =
                Expression::parse_within(&text, Cursor::new(&text), &mut inner).map_err(inside)?;
            self.reading.notes.push(query_text::bare_note(&expression, range));
            return Ok(Term::Text { written, segments: vec![Segment::Expression(expression)] });
        }
        let segments = template::segments(&text, None, &mut self.reading.afresh()).map_err(inside)?;
        match segments.as_slice() {
            [] | [Segment::Literal(_)] => Ok(Term::Plain(Operand::Literal(Value::String(text)))),
            [Segment::Expression(_)] | [_, _, ..] => Ok(Term::Text { written, segments }),
        }
    }
}

/// A string in either quotes, with the escapes of
/// [RFC 9535](https://www.rfc-editor.org/rfc/rfc9535#name-name-selector).
fn escaped(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let start = cursor.at();
    let quote = cursor.bump();
    let mut json = "\"".to_owned();
    while let Some(next) = cursor.bump() {
        if Some(next) == quote {
            json.push('"');
            return serde_json::from_str(&json).map_err(|_| {
                SyntaxError::new("the string has an escape that RFC 9535 does not know", start..cursor.at())
                    .with_hint("a backslash in a string is written `\\\\`")
            });
        }
        match (next, cursor.peek()) {
            // JSON has no escape for a single quote, and needs one for a double quote and control characters.
            ('\\', Some('\'')) => {
                cursor.bump();
                json.push('\'');
            }
            ('\\', Some(escaped)) => {
                cursor.bump();
                json.extend(['\\', escaped]);
            }
            ('"', _) => json.push_str("\\\""),
            (control, _) if control.is_ascii_control() => {
                json.push_str(&format!("\\u{:04x}", u32::from(control)))
            }
            (plain, _) => json.push(plain),
        }
    }
    Err(SyntaxError::new("the string is not closed", start..cursor.at()))
}

/// The value of the context expression, and everything else.
struct InRoot<'c> {
    root: &'c Value,
    context: &'c dyn Context,
    name: &'c Expression,
}

impl Values<Term> for InRoot<'_> {
    fn find<'a>(&'a self, term: &'a Term) -> Result<Found<'a>, String> {
        match term {
            Term::Plain(operand) => Ok(operand.find(self.context)),
            Term::Text { segments, .. } => Ok(match template::embed(segments, self.context) {
                Ok(text) => Found::One(Cow::Owned(Value::String(text))),
                Err(absence) => Found::Missing(absence.to_string()),
            }),
            Term::Query { query, length, .. } => {
                let nodes = query.nodes(self.root, self.context)?;
                let values: Vec<Cow<'_, Value>> = match length {
                    None => nodes.into_iter().map(Cow::Borrowed).collect(),
                    Some(Length::Nodes) => vec![Cow::Owned(Value::from(nodes.len()))],
                    Some(Length::Each) => nodes.into_iter().filter_map(length_of).collect(),
                };
                Ok(match <[Cow<'_, Value>; 1]>::try_from(values) {
                    Ok([value]) => Found::One(value),
                    Err(none) if none.is_empty() => {
                        Found::Missing(format!("it selects nothing in `{}`", self.name))
                    }
                    Err(several) => Found::Many(several),
                })
            }
        }
    }

    fn name(&self, term: &Term) -> Option<String> {
        match term {
            Term::Plain(operand) => operand.name(),
            Term::Text { written, .. } | Term::Query { written, .. } => Some(written.clone()),
        }
    }
}

fn length_of(value: &Value) -> Option<Cow<'_, Value>> {
    match value {
        Value::Object(members) => members.get("length").map(Cow::Borrowed),
        Value::Array(items) => Some(Cow::Owned(Value::from(items.len()))),
        Value::String(text) => Some(Cow::Owned(Value::from(text.chars().count()))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
