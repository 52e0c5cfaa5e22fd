//! The runs that were asked for, one after the other, and what is printed of them.

use std::cell::Cell;
use std::sync::Arc;

use arazzo_document::{ArazzoDocument, Diagnostic, Document, Place, Workspace};
use arazzo_engine::{
    Event, EventKind, EventsWanted, FailedAttempt, Fault, Plan, Record, Relation, Reporter, Run, RunError,
    RunOptions, Start, Status, ToldValues,
};
use arazzo_runner::{Clock, DriveError, Transport, drive};

use super::durable::{Kept, Past};
use super::interruption::Interruption;
use crate::args::{Format, RunArgs};
use crate::diagnostics::DiagnosticJson;
use crate::excerpt::Excerpts;
use crate::exit::Exit;
use crate::output::{self, Completed, Failure, Given, HumanReporter, Verbosity};
use crate::report::{RecordedRun, Recorder, Recording, jsonl};

/// Everything that is needed to run, checked.
pub(super) struct Session {
    pub(super) workspace: Workspace,
    pub(super) runs: Vec<(Arc<Plan>, Start)>,
    /// The places of the runs in the journal, if they are durable.
    pub(super) kept: Vec<Kept>,
    pub(super) transport: Box<dyn Transport>,
    pub(super) clock: Box<dyn Clock>,
    pub(super) secrets: Vec<String>,
    /// The header fields that are added to requests.
    pub(super) headers: Vec<(String, String)>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl Session {
    /// Carries the runs out and prints what came of them.
    pub(super) fn run(
        self,
        args: &RunArgs,
        documents: &[Arc<Document>],
        interruption: &mut Interruption,
    ) -> Exit {
        let verbosity = args.verbosity.verbosity();
        output::warn_all(&self.warnings, documents, verbosity);
        let mut diagnostics: Vec<DiagnosticJson> = self.warnings.iter().map(DiagnosticJson::from).collect();
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        if args.mock.is_none() || interruption.is_watched() {
            runtime.enable_all();
        }
        let runtime = match runtime.build() {
            Ok(runtime) => runtime,
            Err(error) => {
                output::message(&format!("error: the run cannot begin: {error}"));
                return Exit::Stopped;
            }
        };
        if args.format == Format::Jsonl {
            output::begin_events(&diagnostics);
        }
        let mut completed = Vec::new();
        let job = Job {
            args,
            verbosity,
            workspace: &self.workspace,
            documents,
            secrets: &self.secrets,
            headers: &self.headers,
            transport: &*self.transport,
            clock: &*self.clock,
        };
        let mut exit = Exit::Success;
        let mut kept = self.kept.into_iter();
        for (plan, start) in self.runs {
            let run = runtime.block_on(job.run(plan, start, kept.next(), interruption, &mut diagnostics));
            exit = exit.max(exit_of(run.result.status));
            if args.format == Format::Jsonl {
                run.print_line(self.clock.now());
            }
            completed.push(run);
        }
        // A name that is still being looked up must not keep the process.
        runtime.shutdown_background();
        match (args.format, completed.as_slice()) {
            (Format::Human | Format::Jsonl, _) | (Format::Outputs, []) => {}
            (Format::Json, runs) => output::print_json(runs, &diagnostics),
            (Format::Outputs, [run, ..]) => output::print_outputs(&run.result.outputs),
        }
        let runs = completed.into_iter().map(RecordedRun::from).collect();
        let is_written = Recording { runs, diagnostics, ..Recording::default() }.write(&args.reports);
        if is_written { exit } else { Exit::Stopped }
    }
}

impl From<Completed> for RecordedRun {
    fn from(Completed { plan, events, report, result: _ }: Completed) -> Self {
        Self { turn: None, workflow_id: plan.workflow_id().to_owned(), plan, events, report }
    }
}

fn exit_of(status: Status) -> Exit {
    match status {
        Status::Succeeded => Exit::Success,
        Status::Failed => Exit::Failed,
        Status::Stopped => Exit::Stopped,
    }
}

/// What becomes of a run that cannot be carried on.
fn carried_no_further(error: &DriveError) -> Fault {
    let (code, message) = match error {
        DriveError::Journal(error) => ("journal", error.to_string()),
        error @ (DriveError::OutOfOrder(_) | DriveError::Idle | _) => {
            ("not-carried-on", format!("the run cannot be carried on: {error}"))
        }
    };
    Fault { code: code.to_owned(), message }
}

/// What a signal makes of a run.
pub(super) fn interrupted(signal: &str) -> Fault {
    Fault { code: "interrupted".to_owned(), message: format!("the run was interrupted by {signal}") }
}

/// What the runs have in common.
struct Job<'a> {
    args: &'a RunArgs,
    verbosity: Verbosity,
    workspace: &'a Workspace,
    documents: &'a [Arc<Document>],
    secrets: &'a [String],
    headers: &'a [(String, String)],
    transport: &'a dyn Transport,
    clock: &'a dyn Clock,
}

