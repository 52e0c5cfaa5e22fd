//! The formats that a report is printed in.

mod github;
mod human;
mod json;
mod junit;
mod sarif;

use super::report::{Counts, Report};
use super::{ValidateArgs, ValidateFormat};
use crate::output::{self, Verbosity};

pub(crate) use json::print_refusal_json;

/// Prints the report on standard output. What is meant for programs has its summary on standard error.
pub(super) fn print(report: &Report, args: &ValidateArgs) {
    let text = match args.format {
        ValidateFormat::Human => return human::print(report, args.verbosity.verbosity()),
        ValidateFormat::Json => json::render(report),
        ValidateFormat::Sarif => sarif::render(report),
        ValidateFormat::Github => github::render(report),
        ValidateFormat::Junit => junit::render(report),
    };
    if !text.is_empty() {
        output::print(text.trim_end_matches('\n'));
    }
    if args.verbosity.verbosity() != Verbosity::Quiet {
        output::message(&summary(report.files.len(), report.counts()));
    }
}

/// `checked 3 files: 1 error, 2 warnings`
fn summary(files: usize, Counts { errors, warnings, infos }: Counts) -> String {
    let count = |number: usize, noun: &str| {
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {noun}{plural}"))
    };
    let found = [count(errors, "error"), count(warnings, "warning"), count(infos, "note")];
    let found: Vec<String> = found.into_iter().flatten().collect();
    let found = if found.is_empty() { "no problems".to_owned() } else { found.join(", ") };
    format!("checked {}: {found}", count(files, "file").unwrap_or_else(|| "no files".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_in_words() {
        let counts = |errors, warnings, infos| Counts { errors, warnings, infos };
        assert_eq!(summary(3, counts(1, 2, 0)), "checked 3 files: 1 error, 2 warnings");
        assert_eq!(summary(1, counts(0, 0, 1)), "checked 1 file: 1 note");
        assert_eq!(summary(2, counts(0, 0, 0)), "checked 2 files: no problems");
    }
}
