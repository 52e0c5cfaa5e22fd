//! Values that are written out, against the schemas of where they go.
//!
//! Only types, `enum` and `const` are compared, and only where a schema is plain: where alternatives or conditions
//! decide, nothing is said.

use arazzo_document::openapi::Schema;
use serde_json::Value;

/// Why a schema refuses a value that is written out, in words that follow “the operation wants”.
///
/// `as_text` says that the value is sent as text, where `"8"` and `8` are the same.
pub(super) fn refusal(schema: &Schema<'_>, value: &Value, as_text: bool) -> Option<String> {
    if !schema.is_known() || !schema.branches().is_empty() || schema.keyword("not").is_some() {
        return None;
    }
    let types = schema.types();
    if !types.is_empty() && !types.iter().any(|name| is_of(value, name, as_text)) {
        let names: Vec<String> = types.iter().map(|name| format!("`{name}`")).collect();
        return Some(names.join(" or "));
    }
    let values = schema.values();
    let same = |allowed: &Value| if as_text { plain(allowed) == plain(value) } else { *allowed == *value };
    // An array in a parameter is often written as text with commas.
    let is_list = as_text && types.iter().any(|name| matches!(*name, "array" | "object"));
    if values.is_empty() || is_list || values.iter().any(|allowed| same(&allowed.to_value())) {
        return None;
    }
    let mut shown: Vec<String> =
        values.iter().take(MAX_SHOWN).map(|allowed| format!("`{}`", plain(&allowed.to_value()))).collect();
    if values.len() > MAX_SHOWN {
        shown.push(format!("{} more", values.len() - MAX_SHOWN));
    }
    Some(format!("one of {}", shown.join(", ")))
}

/// So many allowed values are listed.
const MAX_SHOWN: usize = 8;

/// How the value looks as text.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_of(value: &Value, name: &str, as_text: bool) -> bool {
    let number = || match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if as_text => {
            serde_json::from_str::<serde_json::Number>(text).ok().map(|number| number.to_string())
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match name {
        "string" => value.is_string() || (as_text && !value.is_array() && !value.is_object()),
        "number" => number().is_some(),
        "integer" => number().is_some_and(|text| {
            let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
            fraction.bytes().all(|digit| digit == b'0') || text.contains(['e', 'E'])
        }),
        "boolean" => value.is_boolean() || (as_text && matches!(value.as_str(), Some("true" | "false"))),
        "null" => value.is_null() || (as_text && value.as_str().is_some_and(str::is_empty)),
        "array" => value.is_array() || as_text,
        "object" => value.is_object() || as_text,
        _ => true,
    }
}
