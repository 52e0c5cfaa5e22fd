//! Which operation a step means.
//!
//! See `operationId` and `operationPath` of the
//! [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object).

use std::sync::Arc;

use arazzo_expression::{Expression, Mode, Source};

use crate::description::{Target, Text};
use crate::diagnostic::{Code, Diagnostic, Related};
use crate::nearest::nearest;
use crate::openapi::{OpenApi, OperationRef};
use crate::workspace::{SourceContent, Workspace};

/// An operation of one of the sources.
#[derive(Debug, Clone)]
pub struct ResolvedOperation {
    /// The name of the source.
    pub source: String,
    /// The source.
    pub openapi: Arc<OpenApi>,
    /// The operation in it.
    pub operation: OperationRef,
}

/// What resolving gave: an operation unless there is an error, and what was found on the way.
#[derive(Debug, Default)]
pub struct Resolution {
    /// The operation; `None` when a diagnostic is an error or the source was already reported as missing.
    pub operation: Option<ResolvedOperation>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Resolution {
    fn found(source: &str, openapi: &Arc<OpenApi>, operation: OperationRef) -> Self {
        let operation =
            ResolvedOperation { source: source.to_owned(), openapi: Arc::clone(openapi), operation };
        Self { operation: Some(operation), diagnostics: Vec::new() }
    }

    fn refused(diagnostic: Diagnostic) -> Self {
        Self { operation: None, diagnostics: vec![diagnostic] }
    }
}

impl Workspace {
    /// The operation that `target` means. A step that calls a workflow or a channel is refused by name.
    pub fn resolve_operation(&self, target: &Target, mode: Mode) -> Resolution {
        match target {
            Target::OperationId(id) => match self.qualified(id) {
                Some((source, operation)) => self.operation_in(id, &source, &operation),
                None => self.plain(id, mode),
            },
            Target::OperationPath(path) => self.by_path(path),
            Target::Workflow(id) => Resolution::refused(self.unsupported(id, "a step that calls a workflow")),
            Target::Channel(path) => {
                Resolution::refused(self.unsupported(path, "a step that uses an AsyncAPI channel"))
            }
        }
    }

    /// The parts of `$sourceDescriptions.<name>.<operationId>`.
    fn qualified(&self, id: &Text) -> Option<(String, String)> {
        let parsed = Expression::parse(&id.value, Mode::Strict).ok()?.value;
        match parsed.source {
            Source::SourceDescription { source, reference } => Some((source, reference)),
            Source::Url
            | Source::Method
            | Source::StatusCode
            | Source::SelfUri
            | Source::Request(_)
            | Source::Response(_)
            | Source::Message(_)
            | Source::Input(_)
            | Source::Output(_)
            | Source::StepOutput { .. }
            | Source::WorkflowInput { .. }
            | Source::WorkflowOutput { .. }
            | Source::Component { .. } => None,
        }
    }

    fn operation_in(&self, text: &Text, source: &str, id: &str) -> Resolution {
        match self.source(source) {
            None => Resolution::refused(self.unknown_source(text, source)),
            // That the source is missing was said at its `url`.
            Some((_, SourceContent::Missing)) => Resolution::default(),
            Some((_, SourceContent::Unsupported(_))) => {
                Resolution::refused(self.unsupported(text, "an operation of this type of source"))
            }
            Some((_, SourceContent::OpenApi(openapi))) => match openapi.operation_by_id(id) {
                Some(operation) => Resolution::found(source, openapi, operation),
                None => Resolution::refused(self.unknown_operation(text, id, &[openapi])),
            },
        }
    }

    /// A plain id with several sources is not allowed but means something when one source alone has it (T4).
    fn plain(&self, id: &Text, mode: Mode) -> Resolution {
        let several =
            self.sources().filter(|(_, content)| !matches!(content, SourceContent::Unsupported(_))).count()
                > 1;
        let openapis: Vec<(&str, &Arc<OpenApi>)> = self
            .sources()
            .filter_map(|(source, content)| match content {
                SourceContent::OpenApi(openapi) => Some((source.name.value.as_str(), openapi)),
                SourceContent::Missing | SourceContent::Unsupported(_) => None,
            })
            .collect();
        let missing = self.sources().any(|(_, content)| matches!(content, SourceContent::Missing));
        let found: Vec<(&str, &Arc<OpenApi>, OperationRef)> = openapis
            .iter()
            .filter_map(|(name, openapi)| {
                openapi.operation_by_id(&id.value).map(|operation| (*name, *openapi, operation))
            })
            .collect();
        match found.as_slice() {
            // It may be in the source that is missing, which was reported.
            [] if missing => Resolution::default(),
            [] => {
                let openapis: Vec<&Arc<OpenApi>> = openapis.iter().map(|(_, openapi)| *openapi).collect();
                Resolution::refused(self.unknown_operation(id, &id.value, &openapis))
            }
            [(source, openapi, operation)] => {
                let mut resolution = Resolution::found(source, openapi, *operation);
                if several {
                    resolution.diagnostics.push(self.unqualified(id, source, mode));
                }
                if mode == Mode::Strict && several {
                    resolution.operation = None;
                }
                resolution
            }
            [_, _, ..] => Resolution::refused(self.ambiguous(id, &found)),
        }
    }

