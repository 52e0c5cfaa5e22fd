//! A request as it goes over the wire, held against what its OpenAPI operation describes.
//!
//! See the [Operation Object](https://spec.openapis.org/oas/v3.1.1.html#operation-object): required parameters and what
//! their schemas refuse, the content type, and the body where it is JSON or a form. This is what a server would look at,
//! so it serves a mock. Text has no types: a parameter is refused only when nothing that it may stand for is allowed.
//! What is not described is not checked.

mod form;
mod parameter;
mod reading;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use arazzo_document::openapi::{OpenApi, OperationRef, Schema};
use serde_json::Value;

use crate::exchange::{Placement, Slot};
use crate::finding::{Finding, FindingKind};
use crate::json::without_mark;
use crate::plan::{CompiledSchema, essence, is_json};
use crate::refused::{Reason, Refused, cut};
use crate::secret::is_secret_name;
use form::FormCheck;
use parameter::ParameterCheck;

/// So many findings of one request are listed.
const MAX_FINDINGS: usize = 20;

/// What an operation describes of its requests. Schemas are compiled when a request first needs them.
pub struct RequestCheck {
    described: Described,
    parameters: Vec<ParameterCheck>,
    body: Option<BodyCheck>,
}

/// A request as it goes over the wire.
#[derive(Debug, Clone, Copy, Default)]
pub struct WireRequest<'a> {
    /// The path parameters by name, still percent-encoded.
    pub path: &'a [(&'a str, String)],
    /// What stands behind the `?`.
    pub query: &'a str,
    /// The header fields.
    pub headers: &'a [(String, String)],
    /// The body's bytes.
    pub body: &'a [u8],
    /// Credentials that will be added, so that nothing is missing where they go.
    pub slots: &'a [Slot],
    /// The names of header fields that will be added.
    pub given_headers: &'a [String],
    /// Texts and numbers that a mock has made up. Where one comes back, a schema that refuses it refuses the mock's
    /// invention and not what the client does.
    pub answered: Option<&'a HashSet<String>>,
}

impl RequestCheck {
    /// What `operation` of `document` describes.
    pub fn new(document: Arc<OpenApi>, operation: OperationRef) -> Self {
        let view = document.operation(operation);
        let parameters = view.parameters();
        let parameters = parameters.iter().enumerate().map(|(index, it)| ParameterCheck::new(index, it));
        let parameters = parameters.collect();
        let body = view.request_body().map(|body| {
            let media_types = body.media_types().into_iter().map(|name| MediaTypeCheck {
                name: name.to_owned(),
                form: body.media_type(name).and_then(|media_type| FormCheck::new(&media_type)),
                schema: LazySchema::at(SchemaPlace::Body(name.to_owned())),
            });
            BodyCheck { required: body.required(), media_types: media_types.collect() }
        });
        Self { described: Described { document, operation }, parameters, body }
    }

    /// What is wrong with a request; nothing with one that is as described.
    pub fn findings(&self, request: &WireRequest<'_>) -> Vec<Finding> {
        let mut found =
            Found { described: &self.described, answered: request.answered, findings: Vec::new() };
        for parameter in &self.parameters {
            parameter.check(request, &mut found);
        }
        if let Some(body) = &self.body {
            body.check(request, &mut found);
        }
        found.findings
    }
}

impl fmt::Debug for RequestCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestCheck").field("operation", &self.described.operation).finish_non_exhaustive()
    }
}

impl WireRequest<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }

    /// Whether a credential that will be added goes there.
    fn has_slot(&self, goes_there: impl Fn(&Placement) -> bool) -> bool {
        self.slots.iter().any(|slot| goes_there(&slot.placement))
    }
}

/// The body that an operation describes.
struct BodyCheck {
    required: bool,
    media_types: Vec<MediaTypeCheck>,
}

struct MediaTypeCheck {
    name: String,
    /// For forms, what their members are.
    form: Option<FormCheck>,
    schema: LazySchema,
}

impl BodyCheck {
    fn check(&self, request: &WireRequest<'_>, found: &mut Found<'_>) {
        let names: Vec<String> = self.media_types.iter().map(|it| format!("`{}`", it.name)).collect();
        let names = names.join(", ");
        let content_type = request.header("content-type");
        if request.body.is_empty() {
            // A form without members is empty, too.
            let form = content_type.and_then(|name| self.media_type(name)).and_then(|it| it.form.as_ref());
            match form {
                Some(form) => form.check(content_type.unwrap_or_default(), request.body, found),
                None if self.required && !names.is_empty() => {
                    found
                        .add(FindingKind::MissingBody, format!("the body is missing; described are {names}"));
                }
                None if self.required => {
                    found.add(FindingKind::MissingBody, "the body is missing".to_owned());
                }
                None => {}
            }
            return;
        }
        if self.media_types.is_empty() {
            return;
        }
        let Some(content_type) = content_type else {
            let message = format!("the content type is missing; described are {names}");
            return found.add(FindingKind::ContentType, message);
        };
        let Some(media_type) = self.media_type(content_type) else {
            let message = format!("content type `{content_type}` is not described, only {names}");
            return found.add(FindingKind::ContentType, message);
        };
        if is_json(&essence(content_type)) {
            found.json(&media_type.schema, request.body, "the body");
        } else if let Some(form) = &media_type.form {
            form.check(content_type, request.body, found);
        }
    }

