//! What the JSONPath library accepts beyond [RFC 9535](https://www.rfc-editor.org/rfc/rfc9535).

use jsonpath_rust::parser::model::{
    Comparable, Filter, FilterAtom, FnArg, Literal, Segment, Selector, Test, TestFunction,
};

use super::object::is_plain;
use super::selectors;
use crate::limits::MAX_PATTERN;

/// Refuses what the library accepts beyond RFC 9535, and patterns that are too large.
pub(super) fn check_segments(segments: &[Segment]) -> Result<(), String> {
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
        Filter::Atom(FilterAtom::Test { expr, .. }) => {
            match &**expr {
                Test::Function(function) if !is_logical(function) => {
                    return Err(
                        "the result of `length()`, `count()` and `value()` is compared with something"
                            .to_owned(),
                    );
                }
                Test::Function(_) | Test::RelQuery(_) | Test::AbsQuery(_) => {}
            }
            check_test(expr)
        }
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
        // The library takes it for the filter of the item itself.
        Test::RelQuery(segments)
            if matches!(segments.first(), Some(Segment::Selector(Selector::Filter(_)))) =>
        {
            Err("a filter directly behind `@` is not supported".to_owned())
        }
        Test::RelQuery(segments) => check_segments(segments),
        Test::AbsQuery(query) => check_segments(&query.segments),
        Test::Function(function) => check_function(function),
    }
}

fn check_function(function: &TestFunction) -> Result<(), String> {
    match function {
        TestFunction::Custom(name, _) => Err(format!("RFC 9535 has no function `{name}`")),
        TestFunction::Length(argument) => {
            check_single(argument)?;
            check_argument(argument)
        }
        TestFunction::Value(argument) | TestFunction::Count(argument) => check_argument(argument),
        TestFunction::Search(text, pattern) | TestFunction::Match(text, pattern) => {
            for argument in [text, pattern] {
                check_single(argument)?;
                check_argument(argument)?;
            }
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

fn is_logical(function: &TestFunction) -> bool {
    match function {
        // Another function is refused by its name.
        TestFunction::Search(..) | TestFunction::Match(..) | TestFunction::Custom(..) => true,
        TestFunction::Length(_) | TestFunction::Value(_) | TestFunction::Count(_) => false,
    }
}

/// Refuses an argument that is no single value.
fn check_single(argument: &FnArg) -> Result<(), String> {
    let single = match argument {
        FnArg::Literal(_) => true,
        FnArg::Filter(_) => false,
        FnArg::Test(test) => match &**test {
            Test::RelQuery(segments) => segments.iter().all(is_plain),
            Test::AbsQuery(query) => query.segments.iter().all(is_plain),
            Test::Function(function) => !is_logical(function),
        },
    };
    if single {
        return Ok(());
    }
    Err("an argument of `length()`, `match()` or `search()` can be several nodes".to_owned())
}