    /// `{$sourceDescriptions.<name>.url}#<pointer>`.
    fn by_path(&self, path: &Text) -> Resolution {
        let parts =
            path.value.strip_prefix("{$sourceDescriptions.").and_then(|rest| rest.split_once(".url}#"));
        let Some((source, pointer)) = parts else {
            let message = format!("`operationPath: {}` does not name a source and a path in it", path.value);
            let diagnostic =
                Diagnostic::error(Code::OperationPath, message, self.document.place(path.span)).with_hint(
                    "write it as `'{$sourceDescriptions.<name>.url}#/paths/~1<path>/<method>'`, or use `operationId`",
                );
            return Resolution::refused(diagnostic);
        };
        match self.source(source) {
            None => Resolution::refused(self.unknown_source(path, source)),
            Some((_, SourceContent::Missing)) => Resolution::default(),
            Some((_, SourceContent::Unsupported(_))) => {
                Resolution::refused(self.unsupported(path, "an operation of this type of source"))
            }
            Some((_, SourceContent::OpenApi(openapi))) => match openapi.operation_by_pointer(pointer) {
                Some(operation) => Resolution::found(source, openapi, operation),
                None => Resolution::refused(self.unknown_path(path, pointer, openapi)),
            },
        }
    }

    fn unqualified(&self, id: &Text, source: &str, mode: Mode) -> Diagnostic {
        let place = self.document.place(id.span);
        let hint = format!("write `$sourceDescriptions.{source}.{}`", id.value);
        let message = format!(
            "operation id `{}` does not name its source, and there is more than one; only `{source}` has it",
            id.value
        );
        match mode {
            Mode::Tolerant => Diagnostic::warning(Code::UnqualifiedOperationId, message, place),
            Mode::Strict => Diagnostic::error(Code::UnqualifiedOperationId, message, place),
        }
        .with_hint(hint)
    }

    fn ambiguous(&self, id: &Text, found: &[(&str, &Arc<OpenApi>, OperationRef)]) -> Diagnostic {
        let names: Vec<String> = found.iter().map(|(source, ..)| format!("`{source}`")).collect();
        let message = format!("operation id `{}` is in several sources: {}", id.value, names.join(", "));
        let first = found.first().map_or("<name>", |(source, ..)| source);
        let mut diagnostic =
            Diagnostic::error(Code::AmbiguousOperationId, message, self.document.place(id.span))
                .with_hint(format!("name the source: `$sourceDescriptions.{first}.{}`", id.value));
        diagnostic.related = found
            .iter()
            .map(|(source, openapi, operation)| Related {
                place: openapi.document().place(openapi.operation(*operation).span()),
                message: format!("the operation in `{source}`"),
            })
            .collect();
        diagnostic
    }

    fn unknown_operation(&self, text: &Text, id: &str, openapis: &[&Arc<OpenApi>]) -> Diagnostic {
        let ids: Vec<&str> = openapis
            .iter()
            .flat_map(|openapi| {
                openapi.operations().filter_map(|operation| openapi.operation(operation).operation_id())
            })
            .collect();
        let files: Vec<String> =
            openapis.iter().map(|openapi| format!("`{}`", openapi.document().name)).collect();
        let message = format!("no operation has the id `{id}` in {}", files.join(", "));
        let hint = match nearest(id, ids.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if ids.is_empty() => "no operation there has an id; use `operationPath`".to_owned(),
            None => format!("there are {}", some_of(&ids)),
        };
        Diagnostic::error(Code::UnknownOperationId, message, self.document.place(text.span)).with_hint(hint)
    }

    fn unknown_path(&self, path: &Text, pointer: &str, openapi: &OpenApi) -> Diagnostic {
        let message = format!("`{}` has no operation at `{pointer}`", openapi.document().name);
        let pointers: Vec<String> =
            openapi.operations().map(|operation| openapi.operation(operation).pointer()).collect();
        let hint = match nearest(pointer, pointers.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the pointer is `/paths/<path with ~1 for />/<method in lower case>`".to_owned(),
        };
        Diagnostic::error(Code::OperationPath, message, self.document.place(path.span)).with_hint(hint)
    }

    fn unknown_source(&self, text: &Text, name: &str) -> Diagnostic {
        let message = format!("there is no source description `{name}`");
        let names: Vec<&str> =
            self.description.sources.iter().map(|source| source.name.value.as_str()).collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", some_of(&names)),
        };
        Diagnostic::error(Code::UnknownSource, message, self.document.place(text.span)).with_hint(hint)
    }

    fn unsupported(&self, text: &Text, what: &str) -> Diagnostic {
        let message = format!("{what} (`{}`) cannot be run by this version", text.value);
        Diagnostic::error(Code::Unsupported, message, self.document.place(text.span))
    }
}

/// The first few names, for a hint.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let mut list: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        list.push(format!("{} more", names.len() - SHOWN));
    }
    list.join(", ")
}
