//! Which credentials a request needs.
//!
//! See the [Security Requirement Object](https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object).

use std::borrow::Cow;

use arazzo_document::openapi::{
    OAuthFlow, OpenApi, Operation, SecurityLocation, SecurityRequirement, SecurityScheme,
};
use arazzo_document::{Code, Diagnostic, ResolvedOperation, Span, Workspace};
use arazzo_expression::Source;
use url::Url;

use super::compiler::Compiler;
use super::known_operation::KnownOperation;
use super::parameter::{Location, ParameterPlan};
use super::server::{BaseUrl, host, origin};
use super::step::PlannedStep;
use super::trust::{authority, is_allowed};
use super::{Plan, PlanOptions, PlannedOperation};
use crate::exchange::{Placement, Slot, TokenFlow, TokenGrant};

impl Compiler<'_> {
    /// The slots of the first alternative whose credentials are all there.
    ///
    /// What the step passes itself wins and needs no credential; nor does what a header of every request gives.
    pub(crate) fn slots(
        &mut self,
        ResolvedOperation { source, openapi, .. }: &ResolvedOperation,
        known: &KnownOperation,
        operation: &Operation<'_>,
        parameters: &[ParameterPlan],
        span: Span,
    ) -> Vec<Slot> {
        // A parameter that may be left out leaves its place to a credential; the request decides.
        let certain: Vec<&ParameterPlan> =
            parameters.iter().filter(|parameter| !self.may_be_left_out(parameter)).collect();
        let alternatives = operation.security();
        // What relative URLs of token endpoints start from: the server of the description, else that of the operation. See
        // [Relative References in API URLs](https://spec.openapis.org/oas/v3.1.1.html#relative-references-in-api-urls).
        let base = known.own_server.as_ref().or(known.server.as_ref().ok()).map(|server| &server.url);
        let mut missing: Option<Vec<Slot>> = None;
        let mut impossible: Option<&SecurityRequirement<'_>> = None;
        let mut clashing: Option<Vec<Slot>> = None;
        for requirement in alternatives.iter().filter(|requirement| !requirement.schemes().is_empty()) {
            let Some(slots) = slots_of(source, openapi, requirement, base) else {
                impossible.get_or_insert(requirement);
                continue;
            };
            let is_given = |slot: &Slot| {
                given_by_step(&slot.placement, &certain)
                    || given_by_header(&slot.placement, &self.options.given_headers)
            };
            let needed: Vec<Slot> = slots.into_iter().filter(|slot| !is_given(slot)).collect();
            let is_complete = needed.iter().all(|slot| self.has_credential(slot));
            match clash(&needed) {
                Some(pair) if !self.options.any_credential => {
                    if is_complete || clashing.is_none() {
                        clashing = Some(pair.map(Slot::clone).to_vec());
                    }
                }
                Some(_) | None if is_complete => return needed,
                Some(_) | None => {
                    missing.get_or_insert(needed);
                }
            }
        }
        if let Some(pair) = &clashing
            && pair.iter().all(|slot| self.has_credential(slot))
        {
            self.report_clash(pair, operation, span);
            return Vec::new();
        }
        // Anonymous is fine where it is an alternative, but a credential that is there is used.
        if alternatives.iter().any(|requirement| requirement.schemes().is_empty()) {
            return Vec::new();
        }
        if let Some(missing) = missing {
            self.report_missing_credentials(&missing, operation, span);
        } else if let Some(pair) = &clashing {
            self.report_clash(pair, operation, span);
        } else if let Some(requirement) = impossible {
            let authorized = given_by_step(&Placement::Bearer, &certain)
                || given_by_header(&Placement::Bearer, &self.options.given_headers);
            if !authorized && !self.options.any_credential {
                self.report_impossible_credentials(openapi, requirement, operation, span);
            }
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

    /// Two schemes that want the same place of a request, which holds one value. If both are given it is not guessed which
    /// is meant to be sent.
    fn report_clash(&mut self, pair: &[Slot], operation: &Operation<'_>, span: Span) {
        let label = operation.operation_id().unwrap_or_else(|| operation.path());
        let names: Vec<String> = pair.iter().map(|slot| format!("`{}`", slot.scheme)).collect();
        let names = names.join(" and ");
        let place = pair.first().map(|slot| slot.placement.place()).unwrap_or_default();
        let is_given = pair.iter().all(|slot| self.has_credential(slot));
        let message = format!("operation `{label}` wants both {names} in {place}, which holds one value");
        if is_given {
            let hint =
                "leave one of them out, and pass what the server really wants as a parameter of the step";
            self.error(Code::AmbiguousCredential, span, message, hint);
        } else {
            let hint = "pass what the server really wants as a parameter of the step or with `-H`";
            self.warning(Code::MissingCredential, span, message, hint);
        }
    }

    /// Schemes such as `mutualTLS` have no place in a request that a single value fills.
    fn report_impossible_credentials(
        &mut self,
        openapi: &OpenApi,
        requirement: &SecurityRequirement<'_>,
        operation: &Operation<'_>,
        span: Span,
    ) {
        let is_impossible = |scheme: &str| {
            openapi.security_scheme(scheme).is_none_or(|found| placement(&found, &[], None).is_none())
        };
        let names = requirement.schemes().iter().filter(|(scheme, _)| is_impossible(scheme));
        let names: Vec<String> = names.map(|(scheme, _)| format!("`{scheme}`")).collect();
        let label = operation.operation_id().unwrap_or_else(|| operation.path());
        let message = format!(
            "operation `{label}` wants credentials that `--auth` cannot give: the security scheme {}",
            names.join(" and ")
        );
        let hint = "if a header field is what it needs, add it with `-H` or as a parameter of the step";
        self.warning(Code::MissingCredential, span, message, hint);
    }

    /// Refuses credentials that would leave the origin of their source, as they do where an operation has a server of its
    /// own, unless the caller has named that host.
    pub(super) fn check_origin(&mut self, operation: &PlannedOperation, known: &KnownOperation, span: Span) {
        if self.options.any_credential || operation.slots.is_empty() {
            return;
        }
        let PlannedOperation { source, document, .. } = operation;
        let first = || {
            let first = document.operation(document.operations().next()?);
            BaseUrl::of(self.options, source, document, &first.servers()).ok()
        };
        let own = match &known.own_server {
            Some(server) => Some(Cow::Borrowed(&*server.origin)),
            None => first().map(|server| server.origin.into()),
        };
        let other = match &known.server {
            Ok(server) => Some(Cow::Borrowed(&*server.origin)),
            Err(_) => origin(&operation.server).map(Cow::from),
        };
        let (Some(own), Some(other)) = (own, other) else { return };
        if own != other && !is_allowed(&operation.server, self.options) {
            let label = operation.label();
            let message = format!(
                "the credentials for `{source}` would go to `{other}` too, for operation `{label}` has another server than `{own}`"
            );
            let hint = format!(
                "if that is right, add `--allow-host {}`; else send everything to one server: `--server {source}={own}`",
                authority(&operation.server)
            );
            self.error(Code::UntrustedHost, span, message, &hint);
        }
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
        // What a token endpoint gets is not what the API gets.
        let mut api = Vec::new();
        let mut endpoints = Vec::new();
        for operation in plan.workflows().flat_map(|workflow| &workflow.steps).filter_map(PlannedStep::call) {
            let operation = &operation.operation;
            let served = |slot: &&Slot| slot.scheme == credential.scheme && !scoped(slot);
            for slot in operation.slots.iter().filter(served) {
                add_host(&mut api, &operation.server, &slot.source);
                if let Placement::Token(grant) = &slot.placement {
                    add_host(&mut endpoints, &grant.token_url, &slot.source);
                }
            }
        }
        let several = [api, endpoints].into_iter().find(|uses| uses.len() > 1);
        if let Some([(first, source), (second, _), ..]) = several.as_deref() {
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

/// The hosts of `url`s, each with the first source that leads to it.
fn add_host<'s>(uses: &mut Vec<(String, &'s str)>, url: &str, source: &'s str) {
    let host = host(url);
    if !uses.iter().any(|(known, _)| *known == host) {
        uses.push((host, source));
    }
}

/// The slots of one alternative; `None` when one of its schemes cannot be filled from a single credential. A client
/// certificate beside others belongs to the connection, not to the request.
fn slots_of(
    source: &str,
    openapi: &OpenApi,
    requirement: &SecurityRequirement<'_>,
    base: Option<&Url>,
) -> Option<Vec<Slot>> {
    let mut slots = Vec::new();
    for (scheme, scopes) in requirement.schemes() {
        let found = openapi.security_scheme(scheme)?;
        if found != SecurityScheme::MutualTls {
            let placement = placement(&found, scopes, base)?;
            slots.push(Slot { source: source.to_owned(), scheme: (*scheme).to_owned(), placement });
        }
    }
    (!slots.is_empty()).then_some(slots)
}

/// Two slots for the same place of a request.
fn clash(slots: &[Slot]) -> Option<[&Slot; 2]> {
    let mut known: Vec<(String, &Slot)> = Vec::new();
    for slot in slots {
        let place = slot.placement.place();
        if let Some((_, first)) = known.iter().find(|(other, _)| *other == place) {
            return Some([first, slot]);
        }
        known.push((place, slot));
    }
    None
}

fn placement(scheme: &SecurityScheme<'_>, scopes: &[&str], base: Option<&Url>) -> Option<Placement> {
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
        SecurityScheme::OAuth2 { flows } => {
            let grant = match (&flows.client_credentials, &flows.password) {
                (Some(flow), _) => token_grant(TokenFlow::ClientCredentials, flow, scopes, base),
                (None, Some(flow)) => token_grant(TokenFlow::Password, flow, scopes, base),
                // Of the other flows, and of a provider's, the user already has the token.
                (None, None) => return Some(Placement::Bearer),
            };
            Some(Placement::Token(Box::new(grant)))
        }
        SecurityScheme::OpenIdConnect { .. } => Some(Placement::Bearer),
        SecurityScheme::MutualTls | SecurityScheme::Unknown => None,
    }
}

fn token_grant(kind: TokenFlow, flow: &OAuthFlow<'_>, scopes: &[&str], base: Option<&Url>) -> TokenGrant {
    let absolute = |url: &str| match base.and_then(|base| base.join(url).ok()) {
        Some(absolute) => absolute.into(),
        None => url.to_owned(),
    };
    TokenGrant {
        flow: kind,
        token_url: absolute(flow.token_url),
        refresh_url: flow.refresh_url.map(absolute),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

fn given_by_step(placement: &Placement, parameters: &[&ParameterPlan]) -> bool {
    parameters.iter().any(|parameter| match placement {
        Placement::Query(name) => parameter.location == Location::Query && parameter.name == *name,
        Placement::Cookie(name) => parameter.location == Location::Cookie && parameter.name == *name,
        Placement::Header(_) | Placement::Basic | Placement::Bearer | Placement::Token(_) => {
            parameter.location == Location::Header
                && placement.header().is_some_and(|name| parameter.name.eq_ignore_ascii_case(name))
        }
    })
}

fn given_by_header(placement: &Placement, headers: &[String]) -> bool {
    let given = |wanted: &str| headers.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    placement.header().is_some_and(given)
}

impl Placement {
    /// The place that it fills, in words.
    fn place(&self) -> String {
        match self {
            Self::Query(name) => format!("the query parameter `{name}`"),
            Self::Cookie(name) => format!("the cookie `{name}`"),
            Self::Basic | Self::Bearer | Self::Token(_) => "the header field `authorization`".to_owned(),
            Self::Header(name) => format!("the header field `{}`", name.to_lowercase()),
        }
    }

    /// What a value for it looks like.
    pub(crate) fn example(&self) -> &'static str {
        match self {
            Self::Basic => "USER:PASSWORD",
            Self::Bearer => "TOKEN",
            Self::Token(grant) => match grant.flow {
                TokenFlow::ClientCredentials => "ID:SECRET",
                TokenFlow::Password => "USER:PASSWORD",
            },
            Self::Header(_) | Self::Query(_) | Self::Cookie(_) => "KEY",
        }
    }
}
