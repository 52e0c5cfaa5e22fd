//! Values in the place of the marks that a parsed JSONPath query has for its runtime expressions.

use std::borrow::Cow;

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};
use serde_json::Value;

use crate::context::Context;
use crate::expression::{Expression, kind};
use crate::query_text::{CLOSE, TEXT, VALUE};
use crate::template::embedded_text;

/// Puts values in the place of marks.
pub(super) struct Fill<'c> {
    values: Vec<Cow<'c, Value>>,
}

impl<'c> Fill<'c> {
    pub(super) fn new(expressions: &[Expression], context: &'c dyn Context) -> Result<Self, String> {
        let value = |expression: &Expression| {
            expression.evaluate(context).map_err(|absence| format!("`{expression}` has no value: {absence}"))
        };
        Ok(Self { values: expressions.iter().map(value).collect::<Result<_, _>>()? })
    }

    pub(super) fn query(&self, query: &JpQuery) -> Result<JpQuery, String> {
        Ok(JpQuery { segments: self.segments(&query.segments)? })
    }

    fn segments(&self, segments: &[Segment]) -> Result<Vec<Segment>, String> {
        segments.iter().map(|segment| self.segment(segment)).collect()
    }

    fn segment(&self, segment: &Segment) -> Result<Segment, String> {
        Ok(match segment {
            Segment::Descendant(inner) => Segment::Descendant(Box::new(self.segment(inner)?)),
            Segment::Selector(selector) => Segment::Selector(self.selector(selector)?),
            Segment::Selectors(selectors) => Segment::Selectors(
                selectors.iter().map(|selector| self.selector(selector)).collect::<Result<_, _>>()?,
            ),
        })
    }

    fn selector(&self, selector: &Selector) -> Result<Selector, String> {
        Ok(match selector {
            Selector::Name(name) => match self.step(name)? {
                SingularQuerySegment::Name(name) => Selector::Name(name),
                SingularQuerySegment::Index(index) => Selector::Index(index),
            },
            Selector::Filter(filter) => Selector::Filter(self.filter(filter)?),
            Selector::Index(_) | Selector::Wildcard | Selector::Slice(..) => selector.clone(),
        })
    }

    /// A name, or an index when a whole selector is an expression with an integer.
    fn step(&self, name: &str) -> Result<SingularQuerySegment, String> {
        match self.whole(name) {
            None => Ok(SingularQuerySegment::Name(self.text(name))),
            Some(Value::String(name)) => Ok(SingularQuerySegment::Name(name.clone())),
            Some(value) => match value.as_i64() {
                Some(index) => Ok(SingularQuerySegment::Index(index)),
                None => Err(format!("{} cannot select a member or an item", kind(value))),
            },
        }
    }

    fn filter(&self, filter: &Filter) -> Result<Filter, String> {
        let all = |parts: &[Filter]| parts.iter().map(|part| self.filter(part)).collect::<Result<_, _>>();
        Ok(match filter {
            Filter::Or(parts) => Filter::Or(all(parts)?),
            Filter::And(parts) => Filter::And(all(parts)?),
            Filter::Atom(FilterAtom::Filter { expr, not }) => {
                Filter::Atom(FilterAtom::filter(self.filter(expr)?, *not))
            }
            Filter::Atom(FilterAtom::Test { expr, not }) => {
                Filter::Atom(FilterAtom::test(self.test(expr)?, *not))
            }
            Filter::Atom(FilterAtom::Comparison(comparison)) => {
                Filter::Atom(FilterAtom::Comparison(Box::new(self.comparison(comparison)?)))
            }
        })
    }

    fn comparison(&self, comparison: &Comparison) -> Result<Comparison, String> {
        let (left, right) = comparison.vals();
        let (left, right) = (self.comparable(left)?, self.comparable(right)?);
        Ok(match comparison {
            Comparison::Eq(..) => Comparison::Eq(left, right),
            Comparison::Ne(..) => Comparison::Ne(left, right),
            Comparison::Gt(..) => Comparison::Gt(left, right),
            Comparison::Gte(..) => Comparison::Gte(left, right),
            Comparison::Lt(..) => Comparison::Lt(left, right),
            Comparison::Lte(..) => Comparison::Lte(left, right),
        })
    }