    /// The media type that describes a body with this content type.
    fn media_type(&self, content_type: &str) -> Option<&MediaTypeCheck> {
        let wanted = essence(content_type);
        let range = wanted.split_once('/').map(|(kind, _)| format!("{kind}/*"));
        let named = |name: &str| self.media_types.iter().find(|it| essence(&it.name) == name);
        let exact = self.media_types.iter().find(|it| it.name.eq_ignore_ascii_case(content_type.trim()));
        exact
            .or_else(|| named(&wanted))
            .or_else(|| range.and_then(|range| named(&range)))
            .or_else(|| named("*/*"))
    }
}

/// The operation, for its schemas.
struct Described {
    document: Arc<OpenApi>,
    operation: OperationRef,
}

/// Where a schema stands in the operation.
enum SchemaPlace {
    Parameter(usize),
    /// The media type.
    Body(String),
    /// The media type and the member of the form.
    Member(String, String),
}

/// A schema that is compiled once, when it is needed.
struct LazySchema {
    place: SchemaPlace,
    compiled: OnceLock<Option<CompiledSchema>>,
}

impl LazySchema {
    fn at(place: SchemaPlace) -> Self {
        Self { place, compiled: OnceLock::new() }
    }

    /// The schema; `None` where none is written or it cannot be used.
    fn get(&self, described: &Described) -> Option<&CompiledSchema> {
        let compile = || CompiledSchema::new(self.place.find(described)?).ok();
        self.compiled.get_or_init(compile).as_ref()
    }
}

impl SchemaPlace {
    fn find(&self, described: &Described) -> Option<Value> {
        let operation = described.document.operation(described.operation);
        let of_body = |name: &str| operation.request_body()?.media_type(name)?.schema();
        let schema: Option<Schema<'_>> = match self {
            Self::Parameter(index) => operation.parameters().get(*index)?.schema(),
            Self::Body(media_type) => of_body(media_type),
            Self::Member(media_type, member) => of_body(media_type)?.property(member),
        };
        schema.map(|schema| schema.bundled_for_requests())
    }
}

/// What is found about a request.
struct Found<'a> {
    described: &'a Described,
    answered: Option<&'a HashSet<String>>,
    findings: Vec<Finding>,
}

impl Found<'_> {
    fn add(&mut self, kind: FindingKind, message: String) {
        self.push(Finding { kind, pointer: None, message });
    }

    fn push(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { message: cut(&finding.message), ..finding });
        }
    }

    /// Whether the mock has answered with this value.
    fn is_answered(&self, value: &Value) -> bool {
        self.answered.is_some_and(|known| answered_text(value).is_some_and(|text| known.contains(&text)))
    }

    /// Bytes that have to be JSON.
    fn json(&mut self, schema: &LazySchema, bytes: &[u8], what: &str) {
        let Ok(value) = serde_json::from_slice::<Value>(without_mark(bytes)) else {
            return self.add(FindingKind::MalformedBody, format!("{what} is no JSON"));
        };
        let Some(schema) = schema.get(self.described) else { return };
        if let Refused::For(reasons, _) = Refused::of(schema, &value, what, MAX_FINDINGS) {
            for Reason { pointer, message } in reasons {
                if value.pointer(&pointer).is_some_and(|value| self.is_answered(value)) {
                    continue;
                }
                self.push(Finding { kind: FindingKind::Body, pointer: Some(pointer), message });
            }
        }
    }

    /// Something that may stand for each of `readings`, the most likely first. `name` says whether it is secret.
    fn readings(
        &mut self,
        schema: &LazySchema,
        readings: &[Value],
        name: &str,
        what: &str,
    ) -> Option<Reason> {
        if readings.iter().any(|value| self.is_answered(value)) {
            return None;
        }
        let schema = schema.get(self.described)?;
        let mut reasons = None;
        for value in readings {
            match Refused::of(schema, value, what, 1) {
                Refused::Nothing | Refused::Unknown => return None,
                Refused::For(refused, _) => reasons = reasons.or(refused.into_iter().next()),
            }
        }
        let reason = reasons?;
        Some(if is_secret_name(name) {
            Reason { message: format!("{what} is refused by its schema"), ..reason }
        } else {
            reason
        })
    }
}

/// Adds the texts and numbers in a value that was answered to those that are known, up to so many in all.
pub fn add_answered(value: &Value, known: &mut HashSet<String>, most: usize) {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop().filter(|_| known.len() < most) {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => waiting.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                known.extend(answered_text(value));
            }
        }
    }
}

/// What stands for a value in the set of those that were answered; long texts are not kept.
fn answered_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()).filter(|text| text.len() <= MAX_ANSWERED),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A longer text, in bytes, is not known to have been answered.
const MAX_ANSWERED: usize = 1_000;

#[cfg(test)]
mod tests;
