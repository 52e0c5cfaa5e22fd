//! Reading a description and its sources, from files and from the network.
//!
//! The document crate says which sources it wants; here they are found. A `url` of a
//! [Source Description](https://spec.openapis.org/arazzo/v1.0.1.html#source-description-object) starts at the `$self`
//! of the document that names it, else at that document's own file; see
//! [Establishing the Base URI](https://spec.openapis.org/arazzo/v1.1.0.html#establishing-the-base-uri). Whatever
//! cannot be read is told at the place that names it.

mod cache;
mod file;
mod finding;
mod location;
mod mapping;
mod moved;
mod reader;
mod remote;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arazzo_document::{
    Code, Diagnostic, Document, DocumentIndex, Place, Position, Severity, Span, Wanted, Workspace,
};
use arazzo_expression::Mode;

use crate::file::read_file;
use crate::network::NetworkOptions;
pub use cache::SourceCache;
use cache::{Read, Shared, read_once, repository};
use file::near_file;
use finding::{Finding, Found, another_place};
use location::{Location, absolute, resolved, uri_of};
pub use mapping::{UrlMapping, UrlMappingError};
use reader::{Reader, Text, Unread};

/// So many sources are read, those of other documents included.
const MAX_SOURCES: usize = 1_000;

/// It is looked for the operations of so many sources that could not be read.
const MAX_MOVED: usize = 20;

/// So many files are read for references between OpenAPI files, and so many bytes of them.
const MAX_FILES: usize = 10_000;
const MAX_FILE_BYTES: usize = 256 << 20;

/// Where a description is.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// In this file.
    File(&'a Path),
    /// At this `http` or `https` URL.
    Url(&'a str),
    /// It is this text, such as what came from standard input. Relative urls start at the current folder.
    Text(&'a str),
}

/// A description with its sources, as far as they could be read.
#[derive(Debug)]
pub struct Loaded {
    /// The description with the sources that could be read; `None` when it is no Arazzo Description.
    pub workspace: Option<Workspace>,
    /// Everything that was read, the description first, for messages that show the text.
    pub documents: Vec<Arc<Document>>,
    /// Everything that is wrong with the files and their structure.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is wrong with how a description was asked for, rather than with the description.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Another place is given for a source that the description does not have.
    #[error("the description has no source `{name}`{}", known_sources(.known))]
    UnknownSource {
        /// The name that was given.
        name: String,
        /// The names that the description has.
        known: Vec<String>,
    },
}

/// How sources are looked for.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Paths or URLs by the names of the description's own sources, in place of their urls.
    pub sources: BTreeMap<String, String>,
    /// Where relative urls are tried that lead to nothing from where they stand (T11). Without it, the nearest folder
    /// above the description that has a `.git`, else the description's own.
    pub root: Option<PathBuf>,
    /// URLs that are read from folders.
    pub mappings: Vec<UrlMapping>,
    /// Whether the tolerances apply.
    pub mode: Mode,
    /// What may be contacted for documents that are not in files.
    pub network: NetworkOptions,
    /// How long such a document may take; without it, as long as a request.
    pub timeout: Option<Duration>,
    /// The sources that other descriptions have led to, when many are read.
    pub cache: Option<Arc<SourceCache>>,
}

/// Reads the description at `origin`, its sources, theirs if they are Arazzo Descriptions, and the files that OpenAPI
/// sources refer to.
///
/// A document that is reached in several ways is read once.
///
/// # Errors
///
/// A [`LoadError`] for an override that belongs to no source. Files that cannot be read and texts that are wrong are no
/// errors here but [`Loaded::diagnostics`].
pub fn load(origin: Origin<'_>, options: &LoadOptions) -> Result<Loaded, LoadError> {
    let mut loader = Loader::new(options);
    let Some(document) = loader.description(origin) else { return Ok(loader.loaded(None)) };
    let (workspace, diagnostics) = Workspace::new(document, options.mode);
    loader.diagnostics.extend(diagnostics);
    let Some(mut workspace) = workspace else { return Ok(loader.loaded(None)) };
    check_names(&workspace, &options.sources)?;
    loader.sources(&mut workspace, options);
    loader.moved(&workspace, options);
    loader.files(&mut workspace);
    Ok(loader.loaded(Some(workspace)))
}

struct Loader<'o> {
    reader: Reader<'o>,
    cache: Option<&'o SourceCache>,
    /// What was read, by its place, for sources may share a file. `None` is what nothing could be read from.
    read: BTreeMap<Location, Option<Shared>>,
    documents: Vec<Arc<Document>>,
    diagnostics: Vec<Diagnostic>,
    /// Where it is told that a source of the description could not be read, with the name of the source.
    missing: Vec<(usize, String)>,
}

