//! What a run remembers: inputs, the outputs of each step, and the visit that is under way.

use serde_json::{Map, Value};

use super::exchange::Given;
use crate::mask::Secrets;
use crate::plan::{Plan, PlannedStep};

/// The state of a workflow that runs.
#[derive(Debug)]
pub(super) struct Frame {
    /// All inputs, secret ones too.
    pub(super) inputs: Map<String, Value>,
    /// What each step left, by its index; `None` for one that has not run.
    pub(super) outputs: Vec<Option<Map<String, Value>>>,
    /// So many visits were begun.
    pub(super) visits: u32,
    /// So many attempts were made in all visits.
    pub(super) attempts: u32,
    /// The visit under way.
    pub(super) visit: Visit,
}

/// One visit to a step.
#[derive(Debug, Default)]
pub(super) struct Visit {
    /// Its number, from 1.
    pub(super) number: u32,
    /// The index of the step.
    pub(super) step: usize,
    /// The number of the attempt under way, from 1.
    pub(super) attempt: u32,
    /// How often each failure action has retried in this visit, by its index.
    pub(super) retries: Vec<u32>,
    /// The parameters and the body of the request under way.
    pub(super) given: Given,
}

impl Frame {
    pub(super) fn new(plan: &Plan, inputs: &Map<String, Value>, secrets: &Secrets) -> Self {
        let mut all = inputs.clone();
        all.extend(secrets.inputs().iter().map(|(name, value)| (name.clone(), value.clone())));
        Self {
            inputs: all,
            outputs: vec![None; plan.steps().len()],
            visits: 0,
            attempts: 0,
            visit: Visit::default(),
        }
    }

    /// Begins a visit to the step with this index.
    pub(super) fn enter(&mut self, index: usize, step: &PlannedStep) {
        self.visits = self.visits.saturating_add(1);
        self.visit = Visit {
            number: self.visits,
            step: index,
            attempt: 0,
            retries: vec![0; step.on_failure.len()],
            given: Given::default(),
        };
    }

    /// Remembers the outputs of the step under way; those of its last visit count.
    pub(super) fn remember(&mut self, outputs: Map<String, Value>) {
        if let Some(slot) = self.outputs.get_mut(self.visit.step) {
            *slot = Some(outputs);
        }
    }
}
