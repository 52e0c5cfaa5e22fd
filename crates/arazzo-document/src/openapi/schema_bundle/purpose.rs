//! What only one side has: properties that are [`readOnly`](https://spec.openapis.org/oas/v3.0.4.html#schema-object)
//! need not be in a request, those that are `writeOnly` not in a response.

use std::collections::HashSet;

use serde_json::Value;

use super::super::OpenApi;
use super::super::reference::reference_of;
use super::super::schema::Schema;
use super::Bundler;
use crate::node::Node;

/// So many schemas are looked at to know which properties of a value are `readOnly` or `writeOnly`.
const MAX_PARTS: usize = 500;

/// What a schema is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::openapi) enum Purpose {
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

/// All that applies to one value.
pub(super) struct Whole<'a> {
    pub(super) schema: &'a Node,
    pub(super) one_sided: Option<HashSet<&'a str>>,
}

impl<'a> Bundler<'a> {
    /// The names in `required`, each once; without those that only the other side has.
    pub(super) fn required(&mut self, names: &'a [Node]) -> Value {
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
}

/// Whether a property has `readOnly` or `writeOnly`, also beside a reference.
fn has_flag(openapi: &OpenApi, node: &Node, flag: &str) -> bool {
    let beside = node.get(flag).and_then(Node::as_bool) == Some(true);
    beside || Schema::new(openapi, node).flag(flag)
}
