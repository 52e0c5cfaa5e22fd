//! A value of a description with the expressions in it: what a parameter or a payload is made from.
//!
//! See [Parameter Object](https://spec.openapis.org/arazzo/v1.0.1.html#parameter-object) and
//! [Request Body Object](https://spec.openapis.org/arazzo/v1.0.1.html#request-body-object). Map keys are never
//! expressions, and a value that was put in is never scanned again.

use arazzo_expression::{Absence, Context, Expression, Pointer, Selector, Surrounding, Template};
use serde_json::{Map, Value};

/// A value with the expressions in it parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ValueTemplate {
    /// No expression is in it.
    Constant(Value),
    /// An expression, or text with expressions embedded in it.
    Text(Template),
    /// What a [Selector Object](https://spec.openapis.org/arazzo/v1.1.0.html#selector-object) selects.
    Selector(Box<Selector>),
    /// An array with an expression somewhere in it.
    Array(Vec<ValueTemplate>),
    /// An object with an expression somewhere in it.
    Object(Vec<(String, ValueTemplate)>),
}

/// An expression in a value that has nothing to put there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hole {
    /// Where in the value.
    pub(crate) at: Pointer,
    /// Why there is nothing.
    pub(crate) absence: Absence,
    /// Whether it stands in an array, where leaving it out moves its neighbours.
    pub(crate) in_array: bool,
}

impl ValueTemplate {
    /// The value, without the members and items that have nothing to put there; those are in `holes`.
    ///
    /// `None` means that nothing at all is left: the whole value is a hole.
    pub(crate) fn evaluate(&self, context: &dyn Context, holes: &mut Vec<Hole>) -> Option<Value> {
        self.evaluate_in(context, Surrounding::Plain, holes)
    }

    /// The same for text of a kind in which values have to be escaped.
    pub(crate) fn evaluate_in(
        &self,
        context: &dyn Context,
        surrounding: Surrounding,
        holes: &mut Vec<Hole>,
    ) -> Option<Value> {
        match self {
            Self::Text(template) => Place::Root.fill(template.evaluate_in(context, surrounding), holes),
            Self::Constant(_) | Self::Selector(_) | Self::Array(_) | Self::Object(_) => {
                self.evaluate_at(context, &Place::Root, holes)
            }
        }
    }

    fn evaluate_at(&self, context: &dyn Context, place: &Place<'_>, holes: &mut Vec<Hole>) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Text(template) => place.fill(template.evaluate(context), holes),
            Self::Selector(selector) => place.fill(selector.evaluate(context), holes),
            Self::Array(items) => {
                let evaluated = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| item.evaluate_at(context, &Place::Item(place, index), holes))
                    .collect();
                Some(Value::Array(evaluated))
            }
            Self::Object(members) => {
                let evaluated: Map<String, Value> = members
                    .iter()
                    .filter_map(|(key, member)| {
                        let value = member.evaluate_at(context, &Place::Member(place, key), holes);
                        value.map(|value| (key.clone(), value))
                    })
                    .collect();
                Some(Value::Object(evaluated))
            }
        }
    }

    /// Every expression in the value.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Text(template) => template.expressions().collect(),
            Self::Selector(selector) => selector.expressions().collect(),
            Self::Array(items) => items.iter().flat_map(Self::expressions).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, member)| member.expressions()).collect(),
        }
    }
}

/// Where a part of the value stands. Its pointer is made when it is needed.
#[derive(Clone, Copy)]
enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    /// The value, or a hole at this place.
    fn fill(&self, value: Result<Value, Absence>, holes: &mut Vec<Hole>) -> Option<Value> {
        match value {
            Ok(value) => Some(value),
            Err(absence) => {
                let in_array = matches!(self, Self::Item(..));
                holes.push(Hole { at: self.pointer(), absence, in_array });
                None
            }
        }
    }

    fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Member(outer, name) => outer.pointer().child(*name),
            Self::Item(outer, index) => outer.pointer().child(index.to_string()),
        }
    }
}
