//! Runs every workflow of a description, each by itself.

use std::sync::Arc;
use std::time::Duration;

use arazzo_document::{ArazzoDocument, Diagnostic, Place, Position, Severity, Span, Workspace};
use arazzo_engine::{Mode, Plan, PlanOptions, Run, RunOptions, RunResult, Status};
use arazzo_runner::{
    Clock, LoadOptions, Loaded, Needed, NetworkOptions, Origin, Sample, SkippingClock, SourceCache, drive,
    sample_inputs,
};

use super::SurveyArgs;
use super::outcome::{Ending, Outcome, Reason, Surveyed, is_unresolved};
use super::transport::{Watched, at_once};
use super::worker::Description;
use crate::args::load_one_of_many;
use crate::refusal::Refusal;

/// Surveys one description after the other.
pub(super) struct Surveyor<'a> {
    args: &'a SurveyArgs,
    load: LoadOptions,
}

impl<'a> Surveyor<'a> {
    pub(super) fn new(args: &'a SurveyArgs, network: NetworkOptions) -> Result<Self, Refusal> {
        let cache = Some(Arc::new(SourceCache::default()));
        let load = LoadOptions { cache, ..args.sources.options(mode(args), network)? };
        Ok(Self { args, load })
    }

    /// Surveys a description, but for the workflows with the indices of `fatal`. `begun` is told the index of each that
    /// it begins with.
    pub(super) fn survey(
        &self,
        description: &Description,
        fatal: &[usize],
        begun: &mut dyn FnMut(usize),
    ) -> Surveyed {
        let file = &*description.name();
        let origin = match description {
            Description::Text(text) => Origin::Text(text),
            Description::File(path) => Origin::File(path),
            Description::Url(url) => Origin::Url(url),
        };
        match load_one_of_many(origin, &mut self.load.clone()) {
            Ok(Loaded { workspace: Some(workspace), diagnostics, .. }) => {
                self.workflows(file, &workspace, &diagnostics, fatal, begun)
            }
            Ok(Loaded { workspace: None, diagnostics, .. }) => {
                let reason = first_error(&diagnostics).map(Reason::of);
                unreadable(file, reason, "unreadable-source", "it is no description")
            }
            Err(error) => unreadable(file, None, "unreadable-source", &error.to_string()),
        }
    }

    fn workflows(
        &self,
        file: &str,
        workspace: &Workspace,
        found: &[Diagnostic],
        fatal: &[usize],
        begun: &mut dyn FnMut(usize),
    ) -> Surveyed {
        let options = PlanOptions {
            mode: mode(self.args),
            fallback_server: Some("http://localhost".to_owned()),
            any_credential: true,
            check_requests: true,
            ..PlanOptions::default()
        };
        let own = &workspace.entry().document.name;
        // What is wrong with a source is as if it could not be read.
        let errors: Vec<&Diagnostic> =
            found.iter().filter(|found| found.severity == Severity::Error).collect();
        let mut resolved = !unresolved(found) && errors.iter().all(|error| error.place.file == *own);
        let description = &workspace.entry().description;
        // Of steps that cannot be read, or without sources, no operation is found.
        resolved &= !description.sources.is_empty();
        let mut workflows = Vec::new();
        for (index, workflow) in description.workflows.iter().enumerate() {
            resolved &= !workflow.steps.is_empty();
            let id = &workflow.id.value;
            if fatal.contains(&index) {
                let place = workspace.entry().document.place(workflow.id.span);
                let reason = Reason::new("panic", "the process that ran it ended", &place);
                workflows.push(ended(id, Ending::Panicked, Some(reason)));
                continue;
            }
            begun(index);
            let planning = Plan::compile(workspace, id, &options);
            resolved &= !unresolved(&planning.diagnostics);
            let needed = Needed::of(workspace, planning.plan.as_slice(), options.mode);
            let error = errors.iter().find(|error| needed.is_stopped_by(error)).copied();
            workflows.push(match (error.or(first_error(&planning.diagnostics)), planning.plan) {
                (None, Some(plan)) => self.run(workspace, plan),
                (error, _) => ended(id, Ending::Refused, error.map(Reason::of)),
            });
        }
        Surveyed { file: file.to_owned(), resolved, unreadable: None, workflows }
    }

