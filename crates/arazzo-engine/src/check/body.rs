//! The body that a step sends, against the body that its operation takes.
//!
//! See the [Request Body Object](https://spec.openapis.org/arazzo/v1.0.1.html#request-body-object).

use std::collections::{HashMap, HashSet};

use arazzo_document::description::RequestBody;
use arazzo_document::openapi::Schema;
use arazzo_document::{Code, Data, Diagnostic, Member, Node, Span, nearest};
use arazzo_expression::Template;
use serde_json::Value;

use super::Findings;
use super::literal::{plain, refusal};
use super::subject::Subject;
use crate::plan::{BodyKind, BodyPlan, OperationCall, ValueTemplate};
use crate::secret::is_secret_name;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (step, call) in subject.calls() {
        let (Some(written), Some(plan)) = (&step.request_body, &call.body) else { continue };
        let label = call.operation.label();
        let Some(declared) = call.operation.view().request_body() else {
            let message = format!("operation `{label}` takes no body");
            let place = subject.place(written.span.first_line());
            let hint = "remove `requestBody`, or look whether another operation is meant";
            findings.add(
                Diagnostic::warning(Code::UnexpectedBody, message, place)
                    .with_hint(hint)
                    .with_related(call.operation.view().place(), "the operation"),
            );
            continue;
        };
        let Some(media_type) = declared.media_type(&plan.content_type) else {
            undeclared(subject, written, plan, &declared.media_types(), call, findings);
            continue;
        };
        let (Some(schema), Some(payload)) = (media_type.schema(), &written.payload) else { continue };
        let as_text = match plan.kind {
            BodyKind::Json => false,
            BodyKind::Form | BodyKind::Multipart => true,
            BodyKind::Text => continue,
        };
        let complete = plan.replacements.is_empty();
        let mut payload_check = Payload { subject, label, call, as_text, complete, name: "", findings };
        payload_check.value(payload, Some(&plan.payload), schema, String::new(), 0);
    }
}

fn undeclared(
    subject: &Subject<'_>,
    written: &RequestBody,
    plan: &BodyPlan,
    media_types: &[&str],
    call: &OperationCall,
    findings: &mut Findings,
) {
    // Without one the operation decides, and an operation that names none takes any.
    let Some(text) = written.content_type.as_ref().filter(|_| !media_types.is_empty()) else { return };
    let label = call.operation.label();
    let message = format!("operation `{label}` does not take bodies of type `{}`", plan.content_type);
    let listed: Vec<String> = media_types.iter().map(|name| format!("`{name}`")).collect();
    findings.add(
        Diagnostic::warning(Code::UndeclaredContentType, message, subject.place(text.span))
            .with_hint(format!("it takes {}", listed.join(", ")))
            .with_related(call.operation.view().place(), "the operation"),
    );
}

/// Deeper values are not looked at.
const MAX_DEPTH: usize = 64;

/// A payload that is compared with a schema.
struct Payload<'a, 's> {
    subject: &'a Subject<'s>,
    label: String,
    call: &'a OperationCall,
    as_text: bool,
    /// Whether nothing is put into the payload before it is sent.
    complete: bool,
    /// The name of the member that is looked at.
    name: &'a str,
    findings: &'a mut Findings,
}