impl<'o> Loader<'o> {
    fn new(options: &'o LoadOptions) -> Self {
        let reader = Reader::new(options);
        let cache = options.cache.as_deref();
        Self {
            reader,
            cache,
            read: BTreeMap::new(),
            documents: Vec::new(),
            diagnostics: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn loaded(self, workspace: Option<Workspace>) -> Loaded {
        Loaded { workspace, documents: self.documents, diagnostics: self.diagnostics }
    }

    fn description(&mut self, origin: Origin<'_>) -> Option<Arc<Document>> {
        match origin {
            Origin::Text(text) => {
                let folder = std::path::absolute("-").unwrap_or_default();
                self.document(STANDARD_INPUT, &uri_of(&folder, STANDARD_INPUT), text.to_owned())
            }
            Origin::Url(url) => self.remote_description(url),
            Origin::File(path) => {
                let name = path.display().to_string();
                match read_file(path) {
                    Ok(text) => {
                        let location = Location::File(absolute(path));
                        let document = self.document(&name, &location.uri(), text)?;
                        self.knows(location, &document);
                        Some(document)
                    }
                    Err(error) => {
                        self.unreadable(&name, &error.to_string(), near_file(path, &error));
                        None
                    }
                }
            }
        }
    }

    fn remote_description(&mut self, url: &str) -> Option<Arc<Document>> {
        let Location::Remote(parsed) = Location::given(url) else {
            self.unreadable(url, "is no `http` or `https` URL", None);
            return None;
        };
        match self.reader.fetch(&parsed) {
            Ok(Text { name, uri, text }) => {
                let document = self.document(&name, &uri, text)?;
                self.knows(Location::Remote(parsed), &document);
                Some(document)
            }
            Err(Unread { name, fact, near, .. }) => {
                self.unreadable(&name, &fact, near);
                None
            }
        }
    }

    /// A source that leads back to the description is this document.
    fn knows(&mut self, location: Location, document: &Arc<Document>) {
        let own = Location::of("", &document.uri).ok();
        for place in own.into_iter().chain([location]) {
            self.read.insert(place, Some(Shared::new(Arc::clone(document))));
        }
    }

    /// Tells that the description cannot be read.
    fn unreadable(&mut self, name: &str, fact: &str, hint: Option<String>) {
        let place = Place { file: name.into(), span: Span::at(Position::START), path: String::new() };
        let mut diagnostic = Diagnostic::error(Code::UnreadableSource, format!("`{name}` {fact}"), place);
        diagnostic.hint = hint;
        self.diagnostics.push(diagnostic);
    }

    /// Reads the text and tells what is wrong with it. A document with errors is read on, for there may be more.
    fn document(&mut self, name: &str, uri: &str, text: String) -> Option<Arc<Document>> {
        let read = Read::of(Text { name: name.to_owned(), uri: uri.to_owned(), text });
        self.keep(read).map(|shared| shared.document)
    }

    fn keep(&mut self, Read { document, diagnostics }: Read) -> Option<Shared> {
        self.documents.extend(document.as_ref().map(|shared| Arc::clone(&shared.document)));
        self.diagnostics.extend(diagnostics);
        document
    }

    /// Finds every source that is wanted, and those that these want.
    fn sources(&mut self, workspace: &mut Workspace, options: &LoadOptions) {
        for number in 0.. {
            let Some(wanted) = workspace.wanted() else { break };
            let Some((owner, source)) = workspace.source_of(wanted) else { break };
            let name = (wanted.document == DocumentIndex::ENTRY).then(|| source.name.value.clone());
            let document = if number < MAX_SOURCES {
                self.source(workspace, wanted, options)
            } else {
                let message = format!("there are more than {MAX_SOURCES} sources");
                let place = owner.document.place(source.url.span);
                let first = number == MAX_SOURCES;
                Err(first.then(|| Diagnostic::error(Code::TooLarge, message, place)).into_iter().collect())
            };
            match document {
                Ok(shared) => self.diagnostics.extend(match shared.openapi() {
                    Some(openapi) => workspace.supply_openapi(wanted, openapi),
                    None => workspace.supply(wanted, shared.document),
                }),
                Err(diagnostics) => {
                    let told = name.filter(|_| !diagnostics.is_empty() && number < MAX_SOURCES);
                    self.missing.extend(told.map(|name| (self.diagnostics.len(), name)));
                    self.diagnostics.extend(diagnostics);
                    workspace.lack(wanted);
                }
            }
        }
    }

    /// Says of sources that could not be read which files have their operations, once it is known what the others have.
    fn moved(&mut self, workspace: &Workspace, options: &LoadOptions) {
        let own = Location::of("", &workspace.entry().document.uri).ok();
        let folder = own.and_then(|own| match own {
            Location::File(path) => path.parent().map(Path::to_owned),
            Location::Remote(_) => None,
        });
        let root = options
            .root
            .as_deref()
            .map(absolute)
            .or_else(|| repository(self.cache, &workspace.entry().document));
        let mut folders: Vec<PathBuf> = folder.into_iter().chain(root).collect();
        folders.dedup();
        for (index, name) in std::mem::take(&mut self.missing).into_iter().take(MAX_MOVED) {
            let Some(hint) = moved::hint(workspace, &name, &folders, self.cache) else { continue };
            let diagnostic = self.diagnostics.get_mut(index);
            if let Some(told) = diagnostic.and_then(|diagnostic| diagnostic.hint.as_mut()) {
                *told = told.replace(&another_place(&name), &hint);
            }
        }
    }

    /// The document of a source. What prevents it is given as diagnostics, unless it was told already.
    fn source(
        &mut self,
        workspace: &Workspace,
        wanted: Wanted,
        options: &LoadOptions,
    ) -> Result<Shared, Vec<Diagnostic>> {
        let Some((owner, source)) = workspace.source_of(wanted) else { return Err(Vec::new()) };
        let finding = Finding { owner, source, is_own: wanted.document == DocumentIndex::ENTRY };
        let name = &source.name.value;
        let instead = options.sources.get(name).filter(|_| finding.is_own);
        let (location, found) = match instead {
            Some(text) => (Location::given(text), Found::AsWritten),
            None => {
                let url = source.url.value.as_str();
                let base = owner.base_uri();
                if let Some(document) = resolved(url, &base).and_then(|uri| workspace.identified(&uri)) {
                    return Ok(Shared::new(document));
                }
                let location = finding.location(url, &base);
                match finding.beside(location.as_ref().ok(), options.mode) {
                    Some(beside) => (beside, Found::Beside),
                    None => finding.or_under_root(location.map_err(|error| vec![error])?, options),
                }
            }
        };
        let document = match self.read.get(&location) {
            Some(document) => document.clone(),
            None => {
                let read = read_once(self.cache, &location, &owner.document, || {
                    self.reader.source(&location, &owner.document)
                });
                let document = self.keep(read.map_err(|unread| vec![finding.unreadable(unread)])?);
                self.read.insert(location.clone(), document.clone());
                document
            }
        };
        if document.is_some() {
            let shown = location.shown(&owner.document);
            self.diagnostics.extend(finding.found(found, &shown, options.mode));
        }
        document.ok_or_else(Vec::new)
    }

    /// Reads what OpenAPI sources refer to. What cannot be read is told where a workflow depends on it.
    fn files(&mut self, workspace: &mut Workspace) {
        let (mut number, mut bytes) = (0, 0);
        loop {
            let wanted = workspace.wanted_files();
            if wanted.is_empty() {
                break;
            }
            for uri in wanted {
                let file = if number == MAX_FILES || bytes > MAX_FILE_BYTES {
                    Err("is one of too many files".to_owned())
                } else {
                    self.file(&uri, &workspace.entry().document)
                };
                number += 1;
                bytes += file.as_ref().map_or(0, |document| document.text.len());
                workspace.supply_file(&uri, file);
            }
        }
    }

    /// The document at `uri`, or why there is none, as it follows the file's name.
    fn file(&mut self, uri: &str, description: &Document) -> Result<Arc<Document>, String> {
        let location = Location::of("", uri)?;
        if let Some(known) = self.read.get(&location) {
            let known = known.as_ref().map(|shared| Arc::clone(&shared.document));
            return known.ok_or_else(|| "could not be read".to_owned());
        }
        let read =
            read_once(self.cache, &location, description, || self.reader.referenced(&location, description));
        let Read { document, diagnostics } = read.map_err(|unread| unread.fact)?;
        let wrong = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        let shared = match (document, wrong) {
            (Some(shared), None) => shared,
            (_, Some(wrong)) => {
                return Err(format!("is wrong at {}: {}", wrong.place.span.start, wrong.message));
            }
            (None, None) => return Err("has nothing in it".to_owned()),
        };
        let document = Arc::clone(&shared.document);
        self.documents.push(Arc::clone(&document));
        self.diagnostics.extend(diagnostics);
        self.read.insert(location, Some(shared));
        Ok(document)
    }
}

/// The name of a description that came as text.
const STANDARD_INPUT: &str = "<stdin>";

fn check_names(workspace: &Workspace, overrides: &BTreeMap<String, String>) -> Result<(), LoadError> {
    let known = || workspace.entry().sources().map(|(source, _)| source.name.value.clone());
    match overrides.keys().find(|name| !known().any(|known| known == **name)) {
        Some(name) => Err(LoadError::UnknownSource { name: name.clone(), known: known().collect() }),
        None => Ok(()),
    }
}

fn known_sources(known: &[String]) -> String {
    if known.is_empty() {
        return ", and no other".to_owned();
    }
    format!(": it has `{}`", known.join("`, `"))
}
