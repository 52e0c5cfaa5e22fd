//! The `target` of a
//! [Payload Replacement Object](https://spec.openapis.org/arazzo/v1.1.0.html#payload-replacement-object): a place in a
//! payload that gets another value.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use crate::context::{Absence, Context};
use crate::expression::kind;
use crate::mode::Mode;
use crate::pointer::{self, Pointer};
use crate::query::Query;
use crate::reading::Reading;
use crate::selector::{SelectorError, SelectorKind, Way};
use crate::source::Source;
use crate::syntax_error::SyntaxError;
use crate::template::embedded_text;
use crate::tolerance::Parsed;
use crate::xpath;

/// A place in a payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    text: String,
    path: Way,
}

/// Why a target cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// What should hold the place is not there.
    #[error("there is nothing at `{at}` that could hold `{target}`")]
    NoParent {
        /// The target.
        target: String,
        /// The pointer to what is missing.
        at: String,
    },
    /// What should hold the place has no such places.
    #[error("`{target}` leads into {found}")]
    NoPlace {
        /// The target.
        target: String,
        /// What is there instead, such as `a string`.
        found: &'static str,
    },
    /// An array has no such slot, and it is not the next one.
    #[error("`{target}` is no slot of an array of {length} items; the next one is `{length}` or `-`")]
    NoSlot {
        /// The target.
        target: String,
        /// How many items there are.
        length: usize,
    },
    /// The path selects nothing.
    #[error("`{target}` selects nothing in the payload")]
    SelectsNothing {
        /// The target.
        target: String,
    },
    /// The target and the payload do not go together, or the payload is too much for it.
    #[error("`{target}` cannot be applied to the payload: {reason}")]
    NotApplicable {
        /// The target.
        target: String,
        /// Why.
        reason: String,
    },
}

impl Target {
    /// Reads a target.
    ///
    /// # Errors
    /// When the text is not what its type says, or the type is not supported.
    pub fn parse(text: &str, kind: SelectorKind, mode: Mode) -> Result<Parsed<Self>, SelectorError> {
        let mut reading = Reading::new(mode);
        let path = Way::parse(text, kind, &mut reading)?;
        if path.expressions().next().is_some() {
            let error = SyntaxError::new("a target has no runtime expressions", 0..text.len());
            return Err(SelectorError::Selector(error));
        }
        Ok(reading.parsed(Self { text: text.to_owned(), path }))
    }

    /// Whether it is for XML text and [`Target::set_in_xml`].
    pub fn is_for_xml(&self) -> bool {
        match &self.path {
            Way::XPath(_) => true,
            Way::JsonPath(_) | Way::Pointer(_) => false,
        }
    }

    /// Puts `value` at the target. A JSON Pointer creates a member, or the next item of an array, that is not there
    /// yet; a JSONPath replaces every value that it selects.
    ///
    /// # Errors
    /// When there is no such place; `payload` is then as it was.
    pub fn set(&self, payload: &mut Value, value: Value) -> Result<(), TargetError> {
        match &self.path {
            Way::Pointer(pointer) => self.set_pointer(pointer, payload, value),
            Way::JsonPath(query) => self.set_selected(query, payload, value),
            Way::XPath(_) => Err(self.not_applicable("an XPath is for XML text".to_owned())),
        }
    }

    /// Takes away what a JSON Pointer leads to, if it is there. `false` for a target of another kind, or for the whole
    /// payload.
    pub fn remove(&self, payload: &mut Value) -> bool {
        let Way::Pointer(pointer) = &self.path else { return false };
        let Some((last, way)) = pointer.tokens().split_last() else { return false };
        let parent = way.iter().try_fold(payload, |place, token| match place {
            Value::Object(members) => members.get_mut(token),
            Value::Array(items) => pointer::index(token).and_then(|index| items.get_mut(index)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        });
        match parent {
            Some(Value::Object(members)) => {
                members.shift_remove(last);
            }
            Some(Value::Array(items)) => {
                if let Some(index) = pointer::index(last).filter(|index| *index < items.len()) {
                    items.remove(index);
                }
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
        }
        true
    }

    /// Puts the text of `value` in the place of the content of every element, and of every attribute or text, that the
    /// XPath selects in `xml`.
    ///
    /// # Errors
    /// When `xml` is no XML, or nothing is selected.
    pub fn set_in_xml(&self, xml: &str, value: &Value) -> Result<String, TargetError> {
        let text = match &self.path {
            Way::XPath(_) => &self.text,
            Way::Pointer(_) | Way::JsonPath(_) => {
                return Err(self.not_applicable("XML text needs an XPath".to_owned()));
            }
        };
        match xpath::replace(xml, text, &embedded_text(value)) {
            Ok((_, 0)) => Err(TargetError::SelectsNothing { target: self.text.clone() }),
            Ok((replaced, _)) => Ok(replaced),
            Err(reason) => Err(self.not_applicable(reason)),
        }
    }

    fn set_pointer(&self, pointer: &Pointer, payload: &mut Value, value: Value) -> Result<(), TargetError> {
        let target = || self.text.clone();
        let Some((last, way)) = pointer.tokens().split_last() else {
            *payload = value;
            return Ok(());
        };
        let mut place = payload;
        for (position, token) in way.iter().enumerate() {
            let found = match place {
                Value::Object(members) => members.get_mut(token),
                Value::Array(items) => pointer::index(token).and_then(|index| items.get_mut(index)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
            };
            place = found.ok_or_else(|| TargetError::NoParent {
                target: target(),
                at: way.iter().take(position + 1).collect::<Pointer>().to_string(),
            })?;
        }
        match place {
            Value::Object(members) => {
                members.insert(last.clone(), value);
                Ok(())
            }
            Value::Array(items) => {
                let length = items.len();
                match pointer::index(last) {
                    Some(index) if index < length => {
                        items.iter_mut().skip(index).take(1).for_each(|item| *item = value.clone());
                        Ok(())
                    }
                    Some(index) if index == length => {
                        items.push(value);
                        Ok(())
                    }
                    None if last == "-" => {
                        items.push(value);
                        Ok(())
                    }
                    Some(_) | None => Err(TargetError::NoSlot { target: target(), length }),
                }
            }
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Err(TargetError::NoPlace { target: target(), found: kind(other) })
            }
        }
    }

    fn set_selected(&self, query: &Query, payload: &mut Value, value: Value) -> Result<(), TargetError> {
        let nodes = query.nodes(payload, &Nowhere).map_err(|reason| self.not_applicable(reason))?;
        // A node is known by where it lies in memory, which does not change until it is replaced.
        let selected: HashSet<*const Value> = nodes.into_iter().map(std::ptr::from_ref).collect();
        if selected.is_empty() {
            return Err(TargetError::SelectsNothing { target: self.text.clone() });
        }
        let mut open = vec![payload];
        while let Some(node) = open.pop() {
            if selected.contains(&std::ptr::from_ref(&*node)) {
                *node = value.clone();
                continue;
            }
            match node {
                Value::Array(items) => open.extend(items),
                Value::Object(members) => open.extend(members.values_mut()),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        Ok(())
    }

    fn not_applicable(&self, reason: String) -> TargetError {
        TargetError::NotApplicable { target: self.text.clone(), reason }
    }
}

/// A target has no expressions that would need a context.
struct Nowhere;

impl Context for Nowhere {
    fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence> {
        Err(Absence::Unsupported { what: format!("`{source}`") })
    }
}
