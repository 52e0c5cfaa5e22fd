//! A [JSON Schema](https://json-schema.org/draft/2020-12/json-schema-core), compiled, and what it refuses.
//!
//! The library that checks values stands behind this file.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Value, json};

use crate::alternative_work;

/// So many steps a regular expression may go back, where one needs that at all.
const MAX_BACKTRACKING: usize = 10_000;

/// Alternatives within alternatives are looked into so deeply.
const MAX_UNFOLDING: usize = 16;

/// A schema that can check values.
#[derive(Debug)]
pub(crate) struct JsonSchema {
    validator: Validator,
    /// The patterns that are no regular expressions; they are not checked.
    pub(crate) unread: Vec<String>,
}

/// One thing that a schema refuses about a value.
#[derive(Debug)]
pub(crate) struct Violation {
    /// The JSON Pointer of what is refused.
    pub(crate) pointer: String,
    /// The member that an object lacks, if that is it.
    pub(crate) missing: Option<String>,
    /// The members that an object may not have, if that is it.
    pub(crate) unexpected: Vec<String>,
    /// Why, with the value, if that is a short scalar.
    pub(crate) shown: Option<String>,
    /// Why, without the value.
    pub(crate) masked: String,
}

impl JsonSchema {
    /// Compiles a schema whose `format`s are checked.
    ///
    /// # Errors
    /// What is no schema, by its JSON Pointer, and why.
    pub(crate) fn with_formats(schema: &Value) -> Result<Self, (String, String)> {
        alternative_work::check(schema).map_err(|fact| (String::new(), fact.to_owned()))?;
        let patterns = PatternOptions::fancy_regex().backtrack_limit(MAX_BACKTRACKING);
        let options = jsonschema::options().should_validate_formats(true).with_pattern_options(patterns);
        let validator = options.build(schema);
        validator
            .map(|validator| Self { validator, unread: Vec::new() })
            .map_err(|error| (error.instance_path().to_string(), error.to_string()))
    }

    /// Compiles a schema whose `format`s only annotate, but for patterns that cannot be read. The others take linear time
    /// where they can.
    pub(crate) fn without_formats(schema: &Value) -> Result<Self, String> {
        alternative_work::check(schema)?;
        if let Ok(validator) = annotated(schema) {
            return Ok(Self { validator, unread: Vec::new() });
        }
        let (mut schema, mut unread) = (schema.clone(), Vec::new());
        drop_patterns(&mut schema, &mut unread);
        annotated(&schema).map(|validator| Self { validator, unread }).map_err(|error| error.to_string())
    }

    /// Whether the schema allows the value.
    pub(crate) fn allows(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What the schema refuses about the value: so many of the violations, and how many there are. Where one of several
    /// alternatives alone is for values of this type, it is what that alternative refuses.
    pub(crate) fn violations(&self, value: &Value, most: usize) -> (Vec<Violation>, usize) {
        let errors: Vec<ValidationError<'_>> = self.validator.iter_errors(value).collect();
        let mut found = Vec::new();
        let mut count = 0;
        for error in errors.iter().filter(|error| !is_unfinished(error)) {
            unfold(error, 0, &mut |error| {
                count += 1;
                if count <= most {
                    found.push(Violation::of(error));
                }
            });
        }
        (found, count)
    }
}

fn annotated(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    let options = || jsonschema::options().should_validate_formats(false);
    options().with_pattern_options(PatternOptions::regex()).build(schema).or_else(|_| {
        let fancy = PatternOptions::fancy_regex().backtrack_limit(MAX_BACKTRACKING);
        options().with_pattern_options(fancy).build(schema)
    })
}

/// Takes the patterns that cannot be read out of a schema.
fn drop_patterns(schema: &mut Value, dropped: &mut Vec<String>) {
    let mut is_wrong = |pattern: &str| {
        let wrong = annotated(&json!({ "pattern": pattern })).is_err();
        dropped.extend(wrong.then(|| pattern.to_owned()));
        wrong
    };
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| drop_patterns(item, dropped)),
        Value::Object(members) => {
            if members.get("pattern").and_then(Value::as_str).is_some_and(&mut is_wrong) {
                members.shift_remove("pattern");
            }
            if let Some(Value::Object(named)) = members.get_mut("patternProperties") {
                named.retain(|pattern, _| !is_wrong(pattern));
            }
            // Values that are compared with are no schemas.
            let schemas = members.iter_mut().filter(|(name, _)| !matches!(name.as_str(), "const" | "enum"));
            schemas.for_each(|(_, schema)| drop_patterns(schema, dropped));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Violation {
    fn of(error: &ValidationError<'_>) -> Self {
        let missing = if let ValidationErrorKind::Required { property } = error.kind() {
            property.as_str().map(str::to_owned)
        } else {
            None
        };
        let unexpected = if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            unexpected.clone()
        } else {
            Vec::new()
        };
        Self {
            pointer: error.instance_path().to_string(),
            missing,
            unexpected,
            shown: is_short_scalar(error.instance()).then(|| error.to_string()),
            masked: error.masked().to_string(),
        }
    }
}

/// Whether the error only says that a pattern took too many steps: that is no fact about the value.
fn is_unfinished(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::BacktrackLimitExceeded { .. } | ValidationErrorKind::RegexEngineFailure { .. }
    )
}

