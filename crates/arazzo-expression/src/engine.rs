//! The engines for regular expressions.
//!
//! A pattern runs in linear time unless it has look-around or back-references. Those need an engine that goes back and
//! tries again, which is limited in steps and in the length of the text, and never guesses when it reaches a limit.

use crate::limits::{MAX_BACKTRACKS, MAX_LOOK_AROUND, MAX_PATTERN};

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

impl Engine {
    /// # Errors
    /// When neither engine can parse the pattern, or it is too large; says why.
    pub(crate) fn compile(pattern: &str) -> Result<Self, String> {
        let linear =
            regex::RegexBuilder::new(pattern).size_limit(MAX_PATTERN).dfa_size_limit(MAX_PATTERN).build();
        let error = match linear {
            Ok(regex) => return Ok(Self::Linear(regex)),
            Err(error) => error,
        };
        let text = error.to_string();
        let cause = text.lines().last().unwrap_or(&text).trim_start_matches("error: ");
        let backtracks = text.contains("look-around") || text.contains("backreferences");
        if !backtracks {
            return Err(format!("this is no regular expression: {cause}"));
        }
        fancy_regex::RegexBuilder::new(pattern)
            .backtrack_limit(MAX_BACKTRACKS)
            .delegate_size_limit(MAX_PATTERN)
            .delegate_dfa_size_limit(MAX_PATTERN)
            .build()
            .map(|regex| Self::Backtracking(Box::new(regex)))
            .map_err(|error| format!("this is no regular expression: {error}"))
    }

    /// Whether it matches somewhere in `text`.
    ///
    /// # Errors
    /// When that could not be found out within the limits.
    pub(crate) fn finds(&self, text: &str) -> Result<bool, String> {
        match self {
            Self::Linear(regex) => Ok(regex.is_match(text)),
            Self::Backtracking(_) if text.len() > MAX_LOOK_AROUND => Err(format!(
                "the text is {} bytes long, and a pattern with look-around or back-references searches {MAX_LOOK_AROUND}",
                text.len()
            )),
            Self::Backtracking(regex) => regex
                .is_match(text)
                .map_err(|_| format!("the pattern was tried {MAX_BACKTRACKS} times without an answer")),
        }
    }
}
