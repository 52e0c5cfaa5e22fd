//! What expressions came to, for who wants to see it.
//!
//! They are evaluated once more for that, and only if somebody asks: a run does not get slower by being able to tell.
//! Nothing that a run decides may depend on it, so a body that nobody has read is not read here.

use std::collections::HashSet;

use arazzo_expression::{Access, Expression, Part, Source};
use serde_json::Value;

use super::choice::Choice;
use super::exchange::{Exchange, Given};
use super::scope::Scope;
use super::turn::Turn;
use crate::event::{EvaluatedExpression, EvaluatedPart, EventKind};
use crate::mask::{MASK, MAX_SHOWN, Mask, unshown};
use crate::plan::{Location, OperationCall, OutputPlan, PlannedStep, ValueTemplate, WorkflowCall};
use crate::secret::is_secret_name;

/// So many parts of a value are shown, and as many bytes of their texts as of a body.
const MAX_PARTS: usize = 100;

/// What stands where a part is left out.
const LEFT_OUT: &str = "…";

/// Of which expressions a run tells the values. See [`Run::tell_values`](crate::Run::tell_values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ToldValues {
    /// Of none.
    #[default]
    None,
    /// Of those by which an action was taken or not.
    OfActions,
    /// Of all.
    All,
}

impl Turn<'_> {
    /// Tells what a request was made from.
    pub(super) fn tell_request(&mut self, call: &OperationCall) {
        if self.told != ToldValues::All {
            return;
        }
        let mut expressions: Vec<&Expression> =
            call.parameters.iter().flat_map(|parameter| parameter.value.expressions()).collect();
        if let Some(body) = &call.body {
            expressions.extend(body.payload.expressions());
            expressions.extend(body.replacements.iter().flat_map(|it| it.value.expressions()));
        }
        self.tell_values_of(EvaluatedPart::Request, &expressions, None);
    }

    /// Tells what the inputs of a called workflow were made from.
    pub(super) fn tell_arguments(&mut self, call: &WorkflowCall, exchange: Option<&Exchange>) {
        if self.told == ToldValues::All {
            let values = call.arguments.iter().map(|argument| &argument.value);
            let expressions: Vec<&Expression> = values.flat_map(ValueTemplate::expressions).collect();
            self.tell_values_of(EvaluatedPart::Inputs, &expressions, exchange);
        }
    }

    /// Tells by what an attempt was judged and what its outputs were taken from. That is before these are remembered: both
    /// see what the step left the last time.
    pub(super) fn tell_attempt(&mut self, step: &PlannedStep, exchange: &Exchange) {
        if self.told != ToldValues::All {
            return;
        }
        let criteria: Vec<Expression> = step.success.iter().flat_map(|plan| plan.criterion.reads()).collect();
        let criteria: Vec<&Expression> = criteria.iter().collect();
        self.tell_values_of(EvaluatedPart::SuccessCriteria, &criteria, Some(exchange));
        self.tell_outputs(EvaluatedPart::Outputs, &step.outputs, Some(exchange));
    }

    /// Tells by what the actions were chosen.
    pub(super) fn tell_actions(
        &mut self,
        step: &PlannedStep,
        success: bool,
        choice: &Choice,
        exchange: &Exchange,
    ) {
        if self.told == ToldValues::None {
            return;
        }
        let actions = if success { &step.on_success } else { &step.on_failure };
        for action in actions.iter().take(choice.considered.len()) {
            let criteria: Vec<Expression> =
                action.criteria.iter().flat_map(|plan| plan.criterion.reads()).collect();
            let part = EvaluatedPart::Action(action.name.clone());
            self.tell_values_of(part, &criteria.iter().collect::<Vec<_>>(), Some(exchange));
        }
    }

    /// Tells what the outputs of the active workflow were taken from.
    pub(super) fn tell_workflow_outputs(&mut self) {
        if let Some(workflow) = self.workflow().filter(|_| self.told == ToldValues::All) {
            self.tell_outputs(EvaluatedPart::WorkflowOutputs, &workflow.outputs, None);
        }
    }

    fn tell_outputs(&mut self, part: EvaluatedPart, outputs: &[OutputPlan], exchange: Option<&Exchange>) {
        let expressions: Vec<&Expression> = outputs.iter().flat_map(OutputPlan::expressions).collect();
        self.tell_values_of(part, &expressions, exchange);
    }

    fn tell_values_of(
        &mut self,
        part: EvaluatedPart,
        expressions: &[&Expression],
        exchange: Option<&Exchange>,
    ) {
        let Some(scope) = self.scope(exchange) else { return };
        let mut seen = HashSet::new();
        let values: Vec<EvaluatedExpression> = expressions
            .iter()
            .filter(|expression| seen.insert(**expression))
            .map(|expression| evaluated(expression, &scope, self.mask))
            .collect();
        if !values.is_empty() {
            self.emit(|_| EventKind::Evaluated { part, values });
        }
    }
}

