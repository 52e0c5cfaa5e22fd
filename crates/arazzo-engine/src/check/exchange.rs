//! Expressions about an exchange where there is none: in what a step sends, and in the outputs of a workflow.
//!
//! See [Runtime Expressions](https://spec.openapis.org/arazzo/v1.0.1.html#runtime-expressions).

use arazzo_document::{Code, Diagnostic};
use arazzo_expression::Source;

use super::Findings;
use super::subject::Subject;
use crate::plan::{Part, Seen};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for sighting in subject.sightings {
        let Seen::Expression(expression) = &sighting.seen else { continue };
        let (what, hint) = match (&sighting.part, sighting.step, is_of_exchange(&expression.source)) {
            (Part::Sent, Some(_), true) => (
                "has no value in what a step sends: the exchange of the step is still to come",
                "take it from an earlier step: `$steps.<stepId>.outputs.<name>`",
            ),
            (Part::Received, None, true) => (
                "has no value in the outputs of a workflow: no step is under way there",
                "make it an output of the step, and write `$steps.<stepId>.outputs.<name>`",
            ),
            (Part::Sent | Part::Received, _, _) => continue,
        };
        let message = format!("`{expression}` {what}");
        let place = subject.place(sighting.span);
        findings.add(Diagnostic::warning(Code::NoExchange, message, place).with_hint(hint));
    }
}

fn is_of_exchange(source: &Source) -> bool {
    match source {
        Source::Url | Source::Method | Source::StatusCode | Source::Request(_) | Source::Response(_) => true,
        Source::SelfUri
        | Source::Message(_)
        | Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. }
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}
