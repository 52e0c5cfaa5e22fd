//! `||`, `&&`, comparisons, `!` and parentheses, over operands that somebody else knows.
//!
//! [Simple conditions](crate::Condition) and comparisons in jsonpath criteria share it. See
//! [Condition Evaluation](https://spec.openapis.org/arazzo/v1.1.0.html#condition-evaluation).

use std::borrow::Cow;

use serde_json::Value;

use crate::comparison::{Operator, equal, is_truthy};
use crate::judgement::{Facts, Judgement};
use crate::limits::MAX_PAIRS;
use crate::shown::Shown;

/// A condition over operands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Logic<O> {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Compare { left: Box<Self>, operator: Operator, right: Box<Self> },
    In { item: Box<Self>, list: Vec<O> },
    Operand(O),
}

/// What an operand is worth.
pub(crate) trait Values<O> {
    /// Its value; the error says why the condition cannot be judged.
    fn find<'a>(&'a self, operand: &'a O) -> Result<Found<'a>, String>;

    /// How it is written, unless it is a literal.
    fn name(&self, operand: &O) -> Option<String>;
}

/// The value of an operand.
#[derive(Debug, Clone)]
pub(crate) enum Found<'a> {
    One(Cow<'a, Value>),
    /// Two nodes or more.
    Many(Vec<Cow<'a, Value>>),
    /// A media type, which is compared without parameters.
    MediaType(&'a Value),
    /// The status codes that begin with a digit.
    StatusRange(u8),
    /// Nothing, which compares as null, and why.
    Missing(String),
}

impl<'a> Found<'a> {
    fn values(&self) -> Vec<&Value> {
        match self {
            Self::One(value) => vec![value],
            Self::MediaType(value) => vec![value],
            Self::StatusRange(_) => Vec::new(),
            Self::Many(values) => values.iter().map(|value| &**value).collect(),
            Self::Missing(_) => vec![&Value::Null],
        }
    }

    fn is_truthy(&self) -> bool {
        match self {
            Self::One(value) => is_truthy(value),
            Self::Many(_) | Self::MediaType(_) | Self::StatusRange(_) => true,
            Self::Missing(_) => false,
        }
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self::One(Cow::Owned(Value::Bool(value)))
    }
}

impl<O> Logic<O> {
    pub(crate) fn judge(&self, values: &dyn Values<O>, text: impl FnOnce() -> String) -> Judgement {
        match self.holds(values) {
            Ok(true) => Judgement::Held,
            Ok(false) => {
                let mut facts = Facts::default();
                match self.explain(values, &mut facts) {
                    Ok(()) => Judgement::NotHeld {
                        reason: facts.into_reason(|| format!("`{}` does not hold", text())),
                    },
                    Err(reason) => Judgement::NotEvaluated { reason },
                }
            }
            Err(reason) => Judgement::NotEvaluated { reason },
        }
    }

    fn holds(&self, values: &dyn Values<O>) -> Result<bool, String> {
        match self {
            Self::Or(parts) => {
                for part in parts {
                    if part.holds(values)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::And(parts) => {
                for part in parts {
                    if !part.holds(values)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Not(part) => Ok(!part.holds(values)?),
            Self::Compare { left, operator, right } => {
                compare(&left.value(values)?, *operator, &right.value(values)?)
            }
            Self::In { item, list } => {
                let item = item.value(values)?;
                for operand in list {
                    if compare(&item, Operator::Equal, &values.find(operand)?)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Operand(operand) => Ok(values.find(operand)?.is_truthy()),
        }
    }

    fn value<'a>(&'a self, values: &'a dyn Values<O>) -> Result<Found<'a>, String> {
        match self {
            Self::Operand(operand) => values.find(operand),
            Self::Or(_) | Self::And(_) | Self::Not(_) | Self::Compare { .. } | Self::In { .. } => {
                self.holds(values).map(Found::bool)
            }
        }
    }

    /// Adds the facts that made it hold or not.
    fn explain(&self, values: &dyn Values<O>, facts: &mut Facts) -> Result<(), String> {
        match self {
            Self::Or(parts) => explain_some(parts, values, true, facts),
            Self::And(parts) => explain_some(parts, values, false, facts),
            Self::Not(part) => part.explain(values, facts),
            Self::Compare { left, operator: _, right } => {
                left.explain(values, facts)?;
                right.explain(values, facts)
            }
            Self::In { item, list } => {
                item.explain(values, facts)?;
                for operand in list {
                    add_fact(operand, values, facts)?;
                }
                Ok(())
            }
            Self::Operand(operand) => add_fact(operand, values, facts),
        }
    }

    /// The operands, in the order of the text.
    pub(crate) fn operands(&self) -> Vec<&O> {
        let mut operands = Vec::new();
        self.collect(&mut operands);
        operands
    }

    fn collect<'a>(&'a self, operands: &mut Vec<&'a O>) {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().for_each(|part| part.collect(operands)),
            Self::Not(part) => part.collect(operands),
            Self::Compare { left, operator: _, right } => {
                left.collect(operands);
                right.collect(operands);
            }
            Self::In { item, list } => {
                item.collect(operands);
                operands.extend(list);
            }
            Self::Operand(operand) => operands.push(operand),
        }
    }

    /// The pairs of operands that are compared for equality, wherever they stand.
    pub(crate) fn equalities(&self) -> Vec<(&O, &O)> {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().flat_map(Self::equalities).collect(),
            Self::Compare { left, operator: Operator::Equal, right } => match (&**left, &**right) {
                (Self::Operand(left), Self::Operand(right)) => vec![(left, right)],
                _ => Vec::new(),
            },
            Self::In { item, list } => match &**item {
                Self::Operand(item) => list.iter().map(|entry| (item, entry)).collect(),
                Self::Or(_) | Self::And(_) | Self::Not(_) | Self::Compare { .. } | Self::In { .. } => {
                    Vec::new()
                }
            },
            Self::Compare { .. } | Self::Not(_) | Self::Operand(_) => Vec::new(),
        }
    }

    /// The text, with each operand as `write` writes it; `None` when there is one that it cannot write, or a list.
    pub(crate) fn written(&self, write: &dyn Fn(&O) -> Option<String>) -> Option<String> {
        match self {
            Self::Or(parts) => self.joined(parts, " || ", write),
            Self::And(parts) => self.joined(parts, " && ", write),
            Self::Not(part) => Some(format!("!{}", part.inside(self.level() - 1, write)?)),
            Self::Compare { left, operator, right } => {
                let level = self.level();
                Some(format!("{} {operator} {}", left.inside(level, write)?, right.inside(level, write)?))
            }
            Self::In { item, list } => {
                let alternatives: Option<Vec<String>> = list.iter().map(write).collect();
                let item = item.inside(self.level(), write)?;
                let comparisons: Vec<String> =
                    alternatives?.iter().map(|entry| format!("{item} == {entry}")).collect();
                (!comparisons.is_empty()).then(|| format!("({})", comparisons.join(" || ")))
            }
            Self::Operand(operand) => write(operand),
        }
    }

    fn joined(
        &self,
        parts: &[Self],
        separator: &str,
        write: &dyn Fn(&O) -> Option<String>,
    ) -> Option<String> {
        let parts: Option<Vec<String>> = parts.iter().map(|part| part.inside(self.level(), write)).collect();
        Some(parts?.join(separator))
    }

    /// In parentheses unless it binds tighter than `level`.
    fn inside(&self, level: u8, write: &dyn Fn(&O) -> Option<String>) -> Option<String> {
        let text = self.written(write)?;
        Some(if self.level() > level { text } else { format!("({text})") })
    }

    fn level(&self) -> u8 {
        match self {
            Self::Or(_) => 1,
            Self::And(_) => 2,
            Self::Compare { .. } | Self::In { .. } => 3,
            Self::Not(_) => 4,
            Self::Operand(_) => 5,
        }
    }
}

/// Explains the first part that is as `decisive` says, or all of them when none is.
fn explain_some<O>(
    parts: &[Logic<O>],
    values: &dyn Values<O>,
    decisive: bool,
    facts: &mut Facts,
) -> Result<(), String> {
    for part in parts {
        if part.holds(values)? == decisive {
            return part.explain(values, facts);
        }
    }
    for part in parts {
        if facts.is_full() {
            break;
        }
        part.explain(values, facts)?;
    }
    Ok(())
}

fn add_fact<O>(operand: &O, values: &dyn Values<O>, facts: &mut Facts) -> Result<(), String> {
    if let Some(name) = values.name(operand) {
        facts.add(match values.find(operand)? {
            Found::One(value) => format!("`{name}` is {}", Shown(&value)),
            Found::Many(nodes) => {
                let list: Vec<String> = nodes.iter().take(3).map(|node| Shown(node).to_string()).collect();
                let more = if nodes.len() > list.len() { ", …" } else { "" };
                format!("`{name}` selects {} values: {}{more}", nodes.len(), list.join(", "))
            }
            Found::MediaType(value) => format!("`{name}` is {}", Shown(value)),
            Found::StatusRange(class) => format!("`{name}` is a status code from {class}00 to {class}99"),
            Found::Missing(why) => format!("`{name}` has no value: {why}"),
        });
    }
    Ok(())
}

/// Any pair of values may make `==` and the orderings hold; `!=` is the negation of `==`.
fn compare(left: &Found<'_>, operator: Operator, right: &Found<'_>) -> Result<bool, String> {
    let equal: &dyn Fn(&Value, &Value) -> bool = match right {
        Found::MediaType(_) => &|left, right| equal(&essence(left), right),
        Found::StatusRange(class) => {
            let any = left
                .values()
                .into_iter()
                .any(|value| value.as_u64().is_some_and(|status| status / 100 == u64::from(*class)));
            return Ok(any == (operator == Operator::Equal));
        }
        Found::One(_) | Found::Many(_) | Found::Missing(_) => &equal,
    };
    let (left, right) = (left.values(), right.values());
    if left.len().saturating_mul(right.len()) > MAX_PAIRS {
        return Err(format!("{} values would be compared with {}", left.len(), right.len()));
    }
    let any = |holds: &dyn Fn(&Value, &Value) -> bool| {
        left.iter().any(|left| right.iter().any(|right| holds(left, right)))
    };
    Ok(match operator {
        Operator::NotEqual => !any(equal),
        Operator::Equal => any(equal),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            any(&|left, right| operator.holds(left, right))
        }
    })
}

/// A media type without its parameters.
fn essence(value: &Value) -> Cow<'_, Value> {
    match value.as_str().and_then(|text| text.split_once(';')) {
        Some((essence, _)) => Cow::Owned(Value::String(essence.trim_end().to_owned())),
        None => Cow::Borrowed(value),
    }
}
