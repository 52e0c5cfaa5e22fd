//! An input of a workflow, as its JSON Schema describes it.
//!
//! See `inputs` of the [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::placeholder::Placeholders;
use crate::mask::MASK;
use crate::plan::{InputProblem, InputsPlan, Plan, branches, is_secret_schema, types_of};
use crate::secret::is_secret_name;

/// So many inputs of a workflow are described.
const MAX_INPUTS: usize = 1_000;

/// So many parts of schemas are looked at for them. What refers to others beyond that is not known, and counts as secret.
const MAX_LAYERS: usize = 100_000;

/// An input of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InputOverview {
    /// Its name.
    pub name: String,
    /// The types of JSON that it may have; empty when the schema does not say.
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// Whether the schema wants it. With a default it need not be given all the same.
    pub required: bool,
    /// The first step that fails without it although the schema does not want it, if there is one.
    pub needed_by: Option<String>,
    /// What it is when it is not given. That of a secret is masked.
    pub default: Option<Value>,
    /// The format of the text, such as `date`.
    pub format: Option<String>,
    /// The values that it may have, if they are listed. Those of a secret are not.
    #[serde(rename = "enum")]
    pub values: Vec<Value>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether its value is masked wherever it appears.
    pub secret: bool,
    /// A value that stands for one: an example, or something of the right type.
    pub placeholder: Value,
    /// The workflow that wants it, if that is one which runs before.
    pub of: Option<String>,
}

impl InputOverview {
    /// Whether a run cannot begin without it.
    pub fn is_needed(&self) -> bool {
        self.required && self.default.is_none()
    }
}

impl Plan {
    /// The inputs of the workflow that was asked for, then those that only workflows which run before it have.
    pub fn inputs(&self) -> Vec<InputOverview> {
        let mut left = super::MAX_REACHED;
        self.workflow(0).map(|workflow| super::inputs(self, workflow, &mut left)).unwrap_or_default()
    }

    /// What is wrong with the value of one input, whatever the others are.
    pub fn input_problem(&self, name: &str, value: &Value) -> Option<InputProblem> {
        self.inputs_with(name).problem_with(name, Map::from_iter([(name.to_owned(), value.clone())]))
    }
}

/// The inputs of a plan, in the order of the schema. `of` names the workflow if it is not the one that is looked at.
pub(super) fn list(plan: &InputsPlan, of: Option<&str>) -> Vec<InputOverview> {
    let Some(root) = plan.schema() else { return Vec::new() };
    let mut names = Vec::new();
    let mut schemas: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (name, schema) in plan.properties() {
        let known = schemas.entry(name).or_insert_with(|| {
            names.push(name);
            Vec::new()
        });
        known.push(schema);
    }
    names.extend(plan.undescribed());
    let required: BTreeSet<&str> = plan.required().collect();
    let mut seen = BTreeSet::new();
    let mut placeholders = Placeholders::new(root);
    let mut left = MAX_LAYERS;
    let describe = |name: &str| {
        let own = schemas.get(name).cloned().unwrap_or_default();
        let is_known = left > 0;
        let layers = if is_known { branches(own, root) } else { own };
        left = left.saturating_sub(layers.len());
        let find = |keyword: &str| layers.iter().find_map(|layer| layer.get(keyword));
        let text = |keyword: &str| find(keyword).and_then(Value::as_str).map(str::to_owned);
        let is_secret = |layer: &&Value| is_secret_schema(layer);
        let secret = !is_known || is_secret_name(name) || layers.iter().any(is_secret);
        let default = find("default").map(|default| match secret || plan.holds_secret(name, default) {
            true => Value::from(MASK),
            false => default.clone(),
        });
        let mut types: Vec<String> = Vec::new();
        for found in layers.iter().flat_map(|layer| types_of(layer)) {
            if !types.iter().any(|known| known == found) {
                types.push(found.to_owned());
            }
        }
        let values = find("enum").and_then(Value::as_array).filter(|_| !secret).cloned();
        let placeholder = if secret {
            placeholders.without_examples(name, &layers)
        } else {
            placeholders.of(name, &layers)
        };
        InputOverview {
            name: name.to_owned(),
            types,
            required: required.contains(name),
            needed_by: None,
            default,
            format: text("format"),
            values: values.unwrap_or_default(),
            description: text("description").or_else(|| text("title")),
            secret,
            placeholder,
            of: of.map(str::to_owned),
        }
    };
    names.into_iter().filter(|name| seen.insert(*name)).take(MAX_INPUTS).map(describe).collect()
}
