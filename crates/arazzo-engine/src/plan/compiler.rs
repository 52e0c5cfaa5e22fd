//! Compiling a workflow: every part is looked at once, and all that is wrong is reported, not the first thing only.

use std::sync::Arc;
use std::time::Duration;

use arazzo_document::description::{Reusable, Step, Text, Workflow};
use arazzo_document::openapi::{Operation, StatusPattern};
use arazzo_document::{Code, Data, Diagnostic, Node, ResolvedOperation, Severity, Span, Workspace, nearest};
use arazzo_expression::{ComponentKind, Expression, Note, Source, SyntaxError, Template};

use super::action::Outcome;
use super::criteria::DefaultRule;
use super::inputs::InputsPlan;
use super::operation::PlannedOperation;
use super::parameter::ParameterPlan;
use super::step::PlannedStep;
use super::value::ValueTemplate;
use super::{MockHints, Plan, PlanOptions, Planning, WorkflowPlan, mock};

/// What compiling needs at hand.
pub(crate) struct Compiler<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) workflow: &'a Workflow,
    pub(crate) options: &'a PlanOptions,
    pub(crate) inputs: InputsPlan,
    diagnostics: Vec<Diagnostic>,
}

pub(super) fn compile(workspace: &Workspace, workflow_id: &str, options: &PlanOptions) -> Planning {
    let Some(workflow) = workspace.description.workflow(workflow_id) else {
        return Planning { plan: None, diagnostics: vec![unknown_workflow(workspace, workflow_id)] };
    };
    let (inputs, diagnostics) = InputsPlan::compile(workspace, workflow);
    let mut compiler = Compiler { workspace, workflow, options, inputs, diagnostics };
    let plan = compiler.workflow();
    let failed = compiler.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let description = &workspace.description;
    let plan = Plan {
        workflow: plan,
        mode: options.mode,
        self_uri: description.self_uri.as_ref().map(|uri| uri.value.clone()),
        sources: description.sources.clone(),
    };
    let plan = (!failed).then(|| Arc::new(plan));
    Planning { plan, diagnostics: compiler.diagnostics }
}

fn unknown_workflow(workspace: &Workspace, id: &str) -> Diagnostic {
    let ids = workspace.description.workflows.iter().map(|workflow| workflow.id.value.as_str());
    let hint = nearest(id, ids).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
    let place = workspace.document.place(workspace.document.root.span.first_line());
    Diagnostic::error(Code::UnknownWorkflow, format!("there is no workflow `{id}`"), place).with_hint(hint)
}

