//! `arazzo show`: what a description offers and what it takes to run it.

mod args;
mod human;
mod json;
mod run_line;

use std::collections::HashSet;
use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Severity};
use arazzo_engine::{CheckOptions, Mode, Overview};

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::refusal::Refusal;
use crate::run::{StandardInput, load_description, policy, unknown_workflow};

pub(crate) use args::{ShowArgs, ShowFormat};
pub(crate) use human::traits;
pub(crate) use json::print_refusal;

use run_line::RunLine;

/// Shows what the arguments ask for.
pub(crate) fn run(args: &ShowArgs) -> Exit {
    args.color.apply();
    let mut documents = Vec::new();
    let shown = show(args, &mut documents);
    let Shown { overview, several, diagnostics } = match shown {
        Ok(shown) => shown,
        Err(refusal) => {
            output::refuse(&refusal, &documents, Format::Human, Verbosity::Normal);
            if args.format == ShowFormat::Json {
                print_refusal(&refusal);
            }
            return refusal.exit;
        }
    };
    let line = RunLine::new(args, &overview, several);
    match args.format {
        ShowFormat::Human => human::print(&overview, &line),
        ShowFormat::Json => json::print(&overview, &line, &diagnostics),
    }
    let errors: Vec<Diagnostic> =
        diagnostics.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    if errors.is_empty() {
        return Exit::Success;
    }
    output::refuse(&Refusal::invalid(errors), &documents, Format::Human, Verbosity::Normal);
    Exit::Invalid
}

/// What is known of the description.
struct Shown {
    overview: Overview,
    /// Whether it has several workflows, also where only one is shown.
    several: bool,
    diagnostics: Vec<Diagnostic>,
}

fn show(args: &ShowArgs, documents: &mut Vec<Arc<Document>>) -> Result<Shown, Refusal> {
    let urls = std::iter::once(&args.description).chain(&args.sources.named).map(String::as_str);
    let mode = if args.strict { Mode::Strict } else { Mode::Tolerant };
    let options = args.sources.options(mode, policy(&args.network, urls)?)?;
    let loaded = load_description(&args.description, &options, &mut StandardInput::default())?;
    documents.extend(loaded.documents);
    let mut diagnostics = loaded.diagnostics;
    let Some(workspace) = loaded.workspace else { return Err(Refusal::invalid(diagnostics)) };
    let (mut overview, found) = Overview::of(&workspace, &CheckOptions { mode, ..CheckOptions::default() });
    diagnostics.extend(found);
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| {
        seen.insert((
            diagnostic.code,
            diagnostic.place.span,
            diagnostic.place.file.clone(),
            diagnostic.message.clone(),
        ))
    });
    let ids: Vec<&str> = overview.workflows.iter().map(|workflow| workflow.workflow_id.as_str()).collect();
    if let Some(refusal) = unknown_workflow(&args.workflows, &ids) {
        return Err(refusal);
    }
    let several = ids.len() > 1;
    if !args.workflows.is_empty() {
        overview.workflows.retain(|workflow| args.workflows.contains(&workflow.workflow_id));
    }
    Ok(Shown { overview, several, diagnostics })
}
