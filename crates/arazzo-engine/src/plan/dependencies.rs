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
            if let Some(reference) = self.workflow_ref(text) {
                dependencies.push(self.queue.index_of(reference));
            }
        }
        dependencies
    }
}

/// Reports workflows that depend on each other.
pub(super) fn cycle(plan: &Plan, workspace: &Workspace, queue: &Queue) -> Option<Diagnostic> {
    let dependencies: Vec<&[usize]> =
        plan.workflows().map(|workflow| workflow.depends_on.as_slice()).collect();
    let circle = circle(&dependencies)?;
    let closes = *circle.first()?;
    let workflows = circle.iter().filter_map(|index| plan.workflow(*index));
    let names: Vec<String> = workflows.map(|workflow| format!("`{}`", workflow.id)).collect();
    let (here, workflow) = queue::find(workspace, queue.get(closes)?)?;
    let span = workflow.depends_on.first().map_or(workflow.id.span, |text| text.span);
    let message = format!("workflows depend on each other: {}", names.join(" → "));
    let diagnostic = Diagnostic::error(Code::CircularDependency, message, here.document.place(span));
    Some(diagnostic.with_hint("take one `dependsOn` away"))
}

/// How far the search for a circle is with a workflow.
#[derive(Clone, Copy)]
enum Visit {
    Unseen,
    /// On the way that is followed.
    Open,
    /// No circle can be reached from it.
    Done,
}

/// The first way of dependencies that comes back to where it began, with its beginning at both ends.
///
/// The way is a list, not calls of a function, so that a long one cannot exhaust the stack.
fn circle(dependencies: &[&[usize]]) -> Option<Vec<usize>> {
    let mut visits = vec![Visit::Unseen; dependencies.len()];
    for start in 0..dependencies.len() {
        // Each workflow of the way, with those of its dependencies that are still to be followed.
        let mut way: Vec<(usize, std::slice::Iter<'_, usize>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(index) = next
                && let (Some(visit), Some(on)) = (visits.get_mut(index), dependencies.get(index))
            {
                match *visit {
                    Visit::Unseen => {
                        *visit = Visit::Open;
                        way.push((index, on.iter()));
                    }
                    Visit::Open => {
                        let way = way.iter().map(|(on_way, _)| *on_way);
                        return Some(way.skip_while(|on_way| *on_way != index).chain([index]).collect());
                    }
                    Visit::Done => {}
                }
            }
            let Some((index, rest)) = way.last_mut() else { break };
            next = rest.next().copied();
            if next.is_none() {
                visits.get_mut(*index).into_iter().for_each(|visit| *visit = Visit::Done);
                way.pop();
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::circle;

    fn circle_of(dependencies: &[Vec<usize>]) -> Option<Vec<usize>> {
        circle(&dependencies.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn a_circle_begins_and_ends_at_the_same_workflow() {
        assert_eq!(circle_of(&[vec![1], vec![3, 2], vec![1], vec![]]), Some(vec![1, 2, 1]));
        assert_eq!(circle_of(&[vec![0]]), Some(vec![0, 0]));
    }

    #[test]
    fn two_ways_to_one_workflow_are_no_circle() {
        assert_eq!(circle_of(&[vec![1, 2], vec![3], vec![3], vec![]]), None);
    }

    #[test]
    fn a_very_long_chain_is_followed_to_its_end() {
        const LENGTH: usize = 100_000;
        let mut chain: Vec<Vec<usize>> = (1..=LENGTH).map(|next| vec![next]).collect();
        chain.push(Vec::new());
        assert_eq!(circle_of(&chain), None);
        chain[LENGTH].push(0);
        assert_eq!(circle_of(&chain).map(|circle| circle.len()), Some(LENGTH + 2));
    }

    #[test]
    fn many_ways_through_the_same_workflows_are_looked_at_once() {
        // Each depends on the two of the next layer: 2^40 ways.
        let chain: Vec<Vec<usize>> =
            (0..80).map(|index| (index / 2 * 2 + 2..index / 2 * 2 + 4).collect()).collect();
        assert_eq!(circle_of(&chain), None);
    }
}
