//! A source that could not be read, and the files that have the operations which the steps name.
//!
//! Such a file is told of and never used: two APIs may have an operation of one name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arazzo_document::description::{SourceType, Target};
use arazzo_document::openapi::OpenApi;
use arazzo_document::{Document, SourceContent, Workspace};
use arazzo_expression::{Expression, Mode, Source};

use super::cache::{SourceCache, searched};
use super::file::read_regular;
use super::finding::source_flag;
use super::location::shown_path;
use super::search::ApiFile;

/// So many files are read as a whole to see whether they have the operations.
const MAX_READ: usize = 8;

/// So many files are named when there are several.
const MAX_NAMED: usize = 3;

/// What to say of the source `name` of the entry document: the files below `folders` that have the most of the operations
/// that the steps name.
pub(super) fn hint(
    workspace: &Workspace,
    name: &str,
    folders: &[PathBuf],
    cache: Option<&SourceCache>,
) -> Option<String> {
    let wanted = wanted(workspace, name);
    if wanted.is_empty() {
        return None;
    }
    let found: Vec<_> = folders.iter().map(|folder| searched(cache, folder)).collect();
    let mut known = BTreeSet::new();
    let mut files: Vec<(usize, &ApiFile)> = found
        .iter()
        .flat_map(|found| found.get())
        .flatten()
        .filter(|file| known.insert(file.path.as_path()))
        .map(|file| (wanted.intersection(&file.ids).count(), file))
        .filter(|(count, _)| *count > 0)
        .collect();
    // Of those with as many the nearest stays first.
    files.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let read = files.iter().take(MAX_READ).map(|(_, file)| (count(&wanted, &file.path), file));
    let read: Vec<_> = read.collect();
    let best = read.iter().map(|(count, _)| *count).max().filter(|best| *best > 0)?;
    let places = read.iter().filter(|(count, _)| *count == best);
    let places: Vec<String> =
        places.map(|(_, file)| shown_path(&file.path, &workspace.entry().document)).collect();
    Some(said(name, &places, best, wanted.len()))
}

/// The ids of operations that only this source can have.
fn wanted(workspace: &Workspace, name: &str) -> BTreeSet<String> {
    let entry = workspace.entry();
    let kind = entry.source(name).and_then(|(source, _)| source.kind);
    if matches!(kind, Some(SourceType::Arazzo | SourceType::AsyncApi)) {
        return BTreeSet::new();
    }
    let is_elsewhere = |id: &str| {
        entry.sources().any(|(_, content)| match content {
            SourceContent::OpenApi(openapi) => openapi.operation_by_id(id).is_some(),
            SourceContent::Wanted
            | SourceContent::Missing
            | SourceContent::Arazzo(_)
            | SourceContent::AsyncApi => false,
        })
    };
    let steps = entry.description.workflows.iter().flat_map(|workflow| &workflow.steps);
    let ids = steps.filter_map(|step| match step.target.as_ref()? {
        Target::OperationId(id) => Some(id.value.as_str()),
        Target::OperationPath(_) | Target::Workflow(_) | Target::Channel(_) => None,
    });
    ids.filter_map(|id| match Expression::parse(id, Mode::Strict).map(|parsed| parsed.value.source) {
        Ok(Source::SourceDescription { source, reference }) => (source == name).then_some(reference),
        Ok(_) => None,
        Err(_) => {
            let (source, rest) = id.split_once('.').unzip();
            let of_source = source.filter(|source| entry.source(source).is_some()).zip(rest);
            match of_source {
                Some((source, rest)) => (source == name).then(|| rest.to_owned()),
                None => (!is_elsewhere(id)).then(|| id.to_owned()),
            }
        }
    })
    .collect()
}

/// How many of these operations the OpenAPI description in a file has.
fn count(wanted: &BTreeSet<String>, path: &Path) -> usize {
    let Ok(text) = read_regular(path) else { return 0 };
    let name = path.display().to_string();
    let openapi = Document::open(&name, &name, text).0.and_then(|read| OpenApi::new(Arc::new(read)).ok());
    let Some(openapi) = openapi else { return 0 };
    wanted.iter().filter(|id| openapi.operation_by_id(id).is_some()).count()
}

fn said(name: &str, places: &[String], has: usize, of: usize) -> String {
    let operations = match (has, of) {
        (1, 1) => "the operation that the steps name".to_owned(),
        (has, of) if has == of => format!("the {of} operations that the steps name"),
        (has, of) => format!("{has} of the {of} operations that the steps name"),
    };
    let named = || places.iter().take(MAX_NAMED);
    let list = named().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(" or ");
    let flags =
        named().map(|place| format!("`{}`", source_flag(name, place))).collect::<Vec<_>>().join(" or ");
    let more = match places.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" (or {more} more)"),
    };
    let which = if places.len() > 1 { "which each have" } else { "which has" };
    format!("read it from {list}{more}, {which} {operations}, with {flags}")
}
