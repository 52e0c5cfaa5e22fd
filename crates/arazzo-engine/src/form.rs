//! Forms: an object as `application/x-www-form-urlencoded` and as `multipart/form-data`.
//!
//! See [Encoding By Name](https://spec.openapis.org/oas/v3.1.1.html#encoding-object) and
//! [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578).

use arazzo_document::openapi::Style;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::body::{Body, Files};
use crate::plan::{MemberPlan, essence, is_json};
use crate::serialize::{NoForm, Shape, listed, members, query, scalar};

/// An object as `application/x-www-form-urlencoded`.
///
/// `None` when it is no object, an error when the encoding of a member has no form for its value.
pub(crate) fn form(value: &Value, plans: &[MemberPlan]) -> Option<Result<String, NoForm>> {
    let members = value.as_object()?;
    let mut form = Vec::new();
    for (name, member) in members {
        if let Some(shape) = plan_of(plans, name).and_then(shape) {
            match query(shape, member) {
                Ok(pairs) => form.extend(pairs),
                Err(error) => return Some(Err(error)),
            }
            continue;
        }
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for item in items(member) {
            pairs.append_pair(name, &scalar(item).unwrap_or_else(|| item.to_string()));
        }
        form.push(pairs.finish());
    }
    form.retain(|pairs| !pairs.is_empty());
    Some(Ok(form.join("&")))
}

/// An object as `multipart/form-data`, a part for each member and each item of an array.
///
/// `None` when it is no object, an error when the encoding of a member has no form for its value.
pub(crate) fn multipart(
    value: &Value,
    plans: &[MemberPlan],
    files: &Files,
    boundary: &str,
) -> Option<Result<Body, NoForm>> {
    let mut parts = Parts { body: Body::default(), files, boundary };
    for (name, member) in value.as_object()? {
        let plan = plan_of(plans, name);
        match plan.and_then(|plan| styled(plan, member)) {
            Some(Ok(texts)) => {
                texts.into_iter().for_each(|(name, text)| parts.add(&name, plan, &Value::String(text)));
            }
            Some(Err(error)) => return Some(Err(error)),
            None => items(member).iter().for_each(|item| parts.add(name, plan, item)),
        }
    }
    parts.body.push(&format!("--{boundary}--\r\n"));
    Some(Ok(parts.body))
}

/// JSON as bytes. A string that is JSON text already is sent as it is.
pub(crate) fn json_text(payload: &Value) -> String {
    match payload {
        Value::String(text) if serde_json::from_str::<IgnoredAny>(text).is_ok() => text.clone(),
        Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        // Faster than `Display`, which writes the same.
        | Value::Object(_) => serde_json::to_string(payload).unwrap_or_else(|_| payload.to_string()),
    }
}

/// A multipart body as it grows.
struct Parts<'a> {
    body: Body,
    files: &'a Files,
    boundary: &'a str,
}

impl Parts<'_> {
    fn add(&mut self, name: &str, plan: Option<&MemberPlan>, item: &Value) {
        let boundary = self.boundary;
        let path = self.files.path(item);
        let file_name = path.map(file_name);
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(name));
        if let Some(file_name) = file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
        }
        head.push_str("\r\n");
        let written = plan.and_then(|plan| content_type(&plan.content_types, file_name));
        let by_default = match item {
            _ if path.is_some() => Some("application/octet-stream"),
            Value::Array(_) | Value::Object(_) => Some("application/json"),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        let content_type = written.or(by_default);
        if let Some(content_type) = content_type {
            head.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        // The bytes of a file are sent as they are.
        if let Some(encoding) =
            plan.and_then(|plan| plan.transfer_encoding.as_ref()).filter(|_| path.is_none())
        {
            head.push_str(&format!("Content-Transfer-Encoding: {encoding}\r\n"));
        }
        for (name, value) in plan.into_iter().flat_map(|plan| &plan.headers) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.body.push(&head);
        match path {
            Some(path) => self.body.push_file(path),
            None if written.is_some_and(|written| is_json(&essence(written))) => {
                self.body.push(&json_text(item));
            }
            None => self.body.push(&scalar(item).unwrap_or_else(|| item.to_string())),
        }
        self.body.push("\r\n");
    }
}

