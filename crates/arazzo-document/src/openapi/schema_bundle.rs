//! A schema with everything that it refers to, as one JSON Schema.
//!
//! OpenAPI 3.1 schemas are [JSON Schema 2020-12](https://json-schema.org/draft/2020-12/schema) that may refer into the
//! description; those of [2.0](https://spec.openapis.org/oas/v2.0.html#schema-object) and
//! [3.0](https://spec.openapis.org/oas/v3.0.4.html#schema-object) are dialects. Only keywords that restrict values are taken over, and only where they are well-formed.
//!
//! A schema for responses differs in what requests alone need: properties that are `writeOnly` are not required. Members
//! that it does not describe are allowed unless `additionalProperties` forbids them, so `unevaluatedProperties` is left
//! out. `writeOnly` itself stays, to tell a secret. In one for requests properties that are `readOnly` are not required.
//!
//! A schema may refer to itself from inside, where the value gets smaller with each turn. One that means itself
//! without a step into the value (`allOf`, `$ref` and the like) would keep a validator busy for ever; such a turn
//! allows everything.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};

use super::reference::{Resolver, reference_of};
use super::schema::Schema;
use super::{OpenApi, OpenApiVersion};
use crate::node::{Member, Node};

/// Schemas are written into one another so deeply; what is deeper allows everything.
const MAX_NESTING: usize = 256;

/// So many schemas are taken along; a reference to a further one allows everything.
const MAX_DEFINITIONS: usize = 2_000;

/// So many schemas are looked at to know which properties of a value are `readOnly` or `writeOnly`.
const MAX_PARTS: usize = 500;

/// What a schema is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Values wherever they go.
    Any,
    /// What a server answers.
    Response,
    /// What is sent to a server.
    Request,
}

impl Purpose {
    /// The keyword of properties that need not be there.
    fn other_side(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Response => Some("writeOnly"),
            Self::Request => Some("readOnly"),
        }
    }
}

pub(super) fn bundle(openapi: &OpenApi, node: &Node, purpose: Purpose) -> Value {
    let mut bundler = Bundler {
        openapi,
        purpose,
        resolver: openapi.resolver(),
        version: openapi.version(),
        names: HashMap::new(),
        taken: HashSet::new(),
        done: Map::new(),
        waiting: VecDeque::new(),
        turning: vec![node],
        whole: None,
        one_sided: HashMap::new(),
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
    openapi: &'a OpenApi,
    purpose: Purpose,
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
    /// The outermost of the schemas that apply to the value, and what this side may leave out of the value, once asked.
    whole: Option<Whole<'a>>,
    /// Those that only the other side needs among the properties that stand in a schema itself.
    one_sided: HashMap<*const Node, Vec<&'a str>>,
    nesting: usize,
}

/// All that applies to one value.
struct Whole<'a> {
    schema: &'a Node,
    one_sided: Option<HashSet<&'a str>>,
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
        let is_whole = self.whole.is_none();
        self.whole.get_or_insert(Whole { schema: node, one_sided: None });
        let schema = match reference_of(node) {
            Some(reference) if self.version.references_stand_alone() => self.reference(reference),
            Some(_) | None => Value::Object(self.keywords(node, members)),
        };
        if is_whole {
            self.whole = None;
        }
        self.nesting -= 1;
        // OpenAPI 3.0 has nothing beside a reference count, but a `nullable` there can only mean one thing.
        let nullable = self.version.nullable().and_then(|nullable| node.get(nullable));
        if nullable.and_then(Node::as_bool) == Some(true) { or_null(schema) } else { schema }
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
                "required" => value.as_array().map(|names| self.required(names)),
                "writeOnly" if self.purpose != Purpose::Any => value.as_bool().map(Value::from),
                "unevaluatedProperties" if self.purpose == Purpose::Response => None,
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

    /// The names in `required`, each once; without those that only the other side has.
    fn required(&mut self, names: &'a [Node]) -> Value {
        let mut seen = HashSet::new();
        let mut names: Vec<&str> =
            names.iter().filter_map(Node::as_str).filter(|name| seen.insert(*name)).collect();
        if let Some(keyword) = self.purpose.other_side() {
            let one_sided = self.one_sided(keyword);
            names.retain(|name| !one_sided.is_some_and(|one_sided| one_sided.contains(name)));
        }
        names.into_iter().map(Value::from).collect()
    }

    /// The properties of the value that have the keyword, wherever among the schemas that apply to it they stand.
    fn one_sided(&mut self, keyword: &str) -> Option<&HashSet<&'a str>> {
        let whole = self.whole.take()?;
        let found = match whole.one_sided {
            Some(found) => found,
            None => self.find_one_sided(whole.schema, keyword),
        };
        self.whole = Some(Whole { one_sided: Some(found), ..whole });
        self.whole.as_ref()?.one_sided.as_ref()
    }

    fn find_one_sided(&mut self, schema: &'a Node, flag: &str) -> HashSet<&'a str> {
        let mut found = HashSet::new();
        let mut seen: HashSet<*const Node> = HashSet::new();
        let mut waiting = vec![schema];
        while let Some(node) = waiting.pop() {
            if seen.len() == MAX_PARTS || !seen.insert(node) {
                continue;
            }
            waiting.extend(reference_of(node).and_then(|reference| self.resolver.step(reference).ok()));
            for keyword in ["allOf", "anyOf", "oneOf"] {
                waiting.extend(node.get(keyword).and_then(Node::as_array).unwrap_or_default());
            }
            let openapi = self.openapi;
            let own = self.one_sided.entry(node).or_insert_with(|| {
                let properties = node.get("properties").and_then(Node::as_object).unwrap_or_default();
                let named = properties.iter().filter(|member| has_flag(openapi, &member.value, flag));
                named.map(|member| member.key.as_str()).collect()
            });
            found.extend(own.iter().copied());
        }
        found
    }

    /// Writes schemas that apply to parts of the value, from where every reference is a step ahead.
    fn inside<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (std::mem::take(&mut self.turning), self.whole.take());
        let written = write(self);
        (self.turning, self.whole) = outer;
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

/// The schema, which allows null too. Where the type says it all, null is one more type, so that what a validator says
/// of a value is about the value and not about alternatives.
fn or_null(schema: Value) -> Value {
    const OTHERS: [&str; 7] = ["$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"];
    let mut members = match schema {
        Value::Object(members) => members,
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return json!({"anyOf": [{"type": "null"}, other]});
        }
    };
    let name = members.get("type").and_then(Value::as_str).map(str::to_owned);
    let Some(name) = name.filter(|_| !OTHERS.iter().any(|other| members.contains_key(*other))) else {
        return json!({"anyOf": [{"type": "null"}, members]});
    };
    members.insert("type".to_owned(), json!([name, "null"]));
    if let Some(Value::Array(values)) = members.get_mut("enum") {
        values.push(Value::Null);
    }
    Value::Object(members)
}

