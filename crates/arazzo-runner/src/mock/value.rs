//! A value made from a schema: always the same, as small as the schema and the workflow allow.
//!
//! What the schema offers itself (`const`, an example, a default, the first of `enum`) goes before what is made up.
//! Objects get their required members and those that the workflow reads. See the
//! [Schema Object](https://spec.openapis.org/oas/v3.1.1.html#schema-object).

use arazzo_document::Node;
use arazzo_document::openapi::Schema;
use arazzo_expression::Pointer;
use serde_json::{Map, Number, Value};

/// So deep are values nested.
const MAX_DEPTH: usize = 32;

/// So many values are made for one body. Beyond it, values are null.
const MAX_VALUES: usize = 2_000;

/// So many choices of `oneOf` and `anyOf` are made for one value.
const MAX_CHOICES: usize = 8;

/// So many items has an array at most, and so many characters a made-up text.
const MAX_ITEMS: usize = 100;
const MAX_TEXT: usize = 4_096;

/// A value for `schema`. `reads` are the places that have to be there, as far as the schema allows them.
pub(super) fn value(schema: Schema<'_>, reads: &[Pointer], _all_members: bool) -> Value {
    let wanted: Vec<&[String]> = reads.iter().map(Pointer::tokens).collect();
    Maker { left: MAX_VALUES, active: Vec::new() }.value(Some(schema), &wanted)
}

struct Maker<'s> {
    /// How many values may still be made.
    left: usize,
    /// The schemas of the values around the one that is made, by which one that contains itself is known.
    active: Vec<Schema<'s>>,
}

impl<'s> Maker<'s> {
    /// A value for a schema, or for none, which allows everything.
    fn value(&mut self, schema: Option<Schema<'s>>, wanted: &[&[String]]) -> Value {
        if self.left == 0 || self.active.len() >= MAX_DEPTH {
            return Value::Null;
        }
        self.left -= 1;
        let wanted: Vec<&[String]> = wanted.iter().copied().filter(|tokens| !tokens.is_empty()).collect();
        let Some(schema) = schema else { return self.make(&Layers(Vec::new()), &wanted) };
        let layers = Layers::of(schema, &wanted);
        // A part that is read is made, however deep its schema is in itself.
        if wanted.is_empty() && self.is_active(schema) {
            return layers.ending();
        }
        self.active.push(schema);
        let value = self.make(&layers, &wanted);
        self.active.pop();
        value
    }

    fn make(&mut self, layers: &Layers<'s>, wanted: &[&[String]]) -> Value {
        match layers.offered().map(Node::to_value) {
            Some(Value::Object(members)) if !wanted.is_empty() => self.object(layers, wanted, Some(members)),
            Some(offered) => offered,
            None => match layers.kind(wanted) {
                Kind::Object => self.object(layers, wanted, None),
                Kind::Array => self.array(layers, wanted),
                Kind::Number => number(layers, false),
                Kind::Integer => number(layers, true),
                Kind::Boolean => Value::Bool(true),
                Kind::Null => Value::Null,
                Kind::Text => Value::String(text(layers)),
            },
        }
    }

    /// The members of `given`, else the required ones; and those that are read.
    fn object(
        &mut self,
        layers: &Layers<'s>,
        wanted: &[&[String]],
        given: Option<Map<String, Value>>,
    ) -> Value {
        let required = if given.is_some() { Vec::new() } else { layers.required() };
        let mut members = given.unwrap_or_default();
        let read = wanted.iter().filter_map(|tokens| tokens.first().map(String::as_str));
        for name in required.into_iter().chain(read) {
            if members.contains_key(name) {
                continue;
            }
            let inner: Vec<&[String]> = wanted
                .iter()
                .filter_map(|tokens| tokens.split_first())
                .filter(|(first, _)| *first == name)
                .map(|(_, rest)| rest)
                .collect();
            let schema = match layers.find(|schema| schema.property(name)) {
                Some(schema) if inner.is_empty() && schema.flag("writeOnly") => continue,
                Some(schema) => Some(schema),
                None if layers.0.iter().any(Schema::is_closed) => continue,
                None => layers.find(Schema::additional_properties),
            };
            let value = self.value(schema, &inner);
            members.insert(name.to_owned(), value);
        }
        Value::Object(members)
    }

