//! Reading a description and its sources from files.
//!
//! The document crate says which sources it wants; here they are found. A `url` of a
//! [Source Description](https://spec.openapis.org/arazzo/v1.0.1.html#source-description-object) starts at the
//! description's own file. Whatever cannot be read is told at the place that names it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arazzo_document::description::SourceDescription;
use arazzo_document::{Code, Diagnostic, Document, Place, Position, Span, Workspace, nearest};
use url::Url;

use crate::file::{FileError, read_file};

/// So many entries of a folder are looked at for a file whose name is near.
const MAX_FOLDER_ENTRIES: usize = 2_000;

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

/// Reads the description at `origin` and its sources. `overrides` gives paths by the names of sources, in place of
/// their urls.
///
/// # Errors
///
/// A [`LoadError`] for an override that belongs to no source. Files that cannot be read and texts that are wrong are no
/// errors here but [`Loaded::diagnostics`].
pub fn load(origin: Origin<'_>, overrides: &BTreeMap<String, String>) -> Result<Loaded, LoadError> {
    let mut loader = Loader::default();
    let Some(document) = loader.description(origin) else { return Ok(loader.loaded(None)) };
    let (workspace, diagnostics) = Workspace::new(Arc::clone(&document));
    loader.diagnostics.extend(diagnostics);
    let Some(mut workspace) = workspace else { return Ok(loader.loaded(None)) };
    check_names(&workspace, overrides)?;
    for index in 0..workspace.description.sources.len() {
        let Some(source) = workspace.description.sources.get(index) else { break };
        let instead = overrides.get(&source.name.value).map(String::as_str);
        match loader.source(source, instead, &document) {
            Ok(read) => loader.diagnostics.extend(workspace.supply(index, read)),
            Err(diagnostics) => loader.diagnostics.extend(diagnostics),
        }
    }
    Ok(loader.loaded(Some(workspace)))
}

#[derive(Default)]
struct Loader {
    /// What was read, by its place, for sources may share a file. `None` is what nothing could be read from.
    files: BTreeMap<PathBuf, Option<Arc<Document>>>,
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
                    Ok(text) => self.document(&name, &absolute(path), text),
                    Err(error) => {
                        let hint = near_file(path, &error).map(|near| format!("did you mean `{near}`?"));
                        self.unreadable(&name, &error.to_string(), hint);
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
        let uri = Url::from_file_path(path).map_or_else(|()| name.to_owned(), Into::into);
        let (document, diagnostics) = Document::read(name, &uri, text);
        let document = document.map(Arc::new);
        self.documents.extend(document.clone());
        self.diagnostics.extend(diagnostics);
        document
    }

    /// The document of a source. What prevents it is given as diagnostics, unless it was told already.
    fn source(
        &mut self,
        source: &SourceDescription,
        instead: Option<&str>,
        description: &Document,
    ) -> Result<Arc<Document>, Vec<Diagnostic>> {
        let name = &source.name.value;
        let fail = |message: String, hint: String| {
            let place = description.place(source.url.span);
            vec![Diagnostic::error(Code::UnreadableSource, message, place).with_hint(hint)]
        };
        let another = format!("give another place with `--source {name}=PATH`");
        let written = instead.unwrap_or(&source.url.value);
        let named = || Url::parse(written).map_or_else(|_| written.to_owned(), without_secrets);
        let path = match instead {
            Some(path) if !is_remote(path) => Ok(absolute(Path::new(path))),
            Some(_) | None => path_of(written, &description.uri),
        }
        .map_err(|fact| fail(format!("the source `{name}` at `{}` {fact}", named()), another.clone()))?;
        if let Some(document) = self.files.get(&path) {
            return document.clone().ok_or_else(Vec::new);
        }
        let shown = shown(&path, description);
        let text = read_file(&path).map_err(|error| {
            let message = format!("the source `{name}` cannot be read: `{shown}` {error}");
            let near = near_file(&path, &error);
            fail(message, near.map_or(another.clone(), |near| format!("did you mean `{near}`? Or {another}")))
        })?;
        let document = self.document(&shown, &path, text);
        self.files.insert(path, document.clone());
        document.ok_or_else(Vec::new)
    }
}

