//! The expression language, from the outside. Each file is one chapter.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a helper of a test fails the test"
)]
#![expect(clippy::disallowed_methods, reason = "hostile text is timed")]

mod conditions;
mod expressions;
mod hostile;
mod jsonpath;
mod regex;
mod selectors;
mod targets;
mod templates;
mod tolerances;
mod world;
#[cfg(feature = "xml")]
mod xpath;
