//! Inputs for a workflow that nobody gave any, made from its schema.

use std::sync::Arc;

use arazzo_document::Document;
use arazzo_document::openapi::{OpenApi, Schema};
use arazzo_engine::Plan;
use arazzo_expression::Pointer;
use serde_json::{Map, Value, json};

use crate::mock::value;

/// Which inputs are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sample {
    /// All that the schema describes.
    #[default]
    All,
    /// Those that have to be given.
    Required,
}

/// Inputs that the schema of the workflow allows: its defaults and examples, and where there are none values of the
/// right kind. The same each time. A schema can ask for more than can be made; [`Plan::start`] says so then.
pub fn sample_inputs(plan: &Plan, sample: Sample) -> Map<String, Value> {
    let Some(schema) = plan.inputs_schema() else { return Map::new() };
    match made(schema, sample) {
        Some(Value::Object(inputs)) => inputs,
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | None => {
            Map::new()
        }
    }
}

/// A value for a JSON Schema. The maker reads schemas of OpenAPI, which are the same but stand in a document; references
/// of the schema start at its root, so its members are those of the document, too.
fn made(schema: &Value, sample: Sample) -> Option<Value> {
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
    let wanted: Vec<Pointer> = names.into_iter().map(|name| Pointer::default().child(name)).collect();
    Some(value(schema, &wanted, sample == Sample::All))
}

const MEDIA_TYPE: &str = "application/json";
const PATH: &str = "/inputs";

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(made(&schema, Sample::Required), Some(json!({ "id": 3, "kind": "b" })));
        let all = json!({ "id": 3, "kind": "b", "limit": 5, "password": "text" });
        assert_eq!(made(&schema, Sample::All), Some(all));
    }

    #[test]
    fn a_schema_that_is_a_reference_is_followed() {
        let schema = json!({
            "$ref": "#/components/inputs/pet",
            "components": { "inputs": { "pet": { "type": "object", "properties": { "name": { "type": "string" } } } } },
        });
        assert_eq!(made(&schema, Sample::All), Some(json!({ "name": "text" })));
        assert_eq!(made(&json!(true), Sample::All), None);
    }
}
