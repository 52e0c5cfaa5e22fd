//! Asking a token endpoint.
//!
//! See [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749): a client authenticates by
//! [section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1), the grants are those of
//! [4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3), [4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
//! and [6](https://www.rfc-editor.org/rfc/rfc6749#section-6). An endpoint is on this machine or reached by `https`, and
//! no redirect of it is followed, because a secret goes there.

use std::time::Duration;

use arazzo_engine::{MASK, Response, Slot, TokenGrant, TransportError, TransportErrorCode};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value};
use url::{Host, Url, form_urlencoded};

use super::HttpTransport;
use crate::network;
use crate::token_credential::TokenCredential;

/// An endpoint's answer may have so many bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// A token may have so many bytes. It goes into a header field.
const MAX_TOKEN: usize = 64 * 1024;

/// So many characters of what an endpoint says are repeated.
const MAX_SAID: usize = 200;

/// What is needed to ask an endpoint for tokens.
pub(super) struct TokenRequest<'a> {
    transport: &'a HttpTransport,
    slot: &'a Slot,
    grant: &'a TokenGrant,
    credential: TokenCredential<'a>,
    /// Whether the client goes into the body. It does after the endpoint has refused Basic authentication.
    pub(super) client_in_body: bool,
}

/// A token as it came.
pub(super) struct Fetched {
    pub(super) token: String,
    pub(super) refresh: Option<String>,
    /// How long it is good for, if the endpoint says.
    pub(super) lifetime: Option<Duration>,
}

type Form<'f> = Vec<(&'f str, &'f str)>;

impl<'a> TokenRequest<'a> {
    pub(super) fn new(
        transport: &'a HttpTransport,
        slot: &'a Slot,
        grant: &'a TokenGrant,
        credential: TokenCredential<'a>,
        client_in_body: bool,
    ) -> Self {
        Self { transport, slot, grant, credential, client_in_body }
    }

    /// Asks for a token: with the refresh token if there is one and the endpoint takes it, else with the credential.
    pub(super) async fn fetch(&mut self, refresh: Option<String>) -> Result<Fetched, TransportError> {
        let grant = self.grant;
        let scope = grant.scopes.join(" ");
        if let Some(refresh) = refresh {
            let url = grant.refresh_url.as_deref().unwrap_or(&grant.token_url);
            let form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
            // One that is not taken is no failure yet: the credential is still there.
            if let Ok(mut fetched) = self.ask(url, form).await {
                fetched.refresh.get_or_insert(refresh);
                return Ok(fetched);
            }
        }
        let mut form = match self.credential {
            TokenCredential::User { name, password, .. } => {
                vec![("grant_type", "password"), ("username", name), ("password", password)]
            }
            TokenCredential::Token(_) | TokenCredential::Client(_) => {
                vec![("grant_type", "client_credentials")]
            }
        };
        if !scope.is_empty() {
            form.push(("scope", &scope));
        }
        self.ask(&grant.token_url, form).await
    }

    /// Asks the endpoint at `url`. What it says is told without the credential.
    async fn ask(&mut self, url: &str, form: Form<'_>) -> Result<Fetched, TransportError> {
        let url = self.endpoint(url)?;
        let target = network::target(&url);
        let mut response = self.post(&url, &form).await?;
        let client = self.credential.client().filter(|client| !client.secret.is_empty());
        if client.is_some() && !self.client_in_body && refuses_client(&response) {
            self.client_in_body = true;
            response = self.post(&url, &form).await?;
        }
        let mut hidden = self.credential.parts();
        // Of two that begin alike the longer one first, so that no rest of it stays.
        hidden.sort_by_key(|part| std::cmp::Reverse(part.len()));
        read(&response).map_err(|refused| self.failed(&format!("`{target}` {}", refused.fact(&hidden))))
    }

    async fn post(&self, url: &Url, form: &Form<'_>) -> Result<Response, TransportError> {
        let request = self.write(url, form)?;
        self.transport.perform(request, MAX_ANSWER).await.map_err(|error| self.unanswered(url, error))
    }

