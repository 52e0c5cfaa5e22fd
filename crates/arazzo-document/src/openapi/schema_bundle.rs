//! A schema with everything that it refers to, as one JSON Schema.
//!
//! OpenAPI 3.1 schemas are [JSON Schema 2020-12](https://json-schema.org/draft/2020-12/schema) that may refer into the
//! description; those of [2.0](https://spec.openapis.org/oas/v2.0.html#schema-object) and
//! [3.0](https://spec.openapis.org/oas/v3.0.4.html#schema-object) are dialects. Only keywords that restrict values are taken over, and only where they are well-formed.
//!
//! A schema may refer to itself from inside, where the value gets smaller with each turn. One that means itself
//! without a step into the value (`allOf`, `$ref` and the like) would keep a validator busy for ever; such a turn
//! allows everything.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};

use super::reference::{Resolver, reference_of};
use super::{OpenApi, OpenApiVersion};
use crate::node::{Member, Node};

/// Schemas are written into one another so deeply; what is deeper allows everything.
const MAX_NESTING: usize = 256;

/// So many schemas are taken along; a reference to a further one allows everything.
const MAX_DEFINITIONS: usize = 2_000;

pub(super) fn bundle(openapi: &OpenApi, node: &Node) -> Value {
    let mut bundler = Bundler {
        resolver: openapi.resolver(),
        version: openapi.version(),
        names: HashMap::new(),
        taken: HashSet::new(),
        done: Map::new(),
        waiting: VecDeque::new(),
        turning: vec![node],
        nesting: 0,
    };
    let root = bundler.schema(node);
    while let Some((name, target)) = bundler.waiting.pop_front() {
        if !bundler.done.contains_key(&name) {
            bundler.define(name, target);
        }
    }
    let mut schema = match root {
        Value::Object(members) => members,
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return other;
        }
    };
    if !bundler.done.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(bundler.done));
    }
    Value::Object(schema)
}

struct Bundler<'a> {
    resolver: Resolver<'a>,
    version: OpenApiVersion,
    /// The names of the definitions by what they define.
    names: HashMap<*const Node, String>,
    taken: HashSet<String>,
    /// The definitions that are finished.
    done: Map<String, Value>,
    /// Definitions that are reached by a step into the value.
    waiting: VecDeque<(String, &'a Node)>,
    /// The schemas that apply to the same value and are being written.
    turning: Vec<&'a Node>,
    nesting: usize,
}

impl<'a> Bundler<'a> {
    fn define(&mut self, name: String, target: &'a Node) {
        let outer = std::mem::replace(&mut self.turning, vec![target]);
        let schema = self.schema(target);
        self.turning = outer;
        self.done.insert(name, schema);
    }

    fn schema(&mut self, node: &'a Node) -> Value {
        if let Some(allowed) = node.as_bool() {
            return Value::Bool(allowed);
        }
        let Some(members) = node.as_object() else { return Value::Bool(true) };
        if self.nesting == MAX_NESTING {
            return Value::Bool(true);
        }
        self.nesting += 1;
        let reference = reference_of(node);
        let schema = match reference {
            Some(reference) if self.version.references_stand_alone() => self.reference(reference),
            Some(_) | None => Value::Object(self.keywords(node, members)),
        };
        self.nesting -= 1;
        let nullable = self.version.nullable().and_then(|nullable| node.get(nullable));
        if reference.is_none() && nullable.and_then(Node::as_bool) == Some(true) {
            return json!({"anyOf": [{"type": "null"}, schema]});
        }
        schema
    }

    fn keywords(&mut self, node: &'a Node, members: &'a [Member]) -> Map<String, Value> {
        let mut schema = Map::new();
        for Member { key, value, .. } in members {
            let converted = match key.as_str() {
                "$ref" => reference_of(node).map(|reference| self.reference(reference)).and_then(|schema| {
                    // A reference that allows everything is none.
                    schema.get("$ref").cloned()
                }),
                "type" => types(value),
                "enum" => value.as_array().map(|_| value.to_value()),
                "const" => Some(value.to_value()),
                "required" => value.as_array().map(names),
                "multipleOf" => value
                    .as_number()
                    .filter(|number| number.as_f64().is_some_and(|number| number > 0.0))
                    .map(|_| value.to_value()),
                "minimum" | "maximum" if is_exclusive(node, key) => None,
                "minimum" | "maximum" => value.as_number().map(|_| value.to_value()),
                "exclusiveMinimum" => exclusive(node, value, "minimum"),
                "exclusiveMaximum" => exclusive(node, value, "maximum"),
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
                | "minContains" | "maxContains" => value.as_u64().map(Value::from),
                "pattern" | "format" => value.as_str().map(Value::from),
                "uniqueItems" => value.as_bool().map(Value::from),
                "allOf" | "anyOf" | "oneOf" => self.list(value),
                "not" | "if" | "then" | "else" => Some(self.schema(value)),
                "dependentSchemas" => self.map(value),
                "properties" | "patternProperties" => self.inside(|bundler| bundler.map(value)),
                "prefixItems" => self.inside(|bundler| bundler.list(value)),
                // Since 2020-12 a list of schemas has its own keyword.
                "items" if value.as_array().is_some() => {
                    let list = self.inside(|bundler| bundler.list(value));
                    schema.extend(list.map(|list| ("prefixItems".to_owned(), list)));
                    None
                }
                "items"
                | "additionalProperties"
                | "contains"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties" => Some(self.inside(|bundler| bundler.schema(value))),
                _ => None,
            };
            schema.extend(converted.map(|converted| (key.clone(), converted)));
        }
        schema
    }