    fn comparable(&self, comparable: &Comparable) -> Result<Comparable, String> {
        let steps = |steps: &[SingularQuerySegment]| {
            let step = |step: &SingularQuerySegment| match step {
                SingularQuerySegment::Name(name) => self.step(name),
                SingularQuerySegment::Index(index) => Ok(SingularQuerySegment::Index(*index)),
            };
            steps.iter().map(step).collect::<Result<Vec<_>, String>>()
        };
        Ok(match comparable {
            Comparable::Literal(literal) => Comparable::Literal(self.literal(literal)?),
            Comparable::Function(function) => Comparable::Function(self.function(function)?),
            Comparable::SingularQuery(SingularQuery::Current(path)) => {
                Comparable::SingularQuery(SingularQuery::Current(steps(path)?))
            }
            Comparable::SingularQuery(SingularQuery::Root(path)) => {
                Comparable::SingularQuery(SingularQuery::Root(steps(path)?))
            }
        })
    }

    fn literal(&self, literal: &Literal) -> Result<Literal, String> {
        let Literal::String(text) = literal else {
            return Ok(literal.clone());
        };
        match self.whole(text) {
            None => Ok(Literal::String(self.text(text))),
            Some(Value::Null) => Ok(Literal::Null),
            Some(Value::Bool(value)) => Ok(Literal::Bool(*value)),
            Some(Value::String(value)) => Ok(Literal::String(value.clone())),
            Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Ok(Literal::Int(integer)),
                (None, Some(float)) => Ok(Literal::Float(float)),
                (None, None) => Err(format!("the number {number} cannot be compared in a query")),
            },
            Some(value @ (Value::Array(_) | Value::Object(_))) => {
                Err(format!("{} cannot be compared in a query", kind(value)))
            }
        }
    }

    fn test(&self, test: &Test) -> Result<Test, String> {
        Ok(match test {
            Test::RelQuery(segments) => Test::RelQuery(self.segments(segments)?),
            Test::AbsQuery(query) => Test::AbsQuery(self.query(query)?),
            Test::Function(function) => Test::Function(Box::new(self.function(function)?)),
        })
    }

    fn function(&self, function: &TestFunction) -> Result<TestFunction, String> {
        Ok(match function {
            TestFunction::Length(argument) => TestFunction::Length(Box::new(self.argument(argument)?)),
            TestFunction::Value(argument) => TestFunction::Value(self.argument(argument)?),
            TestFunction::Count(argument) => TestFunction::Count(self.argument(argument)?),
            TestFunction::Search(text, pattern) => {
                TestFunction::Search(self.argument(text)?, self.argument(pattern)?)
            }
            TestFunction::Match(text, pattern) => {
                TestFunction::Match(self.argument(text)?, self.argument(pattern)?)
            }
            TestFunction::Custom(name, arguments) => TestFunction::Custom(
                name.clone(),
                arguments.iter().map(|argument| self.argument(argument)).collect::<Result<_, _>>()?,
            ),
        })
    }

    fn argument(&self, argument: &FnArg) -> Result<FnArg, String> {
        Ok(match argument {
            FnArg::Literal(literal) => FnArg::Literal(self.literal(literal)?),
            FnArg::Test(test) => FnArg::Test(Box::new(self.test(test)?)),
            FnArg::Filter(filter) => FnArg::Filter(self.filter(filter)?),
        })
    }

    /// The value, when the whole text is the mark of one.
    fn whole(&self, text: &str) -> Option<&Value> {
        let number = text.strip_prefix(VALUE)?.strip_suffix(CLOSE)?;
        self.values.get(number.parse::<usize>().ok()?).map(|value| &**value)
    }

    /// The text with values in the place of marks; what a value contains is not looked at again.
    fn text(&self, text: &str) -> String {
        let mut pieces = text.split(TEXT);
        let mut filled = pieces.next().unwrap_or("").to_owned();
        for piece in pieces {
            let (number, rest) = piece.split_once(CLOSE).unwrap_or((piece, ""));
            if let Some(value) = number.parse::<usize>().ok().and_then(|number| self.values.get(number)) {
                filled.push_str(&embedded_text(value));
            }
            filled.push_str(rest);
        }
        filled
    }
}
