//! What a run remembers: the workflows under way, their inputs, the outputs of their steps, and the visits.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::exchange::{Exchange, Given};
use super::failed_attempt::Failed;
use crate::body::Files;
use crate::event::Relation;
use crate::plan::{Helper, PlannedStep, WorkflowPlan};
use crate::record::Timestamp;

/// All that a run remembers.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) run_id: String,
    pub(super) started: Timestamp,
    /// The inputs that the run was started with, which dependencies get, too.
    pub(super) inputs: Arc<Map<String, Value>>,
    /// The files that may be sent.
    pub(super) files: Files,
    /// The workflows under way; the last one is active, each waits for the one after it.
    pub(super) frames: Vec<Frame>,
    /// The workflows that are over, in the order in which they ended.
    pub(super) finished: Vec<Finished>,
    /// So many visits were begun.
    pub(super) visits: u32,
    /// So many attempts were made in all visits.
    pub(super) attempts: u32,
    /// The failed attempt of the visit that was concluded last.
    pub(super) failed: Option<Failed>,
    /// The dependencies that ran, by their index, and whether they succeeded: each runs once.
    pub(super) dependencies: BTreeMap<usize, bool>,
}

/// A workflow under way.
#[derive(Debug)]
pub(super) struct Frame {
    /// Its index in the plan.
    pub(super) workflow: usize,
    /// The workflows in whose place it goes on, each with its inputs.
    pub(super) replaced: Vec<(usize, Arc<Map<String, Value>>)>,
    /// Why it runs.
    pub(super) relation: Relation,
    pub(super) inputs: Arc<Map<String, Value>>,
    /// The dependencies that have not been looked at yet.
    pub(super) pending: Vec<usize>,
    /// What each step left, by its index; `None` for one that has not run.
    pub(super) outputs: Vec<Option<Arc<Map<String, Value>>>>,
    /// The visit under way is the last one; before it are visits that wait for a helper step.
    pub(super) visits: Vec<Visit>,
    /// The last exchange of the workflow.
    pub(super) exchange: Option<Exchange>,
}

/// One visit to a step.
#[derive(Debug, Default)]
pub(super) struct Visit {
    /// Its number in the run, from 1.
    pub(super) number: u32,
    /// The index of the step.
    pub(super) step: usize,
    /// The number of the attempt under way, from 1.
    pub(super) attempt: u32,
    /// How often each action of the step has retried in this visit: those after success, then those after failure.
    pub(super) retries: Vec<u32>,
    /// What has to run before the next attempt.
    pub(super) helper: Option<Helper>,
    /// When the attempt has to be over.
    pub(super) deadline: Option<Timestamp>,
    /// What was put into the request under way.
    pub(super) given: Given,
    /// What its last attempt came to.
    pub(super) exchange: Option<Exchange>,
}

/// A workflow that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) workflow: usize,
    pub(super) inputs: Arc<Map<String, Value>>,
    pub(super) outputs: Map<String, Value>,
    /// The ids of the steps that ran.
    pub(super) ran: Vec<String>,
}

impl Memory {
    pub(super) fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    pub(super) fn frame_mut(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    pub(super) fn visit_mut(&mut self) -> Option<&mut Visit> {
        self.frame_mut().and_then(|frame| frame.visits.last_mut())
    }

    /// What steps and workflows have given out.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &Value> {
        let of_steps =
            self.frames.iter().flat_map(|frame| &frame.outputs).flatten().map(|outputs| &**outputs);
        of_steps.chain(self.finished.iter().map(|finished| &finished.outputs)).flat_map(Map::values)
    }

    /// Begins a visit to the step with this index of the active workflow.
    pub(super) fn enter(&mut self, index: usize, step: &PlannedStep, as_helper: bool) {
        self.visits = self.visits.saturating_add(1);
        self.failed = None;
        let visit = Visit {
            number: self.visits,
            step: index,
            retries: vec![0; step.on_success.len() + step.on_failure.len()],
            ..Visit::default()
        };
        if let Some(frame) = self.frame_mut() {
            if !as_helper {
                frame.visits.clear();
            }
            frame.visits.push(visit);
        }
    }

    /// The last run of this workflow that is over.
    pub(super) fn finished(&self, workflow: usize) -> Option<&Finished> {
        self.finished.iter().rev().find(|finished| finished.workflow == workflow)
    }

    /// The earliest moment at which a step under way has to be over, with the depth of its workflow.
    pub(super) fn deadline(&self) -> Option<(Timestamp, usize)> {
        let deadlines = self.frames.iter().enumerate().flat_map(|(depth, frame)| {
            frame.visits.iter().filter_map(move |visit| Some((visit.deadline?, depth)))
        });
        deadlines.min()
    }
}

impl Frame {
    pub(super) fn new(
        workflow: usize,
        plan: &WorkflowPlan,
        relation: Relation,
        inputs: Arc<Map<String, Value>>,
    ) -> Self {
        Self {
            workflow,
            relation,
            replaced: Vec::new(),
            inputs,
            pending: plan.depends_on.iter().rev().copied().collect(),
            outputs: vec![None; plan.steps.len()],
            // Mostly there is one, and a vector that grows makes room for four.
            visits: Vec::with_capacity(1),
            exchange: None,
        }
    }

    pub(super) fn visit(&self) -> Option<&Visit> {
        self.visits.last()
    }

    /// Remembers the outputs of the step under way; those of its last visit count.
    pub(super) fn remember(&mut self, outputs: Arc<Map<String, Value>>) {
        let step = self.visit().map(|visit| visit.step);
        if let Some(slot) = step.and_then(|step| self.outputs.get_mut(step)) {
            *slot = Some(outputs);
        }
    }
}
