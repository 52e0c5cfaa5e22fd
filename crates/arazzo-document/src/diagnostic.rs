//! What is wrong with a document, and where.
//!
//! A diagnostic is a value: it has a code with a readable name, a place, a fact, and where possible a remedy. Messages
//! are lowercase fragments with values in backticks.

use std::fmt;
use std::sync::Arc;

use arazzo_expression::Tolerance;

use crate::position::Span;

/// Something to say about a place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of thing it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do about it.
    pub hint: Option<String>,
    /// The text that should stand in place of the one at the place's path, where that is certain.
    pub fix: Option<String>,
    /// Other places that explain it.
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// A diagnostic of severity [`Severity::Error`].
    pub fn error(code: Code, message: impl Into<String>, place: Place) -> Self {
        Self::new(code, Severity::Error, message.into(), place)
    }

    /// A diagnostic of severity [`Severity::Warning`].
    pub fn warning(code: Code, message: impl Into<String>, place: Place) -> Self {
        Self::new(code, Severity::Warning, message.into(), place)
    }

    /// A diagnostic of severity [`Severity::Info`].
    pub fn info(code: Code, message: impl Into<String>, place: Place) -> Self {
        Self::new(code, Severity::Info, message.into(), place)
    }

    fn new(code: Code, severity: Severity, message: String, place: Place) -> Self {
        Self { code, severity, message, place, hint: None, fix: None, related: Vec::new() }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self
    }

    /// The same with what to do about it, if anything is known.
    pub(crate) fn with_optional_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// The same with the text that should stand in place of the string at its path. A tool may write it there.
    #[must_use]
    pub(crate) fn with_fix(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(text.into());
        self
    }

    /// The same with another place that explains it.
    #[must_use]
    pub fn with_related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Related { place, message: message.into() });
        self
    }
}

/// `file:line:column: severity: message`
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, span, .. } = &self.place;
        write!(f, "{file}:{}: {}: {}", span.start, self.severity, self.message)
    }
}

/// How bad something is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// The document can be used, but probably does not do what its author wants.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// Its name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name as it is shown to people: a path or a URL.
    pub file: Arc<str>,
    /// Where in its text.
    pub span: Span,
    /// The JSON Pointer to the value there.
    pub path: String,
}

