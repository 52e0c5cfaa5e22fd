//! No Arazzo document makes reading the description panic.
#![no_main]

use std::sync::Arc;

use arazzo_document::{Document, Workspace};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (Some(document), _) = Document::read("fuzz.yml", "file:///fuzz.yml", text.to_owned()) else { return };
    let (_workspace, diagnostics) = Workspace::new(Arc::new(document), arazzo_expression::Mode::Tolerant);
    for diagnostic in diagnostics {
        let _ = diagnostic.to_string();
    }
});
