//! A value made from a schema: always the same, as small as the schema and the workflow allow.
//!
//! What the schema offers itself (`const`, an example, a default, the first of `enum`) goes before what is made up.
//! Objects get their required members and those that the workflow reads, or all of them where nobody says what is read.
//! See the [Schema Object](https://spec.openapis.org/oas/v3.1.1.html#schema-object).
//!
//! Not every schema can be read off: of alternatives one may be wanted alone, and keywords such as `not` say what a value
//! is not. So a value of such a schema is held against it, and made in another way if it is refused.

mod layers;
mod number;
mod pattern;
#[cfg(test)]
mod tests;
mod text;

use arazzo_document::Node;
use arazzo_document::openapi::Schema;
use arazzo_engine::ValueCheck;
use arazzo_expression::Pointer;
use serde_json::{Map, Value};

use layers::{Kind, Layers};
use number::number;
use text::text;

/// So deep are values nested, and optional members of no workflow less.
const MAX_DEPTH: usize = 32;
const MAX_OPTIONAL_DEPTH: usize = 6;

/// So many values are made for one body. Beyond it, values are null.
const MAX_VALUES: usize = 2_000;

/// So many items has an array at most.
const MAX_ITEMS: usize = 100;

/// In so many ways is a value made before the first one is taken although the schema refuses it.
const MAX_ATTEMPTS: usize = 8;

/// A value for `schema`. `reads` are the places that have to be there, as far as the schema allows them; `all_members`
/// wants the optional members of objects, too.
pub(crate) fn value(schema: Schema<'_>, reads: &[Pointer], all_members: bool) -> Value {
    value_of_all(&[schema], reads, all_members)
}

/// A value for schemas that all apply to it, as far as they allow one.
pub(crate) fn value_of_all(schemas: &[Schema<'_>], reads: &[Pointer], all_members: bool) -> Value {
    let wanted: Vec<&[String]> = reads.iter().map(Pointer::tokens).collect();
    let make = |attempt: usize| {
        let mut maker = Maker {
            left: MAX_VALUES,
            active: Vec::new(),
            // Half of the attempts differ in the alternatives, the others in the members as well.
            choice: attempt % (MAX_ATTEMPTS / 2),
            all_members: all_members != (attempt >= MAX_ATTEMPTS / 2),
            variant: 0,
            doubtful: false,
        };
        (maker.value(schemas.to_vec(), &wanted), maker.doubtful, maker.left)
    };
    let (first, doubtful, left) = make(0);
    // What was much work once is not done again.
    if !doubtful || left < MAX_VALUES / 2 {
        return first;
    }
    let checks: Vec<ValueCheck> =
        schemas.iter().filter_map(|schema| ValueCheck::new(schema.bundled_for_responses())).collect();
    let is_refused = |value: &Value| checks.iter().any(|check| check.allows(value) == Some(false));
    if !is_refused(&first) {
        return first;
    }
    (1..MAX_ATTEMPTS).map(|attempt| make(attempt).0).find(|value| !is_refused(value)).unwrap_or(first)
}

struct Maker<'s> {
    /// How many values may still be made.
    left: usize,
    /// The schemas of the values around the one that is made, by which one that contains itself is known.
    active: Vec<Schema<'s>>,
    /// Which of several alternatives is taken first.
    choice: usize,
    all_members: bool,
    /// The number of the value among those that have to differ.
    variant: usize,
    /// Whether something was made that the schema may refuse.
    doubtful: bool,
}

impl<'s> Maker<'s> {
    /// A value for schemas that all apply to it. None at all allow everything.
    fn value(&mut self, schemas: Vec<Schema<'s>>, wanted: &[&[String]]) -> Value {
        if self.left == 0 || self.active.len() >= MAX_DEPTH {
            self.doubtful = true;
            return Value::Null;
        }
        self.left -= 1;
        let wanted: Vec<&[String]> = wanted.iter().copied().filter(|tokens| !tokens.is_empty()).collect();
        let layers = Layers::of(&schemas, &wanted, self.choice);
        self.left = self.left.saturating_sub(layers.weight());
        self.doubtful |= layers.is_doubtful();
        let Some(schema) = schemas.first().copied() else { return self.make(&layers, &wanted) };
        // A part that is read is made, however deep its schema is in itself.
        if wanted.is_empty() && self.is_active(schema) {
            self.doubtful = true;
            return layers.ending();
        }
        self.active.push(schema);
        let value = self.make(&layers, &wanted);
        self.active.pop();
        value
    }

