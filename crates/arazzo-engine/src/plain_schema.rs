//! Schemas that are seen to be right at a glance, so that they need not be compiled before there is something to check.
//!
//! What is not plain may be right all the same; compiling it tells. See
//! [JSON Schema](https://json-schema.org/draft/2020-12/json-schema-validation).

use std::collections::HashSet;

use serde_json::Value;

/// Deeper schemas are not looked at.
const MAX_DEPTH: usize = 64;

const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

/// Whether the schema has only keywords that are known here, each with a value that it may have.
pub(crate) fn is_plain(schema: &Value) -> bool {
    is_plain_within(schema, MAX_DEPTH)
}

fn is_plain_within(schema: &Value, depth: usize) -> bool {
    match (schema, depth.checked_sub(1)) {
        (Value::Bool(_), _) => true,
        (Value::Object(keywords), Some(depth)) => {
            keywords.iter().all(|(keyword, value)| is_plain_keyword(keyword, value, depth))
        }
        (Value::Object(_), None)
        | (Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_), _) => false,
    }
}

fn is_plain_keyword(keyword: &str, value: &Value, depth: usize) -> bool {
    match keyword {
        "type" => match value {
            Value::String(name) => TYPES.contains(&name.as_str()),
            Value::Array(names) => {
                let known = names.iter().all(|name| name.as_str().is_some_and(|name| TYPES.contains(&name)));
                known && !names.is_empty() && are_distinct(names)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        },
        "properties" | "$defs" => value
            .as_object()
            .is_some_and(|members| members.values().all(|member| is_plain_within(member, depth))),
        "allOf" | "anyOf" | "oneOf" => value
            .as_array()
            .is_some_and(|parts| !parts.is_empty() && parts.iter().all(|part| is_plain_within(part, depth))),
        "items" | "additionalProperties" | "not" => is_plain_within(value, depth),
        "required" => value.as_array().is_some_and(|names| are_distinct(names)),
        "enum" | "examples" => value.is_array(),
        "title" | "description" | "$comment" | "format" => value.is_string(),
        "deprecated" | "readOnly" | "writeOnly" | "uniqueItems" => value.is_boolean(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            value.as_u64().is_some()
        }
        // What no keyword of a schema is: without references nothing leads there.
        "const" | "default" | "example" | "nullable" | "components" => true,
        _ => keyword.starts_with("x-"),
    }
}

/// Whether these are strings, each unlike the others.
fn are_distinct(names: &[Value]) -> bool {
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().all(|name| name.as_str().is_some_and(|name| seen.insert(name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json_schema::JsonSchema;

    #[test]
    fn what_is_plain_can_be_compiled() {
        for schema in [
            json!({"type": "object", "properties": {"a": {"type": ["string", "null"], "minLength": 1}}}),
            json!({"required": ["a", "b"], "additionalProperties": false, "x-note": 1, "nullable": 3}),
            json!({"items": {"enum": [1, "a"], "default": null}, "uniqueItems": true, "components": 5}),
            json!({"anyOf": [true, {"minimum": 1.5, "format": "date"}], "$defs": {"a": {}}}),
        ] {
            assert!(is_plain(&schema), "{schema}");
            assert!(JsonSchema::with_formats(&schema).is_ok(), "{schema}");
        }
    }

    #[test]
    fn what_may_be_wrong_is_not_plain() {
        for schema in [
            json!({"type": "text"}),
            json!({"type": []}),
            json!({"required": ["a", "a"]}),
            json!({"required": "a"}),
            json!({"properties": []}),
            json!({"properties": {"a": "string"}}),
            json!({"items": [{}]}),
            json!({"allOf": []}),
            json!({"minLength": -1}),
            json!({"pattern": "("}),
            json!({"$ref": "#/none"}),
            json!({"description": 4}),
            json!([]),
        ] {
            assert!(!is_plain(&schema), "{schema}");
        }
        let deep = (0..200).fold(json!({}), |inner, _| json!({ "items": inner }));
        assert!(!is_plain(&deep));
    }
}
