//! What was found in the descriptions that were checked.

use std::collections::{BTreeSet, HashSet};

use arazzo_document::{Code, Diagnostic, Severity};

use crate::exit::Exit;

/// Everything that was found, in the order of the files.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) files: Vec<Checked>,
}

/// A description that was checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) findings: Vec<Finding>,
    /// Codes that are allowed and stay errors all the same.
    pub(super) kept: BTreeSet<Code>,
    /// Whether warnings make the check of this file fail.
    pub(super) deny_warnings: bool,
}

/// A diagnostic with its excerpt, where one is wanted.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) diagnostic: Diagnostic,
    pub(super) excerpt: Option<String>,
}

/// How many of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) infos: usize,
}

impl Report {
    pub(super) fn new(files: Vec<Checked>) -> Self {
        Self { files }
    }

    /// Each finding once with the file that led to it: several descriptions may use one faulty source.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Checked, &Finding)> {
        let mut seen = HashSet::new();
        let all = self.files.iter().flat_map(|file| file.findings.iter().map(move |found| (file, found)));
        all.filter(move |(_, Finding { diagnostic, .. })| {
            let Diagnostic { code, severity, message, place, .. } = diagnostic;
            seen.insert((*code, *severity, message.as_str(), &*place.file, place.span))
        })
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, Finding { diagnostic, .. }) in self.findings() {
            match diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Info => counts.infos += 1,
            }
        }
        counts
    }

    /// Codes that are allowed and stay errors all the same.
    pub(super) fn kept(&self) -> BTreeSet<Code> {
        self.files.iter().flat_map(|file| &file.kept).copied().collect()
    }

    pub(super) fn exit(&self) -> Exit {
        let fails = self.files.iter().any(Checked::fails);
        if fails { Exit::Invalid } else { Exit::Success }
    }
}

impl Checked {
    /// Whether the check of this file failed.
    pub(super) fn fails(&self) -> bool {
        self.findings.iter().any(|found| self.is_failure(&found.diagnostic))
    }

    /// Whether the diagnostic makes the check of this file fail.
    pub(super) fn is_failure(&self, diagnostic: &Diagnostic) -> bool {
        match diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => self.deny_warnings,
            Severity::Info => false,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use arazzo_document::{Place, Position, Span};

    use super::*;

    pub(in crate::validate) fn place(file: &str, line: u32, column: u32, end: u32) -> Place {
        let start = Position { line, column };
        let span = Span { start, end: Position { line, column: end } };
        Place { file: file.into(), span, path: "/workflows/0".to_owned() }
    }

    pub(in crate::validate) fn checked(name: &str, diagnostics: Vec<Diagnostic>) -> Checked {
        let finding = |diagnostic| Finding { diagnostic, excerpt: None };
        let findings = diagnostics.into_iter().map(finding).collect();
        Checked { name: name.to_owned(), findings, kept: BTreeSet::new(), deny_warnings: false }
    }

    #[test]
    fn what_two_descriptions_lead_to_is_counted_once() {
        let error = Diagnostic::error(Code::YamlSyntax, "broken", place("api.yml", 3, 1, 4));
        let report = Report::new(vec![checked("a.yml", vec![error.clone()]), checked("b.yml", vec![error])]);
        assert_eq!(report.counts(), Counts { errors: 1, warnings: 0, infos: 0 });
        assert_eq!(report.files.iter().filter(|file| file.fails()).count(), 2);
    }

    #[test]
    fn warnings_fail_only_where_they_are_denied() {
        let warning = Diagnostic::warning(Code::NoServer, "none", place("a.yml", 1, 1, 2));
        let mut report = Report::new(vec![checked("a.yml", vec![warning])]);
        assert_eq!(report.exit(), Exit::Success);
        for file in &mut report.files {
            file.deny_warnings = true;
        }
        assert_eq!(report.exit(), Exit::Invalid);
    }
}
