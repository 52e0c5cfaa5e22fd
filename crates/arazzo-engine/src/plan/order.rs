//! The order of the steps, and which step can have run before which.
//!
//! The list is the order, but a step that depends on others comes behind them (1.1). See `dependsOn` of the
//! [Step Object](https://spec.openapis.org/arazzo/v1.1.0.html#step-object).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arazzo_document::description::{Criterion as Written, Entry, Step, Text};
use arazzo_document::{Code, Data, Node, Span};
use arazzo_expression::{Criterion, CriterionText, CriterionType, Expression, Mode, Source, Template};

use super::compiler::Compiler;
use super::paths::Paths;
use super::step::{PlannedStep, StepDependency};

/// A place where one step uses an output of another.
#[derive(Debug)]
pub(crate) struct StepUse {
    /// The step that uses it, by its place in the order.
    user: usize,
    /// The id of the step that has it.
    used: String,
    span: Span,
}

impl<'a> Compiler<'a> {
    /// Remembers that the step that is looked at uses an output of `step`.
    pub(crate) fn uses_step(&mut self, step: &str, span: Span) {
        if let Some(user) = self.current {
            self.uses.push(StepUse { user, used: step.to_owned(), span });
        }
    }

    /// The steps in the order in which they run: of those whose dependencies are placed, the first of the list.
    ///
    /// Uses of outputs count as dependencies too, but only where a step says `dependsOn`: without it the list is the
    /// order, and a loop may use what a later step left in the round before.
    pub(crate) fn step_order(&mut self) -> Vec<&'a Step> {
        let steps: &'a [Step] = &self.workflow.steps;
        if steps.iter().all(|step| step.depends_on.is_empty()) {
            return steps.iter().collect();
        }
        let mut waiting = Waiting::new(steps, self.options.mode);
        let mut order: Vec<&'a Step> = Vec::new();
        while let Some(next) = waiting.place_next() {
            order.extend(steps.get(next));
        }
        let rest: Vec<&'a Step> = waiting.unplaced().filter_map(|index| steps.get(index)).collect();
        self.circular_steps(&rest);
        order.extend(rest);
        order
    }

    fn circular_steps(&mut self, steps: &[&Step]) {
        let names: Vec<String> = steps.iter().map(|step| format!("`{}`", step.id.value)).collect();
        let Some(span) = steps.iter().find_map(|step| step.depends_on.first()).map(|on| on.span) else {
            return;
        };
        let message = format!("these steps depend on each other: {}", names.join(", "));
        self.error(Code::CircularDependency, span, message, "take one `dependsOn` away");
    }

    /// The dependencies of a step.
    pub(crate) fn step_dependencies(&mut self, step: &Step) -> Vec<StepDependency> {
        step.depends_on.iter().filter_map(|on| self.step_dependency(step, on)).collect()
    }

    fn step_dependency(&mut self, step: &Step, on: &Text) -> Option<StepDependency> {
        if let Some((workflow, other)) = on.value.rsplit_once(".steps.").filter(|_| on.value.starts_with('$'))
        {
            return self.step_elsewhere(workflow, other, on);
        }
        if on.value == step.id.value {
            self.error(
                Code::CircularDependency,
                on.span,
                format!("step `{}` depends on itself", on.value),
                "",
            );
            return None;
        }
        let index = self.places.get(on.value.as_str()).copied();
        if index.is_none() {
            self.unknown_step(on.span, &on.value);
        }
        index.map(StepDependency::Here)
    }

    /// `$workflows.<workflow>.steps.<step>` or `$sourceDescriptions.<name>.<workflow>.steps.<step>`.
    fn step_elsewhere(&mut self, workflow: &str, step: &str, on: &Text) -> Option<StepDependency> {
        let id = workflow.strip_prefix("$workflows.").unwrap_or(workflow).to_owned();
        let reference = self.workflow_ref(&Text { value: id, span: on.span })?;
        let (_, there) = super::queue::find(self.workspace, reference)?;
        if there.step(step).is_none() {
            let message = format!("workflow `{}` has no step `{step}`", there.id.value);
            self.error(Code::UnknownStep, on.span, message, "");
            return None;
        }
        let workflow = self.queue.index_of(reference);
        Some(StepDependency::Elsewhere { workflow, step: step.to_owned() })
    }

    /// Reports uses of outputs of steps that no path can have run before. A step that never runs uses nothing.
    pub(crate) fn impossible_uses(&mut self, steps: &[PlannedStep]) {
        let mut owners: HashMap<&str, usize> = HashMap::new();
        for (index, step) in steps.iter().enumerate() {
            owners.entry(&step.id).or_insert(index);
        }
        let uses = std::mem::take(&mut self.uses);
        let mut paths = Paths::new(steps);
        // By the step that has the output, so that what comes after it is searched for once.
        let mut doubtful: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, StepUse { user, used, .. }) in uses.iter().enumerate() {
            if let Some(owner) = owners.get(used.as_str())
                && owner != user
                && !paths.runs_on(*owner, *user)
            {
                doubtful.entry(*owner).or_default().push(place);
            }
        }
        if doubtful.is_empty() {
            return;
        }
        let Some(running) = paths.after(0) else { return };
        let mut impossible: BTreeSet<usize> = BTreeSet::new();
        for (owner, places) in doubtful {
            let Some(after) = paths.after(owner) else { break };
            let never = |user: usize| !after.has(user) && (user == 0 || running.has(user));
            impossible.extend(places.into_iter().filter(|at| uses.get(*at).is_some_and(|at| never(at.user))));
        }
        for StepUse { user, used, span } in impossible.into_iter().filter_map(|place| uses.get(place)) {
            let name = steps.get(*user).map_or("", |step| step.id.as_str());
            let message = format!("step `{used}` can never have run before step `{name}`");
            let hint = "move it before, or say `dependsOn` (1.1)";
            self.error(Code::ForwardReference, *span, message, hint);
        }
    }
}

