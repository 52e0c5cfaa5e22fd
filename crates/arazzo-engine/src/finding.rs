//! What is found when a response is compared with its OpenAPI description.
//!
//! See the [Responses Object](https://spec.openapis.org/oas/v3.1.1.html#responses-object).

use serde::Serialize;

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

/// One difference between a response and its description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule it is about.
    pub kind: FindingKind,
    /// The JSON Pointer into the body, for what its schema refuses; empty for the body as a whole.
    pub pointer: Option<String>,
    /// The fact as a lowercase fragment, without secrets.
    pub message: String,
}

/// The rules that a response is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The operation does not describe the status.
    Status,
    /// The response does not describe the content type.
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
    /// There are more findings than are listed.
    More,
    /// Something could not be checked. That is no difference.
    Unchecked,
}

impl Finding {
    /// Whether the response differs from its description.
    pub fn is_difference(&self) -> bool {
        self.kind != FindingKind::Unchecked
    }
}
