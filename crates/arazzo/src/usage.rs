//! Arguments that cannot be read: said to people, and to scripts in the format that they asked for.

use std::ffi::OsStr;

use clap::error::ErrorKind;

use crate::exit::Exit;
use crate::output;
use crate::refusal::Refusal;
use crate::show;
use crate::validate::print_refusal_json;

/// Prints what is wrong with the arguments, or the help that they ask for.
pub(crate) fn refuse(error: &clap::Error) -> Exit {
    // Nothing is lost when a reader of the help goes away.
    let _reader_is_gone = error.print();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Exit::Success;
    }
    let refusal = refusal(&error.render().to_string());
    if wants("json", std::env::args_os().skip(1)) {
        let command = std::env::args_os().nth(1);
        match command.as_deref().and_then(OsStr::to_str) {
            Some("validate") => print_refusal_json(&refusal),
            Some("show") => show::print_refusal(&refusal),
            Some(_) | None => output::print_refusal(&refusal),
        }
    } else if wants("jsonl", std::env::args_os().skip(1)) {
        output::print_refusal_line(&refusal);
    }
    Exit::Usage
}

/// Whether this `--format` is among arguments that could not be read as a whole.
fn wants(format: &str, arguments: impl Iterator<Item = impl AsRef<OsStr>>) -> bool {
    let mut is_value = false;
    for argument in arguments {
        let argument = argument.as_ref();
        let text = argument.to_str().unwrap_or_default();
        if text.strip_prefix("--format=") == Some(format) || (is_value && text == format) {
            return true;
        }
        if argument == "--" {
            return false;
        }
        is_value = argument == "--format";
    }
    false
}

/// The first paragraph of the text is the message, a tip is the hint.
fn refusal(text: &str) -> Refusal {
    let mut paragraphs = text.split("\n\n");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = words(paragraphs.next().unwrap_or_default());
    let tip = paragraphs.find_map(|paragraph| paragraph.trim_start().strip_prefix("tip: ").map(words));
    Refusal::usage(message.strip_prefix("error: ").unwrap_or(&message), tip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Problem;

    #[test]
    fn the_format_is_found_among_arguments_that_cannot_be_read() {
        assert!(wants("json", ["run", "--no-such", "--format", "json"].iter()));
        assert!(wants("json", ["run", "--format=json", "--no-such"].iter()));
        assert!(!wants("json", ["run", "--format=jsonl", "--no-such"].iter()));
        assert!(!wants("json", ["run", "json", "--format", "human"].iter()));
        assert!(!wants("json", ["run", "--", "--format=json"].iter()));
    }

    #[test]
    fn a_tip_is_a_hint() {
        let text = "error: unexpected argument\n  '--sever'\n\n  tip: a similar one\n  exists\n\nUsage: x\n";
        let refusal = refusal(text);
        let [Problem::Unlocated { message, hint, .. }] = refusal.problems.as_slice() else { panic!() };
        assert_eq!(message, "unexpected argument '--sever'");
        assert_eq!(hint.as_deref(), Some("a similar one exists"));
    }
}
