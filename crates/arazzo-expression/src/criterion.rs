//! The [Criterion Object](https://spec.openapis.org/arazzo/v1.1.0.html#criterion-object).

use serde_json::Value;

use crate::condition::Condition;
use crate::context::Context;
use crate::criterion_type::{CriterionType, JsonPathVersion};
use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::jsonpath::JsonPath;
use crate::judgement::Judgement;
use crate::mode::Mode;
use crate::pattern::Pattern;
use crate::reading::Reading;
use crate::source::Source;
use crate::syntax_error::SyntaxError;
use crate::tolerance::{Note, Parsed};
use crate::xpath_text::{Refusal, XPath};

/// A criterion, ready to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    text: String,
    test: Test,
    context_notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Simple(Condition),
    Pattern(Box<Pattern>),
    JsonPath(Box<JsonPath>),
    XPath { context: Box<Expression>, path: Box<XPath> },
}

/// The fields of a criterion, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CriterionText<'a> {
    /// `condition`
    pub condition: &'a str,
    /// `context`, which a simple condition ignores and every other needs.
    pub context: Option<&'a str>,
    /// `type`; see [`CriterionType::from_names`].
    pub kind: CriterionType,
}

/// What is wrong with a criterion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CriterionError {
    /// The condition is not what its type says.
    #[error("{0}")]
    Condition(SyntaxError),
    /// The context is no expression.
    #[error("{0}")]
    Context(SyntaxError),
    /// There is no context.
    #[error("a {kind} criterion needs a `context`, such as `$response.body`")]
    MissingContext {
        /// The type of the criterion.
        kind: CriterionType,
    },
    /// The type has no such name.
    #[error("there is no criterion type `{name}`; there are `simple`, `regex`, `jsonpath` and `xpath`")]
    UnknownType {
        /// The name.
        name: String,
    },
    /// The type has no such version.
    #[error("there is no version `{version}` of the criterion type `{name}`")]
    UnknownVersion {
        /// The type.
        name: String,
        /// The version.
        version: String,
    },
    /// The type exists and is not implemented; it is never read as another dialect.
    #[error("criteria of type {kind} are not supported")]
    Unsupported {
        /// The type, with its version.
        kind: CriterionType,
    },
}

/// A field of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CriterionField {
    /// `condition`
    Condition,
    /// `context`
    Context,
    /// `type`
    Type,
    /// `version`
    Version,
}

impl CriterionError {
    /// The field that it is about.
    pub fn field(&self) -> CriterionField {
        match self {
            Self::Condition(_) => CriterionField::Condition,
            Self::Context(_) | Self::MissingContext { .. } => CriterionField::Context,
            Self::UnknownType { .. } | Self::Unsupported { .. } => CriterionField::Type,
            Self::UnknownVersion { .. } => CriterionField::Version,
        }
    }

    /// Whether the criterion may be right and this version cannot judge it.
    pub fn is_unsupported(&self) -> bool {
        match self {
            Self::Unsupported { .. } => true,
            Self::Condition(_)
            | Self::Context(_)
            | Self::MissingContext { .. }
            | Self::UnknownType { .. }
            | Self::UnknownVersion { .. } => false,
        }
    }

    /// The place in the text of the field, and a hint.
    pub fn syntax(&self) -> Option<&SyntaxError> {
        match self {
            Self::Condition(error) | Self::Context(error) => Some(error),
            Self::MissingContext { .. }
            | Self::UnknownType { .. }
            | Self::UnknownVersion { .. }
            | Self::Unsupported { .. } => None,
        }
    }
}

impl Criterion {
    /// Reads a criterion. The notes are about its condition; those about its context are
    /// [`Criterion::context_notes`].
    ///
    /// # Errors
    /// When a field is wrong or missing, or the type is not supported.
    pub fn parse(text: CriterionText<'_>, mode: Mode) -> Result<Parsed<Self>, CriterionError> {
        Self::read(text, &Reading::new(mode))
    }

    /// Reads a criterion, where it is known which names are declared: outside simple conditions, `$inputs.a.b` is then
    /// member `b` of the input `a` if no input `a.b` is declared. Simple conditions find that out when they are judged.
    ///
    /// # Errors
    /// As [`Criterion::parse`].
    pub fn parse_with(
        text: CriterionText<'_>,
        mode: Mode,
        declared: &dyn Fn(&Source) -> bool,
    ) -> Result<Parsed<Self>, CriterionError> {
        Self::read(text, &Reading::with(mode, declared))
    }

