//! The [Selector Object](https://spec.openapis.org/arazzo/v1.1.0.html#selector-object): a part of a value, named by a
//! query in a language of its own.

use std::fmt;

use serde_json::Value;

use crate::context::{Absence, Context};
use crate::criterion_type::{JsonPathVersion, XPathVersion};
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::mode::Mode;
use crate::pointer::Pointer;
use crate::query::Query;
use crate::query_text;
use crate::reading::Reading;
use crate::source::Source;
use crate::syntax_error::SyntaxError;
use crate::tolerance::Parsed;
use crate::xpath_text::{Refusal, XPath};

/// A selector, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    context: Expression,
    text: String,
    path: Way,
}

/// What selects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Way {
    JsonPath(Query),
    Pointer(Pointer),
    XPath(XPath),
}

/// The language of a selector or a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SelectorKind {
    /// `jsonpath`
    JsonPath(JsonPathVersion),
    /// `jsonpointer`, in the version `rfc6901`.
    JsonPointer,
    /// `xpath`
    XPath(XPathVersion),
}

/// What is wrong with a selector or a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// The text is not what its type says.
    #[error("{0}")]
    Selector(SyntaxError),
    /// The context is no expression.
    #[error("{0}")]
    Context(SyntaxError),
    /// The type has no such name.
    #[error("there is no selector type `{name}`; there are `jsonpath`, `jsonpointer` and `xpath`")]
    UnknownType {
        /// The name.
        name: String,
    },
    /// The type has no such version.
    #[error("there is no version `{version}` of the selector type `{name}`")]
    UnknownVersion {
        /// The type.
        name: String,
        /// The version.
        version: String,
    },
    /// The type exists and is not implemented; it is never read as another dialect.
    #[error("selectors of type {kind} are not supported")]
    Unsupported {
        /// The type, with its version.
        kind: SelectorKind,
    },
}

impl SelectorKind {
    /// The type that `type` and `version` name.
    ///
    /// # Errors
    /// When there is no such type, or no such version of it.
    pub fn from_names(kind: &str, version: Option<&str>) -> Result<Self, SelectorError> {
        let found = match kind {
            "jsonpath" => JsonPathVersion::from_name(version).map(Self::JsonPath),
            "jsonpointer" => matches!(version, None | Some("rfc6901")).then_some(Self::JsonPointer),
            "xpath" => XPathVersion::from_name(version).map(Self::XPath),
            _ => return Err(SelectorError::UnknownType { name: kind.to_owned() }),
        };
        found.ok_or_else(|| SelectorError::UnknownVersion {
            name: kind.to_owned(),
            version: version.unwrap_or_default().to_owned(),
        })
    }
}

impl fmt::Display for SelectorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JsonPath(version) => version.fmt(formatter),
            Self::JsonPointer => formatter.write_str("`jsonpointer`"),
            Self::XPath(version) => version.fmt(formatter),
        }
    }
}

impl SelectorError {
    /// The place in the text, and a hint.
    pub fn syntax(&self) -> Option<&SyntaxError> {
        match self {
            Self::Selector(error) | Self::Context(error) => Some(error),
            Self::UnknownType { .. } | Self::UnknownVersion { .. } | Self::Unsupported { .. } => None,
        }
    }

    /// Whether the selector may be right and this version cannot evaluate it.
    pub fn is_unsupported(&self) -> bool {
        match self {
            Self::Unsupported { .. } => true,
            Self::Selector(_) | Self::Context(_) | Self::UnknownType { .. } | Self::UnknownVersion { .. } => {
                false
            }
        }
    }
}

impl Selector {
    /// Reads a selector. The notes are about the text of the field `selector`.
    ///
    /// # Errors
    /// When a field is wrong, or the type is not supported.
    pub fn parse(
        context: &str,
        selector: &str,
        kind: SelectorKind,
        mode: Mode,
    ) -> Result<Parsed<Self>, SelectorError> {
        Self::read(context, selector, kind, Reading::new(mode))
    }

    /// Reads a selector, where it is known which names are declared; see
    /// [`Expression::parse_with`](crate::Expression::parse_with).
    ///
    /// # Errors
    /// As [`Selector::parse`].
    pub fn parse_with(
        context: &str,
        selector: &str,
        kind: SelectorKind,
        mode: Mode,
        declared: &dyn Fn(&Source) -> bool,
    ) -> Result<Parsed<Self>, SelectorError> {
        Self::read(context, selector, kind, Reading::with(mode, declared))
    }

