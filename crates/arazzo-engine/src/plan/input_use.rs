//! Where operations take inputs as they are, for who makes inputs up: what an operation says of a value is said of the
//! input, too.

use arazzo_document::openapi::{Operation, Schema};
use arazzo_expression::{Expression, Source, Template};

use super::parameter::Location;
use super::value::ValueTemplate;
use super::{OperationCall, Plan, PlannedStep};

/// A value of an operation that is an input of the workflow, not changed and not put into text.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct InputUse<'p> {
    /// The input.
    pub input: &'p str,
    /// What the operation says of the value.
    pub schema: Schema<'p>,
    /// Whether the value is sent as text, so that a text that reads as a number is one.
    pub as_text: bool,
}

impl Plan {
    /// The values of operations that are inputs, in the order of the steps.
    pub fn input_uses(&self) -> Vec<InputUse<'_>> {
        let mut uses = Vec::new();
        for call in self.steps().iter().filter_map(PlannedStep::call) {
            let operation = call.operation.view();
            of_parameters(call, &operation, &mut uses);
            let Some(body) = &call.body else { continue };
            let schema = operation.request_body().and_then(|declared| declared.schema(&body.content_type));
            if let Some(schema) = schema {
                of_value(&body.payload, schema, &mut uses);
            }
        }
        uses
    }
}

fn of_parameters<'p>(call: &'p OperationCall, operation: &Operation<'p>, uses: &mut Vec<InputUse<'p>>) {
    let declared = operation.parameters();
    for parameter in &call.parameters {
        let input = input_of(&parameter.value);
        let schema = declared
            .iter()
            .find(|other| {
                Location::of(other.location()) == parameter.location && other.name() == parameter.name
            })
            .and_then(|declared| declared.schema());
        if let (Some(input), Some(schema)) = (input, schema) {
            uses.push(InputUse { input, schema, as_text: true });
        }
    }
}

fn of_value<'p>(value: &'p ValueTemplate, schema: Schema<'p>, uses: &mut Vec<InputUse<'p>>) {
    match value {
        ValueTemplate::Text(_) => {
            if let Some(input) = input_of(value) {
                uses.push(InputUse { input, schema, as_text: false });
            }
        }
        ValueTemplate::Array(items) => {
            if let Some(schema) = schema.items() {
                items.iter().for_each(|item| of_value(item, schema, uses));
            }
        }
        ValueTemplate::Object(members) => {
            for (name, member) in members {
                let branch = || schema.branches().iter().find_map(|branch| branch.property(name));
                if let Some(schema) = schema.property(name).or_else(branch) {
                    of_value(member, schema, uses);
                }
            }
        }
        ValueTemplate::Constant(_) | ValueTemplate::Selector(_) => {}
    }
}

/// The input that a value is.
fn input_of(value: &ValueTemplate) -> Option<&str> {
    match value {
        ValueTemplate::Text(Template::Expression(Expression {
            source: Source::Input(name),
            pointer: None,
            trail,
        })) if trail.is_empty() => Some(name),
        ValueTemplate::Text(_)
        | ValueTemplate::Constant(_)
        | ValueTemplate::Selector(_)
        | ValueTemplate::Array(_)
        | ValueTemplate::Object(_) => None,
    }
}
