//! `arazzo runs list`.

use arazzo_runner::journal::{Journal as _, RunSummary, SyncMode};
use serde::Serialize;

use super::args::{ListArgs, ListFormat};
use super::state::State;
use crate::output::{self, printable};
use crate::refusal::Refusal;
use crate::report::rfc3339;

/// A run as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunJson {
    run_id: String,
    workflow_id: String,
    status: &'static str,
    started_at: String,
    updated_at: String,
    steps: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    description: String,
}

#[derive(Debug, Serialize)]
struct ListJson {
    runs: Vec<RunJson>,
}

impl From<&RunSummary> for RunJson {
    fn from(run: &RunSummary) -> Self {
        Self {
            run_id: run.run_id.clone(),
            workflow_id: run.workflow_id.clone(),
            status: run.status.as_str(),
            started_at: rfc3339(run.started_at),
            updated_at: rfc3339(run.updated_at),
            steps: run.steps,
            due: run.due.map(rfc3339),
            description: run.description.clone(),
        }
    }
}

/// Lists the runs.
pub(super) fn run(args: &ListArgs) -> Result<(), Refusal> {
    let state = State::open(&args.journal.state, SyncMode::Full)?;
    let runs = state.wait(state.journal.list()).map_err(|error| state.refuse(&error))?;
    match args.format {
        ListFormat::Json => {
            output::print_pretty(&ListJson { runs: runs.iter().map(RunJson::from).collect() })
        }
        ListFormat::Human => runs.iter().for_each(|run| output::print(&line(run))),
    }
    Ok(())
}

/// A run on a line.
pub(super) fn line(run: &RunSummary) -> String {
    let due = run.due.map(|due| format!(", waits until {}", rfc3339(due))).unwrap_or_default();
    let (id, workflow) = (printable(&run.run_id), printable(&run.workflow_id));
    let steps = if run.steps == 1 { "1 step".to_owned() } else { format!("{} steps", run.steps) };
    format!("{id}  {:<11}  {workflow}  {steps} since {}{due}", run.status.as_str(), rfc3339(run.started_at))
}
