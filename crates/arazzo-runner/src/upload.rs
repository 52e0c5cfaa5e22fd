//! Files in the bodies of requests.
//!
//! The machine names the files that the caller of a run named; here their bytes are put into the body, all of them before
//! anything is sent.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use arazzo_engine::{Body, Chunk, TransportError, TransportErrorCode};

use crate::file::FileError;

/// How many bytes a body with files in it may have.
pub const MAX_UPLOAD: u64 = 256 * 1024 * 1024;

/// Whether the file could be sent now.
///
/// # Errors
///
/// A [`FileError`] when there is no such file, it may not be read, it is no regular file or larger than [`MAX_UPLOAD`].
pub fn check_upload(path: &Path) -> Result<(), FileError> {
    open(path).map(drop)
}

/// The bytes of a body. Files are read only if they `may_be_read`; relative paths start at `folder`.
pub(crate) async fn bytes(
    body: &Body,
    may_be_read: bool,
    folder: Option<&Path>,
) -> Result<Vec<u8>, TransportError> {
    if let [Chunk::Bytes(bytes)] = body.chunks() {
        return Ok(bytes.clone());
    }
    if !may_be_read {
        return Err(unreadable("the body has a file in it, and files are not sent here".to_owned()));
    }
    let (body, folder) = (body.clone(), folder.map(Path::to_owned).unwrap_or_default());
    let joined = tokio::task::spawn_blocking(move || fill(&body, &folder)).await;
    joined.unwrap_or_else(|_| Err(unreadable("the files of the body could not be read".to_owned())))
}

fn fill(body: &Body, folder: &Path) -> Result<Vec<u8>, TransportError> {
    let mut bytes = Vec::new();
    for chunk in body.chunks() {
        match chunk {
            Chunk::Bytes(chunk) => bytes.extend_from_slice(chunk),
            Chunk::File(path) => read(&folder.join(path), &mut bytes)
                .map_err(|error| unreadable(format!("the file `{path}` {error}")))?,
        }
    }
    Ok(bytes)
}

/// Appends the bytes of a file to those of the body.
fn read(path: &Path, bytes: &mut Vec<u8>) -> Result<(), FileError> {
    let left = MAX_UPLOAD.saturating_sub(bytes.len() as u64);
    // A file may grow while it is read.
    let count = open(path)?.take(left + 1).read_to_end(bytes)?;
    if count as u64 > left {
        return Err(FileError::new(format!("makes the body larger than {MAX_UPLOAD} bytes")));
    }
    Ok(())
}

/// A pipe or a device is not opened: that could wait for ever, and what is read once cannot be sent twice.
fn open(path: &Path) -> Result<File, FileError> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(FileError::not_regular());
    }
    if about.len() > MAX_UPLOAD {
        return Err(FileError::new(format!("is larger than {MAX_UPLOAD} bytes")));
    }
    Ok(File::open(path)?)
}

fn unreadable(message: String) -> TransportError {
    TransportError { code: TransportErrorCode::FileUnreadable, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;

    #[test]
    fn a_file_that_cannot_be_sent_is_told() {
        assert!(check_upload(Path::new("no/such/file")).unwrap_err().is_missing());
        let folder = std::env::temp_dir();
        assert_eq!(check_upload(&folder).unwrap_err().to_string(), "is no regular file");
        let large = folder.join(format!("arazzo-upload-{}", std::process::id()));
        File::create(&large).unwrap().set_len(MAX_UPLOAD + 1).unwrap();
        let error = check_upload(&large).unwrap_err();
        std::fs::remove_file(&large).unwrap();
        assert_eq!(error.to_string(), format!("is larger than {MAX_UPLOAD} bytes"));
    }

    #[test]
    fn a_file_is_read_only_where_that_is_allowed() {
        let path = std::env::temp_dir().join(format!("arazzo-upload-part-{}", std::process::id()));
        std::fs::write(&path, [0, 255]).unwrap();
        let name = path.to_str().unwrap().to_owned();
        let body = Body::from(vec![
            Chunk::Bytes(vec![1]),
            Chunk::File(name.clone()),
            Chunk::Bytes(vec![2]),
            Chunk::File(name),
        ]);
        assert_eq!(block_on(bytes(&body, true, None)).unwrap(), [1, 0, 255, 2, 0, 255]);
        let relative = Body::from(vec![Chunk::File(path.file_name().unwrap().to_str().unwrap().to_owned())]);
        let folder = std::env::temp_dir();
        assert_eq!(block_on(bytes(&relative, true, Some(&folder))).unwrap(), [0, 255]);
        assert_eq!(block_on(bytes(&body, false, None)).unwrap_err().code, TransportErrorCode::FileUnreadable);
        std::fs::remove_file(&path).unwrap();
        let error = block_on(bytes(&body, true, None)).unwrap_err();
        assert_eq!(error.code, TransportErrorCode::FileUnreadable);
        assert!(error.message.ends_with("does not exist"), "{error}");
    }

    #[test]
    fn a_body_without_files_is_its_bytes() {
        assert_eq!(block_on(bytes(&Body::from(vec![0, 255]), false, None)).unwrap(), [0, 255]);
    }
}