    fn make(&mut self, layers: &Layers<'s>, wanted: &[&[String]]) -> Value {
        let kind = layers.kind(wanted);
        if let Some(offered) = layers.offered(kind, self.variant) {
            return match offered.value {
                Value::Object(members) if !wanted.is_empty() || offered.partial => {
                    self.object(layers, wanted, Some(members), offered.partial)
                }
                value @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_)) => value,
            };
        }
        match kind {
            Kind::Object => self.object(layers, wanted, None, true),
            Kind::Array => self.array(layers, wanted),
            Kind::Number => number(layers, false, self.variant),
            Kind::Integer => number(layers, true, self.variant),
            Kind::Boolean => Value::Bool(self.variant.is_multiple_of(2)),
            Kind::Null => Value::Null,
            Kind::Text => Value::String(text(layers, self.variant).unwrap_or_else(|made| {
                self.doubtful = true;
                made
            })),
        }
    }

    /// The members of `given`, those that are required if `complete`, and those that are read.
    fn object(
        &mut self,
        layers: &Layers<'s>,
        wanted: &[&[String]],
        given: Option<Map<String, Value>>,
        complete: bool,
    ) -> Value {
        let is_made = given.is_none();
        let mut members = given.unwrap_or_default();
        let required = if complete { layers.required() } else { Vec::new() };
        let read = wanted.iter().filter_map(|tokens| tokens.first().map(String::as_str));
        for name in required.into_iter().chain(read) {
            self.member(layers, wanted, name, &mut members);
        }
        if !is_made {
            return Value::Object(members);
        }
        let least = layers.least("minProperties").unwrap_or(0).min(MAX_ITEMS);
        let all = self.all_members && self.active.len() <= MAX_OPTIONAL_DEPTH;
        for name in layers.properties() {
            if self.left == 0 {
                break;
            }
            let itself = layers.property(name).first().is_some_and(|schema| self.is_active(*schema));
            if (all && !itself) || members.len() < least {
                self.member(layers, wanted, name, &mut members);
            }
        }
        for number in 0..least {
            if members.len() >= least {
                break;
            }
            self.member(layers, wanted, &format!("member{number}"), &mut members);
        }
        Value::Object(members)
    }

    fn member(
        &mut self,
        layers: &Layers<'s>,
        wanted: &[&[String]],
        name: &str,
        members: &mut Map<String, Value>,
    ) {
        if members.contains_key(name) || self.left == 0 {
            return;
        }
        let inner: Vec<&[String]> = wanted
            .iter()
            .filter_map(|tokens| tokens.split_first())
            .filter(|(first, _)| *first == name)
            .map(|(_, rest)| rest)
            .collect();
        let mut schemas = layers.property(name);
        if inner.is_empty() && schemas.iter().any(|schema| schema.flag("writeOnly")) {
            return;
        }
        if schemas.is_empty() {
            if layers.is_closed() {
                return;
            }
            schemas.extend(layers.find(Schema::additional_properties));
        }
        let value = self.value(schemas, &inner);
        members.insert(name.to_owned(), value);
    }

    fn array(&mut self, layers: &Layers<'s>, wanted: &[&[String]]) -> Value {
        let first = layers.find(|schema| Some(schema.prefix_items()).filter(|items| !items.is_empty()));
        let first = first.unwrap_or_default();
        let items: Vec<Schema<'s>> = layers.items();
        let item = items.first().copied();
        let read = wanted.iter().filter_map(|tokens| tokens.first()?.parse::<usize>().ok());
        let read = read.max().map_or(0, |index| index.saturating_add(1));
        let itself = item.is_some_and(|item| self.is_active(item));
        let least = layers.least("minItems").unwrap_or(usize::from(!itself)).max(first.len());
        let most = layers.most("maxItems").unwrap_or(MAX_ITEMS).min(MAX_ITEMS);
        let inner: Vec<&[String]> =
            wanted.iter().filter_map(|tokens| tokens.split_first().map(|(_, rest)| rest)).collect();
        let unique =
            layers.find(|schema| schema.keyword("uniqueItems")).and_then(Node::as_bool) == Some(true);
        let outer = self.variant;
        let mut made: Vec<Value> = Vec::new();
        for index in 0..least.max(read).min(most) {
            self.variant = if unique { index } else { outer };
            let schemas = first.get(index).map_or_else(|| items.clone(), |schema| vec![*schema]);
            let value = self.value(schemas, &inner);
            // Of an enumeration there may be no more that differ.
            if !unique || index < layers.least("minItems").unwrap_or(0) || !made.contains(&value) {
                made.push(value);
            }
        }
        self.variant = outer;
        Value::Array(made)
    }

    fn is_active(&self, schema: Schema<'_>) -> bool {
        self.active.iter().any(|active| active.is(&schema))
    }
}
