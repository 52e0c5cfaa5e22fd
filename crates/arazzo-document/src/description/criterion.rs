//! The [Criterion Object](https://spec.openapis.org/arazzo/v1.0.1.html#criterion-object).

use super::fields::{Fields, Reader, Text, UnknownFields};
use crate::diagnostic::Code;
use crate::node::{Data, Node};
use crate::position::Span;

/// A condition, with what is needed to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Criterion {
    /// The condition.
    pub condition: Text,
    /// The expression whose value the condition is applied to.
    pub context: Option<Text>,
    /// The language of the condition; when it is not said, `simple`.
    pub kind: Option<CriterionType>,
    /// Where it stands.
    pub span: Span,
}

/// The language of a condition, with the version that an
/// [Expression Type Object](https://spec.openapis.org/arazzo/v1.1.0.html#expression-type-object) names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CriterionType {
    /// `simple`, `regex`, `jsonpath` or `xpath`.
    pub name: Text,
    /// The version of the language.
    pub version: Option<Text>,
}

pub(super) fn read_list<'a>(
    fields: &mut Fields<'a>,
    name: &'static str,
    reader: &mut Reader<'a>,
) -> Vec<Criterion> {
    fields.list(name, reader, read)
}

fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Criterion> {
    let mut fields = Fields::of(node, "a criterion", reader)?;
    let condition = fields.required_text("condition", reader);
    let context = fields.text("context", reader);
    let mut kind = fields.take("type").and_then(|node| read_type(node, reader));
    // Written flat by the older schemas, nested by the prose: both are read.
    if let (Some(version), Some(kind)) = (fields.text("version", reader), kind.as_mut()) {
        kind.version = Some(version);
    }
    let span = fields.span();
    fields.finish(UnknownFields::Refused, reader);
    Some(Criterion { condition: condition?, context, kind, span })
}

fn read_type<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<CriterionType> {
    match &node.data {
        Data::Object(_) => {
            let mut fields = Fields::of(node, "an expression type", reader)?;
            let name = fields.required_text("type", reader);
            let version = fields.required_text("version", reader);
            fields.finish(UnknownFields::Refused, reader);
            Some(CriterionType { name: name?, version })
        }
        Data::String(name) => {
            let name = Text { value: name.clone(), span: node.span };
            Some(CriterionType { name, version: None })
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Array(_) => {
            let message = format!("`type` must be a string or an object, not {}", node.type_name());
            reader.error(Code::WrongType, node.span, message, None);
            None
        }
    }
}