/// Calls `found` with the error, or with those of the only alternative that the value can be meant for.
fn unfold<'e>(error: &'e ValidationError<'e>, depth: usize, found: &mut dyn FnMut(&'e ValidationError<'e>)) {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) =
        error.kind()
    else {
        return found(error);
    };
    let mut fitting = context.iter().filter(|errors| !errors.iter().any(|inner| is_other(inner, error)));
    match (fitting.next(), fitting.next()) {
        (Some(errors), None) if depth < MAX_UNFOLDING && !errors.is_empty() => {
            errors.iter().for_each(|inner| unfold(inner, depth + 1, found));
        }
        (Some(_), _) | (None, _) => found(error),
    }
}

/// Whether an alternative is for values of another type than the one that `outer` is about.
fn is_other(inner: &ValidationError<'_>, outer: &ValidationError<'_>) -> bool {
    matches!(inner.kind(), ValidationErrorKind::Type { .. }) && inner.instance_path() == outer.instance_path()
}

/// A longer value, in bytes, is not shown in a message.
const MAX_SHOWN: usize = 80;

fn is_short_scalar(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(number) => number.to_string().len() <= MAX_SHOWN,
        Value::String(text) => text.len() <= MAX_SHOWN,
        Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(schema: Value, value: Value) -> Vec<(String, String)> {
        let (violations, _) = JsonSchema::without_formats(&schema).unwrap().violations(&value, 10);
        violations.into_iter().map(|violation| (violation.pointer, violation.masked)).collect()
    }

    #[test]
    fn what_only_fits_one_alternative_is_refused_by_that() {
        let pet =
            json!({ "type": "object", "required": ["name"], "properties": { "age": { "type": "integer" } } });
        let schema = json!({ "anyOf": [{ "type": "null" }, { "oneOf": [pet, { "type": "string" }] }] });
        let wanted = [("/age", "value is not of type \"integer\""), ("", "\"name\" is a required property")];
        let refused = refused(schema.clone(), json!({ "age": "1" }));
        assert_eq!(refused.len(), 2, "{refused:?}");
        for (pointer, message) in wanted {
            assert!(refused.contains(&(pointer.to_owned(), message.to_owned())), "{refused:?}");
        }
        let several = json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] });
        assert_eq!(self::refused(several, json!({})).len(), 1);
        assert_eq!(self::refused(schema, json!(1))[0].0, "");
    }

    #[test]
    fn numbers_are_what_they_are_worth() {
        let allowed = [
            (json!({ "type": "integer" }), "1.0"),
            (json!({ "type": "integer" }), "12345678901234567890123"),
            (json!({ "enum": [80.0] }), "80"),
            (json!({ "multipleOf": 0.01 }), "19.99"),
        ];
        for (schema, value) in allowed {
            assert_eq!(refused(schema, serde_json::from_str(value).unwrap()), [], "{value}");
        }
        assert_eq!(refused(json!({ "maximum": 5 }), serde_json::from_str("5.01").unwrap()).len(), 1);
    }

    #[test]
    fn formats_are_asserted_only_where_that_is_asked_for() {
        let schema = json!({ "format": "date" });
        assert!(JsonSchema::without_formats(&schema).unwrap().allows(&json!("x")));
        assert!(!JsonSchema::with_formats(&schema).unwrap().allows(&json!("x")));
    }

    #[test]
    fn a_pattern_that_needs_to_look_around_works_and_ends() {
        let schema = JsonSchema::without_formats(&json!({ "pattern": "^(?!x)a+$" })).unwrap();
        assert!(schema.allows(&json!("aa")) && !schema.allows(&json!("xa")));
        let endless = JsonSchema::without_formats(&json!({ "pattern": "^(?=(a+)+$)(a|aa)+$" })).unwrap();
        assert!(endless.violations(&json!(format!("{}b", "a".repeat(5_000))), 1).1 <= 1);
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_left_out() {
        let inner = json!({ "pattern": "(", "minLength": 2, "const": { "pattern": "(" } });
        let schema =
            json!({ "properties": { "a": inner }, "patternProperties": { "[": false, "^b": false } });
        let compiled = JsonSchema::without_formats(&schema).unwrap();
        assert_eq!(compiled.unread, ["[", "("]);
        assert!(!compiled.allows(&json!({ "a": "x" })) && !compiled.allows(&json!({ "b": 1 })));
        assert!(compiled.allows(&json!({ "[": 1, "a": { "pattern": "(" } })));
    }

    #[test]
    fn compiling_is_quick_however_the_definitions_refer_to_each_other() {
        let reference = |number: usize| json!({ "$ref": format!("#/$defs/d{number}") });
        for (keyword, links) in [("anyOf", 60), ("allOf", 250), ("prefixItems", 2_000)] {
            let link = |number: usize| json!({ keyword: [reference(number + 1), reference(number + 1)] });
            let mut definitions: serde_json::Map<String, Value> =
                (0..links).map(|number| (format!("d{number}"), link(number))).collect();
            definitions.insert(format!("d{links}"), json!({ "type": "string" }));
            let schema = json!({ "$ref": "#/$defs/d0", "$defs": definitions });
            assert!(JsonSchema::without_formats(&schema).is_ok(), "{keyword}");
        }
    }

    #[test]
    fn patterns_without_an_end_do_not_add_up() {
        let schema = json!({ "items": { "pattern": "^(?=(a+)+$)(a|aa)+$" } });
        let value = Value::from(vec![format!("{}b", "a".repeat(200)); 40]);
        let compiled = JsonSchema::without_formats(&schema).unwrap();
        assert!(compiled.violations(&value, 5).1 <= 40);
        compiled.allows(&value);
    }
}
