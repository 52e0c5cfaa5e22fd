//! What expressions are evaluated against while a workflow runs.

use std::borrow::Cow;

use arazzo_expression::{Absence, Context, Part, Source};
use serde_json::Value;

use super::exchange::Exchange;
use super::frame::{Frame, Memory};
use crate::plan::WorkflowPlan;

/// The values that an expression can name at one moment of a run.
pub(super) struct Scope<'a> {
    pub(super) workflow: &'a WorkflowPlan,
    pub(super) memory: &'a Memory,
    pub(super) frame: &'a Frame,
    /// The exchange of the step under way, once it is there.
    pub(super) exchange: Option<&'a Exchange>,
}

impl Context for Scope<'_> {
    fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence> {
        match source {
            Source::Input(name) => self.input(name),
            Source::StepOutput { step, output } => self.step_output(step, output),
            Source::StatusCode => {
                let response = self.exchange.and_then(|exchange| exchange.response.as_ref());
                let status = response.ok_or(Absence::NoResponse)?.response.status;
                Ok(Cow::Owned(status.into()))
            }
            Source::Response(part) => self.response(part),
            Source::Url => Ok(Cow::Owned(self.call()?.request.url.as_str().into())),
            Source::Method => Ok(Cow::Owned(self.call()?.request.method.as_str().into())),
            Source::Request(part) => self.request(part),
            Source::SourceDescription { source, reference } => self
                .workflow
                .source_field(source, reference)
                .map(|text| Cow::Owned(text.into()))
                .ok_or_else(|| unsupported(source, reference)),
            Source::Output(name) => self.output(name),
            Source::SelfUri => match self.workflow.self_uri() {
                Some(uri) => Ok(Cow::Owned(uri.into())),
                None => Err(Absence::Unsupported { what: "`$self` without a `$self` field".to_owned() }),
            },
            Source::WorkflowInput { workflow, name } => {
                let value = self.finished(workflow)?.inputs.get(name);
                value.map(Cow::Borrowed).ok_or_else(|| Absence::InputNotSupplied { name: name.clone() })
            }
            Source::WorkflowOutput { workflow, name } => {
                let value = self.finished(workflow)?.outputs.get(name);
                value.map(Cow::Borrowed).ok_or_else(|| not_set("workflow", workflow, name))
            }
            Source::Message(_) => Err(Absence::Unsupported { what: "a message".to_owned() }),
            Source::Component { .. } => {
                Err(Absence::Unsupported { what: "a component as a value".to_owned() })
            }
        }
    }
}

fn not_set(kind: &str, id: &str, output: &str) -> Absence {
    Absence::OutputNotSet { owner: format!("{kind} `{id}`"), output: output.to_owned() }
}

fn unsupported(source: &str, reference: &str) -> Absence {
    Absence::Unsupported { what: format!("`{reference}` of source description `{source}`") }
}

impl<'a> Scope<'a> {
    fn input(&self, name: &str) -> Result<Cow<'a, Value>, Absence> {
        if let Some(value) = self.frame.inputs.get(name) {
            return Ok(Cow::Borrowed(value));
        }
        if self.workflow.inputs.declares(name) {
            return Err(Absence::InputNotSupplied { name: name.to_owned() });
        }
        Err(Absence::UnknownInput { name: name.to_owned() })
    }

    fn step_output(&self, step: &str, output: &str) -> Result<Cow<'a, Value>, Absence> {
        let index = self.workflow.steps.iter().position(|planned| planned.id == step);
        let outputs = index.and_then(|index| self.frame.outputs.get(index)).and_then(Option::as_ref);
        let outputs = outputs.ok_or_else(|| Absence::StepNotRun { step: step.to_owned() })?;
        outputs.get(output).map(Cow::Borrowed).ok_or_else(|| not_set("step", step, output))
    }

    /// After a step that called a workflow, an output of that one; else one of the workflow itself, as it is now.
    fn output(&self, name: &str) -> Result<Cow<'a, Value>, Absence> {
        let exchange = self.exchange.filter(|_| self.calls_workflow());
        if let Some(exchange) = exchange {
            let none = || not_set("called workflow of step", self.step_id(), name);
            let called = exchange.called.as_ref().ok_or_else(none)?;
            return called
                .outputs
                .get(name)
                .map(Cow::Borrowed)
                .ok_or_else(|| not_set("called workflow of step", self.step_id(), name));
        }
        let plan = self.workflow.outputs.iter().find(|plan| plan.name == name);
        let none = || not_set("workflow", &self.workflow.id, name);
        let plan = plan.filter(|plan| !plan.is_of_outputs()).ok_or_else(none)?;
        plan.evaluate(self).map(Cow::Owned)
    }

    /// Whether the step under way calls a workflow.
    fn calls_workflow(&self) -> bool {
        let step = self.frame.visit().and_then(|visit| self.workflow.steps.get(visit.step));
        step.is_some_and(|step| step.call().is_none())
    }

    fn step_id(&self) -> &'a str {
        let step = self.frame.visit().and_then(|visit| self.workflow.steps.get(visit.step));
        step.map_or("", |step| step.id.as_str())
    }

    fn finished(&self, id: &str) -> Result<&'a super::frame::Finished, Absence> {
        let index = self.workflow.named.iter().find(|(named, _)| named == id).map(|(_, index)| *index);
        index
            .and_then(|index| self.memory.finished(index))
            .ok_or_else(|| Absence::WorkflowNotRun { workflow: id.to_owned() })
    }

    fn response(&self, part: &Part) -> Result<Cow<'a, Value>, Absence> {
        let received = self.exchange.and_then(|exchange| exchange.response.as_ref());
        let received = received.ok_or(Absence::NoResponse)?;
        match part {
            Part::Body => match received.body() {
                Some(value) => Ok(Cow::Borrowed(value)),
                None => {
                    let what = match received.unreadable() {
                        Some(why) => format!("a response that says it is JSON and {}", why.fact()),
                        None => "a response body that is no text".to_owned(),
                    };
                    Err(Absence::Unsupported { what })
                }
            },
            Part::Header(name) => received
                .header(name)
                .map(|value| Cow::Owned(value.into()))
                .ok_or_else(|| Absence::NoHeader { name: name.clone() }),
            Part::Query(name) | Part::Path(name) => {
                Err(Absence::NoParameter { place: "response", name: name.clone() })
            }
            Part::Payload => Err(Absence::Unsupported { what: "`$response.payload`".to_owned() }),
        }
    }

    fn request(&self, part: &Part) -> Result<Cow<'a, Value>, Absence> {
        let call = self.call()?;
        let given = self.exchange.map(|exchange| &*exchange.given).ok_or(Absence::NoRequest)?;
        let no = |place, name: &str| Absence::NoParameter { place, name: name.to_owned() };
        match part {
            Part::Header(name) => match call.request.header(name) {
                Some(value) => Ok(Cow::Owned(value.into())),
                None => Err(Absence::NoHeader { name: name.clone() }),
            },
            Part::Query(name) => given.query.get(name).map(Cow::Borrowed).ok_or_else(|| no("query", name)),
            Part::Path(name) => given.path.get(name).map(Cow::Borrowed).ok_or_else(|| no("path", name)),
            Part::Body => Ok(given.body.as_ref().map_or(Cow::Owned(Value::Null), Cow::Borrowed)),
            Part::Payload => Err(no("request", "payload")),
        }
    }

    fn call(&self) -> Result<&'a crate::command::Call, Absence> {
        self.exchange.and_then(|exchange| exchange.call.as_deref()).ok_or(Absence::NoRequest)
    }
}
