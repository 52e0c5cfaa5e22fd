//! `arazzo runs cancel`.

use arazzo_runner::journal::{Journal as _, SyncMode};
use serde_json::json;

use super::args::{ListFormat, OneArgs};
use super::state::State;
use crate::output::{self, printable};
use crate::refusal::Refusal;

/// Ends the run.
pub(super) fn run(args: &OneArgs) -> Result<(), Refusal> {
    let state = State::open(&args.journal.state, SyncMode::Full)?;
    state.wait(state.journal.cancel(&args.run_id)).map_err(|error| state.refuse(&error))?;
    match args.format {
        ListFormat::Human => output::print(&format!("cancelled {}", printable(&args.run_id))),
        ListFormat::Json => output::print_pretty(&json!({ "cancelled": [args.run_id] })),
    }
    Ok(())
}
