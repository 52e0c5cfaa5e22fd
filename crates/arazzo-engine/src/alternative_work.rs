//! How much of a schema its alternatives lead to, known before it is compiled.
//!
//! A validator looks for what tells alternatives apart in everything that each is made of, once for each way that leads
//! there. With `allOf` and references these ways can multiply without end.

use std::collections::HashMap;

use serde_json::Value;

use crate::schema_reference::{References, has_resource_reference};

/// So many ways may lead from all alternatives to what they are made of.
const MAX_WAYS: u64 = 200_000;

/// So many references may lie within one another.
const MAX_NESTING: usize = 500;

/// Refuses a schema whose alternatives are made of too much, or of what is not known here: references that start at a
/// resource within the schema are not followed.
pub(crate) fn check(schema: &Value) -> Result<(), &'static str> {
    let ways = ways(schema);
    if ways > MAX_WAYS {
        return Err("its alternatives are made of too many schemas");
    }
    if ways > 0 && has_resource_reference(schema) {
        return Err("it has alternatives, and references that depend on an `$id`");
    }
    Ok(())
}

/// The ways from all alternatives to what they are made of, as far as they are counted.
fn ways(schema: &Value) -> u64 {
    let mut ways = Ways { references: References::new(schema), known: HashMap::new() };
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
                    return all;
                }
                waiting.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    all
}

struct Ways<'a> {
    references: References<'a>,
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
        for target in self.references.of(schema) {
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
        assert_eq!(check(&chain(10)), Ok(()));
        assert!(check(&chain(60)).is_err());
        let recursive =
            json!({ "oneOf": [{ "type": "string" }, { "properties": { "a": { "$ref": "#" } } }] });
        assert_eq!(check(&recursive), Ok(()));
    }

    #[test]
    fn ways_by_the_names_of_anchors_count_too() {
        let link = |number: usize| {
            let next = json!({ "$ref": format!("#a{}", number + 1) });
            json!({ "$anchor": format!("a{number}"), "allOf": [next, next] })
        };
        let mut definitions: Vec<Value> = (0..60).map(link).collect();
        definitions.push(json!({ "$anchor": "a60" }));
        let schema = json!({ "anyOf": [{ "$ref": "#a0" }, true], "allOf": definitions });
        assert!(check(&schema).is_err());
    }

    #[test]
    fn alternatives_beside_a_resource_of_its_own_are_refused() {
        let inner = json!({ "$id": "inner", "$ref": "#/$defs/a" });
        assert!(check(&json!({ "anyOf": [inner] })).is_err());
        assert_eq!(check(&json!({ "properties": { "a": inner } })), Ok(()));
    }
}
