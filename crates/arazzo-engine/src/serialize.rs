//! Values as parts of a URL or a header.
//!
//! See [Style Values](https://spec.openapis.org/oas/v3.1.1.html#style-values). Percent-encoding leaves only the
//! characters that RFC 3986 calls unreserved, so no value can change the route that it is put into.

use std::borrow::Cow;

use arazzo_document::openapi::Style;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::form::form;
use crate::plan::Serialization;

/// Everything but letters, digits, `-`, `.`, `_` and `~`.
const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What `allowReserved` still encodes: what would end the value or the query. Triples such as `%2F` are not looked at.
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
    .remove(b';')
    .remove(b'=');

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

/// A scalar as text, encoded.
fn encoded(value: &Value, encode: impl Fn(&str) -> String) -> Option<String> {
    value.as_str().map_or_else(|| scalar(value).map(|text| encode(&text)), |text| Some(encode(text)))
}

/// A query as it was written, with what cannot stand in one encoded.
fn query_string(query: &str) -> String {
    utf8_percent_encode(query, NOT_IN_QUERY).to_string()
}

/// The value as the whole query: a form and JSON are made of it, a string was written by somebody who means it so.
pub(crate) fn whole_query(serialization: Serialization, given: &Value, content: &Value) -> Option<String> {
    match (given, content) {
        (Value::String(query), _) => Some(query_string(query)),
        (_, Value::String(form)) if serialization == Serialization::Form => Some(form.clone()),
        (_, Value::String(text)) => Some(encode(text, false)),
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
    }
}

pub(crate) fn encode(text: &str, allow_reserved: bool) -> String {
    if allow_reserved {
        encode_reserved(text)
    } else {
        Cow::from(utf8_percent_encode(text, NOT_UNRESERVED)).into_owned()
    }
}

/// What is encoded already stays, as in [reserved expansion](https://www.rfc-editor.org/rfc/rfc6570#section-3.2.3).
fn encode_reserved(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        encoded.extend(utf8_percent_encode(before, NOT_RESERVED));
        let digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
        encoded.push_str(if digits == 2 { "%" } else { "%25" });
        rest = after;
    }
    encoded.extend(utf8_percent_encode(rest, NOT_RESERVED));
    encoded
}

