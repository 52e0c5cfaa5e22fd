//! JUnit XML: a suite for each description, a case for each diagnostic; a description without one is a case that passes.
//!
//! The elements and attributes are those that CI servers agree on. What does not make the check fail is a case that
//! passes, with its text as output.

use arazzo_document::Diagnostic;

use crate::junit::{JunitCase, JunitSuite, JunitVerdict, render as render_junit};
use crate::validate::report::{Checked, Finding, Report};

pub(super) fn render(report: &Report) -> String {
    let suites: Vec<JunitSuite> = report.files.iter().map(suite).collect();
    render_junit("arazzo validate", &suites)
}

fn suite(file: &Checked) -> JunitSuite {
    let mut cases: Vec<JunitCase> = file.findings.iter().map(|found| case(file, found)).collect();
    if cases.is_empty() {
        cases.push(JunitCase {
            name: "valid".to_owned(),
            class: file.name.clone(),
            seconds: None,
            verdict: JunitVerdict::Passed,
            output: String::new(),
        });
    }
    JunitSuite { name: file.name.clone(), timestamp: None, cases }
}

fn case(file: &Checked, found: &Finding) -> JunitCase {
    let Diagnostic { code, severity, message, place, hint, .. } = &found.diagnostic;
    let mut text = format!("{}:{}: {severity}: {message}", place.file, place.span.start);
    if let Some(hint) = hint.as_ref().filter(|hint| !hint.is_empty()) {
        text = format!("{text}\nhint: {hint}");
    }
    let (verdict, output) = if file.is_failure(&found.diagnostic) {
        (JunitVerdict::Failed { kind: code.to_string(), message: message.clone(), text }, String::new())
    } else {
        (JunitVerdict::Passed, text)
    };
    JunitCase {
        name: format!("{code} at {}", place.span.start),
        class: file.name.clone(),
        seconds: None,
        verdict,
        output,
    }
}

#[cfg(test)]
mod tests {
    use arazzo_document::Code;

    use super::*;
    use crate::validate::report::tests::{checked, place};

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
