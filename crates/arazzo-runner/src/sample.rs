//! Inputs for a workflow that nobody gave any, made from its schema.

use std::collections::HashMap;
use std::sync::Arc;

use arazzo_document::Document;
use arazzo_document::openapi::{OpenApi, Schema};
use arazzo_engine::{InputUse, InputsError, Plan, Timestamp};
use arazzo_expression::Pointer;
use serde_json::{Map, Value, json};

use crate::mock::{value, value_of_all};

/// Which inputs are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sample {
    /// All that the schema describes.
    #[default]
    All,
    /// Those that have to be given.
    Required,
}

/// Inputs that the schema of the workflow allows: its defaults and examples, and where there are none values that the
/// operations take to which they go. The same each time. A schema can ask for more than can be made; [`Plan::start`]
/// says so then.
pub fn sample_inputs(plan: &Plan, sample: Sample) -> Map<String, Value> {
    let Some(schema) = plan.inputs_schema() else { return Map::new() };
    let mut uses = plan.input_uses();
    let inputs = made(schema, &uses, sample).unwrap_or_default();
    let Err(InputsError { problems, .. }) = plan.start("sample", Timestamp::default(), inputs.clone()) else {
        return inputs;
    };
    // Where operations and the schema want different things, the schema decides.
    uses.retain(|used| !problems.iter().any(|problem| problem.input.as_deref() == Some(used.input)));
    made(schema, &uses, sample).unwrap_or_default()
}

/// Inputs by their schema. The maker reads schemas of OpenAPI, which are the same but stand in a document; references
/// of the schema start at its root, so its members are those of the document, too.
fn made(schema: &Value, uses: &[InputUse<'_>], sample: Sample) -> Option<Map<String, Value>> {
    let mut document = schema.as_object()?.clone();
    let response = json!({ "content": { MEDIA_TYPE: { "schema": schema } } });
    document.insert("openapi".to_owned(), Value::from("3.1.0"));
    document.insert("paths".to_owned(), json!({ PATH: { "get": { "responses": { "200": response } } } }));
    let text = Value::Object(document).to_string();
    let (document, _) = Document::read("inputs", "inputs.json", text);
    let openapi = OpenApi::new(Arc::new(document?)).ok()?;
    let operation = openapi.operation(openapi.operation_by_path(PATH, "get")?);
    let response = operation.response(200)?;
    let schema: Schema<'_> = response.media_types().first()?.schema()?;
    let names: Vec<&str> = match sample {
        Sample::All => schema.properties().into_iter().map(|(name, _)| name).collect(),
        Sample::Required => schema.required(),
    };
    // Whatever is named is made, `writeOnly` or not: inputs are written.
    let wanted: Vec<Pointer> = names.iter().map(|name| Pointer::root().child(*name)).collect();
    let Value::Object(mut inputs) = value(schema, &wanted, sample == Sample::All) else { return None };
    let mut used: HashMap<&str, Vec<&InputUse<'_>>> = HashMap::new();
    for one in uses {
        let all = used.entry(one.input).or_default();
        if all.len() < MAX_USES {
            all.push(one);
        }
    }
    for name in names {
        let own = schema.property_schemas(name);
        if let Some(uses) = used.get(name).filter(|_| !own.iter().any(has_value)) {
            inputs.insert(name.to_owned(), fitting(&own, uses, sample));
        }
    }
    Some(inputs)
}

/// So many operations have a say in one input.
const MAX_USES: usize = 20;

/// Whether the author of a schema says what its values are.
fn has_value(schema: &Schema<'_>) -> bool {
    schema.default().is_some() || schema.example().is_some() || !schema.values().is_empty()
}

/// A value that an input may have and that the operations take. Text stands for what is sent as text.
fn fitting(own: &[Schema<'_>], uses: &[&InputUse<'_>], sample: Sample) -> Value {
    let is_text = |schemas: &[Schema<'_>]| schemas.iter().any(|schema| schema.types() == ["string"]);
    let taken: Vec<Schema<'_>> = uses.iter().map(|used| used.schema).collect();
    let all = sample == Sample::All;
    if is_text(own) && !is_text(&taken) && uses.iter().all(|used| used.as_text) {
        let text = text_of(value_of_all(&taken, &[], all));
        return text.map_or_else(|| value_of_all(own, &[], all), Value::String);
    }
    value_of_all(&[own, &taken].concat(), &[], all)
}

/// The text that is sent for a value: of an array one item.
fn text_of(value: Value) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::String(text) => Some(text),
        Value::Array(items) => items.into_iter().next().and_then(text_of),
        Value::Null | Value::Object(_) => None,
    }
}

const MEDIA_TYPE: &str = "application/json";
const PATH: &str = "/inputs";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: &Value, sample: Sample) -> Option<Value> {
        made(schema, &[], sample).map(Value::Object)
    }

    #[test]
    fn inputs_are_made_from_what_the_schema_says() {
        let schema = json!({
            "type": "object",
            "required": ["id", "kind"],
            "properties": {
                "id": { "$ref": "#/components/inputs/id" },
                "kind": { "$ref": "#/$defs/kind" },
                "limit": { "type": "integer", "default": 5 },
                "password": { "type": "string", "writeOnly": true },
            },
            "$defs": { "kind": { "enum": ["b", "a"] } },
            "components": { "inputs": { "id": { "type": "integer", "minimum": 3 } } },
        });
        assert_eq!(of(&schema, Sample::Required), Some(json!({ "id": 3, "kind": "b" })));
        let all = json!({ "id": 3, "kind": "b", "limit": 5, "password": "text" });
        assert_eq!(of(&schema, Sample::All), Some(all));
    }

    #[test]
    fn a_schema_that_is_a_reference_is_followed() {
        let schema = json!({
            "$ref": "#/components/inputs/pet",
            "components": { "inputs": { "pet": { "type": "object", "properties": { "name": { "type": "string" } } } } },
        });
        assert_eq!(of(&schema, Sample::All), Some(json!({ "name": "text" })));
        assert_eq!(of(&json!(true), Sample::All), None);
    }
}
