//! The OAuth flows by which a token can be had without anybody at a browser.
//!
//! See the [OAuth Flows Object](https://spec.openapis.org/oas/v3.1.1.html#oauth-flows-object). The other flows end at
//! a page where somebody signs in; a token of theirs is given, not fetched.

use crate::node::Node;

/// The flows of an `oauth2` scheme that can be followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthFlows<'a> {
    /// `clientCredentials`, in OpenAPI 2.0 `application`: a client that acts for itself.
    pub client_credentials: Option<OAuthFlow<'a>>,
    /// `password`: a user whose password the client knows.
    pub password: Option<OAuthFlow<'a>>,
}

/// Where the tokens of a flow come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthFlow<'a> {
    /// The URL that tokens are asked of, as it is written. It may be relative to the URL of the API's server.
    pub token_url: &'a str,
    /// The URL that a further token is asked of with a refresh token, if that is another.
    pub refresh_url: Option<&'a str>,
    /// The scopes that there are.
    pub scopes: Vec<&'a str>,
}

impl<'a> OAuthFlows<'a> {
    /// The flows in `node`, as OpenAPI 3 writes them.
    pub(super) fn of(node: Option<&'a Node>) -> Self {
        let flow = |name: &str| OAuthFlow::of(node?.get(name)?);
        Self { client_credentials: flow("clientCredentials"), password: flow("password") }
    }
}

impl<'a> OAuthFlow<'a> {
    /// One without a URL leads to no token, so it is none.
    fn of(node: &'a Node) -> Option<Self> {
        let url = |name: &str| node.get(name).and_then(Node::as_str).filter(|url| !url.is_empty());
        let scopes = node.get("scopes").and_then(Node::as_object).unwrap_or_default();
        Some(Self {
            token_url: url("tokenUrl")?,
            refresh_url: url("refreshUrl"),
            scopes: scopes.iter().map(|member| member.key.as_str()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SecurityScheme, openapi};

    const THREE: &str = "
openapi: 3.0.0
components:
  securitySchemes:
    both:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: /token, refreshUrl: /refresh, scopes: {read: Reads., write: Writes.}}
        password: {tokenUrl: https://login.test/token, scopes: {}}
    browser: {type: oauth2, flows: {implicit: {authorizationUrl: /a, scopes: {}}, clientCredentials: {scopes: {}}}}
";

    const TWO: &str = "
swagger: '2.0'
securityDefinitions:
  client: {type: oauth2, flow: application, tokenUrl: https://login.test/token, scopes: {read: Reads.}}
  user: {type: oauth2, flow: password, tokenUrl: https://login.test/token}
  browser: {type: oauth2, flow: accessCode, tokenUrl: https://login.test/token, authorizationUrl: /a}
";

    #[test]
    fn a_flow_says_where_its_tokens_come_from() {
        let api = openapi(THREE);
        let Some(SecurityScheme::OAuth2 { flows }) = api.security_scheme("both") else { panic!() };
        let client = flows.client_credentials.unwrap();
        assert_eq!((client.token_url, client.refresh_url), ("/token", Some("/refresh")));
        assert_eq!(client.scopes, ["read", "write"]);
        let user = flows.password.unwrap();
        assert_eq!((user.token_url, user.refresh_url), ("https://login.test/token", None));
        let Some(SecurityScheme::OAuth2 { flows }) = api.security_scheme("browser") else { panic!() };
        assert_eq!((flows.client_credentials, flows.password), (None, None));
    }

    #[test]
    fn the_flows_of_openapi_2_0_have_the_names_of_later_versions() {
        let api = openapi(TWO);
        let is = |name| match api.security_scheme(name) {
            Some(SecurityScheme::OAuth2 { flows }) => {
                (flows.client_credentials.is_some(), flows.password.is_some())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!([is("client"), is("user"), is("browser")], [(true, false), (false, true), (false, false)]);
    }
}
