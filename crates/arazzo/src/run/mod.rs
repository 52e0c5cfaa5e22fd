//! `arazzo run`: read, compile, check, and only then send.

mod credentials;
mod headers;
mod inputs;
mod interruption;
mod mock;
mod network;
mod servers;
mod session;
mod standard_input;

use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Code, Diagnostic, Document, Severity, Workspace};
use arazzo_engine::{Mode, Plan, PlanOptions, Planning, Preview, Timestamp};
use arazzo_runner::{
    Clock, HttpOptions, HttpTransport, LoadOptions, Loaded, MockTransport, NetworkOptions, Origin,
    SkippingClock, SystemClock, Transport, load,
};

use crate::args::RunArgs;
use crate::elsewhere::Needed;
use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::refusal::Refusal;
use session::Session;
use standard_input::StandardInput;

pub(crate) use interruption::Interruption;
pub(crate) use mock::read as read_scenario;
pub(crate) use network::policy;
pub(crate) use servers::sources;

/// Runs what the arguments ask for.
pub(crate) fn run(args: &RunArgs) -> Exit {
    args.color.apply();
    let mut documents = Vec::new();
    match prepare(args, &mut documents) {
        Ok(Prepared::Run(session)) => {
            if let Some(warning) = network::warning(args)
                && !args.quiet
            {
                output::message(&format!("warning: {warning}"));
            }
            session.run(args, &documents)
        }
        Ok(Prepared::Preview { previews, diagnostics }) => {
            output::warn_all(&diagnostics, &documents, Verbosity::of(args));
            output::print_plan(&previews, &diagnostics, args.format);
            Exit::Success
        }
        Err(refusal) => {
            output::refuse(&refusal, &documents, args.format, Verbosity::of(args));
            refusal.exit
        }
    }
}

/// What comes of reading, compiling and checking.
enum Prepared {
    /// The runs can begin.
    Run(Box<Session>),
    /// What they would do, which is all that was asked for.
    Preview { previews: Vec<Preview>, diagnostics: Vec<Diagnostic> },
}

/// Reads, compiles and checks. Nothing is sent when anything is wrong.
fn prepare(args: &RunArgs, documents: &mut Vec<Arc<Document>>) -> Result<Prepared, Refusal> {
    let mut standard_input = StandardInput::default();
    let network = network::collect(args)?;
    let (workspace, mut diagnostics) = read(args, &network, documents, &mut standard_input)?;
    let workflows = choose(args, &workspace)?;
    let credentials = credentials::collect(args, &workspace)?;
    let headers = headers::collect(&args.headers)?;
    let options = PlanOptions {
        mode: if args.strict { Mode::Strict } else { Mode::Tolerant },
        servers: servers::collect(&args.servers, &workspace)?,
        fallback_server: args.mock.as_ref().map(|_| "http://localhost".to_owned()),
        credentials: credentials.names(),
        any_credential: args.mock.is_some(),
        given_headers: headers.iter().map(|(name, _)| name.clone()).collect(),
        allow_hosts: network.allow_hosts.clone(),
        default_success: args.default_success.into(),
        check_responses: args.check_responses.into(),
        check_requests: args.mock.is_some(),
    };
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
    headers::check_hosts(&headers, &plans)?;
    headers::check_trust(&headers, &plans, &workspace, &options)?;
    let scenario = mock::scenario(args, &workspace, documents)?;
    let objects = inputs::objects(args, &mut standard_input, &mut diagnostics)?;
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
    let mut runs = Vec::new();
    for (index, plan) in plans.into_iter().enumerate() {
        let inputs = inputs::complete(args, &objects, &plan)?;
        let now = clock.now();
        let start = plan.start(&run_id(now, index), now, inputs).map_err(inputs::refuse)?;
        inputs::check_files(&start.files)?;
        diagnostics.extend(start.warnings.iter().cloned());
        runs.push((plan, start));
    }
    let secrets = credentials.secrets().map(str::to_owned).chain(headers::secrets(&headers));
    let secrets = secrets.chain(network.proxies.secrets()).collect();
    let transport: Box<dyn Transport> = match scenario {
        Some(scenario) => Box::new(MockTransport::new(scenario)),
        None => {
            let options =
                HttpOptions { timeout: args.timeout, max_body: args.max_body, headers, files: true, network };
            Box::new(HttpTransport::new(options, credentials))
        }
    };
    Ok(Prepared::Run(Box::new(Session { workspace, runs, transport, clock, secrets, warnings: diagnostics })))
}

fn read(
    args: &RunArgs,
    network: &NetworkOptions,
    documents: &mut Vec<Arc<Document>>,
    standard_input: &mut StandardInput,
) -> Result<(Workspace, Vec<Diagnostic>), Refusal> {
    let overrides = sources(&args.sources)?;
    let text;
    let origin = if args.description == "-" {
        text = standard_input.read().map_err(|fact| Refusal::unreadable(fact, None))?;
        Origin::Text(&text)
    } else if is_url(&args.description) {
        Origin::Url(&args.description)
    } else {
        Origin::File(Path::new(&args.description))
    };
    let options = LoadOptions {
        sources: overrides,
        root: args.root.clone(),
        mode: if args.strict { Mode::Strict } else { Mode::Tolerant },
        network: network.clone(),
        timeout: Some(args.timeout),
        ..LoadOptions::default()
    };
    let loaded = load(origin, &options).map_err(|error| Refusal::usage(error.to_string(), None))?;
    let Loaded { workspace, documents: read, diagnostics } = loaded;
    documents.extend(read);
    match workspace {
        Some(workspace) => Ok((workspace, diagnostics)),
        None => Err(Refusal::invalid(diagnostics)),
    }
}

/// Whether a description is named by a URL. A file of that name would need `./` before it.
pub(crate) fn is_url(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// The workflows that are asked for; the only one when none is.
fn choose(args: &RunArgs, workspace: &Workspace) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> =
        workspace.entry().description.workflows.iter().map(|workflow| workflow.id.value.clone()).collect();
    let list = || ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    if args.all {
        return Ok(ids);
    }
    if let Some(unknown) = args.workflows.iter().find(|id| !ids.contains(id)) {
        let hint = match arazzo_document::nearest(unknown, ids.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", list()),
        };
        return Err(Refusal::usage(format!("the description has no workflow `{unknown}`"), hint));
    }
    match (args.workflows.as_slice(), ids.as_slice()) {
        ([], [only]) => Ok(vec![only.clone()]),
        // That there is none was reported when the description was read.
        ([], []) => Ok(Vec::new()),
        ([], [_, _, ..]) => {
            let message = format!("the description has several workflows: {}", list());
            Err(Refusal::usage(message, "name one with `-w ID`, or run all with `--all`".to_owned()))
        }
        (chosen, _) => Ok(chosen.to_vec()),
    }
}

/// Unlike other runs of this machine: the moment, the process, and the number in this process.
fn run_id(now: Timestamp, index: usize) -> String {
    format!("{:x}-{:x}-{index}", now.0, std::process::id())
}
