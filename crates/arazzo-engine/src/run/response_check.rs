//! The check of a response against what its OpenAPI operation describes.
//!
//! See the [Responses Object](https://spec.openapis.org/oas/v3.1.1.html#responses-object): the status, the content
//! type, the header fields and, where it is JSON, the body. What is not described is not checked, and members that a
//! schema does not name are allowed unless it says otherwise.

use serde_json::Value;

use super::exchange::{Exchange, Received};
use super::turn::Turn;
use crate::command::CallId;
use crate::event::{EventKind, Fault};
use crate::finding::{CheckResponses, Finding, FindingKind};
use crate::json_schema::Violation;
use crate::mask::Mask;
use crate::plan::{
    CompiledSchema, HeaderPlan, MediaTypePlan, ResponsePlan, ResponsesPlan, SchemaPlan, essence, is_json,
};
use crate::refused::{Reason, Refused, cut};
use crate::schema_work::Work;
use crate::secret::is_secret_name;

/// So many findings of one response are listed.
const MAX_FINDINGS: usize = 20;

impl Turn<'_> {
    /// The exchange, with a fault when its response is not as described and that is to fail.
    pub(super) fn checked(&mut self, exchange: Exchange) -> Exchange {
        let (Some(step), Some(received), Some(visit)) =
            (self.step(), &exchange.response, self.memory.frame().and_then(|frame| frame.visit()))
        else {
            return exchange;
        };
        let Some((call, plan)) = step.call().and_then(|call| Some((call, call.responses.as_deref()?))) else {
            return exchange;
        };
        let id = CallId { visit: visit.number, attempt: visit.attempt };
        let (findings, more) =
            Check::new(plan, received, self.mask).run(&call.operation.label(), &call.operation.method);
        if findings.is_empty() {
            return exchange;
        }
        self.emit(|_| EventKind::ResponseChecked { id, findings: findings.clone() });
        let fails = self.plan.check_responses == CheckResponses::Fail;
        let first = findings.iter().position(Finding::is_difference).filter(|_| fails);
        let listed = findings.iter().filter(|it| it.is_difference() && it.kind != FindingKind::More).count();
        let says = |finding: &Finding| {
            format!("step `{}`: the response is not as described: {}", step.id, finding.message)
        };
        for (_, finding) in findings.iter().enumerate().filter(|(index, _)| Some(*index) != first) {
            let (code, message) = if finding.is_difference() {
                (MISMATCH, says(finding))
            } else {
                ("response-not-checked", format!("step `{}`: {}", step.id, finding.message))
            };
            self.warn(step, Fault { code: code.to_owned(), message });
        }
        let Some(first) = first.and_then(|index| findings.get(index)) else { return exchange };
        let message = match (listed + more).saturating_sub(1) {
            0 => says(first),
            further => format!("{} (and {further} more, see the warnings)", says(first)),
        };
        Exchange { fault: Some(Fault { code: MISMATCH.to_owned(), message }), ..exchange }
    }
}

/// The code of a response that is not as described.
const MISMATCH: &str = "response-mismatch";

/// A response that is looked at.
struct Check<'a> {
    plan: &'a ResponsesPlan,
    received: &'a Received,
    mask: &'a Mask,
    findings: Vec<Finding>,
    /// How many more there are.
    more: usize,
}

impl<'a> Check<'a> {
    fn new(plan: &'a ResponsesPlan, received: &'a Received, mask: &'a Mask) -> Self {
        Self { plan, received, mask, findings: Vec::new(), more: 0 }
    }

    /// What is found about a response of the operation, and how many findings are not listed.
    fn run(mut self, operation: &str, method: &str) -> (Vec<Finding>, usize) {
        let status = self.received.response.status;
        let Some(described) = self.plan.response(status) else {
            let message = match self.plan.statuses().as_slice() {
                [] => format!("status {status}: `{operation}` describes no responses"),
                statuses => {
                    format!("`{operation}` does not describe status {status}, only {}", statuses.join(", "))
                }
            };
            self.add(FindingKind::Status, None, message);
            return (self.findings, 0);
        };
        for header in &described.headers {
            self.header(header);
        }
        if !method.eq_ignore_ascii_case("HEAD") && !matches!(status, 100..=199 | 204 | 205 | 304) {
            self.content(described);
        }
        if self.more > 0 {
            let message = format!("{} more findings are not listed", self.more);
            self.findings.push(Finding { kind: FindingKind::More, pointer: None, message });
        }
        (self.findings, self.more)
    }

    /// A header field that is described. `Content-Type` is described by the media types.
    fn header(&mut self, header: &'a HeaderPlan) {
        let HeaderPlan { name, required, types, item_types, .. } = header;
        if name.eq_ignore_ascii_case("content-type") {
            return;
        }
        let Some(text) = self.received.header(name) else {
            if *required {
                self.add(FindingKind::MissingHeader, None, format!("header `{name}` is missing"));
            }
            return;
        };
        // An object in a header field is not taken apart.
        if types.iter().any(|name| name == "object") {
            return;
        }
        let what = format!("header `{name}`");
        let Some(schema) = self.schema(&header.schema, &what) else { return };
        let readings = readings(&text, types, item_types);
        if readings.iter().any(|value| Work::of(&schema.text, value).is_none()) {
            return self.too_much(&what);
        }
        if readings.iter().any(|value| schema.schema.allows(value)) {
            return;
        }
        let Some(value) = readings.first() else { return };
        let (violations, _) = schema.schema.violations(value, 1);
        let why = violations.first().map(|Violation { shown, masked, .. }| match shown {
            Some(shown) if !is_secret_name(name) => shown.as_str(),
            Some(_) | None => masked.as_str(),
        });
        self.add(FindingKind::Header, None, format!("header `{name}`: {}", why.unwrap_or("it is refused")));
    }

