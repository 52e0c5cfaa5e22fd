//! The arguments of `arazzo mock`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use arazzo_runner::Fault;
use clap::{Args, ValueEnum};

use crate::args::{ColorArgs, NetworkArgs, SourceArgs};
use crate::quantity;

/// The arguments of `arazzo mock`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct MockArgs {
    /// An Arazzo Description, whose sources are served, or an OpenAPI description: a file or a URL.
    pub(super) description: String,

    /// A scenario file: answers that go before those of the description.
    pub(super) scenario: Option<PathBuf>,

    /// The port; 0 is any that is free.
    #[arg(short, long, value_name = "N", default_value_t = 4010)]
    pub(super) port: u16,

    /// The address to listen at. With one that is not of this machine alone, others can reach the mock.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(super) host: IpAddr,

    /// How long each answer takes.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, default_value = "0s", help_heading = "Answers")]
    pub(super) latency: Duration,

    /// What goes wrong with every Nth request: a status as in `503:10`, `close:7` for no answer, `slow:5` or `slow=2s:5`.
    /// May be given several times.
    #[arg(long = "fault", value_name = "KIND:N", help_heading = "Answers")]
    pub(super) faults: Vec<Fault>,

    /// Let scripts of web pages read the answers.
    #[arg(long, help_heading = "Answers")]
    pub(super) cors: bool,

    /// How large the body of a request may be.
    #[arg(long, value_name = "SIZE", value_parser = quantity::size, default_value = "10MiB", help_heading = "Answers")]
    pub(super) max_body: usize,

    #[command(flatten)]
    pub(super) sources: SourceArgs,

    #[command(flatten)]
    pub(super) network: NetworkArgs,

    /// How requests are logged on standard output.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(super) format: LogFormat,

    /// Log no requests.
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,

    #[command(flatten)]
    pub(super) color: ColorArgs,
}

/// How requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum LogFormat {
    /// A line for people.
    #[default]
    Human,
    /// A JSON object on each line.
    Jsonl,
}

const AFTER_HELP: &str = "A request may ask for another answer: `Prefer: code=404`, `Prefer: example=NAME`,
`Prefer: dynamic=true` for a value from the schema although there are examples.

Exit codes:
  0  the mock was ended by Ctrl-C or SIGTERM
  2  the command line or the scenario is wrong
  3  the description or a source is wrong or cannot be read
  4  the port is in use or may not be taken";
