//! Which workflow a step, an action or a dependency means.
//!
//! See `workflowId` of the [Step Object](https://spec.openapis.org/arazzo/v1.0.1.html#step-object).

use arazzo_expression::Mode;

use crate::arazzo_document::ArazzoDocument;
use crate::description::Text;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::suggestion;
use crate::resolve::tolerated;
use crate::workspace::{DocumentIndex, SourceContent, Workspace};

/// A workflow of one of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkflowRef {
    /// The document that has it.
    pub document: DocumentIndex,
    /// Its index in `workflows`.
    pub workflow: usize,
}

impl Workspace {
    /// The workflow that `text`, written in document `from`, means: a local id, or
    /// `$sourceDescriptions.<name>.<workflowId>`.
    ///
    /// `Ok(None)` means that the source is missing or could not be read, which was reported.
    ///
    /// # Errors
    ///
    /// There is no such workflow.
    pub fn resolve_workflow(
        &self,
        from: DocumentIndex,
        text: &Text,
    ) -> Result<Option<WorkflowRef>, Diagnostic> {
        let Some(here) = self.document(from) else { return Ok(None) };
        let local = || here.workflow(&text.value).is_some();
        let prefixed = || here.source_prefix(&text.value).filter(|_| !local());
        let (source, id) = match (here.qualified(text), prefixed()) {
            (Some(qualified), _) => qualified,
            (None, Some((source, id))) => (source.to_owned(), id.to_owned()),
            (None, None) => return self.workflow_in(from, &text.value, here, text).map(Some),
        };
        match here.source(&source) {
            None if here.lacks_sources() => Ok(None),
            None => Err(here.unknown_source(text, &source)),
            Some((_, SourceContent::Missing | SourceContent::Wanted)) => Ok(None),
            Some((_, SourceContent::Arazzo(there))) => {
                let id = self.without_field(*there, &id).unwrap_or(&id);
                self.workflow_in(*there, id, here, text).map(Some)
            }
            Some((_, SourceContent::OpenApi(_) | SourceContent::AsyncApi)) => {
                let message = format!("source `{source}` has no workflows: it is no Arazzo Description");
                Err(Diagnostic::error(Code::UnknownWorkflow, message, here.document.place(text.span)))
            }
        }
    }

    /// What is to be said of how `text`, which leads to a workflow of a source, is written: that its source stands
    /// there without `$sourceDescriptions` (T16), or that `workflows.` stands before the id.
    pub fn workflow_form(&self, from: DocumentIndex, text: &Text, mode: Mode) -> Option<Diagnostic> {
        let here = self.document(from)?;
        if here.workflow(&text.value).is_some() {
            return None;
        }
        let qualified = here.qualified(text);
        let has_root = qualified.is_some();
        let (source, id) = qualified.or_else(|| {
            here.source_prefix(&text.value).map(|(source, id)| (source.to_owned(), id.to_owned()))
        })?;
        let there = match here.source(&source)?.1 {
            SourceContent::Arazzo(there) => Some(*there),
            SourceContent::Wanted
            | SourceContent::Missing
            | SourceContent::OpenApi(_)
            | SourceContent::AsyncApi => None,
        };
        let bare = there.and_then(|there| self.without_field(there, &id));
        if !has_root {
            return Some(here.without_root(text, &source, bare.unwrap_or(&id), mode));
        }
        let form = format!("$sourceDescriptions.{source}.{}", bare?);
        let message = format!("`{}` has not the form of the specification", text.value);
        let diagnostic = tolerated(Code::WorkflowIdForm, message, here.document.place(text.span), mode);
        Some(diagnostic.with_hint(format!("write `{form}`")).with_fix(form))
    }

    /// The id without a `workflows.` before it, where the document has no workflow that is called so.
    fn without_field<'t>(&self, document: DocumentIndex, id: &'t str) -> Option<&'t str> {
        let is_exact = self.document(document)?.workflow(id).is_some();
        id.strip_prefix("workflows.").filter(|_| !is_exact)
    }

    fn workflow_in(
        &self,
        document: DocumentIndex,
        id: &str,
        here: &ArazzoDocument,
        text: &Text,
    ) -> Result<WorkflowRef, Diagnostic> {
        let there = self.document(document);
        if let Some(workflow) = there.and_then(|there| there.workflow_index(id)) {
            return Ok(WorkflowRef { document, workflow });
        }
        let workflows = there.map(|there| there.description.workflows.as_slice()).unwrap_or_default();
        let ids: Vec<&str> = workflows.iter().map(|workflow| workflow.id.value.as_str()).collect();
        let diagnostic = Diagnostic::error(
            Code::UnknownWorkflow,
            format!("there is no workflow `{id}`"),
            here.document.place(text.span),
        );
        Err(if id.starts_with("$sourceDescriptions.") {
            diagnostic
                .with_hint("a workflow of a source is written `$sourceDescriptions.<name>.<workflowId>`")
        } else {
            diagnostic.with_optional_hint(suggestion(id, &ids))
        })
    }
}
