//! Sources that many descriptions share, read and parsed once.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use arazzo_document::openapi::OpenApi;
use arazzo_document::{Diagnostic, Document};

use super::location::Location;
use super::reader::{Text, Unread};
use super::remote::Fetcher;
use super::search::{ApiFile, search};
use crate::network::NetworkOptions;

/// So many bytes of text are kept. Beyond it the cache begins anew: descriptions that lie together are usually read
/// one after the other, so what was read long ago is rarely asked for again.
const MAX_KEPT: usize = 128 << 20;

/// Sources that were read for one description, for the next ones that name them. It may be used by many threads.
///
/// A file that changes meanwhile is not read again: a cache is for one pass over many descriptions.
#[derive(Default)]
pub struct SourceCache(Mutex<Kept>);

/// So many folders above a document are looked at for a `.git`.
const MAX_FOLDERS: usize = 64;

/// What was found in so many folders is kept.
const MAX_SEARCHES: usize = 64;

#[derive(Default)]
struct Kept {
    /// By place, and by the name that messages show, for that is part of the document.
    slots: HashMap<(Location, String), Arc<Slot>>,
    bytes: usize,
    /// What was found in folders when sources were missing.
    searches: HashMap<PathBuf, Arc<OnceLock<Vec<ApiFile>>>>,
    /// The repositories that folders are in.
    repositories: HashMap<PathBuf, PathBuf>,
    /// What fetches documents for those who permit the same.
    fetcher: Option<Arc<Fetcher>>,
}

/// Filled by the first who asks; the others wait for it.
type Slot = OnceLock<Result<Read, Unread>>;

/// What reading a document gave.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) document: Option<Shared>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A document, and what it is as an OpenAPI description. That is found out once for all who share it.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) document: Arc<Document>,
    openapi: Arc<OnceLock<Option<Arc<OpenApi>>>>,
}

impl Read {
    pub(super) fn of(Text { name, uri, text }: Text) -> Self {
        Self::of_document(Document::read(&name, &uri, text))
    }

    /// What is read of a source, of which a workflow may use little.
    pub(super) fn of_source(Text { name, uri, text }: Text) -> Self {
        Self::of_document(Document::open(&name, &uri, text))
    }

    fn of_document((document, diagnostics): (Option<Document>, Vec<Diagnostic>)) -> Self {
        Self { document: document.map(|document| Shared::new(Arc::new(document))), diagnostics }
    }
}

impl Shared {
    pub(super) fn new(document: Arc<Document>) -> Self {
        Self { document, openapi: Arc::default() }
    }

    /// The OpenAPI description that the document is, if it is one.
    pub(super) fn openapi(&self) -> Option<Arc<OpenApi>> {
        self.openapi.get_or_init(|| OpenApi::new(Arc::clone(&self.document)).ok().map(Arc::new)).clone()
    }
}

/// What the document at `location`, which `owner` names, says; from the cache if there is one.
pub(super) fn read_once(
    cache: Option<&SourceCache>,
    location: &Location,
    owner: &Document,
    text: impl FnOnce() -> Result<Text, Unread>,
) -> Result<Read, Unread> {
    let Some(cache) = cache else { return text().map(Read::of_source) };
    let slot = cache.slot(location.clone(), location.shown(owner));
    let mut is_new = false;
    let result = slot.get_or_init(|| {
        is_new = true;
        text().map(Read::of_source)
    });
    if is_new && let Ok(Read { document: Some(document), .. }) = result {
        cache.count(document.document.text.len());
    }
    result.clone()
}

/// What fetches documents under this policy; the one in the cache if there is one.
pub(super) fn fetcher(
    cache: Option<&SourceCache>,
    options: &NetworkOptions,
    timeout: Duration,
) -> Arc<Fetcher> {
    let new = || Arc::new(Fetcher::new(options.clone(), timeout));
    let Some(cache) = cache else { return new() };
    let mut kept = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kept.fetcher.as_ref().filter(|known| known.is_as(options, timeout)).cloned();
    Arc::clone(kept.fetcher.insert(known.unwrap_or_else(new)))
}

