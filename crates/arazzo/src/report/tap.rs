//! The TAP report, in [version 14](https://testanything.org/tap-version-14-specification.html): a subtest for each
//! workflow, a test point for each visit to a step.

use std::fmt::Write;

use super::Recording;
use super::suite::{Case, Suite, Verdict};
use super::time::milliseconds;

pub(super) fn render(recording: &Recording) -> String {
    let mut out = String::from("TAP version 14\n");
    let suites = recording.suites();
    if suites.is_empty() && recording.left_out.is_empty() {
        let refusals = recording.refusals().join("; ");
        let _ = writeln!(out, "Bail out! {}", described(&refusals));
        return out;
    }
    let has_bad = recording.left_out.has_bad();
    let _ = writeln!(out, "1..{}", suites.len() + usize::from(has_bad));
    for (number, suite) in (1..).zip(&suites) {
        render_suite(&mut out, suite);
        let (not, name) = (if suite.is_ok() { "" } else { "not " }, described(&suite.name));
        let _ = writeln!(out, "{not}ok {number} - {name}");
    }
    if has_bad {
        let _ = writeln!(out, "not ok {} - further runs", suites.len() + 1);
    }
    if !recording.left_out.is_empty() {
        let _ = writeln!(out, "# {}", recording.left_out);
    }
    out
}

fn render_suite(out: &mut String, suite: &Suite<'_>) {
    let _ = writeln!(out, "# Subtest: {}", described(&suite.name));
    let _ = writeln!(out, "    1..{}", suite.cases.len());
    for (number, case) in (1..).zip(&suite.cases) {
        let not = if case.verdict.failure().is_some() { "not " } else { "" };
        let skip = if matches!(case.verdict, Verdict::Skipped) { " # SKIP not reached" } else { "" };
        let _ = writeln!(out, "    {not}ok {number} - {}{skip}", described(&case.name));
        render_diagnostics(out, case);
    }
}

/// The YAML block after a test point.
fn render_diagnostics(out: &mut String, case: &Case<'_>) {
    let Some(duration) = case.duration else {
        if let Some(reason) = case.verdict.failure() {
            let message = quoted(&reason.message);
            let _ =
                write!(out, "      ---\n      message: {message}\n      code: {}\n      ...\n", reason.code);
        }
        return;
    };
    let _ = writeln!(out, "      ---");
    if let Some(reason) = case.verdict.failure() {
        let _ = writeln!(out, "      message: {}", quoted(&reason.message));
        let _ = writeln!(out, "      code: {}", reason.code);
        list(out, "criteria", &reason.details);
    }
    let _ = writeln!(out, "      duration_ms: {:.3}", milliseconds(duration));
    list(out, "requests", &case.story());
    let _ = writeln!(out, "      ...");
}

fn list(out: &mut String, name: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "      {name}:");
    for line in lines {
        let _ = writeln!(out, "        - {}", quoted(line));
    }
}

/// Text on one line of YAML: a JSON string is one, once what YAML does not take as it is has been escaped.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}

/// Text for the end of a line: what would begin a directive is escaped, and a line break is none.
fn described(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '#' => out.extend(['\\', character]),
            other if other.is_control() => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_begins_no_directive() {
        assert_eq!(described("a # SKIP b\\\n\u{1b}"), "a \\# SKIP b\\\\\\u{a}\\u{1b}");
    }

    #[test]
    fn any_text_is_one_line_of_yaml() {
        let text = "a: \"b\"\n\u{85}\u{2028}\u{1b}#\\";
        let line = quoted(text);
        assert!(!line.contains(['\n', '\u{85}', '\u{2028}', '\u{1b}']), "{line}");
        assert_eq!(serde_yaml::from_str::<String>(&line).unwrap(), text);
    }
}
