//! A description together with the sources it names.
//!
//! A description may span several documents: a source can be another Arazzo document with sources and components of
//! its own. This crate reads no files. A [`Workspace`] says which sources it wants and is handed their documents.

use std::collections::HashSet;
use std::sync::Arc;

use arazzo_expression::Mode;

use crate::arazzo_document::ArazzoDocument;
use crate::description::{SourceDescription, SourceType};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::openapi::OpenApi;

/// The documents of an Arazzo Description, as far as they have been supplied.
#[derive(Debug)]
pub struct Workspace {
    entry: ArazzoDocument,
    /// The documents that sources led to. One that is reached in two ways is there once.
    others: Vec<ArazzoDocument>,
    /// Where to look for sources that are wanted: before it there are none.
    next: Wanted,
    mode: Mode,
}

/// Names a document of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentIndex(usize);

impl DocumentIndex {
    /// The document that the tool was given.
    pub const ENTRY: Self = Self(0);
}

/// A source that has not been supplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// The document that names it.
    pub document: DocumentIndex,
    /// Its index in `sourceDescriptions`.
    pub source: usize,
}

/// What a source turned out to be.
#[derive(Debug, Clone)]
pub enum SourceContent {
    /// It has not been supplied.
    Wanted,
    /// It could not be read; that was reported.
    Missing,
    /// An OpenAPI description.
    OpenApi(Arc<OpenApi>),
    /// Another document of the workspace.
    Arazzo(DocumentIndex),
    /// An AsyncAPI description, whose operations are not run.
    AsyncApi,
}

impl Workspace {
    /// Reads the description in `document`. Its sources are wanted.
    ///
    /// The workspace is `None` when the document is no Arazzo Description; the diagnostics say why.
    pub fn new(document: Arc<Document>, mode: Mode) -> (Option<Self>, Vec<Diagnostic>) {
        let (entry, diagnostics) = ArazzoDocument::read(document, mode);
        let next = Wanted { document: DocumentIndex::ENTRY, source: 0 };
        (entry.map(|entry| Self { entry, others: Vec::new(), next, mode }), diagnostics)
    }

    /// The document that the tool was given.
    pub fn entry(&self) -> &ArazzoDocument {
        &self.entry
    }

    /// A document by its index.
    pub fn document(&self, index: DocumentIndex) -> Option<&ArazzoDocument> {
        match index.0.checked_sub(1) {
            None => Some(&self.entry),
            Some(other) => self.others.get(other),
        }
    }

