//! The `arazzo` command: what a person or a CI job touches.
//!
//! It reads arguments and the environment, prints, and exits; everything else is in the libraries. The contract of its
//! flags, output and exit codes is in the README.

mod args;
mod conformance;
mod diagnostics;
mod excerpt;
mod exit;
mod output;
mod quantity;
mod refusal;
mod run;

use clap::Parser;

use args::{Arguments, Command};
use exit::Exit;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let code = match arguments.command {
        Command::Run(args) => run::run(&args),
        Command::Conformance(args) => match conformance::run(&args.folder, args.requirements) {
            Ok(true) => Exit::Success,
            Ok(false) => Exit::Failed,
            Err(problem) => {
                anstream::eprintln!("error: the suite cannot be read: {problem}");
                Exit::Usage
            }
        },
    };
    code.into()
}
