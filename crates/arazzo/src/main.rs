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

use clap::Parser;

use args::{Arguments, Command};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let code = match arguments.command {
        Command::Run(args) => run::run(&args),
    };
    code.into()
}
