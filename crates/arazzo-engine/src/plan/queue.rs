//! The workflows that a plan needs: the one that is asked for, and all that it leads to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arazzo_document::description::Workflow;
use arazzo_document::{ArazzoDocument, DocumentIndex, WorkflowRef, Workspace};

use super::inputs::InputsPlan;

/// Workflows in the order in which they were met. Each is compiled once, however often it is called.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    workflows: Vec<WorkflowRef>,
    indices: HashMap<WorkflowRef, usize>,
    /// What the workflows that are called declare as inputs.
    inputs: HashMap<WorkflowRef, Arc<InputsPlan>>,
    /// The sources of which it was said that they have no base URL.
    without_server: HashSet<(DocumentIndex, String)>,
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
            Arc::new(found.map(|(here, workflow)| InputsPlan::declared(here, workflow)).unwrap_or_default())
        });
        Arc::clone(inputs)
    }

    /// Remembers that a source of a document has no base URL. Whether that is new.
    pub(super) fn lacks_server(&mut self, document: DocumentIndex, source: &str) -> bool {
        self.without_server.insert((document, source.to_owned()))
    }
}

/// A workflow with the document that has it.
pub(super) fn find(workspace: &Workspace, workflow: WorkflowRef) -> Option<(&ArazzoDocument, &Workflow)> {
    let here = workspace.document(workflow.document)?;
    Some((here, here.description.workflows.get(workflow.workflow)?))
}
