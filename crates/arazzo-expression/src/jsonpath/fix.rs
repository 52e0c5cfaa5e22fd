//! What to write instead of a jsonpath condition that is more than one query.

use serde_json::Value;

use super::{Length, Term, pointed};
use crate::comparison::Operator;
use crate::expression::Expression;
use crate::logic::Logic;
use crate::mode::Mode;
use crate::operand::Operand;
use crate::template::Segment;
use crate::tolerance::{Note, Tolerance};

/// The note for a comparison, with the simple condition that says the same, where there is one.
pub(super) fn note(text: &str, logic: &Logic<Term>, context: &Expression) -> Note {
    let simple = logic.written(&|term| simple_operand(term, context));
    let readable = |simple: &String| crate::Condition::parse(simple, Mode::Strict).is_ok();
    let fix = match (simple.filter(readable), not_empty(logic)) {
        (Some(simple), _) => format!("write the simple condition `{simple}`"),
        (None, Some(query)) => format!("write the query `{query}`, which passes when there is an item"),
        (None, None) => "write a filter such as `$[?@.status == 'done']`, or a simple condition".to_owned(),
    };
    Note {
        tolerance: Tolerance::T1JsonPathComparison,
        range: 0..text.len(),
        message: "a jsonpath condition that is more than one query".to_owned(),
        fix,
        replacement: None,
    }
}

/// The query that says the same as `….length > 0` of an array.
fn not_empty(logic: &Logic<Term>) -> Option<String> {
    let Logic::Compare { left, operator: Operator::Greater, right } = logic else {
        return None;
    };
    match (&**left, &**right) {
        (
            Logic::Operand(Term::Query { written, length: Some(Length::Each), .. }),
            Logic::Operand(Term::Plain(Operand::Literal(Value::Number(zero)))),
        ) if zero.as_u64() == Some(0) => Some(format!("{}[*]", written.strip_suffix(".length")?)),
        _ => None,
    }
}

fn simple_operand(term: &Term, context: &Expression) -> Option<String> {
    match term {
        Term::Plain(operand) => Some(operand.to_string()),
        Term::Text { segments, .. } => match segments.as_slice() {
            [Segment::Expression(expression)] => Some(expression.to_string()),
            [] | [Segment::Literal(_)] | [_, _, ..] => None,
        },
        Term::Query { length: Some(_), .. } => None,
        Term::Query { query, length: None, .. } => pointed(context, query).map(|part| part.to_string()),
    }
}
