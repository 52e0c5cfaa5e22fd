//! What a plain YAML scalar means.
//!
//! The [core schema](https://yaml.org/spec/1.2.2/#103-core-schema) with two limits: a number that JSON cannot express
//! (`.inf`, `.nan`) and one with leading zeros (`0755`, mostly a code or an id) is a string. `0x1F` and `0o17` are
//! numbers, as the schema has it.

use std::borrow::Cow;
use std::str::FromStr;

use serde_json::Number;

use crate::node::Data;

/// The value of a plain scalar without a tag.
pub(crate) fn resolve(text: Cow<'_, str>) -> Data {
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Bool(true),
        "false" | "False" | "FALSE" => Data::Bool(false),
        _ => match number(&text) {
            Some(number) => Data::Number(number),
            None => Data::String(text.into_owned()),
        },
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return in_base(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return in_base(digits, 8);
    }
    Number::from_str(&as_json(text)?).ok()
}

/// A number in base 8 or 16; one beyond 128 bits stays a string.
fn in_base(digits: &str, base: u32) -> Option<Number> {
    if !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let value = u128::from_str_radix(digits, base).ok()?;
    Number::from_str(&value.to_string()).ok()
}

/// The decimal number as JSON writes it: no `+` before it, digits on both sides of the point.
fn as_json(text: &str) -> Option<String> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !has_digits || leading_zero || !digits(whole) || !fraction.is_none_or(digits) {
        return None;
    }
    let mut json = format!("{sign}{}", if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = fraction {
        json.push('.');
        json.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = exponent {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if unsigned.is_empty() || !digits(unsigned) {
            return None;
        }
        json.push('e');
        json.push_str(exponent);
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Data {
        super::resolve(text.into())
    }

    #[test]
    fn words_of_the_core_schema_are_values() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text), Data::Null, "{text}");
        }
        assert_eq!(resolve("true"), Data::Bool(true));
        assert_eq!(resolve("FALSE"), Data::Bool(false));
    }

    #[test]
    fn a_number_keeps_its_digits() {
        let table = [
            ("0", "0"),
            ("-0", "-0"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1.0", "1.0"),
            ("1.10", "1.10"),
            ("+1", "1"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("1.", "1.0"),
            ("0.1e-7", "0.1e-7"),
            ("1E400", "1e+400"),
            ("0x1F", "31"),
            ("0o17", "15"),
        ];
        for (text, json) in table {
            let number = Number::from_str(json).unwrap();
            assert_eq!(number.as_str(), json);
            assert_eq!(resolve(text), Data::Number(number), "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_string() {
        for text in [
            "on",
            "yes",
            "No",
            "tRue",
            "0755",
            "00",
            "-01.5",
            "1_000",
            "1,5",
            "2024-01-31",
            "12:30:45",
            ".inf",
            "-.INF",
            ".nan",
            ".",
            "-",
            "+",
            "..5",
            "1.2.3",
            "1e",
            "1e+",
            "e5",
            "0x",
            "0xg",
            "0x+1",
            "0o8",
            "-0x1",
            "0b1",
            "٣",
            "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        ] {
            assert_eq!(resolve(text), Data::String(text.to_owned()));
        }
    }
}
