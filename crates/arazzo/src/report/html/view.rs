//! The runs as the templates see them: texts only.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use arazzo_engine::{
    AttemptReport, CallId, Considered, CriterionReport, CriterionResult, EarlierRun, Fault, GraphNode, Next,
    NextKind, RetryReport, RunError, RunReport, Status, StepReport, WorkflowGraph,
};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, context};
use serde::Serialize;
use serde_json::Map;

use super::body::{Room, Shown};
use super::moment::{between, milliseconds, moment};
use super::observed::{Exchanged, Observed};
use super::status_word;
use super::timeline::Timeline;
use crate::graph::{Marks, draw_run};
use crate::report::RecordedRun;

/// So many bytes of drawings are on a page; later graphs are left out.
const MAX_GRAPHS: usize = 4 * 1024 * 1024;

/// Makes the parts of the page, each run from the inside out.
pub(super) struct Pages<'a> {
    environment: &'a Environment<'static>,
    room: Room,
    graph_room: Cell<usize>,
}

/// Where the page tells of a run that was asked for.
pub(super) fn anchor(index: usize) -> String {
    format!("run-{}", index + 1)
}

#[derive(Debug, Serialize)]
struct RunView<'a> {
    id: String,
    workflow_id: &'a str,
    run_id: &'a str,
    status: &'static str,
    /// Why it ran, if it was not asked for.
    relation: Option<String>,
    began: Option<String>,
    duration: Option<String>,
    visits: usize,
    requests: usize,
    error: Option<&'a RunError>,
    outputs: Vec<OutputView<'a>>,
    graph: Option<String>,
    timeline: Option<Timeline>,
    steps: Vec<String>,
    /// The runs that came before or that are too deep to stand where they were started.
    dependencies: Vec<String>,
    continued: Vec<String>,
    /// The steps that never ran.
    unvisited: Vec<String>,
}

#[derive(Debug, Serialize)]
struct OutputView<'a> {
    name: &'a str,
    value: Shown,
}

#[derive(Debug, Serialize)]
struct StepView<'a> {
    id: String,
    step_id: &'a str,
    operation: &'a str,
    status: &'static str,
    helper: bool,
    is_open: bool,
    outcome: Option<String>,
    outcome_is_good: bool,
    tries: usize,
    duration: Option<String>,
    next: Option<String>,
    attempts: Vec<AttemptView<'a>>,
    earlier: Vec<EarlierView<'a>>,
    run: Option<String>,
    criteria: Vec<CriterionView<'a>>,
    outputs: Vec<OutputView<'a>>,
    error: Option<&'a Fault>,
    considered: Vec<ConsideredView<'a>>,
    next_run: Option<String>,
}

#[derive(Debug, Serialize)]
struct EarlierView<'a> {
    run: String,
    criteria: Vec<CriterionView<'a>>,
    retry: String,
}

#[derive(Debug, Serialize)]
struct AttemptView<'a> {
    number: u32,
    method: &'a str,
    url: &'a str,
    request_headers: &'a [(String, String)],
    request_body: Option<Shown>,
    status: Option<u16>,
    is_good: bool,
    response_headers: &'a [(String, String)],
    response_body: Option<Shown>,
    duration: String,
    error: Option<&'a Fault>,
    findings: Vec<&'a str>,
    criteria: Vec<CriterionView<'a>>,
    retry: Option<String>,
}

#[derive(Debug, Serialize)]
struct CriterionView<'a> {
    condition: &'a str,
    result: &'static str,
    class: &'static str,
    reason: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ConsideredView<'a> {
    action: &'a str,
    taken: bool,
    criteria: Vec<CriterionView<'a>>,
    reason: Option<&'a str>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(environment: &'a Environment<'static>) -> Self {
        Self { environment, room: Room::default(), graph_room: Cell::new(MAX_GRAPHS) }
    }

    /// One run that was asked for, with everything that ran inside it.
    pub(super) fn run(&self, index: usize, run: &RecordedRun) -> Result<String, Error> {
        let graphs = run.plan.graphs();
        let graphs: HashMap<&str, &WorkflowGraph> =
            graphs.iter().rev().map(|graph| (graph.workflow_id.as_str(), graph)).collect();
        let page = RunPage {
            pages: self,
            anchor: anchor(index),
            observed: Observed::of(&run.events),
            graphs,
            helpers: Cell::new(0),
            told: RefCell::default(),
        };
        page.run(&run.report, None)
    }
}

