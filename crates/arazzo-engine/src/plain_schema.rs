//! Schemas that are seen to be right at a glance, and objects that are seen to satisfy them, so that nothing need be
//! compiled for them.
//!
//! What is not plain may be right all the same; compiling it tells. See
//! [JSON Schema](https://json-schema.org/draft/2020-12/json-schema-validation).

use std::collections::HashSet;

use serde_json::{Map, Value};

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

/// Whether the object is seen to satisfy a plain schema. One that is not may satisfy it all the same.
pub(crate) fn plainly_allows(schema: &Value, members: &Map<String, Value>) -> bool {
    let has_all = schema.get("required").is_none_or(|names| {
        let names = names.as_array();
        names.is_some_and(|names| {
            names.iter().all(|name| name.as_str().is_some_and(|name| members.contains_key(name)))
        })
    });
    has_all && plainly_allows_some(schema, members)
}

/// The same of an object in which members that are required may be missing.
pub(crate) fn plainly_allows_some(schema: &Value, members: &Map<String, Value>) -> bool {
    match schema {
        Value::Bool(allowed) => *allowed,
        Value::Object(keywords) => keywords.iter().all(|(keyword, wanted)| match keyword.as_str() {
            "type" => wanted == "object",
            "required" => true,
            "properties" => members.iter().all(|(name, value)| {
                wanted.get(name).is_none_or(|schema| plainly_allows_value(schema, value))
            }),
            "additionalProperties" => {
                let named = keywords.get("properties").and_then(Value::as_object);
                let is_named = |name: &String| named.is_some_and(|named| named.contains_key(name));
                *wanted == Value::Bool(true) || members.keys().all(is_named)
            }
            _ => is_annotation(keyword, wanted) || is_definitions(keyword),
        }),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

/// The same of any value. Only whole numbers are compared with bounds; arrays and alternatives are not looked at here.
fn plainly_allows_value(schema: &Value, value: &Value) -> bool {
    if let Value::Object(members) = value {
        return plainly_allows(schema, members);
    }
    match schema {
        Value::Bool(allowed) => *allowed,
        Value::Object(keywords) => keywords.iter().all(|(keyword, wanted)| match keyword.as_str() {
            "type" => match value {
                Value::String(_) => wanted == "string",
                Value::Bool(_) => wanted == "boolean",
                Value::Null => wanted == "null",
                Value::Number(number) => {
                    wanted == "number" || (wanted == "integer" && (number.is_i64() || number.is_u64()))
                }
                Value::Array(_) | Value::Object(_) => false,
            },
            "minimum" => value.as_i64().zip(wanted.as_i64()).is_some_and(|(value, least)| value >= least),
            "maximum" => value.as_i64().zip(wanted.as_i64()).is_some_and(|(value, most)| value <= most),
            "enum" => value.is_string() && wanted.as_array().is_some_and(|values| values.contains(value)),
            "properties" | "required" | "additionalProperties" => true,
            _ => is_annotation(keyword, wanted),
        }),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

/// Whether a keyword of a plain schema refuses nothing.
fn is_annotation(keyword: &str, value: &Value) -> bool {
    match keyword {
        "title" | "description" | "$comment" | "examples" | "example" | "default" | "nullable"
        | "deprecated" | "readOnly" | "writeOnly" => true,
        "format" => value == "password",
        _ => keyword.starts_with("x-"),
    }
}

fn is_definitions(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "components")
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
    fn what_is_seen_to_be_allowed_is_allowed() {
        let schema = json!({
            "type": "object", "required": ["a"], "additionalProperties": false, "description": "x",
            "properties": {
                "a": { "type": "string", "format": "password" }, "n": { "type": "number" }, "i": { "type": "integer" },
                "e": { "enum": ["x", 1] }, "o": { "type": "object", "required": ["b"], "properties": { "b": true } },
                "no": false, "m": { "minimum": 1, "maximum": 1 }, "p": { "required": ["q"] }, "d": { "format": "date" }, "l": { "type": "array" },
            },
        });
        assert!(is_plain(&schema));
        let compiled = JsonSchema::with_formats(&schema).unwrap();
        let values = [
            json!("x"),
            json!("x-y"),
            json!(0),
            json!(1),
            json!(2),
            json!(1.0),
            json!(1.5),
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!({ "b": 1 }),
            json!({ "q": null }),
        ];
        let mut seen = Vec::new();
        for name in ["a", "n", "i", "e", "o", "no", "m", "p", "d", "l", "other"] {
            for value in &values {
                let mut object = json!({ "a": "s" });
                object[name] = value.clone();
                let members = object.as_object().unwrap();
                if plainly_allows(&schema, members) {
                    assert!(compiled.allows(&object), "{object}");
                    seen.push(name);
                }
            }
        }
        for (name, count) in [
            ("a", 2),
            ("n", 5),
            ("i", 3),
            ("e", 1),
            ("o", 1),
            ("no", 0),
            ("m", 1),
            ("d", 0),
            ("l", 0),
            ("other", 0),
        ] {
            assert_eq!(seen.iter().filter(|seen| **seen == name).count(), count, "{name}");
        }
        assert!(!plainly_allows(&schema, &Map::new()));
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
