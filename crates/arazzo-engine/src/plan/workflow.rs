//! Workflows and steps compiled.
//!
//! See [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object) and
//! [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object).

use std::sync::Arc;
use std::time::Duration;

use arazzo_document::description::{Step, Target, Text, Workflow};
use arazzo_document::openapi::Operation;
use arazzo_document::{Code, ResolvedOperation, Span};

use super::action::Outcome;
use super::compiler::{Compiler, OutputsOf, Part};
use super::criteria::DefaultRule;
use super::known_operation::KnownOperation;
use super::operation::PlannedOperation;
use super::parameter::ParameterPlan;
use super::queue;
use super::step::{OperationCall, PlannedStep, StepTarget};
use super::{MockHints, OutputPlan, WorkflowPlan};

impl<'a> Compiler<'a> {
    pub(super) fn workflow(&mut self) -> (WorkflowPlan, Vec<&'a Step>) {
        let workflow = self.workflow;
        self.repeated_steps();
        let depends_on = self.workflow_dependencies();
        let one_host = self.has_one_host();
        let order = self.step_order();
        for (index, step) in order.iter().enumerate() {
            self.places.entry(&step.id.value).or_insert(index);
        }
        let mut steps = Vec::new();
        for (index, step) in order.iter().enumerate() {
            self.current = Some(index);
            steps.extend(self.step(step, one_host));
        }
        self.current = None;
        self.on_channel = false;
        self.part = Part::Received;
        if steps.len() == order.len() {
            self.impossible_uses(&steps);
        }
        let outputs = self.outputs(&workflow.outputs);
        for (id, name) in std::mem::take(&mut self.implied) {
            let step = steps.iter_mut().find(|step: &&mut PlannedStep| step.id == id);
            let step = step.filter(|step| !step.outputs.iter().any(|output| output.name == name));
            if let Some(step) = step {
                step.outputs.push(OutputPlan::of_called(name));
            }
        }
        let plan = WorkflowPlan {
            id: workflow.id.value.clone(),
            inputs: std::mem::take(&mut self.inputs),
            depends_on,
            named: std::mem::take(&mut self.named),
            steps,
            outputs,
            self_uri: self.here.description.self_uri.as_ref().map(|uri| uri.value.clone()),
            sources: self.here.description.sources.clone(),
        };
        (plan, order)
    }

    fn repeated_steps(&mut self) {
        for step in &self.workflow.steps {
            if self.steps.get(step.id.value.as_str()).is_some_and(|first| !std::ptr::eq(*first, step)) {
                let message = format!("two steps of the workflow have the id `{}`", step.id.value);
                self.error(Code::DuplicateId, step.id.span, message, "give each its own id");
            }
        }
    }

    fn step(&mut self, step: &'a Step, one_host: bool) -> Option<PlannedStep> {
        self.part = Part::Sent;
        self.on_channel = matches!(step.target, Some(Target::Channel(_)));
        let target = match &step.target {
            Some(Target::Workflow(id)) => self.workflow_step(step, id),
            Some(target @ (Target::OperationId(_) | Target::OperationPath(_) | Target::Channel(_))) => {
                self.operation_step(step, target, one_host)
            }
            None => {
                self.sent_to_nobody(step);
                None
            }
        };
        self.part = Part::Received;
        self.outputs_of = match &step.target {
            Some(Target::Workflow(id)) => self.called(id).map_or(OutputsOf::Missing, OutputsOf::Called),
            Some(Target::OperationId(_) | Target::OperationPath(_) | Target::Channel(_)) => {
                OutputsOf::Workflow
            }
            // It may have been meant to call a workflow.
            None => OutputsOf::Missing,
        };
        let success = self.criteria(&step.success_criteria);
        let on_success = self.actions(&step.on_success, &self.workflow.success_actions, Outcome::Success);
        let on_failure = self.actions(&step.on_failure, &self.workflow.failure_actions, Outcome::Failure);
        let outputs = self.outputs(&step.outputs);
        self.outputs_of = OutputsOf::Workflow;
        Some(PlannedStep {
            id: step.id.value.clone(),
            // A step whose target is not known cannot run; the rest of it was looked at all the same.
            target: target?,
            success,
            on_success,
            on_failure,
            outputs,
            timeout: step.timeout.map(|timeout| Duration::from_millis(timeout.value)),
            depends_on: self.step_dependencies(step),
        })
    }

