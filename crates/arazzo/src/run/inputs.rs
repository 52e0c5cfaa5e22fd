//! The inputs of a run, from files, text and single values.

use std::path::Path;

use arazzo_document::{Code, Diagnostic, Document, Severity};
use arazzo_engine::{InputProblem, InputsError, Plan};
use arazzo_runner::{check_upload, read_file};
use serde_json::{Map, Value};

use super::standard_input::StandardInput;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::refusal::{Problem, Refusal};

/// The inputs that are the same for every workflow: `--inputs`, the later one wins.
pub(crate) fn objects(
    args: &RunArgs,
    standard_input: &mut StandardInput,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Map<String, Value>, Refusal> {
    let mut inputs = Map::new();
    for text in &args.inputs {
        inputs.extend(object(text, standard_input, diagnostics)?);
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
    for (index, text) in args.input.iter().enumerate() {
        let (name, value) = pair(text, index + 1, plan.inputs_schema())?;
        let value = plan.input_from_text(name, value).map_err(|problem| refuse(problem.into()))?;
        inputs.insert(name.to_owned(), value);
    }
    Ok(inputs)
}

/// Whether the files that the inputs name can be sent. A relative path starts at `folder`, or else at the current one.
pub(crate) fn check_files(paths: &[String], folder: Option<&Path>) -> Result<(), Refusal> {
    let problems: Vec<Problem> = paths
        .iter()
        .filter_map(|path| {
            let error = check_upload(&folder.unwrap_or(Path::new("")).join(path)).err()?;
            let message = format!("the file `{path}`, which an input names, {error}");
            let start = folder.map(|folder| format!("`{}`, where the run began", folder.display()));
            let start = start.unwrap_or_else(|| "the current folder".to_owned());
            let hint = Some(format!("a relative path starts at {start}"));
            Some(Problem::Unlocated {
                code: "invalid-input",
                message,
                hint: hint.filter(|_| error.is_missing()),
            })
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal { exit: Exit::Usage, problems }) }
}

/// Name and value of the `number`th `--input`. Of text without `=`, only a name that the schema has is shown: the rest
/// may be a secret.
fn pair<'t>(text: &'t str, number: usize, schema: Option<&Value>) -> Result<(&'t str, &'t str), Refusal> {
    text.split_once('=').ok_or_else(|| {
        let name = text.split([':', ' ']).next().unwrap_or_default();
        let message = match schema.and_then(|schema| schema.get("properties")?.get(name)) {
            Some(_) => format!("input `{name}` has no `=`"),
            None => format!("the value of `--input` number {number} has no `=`"),
        };
        Refusal::usage(message, "write it as `-i NAME=VALUE`".to_owned())
    })
}

/// The inputs are not what the workflow wants.
pub(crate) fn refuse(error: InputsError) -> Refusal {
    let problem =
        |InputProblem { message, hint, .. }| Problem::Unlocated { code: "invalid-input", message, hint };
    Refusal { exit: Exit::Usage, problems: error.problems.into_iter().map(problem).collect() }
}

/// One inputs object. What is wrong with it is shown with its place but without the lines there, for they may hold
/// secrets.
fn object(
    text: &str,
    standard_input: &mut StandardInput,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Map<String, Value>, Refusal> {
    let (name, content) = if text == "-" {
        let content = standard_input.read().map_err(|fact| Refusal::usage(fact, None))?;
        ("<stdin>", content)
    } else if text.trim_start().starts_with('{') {
        ("--inputs", text.to_owned())
    } else {
        let content = read_file(Path::new(text)).map_err(|error| {
            let hint = "`--inputs` takes a JSON or YAML file, JSON text that begins with `{`, or `-`";
            Refusal::usage(format!("the inputs file `{text}` {error}"), hint.to_owned())
        })?;
        (text, content)
    };
    let (document, mut found) = Document::read(name, name, content);
    let value = document.map(|document| {
        let value = document.root.to_value();
        if !value.is_object() {
            let message = format!("the inputs are {}, not an object", document.root.type_name());
            let place = document.place(document.root.span.first_line());
            let hint = "write names and values: `{\"name\": \"value\"}`";
            found.push(Diagnostic::error(Code::WrongType, message, place).with_hint(hint));
        }
        value
    });
    match value {
        Some(Value::Object(inputs)) if found.iter().all(|found| found.severity != Severity::Error) => {
            diagnostics.extend(found);
            Ok(inputs)
        }
        Some(_) | None => Err(Refusal { exit: Exit::Usage, ..Refusal::invalid(found) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_without_a_value_is_refused_and_not_shown() {
        let schema = serde_json::json!({ "properties": { "password": {} } });
        let message = |text| {
            let refusal = pair(text, 2, Some(&schema)).unwrap_err();
            let [Problem::Unlocated { message, .. }] = refusal.problems.as_slice() else { panic!() };
            message.clone()
        };
        assert_eq!(pair("a=b=c", 1, None).ok(), Some(("a", "b=c")));
        assert_eq!(message("password:hunter2222"), "input `password` has no `=`");
        assert_eq!(message("hunter2222"), "the value of `--input` number 2 has no `=`");
    }
}
