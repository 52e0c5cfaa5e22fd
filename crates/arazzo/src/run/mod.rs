//! `arazzo run`: read, compile, check, and only then send.

mod credentials;
mod data;
mod durable;
mod durations;
mod headers;
mod inputs;
mod interruption;
mod many;
mod mock;
mod network;
mod not_kept;
mod questions;
mod servers;
mod session;
mod standard_input;
mod tally;
mod terminal;

use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Code, Diagnostic, Document, Severity, Workspace};
use arazzo_engine::{Mode, Plan, PlanOptions, Planning, Preview, Timestamp};
use arazzo_runner::journal::plan_digest;
use arazzo_runner::{
    Clock, HeaderField, HttpOptions, HttpTransport, LoadOptions, Loaded, MockTransport, Needed,
    NetworkOptions, Origin, SkippingClock, SystemClock, Transport, load, security_schemes,
};

use crate::args::{Format, RunArgs};
use crate::diagnostics::DiagnosticJson;
use crate::exit::Exit;
use crate::output;
use crate::refusal::Refusal;
use crate::report::{self, Recording};
use crate::runs::State;
use many::Many;
use questions::Questions;
use session::Session;

pub(crate) use durable::Resumption;
pub(crate) use interruption::Interruption;
pub(crate) use mock::read as read_scenario;
pub(crate) use network::policy;
pub(crate) use not_kept::NotKept;
pub(crate) use standard_input::StandardInput;
pub(crate) use tally::{Reasons, Tally};

/// Runs what the arguments ask for.
pub(crate) fn run(args: &RunArgs) -> Exit {
    args.color.apply();
    // With the mock nothing is waited for, so signals do what they do to every process.
    let mut interruption = Interruption::new(args.mock.is_none());
    carry_out(args, None, &mut StandardInput::default(), &mut interruption)
}

/// Goes on with a run of a journal. The arguments are those that it was begun with.
pub(crate) fn resume(
    args: &RunArgs,
    resumption: &Resumption,
    standard_input: &mut StandardInput,
    interruption: &mut Interruption,
) -> Exit {
    standard_input.again();
    carry_out(args, Some(resumption), standard_input, interruption)
}

fn carry_out(
    args: &RunArgs,
    resumption: Option<&Resumption>,
    standard_input: &mut StandardInput,
    interruption: &mut Interruption,
) -> Exit {
    let mut documents = Vec::new();
    if let Err(refusal) = report::check(&args.reports) {
        output::refuse(&refusal, &documents, args.format, args.verbosity.verbosity());
        return refusal.exit;
    }
    match prepare(args, &mut documents, resumption, standard_input) {
        Ok(Prepared::Run(session)) => {
            warn_of_network(args);
            session.run(args, &documents, interruption)
        }
        Ok(Prepared::Many(many)) => {
            warn_of_network(args);
            many.run(args, &documents)
        }
        Ok(Prepared::Preview { previews, diagnostics }) => {
            output::warn_all(&diagnostics, &documents, args.verbosity.verbosity());
            if !args.reports.is_empty() && !args.verbosity.quiet {
                output::message("warning: a dry run writes no reports");
            }
            output::print_plan(&previews, &diagnostics, args.format);
            Exit::Success
        }
        Err(refusal) => {
            output::refuse(&refusal, &documents, args.format, args.verbosity.verbosity());
            let diagnostics = refusal.problems.iter().map(DiagnosticJson::from).collect();
            Recording { diagnostics, ..Recording::default() }.write(&args.reports);
            refusal.exit
        }
    }
}

fn warn_of_network(args: &RunArgs) {
    if let Some(warning) = network::warning(args)
        && !args.verbosity.quiet
    {
        output::message(&format!("warning: {warning}"));
    }
}

/// What comes of reading, compiling and checking.
enum Prepared {
    /// The runs can begin.
    Run(Box<Session>),
    /// Many runs of one workflow can begin.
    Many(Box<Many>),
    /// What they would do, which is all that was asked for.
    Preview { previews: Vec<Preview>, diagnostics: Vec<Diagnostic> },
}

