//! For people: each diagnostic with its lines of source, and a summary.

use arazzo_document::{Diagnostic, Severity};

use super::summary;
use crate::output::{DIM, ERROR, GOOD, HINT, Verbosity, WARNING, print as print_line};
use crate::validate::is_shown;
use crate::validate::report::{Finding, Report};

pub(super) fn print(report: &Report, verbosity: Verbosity) {
    for (file, Finding { diagnostic, excerpt }) in report.findings() {
        if !is_shown(diagnostic.severity, verbosity, file.deny_warnings) {
            continue;
        }
        match excerpt {
            Some(excerpt) => print_line(excerpt),
            None => print_line(&line(diagnostic)),
        }
        print_line("");
    }
    if verbosity >= Verbosity::Verbose {
        for file in &report.files {
            let (style, word) = if file.fails() { (ERROR, "failed") } else { (GOOD, "passed") };
            print_line(&format!("{style}{word}{style:#} {}", file.name));
        }
    }
    if verbosity == Verbosity::Quiet {
        return;
    }
    let counts = report.counts();
    let mut text = summary(report.files.len(), counts);
    if counts.infos > 0 && verbosity != Verbosity::Verbose {
        text = format!("{text} {DIM}(notes are shown with `-v`){DIM:#}");
    }
    print_line(&text);
    let codes = report
        .findings()
        .any(|(file, found)| is_shown(found.diagnostic.severity, verbosity, file.deny_warnings));
    if codes {
        print_line(&format!("{DIM}`arazzo explain CODE` says more about a code{DIM:#}"));
    }
}

/// A diagnostic without its source.
fn line(Diagnostic { code, severity, message, place, hint, .. }: &Diagnostic) -> String {
    let style = match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Info => HINT,
    };
    let mut text =
        format!("{style}{severity}[{code}]{style:#}: {}:{}: {message}", place.file, place.span.start);
    if let Some(hint) = hint.as_ref().filter(|hint| !hint.is_empty()) {
        text.push_str(&format!("\n  {HINT}hint{HINT:#}: {hint}"));
    }
    text
}
