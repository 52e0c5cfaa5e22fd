//! What is printed: the result on standard output, messages on standard error.
//!
//! A reader that goes away is no error: `arazzo run … | head -1` ends quietly. A full disk is one, and is told at the
//! end: by then requests have been sent.

mod curl;
mod failure;
mod human;
mod in_order;
mod json;
mod live;
mod many;
mod plan;
mod progress;
mod timings;
mod width;

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, OnceLock};

use arazzo_document::{Diagnostic, Document, Severity};
use arazzo_engine::{RunError, Timestamp};
use arazzo_runner::{Clock as _, SystemClock};

use crate::args::Format;
use crate::diagnostics::DiagnosticJson;
use crate::excerpt::Excerpts;
use crate::exit::Exit;
use crate::refusal::{Problem, Refusal};
use crate::report::jsonl;

pub(crate) use curl::Given;
pub(crate) use failure::Failure;
pub(crate) use human::{HumanReporter, printable};
pub(crate) use json::{Completed, print_json, print_outputs, print_pretty, print_refusal};
pub(crate) use many::{Finished, ManyReporter, SumsJson};
pub(crate) use plan::print_plan;
pub(crate) use progress::Progress;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors and the result.
    Quiet,
    /// Steps and what they lead to.
    Normal,
    /// Requests and responses, too.
    Verbose,
    /// Values of expressions and timings, too.
    Evaluated,
}

/// Why something could not be written to standard output.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// Writes a line to standard output.
pub(crate) fn print(line: &str) {
    live::above(|| note(writeln!(anstream::stdout(), "{line}")));
}

/// Writes a line to standard output for a reader that waits for it.
pub(crate) fn print_now(line: &str) {
    print(line);
    note(io::stdout().flush());
}

/// Begins the event stream.
pub(crate) fn begin_events(diagnostics: &[DiagnosticJson]) {
    print_now(&jsonl::begin(now(), diagnostics));
}

fn now() -> Timestamp {
    SystemClock::new().now()
}

fn note(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        UNWRITTEN.get_or_init(|| error);
    }
}

/// The exit code after all output: another one when not all of it was written.
pub(crate) fn finish(exit: Exit) -> Exit {
    note(io::stdout().flush());
    match UNWRITTEN.get() {
        Some(error) => {
            message(&format!("{ERROR}error{ERROR:#}: standard output cannot be written: {error}"));
            Exit::Stopped
        }
        None => exit,
    }
}

/// Writes a line to standard error.
pub(crate) fn message(line: &str) {
    live::above(|| {
        let _reader_is_gone = writeln!(anstream::stderr(), "{line}");
    });
}

/// Says what went wrong, in one line.
pub(crate) fn error(text: &str) {
    message(&format!("{ERROR}error{ERROR:#}: {}", printable(text)));
}

/// Says why a run failed or stopped, in one line.
pub(crate) fn fail(RunError { code, message: text, .. }: &RunError) {
    message(&format!("{ERROR}error[{code}]{ERROR:#}: {}", printable(text)));
}

/// Says why nothing was run.
pub(crate) fn refuse(refusal: &Refusal, documents: &[Arc<Document>], format: Format, verbosity: Verbosity) {
    let excerpts = Excerpts::new(documents);
    for problem in &refusal.problems {
        match problem {
            Problem::Located(diagnostic) if diagnostic.severity == Severity::Error => {
                message(&excerpts.render(diagnostic));
                message("");
            }
            Problem::Located(diagnostic) => warn(diagnostic, &excerpts, verbosity),
            Problem::Unlocated { message: text, hint, .. } => fail_with_hint(text, hint.as_deref()),
            Problem::InRow { file, line, column, message: text, hint } => {
                let column = column.map(|column| format!(":{column}")).unwrap_or_default();
                fail_with_hint(&format!("{file}:{line}{column}: {text}"), hint.as_deref());
            }
        }
    }
    match format {
        Format::Json => print_refusal(refusal),
        Format::Jsonl => print_refusal_line(refusal),
        Format::Human | Format::Outputs => {}
    }
}

/// Prints the event stream of nothing that was run.
pub(crate) fn print_refusal_line(refusal: &Refusal) {
    let diagnostics: Vec<DiagnosticJson> = refusal.problems.iter().map(DiagnosticJson::from).collect();
    begin_events(&[]);
    print_now(&jsonl::refused(now(), &diagnostics));
}

fn fail_with_hint(text: &str, hint: Option<&str>) {
    message(&format!("{ERROR}error{ERROR:#}: {}", printable(text)));
    if let Some(hint) = hint {
        message(&format!("  {HINT}hint{HINT:#}: {}", printable(hint)));
    }
}

/// Says what the documents should be corrected in although they can be run.
pub(crate) fn warn_all(diagnostics: &[Diagnostic], documents: &[Arc<Document>], verbosity: Verbosity) {
    let excerpts = Excerpts::new(documents);
    for diagnostic in diagnostics {
        warn(diagnostic, &excerpts, verbosity);
    }
}

/// On one line unless more is wanted: a run is about its result.
fn warn(diagnostic: &Diagnostic, excerpts: &Excerpts<'_>, verbosity: Verbosity) {
    match verbosity {
        Verbosity::Quiet => {}
        Verbosity::Normal => {
            let Diagnostic { code, severity, message: text, place, hint, .. } = diagnostic;
            let at = format!("{}:{}", place.file, place.span.start);
            let (at, text) = (printable(&at), printable(text));
            message(&format!("{WARNING}{severity}[{code}]{WARNING:#}: {at}: {text}"));
            if let Some(hint) = hint {
                message(&format!("  {HINT}hint{HINT:#}: {}", printable(hint)));
            }
        }
        Verbosity::Verbose | Verbosity::Evaluated => {
            message(&excerpts.render(diagnostic));
            message("");
        }
    }
}

use anstyle::{AnsiColor, Style};

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
