//! The arguments of durable runs.

use std::path::PathBuf;

use arazzo_runner::journal::{DEFAULT_IDEMPOTENCY_HEADER, SyncMode};
use arazzo_runner::{HeaderError, HeaderField};
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Durable runs")]
pub(crate) struct DurableArgs {
    /// Keep what happens in this file, a SQLite database that is made if need be, so that `arazzo runs resume` can go on
    /// after a crash or Ctrl-C. Responses are kept as they come; secret inputs and credentials are not.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["many", "dry_run"])]
    pub(crate) state: Option<PathBuf>,

    /// The id of the run, which no other run in the file has [default: made up]. Of several workflows, each adds its
    /// number.
    #[arg(long, value_name = "ID", requires = "state")]
    pub(crate) run_id: Option<String>,

    /// What a step that is kept outlives.
    #[arg(long, value_enum, default_value_t, value_name = "WHAT", requires = "state")]
    pub(crate) durability: DurabilityArg,

    /// The header field by which a server can tell that a POST or PATCH is sent again. An empty text sends none.
    #[arg(long, value_name = "NAME", default_value = DEFAULT_IDEMPOTENCY_HEADER, requires = "state",
        value_parser = header_name)]
    pub(crate) idempotency_header: String,
}

/// The name of a field that may be added, or nothing.
fn header_name(text: &str) -> Result<String, HeaderError> {
    if text.is_empty() {
        return Ok(String::new());
    }
    HeaderField::new(text, "").map(|field| field.name().to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DurabilityArg {
    /// A power cut.
    #[default]
    Full,
    /// The end of the process; a power cut may take the last steps.
    Process,
    /// The end of the process; a power cut may damage the file.
    Off,
}

impl From<DurabilityArg> for SyncMode {
    fn from(choice: DurabilityArg) -> Self {
        match choice {
            DurabilityArg::Full => Self::Full,
            DurabilityArg::Process => Self::Process,
            DurabilityArg::Off => Self::Off,
        }
    }
}
