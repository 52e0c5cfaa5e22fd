//! What it costs to get ready to call one operation of a large OpenAPI source: everything of `arazzo run --dry-run` but
//! its arguments and its output. Beside it, the least that such a file takes: going through it once.
//!
//! ```sh
//! cargo bench -p arazzo-benches --bench large [-- ROUNDS]
//! ```
//!
//! For JSON that is a scan by `serde_json` that keeps nothing, for YAML the events of the parser that is used.

#![expect(clippy::print_stdout, reason = "the tables are what this program has to say")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use arazzo_benches::cpu::{Candidate, compare};
use arazzo_document::Document;
use arazzo_engine::{Plan, PlanOptions};
use arazzo_runner::{LoadOptions, Loaded, Origin, load};
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 15;

/// Each operation comes with a schema; together so many make 4 MB of JSON or 3.3 MB of YAML.
const JSON_OPERATIONS: usize = 2_400;
const YAML_OPERATIONS: usize = 2_850;

fn main() -> Outcome<()> {
    let rounds = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let folder = env::temp_dir().join(format!("arazzo-large-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = json(&folder, rounds).and_then(|()| yaml(&folder, rounds));
    fs::remove_dir_all(&folder)?;
    measured
}

fn json(folder: &Path, rounds: usize) -> Outcome<()> {
    let source = folder.join("api.json");
    fs::write(&source, serde_json::to_string_pretty(&api(JSON_OPERATIONS))?)?;
    let scan = || {
        let text = fs::read_to_string(&source)?;
        serde_json::from_str::<IgnoredAny>(black_box(&text))?;
        Ok(())
    };
    measure(&source, rounds, "scan with serde_json", Box::new(scan))
}

fn yaml(folder: &Path, rounds: usize) -> Outcome<()> {
    let source = folder.join("api.yml");
    let mut text = String::new();
    write_yaml(&api(YAML_OPERATIONS), 0, &mut text)?;
    fs::write(&source, text)?;
    let events = || {
        let text = fs::read_to_string(&source)?;
        for event in saphyr_parser::Parser::new_from_str(black_box(&text)) {
            black_box(event?);
        }
        Ok(())
    };
    measure(&source, rounds, "events of saphyr-parser", Box::new(events))
}

fn measure<'a>(
    source: &'a Path,
    rounds: usize,
    name: &'a str,
    least: Box<dyn FnMut() -> Outcome<()> + 'a>,
) -> Outcome<()> {
    let description = describe(source)?;
    println!(
        "\n{} of {} bytes",
        source.extension().unwrap_or_default().display(),
        fs::metadata(source)?.len()
    );
    let read = || {
        let name = source.display().to_string();
        black_box(Document::read(&name, &name, fs::read_to_string(source)?));
        Ok(())
    };
    let table = compare(
        rounds,
        &mut [
            Candidate { name, work: least },
            Candidate { name: "read into located values", work: Box::new(read) },
            Candidate { name: "load, compile and preview", work: Box::new(|| prepare(&description)) },
        ],
    )?;
    print!("{table}");
    Ok(())
}

fn prepare(description: &Path) -> Outcome<()> {
    let loaded = load(Origin::File(description), &LoadOptions::default())?;
    let Loaded { workspace, diagnostics, .. } = &loaded;
    let workspace = workspace.as_ref().ok_or_else(|| format!("no description: {diagnostics:?}"))?;
    let planning = Plan::compile(workspace, "one-step", &PlanOptions::default());
    let plan = planning.plan.ok_or_else(|| format!("no plan: {:?}", planning.diagnostics))?;
    black_box(plan.preview(Map::new(), false));
    Ok(())
}

/// A description with one step, beside the source.
fn describe(source: &Path) -> Outcome<PathBuf> {
    let path = source.with_extension("arazzo.yml");
    let name = source.file_name().unwrap_or_default().display().to_string();
    let text = format!(
        "arazzo: 1.0.1\ninfo: {{title: One step, version: 1.0.0}}\n\
         sourceDescriptions:\n  - {{name: api, url: {name}, type: openapi}}\n\
         workflows:\n  - workflowId: one-step\n    steps:\n      - stepId: read\n        operationId: readThing0700\n\
         \x20       parameters:\n          - {{name: id, in: path, value: thing-1}}\n\
         \x20       successCriteria:\n          - condition: $statusCode == 200\n"
    );
    fs::write(&path, text)?;
    Ok(path)
}

/// A description with `operations` operations, each with a schema of its own.
fn api(operations: usize) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for number in 0..operations {
        let schema = format!("Thing{number:04}");
        let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
        let operation = json!({
            "operationId": format!("readThing{number:04}"),
            "summary": format!("Read thing number {number}"),
            "description": "Gives the thing as it was when it was last written, with what belongs to it.",
            "tags": ["things"],
            "parameters": [
                { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
                { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 100 } },
            ],
            "responses": {
                "200": { "description": "The thing", "content": { "application/json": { "schema": reference } } },
                "404": { "description": "There is none" },
            },
        });
        paths.insert(format!("/things-{number:04}/{{id}}"), json!({ "get": operation }));
        let next = format!("#/components/schemas/Thing{:04}", (number + 1) % operations);
        schemas.insert(
            schema,
            json!({
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": { "type": "string", "description": "What the thing is known by" },
                    "name": { "type": "string", "maxLength": 80, "example": "A \"quoted\" name" },
                    "count": { "type": "integer", "format": "int64" },
                    "next": { "$ref": next },
                },
            }),
        );
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Many things", "version": "1.0.0" },
        "servers": [{ "url": "https://things.example.com/v1" }],
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// Block style, as people write it.
fn write_yaml(value: &Value, indent: usize, text: &mut String) -> Outcome<()> {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                write!(text, "{:indent$}{}:", "", plain(key))?;
                write_after(value, indent + 2, text)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                write!(text, "{:indent$}-", "")?;
                write_after(item, indent + 2, text)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            write_after(value, indent, text)?
        }
    }
    Ok(())
}

fn write_after(value: &Value, indent: usize, text: &mut String) -> Outcome<()> {
    match value {
        Value::Object(_) | Value::Array(_) => {
            text.push('\n');
            write_yaml(value, indent, text)
        }
        Value::String(string) => Ok(writeln!(text, " {}", plain(string))?),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(writeln!(text, " {value}")?),
    }
}

/// A string without quotes where it is one.
fn plain(string: &str) -> String {
    let is_plain = string.starts_with(|first: char| first.is_ascii_alphabetic())
        && !string.contains([':', '#', '"', '{']);
    if is_plain { string.to_owned() } else { Value::from(string).to_string() }
}
