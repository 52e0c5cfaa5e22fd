//! The parameters of a step, against those that its operation declares.
//!
//! See the [Parameter Object](https://spec.openapis.org/arazzo/v1.0.1.html#parameter-object).

use arazzo_document::description::{Entry, Parameter};
use arazzo_document::openapi::{Parameter as Declared, SecurityLocation, SecurityScheme};
use arazzo_document::{Code, Diagnostic, nearest};

use super::Findings;
use super::literal::{plain, refusal};
use super::subject::Subject;
use crate::plan::{Location, OperationCall, ParameterPlan, ValueTemplate, names};
use crate::secret::is_secret_name;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (step, call) in subject.calls() {
        let view = call.operation.view();
        let declared = view.parameters();
        for entry in &step.parameters {
            let Entry::Inline(parameter) = entry else { continue };
            let Some(location) = parameter.location.map(|location| Location::given(location.value)) else {
                continue;
            };
            let name = parameter.name.value.as_str();
            let same = |declared: &&Declared<'_>| {
                Location::of(declared.location()) == location && names(location, declared.name(), name)
            };
            match declared.iter().find(same) {
                Some(declared) => value(subject, parameter, location, declared, call, findings),
                None => unknown(subject, parameter, location, &declared, call, findings),
            }
        }
    }
}

fn unknown(
    subject: &Subject<'_>,
    parameter: &Parameter,
    location: Location,
    declared: &[Declared<'_>],
    call: &OperationCall,
    findings: &mut Findings,
) {
    let name = parameter.name.value.as_str();
    let expected = match location {
        // Header fields that an operation does not declare are common and harmless (T15).
        Location::Header => true,
        Location::Path => call.operation.path().contains(&format!("{{{name}}}")),
        Location::Query | Location::Cookie => {
            declared.iter().any(|declared| Location::of(declared.location()) == Location::QueryString)
                || is_credential(name, location, call)
        }
        Location::QueryString => true,
    };
    if expected {
        return;
    }
    let label = call.operation.label();
    let place = location.as_str();
    let message = format!("operation `{label}` has no {place} parameter `{name}`");
    let elsewhere = declared.iter().find(|declared| declared.name() == name);
    let here = declared.iter().filter(|declared| Location::of(declared.location()) == location);
    let near = nearest(name, here.clone().map(Declared::name));
    let is_missing = |near: &str| {
        let given = |plan: &ParameterPlan| plan.location == location && names(location, near, &plan.name);
        here.clone().any(|declared| declared.name() == near && declared.required())
            && !call.parameters.iter().any(given)
    };
    // That the other one is missing was said, and that this one may be meant.
    if near.is_some_and(is_missing) {
        return;
    }
    let hint = match (elsewhere, near) {
        (Some(declared), _) => {
            Some(format!("the operation has it with `in: {}`", declared.location().as_str()))
        }
        (None, Some(near)) => Some(format!("did you mean `{near}`?")),
        (None, None) => None,
    };
    let mut diagnostic =
        Diagnostic::warning(Code::UnknownParameter, message, subject.place(parameter.name.span));
    diagnostic.hint = hint;
    findings.add(diagnostic.with_related(call.operation.view().place(), "the operation"));
}

/// Whether the parameter is an API key that the operation wants.
fn is_credential(name: &str, location: Location, call: &OperationCall) -> bool {
    let openapi = &call.operation.document;
    call.operation.view().security().iter().flat_map(|alternative| alternative.schemes()).any(
        |(scheme, _)| match openapi.security_scheme(scheme) {
            Some(SecurityScheme::ApiKey { name: key, location: place }) => {
                let same_place = match place {
                    SecurityLocation::Query => location == Location::Query,
                    SecurityLocation::Cookie => location == Location::Cookie,
                    SecurityLocation::Header => false,
                };
                same_place && key == name
            }
            Some(
                SecurityScheme::Http { .. }
                | SecurityScheme::OAuth2 { .. }
                | SecurityScheme::OpenIdConnect { .. }
                | SecurityScheme::MutualTls
                | SecurityScheme::Unknown,
            )
            | None => false,
        },
    )
}

/// A value that is written out, against the schema of the parameter.
fn value(
    subject: &Subject<'_>,
    parameter: &Parameter,
    location: Location,
    declared: &Declared<'_>,
    call: &OperationCall,
    findings: &mut Findings,
) {
    let name = parameter.name.value.as_str();
    let planned = call
        .parameters
        .iter()
        .find(|planned| planned.location == location && names(location, &planned.name, name));
    let Some(ValueTemplate::Constant(value)) = planned.map(|planned| &planned.value) else { return };
    // The whole query, and a value that is sent as JSON, have schemas of another kind of text.
    if location == Location::QueryString || declared.content_type().is_some() {
        return;
    }
    let Some(wanted) = declared.schema().and_then(|schema| refusal(&schema, value, true)) else { return };
    let label = call.operation.label();
    let shown = if is_secret_name(name) { String::new() } else { format!("`{}` ", plain(value)) };
    let message = format!("{shown}is no value for parameter `{name}`: operation `{label}` wants {wanted}");
    let message = message.trim_start().to_owned();
    let place = subject.place(parameter.value.span);
    findings.add(
        Diagnostic::warning(Code::RefusedValue, message, place)
            .with_related(call.operation.view().place(), "the operation"),
    );
}
