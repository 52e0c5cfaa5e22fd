//! The defaults of an inputs schema.
//!
//! They are filled in before the inputs are checked, so that a workflow can rely on them wherever the schema of its
//! [`inputs`](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object) gives one.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::input_schema::{layers, next};
use super::inputs::{InputProblem, InputsError};

/// So deep are schemas followed; a reference that leads back to itself ends there.
const MAX_DEPTH: usize = 32;

/// So many values may come from defaults: schemas that refer to each other stand for more than was written.
const MAX_DEFAULTS: usize = 100_000;

/// Gives `inputs` the defaults of what they lack.
pub(super) fn fill_defaults(schema: &Value, inputs: &mut Map<String, Value>) -> Result<(), InputsError> {
    Defaults { root: schema, left: MAX_DEFAULTS, known: HashMap::new() }.fill(schema, inputs, 0)
}

struct Defaults<'a> {
    root: &'a Value,
    /// How many values may still be made.
    left: usize,
    /// The defaults that were looked for.
    known: HashMap<*const Value, Option<&'a Value>>,
}

impl<'a> Defaults<'a> {
    /// Gives `object` the defaults of what it lacks, also in the objects in it and in those that are defaults themselves.
    fn fill(
        &mut self,
        schema: &'a Value,
        object: &mut Map<String, Value>,
        depth: usize,
    ) -> Result<(), InputsError> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        for layer in layers(schema, self.root) {
            let Some(properties) = layer.get("properties").and_then(Value::as_object) else { continue };
            for (name, property) in properties {
                if !object.contains_key(name)
                    && let Some(default) = self.default_of(property)
                {
                    self.spend(default)?;
                    object.insert(name.clone(), default.clone());
                }
                if let Some(Value::Object(nested)) = object.get_mut(name) {
                    self.fill(property, nested, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// The default of a property. Schemas that each refer to the next are followed once for all of them.
    fn default_of(&mut self, property: &'a Value) -> Option<&'a Value> {
        let mut followed = Vec::new();
        let mut schema = property;
        let default = loop {
            if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
                break *known;
            }
            // Should it lead back here, there is none.
            self.known.insert(schema, None);
            followed.push(schema);
            if let Some(default) = schema.get("default") {
                break Some(default);
            }
            match next(schema, self.root).as_slice() {
                [] => break None,
                [next] => schema = next,
                _ => break layers(schema, self.root).into_iter().find_map(|layer| layer.get("default")),
            }
        };
        self.known.extend(followed.into_iter().map(|schema| (std::ptr::from_ref(schema), default)));
        default
    }

    fn spend(&mut self, default: &Value) -> Result<(), InputsError> {
        self.left = self.left.checked_sub(size(default)).ok_or_else(|| {
            let message = format!("the defaults of the inputs stand for more than {MAX_DEFAULTS} values");
            let hint = Some("look for defaults of schemas that refer to each other".to_owned());
            InputsError { problems: vec![InputProblem { input: None, message, hint }] }
        })?;
        Ok(())
    }
}

/// How many values a value is made of; a long text counts as several.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::String(text) => 1 + text.len() / 64,
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(schema: &Value, inputs: Value) -> Result<Value, String> {
        let Value::Object(mut inputs) = inputs else { panic!("{inputs} is no object") };
        fill_defaults(schema, &mut inputs).map_err(|error| error.to_string())?;
        Ok(Value::Object(inputs))
    }

    #[test]
    fn inputs_that_refer_to_each_other_in_a_ring_are_followed_once() {
        const INPUTS: usize = 20_000;
        let ring = |with: Value| {
            let input = |n: usize| {
                (format!("i{n}"), json!({ "$ref": format!("#/properties/i{}", (n + 1) % INPUTS) }))
            };
            let mut properties: Map<String, Value> = (0..INPUTS).map(input).collect();
            properties.insert("i7".to_owned(), with);
            json!({ "properties": properties })
        };
        assert_eq!(filled(&ring(json!({ "$ref": "#/properties/i8" })), json!({})).unwrap(), json!({}));
        let all = filled(&ring(json!({ "default": 3 })), json!({})).unwrap();
        assert!(all.as_object().unwrap().values().filter(|value| **value == 3).count() == INPUTS);
    }

    #[test]
    fn a_default_that_is_an_object_gets_the_defaults_in_it() {
        let paging = json!({
            "type": "object",
            "default": { "page": 2 },
            "properties": { "page": { "default": 1 }, "size": { "default": 10 }, "sort": { "$ref": "#/$defs/sort" } },
        });
        let sort = json!({ "default": {}, "properties": { "by": { "default": "name" } } });
        let schema = json!({
            "properties": { "paging": { "$ref": "#/$defs/paging" } },
            "$defs": { "paging": paging, "sort": sort },
        });
        let expected = json!({ "paging": { "page": 2, "size": 10, "sort": { "by": "name" } } });
        assert_eq!(filled(&schema, json!({})).unwrap(), expected);
        let given = json!({ "paging": { "size": 5, "sort": null } });
        let expected = json!({ "paging": { "size": 5, "sort": null, "page": 1 } });
        assert_eq!(filled(&schema, given).unwrap(), expected);
    }

    #[test]
    fn defaults_that_multiply_are_refused() {
        let schema = json!({
            "default": {},
            "properties": { "a": { "$ref": "#" }, "b": { "$ref": "#" } },
        });
        let error = filled(&schema, json!({})).unwrap_err();
        assert!(error.contains("more than 100000 values"), "{error}");
    }
}
