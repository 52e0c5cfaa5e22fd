//! JUnit XML: a suite for each description, a case for each diagnostic; a description without one is a case that passes.
//!
//! The elements and attributes are those that CI servers agree on. What does not make the check fail is a case that
//! passes, with its text as output.

use std::fmt::Write;

use arazzo_document::Diagnostic;

use crate::validate::report::{Checked, Report};

pub(super) fn render(report: &Report) -> String {
    let suites = report.files.iter();
    let tests: usize = suites.clone().map(tests).sum();
    let failures: usize = suites.clone().map(failures).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"arazzo validate\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    );
    for suite in suites {
        render_suite(&mut out, suite);
    }
    out.push_str("</testsuites>\n");
    out
}

fn tests(file: &Checked) -> usize {
    file.findings.len().max(1)
}

fn failures(file: &Checked) -> usize {
    file.findings.iter().filter(|found| file.is_failure(&found.diagnostic)).count()
}

fn render_suite(out: &mut String, file: &Checked) {
    let name = escaped(&file.name);
    let (tests, failures) = (tests(file), failures(file));
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
    );
    if file.findings.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"valid\" classname=\"{name}\"/>");
    }
    for found in &file.findings {
        let Diagnostic { code, severity, message, place, hint, .. } = &found.diagnostic;
        let case = format!("{code} at {}", place.span.start);
        let _ = writeln!(out, "    <testcase name=\"{case}\" classname=\"{name}\">");
        let mut text = format!("{}:{}: {severity}: {message}", place.file, place.span.start);
        if let Some(hint) = hint.as_ref().filter(|hint| !hint.is_empty()) {
            text = format!("{text}\nhint: {hint}");
        }
        let text = escaped(&text);
        let _ = if file.is_failure(&found.diagnostic) {
            let message = escaped(message);
            writeln!(out, "      <failure message=\"{message}\" type=\"{code}\">{text}</failure>")
        } else {
            writeln!(out, "      <system-out>{text}</system-out>")
        };
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

/// The text for an element or an attribute. What XML 1.0 cannot hold becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use arazzo_document::Code;

    use super::*;
    use crate::validate::report::tests::{checked, place};

    #[test]
    fn text_is_safe_in_xml() {
        assert_eq!(
            escaped("<a \"b\"> & \u{1b}[1m\u{ffff}\n"),
            "&lt;a &quot;b&quot;&gt; &amp; \u{fffd}[1m\u{fffd}&#10;"
        );
    }

    #[test]
    fn a_suite_counts_its_cases() {
        let at = || place("a&b.yml", 4, 2, 9);
        let report = Report::new(vec![
            checked("ok.yml", vec![]),
            checked(
                "a&b.yml",
                vec![
                    Diagnostic::error(Code::UnknownStep, "no `<x>`", at()).with_hint("say `y`"),
                    Diagnostic::warning(Code::NoServer, "none", at()),
                ],
            ),
        ]);
        assert_eq!(
            render(&report),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="arazzo validate" tests="3" failures="1" errors="0">
  <testsuite name="ok.yml" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="valid" classname="ok.yml"/>
  </testsuite>
  <testsuite name="a&amp;b.yml" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="unknown-step at 4:2" classname="a&amp;b.yml">
      <failure message="no `&lt;x&gt;`" type="unknown-step">a&amp;b.yml:4:2: error: no `&lt;x&gt;`&#10;hint: say `y`</failure>
    </testcase>
    <testcase name="no-server at 4:2" classname="a&amp;b.yml">
      <system-out>a&amp;b.yml:4:2: warning: none</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
        );
    }
}
