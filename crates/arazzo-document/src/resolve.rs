//! Which operation a step means.
//!
//! See `operationId` and `operationPath` of the
//! [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object).

use std::sync::Arc;

use arazzo_expression::{Expression, Mode, Source};

use crate::arazzo_document::ArazzoDocument;
use crate::description::{Target, Text};
use crate::diagnostic::{Code, Diagnostic, Place, Related};
use crate::nearest::{nearest, suggestion};
use crate::node::unescaped;
use crate::openapi::{OpenApi, OperationRef};
use crate::workspace::SourceContent;

/// An operation of one of the sources.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResolvedOperation {
    /// The name of the source.
    pub source: String,
    /// The source.
    pub openapi: Arc<OpenApi>,
    /// The operation in it.
    pub operation: OperationRef,
}

impl ResolvedOperation {
    /// The `operationPath` that leads to it, as the specification writes it.
    fn path(&self) -> String {
        let pointer = self.openapi.operation(self.operation).pointer();
        format!("{{$sourceDescriptions.{}.url}}#{pointer}", self.source)
    }
}

/// What resolving gave: an operation unless there is an error, and what was found on the way.
#[derive(Debug, Default)]
pub struct Resolution {
    /// The operation; `None` when a diagnostic is an error or the source was already reported as missing.
    pub operation: Option<ResolvedOperation>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the pointer had to be read with some goodwill.
    loosely: bool,
}

impl Resolution {
    fn found(source: &str, openapi: &Arc<OpenApi>, operation: OperationRef) -> Self {
        let operation =
            ResolvedOperation { source: source.to_owned(), openapi: Arc::clone(openapi), operation };
        Self { operation: Some(operation), ..Self::default() }
    }

    fn refused(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: vec![diagnostic], ..Self::default() }
    }
}

impl ArazzoDocument {
    /// The operation that `target` means. A target that is no operation is refused by name.
    pub fn resolve_operation(&self, target: &Target, mode: Mode) -> Resolution {
        match target {
            Target::OperationId(id) => match self.qualified(id) {
                Some((source, operation)) => self.operation_in(id, &source, &operation),
                None => self.plain(id, mode),
            },
            Target::OperationPath(path) => self.by_path(path, mode),
            Target::Workflow(id) => Resolution::refused(self.unsupported(id, "a workflow as an operation")),
            Target::Channel(path) => {
                Resolution::refused(self.unsupported(path, "a step that uses an AsyncAPI channel"))
            }
        }
    }