    /// The documents, the entry first.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentIndex, &ArazzoDocument)> {
        let all = std::iter::once(&self.entry).chain(&self.others);
        all.enumerate().map(|(index, document)| (DocumentIndex(index), document))
    }

    /// A source that has not been supplied. Once there is none, every document is there and references can be resolved.
    pub fn wanted(&self) -> Option<Wanted> {
        let mut next = self.next;
        while let Some(arazzo) = self.document(next.document) {
            match arazzo.contents.get(next.source) {
                Some(SourceContent::Wanted) => return Some(next),
                Some(
                    SourceContent::Missing
                    | SourceContent::OpenApi(_)
                    | SourceContent::Arazzo(_)
                    | SourceContent::AsyncApi,
                ) => next.source += 1,
                None => next = Wanted { document: DocumentIndex(next.document.0 + 1), source: 0 },
            }
        }
        None
    }

    /// The source that is wanted.
    pub fn source_of(&self, wanted: Wanted) -> Option<(&ArazzoDocument, &SourceDescription)> {
        let document = self.document(wanted.document)?;
        Some((document, document.description.sources.get(wanted.source)?))
    }

    /// The document of the workspace, or of an OpenAPI source, whose `$self`, or else whose own place, is `uri`.
    pub fn identified(&self, uri: &str) -> Option<Arc<Document>> {
        self.documents().find_map(|(_, known)| {
            if known.base_uri() == uri {
                return Some(Arc::clone(&known.document));
            }
            let openapi = known.openapis().find(|openapi| openapi.base_uri() == uri)?;
            Some(openapi.shared_document())
        })
    }

    /// The places of the files that OpenAPI sources refer to and that have not been supplied, each once. More may be
    /// wanted once these are there.
    pub fn wanted_files(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let openapis = self.documents().flat_map(|(_, known)| known.openapis());
        openapis.flat_map(|openapi| openapi.wants()).filter(|uri| seen.insert(uri.clone())).collect()
    }

    /// Hands over the file at `uri` to the OpenAPI sources that want it, or why it cannot be read, in words that follow
    /// its name. That is told where a workflow depends on it.
    pub fn supply_file(&mut self, uri: &str, file: Result<Arc<Document>, String>) {
        for known in std::iter::once(&mut self.entry).chain(&mut self.others) {
            for content in &mut known.contents {
                if let SourceContent::OpenApi(openapi) = content
                    && openapi.is_wanting(uri)
                {
                    Arc::make_mut(openapi).supply(uri, file.clone());
                }
            }
        }
    }

    /// Hands the document of a wanted source over and says what is wrong with it.
    pub fn supply(&mut self, wanted: Wanted, document: Arc<Document>) -> Vec<Diagnostic> {
        self.supply_as(wanted, document, None)
    }

    /// Hands a wanted source over that has been looked at as an OpenAPI description already, and says what is wrong
    /// with it. What was found in it is shared by all who have it, until files are supplied to one of them.
    pub fn supply_openapi(&mut self, wanted: Wanted, openapi: Arc<OpenApi>) -> Vec<Diagnostic> {
        self.supply_as(wanted, openapi.shared_document(), Some(openapi))
    }

    fn supply_as(
        &mut self,
        wanted: Wanted,
        document: Arc<Document>,
        ready: Option<Arc<OpenApi>>,
    ) -> Vec<Diagnostic> {
        let Some((owner, source)) = self.source_of(wanted) else { return Vec::new() };
        let kind = match type_of(source, &owner.document, &document) {
            Ok(kind) => kind,
            Err(diagnostic) => {
                self.lack(wanted);
                return vec![diagnostic];
            }
        };
        let (content, diagnostics) = match kind {
            SourceType::OpenApi => match ready.map_or_else(|| OpenApi::new(document).map(Arc::new), Ok) {
                Ok(openapi) => (SourceContent::OpenApi(openapi), Vec::new()),
                Err(diagnostic) => (SourceContent::Missing, vec![diagnostic]),
            },
            SourceType::Arazzo => self.add(document),
            SourceType::AsyncApi => (SourceContent::AsyncApi, Vec::new()),
        };
        self.set(wanted, content);
        diagnostics
    }

    /// Says that a wanted source cannot be had, which has been reported.
    pub fn lack(&mut self, wanted: Wanted) {
        self.set(wanted, SourceContent::Missing);
    }

    fn add(&mut self, document: Arc<Document>) -> (SourceContent, Vec<Diagnostic>) {
        let known = self.documents().find(|(_, known)| known.document.uri == document.uri);
        if let Some((index, _)) = known {
            return (SourceContent::Arazzo(index), Vec::new());
        }
        let (arazzo, diagnostics) = ArazzoDocument::read(document, self.mode);
        let content = arazzo.map_or(SourceContent::Missing, |arazzo| {
            self.others.push(arazzo);
            SourceContent::Arazzo(DocumentIndex(self.others.len()))
        });
        (content, diagnostics)
    }

    fn set(&mut self, wanted: Wanted, content: SourceContent) {
        let document = match wanted.document.0.checked_sub(1) {
            None => Some(&mut self.entry),
            Some(other) => self.others.get_mut(other),
        };
        if let Some(slot) = document.and_then(|document| document.contents.get_mut(wanted.source)) {
            *slot = content;
        }
        if let Some(next) = self.wanted() {
            self.next = next;
        }
    }
}

/// The document's root key says what a source is, and the description must not say otherwise.
fn type_of(
    source: &SourceDescription,
    description: &Document,
    document: &Document,
) -> Result<SourceType, Diagnostic> {
    let found = [
        ("arazzo", SourceType::Arazzo),
        ("asyncapi", SourceType::AsyncApi),
        ("openapi", SourceType::OpenApi),
        ("swagger", SourceType::OpenApi),
    ]
    .into_iter()
    .find(|(key, _)| document.root.get(key).is_some())
    .map(|(_, kind)| kind);
    match (source.kind, found) {
        (Some(said), Some(found)) if said != found => {
            let message = format!(
                "source `{}` is said to be {} but `{}` is {}",
                source.name.value,
                said.article(),
                document.name,
                found.article()
            );
            let place = description.place(source.url.span);
            Err(Diagnostic::error(Code::SourceType, message, place).with_hint("correct `type` or `url`"))
        }
        (_, Some(found)) => Ok(found),
        // Reading it as what it is said to be tells what is wrong with it.
        (said, None) => Ok(said.unwrap_or(SourceType::OpenApi)),
    }
}

