//! The workflows that a plan needs: the one that is asked for, and all that it leads to.

use arazzo_document::description::Workflow;
use arazzo_document::{ArazzoDocument, WorkflowRef, Workspace};

use super::inputs::InputsPlan;

/// Workflows in the order in which they were met. Each is compiled once, however often it is called.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    workflows: Vec<WorkflowRef>,
}

impl Queue {
    /// The index that the workflow has in the plan.
    pub(crate) fn index_of(&mut self, workflow: WorkflowRef) -> usize {
        let known = self.workflows.iter().position(|known| *known == workflow);
        known.unwrap_or_else(|| {
            self.workflows.push(workflow);
            self.workflows.len() - 1
        })
    }

    /// The workflow with this index.
    pub(crate) fn get(&self, index: usize) -> Option<WorkflowRef> {
        self.workflows.get(index).copied()
    }

    /// What a workflow that may not be compiled yet takes as inputs.
    pub(crate) fn inputs_of(&self, workspace: &Workspace, workflow: WorkflowRef) -> InputsPlan {
        match find(workspace, workflow) {
            Some((here, workflow)) => InputsPlan::compile(here, workflow).0,
            None => InputsPlan::default(),
        }
    }
}

/// A workflow with the document that has it.
pub(super) fn find(workspace: &Workspace, workflow: WorkflowRef) -> Option<(&ArazzoDocument, &Workflow)> {
    let here = workspace.document(workflow.document)?;
    Some((here, here.description.workflows.get(workflow.workflow)?))
}
