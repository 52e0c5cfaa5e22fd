//! Everything that can be said of a description without running it.

use std::collections::HashSet;
use std::sync::Arc;

use arazzo_document::{Diagnostic, Place};
use arazzo_engine::{CheckOptions, check};
use arazzo_expression::Mode;

use crate::load::{LoadError, LoadOptions, Loaded, Origin, load};

/// Reads the description at `origin` with its sources and says everything that is wrong or doubtful: first what is in the
/// description, from top to bottom, then what is in other files. Nothing is sent, and no input or credential is needed.
///
/// # Errors
///
/// As [`load`]: another place is given for a source that the description does not have.
pub fn validate(origin: Origin<'_>, options: &LoadOptions) -> Result<Vec<Diagnostic>, LoadError> {
    let mut loaded = load(origin, options)?;
    loaded.check(options.mode);
    Ok(loaded.diagnostics)
}

impl Loaded {
    /// Looks at every workflow and adds what is wrong or doubtful. Afterwards each diagnostic is there once, in the order
    /// of [`validate`].
    pub fn check(&mut self, mode: Mode) {
        if let Some(workspace) = &self.workspace {
            self.diagnostics.extend(check(workspace, &CheckOptions { mode, ..CheckOptions::default() }));
        }
        let mut seen = HashSet::new();
        self.diagnostics.retain(|diagnostic| {
            let Place { file, span, .. } = &diagnostic.place;
            seen.insert((diagnostic.code, Arc::clone(file), *span, diagnostic.message.clone()))
        });
        let own = self.documents.first().map(|document| Arc::clone(&document.name));
        self.diagnostics.sort_by(|a, b| {
            let key =
                |found: &'_ Diagnostic| (Some(&found.place.file) != own.as_ref(), found.place.span.start);
            (key(a), &*a.place.file).cmp(&(key(b), &*b.place.file))
        });
    }
}
