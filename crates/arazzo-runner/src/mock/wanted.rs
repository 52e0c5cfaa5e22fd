//! What a workflow wants to find in a response, put into one that was taken from an example or made.
//!
//! An example shows some members and perhaps not those that are read; what is missing is made from the schema. Where a
//! criterion compares a part with a literal, the part becomes that literal if the schema allows it.

use arazzo_document::openapi::Schema;
use arazzo_engine::{MockHints, ValueCheck};
use arazzo_expression::Pointer;
use serde_json::Value;

use super::value::value;

/// The body with the parts that are read.
pub(super) fn with_reads(mut body: Value, schema: Option<Schema<'_>>, hints: &MockHints) -> Value {
    let missing: Vec<Pointer> =
        hints.reads.iter().filter(|read| at(&body, read.tokens()).is_none_or(is_empty)).cloned().collect();
    if let (Some(schema), false) = (schema, missing.is_empty()) {
        let made = value(schema, &missing, false);
        for pointer in &missing {
            graft(&mut body, &made, pointer.tokens());
        }
    }
    body
}

/// The body with the values with which the workflow goes on, as far as the schema allows them.
pub(super) fn with_values(mut body: Value, schema: Option<Schema<'_>>, hints: &MockHints) -> Value {
    let mut check: Option<Option<ValueCheck>> = None;
    for (number, (pointer, _)) in hints.values.iter().enumerate() {
        let same = |(other, _): &&(Pointer, Value)| other == pointer;
        // All values of one part are looked at when its first one is.
        if hints.values.iter().position(|other| same(&other)) != Some(number) {
            continue;
        }
        let mut values = hints.values.iter().filter(same).map(|(_, value)| value);
        let Some(now) = at(&body, pointer.tokens()) else { continue };
        if values.clone().any(|value| value == now) {
            continue;
        }
        let check = check.get_or_insert_with(|| ValueCheck::new(schema?.bundled_for_responses())).as_ref();
        let refuses = |body: &Value| check.is_some_and(|check| check.allows(body) == Some(false));
        // An example that its own schema refuses says nothing about what is allowed.
        let was_refused = refuses(&body);
        let set = values.find_map(|value| {
            let mut changed = body.clone();
            *at_mut(&mut changed, pointer.tokens())? = value.clone();
            (was_refused || !refuses(&changed)).then_some(changed)
        });
        body = set.unwrap_or(body);
    }
    body
}

/// Puts the part of `made` to which the tokens lead into `body`, unless there is one.
fn graft(body: &mut Value, made: &Value, tokens: &[String]) {
    let Some((first, rest)) = tokens.split_first() else {
        if is_empty(body) && !made.is_null() {
            *body = made.clone();
        }
        return;
    };
    let Some(part) = at(made, std::slice::from_ref(first)) else { return };
    match body {
        Value::Object(members) if made.is_object() => match members.get_mut(first) {
            Some(member) => graft(member, part, rest),
            None => {
                members.insert(first.clone(), part.clone());
            }
        },
        Value::Array(items) => {
            let (Ok(index), Value::Array(made)) = (first.parse::<usize>(), made) else { return };
            match items.get_mut(index) {
                Some(item) => graft(item, part, rest),
                None => items.extend(made.iter().skip(items.len()).take(index + 1 - items.len()).cloned()),
            }
        }
        Value::Object(_) | Value::Null if is_empty(body) => *body = made.clone(),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a value says nothing, as place-holders in examples do.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn at<'v>(value: &'v Value, tokens: &[String]) -> Option<&'v Value> {
    tokens.iter().try_fold(value, |part, token| match part {
        Value::Object(members) => members.get(token),
        Value::Array(items) => items.get(token.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

fn at_mut<'v>(value: &'v mut Value, tokens: &[String]) -> Option<&'v mut Value> {
    tokens.iter().try_fold(value, |part, token| match part {
        Value::Object(members) => members.get_mut(token),
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arazzo_document::Document;
    use arazzo_document::openapi::OpenApi;
    use serde_json::json;

    use super::*;

    fn with(body: Value, schema: &Value, reads: &[&str], values: &[(&str, Value)]) -> Value {
        let media = json!({"a/b": {"schema": schema}});
        let api =
            json!({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": {"content": media}}}}}});
        let (document, _) = Document::read("api.json", "api.json", api.to_string());
        let api = OpenApi::new(Arc::new(document.unwrap())).unwrap();
        let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
        let response = operation.response(200).unwrap();
        let schema = response.media_types()[0].schema();
        let values = values.iter().map(|(at, value)| (at.parse().unwrap(), value.clone())).collect();
        let reads = reads.iter().map(|read| read.parse().unwrap()).collect();
        let hints = MockHints { reads, values, ..MockHints::default() };
        with_values(with_reads(body, schema, &hints), schema, &hints)
    }

    #[test]
    fn an_example_gets_what_is_read_and_keeps_the_rest() {
        let schema = json!({"properties": {
            "data": {"type": "object", "properties": {"id": {"type": "integer"}, "kind": {"type": "string"}}},
            "items": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}
        }});
        let example = json!({"ok": true, "data": {"kind": "a"}, "items": []});
        assert_eq!(
            with(example, &schema, &["/data/id", "/data/kind", "/items/1/id", "/other"], &[]),
            json!({"ok": true, "data": {"kind": "a", "id": 1}, "items": [{"id": 1}, {"id": 1}], "other": "text"})
        );
        let place_holder = json!({"data": {"id": {}}, "items": null});
        let filled = with(place_holder, &schema, &["/data/id", "/items/0/id"], &[]);
        assert_eq!(filled, json!({"data": {"id": 1}, "items": [{"id": 1}]}));
        let closed = json!({"type": "object", "additionalProperties": false});
        assert_eq!(with(json!({}), &closed, &["/id"], &[]), json!({}));
        assert_eq!(with(json!("text"), &schema, &["/data/id"], &[]), json!("text"));
    }

    #[test]
    fn a_part_becomes_what_it_is_compared_with_where_the_schema_allows_it() {
        let schema = json!({"properties": {"status": {"enum": ["waiting", "done", "failed"]}}});
        let waiting = json!({"status": "waiting"});
        let set = |values: &[&str]| {
            let values: Vec<_> = values.iter().map(|value| ("/status", json!(value))).collect();
            with(waiting.clone(), &schema, &["/status"], &values)["status"].clone()
        };
        assert_eq!(set(&["done"]), "done");
        assert_eq!(set(&["gone"]), "waiting");
        assert_eq!(set(&["gone", "failed", "done"]), "failed");
        assert_eq!(set(&["done", "waiting"]), "waiting");
        assert_eq!(with(json!({"a": 1}), &json!({}), &[], &[("/a", json!(2))]), json!({"a": 2}));
    }
}
