//! Reading a description and its sources from files.
//!
//! The document crate says which sources it wants; here they are found. A `url` of a
//! [Source Description](https://spec.openapis.org/arazzo/v1.0.1.html#source-description-object) starts at the `$self`
//! of the document that names it, else at that document's own file; see
//! [Establishing the Base URI](https://spec.openapis.org/arazzo/v1.1.0.html#establishing-the-base-uri). Whatever
//! cannot be read is told at the place that names it.

mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arazzo_document::description::SourceDescription;
use arazzo_document::{
    ArazzoDocument, Code, Diagnostic, Document, DocumentIndex, Place, Position, Severity, Span, Wanted,
    Workspace,
};
use arazzo_expression::Mode;
use url::Url;

use crate::file::read_file;
use file::{near_file, read_regular};

/// So many sources are read, those of other documents included.
const MAX_SOURCES: usize = 1_000;

/// So many files are read for references between OpenAPI files, and so many bytes of them.
const MAX_FILES: usize = 10_000;
const MAX_FILE_BYTES: usize = 256 << 20;

/// Where a description is.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// In this file.
    File(&'a Path),
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
    /// Paths by the names of the description's own sources, in place of their urls.
    pub sources: BTreeMap<String, String>,
    /// Where relative urls are tried that lead to nothing from where they stand (T11). Without it, the nearest folder
    /// above the description that has a `.git`, else the description's own.
    pub root: Option<PathBuf>,
    /// Whether the tolerances apply.
    pub mode: Mode,
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
    let mut loader = Loader::default();
    let Some(document) = loader.description(origin) else { return Ok(loader.loaded(None)) };
    let (workspace, diagnostics) = Workspace::new(document, options.mode);
    loader.diagnostics.extend(diagnostics);
    let Some(mut workspace) = workspace else { return Ok(loader.loaded(None)) };
    check_names(&workspace, &options.sources)?;
    loader.sources(&mut workspace, options);
    loader.files(&mut workspace);
    Ok(loader.loaded(Some(workspace)))
}

#[derive(Default)]
struct Loader {
    /// What was read, by its place, for sources may share a file. `None` is what nothing could be read from.
    read: BTreeMap<PathBuf, Option<Arc<Document>>>,
    documents: Vec<Arc<Document>>,
    diagnostics: Vec<Diagnostic>,
}

impl Loader {
    fn loaded(self, workspace: Option<Workspace>) -> Loaded {
        Loaded { workspace, documents: self.documents, diagnostics: self.diagnostics }
    }

