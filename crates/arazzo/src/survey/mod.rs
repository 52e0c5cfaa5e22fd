//! `arazzo survey`: runs every workflow of many descriptions against the mock and counts how they end.
//!
//! Inputs are made from the inputs schema of each workflow. What is counted is whether a workflow runs to an end, not
//! whether the end is a good one; both are told, with a reason and an example of each.

mod args;
mod outcome;
mod surveyor;
mod table;
mod transport;

use serde::Serialize;

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::parallel::on_all_cores;
use crate::refusal::Refusal;
use crate::{run, validate};

pub(crate) use args::SurveyArgs;
use args::SurveyFormat;
use outcome::Surveyed;
use surveyor::Surveyor;
use table::Figures;

#[derive(Serialize)]
struct SurveyJson<'a> {
    figures: Figures,
    descriptions: &'a [Surveyed],
}

/// Surveys what the arguments name and prints the figures.
pub(crate) fn run(args: &SurveyArgs) -> Exit {
    args.color.apply();
    match survey(args) {
        Ok(surveyed) => {
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

fn survey(args: &SurveyArgs) -> Result<Vec<Surveyed>, Refusal> {
    let network =
        run::policy(&args.network, args.files.iter().chain(&args.sources.named).map(String::as_str))?;
    let descriptions = validate::descriptions(&args.files)?;
    let surveyor = Surveyor::new(args, network)?;
    Ok(on_all_cores(&descriptions, |source| surveyor.survey(source)))
}
