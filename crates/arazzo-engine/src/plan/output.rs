//! The outputs of steps and workflows.

use arazzo_document::Code;
use arazzo_document::description::{Output, OutputValue};
use arazzo_expression::Expression;

use super::compiler::Compiler;

/// An output with its expression.
#[derive(Debug)]
pub(crate) struct OutputPlan {
    pub(crate) name: String,
    pub(crate) expression: Expression,
}

impl Compiler<'_> {
    /// Compiles outputs. Their names have to be made of letters, digits, `.`, `-` and `_`.
    pub(crate) fn outputs(&mut self, written: &[Output]) -> Vec<OutputPlan> {
        written.iter().filter_map(|output| self.output(output)).collect()
    }

    fn output(&mut self, output: &Output) -> Option<OutputPlan> {
        let name = &output.name.value;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)) {
            let message = format!("`{name}` is no name for an output");
            let hint = "use letters, digits, `.`, `-` and `_`";
            self.error(Code::InvalidName, output.name.span, message, hint);
            return None;
        }
        match &output.value {
            OutputValue::Expression(text) => {
                let expression = self.expression(text)?;
                Some(OutputPlan { name: name.clone(), expression })
            }
            OutputValue::Selector(node) => {
                self.unsupported(node.span, "a selector object");
                None
            }
        }
    }
}