    fn array(&mut self, layers: &Layers<'s>, wanted: &[&[String]]) -> Value {
        let item = layers.find(Schema::items);
        let read = wanted.iter().filter_map(|tokens| tokens.first()?.parse::<usize>().ok());
        let read = read.max().map_or(0, |index| index.saturating_add(1));
        let itself = item.is_some_and(|item| self.is_active(item));
        let least = layers.size("minItems").unwrap_or(usize::from(!itself));
        let most = layers.size("maxItems").unwrap_or(MAX_ITEMS).min(MAX_ITEMS);
        let inner: Vec<&[String]> =
            wanted.iter().filter_map(|tokens| tokens.split_first().map(|(_, rest)| rest)).collect();
        Value::Array((0..least.max(read).min(most)).map(|_| self.value(item, &inner)).collect())
    }

    fn is_active(&self, schema: Schema<'_>) -> bool {
        self.active.iter().any(|active| active.is(&schema))
    }
}

/// A schema and the choices made from its `oneOf` or `anyOf`, from theirs, and so on.
struct Layers<'s>(Vec<Schema<'s>>);

#[derive(Clone, Copy)]
enum Kind {
    Object,
    Array,
    Number,
    Integer,
    Boolean,
    Null,
    Text,
}

impl<'s> Layers<'s> {
    fn of(schema: Schema<'s>, wanted: &[&[String]]) -> Self {
        let mut layers = vec![schema];
        let mut next = choice(schema, wanted);
        while let Some(schema) = next.filter(|_| layers.len() < MAX_CHOICES) {
            layers.push(schema);
            next = choice(schema, wanted);
        }
        Self(layers)
    }

    fn find<T>(&self, look: impl Fn(&Schema<'s>) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(look)
    }

    /// The value that the schema itself names.
    fn offered(&self) -> Option<&'s Node> {
        self.find(|schema| schema.keyword("const"))
            .or_else(|| self.find(Schema::example))
            .or_else(|| self.find(Schema::default).filter(|default| !default.is_null()))
            .or_else(|| self.find(|schema| schema.values().first().copied()))
    }

    fn kind(&self, wanted: &[&[String]]) -> Kind {
        let has =
            |names: &[&str]| names.iter().any(|name| self.find(|schema| schema.keyword(name)).is_some());
        let types =
            self.find(|schema| Some(schema.types()).filter(|types| !types.is_empty())).unwrap_or_default();
        let named = types.iter().find(|name| **name != "null").or(types.first());
        match named.copied() {
            Some("object") => Kind::Object,
            Some("array") => Kind::Array,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("null") => Kind::Null,
            Some(_) => Kind::Text,
            None if has(&["items", "minItems"]) => Kind::Array,
            None if has(&["properties", "required", "additionalProperties"]) => Kind::Object,
            None if has(&["minimum", "maximum", "exclusiveMinimum", "multipleOf"]) => Kind::Number,
            None if wanted.is_empty() => Kind::Text,
            None => Kind::Object,
        }
    }

    fn required(&self) -> Vec<&'s str> {
        self.0.iter().flat_map(Schema::required).collect()
    }

    fn size(&self, name: &str) -> Option<usize> {
        self.find(|schema| schema.size(name)).and_then(|size| usize::try_from(size).ok())
    }

    /// What stands for a value that would contain itself without end.
    fn ending(&self) -> Value {
        match self.kind(&[]) {
            Kind::Object => Value::Object(Map::new()),
            Kind::Array => Value::Array(Vec::new()),
            Kind::Number | Kind::Integer | Kind::Boolean | Kind::Null | Kind::Text => Value::Null,
        }
    }
}

/// The first alternative that is not only null and has what is read, else the first that is not only null.
fn choice<'s>(schema: Schema<'s>, wanted: &[&[String]]) -> Option<Schema<'s>> {
    let alternatives = schema.alternatives();
    let sensible = |schema: &&Schema<'s>| schema.types() != ["null"];
    let has = |schema: &&Schema<'s>| {
        let mut names = wanted.iter().filter_map(|tokens| tokens.first());
        names.all(|name| schema.property(name).is_some())
    };
    let fitting = alternatives.iter().filter(sensible).find(has);
    fitting.or_else(|| alternatives.iter().find(sensible)).or(alternatives.first()).copied()
}

fn text(layers: &Layers<'_>) -> String {
    let made = match layers.find(Schema::format).unwrap_or_default() {
        "date" => "2026-01-01",
        "date-time" => "2026-01-01T00:00:00Z",
        "time" => "00:00:00Z",
        "duration" => "PT1S",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "email" | "idn-email" => "someone@example.com",
        "uri" | "url" | "iri" => "https://example.com/",
        "uri-reference" => "/",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "dGV4dA==",
        _ => "text",
    };
    let least = layers.size("minLength").unwrap_or(0).min(MAX_TEXT);
    let most = layers.size("maxLength").unwrap_or(MAX_TEXT);
    made.chars().chain(std::iter::repeat_n('x', least.saturating_sub(made.len()))).take(most).collect()
}

