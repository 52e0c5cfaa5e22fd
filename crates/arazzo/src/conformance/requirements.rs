//! Which cases show what the specification requires.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::suite::{Suite, read_file};

/// The list in `requirements.yml`: what each requires, after its level.
pub(super) struct Requirements(BTreeMap<u32, String>);

/// A table of requirements.
pub(super) struct Table {
    pub(super) text: String,
    /// Whether every MUST has a case.
    pub(super) complete: bool,
}

impl Requirements {
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        read_file(&folder.join("requirements.yml")).map(Self)
    }

    pub(super) fn table(&self, suite: &Suite) -> Table {
        let mut cases: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for case in &suite.cases {
            for number in &case.requirements {
                let names = cases.entry(*number).or_default();
                let name = format!("{}: {}", case.file, case.name);
                if names.last() != Some(&name) {
                    names.push(name);
                }
            }
        }
        let mut text = String::new();
        let mut without = Vec::new();
        for (number, says) in &self.0 {
            let names = cases.get(number).map(Vec::as_slice).unwrap_or_default();
            let _ = writeln!(text, "{number:>3} {says}");
            for name in names {
                let _ = writeln!(text, "        {name}");
            }
            if names.is_empty() && says.starts_with("MUST ") {
                without.push(number.to_string());
            }
        }
        for number in cases.keys().filter(|number| !self.0.contains_key(number)) {
            without.push(format!("{number} (which is no requirement)"));
        }
        let complete = without.is_empty();
        let _ = match complete {
            true => writeln!(text, "\nevery MUST has a case"),
            false => writeln!(text, "\nwithout a case: {}", without.join(", ")),
        };
        Table { text, complete }
    }
}
