//! Reading the text of a document, wherever it is.

use std::sync::Arc;

use arazzo_document::Document;
use url::Url;

use super::LoadOptions;
use super::cache::fetcher;
use super::file::{near_file, read_regular};
use super::location::{Location, without_secrets};
use super::mapping::UrlMapping;
use super::remote::Fetcher;
use crate::file::{FileError, read_file};
use crate::http::DEFAULT_TIMEOUT;

/// So many documents are fetched.
const MAX_FETCHES: usize = 500;

/// Reads texts.
pub(super) struct Reader<'o> {
    options: &'o LoadOptions,
    /// What fetches documents, once one is wanted.
    fetcher: Option<Arc<Fetcher>>,
    fetched: usize,
}

/// A text that was read.
pub(super) struct Text {
    /// What messages call it.
    pub(super) name: String,
    /// The URI of the document.
    pub(super) uri: String,
    pub(super) text: String,
}

/// Why a text could not be read.
#[derive(Debug, Clone)]
pub(super) struct Unread {
    /// What messages call it.
    pub(super) name: String,
    /// The fact, as it follows the name.
    pub(super) fact: String,
    /// A file with a near name.
    pub(super) near: Option<String>,
    /// Whether nothing was tried, since the caller wants to stay offline.
    pub(super) is_offline: bool,
}

impl<'o> Reader<'o> {
    pub(super) fn new(options: &'o LoadOptions) -> Self {
        Self { options, fetcher: None, fetched: 0 }
    }

    /// Reads a source of `owner`.
    pub(super) fn source(&mut self, location: &Location, owner: &Document) -> Result<Text, Unread> {
        self.read(location, owner, read_file)
    }

    /// Reads a file that only an OpenAPI description names.
    pub(super) fn referenced(&mut self, location: &Location, owner: &Document) -> Result<Text, Unread> {
        self.read(location, owner, read_regular)
    }

    fn read(
        &mut self,
        location: &Location,
        owner: &Document,
        read: fn(&std::path::Path) -> Result<String, FileError>,
    ) -> Result<Text, Unread> {
        let path = match location {
            Location::File(path) => path,
            Location::Remote(url) => return self.fetch(url),
        };
        let name = location.shown(owner);
        match read(path) {
            Ok(text) => Ok(Text { name, uri: location.uri(), text }),
            Err(error) => {
                let near = near_file(path, &error);
                Err(Unread { name, fact: error.to_string(), near, is_offline: false })
            }
        }
    }

    /// Fetches the document at `url`, whose URI is where it came from. What is mapped to a folder is read there.
    pub(super) fn fetch(&mut self, url: &Url) -> Result<Text, Unread> {
        if let Some(mapping) = UrlMapping::of(&self.options.mappings, url) {
            return mapping.read(url);
        }
        let name = without_secrets(url.clone());
        if self.options.network.offline {
            let fact = "is remote, and nothing is fetched (`--offline`)".to_owned();
            return Err(Unread { name, fact, near: None, is_offline: true });
        }
        if self.fetched == MAX_FETCHES {
            let fact = format!("is not fetched: {MAX_FETCHES} documents have been");
            return Err(Unread { name, fact, near: None, is_offline: false });
        }
        self.fetched += 1;
        let fetcher = self.fetcher.get_or_insert_with(|| {
            let timeout = self.options.timeout.unwrap_or(DEFAULT_TIMEOUT);
            fetcher(self.options.cache.as_deref(), &self.options.network, timeout)
        });
        match fetcher.fetch(url) {
            Ok(fetched) => Ok(Text { name, uri: fetched.url.into(), text: fetched.text }),
            Err(error) => Err(Unread { name, fact: error.fact, near: None, is_offline: false }),
        }
    }
}
