//! Where a document is: in a file of this machine or at a URL.

use std::path::{Path, PathBuf};

use arazzo_document::Document;
use url::Url;

/// Where a document is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Location {
    /// In this file.
    File(PathBuf),
    /// At this URL, which has the scheme `http` or `https` and no fragment.
    Remote(Url),
}

impl Location {
    /// Where `url` leads to from `base`, or why it leads nowhere, as a fragment that follows it.
    ///
    /// A document from the network cannot name files of this machine.
    pub(super) fn of(url: &str, base: &str) -> Result<Self, String> {
        let base = Url::parse(base).map_err(|_| "starts at a description that is in no file".to_owned())?;
        let mut resolved = base.join(url).map_err(|error| format!("is no url: {error}"))?;
        match resolved.scheme() {
            "file" if is_http(&base) => {
                Err("is a file, which a document from the network cannot name".to_owned())
            }
            "file" => {
                let path = resolved.to_file_path().map_err(|()| "is no path on this machine".to_owned())?;
                Ok(Self::File(path))
            }
            "http" | "https" if resolved.has_host() => {
                resolved.set_fragment(None);
                Ok(Self::Remote(resolved))
            }
            "http" | "https" => Err("has no host".to_owned()),
            other => Err(format!("has the scheme `{other}:`, which is not read")),
        }
    }

    /// Where a person says a document is: a URL, or the path of a file.
    pub(super) fn given(text: &str) -> Self {
        match Url::parse(text) {
            Ok(mut url) if is_http(&url) => {
                url.set_fragment(None);
                Self::Remote(url)
            }
            Ok(url) if url.scheme() == "file" => {
                Self::File(url.to_file_path().unwrap_or_else(|()| PathBuf::from(text)))
            }
            Ok(_) | Err(_) => Self::File(absolute(Path::new(text))),
        }
    }

    /// Its URI, by which the document is known.
    pub(super) fn uri(&self) -> String {
        match self {
            Self::File(path) => uri_of(path, &path.display().to_string()),
            Self::Remote(url) => url.as_str().to_owned(),
        }
    }

    /// What messages call it: the path from the current folder on, if `description` is shown so too, or the URL without
    /// its secrets.
    pub(super) fn shown(&self, description: &Document) -> String {
        match self {
            Self::File(path) => shown_path(path, description),
            Self::Remote(url) => without_secrets(url.clone()),
        }
    }
}

pub(super) fn uri_of(path: &Path, name: &str) -> String {
    Url::from_file_path(path).map_or_else(|()| name.to_owned(), Into::into)
}

pub(super) fn is_relative(url: &str) -> bool {
    Url::parse(url) == Err(url::ParseError::RelativeUrlWithoutBase)
}

pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The URI that a url means at `base`, without a fragment.
pub(super) fn resolved(url: &str, base: &str) -> Option<String> {
    let mut resolved = Url::parse(base).ok()?.join(url).ok()?;
    resolved.set_fragment(None);
    Some(resolved.into())
}

/// The URL as messages show it: people put passwords and tokens into the parts that are left out.
pub(super) fn without_secrets(mut url: Url) -> String {
    // Urls that can hold neither refuse this.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

pub(super) fn shown_path(path: &Path, description: &Document) -> String {
    let current =
        if Path::new(description.name.as_ref()).is_absolute() { None } else { std::path::absolute(".").ok() };
    let short = current.as_ref().and_then(|folder| path.strip_prefix(folder).ok());
    short.unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str, base: &str) -> Result<String, String> {
        Location::of(url, base).map(|location| location.uri())
    }

    #[test]
    fn a_url_starts_at_its_base() {
        assert_eq!(of("../a.yml", "file:///x/y/b.yml").as_deref(), Ok("file:///x/a.yml"));
        assert_eq!(of("a.yml", "https://h.test/x/b.yml?t=1#f").as_deref(), Ok("https://h.test/x/a.yml"));
        assert_eq!(of("https://h.test/a#/b", "file:///b.yml").as_deref(), Ok("https://h.test/a"));
        assert!(of("a.yml", "-").unwrap_err().contains("no file"));
        assert!(of("urn:a", "file:///b.yml").unwrap_err().contains("`urn:`"));
    }

    #[test]
    fn the_network_cannot_name_files() {
        let error = of("file:///etc/passwd", "https://h.test/b.yml").unwrap_err();
        assert_eq!(error, "is a file, which a document from the network cannot name");
    }

    #[test]
    fn secrets_of_a_url_are_not_shown() {
        let url = Url::parse("https://me:pw@h.test/a?token=x#y").unwrap();
        assert_eq!(without_secrets(url), "https://h.test/a");
    }
}
