//! How bad each kind of diagnostic is taken to be.

use std::collections::BTreeSet;

use arazzo_document::{Code, Diagnostic, Severity};

use super::ValidateArgs;
use crate::refusal::Refusal;

/// What is denied and allowed, by `arazzo.toml` or on the command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Levels {
    /// What is an error.
    pub(super) deny: BTreeSet<Code>,
    /// What is hidden unless it makes a run impossible.
    pub(super) allow: BTreeSet<Code>,
    /// Whether warnings make the check fail.
    pub(super) deny_warnings: bool,
    /// Whether no tolerance applies.
    pub(super) strict: bool,
}

/// What the levels make of the diagnostics of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Levelled {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Codes that are allowed and stay errors all the same.
    pub(super) kept: BTreeSet<Code>,
}

impl Levels {
    pub(super) fn of_arguments(args: &ValidateArgs) -> Result<Self, Refusal> {
        let levels = Self {
            deny: args.deny.iter().copied().collect(),
            allow: args.allow.iter().copied().collect(),
            deny_warnings: args.deny_warnings,
            strict: args.strict,
        };
        match levels.contradiction() {
            Some(code) => Err(Refusal::usage(format!("`{code}` is denied and allowed"), None)),
            None => Ok(levels),
        }
    }

    /// A code that is denied and allowed.
    pub(super) fn contradiction(&self) -> Option<Code> {
        self.deny.intersection(&self.allow).next().copied()
    }

    /// These levels where `over` says nothing else.
    pub(super) fn under(&self, over: &Self) -> Self {
        let both = |own: &BTreeSet<Code>, more: &BTreeSet<Code>, less: &BTreeSet<Code>| {
            own.difference(less).chain(more).copied().collect()
        };
        Self {
            deny: both(&self.deny, &over.deny, &over.allow),
            allow: both(&self.allow, &over.allow, &over.deny),
            deny_warnings: self.deny_warnings || over.deny_warnings,
            strict: self.strict || over.strict,
        }
    }

    /// Hides what is allowed and raises what is denied.
    pub(super) fn apply(&self, diagnostics: Vec<Diagnostic>) -> Levelled {
        let mut levelled = Levelled::default();
        for mut diagnostic in diagnostics {
            let (code, is_error) = (diagnostic.code, diagnostic.severity == Severity::Error);
            if self.allow.contains(&code) {
                if !is_error {
                    continue;
                }
                levelled.kept.insert(code);
            }
            if self.deny.contains(&code) {
                diagnostic.severity = Severity::Error;
            }
            levelled.diagnostics.push(diagnostic);
        }
        levelled
    }
}

#[cfg(test)]
mod tests {
    use arazzo_document::{Place, Position, Span};

    use super::*;

    fn levels(deny: &[Code], allow: &[Code]) -> Levels {
        let set = |codes: &[Code]| codes.iter().copied().collect();
        Levels { deny: set(deny), allow: set(allow), ..Levels::default() }
    }

    fn place() -> Place {
        Place { file: "a.yml".into(), span: Span::at(Position::START), path: String::new() }
    }

    #[test]
    fn the_command_line_wins_over_the_configuration() {
        let config = levels(&[Code::OperationPathForm], &[Code::UnknownField]);
        let both = config.under(&levels(&[Code::UnknownField], &[Code::OperationPathForm]));
        assert_eq!(both, levels(&[Code::UnknownField], &[Code::OperationPathForm]));
    }

    #[test]
    fn an_error_cannot_be_allowed() {
        let allowing = levels(&[], &[Code::UnknownField]);
        let error = Diagnostic::error(Code::UnknownField, "x", place());
        let warning = Diagnostic::warning(Code::UnknownField, "y", place());
        let levelled = allowing.apply(vec![error.clone(), warning]);
        assert_eq!(levelled.diagnostics, [error]);
        assert_eq!(levelled.kept, BTreeSet::from([Code::UnknownField]));
    }

    #[test]
    fn what_is_denied_is_an_error() {
        let info = Diagnostic::info(Code::XPathOneForThree, "x", place());
        let levelled = levels(&[Code::XPathOneForThree], &[]).apply(vec![info]);
        assert_eq!(levelled.diagnostics.first().map(|found| found.severity), Some(Severity::Error));
    }
}
