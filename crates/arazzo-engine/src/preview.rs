//! What a plan would do, as far as it can be known without sending anything.

use std::borrow::Cow;

use arazzo_expression::{Absence, Context, Expression, Segment, Source, Template};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::mask::{MASK, Mask, covered};
use crate::plan::{
    ActionPlan, ActionTarget, BodyKind, BodyPlan, Location, OperationCall, Plan, PlannedStep, StepTarget,
    ValueTemplate, WorkflowPlan,
};
use crate::serialize::{self, Shape};

/// What a plan would do. Secrets are masked; what only a run can tell is shown as its expression in braces.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The workflow.
    pub workflow_id: String,
    /// What is wrong with the inputs, missing ones included.
    pub input_problems: Vec<String>,
    /// The workflows that run before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// The steps in the order of the list.
    pub steps: Vec<StepPreview>,
    /// The names of the outputs.
    pub outputs: Vec<String>,
}

/// What a step would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepPreview {
    /// The step.
    pub step_id: String,
    /// The request that it would send, if it calls an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestPreview>,
    /// The workflow that it would call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// What would be passed to that workflow.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub inputs: Map<String, Value>,
    /// The success criteria.
    pub success_criteria: Vec<String>,
    /// The actions after success.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_success: Vec<String>,
    /// The actions after failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<String>,
}

/// A request that would be sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestPreview {
    /// What the OpenAPI description calls the operation.
    pub operation: String,
    /// The name of the source that has it.
    pub source: String,
    /// The method.
    pub method: String,
    /// The base URL.
    pub server: String,
    /// The URL, with what is not known in braces.
    pub url: String,
    /// The parameters.
    pub parameters: Vec<ParameterPreview>,
    /// The credentials that would be filled in, as `SOURCE.SCHEME`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<String>,
    /// The content type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// A parameter that would be given.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParameterPreview {
    /// Its name.
    pub name: String,
    /// Where it goes.
    #[serde(rename = "in")]
    pub location: &'static str,
    /// Its value; null when it would be left out.
    pub value: Value,
    /// Whether only a run can tell all of it.
    pub unknown: bool,
}

impl Plan {
    /// What a run with these inputs would do. Nothing has to be right with the inputs.
    pub fn preview(&self, inputs: Map<String, Value>, show_secrets: bool) -> Preview {
        let Some(workflow) = self.workflow(0) else { return Preview::of_nothing() };
        let (inputs, problems) = match workflow.inputs.complete(inputs.clone()) {
            Ok(inputs) => (inputs, Vec::new()),
            Err(error) => (
                workflow.inputs.with_defaults(inputs),
                error.problems.into_iter().map(|problem| problem.message).collect(),
            ),
        };
        let mut mask = Mask::new(show_secrets);
        workflow.hide_inputs(&inputs, &mut mask, Mask::hide);
        let known = Known { workflow, inputs: &inputs };
        let depends_on = workflow.depends_on.iter().filter_map(|index| self.workflow(*index));
        Preview {
            workflow_id: workflow.id.clone(),
            input_problems: problems,
            depends_on: depends_on.map(|workflow| workflow.id.clone()).collect(),
            steps: workflow
                .steps
                .iter()
                .map(|step| self.preview_step(step, workflow, &known, &mask))
                .collect(),
            outputs: workflow.outputs.iter().map(|output| output.name.clone()).collect(),
        }
    }

    fn preview_step(
        &self,
        step: &PlannedStep,
        workflow: &WorkflowPlan,
        known: &Known<'_>,
        mask: &Mask,
    ) -> StepPreview {
        let (request, workflow_id, inputs) = match &step.target {
            StepTarget::Operation(call) => (Some(preview_request(call, known, mask)), None, Map::new()),
            StepTarget::Workflow { id, call } => {
                let inputs: Map<String, Value> = call
                    .arguments
                    .iter()
                    .filter_map(|argument| Some((argument.name.clone(), known.preview(&argument.value)?)))
                    .collect();
                (None, Some(id.clone()), self.shown_arguments(call.workflow, &inputs, mask))
            }
        };
        let actions =
            |actions: &[ActionPlan]| actions.iter().map(|action| self.describe(action, workflow)).collect();
        StepPreview {
            step_id: step.id.clone(),
            request,
            workflow_id,
            inputs,
            success_criteria: step.success.iter().map(|plan| plan.condition.clone()).collect(),
            on_success: actions(&step.on_success),
            on_failure: actions(&step.on_failure),
        }
    }

    /// What is passed to the workflow with this index, without what that workflow says is secret.
    fn shown_arguments(&self, called: usize, inputs: &Map<String, Value>, mask: &Mask) -> Map<String, Value> {
        let Some(called) = self.workflow(called) else { return mask.members(inputs) };
        let mut mask = mask.clone();
        called.hide_inputs(inputs, &mut mask, Mask::hide);
        let mut shown = mask.members(inputs);
        for (_, value) in shown.iter_mut().filter(|(name, _)| mask.is_on() && called.inputs.is_secret(name)) {
            *value = covered(value);
        }
        shown
    }

