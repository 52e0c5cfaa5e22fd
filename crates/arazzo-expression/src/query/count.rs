//! `count()` of no node, which is 0 in [RFC 9535](https://www.rfc-editor.org/rfc/rfc9535#name-count-function-extension).
//! The library makes it nothing, so that `count(@.tags[*]) == 0` would never hold. A comparison with a count becomes one
//! for the case that there are nodes, and one with 0 for the case that there are none.

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, Test,
    TestFunction,
};

/// The query with counts that can be 0.
pub(super) fn query(query: &JpQuery) -> JpQuery {
    JpQuery::new(segments(&query.segments))
}

fn segments(all: &[Segment]) -> Vec<Segment> {
    all.iter().map(segment).collect()
}

fn segment(one: &Segment) -> Segment {
    match one {
        Segment::Descendant(inner) => Segment::Descendant(Box::new(segment(inner))),
        Segment::Selector(inner) => Segment::Selector(selector(inner)),
        Segment::Selectors(all) => Segment::Selectors(all.iter().map(selector).collect()),
    }
}

fn selector(one: &Selector) -> Selector {
    match one {
        Selector::Filter(inner) => Selector::Filter(filter(inner)),
        Selector::Name(_) | Selector::Index(_) | Selector::Wildcard | Selector::Slice(..) => one.clone(),
    }
}

/// The filter with counts that can be 0.
pub(super) fn filter(one: &Filter) -> Filter {
    match one {
        Filter::Or(parts) => Filter::Or(parts.iter().map(filter).collect()),
        Filter::And(parts) => Filter::And(parts.iter().map(filter).collect()),
        Filter::Atom(FilterAtom::Filter { expr, not }) => {
            Filter::Atom(FilterAtom::filter(filter(expr), *not))
        }
        Filter::Atom(FilterAtom::Test { expr, not }) => Filter::Atom(FilterAtom::test(test(expr), *not)),
        Filter::Atom(FilterAtom::Comparison(comparison)) => {
            let (left, right) = comparison.vals();
            split(comparison, inside(left), inside(right), Side::Left)
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// The comparison, for each case of a count at `side` and what is behind it.
fn split(like: &Comparison, left: Comparable, right: Comparable, side: Side) -> Filter {
    let (counted, next) = match side {
        Side::Left => (&left, Some(Side::Right)),
        Side::Right => (&right, None),
    };
    let go_on = |left: Comparable, right: Comparable| match next {
        Some(next) => split(like, left, right, next),
        None => Filter::Atom(FilterAtom::Comparison(Box::new(with(like, left, right)))),
    };
    let Comparable::Function(TestFunction::Count(FnArg::Test(nodes))) = counted else {
        return go_on(left, right);
    };
    let some = Filter::Atom(FilterAtom::test((**nodes).clone(), false));
    let none = Filter::Atom(FilterAtom::test((**nodes).clone(), true));
    let zero = Comparable::Literal(Literal::Int(0));
    let empty = match side {
        Side::Left => go_on(zero, right.clone()),
        Side::Right => go_on(left.clone(), zero),
    };
    let cases = vec![Filter::And(vec![some, go_on(left, right)]), Filter::And(vec![none, empty])];
    Filter::Atom(FilterAtom::filter(Filter::Or(cases), false))
}

/// A comparison like another, of other values.
pub(super) fn with(like: &Comparison, left: Comparable, right: Comparable) -> Comparison {
    match like {
        Comparison::Eq(..) => Comparison::Eq(left, right),
        Comparison::Ne(..) => Comparison::Ne(left, right),
        Comparison::Gt(..) => Comparison::Gt(left, right),
        Comparison::Gte(..) => Comparison::Gte(left, right),
        Comparison::Lt(..) => Comparison::Lt(left, right),
        Comparison::Lte(..) => Comparison::Lte(left, right),
    }
}

fn test(one: &Test) -> Test {
    match one {
        Test::RelQuery(path) => Test::RelQuery(segments(path)),
        Test::AbsQuery(inner) => Test::AbsQuery(query(inner)),
        Test::Function(inner) => Test::Function(Box::new(function(inner))),
    }
}

fn inside(one: &Comparable) -> Comparable {
    match one {
        Comparable::Function(inner) => Comparable::Function(function(inner)),
        Comparable::Literal(_) | Comparable::SingularQuery(_) => one.clone(),
    }
}

fn function(one: &TestFunction) -> TestFunction {
    match one {
        TestFunction::Length(inner) => TestFunction::Length(Box::new(argument(inner))),
        TestFunction::Value(inner) => TestFunction::Value(argument(inner)),
        TestFunction::Count(inner) => TestFunction::Count(argument(inner)),
        TestFunction::Search(text, pattern) => TestFunction::Search(argument(text), argument(pattern)),
        TestFunction::Match(text, pattern) => TestFunction::Match(argument(text), argument(pattern)),
        TestFunction::Custom(name, arguments) => {
            TestFunction::Custom(name.clone(), arguments.iter().map(argument).collect())
        }
    }
}

fn argument(one: &FnArg) -> FnArg {
    match one {
        FnArg::Literal(_) => one.clone(),
        FnArg::Test(inner) => FnArg::Test(Box::new(test(inner))),
        FnArg::Filter(inner) => FnArg::Filter(filter(inner)),
    }
}
