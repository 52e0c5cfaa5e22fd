//! What is found when a request or a response is compared with its OpenAPI description.
//!
//! See the [Operation Object](https://spec.openapis.org/oas/v3.1.1.html#operation-object).

use serde::{Deserialize, Serialize};

/// Whether responses are compared with the OpenAPI description, and what comes of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckResponses {
    /// They are not.
    #[default]
    Off,
    /// Each difference is a warning.
    Warn,
    /// A difference makes the step fail, and `onFailure` decides.
    Fail,
}

/// One difference between a request or a response and its description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule it is about.
    pub kind: FindingKind,
    /// The JSON Pointer into the body, for what its schema refuses; empty for the body as a whole.
    pub pointer: Option<String>,
    /// The fact as a lowercase fragment, without secrets.
    pub message: String,
}

/// The rules that a request or a response is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The operation does not describe the status.
    Status,
    /// The content type is not described.
    ContentType,
    /// There is no body where JSON is described.
    MissingBody,
    /// The body is no JSON where JSON is described.
    MalformedBody,
    /// The schema refuses the body, or a part of it.
    Body,
    /// A required header field is missing.
    MissingHeader,
    /// The schema refuses a header field.
    Header,
    /// A required parameter of a request is missing.
    MissingParameter,
    /// The schema refuses a parameter of a request.
    Parameter,
    /// There are more findings than are listed.
    More,
    /// Something could not be checked. That is no difference.
    Unchecked,
}

impl Finding {
    /// Whether it differs from its description.
    pub fn is_difference(&self) -> bool {
        self.kind != FindingKind::Unchecked
    }
}