    /// An action in one line.
    fn describe(&self, action: &ActionPlan, workflow: &WorkflowPlan) -> String {
        let step = |index: usize| workflow.steps.get(index).map_or("", |step| step.id.as_str());
        let what = match &action.target {
            ActionTarget::End => "end".to_owned(),
            ActionTarget::Goto(index) => format!("goto {}", step(*index)),
            ActionTarget::GotoWorkflow(call) => {
                format!(
                    "goto workflow {}",
                    self.workflow(call.workflow).map_or("", |workflow| workflow.id.as_str())
                )
            }
            ActionTarget::Retry { after, limit, .. } => {
                format!("retry up to {limit} times after {} s", after.as_secs_f64())
            }
        };
        let criteria: Vec<&str> = action.criteria.iter().map(|plan| plan.condition.as_str()).collect();
        match criteria.as_slice() {
            [] => format!("{}: {what}", action.name),
            criteria => format!("{}: {what} if {}", action.name, criteria.join(" and ")),
        }
    }
}

impl Preview {
    fn of_nothing() -> Self {
        Self {
            workflow_id: String::new(),
            input_problems: Vec::new(),
            depends_on: Vec::new(),
            steps: Vec::new(),
            outputs: Vec::new(),
        }
    }
}

fn preview_request(call: &OperationCall, known: &Known<'_>, mask: &Mask) -> RequestPreview {
    let operation = &call.operation;
    let mut path = operation.path().to_owned();
    let mut query = Vec::new();
    let mut parameters = Vec::new();
    for parameter in &call.parameters {
        let is_secret = mask.is_on() && parameter.is_secret();
        let value = known.preview(&parameter.value);
        // What cannot be written fails in the run, where it is reported.
        let content =
            value.as_ref().filter(|_| parameter.location != Location::QueryString).and_then(|value| {
                serialize::content(&parameter.name, parameter.serialization, &mask.value(value))
                    .ok()
                    .flatten()
            });
        let value = content.map(Value::String).or(value);
        // What the request cannot do without is shown as missing, not as left out.
        let missing = value.is_none() && parameter.required;
        let value = value.or_else(|| known.placeholder(&parameter.value).filter(|_| missing));
        let unknown = missing || known.is_unknown(&parameter.value);
        let shape = Shape {
            name: &parameter.name,
            style: parameter.style,
            explode: parameter.explode,
            allow_reserved: parameter.allow_reserved,
        };
        match (&value, parameter.location, unknown) {
            (Some(value), Location::Path, false) => {
                if let Ok(text) = serialize::path(shape, value) {
                    let text = if is_secret { MASK } else { &text };
                    path = path.replace(&format!("{{{}}}", parameter.name), text);
                }
            }
            // The members of an object have names of their own in the query.
            (Some(_), Location::Query, _) if is_secret => {
                query.push(format!("{}={MASK}", parameter.name));
            }
            (Some(value), Location::Query, false) => {
                query.extend(serialize::query(shape, value).unwrap_or_default())
            }
            (Some(value), Location::Query, true) => {
                query.push(format!("{}={}", parameter.name, value.as_str().unwrap_or_default()));
            }
            (Some(_), Location::QueryString, _) if is_secret => query.push(MASK.to_owned()),
            (Some(value), Location::QueryString, false) => {
                let form = parameter.serialization;
                let content = serialize::content(&parameter.name, form, value).ok().flatten();
                let content = content.map_or_else(|| value.clone(), Value::String);
                query.extend(serialize::whole_query(form, value, &content));
            }
            (Some(Value::String(value)), Location::QueryString, true) => query.push(value.clone()),
            _ => {}
        }
        let value = value.unwrap_or(Value::Null);
        let value = if !is_secret {
            mask.value(&value)
        } else if value.is_number() {
            // It is sent as text.
            MASK.into()
        } else {
            covered(&value)
        };
        parameters.push(ParameterPreview {
            name: parameter.name.clone(),
            location: parameter.location.as_str(),
            value,
            unknown,
        });
    }
    let mut url = format!("{}{path}", operation.server());
    if !query.is_empty() {
        url = format!("{url}?{}", query.join("&"));
    }
    RequestPreview {
        operation: operation.label(),
        source: operation.source().to_owned(),
        method: operation.method().to_owned(),
        server: operation.server().to_owned(),
        url: mask.url(&url),
        parameters,
        credentials: operation.slots.iter().map(|slot| format!("{}.{}", slot.source, slot.scheme)).collect(),
        content_type: call.body.as_ref().map(|body| body.content_type.clone()),
        body: call.body.as_ref().and_then(|body| shown_body(body, known, mask)),
    }
}

