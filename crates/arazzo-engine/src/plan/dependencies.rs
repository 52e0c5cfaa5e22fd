//! The workflows that have to be complete before a workflow.
//!
//! See `dependsOn` of the [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object).

use arazzo_document::{Code, Diagnostic, Workspace};

use super::Plan;
use super::compiler::Compiler;
use super::queue::{self, Queue};

impl Compiler<'_> {
    /// The indices of the workflows that the workflow depends on.
    pub(crate) fn workflow_dependencies(&mut self) -> Vec<usize> {
        let mut dependencies = Vec::new();
        for text in &self.workflow.depends_on {
            match self.workspace.resolve_workflow(self.document, text) {
                Ok(Some(reference)) => dependencies.push(self.queue.index_of(reference)),
                Ok(None) => {}
                Err(diagnostic) => self.report(diagnostic),
            }
        }
        dependencies
    }
}

/// Reports workflows that depend on each other.
pub(super) fn cycle(plan: &Plan, workspace: &Workspace, queue: &Queue) -> Option<Diagnostic> {
    let mut done = Vec::new();
    let mut path = Vec::new();
    let closes = (0..=plan.others.len()).find_map(|index| visit(plan, index, &mut path, &mut done))?;
    let circle = path.iter().skip_while(|index| **index != closes).chain([&closes]);
    let workflows = circle.filter_map(|index| plan.workflow(*index));
    let names: Vec<String> = workflows.map(|workflow| format!("`{}`", workflow.id)).collect();
    let (here, workflow) = queue::find(workspace, queue.get(closes)?)?;
    let span = workflow.depends_on.first().map_or(workflow.id.span, |text| text.span);
    let message = format!("workflows depend on each other: {}", names.join(" → "));
    let diagnostic = Diagnostic::error(Code::CircularDependency, message, here.document.place(span));
    Some(diagnostic.with_hint("take one `dependsOn` away"))
}

/// The workflow at which a way of dependencies from `index` closes; `path` is the way to there.
fn visit(plan: &Plan, index: usize, path: &mut Vec<usize>, done: &mut Vec<usize>) -> Option<usize> {
    if path.contains(&index) {
        return Some(index);
    }
    if done.contains(&index) {
        return None;
    }
    path.push(index);
    let dependencies =
        plan.workflow(index).map(|workflow| workflow.depends_on.as_slice()).unwrap_or_default();
    let closes = dependencies.iter().find_map(|dependency| visit(plan, *dependency, path, done));
    if closes.is_none() {
        path.pop();
        done.push(index);
    }
    closes
}