/// What the parts of one run that was asked for have in common.
struct RunPage<'a> {
    pages: &'a Pages<'a>,
    anchor: String,
    observed: Observed<'a>,
    graphs: HashMap<&'a str, &'a WorkflowGraph>,
    /// So many elements without a visit were told of.
    helpers: Cell<u32>,
    /// The visits that have an element, so that no two have the same id.
    told: RefCell<HashSet<u32>>,
}

impl RunPage<'_> {
    fn run(&self, run: &RunReport, relation: Option<String>) -> Result<String, Error> {
        let is_outermost = relation.is_none();
        let status = run.status.unwrap_or(Status::Stopped);
        let link = |visit: u32| format!("#{}", self.visit_anchor(visit));
        let graph = self.graphs.get(run.workflow_id.as_str());
        let drawn = graph.map(|graph| draw_run(graph, &Marks::of(graph, run, &|step| link(step.visit))));
        let drawn = drawn.filter(|drawn| self.fits(drawn.len()));
        let nested = |runs: &[RunReport], why: &str| {
            runs.iter().map(|run| self.run(run, Some(why.to_owned()))).collect::<Result<Vec<_>, _>>()
        };
        let visited: HashSet<&str> = run.steps.iter().map(|step| step.step_id.as_str()).collect();
        let steps = graph.iter().flat_map(|graph| graph.nodes.iter().filter_map(GraphNode::step_id));
        let unvisited = steps.filter(|step| !visited.contains(step)).map(str::to_owned).collect();
        let view = RunView {
            id: if is_outermost { self.anchor.clone() } else { format!("{}-{}", self.anchor, self.number()) },
            workflow_id: &run.workflow_id,
            run_id: &run.run_id,
            status: status_word(status),
            began: is_outermost.then(|| moment(self.observed.began)),
            duration: is_outermost.then(|| between(self.observed.began, self.observed.ended)),
            visits: run.steps.iter().filter(|step| step.visit > 0).count(),
            requests: if is_outermost {
                self.observed.order.len()
            } else {
                run.steps.iter().map(|step| step.attempts.len()).sum()
            },
            error: run.error.as_ref(),
            outputs: self.outputs(&run.outputs),
            graph: drawn,
            timeline: if is_outermost { Timeline::of(&self.observed, &link) } else { None },
            dependencies: nested(&run.dependencies, "ran before, as it is depended on")?,
            steps: run.steps.iter().map(|step| self.step(step)).collect::<Result<_, _>>()?,
            continued: nested(&run.continued, "ran further inside")?,
            unvisited,
            relation,
        };
        let template = self.pages.environment.get_template("run.html")?;
        template.render(context! { run => Value::from(Serde(&view)) })
    }

    fn step(&self, step: &StepReport) -> Result<String, Error> {
        let visit = self.observed.visits.get(&step.visit);
        let calls: Vec<Option<&Exchanged<'_>>> = step
            .attempts
            .iter()
            .map(|attempt| self.observed.calls.get(&CallId { visit: step.visit, attempt: attempt.number }))
            .collect();
        let last = calls.last().copied().flatten();
        let first = calls.first().copied().flatten();
        let ended = last.map(|call| call.ended.unwrap_or(self.observed.ended));
        let inside = |run: &RunReport, why: &str| self.run(run, Some(why.to_owned()));
        let called = if step.helper { "ran before the next attempt" } else { "called by the step" };
        let earlier = step.runs.iter().map(|EarlierRun { run, criteria, retry }| {
            Ok(EarlierView { run: inside(run, called)?, criteria: judged(criteria), retry: again(retry) })
        });
        let next_run = step.next.as_ref().and_then(|next| next.run.as_deref());
        let view = StepView {
            id: self.visit_id(step.visit),
            step_id: &step.step_id,
            operation: visit.map_or("", |visit| visit.operation),
            status: status_word(step.status),
            helper: step.helper,
            is_open: step.status != Status::Succeeded && !step.helper,
            outcome: last.and_then(|call| call.outcome.clone()),
            outcome_is_good: last.is_some_and(|call| call.is_good),
            tries: step.attempts.len() + step.runs.len() + usize::from(step.run.is_some()),
            duration: first.zip(ended).map(|(first, ended)| between(first.began, ended)),
            next: step.next.as_ref().map(next_words),
            attempts: step
                .attempts
                .iter()
                .zip(calls)
                .map(|(attempt, call)| self.attempt(attempt, call))
                .collect(),
            earlier: earlier.collect::<Result<_, Error>>()?,
            run: step.run.as_deref().map(|run| inside(run, called)).transpose()?,
            criteria: judged(&step.criteria),
            outputs: self.outputs(&step.outputs),
            error: step.error.as_ref(),
            considered: step.next.iter().flat_map(|next| &next.considered).map(considered).collect(),
            next_run: next_run.map(|run| inside(run, "goes on in its place")).transpose()?,
        };
        let template = self.pages.environment.get_template("step.html")?;
        template.render(context! { step => Value::from(Serde(&view)) })
    }

    fn attempt<'b>(&self, attempt: &'b AttemptReport, call: Option<&Exchanged<'b>>) -> AttemptView<'b> {
        let body = |body: Option<&str>| body.and_then(|body| self.pages.room.body(body));
        AttemptView {
            number: attempt.number,
            method: &attempt.request.method,
            url: &attempt.request.url,
            request_headers: call.map(|call| call.request_headers).unwrap_or_default(),
            request_body: body(call.and_then(|call| call.request_body)),
            status: attempt.status_code,
            is_good: call.is_some_and(|call| call.is_good),
            response_headers: call.map(|call| call.response_headers).unwrap_or_default(),
            response_body: body(call.and_then(|call| call.response_body)),
            duration: milliseconds(attempt.duration_ms),
            error: attempt.error.as_ref(),
            findings: attempt.all_findings().map(|finding| finding.message.as_str()).collect(),
            criteria: attempt.criteria.as_deref().map(judged).unwrap_or_default(),
            retry: attempt.retry.as_ref().map(again),
        }
    }

    fn outputs<'b>(&self, outputs: &'b Map<String, serde_json::Value>) -> Vec<OutputView<'b>> {
        let view = |(name, value): (&'b String, &serde_json::Value)| OutputView {
            name,
            value: self.pages.room.value(value),
        };
        outputs.iter().map(view).collect()
    }

    /// Whether there is room for a drawing of so many bytes, which it then takes.
    fn fits(&self, length: usize) -> bool {
        let left = self.pages.graph_room.get().checked_sub(length);
        left.into_iter().for_each(|left| self.pages.graph_room.set(left));
        left.is_some()
    }

    fn visit_anchor(&self, visit: u32) -> String {
        format!("{}-visit-{visit}", self.anchor)
    }

    /// The id of an element about a visit.
    fn visit_id(&self, visit: u32) -> String {
        if visit > 0 && self.told.borrow_mut().insert(visit) {
            self.visit_anchor(visit)
        } else {
            format!("{}-{}", self.anchor, self.number())
        }
    }

    fn number(&self) -> u32 {
        self.helpers.set(self.helpers.get().saturating_add(1));
        self.helpers.get()
    }
}

