//! What a schema refuses about a value, in words that show no secret.

use std::collections::HashSet;

use serde_json::Value;

use crate::json_schema::Violation;
use crate::plan::{CompiledSchema, branches, find_secrets};
use crate::schema_work::Work;
use crate::secret::is_secret_name;

/// Longer messages, in characters, are cut.
const MAX_MESSAGE: usize = 300;

/// What a schema says of a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Nothing: it is allowed.
    Nothing,
    /// It cannot be said, for that would be too much work.
    Unknown,
    /// It is refused, for these reasons and so many more.
    For(Vec<Reason>, usize),
}

/// Why a value is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The JSON Pointer of what is refused.
    pub(crate) pointer: String,
    /// Place and fact.
    pub(crate) message: String,
}

impl Refused {
    /// Holds `value` against `schema`. `what` is the value in words, `most` how many reasons are listed.
    pub(crate) fn of(schema: &CompiledSchema, value: &Value, what: &str, most: usize) -> Self {
        let Some(work) = Work::of(&schema.text, value) else { return Self::Unknown };
        if schema.schema.allows(value) {
            return Self::Nothing;
        }
        if work.is_long_to_list() {
            let message = format!("{what} does not fit its schema and is too large to say where");
            return Self::For(vec![Reason { pointer: String::new(), message }], 0);
        }
        let (violations, count) = schema.schema.violations(value, most);
        let secrets = secrets(schema, value);
        let reasons: Vec<Reason> =
            violations.into_iter().map(|violation| reason(violation, value, &secrets, what)).collect();
        let more = count.saturating_sub(reasons.len());
        Self::For(reasons, more)
    }
}

fn reason(violation: Violation, value: &Value, secrets: &HashSet<*const Value>, what: &str) -> Reason {
    let Violation { pointer, missing, unexpected, shown, masked } = violation;
    let is_secret = pointer.split('/').any(is_secret_name)
        || value.pointer(&pointer).is_some_and(|value| secrets.contains(&std::ptr::from_ref(value)));
    let why = match (missing, unexpected.as_slice(), shown) {
        (Some(name), _, _) => format!("member `{name}` is missing"),
        (None, [name], _) => format!("member `{name}` is not allowed"),
        (None, [_, _, ..], _) => format!("members `{}` are not allowed", unexpected.join("`, `")),
        (None, [], Some(shown)) if !is_secret => shown,
        (None, [], Some(_) | None) => masked,
    };
    let short = what.strip_prefix("the ").unwrap_or(what);
    let place = if pointer.is_empty() { what.to_owned() } else { format!("{short} at `{pointer}`") };
    Reason { pointer, message: format!("{place}: {why}") }
}

/// The parts of the value that its schema calls secret, and all that is in them.
fn secrets(schema: &CompiledSchema, value: &Value) -> HashSet<*const Value> {
    let mut found: HashSet<*const Value> = HashSet::new();
    find_secrets(&branches(vec![&schema.text], &schema.text), &schema.text, value, 0, &mut |secret| {
        let mut waiting = vec![secret];
        while let Some(value) = waiting.pop() {
            found.insert(value);
            match value {
                Value::Array(items) => waiting.extend(items),
                Value::Object(members) => waiting.extend(members.values()),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    });
    found
}

/// The message, not longer than is fit to be read.
pub(crate) fn cut(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"ü".repeat(400)).chars().count(), MAX_MESSAGE + 1);
    }
}