impl SourceType {
    fn article(self) -> &'static str {
        match self {
            Self::OpenApi => "an OpenAPI description",
            Self::Arazzo => "an Arazzo Description",
            Self::AsyncApi => "an AsyncAPI description",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(uri: &str, text: &str) -> Arc<Document> {
        let (document, diagnostics) = Document::read(uri, uri, text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        Arc::new(document.unwrap())
    }

    /// A description in `file:///<name>` with these sources.
    fn arazzo(name: &str, sources: &[&str]) -> Arc<Document> {
        let source = |url: &&str| format!("{{name: '{}', url: '{url}'}}", url.replace('.', "_"));
        let sources: Vec<String> = sources.iter().map(source).collect();
        let text = format!(
            "{{arazzo: 1.0.1, info: {{title: t, version: '1'}}, sourceDescriptions: [{}], \
             workflows: [{{workflowId: w, steps: [{{stepId: s, operationId: o}}]}}]}}",
            sources.join(", ")
        );
        document(&format!("file:///{name}"), &text)
    }

    fn workspace(document: Arc<Document>) -> Workspace {
        let (workspace, diagnostics) = Workspace::new(document, Mode::Tolerant);
        assert_eq!(diagnostics, []);
        workspace.unwrap()
    }

    #[test]
    fn sources_of_sources_are_wanted_and_documents_are_there_once() {
        let mut workspace = workspace(arazzo("a.yml", &["b.yml", "api.yml", "none.yml"]));
        let mut asked = Vec::new();
        while let Some(wanted) = workspace.wanted() {
            let (_, source) = workspace.source_of(wanted).unwrap();
            let url = source.url.value.clone();
            asked.push(url.clone());
            match url.as_str() {
                "a.yml" => drop(workspace.supply(wanted, arazzo("a.yml", &[]))),
                "b.yml" => drop(workspace.supply(wanted, arazzo("b.yml", &["a.yml", "b.yml"]))),
                "api.yml" => drop(workspace.supply(wanted, document("file:///api.yml", "openapi: 3.1.0"))),
                _ => workspace.lack(wanted),
            }
        }
        assert_eq!(asked, ["b.yml", "api.yml", "none.yml", "a.yml", "b.yml"]);
        assert_eq!(workspace.documents().count(), 2);
        let (_, other) = workspace.documents().nth(1).unwrap();
        let found: Vec<_> = other.sources().map(|(_, content)| content).collect();
        let [SourceContent::Arazzo(entry), SourceContent::Arazzo(itself)] = found[..] else { panic!() };
        assert_eq!((*entry, *itself), (DocumentIndex::ENTRY, DocumentIndex(1)));
        assert!(matches!(workspace.entry().source("none_yml"), Some((_, SourceContent::Missing))));
    }

    #[test]
    fn a_file_goes_to_every_source_that_wants_it() {
        let mut workspace = workspace(arazzo("a.yml", &["one.yml", "two.yml"]));
        let text = "{openapi: 3.1.0, paths: {/a: {$ref: c.yml}}}";
        for name in ["file:///one.yml", "file:///two.yml"] {
            let wanted = workspace.wanted().unwrap();
            assert_eq!(workspace.supply(wanted, document(name, text)), []);
        }
        assert_eq!(workspace.wanted_files(), ["file:///c.yml"]);
        workspace.supply_file("file:///c.yml", Ok(document("file:///c.yml", "{get: {operationId: o}}")));
        assert!(workspace.wanted_files().is_empty());
        let openapis: Vec<_> = workspace.entry().openapis().collect();
        assert!(openapis.len() == 2 && openapis.iter().all(|openapi| openapi.operation_by_id("o").is_some()));
    }

    #[test]
    fn a_file_for_one_description_does_not_change_what_another_shares() {
        let text = "{openapi: 3.1.0, paths: {/a: {$ref: c.yml}}}";
        let shared = Arc::new(OpenApi::new(document("file:///api.yml", text)).unwrap());
        let [first, second] = ["a.yml", "b.yml"].map(|name| {
            let mut workspace = workspace(arazzo(name, &["api.yml"]));
            let wanted = workspace.wanted().unwrap();
            assert_eq!(workspace.supply_openapi(wanted, Arc::clone(&shared)), []);
            if name == "a.yml" {
                let file = document("file:///c.yml", "{get: {operationId: o}}");
                workspace.supply_file("file:///c.yml", Ok(file));
            }
            Arc::clone(workspace.entry().openapis().next().unwrap())
        });
        assert!(first.operation_by_id("o").is_some() && second.operation_by_id("o").is_none());
        assert!(Arc::ptr_eq(&second, &shared));
    }

    #[test]
    fn documents_are_known_by_their_own_names() {
        let text = "{openapi: 3.2.0, $self: 'https://a.test/api'}";
        let mut workspace = workspace(arazzo("a.yml", &["api.yml"]));
        let wanted = workspace.wanted().unwrap();
        assert_eq!(workspace.supply(wanted, document("file:///api.yml", text)), []);
        let found = |uri| workspace.identified(uri).map(|document| document.uri.clone());
        assert_eq!(found("https://a.test/api").as_deref(), Some("file:///api.yml"));
        assert_eq!(found("file:///a.yml").as_deref(), Some("file:///a.yml"));
        assert_eq!(found("file:///api.yml"), None);
    }
}
