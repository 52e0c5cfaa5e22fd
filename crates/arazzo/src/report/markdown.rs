//! The Markdown report: a page for the summary of a CI job.
//!
//! What comes from outside is escaped, so that no response can lay out the page, link from it or put HTML into it.

use std::fmt::Write;

use arazzo_engine::Status;
use serde_json::{Map, Value};

use super::suite::{Case, Reason, Suite, Verdict, suites};
use super::time::milliseconds;
use super::{LeftOut, Recording, TITLE, word};

/// A longer text, in characters, is cut.
const MAX_TEXT: usize = 300;

/// So many runs are told of in full; of more, only those that did not succeed.
const MAX_WHOLE: usize = 3;

/// A longer page, in bytes, is cut: GitHub shows no summary of more than a mebibyte.
const MAX_PAGE: usize = 512 * 1024;

pub(super) fn render(recording: &Recording) -> String {
    let mut out = format!("# {TITLE}: {}\n", word(recording.status()));
    for refusal in recording.refusals() {
        let _ = write!(out, "\n- {}\n", escaped(&refusal));
    }
    if let Some((_, sums)) = &recording.sums {
        let _ = write!(out, "\n{sums}\n");
    }
    let is_many = recording.runs.len() > MAX_WHOLE;
    let mut left_out = recording.left_out;
    if is_many {
        render_table(&mut out, recording, &mut left_out);
    }
    for run in &recording.runs {
        if is_many && run.status() == Status::Succeeded {
            continue;
        }
        if out.len() > MAX_PAGE {
            out.push_str("\nThe steps of further runs are left out: the page is long enough.\n");
            break;
        }
        suites(run).iter().for_each(|suite| render_suite(&mut out, suite));
    }
    if !left_out.is_empty() {
        let _ = write!(out, "\n{left_out}\n");
    }
    out
}

/// A line for each run, or one more in `left_out`. Of those that did not succeed more is told below.
fn render_table(out: &mut String, recording: &Recording, left_out: &mut LeftOut) {
    out.push_str("\n| run | result | time | reason |\n| --- | --- | ---: | --- |\n");
    for run in &recording.runs {
        if out.len() > MAX_PAGE / 2 {
            left_out.add(run.status());
            continue;
        }
        let result = match run.status() {
            Status::Succeeded => "succeeded",
            Status::Failed => "**failed**",
            Status::Stopped => "**stopped**",
        };
        let reason = run.report.error.as_ref().map(|error| escaped(&error.message)).unwrap_or_default();
        let (name, time) = (escaped(&run.name()), milliseconds(run.duration()));
        let _ = writeln!(out, "| {name} | {result} | {time:.1} ms | {reason} |");
    }
}

fn render_suite(out: &mut String, suite: &Suite<'_>) {
    let (name, status) = (escaped(&suite.name), word(Some(suite.status)));
    let total = milliseconds(suite.duration());
    let _ = write!(out, "\n## {name}: {status}\n\n");
    out.push_str("| step | operation | result | status | attempts | time |\n");
    out.push_str("| --- | --- | --- | ---: | ---: | ---: |\n");
    for case in &suite.cases {
        if is_full(out) {
            return;
        }
        let result = match &case.verdict {
            Verdict::Passed => "passed",
            Verdict::Handled(_) => "failed, handled",
            Verdict::Failed(_) => "**failed**",
            Verdict::Stopped(_) => "**stopped**",
            Verdict::Skipped => "not reached",
        };
        let status = case.status_code.map(|status| status.to_string()).unwrap_or_default();
        let attempts = if case.attempts == 0 { String::new() } else { case.attempts.to_string() };
        let time = case.duration.map(|time| format!("{:.1} ms", milliseconds(time))).unwrap_or_default();
        let (name, operation) = (escaped(&case.name), escaped(&case.operation));
        let _ = writeln!(out, "| {name} | {operation} | {result} | {status} | {attempts} | {time} |");
    }
    let _ = write!(out, "\n{} in {total:.1} ms\n", counted(suite));
    render_outputs(out, suite.outputs);
    for case in &suite.cases {
        if is_full(out) {
            return;
        }
        render_failure(out, case);
    }
}

/// Whether no more steps have room on the page, and if so, says it.
fn is_full(out: &mut String) -> bool {
    let is_full = out.len() > MAX_PAGE;
    if is_full {
        out.push_str("\nFurther steps are left out: the page is long enough.\n");
    }
    is_full
}

fn counted(suite: &Suite<'_>) -> String {
    let ran = suite.cases.iter().filter(|case| case.step.is_some()).count();
    match (suite.status, ran) {
        (Status::Succeeded | Status::Failed | Status::Stopped, 1) => "1 visit to a step".to_owned(),
        (Status::Succeeded | Status::Failed | Status::Stopped, ran) => format!("{ran} visits to steps"),
    }
}

fn render_outputs(out: &mut String, outputs: &Map<String, Value>) {
    if outputs.is_empty() {
        return;
    }
    out.push_str("\n| output | value |\n| --- | --- |\n");
    for (name, value) in outputs {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = writeln!(out, "| {} | {} |", escaped(name), escaped(&text));
    }
}

fn render_failure(out: &mut String, case: &Case<'_>) {
    let (word, reason) = match &case.verdict {
        Verdict::Failed(reason) => ("failed", reason),
        Verdict::Stopped(reason) => ("stopped", reason),
        Verdict::Handled(reason) => ("failed and was handled", reason),
        Verdict::Passed | Verdict::Skipped => return,
    };
    let Reason { code, message, details } = reason;
    let (name, code) = (escaped(&case.name), escaped(code));
    let _ = write!(out, "\n{name} {word} ({code}): {}\n\n", escaped(message));
    let story = case.story();
    let lines: Vec<&String> = story.iter().chain(details).filter(|line| *line != message).collect();
    for line in lines {
        let _ = writeln!(out, "- {}", escaped(line));
    }
}

/// Text on one line in which nothing means anything to Markdown or HTML. Long text is cut.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(2 * MAX_TEXT));
    for (index, character) in text.chars().enumerate() {
        if index == MAX_TEXT {
            out.push('…');
            break;
        }
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(' '),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => out.extend(['\\', character]),
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
    fn text_lays_nothing_out() {
        assert_eq!(
            escaped("a|b `c` <img src=x> [d](e)\n# f @g"),
            "a\\|b \\`c\\` &lt;img src=x&gt; \\[d\\](e) \\# f &#64;g"
        );
        assert_eq!(escaped(&"x".repeat(MAX_TEXT + 1)).chars().count(), MAX_TEXT + 1);
    }
}