fn judged(criteria: &[CriterionReport]) -> Vec<CriterionView<'_>> {
    criteria
        .iter()
        .map(|CriterionReport { condition, result, reason }| {
            let (result, class) = match result {
                CriterionResult::Held => ("holds", "good"),
                CriterionResult::NotHeld => ("does not hold", "bad"),
                CriterionResult::NotEvaluated => ("cannot be evaluated", "warn"),
            };
            CriterionView { condition, result, class, reason: reason.as_deref() }
        })
        .collect()
}

fn considered(Considered { action, taken, criteria, reason }: &Considered) -> ConsideredView<'_> {
    ConsideredView { action, taken: *taken, criteria: judged(criteria), reason: reason.as_deref() }
}

fn again(RetryReport { action, after_ms, remaining }: &RetryReport) -> String {
    let wait = if *after_ms > 0.0 { format!(" after {}", milliseconds(*after_ms)) } else { String::new() };
    format!("`{action}` tries again{wait}, {remaining} left")
}

/// Where the workflow went, in words.
fn next_words(Next { kind, action, target, .. }: &Next) -> String {
    let target = target.as_deref().unwrap_or_default();
    match (kind, action) {
        (NextKind::Next, _) => format!("→ {target}, the next step"),
        (NextKind::Goto, Some(action)) => format!("{action} → {target}"),
        (NextKind::Goto, None) => format!("→ {target}"),
        (NextKind::End, Some(action)) => format!("{action} ends the workflow"),
        (NextKind::End, None) => "the last step: the workflow ends".to_owned(),
        (NextKind::Fail, Some(action)) => format!("{action} ends the workflow as failed"),
        (NextKind::Fail, None) => "no action handles it: the workflow fails".to_owned(),
    }
}
