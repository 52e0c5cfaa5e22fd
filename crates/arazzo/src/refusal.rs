//! Why nothing was run.

use arazzo_document::Diagnostic;

use crate::exit::Exit;

/// Why nothing was run, for a person and for a script.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) exit: Exit,
    pub(crate) problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Something in a document.
    Located(Diagnostic),
    /// Something on the command line or in the inputs.
    Unlocated { code: &'static str, message: String, hint: Option<String> },
    /// Something in a line of a data file, which may hold secrets and is not shown.
    InRow { file: String, line: u32, column: Option<u32>, message: String, hint: Option<String> },
}

impl Refusal {
    /// The command line is wrong.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        let problem = Problem::Unlocated { code: "usage", message: message.into(), hint: hint.into() };
        Self { exit: Exit::Usage, problems: vec![problem] }
    }

    /// A document is wrong.
    pub(crate) fn invalid(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Invalid, problems: diagnostics.into_iter().map(Problem::Located).collect() }
    }

    /// Something that the run needs does not work, and was told to.
    pub(crate) fn stopped(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        let problem = Problem::Unlocated { code: "journal", message: message.into(), hint: hint.into() };
        Self { exit: Exit::Stopped, problems: vec![problem] }
    }

    /// Something could not be read at all.
    pub(crate) fn unreadable(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        let problem =
            Problem::Unlocated { code: "unreadable-file", message: message.into(), hint: hint.into() };
        Self { exit: Exit::Invalid, problems: vec![problem] }
    }
}