/// The ids of the steps whose outputs a step uses in what it sends, or in what decides whether it succeeded.
fn used_steps(step: &Step, mode: Mode) -> BTreeSet<String> {
    let mut texts: Vec<&str> = Vec::new();
    for entry in &step.parameters {
        match entry {
            Entry::Inline(parameter) => strings(&parameter.value, &mut texts),
            Entry::Reference(reusable) => {
                reusable.value.iter().for_each(|value| strings(value, &mut texts));
            }
        }
    }
    if let Some(body) = &step.request_body {
        body.payload.iter().for_each(|payload| strings(payload, &mut texts));
        body.replacements.iter().for_each(|replacement| strings(&replacement.value, &mut texts));
    }
    let mut ids = BTreeSet::new();
    // What cannot be parsed is reported where the step is compiled.
    for template in texts.into_iter().filter_map(|text| Template::parse(text, mode).ok()) {
        ids.extend(template.value.expressions().filter_map(step_of));
    }
    for written in &step.success_criteria {
        if let Some(criterion) = parsed(written, mode) {
            ids.extend(criterion.expressions().filter_map(step_of));
        }
    }
    ids
}

fn parsed(written: &Written, mode: Mode) -> Option<Criterion> {
    let name = written.kind.as_ref().map(|kind| kind.name.value.as_str());
    let version = written.kind.as_ref().and_then(|kind| kind.version.as_ref());
    let kind = CriterionType::from_names(name, version.map(|version| version.value.as_str())).ok()?;
    let context = written.context.as_ref().map(|context| context.value.as_str());
    let text = CriterionText { condition: &written.condition.value, context, kind };
    Criterion::parse(text, mode).ok().map(|parsed| parsed.value)
}

/// Steps of which some wait until others are placed.
struct Waiting<'a> {
    /// By the id of the steps: what is waited for. An id is placed when all steps that have it are.
    ids: HashMap<&'a str, Awaited>,
    steps: Vec<WaitingStep<'a>>,
    /// The steps whose `dependsOn` are placed: first those that use nothing of a step that is not, in list order.
    ready: BTreeSet<(bool, usize)>,
}

#[derive(Default)]
struct Awaited {
    /// How many steps with the id are not placed.
    left: usize,
    /// Those whose `dependsOn` names the id.
    dependents: Vec<usize>,
    /// Those that use an output of the step.
    users: Vec<usize>,
}

/// How many ids a step waits for.
struct WaitingStep<'a> {
    id: &'a str,
    placed: bool,
    depends_on: usize,
    uses: usize,
}

impl<'a> Waiting<'a> {
    fn new(steps: &'a [Step], mode: Mode) -> Self {
        let mut ids: HashMap<&'a str, Awaited> = HashMap::new();
        for step in steps {
            ids.entry(&step.id.value).or_default().left += 1;
        }
        let mut ready = BTreeSet::new();
        let mut waiting = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let id = step.id.value.as_str();
            let mut waiting_step = WaitingStep { id, placed: false, depends_on: 0, uses: 0 };
            let depends_on: BTreeSet<&str> = step.depends_on.iter().map(|on| on.value.as_str()).collect();
            for on in depends_on.into_iter().filter(|on| *on != id) {
                if let Some(awaited) = ids.get_mut(on) {
                    awaited.dependents.push(index);
                    waiting_step.depends_on += 1;
                }
            }
            for used in used_steps(step, mode).iter().filter(|used| *used != id) {
                if let Some(awaited) = ids.get_mut(used.as_str()) {
                    awaited.users.push(index);
                    waiting_step.uses += 1;
                }
            }
            if waiting_step.depends_on == 0 {
                ready.insert((waiting_step.uses > 0, index));
            }
            waiting.push(waiting_step);
        }
        Self { ids, steps: waiting, ready }
    }

    /// Places the next step; `None` when none is left or those that are wait for each other.
    fn place_next(&mut self) -> Option<usize> {
        let (_, index) = self.ready.pop_first()?;
        let step = self.steps.get_mut(index)?;
        step.placed = true;
        let awaited = self.ids.get_mut(step.id)?;
        awaited.left -= 1;
        if awaited.left > 0 {
            return Some(index);
        }
        let (dependents, users) =
            (std::mem::take(&mut awaited.dependents), std::mem::take(&mut awaited.users));
        for user in users {
            let Some(step) = self.steps.get_mut(user) else { continue };
            step.uses -= 1;
            if step.uses == 0 && self.ready.remove(&(true, user)) {
                self.ready.insert((false, user));
            }
        }
        for dependent in dependents {
            let Some(step) = self.steps.get_mut(dependent) else { continue };
            step.depends_on -= 1;
            if step.depends_on == 0 {
                self.ready.insert((step.uses > 0, dependent));
            }
        }
        Some(index)
    }

    fn unplaced(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().enumerate().filter(|(_, step)| !step.placed).map(|(index, _)| index)
    }
}

fn step_of(expression: &Expression) -> Option<String> {
    if let Source::StepOutput { step, .. } = &expression.source { Some(step.clone()) } else { None }
}

fn strings<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.data {
        Data::String(text) => found.push(text),
        Data::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Data::Object(members) => members.iter().for_each(|member| strings(&member.value, found)),
        Data::Null | Data::Bool(_) | Data::Number(_) => {}
    }
}
