//! `arazzo run`: read, compile, check, and only then send.

mod credentials;
mod inputs;
mod mock;
mod servers;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Code, Diagnostic, Document, Place, Severity, Workspace};
use arazzo_engine::{
    EventKind, Mode, Plan, PlanOptions, Run, RunOptions, Reporter, Start, Status, Timestamp,
};
use arazzo_runner::{
    Clock, Credentials, HttpOptions, HttpTransport, LoadOptions, Loaded, Origin, SkippingClock, SystemClock, Transport,
    drive, load,
};

use crate::args::{Format, RunArgs};
use crate::diagnostics::DiagnosticJson;
use crate::exit::Exit;
use crate::output::{self, Completed, HumanReporter, Verbosity};
use crate::refusal::Refusal;

/// Runs what the arguments ask for.
pub(crate) fn run(args: &RunArgs) -> Exit {
    args.color.apply();
    let mut documents = Vec::new();
    match prepare(args, &mut documents) {
        Ok(session) => session.run(args, &documents),
        Err(refusal) => {
            output::refuse(&refusal, &documents, args.format, Verbosity::of(args));
            refusal.exit
        }
    }
}

/// Everything that is needed to run, checked.
struct Session {
    workspace: Workspace,
    runs: Vec<(Arc<Plan>, Start)>,
    transport: Box<dyn Transport>,
    clock: Box<dyn Clock>,
    secrets: Vec<String>,
    warnings: Vec<Diagnostic>,
}

/// Reads, compiles and checks. Nothing is sent when anything is wrong.
fn prepare(args: &RunArgs, documents: &mut Vec<Arc<Document>>) -> Result<Session, Refusal> {
    let mut standard_input = None;
    let (workspace, mut diagnostics) = read(args, documents, &mut standard_input)?;
    let workflows = choose(args, &workspace)?;
    let credentials = credentials::collect(args, &workspace)?;
    let options = PlanOptions {
        mode: if args.strict { Mode::Strict } else { Mode::Tolerant },
        servers: servers::collect(&args.servers, &workspace)?,
        fallback_server: args.mock.as_ref().map(|_| "http://localhost".to_owned()),
        credentials: credentials.names(),
        any_credential: args.mock.is_some(),
        default_success: args.default_success.into(),
    };
    let mut plans = Vec::new();
    for id in &workflows {
        let planning = Plan::compile(&workspace, id, &options);
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
        let exit =
            if codes.all(|code| code == Code::AmbiguousCredential) { Exit::Usage } else { Exit::Invalid };
        return Err(Refusal { exit, ..Refusal::invalid(diagnostics) });
    }
    let scenario = mock::scenario(args, &workspace, documents)?;
    let objects = inputs::objects(args, &mut standard_input)?;
    let clock: Box<dyn Clock> =
        if args.mock.is_some() { Box::new(SkippingClock::new()) } else { Box::new(SystemClock::new()) };
    let mut runs = Vec::new();
    for (index, plan) in plans.into_iter().enumerate() {
        let inputs = inputs::complete(args, &objects, &plan)?;
        let now = clock.now();
        let start = plan.start(&run_id(now, index), now, inputs).map_err(inputs::refuse)?;
        diagnostics.extend(start.warnings.iter().cloned());
        runs.push((plan, start));
    }
    let secrets = credentials.secrets().map(str::to_owned).collect();
    let transport = transport(args, scenario, credentials)?;
    Ok(Session { workspace, runs, transport, clock, secrets, warnings: diagnostics })
}

fn read(
    args: &RunArgs,
    documents: &mut Vec<Arc<Document>>,
    standard_input: &mut Option<String>,
) -> Result<(Workspace, Vec<Diagnostic>), Refusal> {
    let overrides = servers::sources(&args.sources)?;
    let text;
    let origin = if args.description == "-" {
        let mut read = String::new();
        std::io::stdin()
            .read_to_string(&mut read)
            .map_err(|error| Refusal::unreadable(format!("standard input cannot be read: {error}"), None))?;
        text = standard_input.insert(read);
        Origin::Text(text)
    } else {
        Origin::File(Path::new(&args.description))
    };
    let options = LoadOptions {
        sources: overrides,
        root: args.root.clone(),
        mode: if args.strict { Mode::Strict } else { Mode::Tolerant },
    };
    let loaded = load(origin, &options).map_err(|error| Refusal::usage(error.to_string(), None))?;
    let Loaded { workspace, documents: read, diagnostics } = loaded;
    documents.extend(read);
    match workspace {
        Some(workspace) => Ok((workspace, diagnostics)),
        None => Err(Refusal::invalid(diagnostics)),
    }
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

fn transport(
    args: &RunArgs,
    scenario: Option<arazzo_runner::Scenario>,
    credentials: Credentials,
) -> Result<Box<dyn Transport>, Refusal> {
    if let Some(scenario) = scenario {
        return Ok(Box::new(arazzo_runner::MockTransport::new(scenario)));
    }
    let headers = args
        .headers
        .iter()
        .map(|header| match header.split_once(':') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            }
            Some(_) | None => {
                let hint = "write it as `-H 'Name: value'`".to_owned();
                Err(Refusal::usage(format!("`{header}` is no header field"), hint))
            }
        })
        .collect::<Result<_, _>>()?;
    let options = HttpOptions { timeout: args.timeout, max_body: args.max_body, headers };
    Ok(Box::new(HttpTransport::new(options, credentials)))
}

