//! `arazzo survey`: runs every workflow of many descriptions against the mock and counts how they end.
//!
//! Inputs are made from the inputs schema of each workflow. What is counted is whether a workflow runs to an end, not
//! whether the end is a good one; both are told, with a reason and an example of each.

mod args;
mod outcome;
mod surveyor;
mod table;
mod transport;
mod worker;

use std::ffi::OsString;
use std::io::{BufRead, Error};
use std::process::Command;

use arazzo_runner::read_stream;
use serde::Serialize;

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{self, Progress, Verbosity};
use crate::parallel::on_all_cores;
use crate::refusal::Refusal;
use crate::run;
use crate::validate::{self, Source};

pub(crate) use args::SurveyArgs;
use args::SurveyFormat;
use outcome::Surveyed;
use surveyor::{Surveyor, unreadable};
use table::Figures;
use worker::{Description, Question, Said, Workers};

#[derive(Serialize)]
struct SurveyJson<'a> {
    figures: Figures,
    descriptions: &'a [Surveyed],
}

/// Surveys what the arguments name and prints the figures.
pub(crate) fn run(args: &SurveyArgs) -> Exit {
    args.color.apply();
    match survey(args) {
        Ok(None) => Exit::Success,
        Ok(Some(surveyed)) => {
            match args.format {
                SurveyFormat::Human => output::print(table::show(&surveyed).trim_end()),
                SurveyFormat::Json => output::print_pretty(&SurveyJson {
                    figures: Figures::of(&surveyed),
                    descriptions: &surveyed,
                }),
            }
            Exit::Success
        }
        Err(refusal) => {
            output::refuse(&refusal, &[], Format::Human, Verbosity::Normal);
            refusal.exit
        }
    }
}

/// What was found of all descriptions; nothing where this process answers another one.
fn survey(args: &SurveyArgs) -> Result<Option<Vec<Surveyed>>, Refusal> {
    let network =
        run::policy(&args.network, args.files.iter().chain(&args.sources.named).map(String::as_str))?;
    if args.answer {
        answer(&Surveyor::new(args, network)?);
        return Ok(None);
    }
    let sources = validate::descriptions(&args.files)?;
    let surveyor = Surveyor::new(args, network)?;
    let workers = Workers::new(another);
    let progress = Progress::new(args.format == SurveyFormat::Human, sources.len() as u64);
    Ok(Some(on_all_cores(&sources, |source| {
        let surveyed = survey_one(source, &surveyor, &workers);
        progress.count("descriptions");
        surveyed
    })))
}

fn survey_one<F>(source: &Source, surveyor: &Surveyor<'_>, workers: &Workers<F>) -> Surveyed
where
    F: Fn() -> Result<Command, Error>,
{
    let description = match describe(source) {
        Ok(description) => description,
        Err(fact) => return unreadable("<stdin>", None, "unreadable-source", &fact),
    };
    // A name that is no text cannot be told to another process.
    if matches!(source, Source::File(path) if path.to_str().is_none()) {
        return surveyor.survey(&description, &[], &mut |_| {});
    }
    match workers.survey(&description) {
        Ok(Some(surveyed)) => surveyed,
        Ok(None) => {
            let fact = "the process that read it ended";
            unreadable(&description.name(), None, "panic", fact)
        }
        // Where there can be no other process, this one does it.
        Err(_) => surveyor.survey(&description, &[], &mut |_| {}),
    }
}

fn describe(source: &Source) -> Result<Description, String> {
    Ok(match source {
        Source::File(path) => Description::File(path.clone()),
        Source::Url(url) => Description::Url(url.clone()),
        Source::StandardInput => {
            Description::Text(read_stream(std::io::stdin().lock()).map_err(|error| error.to_string())?)
        }
    })
}

/// This program with the same arguments, as one that answers.
fn another() -> Result<Command, Error> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (survey, others) = arguments.split_first().ok_or_else(|| Error::other("there are no arguments"))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(survey).arg("--answer").args(others);
    Ok(command)
}

/// Answers questions until there are no more.
fn answer(surveyor: &Surveyor<'_>) {
    let say = |said: &Said| serde_json::to_string(said).iter().for_each(|line| output::print_now(line));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(Question { description, fatal }) = serde_json::from_str(&line) else { return };
        say(&Said::Done(surveyor.survey(&description, &fatal, &mut |index| say(&Said::Begun(index)))));
    }
}