    fn content(&mut self, described: &'a ResponsePlan) {
        let response = &self.received.response;
        // Without media types nothing is said of a body.
        if described.media_types.is_empty() {
            return;
        }
        let names = || {
            let names: Vec<String> =
                described.media_types.iter().map(|it| format!("`{}`", it.name)).collect();
            names.join(", ")
        };
        let all_json = described.media_types.iter().all(|it| is_json(&it.essence));
        let Some(content_type) = response.header("content-type") else {
            let json = described.media_types.iter().find(|it| is_json(&it.essence));
            match json {
                Some(_) if response.body.is_empty() && !all_json => {}
                Some(json) => self.json_body(json),
                None if response.body.is_empty() => {}
                None => {
                    let message = format!("the content type is missing; described are {}", names());
                    self.add(FindingKind::ContentType, None, message);
                }
            }
            return;
        };
        match described.media_type(content_type) {
            Some(media_type) if is_json(&essence(content_type)) => self.json_body(media_type),
            Some(_) => {}
            None if response.body.is_empty() && all_json => {
                self.add(
                    FindingKind::MissingBody,
                    None,
                    format!("the body is missing; described are {}", names()),
                );
            }
            None => {
                let message = format!("content type `{content_type}` is not described, only {}", names());
                self.add(FindingKind::ContentType, None, message);
            }
        }
    }

    /// A body that has to be JSON.
    fn json_body(&mut self, described: &'a MediaTypePlan) {
        if self.received.response.body.is_empty() {
            let message = format!("the body is missing; `{}` is described", described.name);
            return self.add(FindingKind::MissingBody, None, message);
        }
        let body = self.received.json();
        let Some(body) = body else {
            let message = format!("the body is no JSON; `{}` is described", described.name);
            return self.add(FindingKind::MalformedBody, None, message);
        };
        let Some(schema) = self.schema(&described.schema, "the body") else { return };
        match Refused::of(schema, body, "the body", MAX_FINDINGS) {
            Refused::Nothing => {}
            Refused::Unknown => self.too_much("the body"),
            Refused::For(reasons, more) => {
                for Reason { pointer, message } in reasons {
                    self.add(FindingKind::Body, Some(pointer), message);
                }
                self.more += more;
            }
        }
    }

    /// The schema of `what`, if there is one that can be used.
    fn schema(&mut self, plan: &'a SchemaPlan, what: &str) -> Option<&'a CompiledSchema> {
        match self.plan.schema(plan)? {
            Ok(schema) => {
                if let [first, further @ ..] = schema.schema.unread.as_slice() {
                    let more = if further.is_empty() { "" } else { ", among others," };
                    let message =
                        format!("{what}: pattern `{first}`{more} cannot be read and is not checked");
                    self.add(FindingKind::Unchecked, None, message);
                }
                Some(schema)
            }
            Err(why) => {
                let message = format!("{what} is not checked: its schema cannot be used: {why}");
                self.add(FindingKind::Unchecked, None, message);
                None
            }
        }
    }

    fn too_much(&mut self, what: &str) {
        let message = format!("{what} is not checked: its schema branches or nests too much");
        self.add(FindingKind::Unchecked, None, message);
    }

    fn add(&mut self, kind: FindingKind, pointer: Option<String>, message: String) {
        if self.findings.len() == MAX_FINDINGS {
            self.more += usize::from(kind != FindingKind::Unchecked);
            return;
        }
        let pointer = pointer.map(|pointer| self.mask.text(&pointer).into_owned());
        self.findings.push(Finding { kind, pointer, message: cut(&self.mask.text(&message)) });
    }
}

/// What the text of a header field may stand for, the most likely first.
fn readings(text: &str, types: &[String], item_types: &[String]) -> Vec<Value> {
    let is = |name: &str| types.iter().any(|own| own == name);
    let mut readings = Vec::new();
    if is("array") {
        readings.push(text.split(',').map(|item| reading(item.trim(), item_types)).collect());
    }
    let typed = reading(text, types);
    if !typed.is_string() {
        readings.push(typed);
    }
    readings.push(Value::from(text));
    readings
}

/// The number or truth value that a text is where these types allow one, or all types are allowed; else the text.
fn reading(text: &str, types: &[String]) -> Value {
    let is = |name: &str| types.is_empty() || types.iter().any(|own| own == name);
    match serde_json::from_str(text) {
        Ok(value @ Value::Number(_)) if is("number") || is("integer") => value,
        Ok(value @ Value::Bool(_)) if is("boolean") => value,
        Ok(
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        )
        | Err(_) => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str, types: &[&str], item_types: &[&str]) -> Vec<Value> {
        let owned = |types: &[&str]| types.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        readings(text, &owned(types), &owned(item_types))
    }

    #[test]
    fn the_text_of_a_header_field_is_what_its_type_makes_of_it() {
        assert_eq!(read("7", &["integer"], &[]), [json!(7), json!("7")]);
        assert_eq!(read("7", &["string"], &[]), [json!("7")]);
        assert_eq!(read("true", &["boolean"], &[]), [json!(true), json!("true")]);
        assert_eq!(read("many", &["integer"], &[]), [json!("many")]);
        assert_eq!(read("1, a", &["array"], &["integer"])[0], json!([1, "a"]));
        assert_eq!(read("null", &[], &[]), [json!("null")]);
    }
}
