//! What expressions are evaluated against, and why an expression has no value.

use std::borrow::Cow;

use serde_json::Value;

use crate::source::Source;

/// Knows the values that expressions name: the exchange, the inputs, the outputs so far.
pub trait Context {
    /// The value that `source` names, before the pointer and the navigation of the expression.
    ///
    /// Header names are matched without regard to case, all other names exactly.
    ///
    /// # Errors
    /// When there is no such value.
    fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence>;
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Absence {
    /// The input is declared, has no default and was not supplied.
    #[error("the optional input `{name}` was not supplied")]
    InputNotSupplied {
        /// The input.
        name: String,
    },
    /// The workflow declares no such input, and none was supplied.
    #[error("there is no input `{name}`")]
    UnknownInput {
        /// The input.
        name: String,
    },
    /// The step exists and was not reached.
    #[error("step `{step}` has not run")]
    StepNotRun {
        /// The step.
        step: String,
    },
    /// The step or workflow has run and has no such output.
    #[error("{owner} has no output `{output}`")]
    OutputNotSet {
        /// Whose output, such as ``step `login` ``.
        owner: String,
        /// The output.
        output: String,
    },
    /// The workflow has not finished a run.
    #[error("workflow `{workflow}` has not run")]
    WorkflowNotRun {
        /// The workflow.
        workflow: String,
    },
    /// Nothing was sent.
    #[error("no request was sent")]
    NoRequest,
    /// Nothing came back.
    #[error("there is no response")]
    NoResponse,
    /// The message has no such header.
    #[error("there is no header `{name}`")]
    NoHeader {
        /// The header.
        name: String,
    },
    /// The request has no such parameter.
    #[error("the request has no {place} parameter `{name}`")]
    NoParameter {
        /// `query` or `path`.
        place: &'static str,
        /// The parameter.
        name: String,
    },
    /// The value is there, and the pointer or the navigation leads to nothing in it.
    #[error("`{expression}` has nothing at `{at}`")]
    PointerSelectsNothing {
        /// The expression that names the value.
        expression: String,
        /// The way to where it ends, as it is written.
        at: String,
    },
    /// The navigation goes into something that has no parts.
    #[error("`{expression}` cannot be followed to `{at}`: it leads into {found}")]
    NotNavigable {
        /// The expression that names the value.
        expression: String,
        /// The way to where it ends, as it is written.
        at: String,
        /// What is there instead, such as `a string`.
        found: &'static str,
    },
    /// A selector cannot be applied to the value of its context.
    #[error("`{selector}` cannot be applied to `{expression}`: {reason}")]
    NotSelectable {
        /// The context.
        expression: String,
        /// The selector.
        selector: String,
        /// Why.
        reason: String,
    },
    /// This kind of expression has no value here.
    #[error("{what} is not available here")]
    Unsupported {
        /// What it is.
        what: String,
    },
}

impl Absence {
    /// Whether a name is unknown, so that a shorter name with navigation may be meant.
    pub(crate) fn is_about_a_name(&self) -> bool {
        match self {
            Self::UnknownInput { .. } | Self::OutputNotSet { .. } => true,
            Self::InputNotSupplied { .. }
            | Self::StepNotRun { .. }
            | Self::WorkflowNotRun { .. }
            | Self::NoRequest
            | Self::NoResponse
            | Self::NoHeader { .. }
            | Self::NoParameter { .. }
            | Self::PointerSelectsNothing { .. }
            | Self::NotNavigable { .. }
            | Self::NotSelectable { .. }
            | Self::Unsupported { .. } => false,
        }
    }
}
