//! Whether a value that a [schema](https://spec.openapis.org/oas/v3.1.1.html#schema-object) describes can have
//! something at a JSON Pointer.
//!
//! A schema without `additionalProperties` allows members that it does not name, but who describes some members means
//! them all. So only `additionalProperties`, and whatever else may add members, makes a schema open.

use arazzo_document::openapi::Schema;

/// So many schemas are looked at for one pointer; alternatives inside of alternatives multiply.
const MAX_SCHEMAS: usize = 500;

/// A search for a place in the values that several schemas describe.
#[derive(Default)]
pub(super) struct Search<'a> {
    looked_at: usize,
    /// The place that is missing furthest on: the token's index, and what stands beside it.
    missing: usize,
    names: Vec<&'a str>,
}

/// What a schema says of a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It can be there.
    Yes,
    /// It cannot.
    No,
    /// Nothing is said.
    Open,
}

impl<'a> Search<'a> {
    /// Whether a value can have something at `tokens`.
    pub(super) fn look(&mut self, schema: Schema<'a>, tokens: &[String]) -> Found {
        self.look_at(schema, tokens, 0)
    }

    /// The token at which no schema goes on, and the names that are there instead.
    pub(super) fn missing(&self) -> (usize, &[&'a str]) {
        (self.missing, &self.names)
    }

    fn look_at(&mut self, schema: Schema<'a>, tokens: &[String], at: usize) -> Found {
        let Some(token) = tokens.get(at) else { return Found::Yes };
        self.looked_at += 1;
        if self.looked_at > MAX_SCHEMAS || !schema.is_known() || is_open(&schema) {
            return Found::Yes;
        }
        let own = self.own(schema, token, tokens, at);
        if own == Found::Yes {
            return own;
        }
        let mut branches = schema.branches().into_iter();
        let mut all_refuse = true;
        let mut any = false;
        for branch in &mut branches {
            any = true;
            match self.look_at(branch, tokens, at) {
                Found::Yes => return Found::Yes,
                Found::Open => all_refuse = false,
                Found::No => {}
            }
        }
        match own {
            Found::Open if any && all_refuse => Found::No,
            Found::Yes | Found::No | Found::Open => own,
        }
    }

    /// What the schema itself says, without its alternatives.
    fn own(&mut self, schema: Schema<'a>, token: &str, tokens: &[String], at: usize) -> Found {
        if let Some(property) = schema.property(token) {
            return self.look_at(property, tokens, at + 1);
        }
        if let Some(additional) = schema.additional_properties() {
            return self.look_at(additional, tokens, at + 1);
        }
        let is_index = token == "-" || token.bytes().all(|byte| byte.is_ascii_digit());
        if is_index {
            if let Some(items) = schema.items() {
                return self.look_at(items, tokens, at + 1);
            }
            if schema.keyword("items").is_some() || schema.keyword("prefixItems").is_some() {
                return Found::Yes;
            }
        }
        let types = schema.types();
        let allows = |name: &str| types.is_empty() || types.contains(&name);
        let properties = schema.properties();
        let describes_members = !properties.is_empty() || schema.is_closed();
        let describes_items = schema.items().is_some();
        let no_object = !allows("object") || describes_members;
        let no_array = !allows("array") || !is_index;
        let says_something = !types.is_empty() || describes_members || describes_items;
        if no_object && no_array && says_something || (describes_items && types.is_empty() && !is_index) {
            self.note(at, properties.iter().map(|(name, _)| *name));
            return Found::No;
        }
        Found::Open
    }

    fn note(&mut self, at: usize, names: impl Iterator<Item = &'a str>) {
        if at > self.missing {
            self.missing = at;
            self.names.clear();
        }
        if at == self.missing {
            self.names.extend(names);
        }
    }
}

/// Whether it may have members that it does not name.
fn is_open(schema: &Schema<'_>) -> bool {
    let open = schema.keyword("additionalProperties").is_some_and(|node| node.as_bool() == Some(true));
    let others =
        ["patternProperties", "discriminator", "unevaluatedProperties", "$dynamicRef", "$recursiveRef"];
    open || others.iter().any(|keyword| schema.keyword(keyword).is_some())
}
