//! How much work a schema makes of a value, known before any of it is done.
//!
//! Alternatives that refer to alternatives can make a validator take exponential time or nest its calls without end,
//! and a hostile API description or server can bring that about. So the pairs of a schema and a part of the value that
//! a validator would look at are counted first, each kind of pair once.

use std::collections::HashMap;
use std::ops::AddAssign;

use serde_json::Value;

use crate::schema_reference::{REFERENCES, References};

/// So many schemas and parts of the value may lie within one another.
const MAX_NESTING: usize = 1_000;

/// A value may make so many checks, and [`CHECKS_PER_PART`] more for each of its parts.
const FREE_CHECKS: u64 = 200_000;

/// So many schemas may apply to each part of a large value.
const CHECKS_PER_PART: u64 = 32;

/// A value for which listing all that is wrong would copy more parts than this is only said not to fit.
const MAX_COPIES: u64 = 200_000;

/// The work that a value makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Work {
    /// The pairs of a schema and a part of the value.
    pub(crate) checks: u64,
    /// The parts that are copied, at most, when all that is wrong is listed: what an alternative refuses is a copy.
    pub(crate) copies: u64,
    /// The copies if this is part of an alternative.
    inside: u64,
}

impl Work {
    /// Measures what `schema`, which refers to nothing but its own definitions, makes of `value`. `None` is too much.
    pub(crate) fn of(schema: &Value, value: &Value) -> Option<Self> {
        let mut sizes = HashMap::new();
        let size = measure(value, &mut sizes);
        let limit = size.saturating_mul(CHECKS_PER_PART).saturating_add(FREE_CHECKS);
        Counter { references: References::new(schema), sizes, known: HashMap::new(), limit }
            .count(schema, value, 0)
    }

    /// Whether all that is wrong with the value is too much to be listed.
    pub(crate) fn is_long_to_list(self) -> bool {
        self.checks.saturating_add(self.copies) > MAX_COPIES
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.checks = self.checks.saturating_add(other.checks);
        self.copies = self.copies.saturating_add(other.copies);
        self.inside = self.inside.saturating_add(other.inside);
    }
}

struct Counter<'a> {
    references: References<'a>,
    /// How many parts each array and object has, itself included.
    sizes: HashMap<*const Value, u64>,
    known: HashMap<(*const Value, *const Value), Work>,
    limit: u64,
}

impl<'a> Counter<'a> {
    fn count(&mut self, schema: &'a Value, value: &'a Value, depth: usize) -> Option<Work> {
        let size = self.sizes.get(&std::ptr::from_ref(value)).copied().unwrap_or(1);
        let mut work = Work { checks: 1, copies: 0, inside: size };
        let Some(keywords) = schema.as_object().filter(|keywords| !keywords.is_empty()) else {
            return Some(work);
        };
        let pair = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&pair) {
            return Some(*known);
        }
        if depth == MAX_NESTING {
            return None;
        }
        for (keyword, argument) in keywords {
            for (schema, value) in self.pairs(keyword, argument, schema, value) {
                let inner = self.count(schema, value, depth + 1)?;
                let is_alternative = matches!(keyword.as_str(), "anyOf" | "oneOf");
                work += Work { copies: if is_alternative { inner.inside } else { inner.copies }, ..inner };
                if work.checks > self.limit {
                    return None;
                }
            }
        }
        self.known.insert(pair, work);
        Some(work)
    }

    /// What a keyword of `schema` leads to, for the value itself or for its parts.
    fn pairs(
        &self,
        keyword: &str,
        argument: &'a Value,
        schema: &'a Value,
        value: &'a Value,
    ) -> Vec<(&'a Value, &'a Value)> {
        let of_all = |parts: Vec<&'a Value>| parts.into_iter().map(|part| (argument, part)).collect();
        let members = || value.as_object().into_iter().flatten();
        let items = || value.as_array().into_iter().flatten();
        match keyword {
            "not" | "if" | "then" | "else" => vec![(argument, value)],
            "allOf" | "anyOf" | "oneOf" => {
                argument.as_array().into_iter().flatten().map(|schema| (schema, value)).collect()
            }
            "dependentSchemas" => {
                argument.as_object().into_iter().flatten().map(|(_, schema)| (schema, value)).collect()
            }
            _ if REFERENCES.contains(&keyword) => {
                let target = argument.as_str().and_then(|reference| self.references.target(reference));
                target.into_iter().map(|target| (target, value)).collect()
            }
            "properties" => {
                members().filter_map(|(name, member)| Some((argument.get(name)?, member))).collect()
            }
            "patternProperties" => {
                let schemas = || argument.as_object().into_iter().flatten().map(|(_, schema)| schema);
                members().flat_map(|(_, member)| schemas().map(move |schema| (schema, member))).collect()
            }
            "additionalProperties" => {
                let named = schema.get("properties");
                let is_named = |name: &String| named.is_some_and(|named| named.get(name).is_some());
                of_all(members().filter(|(name, _)| !is_named(name)).map(|(_, member)| member).collect())
            }
            "unevaluatedProperties" => of_all(members().map(|(_, member)| member).collect()),
            // What a name is makes no difference.
            "propertyNames" => of_all(members().map(|_| &Value::Null).collect()),
            "prefixItems" => argument.as_array().into_iter().flatten().zip(items()).collect(),
            "items" => {
                let before = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
                of_all(items().skip(before).collect())
            }
            "contains" | "unevaluatedItems" => of_all(items().collect()),
            _ => Vec::new(),
        }
    }
}

