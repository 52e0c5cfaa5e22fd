//! Whether what an expression names can exist at all.
//!
//! A name that exists nowhere is a slip of the pen on which no branch may hang, so it is an error before the first
//! request, not a missing value while the workflow runs.

use arazzo_document::description::{ActionKind, Entry, Output, Step, Target, Text, Workflow};
use arazzo_document::{Code, Span, nearest, suggestion};
use arazzo_expression::{Expression, Part, Source};

use super::compiler::{Compiler, OutputsOf};
use super::{Mode, queue};

impl<'a> Compiler<'a> {
    /// Reports an expression that names what the description does not have.
    pub(crate) fn check_scope(&mut self, expression: &Expression, span: Span) {
        match &expression.source {
            Source::Input(name) => self.check_input(name, span),
            Source::StepOutput { step, output } => {
                if self.check_step_output(step, output, span) {
                    self.uses_step(step, span);
                }
            }
            Source::Output(name) => {
                let workflow = match self.outputs_of {
                    OutputsOf::Workflow => self.workflow,
                    OutputsOf::Called(workflow) => workflow,
                    OutputsOf::Missing => return,
                };
                if !declares(&workflow.outputs, name) && !hands_over(workflow) {
                    let owner = format!("workflow `{}`", workflow.id.value);
                    self.unknown_output(&owner, name, &workflow.outputs, span);
                }
            }
            Source::SourceDescription { source, .. } => {
                if self.here.source(source).is_none() && !self.here.lacks_sources() {
                    let message = format!("there is no source description `{source}`");
                    self.error(Code::UnknownSource, span, message, "");
                }
            }
            Source::WorkflowInput { workflow, .. } => {
                self.named_workflow(workflow, span);
            }
            Source::WorkflowOutput { workflow: id, name } => {
                if let Some(workflow) = self.named_workflow(id, span)
                    && !declares(&workflow.outputs, name)
                    && !hands_over(workflow)
                {
                    self.unknown_output(&format!("workflow `{id}`"), name, &workflow.outputs, span);
                }
            }
            Source::Component { .. } => {
                self.unsupported(span, &format!("a component as a value (`{expression}`)"));
            }
            // Of a step that uses a channel, that was said.
            Source::Message(_) if self.on_channel => {}
            Source::Message(_) => self.unsupported(span, &format!("a message (`{expression}`)")),
            Source::Request(Part::Payload) | Source::Response(Part::Payload) => {
                let message = format!("`{expression}` has no meaning");
                self.error(Code::InvalidExpression, span, message, "write `body` for `payload`");
            }
            Source::Url
            | Source::Method
            | Source::StatusCode
            | Source::SelfUri
            | Source::Request(Part::Header(_) | Part::Query(_) | Part::Path(_) | Part::Body)
            | Source::Response(Part::Header(_) | Part::Query(_) | Part::Path(_) | Part::Body) => {}
        }
    }

    /// Whether what an expression may name is declared under exactly this name.
    pub(crate) fn declares_source(&self, source: &Source) -> bool {
        let has = |outputs: &[Output], name: &str| outputs.iter().any(|output| output.name.value == name);
        match source {
            Source::Input(name) => self.inputs.declares(name),
            Source::StepOutput { step, output } => {
                self.steps.get(step.as_str()).is_some_and(|step| has(&step.outputs, output))
                    || self.implied_output(step, output).is_some()
            }
            Source::Output(name) => match self.outputs_of {
                OutputsOf::Workflow => has(&self.workflow.outputs, name),
                OutputsOf::Called(workflow) => has(&workflow.outputs, name),
                OutputsOf::Missing => true,
            },
            Source::WorkflowOutput { workflow, name } => {
                self.here.workflow(workflow).is_none_or(|workflow| has(&workflow.outputs, name))
            }
            Source::WorkflowInput { .. }
            | Source::Url
            | Source::Method
            | Source::StatusCode
            | Source::SelfUri
            | Source::Request(_)
            | Source::Response(_)
            | Source::Message(_)
            | Source::SourceDescription { .. }
            | Source::Component { .. } => true,
        }
    }