    fn read(
        context: &str,
        selector: &str,
        kind: SelectorKind,
        mut reading: Reading<'_>,
    ) -> Result<Parsed<Self>, SelectorError> {
        let context = Expression::parse_within(context, Cursor::new(context), &mut reading.afresh())
            .map_err(SelectorError::Context)?;
        let path = Way::parse(selector, kind, &mut reading)?;
        Ok(reading.parsed(Self { context, text: selector.to_owned(), path }))
    }

    /// The value of one node, or an array of the values of several. XPath gives the text of nodes, or what the
    /// expression computes.
    ///
    /// # Errors
    /// When the context has no value, is not of the kind that the selector is for, or nothing is selected.
    pub fn evaluate(&self, context: &dyn Context) -> Result<Value, Absence> {
        let root = self.context.evaluate(context)?;
        let refused = |reason: String| Absence::NotSelectable {
            expression: self.context.to_string(),
            selector: self.text.clone(),
            reason,
        };
        let found = match &self.path {
            Way::JsonPath(query) => {
                let nodes = query.nodes(&root, context).map_err(refused)?;
                match nodes.as_slice() {
                    [] => None,
                    [node] => Some((*node).clone()),
                    [_, _, ..] => Some(nodes.into_iter().cloned().collect()),
                }
            }
            Way::Pointer(pointer) => pointer.lookup(&root).cloned(),
            Way::XPath(xpath) => xpath.evaluate(&root, context).map_err(refused)?.into_value(),
        };
        found.ok_or_else(|| Absence::PointerSelectsNothing {
            expression: self.context.to_string(),
            at: self.text.clone(),
        })
    }

    /// The expressions, the context first.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        std::iter::once(&self.context).chain(self.path.expressions())
    }
}

impl Way {
    pub(crate) fn parse(
        text: &str,
        kind: SelectorKind,
        reading: &mut Reading<'_>,
    ) -> Result<Self, SelectorError> {
        match kind {
            SelectorKind::JsonPath(JsonPathVersion::Rfc9535) => {
                query(text, reading).map(Self::JsonPath).map_err(SelectorError::Selector)
            }
            SelectorKind::JsonPath(JsonPathVersion::DraftGoessner) => {
                Err(SelectorError::Unsupported { kind })
            }
            SelectorKind::JsonPointer => {
                Pointer::parse(text).map(Self::Pointer).map_err(SelectorError::Selector)
            }
            SelectorKind::XPath(version) => match XPath::parse(text, version, reading) {
                Ok(xpath) => Ok(Self::XPath(xpath)),
                Err(Refusal::Version) => Err(SelectorError::Unsupported { kind }),
                Err(Refusal::Syntax(error)) => Err(SelectorError::Selector(error)),
            },
        }
    }

    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let found: Vec<&Expression> = match self {
            Self::JsonPath(query) => query.embedded().iter().collect(),
            Self::Pointer(_) => Vec::new(),
            Self::XPath(xpath) => xpath.expressions().collect(),
        };
        found.into_iter()
    }
}

fn query(text: &str, reading: &mut Reading<'_>) -> Result<Query, SyntaxError> {
    let mut cursor = Cursor::new(text);
    if cursor.peek() != Some('$') {
        return Err(SyntaxError::new("a JSONPath query begins with `$`", 0..text.len()));
    }
    let mut inner = reading.afresh();
    let read = query_text::read(text, &mut cursor, &mut inner)?;
    if !cursor.is_at_end() {
        let (word, range) = cursor.next_word();
        return Err(SyntaxError::new(format!("`{word}` is no part of a JSONPath query"), range));
    }
    match (inner.mode, inner.notes.first()) {
        (Mode::Strict, Some(note)) => {
            let message = format!("{} is not RFC 9535", note.message);
            return Err(SyntaxError::new(message, note.range.clone()).with_hint(note.fix.clone()));
        }
        (Mode::Strict, None) | (Mode::Tolerant, _) => reading.notes.append(&mut inner.notes),
    }
    Query::parse(read, 0..text.len())
}
