//! Whether two JSON values are the same: numbers are compared by what they are worth, to the last digit.

use serde_json::Value;

/// Whether two values are the same. The order of members means nothing.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.to_string(), other.to_string());
            one == other || decimal(&one) == decimal(&other)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has =
                |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(has)
        }
        (Value::Null | Value::Bool(_) | Value::String(_), _)
        | (Value::Number(_) | Value::Array(_) | Value::Object(_), _) => one == other,
    }
}

/// A number as its sign, its digits without zeros at the ends, and the power of ten of the last one.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let dropped = i64::try_from(digits.len() - trimmed.len()).ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    let digits = trimmed.trim_start_matches('0').to_owned();
    if digits.is_empty() {
        return Some((false, digits, 0));
    }
    let power =
        exponent.trim_start_matches('+').parse::<i64>().ok()?.checked_sub(places)?.checked_add(dropped)?;
    Some((negative, digits, power))
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_the_same_by_what_they_are_worth() {
        let same = |one: &str, other: &str| {
            super::same(&serde_json::from_str(one).unwrap(), &serde_json::from_str(other).unwrap())
        };
        assert!(same("80", "80.0") && same("8e1", "80") && same("0", "-0.0") && same("[1.50]", "[15e-1]"));
        assert!(
            !same("12345678901234567890", "12345678901234567891") && !same("1", "-1") && !same("1", "\"1\"")
        );
    }
}
