//! Which parts of a JSON Schema apply to a value, and what of the value they call secret.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::secret::is_secret_name;

/// Deeper values count as secret.
const MAX_DEPTH: usize = 128;

/// The schema with everything that applies to the same value: what it refers to and all of `allOf`, each once.
pub(super) fn layers<'a>(schema: &'a Value, root: &'a Value) -> Vec<&'a Value> {
    reached(vec![schema], root, &["allOf"])
}

/// The schemas with everything that may apply to the same value.
pub(crate) fn branches<'a>(schemas: Vec<&'a Value>, root: &'a Value) -> Vec<&'a Value> {
    reached(schemas, root, &["allOf", "anyOf", "oneOf", "if", "then", "else"])
}

/// The schemas that may apply to the member `name` of a value that all of `schemas` may apply to.
pub(super) fn of_member<'a>(schemas: &[&'a Value], name: &str, root: &'a Value) -> Vec<&'a Value> {
    let inner = schemas.iter().flat_map(|schema| {
        let named = schema.get("properties").and_then(|properties| properties.get(name));
        // Which pattern fits is not found out for this.
        let by_pattern = schema.get("patternProperties").and_then(Value::as_object);
        let others = by_pattern.into_iter().flat_map(|patterns| patterns.values());
        let others = others.chain(schema.get("additionalProperties"));
        named.into_iter().chain(others.filter(move |_| named.is_none()))
    });
    branches(inner.collect(), root)
}

/// What applies to the same value as `schema` does, because it is in its `allOf` or what it refers to.
pub(super) fn next<'a>(schema: &'a Value, root: &'a Value) -> Vec<&'a Value> {
    let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    all.chain(referred(schema, root)).collect()
}

fn referred<'a>(schema: &'a Value, root: &'a Value) -> Option<&'a Value> {
    root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
}

/// The schemas, what they refer to and all that these keywords have, each once.
fn reached<'a>(mut next: Vec<&'a Value>, root: &'a Value, keywords: &[&str]) -> Vec<&'a Value> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(schema) = next.pop() {
        if !seen.insert(std::ptr::from_ref(schema)) {
            continue;
        }
        found.push(schema);
        for keyword in keywords {
            match schema.get(*keyword) {
                Some(Value::Array(all)) => next.extend(all.iter().rev()),
                Some(one) => next.push(one),
                None => {}
            }
        }
        next.extend(referred(schema, root));
    }
    found
}

/// Calls `found` with what is secret in a value, by its schema or its name. All of `schemas` may apply to the value.
pub(crate) fn find_secrets(
    schemas: &[&Value],
    root: &Value,
    value: &Value,
    depth: usize,
    found: &mut dyn FnMut(&Value),
) {
    if depth > MAX_DEPTH || schemas.iter().any(|schema| is_secret_schema(schema)) {
        return found(value);
    }
    match value {
        Value::Array(items) => {
            let inner = branches(schemas.iter().filter_map(|schema| schema.get("items")).collect(), root);
            items.iter().for_each(|item| find_secrets(&inner, root, item, depth + 1, found));
        }
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret_name(name) {
                    found(member);
                    continue;
                }
                let inner = of_member(schemas, name, root);
                find_secrets(&inner, root, member, depth + 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(crate) fn is_secret_schema(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("password")
        || schema.get("writeOnly") == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_that_refers_to_itself_twice_is_looked_at_once() {
        let schema = json!({ "allOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#/$defs/a" }], "$defs": {
            "a": { "allOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#" }], "properties": { "x": { "default": 1 } } },
        } });
        assert_eq!(layers(&schema, &schema).len(), 6);
    }
}
