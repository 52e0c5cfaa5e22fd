//! The Arazzo Description as a model: what was written, with the place of everything that can be wrong.
//!
//! See the [Arazzo Description](https://spec.openapis.org/arazzo/v1.0.1.html#arazzo-specification-object). The model
//! follows the specification's objects one to one and decides nothing: whether a reference leads somewhere and
//! whether an expression can be parsed is said by those who need to know.

mod action;
mod components;
mod criterion;
mod fields;
mod parameter;
mod request_body;
mod source;
mod step;
mod workflow;

pub use action::{Action, ActionKind};
pub use components::Components;
pub use criterion::{Criterion, CriterionType};
pub use fields::{Located, Text};
pub use parameter::{Entry, Parameter, ParameterIn, Reusable};
pub use request_body::{Replacement, RequestBody};
pub use source::{SourceDescription, SourceType};
pub use step::{Output, OutputValue, Step, Target};
pub use workflow::Workflow;

use arazzo_expression::Mode;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::node::Node;
use fields::{Fields, Reader, UnknownFields};

/// The version of the specification that a description follows. The patch number changes nothing.
///
/// See [Versions](https://spec.openapis.org/arazzo/v1.0.1.html#versions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpecVersion {
    /// 1.0.x
    V1_0,
    /// 1.1.x
    V1_1,
}

/// An Arazzo Description.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Description {
    /// The version it follows.
    pub version: SpecVersion,
    /// `$self`, the description's own URI (1.1).
    pub self_uri: Option<Text>,
    /// The [Info Object](https://spec.openapis.org/arazzo/v1.0.1.html#info-object).
    pub info: Info,
    /// The descriptions of APIs and workflows that the steps use.
    pub sources: Vec<SourceDescription>,
    /// The workflows.
    pub workflows: Vec<Workflow>,
    /// What the workflows may refer to.
    pub components: Components,
}

/// The [Info Object](https://spec.openapis.org/arazzo/v1.0.1.html#info-object).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Info {
    /// The title.
    pub title: String,
    /// The version of the description.
    pub version: String,
    /// A short summary.
    pub summary: Option<String>,
    /// What the workflows are for.
    pub description: Option<String>,
}

impl Description {
    /// Reads the model out of a document, as far as it goes, with everything that is wrong with its structure.
    ///
    /// The model is `None` when the document is no Arazzo Description of a known version.
    pub fn read(document: &Document, mode: Mode) -> (Option<Self>, Vec<Diagnostic>) {
        let mut reader = Reader::new(document, mode);
        let description = read_description(&document.root, &mut reader);
        (description, reader.diagnostics)
    }

    /// The workflow with this id.
    pub fn workflow(&self, id: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.id.value == id)
    }
}

fn read_description<'a>(root: &'a Node, reader: &mut Reader<'a>) -> Option<Description> {
    let mut fields = Fields::of(root, "the description", reader)?;
    let version = read_version(fields.required("arazzo", reader)?, reader)?;
    reader.version = version;
    // A hint for editors that many documents carry (tolerance T14).
    fields.take("$schema");
    let self_uri = read_self(&mut fields, reader);
    let info = fields.required("info", reader).map(|node| read_info(node, reader)).unwrap_or_default();
    require_items(&fields, root, "sourceDescriptions", reader);
    let sources = fields.list("sourceDescriptions", reader, source::read);
    require_items(&fields, root, "workflows", reader);
    let workflows = fields.list("workflows", reader, workflow::read);
    let components = fields.take("components").map(|node| components::read(node, reader)).unwrap_or_default();
    fields.finish(UnknownFields::Refused, reader);
    Some(Description { version, self_uri, info, sources, workflows, components })
}

/// Reports an array that the specification wants to be there with at least one item.
fn require_items<'a>(fields: &Fields<'a>, root: &'a Node, name: &'static str, reader: &mut Reader<'a>) {
    let span = match root.get(name) {
        Some(node) if node.as_array().is_none_or(|items| !items.is_empty()) => return,
        Some(node) => node.span,
        None => fields.span().first_line(),
    };
    let hint = Some(format!("the specification requires at least one item in `{name}`"));
    reader.error(Code::MissingField, span, format!("the description has no `{name}`"), hint);
}

fn read_version(node: &Node, reader: &mut Reader<'_>) -> Option<SpecVersion> {
    let text = reader.text(node, "`arazzo`")?;
    let (numbers, _suffix) = text.value.split_once('-').unwrap_or((&text.value, ""));
    let mut parts = numbers.splitn(3, '.');
    let is_number = |patch: &str| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
    let version = match (parts.next(), parts.next(), parts.next()) {
        (Some("1"), Some("0"), Some(patch)) if is_number(patch) => Some(SpecVersion::V1_0),
        (Some("1"), Some("1"), Some(patch)) if is_number(patch) => Some(SpecVersion::V1_1),
        _ => None,
    };
    if version.is_none() {
        let message = format!("`arazzo: {}` is no version that can be read here", text.value);
        let hint = Some("versions 1.0.x and 1.1.x are".to_owned());
        reader.error(Code::UnsupportedVersion, text.span, message, hint);
    }
    version
}

fn read_self<'a>(fields: &mut Fields<'a>, reader: &mut Reader<'a>) -> Option<Text> {
    let node = fields.take_1_1("$self", reader)?;
    let text = reader.text(node, "`$self`")?;
    if text.value.contains('#') {
        let message = format!("`$self: {}` has a fragment", text.value);
        let hint = Some("it names the whole document: leave out `#` and what follows".to_owned());
        reader.error(Code::UnknownValue, text.span, message, hint);
    }
    Some(text)
}

fn read_info<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Info {
    let Some(mut fields) = Fields::of(node, "`info`", reader) else { return Info::default() };
    let value = |text: Option<Text>| text.map(|text| text.value);
    let info = Info {
        title: value(fields.required_text("title", reader)).unwrap_or_default(),
        version: value(fields.required_text("version", reader)).unwrap_or_default(),
        summary: value(fields.text("summary", reader)),
        description: value(fields.text("description", reader)),
    };
    fields.finish(UnknownFields::Ignored, reader);
    info
}
