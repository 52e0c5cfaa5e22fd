//! The arguments of `arazzo graph`.

use clap::{Args, ValueEnum};

use crate::args::{ColorArgs, NetworkArgs, SourceArgs};

/// The arguments of `arazzo graph`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct GraphArgs {
    /// The Arazzo Description: a file, a URL, or `-` for standard input.
    pub(crate) description: String,

    /// Which workflow; not needed when there is only one. May be given several times.
    #[arg(short, long = "workflow", value_name = "ID")]
    pub(crate) workflows: Vec<String>,

    /// Draw every workflow, in the order of the description.
    #[arg(long, conflicts_with = "workflows")]
    pub(crate) all: bool,

    /// What is printed on standard output. That a step without a failure action that is taken fails the workflow is not
    /// drawn.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: GraphFormat,

    /// Follow the specification to the letter: no tolerance applies.
    #[arg(long)]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    #[command(flatten)]
    pub(crate) network: NetworkArgs,

    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

const EXIT_CODES: &str = "Exit codes:
  0  the graph is printed
  2  the command line is wrong
  3  the description or a source is wrong or cannot be read";

/// What `arazzo graph` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A Mermaid flowchart, which GitHub and GitLab draw in Markdown.
    #[default]
    Mermaid,
    /// A digraph for Graphviz.
    Dot,
    /// A picture, for light and dark backgrounds.
    Svg,
}
