//! What is sent and what comes back: requests, responses and transport errors as plain data.
//!
//! The engine never opens a socket. It describes a request completely but for credentials, which it names as
//! [`Slot`]s for the driver to fill, and it is handed a [`Response`] or a [`TransportError`] in return.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::body::Body;

/// A request as the machine wants it sent. It can be written down for whoever sends it: no credential that a driver fills in
/// is in it, but secret inputs are, and what the steps themselves give as credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The HTTP method in upper case.
    pub method: String,
    /// The absolute URL, with path and query parameters in it.
    pub url: String,
    /// Header fields in the order in which they are sent. Names are spelled as the description spells them.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when there is none.
    pub body: Option<Body>,
    /// The credentials that the operation's security asks for. The driver fills them in.
    pub slots: Vec<Slot>,
}

impl Request {
    /// The first value of the header field `name`, which is compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// A credential that has to be added to a request before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The name of the source description whose OpenAPI description declares the scheme.
    pub source: String,
    /// The name of the security scheme.
    pub scheme: String,
    /// Where the credential goes.
    pub placement: Placement,
}

/// Where a credential goes in a request.
///
/// See the [Security Scheme Object](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Placement {
    /// The value of this header field.
    Header(String),
    /// The value of this query parameter.
    Query(String),
    /// The value of this cookie.
    Cookie(String),
    /// `Authorization: Basic …` made from `user:password`.
    Basic,
    /// `Authorization: Bearer …` with a token that is given.
    Bearer,
    /// `Authorization: Bearer …` with a token that the driver asks an endpoint for, unless one is given.
    Token(Box<TokenGrant>),
}

impl Placement {
    /// The header field that it fills. One that is there already stays as it is.
    pub fn header(&self) -> Option<&str> {
        match self {
            Self::Header(name) => Some(name),
            Self::Basic | Self::Bearer | Self::Token(_) => Some("Authorization"),
            Self::Query(_) | Self::Cookie(_) => None,
        }
    }

    /// How the token that goes there is had.
    pub(crate) fn grant(&self) -> Option<&TokenGrant> {
        match self {
            Self::Token(grant) => Some(grant),
            Self::Header(_) | Self::Query(_) | Self::Cookie(_) | Self::Basic | Self::Bearer => None,
        }
    }
}

/// How a token is had.
///
/// See the [OAuth Flow Object](https://spec.openapis.org/oas/v3.1.1.html#oauth-flow-object).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenGrant {
    /// What the credential is that a token is given for.
    pub flow: TokenFlow,
    /// The absolute URL that tokens are asked of. As it is written if it is relative and there is no server.
    pub token_url: String,
    /// The URL that a further token is asked of with a refresh token; `None` if it is the same.
    pub refresh_url: Option<String>,
    /// The scopes that the operation wants.
    pub scopes: Vec<String>,
}

impl TokenGrant {
    /// One without scopes and with one URL for all.
    pub fn new(flow: TokenFlow, token_url: impl Into<String>) -> Self {
        Self { flow, token_url: token_url.into(), refresh_url: None, scopes: Vec::new() }
    }
}

/// The flows by which a token is had without anybody at a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TokenFlow {
    /// The id and the secret of a client.
    ClientCredentials,
    /// The name and the password of a user.
    Password,
}

/// A response as it came from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header fields in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes, after content decoding.
    #[serde(with = "bytes")]
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of the header field `name`, which is compared without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Why no response came, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// The kind of failure.
    pub code: TransportErrorCode,
    /// What happened, as a lowercase fragment.
    pub message: String,
}

/// The kinds of failure that a transport tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TransportErrorCode {
    /// The server's name has no address, or nothing listens there.
    ConnectionFailed,
    /// The connection broke before the response was whole.
    ConnectionLost,
    /// Nothing came within the time allowed.
    Timeout,
    /// No safe connection could be made: a certificate or the protocol was refused.
    TlsFailed,
    /// What came is no HTTP response, or the request cannot be written as HTTP.
    InvalidMessage,
    /// The body is larger than is allowed. The run ends: the request may have had its effect.
    BodyTooLarge,
    /// The policy of the run forbids this host. The run ends.
    HostRefused,
    /// The response is a redirect that leads nowhere, or one of too many.
    RedirectFailed,
    /// A credential could not be had.
    CredentialFailed,
    /// A file that the body needs could not be read. Nothing was sent.
    FileUnreadable,
}

impl TransportErrorCode {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectionFailed => "connection-failed",
            Self::ConnectionLost => "connection-lost",
            Self::Timeout => "timeout",
            Self::TlsFailed => "tls-failed",
            Self::InvalidMessage => "invalid-message",
            Self::BodyTooLarge => "body-too-large",
            Self::HostRefused => "host-refused",
            Self::RedirectFailed => "redirect-failed",
            Self::CredentialFailed => "credential-failed",
            Self::FileUnreadable => "file-unreadable",
        }
    }

    /// Whether the run cannot be carried on, so that `onFailure` is not asked.
    pub(crate) fn ends_the_run(self) -> bool {
        match self {
            Self::BodyTooLarge | Self::HostRefused => true,
            Self::ConnectionFailed
            | Self::ConnectionLost
            | Self::Timeout
            | Self::TlsFailed
            | Self::InvalidMessage
            | Self::RedirectFailed
            | Self::CredentialFailed
            | Self::FileUnreadable => false,
        }
    }
}

impl fmt::Display for TransportErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Bodies are text where they are text, so that a journal can be read, and numbers where not.
pub(crate) mod bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    enum Bytes {
        #[serde(rename = "text")]
        Text(String),
        #[serde(rename = "bytes")]
        Raw(Vec<u8>),
    }

    pub(crate) fn serialize<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(body) {
            Ok(text) => Bytes::Text(text.to_owned()),
            Err(_) => Bytes::Raw(body.to_owned()),
        }
        .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(match Bytes::deserialize(deserializer)? {
            Bytes::Text(text) => text.into_bytes(),
            Bytes::Raw(raw) => raw,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_survives_being_written_down() {
        for body in [b"{\"a\":1}".to_vec(), vec![0xff, 0x00, 0x80], Vec::new()] {
            let response = Response { status: 200, headers: vec![("X-A".into(), "1".into())], body };
            let text = serde_json::to_string(&response).unwrap();
            assert_eq!(serde_json::from_str::<Response>(&text).unwrap(), response);
        }
    }

    #[test]
    fn a_request_survives_being_written_down() {
        let mut body = Body::default();
        body.push("{}");
        body.push_file("photo.png");
        let placement = Placement::Token(Box::new(TokenGrant::new(TokenFlow::Password, "https://t.test/")));
        let slots = vec![Slot { source: "api".into(), scheme: "key".into(), placement }];
        let headers = vec![("X-A".into(), "1".into())];
        let (method, url) = ("POST".into(), "https://h.test/".into());
        let request = Request { method, url, headers, body: Some(body), slots };
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
    }

    #[test]
    fn header_names_ignore_case() {
        let response =
            Response { status: 200, headers: vec![("Retry-After".into(), "3".into())], body: vec![] };
        assert_eq!(response.header("retry-after"), Some("3"));
        assert_eq!(response.header("retry"), None);
    }
}
