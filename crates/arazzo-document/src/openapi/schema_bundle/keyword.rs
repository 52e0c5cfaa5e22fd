//! Keywords that [2.0](https://spec.openapis.org/oas/v2.0.html#schema-object) and
//! [3.0](https://spec.openapis.org/oas/v3.0.4.html#schema-object) have in another form than JSON Schema.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::node::Node;

/// The types that JSON Schema knows.
pub(super) fn types(node: &Node) -> Option<Value> {
    const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];
    match node.as_array() {
        None => node.as_str().filter(|name| TYPES.contains(name)).map(Value::from),
        Some(types) => {
            let mut seen = HashSet::new();
            let types: Vec<&str> = types.iter().filter_map(Node::as_str).collect();
            if types.is_empty() || !types.iter().all(|name| TYPES.contains(name)) {
                return None;
            }
            Some(types.into_iter().filter(|name| seen.insert(*name)).map(Value::from).collect())
        }
    }
}

/// The schema, which allows null too. Where the type says it all, null is one more type, so that what a validator says
/// of a value is about the value and not about alternatives.
pub(super) fn or_null(schema: Value) -> Value {
    const OTHERS: [&str; 7] = ["$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"];
    let mut members = match schema {
        Value::Object(members) => members,
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return json!({"anyOf": [{"type": "null"}, other]});
        }
    };
    let name = members.get("type").and_then(Value::as_str).map(str::to_owned);
    let Some(name) = name.filter(|_| !OTHERS.iter().any(|other| members.contains_key(*other))) else {
        return json!({"anyOf": [{"type": "null"}, members]});
    };
    members.insert("type".to_owned(), json!([name, "null"]));
    if let Some(Value::Array(values)) = members.get_mut("enum") {
        values.push(Value::Null);
    }
    Value::Object(members)
}

/// Whether OpenAPI 3.0 says of the bound `keyword` that it is not allowed itself.
pub(super) fn is_exclusive(node: &Node, keyword: &str) -> bool {
    let flag = if keyword == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
    node.get(flag).and_then(Node::as_bool) == Some(true)
}

/// An exclusive bound: a number, or in OpenAPI 3.0 `true` beside the number.
pub(super) fn exclusive(node: &Node, value: &Node, bound: &str) -> Option<Value> {
    let number = match value.as_bool() {
        Some(true) => node.get(bound)?,
        Some(false) => return None,
        None => value,
    };
    number.as_number().map(|_| number.to_value())
}
