//! The inputs of a workflow: their schema, their defaults, and the check before anything is sent.
//!
//! See `inputs` of the [Workflow Object](https://spec.openapis.org/arazzo/v1.0.1.html#workflow-object).

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock};

use arazzo_document::description::Workflow;
use arazzo_document::{ArazzoDocument, Code, Diagnostic, Document, Span, nearest};
use serde_json::{Map, Value, json};

use super::defaults::fill_defaults;
use super::input_schema::{branches, find_secrets, is_secret_schema, layers, of_member};
use crate::json_schema::{JsonSchema, Violation};
use crate::plain_schema::{is_plain, plainly_allows, plainly_allows_some};
use crate::schema_work::Work;
use crate::secret::{is_secret_name, strings};

/// The inputs of a workflow, compiled.
#[derive(Debug, Default)]
pub(crate) struct InputsPlan {
    schema: Option<Value>,
    /// The inputs that the schema names, and whether it calls them secret; looked up once.
    named: OnceLock<HashMap<String, bool>>,
    /// Whether many values are seen to satisfy the schema without compiling it.
    is_plain: bool,
    /// The schema compiled, at the latest when there is something to check, or why it cannot be.
    validator: OnceLock<Result<JsonSchema, String>>,
    /// The document, and where the schema stands in it.
    place: Option<(Arc<Document>, Span)>,
    /// Where requests use inputs that have no default and need not be given.
    uses: Vec<(String, Span)>,
}

/// The inputs are not what the workflow wants. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct InputsError {
    /// Everything that is wrong with them.
    pub problems: Vec<InputProblem>,
}

/// One thing that is wrong with the inputs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct InputProblem {
    /// The input, if it is about one.
    pub input: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl From<InputProblem> for InputsError {
    fn from(problem: InputProblem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for InputsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.problems.iter().map(|problem| problem.message.as_str()).collect();
        f.write_str(&messages.join("; "))
    }
}

impl InputsPlan {
    pub(super) fn compile(here: &ArazzoDocument, workflow: &Workflow) -> (Self, Vec<Diagnostic>) {
        let (Some(node), Some(schema)) = (&workflow.inputs, schema_of(here, workflow)) else {
            return (Self::default(), Vec::new());
        };
        let plan = |schema, is_plain, validator| Self {
            schema: Some(schema),
            named: OnceLock::new(),
            is_plain,
            validator,
            place: Some((Arc::clone(&here.document), node.span)),
            uses: Vec::new(),
        };
        if is_plain(&schema) {
            return (plan(schema, true, OnceLock::new()), Vec::new());
        }
        match JsonSchema::with_formats(&schema) {
            Ok(validator) => (plan(schema, false, OnceLock::from(Ok(validator))), Vec::new()),
            Err((pointer, error)) => {
                let wrong = node.pointer(&pointer).unwrap_or(node);
                let message =
                    format!("the inputs of workflow `{}` are no JSON Schema: {error}", workflow.id.value);
                let place = here.document.place(wrong.span);
                let diagnostic = Diagnostic::error(Code::InvalidSchema, message, place)
                    .with_hint("`inputs` is a JSON Schema of an object, see https://json-schema.org");
                // The names are known all the same, so that not every use of one is reported, too.
                let validator = OnceLock::from(Err(error));
                let named = Self { schema: Some(schema), validator, ..Self::default() };
                (named, vec![diagnostic])
            }
        }
    }

    /// What a workflow declares as its inputs, by which nothing can be checked.
    pub(super) fn declared(here: &ArazzoDocument, workflow: &Workflow) -> Self {
        Self { schema: schema_of(here, workflow), ..Self::default() }
    }

    fn validator(&self, schema: &Value) -> &Result<JsonSchema, String> {
        self.validator.get_or_init(|| JsonSchema::with_formats(schema).map_err(|(_, error)| error))
    }

    pub(crate) fn schema(&self) -> Option<&Value> {
        self.schema.as_ref()
    }

