//! The workflows that a plan needs: the one that is asked for, and all that it leads to.

use std::collections::HashMap;
use std::sync::Arc;

use arazzo_document::description::Workflow;
use arazzo_document::{ArazzoDocument, WorkflowRef, Workspace};

use super::inputs::InputsPlan;

/// Workflows in the order in which they were met. Each is compiled once, however often it is called.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    workflows: Vec<WorkflowRef>,
    indices: HashMap<WorkflowRef, usize>,
    /// The inputs of the workflows that are called, because compiling a JSON Schema takes long.
    inputs: HashMap<WorkflowRef, Arc<InputsPlan>>,
}

impl Queue {
    /// The index that the workflow has in the plan.
    pub(crate) fn index_of(&mut self, workflow: WorkflowRef) -> usize {
        *self.indices.entry(workflow).or_insert_with(|| {
            self.workflows.push(workflow);
            self.workflows.len() - 1
        })
    }

    /// The workflow with this index.
    pub(crate) fn get(&self, index: usize) -> Option<WorkflowRef> {
        self.workflows.get(index).copied()
    }

    /// What a workflow that may not be compiled yet takes as inputs.
    pub(crate) fn inputs_of(&mut self, workspace: &Workspace, workflow: WorkflowRef) -> Arc<InputsPlan> {
        let inputs = self.inputs.entry(workflow).or_insert_with(|| {
            let found = find(workspace, workflow);
            Arc::new(found.map(|(here, workflow)| InputsPlan::compile(here, workflow).0).unwrap_or_default())
        });
        Arc::clone(inputs)
    }
}

/// A workflow with the document that has it.
pub(super) fn find(workspace: &Workspace, workflow: WorkflowRef) -> Option<(&ArazzoDocument, &Workflow)> {
    let here = workspace.document(workflow.document)?;
    Some((here, here.description.workflows.get(workflow.workflow)?))
}
