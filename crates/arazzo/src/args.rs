//! The arguments of the command line.

mod color;
mod durable;
mod many;
mod network;
mod source;
mod verbosity;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::explain::ExplainArgs;
use crate::graph::GraphArgs;
use crate::manual::{CompletionsArgs, ManArgs};
use crate::mock::MockArgs;
use crate::quantity;
use crate::report::Target;
use crate::runs::RunsArgs;
use crate::show::ShowArgs;
use crate::survey::SurveyArgs;
use crate::validate::ValidateArgs;
pub(crate) use color::ColorArgs;
pub(crate) use durable::{DurabilityArg, DurableArgs};
pub(crate) use many::ManyArgs;
pub(crate) use network::NetworkArgs;
pub(crate) use source::{SourceArgs, load_one_of_many};
pub(crate) use verbosity::VerbosityArgs;

/// Run and validate workflows that are described in the OpenAPI Initiative's Arazzo format.
#[derive(Debug, Parser)]
#[command(name = "arazzo", version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a workflow of a description.
    Run(Box<RunArgs>),
    /// List, show, resume, cancel and delete runs that `arazzo run --state` keeps.
    Runs(RunsArgs),
    /// Find what is wrong with descriptions, and send nothing.
    Validate(Box<ValidateArgs>),
    /// Serve the sources of a description, or one API, from examples and schemas over HTTP.
    Mock(Box<MockArgs>),
    /// Show what a description offers and what it takes to run it, and send nothing.
    Show(Box<ShowArgs>),
    /// Draw a workflow: steps, what they call, and what leads from one to another.
    Graph(Box<GraphArgs>),
    /// Say what the code of a message means, with an example.
    Explain(ExplainArgs),
    /// Print what makes a shell complete the command's arguments.
    Completions(CompletionsArgs),
    /// Print the manual page, or write all pages into a folder.
    Man(ManArgs),
    /// Run every workflow of many descriptions against the mock, and count how they end.
    Survey(Box<SurveyArgs>),
    /// Run a conformance suite: cases that say what an engine does with a description.
    Conformance(ConformanceArgs),
}

/// The arguments of `arazzo conformance`.
#[derive(Debug, Args)]
pub(crate) struct ConformanceArgs {
    /// The folder of the suite, `tests/spec` in the repository.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Show which cases each requirement has instead of running them.
    #[arg(long)]
    pub(crate) requirements: bool,
}