    fn run(&self, workspace: &Workspace, plan: Arc<Plan>) -> Outcome {
        let id = plan.workflow_id().to_owned();
        let sample = if self.args.required_inputs { Sample::Required } else { Sample::All };
        let clock = SkippingClock::new();
        let start = match plan.start("survey", clock.now(), sample_inputs(&plan, sample)) {
            Ok(start) => start,
            Err(error) => {
                let reason = Reason::new("invalid-inputs", &error.to_string(), &place(workspace, &id, None));
                return ended(&id, Ending::Refused, Some(reason));
            }
        };
        let options = RunOptions { max_steps: self.args.max_steps, ..RunOptions::default() };
        let transport = Watched::new(self.args.max_duration);
        let mut run = Run::new(plan, start.secrets, options);
        let driven = match run.apply(start.record) {
            Ok(_) => at_once(drive(&mut run, &transport, &clock, &mut |_| {})),
            Err(error) => Some(Err(error.into())),
        };
        let (ending, code, message, step) = match (driven, run.result().cloned()) {
            (None, _) => (Ending::Stopped, "too-slow".to_owned(), "it took too long".to_owned(), None),
            (Some(Err(error)), _) => (Ending::Stopped, "not-driven".to_owned(), error.to_string(), None),
            (Some(Ok(())), result) => told(result, &transport),
        };
        let reason = (ending != Ending::Succeeded)
            .then(|| Reason::new(&code, &message, &place(workspace, &id, step.as_deref())));
        let (requests, duration) = (transport.requests(), transport.elapsed());
        Outcome { workflow_id: id, ending, reason, requests, duration }
    }
}

type Told = (Ending, String, String, Option<String>);

/// How a run that is over ended, with why and in which step.
fn told(result: Option<RunResult>, transport: &Watched) -> Told {
    let seen = transport.seen();
    if let Some(text) = seen.text {
        return (Ending::TextSent, "text-sent".to_owned(), text, None);
    }
    let (status, error) = match result {
        Some(RunResult { status, error, .. }) => (status, error),
        None => (Status::Stopped, None),
    };
    let (code, message, step) = match error {
        Some(error) => (error.code, error.message, error.step_id),
        None => ("ended".to_owned(), "an action ended it".to_owned(), None),
    };
    match (status, seen.refusal) {
        (Status::Succeeded, _) => (Ending::Succeeded, String::new(), String::new(), None),
        (Status::Failed, Some(refusal)) => (Ending::Failed, "request-refused".to_owned(), refusal, step),
        (Status::Failed, None) => (Ending::Failed, code, message, step),
        (Status::Stopped, _) => (Ending::Stopped, code, message, step),
    }
}

fn mode(args: &SurveyArgs) -> Mode {
    if args.strict { Mode::Strict } else { Mode::Tolerant }
}

fn first_error(diagnostics: &[Diagnostic]) -> Option<&Diagnostic> {
    diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error)
}

fn unresolved(diagnostics: &[Diagnostic]) -> bool {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.any(|diagnostic| is_unresolved(diagnostic.code))
}

fn ended(id: &str, ending: Ending, reason: Option<Reason>) -> Outcome {
    Outcome { workflow_id: id.to_owned(), ending, reason, requests: 0, duration: Duration::ZERO }
}

/// A description of which no workflow is known.
pub(super) fn unreadable(file: &str, reason: Option<Reason>, code: &str, fact: &str) -> Surveyed {
    let place = || Place { file: file.into(), span: Span::at(Position::START), path: String::new() };
    let reason = reason.unwrap_or_else(|| Reason::new(code, fact, &place()));
    Surveyed { file: file.to_owned(), resolved: false, unreadable: Some(reason), workflows: Vec::new() }
}

/// Where a step is written, or else the workflow.
fn place(workspace: &Workspace, workflow: &str, step: Option<&str>) -> Place {
    let ArazzoDocument { document, description, .. } = workspace.entry();
    let Some(workflow) = description.workflow(workflow) else { return document.place(document.root.span) };
    let step = step.and_then(|step| workflow.step(step));
    document.place(step.map_or(workflow.id.span, |step| step.id.span))
}
