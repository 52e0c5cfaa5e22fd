//! What a journal keeps of a run: what came from outside, and what was about to be sent.

use std::fmt;

use arazzo_engine::{CallId, Record, Timestamp};
use serde::{Deserialize, Serialize};

/// One thing that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Entry {
    /// A request is about to be sent. Without a record that answers it nobody knows whether it was.
    CallStarted(CallStarted),
    /// The request that was about to be sent last was not sent: the run was given up before.
    CallWithdrawn(CallWithdrawn),
    /// The response that follows says secrets that nobody may give again.
    SecretsFound(SecretsFound),
    /// What came from outside.
    Record(Record),
}

/// A request that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallStarted {
    /// When.
    pub at: Timestamp,
    /// Names the attempt.
    pub id: CallId,
    /// The SHA-256 of the request, with credentials as slots and without the secret inputs.
    pub digest: String,
    /// What the request carries so that a server can tell a repetition, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// A request that was not sent after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallWithdrawn {
    /// When that was known.
    pub at: Timestamp,
    /// Names the attempt.
    pub id: CallId,
    /// When it was about to be sent, which tells its start from that of an earlier process.
    #[serde(default)]
    pub started_at: Timestamp,
}

/// Credentials that were given and secrets that the transport came by, such as tokens that it fetched, as far as the next
/// response says them. That response is kept as it came; this is kept so that they are masked, too, when it is told of
/// again, whatever credentials are given then.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretsFound {
    /// When the response came.
    pub at: Timestamp,
    /// The secrets.
    pub secrets: Vec<String>,
}

impl fmt::Debug for SecretsFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsFound").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Entry {
    /// The visit that it is about.
    pub(super) fn visit(&self) -> Option<u32> {
        match self {
            Self::CallStarted(call) => Some(call.id.visit),
            Self::CallWithdrawn(call) => Some(call.id.visit),
            Self::Record(Record::Responded { id, .. } | Record::Failed { id, .. }) => Some(id.visit),
            Self::Record(Record::Woke { id, .. }) => Some(id.visit),
            Self::SecretsFound(_) | Self::Record(_) => None,
        }
    }

    /// When it was made.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::CallStarted(call) => call.at,
            Self::CallWithdrawn(call) => call.at,
            Self::SecretsFound(found) => found.at,
            Self::Record(record) => record.at(),
        }
    }
}