    /// Writes schemas that apply to parts of the value, from where every reference is a step ahead.
    fn inside<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.turning);
        let written = write(self);
        self.turning = outer;
        written
    }

    fn list(&mut self, node: &'a Node) -> Option<Value> {
        let items = node.as_array().filter(|items| !items.is_empty())?;
        Some(items.iter().map(|item| self.schema(item)).collect())
    }

    fn map(&mut self, node: &'a Node) -> Option<Value> {
        let members = node.as_object()?;
        let schemas = members.iter().map(|member| (member.key.clone(), self.schema(&member.value)));
        Some(Value::Object(schemas.collect()))
    }

    /// A schema that is nothing but a reference to a definition, or `true`.
    fn reference(&mut self, reference: &'a Node) -> Value {
        let anything = Value::Bool(true);
        let Ok(target) = self.resolver.step(reference) else { return anything };
        if self.turning.iter().any(|turning| std::ptr::eq(*turning, target)) {
            return anything;
        }
        let known = self.names.contains_key(&std::ptr::from_ref(target));
        if !known && self.names.len() == MAX_DEFINITIONS {
            return anything;
        }
        let name = self.name(target, reference.as_str().unwrap_or_default());
        if self.turning.is_empty() {
            if !known {
                self.waiting.push_back((name.clone(), target));
            }
        } else if !self.done.contains_key(&name) {
            // Its own references apply to the same value, so it is written now, to see turns.
            if self.nesting == MAX_NESTING {
                return anything;
            }
            self.turning.push(target);
            let schema = self.schema(target);
            self.turning.pop();
            self.done.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// A name for a definition: the last part of the reference as far as it needs no escapes.
    fn name(&mut self, target: &'a Node, reference: &str) -> String {
        if let Some(name) = self.names.get(&std::ptr::from_ref(target)) {
            return name.clone();
        }
        let last = reference.rsplit('/').next().unwrap_or_default();
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let mut name: String = last.chars().filter(plain).take(64).collect();
        if name.is_empty() || self.taken.contains(&name) {
            name = format!("{name}~{}", self.names.len()).replace('~', "_");
            while self.taken.contains(&name) {
                name.push('_');
            }
        }
        self.taken.insert(name.clone());
        self.names.insert(target, name.clone());
        name
    }
}

/// The types that JSON Schema knows.
fn types(node: &Node) -> Option<Value> {
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

/// The strings of an array, each once.
fn names(items: &[Node]) -> Value {
    let mut seen = HashSet::new();
    items.iter().filter_map(Node::as_str).filter(|name| seen.insert(*name)).map(Value::from).collect()
}

/// Whether OpenAPI 3.0 says of the bound `keyword` that it is not allowed itself.
fn is_exclusive(node: &Node, keyword: &str) -> bool {
    let flag = if keyword == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
    node.get(flag).and_then(Node::as_bool) == Some(true)
}

/// An exclusive bound: a number, or in OpenAPI 3.0 `true` beside the number.
fn exclusive(node: &Node, value: &Node, bound: &str) -> Option<Value> {
    let number = match value.as_bool() {
        Some(true) => node.get(bound)?,
        Some(false) => return None,
        None => value,
    };
    number.as_number().map(|_| number.to_value())
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;

    fn bundled(version: &str, schemas: &str) -> Value {
        let api = openapi(&format!("openapi: {version}\ncomponents:\n  schemas:\n{schemas}"));
        bundle(&api, api.document().root.pointer("/components/schemas/a").unwrap())
    }

    #[test]
    fn what_a_schema_refers_to_is_in_its_definitions() {
        let text = "
    a: {properties: {$ref: {$ref: '#/components/schemas/b'}, c: {$ref: '#/components/schemas/c%2Fd'}}}
    b: {items: {$ref: '#/components/schemas/b'}, type: array}
    'c/d': {type: string}
";
        assert_eq!(
            bundled("3.1.0", text.replace("c%2Fd", "c~1d").as_str()),
            json!({
                "properties": {"$ref": {"$ref": "#/$defs/b"}, "c": {"$ref": "#/$defs/c1d"}},
                "$defs": {
                    "b": {"items": {"$ref": "#/$defs/b"}, "type": "array"},
                    "c1d": {"type": "string"}
                }
            })
        );
    }

    #[test]
    fn definitions_of_one_name_are_kept_apart() {
        let text = "
    a: {allOf: [{$ref: '#/components/schemas/b'}, {$ref: '#/components/b'}, {$ref: '#/components/schemas/b'}]}
    b: {type: string}
  b: {minLength: 1}
";
        let reference = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
        let wanted = json!({
            "allOf": [reference("b"), reference("b_1"), reference("b")],
            "$defs": {"b": {"type": "string"}, "b_1": {"minLength": 1}}
        });
        assert_eq!(bundled("3.0.0", text), wanted);
    }

    #[test]
    fn the_dialect_of_3_0_becomes_json_schema() {
        let table = [
            ("{type: string, nullable: true}", json!({"anyOf": [{"type": "null"}, {"type": "string"}]})),
            ("{minimum: 1, exclusiveMinimum: true}", json!({"exclusiveMinimum": 1})),
            ("{maximum: 1, exclusiveMaximum: false}", json!({"maximum": 1})),
            ("{type: file, description: x, example: {$ref: y}, xml: {}}", json!({})),
        ];
        for (text, wanted) in table {
            assert_eq!(bundled("3.0.0", &format!("    a: {text}")), wanted, "{text}");
        }
    }

    #[test]
    fn keywords_beside_a_reference_count_since_3_1() {
        let text = "    a: {$ref: '#/components/schemas/b', minLength: 1}\n    b: {type: string}";
        let defs = json!({"b": {"type": "string"}});
        assert_eq!(bundled("3.1.0", text), json!({"$ref": "#/$defs/b", "minLength": 1, "$defs": defs}));
        assert_eq!(bundled("3.0.0", text), json!({"$ref": "#/$defs/b", "$defs": defs}));
    }

    #[test]
    fn malformed_keywords_are_left_out() {
        let text = "{type: any, required: true, enum: 3, minimum: x, minLength: -1, multipleOf: 0, allOf: [], \
                    pattern: 3, properties: [], items: [{type: string}], additionalProperties: null}";
        let wanted = json!({"prefixItems": [{"type": "string"}], "additionalProperties": true});
        assert_eq!(bundled("3.1.0", &format!("    a: {text}")), wanted);
        assert_eq!(bundled("3.1.0", "    a: {required: [x, 3, x], type: [string, string]}"), {
            json!({"required": ["x"], "type": ["string"]})
        });
        assert_eq!(bundled("3.1.0", "    a: 3"), json!(true));
    }

    #[test]
    fn what_cannot_be_found_allows_everything() {
        for reference in ["#/nowhere", "other.yml#/b", "#anchor"] {
            let text = format!("    a: {{properties: {{b: {{$ref: '{reference}'}}}}}}");
            assert_eq!(bundled("3.0.0", &text), json!({"properties": {"b": true}}));
            assert_eq!(bundled("3.1.0", &text), json!({"properties": {"b": {}}}));
        }
    }

    #[test]
    fn a_turn_without_a_step_into_the_value_allows_everything() {
        let itself = "    a: {$ref: '#/components/schemas/a'}";
        assert_eq!(bundled("3.0.0", itself), json!(true));
        let text = "
    a: {allOf: [{$ref: '#/components/schemas/b'}], properties: {a: {$ref: '#/components/schemas/a'}}}
    b: {anyOf: [{$ref: '#/components/schemas/a'}, {type: object}]}
";
        let schema = bundled("3.0.0", text);
        assert_eq!(schema.pointer("/$defs/b"), Some(&json!({"anyOf": [true, {"type": "object"}]})));
        assert_eq!(schema.pointer("/properties/a/$ref"), Some(&json!("#/$defs/a")));
        assert_eq!(schema.pointer("/$defs/a/allOf"), Some(&json!([{"$ref": "#/$defs/b"}])));
    }

    #[test]
    fn a_long_chain_of_references_is_cut() {
        let links = |keyword: &str| {
            let link = |n: usize| {
                format!("    s{n}: {{{keyword}: [{{$ref: '#/components/schemas/s{}'}}]}}\n", n + 1)
            };
            (0..5_000).map(link).collect::<String>()
        };
        for keyword in ["allOf", "prefixItems"] {
            let text =
                format!("    a: {{$ref: '#/components/schemas/s0'}}\n{}    s5000: {{}}\n", links(keyword));
            let schema = bundled("3.1.0", &text);
            assert!(schema["$defs"].as_object().unwrap().len() <= MAX_DEFINITIONS);
        }
    }
}
