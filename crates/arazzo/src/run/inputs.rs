//! The inputs of a run, from files, text and single values.

use std::io::Read;

use arazzo_engine::{InputProblem, InputsError, Plan};
use serde_json::{Map, Value};

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::refusal::{Problem, Refusal};

/// The inputs that are the same for every workflow: `--inputs`, the later one wins.
pub(crate) fn objects(
    args: &RunArgs,
    standard_input: &mut Option<String>,
) -> Result<Map<String, Value>, Refusal> {
    let mut inputs = Map::new();
    for text in &args.inputs {
        inputs.extend(object(text, standard_input)?);
    }
    Ok(inputs)
}

/// `objects` with the single values of `--input`, which win, typed by the workflow's schema.
pub(crate) fn complete(
    args: &RunArgs,
    objects: &Map<String, Value>,
    plan: &Plan,
) -> Result<Map<String, Value>, Refusal> {
    let mut inputs = objects.clone();
    for text in &args.input {
        let Some((name, value)) = text.split_once('=') else {
            let hint = "write it as `-i NAME=VALUE`".to_owned();
            return Err(Refusal::usage(format!("input `{text}` has no value"), hint));
        };
        let value = plan
            .input_from_text(name, value)
            .map_err(|problem| refuse(InputsError { problems: vec![problem] }))?;
        inputs.insert(name.to_owned(), value);
    }
    Ok(inputs)
}

/// The inputs are not what the workflow wants.
pub(crate) fn refuse(error: InputsError) -> Refusal {
    let problem =
        |InputProblem { message, hint, .. }| Problem::Unlocated { code: "invalid-input", message, hint };
    Refusal { exit: Exit::Usage, problems: error.problems.into_iter().map(problem).collect() }
}

fn object(text: &str, standard_input: &mut Option<String>) -> Result<Map<String, Value>, Refusal> {
    let (what, content) = if text == "-" {
        ("standard input".to_owned(), read_standard_input(standard_input)?)
    } else if text.trim_start().starts_with('{') {
        ("the text of `--inputs`".to_owned(), text.to_owned())
    } else {
        let content = std::fs::read_to_string(text).map_err(|error| {
            let hint =
                "`--inputs` takes a JSON or YAML file, JSON text that begins with `{`, or `-`".to_owned();
            Refusal::usage(format!("the inputs file `{text}` cannot be read: {error}"), hint)
        })?;
        (format!("`{text}`"), content)
    };
    let hint = || Some("inputs are an object: `{\"name\": \"value\"}`".to_owned());
    let value: Value = match serde_json::from_str(&content) {
        Ok(value) => value,
        Err(json) if content.trim_start().starts_with('{') || text.ends_with(".json") => {
            return Err(Refusal::usage(format!("{what} is no JSON: {json}"), hint()));
        }
        Err(_) => serde_yaml::from_str(&content)
            .map_err(|yaml| Refusal::usage(format!("{what} is neither JSON nor YAML: {yaml}"), hint()))?,
    };
    match value {
        Value::Object(inputs) => Ok(inputs),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::usage(format!("{what} is no object"), hint()))
        }
    }
}

/// Standard input can be read once; the description may have taken it.
fn read_standard_input(standard_input: &mut Option<String>) -> Result<String, Refusal> {
    if standard_input.is_some() {
        return Err(Refusal::usage("standard input can be read only once", None));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Refusal::usage(format!("standard input cannot be read: {error}"), None))?;
    Ok(standard_input.insert(text).clone())
}
