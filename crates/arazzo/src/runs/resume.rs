//! `arazzo runs resume`.

use arazzo_runner::journal::{Journal as _, JournalledRun, RunStatus};

use super::args::ResumeArgs;
use super::settings::Settings;
use super::state::State;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::output;
use crate::refusal::Refusal;
use crate::run::{self, Interruption, Resumption, StandardInput};

/// Goes on with the run, or with all that are interrupted.
pub(super) fn run(args: &ResumeArgs) -> Exit {
    args.color.apply();
    let refused = |refusal: &Refusal| {
        let verbosity = args.verbosity.verbosity();
        output::refuse(refusal, &[], args.format, verbosity);
        refusal.exit
    };
    let opened = State::open(&args.journal.state, args.durability.into())
        .and_then(|state| Ok((ids(args, &state)?, state)));
    let (ids, state) = match opened {
        Ok(opened) => opened,
        Err(refusal) => return refused(&refusal),
    };
    if ids.is_empty() && !args.verbosity.quiet {
        output::message("no run is interrupted");
    }
    let mut exit = Exit::Success;
    let mut standard_input = StandardInput::default();
    // One for all: what comes while a run is prepared ends it before it sends.
    let mut interruption = Interruption::new(true);
    for run_id in ids {
        let ended = match prepare(args, &state, &run_id) {
            Ok((run_args, resumption)) => {
                run::resume(&run_args, &resumption, &mut standard_input, &mut interruption)
            }
            Err(refusal) => refused(&refusal),
        };
        exit = exit.max(ended);
        if interruption.by().is_some() {
            break;
        }
    }
    exit
}

fn ids(args: &ResumeArgs, state: &State) -> Result<Vec<String>, Refusal> {
    if let Some(run_id) = &args.run_id {
        return Ok(vec![run_id.clone()]);
    }
    let runs = state.wait(state.journal.list()).map_err(|error| state.refuse(&error))?;
    let interrupted = runs.into_iter().filter(|run| run.status == RunStatus::Interrupted);
    Ok(interrupted.map(|run| run.run_id).collect())
}

fn prepare(args: &ResumeArgs, state: &State, run_id: &str) -> Result<(RunArgs, Resumption), Refusal> {
    let run = state.wait(state.journal.read(run_id)).map_err(|error| state.refuse(&error))?;
    if run.summary.status == RunStatus::Cancelled {
        let message = format!("the run `{run_id}` was cancelled");
        return Err(Refusal::usage(message, "begin another one with `arazzo run`".to_owned()));
    }
    if run.settings.get("folder").is_none() {
        let message = format!(
            "the run `{run_id}` was begun by another program, and the journal does not say by which rules and with which \
             servers"
        );
        return Err(Refusal::usage(message, "go on with it there: `Runner::resume` does in Rust".to_owned()));
    }
    let settings: Settings = serde_json::from_value(run.settings.clone()).map_err(|error| {
        Refusal::stopped(format!("the settings of run `{run_id}` cannot be read: {error}"), None)
    })?;
    let (folder, not_kept) = (settings.folder.clone(), settings.not_kept.clone());
    let mut run_args = settings.into_args(&run.summary.workflow_id, args)?;
    run_args.input.extend(from_environment(&run));
    let (on_ambiguous, accept_changed) = (args.on_ambiguous, args.accept_changed);
    Ok((run_args, Resumption { state: state.clone(), run, folder, not_kept, on_ambiguous, accept_changed }))
}

/// Secret inputs that the environment has, as `NAME=VALUE`.
fn from_environment(run: &JournalledRun) -> Vec<String> {
    let value = |name: &String| {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let variable: String = name.chars().map(plain).collect();
        Some(format!("{name}={}", std::env::var(format!("ARAZZO_INPUT_{variable}")).ok()?))
    };
    run.secret_inputs.iter().filter_map(value).collect()
}
