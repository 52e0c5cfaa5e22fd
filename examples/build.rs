//! Descriptions that are checked when the program is built: a wrong one fails the build with its place and a remedy.

use std::fmt::Write;
use std::path::Path;

use arazzo_runner::document::Severity;
use arazzo_runner::{LoadOptions, Origin, validate};

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=pets.arazzo.yml");
    println!("cargo::rerun-if-changed=pets.openapi.yml");
    check(Path::new("pets.arazzo.yml"))
}

/// Whether the description has no errors, or what they are.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    let mut wrong = String::new();
    let found = validate(Origin::File(path), &LoadOptions::default()).map_err(|error| error.to_string())?;
    for diagnostic in found.iter().filter(|found| found.severity == Severity::Error) {
        let _ = write!(wrong, "\n{diagnostic}");
        if let Some(hint) = &diagnostic.hint {
            let _ = write!(wrong, "\nhint: {hint}");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
