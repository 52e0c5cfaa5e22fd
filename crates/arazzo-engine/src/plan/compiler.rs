//! Compiling a workflow: every part is looked at once, and all that is wrong is reported, not the first thing only.

use std::collections::HashMap;
use std::sync::Arc;

use arazzo_document::description::{Reusable, Step, Text, Workflow};
use arazzo_document::{
    ArazzoDocument, Code, Diagnostic, DocumentIndex, Severity, Span, WorkflowRef, Workspace, nearest,
    suggestion,
};
use arazzo_expression::{ComponentKind, Criterion, Expression, Source};

use super::inputs::InputsPlan;
use super::known_operation::KnownOperations;
use super::order::StepUse;
use super::queue::{self, Queue};
use super::{
    Mode, Plan, PlanOptions, Planning, WorkflowPlan, dependencies, mock, requests, responses, security, trust,
};

/// What compiling one workflow needs at hand.
pub(crate) struct Compiler<'a> {
    pub(crate) workspace: &'a Workspace,
    /// The document that has the workflow.
    pub(crate) document: DocumentIndex,
    pub(crate) here: &'a ArazzoDocument,
    pub(crate) workflow: &'a Workflow,
    pub(crate) options: &'a PlanOptions,
    pub(crate) queue: &'a mut Queue,
    pub(crate) operations: &'a mut KnownOperations,
    pub(crate) inputs: InputsPlan,
    /// The steps by their ids.
    pub(crate) steps: HashMap<&'a str, &'a Step>,
    /// Their places in the order of execution, once that is known.
    pub(crate) places: HashMap<&'a str, usize>,
    /// What `$outputs` are in the part that is looked at.
    pub(crate) outputs_of: OutputsOf<'a>,
    /// The step that is looked at, by its place in the order of execution.
    pub(crate) current: Option<usize>,
    /// Whether the step that is looked at uses a channel.
    pub(crate) on_channel: bool,
    /// Where steps use outputs of others.
    pub(crate) uses: Vec<StepUse>,
    /// Outputs of called workflows that are used as if the step had them, by the step's id.
    pub(crate) implied: Vec<(String, String)>,
    /// How many actions the steps have from the workflow.
    pub(crate) inherited: usize,
    /// The workflows that expressions name.
    pub(crate) named: Vec<(String, usize)>,
    /// The part that is looked at.
    pub(crate) part: Part,
    /// What was seen on the way, when the workflow is to be checked and not to be run.
    pub(crate) sightings: Option<Vec<Sighting>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Whose outputs `$outputs` are.
#[derive(Clone, Copy)]
pub(crate) enum OutputsOf<'a> {
    /// Those of the workflow itself.
    Workflow,
    /// Those of the workflow that the step calls.
    Called(&'a Workflow),
    /// Those of a workflow that the step calls and that is not there.
    Missing,
}

/// Whether the part of a step that is looked at comes before or after the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What is sent.
    Sent,
    /// Criteria, actions and outputs.
    Received,
}

/// Something that a check looks at again when the whole workflow is known.
#[derive(Debug)]
pub(crate) struct Sighting {
    /// The step that it belongs to, by its place in the order of execution.
    pub(crate) step: Option<usize>,
    pub(crate) part: Part,
    pub(crate) span: Span,
    pub(crate) seen: Seen,
}

/// What was seen.
#[derive(Debug)]
pub(crate) enum Seen {
    Expression(Expression),
    Criterion(Box<Criterion>),
}

/// A description that was compiled to be checked.
pub(crate) struct Checked<'a> {
    /// All workflows; in the order of the plan what was seen in each.
    pub(crate) plan: Plan,
    pub(crate) parts: Vec<CheckedPart<'a>>,
}

/// A workflow that was compiled to be checked.
pub(crate) struct CheckedPart<'a> {
    pub(crate) here: &'a ArazzoDocument,
    pub(crate) workflow: &'a Workflow,
    /// The steps in the order in which they run, also those that could not be compiled.
    pub(crate) order: Vec<&'a Step>,
    pub(crate) sightings: Vec<Sighting>,
    /// Whether there was an error in it, so that not all of it is known.
    pub(crate) failed: bool,
    /// Whether all its steps and actions are in the plan.
    pub(crate) flow_is_known: bool,
}

