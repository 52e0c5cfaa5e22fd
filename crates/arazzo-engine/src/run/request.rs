//! Making the request of a step: parameters and body evaluated, nothing sent yet.
//!
//! What has no value decides here. An optional input that was not supplied leaves what the API calls optional out; all
//! else fails the step before anything is sent.

use std::fmt;

use arazzo_expression::{Absence, Context, Pointer, Surrounding, Template};
use serde_json::Value;

use super::exchange::Given;
use crate::body::{Body, Files};
use crate::command::CallId;
use crate::event::Fault;
use crate::exchange::{Request, Slot};
use crate::form;
use crate::mask::MASK;
use crate::path_template::variable;
use crate::plan::{
    BodyKind, BodyPlan, Location, Mode, OperationCall, ParameterPlan, Secrecy, Serialization, ValueTemplate,
    essence, texts,
};
use crate::serialize::{self, NoForm, Shape};
use crate::xml::{self, NoXml};

/// A request that can be sent, what was put into it, and what a person should know of it.
pub(super) struct Built {
    pub(super) request: Request,
    pub(super) given: Given,
    pub(super) warnings: Vec<Fault>,
    /// What of it is secret, as texts.
    pub(super) secrets: Vec<String>,
}

/// What a fault is about. It becomes text only where there is one.
#[derive(Clone, Copy)]
enum What<'a> {
    Parameter(Location, &'a str),
    Body,
    ContentType,
    Replacement(&'a str),
    /// Something in one of these, described.
    Part(&'a str),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(location, name) => write!(f, "{} parameter `{name}`", location.as_str()),
            Self::Body => f.write_str("the request body"),
            Self::ContentType => f.write_str("the content type"),
            Self::Replacement(at) => write!(f, "the replacement at `{at}`"),
            Self::Part(described) => f.write_str(described),
        }
    }
}

