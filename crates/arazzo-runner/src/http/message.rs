//! A request as it is sent: with credentials in its slots and the header fields that every request gets.

use arazzo_engine::{Placement, Request, Slot, TransportError, TransportErrorCode, is_secret_name};
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, COOKIE, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use url::Url;

use crate::credentials::{Credentials, basic, query_encoded};
use crate::network;

/// Builds what goes over the wire with this body, or says why it cannot be written. Nothing has been sent then. `token` is
/// for the slot that wants one.
pub(super) fn build(
    request: &Request,
    body: Option<Vec<u8>>,
    credentials: &Credentials,
    token: Option<&str>,
    extra: &[(String, String)],
) -> Result<reqwest::Request, TransportError> {
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| invalid(format!("`{}` is no HTTP method", request.method)))?;
    let mut url = read_url(&request.url)?;
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 4);
    for (name, value) in &request.headers {
        let name = header_name(name)?;
        if name == TRANSFER_ENCODING || (name == CONTENT_LENGTH && !is_length(value, body.as_deref())) {
            return Err(invalid(format!("the header field `{name}` is for the transport to set")));
        }
        let value = header_value(&name, value)?;
        headers.append(name, value);
    }
    for slot in &request.slots {
        let value = if let Placement::Token(_) = slot.placement {
            // The credential behind a token goes to no API.
            let Some(token) = token else { continue };
            token
        } else {
            credentials.find(&slot.source, &slot.scheme).ok_or_else(|| missing(slot))?
        };
        fill(slot, value, &mut url, &mut headers)?;
    }
    let given: Vec<HeaderName> =
        if extra.is_empty() { Vec::new() } else { headers.keys().cloned().collect() };
    for (name, value) in extra {
        let name = header_name(name)?;
        if !given.contains(&name) {
            let mut value = header_value(&name, value)?;
            // It was given for the API, and no redirect says that another origin is part of it.
            value.set_sensitive(true);
            headers.append(name, value);
        }
    }
    let mut built = reqwest::Request::new(method, url);
    *built.headers_mut() = headers;
    *built.body_mut() = body.map(Into::into);
    Ok(built)
}

/// Marks the fields with these names: they never go to another origin.
pub(super) fn mark_sensitive(headers: &mut HeaderMap, names: &[&str]) {
    for (name, value) in headers.iter_mut() {
        if names.iter().any(|secret| name.as_str().eq_ignore_ascii_case(secret)) {
            value.set_sensitive(true);
        }
    }
}

/// The header fields of a response. Bytes that are no UTF-8 are read as Latin-1, which is what HTTP once meant.
pub(super) fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            let text = std::str::from_utf8(value.as_bytes()).map_or_else(
                |_| value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
                str::to_owned,
            );
            (name.as_str().to_owned(), text)
        })
        .collect()
}

/// Puts a credential where the scheme wants it. What the step gave itself stays.
fn fill(slot: &Slot, value: &str, url: &mut Url, headers: &mut HeaderMap) -> Result<(), TransportError> {
    match &slot.placement {
        Placement::Basic => fill_header(slot, AUTHORIZATION, &format!("Basic {}", basic(value)), headers),
        Placement::Bearer | Placement::Token(_) => {
            fill_header(slot, AUTHORIZATION, &format!("Bearer {value}"), headers)
        }
        Placement::Header(name) => fill_header(slot, header_name(name)?, value, headers),
        Placement::Query(name) => {
            if !url.query_pairs().any(|(key, _)| key == name.as_str()) {
                let pair = format!("{}={}", query_encoded(name), query_encoded(value));
                let query = url.query().filter(|query| !query.is_empty());
                url.set_query(Some(&query.map_or_else(|| pair.clone(), |query| format!("{query}&{pair}"))));
            }
            Ok(())
        }
        Placement::Cookie(name) => fill_cookie(slot, name, value, headers),
    }
}

fn fill_header(
    slot: &Slot,
    name: HeaderName,
    value: &str,
    headers: &mut HeaderMap,
) -> Result<(), TransportError> {
    if !headers.contains_key(&name) {
        headers.insert(name, secret(slot, value)?);
    }
    Ok(())
}

/// Joins a cookie with those that the step gives, for a request has one `Cookie` field.
fn fill_cookie(slot: &Slot, name: &str, value: &str, headers: &mut HeaderMap) -> Result<(), TransportError> {
    if value.contains([';', ',', ' ', '"', '\\']) {
        return Err(unusable(slot, "has a character that a cookie cannot hold"));
    }
    let cookies: Vec<&str> = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let named = |cookie: &str| cookie.split_once('=').is_some_and(|(key, _)| key.trim() == name);
    if cookies.iter().flat_map(|field| field.split(';')).any(named) {
        return Ok(());
    }
    let own = format!("{name}={value}");
    let all: Vec<&str> = cookies.into_iter().chain([own.as_str()]).collect();
    let value = secret(slot, &all.join("; "))?;
    headers.insert(COOKIE, value);
    Ok(())
}

fn secret(slot: &Slot, value: &str) -> Result<HeaderValue, TransportError> {
    let mut value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| unusable(slot, "has a control character in it"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn read_url(text: &str) -> Result<Url, TransportError> {
    let url =
        Url::parse(text).map_err(|error| invalid(format!("the URL of the request is none: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!("`{}:` URLs are not called, only `http:` and `https:`", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message =
            format!("the URL for `{}` holds a user name: give it as a credential", network::target(&url));
        return Err(invalid(message));
    }
    Ok(url)
}

fn header_name(name: &str) -> Result<HeaderName, TransportError> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| invalid(format!("`{}` is no name of a header field", name.escape_debug())))
}

/// The value. That of a name which says that it is secret is marked: it never goes to another origin.
fn header_value(name: &HeaderName, value: &str) -> Result<HeaderValue, TransportError> {
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
        invalid(format!("the value of the header field `{name}` has a control character in it"))
    })?;
    value.set_sensitive(is_secret_name(name.as_str()));
    Ok(value)
}

fn is_length(value: &str, body: Option<&[u8]>) -> bool {
    value.parse() == Ok(body.map_or(0, <[u8]>::len))
}

pub(super) fn missing(slot: &Slot) -> TransportError {
    let Slot { source, scheme, .. } = slot;
    let message = format!(
        "there is no credential for the security scheme `{scheme}` of `{source}`: give `{source}.{scheme}=VALUE`"
    );
    network::error(TransportErrorCode::CredentialFailed, message)
}

pub(super) fn unusable(slot: &Slot, fact: &str) -> TransportError {
    let message = format!("the credential for `{}` of `{}` {fact}", slot.scheme, slot.source);
    network::error(TransportErrorCode::CredentialFailed, message)
}

fn invalid(message: String) -> TransportError {
    network::error(TransportErrorCode::InvalidMessage, message)
}
