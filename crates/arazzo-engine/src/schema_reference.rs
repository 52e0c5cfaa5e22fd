//! What a [`$ref`](https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3.1) within a schema leads to.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The keywords that refer to another schema, for the same value.
pub(crate) const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// The references of a schema that refers to nothing but itself.
pub(crate) struct References<'a> {
    root: &'a Value,
    /// The schemas that have names; looked for when a reference first uses one.
    named: OnceCell<HashMap<&'a str, &'a Value>>,
}

impl<'a> References<'a> {
    pub(crate) fn new(root: &'a Value) -> Self {
        Self { root, named: OnceCell::new() }
    }

    /// What `schema` refers to.
    pub(crate) fn of(&self, schema: &'a Value) -> Vec<&'a Value> {
        let written = REFERENCES.iter().filter_map(|keyword| schema.get(keyword)?.as_str());
        written.filter_map(|reference| self.target(reference)).collect()
    }

    /// What the reference leads to, by a JSON Pointer or by the name of an anchor.
    pub(crate) fn target(&self, reference: &str) -> Option<&'a Value> {
        let fragment = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return self.root.pointer(&fragment);
        }
        self.named.get_or_init(|| named(self.root)).get(&*fragment).copied()
    }

    /// Whether a schema with an identifier of its own stands on the way of a JSON Pointer.
    fn passes_resource(&self, reference: &str) -> bool {
        let fragment = percent_decode_str(reference.strip_prefix('#').unwrap_or_default()).decode_utf8();
        let fragment = fragment.unwrap_or_default();
        let ends = fragment.match_indices('/').map(|(end, _)| end).skip(1);
        let passed = ends.map_while(|end| self.root.pointer(fragment.get(..end)?));
        passed.into_iter().any(is_resource)
    }
}

fn named(root: &Value) -> HashMap<&str, &Value> {
    let mut found = HashMap::new();
    let mut waiting = vec![root];
    while let Some(part) = waiting.pop() {
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = part.get(keyword).and_then(Value::as_str) {
                found.insert(name, part);
            }
        }
        waiting.extend(children(part));
    }
    found
}

/// The members of a schema that hold no schemas, at least none that anything but a reference leads to.
const NO_SCHEMAS: [&str; 6] = ["components", "default", "example", "examples", "const", "enum"];

/// The members of a schema in which schemas have names.
const NAMED_SCHEMAS: [&str; 5] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// Whether a reference leads elsewhere than [`References`] has it: it starts at a schema below the root that has an
/// identifier of its own, or leads to a schema by its identifier.
pub(crate) fn has_resource_reference(root: &Value) -> bool {
    let references = References::new(root);
    let (mut has_resource, mut has_address) = (false, false);
    let mut seen = HashSet::new();
    let mut waiting = vec![(root, false)];
    while let Some((part, inside)) = waiting.pop() {
        let inside = inside || (is_resource(part) && !std::ptr::eq(part, root));
        if !seen.insert((std::ptr::from_ref(part), inside)) {
            continue;
        }
        has_resource |= is_resource(part);
        for reference in REFERENCES.iter().filter_map(|keyword| part.get(keyword)?.as_str()) {
            has_address |= !reference.starts_with('#');
            if inside || (has_resource && has_address) {
                return true;
            }
            let passes = references.passes_resource(reference);
            waiting.extend(references.target(reference).map(|target| (target, passes)));
        }
        waiting.extend(schemas_in(part).map(|part| (part, inside)));
    }
    has_resource && has_address
}

fn is_resource(schema: &Value) -> bool {
    schema.get("$id").is_some_and(Value::is_string)
}

/// What may be a schema directly in a schema, or in an array of these.
fn schemas_in(schema: &Value) -> impl Iterator<Item = &Value> {
    let members = schema.as_object().into_iter().flatten();
    let members = members.filter(|(keyword, _)| !NO_SCHEMAS.contains(&keyword.as_str()));
    let inner = members.flat_map(|(keyword, value)| match value.as_object() {
        Some(named) if NAMED_SCHEMAS.contains(&keyword.as_str()) => named.values().collect(),
        Some(_) | None => vec![value],
    });
    inner.chain(schema.as_array().into_iter().flatten())
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    value
        .as_object()
        .into_iter()
        .flat_map(|members| members.values())
        .chain(value.as_array().into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_a_pointer_or_the_name_of_an_anchor() {
        let schema = json!({ "$defs": { "a b": { "$anchor": "here", "minimum": 1 } } });
        let references = References::new(&schema);
        for reference in ["#/$defs/a b", "#/$defs/a%20b", "#here"] {
            assert_eq!(references.target(reference), Some(&schema["$defs"]["a b"]), "{reference}");
        }
        assert_eq!(references.target("#"), Some(&schema));
        assert_eq!(references.target("other#here").or(references.target("#there")), None);
    }

    #[test]
    fn a_reference_in_a_schema_with_an_identifier_starts_there() {
        let inner = json!({ "$id": "a", "items": { "$ref": "#/$defs/b" } });
        for schema in [
            json!({ "allOf": [inner] }),
            json!({ "properties": { "default": inner } }),
            json!({ "$ref": "#/components/inputs/a", "components": { "inputs": { "a": inner } } }),
            json!({ "$ref": "#/components/a/items", "components": { "a": inner } }),
            json!({ "$ref": "b", "$defs": { "b": { "$id": "b" } } }),
            json!({ "$id": "b", "$ref": "b#/$defs/b", "$defs": { "b": {} } }),
        ] {
            assert!(has_resource_reference(&schema), "{schema}");
        }
    }

    #[test]
    fn an_identifier_without_references_changes_none() {
        let inner = json!({ "$id": "a", "items": { "$ref": "#/$defs/b" } });
        for schema in [
            json!({ "$id": "a", "properties": { "$id": { "$ref": "#" } } }),
            json!({ "allOf": [{ "$id": "a" }], "$ref": "#/$defs/b", "$defs": { "b": {} } }),
            json!({ "components": { "inputs": { "a": inner } }, "$ref": "#/components/inputs/b" }),
            json!({ "default": inner, "example": inner, "examples": [inner], "const": inner, "enum": [inner] }),
        ] {
            assert!(!has_resource_reference(&schema), "{schema}");
        }
    }
}
