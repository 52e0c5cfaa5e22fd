//! The requests of a run as bars over time.

use serde::Serialize;

use super::moment::between;
use super::observed::Observed;

/// So many bars are drawn; the rest is told as a number.
const MAX_BARS: usize = 300;
/// No bar is narrower, in per cent.
const LEAST_WIDTH: f64 = 0.6;

/// All bars, with the time that they span.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    bars: Vec<Bar>,
    left_out: usize,
    span: String,
}

/// One request.
#[derive(Debug, Serialize)]
struct Bar {
    step_id: String,
    /// Which attempt, if it is not the first.
    attempt: Option<u32>,
    outcome: String,
    is_good: bool,
    /// Where the bar begins and how wide it is, in per cent.
    left: String,
    width: String,
    duration: String,
    begins: String,
    link: String,
}

impl Timeline {
    /// `link` says where the page tells of a visit.
    pub(super) fn of(observed: &Observed<'_>, link: &dyn Fn(u32) -> String) -> Option<Self> {
        let whole = observed.ended.0.saturating_sub(observed.began.0).max(1);
        let percent = |micros: u64| per_cent(micros, whole);
        let mut bars = Vec::new();
        for id in observed.order.iter().take(MAX_BARS) {
            let (Some(call), Some(visit)) = (observed.calls.get(id), observed.visits.get(&id.visit)) else {
                continue;
            };
            let ended = call.ended.unwrap_or(observed.ended);
            let left = percent(call.began.0.saturating_sub(observed.began.0)).min(100.0 - LEAST_WIDTH);
            let width = percent(ended.0.saturating_sub(call.began.0)).max(LEAST_WIDTH).min(100.0 - left);
            bars.push(Bar {
                step_id: visit.step_id.to_owned(),
                attempt: (id.attempt > 1).then_some(id.attempt),
                outcome: call.outcome.clone().unwrap_or_else(|| "no answer".to_owned()),
                is_good: call.is_good,
                left: format!("{left:.2}"),
                width: format!("{width:.2}"),
                duration: between(call.began, ended),
                begins: between(observed.began, call.began),
                link: link(id.visit),
            });
        }
        let left_out = observed.order.len().saturating_sub(MAX_BARS);
        let span = between(observed.began, observed.ended);
        (!bars.is_empty()).then_some(Self { bars, left_out, span })
    }
}

/// Precise enough for a drawing.
#[expect(clippy::cast_precision_loss, reason = "a bar is at most a thousand pixels wide")]
fn per_cent(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64 * 100.0
}