/// The arguments of `arazzo run`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RunArgs {
    /// The Arazzo Description: a file, a URL, or `-` for standard input.
    pub(crate) description: String,

    /// Which workflow; not needed when there is only one. May be given several times.
    #[arg(short, long = "workflow", value_name = "ID")]
    pub(crate) workflows: Vec<String>,

    /// Run every workflow, in the order of the description.
    #[arg(long, conflicts_with = "workflows")]
    pub(crate) all: bool,

    /// One input. The inputs schema says how the text is read; `file:PATH` is sent as that file where it is a whole part
    /// of a multipart body, or the whole of a body that is neither JSON nor a form.
    #[arg(short, long = "input", value_name = "NAME=VALUE", help_heading = "Inputs")]
    pub(crate) input: Vec<String>,

    /// The inputs as JSON text, a JSON or YAML file, or `-` for standard input. Later ones win. `file:PATH` in them is as
    /// in `--input`.
    #[arg(long, value_name = "JSON|FILE|-", help_heading = "Inputs")]
    pub(crate) inputs: Vec<String>,

    /// Never ask for a required input that is missing. Nobody is asked either where standard input or standard error is
    /// no terminal, where the environment has `CI`, and where the output is not for people.
    #[arg(long, help_heading = "Inputs")]
    pub(crate) no_input: bool,

    #[command(flatten)]
    pub(crate) sources: SourceArgs,

    /// The base URL of a source's API; without a name, of the only source.
    #[arg(long = "server", value_name = "[NAME=]URL", help_heading = "Servers and requests")]
    pub(crate) servers: Vec<String>,

    /// A credential for a security scheme: text, `env:NAME` or `file:PATH`. For basic and OAuth2 password
    /// `user:password`, for OAuth2 client credentials `id:secret`; a token of yours as it is, or `bearer:TOKEN` if it
    /// has a colon. Also read from `ARAZZO_AUTH_<SOURCE>_<SCHEME>` and `ARAZZO_AUTH_<SCHEME>`.
    #[arg(long, value_name = "[SOURCE.]SCHEME=VALUE", help_heading = "Servers and requests")]
    pub(crate) auth: Vec<String>,

    /// A header field added to every request.
    #[arg(short = 'H', long = "header", value_name = "'NAME: VALUE'", help_heading = "Servers and requests")]
    pub(crate) headers: Vec<String>,

    /// Send nothing: answer every request from the sources' examples and schemas, or as the scenario file says.
    #[arg(
        long,
        value_name = "SCENARIO",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        help_heading = "Servers and requests"
    )]
    pub(crate) mock: Option<String>,

    /// Print what would be done and send nothing.
    #[arg(long, help_heading = "Servers and requests")]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) network: NetworkArgs,

    #[command(flatten)]
    pub(crate) many: ManyArgs,

    #[command(flatten)]
    pub(crate) durable: DurableArgs,

    /// Follow the specification to the letter: no tolerance applies.
    #[arg(long, help_heading = "Rules and limits")]
    pub(crate) strict: bool,

    /// What a step without `successCriteria` needs to be successful.
    #[arg(long, value_enum, default_value_t, value_name = "RULE", help_heading = "Rules and limits")]
    pub(crate) default_success: DefaultSuccess,

    /// Compare each response with its OpenAPI description: status, content type, required headers and, where it is
    /// JSON, the body by its schema. What `fail` finds makes the step fail.
    #[arg(long, value_enum, default_value_t, value_name = "WHAT", help_heading = "Rules and limits")]
    pub(crate) check_responses: CheckResponses,

    /// How long a request may take.
    #[arg(long, value_parser = quantity::duration, default_value = "30s", help_heading = "Rules and limits")]
    pub(crate) timeout: Duration,

    /// How many steps may be tried in a run.
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Rules and limits")]
    pub(crate) max_steps: u32,

    /// How many workflows may wait for each other.
    #[arg(long, value_name = "N", default_value_t = 32, help_heading = "Rules and limits")]
    pub(crate) max_depth: usize,

    /// How long a run may take.
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration, help_heading = "Rules and limits")]
    pub(crate) max_duration: Option<Duration>,

    /// How long a server's `Retry-After` may make a run wait.
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = quantity::duration,
        default_value = "60s",
        help_heading = "Rules and limits"
    )]
    pub(crate) max_retry_after: Duration,

    /// How large a response body may be.
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = quantity::size,
        default_value = "64MiB",
        help_heading = "Rules and limits"
    )]
    pub(crate) max_body: usize,

    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub(crate) format: Format,

    /// Write a report when all is over: `junit`, `html`, `json`, `har`, `tap` or `markdown`. May be given several times.
    #[arg(long = "report", value_name = "KIND=PATH", help_heading = "Output")]
    pub(crate) reports: Vec<Target>,

    #[command(flatten)]
    pub(crate) verbosity: VerbosityArgs,

    #[command(flatten)]
    pub(crate) color: ColorArgs,

    /// Show secrets instead of `***`.
    #[arg(long, help_heading = "Output")]
    pub(crate) show_secrets: bool,
}

const EXIT_CODES: &str = "Exit codes:
  0  every run succeeded
  1  a workflow failed
  2  the command line or the inputs are wrong; nothing was sent
  3  the description or a source is wrong or cannot be read; nothing was sent
  4  the run could not be carried on: a limit was reached, a host was refused, the output could
     not be written, or the run was interrupted";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Steps, outputs and a summary for people.
    #[default]
    Human,
    /// One JSON object about everything.
    Json,
    /// A JSON object a line for each event, while it happens.
    Jsonl,
    /// The outputs of the workflow as a JSON object, and nothing else.
    Outputs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DefaultSuccess {
    /// A status below 400.
    #[default]
    #[value(name = "below-400")]
    Below400,
    /// A status from 200 to 299.
    #[value(name = "2xx")]
    Only2xx,
    /// A status below 400 that the operation describes.
    Described,
    /// Any response.
    Any,
}

impl From<DefaultSuccess> for arazzo_engine::DefaultSuccess {
    fn from(choice: DefaultSuccess) -> Self {
        match choice {
            DefaultSuccess::Below400 => Self::Below400,
            DefaultSuccess::Only2xx => Self::Only2xx,
            DefaultSuccess::Described => Self::Described,
            DefaultSuccess::Any => Self::Any,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum CheckResponses {
    /// Do not look at it.
    #[default]
    Off,
    /// Each difference is a warning.
    Warn,
    /// The step fails, and its `onFailure` decides.
    Fail,
}

impl From<CheckResponses> for arazzo_engine::CheckResponses {
    fn from(choice: CheckResponses) -> Self {
        match choice {
            CheckResponses::Off => Self::Off,
            CheckResponses::Warn => Self::Warn,
            CheckResponses::Fail => Self::Fail,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_scenario_is_given_with_an_equals_sign_only() {
        let parse = |args: &[&str]| {
            let arguments = Arguments::try_parse_from([&["arazzo", "run"], args].concat()).unwrap();
            let Command::Run(run) = arguments.command else { unreachable!() };
            (run.mock, run.description)
        };
        assert_eq!(parse(&["--mock", "a.yml"]), (Some(String::new()), "a.yml".to_owned()));
        assert_eq!(parse(&["--mock=s.yml", "a.yml"]), (Some("s.yml".to_owned()), "a.yml".to_owned()));
    }
}
