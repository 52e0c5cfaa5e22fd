//! Values that stand for inputs which nobody has given yet, made from their JSON Schema.

use serde_json::{Map, Number, Value};

use crate::plan::{branches, is_secret_schema, types_of};
use crate::secret::is_secret_name;

/// So many values are made for the inputs of a workflow, however many members their schemas want.
const MAX_VALUES: usize = 1_000;
/// So many members of an object.
const MAX_MEMBERS: usize = 100;
/// So deep are values nested.
const MAX_DEPTH: usize = 8;
/// Lists that have to be longer stay shorter.
const MAX_ITEMS: u64 = 5;

/// Makes placeholders. The same schema always gives the same value.
pub(super) struct Placeholders<'a> {
    root: &'a Value,
    left: usize,
}

impl<'a> Placeholders<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root, left: MAX_VALUES }
    }

    /// The value of what is called `name`, to which all of `layers` apply: an example of the author, else one of the right
    /// type.
    pub(super) fn of(&mut self, name: &str, layers: &[&'a Value]) -> Value {
        self.value(name, layers, 0)
    }

    /// The same without looking at examples, which may be somebody's secret.
    pub(super) fn without_examples(&mut self, name: &str, layers: &[&'a Value]) -> Value {
        self.made(name, layers, 0)
    }

    fn value(&mut self, name: &str, layers: &[&'a Value], depth: usize) -> Value {
        let find = |keyword: &str| layers.iter().find_map(|layer| layer.get(keyword));
        let first = |keyword: &str| find(keyword).and_then(Value::as_array).and_then(|list| list.first());
        let written = first("examples").or_else(|| find("example")).or_else(|| find("const"));
        match written.or_else(|| first("enum")) {
            Some(value) => value.clone(),
            None => self.made(name, layers, depth),
        }
    }

    fn made(&mut self, name: &str, layers: &[&'a Value], depth: usize) -> Value {
        self.left = self.left.saturating_sub(1);
        let find = |keyword: &str| layers.iter().find_map(|layer| layer.get(keyword));
        let types: Vec<&str> = layers.iter().flat_map(|layer| types_of(layer)).collect();
        // On the command line a text is what it says where a string is allowed.
        let kind =
            if types.contains(&"string") { "string" } else { types.first().copied().unwrap_or_default() };
        match kind {
            "integer" | "number" => number(layers),
            "boolean" => Value::Bool(true),
            "null" => Value::Null,
            "array" => {
                let least = find("minItems").and_then(Value::as_u64).unwrap_or(0).min(MAX_ITEMS);
                let items = branches(find("items").into_iter().collect(), self.root);
                let mut list = Vec::new();
                for _ in 0..least {
                    list.extend(self.inner(name, &items, depth));
                }
                Value::Array(list)
            }
            "object" => self.object(layers, depth),
            "" if find("properties").is_some() => self.object(layers, depth),
            _ => Value::String(text(name, find("format").and_then(Value::as_str))),
        }
    }

    /// The members that an object cannot do without.
    fn object(&mut self, layers: &[&'a Value], depth: usize) -> Value {
        let lists = layers.iter().filter_map(|layer| layer.get("required")?.as_array());
        let names: Vec<&str> = lists.flatten().filter_map(Value::as_str).take(MAX_MEMBERS).collect();
        let mut members = Map::new();
        for name in names {
            if self.left == 0 {
                break;
            }
            let schemas = layers.iter().filter_map(|layer| layer.get("properties")?.get(name));
            let inner = branches(schemas.collect(), self.root);
            let has_default = inner.iter().any(|schema| schema.get("default").is_some());
            if let Some(value) = self.inner(name, &inner, depth).filter(|_| !has_default) {
                members.insert(name.to_owned(), value);
            }
        }
        Value::Object(members)
    }

    fn inner(&mut self, name: &str, layers: &[&'a Value], depth: usize) -> Option<Value> {
        if self.left == 0 || depth == MAX_DEPTH {
            return None;
        }
        let hides = is_secret_name(name) || layers.iter().any(|layer| is_secret_schema(layer));
        Some(if hides { self.made(name, layers, depth + 1) } else { self.value(name, layers, depth + 1) })
    }
}

fn number(layers: &[&Value]) -> Value {
    let find = |keyword: &str| layers.iter().find_map(|layer| layer.get(keyword));
    if let Some(least @ Value::Number(_)) = find("minimum") {
        return least.clone();
    }
    let above = find("exclusiveMinimum").and_then(Value::as_i64).and_then(|bound| bound.checked_add(1));
    let most = find("maximum").filter(|most| most.as_f64().is_some_and(|most| most < 1.0));
    match (above, most) {
        (Some(above), _) => above.into(),
        (None, Some(most)) => most.clone(),
        (None, None) => Value::Number(Number::from(1)),
    }
}

/// A text of this format, else the name in angle brackets.
fn text(name: &str, format: Option<&str>) -> String {
    let sample = match format.unwrap_or_default() {
        "date" => "2026-01-31",
        "date-time" => "2026-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "PT1H",
        "email" | "idn-email" => "user@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" => "https://example.com/",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        _ => return format!("<{name}>"),
    };
    sample.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(schema: Value) -> Value {
        Placeholders::new(&schema).of("name", &branches(vec![&schema], &schema))
    }

    #[test]
    fn the_author_s_example_comes_first() {
        assert_eq!(of(json!({ "type": "string", "examples": ["a", "b"], "enum": ["c"] })), "a");
        assert_eq!(of(json!({ "type": "string", "example": "d" })), "d");
        assert_eq!(of(json!({ "enum": [3, 4] })), 3);
    }

    #[test]
    fn without_one_the_value_has_the_type_and_keeps_within_the_bounds() {
        assert_eq!(of(json!({ "type": "string" })), "<name>");
        assert_eq!(of(json!({ "type": ["integer", "string"] })), "<name>");
        assert_eq!(of(json!({ "type": "string", "format": "email" })), "user@example.com");
        assert_eq!(of(json!({ "type": "integer", "minimum": 5 })), 5);
        assert_eq!(of(json!({ "type": "number", "exclusiveMinimum": 5 })), 6);
        assert_eq!(of(json!({ "type": "number", "maximum": 0 })), 0);
        assert_eq!(
            of(json!({ "type": "array", "minItems": 2, "items": { "type": "boolean" } })),
            json!([true, true])
        );
        assert_eq!(
            of(json!({
                "type": "object",
                "required": ["a", "d"],
                "properties": { "a": { "type": "integer" }, "b": {}, "d": { "default": 1 } },
            })),
            json!({ "a": 1 })
        );
    }

    #[test]
    fn a_schema_without_end_gives_a_value_with_one() {
        let schema = json!({
            "type": "object",
            "required": ["a", "b", "c", "d"],
            "properties": { "a": { "$ref": "#" }, "b": { "$ref": "#" }, "c": { "$ref": "#" }, "d": { "$ref": "#" } },
        });
        assert!(of(schema).to_string().len() < 40_000);
    }
}