/// Compiles every workflow of the entry document and those that they lead to, each once, whatever is wrong with them.
pub(crate) fn compile_all<'a>(
    workspace: &'a Workspace,
    options: &'a PlanOptions,
) -> (Option<Checked<'a>>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut queue = Queue::default();
    let mut operations = KnownOperations::default();
    for workflow in 0..workspace.entry().description.workflows.len() {
        queue.index_of(WorkflowRef { document: DocumentIndex::ENTRY, workflow });
    }
    let mut plans = Vec::new();
    let mut parts: Vec<CheckedPart<'a>> = Vec::new();
    while let Some((here, workflow)) =
        queue.get(plans.len()).and_then(|reference| queue::find(workspace, reference))
    {
        let before = diagnostics.len();
        let index = plans.len();
        let Some(compiled) = compile_one(
            workspace,
            index,
            options,
            &mut queue,
            &mut operations,
            &mut diagnostics,
            Some(Vec::new()),
        ) else {
            break;
        };
        let Compiled { plan, order, sightings } = compiled;
        // Of a step that calls something of a source that is missing, nothing is known either.
        let misread = here.is_misread(workflow.span);
        let failed =
            misread || plan.steps.len() < order.len() || diagnostics.iter().skip(before).any(is_error);
        let flow_is_known = !misread
            && plan.steps.len() == order.len()
            && !diagnostics
                .iter()
                .skip(before)
                .filter(|found| is_error(found))
                .any(|found| decides(found.code));
        let order = order.into_iter().filter_map(|index| workflow.steps.get(index)).collect();
        parts.push(CheckedPart { here, workflow, order, sightings, failed, flow_is_known });
        plans.push(plan);
    }
    let mut plans = plans.into_iter();
    let plan = plans.next().map(|entry| Plan {
        entry,
        others: plans.collect(),
        mode: options.mode,
        check_responses: options.check_responses,
        given_headers: options.given_headers.clone(),
    });
    if let Some(plan) = &plan {
        diagnostics.extend(dependencies::cycle(plan, workspace, &queue));
    }
    (plan.map(|plan| Checked { plan, parts }), diagnostics)
}

