//! The schemas that apply to one value: those that are given and the alternatives that were chosen.

use std::collections::HashSet;

use arazzo_document::Node;
use arazzo_document::openapi::Schema;
use serde_json::{Map, Number, Value};

/// So many schemas apply to one value, of those that are looked at.
const MAX_LAYERS: usize = 24;

/// So many schemas are looked at for one value, and so many are no more work than one.
const MAX_WEIGHT: usize = 1_000;
const LIGHT: usize = 4;

/// Keywords that say what a value is not, or say it in a way that is not followed when one is made.
const DOUBTFUL: [&str; 11] = [
    "not",
    "if",
    "contains",
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "maxProperties",
    "minProperties",
    "uniqueItems",
    "unevaluatedProperties",
];

/// A schema and the choices made from its `oneOf` and `anyOf`, from theirs, and so on.
pub(super) struct Layers<'s> {
    schemas: Vec<Schema<'s>>,
    /// Whether there was something to choose from.
    chosen: bool,
    /// How many schemas were looked at.
    weight: usize,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Number,
    Integer,
    Boolean,
    Null,
    Text,
}

/// A value that a schema names itself.
pub(super) struct Offered {
    pub(super) value: Value,
    /// Whether it is only a part of what is wanted: an example of one schema of several, or a default.
    pub(super) partial: bool,
}

impl<'s> Layers<'s> {
    /// The layers of schemas that all apply. `turn` says which of equally good alternatives is taken.
    pub(super) fn of(schemas: &[Schema<'s>], wanted: &[&[String]], turn: usize) -> Self {
        let mut layers = Self { schemas: Vec::new(), chosen: false, weight: 0 };
        schemas.iter().for_each(|schema| layers.add(*schema));
        let mut at = 0;
        while let Some(schema) = layers.schemas.get(at).copied().filter(|_| layers.weight < MAX_WEIGHT) {
            at += 1;
            for alternatives in schema.choices() {
                layers.chosen |= alternatives.len() > 1;
                if let Some(choice) = layers.choice(&alternatives, wanted, turn) {
                    layers.add(choice);
                }
            }
        }
        layers
    }

    fn add(&mut self, schema: Schema<'s>) {
        if self.schemas.len() < MAX_LAYERS && self.weight < MAX_WEIGHT {
            self.weight += schema.weight();
            self.schemas.push(schema);
        }
    }

    /// Of the alternatives that are not only null, one that has what is read; the `turn`th of several. Only so many are
    /// looked at.
    fn choice(
        &mut self,
        alternatives: &[Schema<'s>],
        wanted: &[&[String]],
        turn: usize,
    ) -> Option<Schema<'s>> {
        let mut sensible: Vec<Schema<'s>> = Vec::new();
        let mut fitting: Vec<Schema<'s>> = Vec::new();
        for schema in alternatives {
            if self.weight >= MAX_WEIGHT {
                break;
            }
            self.weight += schema.weight();
            if schema.types() == ["null"] {
                continue;
            }
            sensible.push(*schema);
            let mut names = wanted.iter().filter_map(|tokens| tokens.first());
            if names.all(|name| schema.property(name).is_some()) {
                fitting.push(*schema);
            }
        }
        let from = if fitting.is_empty() { sensible } else { fitting };
        let index = turn.checked_rem(from.len()).unwrap_or(0);
        from.get(index).or(alternatives.first()).copied()
    }

    /// How much more work a value of them is than one of a few schemas.
    pub(super) fn weight(&self) -> usize {
        self.weight / LIGHT
    }

    /// Whether a value that is made from them has to be checked.
    pub(super) fn is_doubtful(&self) -> bool {
        self.chosen || DOUBTFUL.iter().any(|name| self.find(|schema| schema.keyword(name)).is_some())
    }

    pub(super) fn find<T>(&self, look: impl Fn(&Schema<'s>) -> Option<T>) -> Option<T> {
        self.schemas.iter().find_map(look)
    }

    fn all(&self, keyword: &str) -> impl Iterator<Item = &'s Node> {
        self.schemas.iter().flat_map(|schema| schema.keywords(keyword)).collect::<Vec<_>>().into_iter()
    }

    /// The value that the schemas name themselves. An object or an array is of the right kind, or text that says it in
    /// JSON.
    pub(super) fn offered(&self, kind: Kind, variant: usize) -> Option<Offered> {
        if let Some(constant) = self.find(|schema| schema.keyword("const")) {
            return Some(Offered { value: constant.to_value(), partial: false });
        }
        let example = |schema: &Schema<'s>| {
            let own = schema.own_keyword("example");
            let examples = || schema.own_keyword("examples")?.as_array()?.first();
            fitting(own.or_else(examples)?.to_value(), kind)
        };
        let only = self.schemas.len() == 1;
        if let Some(value) = self.find(example).filter(|_| variant == 0) {
            // An example of one of several schemas need not have what the others want.
            return Some(Offered { partial: !only && kind == Kind::Object, value });
        }
        if variant == 0
            && let Some(value) = self.merged_example(kind)
        {
            return Some(Offered { value, partial: true });
        }
        let default = self.find(Schema::default).filter(|default| !default.is_null() && variant == 0);
        let default = default.and_then(|default| fitting(default.to_value(), kind));
        let is_short = |value: &Value| {
            value.as_array().is_some_and(|items| items.len() < self.least("minItems").unwrap_or(0))
        };
        if let Some(value) = default.filter(|value| !is_short(value)) {
            return Some(Offered { value, partial: true });
        }
        let values = self.find(|schema| Some(schema.values()).filter(|values| !values.is_empty()))?;
        let value = values.get(variant.checked_rem(values.len())?)?;
        Some(Offered { value: value.to_value(), partial: false })
    }

