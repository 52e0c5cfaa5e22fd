//! The [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object).

use super::action::{self, Action};
use super::fields::{Fields, Reader, Text, UnknownFields};
use super::parameter::{self, Entry, Parameter};
use super::step::{self, Output, Step};
use crate::diagnostic::Code;
use crate::node::Node;
use crate::position::Span;

/// Steps that reach one goal.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Workflow {
    /// Its id, unique in the description.
    pub id: Text,
    /// A short summary.
    pub summary: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// The JSON Schema of its inputs.
    pub inputs: Option<Node>,
    /// The workflows that have to be complete before it.
    pub depends_on: Vec<Text>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// Success actions of every step.
    pub success_actions: Vec<Entry<Action>>,
    /// Failure actions of every step.
    pub failure_actions: Vec<Entry<Action>>,
    /// Its outputs.
    pub outputs: Vec<Output>,
    /// Parameters of every step.
    pub parameters: Vec<Entry<Parameter>>,
    /// Where it stands.
    pub span: Span,
}

impl Workflow {
    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id.value == id)
    }
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Workflow> {
    let mut fields = Fields::of(node, "a workflow", reader)?;
    let span = fields.span();
    let id = fields.required_text("workflowId", reader);
    let summary = fields.text("summary", reader).map(|text| text.value);
    let description = fields.text("description", reader).map(|text| text.value);
    let inputs = fields.take("inputs").cloned();
    if let Some(reference) = inputs.as_ref().and_then(|inputs| inputs.member("reference")) {
        let message = "`inputs` is a reusable object, which it cannot be".to_owned();
        let hint = Some("write `$ref: '#/components/inputs/<name>'`".to_owned());
        reader.error(Code::UnknownField, reference.key_span, message, hint);
    }
    let depends_on = fields.list("dependsOn", reader, |item, reader| reader.text(item, "a dependency"));
    if node.get("steps").is_none_or(|steps| steps.as_array().is_some_and(<[Node]>::is_empty)) {
        let hint = Some("add at least one item to `steps`".to_owned());
        reader.error(Code::MissingField, span.first_line(), "a workflow has no steps".to_owned(), hint);
    }
    let workflow = Workflow {
        id: id.unwrap_or_else(|| Text { value: String::new(), span }),
        summary,
        description,
        inputs,
        depends_on,
        steps: fields.list("steps", reader, step::read),
        success_actions: fields.list("successActions", reader, action::read_entry),
        failure_actions: fields.list("failureActions", reader, action::read_entry),
        outputs: step::read_outputs(&mut fields, reader),
        parameters: fields.list("parameters", reader, parameter::read_entry),
        span,
    };
    fields.finish(UnknownFields::Refused, reader);
    Some(workflow)
}