/// The body without secrets. In one that is written as text, names tell what is secret as they do when it is sent.
fn shown_body(plan: &BodyPlan, known: &Known<'_>, mask: &Mask) -> Option<Value> {
    let body = preview_body(plan, known)?;
    let text = body.as_str().and_then(|text| mask.body(Some(&plan.content_type), text.as_bytes()));
    Some(text.map_or_else(|| mask.value(&body), Value::String))
}

/// The body with its replacements set. One whose target is not there leaves it as it is: only a run can tell.
fn preview_body(plan: &BodyPlan, known: &Known<'_>) -> Option<Value> {
    let mut body = known.preview(&plan.payload)?;
    if !plan.replacements.is_empty() && plan.kind == BodyKind::Json {
        let parsed = body.as_str().and_then(|text| serde_json::from_str(text).ok());
        body = parsed.unwrap_or(body);
    }
    for replacement in &plan.replacements {
        let Some(value) = known.preview(&replacement.value) else {
            replacement.target.remove(&mut body);
            continue;
        };
        // What fails here fails in the run, where it is reported.
        let _ = match body.as_str() {
            Some(xml) if replacement.target.is_for_xml() => {
                replacement.target.set_in_xml(xml, &value).map(|xml| body = xml.into())
            }
            Some(_) | None => replacement.target.set(&mut body, value),
        };
    }
    Some(body)
}

/// What is known before anything was sent: the inputs, and what the description itself says.
pub(crate) struct Known<'a> {
    pub(crate) workflow: &'a WorkflowPlan,
    pub(crate) inputs: &'a Map<String, Value>,
}

impl Context for Known<'_> {
    fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence> {
        let unknown = || Absence::Unsupported { what: format!("`{source}` before the run") };
        match source {
            Source::Input(name) => match self.inputs.get(name) {
                Some(value) => Ok(Cow::Borrowed(value)),
                None if self.workflow.inputs.declares(name) => {
                    Err(Absence::InputNotSupplied { name: name.clone() })
                }
                None => Err(Absence::UnknownInput { name: name.clone() }),
            },
            Source::SourceDescription { source: name, reference } => {
                let text = self.workflow.source_field(name, reference).ok_or_else(unknown)?;
                Ok(Cow::Owned(text.into()))
            }
            Source::SelfUri => self.workflow.self_uri().map(|uri| Cow::Owned(uri.into())).ok_or_else(unknown),
            Source::Url
            | Source::Method
            | Source::StatusCode
            | Source::Request(_)
            | Source::Response(_)
            | Source::Message(_)
            | Source::Output(_)
            | Source::StepOutput { .. }
            | Source::WorkflowInput { .. }
            | Source::WorkflowOutput { .. }
            | Source::Component { .. } => Err(unknown()),
        }
    }
}

impl Known<'_> {
    /// The value with what is not known as its expression in braces, without what would be left out.
    fn preview(&self, template: &ValueTemplate) -> Option<Value> {
        match template {
            ValueTemplate::Constant(value) => Some(value.clone()),
            ValueTemplate::Text(template) => self.preview_text(template),
            ValueTemplate::Selector(selector) => match selector.evaluate(self) {
                Ok(value) => Some(value),
                Err(_) => selector.expressions().next().map(|context| format!("{{{context}}}").into()),
            },
            ValueTemplate::Array(items) => Some(items.iter().filter_map(|item| self.preview(item)).collect()),
            ValueTemplate::Object(members) => Some(Value::Object(
                members
                    .iter()
                    .filter_map(|(key, member)| Some((key.clone(), self.preview(member)?)))
                    .collect(),
            )),
        }
    }

    fn preview_text(&self, template: &Template) -> Option<Value> {
        match template {
            Template::Literal(text) => Some(text.as_str().into()),
            Template::Expression(expression) => self.preview_expression(expression),
            Template::Text(segments) => {
                let mut text = String::new();
                for segment in segments {
                    match segment {
                        Segment::Literal(literal) => text.push_str(literal),
                        Segment::Expression(expression) => {
                            text.push_str(&arazzo_expression::embedded_text(
                                &self.preview_expression(expression)?,
                            ));
                        }
                    }
                }
                Some(text.into())
            }
        }
    }

    fn preview_expression(&self, expression: &Expression) -> Option<Value> {
        match expression.evaluate(self) {
            Ok(value) => Some(value.into_owned()),
            Err(Absence::InputNotSupplied { .. }) => None,
            Err(_) => Some(format!("{{{expression}}}").into()),
        }
    }

    /// The first expression in braces.
    fn placeholder(&self, template: &ValueTemplate) -> Option<Value> {
        template.expressions().first().map(|expression| format!("{{{expression}}}").into())
    }

    fn is_unknown(&self, template: &ValueTemplate) -> bool {
        let unknown = |absence| !matches!(absence, Absence::InputNotSupplied { .. });
        template.expressions().into_iter().any(|expression| expression.evaluate(self).is_err_and(unknown))
    }
}
