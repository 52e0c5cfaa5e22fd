//! `arazzo runs show`: what happened in a run, as far as it is kept. Bodies and header fields are not shown: nobody has
//! said what in them is secret.

use arazzo_engine::Record;
use arazzo_runner::journal::{CallStarted, CallWithdrawn, Entry, Journal as _, SyncMode};
use serde::Serialize;

use super::args::{ListFormat, OneArgs};
use super::list::{RunJson, line};
use super::state::State;
use crate::output::{self, printable};
use crate::refusal::Refusal;
use crate::report::rfc3339;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShowJson {
    run: RunJson,
    secret_inputs: Vec<String>,
    entries: Vec<EntryJson>,
}

/// An entry without what the server and the caller said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryJson {
    at: String,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
}

impl From<&Entry> for EntryJson {
    fn from(entry: &Entry) -> Self {
        let mut shown = Self {
            at: rfc3339(entry.at()),
            what: "unknown",
            call: None,
            status_code: None,
            size: None,
            error: None,
            idempotency_key: None,
        };
        match entry {
            Entry::CallStarted(CallStarted { id, idempotency_key, .. }) => {
                shown.what = "call-started";
                shown.call = Some(id.to_string());
                shown.idempotency_key = idempotency_key.clone();
            }
            Entry::CallWithdrawn(CallWithdrawn { id, .. }) => {
                shown.what = "call-withdrawn";
                shown.call = Some(id.to_string());
            }
            Entry::SecretsFound(_) => shown.what = "secrets-found",
            Entry::Record(Record::Started { .. }) => shown.what = "started",
            Entry::Record(Record::Responded { id, response, .. }) => {
                shown.what = "responded";
                shown.call = Some(id.to_string());
                shown.status_code = Some(response.status);
                shown.size = Some(response.body.len());
            }
            Entry::Record(Record::Failed { id, error, .. }) => {
                shown.what = "failed";
                shown.call = Some(id.to_string());
                shown.error = Some(error.code.as_str());
            }
            Entry::Record(Record::Woke { id, .. }) => {
                shown.what = "woke";
                shown.call = Some(format!("{}.{}", id.visit, id.attempt));
            }
            // An entry of a later version of the runner.
            Entry::Record(_) | _ => {}
        }
        shown
    }
}

/// Shows the run.
pub(super) fn run(args: &OneArgs) -> Result<(), Refusal> {
    let state = State::open(&args.journal.state, SyncMode::Full)?;
    let run = state.wait(state.journal.read(&args.run_id)).map_err(|error| state.refuse(&error))?;
    let entries: Vec<EntryJson> = run.entries.iter().map(EntryJson::from).collect();
    match args.format {
        ListFormat::Json => output::print_pretty(&ShowJson {
            run: RunJson::from(&run.summary),
            secret_inputs: run.secret_inputs,
            entries,
        }),
        ListFormat::Human => {
            output::print(&line(&run.summary));
            output::print(&format!("  {}", printable(&run.summary.description)));
            entries.iter().for_each(|entry| output::print(&describe(entry)));
        }
    }
    Ok(())
}

fn describe(entry: &EntryJson) -> String {
    let EntryJson { at, what, call, status_code, size, error, .. } = entry;
    let mut text = format!("  {at}  {what}");
    for part in [
        call.clone(),
        status_code.map(|status| status.to_string()),
        size.map(|size| format!("{size} bytes")),
        error.map(str::to_owned),
    ]
    .into_iter()
    .flatten()
    {
        text.push(' ');
        text.push_str(&part);
    }
    text
}
