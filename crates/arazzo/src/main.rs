//! The `arazzo` command: what a person or a CI job touches.
//!
//! It reads arguments and the environment, prints, and exits; everything else is in the libraries. The contract of its
//! flags, output and exit codes is in the README.

mod args;
mod diagnostics;
mod excerpt;
mod exit;
mod output;
mod quantity;
mod refusal;
mod run;
mod usage;

use clap::Parser;

use args::{Arguments, Command};

fn main() -> std::process::ExitCode {
    let exit = match Arguments::try_parse() {
        Ok(Arguments { command: Command::Run(args) }) => run::run(&args),
        Err(error) => usage::refuse(&error),
    };
    output::finish(exit).into()
}
