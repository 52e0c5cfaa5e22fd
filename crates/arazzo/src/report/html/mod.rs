//! The HTML report: one page that needs nothing else, neither network nor script.
//!
//! Everything from a run goes through the templates, which escape it; control characters become pictures of themselves.
//! The page forbids itself to load anything and to run any script but its own.

mod body;
mod moment;
mod observed;
mod timeline;
mod view;

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{Environment, Error, HtmlEscape, UndefinedBehavior, context, escape_formatter};
use serde::Serialize;

use super::Recording;
use crate::diagnostics::DiagnosticJson;
use crate::graph;
use crate::shell::obeys;
use arazzo_engine::Status;
use view::Pages;

const PAGE: &str = include_str!("page.html");
const RUN: &str = include_str!("run.html");
const STEP: &str = include_str!("step.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// The SHA-256 of [`SCRIPT`] in base64, which the page permits to run.
const SCRIPT_HASH: &str = "C/ZUpjXktcKVkFvLt+p+7Iw+bgwyqqtfrB1moj8+nYU=";

/// So many runs are on a page, those first that did not succeed.
const MAX_RUNS: usize = 100;

/// Of more runs, those that succeeded are folded.
const MAX_OPEN: usize = 3;

/// What stands around the runs.
#[derive(Debug, Serialize)]
struct PageView<'a> {
    title: String,
    status: &'static str,
    runs: Vec<String>,
    /// The runs by name, when there are several.
    contents: Vec<ContentView>,
    /// The sums of many runs.
    sums: Option<String>,
    /// What is not on the page.
    left_out: Option<String>,
    diagnostics: &'a [DiagnosticJson],
    version: &'static str,
}

/// A line of the list of runs.
#[derive(Debug, Serialize)]
struct ContentView {
    id: String,
    name: String,
    status: &'static str,
    /// Whether all of it is shown at once.
    is_open: bool,
}

/// The page.
///
/// # Errors
/// When a template is wrong, which no run can bring about.
pub(super) fn render(recording: &Recording) -> Result<String, String> {
    page(recording).map_err(|error| format!("the HTML report cannot be made: {error:#}"))
}

fn page(recording: &Recording) -> Result<String, Error> {
    let environment = environment()?;
    let pages = Pages::new(&environment);
    let mut runs = Vec::new();
    let mut contents = Vec::new();
    let (told, left_out) = recording.most_telling(MAX_RUNS);
    for (index, run) in told.iter().enumerate() {
        runs.push(pages.run(index, run)?);
        let is_open = told.len() <= MAX_OPEN || run.status() != Status::Succeeded;
        let (id, status) = (view::anchor(index), status_word(run.status()));
        contents.push(ContentView { id, name: run.name(), status, is_open });
    }
    let status = recording.status().map_or("invalid", status_word);
    let names = match recording.runs.as_slice() {
        [] => "nothing was run".to_owned(),
        [first, ..] if recording.sums.is_some() => first.workflow_id.clone(),
        [run] => run.workflow_id.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.workflow_id, rest.len()),
    };
    let view = PageView {
        title: names,
        status,
        runs,
        contents,
        sums: recording.sums.as_ref().map(|(_, sums)| sums.to_string()),
        left_out: (!left_out.is_empty()).then(|| left_out.to_string()),
        diagnostics: &recording.diagnostics,
        version: env!("CARGO_PKG_VERSION"),
    };
    environment.get_template("page.html")?.render(context! {
        page => Value::from(Serde(&view)),
        style => format!("{}{}{STYLE}", graph::colors(), graph::STYLE),
        script => SCRIPT,
        script_hash => SCRIPT_HASH,
    })
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, state, value| {
        let text = value.as_str().filter(|text| !value.is_safe() && text.contains(is_hidden));
        match text {
            Some(text) => escape_formatter(out, state, &Value::from(pictures(text))),
            None if value.kind() == ValueKind::None => Ok(()),
            None => escape_formatter(out, state, value),
        }
    });
    environment.add_filter("prose", prose);
    environment.add_template("page.html", PAGE)?;
    environment.add_template("run.html", RUN)?;
    environment.add_template("step.html", STEP)?;
    Ok(environment)
}

/// A message, with what stands in backticks as code.
fn prose(text: &str) -> Value {
    let text = pictures(text);
    let mut html = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else { break };
        html.push_str(&format!("{}<code>{}</code>", HtmlEscape(before), HtmlEscape(code)));
        rest = after;
    }
    html.push_str(&HtmlEscape(rest).to_string());
    Value::from_safe_string(html)
}

/// Whether a character would change or hide text instead of showing itself.
fn is_hidden(char: char) -> bool {
    obeys(char) || matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with pictures in place of hidden characters.
fn pictures(text: &str) -> String {
    let picture = |char: char| match u32::from(char) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ => '\u{fffd}',
    };
    text.chars().map(|char| if is_hidden(char) { picture(char) } else { char }).collect()
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::Stopped => "stopped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_permits_its_own_script() {
        let digest = ring::digest::digest(&ring::digest::SHA256, SCRIPT.as_bytes());
        let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
        assert_eq!(SCRIPT_HASH, hash);
    }

    #[test]
    fn control_characters_are_pictures() {
        assert_eq!(pictures("a\u{0}\u{1b}[2J\r\n\t\u{202e}b\u{7f}"), "a␀␛[2J␍\n\t\u{fffd}b␡");
    }

    #[test]
    fn what_stands_in_backticks_is_code_and_nothing_else_is_markup() {
        let html = prose("`<a>` is & `b`, `open<");
        assert_eq!(html.as_str(), Some("<code>&lt;a&gt;</code> is &amp; <code>b</code>, `open&lt;"));
    }

    #[test]
    fn a_page_without_runs_says_so() {
        let page = render(&Recording::default()).unwrap();
        assert!(page.contains("nothing was run"), "{page}");
        assert!(page.contains("invalid"));
    }
}
