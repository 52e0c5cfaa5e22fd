//! The arguments of `arazzo show`.

use clap::{Args, ValueEnum};

use crate::args::{ColorArgs, NetworkArgs, SourceArgs};

/// The arguments of `arazzo show`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ShowArgs {
    /// The Arazzo Description: a file, a URL, or `-` for standard input.
    pub(crate) description: String,

    /// Show this workflow only. May be given several times.
    #[arg(short, long = "workflow", value_name = "ID")]
    pub(crate) workflows: Vec<String>,

    /// Follow the specification to the letter: no tolerance applies.
    #[arg(long)]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    #[command(flatten)]
    pub(crate) network: NetworkArgs,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: ShowFormat,

    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

const AFTER_HELP: &str = "`--format json` prints one object:
  { \"arazzo\", \"title\", \"version\", \"summary\", \"description\",
    \"sources\": [ { \"name\", \"url\", \"type\", \"found\" } ],
    \"workflows\": [ { \"workflowId\", \"summary\", \"description\", \"dependsOn\",
        \"inputs\": [ { \"name\", \"type\": [], \"required\", \"neededBy\", \"default\", \"format\",
            \"enum\", \"description\", \"secret\", \"placeholder\", \"of\" } ],
        \"steps\": [ { \"stepId\", \"description\", \"calls\": { \"type\": \"operation\", \"source\",
            \"operationId\", \"method\", \"path\", \"summary\" }, \"successCriteria\": [],
            \"onSuccess\": [ { \"name\", \"type\", \"stepId\", \"workflowId\", \"retryAfter\",
                \"retryLimit\", \"criteria\": [] } ], \"onFailure\": [], \"outputs\": [] } ],
        \"successActions\": [], \"failureActions\": [], \"outputs\": [],
        \"servers\": [ { \"source\", \"url\" } ],
        \"credentials\": [ { \"source\", \"scheme\", \"kind\", \"auth\", \"variable\", \"scopes\",
            \"optional\" } ],
        \"run\": \"arazzo run …\" } ],
    \"diagnostics\": [] }
A step may also call { \"type\": \"workflow\", \"workflowId\" } or { \"type\": \"unknown\", \"text\" }. An input
`of` another workflow is wanted by one that runs before. A server without a `url` needs `--server`.

Exit codes:
  0  the description has no errors
  2  the command line is wrong
  3  there are errors; what is known is shown all the same";

/// What `arazzo show` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ShowFormat {
    /// Workflows with inputs, steps and credentials, for people.
    #[default]
    Human,
    /// One JSON object about everything.
    Json,
}
