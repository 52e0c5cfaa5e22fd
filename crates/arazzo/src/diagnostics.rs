//! Diagnostics as JSON, in one shape for all commands.

use std::fmt;

use arazzo_document::{Diagnostic, Place};
use serde::Serialize;

use crate::refusal::Problem;

/// A diagnostic as JSON. Lines and columns count from 1; they are `null` for what has no place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagnosticJson {
    code: String,
    severity: String,
    message: String,
    #[serde(flatten)]
    place: PlaceJson,
    hint: Option<String>,
    /// The text that should stand in place of the string at `path`, where that is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
    related: Vec<RelatedJson>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct PlaceJson {
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    path: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct RelatedJson {
    message: String,
    #[serde(flatten)]
    place: PlaceJson,
}

impl DiagnosticJson {
    /// A warning that came up while a workflow ran.
    pub(crate) fn warning(code: &str, message: &str, place: Option<&Place>) -> Self {
        Self {
            code: code.to_owned(),
            severity: "warning".to_owned(),
            message: message.to_owned(),
            place: place.map(PlaceJson::from).unwrap_or_default(),
            hint: None,
            fix: None,
            related: Vec::new(),
        }
    }
}

impl DiagnosticJson {
    /// Whether it keeps a workflow from being run.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == "error"
    }
}

impl fmt::Display for DiagnosticJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let PlaceJson { file: Some(file), line: Some(line), column: Some(column), .. } = &self.place {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl From<&Place> for PlaceJson {
    fn from(place: &Place) -> Self {
        Self {
            file: Some(place.file.to_string()),
            line: Some(place.span.start.line),
            column: Some(place.span.start.column),
            end_line: Some(place.span.end.line),
            end_column: Some(place.span.end.column),
            path: Some(place.path.clone()),
        }
    }
}

impl From<&Diagnostic> for DiagnosticJson {
    fn from(diagnostic: &Diagnostic) -> Self {
        let related = diagnostic
            .related
            .iter()
            .map(|related| RelatedJson { message: related.message.clone(), place: (&related.place).into() });
        Self {
            code: diagnostic.code.to_string(),
            severity: diagnostic.severity.to_string(),
            message: diagnostic.message.clone(),
            place: (&diagnostic.place).into(),
            hint: diagnostic.hint.clone(),
            fix: diagnostic.fix.clone(),
            related: related.collect(),
        }
    }
}

impl From<&Problem> for DiagnosticJson {
    fn from(problem: &Problem) -> Self {
        match problem {
            Problem::Located(diagnostic) => diagnostic.into(),
            Problem::Unlocated { code, message, hint } => Self {
                code: (*code).to_owned(),
                severity: "error".to_owned(),
                message: message.clone(),
                place: PlaceJson::default(),
                hint: hint.clone(),
                fix: None,
                related: Vec::new(),
            },
            Problem::InRow { file, line, column, message, hint } => Self {
                code: "invalid-input".to_owned(),
                severity: "error".to_owned(),
                message: message.clone(),
                place: PlaceJson {
                    file: Some(file.clone()),
                    line: Some(*line),
                    column: *column,
                    ..PlaceJson::default()
                },
                hint: hint.clone(),
                fix: None,
                related: Vec::new(),
            },
        }
    }
}
