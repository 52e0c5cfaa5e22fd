//! How much of a schema its alternatives lead to, known before it is compiled.
//!
//! A validator looks for what tells alternatives apart in everything that each is made of, once for each way that leads
//! there. With `allOf` and references these ways can multiply without end.

use std::collections::HashMap;

use serde_json::Value;

/// So many ways may lead from all alternatives to what they are made of.
const MAX_WAYS: u64 = 200_000;

/// So many references may lie within one another.
const MAX_NESTING: usize = 500;

/// Whether the alternatives in a schema, which refers to nothing but its own definitions, are made of little enough.
pub(crate) fn is_small(schema: &Value) -> bool {
    let mut ways = Ways { root: schema, known: HashMap::new() };
    let mut all: u64 = 0;
    let mut waiting = vec![schema];
    while let Some(part) = waiting.pop() {
        match part {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => {
                let lists = ["oneOf", "anyOf"].into_iter().filter_map(|name| members.get(name)?.as_array());
                for alternative in lists.flatten() {
                    all = all.saturating_add(ways.of(alternative, 0));
                }
                if all > MAX_WAYS {
                    return false;
                }
                waiting.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    true
}

struct Ways<'a> {
    root: &'a Value,
    known: HashMap<*const Value, u64>,
}

impl<'a> Ways<'a> {
    /// The ways to what a schema is made of, itself included.
    fn of(&mut self, schema: &'a Value, depth: usize) -> u64 {
        if depth == MAX_NESTING {
            return MAX_WAYS + 1;
        }
        if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
            return *known;
        }
        let mut ways: u64 = 1;
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            ways = ways.saturating_add(self.of(part, depth + 1));
        }
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| self.root.pointer(reference.strip_prefix('#')?));
        if let Some(target) = target {
            ways = ways.saturating_add(self.of(target, depth + 1));
        }
        self.known.insert(schema, ways);
        ways
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ways_that_multiply_are_too_many() {
        let reference = |number: usize| json!({ "$ref": format!("#/$defs/d{number}") });
        let chain = |length: usize| {
            let link = |number: usize| json!({ "allOf": [reference(number + 1), reference(number + 1)] });
            let definitions: serde_json::Map<String, Value> =
                (0..length).map(|number| (format!("d{number}"), link(number))).collect();
            json!({ "oneOf": [reference(0), { "type": "string" }], "$defs": definitions })
        };
        assert!(is_small(&chain(10)));
        assert!(!is_small(&chain(60)));
        assert!(is_small(
            &json!({ "oneOf": [{ "type": "string" }, { "properties": { "a": { "$ref": "#" } } }] })
        ));
    }
}
