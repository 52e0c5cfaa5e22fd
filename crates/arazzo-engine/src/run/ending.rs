//! How a workflow begins and ends: dependencies before it, outputs after it, and what waited for it.
//!
//! See `dependsOn` and `outputs` of the [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object).

use std::sync::Arc;

use arazzo_expression::Absence;
use serde_json::{Map, Value};

use super::RunResult;
use super::exchange::{Called, Exchange};
use super::frame::{Finished, Frame};
use super::scope::Scope;
use super::turn::{Progress, Turn, no_workflow};
use crate::event::{EventKind, Fault, Relation, RunError, Status};
use crate::plan::{OutputPlan, WorkflowCall};

impl Turn<'_> {
    /// Runs the next dependency of the active workflow that has not run, or enters its first step.
    pub(super) fn begin(&mut self) -> Progress {
        while let Some(dependency) = self.memory.frame_mut().and_then(|frame| frame.pending.pop()) {
            let Some(workflow) = self.plan.workflow(dependency) else { return self.stop(no_workflow()) };
            match self.memory.dependencies.get(&dependency) {
                Some(true) => continue,
                Some(false) => {
                    let message = format!("dependency `{}` failed before", workflow.id);
                    return Progress::End(
                        Status::Failed,
                        Some(self.error("dependency-failed", message, None)),
                    );
                }
                None => {}
            }
            return match workflow.inputs.complete(workflow.inputs.named_in(&self.memory.inputs)) {
                Ok(inputs) => self.start(dependency, Relation::Dependency, inputs.into()),
                Err(error) => {
                    let message =
                        format!("dependency `{}` cannot run: its inputs are refused: {error}", workflow.id);
                    let message = self.mask.text(&message).into_owned();
                    Progress::End(Status::Failed, Some(self.error("dependency-failed", message, None)))
                }
            };
        }
        Progress::Enter(0)
    }

    /// Goes on with another workflow in place of the active one.
    pub(super) fn go_on_with(
        &mut self,
        call: &WorkflowCall,
        inputs: Map<String, Value>,
        visit: u32,
    ) -> Progress {
        let Some(workflow) = self.plan.workflow(call.workflow) else { return self.stop(no_workflow()) };
        self.hide_inputs(workflow, &inputs);
        self.emit_course(|turn| EventKind::RunStarted {
            run_id: turn.memory.run_id.clone(),
            workflow_id: workflow.id.clone(),
            relation: Relation::Goto { visit },
        });
        let Some(frame) = self.memory.frame_mut() else { return self.stop(no_workflow()) };
        let next = Frame::new(call.workflow, workflow, frame.relation, inputs.into());
        let left = std::mem::replace(frame, next);
        frame.replaced = left.replaced;
        frame.replaced.push((left.workflow, left.inputs));
        Progress::Begin
    }

    /// Ends the active workflow and goes on with what waited for it.
    pub(super) fn end(&mut self, status: Status, error: Option<RunError>) -> Progress {
        let relation = self.memory.frame().map(|frame| frame.relation);
        let first = self
            .memory
            .frame()
            .map(|frame| frame.replaced.first().map_or(frame.workflow, |(index, _)| *index));
        let exchange = self.memory.frame_mut().and_then(|frame| frame.exchange.take());
        let name = self.workflow().map(|workflow| workflow.id.clone()).unwrap_or_default();
        let outputs = self.close_frame(status, error.clone());
        let succeeded = status == Status::Succeeded;
        if let (Some(Relation::Dependency), Some(first)) = (relation, first) {
            self.memory.dependencies.insert(first, succeeded);
        }
        let fault = error.as_ref().filter(|_| !succeeded).map(|RunError { message, .. }| Fault {
            code: "workflow-failed".to_owned(),
            message: format!("workflow `{name}` failed: {message}"),
        });
        match relation {
            Some(Relation::Entry | Relation::Goto { .. }) | None => {
                Progress::Finish(RunResult { status, outputs, error })
            }
            Some(Relation::Step { .. }) => {
                let last = exchange.unwrap_or_default();
                let called = Some(Arc::new(Called { succeeded, outputs }));
                Progress::Conclude(Box::new(Exchange { called, fault, ..last }))
            }
            Some(Relation::Helper { .. }) => {
                let failed =
                    || Fault { code: String::new(), message: format!("helper workflow `{name}` failed") };
                self.helped((!succeeded).then(|| fault.unwrap_or_else(failed)))
            }
            Some(Relation::Dependency) if succeeded => Progress::Begin,
            Some(Relation::Dependency) => {
                let message = match fault {
                    Some(fault) => format!("dependency {}", fault.message),
                    None => format!("dependency `{name}` failed"),
                };
                Progress::End(Status::Failed, Some(self.error("dependency-failed", message, None)))
            }
        }
    }

    /// Takes the active workflow away, with its outputs as far as there are any.
    pub(super) fn close_frame(&mut self, status: Status, error: Option<RunError>) -> Map<String, Value> {
        let outputs = self.workflow_outputs(status);
        self.tell_workflow_outputs();
        let Some(frame) = self.memory.frames.pop() else { return outputs };
        // The workflows in whose place this one went on end with it.
        for _ in 0..=frame.replaced.len() {
            self.emit_course(|turn| EventKind::RunFinished {
                status,
                outputs: turn.mask.members(&outputs),
                error: error.clone(),
            });
        }
        // When nothing waits for it the run is over, and nobody asks any more.
        if let Some(workflow) = self.plan.workflow(frame.workflow).filter(|_| !self.memory.frames.is_empty())
        {
            let ran = workflow.steps.iter().zip(&frame.outputs).filter(|(_, outputs)| outputs.is_some());
            let ran: Vec<String> = ran.map(|(step, _)| step.id.clone()).collect();
            for (workflow, inputs) in frame.replaced {
                self.remember(Finished { workflow, ran: Vec::new(), inputs, outputs: outputs.clone() });
            }
            let (workflow, inputs) = (frame.workflow, frame.inputs);
            self.remember(Finished { workflow, ran, inputs, outputs: outputs.clone() });
        }
        outputs
    }

    /// The last finished run of a workflow is the one that counts.
    fn remember(&mut self, finished: Finished) {
        self.memory.finished.retain(|known| known.workflow != finished.workflow);
        self.memory.finished.push(finished);
    }

    fn workflow_outputs(&mut self, status: Status) -> Map<String, Value> {
        let (Some(workflow), Some(scope)) = (self.workflow(), self.scope(None)) else { return Map::new() };
        let (outputs, missing) = outputs(&workflow.outputs, &scope);
        let missing = missing
            .into_iter()
            // That a branch was not taken is no fault.
            .filter(|(_, absence)| {
                status == Status::Succeeded && !matches!(absence, Absence::StepNotRun { .. })
            })
            .map(|(name, absence)| {
                format!("output `{name}` of workflow `{}` is left out: {absence}", workflow.id)
            });
        for message in missing.collect::<Vec<_>>() {
            let message = self.mask.text(&message).into_owned();
            let fault = Fault { code: "output-left-out".to_owned(), message };
            self.tell(None, fault);
        }
        outputs
    }
}

/// The outputs that have a value, and those that have none.
pub(super) fn outputs<'p>(
    plans: &'p [OutputPlan],
    scope: &Scope<'_>,
) -> (Map<String, Value>, Vec<(&'p str, Absence)>) {
    let mut outputs = Map::new();
    let mut missing = Vec::new();
    for plan in plans {
        match plan.evaluate(scope) {
            Ok(value) => {
                outputs.insert(plan.name.clone(), value);
            }
            Err(absence) => missing.push((plan.name.as_str(), absence)),
        }
    }
    (outputs, missing)
}
