//! The [Source Description Object](https://spec.openapis.org/arazzo/v1.0.1.html#source-description-object).

use super::fields::{Fields, Reader, Text, UnknownFields};
use crate::diagnostic::Code;
use crate::node::Node;

/// Names a description that the steps use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceDescription {
    /// The name by which expressions refer to it.
    pub name: Text,
    /// Where it is, relative to the description.
    pub url: Text,
    /// What it is; when it is not said, the document tells.
    pub kind: Option<SourceType>,
}

/// What a source description is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    /// An OpenAPI description.
    OpenApi,
    /// Another Arazzo Description.
    Arazzo,
    /// An AsyncAPI description (1.1).
    AsyncApi,
}

impl SourceType {
    /// The specification's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Arazzo => "arazzo",
            Self::AsyncApi => "asyncapi",
        }
    }
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<SourceDescription> {
    let mut fields = Fields::of(node, "a source description", reader)?;
    let name = fields.required_text("name", reader);
    let url = fields.required_text("url", reader);
    let kind = fields.text("type", reader).and_then(|text| read_type(&text, reader));
    fields.finish(UnknownFields::Ignored, reader);
    Some(SourceDescription { name: name?, url: url?, kind })
}

fn read_type(text: &Text, reader: &mut Reader<'_>) -> Option<SourceType> {
    match text.value.as_str() {
        "openapi" => Some(SourceType::OpenApi),
        "arazzo" => Some(SourceType::Arazzo),
        "asyncapi" => Some(SourceType::AsyncApi),
        other => {
            let message = format!("`type: {other}` is no type of a source description");
            let hint = Some("`openapi`, `arazzo` and `asyncapi` are".to_owned());
            reader.error(Code::UnknownValue, text.span, message, hint);
            None
        }
    }
}
