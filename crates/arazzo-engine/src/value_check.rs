//! Whether values are as a schema says, for who makes them up.

use serde_json::Value;

use crate::plan::CompiledSchema;
use crate::schema_work::Work;

/// A JSON Schema (2020-12), compiled. Its formats only annotate.
#[derive(Debug)]
pub struct ValueCheck(CompiledSchema);

impl ValueCheck {
    /// Compiles a schema that refers to nothing but its own definitions; `None` if it cannot be used.
    pub fn new(schema: Value) -> Option<Self> {
        CompiledSchema::new(schema).ok().map(Self)
    }

    /// Whether the schema allows the value; `None` if it would be too much work to say.
    pub fn allows(&self, value: &Value) -> Option<bool> {
        Work::of(&self.0.text, value).map(|_| self.0.schema.allows(value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_allowed_or_not() {
        let check = ValueCheck::new(json!({"type": "integer"})).unwrap();
        assert_eq!(check.allows(&json!(1)), Some(true));
        assert_eq!(check.allows(&json!("1")), Some(false));
        assert!(ValueCheck::new(json!({"type": 5})).is_none());
    }
}
