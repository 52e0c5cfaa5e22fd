//! How much a JSONPath query costs on a value, estimated before it runs.

use jsonpath_rust::parser::model::{
    Comparable, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, SingularQuery, Test,
    TestFunction,
};
use serde_json::Value;

use super::selectors;
use crate::limits::{MAX_DEPTH, MAX_WORK};
use crate::query_text::{TEXT, VALUE};

/// Refuses to run a query that would visit too many nodes of `root`.
pub(super) fn check_work(query: &JpQuery, root: &Value) -> Result<(), String> {
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