    fn write(&self, url: &Url, form: &Form<'_>) -> Result<reqwest::Request, TransportError> {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let mut headers = HeaderMap::with_capacity(3);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(client) = self.credential.client() {
            // A client without a secret only says who it is.
            if self.client_in_body || client.secret.is_empty() {
                body.append_pair("client_id", client.id);
                if !client.secret.is_empty() {
                    body.append_pair("client_secret", client.secret);
                }
            } else {
                let mut value = HeaderValue::try_from(format!("Basic {}", client.basic()))
                    .map_err(|_| self.failed("the client cannot be written in a header field"))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        let mut request = reqwest::Request::new(reqwest::Method::POST, url.clone());
        *request.headers_mut() = headers;
        *request.body_mut() = Some(body.finish().into());
        Ok(request)
    }

    /// Where a credential may go: by `https`, or to this machine.
    fn endpoint(&self, text: &str) -> Result<Url, TransportError> {
        let url =
            Url::parse(text).map_err(|_| self.failed("the URL of its token endpoint is not absolute"))?;
        let target = network::target(&url);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.failed(&format!("the URL of its token endpoint `{target}` holds a user name")));
        }
        if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
            return Ok(url);
        }
        Err(self.failed(&format!(
            "its token endpoint `{target}` is not reached by `https`, so the credential is not sent there"
        )))
    }

    /// No answer came. What ends a run, as a host that must not be called, still does.
    fn unanswered(&self, url: &Url, error: TransportError) -> TransportError {
        if error.code == TransportErrorCode::HostRefused {
            return error;
        }
        if error.code == TransportErrorCode::BodyTooLarge {
            let target = network::target(url);
            return self.failed(&format!("the answer of `{target}` is larger than {MAX_ANSWER} bytes"));
        }
        self.failed(&error.message)
    }

    fn failed(&self, fact: &str) -> TransportError {
        network::error(TransportErrorCode::CredentialFailed, format!("{}: {fact}", no_token(self.slot)))
    }
}

/// How messages about tokens begin.
pub(super) fn no_token(slot: &Slot) -> String {
    format!("no token for the security scheme `{}` of `{}`", slot.scheme, slot.source)
}

/// Why an answer holds no token.
enum Refused {
    /// It says so.
    Error { status: u16, code: Option<String>, description: Option<String> },
    /// It is none that the specification has.
    Malformed(&'static str),
    /// The token is for another use.
    OtherType(String),
}

impl Refused {
    /// What the endpoint did, without `hidden`.
    fn fact(&self, hidden: &[String]) -> String {
        match self {
            Self::Malformed(fact) => format!("answered with {fact}"),
            Self::OtherType(kind) => {
                format!("gave one of the type `{}`, and only `bearer` can be sent", said(kind, hidden))
            }
            Self::Error { status, code, description } => {
                let code = code.as_ref().map(|code| format!(" with the error `{}`", said(code, hidden)));
                let description = description.as_ref().map(|text| format!(": {}", said(text, hidden)));
                format!("answered {status}{}{}", code.unwrap_or_default(), description.unwrap_or_default())
            }
        }
    }
}

fn read(response: &Response) -> Result<Fetched, Refused> {
    let answer = members(response);
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    if !(200..300).contains(&response.status) {
        let (code, description) = (text("error"), text("error_description"));
        return Err(Refused::Error { status: response.status, code, description });
    }
    let token = text("access_token").filter(|token| !token.is_empty());
    let token = token.ok_or(Refused::Malformed("no `access_token`"))?;
    if token.len() > MAX_TOKEN {
        return Err(Refused::Malformed("an `access_token` that is too long"));
    }
    match text("token_type") {
        Some(kind) if !kind.eq_ignore_ascii_case("bearer") => Err(Refused::OtherType(kind)),
        Some(_) | None => Ok(Fetched {
            token,
            refresh: text("refresh_token").filter(|refresh| !refresh.is_empty()),
            lifetime: answer.get("expires_in").and_then(seconds),
        }),
    }
}

/// The members of a JSON object; none of anything else.
fn members(response: &Response) -> Map<String, Value> {
    serde_json::from_slice(&response.body).unwrap_or_default()
}

/// Some servers write the number as text.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Whether the endpoint does not know the client, which may be because it does not read Basic authentication.
fn refuses_client(response: &Response) -> bool {
    matches!(response.status, 400 | 401)
        && members(response).get("error").and_then(Value::as_str) == Some("invalid_client")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What an endpoint says, fit to be shown: without `hidden`, in one line, and not without end.
fn said(text: &str, hidden: &[String]) -> String {
    let mut shown = text.to_owned();
    for part in hidden.iter().filter(|part| !part.is_empty()) {
        shown = shown.replace(part.as_str(), MASK);
    }
    let mut short = String::new();
    for (index, c) in shown.chars().enumerate() {
        if index == MAX_SAID {
            short.push('…');
            break;
        }
        if c.is_control() { short.extend(c.escape_default()) } else { short.push(c) }
    }
    short
}