/// Unlike other runs of this machine: the moment, the process, and the number in this process.
fn run_id(now: Timestamp, index: usize) -> String {
    format!("{:x}-{:x}-{index}", now.0, std::process::id())
}

impl Session {
    fn run(self, args: &RunArgs, documents: &[Arc<Document>]) -> Exit {
        let verbosity = Verbosity::of(args);
        if args.format == Format::Outputs && self.runs.len() > 1 {
            let refusal = Refusal::usage("`--format outputs` prints the outputs of one workflow", None);
            output::refuse(&refusal, documents, args.format, verbosity);
            return refusal.exit;
        }
        output::warn_all(&self.warnings, documents, verbosity);
        let mut diagnostics: Vec<DiagnosticJson> = self.warnings.iter().map(DiagnosticJson::from).collect();
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                output::message(&format!("error: the run cannot begin: {error}"));
                return Exit::Stopped;
            }
        };
        let mut completed = Vec::new();
        for (plan, start) in self.runs {
            let job = Job { args, verbosity, workspace: &self.workspace, secrets: &self.secrets };
            let ended =
                runtime.block_on(job.run(plan, start, &*self.transport, &*self.clock, &mut diagnostics));
            match ended {
                Ok(run) => completed.push(run),
                Err(error) => {
                    output::message(&format!("error: the run cannot be carried on: {error}"));
                    return Exit::Stopped;
                }
            }
        }
        match (args.format, completed.as_slice()) {
            (Format::Human, _) | (Format::Outputs, []) => {}
            (Format::Json, runs) => output::print_json(runs, &diagnostics),
            (Format::Outputs, [run, ..]) => output::print_outputs(&run.result.outputs),
        }
        completed.iter().map(|run| exit_of(run.result.status)).max().unwrap_or(Exit::Success)
    }
}

fn exit_of(status: Status) -> Exit {
    match status {
        Status::Succeeded => Exit::Success,
        Status::Failed => Exit::Failed,
        Status::Stopped => Exit::Stopped,
    }
}

/// One run of one workflow.
struct Job<'a> {
    args: &'a RunArgs,
    verbosity: Verbosity,
    workspace: &'a Workspace,
    secrets: &'a [String],
}

impl Job<'_> {
    async fn run(
        &self,
        plan: Arc<Plan>,
        start: Start,
        transport: &dyn Transport,
        clock: &dyn Clock,
        diagnostics: &mut Vec<DiagnosticJson>,
    ) -> Result<Completed, arazzo_runner::DriveError> {
        let options = RunOptions {
            show_secrets: self.args.show_secrets,
            max_steps: self.args.max_steps,
            max_depth: self.args.max_depth,
            max_duration: self.args.max_duration,
            max_retry_after: self.args.max_retry_after,
        };
        let workflow_id = plan.workflow_id().to_owned();
        let mut reporter = Reporter::new();
        let mut human = HumanReporter::new(self.verbosity, plan.steps().len());
        let mut on_event = |event: &arazzo_engine::Event| {
            reporter.add(event);
            if let EventKind::Warned { step_id, fault } = &event.kind {
                let place = self.place(&workflow_id, step_id.as_deref());
                diagnostics.push(DiagnosticJson::warning(&fault.code, &fault.message, place.as_ref()));
            }
            if self.args.format == Format::Human {
                human.show(event);
            }
        };
        let mut run = Run::new(plan, start.secrets, options);
        for secret in self.secrets {
            run.hide(secret);
        }
        run.apply(start.record)?.iter().for_each(&mut on_event);
        drive(&mut run, transport, clock, &mut on_event).await?;
        let result = run.result().cloned().ok_or(arazzo_runner::DriveError::Idle)?;
        Ok(Completed { report: reporter.finish(), result })
    }

    /// Where a step, or else the workflow, is written.
    fn place(&self, workflow_id: &str, step_id: Option<&str>) -> Option<Place> {
        let entry = self.workspace.entry();
        let workflow = entry.description.workflow(workflow_id)?;
        let step = step_id.and_then(|id| workflow.step(id));
        let span = step.map_or(workflow.id.span, |step| step.id.span);
        Some(entry.document.place(span))
    }
}
