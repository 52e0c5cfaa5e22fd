//! Reading a file as text, within a limit and with a reason when it fails.

use std::io::{self, Read};
use std::path::Path;

use arazzo_document::MAX_TEXT;

/// Why a file could not be read, as a fragment that follows its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fact}")]
pub struct FileError {
    fact: String,
    is_missing: bool,
}

impl FileError {
    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }

    pub(crate) fn not_regular() -> Self {
        Self::new("is no regular file")
    }

    pub(crate) fn new(fact: impl Into<String>) -> Self {
        Self { fact: fact.into(), is_missing: false }
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        let kind = error.kind();
        if kind == io::ErrorKind::NotFound {
            return Self { fact: "does not exist".to_owned(), is_missing: true };
        }
        Self::new(format!("cannot be read: {kind}"))
    }
}

/// The text of a file. Reading stops at the limit of [`MAX_TEXT`], also where a file has no end.
///
/// # Errors
///
/// A [`FileError`] when there is no such file, or it is a folder, too large, or no UTF-8 text.
pub fn read_file(path: &Path) -> Result<String, FileError> {
    let file = std::fs::File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(FileError::new("is a folder"));
    }
    read_text(file, usize::try_from(about.len()).unwrap_or(0))
}

/// The text that `reader` gives, as [`read_file`] reads it.
///
/// # Errors
///
/// A [`FileError`] when it cannot be read, is too large, or is no UTF-8 text.
pub fn read_stream(reader: impl Read) -> Result<String, FileError> {
    read_text(reader, 0)
}

fn read_text(reader: impl Read, expected: usize) -> Result<String, FileError> {
    let mut bytes = Vec::with_capacity(expected.min(MAX_TEXT));
    reader.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_TEXT {
        return Err(FileError::new(format!("is larger than {MAX_TEXT} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        FileError::new(format!("is no UTF-8 text: byte {at} belongs to no character"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_read_to_the_limit() {
        let error = read_stream(io::repeat(b'a')).unwrap_err();
        assert_eq!(error.to_string(), format!("is larger than {MAX_TEXT} bytes"));
    }

    #[test]
    fn a_missing_file_is_told_from_others() {
        let error = read_file(Path::new("no/such/file")).unwrap_err();
        assert!(error.is_missing());
        assert_eq!(error.to_string(), "does not exist");
        assert!(!read_stream(&b"a\xff"[..]).unwrap_err().is_missing());
    }
}
