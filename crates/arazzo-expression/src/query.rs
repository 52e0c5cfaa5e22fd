//! [JSONPath](https://www.rfc-editor.org/rfc/rfc9535) queries; the only file that knows the JSONPath library.
//!
//! A path of names and indices is walked directly. Every other query is parsed once by the library. Its cost on a
//! document is estimated before it runs, because descendants, nested filters and repeated selectors multiply.
//!
//! Where the library differs from RFC 9535: two fractions that differ by less than 2⁻⁵² are equal in a filter, and
//! integers beyond 64 bits compare as floating point.

use std::borrow::Cow;

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

use crate::context::Context;
use crate::expression::{Expression, kind};
use crate::limits::{MAX_DEPTH, MAX_PATTERN, MAX_QUERY, MAX_WORK};
use crate::query_text::{CLOSE, QueryText, Selects, TEXT, VALUE};
use crate::syntax_error::SyntaxError;
use crate::template::embedded_text;

/// A query that was parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    path: Path,
    embedded: Vec<Expression>,
}

#[derive(Debug, Clone, PartialEq)]
enum Path {
    Singular(Vec<Selects>),
    Other(Box<JpQuery>),
}

impl Query {
    /// Parses what was read; `range` is where it stands, for errors.
    pub(crate) fn parse(text: QueryText, range: std::ops::Range<usize>) -> Result<Self, SyntaxError> {
        let singular: Option<Vec<Selects>> = text
            .segments
            .iter()
            .map(|segment| match &segment.selects {
                step @ (Selects::Name(_) | Selects::Index(_)) => Some(step.clone()),
                Selects::Several | Selects::Other => None,
            })
            .collect();
        if let Some(steps) = singular {
            return Ok(Self { path: Path::Singular(steps), embedded: text.embedded });
        }
        let mut normal = "$".to_owned();
        text.segments.iter().for_each(|segment| normal.push_str(&segment.text));
        SyntaxError::check_length(&normal, "query", MAX_QUERY)
            .map_err(|error| SyntaxError { range: range.clone(), ..error })?;
        let refused = |message: String| SyntaxError::new(message, range.clone());
        let query = parse_json_path(&normal).map_err(|_| {
            refused("this is no JSONPath query".to_owned())
                .with_hint("RFC 9535 has `.name`, `['name']`, `[0]`, `[*]`, `[1:3]`, `..` and filters such as `[?@.price < 10]`")
        })?;
        check_segments(&query.segments).map_err(refused)?;
        Ok(Self { path: Path::Other(Box::new(query)), embedded: text.embedded })
    }

    /// The nodes of `root` that it selects.
    ///
    /// # Errors
    /// When an expression in it has no value that can stand there, or it would take too long; says why.
    pub(crate) fn nodes<'a>(&self, root: &'a Value, context: &dyn Context) -> Result<Vec<&'a Value>, String> {
        match &self.path {
            Path::Singular(steps) => Ok(walk(steps, root).into_iter().collect()),
            Path::Other(query) => {
                check_work(query, root)?;
                let filled = if self.embedded.is_empty() {
                    Cow::Borrowed(&**query)
                } else {
                    Cow::Owned(Fill::new(&self.embedded, context)?.query(query)?)
                };
                let nodes =
                    js_path_process(&filled, root).map_err(|_| "the query has no nodes".to_owned())?;
                Ok(nodes.into_iter().map(|node| node.val).collect())
            }
        }
    }

    /// The steps of a plain path.
    pub(crate) fn singular(&self) -> Option<&[Selects]> {
        match &self.path {
            Path::Singular(steps) => Some(steps),
            Path::Other(_) => None,
        }
    }

    /// The runtime expressions in it.
    pub(crate) fn embedded(&self) -> &[Expression] {
        &self.embedded
    }
}

fn walk<'a>(steps: &[Selects], root: &'a Value) -> Option<&'a Value> {
    steps.iter().try_fold(root, |node, step| match (step, node) {
        (Selects::Name(name), Value::Object(members)) => members.get(name),
        (Selects::Index(index), Value::Array(items)) => {
            let distance = usize::try_from(index.unsigned_abs()).ok()?;
            if *index < 0 {
                items.len().checked_sub(distance).and_then(|at| items.get(at))
            } else {
                items.get(distance)
            }
        }
        (
            Selects::Name(_) | Selects::Index(_) | Selects::Several | Selects::Other,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => None,
    })
}

