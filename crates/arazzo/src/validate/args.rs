//! The arguments of `arazzo validate`.

use std::path::PathBuf;

use arazzo_document::Code;
use clap::{Args, ValueEnum};

use crate::args::{ColorArgs, NetworkArgs, SourceArgs, VerbosityArgs};
use crate::explain;

/// The arguments of `arazzo validate`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ValidateArgs {
    /// Arazzo Descriptions: files, folders, globs in quotes, URLs, or `-` for standard input.
    ///
    /// A folder is searched for `.yml`, `.yaml` and `.json` files that have a root key `arazzo`; hidden folders,
    /// `node_modules`, `target` and links to folders are passed over. A file that is named has to be a description. A
    /// folder or glob that leads to none is an error.
    #[arg(required = true, value_name = "FILE|DIR|GLOB")]
    pub(crate) files: Vec<String>,

    /// Write what is certain into the files: braces around expressions, qualified ids, canonical operation paths, quotes.
    /// Comments and layout stay.
    #[arg(long)]
    pub(crate) fix: bool,

    /// Follow the specification to the letter: no tolerance applies.
    #[arg(long, help_heading = "Rules")]
    pub(crate) strict: bool,

    /// Exit with 3 when there are warnings, too.
    #[arg(long, help_heading = "Rules")]
    pub(crate) deny_warnings: bool,

    /// Make what has this code an error. May be given several times; `arazzo explain` lists the codes.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = explain::code, help_heading = "Rules")]
    pub(crate) deny: Vec<Code>,

    /// Hide warnings and notes with this code. An error that makes a run impossible stays one.
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = explain::code, help_heading = "Rules")]
    pub(crate) allow: Vec<Code>,

    /// Read these settings instead of the nearest `arazzo.toml` above each description.
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(crate) config: Option<PathBuf>,

    /// Read OpenAPI 3.0 sources strictly, too, and warn of what does not hold to their specification.
    #[arg(long, help_heading = "Sources")]
    pub(crate) check_sources: bool,

    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    #[command(flatten)]
    pub(crate) network: NetworkArgs,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: ValidateFormat,

    #[command(flatten)]
    pub(crate) verbosity: VerbosityArgs,

    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

const EXIT_CODES: &str = "Exit codes:
  0  there are no errors
  2  the command line or `arazzo.toml` is wrong; nothing was checked
  3  there are errors, or warnings with `--deny-warnings`";

/// What `arazzo validate` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ValidateFormat {
    /// Messages with source excerpts and a summary, for people.
    #[default]
    Human,
    /// One JSON object with all diagnostics.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
    /// JUnit XML, for CI servers.
    Junit,
}
