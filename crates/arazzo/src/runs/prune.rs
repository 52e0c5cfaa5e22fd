//! `arazzo runs prune`.

use arazzo_runner::journal::{Journal as _, SyncMode};
use arazzo_runner::{Clock as _, SystemClock};
use serde_json::json;

use super::args::{ListFormat, PruneArgs};
use super::state::State;
use crate::output;
use crate::refusal::Refusal;

/// Deletes runs that are over.
pub(super) fn run(args: &PruneArgs) -> Result<(), Refusal> {
    let state = State::open(&args.journal.state, SyncMode::Full)?;
    let refuse = |error| state.refuse(&error);
    let now = SystemClock::new().now();
    let mut deleted = Vec::new();
    for run in state.wait(state.journal.list()).map_err(refuse)? {
        let is_old = args.older_than.is_none_or(|age| now.since(run.updated_at) >= age);
        if run.status.is_over() && is_old {
            state.wait(state.journal.delete(&run.run_id)).map_err(refuse)?;
            deleted.push(run.run_id);
        }
    }
    match args.format {
        ListFormat::Human => {
            let count = deleted.len();
            output::print(&format!("deleted {count} run{}", if count == 1 { "" } else { "s" }));
        }
        ListFormat::Json => output::print_pretty(&json!({ "deleted": deleted })),
    }
    Ok(())
}
