//! What came of a run.

use std::fmt;

use arazzo_document::Diagnostic;
use arazzo_engine::{RunError, RunReport, RunResult, Status};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What came of a run: a workflow that failed is an outcome like any other.
#[derive(Clone)]
#[must_use]
pub struct Outcome {
    result: RunResult,
    report: RunReport,
    warnings: Vec<Diagnostic>,
}

/// Outputs are not what the caller wants to make of them. No value is part of the message, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the outputs of workflow `{workflow_id}` do not fit: {fact}")]
#[non_exhaustive]
pub struct OutputsError {
    /// The workflow.
    pub workflow_id: String,
    /// What is wrong.
    pub fact: String,
}

impl Outcome {
    pub(crate) fn new(result: RunResult, report: RunReport, warnings: Vec<Diagnostic>) -> Self {
        Self { result, report, warnings }
    }

    /// How it ended.
    #[must_use]
    pub fn status(&self) -> Status {
        self.result.status
    }

    /// Whether the workflow did what it should.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.result.status == Status::Succeeded
    }

    /// The workflow's outputs as they are, secrets included. After a failure, as far as there are any.
    #[must_use]
    pub fn outputs(&self) -> &Map<String, Value> {
        &self.result.outputs
    }

    /// The outputs as a type of one's own.
    ///
    /// # Errors
    ///
    /// They are not what the type wants, as after a failure: look at [`Outcome::status`] first.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, OutputsError> {
        serde_json::from_value(Value::Object(self.result.outputs.clone())).map_err(|error| OutputsError {
            workflow_id: self.report.workflow_id.clone(),
            fact: without_value(&error.to_string()),
        })
    }

    /// Why it failed or stopped.
    #[must_use]
    pub fn error(&self) -> Option<&RunError> {
        self.result.error.as_ref()
    }

    /// What it did, step by step. Secrets are masked.
    #[must_use]
    pub fn report(&self) -> &RunReport {
        &self.report
    }

    /// What a person should know of the inputs.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

/// The outputs may hold secrets: only their names are shown.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("workflow_id", &self.report.workflow_id)
            .field("status", &self.result.status)
            .field("outputs", &self.result.outputs.keys().collect::<Vec<_>>())
            .field("error", &self.result.error)
            .finish_non_exhaustive()
    }
}

/// What serde says of a value, without the value.
fn without_value(message: &str) -> String {
    if ["missing field", "duplicate field"].iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    match message.rsplit_once(", expected ") {
        Some((_, wanted)) => format!("a value is not as wanted, which is {wanted}"),
        None => "a value is not as wanted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Wanted {
        count: u8,
    }

    fn outcome(outputs: Value) -> Outcome {
        let Value::Object(outputs) = outputs else { panic!("{outputs} is no object") };
        let result = RunResult { status: Status::Succeeded, outputs, error: None };
        Outcome::new(result, RunReport { workflow_id: "w".to_owned(), ..RunReport::default() }, Vec::new())
    }

    #[test]
    fn outputs_that_do_not_fit_are_told_without_their_values() {
        assert_eq!(outcome(json!({ "count": 3 })).deserialize::<Wanted>().unwrap().count, 3);
        let fails = |outputs| outcome(outputs).deserialize::<Wanted>().unwrap_err().to_string();
        let told = fails(json!({ "count": "hunter2" }));
        assert_eq!(told, "the outputs of workflow `w` do not fit: a value is not as wanted, which is u8");
        assert!(fails(json!({})).ends_with("missing field `count`"));
    }

    #[test]
    fn debug_shows_the_names_of_outputs_only() {
        let text = format!("{:?}", outcome(json!({ "token": "hunter2" })));
        assert!(text.contains("token") && !text.contains("hunter2"), "{text}");
    }
}