/// The name of a description that came as text.
const STANDARD_INPUT: &str = "<stdin>";

fn check_names(workspace: &Workspace, overrides: &BTreeMap<String, String>) -> Result<(), LoadError> {
    let known = || workspace.description.sources.iter().map(|source| source.name.value.clone());
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

fn is_remote(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "file"))
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

/// Beside a missing file, the one whose name is near.
fn near_file(path: &Path, error: &FileError) -> Option<String> {
    if !error.is_missing() {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(folder).ok()?.take(MAX_FOLDER_ENTRIES);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    nearest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n";

    /// A folder with these files, which goes when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
            let folder = std::env::temp_dir().join(format!("arazzo-load-{}-{name}", std::process::id()));
            for (name, text) in files {
                let path = folder.join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            Self(folder)
        }

        fn load(&self, overrides: &[(&str, &str)]) -> Result<Loaded, LoadError> {
            let overrides =
                overrides.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
            load(Origin::File(&self.0.join("flows/a.yml")), &overrides)
        }

        /// Message and hint of the one thing that is wrong.
        fn problem(&self, overrides: &[(&str, &str)]) -> (String, String) {
            let loaded = self.load(overrides).unwrap();
            let [diagnostic] = loaded.diagnostics.as_slice() else { panic!("{:?}", loaded.diagnostics) };
            let shown = diagnostic.to_string().replace(&self.0.display().to_string(), "");
            (shown, diagnostic.hint.clone().unwrap_or_default())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn description(urls: &[(&str, &str)]) -> String {
        let sources: Vec<_> = urls.iter().map(|(name, url)| format!("- {name}\n  url: '{url}'\n")).collect();
        format!(
            "arazzo: 1.0.1\ninfo: {{title: t, version: '1'}}\nsourceDescriptions:\n{}workflows:\n\
             - workflowId: w\n  steps:\n  - {{stepId: s, operationId: o}}\n",
            sources.join("").replace("- ", "- name: ")
        )
    }

    fn is_openapi(loaded: &Loaded, name: &str) -> bool {
        let workspace = loaded.workspace.as_ref().unwrap();
        matches!(workspace.source(name), Some((_, arazzo_document::SourceContent::OpenApi(_))))
    }

    #[test]
    fn sources_are_found_from_the_file_of_the_description() {
        let flow = description(&[("one", "../apis/an%20api.yml"), ("two", "../apis/an api.yml")]);
        let folder =
            Folder::new("relative", &[("flows/a.yml", flow.as_bytes()), ("apis/an api.yml", API.as_bytes())]);
        let loaded = folder.load(&[]).unwrap();
        assert_eq!(loaded.diagnostics, []);
        assert!(is_openapi(&loaded, "one") && is_openapi(&loaded, "two"));
        assert_eq!(loaded.documents.len(), 2, "a file is read once");
        assert!(loaded.documents[1].uri.ends_with("/apis/an%20api.yml"));
        assert!(loaded.documents[1].name.ends_with("/apis/an api.yml"));
    }

    #[test]
    fn a_source_may_be_a_file_url_or_an_absolute_path() {
        let folder = Folder::new("absolute", &[("b.yml", API.as_bytes())]);
        let path = folder.0.join("b.yml");
        let url = Url::from_file_path(&path).unwrap().to_string();
        let flow = description(&[("one", &url), ("two", path.to_str().unwrap())]);
        std::fs::create_dir_all(folder.0.join("flows")).unwrap();
        std::fs::write(folder.0.join("flows/a.yml"), flow).unwrap();
        let loaded = folder.load(&[]).unwrap();
        assert_eq!(loaded.diagnostics, []);
        assert!(is_openapi(&loaded, "one") && is_openapi(&loaded, "two"));
    }

    #[test]
    fn a_missing_source_is_told_at_its_url() {
        let flow = description(&[("api", "pet-api.yml")]);
        let folder =
            Folder::new("missing", &[("flows/a.yml", flow.as_bytes()), ("flows/petapi.yml", API.as_bytes())]);
        let (message, hint) = folder.problem(&[]);
        assert_eq!(
            message,
            "/flows/a.yml:5:8: error: the source `api` cannot be read: `/flows/pet-api.yml` does not exist"
        );
        assert_eq!(hint, "did you mean `petapi.yml`? Or give another place with `--source api=PATH`");
    }

    #[test]
    fn another_place_can_be_given() {
        let flow = description(&[("api", "https://example.com/api.yml")]);
        let folder = Folder::new("override", &[("flows/a.yml", flow.as_bytes()), ("b.yml", API.as_bytes())]);
        let (message, hint) = folder.problem(&[]);
        assert!(message.ends_with("is remote, and remote descriptions are not read yet"), "{message}");
        assert_eq!(hint, "give another place with `--source api=PATH`");
        let path = folder.0.join("b.yml");
        let loaded = folder.load(&[("api", path.to_str().unwrap())]).unwrap();
        assert!(loaded.diagnostics.is_empty() && is_openapi(&loaded, "api"));
        assert_eq!(
            folder.load(&[("aip", "b.yml")]).unwrap_err().to_string(),
            "the description has no source `aip`: it has `api`"
        );
    }

    #[test]
    fn what_is_no_text_is_no_source() {
        let files: [(&str, &[u8]); 3] =
            [("flows/a.yml", &[]), ("flows/binary.yml", b"a: \xff"), ("flows/folder/x.yml", b"")];
        let folder = Folder::new("binary", &files);
        let fails = |url: &str| {
            std::fs::write(folder.0.join("flows/a.yml"), description(&[("api", url)])).unwrap();
            folder.problem(&[]).0
        };
        assert!(
            fails("binary.yml")
                .ends_with("`/flows/binary.yml` is no UTF-8 text: byte 4 belongs to no character")
        );
        assert!(fails("folder").ends_with("`/flows/folder` is a folder"));
        assert!(fails("ftp://x/y").ends_with("has the scheme `ftp:`, which is not read"));
        assert!(fails("http://[").contains("is no url"));
    }

    #[test]
    fn a_description_that_cannot_be_read_is_a_diagnostic() {
        let loaded = load(Origin::File(Path::new("no/such/a.yml")), &BTreeMap::new()).unwrap();
        assert!(loaded.workspace.is_none());
        let [diagnostic] = loaded.diagnostics.as_slice() else { panic!() };
        assert_eq!(diagnostic.to_string(), "no/such/a.yml:1:1: error: `no/such/a.yml` does not exist");
    }

    #[test]
    fn a_remote_description_is_not_taken_for_a_file() {
        let url = "https://user:hunter2@example.com/a.yml?key=hunter2";
        let loaded = load(Origin::File(Path::new(url)), &BTreeMap::new()).unwrap();
        let [diagnostic] = loaded.diagnostics.as_slice() else { panic!() };
        assert_eq!(diagnostic.message, format!("`https://example.com/a.yml` {REMOTE}"));
        assert!(!diagnostic.to_string().contains("hunter2"));
    }

    #[test]
    fn a_text_is_read_as_if_it_lay_in_the_current_folder() {
        let text = description(&[("api", "no-such-api.yml")]);
        let loaded = load(Origin::Text(&text), &BTreeMap::new()).unwrap();
        let [diagnostic] = loaded.diagnostics.as_slice() else { panic!("{:?}", loaded.diagnostics) };
        assert!(diagnostic.to_string().starts_with("<stdin>:5:8: error: the source `api`"), "{diagnostic}");
        assert!(diagnostic.message.contains("`no-such-api.yml` does not exist"), "{diagnostic}");
    }
}
