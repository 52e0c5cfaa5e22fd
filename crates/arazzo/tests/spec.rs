//! Runs every case of the conformance suite in `tests/spec`; its format is in the README there. What is said on the
//! way follows the style guide for messages.

#![expect(dead_code, reason = "the command prints tables, the tests do not")]

#[path = "../src/conformance/mod.rs"]
mod conformance;
#[path = "support/style.rs"]
mod style;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use conformance::Suite;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match Suite::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/spec")) {
        Ok(suite) => trials(&Arc::new(suite)),
        // A suite that cannot be read must not look like one without cases.
        Err(problem) => vec![Trial::test("the_suite_can_be_read", move || Err(Failed::from(problem)))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(suite: &Arc<Suite>) -> Vec<Trial> {
    let names = suite.cases.iter().map(|case| case.id()).enumerate();
    names
        .map(|(index, name)| {
            let suite = Arc::clone(suite);
            Trial::test(name, move || {
                let examined = suite.cases.get(index).map(|case| case.examine(&suite));
                let (mut differences, messages) = examined.unwrap_or_default();
                differences.extend(messages.iter().filter_map(|message| style::problem(message)));
                if differences.is_empty() { Ok(()) } else { Err(Failed::from(differences.join("\n"))) }
            })
        })
        .collect()
}