/// Another place that explains a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// Defines [`Code`] from one table, so that no name can be forgotten.
macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of thing a diagnostic is about. Its name is stable: `arazzo explain NAME` shows its page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$meta])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in kebab case.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The text is no YAML.
    YamlSyntax = "yaml-syntax",
    /// A YAML alias cannot be expanded.
    YamlAlias = "yaml-alias",
    /// A YAML tag has no meaning here or does not fit its value.
    YamlTag = "yaml-tag",
    /// A YAML merge key has nothing to merge.
    YamlMerge = "yaml-merge",
    /// The text is no JSON.
    JsonSyntax = "json-syntax",
    /// There is nothing in the document.
    EmptyDocument = "empty-document",
    /// The text is one stream of several documents.
    SeveralDocuments = "several-documents",
    /// An object has a key twice.
    DuplicateKey = "duplicate-key",
    /// A key is not a string.
    NonStringKey = "non-string-key",
    /// Values are nested too deeply.
    TooDeep = "too-deep",
    /// The text is too large, or what it stands for is.
    TooLarge = "too-large",
    /// A value has the wrong type.
    WrongType = "wrong-type",
    /// A field is missing.
    MissingField = "missing-field",
    /// A field is one of a later version of the specification than the document follows.
    LaterVersion = "later-version",
    /// The specification does not define the field.
    UnknownField = "unknown-field",
    /// The specification does not define the value.
    UnknownValue = "unknown-value",
    /// The document follows a version of its specification that is not known.
    UnsupportedVersion = "unsupported-version",
    /// Something is right but not supported.
    Unsupported = "unsupported",
    /// A source could not be read.
    UnreadableSource = "unreadable-source",
    /// A source would have to be fetched, and nothing is.
    OfflineSource = "offline-source",
    /// A source lies where its url leads from the root of the repository (T11).
    SourceUnderRoot = "source-under-root",
    /// A source is of another type than was said.
    SourceType = "source-type",
    /// A document is no OpenAPI description.
    NotAnOpenApiDescription = "not-an-openapi-description",
    /// An OpenAPI 3.0 source does not hold to its specification (`--check-sources`).
    StrictOpenApi = "strict-openapi",
    /// A `$ref` leads nowhere.
    UnresolvedReference = "unresolved-reference",
    /// A `$ref` leads back to itself.
    CircularReference = "circular-reference",
    /// Two things have one id.
    DuplicateId = "duplicate-id",
    /// Two actions have one name.
    DuplicateAction = "duplicate-action",
    /// Two parameters have one name and place.
    DuplicateParameter = "duplicate-parameter",
    /// A name has characters that are not allowed in it.
    InvalidName = "invalid-name",
    /// A step does not say which one thing it calls.
    StepTarget = "step-target",
    /// An action does not say which one thing it goes to.
    ActionTarget = "action-target",
    /// An `operationPath` does not lead to an operation.
    OperationPath = "operation-path",
    /// An `operationPath` has not the form of the specification (T5).
    OperationPathForm = "operation-path-form",
    /// A source is named without `$sourceDescriptions` (T16).
    SourceWithoutRoot = "source-without-root",
    /// A `workflowId` has not the form of the specification (T16).
    WorkflowIdForm = "workflow-id-form",
    /// No operation has the id.
    UnknownOperationId = "unknown-operation-id",
    /// Several sources have an operation with the id.
    AmbiguousOperationId = "ambiguous-operation-id",
    /// An operation id does not name its source although there are several.
    UnqualifiedOperationId = "unqualified-operation-id",
    /// There is no source description with the name.
    UnknownSource = "unknown-source",
    /// There is no step with the id.
    UnknownStep = "unknown-step",
    /// There is no output with the name.
    UnknownOutput = "unknown-output",
    /// A step has not the output, and the workflow that it calls has (T22).
    OutputOfCalledWorkflow = "output-of-called-workflow",
    /// There is no workflow with the id.
    UnknownWorkflow = "unknown-workflow",
    /// A reference does not lead to a component of the right kind.
    UnknownComponent = "unknown-component",
    /// Workflows or steps depend on each other.
    CircularDependency = "circular-dependency",
    /// An expression uses what can never have run before.
    ForwardReference = "forward-reference",
    /// A success action is a retry (T9).
    RetryAfterSuccess = "retry-after-success",
    /// A parameter of the workflow is not passed to an operation that does not declare it.
    DroppedParameter = "dropped-parameter",
    /// A source has no base URL.
    NoServer = "no-server",
    /// The inputs are described by something that is no JSON Schema.
    InvalidSchema = "invalid-schema",
    /// A credential would go to several hosts, or two into one field of a request.
    AmbiguousCredential = "ambiguous-credential",
    /// A credential would go to a host that only a document from the network names.
    UntrustedHost = "untrusted-host",
    /// A jsonpath criterion compares, which JSONPath cannot (T1).
    JsonPathComparison = "jsonpath-comparison",
    /// A jsonpath criterion asks for a `.length`, which JSONPath does not have (T2).
    JsonPathLength = "jsonpath-length",
    /// A runtime expression stands without braces in a jsonpath criterion (T3).
    UnbracedExpressionInJsonPath = "unbraced-expression-in-jsonpath",
    /// A runtime expression stands without braces in a regex criterion (T3).
    UnbracedExpressionInRegex = "unbraced-expression-in-regex",
    /// A runtime expression stands without braces in an xpath criterion (T3).
    UnbracedExpressionInXPath = "unbraced-expression-in-xpath",
    /// A runtime expression stands without braces inside text (T6).
    UnbracedExpressionInText = "unbraced-expression-in-text",
    /// A part of a value is named without a JSON Pointer (T7).
    NavigationWithoutPointer = "navigation-without-pointer",
    /// `headers` stands where `header` belongs (T8).
    HeadersForHeader = "headers-for-header",
    /// A jsonpath criterion has a filter at the root, which an object may be meant for as a whole (T12).
    JsonPathRootFilter = "jsonpath-root-filter",
    /// A jsonpath criterion counts a query that selects at most one node (T12).
    JsonPathCountOfOne = "jsonpath-count-of-one",
    /// A string of a simple condition stands in double quotes (T13).
    DoubleQuotedString = "double-quoted-string",
    /// A string of a simple condition stands without quotes (T17).
    UnquotedString = "unquoted-string",
    /// A JSONPath query follows an expression (T23).
    QueryBehindExpression = "query-behind-expression",
    /// The name of a member is written like an expression, and names are text.
    LiteralName = "literal-name",
    /// A name has characters that an expression of Arazzo 1.1 does not have (T20).
    FreeName = "free-name",
    /// A query of the JSONPath draft is read as RFC 9535.
    JsonPathDraft = "jsonpath-draft",
    /// An XPath 1.0 text stands where XPath 3.1 is the default.
    XPathOneForThree = "xpath-one-for-three",
    /// An optional input is used that was not supplied (T10).
    OptionalInput = "optional-input",
    /// An input is used that is not declared.
    UndeclaredInput = "undeclared-input",
    /// A condition cannot be parsed.
    InvalidCriterion = "invalid-criterion",
    /// An expression cannot be parsed.
    InvalidExpression = "invalid-expression",
    /// A parameter that the operation requires is not given.
    MissingParameter = "missing-parameter",
    /// A body that the operation requires is not given.
    MissingBody = "missing-body",
    /// A credential that the operation requires is not given.
    MissingCredential = "missing-credential",
    /// No described response of the operation has what an expression reads of the body.
    UnknownResponseMember = "unknown-response-member",
    /// `$statusCode` is compared with a status that the operation does not describe.
    UndescribedStatus = "undescribed-status",
    /// What a step sends is taken from the exchange that it begins, or outputs of the workflow from one that is over.
    NoExchange = "no-exchange",
    /// No way through the workflow leads to the step.
    UnreachableStep = "unreachable-step",
    /// An action stands behind one that is always taken.
    UnreachableAction = "unreachable-action",
    /// A branch runs on into the next one.
    BranchRunsOn = "branch-runs-on",
    /// Steps lead to each other and never to an end.
    EndlessLoop = "endless-loop",
    /// A field changes nothing where it stands.
    FieldWithoutEffect = "field-without-effect",
    /// A condition reads nothing, so it always holds or never.
    ConstantCondition = "constant-condition",
    /// A jsonpath criterion selects a boolean, and passes whether that is true or false.
    JsonPathOfBoolean = "jsonpath-of-boolean",
    /// The operation does not declare the parameter.
    UnknownParameter = "unknown-parameter",
    /// The operation's schema refuses a value that is written out.
    RefusedValue = "refused-value",
    /// The operation does not take bodies of the content type.
    UndeclaredContentType = "undeclared-content-type",
    /// The operation takes no body.
    UnexpectedBody = "unexpected-body",
    /// A payload lacks a member that the operation requires.
    MissingMember = "missing-member",
    /// A payload has a member that the operation does not allow.
    UnknownMember = "unknown-member",
    /// The schema of an input refuses its default.
    RefusedDefault = "refused-default",
    /// Nothing uses a declared input.
    UnusedInput = "unused-input",
    /// Nothing refers to a component.
    UnusedComponent = "unused-component",
    /// No step uses a source.
    UnusedSource = "unused-source",
    /// A secret is written into the description.
    SecretInDescription = "secret-in-description",
}

