//! Which credentials an operation wants.
//!
//! See the [Security Requirement Object](https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object) and
//! the [Security Scheme Object](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object).

use super::oauth_flow::OAuthFlows;
use crate::node::Node;

/// One alternative of credentials: all of its schemes are wanted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRequirement<'a> {
    schemes: Vec<(&'a str, Vec<&'a str>)>,
}

impl<'a> SecurityRequirement<'a> {
    /// The names of the schemes with the scopes or roles that are wanted of each. Without any, no credentials are
    /// needed.
    pub fn schemes(&self) -> &[(&'a str, Vec<&'a str>)] {
        &self.schemes
    }
}

/// The alternatives in the field `security` of `node`, if it has that.
pub(super) fn requirements(node: &Node) -> Option<Vec<SecurityRequirement<'_>>> {
    let alternatives = node.get("security")?.as_array()?;
    let requirement = |node| {
        let schemes = Node::as_object(node)?.iter().map(|member| {
            let scopes = member.value.as_array().unwrap_or_default();
            (member.key.as_str(), scopes.iter().filter_map(Node::as_str).collect())
        });
        Some(SecurityRequirement { schemes: schemes.collect() })
    };
    Some(alternatives.iter().filter_map(requirement).collect())
}

/// How a credential is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityScheme<'a> {
    /// `apiKey`: a value of its own.
    ApiKey {
        /// The name of the header, query parameter or cookie.
        name: &'a str,
        /// Where it goes.
        location: SecurityLocation,
    },
    /// `http`: the `Authorization` header.
    Http {
        /// The authentication scheme in lower case: `basic`, `bearer` or another.
        scheme: String,
    },
    /// `oauth2`: a token from one of several flows.
    OAuth2 {
        /// Those of its flows that need nobody at a browser.
        flows: OAuthFlows<'a>,
    },
    /// `openIdConnect`: a token from a provider.
    OpenIdConnect {
        /// Where the provider describes itself.
        url: Option<&'a str>,
    },
    /// `mutualTLS`: a client certificate.
    MutualTls,
    /// A type that the specification does not have, or one with something missing.
    Unknown,
}

/// Where an API key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityLocation {
    /// A header.
    Header,
    /// The query string.
    Query,
    /// The `Cookie` header.
    Cookie,
}

impl<'a> SecurityScheme<'a> {
    /// The scheme of OpenAPI 2.0, whose one flow is given as `flows`.
    ///
    /// See its [Security Scheme Object](https://spec.openapis.org/oas/v2.0.html#security-scheme-object).
    pub(super) fn of_2_0(node: &'a Node, flows: Option<&'a Node>) -> Self {
        match node.get("type").and_then(Node::as_str) {
            Some("basic") => Self::Http { scheme: "basic".to_owned() },
            Some("oauth2") => Self::OAuth2 { flows: OAuthFlows::of(flows) },
            Some(_) | None => Self::of(node),
        }
    }

    pub(super) fn of(node: &'a Node) -> Self {
        let text = |name: &str| node.get(name).and_then(Node::as_str);
        match text("type") {
            Some("apiKey") => {
                let location = match text("in") {
                    Some("header") => SecurityLocation::Header,
                    Some("query") => SecurityLocation::Query,
                    Some("cookie") => SecurityLocation::Cookie,
                    Some(_) | None => return Self::Unknown,
                };
                text("name").map_or(Self::Unknown, |name| Self::ApiKey { name, location })
            }
            Some("http") => text("scheme")
                .map_or(Self::Unknown, |scheme| Self::Http { scheme: scheme.to_ascii_lowercase() }),
            Some("oauth2") => Self::OAuth2 { flows: OAuthFlows::of(node.get("flows")) },
            Some("openIdConnect") => Self::OpenIdConnect { url: text("openIdConnectUrl") },
            Some("mutualTLS") => Self::MutualTls,
            Some(_) | None => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;

    #[test]
    fn a_scheme_says_where_its_credential_goes() {
        let api = openapi(
            "
openapi: 3.1.0
components:
  securitySchemes:
    key: {type: apiKey, name: X-Key, in: header}
    bearer: {$ref: '#/components/securitySchemes/token'}
    token: {type: http, scheme: Bearer}
    oauth: {type: oauth2, flows: {}}
    oidc: {type: openIdConnect, openIdConnectUrl: https://x.test}
    tls: {type: mutualTLS}
    odd: {type: apiKey, name: X-Key, in: body}
    list: []
",
        );
        let scheme = |name| api.security_scheme(name);
        let key = SecurityScheme::ApiKey { name: "X-Key", location: SecurityLocation::Header };
        assert_eq!(scheme("key"), Some(key));
        assert_eq!(scheme("bearer"), Some(SecurityScheme::Http { scheme: "bearer".to_owned() }));
        assert_eq!(scheme("oauth"), Some(SecurityScheme::OAuth2 { flows: OAuthFlows::default() }));
        assert_eq!(scheme("oidc"), Some(SecurityScheme::OpenIdConnect { url: Some("https://x.test") }));
        assert_eq!(scheme("tls"), Some(SecurityScheme::MutualTls));
        assert_eq!(scheme("odd"), Some(SecurityScheme::Unknown));
        assert_eq!(scheme("list"), Some(SecurityScheme::Unknown));
        assert_eq!(scheme("none"), None);
    }
}