/// Whether a property has `readOnly` or `writeOnly`, also beside a reference.
fn has_flag(openapi: &OpenApi, node: &Node, flag: &str) -> bool {
    let beside = node.get(flag).and_then(Node::as_bool) == Some(true);
    beside || Schema::new(openapi, node).flag(flag)
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
        bundle(&api, api.document().root.pointer("/components/schemas/a").unwrap(), Purpose::Any)
    }

    fn for_response(version: &str, schemas: &str) -> Value {
        let api = openapi(&format!("openapi: {version}\ncomponents:\n  schemas:\n{schemas}"));
        bundle(&api, api.document().root.pointer("/components/schemas/a").unwrap(), Purpose::Response)
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
            ("{type: string, nullable: true}", json!({"type": ["string", "null"]})),
            (
                "{type: string, nullable: true, enum: [x]}",
                json!({"type": ["string", "null"], "enum": ["x", null]}),
            ),
            (
                "{nullable: true, allOf: [{type: string}]}",
                json!({"anyOf": [{"type": "null"}, {"allOf": [{"type": "string"}]}]}),
            ),
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
    fn null_is_allowed_beside_a_reference_too() {
        let text = "    a: {$ref: '#/components/schemas/b', nullable: true}\n    b: {type: string}";
        let schema = bundled("3.0.0", text);
        assert_eq!(schema["anyOf"], json!([{"type": "null"}, {"$ref": "#/$defs/b"}]));
        assert_eq!(bundled("3.1.0", text)["$ref"], json!("#/$defs/b"));
    }

    #[test]
    fn a_response_need_not_have_what_is_write_only() {
        let text = "
    a:
      allOf: [{$ref: '#/components/schemas/b'}, {required: [id, pin, word, key]}]
      properties: {child: {required: [pin], properties: {pin: {type: string}}}}
      unevaluatedProperties: false
    b: {required: [word], properties: {pin: {writeOnly: true}, word: {$ref: '#/components/schemas/c'}, id: {readOnly: true}}}
    c: {type: string, writeOnly: true}
";
        let schema = for_response("3.1.0", text);
        assert_eq!(schema["allOf"][1], json!({"required": ["id", "key"]}));
        assert_eq!(schema["properties"]["child"]["required"], json!(["pin"]));
        assert_eq!(schema["$defs"]["b"]["required"], json!([]));
        assert_eq!(schema["$defs"]["c"], json!({"type": "string", "writeOnly": true}));
        assert_eq!(schema.get("unevaluatedProperties"), None);
        let schema = bundled("3.1.0", text);
        assert_eq!(schema["allOf"][1], json!({"required": ["id", "pin", "word", "key"]}));
        assert_eq!(schema["unevaluatedProperties"], json!(false));
    }

    #[test]
    fn a_request_need_not_have_what_is_read_only() {
        let text = "
    a: {required: [id, pin], unevaluatedProperties: false, allOf: [{$ref: '#/components/schemas/b'}]}
    b: {required: [id], properties: {pin: {writeOnly: true}, id: {readOnly: true}}}
";
        let api = openapi(&format!("openapi: 3.1.0\ncomponents:\n  schemas:\n{text}"));
        let node = api.document().root.pointer("/components/schemas/a").unwrap();
        let schema = bundle(&api, node, Purpose::Request);
        assert_eq!(schema["required"], json!(["pin"]));
        assert_eq!(schema["$defs"]["b"]["required"], json!([]));
        assert_eq!(schema["unevaluatedProperties"], json!(false));
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
