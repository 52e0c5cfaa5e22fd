//! The body that a step sends.
//!
//! See [Request Body Object](https://spec.openapis.org/arazzo/v1.0.1.html#request-body-object).

use arazzo_document::Code;
use arazzo_document::description::{RequestBody, Step};
use arazzo_document::openapi::{Operation, Style};
use arazzo_expression::{Mode, Surrounding};

use super::compiler::Compiler;
use super::selector::ReplacementPlan;
use super::value::ValueTemplate;

/// The body that a step sends.
#[derive(Debug)]
pub(crate) struct BodyPlan {
    /// The value of `Content-Type`.
    pub(crate) content_type: String,
    /// How the payload becomes bytes.
    pub(crate) kind: BodyKind,
    /// The payload.
    pub(crate) payload: ValueTemplate,
    /// The kind of text that a payload of text is, so that values in it are escaped (T18).
    pub(crate) surrounding: Surrounding,
    /// The members of a form that the operation has an encoding for.
    pub(crate) members: Vec<MemberPlan>,
    /// What is set in the payload.
    pub(crate) replacements: Vec<ReplacementPlan>,
    /// Whether the operation wants a body.
    pub(crate) required: bool,
}

/// How a payload becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// JSON; a string payload is JSON text already.
    Json,
    /// `application/x-www-form-urlencoded`; a string payload is encoded already.
    Form,
    /// `multipart/form-data`: a part for each member.
    Multipart,
    /// Text as it is.
    Text,
}

/// How a member of a form is written.
#[derive(Debug, Clone)]
pub(crate) struct MemberPlan {
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) style: Option<Style>,
    pub(crate) explode: bool,
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
        let kind = self.body_kind(body, &content_type)?;
        let payload = match &body.payload {
            Some(payload) => self.value(payload)?,
            None if body.replacements.is_empty() => return None,
            // There is nothing to replace in, which the step says when it comes to it.
            None => ValueTemplate::Constant(serde_json::Value::Null),
        };
        let xml = is_xml(&essence(&content_type));
        let surrounding = match (self.options.mode, kind) {
            (Mode::Strict, _) => Surrounding::Plain,
            (Mode::Tolerant, BodyKind::Json) => Surrounding::Json,
            (Mode::Tolerant, BodyKind::Form) => Surrounding::Form,
            (Mode::Tolerant, BodyKind::Text) if xml => Surrounding::Xml,
            (Mode::Tolerant, BodyKind::Text | BodyKind::Multipart) => Surrounding::Plain,
        };
        let replacements =
            body.replacements.iter().filter_map(|written| self.replacement(written, xml)).collect();
        let members = encodings(operation, &content_type);
        Some(BodyPlan { content_type, kind, payload, surrounding, members, replacements, required })
    }

    fn body_kind(&mut self, body: &RequestBody, content_type: &str) -> Option<BodyKind> {
        let essence = essence(content_type);
        let text = body.payload.as_ref().is_some_and(|payload| payload.as_str().is_some());
        if is_json(&essence) {
            Some(BodyKind::Json)
        } else if essence == "application/x-www-form-urlencoded" {
            Some(BodyKind::Form)
        } else if essence == "multipart/form-data" && !text {
            Some(BodyKind::Multipart)
        } else if text {
            Some(BodyKind::Text)
        } else {
            self.unsupported(body.span, &format!("a structured body of type `{content_type}`"));
            None
        }
    }
}

/// The encodings that the operation has for the members of a form.
fn encodings(operation: &Operation<'_>, content_type: &str) -> Vec<MemberPlan> {
    let media_type = operation.request_body().and_then(|body| body.media_type(content_type));
    let Some(media_type) = media_type else { return Vec::new() };
    let schema = media_type.schema().map(|schema| schema.properties()).unwrap_or_default();
    let names = schema.into_iter().map(|(name, _)| name);
    names
        .filter_map(|name| {
            let encoding = media_type.encoding(name)?;
            Some(MemberPlan {
                name: name.to_owned(),
                content_type: encoding.content_type.map(str::to_owned),
                style: encoding.style,
                explode: encoding.explode,
            })
        })
        .collect()
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
