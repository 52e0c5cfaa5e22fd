//! Secrets that a run is given or a transport comes by, and a server says back.

use std::collections::BTreeMap;

use arazzo_engine::Record;

use super::{Entry, SecretsFound};

/// The secrets that requests may go out with, each with whether the journal has it.
#[derive(Default)]
pub(super) struct GivenAway {
    known: BTreeMap<String, bool>,
}

impl GivenAway {
    pub(super) fn add(&mut self, secret: String) {
        self.known.entry(secret).or_default();
    }

    /// What has to be kept before the record, if it is the first one with some of the secrets. What no server says is
    /// never kept.
    pub(super) fn entry(&mut self, record: &Record) -> Option<Entry> {
        let open = self.known.iter().filter(|(_, is_kept)| !**is_kept).map(|(secret, _)| secret.as_str());
        let secrets: Vec<String> = record.gives_away(open).into_iter().map(str::to_owned).collect();
        for secret in &secrets {
            self.known.insert(secret.clone(), true);
        }
        let found = SecretsFound { at: record.at(), secrets };
        (!found.secrets.is_empty()).then_some(Entry::SecretsFound(found))
    }
}