/// Whether an error of this kind may leave out a step, an action or a criterion.
fn decides(code: Code) -> bool {
    let others = [
        Code::UnknownOutput,
        Code::UndeclaredInput,
        Code::InvalidExpression,
        Code::InvalidName,
        Code::InvalidSchema,
        Code::MissingParameter,
        Code::DuplicateParameter,
        Code::ForwardReference,
    ];
    !others.contains(&code)
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

pub(super) fn compile(workspace: &Workspace, workflow_id: &str, options: &PlanOptions) -> Planning {
    let workflows = &workspace.entry().description.workflows;
    let Some(workflow) = workflows.iter().position(|workflow| workflow.id.value == workflow_id) else {
        return Planning { plan: None, diagnostics: vec![unknown_workflow(workspace, workflow_id)] };
    };
    let mut diagnostics = Vec::new();
    let mut queue = Queue::default();
    let mut operations = KnownOperations::default();
    let entry = queue.index_of(WorkflowRef { document: DocumentIndex::ENTRY, workflow });
    let entry = compile_one(workspace, entry, options, &mut queue, &mut operations, &mut diagnostics, None);
    let mut others = Vec::new();
    // Compiling a workflow may put further ones into the queue.
    while queue.get(others.len() + 1).is_some() {
        let other = compile_one(
            workspace,
            others.len() + 1,
            options,
            &mut queue,
            &mut operations,
            &mut diagnostics,
            None,
        );
        others.extend(other.map(|compiled| compiled.plan));
    }
    let failed = diagnostics.iter().any(is_error);
    let entry = entry.filter(|_| !failed).map(|compiled| compiled.plan);
    let mut plan = entry.map(|entry| Plan {
        entry,
        others,
        mode: options.mode,
        check_responses: options.check_responses,
        given_headers: options.given_headers.clone(),
    });
    if let Some(plan) = &mut plan {
        if let Some(diagnostic) = dependencies::cycle(plan, workspace, &queue) {
            diagnostics.push(diagnostic);
            return Planning { plan: None, diagnostics };
        }
        security::several_hosts(plan, workspace, options, &mut diagnostics);
        trust::check(plan, workspace, options, &mut diagnostics);
        mock::hint(plan);
        responses::attach(plan);
        if options.check_requests {
            requests::attach(plan);
        }
    }
    let failed = diagnostics.iter().any(is_error);
    Planning { plan: plan.filter(|_| !failed).map(Arc::new), diagnostics }
}

fn unknown_workflow(workspace: &Workspace, id: &str) -> Diagnostic {
    let entry = workspace.entry();
    let ids = entry.description.workflows.iter().map(|workflow| workflow.id.value.as_str());
    let hint = nearest(id, ids).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
    let place = entry.document.place(entry.document.root.span.first_line());
    Diagnostic::error(Code::UnknownWorkflow, format!("there is no workflow `{id}`"), place).with_hint(hint)
}

/// One workflow compiled.
struct Compiled {
    plan: WorkflowPlan,
    /// The order in which its steps run, by their places in the list.
    order: Vec<usize>,
    sightings: Vec<Sighting>,
}

/// Compiles the workflow with this index of the queue.
fn compile_one(
    workspace: &Workspace,
    index: usize,
    options: &PlanOptions,
    queue: &mut Queue,
    operations: &mut KnownOperations,
    diagnostics: &mut Vec<Diagnostic>,
    sightings: Option<Vec<Sighting>>,
) -> Option<Compiled> {
    let reference = queue.get(index)?;
    let (here, workflow) = queue::find(workspace, reference)?;
    let (inputs, problems) = InputsPlan::compile(here, workflow);
    diagnostics.extend(problems);
    let document = reference.document;
    let mut steps = HashMap::new();
    for step in &workflow.steps {
        steps.entry(step.id.value.as_str()).or_insert(step);
    }
    let mut compiler = Compiler {
        workspace,
        document,
        here,
        workflow,
        options,
        queue,
        operations,
        inputs,
        steps,
        places: HashMap::new(),
        outputs_of: OutputsOf::Workflow,
        current: None,
        on_channel: false,
        uses: Vec::new(),
        implied: Vec::new(),
        inherited: 0,
        named: Vec::new(),
        part: Part::Received,
        sightings,
        diagnostics,
    };
    let (plan, order) = compiler.workflow();
    let places: HashMap<*const Step, usize> =
        workflow.steps.iter().enumerate().map(|(index, step)| (std::ptr::from_ref(step), index)).collect();
    let order = order.into_iter().filter_map(|step| places.get(&std::ptr::from_ref(step)).copied()).collect();
    Some(Compiled { plan, order, sightings: compiler.sightings.unwrap_or_default() })
}

impl<'a> Compiler<'a> {
    /// The component that `reusable` refers to, of the kind that its position wants.
    pub(crate) fn component<'c, T>(
        &mut self,
        reusable: &Reusable,
        kind: ComponentKind,
        components: &'c [(Text, T)],
    ) -> Option<&'c T> {
        let text = &reusable.reference;
        let field = kind.field();
        let parsed = Expression::parse(&text.value, self.options.mode).map(|parsed| parsed.value.source);
        let name = match parsed {
            Ok(Source::Component { kind: found, name }) if found == kind => name,
            _ => {
                let message = format!("`{}` does not refer to one of `components.{field}`", text.value);
                self.error(
                    Code::UnknownComponent,
                    text.span,
                    message,
                    &format!("write `$components.{field}.<name>`"),
                );
                return None;
            }
        };
        let index = self.here.component(kind, &name);
        let found = index.and_then(|index| components.get(index)).map(|(_, component)| component);
        let written = self.here.document.root.get("components").and_then(|node| node.get(field)?.get(&name));
        // One that is there and could not be read was reported.
        if found.is_none() && written.is_none() {
            let message = format!("`components.{field}` has no `{name}`");
            let names: Vec<&str> = components.iter().map(|(key, _)| key.value.as_str()).collect();
            let hint = suggestion(&name, &names).unwrap_or_default();
            self.error(Code::UnknownComponent, text.span, message, &hint);
        }
        found
    }

    /// Keeps what a check looks at again.
    pub(crate) fn saw(&mut self, span: Span, seen: impl FnOnce() -> Seen) {
        let (step, part) = (self.current, self.part);
        if let Some(sightings) = &mut self.sightings {
            sightings.push(Sighting { step, part, span, seen: seen() });
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, hint: &str) {
        let place = self.here.document.place(span);
        self.diagnostics.push(hinted(Diagnostic::error(code, message, place), hint));
    }

    pub(crate) fn warning(&mut self, code: Code, span: Span, message: impl Into<String>, hint: &str) {
        let place = self.here.document.place(span);
        self.diagnostics.push(hinted(Diagnostic::warning(code, message, place), hint));
    }

    /// A tolerance: a warning, and an error to the letter.
    pub(crate) fn tolerated(&mut self, code: Code, span: Span, message: impl Into<String>, hint: &str) {
        match self.options.mode {
            Mode::Tolerant => self.warning(code, span, message, hint),
            Mode::Strict => self.error(code, span, message, hint),
        }
    }

    /// Refuses what the specification has and this version does not run: by name, before anything is sent.
    pub(crate) fn unsupported(&mut self, span: Span, what: &str) {
        self.error(Code::Unsupported, span, format!("{what} cannot be run by this version"), "");
    }
}

/// The diagnostic with its hint, if there is one.
fn hinted(diagnostic: Diagnostic, hint: &str) -> Diagnostic {
    if hint.is_empty() { diagnostic } else { diagnostic.with_hint(hint) }
}
