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
        if recurses(pattern) {
            return Err("this is no regular expression: a part that stands for another one is not supported"
                .to_owned());
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

/// Whether the pattern may call one of its own parts. The second engine knows that from other dialects, and it is no
/// part of this one: such a pattern can be endless.
fn recurses(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('\\') {
        let mut characters = after.chars();
        if characters.next() == Some('g') {
            return true;
        }
        rest = characters.as_str();
    }
    let called = |after: &str| {
        let number = after.trim_start_matches(['+', '-']);
        after.starts_with(['R', '&'])
            || after.starts_with("P>")
            || number.starts_with(|c: char| c.is_ascii_digit())
    };
    pattern.match_indices("(?").any(|(at, open)| pattern.get(at + open.len()..).is_some_and(called))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_calls_itself_is_refused() {
        for pattern in
            [r"a(?=b)\g<0>", r"(?=a)(b)\g1", r"(a)(?=b)(?R)", r"(a)(?=b)(?1)", r"(?=a)(?P>x)(?P<x>b)"]
        {
            assert!(Engine::compile(pattern).is_err(), "{pattern}");
        }
        for pattern in [r"(a)\1", r"(?=a)b", r"(?<!a)b", r"(?=a)\\g"] {
            assert!(Engine::compile(pattern).is_ok(), "{pattern}");
        }
    }
}
