//! What the events of a run say beyond its report: messages, operations and moments.

use std::collections::HashMap;

use arazzo_engine::{CallId, Event, EventKind, Timestamp};

/// The events of one run that was asked for, by what they are about.
#[derive(Debug, Default)]
pub(super) struct Observed<'a> {
    pub(super) calls: HashMap<CallId, Exchanged<'a>>,
    /// The calls in the order in which they began.
    pub(super) order: Vec<CallId>,
    /// By visit: the step and what it calls.
    pub(super) visits: HashMap<u32, Visited<'a>>,
    pub(super) began: Timestamp,
    pub(super) ended: Timestamp,
}

/// A visit to a step.
#[derive(Debug)]
pub(super) struct Visited<'a> {
    pub(super) step_id: &'a str,
    pub(super) operation: &'a str,
}

/// A request and what came back.
#[derive(Debug, Default)]
pub(super) struct Exchanged<'a> {
    pub(super) began: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) request_headers: &'a [(String, String)],
    pub(super) request_body: Option<&'a str>,
    pub(super) response_headers: &'a [(String, String)],
    pub(super) response_body: Option<&'a str>,
    /// The status, or the code of what failed.
    pub(super) outcome: Option<String>,
    pub(super) is_good: bool,
}

impl<'a> Observed<'a> {
    pub(super) fn of(events: &'a [Event]) -> Self {
        let mut observed = Self {
            began: events.first().map(|event| event.at).unwrap_or_default(),
            ended: events.last().map(|event| event.at).unwrap_or_default(),
            ..Self::default()
        };
        for Event { at, kind } in events {
            match kind {
                EventKind::StepStarted { visit, step_id, operation, .. } => {
                    observed.visits.insert(*visit, Visited { step_id, operation });
                }
                EventKind::CallStarted { id, headers, body, .. } => {
                    let (request_headers, request_body) = (headers.as_slice(), body.as_deref());
                    let call =
                        Exchanged { began: *at, request_headers, request_body, ..Exchanged::default() };
                    observed.calls.insert(*id, call);
                    observed.order.push(*id);
                }
                EventKind::CallFinished { id, status, headers, body, .. } => {
                    if let Some(call) = observed.calls.get_mut(id) {
                        call.ended = Some(*at);
                        call.response_headers = headers;
                        call.response_body = body.as_deref();
                        call.outcome = Some(status.to_string());
                        call.is_good = *status < 400;
                    }
                }
                EventKind::CallFailed { id, error, .. } => {
                    if let Some(call) = observed.calls.get_mut(id) {
                        call.ended = Some(*at);
                        call.outcome = Some(error.code.clone());
                    }
                }
                // What these say stands in the report.
                EventKind::RunStarted { .. }
                | EventKind::RequestChecked { .. }
                | EventKind::ResponseChecked { .. }
                | EventKind::AttemptJudged { .. }
                | EventKind::StepFinished { .. }
                | EventKind::Evaluated { .. }
                | EventKind::Warned { .. }
                | EventKind::RunFinished { .. } => {}
                // An event of a later version of the engine.
                _ => {}
            }
        }
        observed
    }
}
