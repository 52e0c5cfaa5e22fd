//! The start of a run: what a person gave is checked, and the first record is made.

use std::collections::BTreeSet;

use arazzo_document::Diagnostic;
use serde_json::{Map, Value};

use super::inputs::{InputProblem, InputsError};
use super::{BodyKind, InputsPlan, Plan, PlannedStep, WorkflowPlan};
use crate::body::file_of;
use crate::mask::MASK;
use crate::record::{Record, SEMANTICS, Timestamp};
use crate::secret::{Secrets, strings};

/// A run that can begin.
#[derive(Debug)]
pub struct Start {
    /// The first record.
    pub record: Record,
    /// The secret inputs, which are in no record.
    pub secrets: Secrets,
    /// The paths of the files that may be sent: the inputs name them, as in `file:photo.png`. Who takes the inputs from
    /// somebody else must not let a driver read them.
    pub files: Vec<String>,
    /// What a person should know of the inputs.
    pub warnings: Vec<Diagnostic>,
}

impl Plan {
    /// Checks the inputs and makes the first record of a run.
    ///
    /// Defaults are filled in first, also nested ones, then the whole is checked.
    ///
    /// # Errors
    ///
    /// The inputs do not satisfy the schema. Nothing was sent.
    pub fn start(
        &self,
        run_id: &str,
        at: Timestamp,
        inputs: Map<String, Value>,
    ) -> Result<Start, InputsError> {
        let plan = &self.entry.inputs;
        let files = self.files(&inputs);
        let inputs = plan.complete(inputs)?;
        self.check_dependencies(&inputs)?;
        let warnings = plan.warnings(&inputs);
        let (secret, inputs): (Map<_, _>, Map<_, _>) =
            inputs.into_iter().partition(|(name, value)| plan.holds_secret(name, value));
        let record = Record::Started {
            at,
            run_id: run_id.to_owned(),
            semantics: SEMANTICS,
            inputs,
            files: files.clone(),
        };
        let defaults = if secret.is_empty() { Map::new() } else { plan.with_defaults(Map::new()) };
        let secrets = Secrets::of_inputs(secret, &defaults);
        Ok(Start { record, secrets, files, warnings })
    }

    /// The files that the inputs name as they were given, before there are defaults. What is secret is none, and where no
    /// body could have a file in it, no text stands for one.
    fn files(&self, inputs: &Map<String, Value>) -> Vec<String> {
        let calls = self.workflows().flat_map(|workflow| &workflow.steps).filter_map(PlannedStep::call);
        let mut bodies = calls.filter_map(|call| call.body.as_ref());
        if !bodies.any(|body| matches!(body.kind, BodyKind::Multipart | BodyKind::Text)) {
            return Vec::new();
        }
        let secret: BTreeSet<String> = self.entry.inputs.secret_values(inputs).into_iter().collect();
        let mut files = BTreeSet::new();
        for value in inputs.values() {
            strings(value, &mut |text| {
                files.extend(file_of(text).filter(|_| !secret.contains(text)).map(str::to_owned));
            });
        }
        files.into_iter().collect()
    }

    /// What the workflows that run before get is known now, so it is checked before anything is sent.
    fn check_dependencies(&self, inputs: &Map<String, Value>) -> Result<(), InputsError> {
        for workflow in self.with_dependencies(&self.entry, usize::MAX).into_iter().skip(1) {
            workflow.inputs.complete(workflow.inputs.named_in(inputs)).map_err(
                |InputsError { problems }| {
                    let of = |problem: InputProblem| {
                        let message =
                            format!("{} (of workflow `{}`, which runs before)", problem.message, workflow.id);
                        InputProblem { message, ..problem }
                    };
                    InputsError { problems: problems.into_iter().map(of).collect() }
                },
            )?;
        }
        Ok(())
    }

    /// The workflow and those that run before it, each once and at most `limit`: they get the inputs that they have by the
    /// same names.
    pub(crate) fn with_dependencies<'p>(
        &'p self,
        workflow: &'p WorkflowPlan,
        limit: usize,
    ) -> Vec<&'p WorkflowPlan> {
        let mut all = vec![workflow];
        let mut open = workflow.depends_on.clone();
        let mut seen = BTreeSet::new();
        while let Some(index) = open.pop().filter(|_| all.len() <= limit) {
            let Some(before) = self.workflow(index).filter(|_| seen.insert(index)) else { continue };
            all.push(before);
            open.extend(&before.depends_on);
        }
        all
    }

    /// The inputs among which the one called `name` is: those of the workflow, else those of one that runs before it.
    pub(crate) fn inputs_with(&self, name: &str) -> &InputsPlan {
        let all = self.with_dependencies(&self.entry, usize::MAX);
        let with = all.into_iter().find(|workflow| workflow.inputs.wants(name));
        &with.unwrap_or(&self.entry).inputs
    }

    /// The value that `text` stands for as the input `name`: a string stays a string, everything else is JSON.
    ///
    /// # Errors
    ///
    /// The schema wants no string and the text is no JSON.
    pub fn input_from_text(&self, name: &str, text: &str) -> Result<Value, InputProblem> {
        let inputs = self.inputs_with(name);
        let types: BTreeSet<&str> = inputs.property(name).into_iter().flat_map(types_of).collect();
        if types.contains("string") {
            return Ok(Value::String(text.to_owned()));
        }
        match serde_json::from_str(text) {
            Ok(value) => Ok(value),
            Err(_) if types.is_empty() => Ok(Value::String(text.to_owned())),
            Err(_) => {
                let types: Vec<&str> = types.into_iter().collect();
                // What was meant as a structure may hold a secret, and cannot be looked into.
                let is_structure = types.contains(&"object") || types.contains(&"array");
                let is_secret = is_structure || inputs.is_secret(name);
                let shown = if is_secret { MASK } else { text };
                Err(InputProblem {
                    input: Some(name.to_owned()),
                    message: format!("input `{name}` must be {}, not `{shown}`", types.join(" or ")),
                    hint: Some(format!("write it as JSON: `-i {name}={}`", example_of(&types))),
                })
            }
        }
    }
}

pub(crate) fn types_of(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}

fn example_of(types: &[&str]) -> &'static str {
    match types.first() {
        Some(&"number" | &"integer") => "80",
        Some(&"boolean") => "true",
        Some(&"array") => "'[\"a\"]'",
        Some(&"object") => "'{\"a\": 1}'",
        Some(_) | None => "null",
    }
}
