//! How a workflow of a survey ended, and why.

use std::time::Duration;

use arazzo_document::{Code, Diagnostic, Place};
use serde::{Deserialize, Serialize};

/// A description that was surveyed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Surveyed {
    pub(super) file: String,
    /// Whether its sources could be read, of each step it is known what it calls, and that was found in them.
    pub(super) resolved: bool,
    /// Why none of its workflows is known, if it could not be read.
    pub(super) unreadable: Option<Reason>,
    pub(super) workflows: Vec<Outcome>,
}

/// How a workflow ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) workflow_id: String,
    pub(super) ending: Ending,
    pub(super) reason: Option<Reason>,
    pub(super) requests: usize,
    #[serde(rename = "durationMs", with = "milliseconds")]
    pub(super) duration: Duration,
}

/// The ways in which a workflow can end, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ending {
    Succeeded,
    /// It ran to an end, which is a failure.
    Failed,
    /// It ran, and a request had text in it that should have been a value.
    TextSent,
    /// A limit was reached.
    Stopped,
    /// Something is wrong with it, and nothing was sent.
    Refused,
    /// It made the program panic.
    Panicked,
}

/// Why a workflow did not succeed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reason {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) file: String,
    pub(super) line: u32,
}

impl Ending {
    /// Whether the workflow ran to an end.
    pub(super) fn is_end(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed => true,
            Self::TextSent | Self::Stopped | Self::Refused | Self::Panicked => false,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TextSent => "text sent",
            Self::Stopped => "stopped",
            Self::Refused => "refused",
            Self::Panicked => "panicked",
        }
    }
}

impl Reason {
    pub(super) fn new(code: &str, message: &str, place: &Place) -> Self {
        let file = place.file.to_string();
        Self { code: code.to_owned(), message: message.to_owned(), file, line: place.span.start.line }
    }

    pub(super) fn of(diagnostic: &Diagnostic) -> Self {
        Self::new(diagnostic.code.as_str(), &diagnostic.message, &diagnostic.place)
    }
}

/// Whether the code says that a source or what a step calls was not found.
pub(super) fn is_unresolved(code: Code) -> bool {
    UNRESOLVED.contains(&code)
}

const UNRESOLVED: [Code; 13] = [
    Code::UnreadableSource,
    Code::OfflineSource,
    Code::SourceType,
    Code::NotAnOpenApiDescription,
    Code::UnknownSource,
    Code::OperationPath,
    Code::UnknownOperationId,
    Code::UnknownWorkflow,
    Code::StepTarget,
    Code::AmbiguousOperationId,
    Code::UnresolvedReference,
    Code::CircularReference,
    Code::UnsupportedVersion,
];

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64() * 1000.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)? / 1000.0;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}