/// The request as it grows.
struct Builder<'a> {
    step_id: &'a str,
    /// Names the attempt.
    seed: (&'a str, CallId),
    call: &'a OperationCall,
    mode: Mode,
    context: &'a dyn Context,
    files: &'a Files,
    path: Vec<(&'a str, String)>,
    query: Vec<(String, bool)>,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
    given: Given,
    warnings: Vec<Fault>,
    secrets: Vec<String>,
}

/// Makes the request of the step `step_id`, or says why it cannot be made.
pub(super) fn build(
    step_id: &str,
    seed: (&str, CallId),
    call: &OperationCall,
    mode: Mode,
    context: &dyn Context,
    files: &Files,
) -> Result<Built, Fault> {
    let mut builder = Builder {
        step_id,
        seed,
        call,
        mode,
        context,
        files,
        path: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        cookies: Vec::new(),
        given: Given::default(),
        warnings: Vec::new(),
        secrets: Vec::new(),
    };
    for parameter in &call.parameters {
        builder.parameter(parameter)?;
    }
    let body = match &call.body {
        Some(body) => builder.body(body)?,
        None => None,
    };
    builder.finish(body)
}

impl<'a> Builder<'a> {
    fn parameter(&mut self, parameter: &'a ParameterPlan) -> Result<(), Fault> {
        let ParameterPlan { name, location, .. } = parameter;
        let what = What::Parameter(*location, name);
        let Some(value) = self.evaluate(&parameter.value, what, |_| parameter.required)? else {
            return Ok(());
        };
        let is_styled = parameter.serialization == Serialization::Styled;
        if value.is_null() || (is_styled && serialize::is_undefined(&value)) {
            return match parameter.required {
                true if value.is_null() => Err(self.unresolved(what, "its value is null")),
                true => Err(self.unresolved(what, "nothing is in it that could be written")),
                false => Ok(()),
            };
        }
        let is_secret = parameter.secrecy == Secrecy::Secret;
        if is_secret {
            texts(&value, &mut |text| self.secrets.push(text.to_owned()));
            self.given.secret.push((*location, name.clone()));
        }
        let shape = Shape {
            name,
            style: parameter.style,
            explode: parameter.explode,
            allow_reserved: parameter.allow_reserved,
        };
        let form = |NoForm(message)| self.fault("invalid-parameter", &message);
        let content = serialize::content(name, parameter.serialization, &value).map_err(form)?;
        let (given, content) = (value, content.map(Value::from));
        let value = content.as_ref().unwrap_or(&given);
        match location {
            Location::Path => {
                let text = serialize::path(shape, value).map_err(form)?;
                self.path.push((name, self.safe_segment(what, text)?));
                self.given.path.insert(name.clone(), given);
            }
            Location::Query => {
                let pairs = serialize::query(shape, value).map_err(form)?;
                self.query.extend(pairs.into_iter().map(|pair| (pair, is_secret)));
                self.given.query.insert(name.clone(), given);
            }
            Location::QueryString => {
                let Some(query) = serialize::whole_query(parameter.serialization, &given, value) else {
                    return Err(self.fault("invalid-parameter", &format!("{what} must be a string")));
                };
                self.query.push((query, is_secret));
            }
            Location::Header => {
                let text = self.safe_header(what, serialize::header(shape, value).map_err(form)?)?;
                self.headers.push((name.clone(), text));
            }
            Location::Cookie => {
                for pair in serialize::cookie(shape, value).map_err(form)? {
                    let pair = self.safe_header(what, pair)?;
                    self.cookies.push(pair);
                }
            }
        }
        Ok(())
    }

    /// Clients and servers take `.`, `..` and an empty segment out of a path, even encoded: another route.
    fn safe_segment(&self, what: What<'_>, text: String) -> Result<String, Fault> {
        if matches!(text.as_str(), "" | "." | "..") {
            let message = format!("{what} is `{text}`, which would lead to another path");
            return Err(self.fault("unsafe-path-value", &message));
        }
        Ok(text)
    }

    fn safe_header(&self, what: What<'_>, text: String) -> Result<String, Fault> {
        if text.chars().any(|c| c.is_control() && c != '\t') {
            let message = format!("{what} has a line break or another control character in its value");
            return Err(self.fault("invalid-header-value", &message));
        }
        Ok(text)
    }

    /// The value, or `None` when it is left out because optional inputs were not supplied.
    fn evaluate(
        &mut self,
        template: &ValueTemplate,
        what: What<'_>,
        is_required: impl Fn(&Pointer) -> bool,
    ) -> Result<Option<Value>, Fault> {
        self.evaluate_in(template, Surrounding::Plain, what, is_required)
    }

    fn evaluate_in(
        &mut self,
        template: &ValueTemplate,
        surrounding: Surrounding,
        what: What<'_>,
        is_required: impl Fn(&Pointer) -> bool,
    ) -> Result<Option<Value>, Fault> {
        let mut holes = Vec::new();
        let value = template.evaluate_in(self.context, surrounding, &mut holes);
        for hole in &holes {
            let place = if hole.at.is_root() { what.to_string() } else { format!("`{}` of {what}", hole.at) };
            let optional = matches!(hole.absence, Absence::InputNotSupplied { .. });
            if !optional || self.mode == Mode::Strict || is_required(&hole.at) {
                return Err(self.unresolved(What::Part(&place), &hole.absence.to_string()));
            }
            if hole.in_array {
                let message = format!("{place} was left out of its array: {}", hole.absence);
                self.warnings.push(self.fault("item-left-out", &message));
            }
        }
        Ok(value)
    }

    fn body(&mut self, plan: &BodyPlan) -> Result<Option<Body>, Fault> {
        let whole_text = matches!(plan.payload, ValueTemplate::Text(Template::Text(_)));
        let operation = &self.call.operation;
        let is_required = |at: &Pointer| {
            if at.is_root() { whole_text || plan.required } else { plan.requires(operation, at) }
        };
        let payload = self.evaluate_in(&plan.payload, plan.surrounding, What::Body, is_required)?;
        let Some(payload) = payload else { return Ok(None) };
        let payload = self.replace(plan, payload)?;
        let mut content_type = plan.content_type.clone();
        let no_form = |NoForm(message)| self.fault("invalid-body", &message);
        let no_object = || {
            let message = "the request body is no object, and a form is made of names and values";
            self.fault("invalid-body", message)
        };
        let text = |text: String| Body::from(text.into_bytes());
        let body = match (plan.kind, &payload) {
            (BodyKind::Json, _) => text(form::json_text(&payload)),
            (BodyKind::Form, Value::String(form)) => text(form.clone()),
            (BodyKind::Form, _) => {
                let form = form::form(&payload, &plan.members).ok_or_else(no_object)?;
                text(form.map_err(no_form)?)
            }
            // Parts that are text already name their boundary themselves.
            (BodyKind::Multipart, Value::String(parts)) => text(parts.clone()),
            (BodyKind::Multipart, _) => {
                let boundary = boundary(self.seed, &payload);
                content_type = format!("multipart/form-data; boundary={boundary}");
                let body = form::multipart(&payload, &plan.members, self.files, &boundary);
                body.ok_or_else(no_object)?.map_err(no_form)?
            }
            (BodyKind::Text, _) => {
                match (self.files.path(&payload), serialize::scalar(&payload), &plan.xml_root) {
                    (Some(path), _, _) => {
                        let mut body = Body::default();
                        body.push_file(path);
                        body
                    }
                    (None, Some(scalar), _) => text(scalar),
                    (None, None, Some(root)) => {
                        let view = operation.view();
                        let described = view.request_body();
                        let schema = described.as_ref().and_then(|body| body.schema(&plan.content_type));
                        let xml = xml::document(root, &payload, schema);
                        text(xml.map_err(|NoXml(message)| self.fault("invalid-body", &message))?)
                    }
                    (None, None, None) => {
                        let message = format!(
                            "the request body is no text, and `{}` is not made from structures",
                            plan.content_type
                        );
                        return Err(self.fault("invalid-body", &message));
                    }
                }
            }
        };
        let content_type = self.safe_header(What::ContentType, content_type)?;
        if plan.kind == BodyKind::Multipart && !payload.is_string() {
            // A field of the step cannot know the boundary.
            self.headers.retain(|(name, value)| !is_multipart_without_boundary(name, value));
        }
        self.set_default_header("Content-Type", content_type);
        self.given.body = Some(payload);
        Ok(Some(body))
    }

    /// Sets the replacements in the payload, in order. Text that is JSON is replaced in as JSON.
    fn replace(&mut self, plan: &BodyPlan, mut payload: Value) -> Result<Value, Fault> {
        if plan.replacements.is_empty() {
            return Ok(payload);
        }
        let parsed = payload.as_str().filter(|_| plan.kind == BodyKind::Json);
        if let Some(json) = parsed.and_then(|text| serde_json::from_str(text).ok()) {
            payload = json;
        }
        for replacement in &plan.replacements {
            let what = What::Replacement(&replacement.text);
            let required = |at: &Pointer| {
                Pointer::parse(&replacement.text).is_ok_and(|target| {
                    let at = at.tokens().iter().fold(target, |target, token| target.child(token));
                    plan.requires(&self.call.operation, &at)
                })
            };
            let value = self.evaluate(&replacement.value, what, required)?;
            let Some(value) = value else {
                // An optional input was not supplied: what it would have replaced is not sent.
                if replacement.target.remove(&mut payload) {
                    continue;
                }
                let why =
                    "an optional input was not supplied, and only a JSON Pointer says what to leave out";
                return Err(self.unresolved(what, why));
            };
            let set = match payload.as_str() {
                Some(xml) if replacement.target.is_for_xml() => {
                    replacement.target.set_in_xml(xml, &value).map(|xml| payload = xml.into())
                }
                Some(_) | None => replacement.target.set(&mut payload, value),
            };
            set.map_err(|error| self.fault("replacement-failed", &error.to_string()))?;
        }
        Ok(payload)
    }

    /// A parameter of the step wins over what the engine would send.
    fn set_default_header(&mut self, name: &str, value: String) {
        if !self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
            self.headers.push((name.to_owned(), value));
        }
    }

    fn finish(mut self, body: Option<Body>) -> Result<Built, Fault> {
        let operation = &self.call.operation;
        if let Some(accept) = operation.accept.clone() {
            self.set_default_header("Accept", accept);
        }
        if !self.cookies.is_empty() {
            let cookies = self.cookies.join("; ");
            // A request has one such field.
            match self.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("cookie")) {
                Some((_, given)) => *given = format!("{given}; {cookies}"),
                None => self.headers.push(("Cookie".to_owned(), cookies)),
            }
        }
        let url = self.url(false)?;
        if !self.given.secret.is_empty() {
            self.given.covered_url = Some(self.url(true)?);
        }
        let slots = operation.slots.iter().filter(|slot| !self.fills(slot)).cloned().collect();
        let request = Request { method: operation.method.clone(), url, headers: self.headers, body, slots };
        Ok(Built { request, given: self.given, warnings: self.warnings, secrets: self.secrets })
    }

    /// The URL, with masks in place of secrets if it `is_shown`.
    fn url(&self, is_shown: bool) -> Result<String, Fault> {
        let operation = &self.call.operation;
        let path = self.fill_path(&operation.path, is_shown)?;
        let pairs: usize = self.query.iter().map(|(pair, _)| pair.len() + 1).sum();
        let mut url = String::with_capacity(operation.server.len() + path.len() + pairs);
        url.extend([operation.server.as_str(), &path]);
        for (index, (pair, is_secret)) in self.query.iter().enumerate() {
            url.push(if index == 0 && !url.contains('?') { '?' } else { '&' });
            match pair.split_once('=').filter(|_| is_shown && *is_secret) {
                Some((name, _)) => url.extend([name, "=", MASK]),
                None if is_shown && *is_secret => url.push_str(MASK),
                None => url.push_str(pair),
            }
        }
        Ok(url)
    }

    /// Whether the step itself gave what the slot is for.
    fn fills(&self, slot: &Slot) -> bool {
        let Some(name) = slot.placement.header() else { return false };
        self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    fn fill_path(&self, template: &str, is_shown: bool) -> Result<String, Fault> {
        let mut path = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                path.push('{');
                rest = after;
                continue;
            };
            let (name, keeps_slashes) = variable(name);
            match self.path.iter().find(|(key, _)| *key == name) {
                Some(_) if is_shown && self.given.is_secret(Location::Path, name) => path.push_str(MASK),
                Some((_, value)) if keeps_slashes => path.push_str(&self.with_slashes(name, value)?),
                Some((_, value)) => path.push_str(value),
                None => {
                    return Err(self.unresolved(What::Parameter(Location::Path, name), "it is not given"));
                }
            }
            rest = after;
        }
        path.push_str(rest);
        Ok(path)
    }

    /// An encoded value of which the slashes are part of the path, each segment by itself being a safe one.
    fn with_slashes(&self, name: &str, value: &str) -> Result<String, Fault> {
        let what = What::Parameter(Location::Path, name);
        let segments: Result<Vec<String>, Fault> =
            value.split("%2F").map(|segment| self.safe_segment(what, segment.to_owned())).collect();
        Ok(segments?.join("/"))
    }

    fn unresolved(&self, what: What<'_>, why: &str) -> Fault {
        self.fault("unresolved-expression", &format!("{what} has no value: {why}"))
    }

    fn fault(&self, code: &str, message: &str) -> Fault {
        Fault { code: code.to_owned(), message: format!("step `{}`: {message}", self.step_id) }
    }
}

fn is_multipart_without_boundary(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("content-type")
        && essence(value) == "multipart/form-data"
        && !value.to_ascii_lowercase().contains("boundary=")
}

/// A boundary that is nowhere in the payload. It is made from the names of run, visit and attempt and from the payload, so
/// that a refold sends the same bytes and a server cannot foresee it.
fn boundary((run_id, call): (&str, CallId), payload: &Value) -> String {
    let text = payload.to_string();
    let seed = format!("{run_id}-{call}");
    (0..MAX_TRIES)
        .map(|number| format!("arazzo-{:016x}", digest(&[&seed, &text, &number.to_string()])))
        .find(|boundary| !text.contains(boundary.as_str()))
        .unwrap_or_default()
}

/// So many boundaries are tried; that the second one is needed will not be seen.
const MAX_TRIES: u32 = 8;

/// FNV-1a, which is the same on every machine.
fn digest(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
