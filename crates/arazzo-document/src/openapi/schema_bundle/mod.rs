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

mod keyword;
mod purpose;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};

use super::reference::{Resolver, reference_of};
use super::{OpenApi, OpenApiVersion};
use crate::node::{Member, Node};
use keyword::{exclusive, is_exclusive, or_null, types};
pub(super) use purpose::Purpose;
use purpose::Whole;

/// Schemas are written into one another so deeply; what is deeper allows everything.
const MAX_NESTING: usize = 256;

/// So many schemas are taken along; a reference to a further one allows everything.
const MAX_DEFINITIONS: usize = 2_000;

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

#[cfg(test)]
mod tests;