/// Refuses what the library accepts beyond RFC 9535, and patterns that are too large.
fn check_segments(segments: &[Segment]) -> Result<(), String> {
    for segment in segments {
        for selector in selectors(segment).0 {
            if let Selector::Filter(filter) = selector {
                check_filter(filter)?;
            }
        }
    }
    Ok(())
}

fn check_filter(filter: &Filter) -> Result<(), String> {
    match filter {
        Filter::Or(parts) | Filter::And(parts) => parts.iter().try_for_each(check_filter),
        Filter::Atom(FilterAtom::Filter { expr, .. }) => check_filter(expr),
        Filter::Atom(FilterAtom::Test { expr, .. }) => check_test(expr),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            [left, right].into_iter().try_for_each(|side| match side {
                Comparable::Function(function) => check_function(function),
                Comparable::Literal(_) | Comparable::SingularQuery(_) => Ok(()),
            })
        }
    }
}

fn check_test(test: &Test) -> Result<(), String> {
    match test {
        Test::RelQuery(segments) => check_segments(segments),
        Test::AbsQuery(query) => check_segments(&query.segments),
        Test::Function(function) => check_function(function),
    }
}

fn check_function(function: &TestFunction) -> Result<(), String> {
    match function {
        TestFunction::Custom(name, _) => Err(format!("RFC 9535 has no function `{name}`")),
        TestFunction::Length(argument) => check_argument(argument),
        TestFunction::Value(argument) | TestFunction::Count(argument) => check_argument(argument),
        TestFunction::Search(text, pattern) | TestFunction::Match(text, pattern) => {
            check_argument(text)?;
            check_argument(pattern)?;
            match pattern {
                FnArg::Literal(Literal::String(pattern)) => match sized(pattern) {
                    Err(regex::Error::CompiledTooBig(_)) => {
                        Err("a pattern in the query is too large".to_owned())
                    }
                    Ok(_) | Err(_) => Ok(()),
                },
                FnArg::Literal(_) | FnArg::Test(_) | FnArg::Filter(_) => Ok(()),
            }
        }
    }
}

fn sized(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build()
}

fn check_argument(argument: &FnArg) -> Result<(), String> {
    match argument {
        FnArg::Literal(_) => Ok(()),
        FnArg::Test(test) => check_test(test),
        FnArg::Filter(filter) => check_filter(filter),
    }
}

/// The selectors of a segment, and whether they apply to all descendants.
fn selectors(segment: &Segment) -> (Vec<&Selector>, bool) {
    match segment {
        Segment::Descendant(inner) => (selectors(inner).0, true),
        Segment::Selector(selector) => (vec![selector], false),
        Segment::Selectors(selectors) => (selectors.iter().collect(), false),
    }
}

/// Refuses to run a query that would visit too many nodes of `root`.
fn check_work(query: &JpQuery, root: &Value) -> Result<(), String> {
    let size = Size::of(root);
    if size.depth > (2 * MAX_DEPTH) as f64 {
        return Err(format!("the value nests deeper than {} levels", 2 * MAX_DEPTH));
    }
    let work = size.of_segments(&query.segments, size.nodes);
    if work > MAX_WORK as f64 {
        return Err(format!("the query would visit about {work:.0} nodes, and {MAX_WORK} are allowed"));
    }
    Ok(())
}

/// How large a value is.
struct Size {
    nodes: f64,
    depth: f64,
}

