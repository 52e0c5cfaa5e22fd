//! The [Parameter Object](https://spec.openapis.org/arazzo/v1.0.1.html#parameter-object) and the
//! [Reusable Object](https://spec.openapis.org/arazzo/v1.0.1.html#reusable-object).

use super::fields::{Fields, Located, Reader, Text, UnknownFields};
use crate::diagnostic::Code;
use crate::node::Node;

/// An object written in place or a reference to one of the components.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry<T> {
    /// The object itself.
    Inline(T),
    /// A reference to one of the components.
    Reference(Reusable),
}

/// A reference to one of the components.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reusable {
    /// The expression that names the component.
    pub reference: Text,
    /// The value that a referenced parameter gets instead of its own.
    pub value: Option<Node>,
}

/// A value passed to the target of a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// The parameter's name.
    pub name: Text,
    /// Where it goes; not said for the inputs of a workflow.
    pub location: Option<Located<ParameterIn>>,
    /// Its value, a constant or an expression.
    pub value: Node,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterIn {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// The whole query (1.1).
    QueryString,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
}

impl ParameterIn {
    /// The specification's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::QueryString => "querystring",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

pub(super) fn read_entry<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Entry<Parameter>> {
    match read_reusable(node, reader) {
        Some(reusable) => Some(Entry::Reference(reusable)),
        None => read(node, reader).map(Entry::Inline),
    }
}

pub(super) fn read_reusable<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Reusable> {
    node.get("reference")?;
    let mut fields = Fields::of(node, "a reusable object", reader)?;
    let reference = fields.required_text("reference", reader);
    let value = fields.take("value").cloned();
    // “MUST be ignored”, says the prose.
    fields.finish(UnknownFields::AlwaysIgnored, reader);
    Some(Reusable { reference: reference?, value })
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Parameter> {
    let mut fields = Fields::of_referable(node, "a parameter", reader)?;
    let name = fields.required_text("name", reader);
    let place = fields.take("in");
    let location = place.and_then(|node| read_location(&reader.text(node, "`in`")?, reader));
    let value = fields.required("value", reader).cloned();
    fields.finish(UnknownFields::Refused, reader);
    // One whose place could not be read is not one without a place.
    (place.is_none() || location.is_some()).then_some(Parameter { name: name?, location, value: value? })
}

fn read_location(text: &Text, reader: &mut Reader<'_>) -> Option<Located<ParameterIn>> {
    let value = match text.value.as_str() {
        "path" => ParameterIn::Path,
        "query" => ParameterIn::Query,
        "querystring" => {
            reader.since_1_1("`in: querystring`", text.span);
            ParameterIn::QueryString
        }
        "header" => ParameterIn::Header,
        "cookie" => ParameterIn::Cookie,
        other => {
            let message = format!("`in: {other}` is no place for a parameter");
            let hint = match other {
                "body" => "write the body as `requestBody: { payload: … }`",
                _ => "`path`, `query`, `header` and `cookie` are",
            };
            reader.error(Code::UnknownValue, text.span, message, Some(hint.to_owned()));
            return None;
        }
    };
    Some(Located { value, span: text.span })
}
