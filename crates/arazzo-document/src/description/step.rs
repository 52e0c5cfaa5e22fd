//! The [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object) and the outputs of steps and workflows.

use super::SpecVersion;
use super::action::{self, Action};
use super::criterion::{self, Criterion};
use super::fields::{Fields, Located, Reader, Text, UnknownFields};
use super::parameter::{self, Entry, Parameter};
use super::request_body::{self, RequestBody};
use crate::diagnostic::Code;
use crate::node::{Data, Node};
use crate::position::Span;

/// One call of an operation or a workflow.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// Its id, unique in the workflow.
    pub id: Text,
    /// What it does.
    pub description: Option<String>,
    /// What it calls; `None` only when that was reported as an error.
    pub target: Option<Target>,
    /// What is passed to the target.
    pub parameters: Vec<Entry<Parameter>>,
    /// The body that is sent.
    pub request_body: Option<RequestBody>,
    /// What has to hold for the step to be successful.
    pub success_criteria: Vec<Criterion>,
    /// What may happen after success.
    pub on_success: Vec<Entry<Action>>,
    /// What may happen after failure.
    pub on_failure: Vec<Entry<Action>>,
    /// Its outputs.
    pub outputs: Vec<Output>,
    /// How long it may take, in milliseconds (1.1).
    pub timeout: Option<Located<u64>>,
    /// The steps that have to be complete before it (1.1).
    pub depends_on: Vec<Text>,
    /// The places of `action` and `correlationId`, which mean something for AsyncAPI operations only (1.1).
    pub messaging: Vec<Span>,
    /// Where it stands.
    pub span: Span,
}

/// What a step calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An operation by its id.
    OperationId(Text),
    /// An operation by the path to it.
    OperationPath(Text),
    /// A workflow.
    Workflow(Text),
    /// An AsyncAPI channel (1.1).
    Channel(Text),
}

impl Target {
    /// The text that names the target.
    pub fn text(&self) -> &Text {
        match self {
            Self::OperationId(text)
            | Self::OperationPath(text)
            | Self::Workflow(text)
            | Self::Channel(text) => text,
        }
    }
}

/// An output of a step or a workflow.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Output {
    /// Its name.
    pub name: Text,
    /// What it is.
    pub value: OutputValue,
}

/// What an output is.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputValue {
    /// The value of a runtime expression.
    Expression(Text),
    /// What a [Selector Object](https://spec.openapis.org/arazzo/v1.1.0.html#selector-object) selects (1.1).
    Selector(Node),
    /// Nothing: what was written there was reported as an error.
    Refused,
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Step> {
    let mut fields = Fields::of_referable(node, "a step", reader)?;
    let span = fields.span();
    let id = fields.required_text("stepId", reader);
    let step = Step {
        id: id.unwrap_or_else(|| Text { value: String::new(), span }),
        description: fields.text("description", reader).map(|text| text.value),
        target: read_target(&mut fields, reader),
        parameters: fields.list("parameters", reader, parameter::read_entry),
        request_body: fields.take("requestBody").and_then(|node| request_body::read(node, reader)),
        success_criteria: read_success_criteria(&mut fields, node, reader),
        on_success: fields.list("onSuccess", reader, action::read_entry),
        on_failure: fields.list("onFailure", reader, action::read_entry),
        outputs: read_outputs(&mut fields, reader),
        timeout: fields.take_1_1("timeout", reader).and_then(|node| read_timeout(node, reader)),
        depends_on: read_depends_on(&mut fields, node, reader),
        messaging: ["action", "correlationId"]
            .into_iter()
            .filter_map(|name| Some(fields.take(name)?.span))
            .collect(),
        span,
    };
    if let (Some(Target::Workflow(_)), Some(span)) = (&step.target, step.messaging.first()) {
        let message = "a step that calls a workflow has `action` or `correlationId`".to_owned();
        reader.error(Code::UnknownField, *span, message, Some("remove it".to_owned()));
    }
    fields.finish(UnknownFields::Refused, reader);
    Some(step)
}

fn read_target<'a>(fields: &mut Fields<'a>, reader: &mut Reader<'a>) -> Option<Target> {
    let mut targets: Vec<Target> = [
        fields.text("operationId", reader).map(Target::OperationId),
        fields.text("operationPath", reader).map(Target::OperationPath),
        fields.text("workflowId", reader).map(Target::Workflow),
        fields
            .take_1_1("channelPath", reader)
            .and_then(|node| reader.text(node, "`channelPath`"))
            .map(Target::Channel),
    ]
    .into_iter()
    .flatten()
    .collect();
    if targets.len() == 1 {
        return targets.pop();
    }
    if fields.is_reference() {
        return None;
    }
    let (span, found) = match targets.get(1) {
        Some(second) => (second.text().span, "more than one of"),
        None => (fields.span().first_line(), "none of"),
    };
    let message =
        format!("a step has {found} `operationId`, `operationPath`, `workflowId` and `channelPath`");
    reader.error(Code::StepTarget, span, message, Some("a step calls exactly one target".to_owned()));
    None
}

fn read_success_criteria<'a>(
    fields: &mut Fields<'a>,
    node: &'a Node,
    reader: &mut Reader<'a>,
) -> Vec<Criterion> {
    let written = node.get("successCriteria");
    if let Some(empty) = written.filter(|node| node.as_array().is_some_and(<[Node]>::is_empty))
        && reader.version >= SpecVersion::V1_1
    {
        let message = "`successCriteria` is empty".to_owned();
        let hint = Some("give at least one criterion, or leave the field out".to_owned());
        reader.error(Code::MissingField, empty.span, message, hint);
    }
    criterion::read_list(fields, "successCriteria", reader)
}

fn read_depends_on<'a>(fields: &mut Fields<'a>, node: &'a Node, reader: &mut Reader<'a>) -> Vec<Text> {
    if let Some(written) = node.member("dependsOn") {
        reader.since_1_1("`dependsOn` of a step", written.key_span);
    }
    let list = fields.list("dependsOn", reader, |item, reader| reader.text(item, "a dependency"));
    for (index, step) in list.iter().enumerate() {
        if list.iter().take(index).any(|earlier| earlier.value == step.value) {
            let message = format!("`dependsOn` has `{}` twice", step.value);
            reader.error(Code::DuplicateId, step.span, message, Some("remove one of them".to_owned()));
        }
    }
    list
}

fn read_timeout(node: &Node, reader: &mut Reader<'_>) -> Option<Located<u64>> {
    let milliseconds = node.as_u64();
    if milliseconds.is_none() {
        let message = "`timeout` must be a whole number of milliseconds, 0 or more".to_owned();
        reader.error(Code::WrongType, node.span, message, None);
    }
    Some(Located { value: milliseconds?, span: node.span })
}

pub(super) fn read_outputs<'a>(fields: &mut Fields<'a>, reader: &mut Reader<'a>) -> Vec<Output> {
    fields
        .map("outputs", reader, |node, reader| match &node.data {
            Data::Object(_) => {
                reader.since_1_1("a selector object", node.span.first_line());
                Some(OutputValue::Selector(node.clone()))
            }
            Data::String(value) => {
                Some(OutputValue::Expression(Text { value: value.clone(), span: node.span }))
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Array(_) => {
                let message = format!("an output must be a string, not {}", node.type_name());
                let hint =
                    "an output is taken from an expression such as `$response.body#/…`; a constant is none";
                reader.error(Code::WrongType, node.span, message, Some(hint.to_owned()));
                Some(OutputValue::Refused)
            }
        })
        .into_iter()
        .map(|(name, value)| Output { name, value })
        .collect()
}