impl From<Tolerance> for Code {
    fn from(tolerance: Tolerance) -> Self {
        match tolerance {
            Tolerance::T1JsonPathComparison => Self::JsonPathComparison,
            Tolerance::T2Length => Self::JsonPathLength,
            Tolerance::T3BareExpression => Self::UnbracedExpressionInJsonPath,
            Tolerance::T3BareInRegex => Self::UnbracedExpressionInRegex,
            Tolerance::T3BareInXPath => Self::UnbracedExpressionInXPath,
            Tolerance::T6BareInText => Self::UnbracedExpressionInText,
            Tolerance::T7Navigation => Self::NavigationWithoutPointer,
            Tolerance::T8Headers => Self::HeadersForHeader,
            Tolerance::T12RootFilter => Self::JsonPathRootFilter,
            Tolerance::T12CountOfArray => Self::JsonPathCountOfOne,
            Tolerance::T13DoubleQuotes => Self::DoubleQuotedString,
            Tolerance::T17UnquotedText => Self::UnquotedString,
            Tolerance::T20FreeName => Self::FreeName,
            Tolerance::JsonPathDraft => Self::JsonPathDraft,
            Tolerance::XPath10For31 => Self::XPathOneForThree,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Position;

    #[test]
    fn a_diagnostic_reads_like_a_compiler_message() {
        let place = Place { file: "a.yml".into(), span: Span::at(Position::START), path: String::new() };
        let diagnostic = Diagnostic::warning(Code::UnknownField, "a step has no field `x`", place);
        assert_eq!(diagnostic.to_string(), "a.yml:1:1: warning: a step has no field `x`");
    }

    #[test]
    fn code_names_are_kebab_case_and_unlike() {
        for (index, code) in Code::ALL.iter().enumerate() {
            let name = code.as_str();
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
            assert!(Code::ALL.iter().skip(index + 1).all(|other| other.as_str() != name), "{name}");
        }
    }
}
