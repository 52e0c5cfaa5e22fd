//! Which credentials a request needs.
//!
//! See the [Security Requirement Object](https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object).

use arazzo_document::openapi::{OpenApi, Operation, SecurityLocation, SecurityRequirement, SecurityScheme};
use arazzo_document::{Code, Diagnostic, Span, Workspace};
use arazzo_expression::Source;

use super::compiler::Compiler;
use super::parameter::{Location, ParameterPlan};
use super::server::host;
use super::step::PlannedStep;
use super::{Plan, PlanOptions};
use crate::exchange::{Placement, Slot};

impl Compiler<'_> {
    /// The slots of the first alternative whose credentials are all there.
    ///
    /// What the step passes itself wins and needs no credential; nor does what a header of every request gives.
    pub(crate) fn slots(
        &mut self,
        source: &str,
        openapi: &OpenApi,
        operation: &Operation<'_>,
        parameters: &[ParameterPlan],
        span: Span,
    ) -> Vec<Slot> {
        // A parameter that may be left out leaves its place to a credential; the request decides.
        let certain: Vec<&ParameterPlan> =
            parameters.iter().filter(|parameter| !self.may_be_left_out(parameter)).collect();
        let alternatives = operation.security();
        let mut missing: Option<Vec<Slot>> = None;
        for requirement in &alternatives {
            let Some(slots) = slots_of(source, openapi, requirement) else { continue };
            let is_given = |slot: &Slot| {
                given_by_step(&slot.placement, &certain)
                    || given_by_header(&slot.placement, &self.options.given_headers)
            };
            let needed: Vec<Slot> = slots.into_iter().filter(|slot| !is_given(slot)).collect();
            if needed.iter().all(|slot| self.has_credential(slot)) {
                return needed;
            }
            missing.get_or_insert(needed);
        }
        if let Some(missing) = missing {
            self.report_missing_credentials(&missing, operation, span);
        }
        Vec::new()
    }

    fn may_be_left_out(&self, parameter: &ParameterPlan) -> bool {
        parameter.value.expressions().iter().any(
            |expression| matches!(&expression.source, Source::Input(name) if self.inputs.may_be_absent(name)),
        )
    }

    fn has_credential(&self, slot: &Slot) -> bool {
        self.options.any_credential
            || self.options.credentials.iter().any(|credential| {
                credential.scheme == slot.scheme
                    && credential.source.as_ref().is_none_or(|source| *source == slot.source)
            })
    }

    fn report_missing_credentials(&mut self, slots: &[Slot], operation: &Operation<'_>, span: Span) {
        let flags: Vec<String> = slots
            .iter()
            .filter(|slot| !self.has_credential(slot))
            .map(|slot| format!("`--auth {}.{}={}`", slot.source, slot.scheme, slot.placement.example()))
            .collect();
        let label = operation.operation_id().unwrap_or_else(|| operation.path());
        let message = format!("operation `{label}` wants credentials that were not given");
        let hint = format!("add {}", flags.join(" and "));
        self.warning(Code::MissingCredential, span, message, &hint);
    }
}

/// A credential without a source serves all sources that declare its scheme only if they have one host: which API it is
/// for must not be guessed.
pub(super) fn several_hosts(
    plan: &Plan,
    workspace: &Workspace,
    options: &PlanOptions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let scoped = |slot: &Slot| {
        options.credentials.iter().any(|credential| {
            credential.scheme == slot.scheme && credential.source.as_deref() == Some(&slot.source)
        })
    };
    for credential in options.credentials.iter().filter(|credential| credential.source.is_none()) {
        let mut uses: Vec<(String, &str)> = Vec::new();
        for operation in plan.workflows().flat_map(|workflow| &workflow.steps).filter_map(PlannedStep::call) {
            let operation = &operation.operation;
            let served = |slot: &&Slot| slot.scheme == credential.scheme && !scoped(slot);
            for slot in operation.slots.iter().filter(served) {
                let host = host(&operation.server);
                if !uses.iter().any(|(known, _)| *known == host) {
                    uses.push((host, &slot.source));
                }
            }
        }
        if let [(first, source), (second, _), ..] = uses.as_slice() {
            let scheme = &credential.scheme;
            let variable = credential.variable.as_ref();
            let origin = variable.map(|variable| format!(" from `{variable}`")).unwrap_or_default();
            let message = format!(
                "the credential `{scheme}`{origin} would go to several hosts: `{first}` and `{second}`"
            );
            let entry = workspace.entry();
            let place = entry.document.place(entry.document.root.span.first_line());
            diagnostics.push(
                Diagnostic::error(Code::AmbiguousCredential, message, place)
                    .with_hint(format!("name the source it is for: `--auth {source}.{scheme}=…`")),
            );
        }
    }
}

/// The slots of one alternative; `None` when one of its schemes cannot be filled from a single credential.
fn slots_of(source: &str, openapi: &OpenApi, requirement: &SecurityRequirement<'_>) -> Option<Vec<Slot>> {
    requirement
        .schemes()
        .iter()
        .map(|(scheme, _)| {
            let placement = placement(&openapi.security_scheme(scheme)?)?;
            Some(Slot { source: source.to_owned(), scheme: (*scheme).to_owned(), placement })
        })
        .collect()
}

fn placement(scheme: &SecurityScheme<'_>) -> Option<Placement> {
    match scheme {
        SecurityScheme::ApiKey { name, location } => Some(match location {
            SecurityLocation::Header => Placement::Header((*name).to_owned()),
            SecurityLocation::Query => Placement::Query((*name).to_owned()),
            SecurityLocation::Cookie => Placement::Cookie((*name).to_owned()),
        }),
        SecurityScheme::Http { scheme } => match scheme.as_str() {
            "basic" => Some(Placement::Basic),
            "bearer" => Some(Placement::Bearer),
            _ => None,
        },
        // A token that the user already has; fetching one comes later.
        SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIdConnect { .. } => Some(Placement::Bearer),
        SecurityScheme::MutualTls | SecurityScheme::Unknown => None,
    }
}

fn given_by_step(placement: &Placement, parameters: &[&ParameterPlan]) -> bool {
    parameters.iter().any(|parameter| match (placement, parameter.location) {
        (Placement::Header(name), Location::Header) => parameter.name.eq_ignore_ascii_case(name),
        (Placement::Basic | Placement::Bearer, Location::Header) => {
            parameter.name.eq_ignore_ascii_case("authorization")
        }
        (Placement::Query(name), Location::Query) | (Placement::Cookie(name), Location::Cookie) => {
            parameter.name == *name
        }
        (
            Placement::Header(_)
            | Placement::Query(_)
            | Placement::Cookie(_)
            | Placement::Basic
            | Placement::Bearer,
            Location::Path | Location::Query | Location::QueryString | Location::Header | Location::Cookie,
        ) => false,
    })
}

fn given_by_header(placement: &Placement, headers: &[String]) -> bool {
    let wanted = match placement {
        Placement::Basic | Placement::Bearer => "authorization",
        Placement::Header(name) => name,
        Placement::Query(_) | Placement::Cookie(_) => return false,
    };
    headers.iter().any(|name| name.eq_ignore_ascii_case(wanted))
}

impl Placement {
    /// What a value for it looks like.
    fn example(&self) -> &'static str {
        match self {
            Self::Basic => "USER:PASSWORD",
            Self::Bearer => "TOKEN",
            Self::Header(_) | Self::Query(_) | Self::Cookie(_) => "KEY",
        }
    }
}