/// Whether there is nothing to write: null, and an array or an object without anything else in it.
///
/// That is what [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570#section-2.3) calls undefined.
pub(crate) fn is_undefined(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(Value::is_null),
        Value::Object(members) => members.values().all(Value::is_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The value as a parameter with `content` has it: text of its media type. Without `content` it stays as it is.
pub(crate) fn content(
    name: &str,
    serialization: Serialization,
    value: &Value,
) -> Result<Option<String>, NoForm> {
    match serialization {
        Serialization::Styled => Ok(None),
        Serialization::Json => Ok(Some(value.to_string())),
        Serialization::Form if value.is_object() => form(value, &[]).transpose(),
        Serialization::Form | Serialization::Text => match scalar(value) {
            Some(text) => Ok(Some(text)),
            None => Err(NoForm(format!("parameter `{name}` is {}, and its media type is text", kind(value)))),
        },
    }
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
        // Collection formats of OpenAPI 2.0.
        (Style::SpaceDelimited, _) => ("", "%20"),
        (Style::PipeDelimited, _) => ("", "%7C"),
        (Style::TabDelimited, _) => ("", "%09"),
        (Style::Form | Style::DeepObject | Style::Cookie, _) => return Err(no_form(shape, value)),
    };
    let is_matrix = style == Style::Matrix;
    // An empty value is its name alone in this style.
    let pair = |name: &str, text: &str| match is_matrix && text.is_empty() {
        true => encode(name),
        false => format!("{}={text}", encode(name)),
    };
    let named = |text: String| if is_matrix { pair(name, &text) } else { text };
    let joined = match value {
        Value::Array(_) | Value::Object(_) if is_undefined(value) => return Err(no_form(shape, value)),
        Value::Array(items) => {
            let items = scalars(shape, items)?;
            let items = items.iter().map(|item| encode(item));
            if explode { join(items.map(named), separator) } else { named(join(items, separator)) }
        }
        Value::Object(_) => {
            let members = members(shape, value)?;
            if explode {
                join(members.iter().map(|(key, value)| pair(key, &encode(value))), separator)
            } else {
                named(join(members.iter().flat_map(|(key, value)| [encode(key), encode(value)]), separator))
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            named(encoded(value, encode).ok_or_else(|| no_form(shape, value))?)
        }
    };
    Ok(if prefix.is_empty() { joined } else { format!("{prefix}{joined}") })
}

/// The value as `name=value` pairs of a query, encoded; none when there is nothing to write.
pub(crate) fn query(shape: Shape<'_>, value: &Value) -> Result<Vec<String>, NoForm> {
    let Shape { name, style, explode, allow_reserved } = shape;
    let encode = |text: &str| encode(text, allow_reserved);
    let pair = |name: &str, value: &str| {
        let mut pair = self::encode(name, false);
        pair.reserve_exact(1 + value.len());
        pair.extend(["=", value]);
        pair
    };
    if is_undefined(value) {
        return Ok(Vec::new());
    }
    // With `explode` nothing is left for a delimiter to separate.
    let separator = match style {
        Style::Form | Style::Cookie => Some(","),
        Style::SpaceDelimited => Some("%20"),
        Style::PipeDelimited => Some("%7C"),
        Style::TabDelimited => Some("%09"),
        Style::Simple | Style::Label | Style::Matrix | Style::DeepObject => None,
    };
    match (value, separator) {
        (Value::Object(_), _) if style == Style::DeepObject => Ok(members(shape, value)?
            .iter()
            .map(|(key, value)| pair(&format!("{name}[{key}]"), &encode(value)))
            .collect()),
        (Value::Array(items), Some(separator)) => {
            let items = scalars(shape, items)?;
            let items = items.iter().map(|item| encode(item));
            if explode {
                return Ok(items.map(|item| pair(name, &item)).collect());
            }
            Ok(vec![pair(name, &join(items, separator))])
        }
        (Value::Object(_), Some(separator)) => {
            let members = members(shape, value)?;
            if explode {
                return Ok(members.iter().map(|(key, value)| pair(key, &encode(value))).collect());
            }
            let list = members.iter().flat_map(|(key, value)| [encode(key), encode(value)]);
            Ok(vec![pair(name, &join(list, separator))])
        }
        (Value::Array(_) | Value::Object(_), None) => Err(no_form(shape, value)),
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => {
            let encoded = encoded(value, encode).ok_or_else(|| no_form(shape, value))?;
            Ok(vec![pair(name, &encoded)])
        }
    }
}

/// The value as `name=value` pairs of a `Cookie` header, encoded unless the style says that it is as it must be.
pub(crate) fn cookie(shape: Shape<'_>, value: &Value) -> Result<Vec<String>, NoForm> {
    // A reserved `;` would begin another cookie.
    let shape = Shape { allow_reserved: false, ..shape };
    if shape.style != Style::Cookie {
        return query(shape, value);
    }
    let pairs: Vec<(String, String)> = match value {
        Value::Array(items) if shape.explode => {
            let items = scalars(shape, items)?;
            items.into_iter().map(|item| (shape.name.to_owned(), item)).collect()
        }
        Value::Object(_) if shape.explode => members(shape, value)?,
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => vec![(shape.name.to_owned(), listed(shape, value, ',', ',')?)],
    };
    if pairs.iter().any(|(name, value)| name.contains([';', '=']) || value.contains(';')) {
        let name = shape.name;
        return Err(NoForm(format!("parameter `{name}` has a character that ends a cookie in its value")));
    }
    Ok(pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
}

/// The value of a header field, not encoded.
pub(crate) fn header(shape: Shape<'_>, value: &Value) -> Result<String, NoForm> {
    let separator = match shape.style {
        Style::SpaceDelimited => ' ',
        Style::PipeDelimited => '|',
        Style::TabDelimited => '\t',
        Style::Simple | Style::Label | Style::Matrix | Style::Form | Style::DeepObject | Style::Cookie => ',',
    };
    listed(shape, value, separator, if shape.explode { '=' } else { separator })
}

/// The value as text that is not encoded: items, or names and values, with a separator.
pub(crate) fn listed(
    shape: Shape<'_>,
    value: &Value,
    separator: char,
    between: char,
) -> Result<String, NoForm> {
    let separator = separator.to_string();
    match value {
        Value::Array(items) => Ok(scalars(shape, items)?.join(&separator)),
        Value::Object(_) => {
            let members = members(shape, value)?;
            Ok(join(members.iter().map(|(key, value)| format!("{key}{between}{value}")), &separator))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            scalar(value).ok_or_else(|| no_form(shape, value))
        }
    }
}

/// The items as text, without those that are null.
fn scalars(shape: Shape<'_>, items: &[Value]) -> Result<Vec<String>, NoForm> {
    let items = items.iter().filter(|item| !item.is_null());
    items.map(|item| scalar(item).ok_or_else(|| no_form(shape, item))).collect()
}

/// The members as text, without those that are null.
pub(crate) fn members(shape: Shape<'_>, value: &Value) -> Result<Vec<(String, String)>, NoForm> {
    let members = value.as_object().into_iter().flatten().filter(|(_, member)| !member.is_null());
    members
        .map(|(key, member)| Ok((key.clone(), scalar(member).ok_or_else(|| no_form(shape, member))?)))
        .collect()
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

fn no_form(shape: Shape<'_>, value: &Value) -> NoForm {
    let Shape { name, style, .. } = shape;
    NoForm(format!("parameter `{name}` cannot be written with {} in it ({style:?} style)", kind(value)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(items) if items.is_empty() => "an empty array",
        Value::Array(_) => "an array",
        Value::Object(members) if members.is_empty() => "an empty object",
        Value::Object(_) => "an object",
    }
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
        assert!(path(shape(Style::Simple, false), &json!([])).is_err());
        assert!(query(shape(Style::DeepObject, true), &json!([1])).is_err());
    }

    #[test]
    fn what_has_no_value_is_left_out() {
        for nothing in [json!(null), json!([]), json!({}), json!([null]), json!({ "a": null })] {
            assert_eq!(query(shape(Style::Form, false), &nothing).unwrap(), Vec::<String>::new());
        }
        assert_eq!(query(shape(Style::Form, true), &json!([1, null, 2])).unwrap(), ["c=1", "c=2"]);
    }

    #[test]
    fn reserved_characters_and_what_is_encoded_stay_where_that_is_allowed() {
        let shape = Shape { allow_reserved: true, ..shape(Style::Form, true) };
        let of = |value: &str| query(shape, &json!(value)).unwrap().join("&");
        assert_eq!(of("a/b?c:@!$'()*,;=[]"), "c=a/b?c:@!$'()*,;=[]");
        assert_eq!(of("a%2Fb%zz%"), "c=a%2Fb%25zz%25");
        assert_eq!(of("a&b#c+d"), "c=a%26b%23c%2Bd");
        assert_eq!(cookie(shape, &json!("a;b")).unwrap(), ["c=a%3Bb"]);
    }

    #[test]
    fn a_cookie_cannot_begin_another_one() {
        let of = |value: &Value| cookie(shape(Style::Cookie, true), value);
        assert_eq!(of(&json!({"R": 100, "G": "a%20b"})).unwrap(), ["R=100", "G=a%20b"]);
        assert!(of(&json!("a; admin=1")).is_err());
        assert!(of(&json!({"a; b": 1})).is_err());
    }
}