    /// The parts of `$sourceDescriptions.<name>.<operationId>`.
    pub(crate) fn qualified(&self, id: &Text) -> Option<(String, String)> {
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
            None if self.lacks_sources() => Resolution::default(),
            None => Resolution::refused(self.unknown_source(text, source)),
            // That the source is missing was said at its `url`.
            Some((_, SourceContent::Missing | SourceContent::Wanted)) => Resolution::default(),
            Some((_, SourceContent::Arazzo(_) | SourceContent::AsyncApi)) => Resolution::refused(
                self.unsupported(text, "an operation of a source that is no OpenAPI description"),
            ),
            Some((_, SourceContent::OpenApi(openapi))) => match openapi.operation_by_id(id) {
                Some(operation) => Resolution::found(source, openapi, operation),
                None => Resolution::refused(self.unknown_operation(text, id, &[openapi])),
            },
        }
    }

    /// A plain id with several sources is not allowed but means something when one source alone has it (T4).
    fn plain(&self, id: &Text, mode: Mode) -> Resolution {
        let several =
            self.sources().filter(|(_, content)| !matches!(content, SourceContent::Arazzo(_))).count() > 1;
        let openapis: Vec<(&str, &Arc<OpenApi>)> = self
            .sources()
            .filter_map(|(source, content)| match content {
                SourceContent::OpenApi(openapi) => Some((source.name.value.as_str(), openapi)),
                SourceContent::Wanted
                | SourceContent::Missing
                | SourceContent::Arazzo(_)
                | SourceContent::AsyncApi => None,
            })
            .collect();
        let missing = self
            .sources()
            .any(|(_, content)| matches!(content, SourceContent::Missing | SourceContent::Wanted));
        let found: Vec<(&str, &Arc<OpenApi>, OperationRef)> = openapis
            .iter()
            .filter_map(|(name, openapi)| {
                openapi.operation_by_id(&id.value).map(|operation| (*name, *openapi, operation))
            })
            .collect();
        match found.as_slice() {
            [] if self.source_prefix(&id.value).is_some() => self.prefixed(id, mode),
            [] if self.sources().any(|(_, content)| matches!(content, SourceContent::AsyncApi)) => {
                Resolution::refused(
                    self.unsupported(id, "an operation that only an AsyncAPI source can have"),
                )
            }
            // It may be in the source that is missing, which was reported.
            [] if missing || self.lacks_sources() => Resolution::default(),
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

    /// The operation that an `operationPath` leads to. What does not have the form of the specification is taken when
    /// it can only mean one operation (T5).
    fn by_path(&self, path: &Text, mode: Mode) -> Resolution {
        let written = OperationPath::parse(&path.value, |name| self.source(name).is_some());
        let mut resolution = match &written {
            OperationPath::Pointer { source, pointer, .. } => self.pointed(path, source, pointer),
            OperationPath::Route { method, route } => self.routed(path, *method, route),
            OperationPath::Unknown if self.names_async_source(&path.value) => {
                return Resolution::refused(self.unsupported(path, "an operation of an AsyncAPI source"));
            }
            OperationPath::Unknown => return Resolution::refused(self.unknown_form(path)),
        };
        let canonical = matches!(written, OperationPath::Pointer { canonical: true, .. });
        if let Some(found) = &resolution.operation
            && (!canonical || resolution.loosely)
        {
            let place = self.document.place(path.span);
            let message = format!("`operationPath: {}` has not the form of the specification", path.value);
            let diagnostic = tolerated(Code::OperationPathForm, message, place, mode);
            let form = found.path();
            let hint = format!("write `'{form}'`");
            resolution.diagnostics.push(diagnostic.with_hint(hint).with_fix(form));
            if mode == Mode::Strict {
                resolution.operation = None;
            }
        }
        resolution
    }

    fn pointed(&self, path: &Text, source: &str, pointer: &str) -> Resolution {
        match self.source(source) {
            None if self.lacks_sources() => Resolution::default(),
            None => Resolution::refused(self.unknown_source(path, source)),
            Some((_, SourceContent::Missing | SourceContent::Wanted)) => Resolution::default(),
            Some((_, SourceContent::Arazzo(_) | SourceContent::AsyncApi)) => Resolution::refused(
                self.unsupported(path, "an operation of a source that is no OpenAPI description"),
            ),
            Some((_, SourceContent::OpenApi(openapi))) => match openapi.operation_by_pointer(pointer) {
                Some(operation) => Resolution::found(source, openapi, operation),
                None => match loosely_pointed(openapi, pointer) {
                    Some(operation) => {
                        Resolution { loosely: true, ..Resolution::found(source, openapi, operation) }
                    }
                    None => Resolution::refused(self.unknown_path(path, pointer, openapi)),
                },
            },
        }
    }

    /// `POST /path` or `/path`, if that is one operation of one source.
    fn routed(&self, path: &Text, method: Option<&str>, route: &str) -> Resolution {
        let mut found = Vec::new();
        for (source, content) in self.sources() {
            let SourceContent::OpenApi(openapi) = content else { continue };
            let fits = |operation: &OperationRef| {
                method
                    .is_none_or(|method| openapi.operation(*operation).method().eq_ignore_ascii_case(method))
            };
            found.extend(
                openapi
                    .operations_at(route)
                    .filter(fits)
                    .map(|operation| (source.name.value.as_str(), openapi, operation)),
            );
        }
        match found.as_slice() {
            [(source, openapi, operation)] => Resolution::found(source, openapi, *operation),
            [] | [_, _, ..] => Resolution::refused(self.unknown_form(path)),
        }
    }

    fn names_async_source(&self, path: &str) -> bool {
        let named = path.trim_start_matches('{').strip_prefix("$sourceDescriptions.").unwrap_or_default();
        self.sources().any(|(source, content)| {
            let rest = named.strip_prefix(source.name.value.as_str());
            matches!(content, SourceContent::AsyncApi) && rest.is_some_and(|rest| rest.starts_with('.'))
        })
    }

    fn unknown_form(&self, path: &Text) -> Diagnostic {
        let message = format!("`operationPath: {}` does not name a source and a path in it", path.value);
        Diagnostic::error(Code::OperationPath, message, self.document.place(path.span)).with_hint(
            "write it as `'{$sourceDescriptions.<name>.url}#/paths/~1<path>/<method>'`, or use `operationId`",
        )
    }

    /// The source, and what follows it, of `<source>.<id>`.
    pub(crate) fn source_prefix<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        text.match_indices('.')
            .filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)))
            .find(|(source, _)| self.source(source).is_some())
    }

    /// `<source>.<operationId>` without `$sourceDescriptions` (T16).
    fn prefixed(&self, text: &Text, mode: Mode) -> Resolution {
        let Some((source, id)) = self.source_prefix(&text.value) else { return Resolution::default() };
        let mut resolution = self.operation_in(text, source, id);
        if resolution.operation.is_some() {
            resolution.diagnostics.push(self.without_root(text, source, id, mode));
            if mode == Mode::Strict {
                resolution.operation = None;
            }
        }
        resolution
    }

    pub(crate) fn without_root(&self, text: &Text, source: &str, id: &str, mode: Mode) -> Diagnostic {
        let message = format!("`{}` names its source without `$sourceDescriptions`", text.value);
        let diagnostic = tolerated(Code::SourceWithoutRoot, message, self.document.place(text.span), mode);
        let qualified = format!("$sourceDescriptions.{source}.{id}");
        diagnostic.with_hint(format!("write `{qualified}`")).with_fix(qualified)
    }

    fn unqualified(&self, id: &Text, source: &str, mode: Mode) -> Diagnostic {
        let place = self.document.place(id.span);
        let qualified = format!("$sourceDescriptions.{source}.{}", id.value);
        let message = format!(
            "operation id `{}` does not name its source, and there is more than one; only `{source}` has it",
            id.value
        );
        tolerated(Code::UnqualifiedOperationId, message, place, mode)
            .with_hint(format!("write `{qualified}`"))
            .with_fix(qualified)
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
        if let Some((fact, hint)) = self.path_as_id(text) {
            let message = format!("`{}` is {fact}", text.value);
            return Diagnostic::error(Code::UnknownOperationId, message, self.document.place(text.span))
                .with_hint(hint);
        }
        let ids: Vec<&str> = openapis.iter().flat_map(|openapi| openapi.operation_ids()).collect();
        let files: Vec<String> =
            openapis.iter().map(|openapi| format!("`{}`", openapi.document().name)).collect();
        let message = match files.as_slice() {
            [] => format!("no operation has the id `{id}`: there is no OpenAPI source"),
            files => format!("no operation has the id `{id}` in {}", files.join(", ")),
        };
        let hint = suggestion(id, &ids)
            .unwrap_or_else(|| "no operation there has an id; use `operationPath`".to_owned());
        let mut diagnostic =
            Diagnostic::error(Code::UnknownOperationId, message, self.document.place(text.span));
        // It may be of a path that lies elsewhere and cannot be read.
        let unread = openapis.iter().flat_map(|openapi| openapi.broken_paths());
        diagnostic.related = unread
            .take(MAX_UNREAD)
            .map(|problem| Related { place: problem.place, message: problem.message })
            .collect();
        let is_whole = diagnostic.related.is_empty();
        diagnostic.with_hint(if is_whole { hint } else { "look at the paths that cannot be read".to_owned() })
    }

    /// What an operation id is that is written like an `operationPath`, and what to write instead.
    fn path_as_id(&self, text: &Text) -> Option<(&'static str, String)> {
        let written = OperationPath::parse(&text.value, |name| self.source(name).is_some());
        let (found, is_route) = match written {
            OperationPath::Pointer { source, pointer, .. } => (self.pointed(text, source, pointer), false),
            // There are ids with a blank or a slash in them.
            OperationPath::Route { method, route } => (self.routed(text, method, route), true),
            OperationPath::Unknown => return None,
        };
        match found.operation {
            Some(found) => {
                let hint = format!("write `operationPath: '{}'`", found.path());
                Some(("the path of an operation, not its id", hint))
            }
            None if is_route => None,
            None => {
                // What is said of a source would be taken for an id.
                let unknown = found.diagnostics.into_iter().find(|found| found.code == Code::OperationPath);
                let hint = unknown.and_then(|unknown| unknown.hint);
                let hint = match hint {
                    Some(hint) => format!("write it as `operationPath`; {hint}"),
                    None => "write it as `operationPath`".to_owned(),
                };
                Some(("written like the path of an operation, not like an id", hint))
            }
        }
    }

    fn unknown_path(&self, path: &Text, pointer: &str, openapi: &OpenApi) -> Diagnostic {
        let message = format!("`{}` has no operation at `{pointer}`", openapi.document().name);
        let pointers: Vec<String> = openapi.pointers().collect();
        let hint = match nearest(pointer, pointers.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the pointer is `/paths/<path with ~1 for />/<method in lower case>`".to_owned(),
        };
        Diagnostic::error(Code::OperationPath, message, self.document.place(path.span)).with_hint(hint)
    }

    pub(crate) fn unknown_source(&self, text: &Text, name: &str) -> Diagnostic {
        let message = format!("there is no source description `{name}`");
        let names: Vec<&str> =
            self.description.sources.iter().map(|source| source.name.value.as_str()).collect();
        Diagnostic::error(Code::UnknownSource, message, self.document.place(text.span))
            .with_optional_hint(suggestion(name, &names))
    }

    fn unsupported(&self, text: &Text, what: &str) -> Diagnostic {
        let message = format!("{what} (`{}`) cannot be run by this version", text.value);
        Diagnostic::error(Code::Unsupported, message, self.document.place(text.span))
    }
}

