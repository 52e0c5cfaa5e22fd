//! The outputs of steps and workflows.

use arazzo_document::Code;
use arazzo_document::description::{Output, OutputValue};
use arazzo_expression::{Absence, Context, Expression, Selector, Source};
use serde_json::Value;

use super::compiler::Compiler;
use super::selector::SelectorText;

/// An output with its expression.
#[derive(Debug)]
pub(crate) struct OutputPlan {
    pub(crate) name: String,
    pub(crate) value: OutputSource,
}

/// What an output is taken from.
#[derive(Debug)]
pub(crate) enum OutputSource {
    Expression(Expression),
    Selector(Box<Selector>),
}

impl OutputPlan {
    pub(crate) fn evaluate(&self, context: &dyn Context) -> Result<Value, Absence> {
        match &self.value {
            OutputSource::Expression(expression) => {
                expression.evaluate(context).map(std::borrow::Cow::into_owned)
            }
            OutputSource::Selector(selector) => selector.evaluate(context),
        }
    }

    /// The output of the workflow that a step calls, under the same name.
    pub(crate) fn of_called(name: String) -> Self {
        let source = Source::Output(name.clone());
        let expression = Expression { source, pointer: None, trail: Vec::new() };
        Self { name, value: OutputSource::Expression(expression) }
    }

    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        match &self.value {
            OutputSource::Expression(expression) => vec![expression],
            OutputSource::Selector(selector) => selector.expressions().collect(),
        }
    }

    /// Whether it is taken from another output of the same workflow.
    pub(crate) fn is_of_outputs(&self) -> bool {
        self.expressions().iter().any(|expression| matches!(expression.source, Source::Output(_)))
    }
}

impl Compiler<'_> {
    /// Compiles outputs. Their names should be made of letters, digits, `.`, `-` and `_`.
    pub(crate) fn outputs(&mut self, written: &[Output]) -> Vec<OutputPlan> {
        written.iter().filter_map(|output| self.output(output)).collect()
    }

    fn output(&mut self, output: &Output) -> Option<OutputPlan> {
        let name = &output.name.value;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)) {
            let message = format!("`{name}` is no name for an output");
            let hint = "use letters, digits, `.`, `-` and `_`";
            if name.is_empty() {
                self.error(Code::InvalidName, output.name.span, message, hint);
                return None;
            }
            // No expression can read it, and nothing else is wrong with it.
            self.tolerated(Code::InvalidName, output.name.span, message, hint);
        }
        let value = match &output.value {
            OutputValue::Expression(text) => match self.query_behind(text) {
                Some(selector) => OutputSource::Selector(Box::new(selector?)),
                None => OutputSource::Expression(self.expression(text)?),
            },
            OutputValue::Refused => return None,
            OutputValue::Selector(node) => match SelectorText::of(node) {
                Some(written) => OutputSource::Selector(Box::new(self.selector(&written)?)),
                None => {
                    let message = format!("output `{name}` is neither an expression nor a selector object");
                    let hint =
                        "write `$response.body#/…`, or an object with `context`, `selector` and `type`";
                    self.error(Code::WrongType, node.span, message, hint);
                    return None;
                }
            },
        };
        Some(OutputPlan { name: name.clone(), value })
    }
}
