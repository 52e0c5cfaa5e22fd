//! The arguments of `arazzo runs`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::args::{ColorArgs, DurabilityArg, Format, NetworkArgs, VerbosityArgs};
use crate::quantity;
use crate::report::Target;

/// The arguments of `arazzo runs`.
#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    pub(crate) command: RunsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the runs.
    List(ListArgs),
    /// Show what happened in a run, as far as it is kept.
    Show(OneArgs),
    /// Go on with a run where its journal ends, or print the result of one that is over.
    Resume(Box<ResumeArgs>),
    /// End a run that is not over. A process that drives it stops before its next request.
    Cancel(OneArgs),
    /// Delete runs that are over.
    Prune(PruneArgs),
}

/// The journal, and how it is told of.
#[derive(Debug, Args)]
pub(crate) struct JournalArgs {
    /// The file that `arazzo run --state` keeps runs in.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ListFormat {
    /// Lines for people.
    #[default]
    Human,
    /// One JSON object.
    Json,
}

/// The arguments of `arazzo runs list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) journal: JournalArgs,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

/// The arguments of `arazzo runs show` and `arazzo runs cancel`.
#[derive(Debug, Args)]
pub(crate) struct OneArgs {
    /// The id of the run.
    #[arg(value_name = "RUN-ID")]
    pub(crate) run_id: String,

    #[command(flatten)]
    pub(crate) journal: JournalArgs,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

/// The arguments of `arazzo runs prune`.
#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    #[command(flatten)]
    pub(crate) journal: JournalArgs,

    /// Only those that ended so long ago.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(crate) older_than: Option<Duration>,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

/// The arguments of `arazzo runs resume`.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The id of the run.
    #[arg(value_name = "RUN-ID", required_unless_present = "all")]
    pub(crate) run_id: Option<String>,

    /// Go on with every run that is interrupted, one after the other.
    #[arg(long, conflicts_with = "run_id")]
    pub(crate) all: bool,

    #[command(flatten)]
    pub(crate) journal: JournalArgs,

    /// What a step that is kept outlives.
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) durability: DurabilityArg,

    /// What is done about a POST or PATCH that was under way, when its operation declares no idempotency header.
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) on_ambiguous: OnAmbiguous,

    /// Go on although the description or a source was changed since the run began.
    #[arg(long)]
    pub(crate) accept_changed: bool,

    /// A secret input again; others are in the journal. Also read from `ARAZZO_INPUT_<NAME>`.
    #[arg(short, long = "input", value_name = "NAME=VALUE", help_heading = "What is not kept")]
    pub(crate) input: Vec<String>,

    /// Secret inputs again, as JSON text, a JSON or YAML file, or `-` for standard input.
    #[arg(long, value_name = "JSON|FILE|-", help_heading = "What is not kept")]
    pub(crate) inputs: Vec<String>,

    /// A credential for a security scheme, as for `arazzo run`.
    #[arg(long, value_name = "[SOURCE.]SCHEME=VALUE", help_heading = "What is not kept")]
    pub(crate) auth: Vec<String>,

    /// A header field added to every request.
    #[arg(short = 'H', long = "header", value_name = "'NAME: VALUE'", help_heading = "What is not kept")]
    pub(crate) headers: Vec<String>,

    #[command(flatten)]
    pub(crate) network: NetworkArgs,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: Format,

    /// Write a report when all is over: `junit`, `html`, `json`, `har`, `tap` or `markdown`. May be given several times.
    #[arg(long = "report", value_name = "KIND=PATH", help_heading = "Output")]
    pub(crate) reports: Vec<Target>,

    #[command(flatten)]
    pub(crate) verbosity: VerbosityArgs,

    #[command(flatten)]
    pub(crate) color: ColorArgs,

    /// Show secrets instead of `***`.
    #[arg(long, help_heading = "Output")]
    pub(crate) show_secrets: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum OnAmbiguous {
    /// Stop, and say so.
    #[default]
    Stop,
    /// Send it again.
    Retry,
    /// Ask at the terminal; without one, stop.
    Ask,
}
