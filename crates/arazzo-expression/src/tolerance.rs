//! What the default mode accepts beyond the specification, and the note that each use leaves.

use std::ops::Range;

/// A value, with the tolerances that were needed to read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// What the text means.
    pub value: T,
    /// One note for each use of a tolerance; empty in strict mode.
    pub notes: Vec<Note>,
}

impl<T> Parsed<T> {
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: change(self.value), notes: self.notes }
    }
}

/// One use of a tolerance, found while parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Which tolerance.
    pub tolerance: Tolerance,
    /// The bytes of the text that needed it.
    pub range: Range<usize>,
    /// What the text does, as a lowercase fragment.
    pub message: String,
    /// What to write to be understood everywhere, as a lowercase fragment.
    pub fix: String,
}

/// A tolerance of the default mode. Every tolerance has a diagnostic, so a new one has to be met by every `match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tolerance {
    /// A jsonpath criterion that compares: `$.status == "done"`.
    T1JsonPathComparison,
    /// `.length` of an array or a string at the end of a query in such a criterion.
    T2Length,
    /// A runtime expression without braces in a jsonpath criterion.
    T3BareExpression,
    /// A string in double quotes in a simple condition.
    T13DoubleQuotes,
}

impl Tolerance {
    /// The name that diagnostics use.
    pub fn code(self) -> &'static str {
        match self {
            Self::T1JsonPathComparison => "jsonpath-comparison",
            Self::T2Length => "jsonpath-length",
            Self::T3BareExpression => "unbraced-expression-in-jsonpath",
            Self::T13DoubleQuotes => "double-quoted-string",
        }
    }

    /// The number in the list of decisions, such as `T1`.
    pub fn id(self) -> &'static str {
        match self {
            Self::T1JsonPathComparison => "T1",
            Self::T2Length => "T2",
            Self::T3BareExpression => "T3",
            Self::T13DoubleQuotes => "T13",
        }
    }
}
