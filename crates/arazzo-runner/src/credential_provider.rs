//! Credentials that are asked for when a request needs them, as from a vault.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use arazzo_engine::{CredentialName, Request};

use crate::credentials::Credentials;
use crate::found_secrets::FoundSecrets;

/// A credential under way; `None` when there is none.
pub type Providing<'a> = Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>>;

/// Gives credentials at the time of need.
///
/// It is asked for each slot of each request, so it keeps what should not be asked for again. A value that cannot be had
/// fails the step, as one that was never given does.
pub trait CredentialProvider: Send + Sync {
    /// What there is a value for, which a plan is made with. No value is asked for by that.
    fn names(&self) -> Vec<CredentialName>;

    /// The value for the security scheme `scheme` of `source`, in the forms of [`Credentials::with`].
    fn credential<'a>(&'a self, source: &'a str, scheme: &'a str) -> Providing<'a>;
}

/// A provider among credentials.
#[derive(Clone)]
pub(crate) struct Provided(pub(crate) Arc<dyn CredentialProvider>);

impl Provided {
    /// `given` with what the slots of the request need beyond it. Each value is told to `found`.
    pub(crate) async fn add(
        &self,
        given: &Credentials,
        request: &Request,
        found: &FoundSecrets,
    ) -> Credentials {
        let mut all = given.clone();
        for slot in &request.slots {
            if given.find(&slot.source, &slot.scheme).is_some() {
                continue;
            }
            let Some(value) = self.0.credential(&slot.source, &slot.scheme).await else { continue };
            // One that cannot be sent is as good as none, and the step says which one it lacks.
            let own = Credentials::new().with(&slot.source, &slot.scheme, &value);
            own.iter().flat_map(Credentials::secrets).for_each(|secret| found.add(secret));
            all = all.clone().with(&slot.source, &slot.scheme, &value).unwrap_or(all);
        }
        all
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provided").field(&self.0.names()).finish()
    }
}
