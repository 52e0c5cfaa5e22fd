//! What a case expects of a JSON value: YAML of the same shape, with a few tags for what a value cannot say.

use serde_json::Value as Json;
use serde_yaml::Value as Yaml;
use serde_yaml::value::{Tag, TaggedValue};

/// What is thought of members that an expectation does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unlisted {
    /// They may be there.
    Ignored,
    /// They must not be there.
    Refused,
}

/// Compares `actual` with `expected` and adds a line to `problems` for each difference.
pub(crate) fn compare(
    expected: &Yaml,
    actual: Option<&Json>,
    unlisted: Unlisted,
    place: &str,
    problems: &mut Vec<String>,
) {
    if let Yaml::Tagged(tagged) = expected {
        return compare_tagged(tagged, actual, unlisted, place, problems);
    }
    let Some(actual) = actual else {
        return problems.push(format!("{place}: is absent, expected {}", shown(expected)));
    };
    match (expected, actual) {
        (Yaml::Mapping(members), Json::Object(object)) => {
            for (key, value) in members {
                let key = key.as_str().unwrap_or_default();
                compare(value, object.get(key), unlisted, &format!("{place}/{key}"), problems);
            }
            let unexpected = object.keys().filter(|key| !members.contains_key(key.as_str()));
            for key in unexpected.filter(|_| unlisted == Unlisted::Refused) {
                problems.push(format!("{place}/{key}: is there, expected none"));
            }
        }
        (Yaml::Sequence(items), Json::Array(array)) => {
            if items.len() != array.len() {
                problems.push(format!("{place}: has {} items, expected {}", array.len(), items.len()));
            }
            for (index, (item, value)) in items.iter().zip(array).enumerate() {
                compare(item, Some(value), unlisted, &format!("{place}/{index}"), problems);
            }
        }
        (Yaml::Number(number), Json::Number(value)) => {
            let same = number.to_string() == value.to_string() || number.as_f64() == value.as_f64();
            if !same {
                problems.push(format!("{place}: is {value}, expected {number}"));
            }
        }
        (
            Yaml::Null
            | Yaml::Bool(_)
            | Yaml::Number(_)
            | Yaml::String(_)
            | Yaml::Sequence(_)
            | Yaml::Mapping(_)
            | Yaml::Tagged(_),
            _,
        ) => {
            let same = match expected.as_str() {
                Some(text) => actual.as_str() == Some(text),
                None => serde_json::to_value(expected).is_ok_and(|expected| expected == *actual),
            };
            if !same {
                problems.push(format!("{place}: is {actual}, expected {}", shown(expected)));
            }
        }
    }
}

fn compare_tagged(
    tagged: &TaggedValue,
    actual: Option<&Json>,
    unlisted: Unlisted,
    place: &str,
    problems: &mut Vec<String>,
) {
    let given = actual.map_or_else(|| "absent".to_owned(), Json::to_string);
    let text = tagged.value.as_str().unwrap_or_default();
    let is = |name: &str| tagged.tag == Tag::new(name);
    let holds = if is("exactly") {
        return compare(&tagged.value, actual, Unlisted::Refused, place, problems);
    } else if is("some") {
        return match (&tagged.value, actual) {
            (Yaml::Sequence(items), Some(Json::Array(array))) => {
                for item in items {
                    some(item, array, unlisted, place, problems);
                }
            }
            _ => problems.push(format!("{place}: is {given}, expected a list with {}", shown(&tagged.value))),
        };
    } else if is("absent") {
        actual.is_none()
    } else if is("present") {
        actual.is_some()
    } else if is("length") {
        let length = actual.and_then(Json::as_array).map(|array| array.len() as u64);
        length.is_some() && length == tagged.value.as_u64()
    } else if is("contains") {
        !text.is_empty() && actual.and_then(Json::as_str).is_some_and(|actual| actual.contains(text))
    } else if is("lacks") {
        !text.is_empty() && actual.is_some() && !given.contains(text)
    } else {
        return problems.push(format!("{place}: `{}` is no tag of an expectation", tagged.tag));
    };
    if !holds {
        problems.push(format!("{place}: is {given}, expected {} {}", tagged.tag, shown(&tagged.value)));
    }
}

/// Some item of the array must be as expected.
fn some(item: &Yaml, array: &[Json], unlisted: Unlisted, place: &str, problems: &mut Vec<String>) {
    let matches = |value| {
        let mut differences = Vec::new();
        compare(item, Some(value), unlisted, place, &mut differences);
        differences.is_empty()
    };
    if !array.iter().any(matches) {
        problems.push(format!("{place}: no item is {}", shown(item)));
    }
}

fn shown(value: &Yaml) -> String {
    serde_yaml::to_string(value).unwrap_or_default().trim().replace('\n', "; ")
}
