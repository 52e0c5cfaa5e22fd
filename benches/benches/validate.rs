//! What checking many descriptions costs, beside reading the same files into located values.
//!
//! ```sh
//! ARAZZO_CORPUS=<folder> cargo bench -p arazzo-benches --bench validate [-- ROUNDS]
//! ```
//!
//! Everything below the folder that has a root key `arazzo` is a description, in the order of the names; the first
//! thousand are checked as `arazzo validate` does, on one thread with one cache of sources. Both ways begin with the
//! files on the disk, nothing is fetched from the network, and a source that several descriptions name is read once by either.
//! Reading makes values of the whole of each file; the check makes those of a source that it looks at.

#![expect(clippy::print_stdout, reason = "the table is what this program has to say")]

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arazzo_benches::cpu::{Candidate, compare};
use arazzo_document::Document;
use arazzo_engine::{CheckOptions, check};
use arazzo_runner::{LoadOptions, Loaded, NetworkOptions, Origin, SourceCache, load};

type Outcome<T> = Result<T, Box<dyn Error>>;

const FOLDER: &str = "ARAZZO_CORPUS";

const DESCRIPTIONS: usize = 1_000;

const ROUNDS: usize = 15;

fn main() -> Outcome<()> {
    let Some(folder) = std::env::var_os(FOLDER) else {
        println!("skipped: set {FOLDER} to a folder with Arazzo Descriptions");
        return Ok(());
    };
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let descriptions = descriptions(Path::new(&folder))?;
    let files = files(&descriptions)?;
    let bytes = files.iter().map(|file| fs::metadata(file).map_or(0, |about| about.len())).sum::<u64>();
    println!("{} descriptions; with their sources {} files, {bytes} bytes", descriptions.len(), files.len());

    let read = || {
        for file in &files {
            let name = file.display().to_string();
            black_box(Document::read(&name, &name, fs::read_to_string(file)?));
        }
        Ok(())
    };
    let load_all = || {
        each(&descriptions, |loaded| {
            black_box(loaded);
        })
    };
    let validate = || {
        each(&descriptions, |loaded| {
            black_box(findings(loaded));
        })
    };
    let table = compare(
        rounds,
        &mut [
            Candidate { name: "read into located values", work: Box::new(read) },
            Candidate { name: "load with sources", work: Box::new(load_all) },
            Candidate { name: "validate", work: Box::new(validate) },
        ],
    )?;
    print!("{table}");
    Ok(())
}

/// Loads one description after the other.
fn each(descriptions: &[PathBuf], mut look: impl FnMut(&Loaded)) -> Outcome<()> {
    let cache = Some(Arc::new(SourceCache::default()));
    for description in descriptions {
        let network = NetworkOptions { offline: true, ..NetworkOptions::default() };
        let options = LoadOptions { cache: cache.clone(), network, ..LoadOptions::default() };
        look(&load(Origin::File(description), &options)?);
    }
    Ok(())
}

fn findings(loaded: &Loaded) -> usize {
    let found =
        loaded.workspace.as_ref().map_or(0, |workspace| check(workspace, &CheckOptions::default()).len());
    found + loaded.diagnostics.len()
}

fn descriptions(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| ["yml", "yaml", "json"].iter().any(|known| ending == *known))
            {
                let Ok(text) = fs::read_to_string(&path) else { continue };
                if !text.contains("arazzo") {
                    continue;
                }
                let name = path.display().to_string();
                let (document, _) = Document::read(&name, &name, text);
                if document.is_some_and(|document| document.root.get("arazzo").is_some()) {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    found.truncate(DESCRIPTIONS);
    Ok(found)
}

/// The descriptions and the files that they lead to, each once.
fn files(descriptions: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    each(descriptions, |loaded| {
        for document in &loaded.documents {
            let path = Path::new(&*document.name);
            let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            if path.exists() && seen.insert(identity) {
                files.push(path.to_owned());
            }
        }
    })?;
    Ok(files)
}
