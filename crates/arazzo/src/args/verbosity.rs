//! The arguments that say how much is said.

use clap::{ArgAction, Args};

use crate::output::Verbosity;

/// How much is said beside the result.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct VerbosityArgs {
    /// Show more: the requests and responses of runs, notes and the files that were checked, warnings with their source;
    /// `-vv` also what every expression of a run came to, and where the time went.
    #[arg(short, long, action = ArgAction::Count, help_heading = "Output")]
    verbose: u8,

    /// Show errors and the result only.
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,
}

impl VerbosityArgs {
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Evaluated,
        }
    }
}
