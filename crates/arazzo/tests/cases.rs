//! Runs the whole command against every folder of `tests/cases`; their format is in the README there.

mod support;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use support::case::Case;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    // A folder that cannot be read must not look like one without cases.
    let trials = folders(&root).unwrap_or_else(|problem| {
        let fails = move || Err(Failed::from(problem));
        vec![Trial::test("the_case_folder_can_be_read", fails)]
    });
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// One test for each case folder; folders whose name begins with `_` hold what several cases share.
fn folders(root: &Path) -> Result<Vec<Trial>, String> {
    let unreadable = |error| format!("cannot read `{}`: {error}", root.display());
    let root = root.canonicalize().map_err(unreadable)?;
    let mut trials = Vec::new();
    for entry in fs::read_dir(&root).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if folder.is_dir() && !name.starts_with('_') {
            trials.push(Trial::test(name, move || run(&folder)));
        }
    }
    match trials.is_empty() {
        true => Err(format!("`{}` has no case", root.display())),
        false => Ok(trials),
    }
}

fn run(folder: &Path) -> Result<(), Failed> {
    Case::read(folder).and_then(|case| case.run(folder)).map_err(Failed::from)
}