impl Size {
    fn of(root: &Value) -> Self {
        let (mut nodes, mut deepest) = (0_usize, 0_usize);
        let mut open = vec![(root, 1_usize)];
        while let Some((value, depth)) = open.pop() {
            nodes += 1;
            deepest = deepest.max(depth);
            match value {
                Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
                Value::Object(members) => open.extend(members.values().map(|member| (member, depth + 1))),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        Self { nodes: nodes as f64, depth: deepest as f64 }
    }

    /// How many node visits `segments` need at most, when a segment that spreads reaches `reach` nodes. The
    /// subtrees of all nodes together have nodes times depth nodes, so that one of them has `depth` on average.
    fn of_segments(&self, segments: &[Segment], reach: f64) -> f64 {
        let (mut width, mut repeated, mut work) = (1.0, 1.0, 0.0);
        for segment in segments {
            let (selectors, descends) = selectors(segment);
            repeated *= selectors.len() as f64 * if descends { self.depth } else { 1.0 };
            let plain = |selector: &&Selector| matches!(selector, Selector::Name(_) | Selector::Index(_));
            let spreads = descends || !selectors.iter().all(plain);
            width = if spreads { reach * repeated } else { width * selectors.len() as f64 };
            let each: f64 = selectors.iter().map(|selector| self.of_selector(selector)).sum();
            work += width * each;
        }
        work
    }

    fn of_selector(&self, selector: &Selector) -> f64 {
        match selector {
            Selector::Filter(filter) => 1.0 + self.of_filter(filter),
            Selector::Name(_) | Selector::Index(_) | Selector::Wildcard | Selector::Slice(..) => 1.0,
        }
    }

    fn of_filter(&self, filter: &Filter) -> f64 {
        match filter {
            Filter::Or(parts) | Filter::And(parts) => parts.iter().map(|part| self.of_filter(part)).sum(),
            Filter::Atom(FilterAtom::Filter { expr, .. }) => self.of_filter(expr),
            Filter::Atom(FilterAtom::Test { expr, .. }) => self.of_test(expr),
            Filter::Atom(FilterAtom::Comparison(comparison)) => {
                let (left, right) = comparison.vals();
                self.of_comparable(left) + self.of_comparable(right)
            }
        }
    }

    fn of_comparable(&self, comparable: &Comparable) -> f64 {
        match comparable {
            Comparable::Literal(_) => 1.0,
            Comparable::SingularQuery(SingularQuery::Current(steps) | SingularQuery::Root(steps)) => {
                1.0 + steps.len() as f64
            }
            Comparable::Function(function) => self.of_function(function),
        }
    }

    fn of_test(&self, test: &Test) -> f64 {
        match test {
            Test::RelQuery(segments) => 1.0 + self.of_segments(segments, self.depth),
            Test::AbsQuery(query) => 1.0 + self.of_segments(&query.segments, self.nodes),
            Test::Function(function) => self.of_function(function),
        }
    }

    fn of_function(&self, function: &TestFunction) -> f64 {
        /// The library compiles a pattern for each node; one from the document may be of any size.
        const COMPILED: f64 = 200.0;
        const UNKNOWN: f64 = 20_000.0;
        match function {
            TestFunction::Length(argument) => self.of_argument(argument),
            TestFunction::Value(argument) | TestFunction::Count(argument) => self.of_argument(argument),
            TestFunction::Search(text, pattern) | TestFunction::Match(text, pattern) => {
                let compile = match pattern {
                    FnArg::Literal(Literal::String(pattern)) if !pattern.contains([TEXT, VALUE]) => {
                        COMPILED * (1 + pattern.len() / 32 + 64 * pattern.matches('{').count()) as f64
                    }
                    FnArg::Literal(_) | FnArg::Test(_) | FnArg::Filter(_) => UNKNOWN,
                };
                self.of_argument(text) + self.of_argument(pattern) + compile
            }
            TestFunction::Custom(_, arguments) => {
                arguments.iter().map(|argument| self.of_argument(argument)).sum()
            }
        }
    }

    fn of_argument(&self, argument: &FnArg) -> f64 {
        match argument {
            FnArg::Literal(_) => 1.0,
            FnArg::Test(test) => self.of_test(test),
            FnArg::Filter(filter) => self.of_filter(filter),
        }
    }
}

/// Puts values in the place of marks.
struct Fill<'c> {
    values: Vec<Cow<'c, Value>>,
}

impl<'c> Fill<'c> {
    fn new(expressions: &[Expression], context: &'c dyn Context) -> Result<Self, String> {
        let value = |expression: &Expression| {
            expression.evaluate(context).map_err(|absence| format!("`{expression}` has no value: {absence}"))
        };
        Ok(Self { values: expressions.iter().map(value).collect::<Result<_, _>>()? })
    }

    fn query(&self, query: &JpQuery) -> Result<JpQuery, String> {
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
