//! Following `$ref`.
//!
//! See the [Reference Object](https://spec.openapis.org/oas/v3.1.1.html#reference-object). References are followed
//! into every document that was supplied; one into another document is a named problem.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::files::{Files, Target};
use crate::diagnostic::Code;
use crate::document::Document;
use crate::node::Node;

/// A reference may lead to a reference so many times.
const MAX_HOPS: usize = 32;

/// Follows the references of one description.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolver<'a> {
    files: &'a Files,
}

/// A reference that cannot be followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken<'a> {
    /// The value of `$ref`.
    pub(super) node: &'a Node,
    why: Why<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Why<'a> {
    Nowhere,
    Elsewhere,
    Unreadable(&'a str),
    Refused(&'static str),
    Circle,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(files: &'a Files) -> Self {
        Self { files }
    }

    /// What `node` means: itself, or what its reference leads to in the end.
    pub(super) fn follow(&self, node: &'a Node) -> Result<&'a Node, Broken<'a>> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            let Some(reference) = reference_of(node) else { return Ok(node) };
            node = self.step(reference)?;
        }
        match reference_of(node) {
            None => Ok(node),
            Some(reference) => Err(Broken { node: reference, why: Why::Circle }),
        }
    }

    /// What the value of one `$ref` leads to, which may have a `$ref` itself.
    pub(super) fn step(&self, reference: &'a Node) -> Result<&'a Node, Broken<'a>> {
        let broken = |why| Broken { node: reference, why };
        let root = match self.files.target(reference) {
            Target::Document(document) => &document.root,
            Target::Absent => return Err(broken(Why::Elsewhere)),
            Target::Unreadable(fact) => return Err(broken(Why::Unreadable(fact))),
            Target::Refused(fact) => return Err(broken(Why::Refused(fact))),
        };
        let text = reference.as_str().unwrap_or_default();
        let pointer = text.split_once('#').map_or("", |(_, pointer)| pointer);
        root.pointer(&percent_decoded(pointer)).ok_or(broken(Why::Nowhere))
    }

    /// The document that one `$ref` leads into.
    pub(super) fn document_of(&self, reference: &'a Node) -> Option<&'a Document> {
        match self.files.target(reference) {
            Target::Document(document) => Some(document),
            Target::Absent | Target::Unreadable(_) | Target::Refused(_) => None,
        }
    }
}

impl Broken<'_> {
    pub(super) fn code(&self) -> Code {
        match self.why {
            Why::Nowhere => Code::UnresolvedReference,
            Why::Elsewhere | Why::Refused(_) => Code::Unsupported,
            Why::Unreadable(_) => Code::UnreadableSource,
            Why::Circle => Code::CircularReference,
        }
    }

    pub(super) fn message(&self) -> String {
        let text = self.node.as_str().unwrap_or_default();
        match self.why {
            Why::Nowhere => format!("`$ref: {text}` leads nowhere"),
            Why::Elsewhere => format!("`$ref: {text}` leads into another document, which is not there"),
            Why::Unreadable(fact) | Why::Refused(fact) => {
                format!("`$ref: {text}` leads into another document, which {fact}")
            }
            Why::Circle => format!("`$ref: {text}` leads back to itself"),
        }
    }

    pub(super) fn hint(&self) -> Option<&'static str> {
        match self.why {
            Why::Nowhere if self.node.as_str().is_some_and(|text| text.contains("#/")) => None,
            Why::Nowhere => Some("a reference looks like `#/components/schemas/<name>`"),
            Why::Elsewhere | Why::Refused(_) => Some("bundle the description into one document"),
            Why::Unreadable(_) | Why::Circle => None,
        }
    }
}

/// The value of `$ref`, if `node` is a reference.
pub(super) fn reference_of(node: &Node) -> Option<&Node> {
    node.get("$ref").filter(|reference| reference.as_str().is_some())
}

/// The text with percent-encoded characters put back.
pub(super) fn percent_decoded(text: &str) -> Cow<'_, str> {
    // The decoder goes through a text byte by byte, and hardly any reference has something for it.
    if text.contains('%') { percent_decode_str(text).decode_utf8_lossy() } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;

    fn code(yaml: &str) -> Result<Option<String>, Code> {
        let api = openapi(&format!("openapi: 3.1.0\n{yaml}"));
        let node = api.document().root.get("a").unwrap();
        let resolver = api.resolver();
        resolver.follow(node).map(|node| node.as_str().map(str::to_owned)).map_err(|broken| broken.code())
    }

    #[test]
    fn a_reference_leads_on_until_there_is_a_value() {
        assert_eq!(
            code("a: {$ref: '#/b'}\nb: {$ref: '#/c~1d%7B%7D'}\n'c/d{}': x\n"),
            Ok(Some("x".to_owned()))
        );
        assert_eq!(code("a: x"), Ok(Some("x".to_owned())));
        assert_eq!(code("a: {$ref: 3}"), Ok(None));
    }

    #[test]
    fn a_reference_that_cannot_be_followed_says_why() {
        assert_eq!(code("a: {$ref: '#/b'}"), Err(Code::UnresolvedReference));
        assert_eq!(code("a: {$ref: '#name'}"), Err(Code::UnresolvedReference));
        assert_eq!(code("a: {$ref: 'other.yml#/b'}"), Err(Code::Unsupported));
        assert_eq!(code("a: {$ref: '#/a'}"), Err(Code::CircularReference));
        assert_eq!(code("a: {$ref: '#/b'}\nb: {$ref: '#/a'}"), Err(Code::CircularReference));
    }
}
