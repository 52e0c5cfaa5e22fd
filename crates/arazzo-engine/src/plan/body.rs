//! The body that a step sends.
//!
//! See [Request Body Object](https://spec.openapis.org/arazzo/v1.0.1.html#request-body-object).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use arazzo_document::description::{RequestBody, Step};
use arazzo_document::openapi::{Operation, Schema, Style};
use arazzo_document::{Code, Node};
use arazzo_expression::{Mode, Pointer, Surrounding};
use serde_json::Value;

use super::PlannedOperation;
use super::compiler::Compiler;
use super::selector::ReplacementPlan;
use super::value::ValueTemplate;
use crate::serialize::scalar;
use crate::xml;

/// The body that a step sends.
#[derive(Debug)]
pub(crate) struct BodyPlan {
    /// The value of `Content-Type`.
    pub(crate) content_type: String,
    /// How the payload becomes bytes.
    pub(crate) kind: BodyKind,
    /// The name of the root element, where a structure can become XML.
    pub(crate) xml_root: Option<String>,
    /// The payload.
    pub(crate) payload: ValueTemplate,
    /// The kind of text that a payload of text is, so that values in it are escaped (T18).
    pub(crate) surrounding: Surrounding,
    /// The members of a form that the operation describes.
    pub(crate) members: Vec<MemberPlan>,
    /// What is set in the payload.
    pub(crate) replacements: Vec<ReplacementPlan>,
    /// Whether the operation wants a body.
    pub(crate) required: bool,
    /// Which members are known to be required or not, by where they stand.
    wanted: Mutex<HashMap<Pointer, bool>>,
}

/// How a payload becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// JSON; a string payload is JSON text already.
    Json,
    /// `application/x-www-form-urlencoded`; a string payload is encoded already.
    Form,
    /// `multipart/form-data`: a part for each member; a string payload is made of parts already.
    Multipart,
    /// Text as it is, and for XML also what is made from a structure; see [`crate::xml`].
    Text,
}

/// How a member of a form is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemberPlan {
    pub(crate) name: String,
    /// The media types of its part, of which one may be a range.
    pub(crate) content_types: Vec<String>,
    pub(crate) style: Option<Style>,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
    /// Further header fields of its part.
    pub(crate) headers: Vec<(String, String)>,
    /// How its text stands for bytes, such as `base64`.
    pub(crate) transfer_encoding: Option<String>,
}

impl BodyPlan {
    /// Whether the operation's schema requires the member that is missing at `at`.
    pub(crate) fn requires(&self, operation: &PlannedOperation, at: &Pointer) -> bool {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = wanted.get(at) {
            return *known;
        }
        let requires = self.look_up(operation, at);
        wanted.insert(at.clone(), requires);
        requires
    }

    fn look_up(&self, operation: &PlannedOperation, at: &Pointer) -> bool {
        let view = operation.view();
        let Some(body) = view.request_body() else { return false };
        let Some((last, parents)) = at.tokens().split_last() else { return false };
        let schema = body.schema(&self.content_type);
        let parent = parents.iter().try_fold(schema, |schema, token| {
            let schema = schema?;
            let item = token.parse::<usize>().ok().and_then(|_| schema.items());
            Some(schema.property(token).or(item))
        });
        parent.flatten().is_some_and(|schema| schema.required().contains(&last.as_str()))
    }
}

impl Compiler<'_> {
    /// The body of `step`, unless it sends none.
    pub(crate) fn body(&mut self, step: &Step, operation: &Operation<'_>) -> Option<BodyPlan> {
        let declared = operation.request_body();
        let required = declared.as_ref().is_some_and(|body| body.required());
        let Some(body) = &step.request_body else {
            if required {
                let message =
                    format!("step `{}` sends no body, and the operation requires one", step.id.value);
                self.warning(Code::MissingBody, step.id.span, message, "add `requestBody: { payload: … }`");
            }
            return None;
        };
        let content_type = match &body.content_type {
            Some(text) => text.value.clone(),
            None => default_content_type(&declared.map(|body| body.media_types()).unwrap_or_default()),
        };
        let schema = operation.request_body().and_then(|body| body.schema(&content_type));
        let xml = is_xml(&essence(&content_type));
        let xml_root = schema.filter(|_| xml).and_then(xml::root_name);
        let kind = self.body_kind(body, &content_type, xml_root.is_some())?;
        let payload = match &body.payload {
            Some(payload) => self.value(payload)?,
            None if body.replacements.is_empty() => return None,
            // There is nothing to replace in, which the step says when it comes to it.
            None => ValueTemplate::Constant(Value::Null),
        };
        let surrounding = match (self.options.mode, kind) {
            (Mode::Strict, _) => Surrounding::Plain,
            (Mode::Tolerant, BodyKind::Json) => Surrounding::Json,
            (Mode::Tolerant, BodyKind::Form) => Surrounding::Form,
            (Mode::Tolerant, BodyKind::Text) if xml => Surrounding::Xml,
            (Mode::Tolerant, BodyKind::Text | BodyKind::Multipart) => Surrounding::Plain,
        };
        let replacements =
            body.replacements.iter().filter_map(|written| self.replacement(written, xml)).collect();
        let members = members(operation, &content_type);
        let wanted = Mutex::default();
        Some(BodyPlan {
            content_type,
            kind,
            xml_root,
            payload,
            surrounding,
            members,
            replacements,
            required,
            wanted,
        })
    }

    fn body_kind(&mut self, body: &RequestBody, content_type: &str, has_xml_root: bool) -> Option<BodyKind> {
        let essence = essence(content_type);
        let text = body.payload.as_ref().is_some_and(|payload| payload.as_str().is_some());
        if is_json(&essence) {
            Some(BodyKind::Json)
        } else if essence == "application/x-www-form-urlencoded" {
            Some(BodyKind::Form)
        } else if essence == "multipart/form-data" {
            Some(BodyKind::Multipart)
        } else if text || has_xml_root {
            Some(BodyKind::Text)
        } else {
            let message = format!("a structured body of type `{content_type}` cannot be run by this version");
            self.error(Code::Unsupported, body.span, message, "write the payload as text, `payload: |`");
            None
        }
    }
}

