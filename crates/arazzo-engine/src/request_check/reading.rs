//! What a text in a request may stand for.

use arazzo_document::openapi::Schema;
use serde_json::Value;

/// So deep are alternatives looked into for types.
const MAX_DEPTH: usize = 4;

/// The types that a value may have, and its items.
#[derive(Debug, Clone, Default)]
pub(super) struct Kinds {
    /// None at all means any.
    types: Vec<String>,
    items: Vec<String>,
}

impl Kinds {
    pub(super) fn of(schema: Option<Schema<'_>>) -> Self {
        let Some(schema) = schema else { return Self::default() };
        let mut items = Vec::new();
        if let Some(item) = schema.items() {
            types_of(item, 0, &mut items);
        }
        let mut types = Vec::new();
        types_of(schema, 0, &mut types);
        Self { types, items }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.types.iter().any(|own| own == name)
    }

    /// What the text may stand for as a whole, the most likely first.
    pub(super) fn scalars(&self, text: &str) -> Vec<Value> {
        readings(text, &self.types)
    }

    /// What these texts may stand for as an array.
    pub(super) fn array(&self, items: &[String]) -> Vec<Value> {
        let typed: Vec<Value> = items
            .iter()
            .map(|item| readings(item, &self.items).into_iter().next().unwrap_or(Value::Null))
            .collect();
        vec![Value::from(typed), Value::from(items.to_vec())]
    }

    /// The same where an item is an object or an array, which a form has as JSON.
    pub(super) fn structured(&self, items: &[String]) -> Option<Value> {
        let mut any = false;
        let mut of = |item: &String| match serde_json::from_str(item) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => {
                any = true;
                value
            }
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
                readings(item, &self.items).into_iter().next().unwrap_or(Value::Null)
            }
        };
        let items: Vec<Value> = items.iter().map(&mut of).collect();
        any.then(|| Value::from(items))
    }

    /// What these members may stand for as an object.
    pub(super) fn object(members: &[(String, String)]) -> Vec<Value> {
        let of = |reading: &dyn Fn(&str) -> Value| {
            Value::Object(members.iter().map(|(name, text)| (name.clone(), reading(text))).collect())
        };
        let typed = |text: &str| readings(text, &[]).into_iter().next().unwrap_or(Value::Null);
        vec![of(&typed), of(&|text| Value::from(text))]
    }
}

/// The types that a schema names, or its alternatives do.
fn types_of(schema: Schema<'_>, depth: usize, found: &mut Vec<String>) {
    let own = schema.types();
    if own.is_empty() && depth < MAX_DEPTH {
        for branch in schema.branches().into_iter().take(MAX_BRANCHES) {
            types_of(branch, depth + 1, found);
        }
    }
    for name in own {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
}

/// So many alternatives of one schema are looked into.
const MAX_BRANCHES: usize = 16;

/// The number, truth value or null that a text is where these types allow one, or all types are allowed; and the text.
fn readings(text: &str, types: &[String]) -> Vec<Value> {
    let is = |name: &str| types.is_empty() || types.iter().any(|own| own == name);
    let typed = match serde_json::from_str(text) {
        Ok(value @ Value::Number(_)) if is("number") || is("integer") => Some(value),
        Ok(value @ Value::Bool(_)) if is("boolean") => Some(value),
        Ok(value @ Value::Null) if is("null") => Some(value),
        Ok(
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        )
        | Err(_) => None,
    };
    typed.into_iter().chain([Value::from(text)]).collect()
}
