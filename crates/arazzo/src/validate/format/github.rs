//! Annotations of a GitHub workflow, one
//! [workflow command](https://docs.github.com/actions/reference/workflow-commands-for-github-actions) a line.

use std::fmt::Write;

use arazzo_document::{Diagnostic, Severity};

use crate::validate::report::Report;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for (_, found) in report.findings() {
        annotate(&mut text, &found.diagnostic);
    }
    text
}

fn annotate(out: &mut String, Diagnostic { code, severity, message, place, hint, .. }: &Diagnostic) {
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let span = place.span;
    let (start, end) = (span.start, span.end);
    let file = property(&place.file.replace('\\', "/"));
    let _ = write!(out, "::{command} file={file},line={},endLine={}", start.line, end.line);
    // Columns are ignored, with a complaint, where the lines differ.
    if start.line == end.line {
        let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
    }
    let message = match hint.as_ref().filter(|hint| !hint.is_empty()) {
        Some(hint) => format!("{message}\nhint: {hint}"),
        None => message.clone(),
    };
    let _ = writeln!(out, ",title={code}::{}", data(&message));
}

/// The text of a command: it ends with the line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: it ends with a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use arazzo_document::Code;

    use super::*;
    use crate::validate::report::tests::{checked, place};

    #[test]
    fn text_cannot_leave_its_place() {
        let error = Diagnostic::error(Code::UnknownField, "50%\r\n::error::x", place("a,b:c%.yml", 2, 3, 7))
            .with_hint("remove it");
        let report = Report::new(vec![checked("a.yml", vec![error])]);
        assert_eq!(
            render(&report),
            "::error file=a%2Cb%3Ac%25.yml,line=2,endLine=2,col=3,endColumn=7,title=unknown-field::\
             50%25%0D%0A::error::x%0Ahint: remove it\n"
        );
    }

    #[test]
    fn severities_have_their_own_commands() {
        let at = || place("a.yml", 1, 1, 2);
        let report = Report::new(vec![checked(
            "a.yml",
            vec![
                Diagnostic::warning(Code::NoServer, "w", at()),
                Diagnostic::info(Code::XPathOneForThree, "i", at()),
            ],
        )]);
        let text = render(&report);
        assert!(
            text.starts_with("::warning file=a.yml,") && text.contains("\n::notice file=a.yml,"),
            "{text}"
        );
    }
}
