//! URLs that are read from a folder of this machine instead.
//!
//! A document that is read so keeps its URL: what it refers to starts there, and is looked for among the mappings again.
//! So nothing in it can name a file outside of the folders that somebody gave.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

use super::file::{near_file, read_regular};
use super::location::without_secrets;
use super::reader::{Text, Unread};

/// A URL and a folder: what lies below the URL is read from the folder and never fetched. It is written `URL=FOLDER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlMapping {
    prefix: Url,
    folder: PathBuf,
}

/// Why a text is no [`UrlMapping`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlMappingError {
    /// It has no `=`, or nothing on one side of it.
    #[error("does not say which URL is read from which folder: write `https://host/path/=FOLDER`")]
    NoPair,
    /// What stands before the `=` is no `http` or `https` URL.
    #[error("does not begin with an `http` or `https` URL")]
    NoUrl,
    /// The URL has something in it that no other URL could begin with.
    #[error("has a user name, a query or a fragment in its URL")]
    NoPrefix,
}

impl FromStr for UrlMapping {
    type Err = UrlMappingError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (url, folder) = text.split_once('=').ok_or(UrlMappingError::NoPair)?;
        if url.is_empty() || folder.is_empty() {
            return Err(UrlMappingError::NoPair);
        }
        let prefix = Url::parse(url).map_err(|_| UrlMappingError::NoUrl)?;
        if !matches!(prefix.scheme(), "http" | "https") || !prefix.has_host() {
            return Err(UrlMappingError::NoUrl);
        }
        let has_user = !prefix.username().is_empty() || prefix.password().is_some();
        if has_user || prefix.query().is_some() || prefix.fragment().is_some() {
            return Err(UrlMappingError::NoPrefix);
        }
        Ok(Self { prefix, folder: PathBuf::from(folder) })
    }
}

impl fmt::Display for UrlMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.prefix, self.folder.display())
    }
}

impl UrlMapping {
    /// The mapping that `url` falls under: the one with the longest path, of two with the same the later.
    pub(super) fn of<'m>(mappings: &'m [Self], url: &Url) -> Option<&'m Self> {
        let fitting = mappings.iter().filter(|mapping| mapping.rest(url).is_some());
        fitting.max_by_key(|mapping| mapping.prefix.path().trim_end_matches('/').len())
    }

    /// Reads what lies at `url`, which falls under this mapping.
    pub(super) fn read(&self, url: &Url) -> Result<Text, Unread> {
        let name = without_secrets(url.clone());
        let unread = |fact: String, near| Unread { name: name.clone(), fact, near, is_offline: false };
        let path = self.path(url).ok_or_else(|| {
            let folder = self.folder.display();
            unread(format!("is mapped to `{folder}` (`--map`) and leads to no file in it"), None)
        })?;
        let mapped = format!("is mapped to `{}` (`--map`), which", path.display());
        let read = self.inside(&path).map_err(|fact| unread(format!("{mapped} {fact}"), None))?;
        match read_regular(&read) {
            Ok(text) => Ok(Text { name, uri: url.as_str().to_owned(), text }),
            Err(error) => Err(unread(format!("{mapped} {error}"), near_file(&read, &error))),
        }
    }

    /// What of the path of `url` comes after the prefix, which ends with a segment.
    fn rest<'u>(&self, url: &'u Url) -> Option<&'u str> {
        if url.origin() != self.prefix.origin() {
            return None;
        }
        let rest = url.path().strip_prefix(self.prefix.path().trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// The path in the folder, unless a segment is no plain name.
    fn path(&self, url: &Url) -> Option<PathBuf> {
        let mut path = self.folder.clone();
        for segment in self.rest(url)?.split('/').filter(|segment| !segment.is_empty()) {
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            let is_drive = cfg!(windows) && segment.contains(':');
            let is_plain = !segment.contains(['/', '\\', '\0']) && segment != "." && segment != "..";
            path.push(Some(&*segment).filter(|_| is_plain && !is_drive)?);
        }
        Some(path)
    }

    /// The file at `path` with links followed, if it lies in the folder. A missing file stays as it is, to be missed.
    fn inside(&self, path: &Path) -> Result<PathBuf, &'static str> {
        let Ok(real) = path.canonicalize() else { return Ok(path.to_owned()) };
        match self.folder.canonicalize() {
            Ok(folder) if real.starts_with(&folder) => Ok(real),
            Ok(_) | Err(_) => Err("is a link that leads out of that folder"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(text: &str) -> UrlMapping {
        text.parse().unwrap()
    }

    fn path(mappings: &[&str], url: &str) -> Option<String> {
        let mappings: Vec<UrlMapping> = mappings.iter().map(|text| mapping(text)).collect();
        let url = Url::parse(url).unwrap();
        let path = UrlMapping::of(&mappings, &url)?.path(&url)?;
        Some(path.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_longest_prefix_wins() {
        let maps = ["https://h.test/=all", "https://h.test/v1/=one", "https://h.test/v1/pets=pets"];
        assert_eq!(path(&maps, "https://h.test/a.yml").as_deref(), Some("all/a.yml"));
        assert_eq!(path(&maps, "https://h.test/v1/a.yml").as_deref(), Some("one/a.yml"));
        assert_eq!(path(&maps, "https://H.test:443/v1/pets/a.yml?x=1").as_deref(), Some("pets/a.yml"));
        assert_eq!(path(&maps, "https://h.test/v1/petshop.yml").as_deref(), Some("one/petshop.yml"));
        assert_eq!(
            path(&["https://h.test/=a", "https://h.test=b"], "https://h.test/x").as_deref(),
            Some("b/x")
        );
    }

    #[test]
    fn another_origin_is_not_mapped() {
        for url in ["http://h.test/a", "https://h.test:8443/a", "https://h.test.evil/a", "https://g.test/a"] {
            assert_eq!(path(&["https://h.test/=d"], url), None, "{url}");
        }
    }

    #[test]
    fn a_url_cannot_name_what_is_not_below_the_folder() {
        for url in ["..%2fsecret", "%2e%2e%2fsecret", "a%00b", "..%5csecret", "%2fetc%2fpasswd", "c:%5ca"] {
            assert_eq!(path(&["https://h.test/v1/=d"], &format!("https://h.test/v1/{url}")), None, "{url}");
        }
        // These lead elsewhere before they are looked at.
        for url in ["../secret", "%2e%2e/secret", "/etc/passwd"] {
            let url = Url::parse("https://h.test/v1/").unwrap().join(url).unwrap();
            assert_eq!(path(&["https://h.test/v1/=d"], url.as_str()), None, "{url}");
        }
        assert_eq!(path(&["https://h.test/=d"], "https://h.test//etc//b%20c").as_deref(), Some("d/etc/b c"));
    }

    #[test]
    fn what_is_no_mapping_says_why() {
        let error = |text: &str| text.parse::<UrlMapping>().unwrap_err();
        assert_eq!(error("https://h.test/"), UrlMappingError::NoPair);
        assert_eq!(error("https://h.test/="), UrlMappingError::NoPair);
        assert_eq!(error("=dir"), UrlMappingError::NoPair);
        assert_eq!(error("specs/=dir"), UrlMappingError::NoUrl);
        assert_eq!(error("file:///a=dir"), UrlMappingError::NoUrl);
        assert_eq!(error("https://me:pw@h.test/=dir"), UrlMappingError::NoPrefix);
        assert_eq!(error("https://h.test/?a=dir"), UrlMappingError::NoPrefix);
    }
}
