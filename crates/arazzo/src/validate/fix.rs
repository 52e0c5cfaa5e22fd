//! `--fix`: writes what the diagnostics are certain of into the descriptions, before they are checked.
//!
//! A fix replaces the text of one string; comments and layout stay. After each round the file is examined again: a round
//! that brings a new error is taken back.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Document, Severity};

use super::check::{Checker, Examined};
use super::files::{Source, Target};
use crate::refusal::Refusal;

/// One text may need several fixes, one after the other; so many rounds are made.
const MAX_ROUNDS: usize = 8;

/// So many fixes are tried one by one when they cannot be written together.
const MAX_SINGLE: usize = 200;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Fixed {
    pub(super) fixes: usize,
    pub(super) files: usize,
}

/// `made 3 fixes in 2 files`
impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |number, ending| if number == 1 { "" } else { ending };
        let Self { fixes, files } = *self;
        write!(f, "made {fixes} fix{} in {files} file{}", plural(fixes, "es"), plural(files, "s"))
    }
}

/// Fixes the files of the targets.
pub(super) fn fix(checker: &Checker<'_>, targets: &[Target]) -> Result<Fixed, Refusal> {
    let mut fixed = Fixed::default();
    for target in targets {
        let path = match &target.source {
            Source::File(path) => path,
            Source::StandardInput | Source::Url(_) => {
                return Err(Refusal::usage(
                    "`--fix` writes files, and not everything that is named is one",
                    None,
                ));
            }
        };
        let fixes = fix_file(checker, target, path).map_err(|error| {
            let message = format!("`{}` cannot be written: {}", path.display(), error.kind());
            Refusal::unreadable(message, None)
        })?;
        fixed.fixes += fixes;
        fixed.files += usize::from(fixes > 0);
    }
    Ok(fixed)
}

/// How many fixes were made in the file.
fn fix_file(checker: &Checker<'_>, target: &Target, path: &Path) -> io::Result<usize> {
    let mut fixes = 0;
    let mut examined = checker.examine(target);
    for _ in 0..MAX_ROUNDS {
        let Some((document, changes)) = changes(&examined) else { break };
        let Some((text, count)) = rewritten(&document, &changes) else { break };
        replace(path, &text)?;
        let next = checker.examine(target);
        if errors(&next) > errors(&examined) || next.description.is_none() {
            replace(path, &document.text)?;
            break;
        }
        fixes += count;
        examined = next;
    }
    Ok(fixes)
}

type Change = (String, String);

/// The document and the fixes in it, if there are any.
fn changes(examined: &Examined) -> Option<(Arc<Document>, Vec<Change>)> {
    let document = examined.description.clone()?;
    let found = examined.levelled.diagnostics.iter().filter(|found| found.place.file == document.name);
    let changes: Vec<Change> =
        found.filter_map(|found| Some((found.place.path.clone(), found.fix.clone()?))).collect();
    (!changes.is_empty()).then_some((document, changes))
}

/// The text with the changes that can be written, and how many those are.
fn rewritten(document: &Document, changes: &[Change]) -> Option<(String, usize)> {
    let write = |changes: &[&Change]| {
        let text = document.rewritten(changes.iter().map(|(path, text)| (path.as_str(), text.as_str())))?;
        (text != *document.text).then_some(text)
    };
    let mut seen = HashSet::new();
    let distinct: Vec<&Change> = changes.iter().filter(|(path, _)| seen.insert(path.as_str())).collect();
    if let Some(text) = write(&distinct) {
        return Some((text, distinct.len()));
    }
    let single: Vec<&Change> =
        distinct.into_iter().take(MAX_SINGLE).filter(|change| write(&[change]).is_some()).collect();
    write(&single).map(|text| (text, single.len()))
}

fn errors(examined: &Examined) -> usize {
    let diagnostics = &examined.levelled.diagnostics;
    diagnostics.iter().filter(|found| found.severity == Severity::Error).count()
}

/// Puts the text in place of what the file has, as a whole or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = fs::metadata(&path)?.permissions();
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = fs::OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.set_permissions(permissions)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, &path));
    if moved.is_err() {
        // What could not be put in its place is of no use.
        let _ = fs::remove_file(&beside);
    }
    moved
}
