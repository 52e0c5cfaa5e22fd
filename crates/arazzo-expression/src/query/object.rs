//! A filter at the root of an object, `$[?count(@.pets) > 0]`, which the
//! [specification](https://spec.openapis.org/arazzo/v1.1.0.html#criterion-object) uses in an example as if it applied
//! to the object. RFC 9535 applies it to the members.
//!
//! It stays with the members when one of them has something that the filter asks for. Otherwise the object itself is
//! what is filtered, and `count()` of a path to one array counts the items.

use jsonpath_rust::parser::model::{
    Comparable, Filter, FilterAtom, FnArg, JpQuery, Segment, Selector, SingularQuery, SingularQuerySegment,
    Test, TestFunction,
};
use jsonpath_rust::query::Query as _;
use jsonpath_rust::query::state::State;
use serde_json::Value;

use super::{count, run};

/// What is known of a filter at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RootFilter {
    /// Whether it has a `count()` that RFC 9535 makes 0 or 1.
    pub(crate) counts_one: bool,
}

pub(super) fn root_filter(query: &JpQuery) -> Option<RootFilter> {
    let (filter, _) = split(query)?;
    let mut counts_one = false;
    let _ = counting(filter, &mut |_| {
        counts_one = true;
        false
    });
    Some(RootFilter { counts_one })
}

/// The nodes, when the filter is meant for the object.
pub(super) fn nodes<'a>(query: &JpQuery, root: &'a Value) -> Option<Vec<&'a Value>> {
    let (filter, rest) = split(query)?;
    let members = root.as_object()?;
    let mut asked = Vec::new();
    ask(filter, &mut asked);
    let has = |member: &'a Value| asked.iter().any(|path| !run(path, member).is_empty());
    if asked.is_empty() || members.values().any(has) {
        return None;
    }
    let filter = counting(filter, &mut |path| matches!(run(path, root).as_slice(), [Value::Array(_)]));
    let passes = holds(&count::filter(&filter), root);
    Some(if passes { run(rest, root) } else { Vec::new() })
}

/// Whether `item`, which is the root too, passes.
fn holds(filter: &Filter, item: &Value) -> bool {
    match filter {
        Filter::Or(parts) => parts.iter().any(|part| holds(part, item)),
        Filter::And(parts) => parts.iter().all(|part| holds(part, item)),
        Filter::Atom(FilterAtom::Filter { expr, not }) => holds(expr, item) != *not,
        Filter::Atom(atom @ (FilterAtom::Test { .. } | FilterAtom::Comparison(_))) => {
            atom.process(State::root(item)).ok_val() == Some(Value::Bool(true))
        }
    }
}

fn split(query: &JpQuery) -> Option<(&Filter, &[Segment])> {
    match query.segments.split_first()? {
        (Segment::Selector(Selector::Filter(filter)), rest) => Some((filter, rest)),
        (Segment::Selector(_) | Segment::Selectors(_) | Segment::Descendant(_), _) => None,
    }
}

/// Adds the paths behind `@`.
fn ask(filter: &Filter, asked: &mut Vec<Vec<Segment>>) {
    match filter {
        Filter::Or(parts) | Filter::And(parts) => parts.iter().for_each(|part| ask(part, asked)),
        Filter::Atom(FilterAtom::Filter { expr, .. }) => ask(expr, asked),
        Filter::Atom(FilterAtom::Test { expr, .. }) => ask_test(expr, asked),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            for side in [left, right] {
                match side {
                    Comparable::SingularQuery(SingularQuery::Current(steps)) => {
                        asked.push(steps.iter().map(segment).collect());
                    }
                    Comparable::Function(function) => ask_function(function, asked),
                    Comparable::SingularQuery(SingularQuery::Root(_)) | Comparable::Literal(_) => {}
                }
            }
        }
    }
}

fn ask_test(test: &Test, asked: &mut Vec<Vec<Segment>>) {
    match test {
        Test::RelQuery(path) => asked.push(path.clone()),
        Test::AbsQuery(_) => {}
        Test::Function(function) => ask_function(function, asked),
    }
}

fn ask_function(function: &TestFunction, asked: &mut Vec<Vec<Segment>>) {
    let mut argument = |argument: &FnArg| match argument {
        FnArg::Literal(_) => {}
        FnArg::Test(test) => ask_test(test, asked),
        FnArg::Filter(filter) => ask(filter, asked),
    };
    match function {
        TestFunction::Length(inner) => argument(inner),
        TestFunction::Value(inner) | TestFunction::Count(inner) => argument(inner),
        TestFunction::Search(text, pattern) | TestFunction::Match(text, pattern) => {
            argument(text);
            argument(pattern);
        }
        TestFunction::Custom(_, arguments) => arguments.iter().for_each(argument),
    }
}

fn segment(step: &SingularQuerySegment) -> Segment {
    Segment::Selector(match step {
        SingularQuerySegment::Name(name) => Selector::Name(name.clone()),
        SingularQuerySegment::Index(index) => Selector::Index(*index),
    })
}

/// The filter in which `count()` of a path that `is_array` says leads to one array counts the items.
fn counting(filter: &Filter, is_array: &mut dyn FnMut(&[Segment]) -> bool) -> Filter {
    match filter {
        Filter::Or(parts) => Filter::Or(parts.iter().map(|part| counting(part, is_array)).collect()),
        Filter::And(parts) => Filter::And(parts.iter().map(|part| counting(part, is_array)).collect()),
        Filter::Atom(FilterAtom::Filter { expr, not }) => {
            Filter::Atom(FilterAtom::filter(counting(expr, is_array), *not))
        }
        Filter::Atom(test @ FilterAtom::Test { .. }) => Filter::Atom(test.clone()),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            let (left, right) = (counted(left, is_array), counted(right, is_array));
            Filter::Atom(FilterAtom::Comparison(Box::new(count::with(comparison, left, right))))
        }
    }
}

fn counted(side: &Comparable, is_array: &mut dyn FnMut(&[Segment]) -> bool) -> Comparable {
    if let Comparable::Function(TestFunction::Count(FnArg::Test(test))) = side
        && let Test::RelQuery(path) = &**test
        && path.iter().all(is_plain)
        && is_array(path)
    {
        let items = Segment::Selector(Selector::Wildcard);
        let path = path.iter().cloned().chain([items]).collect();
        return Comparable::Function(TestFunction::Count(FnArg::Test(Box::new(Test::RelQuery(path)))));
    }
    side.clone()
}

/// Whether it selects at most one node.
pub(super) fn is_plain(segment: &Segment) -> bool {
    match segment {
        Segment::Selector(Selector::Name(_) | Selector::Index(_)) => true,
        Segment::Selector(Selector::Wildcard | Selector::Slice(..) | Selector::Filter(_))
        | Segment::Selectors(_)
        | Segment::Descendant(_) => false,
    }
}