/// The OpenAPI descriptions below a folder; from the cache if there is one.
pub(super) fn searched(cache: Option<&SourceCache>, folder: &Path) -> Arc<OnceLock<Vec<ApiFile>>> {
    let slot = cache.map(|cache| cache.search_slot(folder)).unwrap_or_default();
    slot.get_or_init(|| search(folder));
    slot
}

/// The nearest folder above a document that has a `.git`, else the document's own.
pub(super) fn repository(cache: Option<&SourceCache>, document: &Document) -> Option<PathBuf> {
    let Location::File(path) = Location::of("", &document.uri).ok()? else { return None };
    let own = path.parent()?;
    let find = || {
        let repository = own.ancestors().take(MAX_FOLDERS).find(|folder| folder.join(".git").exists());
        repository.unwrap_or(own).to_owned()
    };
    let Some(cache) = cache else { return Some(find()) };
    let mut kept = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
    Some(kept.repositories.entry(own.to_owned()).or_insert_with(find).clone())
}

impl SourceCache {
    fn search_slot(&self, folder: &Path) -> Arc<OnceLock<Vec<ApiFile>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.searches.len() == MAX_SEARCHES && !kept.searches.contains_key(folder) {
            kept.searches.clear();
        }
        Arc::clone(kept.searches.entry(folder.to_owned()).or_default())
    }

    fn slot(&self, location: Location, name: String) -> Arc<Slot> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.slots.entry((location, name)).or_default())
    }

    fn count(&self, bytes: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += bytes;
        if kept.bytes > MAX_KEPT {
            *kept = Kept { fetcher: kept.fetcher.take(), ..Kept::default() };
        }
    }
}

impl fmt::Debug for SourceCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::PathBuf;

    use super::*;

    fn owner() -> Document {
        Document::read("b.yml", "file:///b.yml", "b: 1".to_owned()).0.unwrap()
    }

    fn text() -> Text {
        Text { name: "a.yml".to_owned(), uri: "file:///a.yml".to_owned(), text: "a: 1".to_owned() }
    }

    #[test]
    fn a_file_is_read_once_for_all_who_share_the_cache() {
        let reads = Cell::new(0);
        let cache = SourceCache::default();
        let of = |cache| {
            let read = read_once(cache, &Location::File(PathBuf::from("/a.yml")), &owner(), || {
                reads.set(reads.get() + 1);
                Ok(text())
            });
            read.unwrap().document.unwrap()
        };
        let (first, second) = (of(Some(&cache)), of(Some(&cache)));
        assert!(Arc::ptr_eq(&first.document, &second.document) && reads.get() == 1);
        assert!(!Arc::ptr_eq(&first.document, &of(None).document) && reads.get() == 2);
    }

    #[test]
    fn an_openapi_description_is_looked_at_once_for_all_who_share_it() {
        let read = |text: &str| Read::of(Text { text: text.to_owned(), ..self::text() }).document.unwrap();
        let shared = read("openapi: 3.1.0");
        let (first, second) = (shared.openapi().unwrap(), shared.clone().openapi().unwrap());
        assert!(Arc::ptr_eq(&first, &second));
        assert!(read("arazzo: 1.0.1").openapi().is_none());
    }

    #[test]
    fn one_fetches_for_all_who_permit_the_same() {
        let cache = SourceCache::default();
        let of =
            |options: &NetworkOptions, seconds| fetcher(Some(&cache), options, Duration::from_secs(seconds));
        let (open, closed) =
            (NetworkOptions::default(), NetworkOptions { deny_private: true, ..NetworkOptions::default() });
        let first = of(&open, 1);
        assert!(Arc::ptr_eq(&first, &of(&open, 1)));
        let strict = of(&closed, 1);
        assert!(!Arc::ptr_eq(&first, &strict) && !Arc::ptr_eq(&strict, &of(&closed, 2)));
    }

    #[test]
    fn a_cache_that_is_full_begins_anew() {
        let cache = SourceCache::default();
        let location = Location::File(PathBuf::from("/a.yml"));
        read_once(Some(&cache), &location, &owner(), || Ok(text())).unwrap();
        assert_eq!(cache.0.lock().unwrap().slots.len(), 1);
        cache.count(MAX_KEPT);
        assert!(cache.0.lock().unwrap().slots.is_empty());
    }
}