impl Job<'_> {
    /// One run of one workflow. After an interruption it ends before it begins.
    async fn run(
        &self,
        plan: Arc<Plan>,
        start: Start,
        mut kept: Option<Kept>,
        interruption: &mut Interruption,
        diagnostics: &mut Vec<DiagnosticJson>,
    ) -> Completed {
        // What else there is shows in none of these.
        let is_brief = self.args.reports.is_empty()
            && match self.args.format {
                Format::Human => self.verbosity == Verbosity::Quiet,
                Format::Outputs => true,
                Format::Json | Format::Jsonl => false,
            };
        let options = RunOptions {
            events: if is_brief { EventsWanted::Course } else { EventsWanted::All },
            show_secrets: self.args.show_secrets,
            bodies: self.verbosity >= Verbosity::Verbose
                || self.args.reports.iter().any(|report| report.kind.shows_bodies()),
            max_steps: self.args.max_steps,
            max_depth: self.args.max_depth,
            max_duration: self.args.max_duration,
            max_retry_after: self.args.max_retry_after,
        };
        let mut reporter = Reporter::new();
        let mut recorder = Recorder::new(!self.args.reports.is_empty());
        let mut stream = jsonl::Stream::new(self.verbosity >= Verbosity::Verbose);
        let steps = plan.steps().iter().map(|step| step.id().to_owned()).collect();
        let mut human = HumanReporter::new(self.verbosity, steps);
        // The workflows that are not over; a warning is about the last one.
        let mut open: Vec<String> = Vec::new();
        // What happened before a run was interrupted is in its reports, and was shown.
        let recalls = Cell::new(false);
        let mut on_event = |event: &Event| {
            reporter.add(event);
            if let EventKind::RunStarted { workflow_id, .. } = &event.kind {
                open.push(workflow_id.clone());
            } else if let EventKind::RunFinished { .. } = &event.kind {
                open.pop();
            } else if let EventKind::Warned { step_id, fault } = &event.kind {
                let place = open.last().and_then(|workflow_id| self.place(workflow_id, step_id.as_deref()));
                diagnostics.push(DiagnosticJson::warning(&fault.code, &fault.message, place.as_ref()));
            }
            match self.args.format {
                Format::Human if recalls.get() => human.recall(event),
                Format::Human => human.show(event),
                Format::Jsonl if recalls.get() => {}
                Format::Jsonl => {
                    stream.line(event).iter().for_each(|line| output::print_now(line));
                }
                Format::Json | Format::Outputs => {}
            }
            recorder.add(event);
        };
        let mut run = Run::new(Arc::clone(&plan), start.secrets, options);
        for secret in self.secrets {
            run.hide(secret);
        }
        if self.args.format == Format::Human {
            run.tell_values(match self.verbosity {
                Verbosity::Quiet => ToldValues::None,
                Verbosity::Normal | Verbosity::Verbose => ToldValues::OfActions,
                Verbosity::Evaluated => ToldValues::All,
            });
        }
        let run_id =
            if let Record::Started { run_id, .. } = &start.record { run_id.clone() } else { String::new() };
        let begun = Event {
            at: start.record.at(),
            kind: EventKind::RunStarted {
                run_id,
                workflow_id: plan.workflow_id().to_owned(),
                relation: Relation::Entry,
            },
        };
        let ended = match (interruption.by(), start.record) {
            (Some(signal), _) => {
                on_event(&begun);
                Err(interrupted(signal))
            }
            (None, record) => {
                let is_resumed = kept.as_ref().is_some_and(Kept::is_resumed);
                let past = match kept.as_mut().filter(|_| is_resumed) {
                    Some(kept) => kept.recall(&mut run),
                    None => {
                        run.apply(record).map(|events| Past { events, halt: None }).map_err(DriveError::from)
                    }
                };
                let past = past.unwrap_or_else(|error| Past {
                    events: vec![begun],
                    halt: Some(carried_no_further(&error)),
                });
                recalls.set(is_resumed && run.result().is_none());
                past.events.iter().for_each(&mut on_event);
                recalls.set(false);
                let driven = async {
                    match &kept {
                        Some(kept) => kept.drive(&mut run, self.transport, self.clock, &mut on_event).await,
                        None => drive(&mut run, self.transport, self.clock, &mut on_event).await,
                    }
                };
                match past.halt {
                    Some(why) => Err(why),
                    None => match interruption.or(driven).await {
                        Ok(Err(error)) => Err(carried_no_further(&error)),
                        Ok(Ok(())) => Ok(()),
                        Err(signal) => Err(interrupted(signal)),
                    },
                }
            }
        };
        let (mut failed, at) = (None, self.clock.now());
        let added = run.shown_headers(self.headers);
        let ended = ended.map(|()| {
            failed = run.failed_attempt();
            run.result().cloned()
        });
        let ended = ended.and_then(|result| result.ok_or_else(|| carried_no_further(&DriveError::Idle)));
        let result = ended.unwrap_or_else(|why| {
            let (events, result) = run.cut_off(at, why);
            events.iter().for_each(&mut on_event);
            result
        });
        if let Some(kept) = &kept {
            kept.hint(self.args, &result);
        }
        let (report, events) = (reporter.finish(), recorder.finish());
        if let Some(error) = &report.error {
            self.fail(error, failed.as_ref(), &added);
        }
        Completed { plan, events, report, result }
    }

    /// Says why the run failed or stopped: for people all that helps to find out, else one line.
    fn fail(&self, error: &RunError, attempt: Option<&FailedAttempt>, added: &[(String, String)]) {
        let is_for_people = self.args.format == Format::Human && self.verbosity != Verbosity::Quiet;
        let Some(attempt) = attempt.filter(|_| is_for_people) else { return output::fail(error) };
        let FailedAttempt { workflow_id, step_id, criterion, .. } = attempt;
        let given = Given {
            headers: added,
            insecure: self.args.network.insecure,
            follows: self.args.network.follow_redirects.is_some_and(|most| most > 0),
        };
        let failure = Failure {
            error,
            attempt,
            place: criterion
                .and_then(|index| self.place_of_criterion(workflow_id, step_id, index))
                .or_else(|| self.place(workflow_id, Some(step_id))),
            // Nobody listens where the mock answers.
            given: self.args.mock.is_none().then_some(given),
        };
        failure.tell(&Excerpts::new(self.documents), self.verbosity);
    }

    /// Where a success criterion of a step is written.
    fn place_of_criterion(&self, workflow_id: &str, step_id: &str, index: usize) -> Option<Place> {
        self.workspace.documents().find_map(|(_, ArazzoDocument { document, description, .. })| {
            let step = description.workflow(workflow_id)?.step(step_id)?;
            Some(document.place(step.success_criteria.get(index)?.condition.span))
        })
    }

    /// Where a step, or else the workflow, is written. Documents may use the same ids; the first one that has the
    /// workflow with the step counts.
    fn place(&self, workflow_id: &str, step_id: Option<&str>) -> Option<Place> {
        let mut workflow = None;
        for (_, ArazzoDocument { document, description, .. }) in self.workspace.documents() {
            let Some(found) = description.workflow(workflow_id) else { continue };
            match step_id.map(|id| found.step(id)) {
                Some(Some(step)) => return Some(document.place(step.id.span)),
                Some(None) | None => {
                    workflow.get_or_insert((document, found.id.span));
                }
            }
        }
        workflow.map(|(document, span)| document.place(span))
    }
}
