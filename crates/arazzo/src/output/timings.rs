//! Where the time of a run went: requests and waits, step by step.

use std::collections::HashMap;
use std::time::Duration;

use arazzo_engine::{Event, EventKind, Timestamp};

use super::human::printable;

/// Sums times up from events.
#[derive(Default)]
pub(super) struct Timings {
    began: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// The ids of the workflows that are not over.
    open: Vec<String>,
    /// The steps by the numbers of their visits.
    visits: HashMap<u32, usize>,
    /// The steps in the order in which they began.
    steps: Vec<Step>,
    /// Their indices by the ids of workflow and step.
    known: HashMap<(String, String), usize>,
    /// The step that waits for its next attempt, and since when.
    waiting: Option<(usize, Timestamp)>,
}

struct Step {
    workflow_id: String,
    step_id: String,
    attempts: u32,
    requests: Duration,
    waits: Duration,
}

impl Timings {
    /// Takes an event in.
    pub(super) fn add(&mut self, event: &Event) {
        if let Some((index, since)) = self.waiting.take()
            && let Some(step) = self.steps.get_mut(index)
        {
            step.waits += event.at.since(since);
        }
        if let EventKind::RunStarted { workflow_id, .. } = &event.kind {
            self.began.get_or_insert(event.at);
            self.open.push(workflow_id.clone());
        } else if let EventKind::RunFinished { .. } = &event.kind {
            self.ended = Some(event.at);
            self.open.pop();
        } else if let EventKind::StepStarted { visit, step_id, .. } = &event.kind {
            let index = self.step(step_id);
            self.visits.insert(*visit, index);
        } else if let EventKind::CallFinished { id, duration, .. }
        | EventKind::CallFailed { id, duration, .. } = &event.kind
            && let Some(step) = self.visited(id.visit)
        {
            step.attempts = step.attempts.saturating_add(1);
            step.requests += *duration;
        } else if let EventKind::AttemptJudged { id, retry: Some(_), .. } = &event.kind {
            self.waiting = self.visits.get(&id.visit).map(|index| (*index, event.at));
        }
    }

    fn visited(&mut self, visit: u32) -> Option<&mut Step> {
        self.steps.get_mut(*self.visits.get(&visit)?)
    }

    /// The index of a step of the workflow under way.
    fn step(&mut self, step_id: &str) -> usize {
        let workflow_id = self.open.last().cloned().unwrap_or_default();
        *self.known.entry((workflow_id.clone(), step_id.to_owned())).or_insert_with(|| {
            let (attempts, requests, waits) = (0, Duration::ZERO, Duration::ZERO);
            let step_id = step_id.to_owned();
            self.steps.push(Step { workflow_id, step_id, attempts, requests, waits });
            self.steps.len() - 1
        })
    }

    /// A line for each step that sent something, and one for all.
    pub(super) fn lines(&self) -> Vec<String> {
        let sent = self.steps.iter().filter(|step| step.attempts > 0);
        let mut lines: Vec<String> = sent
            .map(|Step { workflow_id, step_id, attempts, requests, waits }| {
                let (workflow_id, step_id) = (printable(workflow_id), printable(step_id));
                let times = times(*attempts, *requests, *waits);
                format!("{workflow_id}.{step_id}: {times}")
            })
            .collect();
        let attempts = self.steps.iter().map(|step| step.attempts).fold(0, u32::saturating_add);
        let requests = self.steps.iter().map(|step| step.requests).sum();
        let waits = self.steps.iter().map(|step| step.waits).sum();
        if let (Some(began), Some(ended)) = (self.began, self.ended) {
            let all = milliseconds(ended.since(began));
            lines.push(format!("in all {all}: {}", times(attempts, requests, waits)));
        }
        lines
    }
}

fn times(attempts: u32, requests: Duration, waits: Duration) -> String {
    let count = if attempts == 1 { "1 request".to_owned() } else { format!("{attempts} requests") };
    let waited = if waits.is_zero() { String::new() } else { format!(", {} waiting", milliseconds(waits)) };
    format!("{} for {count}{waited}", milliseconds(requests))
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