/// The media type of a part: the only one that there is, for a file else the one that its name has the ending of.
fn content_type<'p>(listed: &'p [String], file_name: Option<&str>) -> Option<&'p str> {
    let mut known = listed.iter().map(String::as_str).filter(|listed| !listed.contains('*'));
    match (listed, file_name) {
        ([_], _) | (_, None) => known.next(),
        (_, Some(file_name)) => {
            let (_, ending) = file_name.rsplit_once('.')?;
            let ending = if ending.eq_ignore_ascii_case("jpg") { "jpeg" } else { ending };
            known.find(|listed| {
                listed.split_once('/').is_some_and(|(_, kind)| kind.eq_ignore_ascii_case(ending))
            })
        }
    }
}

/// The last component of a path.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// What can stand between quotes, as [forms on the web](https://html.spec.whatwg.org/#multipart-form-data) have it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("%22"),
            c if c.is_ascii_control() => quoted.push_str(&format!("%{:02X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted
}

/// What stands for itself in a form: the items of an array, nothing for null.
fn items(member: &Value) -> &[Value] {
    match member {
        Value::Array(items) => items,
        Value::Null => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(member)
        }
    }
}

fn plan_of<'p>(plans: &'p [MemberPlan], name: &str) -> Option<&'p MemberPlan> {
    plans.iter().find(|plan| plan.name == name)
}

fn shape(plan: &MemberPlan) -> Option<Shape<'_>> {
    let MemberPlan { name, style, explode, allow_reserved, .. } = plan;
    Some(Shape { name, style: (*style)?, explode: *explode, allow_reserved: *allow_reserved })
}