    /// The examples of the parts of `allOf`, put together; of values that are no objects the first.
    fn merged_example(&self, kind: Kind) -> Option<Value> {
        let mut examples = self.all("example").filter_map(|example| fitting(example.to_value(), kind));
        if kind != Kind::Object {
            return examples.next();
        }
        let mut merged = Map::new();
        for example in examples {
            if let Value::Object(members) = example {
                for (name, member) in members {
                    merged.entry(name).or_insert(member);
                }
            }
        }
        (!merged.is_empty()).then_some(Value::Object(merged))
    }

    pub(super) fn kind(&self, wanted: &[&[String]]) -> Kind {
        let has =
            |names: &[&str]| names.iter().any(|name| self.find(|schema| schema.keyword(name)).is_some());
        let types =
            self.find(|schema| Some(schema.types()).filter(|types| !types.is_empty())).unwrap_or_default();
        let named = types.iter().find(|name| **name != "null").or(types.first());
        match named.copied() {
            Some("object") => Kind::Object,
            Some("array") => Kind::Array,
            Some("integer") => Kind::Integer,
            Some("number") if self.all("type").any(|node| node.as_str() == Some("integer")) => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("null") => Kind::Null,
            Some(_) => Kind::Text,
            None if has(&["items", "minItems", "maxItems", "prefixItems", "uniqueItems"]) => Kind::Array,
            None if has(&["properties", "required", "additionalProperties", "minProperties"]) => Kind::Object,
            None if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => {
                Kind::Number
            }
            None if wanted.is_empty() => Kind::Text,
            None => Kind::Object,
        }
    }

    pub(super) fn required(&self) -> Vec<&'s str> {
        let mut seen = HashSet::new();
        self.schemas.iter().flat_map(Schema::required).filter(|name| seen.insert(*name)).collect()
    }

    /// The names of the members that are described.
    pub(super) fn properties(&self) -> Vec<&'s str> {
        let mut seen = HashSet::new();
        let all = self.schemas.iter().flat_map(Schema::properties);
        all.map(|(name, _)| name).filter(|name| seen.insert(*name)).collect()
    }

    /// The schemas of a member.
    pub(super) fn property(&self, name: &str) -> Vec<Schema<'s>> {
        self.schemas.iter().flat_map(|schema| schema.property_schemas(name)).collect()
    }

    /// The schemas of the items.
    pub(super) fn items(&self) -> Vec<Schema<'s>> {
        self.schemas.iter().filter_map(Schema::items).collect()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.schemas.iter().any(Schema::is_closed)
    }

    /// The greatest of the sizes that a keyword such as `minItems` has.
    pub(super) fn least(&self, keyword: &str) -> Option<usize> {
        self.sizes(keyword).max()
    }

    /// The least of the sizes that a keyword such as `maxItems` has.
    pub(super) fn most(&self, keyword: &str) -> Option<usize> {
        self.sizes(keyword).min()
    }

    fn sizes(&self, keyword: &str) -> impl Iterator<Item = usize> {
        self.all(keyword).filter_map(Node::as_u64).map(|size| usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// The numbers that a keyword such as `minimum` has.
    pub(super) fn numbers(&self, keyword: &str) -> impl Iterator<Item = &'s Number> {
        self.all(keyword).filter_map(Node::as_number)
    }

    /// Whether a keyword is `true` somewhere, as OpenAPI 3.0 says that a bound is exclusive.
    pub(super) fn is_set(&self, keyword: &str) -> bool {
        self.all(keyword).any(|node| node.as_bool() == Some(true))
    }

    pub(super) fn format(&self) -> Option<&'s str> {
        self.find(Schema::format)
    }

    /// The regular expressions that a text has to match.
    pub(super) fn patterns(&self) -> Vec<&'s str> {
        self.all("pattern").filter_map(Node::as_str).collect()
    }

    /// What stands for a value that would contain itself without end.
    pub(super) fn ending(&self) -> Value {
        let nullable = self.find(|schema| Some(schema.types()).filter(|types| types.contains(&"null")));
        match self.kind(&[]) {
            _ if nullable.is_some() => Value::Null,
            Kind::Object => Value::Object(Map::new()),
            Kind::Array => Value::Array(Vec::new()),
            Kind::Number | Kind::Integer | Kind::Boolean | Kind::Null | Kind::Text => Value::Null,
        }
    }
}

/// The value, if it can be one of this kind. Authors write objects as text, too; what is no JSON then is left out.
fn fitting(value: Value, kind: Kind) -> Option<Value> {
    let fits = |value: &Value| match kind {
        Kind::Object => value.is_object(),
        Kind::Array => value.is_array(),
        Kind::Number | Kind::Integer | Kind::Boolean | Kind::Null | Kind::Text => true,
    };
    if fits(&value) {
        return Some(value);
    }
    serde_json::from_str(value.as_str()?).ok().filter(fits)
}
