//! Tokens: kept while they are good, asked for once where several requests want the same, replaced when refused.
//!
//! A request whose security is an OAuth flow carries a
//! [bearer token](https://www.rfc-editor.org/rfc/rfc6750#section-2.1). When the API refuses a token that was fetched,
//! with the status 401, a new one is fetched and the request is sent once more; what then comes is the response. That
//! second sending is the only one that nobody asked for: by the 401 the server says that it did nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arazzo_engine::{Call, Placement, Request, Response, Slot, TokenGrant, TransportError};

use super::token_request::{Fetched, TokenRequest};
use super::{HttpTransport, message};
use crate::credentials::Credentials;
use crate::found_secrets::FoundSecrets;
use crate::token_credential::TokenCredential;

/// The status by which a server says that it does not take a credential.
const UNAUTHORIZED: u16 = 401;

/// A token is not used in the last seconds of its life, for it takes a while to arrive.
const EARLY: Duration = Duration::from_secs(5);

/// The tokens that were fetched, for each source, scheme, flow and list of scopes.
#[derive(Default)]
pub(super) struct Tokens {
    kept: Mutex<HashMap<Slot, Arc<tokio::sync::Mutex<Kept>>>>,
}

/// What is kept of one. Whoever asks the endpoint holds the lock, so that others wait for the answer.
#[derive(Default)]
struct Kept {
    token: Option<Token>,
    /// How many have been fetched.
    count: u64,
    /// Whether the endpoint wants the client in the body and not as Basic authentication.
    client_in_body: bool,
}

#[derive(Clone)]
struct Token {
    value: String,
    refresh: Option<String>,
    good_until: Option<Instant>,
}

/// A token for a request.
struct Bearer {
    value: String,
    /// Which of the fetched ones it is; `None` for one that was given.
    number: Option<u64>,
}

impl HttpTransport {
    /// Sends the request of `call`, with a token if it wants one. `asking` is set while an endpoint is asked.
    pub(super) async fn send_authorized(
        &self,
        call: &Call,
        secret: &[&str],
        found: &FoundSecrets,
        asking: &AtomicBool,
    ) -> Result<Response, TransportError> {
        let request = &call.request;
        let credentials = &*self.credentials.for_request(request, found).await;
        match token_slot(request) {
            None => self.send_once((request, secret), credentials, None).await.map(|(response, _)| response),
            // In a box, so that a request without a token does not take its room.
            Some(wanted) => {
                Box::pin(self.send_with_token((request, secret), credentials, wanted, found, asking)).await
            }
        }
    }

    /// Sends a request that wants a token.
    async fn send_with_token(
        &self,
        (request, secret): (&Request, &[&str]),
        credentials: &Credentials,
        (slot, grant): (&Slot, &TokenGrant),
        found: &FoundSecrets,
        asking: &AtomicBool,
    ) -> Result<Response, TransportError> {
        let value = credentials.find(&slot.source, &slot.scheme).ok_or_else(|| message::missing(slot))?;
        let bearer = self.token((slot, grant, value), None, found, asking).await?;
        let (response, is_direct) =
            self.send_once((request, secret), credentials, Some(&bearer.value)).await?;
        // What another server behind a redirect refuses says nothing of the token, nor that nothing was done.
        if response.status != UNAUTHORIZED || bearer.number.is_none() || !is_direct {
            return Ok(response);
        }
        let bearer = self.token((slot, grant, value), bearer.number, found, asking).await?;
        self.send_once((request, secret), credentials, Some(&bearer.value))
            .await
            .map(|(response, _)| response)
    }

    /// The token for a slot: the one that is given, one that is kept, or a new one. `refused` is the number of one that
    /// the API did not take, and the last of the first three the credential that a token is given for.
    async fn token(
        &self,
        (slot, grant, value): (&Slot, &TokenGrant, &str),
        refused: Option<u64>,
        found: &FoundSecrets,
        asking: &AtomicBool,
    ) -> Result<Bearer, TransportError> {
        let credential = TokenCredential::read(value, grant.flow);
        if let TokenCredential::Token(token) = credential {
            if token.is_empty() {
                return Err(message::unusable(slot, "has nothing after `bearer:`"));
            }
            return Ok(Bearer { value: token.to_owned(), number: None });
        }
        asking.store(true, Ordering::Relaxed);
        let kept = self.tokens.of(slot);
        let mut kept = kept.lock().await;
        let count = kept.count;
        let mut refresh = None;
        if let Some(token) = kept.token.take() {
            if refused != Some(count) && token.is_good() {
                found.add(&token.value);
                asking.store(false, Ordering::Relaxed);
                let bearer = Bearer { value: token.value.clone(), number: Some(count) };
                kept.token = Some(token);
                return Ok(bearer);
            }
            refresh = token.refresh;
        }
        let mut asked = TokenRequest::new(self, slot, grant, credential, kept.client_in_body);
        let answer = asked.fetch(refresh).await;
        kept.client_in_body = asked.client_in_body;
        let token = Token::of(answer?);
        found.add(&token.value);
        token.refresh.iter().for_each(|refresh| found.add(refresh));
        asking.store(false, Ordering::Relaxed);
        kept.count = count.wrapping_add(1);
        let bearer = Bearer { value: token.value.clone(), number: Some(kept.count) };
        kept.token = Some(token);
        Ok(bearer)
    }
}

impl Tokens {
    fn of(&self, slot: &Slot) -> Arc<tokio::sync::Mutex<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(slot.clone()).or_default())
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

impl Token {
    fn of(fetched: Fetched) -> Self {
        let good_until = fetched.lifetime.and_then(|lifetime| {
            // What lives for a few seconds only would otherwise never be used twice.
            Instant::now().checked_add(lifetime.saturating_sub(EARLY.min(lifetime / 2)))
        });
        Self { value: fetched.token, refresh: fetched.refresh, good_until }
    }

    fn is_good(&self) -> bool {
        self.good_until.is_none_or(|until| Instant::now() < until)
    }
}

/// The slot of a request that a token goes to: the first one for its `Authorization` field, if the step has left that
/// to it.
pub(super) fn token_slot(request: &Request) -> Option<(&Slot, &TokenGrant)> {
    let is_authorization =
        |slot: &&Slot| slot.placement.header().is_some_and(|name| name.eq_ignore_ascii_case("authorization"));
    let slot = request.slots.iter().find(is_authorization)?;
    match &slot.placement {
        Placement::Token(grant) if request.header("authorization").is_none() => Some((slot, grant)),
        Placement::Token(_)
        | Placement::Header(_)
        | Placement::Query(_)
        | Placement::Cookie(_)
        | Placement::Basic
        | Placement::Bearer => None,
    }
}
