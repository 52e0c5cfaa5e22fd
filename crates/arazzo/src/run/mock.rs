//! `--mock` and its scenario file.

use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Document, Severity, Workspace};
use arazzo_runner::{Scenario, read_file};

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::refusal::Refusal;

/// The scenario that is asked for; an empty one for `--mock` alone, `None` without a mock.
pub(crate) fn scenario(
    args: &RunArgs,
    workspace: &Workspace,
    documents: &mut Vec<Arc<Document>>,
) -> Result<Option<Scenario>, Refusal> {
    match &args.mock {
        None => Ok(None),
        Some(path) if path.is_empty() => Ok(Some(Scenario::new())),
        Some(path) => read(Path::new(path), workspace, documents).map(Some),
    }
}

/// The scenario in a file, if it is one for these sources.
pub(crate) fn read(
    path: &Path,
    workspace: &Workspace,
    documents: &mut Vec<Arc<Document>>,
) -> Result<Scenario, Refusal> {
    let name = path.display().to_string();
    let text =
        read_file(path).map_err(|error| Refusal::usage(format!("the scenario `{name}` {error}"), None))?;
    let (document, mut diagnostics) = Document::read(&name, &name, text);
    let scenario = document.map(|document| {
        let document = Arc::new(document);
        documents.push(Arc::clone(&document));
        let (scenario, found) = Scenario::read(document);
        diagnostics.extend(found);
        diagnostics.extend(scenario.check(workspace));
        scenario
    });
    let wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    match scenario {
        Some(scenario) if !wrong => Ok(scenario),
        Some(_) | None => Err(Refusal { exit: Exit::Usage, ..Refusal::invalid(diagnostics) }),
    }
}
