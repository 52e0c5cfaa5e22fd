//! The [Schema Object](https://spec.openapis.org/oas/v3.1.1.html#schema-object).

use std::collections::HashSet;

use serde_json::{Number, Value};

use super::reference::reference_of;
use super::schema_bundle::{Purpose, bundle};
use super::{OpenApi, OpenApiVersion};
use crate::node::Node;
use crate::position::Span;

/// So many schemas are looked at to know one: itself, what it refers to and what `allOf` adds.
const MAX_PARTS: usize = 500;

/// A schema, with what it refers to.
///
/// A keyword is looked for in the schema itself, then in what its `$ref` leads to, then in the schemas of its `allOf`.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'a> {
    openapi: &'a OpenApi,
    node: &'a Node,
}

impl<'a> Schema<'a> {
    pub(super) fn new(openapi: &'a OpenApi, node: &'a Node) -> Self {
        Self { openapi, node }
    }

    /// The schema as it is written.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// A JSON Schema (2020-12) that means the same and needs nothing else: what it refers to is in its `$defs`.
    ///
    /// Keywords of OpenAPI 3.0 are rewritten, those that do not restrict a value or are malformed are left out, and
    /// what cannot be found allows everything. So a validator can always compile it, unless a `pattern` is wrong.
    pub fn bundled(&self) -> Value {
        bundle(self.openapi, self.node, Purpose::Any)
    }

    /// The same for what a server answers: properties that are `writeOnly` are not required, and members that are not
    /// described are allowed unless `additionalProperties` forbids them.
    pub fn bundled_for_responses(&self) -> Value {
        bundle(self.openapi, self.node, Purpose::Response)
    }

    /// The same for what is sent: properties that are `readOnly` are not required.
    pub fn bundled_for_requests(&self) -> Value {
        bundle(self.openapi, self.node, Purpose::Request)
    }