impl Compiler<'_> {
    fn workflow(&mut self) -> WorkflowPlan {
        let workflow = self.workflow;
        if let Some(dependency) = workflow.depends_on.first() {
            self.unsupported(dependency.span, "a workflow that depends on others");
        }
        self.repeated_steps();
        let steps: Vec<PlannedStep> = workflow.steps.iter().filter_map(|step| self.step(step)).collect();
        let outputs = self.outputs(&workflow.outputs);
        self.credentials_of_several_hosts(&steps);
        let inputs = std::mem::take(&mut self.inputs);
        let mut plan = WorkflowPlan { id: workflow.id.value.clone(), inputs, steps, outputs };
        mock::hint(&mut plan);
        plan
    }

    fn repeated_steps(&mut self) {
        let steps = &self.workflow.steps;
        for (index, step) in steps.iter().enumerate() {
            if steps.iter().take(index).any(|earlier| earlier.id.value == step.id.value) {
                let message = format!("two steps of the workflow have the id `{}`", step.id.value);
                self.error(Code::DuplicateId, step.id.span, message, "give each its own id");
            }
        }
    }

    fn step(&mut self, step: &Step) -> Option<PlannedStep> {
        if let Some(dependency) = step.depends_on.first() {
            self.unsupported(dependency.span, "a step that depends on others");
        }
        let resolution = self.workspace.resolve_operation(step.target.as_ref()?, self.options.mode);
        self.diagnostics.extend(resolution.diagnostics);
        let Some(resolved) = resolution.operation else {
            self.without_operation(step);
            return None;
        };
        let view = resolved.openapi.operation(resolved.operation);
        let parameters = self.parameters(step, &view);
        let body = self.body(step, &view);
        let operation = self.operation(step, &resolved, &view, &parameters);
        let success = self.criteria(&step.success_criteria);
        Some(PlannedStep {
            id: step.id.value.clone(),
            operation: operation?,
            parameters,
            body,
            success,
            default_success: DefaultRule::new(self.options.default_success, &view),
            on_success: self.actions(&step.on_success, &self.workflow.success_actions, Outcome::Success),
            on_failure: self.actions(&step.on_failure, &self.workflow.failure_actions, Outcome::Failure),
            outputs: self.outputs(&step.outputs),
            timeout: step.timeout.map(|timeout| Duration::from_millis(timeout.value)),
            hints: MockHints::default(),
        })
    }

    /// A step whose operation is not known cannot run; the rest of it is looked at all the same.
    fn without_operation(&mut self, step: &Step) {
        self.criteria(&step.success_criteria);
        self.actions(&step.on_success, &[], Outcome::Success);
        self.actions(&step.on_failure, &[], Outcome::Failure);
        self.outputs(&step.outputs);
    }

    fn operation(
        &mut self,
        step: &Step,
        resolved: &ResolvedOperation,
        view: &Operation<'_>,
        parameters: &[ParameterPlan],
    ) -> Option<PlannedOperation> {
        let span = step.target.as_ref()?.text().span;
        let slots = self.slots(&resolved.source, &resolved.openapi, view, parameters, span);
        Some(PlannedOperation {
            source: resolved.source.clone(),
            document: Arc::clone(&resolved.openapi),
            reference: resolved.operation,
            id: view.operation_id().map(str::to_owned),
            method: view.method().to_owned(),
            path: view.path().to_owned(),
            server: self.server(&resolved.source, &resolved.openapi, view)?,
            accept: accept(view),
            slots,
        })
    }

    /// The component that `reusable` refers to, of the kind that its position wants.
    pub(crate) fn component<'c, T>(
        &mut self,
        reusable: &Reusable,
        kind: ComponentKind,
        components: &'c [(Text, T)],
    ) -> Option<&'c T> {
        let text = &reusable.reference;
        let field = kind.field();
        let parsed = Expression::parse(&text.value, self.options.mode).map(|parsed| parsed.value.source);
        let name = match parsed {
            Ok(Source::Component { kind: found, name }) if found == kind => name,
            _ => {
                let message = format!("`{}` does not refer to one of `components.{field}`", text.value);
                self.error(
                    Code::UnknownComponent,
                    text.span,
                    message,
                    &format!("write `$components.{field}.<name>`"),
                );
                return None;
            }
        };
        let found = components.iter().find(|(key, _)| key.value == name).map(|(_, component)| component);
        if found.is_none() {
            let message = format!("`components.{field}` has no `{name}`");
            let names = components.iter().map(|(key, _)| key.value.as_str());
            let hint = nearest(&name, names).map(|near| format!("did you mean `{near}`?"));
            self.error(Code::UnknownComponent, text.span, message, &hint.unwrap_or_default());
        }
        found
    }

    /// Compiles a value with the expressions in it.
    pub(crate) fn value(&mut self, node: &Node) -> Option<ValueTemplate> {
        match &node.data {
            Data::String(text) => {
                let text = Text { value: text.clone(), span: node.span };
                self.template(&text).map(|template| match template {
                    Template::Literal(text) => ValueTemplate::Constant(text.into()),
                    Template::Expression(_) | Template::Text(_) => ValueTemplate::Text(template),
                })
            }
            Data::Array(items) => {
                let items: Vec<ValueTemplate> =
                    items.iter().map(|item| self.value(item)).collect::<Option<_>>()?;
                if items.iter().all(is_constant) {
                    return Some(ValueTemplate::Constant(node.to_value()));
                }
                Some(ValueTemplate::Array(items))
            }
            Data::Object(members) => {
                let members: Vec<(String, ValueTemplate)> = members
                    .iter()
                    .map(|member| self.value(&member.value).map(|value| (member.key.clone(), value)))
                    .collect::<Option<_>>()?;
                if members.iter().all(|(_, value)| is_constant(value)) {
                    return Some(ValueTemplate::Constant(node.to_value()));
                }
                Some(ValueTemplate::Object(members))
            }
            Data::Null | Data::Bool(_) | Data::Number(_) => Some(ValueTemplate::Constant(node.to_value())),
        }
    }

    fn template(&mut self, text: &Text) -> Option<Template> {
        match Template::parse(&text.value, self.options.mode) {
            Ok(parsed) => {
                self.notes(text, parsed.notes);
                for expression in parsed.value.expressions() {
                    self.check_scope(expression, text.span);
                    if let Source::Input(name) = &expression.source {
                        self.inputs.uses(name, self.workspace.document.place(text.span));
                    }
                }
                Some(parsed.value)
            }
            Err(error) => {
                self.syntax_error(text, &error);
                None
            }
        }
    }

    /// Compiles a text that has to be one expression.
    pub(crate) fn expression(&mut self, text: &Text) -> Option<Expression> {
        match Expression::parse(&text.value, self.options.mode) {
            Ok(parsed) => {
                self.notes(text, parsed.notes);
                self.check_scope(&parsed.value, text.span);
                Some(parsed.value)
            }
            Err(error) => {
                self.syntax_error(text, &error);
                None
            }
        }
    }

    fn syntax_error(&mut self, text: &Text, error: &SyntaxError) {
        let span = text.span_within(error.range.clone());
        self.error(
            Code::InvalidExpression,
            span,
            error.message.clone(),
            error.hint.as_deref().unwrap_or_default(),
        );
    }

    /// Turns the tolerances that parsing used into warnings.
    pub(crate) fn notes(&mut self, text: &Text, notes: Vec<Note>) {
        for note in notes {
            let place = self.workspace.document.place(text.span_within(note.range));
            let warning = Diagnostic::warning(note.tolerance.into(), note.message, place);
            self.diagnostics.push(warning.with_hint(note.fix));
        }
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, hint: &str) {
        let place = self.workspace.document.place(span);
        self.diagnostics.push(Diagnostic::error(code, message, place).with_hint(hint));
    }

    /// Whether an error of this kind at this place is there already.
    pub(crate) fn has_reported(&self, code: Code, span: Span) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == code && diagnostic.place.span == span)
    }

    pub(crate) fn warning(&mut self, code: Code, span: Span, message: impl Into<String>, hint: &str) {
        let place = self.workspace.document.place(span);
        self.diagnostics.push(Diagnostic::warning(code, message, place).with_hint(hint));
    }

    /// Refuses what the specification has and this version does not run: by name, before anything is sent.
    pub(crate) fn unsupported(&mut self, span: Span, what: &str) {
        self.error(Code::Unsupported, span, format!("{what} cannot be run by this version"), "");
    }
}

fn is_constant(value: &ValueTemplate) -> bool {
    matches!(value, ValueTemplate::Constant(_))
}

/// What the 2XX responses of an operation are made of, as the value of `Accept`.
fn accept(operation: &Operation<'_>) -> Option<String> {
    let mut types: Vec<String> = Vec::new();
    for response in operation.responses() {
        let success = match response.status() {
            StatusPattern::Exact(code) => (200..300).contains(&code),
            StatusPattern::Range(class) => class == 2,
            StatusPattern::Default => false,
        };
        for media_type in response.media_types().iter().filter(|_| success) {
            if !types.iter().any(|known| known == media_type.name()) {
                types.push(media_type.name().to_owned());
            }
        }
    }
    (!types.is_empty()).then(|| types.join(", "))
}
