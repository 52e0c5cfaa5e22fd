//! The attempt that a run failed with: what was sent and what came back, for whoever has to find out why.
//!
//! It is put together when somebody asks, so that a run for which nobody does pays for no masked copy of a body.

use super::exchange::Exchange;
use crate::body::Chunk;
use crate::charset;
use crate::event::{CriterionReport, CriterionResult};
use crate::exchange::{Request, Slot};
use crate::mask::{MAX_SHOWN, Mask, unshown};
use crate::plan::{Plan, StepIndex};

/// The last attempt of the step that a run failed at, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The workflow that the step is of.
    pub workflow_id: String,
    /// The step.
    pub step_id: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// The first success criterion that did not hold, counted from 0; `None` when something else failed.
    pub criterion: Option<usize>,
    /// What was sent; `None` when nothing was.
    pub request: Option<FailedRequest>,
    /// What came back; `None` when nothing did.
    pub response: Option<FailedResponse>,
}

/// The request of a failed attempt, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRequest {
    /// The HTTP method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The header fields, without credentials.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when there is none.
    pub body: Option<Vec<ShownChunk>>,
    /// The credentials that the driver put in.
    pub slots: Vec<Slot>,
}

/// The response of a failed attempt, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedResponse {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: ShownChunk,
    /// How many bytes the body has.
    pub size: usize,
}

/// A part of a body as it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownChunk {
    /// Text, without secrets.
    Text(String),
    /// The bytes of the file at this path.
    File(String),
    /// So many bytes that are no text, or too many to be shown.
    Unshown(usize),
}

/// What a run keeps of the attempt that it failed with.
#[derive(Debug)]
pub(super) struct Failed {
    step: StepIndex,
    attempts: u32,
    criterion: Option<usize>,
    exchange: Exchange,
}

impl Failed {
    pub(super) fn new(
        step: StepIndex,
        attempts: u32,
        criteria: &[CriterionReport],
        exchange: &Exchange,
    ) -> Self {
        let broken = criteria.iter().position(|report| report.result != CriterionResult::Held);
        let criterion = broken.filter(|_| exchange.fault.is_none());
        Self { step, attempts, criterion, exchange: exchange.clone() }
    }

    /// The attempt without secrets. `None` when the plan is another one.
    pub(super) fn shown(&self, plan: &Plan, mask: &Mask) -> Option<FailedAttempt> {
        let Exchange { call, given, response, .. } = &self.exchange;
        let request = call.as_ref().map(|call| FailedRequest {
            method: call.request.method.clone(),
            url: given.shown_url(&call.request.url, mask),
            headers: given.shown_headers(&call.request, mask),
            body: call.request.body.as_ref().map(|body| shown(&call.request, body.chunks(), mask)),
            slots: call.request.slots.clone(),
        });
        let response = response.as_ref().map(|received| &received.response).map(|response| FailedResponse {
            status: response.status,
            headers: mask.headers(&response.headers),
            body: shown_bytes(response.header("content-type"), &charset::body(response), mask),
            size: response.body.len(),
        });
        Some(FailedAttempt {
            workflow_id: plan.workflow(self.step.workflow)?.id.clone(),
            step_id: plan.step(self.step)?.id.clone(),
            attempts: self.attempts,
            criterion: self.criterion,
            request,
            response,
        })
    }
}

fn shown(request: &Request, chunks: &[Chunk], mask: &Mask) -> Vec<ShownChunk> {
    let shown = |chunk: &Chunk| match chunk {
        Chunk::Bytes(bytes) => shown_bytes(request.header("content-type"), bytes, mask),
        Chunk::File(path) => ShownChunk::File(path.clone()),
    };
    chunks.iter().map(shown).collect()
}

fn shown_bytes(content_type: Option<&str>, bytes: &[u8], mask: &Mask) -> ShownChunk {
    let is_text = bytes.len() <= MAX_SHOWN && std::str::from_utf8(bytes).is_ok();
    let text = if is_text { mask.body(content_type, bytes) } else { None };
    // What is nested without end is told as its size, which is no body that could be sent.
    let text = text.filter(|text| *text != unshown(bytes.len()));
    text.map_or(ShownChunk::Unshown(bytes.len()), ShownChunk::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_far_as_events_show_it() {
        let mask = Mask::new(false);
        let text = "x".repeat(MAX_SHOWN);
        assert_eq!(mask.body(None, text.as_bytes()).as_ref(), Some(&text));
        assert_eq!(shown_bytes(None, text.as_bytes(), &mask), ShownChunk::Text(text.clone()));
        assert_eq!(shown_bytes(None, (text + "x").as_bytes(), &mask), ShownChunk::Unshown(MAX_SHOWN + 1));
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(shown_bytes(None, deep.as_bytes(), &mask), ShownChunk::Unshown(400));
    }
}
