//! Why a run failed: the place in the description, the criterion with its values, what came back, and the `curl` command
//! that sends the request again.

use arazzo_document::Place;
use arazzo_engine::{FailedAttempt, FailedRequest, FailedResponse, RunError, ShownChunk};

use super::curl::{Curl, Given};
use super::human::printable;
use super::{DIM, HINT, Verbosity, message};
use crate::excerpt::Excerpts;

/// So many lines of a response are shown.
const MAX_LINES: usize = 20;

/// So many bytes of a response are shown.
const MAX_BYTES: usize = 1024;

/// What is told of a run that failed at a step.
pub(crate) struct Failure<'a> {
    pub(crate) error: &'a RunError,
    pub(crate) attempt: &'a FailedAttempt,
    /// Where the criterion, or else the step, is written.
    pub(crate) place: Option<Place>,
    /// What the command line added to the request; `None` when nothing was sent over a network.
    pub(crate) given: Option<Given<'a>>,
}

impl Failure<'_> {
    /// Prints it.
    pub(crate) fn tell(&self, excerpts: &Excerpts<'_>, verbosity: Verbosity) {
        let RunError { code, message: text, .. } = self.error;
        match &self.place {
            Some(place) => message(&excerpts.render_error(code, &printable(text), place)),
            None => super::fail(self.error),
        }
        if let Some(request) = &self.attempt.request {
            self.exchange(request);
            if let Some(given) = self.given {
                tell_curl(&Curl::new(request, given));
            }
        }
        if let Some(hint) = self.hint(verbosity) {
            message(&format!("  {HINT}hint{HINT:#}: {}", printable(&hint)));
        }
    }

    fn exchange(&self, FailedRequest { method, url, .. }: &FailedRequest) {
        let FailedAttempt { attempts, response, .. } = self.attempt;
        let mut line = format!("{method} {url}");
        match response {
            Some(FailedResponse { status, headers, size, .. }) => {
                let content_type = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
                let content_type = content_type.map_or("no content type", |(_, value)| value.as_str());
                line.push_str(&match size {
                    0 => format!(" was answered by {status}, no body"),
                    1 => format!(" was answered by {status}, {content_type}, 1 byte"),
                    size => format!(" was answered by {status}, {content_type}, {size} bytes"),
                });
            }
            None => line.push_str(" was not answered"),
        }
        if *attempts > 1 {
            line.push_str(&format!(", in attempt {attempts}"));
        }
        message(&format!("  {}", printable(&line).replace('\n', "\\n")));
        if let Some(FailedResponse { body, .. }) = response {
            for line in excerpt(body) {
                message(&format!("  {DIM}|{DIM:#} {line}"));
            }
        }
    }

    /// What to do next.
    fn hint(&self, verbosity: Verbosity) -> Option<String> {
        let FailedAttempt { request, response, .. } = self.attempt;
        let slots = request.as_ref().map(|request| request.slots.as_slice()).unwrap_or_default();
        let is_unauthorised = response.as_ref().is_some_and(|response| matches!(response.status, 401 | 403));
        match (self.error.code.as_str(), slots) {
            ("connection-failed", _) => {
                Some("start the server, or name another one with `--server URL`".to_owned())
            }
            ("timeout", _) if self.error.message.contains("`timeout`") => None,
            ("timeout", _) => Some("give the request more time with `--timeout`".to_owned()),
            (_, [slot, ..]) if is_unauthorised => {
                Some(format!("check the credential of `{}.{}`", slot.source, slot.scheme))
            }
            (_, []) if is_unauthorised => {
                Some("give a credential with `--auth`; `arazzo show` says which there are".to_owned())
            }
            (_, _) if request.is_none() => None,
            (_, _) => match verbosity {
                Verbosity::Normal => {
                    Some("see requests and responses with `-v`, values of expressions with `-vv`".to_owned())
                }
                Verbosity::Quiet | Verbosity::Verbose | Verbosity::Evaluated => None,
            },
        }
    }
}

fn tell_curl(curl: &Curl) {
    // Only its first line is moved in: a line break in the body is one in the command.
    message(&format!("  send it again: {}", curl.line));
    for note in &curl.notes {
        message(&format!("  {DIM}{}{DIM:#}", printable(note)));
    }
}

/// The first lines of a body, without what a terminal would obey.
fn excerpt(body: &ShownChunk) -> Vec<String> {
    let text = match body {
        ShownChunk::Text(text) => text.as_str(),
        ShownChunk::File(_) => return Vec::new(),
        ShownChunk::Unshown(size) => {
            return vec![format!("({size} bytes that are no text, or too many to be shown)")];
        }
    };
    let end = (0..=MAX_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let start = text.get(..end.unwrap_or_default()).unwrap_or_default();
    let mut lines: Vec<String> =
        start.lines().take(MAX_LINES).map(|line| printable(line).into_owned()).collect();
    let is_whole = start.len() == text.len() && start.lines().nth(MAX_LINES).is_none();
    if !is_whole {
        lines.push("…".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_start_of_a_body_without_what_a_terminal_obeys() {
        let text = |text: &str| excerpt(&ShownChunk::Text(text.to_owned()));
        assert_eq!(text("{\"a\": 1}\r\n"), ["{\"a\": 1}"]);
        assert_eq!(text("a\u{1b}[2J\nb"), ["a\\u{1b}[2J", "b"]);
        assert!(text("").is_empty());
        assert_eq!(text(&"x\n".repeat(MAX_LINES)).len(), MAX_LINES);
        let long = text(&"x\n".repeat(MAX_LINES + 1));
        assert_eq!((long.len(), long[MAX_LINES].as_str()), (MAX_LINES + 1, "…"));
        assert_eq!(text(&"ü".repeat(MAX_BYTES)), ["ü".repeat(MAX_BYTES / 2), "…".to_owned()]);
    }
}