/// The least number that the schema allows; without a least one, 1 or the greatest below it.
fn number(layers: &Layers<'_>, whole: bool) -> Value {
    let exact = |name| layers.find(|schema| schema.number(name));
    let bound = |name| exact(name).and_then(Number::as_f64);
    // OpenAPI 3.0 says with a boolean that a bound is exclusive.
    let excludes = |name| layers.find(|schema| schema.keyword(name).and_then(Node::as_bool)) == Some(true);
    let step = bound("multipleOf").filter(|step| *step > 0.0);
    let least = match (bound("exclusiveMinimum"), bound("minimum")) {
        (Some(least), _) => Some((least, true)),
        (None, Some(least)) => Some((least, excludes("exclusiveMinimum"))),
        (None, None) => None,
    };
    // A bound that is met as it is keeps its digits.
    if let (Some((_, false)), None, Some(minimum)) = (least, step, exact("minimum"))
        && (!whole || minimum.is_i64() || minimum.is_u64())
    {
        return Value::Number(minimum.clone());
    }
    let step = step.unwrap_or(1.0);
    let most = match (bound("exclusiveMaximum"), bound("maximum")) {
        (Some(most), _) => Some((most, true)),
        (None, Some(most)) => Some((most, excludes("exclusiveMaximum"))),
        (None, None) => None,
    };
    let made = match (least, most) {
        (Some((least, excluded)), _) => {
            let first = (least / step).ceil() * step;
            if excluded && first <= least { first + step } else { first }
        }
        (None, Some((most, excluded))) => {
            let last = (most.min(1.0) / step).floor() * step;
            if excluded && last >= most { last - step } else { last }
        }
        (None, None) => step,
    };
    if made.fract() == 0.0 && made.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number within the exact range of a double"
        )]
        return Value::from(made as i64);
    }
    Number::from_f64(made).map_or(Value::from(1), Value::Number)
}

