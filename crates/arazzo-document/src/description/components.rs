//! The [Components Object](https://spec.openapis.org/arazzo/v1.0.1.html#components-object).

use super::action::{self, Action};
use super::fields::{Fields, Reader, Text, UnknownFields};
use super::parameter::{self, Parameter};
use crate::diagnostic::Code;
use crate::node::Node;

/// What the workflows of this document, and only of this one, may refer to.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Components {
    /// JSON Schemas of inputs.
    pub inputs: Vec<(Text, Node)>,
    /// Parameters.
    pub parameters: Vec<(Text, Parameter)>,
    /// Success actions.
    pub success_actions: Vec<(Text, Action)>,
    /// Failure actions.
    pub failure_actions: Vec<(Text, Action)>,
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Components {
    let Some(mut fields) = Fields::of(node, "`components`", reader) else { return Components::default() };
    let components = Components {
        inputs: fields.map("inputs", reader, |node, _| Some(node.clone())),
        parameters: fields.map("parameters", reader, parameter::read),
        success_actions: fields.map("successActions", reader, action::read),
        failure_actions: fields.map("failureActions", reader, action::read),
    };
    for name in names(&components) {
        check_name(name, reader);
    }
    fields.finish(UnknownFields::Ignored, reader);
    components
}

/// The names of all components.
fn names(components: &Components) -> impl Iterator<Item = &Text> {
    let inputs = components.inputs.iter().map(|(name, _)| name);
    let parameters = components.parameters.iter().map(|(name, _)| name);
    let success = components.success_actions.iter().map(|(name, _)| name);
    let failure = components.failure_actions.iter().map(|(name, _)| name);
    inputs.chain(parameters).chain(success).chain(failure)
}

fn check_name(name: &Text, reader: &mut Reader<'_>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if name.value.is_empty() || !name.value.chars().all(fits) {
        let message = format!("`{}` is no name for a component", name.value);
        let hint = Some("use letters, digits, `.`, `-` and `_`".to_owned());
        reader.error(Code::InvalidName, name.span, message, hint);
    }
}
