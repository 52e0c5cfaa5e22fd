//! What the value of a credential means for an `oauth2` scheme, of which tokens can be fetched.
//!
//! | value | what it is |
//! |---|---|
//! | `id:secret` | a client, where the scheme has the flow `clientCredentials` |
//! | `user:password` | a user, where the only such flow is `password` |
//! | `client:ID:SECRET:USER:PASSWORD` | a user and the client that asks for him; its secret may be empty |
//! | `bearer:TOKEN`, and whatever has no `:` | a token, which is sent as it is |

use std::fmt;

use arazzo_engine::TokenFlow;

use crate::credentials::{basic, form_encoded};

/// The value of a credential, read for a flow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenCredential<'v> {
    /// A token that is there already.
    Token(&'v str),
    /// A client that acts for itself.
    Client(Client<'v>),
    /// A user, with the client that knows his password if the endpoint wants one.
    User { name: &'v str, password: &'v str, client: Option<Client<'v>> },
}

/// What a client is known by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client<'v> {
    pub(crate) id: &'v str,
    pub(crate) secret: &'v str,
}

impl<'v> TokenCredential<'v> {
    pub(crate) fn read(value: &'v str, flow: TokenFlow) -> Self {
        if let Some(token) = value.strip_prefix("bearer:") {
            return Self::Token(token);
        }
        let Some((first, second)) = value.split_once(':') else { return Self::Token(value) };
        match flow {
            TokenFlow::ClientCredentials => Self::Client(Client { id: first, secret: second }),
            TokenFlow::Password => {
                user_of_client(value).unwrap_or(Self::User { name: first, password: second, client: None })
            }
        }
    }

    /// The client, if there is one.
    pub(crate) fn client(&self) -> Option<Client<'v>> {
        match self {
            Self::Token(_) => None,
            Self::Client(client) => Some(*client),
            Self::User { client, .. } => *client,
        }
    }

    /// Everything of it that an endpoint might repeat and nobody is to read, in the forms in which it is sent.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        match self {
            Self::Token(token) => parts.push((*token).to_owned()),
            Self::Client(_) => {}
            Self::User { name, password, .. } => parts.extend([(*name).to_owned(), (*password).to_owned()]),
        }
        if let Some(client) = self.client() {
            parts.extend([client.id.to_owned(), client.secret.to_owned(), client.basic()]);
        }
        let encoded: Vec<String> = parts.iter().map(|part| form_encoded(part)).collect();
        parts.extend(encoded);
        parts
    }
}

impl Client<'_> {
    /// As [Basic authentication](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1) sends it: both are encoded as in
    /// a form first.
    pub(crate) fn basic(&self) -> String {
        basic(&format!("{}:{}", form_encoded(self.id), form_encoded(self.secret)))
    }
}

impl fmt::Debug for TokenCredential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::Client(_) => "Client(…)",
            Self::User { .. } => "User(…)",
        })
    }
}

/// `client:ID:SECRET:USER:PASSWORD`. Only the password may hold further colons.
fn user_of_client(value: &str) -> Option<TokenCredential<'_>> {
    let mut parts = value.strip_prefix("client:")?.splitn(4, ':');
    let client = Client { id: parts.next()?, secret: parts.next()? };
    Some(TokenCredential::User { name: parts.next()?, password: parts.next()?, client: Some(client) })
}

/// The forms of a credential's value that matter only where tokens are fetched with it.
pub(crate) fn secret_forms(value: &str) -> Vec<String> {
    let mut forms = Vec::new();
    if let TokenCredential::Client(client) = TokenCredential::read(value, TokenFlow::ClientCredentials) {
        forms.extend([client.basic(), form_encoded(client.secret)]);
    }
    if let Some(TokenCredential::User { password, client: Some(client), .. }) = user_of_client(value) {
        forms.extend([client.secret, password].map(str::to_owned));
        forms.extend([form_encoded(client.secret), form_encoded(password), client.basic()]);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client<'v>(id: &'v str, secret: &'v str) -> Client<'v> {
        Client { id, secret }
    }

    #[test]
    fn a_value_is_read_for_the_flow() {
        let of_client = |value| TokenCredential::read(value, TokenFlow::ClientCredentials);
        assert!(of_client("id:se:cret") == TokenCredential::Client(client("id", "se:cret")));
        assert!(of_client("t0ken") == TokenCredential::Token("t0ken"));
        assert!(of_client("bearer:a:b") == TokenCredential::Token("a:b"));

        let of_user = |value| TokenCredential::read(value, TokenFlow::Password);
        let user = |name, password, client| TokenCredential::User { name, password, client };
        assert!(of_user("robin:pass:word") == user("robin", "pass:word", None));
        assert!(of_user("client:app:key:robin:p:w") == user("robin", "p:w", Some(client("app", "key"))));
        assert!(of_user("client:app::robin:pw") == user("robin", "pw", Some(client("app", ""))));
        assert!(of_user("client:password") == user("client", "password", None));
        assert!(of_user("t0ken") == TokenCredential::Token("t0ken"));
    }

    #[test]
    fn a_client_is_encoded_as_in_a_form_before_it_is_encoded_for_the_header() {
        // `a%3Ab%2Fc:x+y%2B` in Base64.
        assert_eq!(client("a:b/c", "x y+").basic(), "YSUzQWIlMkZjOngreSUyQg==");
    }

    #[test]
    fn the_parts_of_a_value_are_secret_each() {
        let forms = secret_forms("client:app:key/1:robin:pass word");
        for form in ["key/1", "key%2F1", "pass word", "pass+word", "YXBwOmtleSUyRjE="] {
            assert!(forms.iter().any(|found| found == form), "{form} is not in {forms:?}");
        }
        assert_eq!(secret_forms("t0ken"), Vec::<String>::new());
    }

    #[test]
    fn debug_shows_no_value() {
        for value in ["id:hunter2", "hunter2"] {
            let text = format!("{:?}", TokenCredential::read(value, TokenFlow::Password));
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
