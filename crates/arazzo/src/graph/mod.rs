//! `arazzo graph`: a workflow as a picture, for documents and reviews.
//!
//! Nodes and edges come from the compiled plan, so that the picture shows what a run would do: steps in the order in
//! which they run, references resolved, the workflow's actions at every step that has them.

mod args;
mod dot;
mod label;
mod marks;
mod mermaid;
mod svg;

use std::sync::Arc;

use arazzo_document::{Document, Severity, Workspace};
use arazzo_engine::{Mode, Plan, PlanOptions, WorkflowGraph};
use arazzo_runner::Loaded;

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::refusal::Refusal;
use crate::run::{StandardInput, choose, load_description, policy};

pub(crate) use args::GraphArgs;
use args::GraphFormat;
pub(crate) use marks::Marks;
pub(crate) use svg::{STYLE, colors, draw_run};

/// Prints what the arguments ask for.
pub(crate) fn run(args: &GraphArgs) -> Exit {
    args.color.apply();
    let mut documents = Vec::new();
    match graphs(args, &mut documents) {
        Ok(graphs) => {
            let text = match args.format {
                GraphFormat::Mermaid => mermaid::write(&graphs),
                GraphFormat::Dot => dot::write(&graphs),
                GraphFormat::Svg => svg::draw(&graphs),
            };
            output::print(text.trim_end());
            Exit::Success
        }
        Err(refusal) => {
            output::refuse(&refusal, &documents, Format::Human, Verbosity::Normal);
            refusal.exit
        }
    }
}

/// The graphs of the workflows that are asked for. Servers and credentials are not needed for them.
fn graphs(args: &GraphArgs, documents: &mut Vec<Arc<Document>>) -> Result<Vec<WorkflowGraph>, Refusal> {
    let mode = if args.strict { Mode::Strict } else { Mode::Tolerant };
    let workspace = read(args, mode, documents)?;
    let options = PlanOptions {
        mode,
        fallback_server: Some("http://localhost".to_owned()),
        any_credential: true,
        ..PlanOptions::default()
    };
    let mut graphs = Vec::new();
    for id in choose(&args.workflows, args.all, &workspace)? {
        let planning = Plan::compile(&workspace, &id, &options);
        match planning.plan {
            Some(plan) => graphs.extend(plan.graphs().into_iter().next()),
            None => {
                let mut diagnostics = planning.diagnostics;
                diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
                return Err(Refusal::invalid(diagnostics));
            }
        }
    }
    Ok(graphs)
}

fn read(args: &GraphArgs, mode: Mode, documents: &mut Vec<Arc<Document>>) -> Result<Workspace, Refusal> {
    let urls = std::iter::once(&args.description).chain(&args.sources.named).map(String::as_str);
    let options = args.sources.options(mode, policy(&args.network, urls)?)?;
    let loaded = load_description(&args.description, &options, &mut StandardInput::default())?;
    let Loaded { workspace, documents: read, mut diagnostics } = loaded;
    documents.extend(read);
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    match workspace {
        Some(workspace) if diagnostics.is_empty() => Ok(workspace),
        Some(_) | None => Err(Refusal::invalid(diagnostics)),
    }
}
