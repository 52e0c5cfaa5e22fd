//! Secrets that a transport comes by while it sends a request.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Where a [`Transport`](crate::Transport) says what nobody may read, such as a token that it fetched. The run masks
/// each in every event that is made afterwards.
#[derive(Default)]
pub struct FoundSecrets {
    found: Mutex<Vec<String>>,
}

impl FoundSecrets {
    /// Says that `secret` is one.
    pub fn add(&self, secret: &str) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(secret.to_owned());
    }

    /// Those that were added since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for FoundSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FoundSecrets(…)")
    }
}
