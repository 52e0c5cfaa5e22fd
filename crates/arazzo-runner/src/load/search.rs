//! The OpenAPI descriptions below a folder, with the ids of their operations.
//!
//! It is looked for them only when a source is missing, to say where it may have gone. So the search is bounded, the
//! nearest folders come first, and a file is not parsed: a line that looks like `operationId: x` counts.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::file::read_regular;

/// So many files are read.
const MAX_FILES: usize = 500;
/// So many bytes are read, and so many of one file.
const MAX_BYTES: u64 = 32 << 20;
const MAX_FILE_BYTES: u64 = 8 << 20;
/// So many folders below the first are gone into, and so many entries of them all are looked at.
const MAX_DEPTH: usize = 8;
const MAX_ENTRIES: usize = 20_000;
/// Longer ids are passed over.
const MAX_ID: usize = 256;

/// Folders in which nobody keeps the description of an API. Hidden ones are passed over, too.
const PASSED_OVER: [&str; 2] = ["node_modules", "target"];

/// A file that looks like an OpenAPI description.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ApiFile {
    pub(super) path: PathBuf,
    /// The ids that its operations seem to have.
    pub(super) ids: BTreeSet<String>,
}

/// The OpenAPI descriptions below `folder`, the nearest first, as far as the limits allow.
pub(super) fn search(folder: &Path) -> Vec<ApiFile> {
    let mut found = Vec::new();
    let (mut files, mut bytes, mut entries) = (0, 0, 0);
    let mut open = VecDeque::from([(folder.to_owned(), 0)]);
    while let Some((folder, depth)) = open.pop_front() {
        let Ok(listing) = std::fs::read_dir(&folder) else { continue };
        let mut listed: Vec<_> = listing.take(MAX_ENTRIES - entries).flatten().collect();
        entries += listed.len();
        listed.sort_by_key(std::fs::DirEntry::file_name);
        for entry in listed {
            // Links are not followed: they may lead round in circles, or out of the folder.
            let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
            if kind.is_dir() {
                let is_passed_over = name.starts_with('.') || PASSED_OVER.contains(&name.as_str());
                if depth < MAX_DEPTH && !is_passed_over {
                    open.push_back((entry.path(), depth + 1));
                }
                continue;
            }
            let length = entry.metadata().map_or(u64::MAX, |about| about.len());
            if !kind.is_file() || !is_document(&name) || length > MAX_FILE_BYTES {
                continue;
            }
            if files == MAX_FILES || bytes + length > MAX_BYTES {
                return found;
            }
            (files, bytes) = (files + 1, bytes + length);
            let path = entry.path();
            let ids = read_regular(&path).ok().filter(|text| is_openapi(text)).map(|text| ids(&text));
            found.extend(ids.filter(|ids| !ids.is_empty()).map(|ids| ApiFile { path, ids }));
        }
    }
    found
}

fn is_document(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension
        .is_some_and(|found| ["yml", "yaml", "json"].iter().any(|known| found.eq_ignore_ascii_case(known)))
}

/// Whether a line begins with the root key, or an object that begins the text has it somewhere.
fn is_openapi(text: &str) -> bool {
    let is_key = |text: &str| {
        let bare = text.trim_start_matches(['"', '\'']);
        let rest = bare.strip_prefix("openapi").or_else(|| bare.strip_prefix("swagger"));
        rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return ["openapi", "swagger"]
            .iter()
            .any(|key| text.match_indices(key).any(|(at, _)| text.get(at..).is_some_and(is_key)));
    }
    text.lines().any(is_key)
}

fn ids(text: &str) -> BTreeSet<String> {
    const KEY: &str = "operationId";
    let keys = text.match_indices(KEY).filter_map(|(at, _)| text.get(at + KEY.len()..));
    let values = keys.filter_map(|rest| {
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start_matches([' ', '\t']);
        let line = rest.strip_prefix(':')?.lines().next()?.trim();
        let value = match line.chars().next()? {
            quote @ ('"' | '\'') => line.get(1..)?.split(quote).next()?,
            _ => line.split([',', '}']).next()?.split(" #").next()?.trim_end(),
        };
        (!value.is_empty() && value.len() <= MAX_ID).then(|| value.to_owned())
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_openapi_description_is_known_by_its_root_key() {
        for text in ["openapi: 3.1.0", "# a\n'swagger' : '2.0'", "{\"info\": {}, \"openapi\": \"3.0.0\"}"] {
            assert!(is_openapi(text), "{text}");
        }
        for text in ["", "arazzo: 1.0.1\ninfo:\n  openapi: 3", "openapis: 1", "{\"x\": \"openapi\"}"] {
            assert!(!is_openapi(text), "{text}");
        }
    }

    #[test]
    fn ids_are_found_as_people_write_them() {
        let text = "operationId: a\n  operationId: 'b c' # d\n{operationId: e, x: 1}\n\"operationId\":\"f\"}\n\
                    operationId:\noperationId: g # h\noperationIds: i\noperationId : \"j\"";
        assert_eq!(ids(text), ["a", "b c", "e", "f", "g", "j"].map(str::to_owned).into());
    }
}