    fn workflow_step(&mut self, step: &Step, id: &Text) -> Option<StepTarget> {
        if let Some(body) = &step.request_body {
            let message = format!("step `{}` calls a workflow and has a request body", step.id.value);
            let hint = "pass inputs as `parameters`";
            self.error(Code::UnknownField, body.span.first_line(), message, hint);
        }
        let call = self.workflow_call(id, &step.parameters, &self.workflow.parameters)?;
        Some(StepTarget::Workflow { id: id.value.clone(), call })
    }

    /// Looks at what a step sends although its target is not known, so that all that is wrong is said at once.
    fn sent_to_nobody(&mut self, step: &Step) {
        self.values_of(&step.parameters);
        let Some(body) = &step.request_body else { return };
        let replaced = body.replacements.iter().map(|replacement| &replacement.value);
        for value in body.payload.iter().chain(replaced) {
            self.value(value);
        }
    }

    /// The workflow that a step calls.
    pub(super) fn called(&self, id: &Text) -> Option<&'a Workflow> {
        let reference = self.workspace.resolve_workflow(self.document, id).ok()??;
        queue::find(self.workspace, reference).map(|(_, workflow)| workflow)
    }

    fn operation_step(&mut self, step: &Step, target: &Target, one_host: bool) -> Option<StepTarget> {
        let resolution = self.here.resolve_operation(target, self.options.mode);
        resolution.diagnostics.into_iter().for_each(|diagnostic| self.report(diagnostic));
        let Some(resolved) = resolution.operation else {
            match target {
                Target::OperationId(_) | Target::OperationPath(_) | Target::Workflow(_) => {
                    self.sent_to_nobody(step);
                }
                // What a message may hold is not known here.
                Target::Channel(_) => {}
            }
            return None;
        };
        for span in &step.messaging {
            let message =
                format!("step `{}` calls an operation of OpenAPI, which has no messages", step.id.value);
            self.warning(Code::UnknownField, *span, message, "it is ignored; remove it");
        }
        let view = resolved.openapi.operation(resolved.operation);
        let known = self.operations.get(self.options, &resolved);
        known.problems.iter().for_each(|problem| self.report(problem.clone()));
        let parameters = self.parameters(step, &view, one_host);
        let body = self.body(step, &view);
        let operation = self.operation(target.text().span, &resolved, &known, &view, &parameters)?;
        Some(StepTarget::Operation(Box::new(OperationCall {
            operation,
            parameters,
            body,
            default_success: DefaultRule::new(self.options.default_success, &view),
            hints: MockHints::default(),
            responses: None,
            requests: None,
        })))
    }

    fn operation(
        &mut self,
        span: Span,
        resolved: &ResolvedOperation,
        known: &KnownOperation,
        view: &Operation<'_>,
        parameters: &[ParameterPlan],
    ) -> Option<PlannedOperation> {
        let slots = self.slots(resolved, known, view, parameters, span);
        let planned = PlannedOperation {
            source: resolved.source.clone(),
            document: Arc::clone(&resolved.openapi),
            reference: resolved.operation,
            id: view.operation_id().map(str::to_owned),
            method: view.method().to_owned(),
            path: view.path().to_owned(),
            server: self.server(&resolved.source, known)?,
            accept: known.accept.clone(),
            slots,
        };
        self.check_origin(&planned, known, span);
        Some(planned)
    }
}