/// What the operation says of the members of a form: by `encoding`, else by their schemas.
///
/// See [Encoding `contentMediaType`](https://spec.openapis.org/oas/v3.1.1.html#working-with-binary-data).
fn members(operation: &Operation<'_>, content_type: &str) -> Vec<MemberPlan> {
    let media_type = operation.request_body().and_then(|body| body.media_type(content_type));
    let Some(media_type) = media_type else { return Vec::new() };
    let properties = media_type.schema().map(|schema| schema.properties()).unwrap_or_default();
    let member = |(name, schema): (&str, Schema<'_>)| {
        let encoding = media_type.encoding(name, schema);
        let schema = schema.items().filter(|_| schema.types().contains(&"array")).unwrap_or(schema);
        let keyword = |name| schema.keyword(name).and_then(Node::as_str).filter(|text| is_line(text));
        let written = encoding.and_then(|encoding| encoding.content_type).filter(|text| is_line(text));
        let content_types = written.or_else(|| keyword("contentMediaType")).unwrap_or_default();
        let content_types = content_types.split(',').map(str::trim).filter(|name| !name.is_empty());
        let headers = media_type.part_headers(name).into_iter();
        MemberPlan {
            name: name.to_owned(),
            content_types: content_types.map(str::to_owned).collect(),
            style: encoding.and_then(|encoding| encoding.style),
            explode: encoding.is_none_or(|encoding| encoding.explode),
            allow_reserved: encoding.is_some_and(|encoding| encoding.allow_reserved),
            headers: headers.filter_map(|(name, value)| part_header(name, &value.to_value())).collect(),
            transfer_encoding: keyword("contentEncoding").map(str::to_owned),
        }
    };
    properties.into_iter().map(member).collect()
}

/// A header field of a part. Those that say what the part is have their own place.
fn part_header(name: &str, value: &Value) -> Option<(String, String)> {
    let value = scalar(value).filter(|text| is_line(text))?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let is_own = ["content-type", "content-disposition"].iter().any(|own| name.eq_ignore_ascii_case(own));
    (is_name && !is_own && !name.is_empty()).then(|| (name.to_owned(), value))
}

/// Whether the text can stand in a header field.
fn is_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\t')
}

/// JSON if it is among them, else the first, else JSON.
fn default_content_type(media_types: &[&str]) -> String {
    media_types
        .iter()
        .find(|media_type| is_json(&essence(media_type)))
        .or_else(|| media_types.first())
        .map_or("application/json", |media_type| media_type)
        .to_owned()
}

/// The media type without parameters, in lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type, without parameters and in lower case, says that it is XML.
pub(crate) fn is_xml(essence: &str) -> bool {
    essence.split_once('/').is_some_and(|(_, subtype)| subtype == "xml" || subtype.ends_with("+xml"))
}

/// Whether a media type, without parameters and in lower case, says that it is JSON.
///
/// `text/json` counts: real servers send it, and nothing else can be meant by it.
pub(crate) fn is_json(essence: &str) -> bool {
    essence.split_once('/').is_some_and(|(_, subtype)| subtype == "json" || subtype.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_preferred_among_the_media_types_of_the_operation() {
        assert_eq!(default_content_type(&["text/xml", "application/vnd.a+json"]), "application/vnd.a+json");
        assert_eq!(default_content_type(&["text/xml", "text/plain"]), "text/xml");
        assert_eq!(default_content_type(&[]), "application/json");
    }

    #[test]
    fn json_says_so_in_its_subtype() {
        for json in ["application/json", "text/json", "application/problem+json"] {
            assert!(is_json(json), "{json}");
        }
        for other in ["text/plain", "application/jsonl", "json", ""] {
            assert!(!is_json(other), "{other}");
        }
    }

    #[test]
    fn parameters_are_no_part_of_the_media_type() {
        assert_eq!(essence("Text/JSON; charset=UTF-8"), "text/json");
    }
}
