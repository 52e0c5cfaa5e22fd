//! The [Success Action](https://spec.openapis.org/arazzo/v1.0.1.html#success-action-object) and
//! [Failure Action](https://spec.openapis.org/arazzo/v1.0.1.html#failure-action-object) Objects.

use std::time::Duration;

use super::criterion::{self, Criterion};
use super::fields::{Fields, Located, Reader, Text, UnknownFields};
use super::parameter::{self, Entry, Parameter};
use crate::diagnostic::Code;
use crate::node::{Data, Node};
use crate::position::Span;

/// What may happen after a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Action {
    /// Its name.
    pub name: Text,
    /// What it does.
    pub kind: Located<ActionKind>,
    /// The step to go to, or to run before a retry.
    pub step_id: Option<Text>,
    /// The workflow to go to, or to run before a retry.
    pub workflow_id: Option<Text>,
    /// How long to wait before a retry.
    pub retry_after: Option<Located<Duration>>,
    /// How many retries there may be; when it is not said, one.
    pub retry_limit: Option<Located<u32>>,
    /// What has to hold for the action to be taken.
    pub criteria: Vec<Criterion>,
    /// What is passed to the workflow (1.1).
    pub parameters: Vec<Entry<Parameter>>,
    /// Where it stands.
    pub span: Span,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// The workflow ends.
    End,
    /// The workflow goes on at another step or in another workflow.
    Goto,
    /// The step is tried again.
    Retry,
}

pub(super) fn read_entry<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Entry<Action>> {
    match parameter::read_reusable(node, reader) {
        Some(reusable) => Some(Entry::Reference(reusable)),
        None => read(node, reader).map(Entry::Inline),
    }
}

pub(super) fn read<'a>(node: &'a Node, reader: &mut Reader<'a>) -> Option<Action> {
    let mut fields = Fields::of_referable(node, "an action", reader)?;
    let span = fields.span();
    let name = fields.required_text("name", reader);
    let kind = fields.required_text("type", reader).and_then(|text| read_kind(&text, reader));
    let action = Action {
        name: name.unwrap_or_else(|| Text { value: String::new(), span }),
        kind: kind.unwrap_or(Located { value: ActionKind::End, span }),
        step_id: fields.text("stepId", reader),
        workflow_id: fields.text("workflowId", reader),
        retry_after: fields.take("retryAfter").and_then(|node| read_retry_after(node, reader)),
        retry_limit: fields.take("retryLimit").and_then(|node| read_retry_limit(node, reader)),
        criteria: criterion::read_list(&mut fields, "criteria", reader),
        parameters: read_parameters(&mut fields, node, reader),
        span,
    };
    fields.finish(UnknownFields::Refused, reader);
    check_target(&action, reader);
    kind.map(|_| action)
}

/// The parameters of an action are inputs of the workflow that it goes to, so they have no place (1.1).
fn read_parameters<'a>(
    fields: &mut Fields<'a>,
    node: &'a Node,
    reader: &mut Reader<'a>,
) -> Vec<Entry<Parameter>> {
    if let Some(written) = node.member("parameters") {
        reader.since_1_1("`parameters` of an action", written.key_span);
    }
    let parameters = fields.list("parameters", reader, parameter::read_entry);
    for entry in &parameters {
        if let Entry::Inline(Parameter { name, location: Some(location), .. }) = entry {
            let message = format!("parameter `{}` of an action has `in`", name.value);
            let hint = Some("remove it: the parameter is an input of the workflow".to_owned());
            reader.error(Code::UnknownField, location.span, message, hint);
        }
    }
    parameters
}

fn read_kind(text: &Text, reader: &mut Reader<'_>) -> Option<Located<ActionKind>> {
    let value = match text.value.as_str() {
        "end" => ActionKind::End,
        "goto" => ActionKind::Goto,
        "retry" => ActionKind::Retry,
        other => {
            let message = format!("`type: {other}` is no type of an action");
            let hint = Some("`end`, `goto` and `retry` are".to_owned());
            reader.error(Code::UnknownValue, text.span, message, hint);
            return None;
        }
    };
    Some(Located { value, span: text.span })
}

/// A `goto` has exactly one target, a `retry` at most one.
fn check_target(action: &Action, reader: &mut Reader<'_>) {
    let wrong = match (action.kind.value, &action.step_id, &action.workflow_id) {
        (ActionKind::Goto | ActionKind::Retry, Some(_), Some(second)) => {
            Some((second.span, "both `stepId` and"))
        }
        (ActionKind::Goto, None, None) => Some((action.span.first_line(), "neither `stepId` nor")),
        (ActionKind::Goto | ActionKind::Retry | ActionKind::End, _, _) => None,
    };
    if let Some((span, found)) = wrong {
        let message = format!("action `{}` has {found} `workflowId`", action.name.value);
        reader.error(Code::ActionTarget, span, message, Some("it goes to exactly one target".to_owned()));
    }
}

fn read_retry_after(node: &Node, reader: &mut Reader<'_>) -> Option<Located<Duration>> {
    let duration = match &node.data {
        Data::Number(number) => number.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        Data::Null | Data::Bool(_) | Data::String(_) | Data::Array(_) | Data::Object(_) => None,
    };
    if duration.is_none() {
        let message = "`retryAfter` must be a number of seconds, 0 or more".to_owned();
        reader.error(Code::WrongType, node.span, message, None);
    }
    Some(Located { value: duration?, span: node.span })
}

fn read_retry_limit(node: &Node, reader: &mut Reader<'_>) -> Option<Located<u32>> {
    let limit = node.as_u64();
    if limit.is_none() {
        let message = "`retryLimit` must be a whole number, 0 or more".to_owned();
        reader.error(Code::WrongType, node.span, message, None);
    }
    Some(Located { value: u32::try_from(limit?).unwrap_or(u32::MAX), span: node.span })
}
