//! Criteria compiled, and what decides when a step has none.

use arazzo_document::description::Criterion as Written;
use arazzo_document::openapi::{Operation, StatusPattern};
use arazzo_document::{Code, Span};
use arazzo_expression::{Criterion, CriterionError, CriterionField, CriterionText, CriterionType};

use super::DefaultSuccess;
use super::compiler::{Compiler, Seen};

/// A criterion that can be judged.
#[derive(Debug)]
pub(crate) struct CriterionPlan {
    /// The condition as it was written, for reports.
    pub(crate) condition: String,
    pub(crate) criterion: Criterion,
}

/// What a step without `successCriteria` needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DefaultRule {
    Below400,
    Only2xx,
    Described(Vec<StatusPattern>),
    Any,
}

impl DefaultRule {
    pub(crate) fn new(choice: DefaultSuccess, operation: &Operation<'_>) -> Self {
        match choice {
            DefaultSuccess::Below400 => Self::Below400,
            DefaultSuccess::Only2xx => Self::Only2xx,
            DefaultSuccess::Described => {
                Self::Described(operation.responses().iter().map(|response| response.status()).collect())
            }
            DefaultSuccess::Any => Self::Any,
        }
    }

    /// Whether a response with this status is a success.
    pub(crate) fn accepts(&self, status: u16) -> bool {
        match self {
            Self::Below400 => status < 400,
            Self::Only2xx => (200..300).contains(&status),
            Self::Described(patterns) => {
                let described =
                    |pattern: &StatusPattern| *pattern != StatusPattern::Default && pattern.matches(status);
                status < 400 && patterns.iter().any(described)
            }
            Self::Any => true,
        }
    }

    /// What it asks for, in words.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Below400 => "a status below 400",
            Self::Only2xx => "a status from 200 to 299",
            Self::Described(_) => "a status that the operation describes",
            Self::Any => "any response",
        }
    }
}

impl Compiler<'_> {
    /// Compiles criteria; one that cannot be parsed is an error, because no branch may hang on a slip of the pen.
    pub(crate) fn criteria(&mut self, written: &[Written]) -> Vec<CriterionPlan> {
        written.iter().filter_map(|criterion| self.criterion(criterion)).collect()
    }

    fn criterion(&mut self, written: &Written) -> Option<CriterionPlan> {
        let name = written.kind.as_ref().map(|kind| kind.name.value.as_str());
        let version = written.kind.as_ref().and_then(|kind| kind.version.as_ref());
        let kind = CriterionType::from_names(name, version.map(|version| version.value.as_str()));
        let parsed = kind.and_then(|kind| {
            let context = written.context.as_ref().map(|context| context.value.as_str());
            let text = CriterionText { condition: &written.condition.value, context, kind };
            Criterion::parse_with(text, self.options.mode, &|source| self.declares_source(source))
        });
        match parsed {
            Ok(parsed) => {
                self.notes(&written.condition, parsed.notes);
                if let Some(context) = &written.context {
                    self.notes(context, parsed.value.context_notes().to_vec());
                }
                for expression in parsed.value.expressions() {
                    self.check_scope(expression, written.condition.span);
                }
                self.saw(written.condition.span, || Seen::Criterion(Box::new(parsed.value.clone())));
                Some(CriterionPlan { condition: written.condition.value.clone(), criterion: parsed.value })
            }
            Err(error) => {
                let code = if error.is_unsupported() { Code::Unsupported } else { Code::InvalidCriterion };
                let mut hint = error.syntax().and_then(|syntax| syntax.hint.clone()).unwrap_or_default();
                if error.is_unsupported() && name == Some("jsonpath") {
                    "write it as RFC 9535 has it, and leave `version` out".clone_into(&mut hint);
                }
                let message =
                    error.syntax().map_or_else(|| error.to_string(), |syntax| syntax.message.clone());
                self.error(code, place_of(&error, written), message, &hint);
                None
            }
        }
    }
}

/// Where the mistake is: in the field that it is about, as exactly as can be said.
fn place_of(error: &CriterionError, written: &Written) -> Span {
    let kind = written.kind.as_ref();
    let field = match error.field() {
        CriterionField::Condition => Some(&written.condition),
        CriterionField::Context => written.context.as_ref(),
        CriterionField::Type => kind.map(|kind| &kind.name),
        CriterionField::Version => kind.and_then(|kind| kind.version.as_ref()),
    };
    match (field, error.syntax()) {
        (Some(field), Some(syntax)) => field.span_within(syntax.range.clone()),
        (Some(field), None) => field.span,
        (None, _) => written.span.first_line(),
    }
}
