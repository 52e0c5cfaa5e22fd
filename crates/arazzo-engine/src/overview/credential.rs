//! A credential that operations ask for.
//!
//! See the [Security Scheme Object](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::exchange::{Placement, Slot, TokenFlow};
use crate::plan::OperationCall;

/// A credential that operations ask for: the first alternative of each that a value can fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialOverview {
    /// The source whose operations ask for it.
    pub source: String,
    /// The name of the security scheme.
    pub scheme: String,
    /// What it is and where it goes, in words.
    pub kind: String,
    /// What `--auth` takes, with a placeholder for the value: `api.basic=USER:PASSWORD`.
    pub auth: String,
    /// The environment variable that the command reads it from.
    pub variable: String,
    /// The scopes that are wanted of a token, in alphabetical order.
    pub scopes: Vec<String>,
    /// Whether all these operations let callers be anonymous, too.
    pub optional: bool,
}

/// The environment variable for the credential of a security scheme: of one source, or of every source that has it.
pub fn auth_variable(source: Option<&str>, scheme: &str) -> String {
    let part = |name: &str| {
        let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_uppercase() } else { '_' };
        name.chars().map(plain).collect::<String>()
    };
    let source = source.map(|source| format!("{}_", part(source))).unwrap_or_default();
    format!("ARAZZO_AUTH_{source}{}", part(scheme))
}

/// The credentials that these calls ask for, each once, in the order of their names.
pub(super) fn list(calls: &[&OperationCall]) -> Vec<CredentialOverview> {
    let mut found: BTreeMap<(&str, &str), CredentialOverview> = BTreeMap::new();
    for call in calls {
        let operation = call.operation();
        let security = operation.view().security();
        let optional = security.iter().any(|requirement| requirement.schemes().is_empty());
        for slot in &operation.slots {
            let known = found
                .entry((&slot.source, &slot.scheme))
                .or_insert_with(|| CredentialOverview { optional: true, ..of(slot) });
            known.optional &= optional;
            let scopes = slot.placement.grant().map(|grant| grant.scopes.as_slice()).unwrap_or_default();
            known.scopes.extend(scopes.iter().cloned());
        }
    }
    let mut list: Vec<CredentialOverview> = found.into_values().collect();
    for credential in &mut list {
        credential.scopes.sort();
        credential.scopes.dedup();
    }
    list
}

fn of(slot: &Slot) -> CredentialOverview {
    let kind = match &slot.placement {
        Placement::Header(name) => format!("API key in the header `{name}`"),
        Placement::Query(name) => format!("API key in the query parameter `{name}`"),
        Placement::Cookie(name) => format!("API key in the cookie `{name}`"),
        Placement::Basic => "user and password (basic)".to_owned(),
        Placement::Bearer => "token (bearer)".to_owned(),
        Placement::Token(grant) => {
            let what = match grant.flow {
                TokenFlow::ClientCredentials => "id and secret of a client",
                TokenFlow::Password => "user and password",
            };
            format!("{what}, for a token from `{}` (OAuth2)", super::without_secrets(&grant.token_url))
        }
    };
    CredentialOverview {
        source: slot.source.clone(),
        scheme: slot.scheme.clone(),
        kind,
        auth: format!("{}.{}={}", slot.source, slot.scheme, slot.placement.example()),
        variable: auth_variable(Some(&slot.source), &slot.scheme),
        scopes: Vec::new(),
        optional: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_of_a_credential_has_the_names_in_upper_case() {
        assert_eq!(auth_variable(Some("events-api"), "Api.Key1"), "ARAZZO_AUTH_EVENTS_API_API_KEY1");
        assert_eq!(auth_variable(None, "basic auth"), "ARAZZO_AUTH_BASIC_AUTH");
    }
}
