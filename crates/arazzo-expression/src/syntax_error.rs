//! What is wrong with a text, where, and what to write instead.

use std::fmt;
use std::ops::Range;

use crate::limits::MAX_TEXT;

/// A text that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct SyntaxError {
    /// What is wrong, as a lowercase fragment.
    pub message: String,
    /// The bytes of the text that it is about.
    pub range: Range<usize>,
    /// What to write instead, when that is known.
    pub hint: Option<String>,
}

impl SyntaxError {
    pub(crate) fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self { message: message.into(), range, hint: None }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Refuses text that is too long to be looked at.
    pub(crate) fn check_length(text: &str, what: &str, limit: usize) -> Result<(), Self> {
        debug_assert!(limit <= MAX_TEXT, "no text is longer than the general limit");
        if text.len() <= limit {
            return Ok(());
        }
        let message = format!("the {what} is {} bytes long, and {limit} are allowed", text.len());
        Err(Self::new(message, 0..text.len()))
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, "; {hint}"),
            None => Ok(()),
        }
    }
}