    /// The workflow that `$workflows.<id>` means: one of this document, or one that this workflow depends on or calls.
    fn named_workflow(&mut self, id: &str, span: Span) -> Option<&'a Workflow> {
        if let Some((_, index)) = self.named.iter().find(|(named, _)| named == id) {
            let reference = self.queue.get(*index)?;
            return queue::find(self.workspace, reference).map(|(_, workflow)| workflow);
        }
        let ending = format!(".{id}");
        let called = self.workflow.steps.iter().filter_map(|step| match &step.target {
            Some(Target::Workflow(text)) => Some(text),
            Some(Target::OperationId(_) | Target::OperationPath(_) | Target::Channel(_)) | None => None,
        });
        let is_local = self.here.workflow(id).is_some();
        let known = self.workflow.depends_on.iter().chain(called);
        let depended = known.filter(|_| !is_local).find(|text| text.value.ends_with(&ending));
        let text = Text { value: depended.map_or(id, |text| text.value.as_str()).to_owned(), span };
        match self.workspace.resolve_workflow(self.document, &text) {
            Ok(reference) => {
                let index = self.queue.index_of(reference?);
                self.named.push((id.to_owned(), index));
                queue::find(self.workspace, reference?).map(|(_, workflow)| workflow)
            }
            Err(diagnostic) => {
                self.report(diagnostic);
                None
            }
        }
    }

    fn check_input(&mut self, name: &str, span: Span) {
        if prefixes(name).any(|name| self.inputs.declares(name)) {
            return;
        }
        let message = format!("input `{name}` is not declared by workflow `{}`", self.workflow.id.value);
        let hint = match nearest(name, self.inputs.names()) {
            Some(near) => format!("did you mean `$inputs.{near}`?"),
            None => "declare it in the workflow's `inputs`".to_owned(),
        };
        if self.inputs.is_closed() {
            self.error(Code::UndeclaredInput, span, message, &hint);
        } else {
            self.warning(Code::UndeclaredInput, span, message, &hint);
        }
    }

    /// Whether there is such an output.
    fn check_step_output(&mut self, step_id: &str, output: &str, span: Span) -> bool {
        if let Some(workflow) = self.implied_output(step_id, output) {
            let message =
                format!("step `{step_id}` has no output `{output}`; workflow `{}` has", workflow.id.value);
            let hint = format!("add `{output}: $outputs.{output}` to the step's `outputs`");
            self.warning(Code::OutputOfCalledWorkflow, span, message, &hint);
            self.implied.push((step_id.to_owned(), output.to_owned()));
            return true;
        }
        match self.steps.get(step_id).copied() {
            None => self.unknown_step(span, step_id),
            Some(step) if declares(&step.outputs, output) => return true,
            Some(step) => self.unknown_step_output(step, output, span),
        }
        false
    }

    /// The workflow that a step calls, if it has an output of the name and the step has none (T22).
    fn implied_output(&self, step: &str, output: &str) -> Option<&'a Workflow> {
        let step = self.steps.get(step).filter(|_| self.options.mode == Mode::Tolerant)?;
        let Some(Target::Workflow(id)) = &step.target else { return None };
        let has = |outputs: &[Output]| outputs.iter().any(|known| known.name.value == output);
        self.called(id).filter(|workflow| !has(&step.outputs) && has(&workflow.outputs))
    }

    /// Reports a step that the workflow does not have.
    pub(crate) fn unknown_step(&mut self, span: Span, id: &str) {
        let workflow: &Workflow = self.workflow;
        // It may be the one whose id could not be read; that there are no steps at all was reported.
        if workflow.steps.is_empty() || workflow.steps.iter().any(|step| step.id.value.is_empty()) {
            return;
        }
        let message = format!("workflow `{}` has no step `{id}`", workflow.id.value);
        let ids: Vec<&str> = workflow.steps.iter().map(|step| step.id.value.as_str()).collect();
        let hint = suggestion(id, &ids).unwrap_or_default();
        self.error(Code::UnknownStep, span, message, &hint);
    }

    /// Reports an output that a step does not have. Those of a workflow that it calls are not its own.
    fn unknown_step_output(&mut self, step: &Step, name: &str, span: Span) {
        let owner = format!("step `{}`", step.id.value);
        let called = match &step.target {
            Some(Target::Workflow(id)) => self.called(id),
            Some(Target::OperationId(_) | Target::OperationPath(_) | Target::Channel(_)) | None => None,
        };
        match called {
            Some(workflow) if declares(&workflow.outputs, name) => {
                let message = format!("{owner} has no output `{name}`; workflow `{}` has", workflow.id.value);
                let hint = format!("add `{name}: $outputs.{name}` to the step's `outputs`");
                self.error(Code::UnknownOutput, span, message, &hint);
            }
            Some(_) | None => self.unknown_output(&owner, name, &step.outputs, span),
        }
    }

    fn unknown_output(&mut self, owner: &str, name: &str, outputs: &[Output], span: Span) {
        let message = format!("{owner} has no output `{name}`");
        let names = outputs.iter().map(|output| output.name.value.as_str());
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add `{name}` to its `outputs`"),
        };
        self.error(Code::UnknownOutput, span, message, &hint);
    }
}

/// Whether a workflow may go on in another one, whose outputs are its own then.
fn hands_over(workflow: &Workflow) -> bool {
    let steps = workflow.steps.iter().flat_map(|step| step.on_success.iter().chain(&step.on_failure));
    let mut actions = steps.chain(&workflow.success_actions).chain(&workflow.failure_actions);
    actions.any(|entry| match entry {
        Entry::Inline(action) => action.kind.value == ActionKind::Goto && action.workflow_id.is_some(),
        Entry::Reference(_) => true,
    })
}

fn declares(outputs: &[Output], name: &str) -> bool {
    prefixes(name).any(|name| outputs.iter().any(|output| output.name.value == name))
}

/// The name, and what is left of it when parts after a dot are taken as navigation.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rsplit_once('.').map(|(head, _)| head))
}