/// Reads, compiles and checks. Nothing is sent when anything is wrong.
fn prepare(
    args: &RunArgs,
    documents: &mut Vec<Arc<Document>>,
    resumption: Option<&Resumption>,
    standard_input: &mut StandardInput,
) -> Result<Prepared, Refusal> {
    let is_many = many::is_asked_for(args)?;
    let network = network::collect(args)?;
    let (workspace, mut diagnostics) = read(args, &network, documents, standard_input)?;
    let workflows = choose(&args.workflows, args.all, &workspace)?;
    let credentials = credentials::collect(args, &workspace)?;
    let headers = headers::collect(&args.headers)?;
    let schemes = security_schemes(&workspace);
    let mut not_kept = NotKept::of(args, &credentials, &headers, &schemes);
    let had = match resumption {
        Some(resumption) => resumption.given_again(&not_kept, &schemes)?,
        None => None,
    };
    let options = PlanOptions {
        mode: if args.strict { Mode::Strict } else { Mode::Tolerant },
        servers: servers::collect(&args.servers, &workspace)?,
        fallback_server: args.mock.as_ref().map(|_| "http://localhost".to_owned()),
        credentials: credentials.names(),
        any_credential: args.mock.is_some(),
        given_headers: had.unwrap_or(not_kept.headers()).to_vec(),
        allow_hosts: network.allow_hosts.clone(),
        default_success: args.default_success.into(),
        check_responses: args.check_responses.into(),
        check_requests: args.mock.is_some(),
    };
    let plan_digest = args.durable.state.as_ref().map(|_| plan_digest(documents, &options));
    let plannings: Vec<Planning> =
        workflows.iter().map(|id| Plan::compile(&workspace, id, &options)).collect();
    // Unless all are there it is not known which workflows are needed.
    if let Some(plans) = plannings.iter().map(|planning| planning.plan.clone()).collect::<Option<Vec<_>>>() {
        Needed::of(&workspace, &plans, options.mode).spare(&mut diagnostics);
    }
    let mut plans = Vec::new();
    for planning in plannings {
        for diagnostic in planning.diagnostics {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        plans.extend(planning.plan);
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let mut codes = errors.map(|diagnostic| diagnostic.code).peekable();
    if codes.peek().is_some() {
        let exit = if codes.all(|code| matches!(code, Code::AmbiguousCredential | Code::UntrustedHost)) {
            Exit::Usage
        } else {
            Exit::Invalid
        };
        return Err(Refusal { exit, ..Refusal::invalid(diagnostics) });
    }
    not_kept.spare_unused(&plans);
    HeaderField::check(&headers, &plans, &workspace, &options).map_err(headers::refuse)?;
    let scenario = mock::scenario(args, &workspace, documents)?;
    let objects = inputs::objects(args, standard_input, &mut diagnostics)?;
    if args.dry_run {
        let preview = |plan: &Arc<Plan>| {
            let inputs = inputs::complete(args, &objects, plan)?;
            Ok(plan.preview(inputs, args.show_secrets))
        };
        let previews = plans.iter().map(preview).collect::<Result<_, Refusal>>()?;
        return Ok(Prepared::Preview { previews, diagnostics });
    }
    let clock: Box<dyn Clock> =
        if args.mock.is_some() { Box::new(SkippingClock::new()) } else { Box::new(SystemClock::new()) };
    let mut many = None;
    if is_many && let Some(plan) = plans.pop() {
        let (input, clock, found) = (standard_input, &*clock, &mut diagnostics);
        let source = many::source(args, &plan, &objects, input, clock, found)?;
        many = Some((plan, source));
    }
    let mut questions = Questions::new(args);
    let mut runs = Vec::new();
    let count = plans.len();
    for (index, plan) in (0..).zip(plans) {
        if let Some((resumption, digest)) = resumption.zip(plan_digest.as_deref()) {
            let given = inputs::complete(args, &objects, &plan)?;
            let start = resumption.start(&plan, given, digest)?;
            // A run that is over sends none of them any more.
            if !resumption.run.summary.status.is_over() {
                inputs::check_files(&start.files, Some(&resumption.folder))?;
            }
            runs.push((plan, start));
            continue;
        }
        let inputs = questions.complete(inputs::complete(args, &objects, &plan)?, &plan)?;
        let now = clock.now();
        let id = durable::run_id(args, run_id(now, index), index, count);
        let start = plan.start(&id, now, inputs).map_err(inputs::refuse)?;
        inputs::check_files(&start.files, None)?;
        diagnostics.extend(start.warnings.iter().cloned());
        runs.push((plan, start));
    }
    let secrets = credentials.secrets().map(str::to_owned).chain(headers::secrets(&headers));
    let secrets = secrets.chain(network.proxies.secrets()).collect();
    let added = headers::pairs(&headers);
    let transport: Box<dyn Transport> = match scenario {
        Some(scenario) => Box::new(MockTransport::new(scenario)),
        None => {
            let options = HttpOptions {
                timeout: args.timeout,
                max_body: args.max_body,
                headers: added.clone(),
                files: true,
                folder: resumption.map(|resumption| resumption.folder.clone()),
                network,
            };
            Box::new(HttpTransport::new(options, credentials))
        }
    };
    if let Some((plan, source)) = many {
        let many = Many { plan, source, transport, clock, secrets, warnings: diagnostics };
        return Ok(Prepared::Many(Box::new(many)));
    }
    if args.format == Format::Outputs && runs.len() > 1 {
        return Err(Refusal::usage("`--format outputs` prints the outputs of one workflow", None));
    }
    let kept = match (resumption, &args.durable.state, plan_digest) {
        (Some(resumption), _, _) => vec![resumption.take(args, &not_kept)?],
        (None, Some(path), Some(digest)) => {
            let state = State::create(path, args.durable.durability.into())?;
            durable::begin(args, &state, &runs, &digest, &not_kept)?
        }
        (None, _, _) => Vec::new(),
    };
    Ok(Prepared::Run(Box::new(Session {
        workspace,
        runs,
        kept,
        transport,
        clock,
        secrets,
        headers: added,
        warnings: diagnostics,
    })))
}

fn read(
    args: &RunArgs,
    network: &NetworkOptions,
    documents: &mut Vec<Arc<Document>>,
    standard_input: &mut StandardInput,
) -> Result<(Workspace, Vec<Diagnostic>), Refusal> {
    let mode = if args.strict { Mode::Strict } else { Mode::Tolerant };
    let options = LoadOptions { timeout: Some(args.timeout), ..args.sources.options(mode, network.clone())? };
    let Loaded { workspace, documents: read, diagnostics } =
        load_description(&args.description, &options, standard_input)?;
    documents.extend(read);
    match workspace {
        Some(workspace) => Ok((workspace, diagnostics)),
        None => Err(Refusal::invalid(diagnostics)),
    }
}

/// Reads the description that an argument names: a file, a URL, or `-` for standard input.
pub(crate) fn load_description(
    name: &str,
    options: &LoadOptions,
    standard_input: &mut StandardInput,
) -> Result<Loaded, Refusal> {
    let text;
    let origin = if name == "-" {
        text = standard_input.read().map_err(|fact| Refusal::unreadable(fact, None))?;
        Origin::Text(&text)
    } else if is_url(name) {
        Origin::Url(name)
    } else {
        Origin::File(Path::new(name))
    };
    load(origin, options).map_err(|error| Refusal::usage(error.to_string(), None))
}

/// Whether a description is named by a URL. A file of that name would need `./` before it.
pub(crate) fn is_url(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// The workflows that are asked for; the only one when none is.
pub(crate) fn choose(asked: &[String], all: bool, workspace: &Workspace) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> =
        workspace.entry().description.workflows.iter().map(|workflow| workflow.id.value.clone()).collect();
    if all {
        return Ok(ids);
    }
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    if let Some(refusal) = unknown_workflow(asked, &names) {
        return Err(refusal);
    }
    match (asked, ids.as_slice()) {
        ([], [only]) => Ok(vec![only.clone()]),
        // That there is none was reported when the description was read.
        ([], []) => Ok(Vec::new()),
        ([], [_, _, ..]) => {
            let message = format!("the description has several workflows: {}", list(&names));
            Err(Refusal::usage(message, "name one with `-w ID`, or run all with `--all`".to_owned()))
        }
        (chosen, _) => Ok(chosen.to_vec()),
    }
}

/// Refuses an id that no workflow has.
pub(crate) fn unknown_workflow(asked: &[String], ids: &[&str]) -> Option<Refusal> {
    let unknown = asked.iter().find(|asked| !ids.contains(&asked.as_str()))?;
    let hint = match arazzo_document::nearest(unknown, ids.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", list(ids)),
    };
    Some(Refusal::usage(format!("the description has no workflow `{unknown}`"), hint))
}

fn list(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

/// Unlike other runs of this machine: the moment, the process, and the number in this process.
fn run_id(now: Timestamp, index: u64) -> String {
    format!("{:x}-{:x}-{index}", now.0, std::process::id())
}
