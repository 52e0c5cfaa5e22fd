//! Runtime expressions that stand in text without braces, which the specification reads as text.

use std::ops::Range;

use crate::cursor::Cursor;
use crate::grammar::{self, Place};
use crate::reading::Reading;
use crate::template::Segment;
use crate::tolerance::Tolerance;

/// What kind of text it is, which decides what is taken for an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bare {
    /// Behind other text, with a declared name: there a `$` may well be text.
    Text,
    /// Anywhere; in a pattern `$` is an anchor, and what follows an anchor never matches.
    Regex,
    /// Anywhere; XPath has variables, and nobody gives them a value.
    XPath,
}

/// The roots that are looked for in text.
const ROOTS: [&str; 4] = ["$inputs.", "$steps.", "$outputs.", "$workflows."];

/// Adds the bytes `range` of `text`, which have no braced expression in them, to `segments`.
pub(crate) fn split(
    text: &str,
    range: Range<usize>,
    bare: Bare,
    reading: &mut Reading<'_>,
    segments: &mut Vec<Segment>,
) {
    let (mut literal, mut at) = (range.start, range.start);
    while reading.tolerates()
        && let Some(offset) = text.get(at..range.end).and_then(|rest| rest.find('$'))
    {
        let start = at + offset;
        at = start + 1;
        if let Some((segment, end)) = one(text, start..range.end, bare, reading) {
            push_text(text, literal..start, segments);
            segments.push(segment);
            literal = end;
            at = end;
        }
    }
    push_text(text, literal..range.end, segments);
}

fn push_text(text: &str, range: Range<usize>, segments: &mut Vec<Segment>) {
    if let Some(literal) = text.get(range).filter(|literal| !literal.is_empty()) {
        segments.push(Segment::Literal(literal.to_owned()));
    }
}

/// The expression at the start of `range`, and where it ends.
fn one(text: &str, range: Range<usize>, bare: Bare, reading: &mut Reading<'_>) -> Option<(Segment, usize)> {
    let before = text.get(..range.start).unwrap_or("");
    let escaped = (before.len() - before.trim_end_matches('\\').len()) % 2 == 1;
    let mut cursor = Cursor::within(text, range.clone());
    let wanted = match bare {
        Bare::Text => {
            !before.is_empty() && !before.ends_with('$') && ROOTS.iter().any(|root| cursor.starts_with(root))
        }
        Bare::Regex | Bare::XPath => grammar::starts_with_root(cursor.rest()),
    };
    if escaped || !wanted {
        return None;
    }
    let mut inner = reading.afresh();
    let expression = grammar::expression(&mut cursor, Place::Text, &mut inner).ok()?;
    if bare == Bare::Text && !inner.declares(&expression) {
        return None;
    }
    let range = range.start..cursor.at();
    let expression = inner.settle(expression, range.clone());
    let (tolerance, place) = match bare {
        Bare::Text => (Tolerance::T6BareInText, "inside text"),
        Bare::Regex => (Tolerance::T3BareInRegex, "in a regex condition"),
        Bare::XPath => (Tolerance::T3BareInXPath, "in an XPath"),
    };
    let message = format!("the expression `{expression}` without braces {place}");
    reading.rewrite(tolerance, range, message, format!("{{{expression}}}"));
    reading.notes.append(&mut inner.notes);
    Some((Segment::Expression(expression), cursor.at()))
}