/// The parts of an array or an object that has a style, with their names: one with the delimiter of the style, or those
/// of the members of an object. Nothing is encoded, since a part may hold any text.
fn styled(plan: &MemberPlan, member: &Value) -> Option<Result<Vec<(String, String)>, NoForm>> {
    let shape = shape(plan)?;
    match member {
        Value::Object(_) if shape.style == Style::DeepObject => {
            let named = |(key, text)| (format!("{}[{key}]", shape.name), text);
            Some(members(shape, member).map(|members| members.into_iter().map(named).collect()))
        }
        Value::Object(_) if shape.explode => Some(members(shape, member)),
        Value::Object(_) | Value::Array(_) if !shape.explode => {
            let separator = separator(shape.style);
            let text = listed(shape, member, separator, separator);
            Some(text.map(|text| vec![(shape.name.to_owned(), text)]))
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => None,
    }
}

/// What stands between the items of a style.
fn separator(style: Style) -> char {
    match style {
        Style::SpaceDelimited => ' ',
        Style::PipeDelimited => '|',
        Style::TabDelimited => '\t',
        Style::Form | Style::Simple | Style::Label | Style::Matrix | Style::DeepObject | Style::Cookie => ',',
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parts(value: &Value, plans: &[MemberPlan]) -> String {
        let files = Files::new(["a/\"b\r\n.JPG".to_owned(), "c.bin".to_owned()]);
        let body = multipart(value, plans, &files, "B").unwrap().unwrap();
        String::from_utf8(body.shown().into_owned()).unwrap().replace("\r\n", "|")
    }

    fn member(name: &str) -> MemberPlan {
        MemberPlan { name: name.to_owned(), ..MemberPlan::default() }
    }

    #[test]
    fn a_form_is_made_of_pairs() {
        let form = |plans: &[MemberPlan]| {
            form(&json!({"a": "x y", "b": [1, 2], "n": null}), plans).unwrap().unwrap()
        };
        assert_eq!(form(&[]), "a=x+y&b=1&b=2");
        assert_eq!(form(&[MemberPlan { style: Some(Style::Form), ..member("b") }]), "a=x+y&b=1,2");
        let reserved = MemberPlan { style: Some(Style::Form), allow_reserved: true, ..member("a") };
        assert_eq!(form(&[reserved]), "a=x%20y&b=1&b=2");
    }

    #[test]
    fn a_multipart_body_has_a_part_for_each_value() {
        assert_eq!(
            parts(&json!({"a\"b": "x", "o": {"k": 1}, "l": [1, true], "n": null}), &[]),
            "--B|Content-Disposition: form-data; name=\"a%22b\"||x|\
             --B|Content-Disposition: form-data; name=\"o\"|Content-Type: application/json||{\"k\":1}|\
             --B|Content-Disposition: form-data; name=\"l\"||1|\
             --B|Content-Disposition: form-data; name=\"l\"||true|--B--|"
        );
    }

    #[test]
    fn an_object_with_a_style_is_written_in_it() {
        let of = |style, explode| {
            let plan = MemberPlan { style: Some(style), explode, ..member("o") };
            let text = parts(&json!({ "o": { "a": "x y", "b": 2, "n": null } }), &[plan]);
            text.replace("--B|Content-Disposition: form-data; name=", "")
        };
        assert_eq!(of(Style::Form, true), "\"a\"||x y|\"b\"||2|--B--|");
        assert_eq!(of(Style::Form, false), "\"o\"||a,x y,b,2|--B--|");
        assert_eq!(of(Style::PipeDelimited, false), "\"o\"||a|x y|b|2|--B--|");
        assert_eq!(of(Style::DeepObject, true), "\"o[a]\"||x y|\"o[b]\"||2|--B--|");
        let plan = MemberPlan { style: Some(Style::DeepObject), ..member("o") };
        assert!(multipart(&json!({ "o": { "a": [1] } }), &[plan], &Files::default(), "B").unwrap().is_err());
    }

    #[test]
    fn a_file_has_its_name_and_its_type() {
        let file = "file:a/\"b\r\n.JPG";
        let head =
            "--B|Content-Disposition: form-data; name=\"f\"; filename=\"%22b%0D%0A.JPG\"|Content-Type: ";
        let part = |types: &[&str]| {
            let content_types = types.iter().map(|name| (*name).to_owned()).collect();
            let text = parts(&json!({ "f": file }), &[MemberPlan { content_types, ..member("f") }]);
            let rest = text.strip_prefix(head).unwrap();
            rest.split('|').next().unwrap().to_owned()
        };
        assert_eq!(part(&[]), "application/octet-stream");
        assert_eq!(part(&["image/*"]), "application/octet-stream");
        assert_eq!(part(&["application/pdf"]), "application/pdf");
        assert_eq!(part(&["image/png", "image/jpeg"]), "image/jpeg");
        assert_eq!(part(&["image/png", "image/gif"]), "application/octet-stream");
        assert_eq!(parts(&json!({ "f": ["file:c.bin", "file:d.bin"] }), &[]).matches("filename").count(), 1);
    }

    #[test]
    fn a_part_is_written_as_the_operation_says() {
        let headers = vec![("X-A".to_owned(), "1".to_owned())];
        let content_types = vec!["application/json".to_owned()];
        let plans = [
            MemberPlan { content_types, headers, ..member("a") },
            MemberPlan { style: Some(Style::PipeDelimited), ..member("b") },
            MemberPlan { transfer_encoding: Some("base64".to_owned()), ..member("c") },
        ];
        assert_eq!(
            parts(&json!({"a": "x", "b": [1, 2], "c": "AP8="}), &plans),
            "--B|Content-Disposition: form-data; name=\"a\"|Content-Type: application/json|X-A: 1||\"x\"|\
             --B|Content-Disposition: form-data; name=\"b\"||1|2|\
             --B|Content-Disposition: form-data; name=\"c\"|Content-Transfer-Encoding: base64||AP8=|--B--|"
        );
    }
}
