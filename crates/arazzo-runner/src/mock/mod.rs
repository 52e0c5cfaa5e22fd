//! A transport without a network: every request is answered from what its operation describes.
//!
//! An answer is the first of: the next one of the [`Scenario`], an example of the response, a value made from the
//! response's schema. A request that is not as its operation describes is answered with 400 and the reasons, unless the
//! scenario has an answer. The same run gets the same answers every time.

mod problem;
mod response;
mod scenario;
mod value;

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};

use arazzo_engine::{Call, Finding, OperationCall, Response};

use crate::transport::{Sending, Transport};
use scenario::Answer;
pub use scenario::Scenario;

/// Answers requests in process.
///
/// ```
/// use arazzo_runner::{MockTransport, Scenario, SkippingClock};
///
/// let transport = MockTransport::new(Scenario::new());
/// let clock = SkippingClock::new(); // no time passes on retry waits
/// # let _ = (transport, clock);
/// ```
#[derive(Debug)]
pub struct MockTransport {
    scenario: Scenario,
    /// How many answers each entry of the scenario has given.
    turns: Vec<AtomicUsize>,
}

impl MockTransport {
    /// A transport that follows `scenario` from its beginning.
    pub fn new(scenario: Scenario) -> Self {
        let turns = scenario.entries.iter().map(|_| AtomicUsize::new(0)).collect();
        Self { scenario, turns }
    }

    fn respond(&self, step: &OperationCall, findings: &[Finding]) -> Response {
        let operation = step.operation();
        let answer =
            self.next_answer(operation.source(), operation.id(), operation.method(), operation.path());
        if answer.is_none() && !findings.is_empty() {
            return problem::refused(findings);
        }
        response::of(operation.view(), step.mock_hints(), answer)
    }

    /// The answer of the scenario whose turn it is. The last one repeats.
    fn next_answer(&self, source: &str, id: Option<&str>, method: &str, path: &str) -> Option<&Answer> {
        let (index, entry) = self.scenario.entry(source, id, method, path)?;
        let turn = self.turns.get(index)?.fetch_add(1, Ordering::Relaxed);
        entry.answers.get(turn).or(entry.answers.last())
    }
}

impl Transport for MockTransport {
    fn send<'a>(&'a self, step: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(ready(Ok(self.respond(step, &call.findings))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arazzo_document::Document;

    use super::*;

    #[test]
    fn answers_take_turns_and_the_last_one_repeats() {
        let text = "a: [{status: 500}, {status: 201}]\nb: {status: 202}\n";
        let (document, _) = Document::read("s.yml", "s.yml", text.to_owned());
        let (scenario, diagnostics) = Scenario::read(Arc::new(document.unwrap()));
        assert!(diagnostics.is_empty());
        let mock = MockTransport::new(scenario);
        let status = |id| mock.next_answer("s", Some(id), "GET", "/").and_then(|answer| answer.status);
        assert_eq!(["a", "b", "a", "a", "b"].map(status), [500, 202, 201, 201, 202].map(Some));
        assert_eq!(status("c"), None);
    }
}
