//! The arguments of `arazzo survey`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::args::{ColorArgs, NetworkArgs, SourceArgs};
use crate::quantity;

/// The arguments of `arazzo survey`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SurveyArgs {
    /// Arazzo Descriptions: files, folders, globs in quotes, URLs, or `-` for standard input.
    #[arg(required = true, value_name = "FILE|DIR|GLOB")]
    pub(super) files: Vec<String>,

    /// Give workflows only the inputs that they require, instead of all that they describe.
    #[arg(long, help_heading = "Rules and limits")]
    pub(super) required_inputs: bool,

    /// Follow the specification to the letter: no tolerance applies.
    #[arg(long, help_heading = "Rules and limits")]
    pub(super) strict: bool,

    /// How many steps may be tried in a run.
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Rules and limits")]
    pub(super) max_steps: u32,

    /// How long a run may take.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, default_value = "10s", help_heading = "Rules and limits")]
    pub(super) max_duration: Duration,

    #[command(flatten)]
    pub(super) sources: SourceArgs,

    #[command(flatten)]
    pub(super) network: NetworkArgs,

    /// Answer the questions of another process of this program, see `worker.rs`.
    #[arg(long, hide = true)]
    pub(super) answer: bool,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(super) format: SurveyFormat,

    #[command(flatten)]
    pub(super) color: ColorArgs,
}

/// What `arazzo survey` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum SurveyFormat {
    /// How many ended how and why, with an example of each.
    #[default]
    Human,
    /// One JSON object with every workflow.
    Json,
}

const AFTER_HELP: &str =
    "Requests are answered as by `arazzo run --mock`; nothing is sent. Inputs are made from the \
inputs schema of each workflow.

Exit codes:
  0  the figures are printed, whatever they are
  2  the command line is wrong, or there are no descriptions";
