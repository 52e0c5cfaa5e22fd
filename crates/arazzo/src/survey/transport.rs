//! The mock, watched: what is sent is looked through, and there is an end to it.

use std::future::{Future, pending};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use arazzo_engine::{Call, OperationCall, Request};
use arazzo_runner::{MockTransport, Scenario, Sending, Transport};

/// What is in no request whose values were all found.
const TEXTS: [&str; 3] = ["$inputs.", "$steps.", "undefined"];

/// The mock for one run.
pub(super) struct Watched {
    mock: MockTransport,
    began: Instant,
    limit: Duration,
    requests: AtomicUsize,
    seen: Mutex<Seen>,
}

/// What was noticed.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// What stood in the first request that had such a text.
    pub(super) text: Option<String>,
    /// Why the mock refused the last request, if it did.
    pub(super) refusal: Option<String>,
}

impl Watched {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            mock: MockTransport::new(Scenario::new()),
            began: Instant::now(),
            limit,
            requests: AtomicUsize::new(0),
            seen: Mutex::default(),
        }
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Transport for Watched {
    fn send<'a>(&'a self, step: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.text = seen.text.take().or_else(|| text_in(&call.request));
        seen.refusal = call.findings.first().map(|finding| finding.message.clone());
        // An answer that never comes leaves the run where it is, and `at_once` sees it.
        if self.elapsed() > self.limit { Box::pin(pending()) } else { self.mock.send(step, call) }
    }
}

/// What a future gives that waits for nothing; `None` if it does.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match Box::pin(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Where in a request there is a text that should be a value.
fn text_in(request: &Request) -> Option<String> {
    let body = request.body.as_ref().map(|body| String::from_utf8_lossy(&body.shown()).into_owned());
    let headers =
        request.headers.iter().map(|(name, value)| (format!("header field `{name}`"), value.as_str()));
    let parts = [("url".to_owned(), request.url.as_str())].into_iter().chain(headers);
    let parts = parts.chain(body.as_deref().map(|body| ("body".to_owned(), body)));
    parts.into_iter().find_map(|(part, text)| {
        let found = TEXTS.iter().find(|wanted| text.contains(**wanted))?;
        Some(format!("there is `{found}` in the {part} of a request"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_should_be_a_value_is_found_wherever_it_is_sent() {
        let request = |url: &str, header: &str| Request {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: vec![("X-A".to_owned(), header.to_owned())],
            body: None,
            slots: Vec::new(),
        };
        assert_eq!(text_in(&request("http://h/a", "1")), None);
        assert!(text_in(&request("http://h/undefined", "1")).is_some_and(|text| text.contains("url")));
        assert!(
            text_in(&request("http://h/", "Bearer $inputs.a")).is_some_and(|text| text.contains("`X-A`"))
        );
    }

    #[test]
    fn a_future_that_waits_is_not_waited_for() {
        assert_eq!(at_once(std::future::ready(1)), Some(1));
        assert_eq!(at_once(pending::<u8>()), None);
    }
}
