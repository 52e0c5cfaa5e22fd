//! Runtime expressions, templates, conditions and criteria of the
//! [Arazzo Specification](https://spec.openapis.org/arazzo/v1.1.0.html).
//!
//! A text is parsed once and then evaluated against a [`Context`], as often as there are values.
//!
//! - [`Expression`]: `$response.body#/id`, `$steps.login.outputs.token`
//! - [`Template`]: any string of a description, `Bearer {$inputs.token}`
//! - [`Condition`]: `$statusCode == 200 && $response.body.items[0] != null`
//! - [`Criterion`]: a condition with its type and context; judging it gives a [`Judgement`]
//! - [`Selector`]: a part of a value, by JSONPath, JSON Pointer or XPath
//! - [`Target`]: a place in a payload, which gets another value
//!
//! ```
//! use std::borrow::Cow;
//!
//! use arazzo_expression::{Absence, Condition, Context, Judgement, Mode, Source};
//! use serde_json::{Value, json};
//!
//! struct Answer(Value);
//!
//! impl Context for Answer {
//!     fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence> {
//!         match source {
//!             Source::StatusCode => Ok(Cow::Borrowed(&self.0)),
//!             other => Err(Absence::Unsupported { what: format!("`{other}`") }),
//!         }
//!     }
//! }
//!
//! let condition = Condition::parse("$statusCode == 200 || $statusCode == 201", Mode::Strict)?.value;
//! assert!(condition.judge(&Answer(json!(201))).held());
//! assert_eq!(
//!     condition.judge(&Answer(json!(503))),
//!     Judgement::NotHeld { reason: "`$statusCode` is 503".to_owned() },
//! );
//! # Ok::<(), arazzo_expression::SyntaxError>(())
//! ```
//!
//! [`Mode::Tolerant`] also reads what real descriptions write instead, and leaves a [`Note`] for each use;
//! [`Mode::Strict`] refuses it. No text and no value makes anything here panic, recurse deeper than a fixed limit or
//! run longer than its size warrants.
//!
//! What it does not do: XPath beyond 1.0 and what only the JSONPath draft of 2007 has are refused by name. XPath 1.0 needs the feature
//! `xml`, which is on by default.

mod bare;
mod comparison;
mod condition;
mod context;
mod criterion;
mod criterion_type;
mod cursor;
mod engine;
mod expression;
mod grammar;
mod jsonpath;
mod judgement;
mod limits;
mod logic;
mod logic_text;
mod mode;
mod navigation;
mod number;
mod operand;
mod pattern;
mod pointer;
mod query;
mod query_text;
mod reading;
mod selector;
mod shown;
mod source;
mod surrounding;
mod syntax_error;
mod target;
mod template;
mod tolerance;
mod unquoted;
#[cfg(feature = "xml")]
mod xpath;
#[cfg(not(feature = "xml"))]
#[path = "xpath_without.rs"]
mod xpath;
#[cfg(feature = "xml")]
mod xpath_compare;
mod xpath_text;

pub use condition::Condition;
pub use context::{Absence, Context};
pub use criterion::{Criterion, CriterionError, CriterionField, CriterionText};
pub use criterion_type::{CriterionType, JsonPathVersion, XPathVersion};
pub use expression::{Access, Expression};
pub use judgement::Judgement;
pub use mode::Mode;
pub use pointer::Pointer;
pub use selector::{Selector, SelectorError, SelectorKind};
pub use source::{ComponentKind, Part, Source};
pub use surrounding::Surrounding;
pub use syntax_error::SyntaxError;
pub use target::{Target, TargetError};
pub use template::{Segment, Template, embedded_text};
pub use tolerance::{Note, Parsed, Tolerance};
