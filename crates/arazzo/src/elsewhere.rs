//! Errors in workflows that are not run.
//!
//! A description often has many workflows, and one that is wrong does not make the others wrong. What a plan consists of
//! has been checked when it was compiled; what reading found in workflows beside it is a warning. The letter of the
//! specification knows no description that is right in parts.

use std::collections::HashSet;
use std::sync::Arc;

use arazzo_document::{ArazzoDocument, Code, Diagnostic, Severity, Workspace};
use arazzo_engine::{Mode, Plan};

/// Makes warnings of the errors that stand in workflows of the description which no plan needs.
pub(crate) fn spare(diagnostics: &mut [Diagnostic], workspace: &Workspace, plans: &[Arc<Plan>], mode: Mode) {
    if mode == Mode::Strict || plans.is_empty() {
        return;
    }
    let ArazzoDocument { document, description, .. } = workspace.entry();
    let needed: HashSet<&str> = plans.iter().flat_map(|plan| plan.workflow_ids()).collect();
    let needed = description.workflows.iter().filter(|workflow| needed.contains(workflow.id.value.as_str()));
    let places: Vec<String> = needed.map(|workflow| document.place(workflow.id.span).path).collect();
    let numbers: HashSet<&str> = places.iter().filter_map(|path| workflow_of(path)).collect();
    let errors = diagnostics.iter_mut().filter(|diagnostic| diagnostic.severity == Severity::Error);
    for error in errors.filter(|error| error.place.file == document.name) {
        let is_elsewhere = workflow_of(&error.place.path).is_some_and(|number| !numbers.contains(number));
        // Two workflows of one id are a matter of both.
        if is_elsewhere && error.code != Code::DuplicateId {
            error.severity = Severity::Warning;
            error.message.push_str(", in a workflow that is not run");
        }
    }
}

/// The number of the workflow in which a place is.
fn workflow_of(path: &str) -> Option<&str> {
    path.strip_prefix("/workflows/")?.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_a_workflow_or_not() {
        assert_eq!(workflow_of("/workflows/12/steps/0"), Some("12"));
        assert_eq!(workflow_of("/workflows/1"), Some("1"));
        assert_eq!(workflow_of("/workflows"), None);
        assert_eq!(workflow_of("/components/workflows/1"), None);
    }
}
