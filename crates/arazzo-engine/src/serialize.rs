//! Values as parts of a URL, a header or a form.
//!
//! See [Style Values](https://spec.openapis.org/oas/v3.1.1.html#style-values). Percent-encoding leaves only the
//! characters that RFC 3986 calls unreserved, so no value can change the route that it is put into.

use arazzo_document::openapi::Style;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::plan::MemberPlan;

/// Everything but letters, digits, `-`, `.`, `_` and `~`.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What `allowReserved` still encodes: what would end the value or the query.
const NOT_RESERVED: &AsciiSet = &NOT_UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');

/// What can never stand in a query; everything else was written by somebody who means the whole of it.
const NOT_IN_QUERY: &AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`');

/// How a parameter is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) name: &'a str,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
}

/// A value that a style has no form for, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoForm(pub(crate) String);

/// A scalar as text: strings as they are, numbers with every digit. `None` for everything else.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A query as it was written, with what cannot stand in one encoded.
pub(crate) fn query_string(query: &str) -> String {
    utf8_percent_encode(query, NOT_IN_QUERY).to_string()
}

pub(crate) fn encode(text: &str, allow_reserved: bool) -> String {
    let set = if allow_reserved { NOT_RESERVED } else { NOT_UNRESERVED };
    utf8_percent_encode(text, set).to_string()
}

/// The value in a path, encoded.
pub(crate) fn path(shape: Shape<'_>, value: &Value) -> Result<String, NoForm> {
    let Shape { name, style, explode, .. } = shape;
    let encode = |text: &str| encode(text, false);
    let (prefix, separator) = match (style, explode) {
        (Style::Simple, _) => ("", ","),
        (Style::Label, true) => (".", "."),
        (Style::Label, false) => (".", ","),
        (Style::Matrix, true) => (";", ";"),
        (Style::Matrix, false) => (";", ","),
        (
            Style::Form
            | Style::SpaceDelimited
            | Style::PipeDelimited
            | Style::TabDelimited
            | Style::DeepObject,
            _,
        ) => {
            return Err(no_form(shape, value));
        }
    };
    let named = |text: String| match style {
        Style::Matrix => format!("{}={text}", encode(name)),
        Style::Simple
        | Style::Label
        | Style::Form
        | Style::SpaceDelimited
        | Style::PipeDelimited
        | Style::TabDelimited
        | Style::DeepObject => text,
    };
    let joined = match value {
        Value::Array(items) => {
            let items = scalars(shape, items)?;
            let items: Vec<String> = items.iter().map(|item| encode(item)).collect();
            if explode {
                items.into_iter().map(named).collect::<Vec<_>>().join(separator)
            } else {
                named(items.join(separator))
            }
        }
        Value::Object(_) => {
            let members = members(shape, value)?;
            if explode {
                join(
                    members.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))),
                    separator,
                )
            } else {
                named(join(
                    members.iter().map(|(key, value)| format!("{},{}", encode(key), encode(value))),
                    ",",
                ))
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            named(encode(&scalar(value).ok_or_else(|| no_form(shape, value))?))
        }
    };
    Ok(format!("{prefix}{joined}"))
}

/// The value as `name=value` pairs of a query, encoded.
pub(crate) fn query(shape: Shape<'_>, value: &Value) -> Result<Vec<String>, NoForm> {
    let Shape { name, style, explode, allow_reserved } = shape;
    let encode = |text: &str| encode(text, allow_reserved);
    let pair = |name: &str, value: &str| format!("{}={}", self::encode(name, false), value);
    match value {
        Value::Array(items) => {
            let items: Vec<String> = scalars(shape, items)?.iter().map(|item| encode(item)).collect();
            let separator = match style {
                Style::Form => ",",
                Style::SpaceDelimited => "%20",
                Style::PipeDelimited => "%7C",
                Style::TabDelimited => "%09",
                Style::Simple | Style::Label | Style::Matrix | Style::DeepObject => {
                    return Err(no_form(shape, value));
                }
            };
            if explode {
                return Ok(items.iter().map(|item| pair(name, item)).collect());
            }
            Ok(vec![pair(name, &items.join(separator))])
        }
        Value::Object(_) => {
            let members = members(shape, value)?;
            match style {
                Style::DeepObject => Ok(members
                    .iter()
                    .map(|(key, value)| pair(&format!("{name}[{key}]"), &encode(value)))
                    .collect()),
                Style::Form if explode => {
                    Ok(members.iter().map(|(key, value)| pair(key, &encode(value))).collect())
                }
                Style::Form => {
                    let list =
                        members.iter().map(|(key, value)| format!("{},{}", encode(key), encode(value)));
                    Ok(vec![pair(name, &join(list, ","))])
                }
                Style::SpaceDelimited
                | Style::PipeDelimited
                | Style::TabDelimited
                | Style::Simple
                | Style::Label
                | Style::Matrix => Err(no_form(shape, value)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let text = scalar(value).ok_or_else(|| no_form(shape, value))?;
            Ok(vec![pair(name, &encode(&text))])
        }
    }
}

/// The value of a header field, not encoded.
pub(crate) fn header(shape: Shape<'_>, value: &Value) -> Result<String, NoForm> {
    match value {
        Value::Array(items) => Ok(scalars(shape, items)?.join(",")),
        Value::Object(_) => {
            let between = if shape.explode { '=' } else { ',' };
            let members = members(shape, value)?;
            Ok(join(members.iter().map(|(key, value)| format!("{key}{between}{value}")), ","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            scalar(value).ok_or_else(|| no_form(shape, value))
        }
    }
}

/// An object as `application/x-www-form-urlencoded`.
///
/// `None` when it is no object, an error when the encoding of a member has no form for its value.
pub(crate) fn form(value: &Value, encodings: &[MemberPlan]) -> Option<Result<String, NoForm>> {
    let members = value.as_object()?;
    let mut form = Vec::new();
    for (name, member) in members {
        let encoding = encodings.iter().find(|encoding| encoding.name == *name);
        if let Some(MemberPlan { style: Some(style), explode, .. }) = encoding {
            let shape = Shape { name, style: *style, explode: *explode, allow_reserved: false };
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
/// See [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578). `None` when it is no object.
pub(crate) fn multipart(value: &Value, encodings: &[MemberPlan], boundary: &str) -> Option<Vec<u8>> {
    let mut body = String::new();
    for (name, member) in value.as_object()? {
        let encoding = encodings.iter().find(|encoding| encoding.name == *name);
        let content_type = encoding.and_then(|encoding| encoding.content_type.as_deref());
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        for item in items(member) {
            let text = scalar(item);
            let kind = content_type.or(text.is_none().then_some("application/json"));
            body.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n"));
            if let Some(kind) = kind {
                body.push_str(&format!("Content-Type: {kind}\r\n"));
            }
            body.push_str(&format!("\r\n{}\r\n", text.unwrap_or_else(|| item.to_string())));
        }
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    Some(body.into_bytes())
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

fn scalars(shape: Shape<'_>, items: &[Value]) -> Result<Vec<String>, NoForm> {
    items.iter().map(|item| scalar(item).ok_or_else(|| no_form(shape, item))).collect()
}

fn members(shape: Shape<'_>, value: &Value) -> Result<Vec<(String, String)>, NoForm> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, member)| Ok((key.clone(), scalar(member).ok_or_else(|| no_form(shape, member))?)))
        .collect()
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

fn no_form(shape: Shape<'_>, value: &Value) -> NoForm {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    NoForm(format!(
        "parameter `{}` cannot be written with {found} in it ({:?} style)",
        shape.name, shape.style
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(style: Style, explode: bool) -> Shape<'static> {
        Shape { name: "c", style, explode, allow_reserved: false }
    }

    #[test]
    fn a_value_cannot_change_the_route() {
        let of = |value: &str| path(shape(Style::Simple, false), &json!(value)).unwrap();
        assert_eq!(of("a/b?c#d"), "a%2Fb%3Fc%23d");
        assert_eq!(of("ü %"), "%C3%BC%20%25");
    }

    #[test]
    fn a_path_is_written_in_each_of_its_styles() {
        let list = json!(["a", 1]);
        let object = json!({"R": 100, "G": 200});
        let of = |style, explode, value: &Value| path(shape(style, explode), value).unwrap();
        assert_eq!(of(Style::Simple, false, &list), "a,1");
        assert_eq!(of(Style::Simple, true, &object), "R=100,G=200");
        assert_eq!(of(Style::Simple, false, &object), "R,100,G,200");
        assert_eq!(of(Style::Label, false, &list), ".a,1");
        assert_eq!(of(Style::Label, true, &object), ".R=100.G=200");
        assert_eq!(of(Style::Matrix, false, &json!("x")), ";c=x");
        assert_eq!(of(Style::Matrix, false, &list), ";c=a,1");
        assert_eq!(of(Style::Matrix, true, &list), ";c=a;c=1");
        assert_eq!(of(Style::Matrix, true, &object), ";R=100;G=200");
    }

    #[test]
    fn a_query_is_written_in_each_of_its_styles() {
        let list = json!(["a b", true]);
        let object = json!({"R": 100, "G": "&"});
        let of = |style, explode, value: &Value| query(shape(style, explode), value).unwrap().join("&");
        assert_eq!(of(Style::Form, true, &list), "c=a%20b&c=true");
        assert_eq!(of(Style::Form, false, &list), "c=a%20b,true");
        assert_eq!(of(Style::SpaceDelimited, false, &list), "c=a%20b%20true");
        assert_eq!(of(Style::PipeDelimited, false, &list), "c=a%20b%7Ctrue");
        assert_eq!(of(Style::Form, true, &object), "R=100&G=%26");
        assert_eq!(of(Style::Form, false, &object), "c=R,100,G,%26");
        assert_eq!(of(Style::DeepObject, true, &object), "c%5BR%5D=100&c%5BG%5D=%26");
    }

    #[test]
    fn big_numbers_keep_every_digit() {
        let value: Value = serde_json::from_str("123456789012345678901234567890.10").unwrap();
        assert_eq!(scalar(&value).unwrap(), "123456789012345678901234567890.10");
    }

    #[test]
    fn what_has_no_form_is_said() {
        assert!(path(shape(Style::Simple, false), &json!([[1]])).is_err());
        assert!(query(shape(Style::Form, true), &Value::Null).is_err());
    }

    #[test]
    fn a_form_is_made_of_pairs() {
        let form = |encodings: &[MemberPlan]| {
            form(&json!({"a": "x y", "b": [1, 2], "n": null}), encodings).unwrap().unwrap()
        };
        assert_eq!(form(&[]), "a=x+y&b=1&b=2");
        let listed =
            MemberPlan { name: "b".into(), content_type: None, style: Some(Style::Form), explode: false };
        assert_eq!(form(&[listed]), "a=x+y&b=1,2");
    }

    #[test]
    fn a_multipart_body_has_a_part_for_each_value() {
        let body = multipart(&json!({"a\"b": "x", "o": {"k": 1}}), &[], "B").unwrap();
        let text = "--B\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name=\"o\"\r\nContent-Type: application/json\r\n\r\n{\"k\":1}\r\n--B--\r\n";
        assert_eq!(String::from_utf8(body).unwrap(), text);
    }
}
