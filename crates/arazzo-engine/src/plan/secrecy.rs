//! Which parameters are secret, though their names need not say so: those that stand where a
//! [security scheme](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object) of the operation wants a
//! credential, and those that are a secret input.

use arazzo_document::openapi::SecurityLocation;
use arazzo_expression::{Access, Expression, Source, Template};
use serde_json::{Map, Value};

use super::compiler::Compiler;
use super::parameter::{Location, ParameterPlan, names};
use super::step::PlannedStep;
use super::value::ValueTemplate;
use super::{InputsPlan, WorkflowPlan};
use crate::mask::Mask;
use crate::preview::Known;
use crate::secret::{is_secret_name, strings};
use crate::serialize;

/// Whether a parameter is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// Only if its name says so.
    Public,
    /// A secret is put into its text. That goes to no other origin.
    HoldsSecret,
    /// All of it is: at its place it is shown masked, however short it is.
    Secret,
}

impl Compiler<'_> {
    pub(super) fn mark_secrets(&self, parameters: &mut [ParameterPlan], places: &[(SecurityLocation, &str)]) {
        for parameter in parameters {
            let location = parameter.location;
            let is_credential = places.iter().any(|(place, name)| {
                Location::of_credential(*place) == location && names(location, name, &parameter.name)
            });
            let is_secret = |expression: &Expression| is_secret(expression, &self.inputs);
            parameter.secrecy = if is_credential || whole(&parameter.value).is_some_and(is_secret) {
                Secrecy::Secret
            } else if parameter.value.expressions().into_iter().any(is_secret) {
                Secrecy::HoldsSecret
            } else {
                Secrecy::Public
            };
        }
    }
}

impl ParameterPlan {
    /// Whether its value is masked at its place.
    pub(crate) fn is_secret(&self) -> bool {
        self.secrecy == Secrecy::Secret || is_secret_name(&self.name)
    }
}

impl WorkflowPlan {
    /// Masks what is secret in these inputs, and what of them and of the description the steps give as credentials. `take`
    /// masks what is of the inputs: those of a workflow that is called may be a server's.
    pub(crate) fn hide_inputs(
        &self,
        inputs: &Map<String, Value>,
        mask: &mut Mask,
        take: fn(&mut Mask, &str),
    ) {
        self.inputs.secret_values(inputs).iter().for_each(|secret| take(mask, secret));
        let known = Known { workflow: self, inputs };
        let parameters = self.steps.iter().filter_map(PlannedStep::call).flat_map(|call| &call.parameters);
        for parameter in parameters.filter(|parameter| parameter.secrecy == Secrecy::Secret) {
            if let ValueTemplate::Constant(value) = &parameter.value {
                texts(value, &mut |text| mask.hide(text));
            }
            for expression in parameter.value.expressions() {
                if let (Source::Input(_), Ok(value)) = (&expression.source, expression.evaluate(&known)) {
                    texts(&value, &mut |text| take(mask, text));
                }
            }
        }
    }
}

/// Calls `found` with the texts as which a secret value may be sent.
pub(crate) fn texts(value: &Value, found: &mut dyn FnMut(&str)) {
    strings(value, found);
    if let Some(text) = serialize::scalar(value) {
        found(&text);
    }
}

/// The expression that is all of the value.
fn whole(value: &ValueTemplate) -> Option<&Expression> {
    match value {
        ValueTemplate::Text(Template::Expression(expression)) => Some(expression),
        ValueTemplate::Text(Template::Literal(_) | Template::Text(_))
        | ValueTemplate::Constant(_)
        | ValueTemplate::Selector(_)
        | ValueTemplate::Array(_)
        | ValueTemplate::Object(_) => None,
    }
}

fn is_secret(expression: &Expression, inputs: &InputsPlan) -> bool {
    let pointed = expression.pointer.iter().flat_map(|pointer| pointer.tokens()).map(String::as_str);
    let followed = expression.trail.iter().filter_map(|access| match access {
        Access::Member(name) => Some(name.as_str()),
        Access::Index(_) => None,
    });
    let path: Vec<&str> = pointed.chain(followed).collect();
    match &expression.source {
        Source::Input(name) => inputs.is_secret_at(name, &path),
        Source::StepOutput { output: name, .. }
        | Source::WorkflowInput { name, .. }
        | Source::WorkflowOutput { name, .. } => {
            is_secret_name(name) || path.iter().any(|name| is_secret_name(name))
        }
        Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::Request(_)
        | Source::Response(_)
        | Source::Message(_)
        | Source::Output(_)
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}
