//! Errors in workflows that are not run.
//!
//! A description often has many workflows, and one that is wrong does not make the others wrong. What a plan consists of
//! has been checked when it was compiled; what reading found in workflows beside it is a warning. The letter of the
//! specification knows no description that is right in parts.

use std::collections::HashSet;
use std::sync::Arc;

use arazzo_document::{ArazzoDocument, Code, Diagnostic, Severity, Workspace};
use arazzo_engine::{Mode, Plan};

/// The workflows of a description that are run.
pub struct Needed {
    file: Arc<str>,
    /// Their numbers in the description; `None` where all count.
    numbers: Option<HashSet<String>>,
}

impl Needed {
    /// What `plans` consist of. To the letter, and while it is not known what is run, every workflow counts.
    pub fn of(workspace: &Workspace, plans: &[Arc<Plan>], mode: Mode) -> Self {
        let ArazzoDocument { document, description, .. } = workspace.entry();
        let numbers = (mode == Mode::Tolerant && !plans.is_empty()).then(|| {
            let ids: HashSet<&str> = plans.iter().flat_map(|plan| plan.workflow_ids()).collect();
            let needed =
                description.workflows.iter().filter(|workflow| ids.contains(workflow.id.value.as_str()));
            let places = needed.map(|workflow| document.place(workflow.id.span).path);
            places.filter_map(|path| workflow_of(&path).map(str::to_owned)).collect()
        });
        Self { file: Arc::clone(&document.name), numbers }
    }

    /// Whether the diagnostic is an error that stops a run of these workflows.
    pub fn is_stopped_by(&self, diagnostic: &Diagnostic) -> bool {
        let Diagnostic { code, severity, place, .. } = diagnostic;
        let is_elsewhere = place.file == self.file
            // Two workflows of one id are a matter of both.
            && *code != Code::DuplicateId
            && self.numbers.as_ref().is_some_and(|numbers| {
                workflow_of(&place.path).is_some_and(|number| !numbers.contains(number))
            });
        *severity == Severity::Error && !is_elsewhere
    }

    /// Makes warnings of the errors that do not stop a run.
    pub fn spare(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics {
            if diagnostic.severity == Severity::Error && !self.is_stopped_by(diagnostic) {
                diagnostic.severity = Severity::Warning;
                diagnostic.message.push_str(", in a workflow that is not run");
            }
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
