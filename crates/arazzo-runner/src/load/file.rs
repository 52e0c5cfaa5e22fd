//! Reading one file, and saying why it cannot be read.

use std::io::{self, Read};
use std::path::Path;

use arazzo_document::{MAX_TEXT, nearest};

/// So many entries of a folder are looked at for a file whose name is near.
const MAX_FOLDER_ENTRIES: usize = 2_000;

/// Why a file could not be read.
pub(super) struct Fault {
    /// What is wrong, as it follows the file's name.
    pub(super) fact: String,
    missing: bool,
}

/// The text of a file. Reading stops at the limit, also where a file has no end.
pub(super) fn read_text(path: &Path) -> Result<String, Fault> {
    let file = std::fs::File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(fault("is a folder".to_owned()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0).min(MAX_TEXT));
    file.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MAX_TEXT {
        return Err(fault(format!("is larger than {MAX_TEXT} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        fault(format!("is no UTF-8 text: byte {at} belongs to no character"))
    })
}

/// The same for a file that only a description names: a device or a pipe, which may wait for ever, is not opened.
pub(super) fn read_regular(path: &Path) -> Result<String, Fault> {
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_file() { read_text(path) } else { Err(fault("is no regular file".to_owned())) }
}

/// What to say of a missing file: the one beside it whose name is near.
pub(super) fn near_file(path: &Path, fault: &Fault) -> Option<String> {
    if !fault.missing {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(folder).ok()?.take(MAX_FOLDER_ENTRIES);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let near = nearest(wanted, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{near}`"))
}

fn fault(fact: String) -> Fault {
    Fault { fact, missing: false }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn failed(error: io::Error) -> Fault {
    let missing = error.kind() == io::ErrorKind::NotFound;
    let fact =
        if missing { "does not exist".to_owned() } else { format!("cannot be read: {}", error.kind()) };
    Fault { fact, missing }
}
