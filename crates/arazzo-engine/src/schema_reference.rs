//! What a [`$ref`](https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3.1) within a schema leads to.

use std::cell::OnceCell;
use std::collections::HashMap;

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

/// Whether a schema below the root has an identifier of its own, so that the references in it start there.
pub(crate) fn has_inner_resource(root: &Value) -> bool {
    let mut waiting: Vec<&Value> = children(root).collect();
    while let Some(part) = waiting.pop() {
        if part.get("$id").is_some_and(Value::is_string) {
            return true;
        }
        waiting.extend(children(part));
    }
    false
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
    fn a_schema_below_the_root_may_be_a_resource() {
        assert!(!has_inner_resource(&json!({ "$id": "a", "properties": { "$id": { "type": "string" } } })));
        assert!(has_inner_resource(&json!({ "allOf": [{ "$id": "a" }] })));
    }
}
