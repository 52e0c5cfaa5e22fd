//! The conformance suite: cases that say what an engine does with a description, and what this one does with them.
//!
//! The format is in the README of `tests/spec`. A [`Suite`] is read from a folder, each [`Case`] is run in process with
//! scripted answers, and what differs is told. Nothing here reads the network or the time.

mod case;
mod documents;
mod observation;
mod play;
mod requirements;
mod same;
mod suite;
mod table;

use std::path::Path;

pub(crate) use case::Case;
pub(crate) use suite::Suite;

/// A case that was run: what differs from what it expects, nothing when it passed.
pub(crate) struct Checked<'a> {
    pub(crate) case: &'a Case,
    pub(crate) differences: Vec<String>,
}

/// Runs the suite in `folder` and prints a table by chapter and what differs, or with `requirements` which cases each
/// requirement has. Returns whether all cases passed, or for the requirements whether every MUST has a case.
///
/// # Errors
///
/// The suite cannot be read; the message says which file and why.
pub(crate) fn run(folder: &Path, requirements: bool) -> Result<bool, String> {
    let suite = Suite::read(folder)?;
    if requirements {
        let table = requirements::Requirements::read(folder)?.table(&suite);
        anstream::print!("{}", table.text);
        return Ok(table.complete);
    }
    let checked: Vec<Checked<'_>> =
        suite.cases.iter().map(|case| Checked { case, differences: case.check(&suite) }).collect();
    anstream::print!("{}", table::show(&checked));
    Ok(checked.iter().all(|checked| checked.differences.is_empty()))
}
