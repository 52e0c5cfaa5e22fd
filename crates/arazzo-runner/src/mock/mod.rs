//! A transport without a network: every request is answered from what its operation describes.
//!
//! An answer is the first of: the next one of the [`Scenario`], an example of the response, a value made from the
//! response's schema. A request that is not as its operation describes is answered with 400 and the reasons, unless the
//! scenario has an answer. The same run gets the same answers every time.

mod api;
mod fault;
mod prefer;
mod problem;
mod response;
mod scenario;
mod server;
mod value;
mod wanted;

use std::future::ready;

use arazzo_engine::{Call, Finding, OperationCall, Response};

use crate::transport::{Sending, Transport};
pub use api::MockApi;
pub use fault::{Fault, FaultError, FaultKind};
use response::Making;
pub use scenario::Scenario;
use scenario::Turns;
pub use server::{MockExchange, MockServer, MockServerOptions};
pub(crate) use value::{value, value_of_all};

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
    turns: Turns,
}

impl MockTransport {
    /// A transport that follows `scenario` from its beginning.
    pub fn new(scenario: Scenario) -> Self {
        Self { turns: Turns::new(scenario) }
    }

    fn respond(&self, step: &OperationCall, findings: &[Finding]) -> Response {
        let operation = step.operation();
        let answer =
            self.turns.next(operation.source(), operation.id(), operation.method(), operation.path());
        if answer.is_none() && !findings.is_empty() {
            return problem::refused(findings);
        }
        response::of(operation.view(), step.mock_hints(), answer, Making::AS_NEEDED)
    }
}

impl Transport for MockTransport {
    fn send<'a>(&'a self, step: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(ready(Ok(self.respond(step, &call.findings))))
    }
}
