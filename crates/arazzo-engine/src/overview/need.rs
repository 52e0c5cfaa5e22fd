//! Inputs that a schema calls optional and that a step cannot do without.
//!
//! What a run leaves out when such an input is not given is decided where requests are made; here the same is asked
//! beforehand.

use std::collections::BTreeMap;

use arazzo_expression::{Mode, Pointer, Source, Template};

use crate::plan::{OperationCall, Plan, StepTarget, ValueTemplate, WorkflowPlan};

/// The inputs that steps need, each with the first of them.
pub(super) fn needs<'p>(plan: &Plan, workflow: &'p WorkflowPlan) -> BTreeMap<&'p str, &'p str> {
    let mut needs = BTreeMap::new();
    for step in &workflow.steps {
        let mut need = |name: &'p str| {
            needs.entry(name).or_insert(step.id.as_str());
        };
        match &step.target {
            StepTarget::Operation(call) => of_call(call, plan.mode, &mut need),
            StepTarget::Workflow { call, .. } => {
                let Some(called) = plan.workflow(call.workflow) else { continue };
                let required: Vec<&str> = called.inputs.required().collect();
                for argument in &call.arguments {
                    if required.contains(&argument.name.as_str())
                        && !called.inputs.has_default(&argument.name)
                    {
                        inputs(&argument.value, &Pointer::default(), &mut |name, _| need(name));
                    }
                }
            }
        }
    }
    needs
}

fn of_call<'p>(call: &'p OperationCall, mode: Mode, need: &mut dyn FnMut(&'p str)) {
    let is_strict = mode == Mode::Strict;
    for parameter in call.parameters.iter().filter(|parameter| parameter.required || is_strict) {
        inputs(&parameter.value, &Pointer::default(), &mut |name, _| need(name));
    }
    let Some(body) = &call.body else { return };
    let is_text = matches!(body.payload, ValueTemplate::Text(Template::Text(_)));
    inputs(&body.payload, &Pointer::default(), &mut |name, at| {
        let required =
            if at.is_root() { is_text || body.required } else { body.requires(&call.operation, at) };
        if required || is_strict {
            need(name);
        }
    });
    for replacement in &body.replacements {
        let target = Pointer::parse(&replacement.text).unwrap_or_default();
        inputs(&replacement.value, &target, &mut |name, at| {
            if is_strict || body.requires(&call.operation, at) {
                need(name);
            }
        });
    }
}

/// Calls `found` with each input in the value, and where it stands.
fn inputs<'p>(value: &'p ValueTemplate, at: &Pointer, found: &mut dyn FnMut(&'p str, &Pointer)) {
    match value {
        ValueTemplate::Constant(_) => {}
        ValueTemplate::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| inputs(item, &at.child(index.to_string()), found));
        }
        ValueTemplate::Object(members) => {
            members.iter().for_each(|(key, member)| inputs(member, &at.child(key), found));
        }
        ValueTemplate::Text(_) | ValueTemplate::Selector(_) => {
            for expression in value.expressions() {
                if let Source::Input(name) = &expression.source {
                    found(name, at);
                }
            }
        }
    }
}
