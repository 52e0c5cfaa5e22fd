//! The body of a request that is a form.
//!
//! See [Encoding By Name](https://spec.openapis.org/oas/v3.1.1.html#encoding-object). A member that is an object, or a
//! file, is only known to be there: how it is written is not settled well enough to refuse it.

use arazzo_document::openapi::{MediaType, Schema};
use serde_json::Value;
use url::form_urlencoded;

use super::reading::Kinds;
use super::{Found, LazySchema, SchemaPlace};
use crate::finding::{Finding, FindingKind};
use crate::plan::{essence, is_json};

/// A form with more parts is not looked at.
const MAX_PARTS: usize = 10_000;

/// What a form is made of.
pub(super) struct FormCheck {
    members: Vec<MemberCheck>,
    /// Whether there may be no others.
    closed: bool,
}

/// A member of a form.
struct MemberCheck {
    name: String,
    required: bool,
    kinds: Kinds,
    schema: LazySchema,
}

/// A member as it stands in a form.
struct Part {
    name: String,
    /// `None` for a file, and for bytes.
    text: Option<String>,
    json: bool,
}

impl FormCheck {
    /// What the media type describes, if it is one of forms.
    pub(super) fn new(media_type: &MediaType<'_>) -> Option<Self> {
        let name = media_type.name();
        if !matches!(essence(name).as_str(), "application/x-www-form-urlencoded" | "multipart/form-data") {
            return None;
        }
        let schema = media_type.schema()?;
        let required = schema.required();
        let member = |(member, property): (&str, Schema<'_>)| MemberCheck {
            name: member.to_owned(),
            required: required.contains(&member) && !property.flag("readOnly"),
            kinds: Kinds::of(Some(property)),
            schema: LazySchema::at(SchemaPlace::Member(name.to_owned(), member.to_owned())),
        };
        let closed = schema.is_closed() && schema.keyword("patternProperties").is_none();
        Some(Self { members: schema.properties().into_iter().map(member).collect(), closed })
    }

    pub(super) fn check(&self, content_type: &str, body: &[u8], found: &mut Found<'_>) {
        let parts = match essence(content_type).as_str() {
            "multipart/form-data" => match boundary(content_type) {
                Some(boundary) => multipart(body, &boundary),
                None => {
                    let message = format!("content type `{content_type}` has no boundary");
                    return found.add(FindingKind::ContentType, message);
                }
            },
            _ => form_urlencoded::parse(body)
                .take(MAX_PARTS + 1)
                .map(|(name, text)| Part {
                    name: name.into_owned(),
                    text: Some(text.into_owned()),
                    json: false,
                })
                .collect(),
        };
        if parts.len() > MAX_PARTS {
            return;
        }
        for member in &self.members {
            member.check(&parts, found);
        }
        let is_known = |part: &&Part| self.members.iter().any(|member| member.is(&part.name));
        if let Some(unknown) = parts.iter().find(|part| self.closed && !is_known(part)) {
            refuse(found, "", format!("the body: member `{}` is not allowed", unknown.name));
        }
    }
}

impl MemberCheck {
    /// Whether a part of this name is the member, or a part of it as in `name[0]` and `name[inner]`.
    fn is(&self, part: &str) -> bool {
        part.strip_prefix(self.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
    }

    fn check(&self, parts: &[Part], found: &mut Found<'_>) {
        let Self { name, kinds, .. } = self;
        let own: Vec<&Part> = parts.iter().filter(|part| self.is(&part.name)).collect();
        if own.is_empty() {
            if self.required {
                refuse(found, "", format!("the body: member `{name}` is missing"));
            }
            return;
        }
        let whole = |part: &&Part| part.name == *name && part.text.is_some();
        if kinds.has("object") || !own.iter().all(whole) {
            return;
        }
        let texts: Vec<String> = own.iter().filter_map(|part| part.text.clone()).collect();
        let mut readings: Vec<Value> = Vec::new();
        if kinds.has("array") {
            readings.extend(kinds.structured(&texts));
        }
        if let ([text], [part]) = (texts.as_slice(), own.as_slice()) {
            let parsed: Option<Value> =
                serde_json::from_str(text).ok().filter(|value: &Value| part.json || value.is_array());
            readings.extend(parsed);
            if kinds.has("array") {
                for separator in [',', ' ', '|', '\t'] {
                    let items: Vec<String> = text.split(separator).map(str::to_owned).collect();
                    readings.extend(kinds.array(&items));
                }
            }
            readings.extend(kinds.scalars(text));
        } else {
            readings.extend(kinds.array(&texts));
            readings.extend(texts.first().into_iter().flat_map(|text| kinds.scalars(text)));
        }
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let what = format!("body at `{pointer}`");
        if let Some(reason) = found.readings(&self.schema, &readings, name, &what) {
            refuse(found, &pointer, reason.message);
        }
    }
}

fn refuse(found: &mut Found<'_>, pointer: &str, message: String) {
    found.push(Finding { kind: FindingKind::Body, pointer: Some(pointer.to_owned()), message });
}

/// The boundary that a content type names.
fn boundary(content_type: &str) -> Option<String> {
    let named = content_type.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let (_, boundary) = named.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let boundary = boundary.trim().trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

/// The parts of a multipart body, as far as they have a name.
///
/// See [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578).
fn multipart(body: &[u8], boundary: &str) -> Vec<Part> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut rest = body;
    let mut at = find(rest, delimiter.as_bytes());
    while let Some(start) = at {
        if parts.len() > MAX_PARTS {
            break;
        }
        rest = rest.get(start + delimiter.len()..).unwrap_or_default();
        at = find(rest, delimiter.as_bytes());
        let Some(end) = at else { break };
        let content = rest.get(..end).unwrap_or_default();
        parts.extend(part(content));
    }
    parts
}

/// A part: its header fields, an empty line and its bytes, which end with a line break.
fn part(content: &[u8]) -> Option<Part> {
    let content = content.strip_prefix(b"\r\n").unwrap_or(content);
    let head_end = find(content, b"\r\n\r\n")?;
    let head = std::str::from_utf8(content.get(..head_end)?).ok()?;
    let bytes = content.get(head_end + 4..)?;
    let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
    let field = |name: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let disposition = field("content-disposition")?;
    let parameter = |name: &str| {
        let mut parameters = disposition.split(';').filter_map(|parameter| parameter.trim().split_once('='));
        parameters.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('"'))
    };
    let json = field("content-type").is_some_and(|content_type| is_json(&essence(content_type)));
    let is_file = parameter("filename").is_some() || parameter("filename*").is_some();
    let is_other = field("content-type").is_some_and(|it| !json && !essence(it).starts_with("text/"));
    let text = std::str::from_utf8(bytes).ok().filter(|_| !is_file && !is_other).map(str::to_owned);
    Some(Part { name: parameter("name")?.replace("%22", "\""), text, json })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