    fn description(&mut self, origin: Origin<'_>) -> Option<Arc<Document>> {
        match origin {
            Origin::Text(text) => {
                let folder = std::path::absolute("-").unwrap_or_default();
                self.document(STANDARD_INPUT, &folder, text.to_owned())
            }
            Origin::File(path) => {
                let name = path.display().to_string();
                if let Ok(url) = Url::parse(&name)
                    && matches!(url.scheme(), "http" | "https")
                {
                    let hint = "fetch it into a file first".to_owned();
                    self.unreadable(&without_secrets(url), REMOTE, Some(hint));
                    return None;
                }
                match read_file(path) {
                    Ok(text) => {
                        let document = self.document(&name, &absolute(path), text)?;
                        // A source that leads back here is this document.
                        if let Ok(path) = path_of("", &document.uri) {
                            self.read.insert(path, Some(Arc::clone(&document)));
                        }
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

    /// Tells that the description cannot be read.
    fn unreadable(&mut self, name: &str, fact: &str, hint: Option<String>) {
        let place = Place { file: name.into(), span: Span::at(Position::START), path: String::new() };
        let mut diagnostic = Diagnostic::error(Code::UnreadableSource, format!("`{name}` {fact}"), place);
        diagnostic.hint = hint;
        self.diagnostics.push(diagnostic);
    }

    /// Reads the text and tells what is wrong with it. A document with errors is read on, for there may be more.
    fn document(&mut self, name: &str, path: &Path, text: String) -> Option<Arc<Document>> {
        let (document, diagnostics) = Document::read(name, &uri_of(path, name), text);
        let document = document.map(Arc::new);
        self.documents.extend(document.clone());
        self.diagnostics.extend(diagnostics);
        document
    }

    /// Finds every source that is wanted, and those that these want.
    fn sources(&mut self, workspace: &mut Workspace, options: &LoadOptions) {
        for number in 0.. {
            let Some(wanted) = workspace.wanted() else { break };
            let Some((owner, source)) = workspace.source_of(wanted) else { break };
            let document = if number < MAX_SOURCES {
                self.source(workspace, wanted, options)
            } else {
                let message = format!("there are more than {MAX_SOURCES} sources");
                let place = owner.document.place(source.url.span);
                let first = number == MAX_SOURCES;
                Err(first.then(|| Diagnostic::error(Code::TooLarge, message, place)).into_iter().collect())
            };
            match document {
                Ok(document) => self.diagnostics.extend(workspace.supply(wanted, document)),
                Err(diagnostics) => {
                    self.diagnostics.extend(diagnostics);
                    workspace.lack(wanted);
                }
            }
        }
    }

    /// The document of a source. What prevents it is given as diagnostics, unless it was told already.
    fn source(
        &mut self,
        workspace: &Workspace,
        wanted: Wanted,
        options: &LoadOptions,
    ) -> Result<Arc<Document>, Vec<Diagnostic>> {
        let Some((owner, source)) = workspace.source_of(wanted) else { return Err(Vec::new()) };
        let finding = Finding { owner, source, is_own: wanted.document == DocumentIndex::ENTRY };
        let name = &source.name.value;
        let instead = options.sources.get(name).filter(|_| finding.is_own);
        let (path, found) = match instead {
            Some(path) if !is_remote(path) => (absolute(Path::new(path)), Found::AsWritten),
            Some(url) => (finding.path(url, &owner.document.uri)?, Found::AsWritten),
            None => {
                let url = source.url.value.as_str();
                let base = owner.base_uri();
                if let Some(document) = resolved(url, &base).and_then(|uri| workspace.identified(&uri)) {
                    return Ok(document);
                }
                match path_of(url, &base) {
                    Ok(path) => finding.or_under_root(path, options),
                    // A document with a name of its own in `$self` may lie beside its sources all the same.
                    Err(_) if is_relative(url) && base != owner.document.uri => {
                        (finding.path(url, &owner.document.uri)?, Found::Beside)
                    }
                    Err(fact) => return Err(vec![finding.fail(url, &fact)]),
                }
            }
        };
        let document = match self.read.get(&path) {
            Some(document) => document.clone(),
            None => {
                let shown = shown(&path, &owner.document);
                let text = read_file(&path).map_err(|error| {
                    let near = near_file(&path, &error);
                    vec![finding.unreadable(&format!("`{shown}` {error}"), near)]
                })?;
                let document = self.document(&shown, &path, text);
                self.read.insert(path.clone(), document.clone());
                document
            }
        };
        if document.is_some() {
            let shown = shown(&path, &owner.document);
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
        let path = path_of("", uri)?;
        if let Some(known) = self.read.get(&path) {
            return known.clone().ok_or_else(|| "could not be read".to_owned());
        }
        let name = shown(&path, description);
        let text = read_regular(&path).map_err(|error| error.to_string())?;
        let (document, diagnostics) = Document::read(&name, &uri_of(&path, &name), text);
        let wrong = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        let document = match (document, wrong) {
            (Some(document), None) => Arc::new(document),
            (_, Some(wrong)) => {
                return Err(format!("is wrong at {}: {}", wrong.place.span.start, wrong.message));
            }
            (None, None) => return Err("has nothing in it".to_owned()),
        };
        self.documents.push(Arc::clone(&document));
        self.diagnostics.extend(diagnostics);
        self.read.insert(path, Some(Arc::clone(&document)));
        Ok(document)
    }
}

/// A source that is being looked for, and how to tell what is wrong.
struct Finding<'a> {
    owner: &'a ArazzoDocument,
    source: &'a SourceDescription,
    /// Whether the entry document names it, whose sources can be given another place.
    is_own: bool,
}

impl Finding<'_> {
    fn path(&self, url: &str, base: &str) -> Result<PathBuf, Vec<Diagnostic>> {
        path_of(url, base).map_err(|fact| vec![self.fail(url, &fact)])
    }

    fn fail(&self, url: &str, fact: &str) -> Diagnostic {
        let url = Url::parse(url).map_or_else(|_| url.to_owned(), without_secrets);
        let message = format!("the source `{}` at `{url}` {fact}", self.source.name.value);
        self.error(message, None)
    }

    fn unreadable(&self, fact: &str, near: Option<String>) -> Diagnostic {
        self.error(format!("the source `{}` cannot be read: {fact}", self.source.name.value), near)
    }

    fn error(&self, message: String, near: Option<String>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(Code::UnreadableSource, message, self.place());
        diagnostic.hint = match (near, self.another()) {
            (Some(near), Some(another)) => Some(format!("{near} Or {another}")),
            (near, another) => near.or(another),
        };
        diagnostic
    }

    /// The path, or one under the root when there is no such file but there is one there.
    fn or_under_root(&self, path: PathBuf, options: &LoadOptions) -> (PathBuf, Found) {
        let url = self.source.url.value.as_str();
        if options.mode == Mode::Strict || !is_relative(url) || path.exists() {
            return (path, Found::AsWritten);
        }
        let root = options.root.clone().or_else(|| root_of(&self.owner.document));
        let under =
            root.and_then(|root| path_of(url, &folder_uri(&root)).ok()).filter(|under| under.is_file());
        under.map_or((path, Found::AsWritten), |under| (under, Found::UnderRoot))
    }

    /// What is to be said of where the source was found.
    fn found(&self, found: Found, shown: &str, mode: Mode) -> Option<Diagnostic> {
        let name = &self.source.name.value;
        let (code, message) = match found {
            Found::AsWritten => return None,
            Found::Beside => (
                Code::UnreadableSource,
                format!(
                    "the source `{name}` is read from `{shown}`, which lies beside the document: `$self` leads to no file"
                ),
            ),
            Found::UnderRoot => (
                Code::SourceUnderRoot,
                format!(
                    "the source `{name}` is read from `{shown}`: its url starts at the root of the repository, not at the document"
                ),
            ),
        };
        let mut diagnostic = match mode {
            Mode::Tolerant => Diagnostic::warning(code, message, self.place()),
            Mode::Strict => Diagnostic::error(code, message, self.place()),
        };
        diagnostic.hint = self.another();
        Some(diagnostic)
    }

    fn another(&self) -> Option<String> {
        self.is_own.then(|| format!("give another place with `--source {}=PATH`", self.source.name.value))
    }

    fn place(&self) -> Place {
        self.owner.document.place(self.source.url.span)
    }
}

/// Where a source was found.
#[derive(Clone, Copy)]
enum Found {
    AsWritten,
    Beside,
    UnderRoot,
}

/// The nearest folder above a document that has a `.git`, else the document's own.
fn root_of(document: &Document) -> Option<PathBuf> {
    let path = path_of("", &document.uri).ok()?;
    let own = path.parent()?;
    let repository = own.ancestors().take(MAX_FOLDERS).find(|folder| folder.join(".git").exists());
    Some(repository.unwrap_or(own).to_owned())
}

/// So many folders above a document are looked at for a `.git`.
const MAX_FOLDERS: usize = 64;

fn folder_uri(folder: &Path) -> String {
    uri_of(&absolute(folder).join("-"), "-")
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

/// The URI that a url means at `base`, without a fragment.
fn resolved(url: &str, base: &str) -> Option<String> {
    let mut resolved = Url::parse(base).ok()?.join(url).ok()?;
    resolved.set_fragment(None);
    Some(resolved.into())
}

const REMOTE: &str = "is remote, and remote descriptions are not read yet";

/// The URL as messages show it: people put passwords and tokens into the parts that are left out.
fn without_secrets(mut url: Url) -> String {
    // Urls that can hold neither refuse this.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// The file that a url leads to from `base`, or why it leads to none.
fn path_of(url: &str, base: &str) -> Result<PathBuf, String> {
    let base = Url::parse(base).map_err(|_| "starts at a description that is in no file".to_owned())?;
    let resolved = base.join(url).map_err(|error| format!("is no url: {error}"))?;
    match resolved.scheme() {
        "file" => resolved.to_file_path().map_err(|()| "is no path on this machine".to_owned()),
        "http" | "https" => Err(REMOTE.to_owned()),
        other => Err(format!("has the scheme `{other}:`, which is not read")),
    }
}

fn uri_of(path: &Path, name: &str) -> String {
    Url::from_file_path(path).map_or_else(|()| name.to_owned(), Into::into)
}

fn is_remote(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "file"))
}

fn is_relative(url: &str) -> bool {
    Url::parse(url) == Err(url::ParseError::RelativeUrlWithoutBase)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The path as messages show it: from the current folder on, if the description is shown so too.
fn shown(path: &Path, description: &Document) -> String {
    let current =
        if Path::new(description.name.as_ref()).is_absolute() { None } else { std::path::absolute(".").ok() };
    let short = current.as_ref().and_then(|folder| path.strip_prefix(folder).ok());
    short.unwrap_or(path).display().to_string()
}
