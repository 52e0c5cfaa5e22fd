//! Why a workflow could not be run, for programs and in words for people.

use std::fmt::Write;

use arazzo_document::{Diagnostic, Severity};
use arazzo_engine::InputsError;

use crate::credential_error::CredentialError;
use crate::drive::DriveError;
use crate::header_field::HeaderError;
use crate::journal::Ambiguity;
use crate::load::LoadError;

/// So many diagnostics are written out in a message.
const MAX_SHOWN: usize = 20;

/// Why a workflow could not be run. Nothing was sent, unless it is [`Error::Drive`].
///
/// A workflow that fails is no error: its [`Outcome`](crate::Outcome) says how it ended. Messages name the place, the
/// fact and what to do, and hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The description or one of its sources is wrong or cannot be read.
    #[error("the description cannot be run:\n{}", listed(.diagnostics))]
    Description {
        /// Everything that was found, warnings included.
        diagnostics: Vec<Diagnostic>,
    },
    /// Another place is given for a source that the description does not have.
    #[error(transparent)]
    Source(#[from] LoadError),
    /// The description has no such workflow, or several and none is named.
    #[error("{message}; {hint}")]
    Workflow {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hint: String,
    },
    /// A base URL cannot be used.
    #[error("the base URL of the source `{source_name}` {fact}")]
    Server {
        /// The source that it was given for.
        source_name: String,
        /// What is wrong with it.
        fact: String,
    },
    /// A credential cannot be used.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// A header field for every request cannot be sent.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The inputs are no JSON object.
    #[error("the inputs {fact}")]
    InputsForm {
        /// What they are instead.
        fact: String,
    },
    /// The inputs are not what the workflow wants.
    #[error("{}", problems(.0))]
    Inputs(InputsError),
    /// There is no thread to read the description on.
    #[error("the description cannot be read: there is no thread to do it")]
    NoThread,
    /// A request was under way when the run was interrupted and may have had its effect. Find out, and have it sent again by
    /// [`Runner::send_again`](crate::Runner::send_again).
    #[error("{0}")]
    Ambiguous(Ambiguity),
    /// A run is to be gone on with, and no journal was given.
    #[error(
        "the run cannot be gone on with: the runner has no journal; give it the one in which the run was begun"
    )]
    NoJournal,
    /// The run could not be carried on.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

impl Error {
    /// What was found in the documents, the warnings included; empty unless a document is wrong.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Description { diagnostics } => diagnostics,
            Self::Source(_)
            | Self::Workflow { .. }
            | Self::Server { .. }
            | Self::Credential(_)
            | Self::Header(_)
            | Self::InputsForm { .. }
            | Self::Inputs(_)
            | Self::NoThread
            | Self::Ambiguous(_)
            | Self::NoJournal
            | Self::Drive(_) => &[],
        }
    }
}

impl From<InputsError> for Error {
    fn from(error: InputsError) -> Self {
        Self::Inputs(error)
    }
}

/// The errors with their places and remedies, and none of the rest.
fn listed(diagnostics: &[Diagnostic]) -> String {
    let errors: Vec<&Diagnostic> =
        diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let mut text = String::new();
    for Diagnostic { place, message, hint, .. } in errors.iter().take(MAX_SHOWN) {
        let gap = if text.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{gap}{}:{}: {message}", place.file, place.span.start);
        if let Some(hint) = hint {
            let _ = write!(text, "\nhint: {hint}");
        }
    }
    if errors.len() > MAX_SHOWN {
        let _ = write!(text, "\nand {} more", errors.len() - MAX_SHOWN);
    }
    text
}

fn problems(error: &InputsError) -> String {
    let lines = error.problems.iter().map(|problem| match &problem.hint {
        Some(hint) => format!("{}\nhint: {hint}", problem.message),
        None => problem.message.clone(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
