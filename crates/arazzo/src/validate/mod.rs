//! `arazzo validate`: finds what is wrong with descriptions and sends nothing.
//!
//! What stops `arazzo run` from a description is an error here. Each description is read with its sources and every
//! workflow of it is compiled; levels come from `arazzo.toml` and the command line; the formats print one report.

mod args;
mod check;
mod config;
mod files;
mod fix;
mod format;
mod levels;
mod look;
mod report;
mod strict_openapi;

use arazzo_document::Severity;
use arazzo_engine::Mode;

use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::refusal::Refusal;

pub(crate) use args::{ValidateArgs, ValidateFormat};
pub(crate) use files::Source;
pub(crate) use format::print_refusal_json;

use check::Checker;
use config::Configs;
use levels::Levels;
use report::Report;

/// Checks what the arguments name and prints what was found.
pub(crate) fn run(args: &ValidateArgs) -> Exit {
    args.color.apply();
    match check(args) {
        Ok(report) => {
            for code in report.kept() {
                output::message(&format!(
                    "note: `{code}` cannot be allowed here: it makes a run impossible, so it stays an error"
                ));
            }
            format::print(&report, args);
            report.exit()
        }
        Err(refusal) => {
            output::refuse(&refusal, &[], crate::args::Format::Human, Verbosity::Normal);
            if args.format == ValidateFormat::Json {
                print_refusal_json(&refusal);
            }
            refusal.exit
        }
    }
}

fn check(args: &ValidateArgs) -> Result<Report, Refusal> {
    let asked = Levels::of_arguments(args)?;
    let urls = args.files.iter().chain(&args.sources.named).map(String::as_str);
    let options = args.sources.options(Mode::default(), crate::run::policy(&args.network, urls)?)?;
    let mut configs = Configs::new(args.config.as_deref())?;
    let targets = files::find(&args.files, &mut configs)?;
    if args.fix {
        let fixed = fix::fix(&Checker::new(args, &asked, options.clone()), &targets)?;
        if !args.verbosity.quiet {
            output::message(&fixed.to_string());
        }
    }
    let checker = Checker::new(args, &asked, options);
    let files = checker.check_all(&targets);
    checker.unused_source()?;
    Ok(Report::new(files))
}

/// The descriptions that files, folders and globs lead to.
pub(crate) fn descriptions(arguments: &[String]) -> Result<Vec<Source>, Refusal> {
    let targets = files::find(arguments, &mut Configs::default())?;
    Ok(targets.into_iter().map(|target| target.source).collect())
}

/// Whether a diagnostic of this severity is shown to people.
fn is_shown(severity: Severity, verbosity: Verbosity, deny_warnings: bool) -> bool {
    match severity {
        Severity::Error => true,
        // With `--deny-warnings` it is the reason of the exit code.
        Severity::Warning => verbosity != Verbosity::Quiet || deny_warnings,
        Severity::Info => verbosity >= Verbosity::Verbose,
    }
}
