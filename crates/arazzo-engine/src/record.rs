//! What came from outside: the whole state of a run is the fold of its records.
//!
//! A record carries the time at which it was made and the id of the command it answers. The same records give the
//! same commands and the same events on any machine, so a journal of them is all that a durable run needs.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::command::{CallId, SleepId};
use crate::exchange::{Response, TransportError};

/// A moment, in microseconds since the start of 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment `duration` later, or the latest moment there is.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
    }

    /// How long it is from `earlier` to this moment; nothing when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

/// The version of the machine's behaviour. A journal names the one it was begun with.
pub const SEMANTICS: u32 = 1;

/// One thing that came from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Record {
    /// The run began.
    Started {
        /// When.
        at: Timestamp,
        /// The run's id. Everything that must differ between runs derives from it.
        run_id: String,
        /// The [`SEMANTICS`] that the run follows.
        semantics: u32,
        /// The inputs, checked and with defaults, without the secret ones.
        inputs: Map<String, Value>,
        /// The paths of the files that the inputs name. No other file is sent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<String>,
    },
    /// A response came.
    Responded {
        /// When it was whole.
        at: Timestamp,
        /// The call it answers.
        id: CallId,
        /// What came.
        response: Response,
    },
    /// No response came.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// The call it answers.
        id: CallId,
        /// Why.
        error: TransportError,
    },
    /// A wait is over.
    Woke {
        /// When.
        at: Timestamp,
        /// The wait it ends.
        id: SleepId,
    },
}

impl Record {
    /// When the record was made.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Started { at, .. }
            | Self::Responded { at, .. }
            | Self::Failed { at, .. }
            | Self::Woke { at, .. } => *at,
        }
    }
}