    /// Whether the schema names this input.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.named().contains_key(name)
    }

    fn named(&self) -> &HashMap<String, bool> {
        self.named.get_or_init(|| {
            self.names().map(|name| (name.to_owned(), self.is_described_as_secret(name))).collect()
        })
    }

    fn is_described_as_secret(&self, name: &str) -> bool {
        self.branches(name).into_iter().any(is_secret_schema)
    }

    /// The inputs that the schema names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties().map(|(name, _)| name)
    }

    /// Whether the schema allows no other inputs than those it names.
    pub(crate) fn is_closed(&self) -> bool {
        self.layers().iter().any(|layer| layer.get("additionalProperties") == Some(&Value::Bool(false)))
    }

    /// Remembers that a request uses an input.
    pub(super) fn uses(&mut self, name: &str, span: Span) {
        self.uses.push((name.to_owned(), span));
    }

    pub(crate) fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.layers()
            .into_iter()
            .filter_map(|layer| layer.get("properties").and_then(Value::as_object))
            .flatten()
            .map(|(name, schema)| (name.as_str(), schema))
    }

    fn layers(&self) -> Vec<&Value> {
        self.schema.as_ref().map(|schema| layers(schema, schema)).unwrap_or_default()
    }

    pub(super) fn property(&self, name: &str) -> Vec<&Value> {
        let Some(root) = &self.schema else { return Vec::new() };
        self.properties()
            .filter(|(key, _)| *key == name)
            .flat_map(|(_, schema)| layers(schema, root))
            .collect()
    }

    /// Whether an input is secret as a whole.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        let is_described = || match self.named().get(name) {
            Some(is_secret) => *is_secret,
            // It may be one of an alternative.
            None => self.is_described_as_secret(name),
        };
        is_secret_name(name) || is_described()
    }

    /// Whether what stands at `path` in an input is secret, by the schema or a name on the way there.
    pub(super) fn is_secret_at(&self, name: &str, path: &[&str]) -> bool {
        if self.is_secret(name) {
            return true;
        }
        let root = self.schema.as_ref().unwrap_or(&Value::Null);
        let mut schemas = if path.is_empty() { Vec::new() } else { self.branches(name) };
        path.iter().any(|member| {
            schemas = of_member(&schemas, member, root);
            is_secret_name(member) || schemas.iter().any(|schema| is_secret_schema(schema))
        })
    }

    /// The strings in `inputs` that are secret: those of secret inputs, and those that are secret inside of others.
    pub(crate) fn secret_values(&self, inputs: &Map<String, Value>) -> Vec<String> {
        let mut secrets = Vec::new();
        for (name, value) in inputs {
            self.find_secrets(name, value, &mut |secret| {
                strings(secret, &mut |text| secrets.push(text.to_owned()));
            });
        }
        secrets
    }

    /// Whether an input is secret or something in it is.
    pub(crate) fn holds_secret(&self, name: &str, value: &Value) -> bool {
        let mut holds = false;
        self.find_secrets(name, value, &mut |_| holds = true);
        holds
    }

    fn find_secrets(&self, name: &str, value: &Value, found: &mut dyn FnMut(&Value)) {
        if self.is_secret(name) {
            return found(value);
        }
        // In what has no parts nothing else can be secret.
        if !value.is_array() && !value.is_object() {
            return;
        }
        let root = self.schema.as_ref().unwrap_or(&Value::Null);
        find_secrets(&self.branches(name), root, value, 0, found);
    }

    /// The schemas that may apply to an input.
    fn branches(&self, name: &str) -> Vec<&Value> {
        let Some(root) = &self.schema else { return Vec::new() };
        of_member(&branches(vec![root], root), name, root)
    }

    /// Those of `inputs` that this workflow declares.
    pub(crate) fn named_in(&self, inputs: &Map<String, Value>) -> Map<String, Value> {
        let named = inputs.iter().filter(|(name, _)| self.declares(name));
        named.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether a run may go without this input: it need not be given and has no default.
    pub(crate) fn may_be_absent(&self, name: &str) -> bool {
        let required = self.layers().iter().any(|layer| {
            let names = layer.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|required| required == name))
        });
        !required && !self.has_default(name)
    }

    /// Whether the schema says what this input is when it is not given.
    pub(crate) fn has_default(&self, name: &str) -> bool {
        self.property(name).iter().any(|schema| schema.get("default").is_some())
    }

    /// The inputs whose defaults the schema refuses, and why.
    pub(crate) fn refused_defaults(&self) -> Vec<(String, String)> {
        let defaults = self.with_defaults(Map::new());
        let is_plain = |schema| self.is_plain && plainly_allows_some(schema, &defaults);
        if defaults.is_empty() || self.schema.as_ref().is_some_and(is_plain) {
            return Vec::new();
        }
        let defaults = Value::Object(defaults);
        // Without a default an input may be missing here.
        let problems = self.problems(&defaults, MAX_PROBLEMS).into_iter();
        let is_default = |name: &String| defaults.get(name).is_some();
        problems.filter_map(|problem| Some((problem.input.filter(is_default)?, problem.message))).collect()
    }

    /// The inputs that have to be given and are not described.
    pub(crate) fn undescribed(&self) -> Vec<&str> {
        let described: BTreeSet<&str> = self.names().collect();
        self.required().filter(|name| !described.contains(name)).collect()
    }

    /// The inputs that the schema wants.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        let lists = self.layers().into_iter().filter_map(|layer| layer.get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str)
    }

    /// The inputs with defaults filled in, not checked.
    pub(crate) fn with_defaults(&self, mut inputs: Map<String, Value>) -> Map<String, Value> {
        if let Some(schema) = &self.schema {
            // A preview shows what there is; that there are too many defaults is said when a run starts.
            let _ = fill_defaults(schema, &mut inputs);
        }
        inputs
    }

    /// Fills defaults in and checks the whole.
    pub(crate) fn complete(&self, mut inputs: Map<String, Value>) -> Result<Map<String, Value>, InputsError> {
        let Some(schema) = &self.schema else { return Ok(inputs) };
        fill_defaults(schema, &mut inputs)?;
        if self.is_plain && plainly_allows(schema, &inputs) {
            return Ok(inputs);
        }
        let value = Value::Object(inputs);
        let problems = self.problems(&value, MAX_PROBLEMS);
        match value {
            Value::Object(inputs) if problems.is_empty() => Ok(inputs),
            Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(InputsError { problems }),
        }
    }

    /// Whether the schema describes this input or asks for it.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.declares(name) || self.required().any(|required| required == name)
    }

    /// What is wrong with the input `name`, whatever is wrong with the others.
    pub(crate) fn problem_with(&self, name: &str, mut inputs: Map<String, Value>) -> Option<InputProblem> {
        let schema = self.schema.as_ref()?;
        if let Err(error) = fill_defaults(schema, &mut inputs) {
            return error.problems.into_iter().next();
        }
        let others = self.required().count();
        let problems = self.problems(&Value::Object(inputs), others.saturating_add(MAX_PROBLEMS));
        problems.into_iter().find(|problem| problem.input.as_deref() == Some(name))
    }

    /// What is wrong with all inputs together, at most so many problems.
    fn problems(&self, inputs: &Value, most: usize) -> Vec<InputProblem> {
        let Some(schema) = &self.schema else { return Vec::new() };
        let refuse = |fact: &str| {
            let message = format!("the inputs cannot be checked: {fact}");
            let hint = Some("look for `anyOf` and `oneOf` that lead to one another".to_owned());
            vec![InputProblem { input: None, message, hint }]
        };
        let validator = match self.validator(schema) {
            Ok(validator) => validator,
            Err(error) => return refuse(&format!("their schema cannot be compiled: {error}")),
        };
        match Work::of(schema, inputs) {
            None => refuse("their schema applies too many schemas to each of them"),
            Some(_) if validator.allows(inputs) => Vec::new(),
            Some(work) if work.is_long_to_list() => refuse("they do not fit and are too many to say which"),
            Some(_) => {
                let (violations, _) = validator.violations(inputs, most);
                violations.iter().map(|violation| self.problem(violation)).collect()
            }
        }
    }

    /// What is wrong in a person's words. A value is shown only when it is known not to be secret, and short.
    fn problem(&self, violation: &Violation) -> InputProblem {
        let Violation { pointer, missing, shown, masked, .. } = violation;
        let input = pointer.split('/').nth(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        if let Some(name) = missing {
            let (message, flag) = match &input {
                None => (format!("required input `{name}` is missing"), name.clone()),
                Some(outer) => {
                    (format!("`{name}` is missing in input `{outer}` (at `{pointer}`)"), outer.clone())
                }
            };
            let hint = Some(format!("add `-i {flag}=…` or put it into `--inputs`"));
            return InputProblem { input: input.or_else(|| Some(name.clone())), message, hint };
        }
        let is_nested = pointer.matches('/').count() > 1;
        let message = match (&input, shown) {
            (Some(name), _) if is_nested => format!("input `{name}` is refused at `{pointer}`: {masked}"),
            (Some(name), Some(shown)) if !self.is_secret(name) => {
                format!("input `{name}` is refused: {shown}")
            }
            (Some(name), _) => format!("input `{name}` is refused: {masked}"),
            (None, _) => format!("the inputs are refused: {masked}"),
        };
        InputProblem { input, message, hint: None }
    }

    pub(super) fn warnings(&self, inputs: &Map<String, Value>) -> Vec<Diagnostic> {
        let undeclared = inputs.keys().filter(|name| !self.declares(name)).filter_map(|name| {
            let message = format!("input `{name}` is not declared by the workflow");
            let hint = match nearest(name, self.names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "nothing may use it".to_owned(),
            };
            let (document, span) = self.place.as_ref()?;
            Some(Diagnostic::warning(Code::UndeclaredInput, message, document.place(*span)).with_hint(hint))
        });
        let left_out = self.uses.iter().filter(|(name, _)| self.declares(name) && !inputs.contains_key(name));
        let left_out = left_out.filter_map(|(name, span)| {
            let message = format!("optional input `{name}` was not supplied, so what uses it is left out");
            let (document, _) = self.place.as_ref()?;
            let diagnostic = Diagnostic::warning(Code::OptionalInput, message, document.place(*span));
            Some(diagnostic.with_hint(format!("give `{name}` a default, or supply it: `-i {name}=…`")))
        });
        undeclared.chain(left_out).collect()
    }
}

/// So many problems of one set of inputs are reported.
const MAX_PROBLEMS: usize = 20;

/// The schema with the components that it may refer to.
fn schema_of(here: &ArazzoDocument, workflow: &Workflow) -> Option<Value> {
    let mut schema = workflow.inputs.as_ref()?.to_value();
    let components = &here.description.components.inputs;
    if let (Some(object), false) = (schema.as_object_mut(), components.is_empty()) {
        let inputs: Map<String, Value> =
            components.iter().map(|(key, node)| (key.value.clone(), node.to_value())).collect();
        // An anchor is found only where a schema can stand, a pointer leads anywhere.
        if let Some(definitions) = object.entry("$defs").or_insert_with(|| json!({})).as_object_mut() {
            let anchored = inputs.iter().filter(|(_, schema)| schema.get("$anchor").is_some());
            definitions.extend(anchored.map(|(name, schema)| (format!("components/{name}"), schema.clone())));
        }
        object.insert("components".to_owned(), json!({ "inputs": inputs }));
    }
    Some(schema)
}

#[cfg(test)]
mod tests;
