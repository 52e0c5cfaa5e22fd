//! A source that is being looked for: where it may be, and what is to be said of it.

use std::path::Path;

use arazzo_document::description::SourceDescription;
use arazzo_document::{ArazzoDocument, Code, Diagnostic, Place};
use arazzo_expression::Mode;
use url::Url;

use super::LoadOptions;
use super::cache::repository;
use super::location::{Location, absolute, is_relative, uri_of, without_secrets};
use super::reader::Unread;

/// A source that is being looked for, and how to tell what is wrong.
pub(super) struct Finding<'a> {
    pub(super) owner: &'a ArazzoDocument,
    pub(super) source: &'a SourceDescription,
    /// Whether the entry document names it, whose sources can be given another place.
    pub(super) is_own: bool,
}

impl Finding<'_> {
    /// Where `url` leads to from `base`.
    pub(super) fn location(&self, url: &str, base: &str) -> Result<Location, Diagnostic> {
        Location::of(url, base).map_err(|fact| self.fail(url, &fact))
    }

    fn fail(&self, url: &str, fact: &str) -> Diagnostic {
        let url = Url::parse(url).map_or_else(|_| url.to_owned(), without_secrets);
        let message = format!("the source `{}` at `{url}` {fact}", self.source.name.value);
        self.error(message, None)
    }

    pub(super) fn unreadable(&self, unread: Unread) -> Diagnostic {
        let name = &self.source.name.value;
        let message = format!("the source `{name}` cannot be read: `{}` {}", unread.name, unread.fact);
        let mut diagnostic = self.error(message, unread.near);
        if unread.is_offline {
            diagnostic.code = Code::OfflineSource;
        }
        diagnostic
    }

    fn error(&self, message: String, near: Option<String>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(Code::UnreadableSource, message, self.place());
        diagnostic.hint = match (near, self.another()) {
            (Some(near), Some(another)) => Some(format!("{near} Or {another}")),
            (near, another) => near.or(another),
        };
        diagnostic
    }

    /// The place, or one under the root when there is no such file but there is one there.
    pub(super) fn or_under_root(&self, location: Location, options: &LoadOptions) -> (Location, Found) {
        let url = self.source.url.value.as_str();
        let Location::File(path) = &location else { return (location, Found::AsWritten) };
        if options.mode == Mode::Strict || !is_relative(url) || path.exists() {
            return (location, Found::AsWritten);
        }
        let root =
            options.root.clone().or_else(|| repository(options.cache.as_deref(), &self.owner.document));
        match root.map(|root| Location::of(url, &folder_uri(&root))) {
            Some(Ok(Location::File(under))) if under.is_file() => (Location::File(under), Found::UnderRoot),
            Some(Ok(_) | Err(_)) | None => (location, Found::AsWritten),
        }
    }

    /// The file beside a document that has another name in its `$self`. A relative url leads there when it leads to
    /// nothing that is read, and also, unless the letter counts, when it would have to be fetched.
    pub(super) fn beside(&self, location: Option<&Location>, mode: Mode) -> Option<Location> {
        let url = self.source.url.value.as_str();
        let own = &self.owner.document.uri;
        if !is_relative(url) || self.owner.base_uri() == *own {
            return None;
        }
        let beside = Location::of(url, own).ok()?;
        match (location, &beside) {
            (None, _) => Some(beside),
            (Some(Location::Remote(_)), Location::File(path)) if mode == Mode::Tolerant && path.is_file() => {
                Some(beside)
            }
            (Some(Location::File(_) | Location::Remote(_)), _) => None,
        }
    }

    /// What is to be said of where the source was found.
    pub(super) fn found(&self, found: Found, shown: &str, mode: Mode) -> Option<Diagnostic> {
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
        self.is_own.then(|| another_place(&self.source.name.value))
    }

    fn place(&self) -> Place {
        self.owner.document.place(self.source.url.span)
    }
}

/// What to do about a source when nobody knows where it is.
pub(super) fn another_place(name: &str) -> String {
    format!("give another place with `{}`", source_flag(name, "PATH"))
}

/// The flag that gives the source `name` a place, to be pasted into a shell.
pub(super) fn source_flag(name: &str, place: &str) -> String {
    let argument = format!("{name}={place}");
    if argument.chars().all(|c| c.is_alphanumeric() || "-_./:=%~+@,".contains(c)) {
        format!("--source {argument}")
    } else {
        format!("--source '{}'", argument.replace('\'', r"'\''"))
    }
}

/// Where a source was found.
#[derive(Clone, Copy)]
pub(super) enum Found {
    AsWritten,
    Beside,
    UnderRoot,
}

fn folder_uri(folder: &Path) -> String {
    uri_of(&absolute(folder).join("-"), "-")
}
