//! What the default mode accepts beyond the specification, and the note that each use leaves.

use std::ops::Range;

/// A value, with the tolerances that were needed to read it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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
    /// The text that can stand in place of the range, where it is certain to mean the same.
    pub replacement: Option<String>,
}

/// Defines [`Tolerance`] from one table, so that none can be without a name.
macro_rules! tolerances {
    ($($(#[$meta:meta])* $variant:ident = $id:literal $code:literal,)*) => {
        /// A tolerance of the default mode. Every tolerance has a diagnostic, so a new one has to be met by every
        /// `match`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Tolerance {
            $($(#[$meta])* $variant,)*
        }

        impl Tolerance {
            /// Every tolerance.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name that diagnostics use.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The number in the list of decisions, such as `T1`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }
        }
    };
}

tolerances! {
    /// A jsonpath criterion that compares: `$.status == "done"`.
    T1JsonPathComparison = "T1" "jsonpath-comparison",
    /// `.length` of an array or a string at the end of a query in such a criterion.
    T2Length = "T2" "jsonpath-length",
    /// A runtime expression without braces in a jsonpath criterion.
    T3BareExpression = "T3" "unbraced-expression-in-jsonpath",
    /// A runtime expression without braces in a regex criterion.
    T3BareInRegex = "T3" "unbraced-expression-in-regex",
    /// A runtime expression without braces in an xpath criterion.
    T3BareInXPath = "T3" "unbraced-expression-in-xpath",
    /// A runtime expression without braces inside text: `Bearer $inputs.token`.
    T6BareInText = "T6" "unbraced-expression-in-text",
    /// A part of a value without a JSON Pointer, outside simple conditions: `$response.body.items[0]`.
    T7Navigation = "T7" "navigation-without-pointer",
    /// `$response.headers.X`
    T8Headers = "T8" "headers-for-header",
    /// A filter at the root of a jsonpath criterion, which applies to the members of an object, or, if none has what
    /// it asks for, to the object itself.
    T12RootFilter = "T12" "jsonpath-root-filter",
    /// `count()` of a query that selects at most one node.
    T12CountOfArray = "T12" "jsonpath-count-of-one",
    /// A string in double quotes in a simple condition.
    T13DoubleQuotes = "T13" "double-quoted-string",
    /// A string without quotes in a simple condition.
    T17UnquotedText = "T17" "unquoted-string",
    /// A name that is declared and has characters beyond the grammar of 1.1: `$inputs.first name`.
    T20FreeName = "T20" "free-name",
    /// A query of the JSONPath draft that RFC 9535 reads alike.
    JsonPathDraft = "B8" "jsonpath-draft",
    /// XPath 1.0 where XPath 3.1 is the default.
    XPath10For31 = "B8" "xpath-one-for-three",
}

impl Tolerance {
    /// Whether the text may be right as it is, so that its use is worth knowing and not worth a warning.
    pub fn is_info(self) -> bool {
        match self {
            Self::T12RootFilter | Self::JsonPathDraft | Self::XPath10For31 => true,
            Self::T1JsonPathComparison
            | Self::T2Length
            | Self::T3BareExpression
            | Self::T3BareInRegex
            | Self::T3BareInXPath
            | Self::T6BareInText
            | Self::T7Navigation
            | Self::T8Headers
            | Self::T12CountOfArray
            | Self::T13DoubleQuotes
            | Self::T17UnquotedText
            | Self::T20FreeName => false,
        }
    }
}