    fn read(text: CriterionText<'_>, reading: &Reading<'_>) -> Result<Parsed<Self>, CriterionError> {
        let condition = text.condition;
        let refused = CriterionError::Condition;
        let mut context_notes = Vec::new();
        let parsed = match text.kind {
            CriterionType::Simple => {
                Condition::parse(condition, reading.mode).map_err(refused)?.map(Test::Simple)
            }
            CriterionType::Regex => {
                let context = context(text, reading, &mut context_notes)?;
                Pattern::parse(condition, context, reading.afresh())
                    .map_err(refused)?
                    .map(|pattern| Test::Pattern(Box::new(pattern)))
            }
            CriterionType::JsonPath(JsonPathVersion::Rfc9535) => {
                let context = context(text, reading, &mut context_notes)?;
                JsonPath::parse(condition, context, reading.afresh())
                    .map_err(refused)?
                    .map(|path| Test::JsonPath(Box::new(path)))
            }
            kind @ CriterionType::XPath(version) => {
                let context = Box::new(context(text, reading, &mut context_notes)?);
                let mut reading = reading.afresh();
                let path =
                    XPath::parse(condition, version, &mut reading).map_err(|refusal| match refusal {
                        Refusal::Syntax(error) => CriterionError::Condition(error),
                        Refusal::Version => CriterionError::Unsupported { kind },
                    })?;
                reading.parsed(Test::XPath { context, path: Box::new(path) })
            }
            kind @ CriterionType::JsonPath(JsonPathVersion::DraftGoessner) => {
                let context = context(text, reading, &mut context_notes)?;
                JsonPath::parse_draft(condition, context, reading.afresh())
                    .ok_or(CriterionError::Unsupported { kind })?
                    .map(|path| Test::JsonPath(Box::new(path)))
            }
        };
        Ok(parsed.map(|test| Self { text: condition.to_owned(), test, context_notes }))
    }

    /// What the default mode tolerated in the context.
    pub fn context_notes(&self) -> &[Note] {
        &self.context_notes
    }

    /// Judges it.
    pub fn judge(&self, context: &dyn Context) -> Judgement {
        match &self.test {
            Test::Simple(condition) => condition.judge(context),
            Test::Pattern(pattern) => pattern.judge(context),
            Test::JsonPath(path) => path.judge(context),
            Test::XPath { context: name, path } => path.judge(name, context),
        }
    }

    /// The condition, as it was written.
    pub fn condition_text(&self) -> &str {
        &self.text
    }

    /// The condition, when the type is simple.
    pub fn condition(&self) -> Option<&Condition> {
        match &self.test {
            Test::Simple(condition) => Some(condition),
            Test::Pattern(_) | Test::JsonPath(_) | Test::XPath { .. } => None,
        }
    }

    /// The expressions, as they are written; the context comes first.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let expressions: Vec<&Expression> = match &self.test {
            Test::Simple(condition) => condition.expressions().collect(),
            Test::Pattern(pattern) => pattern.expressions(),
            Test::JsonPath(path) => path.expressions(),
            Test::XPath { context, path } => std::iter::once(&**context).chain(path.expressions()).collect(),
        };
        expressions.into_iter()
    }

    /// What is compared with a literal for equality, with the literal: expressions of a simple condition, and the plain
    /// paths of a jsonpath criterion.
    pub fn equalities(&self) -> Vec<(Expression, Value)> {
        match &self.test {
            Test::Simple(condition) => condition
                .equalities()
                .map(|(expression, value)| (expression.clone(), value.clone()))
                .collect(),
            Test::JsonPath(path) => path.equalities(),
            Test::Pattern(_) | Test::XPath { .. } => Vec::new(),
        }
    }

    /// What a jsonpath criterion selects that is one plain path, such as `$response.body#/active` for `$.active`: it
    /// passes whatever the value there.
    pub fn selects(&self) -> Option<Expression> {
        match &self.test {
            Test::JsonPath(path) => path.selects(),
            Test::Simple(_) | Test::Pattern(_) | Test::XPath { .. } => None,
        }
    }

    /// The values that it reads: its expressions, and what the plain paths of a jsonpath criterion select, such as
    /// `$response.body#/status` for `$.status == 'done'` on `$response.body`.
    pub fn reads(&self) -> Vec<Expression> {
        let mut reads: Vec<Expression> = self.expressions().cloned().collect();
        match &self.test {
            Test::JsonPath(path) => reads.extend(path.reads()),
            Test::Simple(_) | Test::Pattern(_) | Test::XPath { .. } => {}
        }
        reads
    }
}

fn context(
    text: CriterionText<'_>,
    reading: &Reading<'_>,
    notes: &mut Vec<Note>,
) -> Result<Expression, CriterionError> {
    let context = text.context.ok_or(CriterionError::MissingContext { kind: text.kind })?;
    let mut reading = reading.afresh();
    let parsed = Expression::parse_within(context, Cursor::new(context), &mut reading)
        .map_err(CriterionError::Context)?;
    notes.append(&mut reading.notes);
    Ok(parsed)
}
