//! The limits that keep hostile text from costing more than it is worth.

/// The longest expression, condition or pattern that is read, in bytes.
pub(crate) const MAX_TEXT: usize = 64 * 1024;

/// The longest JSONPath query that is more than a plain path, in bytes. Its parser backtracks, so the limit is
/// lower than that of other text.
pub(crate) const MAX_QUERY: usize = 8 * 1024;

/// How deep parentheses, brackets and `!` may nest.
pub(crate) const MAX_DEPTH: usize = 64;

/// How deep function calls may nest in a JSONPath query. The query parser reads a call up to three times on
/// each level, so that each further level costs three times as much.
pub(crate) const MAX_CALLS: usize = 4;

/// The most node visits that one JSONPath query may need, as estimated before it runs.
pub(crate) const MAX_WORK: usize = 20_000_000;

/// The most pairs of values that one comparison of two node lists may look at.
pub(crate) const MAX_PAIRS: usize = 1_000_000;

/// The size of a compiled regular expression, in bytes.
pub(crate) const MAX_PATTERN: usize = 1024 * 1024;

/// How many characters of a value a reason shows.
pub(crate) const MAX_SHOWN: usize = 120;

/// How many facts a reason names.
pub(crate) const MAX_FACTS: usize = 6;

/// How often a pattern with look-around or back-references may go back and try again.
pub(crate) const MAX_BACKTRACKS: usize = 100_000;

/// The longest text that such a pattern is searched in, in bytes: each try may look at all of it.
pub(crate) const MAX_LOOK_AROUND: usize = 16 * 1024;
