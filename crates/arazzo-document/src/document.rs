//! One file as it was read.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::node::{Data, Node};
use crate::position::Span;
use crate::read::{self, Format, read};
use crate::unread::Outline;

/// A file or URL that was read: its name, its text and the located value in it.
#[derive(Debug)]
pub struct Document {
    /// The name that messages show: a path or a URL.
    pub name: Arc<str>,
    /// Where relative references start.
    pub uri: String,
    /// The text, shared with the values that have yet to be made of it.
    pub text: Arc<String>,
    /// The value in it.
    pub root: Node,
    /// Whether it is known that every `$ref` in it leads into it.
    pub(crate) stands_alone: bool,
}

impl Document {
    /// Reads `text`, which people know as `name` and which lies at `uri`.
    ///
    /// The document is `None` when nothing could be read. Diagnostics may come with or without one; with an error
    /// among them the document must not be run.
    pub fn read(name: &str, uri: &str, text: String) -> (Option<Self>, Vec<Diagnostic>) {
        Self::read_shared(name, uri, Arc::new(text))
    }

    /// Reads like [`Document::read`] a text of which little may be wanted. It is gone through to its end, and everything
    /// that is wrong with it is found, but values are made of it only where somebody looks.
    pub fn open(name: &str, uri: &str, text: String) -> (Option<Self>, Vec<Diagnostic>) {
        let text = Arc::new(text);
        match read::outline(&text, Format::of(name, &text)) {
            Some(Outline { root, refers_elsewhere }) => {
                let (name, uri) = (name.into(), uri.to_owned());
                (Some(Self { name, uri, text, root, stands_alone: !refers_elsewhere }), Vec::new())
            }
            None => Self::read_shared(name, uri, text),
        }
    }

    /// A document with `root` as the value that was read from `text`.
    pub fn new(name: Arc<str>, uri: String, text: String, root: Node) -> Self {
        Self { name, uri, text: Arc::new(text), root, stands_alone: false }
    }

    fn read_shared(name: &str, uri: &str, text: Arc<String>) -> (Option<Self>, Vec<Diagnostic>) {
        let reading = read(&text, Format::of(name, &text));
        let name: Arc<str> = name.into();
        let document = reading.root.map(|root| {
            let (name, uri) = (Arc::clone(&name), uri.to_owned());
            Self { name, uri, text, root, stands_alone: false }
        });
        let diagnostics = reading
            .problems
            .into_iter()
            .map(|problem| {
                let path = document.as_ref().map(|document| document.pointer_at(problem.span));
                let place =
                    Place { file: Arc::clone(&name), span: problem.span, path: path.unwrap_or_default() };
                problem.into_diagnostic(place)
            })
            .collect();
        (document, diagnostics)
    }

    /// The place of `span` in this document.
    pub fn place(&self, span: Span) -> Place {
        Place { file: Arc::clone(&self.name), span, path: self.pointer_at(span) }
    }

    /// The JSON Pointer of what stands at `span`: of the value or key that is exactly there, else of the innermost
    /// value around it.
    pub fn pointer_at(&self, span: Span) -> String {
        let mut pointer = String::new();
        let mut node = &self.root;
        while node.span != span {
            let Some((token, child)) = child_around(node, span) else { break };
            pointer.push('/');
            for character in token.chars() {
                match character {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    other => pointer.push(other),
                }
            }
            node = child;
        }
        pointer
    }
}

/// The member or item of `node` in which `span` starts, with its reference token.
fn child_around(node: &Node, span: Span) -> Option<(Cow<'_, str>, &Node)> {
    let around =
        |outer: Span| outer.start <= span.start && span.start < outer.end.max(outer.start.next_column());
    match &node.data {
        Data::Object(members) => members
            .iter()
            .find(|member| around(member.key_span) || around(member.value.span))
            .map(|member| (Cow::from(&member.key), &member.value)),
        Data::Array(items) => items
            .iter()
            .enumerate()
            .find(|(_, item)| around(item.span))
            .map(|(index, item)| (index.to_string().into(), item)),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        let (document, diagnostics) = Document::read("test.yml", "test.yml", text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        document.unwrap()
    }

    #[test]
    fn a_value_knows_its_pointer() {
        let document = document("a:\n- b/c: 1\n  d: [x, y]\n");
        let of = |pointer: &str| document.pointer_at(document.root.pointer(pointer).unwrap().span);
        assert_eq!(of("/a/0/d/1"), "/a/0/d/1");
        assert_eq!(of("/a/0/b~1c"), "/a/0/b~1c");
        assert_eq!(of("/a"), "/a");
        assert_eq!(of(""), "");
    }

    #[test]
    fn a_key_has_the_pointer_of_its_value() {
        let document = document("a:\n  b: 1\n");
        let member = document.root.get("a").unwrap().member("b").unwrap();
        assert_eq!(document.pointer_at(member.key_span), "/a/b");
    }
}