    /// The value of a keyword. For arrays and objects of schemas there are methods of their own.
    pub fn keyword(&self, name: &str) -> Option<&'a Node> {
        self.parts().into_iter().find_map(|part| part.get(name))
    }

    /// The values of a keyword in the schema, in what its `$ref` leads to and in its `allOf`: all of them count.
    pub fn keywords(&self, name: &str) -> Vec<&'a Node> {
        self.parts().into_iter().filter_map(|part| part.get(name)).collect()
    }

    /// The value of a keyword in the schema itself or in what its `$ref` leads to, without those of `allOf`.
    pub fn own_keyword(&self, name: &str) -> Option<&'a Node> {
        let resolver = self.openapi.resolver();
        let mut node = self.node;
        for _ in 0..MAX_PARTS {
            let reference = reference_of(node);
            let counts = reference.is_none() || !self.openapi.version().references_stand_alone();
            if let Some(found) = node.get(name).filter(|_| counts) {
                return Some(found);
            }
            node = resolver.step(reference?).ok()?;
        }
        None
    }

    /// The names of the types that it allows; none at all means any. OpenAPI 3.0 says `null` by `nullable`, and the
    /// type `file` of OpenAPI 2.0 is `string`.
    pub fn types(&self) -> Vec<&'a str> {
        let Some(node) = self.keyword("type") else { return Vec::new() };
        let mut types: Vec<&str> = match node.as_array() {
            Some(types) => types.iter().filter_map(Node::as_str).collect(),
            None if self.is_file() => vec!["string"],
            None => node.as_str().into_iter().collect(),
        };
        let nullable = self.openapi.version().nullable().and_then(|nullable| self.keyword(nullable));
        if nullable.and_then(Node::as_bool) == Some(true) && !types.is_empty() {
            types.push("null");
        }
        types
    }

    /// The names of the members that an object must have.
    pub fn required(&self) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        let required = self.parts().into_iter().filter_map(|part| part.get("required")?.as_array());
        required.flatten().filter_map(Node::as_str).filter(|name| seen.insert(*name)).collect()
    }

    /// The schema of a member of an object.
    pub fn property(&self, name: &str) -> Option<Self> {
        let node = self.parts().into_iter().find_map(|part| part.get("properties")?.get(name))?;
        Some(Self { node, ..*self })
    }

    /// The schemas of a member of an object: all of them count.
    pub fn property_schemas(&self, name: &str) -> Vec<Self> {
        let nodes = self.parts().into_iter().filter_map(|part| part.get("properties")?.get(name));
        nodes.map(|node| Self { node, ..*self }).collect()
    }

    /// The members of an object that it describes, in the order of the document.
    pub fn properties(&self) -> Vec<(&'a str, Self)> {
        let mut seen = HashSet::new();
        let properties = self.parts().into_iter().filter_map(|part| part.get("properties")?.as_object());
        properties
            .flatten()
            .filter(|member| seen.insert(member.key.as_str()))
            .map(|member| (member.key.as_str(), Self { node: &member.value, ..*self }))
            .collect()
    }

    /// The schema of members that are not described by name, if there is one.
    pub fn additional_properties(&self) -> Option<Self> {
        self.schema_at("additionalProperties")
    }

    /// Whether an object may have only the members that are described by name.
    pub fn is_closed(&self) -> bool {
        self.keyword("additionalProperties").and_then(Node::as_bool) == Some(false)
    }

    /// The schema of the items of an array.
    pub fn items(&self) -> Option<Self> {
        self.schema_at("items")
    }

    /// The schemas of the first items of an array, each of its own: `prefixItems`, or a list in `items`.
    pub fn prefix_items(&self) -> Vec<Self> {
        let listed = |name| self.keyword(name).and_then(Node::as_array);
        let nodes = listed("prefixItems").or_else(|| listed("items")).unwrap_or_default();
        nodes.iter().map(|node| Self { node, ..*self }).collect()
    }

    /// The lists of alternatives of which the value has to be one each: every `oneOf` and `anyOf`.
    pub fn choices(&self) -> Vec<Vec<Self>> {
        let lists = self
            .parts()
            .into_iter()
            .flat_map(|part| ["oneOf", "anyOf"].into_iter().filter_map(|name| part.get(name)?.as_array()));
        lists
            .filter(|list| !list.is_empty())
            .map(|list| list.iter().map(|node| Self { node, ..*self }).collect())
            .collect()
    }

    /// The alternatives of `oneOf`, else those of `anyOf`.
    pub fn alternatives(&self) -> Vec<Self> {
        let list = |name| self.keyword(name).and_then(Node::as_array).unwrap_or_default();
        let nodes = if list("oneOf").is_empty() { list("anyOf") } else { list("oneOf") };
        nodes.iter().map(|node| Self { node, ..*self }).collect()
    }

    /// Every schema that may apply to the same value besides this one: those of each `oneOf` and `anyOf`, and those that
    /// depend on a condition.
    pub fn branches(&self) -> Vec<Self> {
        let mut branches = Vec::new();
        for part in self.parts() {
            let lists = ["oneOf", "anyOf"].into_iter().filter_map(|name| part.get(name)?.as_array());
            branches.extend(lists.flatten());
            branches.extend(["then", "else"].into_iter().filter_map(|name| part.get(name)));
            let dependent = part.get("dependentSchemas").and_then(Node::as_object).unwrap_or_default();
            branches.extend(dependent.iter().map(|member| &member.value));
        }
        branches.into_iter().map(|node| Self { node, ..*self }).collect()
    }

    /// Of how many schemas it is made: itself, what its `$ref` leads to and what is in its `allOf`. Each question about it
    /// is put to all of them.
    pub fn weight(&self) -> usize {
        self.parts().len()
    }

    /// Whether all is known of it: each `$ref` and `allOf` that applies to the value leads somewhere.
    pub fn is_known(&self) -> bool {
        self.walk().1
    }

    /// The only values that it allows: those of `enum`, or that of `const`.
    pub fn values(&self) -> Vec<&'a Node> {
        match self.keyword("enum").and_then(Node::as_array) {
            Some(values) => values.iter().collect(),
            None => self.keyword("const").into_iter().collect(),
        }
    }

    /// The default value.
    pub fn default(&self) -> Option<&'a Node> {
        self.keyword("default")
    }

    /// Its `example`, or the first of its `examples`.
    pub fn example(&self) -> Option<&'a Node> {
        self.keyword("example").or_else(|| self.keyword("examples")?.as_array()?.first())
    }

    /// The format of a string or number, such as `date-time`. The type `file` of OpenAPI 2.0 is `binary`.
    pub fn format(&self) -> Option<&'a str> {
        if self.is_file() {
            return Some("binary");
        }
        self.keyword("format")?.as_str()
    }

    /// The regular expression that a string matches.
    pub fn pattern(&self) -> Option<&'a str> {
        self.keyword("pattern")?.as_str()
    }

    /// The number that a keyword such as `minimum` or `multipleOf` has.
    pub fn number(&self, keyword: &str) -> Option<&'a Number> {
        self.keyword(keyword)?.as_number()
    }

    /// The size that a keyword such as `minLength` or `maxItems` has.
    pub fn size(&self, keyword: &str) -> Option<u64> {
        self.keyword(keyword)?.as_u64()
    }

    /// Whether it is in requests or responses only: the value of `readOnly` or `writeOnly`.
    pub fn flag(&self, keyword: &str) -> bool {
        self.keyword(keyword).and_then(Node::as_bool).unwrap_or(false)
    }

    /// Whether both are the same schema, or references to the same.
    pub fn is(&self, other: &Self) -> bool {
        let target = |schema: &Self| {
            let reference = reference_of(schema.node)?;
            schema.openapi.resolver().step(reference).ok().map(std::ptr::from_ref)
        };
        std::ptr::eq(self.node, other.node) || target(self).is_some_and(|found| target(other) == Some(found))
    }

    fn is_file(&self) -> bool {
        self.openapi.version() == OpenApiVersion::V2
            && self.keyword("type").and_then(Node::as_str) == Some("file")
    }

    fn schema_at(&self, keyword: &str) -> Option<Self> {
        let node = self.keyword(keyword).filter(|node| node.as_object().is_some())?;
        Some(Self { node, ..*self })
    }

    /// The schema, what its `$ref` leads to and what is in its `allOf`, each once, the nearest first.
    fn parts(&self) -> Vec<&'a Node> {
        self.walk().0
    }

    /// The parts, and whether they are all.
    fn walk(&self) -> (Vec<&'a Node>, bool) {
        let mut complete = true;
        let resolver = self.openapi.resolver();
        let mut parts: Vec<&'a Node> = Vec::new();
        let mut seen: HashSet<*const Node> = HashSet::new();
        let mut waiting = vec![self.node];
        while let Some(node) = waiting.pop() {
            if parts.len() == MAX_PARTS {
                return (parts, false);
            }
            if !seen.insert(node) {
                continue;
            }
            let reference = reference_of(node);
            if reference.is_none() || !self.openapi.version().references_stand_alone() {
                parts.push(node);
                waiting.extend(node.get("allOf").and_then(Node::as_array).unwrap_or_default().iter().rev());
            }
            let target = reference.map(|reference| resolver.step(reference));
            complete &= target.as_ref().is_none_or(Result::is_ok);
            waiting.extend(target.and_then(Result::ok));
        }
        (parts, complete)
    }
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;

    fn schema<T>(version: &str, schemas: &str, look: impl Fn(Schema<'_>) -> T) -> T {
        let api = openapi(&format!("openapi: {version}\ncomponents:\n  schemas:\n{schemas}"));
        let node = api.document().root.pointer("/components/schemas/a").unwrap();
        look(Schema::new(&api, node))
    }

    const ALL_OF: &str = "
    a: {allOf: [{$ref: '#/components/schemas/b'}, {required: [y, x], properties: {y: {type: string}}}], required: [z]}
    b: {required: [x], properties: {x: {type: integer, minimum: 3}, y: {}}, allOf: [{$ref: '#/components/schemas/a'}]}
";

    #[test]
    fn required_members_are_found_through_references_and_all_of() {
        schema("3.0.0", ALL_OF, |a| {
            assert_eq!(a.required(), ["z", "x", "y"]);
            let names: Vec<_> = a.properties().iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["x", "y"]);
            let x = a.property("x").unwrap();
            assert_eq!(
                (x.types(), x.number("minimum").map(ToString::to_string)),
                (vec!["integer"], Some("3".into()))
            );
            assert!(a.property("none").is_none());
        });
    }

    #[test]
    fn types_are_one_or_several_and_nullable_in_3_0_only() {
        let types = |version, text| schema(version, text, |a| a.types().join(" "));
        assert_eq!(types("3.0.0", "    a: {type: string, nullable: true}"), "string null");
        assert_eq!(types("3.1.0", "    a: {type: string, nullable: true}"), "string");
        assert_eq!(types("3.1.0", "    a: {type: [string, 'null']}"), "string null");
        assert_eq!(types("3.0.0", "    a: {nullable: true}"), "");
        assert_eq!(types("3.0.0", "    a: 3"), "");
    }

    #[test]
    fn keywords_beside_a_reference_count_since_3_1() {
        let text = "    a: {$ref: '#/components/schemas/b', default: 1}\n    b: {type: integer, default: 2}";
        let default = |version| schema(version, text, |a| a.default().and_then(Node::as_u64));
        assert_eq!(default("3.0.0"), Some(2));
        assert_eq!(default("3.1.0"), Some(1));
    }

    #[test]
    fn what_a_mock_needs_is_there() {
        let text = "
    a:
      enum: [x, y]
      examples: [e]
      format: uuid
      pattern: ^a
      minLength: 2
      readOnly: true
      items: {const: 1}
      additionalProperties: false
      anyOf: [{type: string}, {type: 'null'}]
";
        schema("3.1.0", text, |a| {
            assert_eq!(a.values().len(), 2);
            assert_eq!(a.example().and_then(Node::as_str), Some("e"));
            assert_eq!((a.format(), a.pattern(), a.size("minLength")), (Some("uuid"), Some("^a"), Some(2)));
            assert!(a.flag("readOnly") && a.is_closed() && a.additional_properties().is_none());
            assert_eq!(a.items().unwrap().values()[0].as_u64(), Some(1));
            assert_eq!(a.alternatives()[1].types(), ["null"]);
        });
    }
}
