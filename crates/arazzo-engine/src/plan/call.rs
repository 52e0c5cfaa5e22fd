//! A call of a workflow: by a step, by a `goto`, or before a retry.

use std::collections::BTreeSet;

use arazzo_document::description::{Entry, Parameter, ParameterIn, Text};
use arazzo_document::{Code, WorkflowRef};

use super::compiler::Compiler;
use super::value::ValueTemplate;

/// A workflow and what is passed to it.
#[derive(Debug, Clone)]
pub(crate) struct WorkflowCall {
    /// The index of the workflow in the plan.
    pub(crate) workflow: usize,
    /// The inputs by name.
    pub(crate) arguments: Vec<Argument>,
}

/// One input of a called workflow.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) value: ValueTemplate,
}

impl Compiler<'_> {
    /// Compiles a call of the workflow `id`. `parameters` map to its inputs by name; those of the workflow that calls
    /// go along where the called one declares them.
    pub(crate) fn workflow_call(
        &mut self,
        id: &Text,
        parameters: &[Entry<Parameter>],
        inherited: &[Entry<Parameter>],
    ) -> Option<WorkflowCall> {
        let Some(target) = self.workflow_ref(id) else {
            self.values_of(parameters);
            return None;
        };
        let called = self.queue.inputs_of(self.workspace, target);
        let declared: BTreeSet<&str> = called.names().collect();
        let mut arguments: Vec<Argument> = Vec::new();
        let mut failed = false;
        for parameter in self.written(parameters) {
            if let Some(location) = parameter.location.filter(|_| self.options.mode == super::Mode::Strict) {
                self.needless_location(&parameter.name, location, parameter.name_span);
            }
            if !declared.contains(parameter.name.as_str()) {
                self.undeclared_argument(&parameter.name, parameter.name_span, &id.value, &called);
            }
            // The rest of them is looked at, too, when one is wrong.
            match self.value(&parameter.value) {
                Some(value) => arguments.push(Argument { name: parameter.name, value }),
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let given: BTreeSet<String> = arguments.iter().map(|argument| argument.name.clone()).collect();
        for parameter in self.written(inherited) {
            if !given.contains(&parameter.name) && declared.contains(parameter.name.as_str()) {
                let value = self.value(&parameter.value)?;
                arguments.push(Argument { name: parameter.name, value });
            }
        }
        Some(WorkflowCall { workflow: self.queue.index_of(target), arguments })
    }

    /// Looks at values for a target that is not known, so that what is wrong with them is said now.
    pub(crate) fn values_of(&mut self, parameters: &[Entry<Parameter>]) {
        for parameter in self.written(parameters) {
            self.value(&parameter.value);
        }
    }

    /// The workflow that `id` means, with what is to be said of how it is written.
    pub(crate) fn workflow_ref(&mut self, id: &Text) -> Option<WorkflowRef> {
        match self.workspace.resolve_workflow(self.document, id) {
            Ok(target) => {
                let form = self.workspace.workflow_form(self.document, id, self.options.mode);
                form.into_iter().for_each(|diagnostic| self.report(diagnostic));
                target
            }
            Err(diagnostic) => {
                self.report(diagnostic);
                None
            }
        }
    }

    fn needless_location(&mut self, name: &str, location: ParameterIn, span: arazzo_document::Span) {
        let message =
            format!("parameter `{name}` is an input of a workflow and has `in: {}`", location.as_str());
        self.warning(Code::UnknownField, span, message, "remove `in`");
    }

    fn undeclared_argument(
        &mut self,
        name: &str,
        span: arazzo_document::Span,
        workflow: &str,
        called: &super::InputsPlan,
    ) {
        let message = format!("workflow `{workflow}` declares no input `{name}`");
        let hint = match arazzo_document::nearest(name, called.names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it in the `inputs` of that workflow".to_owned(),
        };
        if called.is_closed() {
            self.error(Code::UndeclaredInput, span, message, &hint);
        } else {
            self.warning(Code::UndeclaredInput, span, message, &hint);
        }
    }
}
