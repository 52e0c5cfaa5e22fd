//! The body of a request: bytes, and files in between.
//!
//! A machine that reads no files cannot have their bytes. It says which file stands where, and the driver puts its bytes
//! there when the request is sent.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::bytes;

/// What an input that stands for a file begins with; the path follows.
const FILE: &str = "file:";

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Body {
    chunks: Vec<Chunk>,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Chunk {
    /// These bytes.
    Bytes(#[serde(with = "bytes")] Vec<u8>),
    /// The bytes of the file at this path, which the caller of the run named in an input.
    File(String),
}

impl Body {
    /// What it is made of, in order.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The body as it can be shown: in place of each file its name, as in `file:photo.png`.
    pub fn shown(&self) -> Cow<'_, [u8]> {
        if let [Chunk::Bytes(bytes)] = self.chunks.as_slice() {
            return Cow::Borrowed(bytes);
        }
        let mut shown = Vec::new();
        for chunk in &self.chunks {
            match chunk {
                Chunk::Bytes(bytes) => shown.extend_from_slice(bytes),
                Chunk::File(path) => shown.extend([FILE.as_bytes(), path.as_bytes()].concat()),
            }
        }
        Cow::Owned(shown)
    }

    pub(crate) fn push(&mut self, text: &str) {
        match self.chunks.last_mut() {
            Some(Chunk::Bytes(bytes)) => bytes.extend_from_slice(text.as_bytes()),
            Some(Chunk::File(_)) | None => self.chunks.push(Chunk::Bytes(text.as_bytes().to_vec())),
        }
    }

    pub(crate) fn push_file(&mut self, path: &str) {
        self.chunks.push(Chunk::File(path.to_owned()));
    }
}

impl From<Vec<Chunk>> for Body {
    fn from(chunks: Vec<Chunk>) -> Self {
        Self { chunks }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self { chunks: vec![Chunk::Bytes(bytes)] }
    }
}

/// The files that the caller of a run named. No other text stands for a file, whatever it looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Files(BTreeSet<String>);

impl Files {
    pub(crate) fn new(paths: impl IntoIterator<Item = String>) -> Self {
        Self(paths.into_iter().collect())
    }

    /// The path of the file that a value stands for.
    pub(crate) fn path<'v>(&self, value: &'v Value) -> Option<&'v str> {
        file_of(value.as_str()?).filter(|path| self.0.contains(*path))
    }
}

/// The path in a text that has the form of a file.
pub(crate) fn file_of(text: &str) -> Option<&str> {
    text.strip_prefix(FILE).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_named_is_a_file() {
        let files = Files::new(["a.png".to_owned()]);
        assert_eq!(files.path(&json!("file:a.png")), Some("a.png"));
        for other in [json!("file:b.png"), json!("a.png"), json!("file:"), json!(["file:a.png"])] {
            assert_eq!(files.path(&other), None, "{other}");
        }
    }

    #[test]
    fn a_file_is_shown_by_its_name() {
        let mut body = Body::default();
        body.push("a");
        body.push("b");
        body.push_file("x/y.png");
        body.push("c");
        assert_eq!(body.chunks().len(), 3);
        assert_eq!(body.shown(), b"abfile:x/y.pngc".as_slice());
    }
}
