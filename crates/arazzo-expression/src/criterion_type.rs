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
    /// `xpath-31`
    V31,
    /// No version is given, which stands for `xpath-31`. The default mode reads XPath 1.0.
    #[default]
    Unnamed,
}

impl JsonPathVersion {
    /// The version that `version` names.
    pub(crate) fn from_name(version: Option<&str>) -> Option<Self> {
        match version {
            None | Some("rfc9535") => Some(Self::Rfc9535),
            Some("draft-goessner-dispatch-jsonpath-00") => Some(Self::DraftGoessner),
            Some(_) => None,
        }
    }
}

impl XPathVersion {
    /// The version that `version` names.
    pub(crate) fn from_name(version: Option<&str>) -> Option<Self> {
        match version {
            None => Some(Self::Unnamed),
            Some("xpath-31") => Some(Self::V31),
            Some("xpath-30") => Some(Self::V30),
            Some("xpath-20") => Some(Self::V20),
            Some("xpath-10") => Some(Self::V10),
            Some(_) => None,
        }
    }
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
            (Some("jsonpath"), version) => JsonPathVersion::from_name(version).map(Self::JsonPath),
            (Some("xpath"), version) => XPathVersion::from_name(version).map(Self::XPath),
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
        match self {
            Self::Simple => formatter.write_str("`simple`"),
            Self::Regex => formatter.write_str("`regex`"),
            Self::JsonPath(version) => version.fmt(formatter),
            Self::XPath(version) => version.fmt(formatter),
        }
    }
}

impl fmt::Display for JsonPathVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rfc9535 => "`jsonpath`",
            Self::DraftGoessner => "`jsonpath` in the version `draft-goessner-dispatch-jsonpath-00`",
        })
    }
}

impl fmt::Display for XPathVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::V10 => "`xpath` in the version `xpath-10`",
            Self::V20 => "`xpath` in the version `xpath-20`",
            Self::V30 => "`xpath` in the version `xpath-30`",
            Self::V31 => "`xpath` in the version `xpath-31`",
            Self::Unnamed => "`xpath`, which is `xpath-31` when no version is given,",
        })
    }
}
