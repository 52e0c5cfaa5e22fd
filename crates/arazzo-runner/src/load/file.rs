//! Reading what a description names, and what to say when it is missing.

use std::path::Path;

use arazzo_document::nearest;

use crate::file::{FileError, read_file};

/// So many entries of a folder are looked at for a file whose name is near.
const MAX_FOLDER_ENTRIES: usize = 2_000;

/// The text of a file that only a description names: a device or a pipe, which may wait for ever, is not opened.
pub(super) fn read_regular(path: &Path) -> Result<String, FileError> {
    let about = std::fs::metadata(path)?;
    if about.is_file() || about.is_dir() { read_file(path) } else { Err(FileError::not_regular()) }
}

/// What to say of a missing file: the one beside it whose name is near.
pub(super) fn near_file(path: &Path, error: &FileError) -> Option<String> {
    if !error.is_missing() {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(folder).ok()?.take(MAX_FOLDER_ENTRIES);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let near = near_name(wanted, &names)?;
    Some(format!("did you mean `{near}`?"))
}

/// The name that is near also without what many names end with, such as `.arazzo.yml`.
fn near_name<'n>(wanted: &str, names: &'n [String]) -> Option<&'n str> {
    let names = names.iter().map(String::as_str);
    nearest(wanted, names.filter(|name| nearest(stem(wanted), [stem(name)]).is_some()))
}

fn stem(name: &str) -> &str {
    name.split('.').find(|part| !part.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_makes_no_two_names_near() {
        let names = ["pets.openapi.yml", "orders.openapi.yml", "api.yaml"].map(str::to_owned);
        assert_eq!(near_name("order.openapi.yml", &names), Some("orders.openapi.yml"));
        assert_eq!(near_name("api.yml", &names), Some("api.yaml"));
        assert_eq!(near_name("users.openapi.yml", &names), None);
    }
}
