//! `arazzo runs`: what the journal of durable runs has, and going on with them.

mod args;
mod cancel;
mod list;
mod prune;
mod resume;
mod settings;
mod show;
mod state;

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::refusal::Refusal;

use args::{ListFormat, RunsCommand};
pub(crate) use args::{OnAmbiguous, RunsArgs};
pub(crate) use settings::Settings;
pub(crate) use state::State;

/// Does what the arguments ask for.
pub(crate) fn run(args: &RunsArgs) -> Exit {
    let (done, format) = match &args.command {
        RunsCommand::List(args) => (list::run(args), args.format),
        RunsCommand::Show(args) => (show::run(args), args.format),
        RunsCommand::Cancel(args) => (cancel::run(args), args.format),
        RunsCommand::Prune(args) => (prune::run(args), args.format),
        RunsCommand::Resume(args) => return resume::run(args),
    };
    match done {
        Ok(()) => Exit::Success,
        Err(refusal) => {
            refuse(&refusal, format);
            refusal.exit
        }
    }
}

fn refuse(refusal: &Refusal, format: ListFormat) {
    let format = match format {
        ListFormat::Human => Format::Human,
        ListFormat::Json => Format::Json,
    };
    output::refuse(refusal, &[], format, Verbosity::Normal);
}