fn evaluated(expression: &Expression, scope: &Scope<'_>, mask: &Mask) -> EvaluatedExpression {
    let value = if is_unread(expression, scope) {
        Err("the body was not read".to_owned())
    } else {
        match expression.evaluate(scope) {
            Ok(value) => {
                let is_secret = mask.is_on()
                    && (is_secret(expression, scope)
                        || scope.exchange.is_some_and(|it| is_given_secret(expression, &it.given)));
                let mut left = Left { parts: MAX_PARTS, bytes: MAX_SHOWN };
                Ok(if is_secret {
                    covered(&value)
                } else if let Some(url) = shown_url(expression, scope, mask) {
                    url.into()
                } else {
                    shown(&value, mask, &mut left)
                })
            }
            Err(absence) => Err(mask.text(&absence.to_string()).into_owned()),
        }
    };
    EvaluatedExpression { expression: expression.to_string(), value }
}

/// Whether it names a body that nothing has read, or an output that may be taken from one.
fn is_unread(expression: &Expression, scope: &Scope<'_>) -> bool {
    let received = scope.exchange.and_then(|exchange| exchange.response.as_ref());
    let may_read = matches!(expression.source, Source::Response(Part::Body) | Source::Output(_));
    may_read && received.is_some_and(|received| !received.is_read())
}

/// Whether a name in the expression, or the schema of the input that it names, says that the value is secret.
fn is_secret(expression: &Expression, scope: &Scope<'_>) -> bool {
    let name = match &expression.source {
        Source::Input(name) => {
            let value = scope.frame.inputs.get(name).unwrap_or(&Value::Null);
            if scope.workflow.inputs.holds_secret(name, value) {
                return true;
            }
            name
        }
        Source::Output(name)
        | Source::StepOutput { output: name, .. }
        | Source::WorkflowInput { name, .. }
        | Source::WorkflowOutput { name, .. }
        | Source::Request(Part::Header(name) | Part::Query(name) | Part::Path(name))
        | Source::Response(Part::Header(name) | Part::Query(name) | Part::Path(name))
        | Source::Message(Part::Header(name) | Part::Query(name) | Part::Path(name)) => name,
        Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::Request(Part::Body | Part::Payload)
        | Source::Response(Part::Body | Part::Payload)
        | Source::Message(Part::Body | Part::Payload)
        | Source::SourceDescription { .. }
        | Source::Component { .. } => "",
    };
    let pointed = expression.pointer.iter().flat_map(|pointer| pointer.tokens()).map(String::as_str);
    let followed = expression.trail.iter().filter_map(|access| match access {
        Access::Member(name) => Some(name.as_str()),
        Access::Index(_) => None,
    });
    std::iter::once(name).chain(pointed).chain(followed).any(is_secret_name)
}

/// Whether it names a parameter that is secret whatever its name is.
fn is_given_secret(expression: &Expression, given: &Given) -> bool {
    match &expression.source {
        Source::Request(Part::Header(name)) => given.is_secret(Location::Header, name),
        Source::Request(Part::Query(name)) => given.is_secret(Location::Query, name),
        Source::Request(Part::Path(name)) => given.is_secret(Location::Path, name),
        Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. }
        | Source::Request(Part::Body | Part::Payload)
        | Source::Response(_)
        | Source::Message(_)
        | Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}

/// What `$url` comes to, without secrets.
fn shown_url(expression: &Expression, scope: &Scope<'_>, mask: &Mask) -> Option<String> {
    let exchange = scope.exchange.filter(|_| expression.source == Source::Url)?;
    Some(exchange.given.shown_url(&exchange.call.as_ref()?.request.url, mask))
}

/// A value without its text and its parts.
fn covered(value: &Value) -> Value {
    match value {
        Value::String(_) | Value::Array(_) | Value::Object(_) => MASK.into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// What of a value may still be shown.
struct Left {
    parts: usize,
    bytes: usize,
}

impl Left {
    fn take_part(&mut self) -> bool {
        let less = self.parts.checked_sub(1);
        self.parts = less.unwrap_or_default();
        less.is_some()
    }

    /// The text, or how long it is if there is no room for it.
    fn take_text(&mut self, text: &str, shown: impl FnOnce(&str) -> String) -> String {
        match self.bytes.checked_sub(text.len()) {
            Some(less) => {
                self.bytes = less;
                shown(text)
            }
            None => unshown(text.len()),
        }
    }
}

/// The value without secrets and without more of it than anybody reads. It is never deeper than what a parser reads.
fn shown(value: &Value, mask: &Mask, left: &mut Left) -> Value {
    if !left.take_part() {
        return LEFT_OUT.into();
    }
    match value {
        Value::String(text) => left.take_text(text, |text| mask.text(text).into_owned()).into(),
        Value::Array(items) => {
            let mut parts = Vec::new();
            for item in items {
                parts.push(shown(item, mask, left));
                if left.parts == 0 {
                    break;
                }
            }
            Value::Array(parts)
        }
        Value::Object(members) => {
            let mut parts = serde_json::Map::new();
            for (name, member) in members {
                let part = if mask.hides(name) { covered(member) } else { shown(member, mask, left) };
                parts.insert(left.take_text(name, str::to_owned), part);
                left.take_part();
                if left.parts == 0 {
                    break;
                }
            }
            Value::Object(parts)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
