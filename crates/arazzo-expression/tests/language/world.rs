//! A context that is a JSON object, and the one-line helpers of the tests.

use std::borrow::Cow;

use arazzo_expression::{
    Absence, Condition, Context, Criterion, CriterionText, CriterionType, JsonPathVersion, Judgement, Mode,
    Part, Source,
};
use serde_json::{Value, json};

/// Looks values up in an object: `status`, `body`, `headers`, `query`, `inputs`, `steps`, `outputs`.
pub(crate) struct World(pub(crate) Value);

impl World {
    fn member(&self, path: &[&str], absence: Absence) -> Result<Cow<'_, Value>, Absence> {
        let found = path.iter().try_fold(&self.0, |value, name| value.get(name));
        found.map(Cow::Borrowed).ok_or(absence)
    }
}

impl Context for World {
    fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence> {
        match source {
            Source::StatusCode => self.member(&["status"], Absence::NoResponse),
            Source::Response(Part::Body) => self.member(&["body"], Absence::NoResponse),
            Source::Response(Part::Header(name)) => {
                self.member(&["headers", &name.to_lowercase()], Absence::NoHeader { name: name.clone() })
            }
            Source::Request(Part::Query(name)) => {
                self.member(&["query", name], Absence::NoParameter { place: "query", name: name.clone() })
            }
            Source::Input(name) => {
                self.member(&["inputs", name], Absence::UnknownInput { name: name.clone() })
            }
            Source::StepOutput { step, output } => {
                self.member(&["steps", step], Absence::StepNotRun { step: step.clone() })?;
                let owner = format!("step `{step}`");
                self.member(&["steps", step, output], Absence::OutputNotSet { owner, output: output.clone() })
            }
            // Lent by nobody, so that owned values are tested too.
            Source::Output(name) => match self.0.get("outputs").and_then(|outputs| outputs.get(name)) {
                Some(value) => Ok(Cow::Owned(value.clone())),
                None => Err(Absence::OutputNotSet { owner: "the workflow".to_owned(), output: name.clone() }),
            },
            other => Err(Absence::Unsupported { what: format!("`{other}`") }),
        }
    }
}

/// Reads JSON text, so that numbers keep their spelling.
pub(crate) fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// Judges a simple condition.
pub(crate) fn judge(condition: &str, world: Value) -> Judgement {
    Condition::parse(condition, Mode::Tolerant).unwrap().value.judge(&World(world))
}

pub(crate) fn holds(condition: &str, world: Value) -> bool {
    judge(condition, world).held()
}

/// A jsonpath criterion on `$response.body`.
pub(crate) fn on_body(condition: &str) -> CriterionText<'_> {
    let kind = CriterionType::JsonPath(JsonPathVersion::Rfc9535);
    CriterionText { condition, context: Some("$response.body"), kind }
}

/// Judges a jsonpath criterion on the body of `world`.
pub(crate) fn judge_path(condition: &str, world: Value) -> Judgement {
    Criterion::parse(on_body(condition), Mode::Tolerant).unwrap().value.judge(&World(world))
}

pub(crate) fn path_holds(condition: &str, body: Value) -> bool {
    judge_path(condition, json!({"body": body})).held()
}

/// The ids of the tolerances that a jsonpath criterion needs.
pub(crate) fn path_notes(condition: &str) -> Vec<&'static str> {
    let notes = Criterion::parse(on_body(condition), Mode::Tolerant).unwrap().notes;
    notes.iter().map(|note| note.tolerance.id()).collect()
}

/// Judges a regex criterion on the body of `world`.
pub(crate) fn judge_regex(condition: &str, world: Value, mode: Mode) -> Judgement {
    let text = CriterionText { condition, context: Some("$response.body"), kind: CriterionType::Regex };
    Criterion::parse(text, mode).unwrap().value.judge(&World(world))
}