/// Below this, a double holds whole numbers exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arazzo_document::Document;
    use arazzo_document::openapi::OpenApi;
    use serde_json::json;

    use super::*;

    fn made(schema: Value) -> Value {
        read(schema, &[])
    }

    fn read(schema: Value, reads: &[&str]) -> Value {
        let reads: Vec<Pointer> = reads.iter().map(|pointer| pointer.parse().unwrap()).collect();
        let version = if schema["exclusiveMinimum"].is_boolean() { "3.0.0" } else { "3.1.0" };
        let api = json!({
            "openapi": version,
            "paths": {"/a": {"get": {"responses": {"200": {"content": {"a/b": {"schema": schema}}}}}}},
            "components": {"schemas": {"made": schema}}
        });
        let (document, diagnostics) = Document::read("api.json", "api.json", api.to_string());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let api = OpenApi::new(Arc::new(document.unwrap())).unwrap();
        let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
        value(operation.response(200).unwrap().media_types()[0].schema().unwrap(), &reads, false)
    }

    #[test]
    fn what_the_schema_offers_goes_first() {
        assert_eq!(made(json!({"type": "string", "const": "c", "example": "e"})), "c");
        assert_eq!(made(json!({"type": "string", "example": "e", "default": "d"})), "e");
        assert_eq!(made(json!({"type": "string", "examples": ["e", "f"], "default": "d"})), "e");
        assert_eq!(made(json!({"type": "string", "default": "d", "enum": ["a", "d"]})), "d");
        assert_eq!(made(json!({"enum": ["a", "d"]})), "a");
    }

    #[test]
    fn each_type_has_a_value() {
        assert_eq!(made(json!({"type": "string"})), "text");
        assert_eq!(made(json!({"type": "integer"})), 1);
        assert_eq!(made(json!({"type": "boolean"})), true);
        assert_eq!(made(json!({"type": "null"})), Value::Null);
        assert_eq!(made(json!({"type": ["null", "string"]})), "text");
        assert_eq!(made(json!({"type": "object"})), json!({}));
        assert_eq!(made(json!({"type": "array", "items": {"type": "integer"}})), json!([1]));
        assert_eq!(made(json!({})), "text");
        assert_eq!(made(json!(true)), "text");
    }

    #[test]
    fn bounds_are_kept() {
        assert_eq!(made(json!({"type": "integer", "minimum": 5})), 5);
        assert_eq!(made(json!({"type": "number", "minimum": 0.5})), 0.5);
        assert_eq!(made(json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true})), 6);
        assert_eq!(made(json!({"type": "integer", "exclusiveMinimum": 5})), 6);
        assert_eq!(made(json!({"type": "integer", "maximum": -3})), -3);
        assert_eq!(made(json!({"type": "integer", "multipleOf": 10, "minimum": 11})), 20);
        assert_eq!(made(json!({"type": "number", "maximum": 0.5})), 0);
        assert_eq!(made(json!({"type": "integer", "exclusiveMaximum": 1})), 0);
        assert_eq!(made(json!({"type": "number", "multipleOf": 0.25})), 0.25);
        assert_eq!(
            made(json!({"type": "integer", "minimum": 12345678901234567890_u64})),
            12345678901234567890_u64
        );
        assert_eq!(made(json!({"type": "string", "minLength": 6})), "textxx");
        assert_eq!(made(json!({"type": "string", "maxLength": 2})), "te");
        assert_eq!(
            made(json!({"type": "array", "minItems": 2, "items": {"type": "boolean"}})),
            json!([true, true])
        );
        assert_eq!(made(json!({"type": "array", "maxItems": 0})), json!([]));
    }

    #[test]
    fn formats_are_kept() {
        for format in ["date", "date-time", "uuid", "email", "uri"] {
            assert_ne!(made(json!({"type": "string", "format": format})), "text", "{format}");
        }
    }

    #[test]
    fn objects_have_what_is_required_and_what_is_read() {
        let schema = json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "scores": {"type": "object", "additionalProperties": {"type": "object", "properties": {
                    "score": {"type": "number", "minimum": 0}, "reasons": {"type": "array"}
                }}},
                "unread": {"type": "string"}
            }
        });
        assert_eq!(made(schema.clone()), json!({"id": "text"}));
        assert_eq!(
            read(schema, &["/scores/abuse/score"]),
            json!({"id": "text", "scores": {"abuse": {"score": 0}}})
        );
    }

    #[test]
    fn what_is_read_is_there_only_where_the_schema_allows_it() {
        let closed = json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "integer"}}});
        assert_eq!(read(closed, &["/a", "/b"]), json!({"a": 1}));
        assert_eq!(read(json!({}), &["/a/b"]), json!({"a": {"b": "text"}}));
        assert_eq!(
            read(json!({"type": "array", "items": {}}), &["/1/id"]),
            json!([{"id": "text"}, {"id": "text"}])
        );
        let example =
            json!({"type": "object", "example": {"a": 5}, "properties": {"b": {"type": "integer"}}});
        assert_eq!(read(example, &["/b"]), json!({"a": 5, "b": 1}));
    }

    #[test]
    fn all_of_adds_and_one_of_chooses() {
        let schema = json!({
            "allOf": [{"$ref": "#/components/schemas/made/$defs/base"}, {"required": ["b"], "properties": {"b": {"type": "integer"}}}],
            "$defs": {"base": {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}}}
        });
        assert_eq!(made(schema), json!({"a": true, "b": 1}));
        assert_eq!(made(json!({"oneOf": [{"type": "null"}, {"type": "integer"}]})), 1);
        let choice =
            json!({"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {"type": "integer"}}}]});
        assert_eq!(read(choice, &["/b"]), json!({"b": 1}));
    }

    #[test]
    fn a_schema_that_contains_itself_has_an_end() {
        let list = json!({
            "$ref": "#/components/schemas/made/$defs/node",
            "$defs": {"node": {"type": "object", "required": ["next", "children"], "properties": {
                "next": {"$ref": "#/components/schemas/made/$defs/node"},
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/made/$defs/node"}}
            }}}
        });
        assert_eq!(made(list.clone()), json!({"next": {}, "children": []}));
        let deep = read(list, &["/next/next/next/next/children/0"]);
        assert!(deep.pointer("/next/next/next/next/children/0").is_some(), "{deep}");
        assert_eq!(made(json!({"$ref": "#/components/schemas/made"})), "text");
        assert_eq!(made(json!({"$ref": "#/nowhere"})), "text");
        assert_eq!(
            made(
                json!({"allOf": [{"$ref": "#/components/schemas/made"}, {"$ref": "#/components/schemas/made"}]})
            ),
            "text"
        );
    }

    #[test]
    fn a_schema_that_grows_without_end_is_cut() {
        let wide = json!({"type": "array", "minItems": 100, "items": {"type": "array", "minItems": 100, "items":
            {"type": "array", "minItems": 100, "items": {"type": "array", "minItems": 100}}}});
        assert!(made(wide).to_string().len() < 100_000);
        assert!(read(json!({}), &["/a".repeat(200).as_str()]).is_object());
    }
}
