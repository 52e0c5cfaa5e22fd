//! The [Request Body Object](https://spec.openapis.org/arazzo/v1.0.1.html#request-body-object).

use super::fields::{Fields, Reader, Text, UnknownFields};
use crate::node::Node;
use crate::position::Span;

/// The body that a step sends.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RequestBody {
    /// The media type; when it is not said, the operation tells.
    pub content_type: Option<Text>,
    /// The body, constants and expressions.
    pub payload: Option<Node>,
    /// Values set in the payload before it is sent.
    pub replacements: Vec<Replacement>,
    /// Where it stands.
    pub span: Span,
}

/// A [Payload Replacement Object](https://spec.openapis.org/arazzo/v1.0.1.html#payload-replacement-object).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Replacement {
    /// A JSON Pointer, JSONPath or XPath into the payload.
    pub target: Text,
    /// The language of the target (1.1).
    pub target_selector: Option<Node>,
    /// What is set there.
    pub value: Node,
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<RequestBody> {
    let mut fields = Fields::of(node, "a request body", reader)?;
    let body = RequestBody {
        content_type: fields.text("contentType", reader),
        payload: fields.take("payload").cloned(),
        replacements: fields.list("replacements", reader, read_replacement),
        span: fields.span(),
    };
    fields.finish(UnknownFields::Refused, reader);
    Some(body)
}

fn read_replacement<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Replacement> {
    let mut fields = Fields::of(node, "a replacement", reader)?;
    let target = fields.required_text("target", reader);
    let target_selector = fields.take_1_1("targetSelectorType", reader).cloned();
    let value = fields.required("value", reader).cloned();
    fields.finish(UnknownFields::Refused, reader);
    Some(Replacement { target: target?, target_selector, value: value? })
}
