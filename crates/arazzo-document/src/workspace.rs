//! A description together with the sources it names.
//!
//! This crate reads no files. A [`Workspace`] says which sources it wants and is handed their documents.

use std::sync::Arc;

use crate::description::{Description, SourceDescription, SourceType};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::openapi::OpenApi;

/// An Arazzo Description with the documents it refers to, as far as they have been supplied.
#[derive(Debug)]
pub struct Workspace {
    /// The document of the description.
    pub document: Arc<Document>,
    /// What it says.
    pub description: Description,
    contents: Vec<SourceContent>,
}

/// What a source turned out to be.
#[derive(Debug, Clone)]
pub enum SourceContent {
    /// It was not supplied, or could not be read; that was reported.
    Missing,
    /// An OpenAPI description.
    OpenApi(Arc<OpenApi>),
    /// A document of a type whose steps are not run yet.
    Unsupported(SourceType),
}

impl Workspace {
    /// Reads the description in `document`. Its sources are still missing.
    ///
    /// The workspace is `None` when the document is no Arazzo Description; the diagnostics say why.
    pub fn new(document: Arc<Document>) -> (Option<Self>, Vec<Diagnostic>) {
        let (description, mut diagnostics) = Description::read(&document);
        let workspace = description.map(|description| {
            let contents = vec![SourceContent::Missing; description.sources.len()];
            Self { document, description, contents }
        });
        if let Some(workspace) = &workspace {
            diagnostics.extend(workspace.repeated_names());
        }
        (workspace, diagnostics)
    }

    /// Hands the document of the source at `index` over and says what is wrong with it.
    pub fn supply(&mut self, index: usize, document: Arc<Document>) -> Vec<Diagnostic> {
        let (Some(source), Some(content)) =
            (self.description.sources.get(index), self.contents.get_mut(index))
        else {
            return Vec::new();
        };
        match read_source(source, &self.document, document) {
            Ok(read) => {
                *content = read;
                Vec::new()
            }
            Err(diagnostic) => vec![diagnostic],
        }
    }

    /// The sources with what they turned out to be, in the order of the description.
    pub fn sources(&self) -> impl Iterator<Item = (&SourceDescription, &SourceContent)> {
        self.description.sources.iter().zip(&self.contents)
    }

    /// The source with this name.
    pub fn source(&self, name: &str) -> Option<(&SourceDescription, &SourceContent)> {
        self.sources().find(|(source, _)| source.name.value == name)
    }

    fn repeated_names(&self) -> Vec<Diagnostic> {
        let sources = &self.description.sources;
        sources
            .iter()
            .enumerate()
            .filter(|(index, source)| {
                sources.iter().take(*index).any(|earlier| earlier.name.value == source.name.value)
            })
            .map(|(_, source)| {
                let message = format!("two source descriptions have the name `{}`", source.name.value);
                Diagnostic::error(Code::DuplicateId, message, self.document.place(source.name.span))
                    .with_hint("give each its own name")
            })
            .collect()
    }
}

/// The type that the description gives, or else the document's root key, says what a source is.
fn read_source(
    source: &SourceDescription,
    description: &Document,
    document: Arc<Document>,
) -> Result<SourceContent, Diagnostic> {
    let found = [
        ("arazzo", SourceType::Arazzo),
        ("asyncapi", SourceType::AsyncApi),
        ("openapi", SourceType::OpenApi),
        ("swagger", SourceType::OpenApi),
    ]
    .into_iter()
    .find(|(key, _)| document.root.get(key).is_some())
    .map(|(_, kind)| kind);
    if let (Some(said), Some(found)) = (source.kind, found)
        && said != found
    {
        let message = format!(
            "source `{}` is said to be {} but `{}` is {}",
            source.name.value,
            said.article(),
            document.name,
            found.article()
        );
        let place = description.place(source.url.span);
        return Err(Diagnostic::error(Code::SourceType, message, place).with_hint("correct `type` or `url`"));
    }
    match found {
        Some(kind @ (SourceType::Arazzo | SourceType::AsyncApi)) => Ok(SourceContent::Unsupported(kind)),
        Some(SourceType::OpenApi) | None => {
            OpenApi::new(document).map(|openapi| SourceContent::OpenApi(Arc::new(openapi)))
        }
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
