//! The documents of a case, by their URLs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Workspace};
use arazzo_engine::Mode;
use serde_json::Value;

use super::case::Given;

/// A description with its sources, or what prevents it, as far as it is known.
pub(super) struct Read {
    pub(super) workspace: Option<Workspace>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether a document is wanted that the case does not have.
    pub(super) lacks: bool,
}

/// Reads the documents of a case. `folder` has the files that it names.
pub(super) fn read(given: &Given, folder: &Path, mode: Mode) -> Result<Read, String> {
    let texts = texts(given, folder)?;
    let mut read = Read { workspace: None, diagnostics: Vec::new(), lacks: false };
    let Some(entry) = document(&given.location, &texts, &mut read.diagnostics) else { return Ok(read) };
    let (workspace, diagnostics) = Workspace::new(entry, mode);
    read.diagnostics.extend(diagnostics);
    let Some(mut workspace) = workspace else { return Ok(read) };
    while let Some(wanted) = workspace.wanted() {
        let found = workspace.source_of(wanted).and_then(|(owner, source)| {
            let uri = resolve(&source.url.value, &owner.base_uri());
            workspace.identified(&uri).or_else(|| document(&uri, &texts, &mut read.diagnostics))
        });
        match found {
            Some(document) => read.diagnostics.extend(workspace.supply(wanted, document)),
            None => {
                read.lacks = true;
                workspace.lack(wanted);
            }
        }
    }
    loop {
        let files = workspace.wanted_files();
        if files.is_empty() {
            break;
        }
        for uri in files {
            let file = document(&uri, &texts, &mut read.diagnostics);
            workspace.supply_file(&uri, file.ok_or_else(|| "is not there".to_owned()));
        }
    }
    read.workspace = Some(workspace);
    Ok(read)
}

fn document(
    uri: &str,
    texts: &BTreeMap<String, String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Document>> {
    let text = texts.get(uri)?;
    let (document, problems) = Document::read(uri, uri, text.clone());
    diagnostics.extend(problems);
    document.map(Arc::new)
}

/// The text of every document by its URL.
fn texts(given: &Given, folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut texts = BTreeMap::new();
    let sources = given.sources.iter().flatten().map(|(name, source)| (format!("{name}.yml"), source));
    let documents = given.documents.iter().map(|(url, document)| (url.clone(), document));
    for (url, value) in sources.chain(documents) {
        let text = match value {
            Value::String(file) if !file.contains('\n') => {
                fs::read_to_string(folder.join(file)).map_err(|error| format!("`{file}`: {error}"))?
            }
            Value::String(text) => text.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.to_string()
            }
        };
        texts.insert(resolve(&url, &given.location), text);
    }
    let description = given.description.as_ref().ok_or("the case has no description")?;
    let text = description.as_str().map_or_else(|| description.to_string(), str::to_owned);
    texts.insert(given.location.clone(), text);
    Ok(texts)
}

fn resolve(url: &str, base: &str) -> String {
    let resolved = url::Url::parse(base).and_then(|base| base.join(url));
    resolved.map_or_else(|_| url.to_owned(), Into::into)
}