/// Measures a value and the arrays and objects in it.
fn measure(value: &Value, sizes: &mut HashMap<*const Value, u64>) -> u64 {
    let inner: u64 = match value {
        Value::Array(items) => items.iter().map(|item| measure(item, sizes)).sum(),
        Value::Object(members) => members.values().map(|member| measure(member, sizes)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 1,
    };
    sizes.insert(value, inner + 1);
    inner + 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A schema that refers from each of its definitions to the next one.
    fn chain(length: usize, link: impl Fn(Value) -> Value, last: Value) -> Value {
        let reference = |number| json!({ "$ref": format!("#/$defs/d{number}") });
        let mut definitions: serde_json::Map<String, Value> =
            (0..length).map(|number| (format!("d{number}"), link(reference(number + 1)))).collect();
        definitions.insert(format!("d{length}"), last);
        json!({ "$ref": "#/$defs/d0", "$defs": definitions })
    }

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!({}), |inner, _| json!({ "a": inner }))
    }

    #[test]
    fn each_schema_counts_once_for_each_part_that_it_applies_to() {
        let schema =
            json!({ "type": "array", "items": { "allOf": [{ "type": "string" }, { "minLength": 1 }] } });
        let work = Work::of(&schema, &json!(["a", "b"])).unwrap();
        assert_eq!((work.checks, work.copies), (7, 0));
        let schema = json!({ "properties": { "a": { "type": "string" } }, "additionalProperties": { "type": "null" } });
        assert_eq!(Work::of(&schema, &json!({ "a": 1, "b": 2, "c": 3 })).unwrap().checks, 4);
    }

    #[test]
    fn alternatives_copy_what_they_refuse() {
        let schema = json!({ "anyOf": [{ "type": "null" }, { "required": ["a"] }] });
        assert_eq!(Work::of(&schema, &json!([1, 2, 3])).unwrap().copies, 8);
    }

    #[test]
    fn alternatives_of_alternatives_are_too_much() {
        let twice = |link: Value| json!({ "anyOf": [link, link] });
        assert!(Work::of(&chain(10, twice, json!({ "type": "string" })), &json!(1)).is_some());
        assert_eq!(Work::of(&chain(60, twice, json!({ "type": "string" })), &json!(1)), None);
        let inside = json!({ "properties": { "a": { "$ref": "#" } }, "required": ["x"] });
        let tree = json!({ "anyOf": [inside, inside] });
        assert!(Work::of(&tree, &nested(10)).is_some());
        assert_eq!(Work::of(&tree, &nested(100)), None);
    }

    #[test]
    fn what_is_too_deep_is_too_much() {
        let once = |link: Value| json!({ "allOf": [link] });
        let last = json!({ "properties": { "a": { "$ref": "#" } } });
        assert!(Work::of(&chain(3, once, last.clone()), &nested(100)).is_some());
        assert_eq!(Work::of(&chain(10, once, last.clone()), &nested(100)), None);
        assert_eq!(Work::of(&chain(100_000, once, last), &nested(1)), None);
    }
}
