//! The types of criteria, and the
//! [Expression Type Object](https://spec.openapis.org/arazzo/v1.1.0.html#expression-type-object) that names a version.

use std::fmt;

use crate::criterion::CriterionError;

/// The language of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CriterionType {
    /// `simple`, also when no type is given.
    #[default]
    Simple,
    /// `regex`
    Regex,
    /// `jsonpath`
    JsonPath(JsonPathVersion),
    /// `xpath`
    XPath(XPathVersion),
}

/// A version of JSONPath.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum JsonPathVersion {
    /// `rfc9535`, also when no version is given.
    #[default]
    Rfc9535,
    /// `draft-goessner-dispatch-jsonpath-00`
    DraftGoessner,
}

/// A version of XPath.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum XPathVersion {
    /// `xpath-10`
    V10,
    /// `xpath-20`
    V20,
    /// `xpath-30`
    V30,
    /// `xpath-31`, also when no version is given.
    #[default]
    V31,
}

impl CriterionType {
    /// The type that `type` and `version` name.
    ///
    /// # Errors
    /// When there is no such type, or no such version of it.
    pub fn from_names(kind: Option<&str>, version: Option<&str>) -> Result<Self, CriterionError> {
        let found = match (kind, version) {
            (None | Some("simple"), None) => Some(Self::Simple),
            (Some("regex"), None) => Some(Self::Regex),
            (Some("jsonpath"), None | Some("rfc9535")) => Some(Self::JsonPath(JsonPathVersion::Rfc9535)),
            (Some("jsonpath"), Some("draft-goessner-dispatch-jsonpath-00")) => {
                Some(Self::JsonPath(JsonPathVersion::DraftGoessner))
            }
            (Some("xpath"), None | Some("xpath-31")) => Some(Self::XPath(XPathVersion::V31)),
            (Some("xpath"), Some("xpath-30")) => Some(Self::XPath(XPathVersion::V30)),
            (Some("xpath"), Some("xpath-20")) => Some(Self::XPath(XPathVersion::V20)),
            (Some("xpath"), Some("xpath-10")) => Some(Self::XPath(XPathVersion::V10)),
            _ => None,
        };
        found.ok_or_else(|| {
            let name = kind.unwrap_or("simple").to_owned();
            match version {
                Some(version) if matches!(name.as_str(), "simple" | "regex" | "jsonpath" | "xpath") => {
                    CriterionError::UnknownVersion { name, version: version.to_owned() }
                }
                Some(_) | None => CriterionError::UnknownType { name },
            }
        })
    }
}

impl fmt::Display for CriterionType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Simple => "`simple`",
            Self::Regex => "`regex`",
            Self::JsonPath(JsonPathVersion::Rfc9535) => "`jsonpath`",
            Self::JsonPath(JsonPathVersion::DraftGoessner) => {
                "`jsonpath` in the version `draft-goessner-dispatch-jsonpath-00`"
            }
            Self::XPath(XPathVersion::V10) => "`xpath` in the version `xpath-10`",
            Self::XPath(XPathVersion::V20) => "`xpath` in the version `xpath-20`",
            Self::XPath(XPathVersion::V30) => "`xpath` in the version `xpath-30`",
            Self::XPath(XPathVersion::V31) => "`xpath` in the version `xpath-31`",
        })
    }
}
