//! Following a redirect, as [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-15.4) describes it.

use arazzo_engine::{TransportError, TransportErrorCode};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION};
use reqwest::{Method, Request, Response, StatusCode};
use url::Url;

use super::failure;

/// Whether the response says that the request should go elsewhere.
pub(super) fn is_one(response: &Response) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The request that follows `sent`, or `None` if the response names no place for it.
///
/// To another origin go no header fields that are marked as sensitive. After 303 the method is `GET`, after 301 and 302
/// it is if it was `POST`, and then there is no body.
pub(super) fn next(response: &Response, mut sent: Request) -> Result<Option<Request>, TransportError> {
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    let from = sent.url().clone();
    let to = std::str::from_utf8(location.as_bytes()).ok().and_then(|text| from.join(text).ok());
    let Some(mut to) = to.filter(|to| matches!(to.scheme(), "http" | "https") && to.has_host()) else {
        return Err(nowhere(&from, "no `http` or `https` URL"));
    };
    if !to.username().is_empty() || to.password().is_some() {
        return Err(nowhere(&from, "a URL with a user name in it"));
    }
    to.set_fragment(None);
    if becomes_get(response.status(), sent.method()) {
        *sent.method_mut() = Method::GET;
        *sent.body_mut() = None;
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            sent.headers_mut().remove(name);
        }
    }
    if to.origin() != from.origin() {
        let headers = sent.headers_mut();
        let sensitive: Vec<HeaderName> =
            headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.clone()).collect();
        for name in sensitive {
            headers.remove(name);
        }
    }
    *sent.url_mut() = to;
    Ok(Some(sent))
}

/// The error for a request that is sent on and on.
pub(super) fn too_many(url: &Url, limit: usize) -> TransportError {
    let target = failure::target(url);
    let message =
        format!("`{target}` redirects once more after {limit} redirects (`--follow-redirects={limit}`)");
    failure::error(TransportErrorCode::RedirectFailed, message)
}

fn nowhere(from: &Url, fact: &str) -> TransportError {
    let message = format!("the redirect of `{}` leads to {fact}", failure::target(from));
    failure::error(TransportErrorCode::RedirectFailed, message)
}

fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        303 => *method != Method::HEAD,
        301 | 302 => *method == Method::POST,
        _ => false,
    }
}