impl<'a> Payload<'a, '_> {
    /// Compares `node`, which was compiled to `template`; without one it is written out.
    fn value(
        &mut self,
        node: &'a Node,
        template: Option<&ValueTemplate>,
        schema: Schema<'_>,
        at: String,
        depth: usize,
    ) {
        let plain_schema =
            schema.is_known() && schema.branches().is_empty() && schema.keyword("not").is_none();
        if depth > MAX_DEPTH || !plain_schema {
            return;
        }
        match (&node.data, template) {
            (_, Some(ValueTemplate::Selector(_))) => {}
            (Data::String(text), Some(ValueTemplate::Text(template))) => {
                self.text(node.span, text, template, &schema, &at);
            }
            (Data::Object(members), _) => {
                if self.is_of_type(node, "object", &schema, &at) {
                    let properties: HashMap<&str, Schema<'_>> = schema.properties().into_iter().collect();
                    self.members(node, &schema, &properties, &at);
                    for (index, member) in members.iter().enumerate() {
                        let Some(property) = properties.get(member.key.as_str()) else { continue };
                        let inner = match template {
                            Some(ValueTemplate::Object(inner)) => inner.get(index).map(|(_, inner)| inner),
                            Some(
                                ValueTemplate::Constant(_)
                                | ValueTemplate::Text(_)
                                | ValueTemplate::Selector(_)
                                | ValueTemplate::Array(_),
                            )
                            | None => None,
                        };
                        self.name = &member.key;
                        self.value(
                            &member.value,
                            inner,
                            *property,
                            format!("{at}/{}", member.key),
                            depth + 1,
                        );
                    }
                }
            }
            (Data::Array(items), _) => {
                if self.is_of_type(node, "array", &schema, &at)
                    && let Some(inner_schema) = schema.items()
                {
                    for (index, item) in items.iter().enumerate() {
                        let inner = match template {
                            Some(ValueTemplate::Array(inner)) => inner.get(index),
                            Some(
                                ValueTemplate::Constant(_)
                                | ValueTemplate::Text(_)
                                | ValueTemplate::Selector(_)
                                | ValueTemplate::Object(_),
                            )
                            | None => None,
                        };
                        self.value(item, inner, inner_schema, format!("{at}/{index}"), depth + 1);
                    }
                }
            }
            // A text as a whole body is sent as it is.
            (Data::String(_), _) if depth == 0 => {}
            (Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_), _) => {
                let value = node.to_value();
                if let Some(wanted) = refusal(&schema, &value, self.as_text) {
                    let shown = if is_secret_name(self.name) { "this".to_owned() } else { shown(&value) };
                    let message =
                        format!("{shown} is no value for `{at}`: operation `{}` wants {wanted}", self.label);
                    self.add(Code::RefusedValue, node.span, message, None);
                }
            }
        }
    }

    /// Text with expressions in it is text, whatever they are.
    fn text(&mut self, span: Span, text: &str, template: &Template, schema: &Schema<'_>, at: &str) {
        let types = schema.types();
        let inner = match template {
            Template::Text(_) if !self.as_text && !at.is_empty() => text,
            Template::Text(_) | Template::Expression(_) | Template::Literal(_) => return,
        };
        if types.is_empty() || types.contains(&"string") {
            return;
        }
        let names: Vec<String> = types.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "`{inner}` is text with an expression in it, and operation `{}` wants {} for `{at}`",
            self.label,
            names.join(" or ")
        );
        let alone = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
        let hint = alone
            .filter(|alone| !alone.contains(['{', '}']))
            .map(|alone| format!("write `{alone}`: without braces a value keeps its type"));
        self.add(Code::RefusedValue, span, message, hint);
    }

    fn is_of_type(&mut self, node: &Node, name: &str, schema: &Schema<'_>, at: &str) -> bool {
        let types = schema.types();
        if types.is_empty() || types.contains(&name) || self.as_text {
            return true;
        }
        let names: Vec<String> = types.iter().map(|name| format!("`{name}`")).collect();
        let place = if at.is_empty() { "the payload".to_owned() } else { format!("`{at}`") };
        let message =
            format!("{place} is an `{name}`, and operation `{}` wants {}", self.label, names.join(" or "));
        self.add(Code::RefusedValue, node.span.first_line(), message, None);
        false
    }

    /// Members that an object lacks, and those that it must not have.
    fn members(
        &mut self,
        node: &Node,
        schema: &Schema<'_>,
        properties: &HashMap<&str, Schema<'_>>,
        at: &str,
    ) {
        let place = if at.is_empty() { "the payload".to_owned() } else { format!("`{at}`") };
        let members = node.as_object().unwrap_or_default();
        let given: HashSet<&str> = members.iter().map(|member| member.key.as_str()).collect();
        let unknown: Vec<&Member> =
            members.iter().filter(|member| !properties.contains_key(member.key.as_str())).collect();
        // What only responses have is not sent.
        let is_sent = |name: &str| !properties.get(name).is_some_and(|property| property.flag("readOnly"));
        let mut lacking = schema.required();
        lacking.retain(|name| self.complete && !given.contains(name) && is_sent(name));
        if let Some(first) = lacking.first() {
            let names: Vec<String> = lacking.iter().map(|name| format!("`{name}`")).collect();
            let message =
                format!("{place} lacks {}, which operation `{}` requires", names.join(", "), self.label);
            let near = nearest(first, unknown.iter().map(|member| member.key.as_str()));
            let hint = near.map(|near| format!("is `{near}` meant to be `{first}`?"));
            self.add(Code::MissingMember, node.span.first_line(), message, hint);
        }
        if !schema.is_closed() || schema.keyword("patternProperties").is_some() {
            return;
        }
        for member in unknown {
            let message = format!("operation `{}` allows no member `{}` in {place}", self.label, member.key);
            let near = nearest(&member.key, properties.keys().copied());
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            self.add(Code::UnknownMember, member.key_span, message, hint);
        }
    }

    fn add(&mut self, code: Code, span: Span, message: String, hint: Option<String>) {
        let mut diagnostic = Diagnostic::warning(code, message, self.subject.place(span));
        diagnostic.hint = hint;
        self.findings.add(diagnostic.with_related(self.call.operation.view().place(), "the operation"));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the text `{text}`"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            format!("`{}`", plain(value))
        }
    }
}