/// So many paths that cannot be read are shown.
const MAX_UNREAD: usize = 6;

/// What is taken with a warning, and an error to the letter.
pub(crate) fn tolerated(code: Code, message: String, place: Place, mode: Mode) -> Diagnostic {
    match mode {
        Mode::Tolerant => Diagnostic::warning(code, message, place),
        Mode::Strict => Diagnostic::error(code, message, place),
    }
}

/// An `operationPath` taken apart.
enum OperationPath<'t> {
    /// A source and a JSON Pointer into it.
    Pointer { source: &'t str, pointer: &'t str, canonical: bool },
    /// A path of the API, perhaps with a method.
    Route { method: Option<&'t str>, route: &'t str },
    /// Nothing that means an operation.
    Unknown,
}

impl<'t> OperationPath<'t> {
    fn parse(text: &'t str, is_source: impl Fn(&str) -> bool) -> Self {
        if let Some((reference, pointer)) = text.split_once('#') {
            let braced = reference.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let name = braced.unwrap_or(reference);
            let name = name.strip_prefix("$sourceDescriptions.").unwrap_or(name);
            let source = name.strip_suffix(".url").unwrap_or(name);
            let canonical = braced == Some(&*format!("$sourceDescriptions.{source}.url"));
            return match canonical || is_source(source) {
                true => Self::Pointer { source, pointer, canonical },
                false => Self::Unknown,
            };
        }
        match text.split_once(' ') {
            Some((method, route)) if route.trim_start().starts_with('/') => {
                Self::Route { method: Some(method), route: route.trim() }
            }
            None if text.starts_with('/') => Self::Route { method: None, route: text },
            Some(_) | None => Self::Unknown,
        }
    }
}

/// The operation at a pointer with unescaped slashes.
fn loosely_pointed(openapi: &OpenApi, pointer: &str) -> Option<OperationRef> {
    let (path, method) = pointer.strip_prefix("/paths/")?.rsplit_once('/')?;
    let path = unescaped(path);
    let path = if path.starts_with('/') { path } else { format!("/{path}").into() };
    openapi.operation_by_path(&path, method)
}
