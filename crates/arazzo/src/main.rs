//! The `arazzo` command: what a person or a CI job touches.
//!
//! It reads arguments and the environment, prints, and exits; everything else is in the libraries. The contract of its
//! flags, output and exit codes is in the README.

mod args;
mod conformance;
mod diagnostics;
mod excerpt;
mod exit;
mod explain;
mod graph;
mod junit;
mod manual;
mod mock;
mod output;
mod parallel;
mod quantity;
mod refusal;
mod report;
mod run;
mod runs;
mod shell;
mod show;
mod survey;
mod usage;
mod validate;

use clap::Parser;
use mimalloc::MiMalloc;

use args::{Arguments, Command};
use exit::Exit;

/// A run consists of many small blocks, on which the allocators of C libraries spend a third of its instructions.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> std::process::ExitCode {
    let exit = match Arguments::try_parse() {
        Ok(Arguments { command: Command::Run(args) }) => run::run(&args),
        Ok(Arguments { command: Command::Runs(args) }) => runs::run(&args),
        Ok(Arguments { command: Command::Validate(args) }) => validate::run(&args),
        Ok(Arguments { command: Command::Mock(args) }) => mock::run(&args),
        Ok(Arguments { command: Command::Show(args) }) => show::run(&args),
        Ok(Arguments { command: Command::Graph(args) }) => graph::run(&args),
        Ok(Arguments { command: Command::Explain(args) }) => explain::run(&args),
        Ok(Arguments { command: Command::Completions(args) }) => manual::complete(&args),
        Ok(Arguments { command: Command::Man(args) }) => manual::show(&args),
        Ok(Arguments { command: Command::Survey(args) }) => survey::run(&args),
        Ok(Arguments { command: Command::Conformance(args) }) => {
            match conformance::run(&args.folder, args.requirements) {
                Ok(true) => Exit::Success,
                Ok(false) => Exit::Failed,
                Err(problem) => {
                    output::message(&format!("error: the suite cannot be read: {problem}"));
                    Exit::Usage
                }
            }
        }
        Err(error) => usage::refuse(&error),
    };
    output::finish(exit).into()
}
