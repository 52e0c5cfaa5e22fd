//! One document of an Arazzo Description.
//!
//! See [Arazzo Description](https://spec.openapis.org/arazzo/v1.0.1.html#arazzo-description).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arazzo_expression::{ComponentKind, Mode};
use url::Url;

use crate::description::{Description, SourceDescription, Text, Workflow};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::Document;
use crate::openapi::OpenApi;
use crate::position::Span;
use crate::workspace::SourceContent;

/// One document of a description, with what its sources turned out to be.
#[derive(Debug)]
pub struct ArazzoDocument {
    /// The text.
    pub document: Arc<Document>,
    /// What it says.
    pub description: Description,
    pub(crate) contents: Vec<SourceContent>,
    /// Where the structure is wrong, so that something may be left out of the description.
    misread: Vec<Span>,
    /// The places of the workflows in the description, by their ids.
    workflows: HashMap<String, usize>,
    /// The places of the components in their lists.
    components: HashMap<ComponentKind, HashMap<String, usize>>,
}

impl ArazzoDocument {
    pub(crate) fn read(document: Arc<Document>, mode: Mode) -> (Option<Self>, Vec<Diagnostic>) {
        let (description, mut diagnostics) = Description::read(&document, mode);
        let read = description.map(|description| {
            let contents = vec![SourceContent::Wanted; description.sources.len()];
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
            let misread = errors.map(|diagnostic| diagnostic.place.span).collect();
            let workflows = places(description.workflows.iter().map(|workflow| &workflow.id));
            let components = places_of_components(&description);
            Self { document, description, contents, misread, workflows, components }
        });
        if let Some(read) = &read {
            diagnostics.extend(read.repeated_names());
        }
        (read, diagnostics)
    }

    /// Where relative references of the document start: its `$self`, else where it lies.
    ///
    /// See [Establishing the Base URI](https://spec.openapis.org/arazzo/v1.1.0.html#establishing-the-base-uri).
    pub fn base_uri(&self) -> String {
        let own = self.description.self_uri.as_ref().map(|uri| uri.value.as_str());
        let resolved = own.and_then(|own| match Url::parse(own) {
            Ok(absolute) => Some(absolute),
            Err(_) => Url::parse(&self.document.uri).ok()?.join(own).ok(),
        });
        resolved.map_or_else(|| self.document.uri.clone(), Into::into)
    }

    /// Whether the structure is wrong somewhere in `span`, so that the description may lack something there.
    pub fn is_misread(&self, span: Span) -> bool {
        self.misread.iter().any(|wrong| span.start <= wrong.start && wrong.start < span.end)
    }

    /// Whether there are no `sourceDescriptions`, or something is wrong in them, so that a source may be lacking. That
    /// was reported.
    pub fn lacks_sources(&self) -> bool {
        self.document.root.get("sourceDescriptions").is_none_or(|sources| self.is_misread(sources.span))
    }

    /// The workflow with this id; the first, should there be two.
    pub fn workflow(&self, id: &str) -> Option<&Workflow> {
        self.description.workflows.get(self.workflow_index(id)?)
    }

    pub(crate) fn workflow_index(&self, id: &str) -> Option<usize> {
        self.workflows.get(id).copied()
    }

    /// The index of a component in its list of the [Components Object](crate::description::Components).
    pub fn component(&self, kind: ComponentKind, name: &str) -> Option<usize> {
        self.components.get(&kind)?.get(name).copied()
    }

    /// The sources with what they turned out to be, in the order of the document.
    pub fn sources(&self) -> impl Iterator<Item = (&SourceDescription, &SourceContent)> {
        self.description.sources.iter().zip(&self.contents)
    }

    /// The source with this name.
    pub fn source(&self, name: &str) -> Option<(&SourceDescription, &SourceContent)> {
        self.sources().find(|(source, _)| source.name.value == name)
    }

    pub(crate) fn openapis(&self) -> impl Iterator<Item = &Arc<OpenApi>> {
        self.contents.iter().filter_map(|content| match content {
            SourceContent::OpenApi(openapi) => Some(openapi),
            SourceContent::Wanted
            | SourceContent::Missing
            | SourceContent::Arazzo(_)
            | SourceContent::AsyncApi => None,
        })
    }

    fn repeated_names(&self) -> Vec<Diagnostic> {
        let mut seen = HashSet::new();
        let sources =
            self.description.sources.iter().filter(|source| !seen.insert(source.name.value.as_str())).map(
                |source| {
                    let message = format!("two source descriptions have the name `{}`", source.name.value);
                    Diagnostic::error(Code::DuplicateId, message, self.document.place(source.name.span))
                        .with_hint("give each its own name")
                },
            );
        let mut seen = HashSet::new();
        let workflows = self.description.workflows.iter().map(|workflow| &workflow.id);
        let workflows =
            workflows.filter(|id| !id.value.is_empty() && !seen.insert(id.value.as_str())).map(|id| {
                let message = format!("two workflows have the id `{}`", id.value);
                Diagnostic::error(Code::DuplicateId, message, self.document.place(id.span))
                    .with_hint("give each its own id")
            });
        sources.chain(workflows).collect()
    }
}

/// Where each name is in a list; the first of two counts.
fn places<'t>(names: impl Iterator<Item = &'t Text>) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (index, name) in names.enumerate() {
        places.entry(name.value.clone()).or_insert(index);
    }
    places
}

fn places_of_components(description: &Description) -> HashMap<ComponentKind, HashMap<String, usize>> {
    let components = &description.components;
    HashMap::from([
        (ComponentKind::Parameters, places(components.parameters.iter().map(|(name, _)| name))),
        (ComponentKind::SuccessActions, places(components.success_actions.iter().map(|(name, _)| name))),
        (ComponentKind::FailureActions, places(components.failure_actions.iter().map(|(name, _)| name))),
        (ComponentKind::Inputs, places(components.inputs.iter().map(|(name, _)| name))),
    ])
}
