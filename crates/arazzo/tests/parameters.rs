//! Every style, type and place of a parameter, with the bytes that a server sees: the rows of `tests/parameters`.
//!
//! All of them are steps of one workflow, so that the command runs once. A row that must not be sent is a step that fails.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arazzo_runner::testing::{Answer, Received, Server};
use serde::Deserialize;
use serde_json::{Value, json};
use serde_yaml::Value as Yaml;

use command::arazzo;

/// The text of a path before the last segment.
const PREFIX: &str = "/r";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Styles {
    values: BTreeMap<String, String>,
    tables: Vec<Table>,
    rows: Vec<Row>,
}

/// What a style makes of the values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "in")]
    place: String,
    style: String,
    explode: bool,
    expect: Yaml,
}

/// One parameter with one value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default = "latest")]
    openapi: String,
    name: String,
    parameter: Option<Value>,
    send: Option<Value>,
    value: String,
    expect: Yaml,
}

fn latest() -> String {
    "3.2.0".to_owned()
}

/// What a server must see.
#[derive(Debug, PartialEq)]
enum Expected {
    Text(String),
    None,
    Fails(String),
}

impl Expected {
    fn of(value: &Yaml) -> Self {
        // The text of a tagged value is the same without its tag.
        let tag = if let Yaml::Tagged(tagged) = value { Some(tagged.tag.to_string()) } else { None };
        match (tag.as_deref(), value.as_str()) {
            (None, Some(text)) => Self::Text(text.to_owned()),
            (Some("!fails"), Some(code)) => Self::Fails(code.to_owned()),
            (Some("!none"), None) => Self::None,
            _ => panic!("{value:?} is nothing that can be expected"),
        }
    }
}

impl Row {
    /// What the step gives: name and place.
    fn sent(&self) -> (&str, &str) {
        let sent = self.send.as_ref().or(self.parameter.as_ref()).unwrap();
        (sent["name"].as_str().unwrap(), sent["in"].as_str().unwrap())
    }

    /// What the server saw of the parameter.
    fn seen(&self, index: usize, request: &Received) -> Expected {
        let (name, place) = self.sent();
        let target = request.line().strip_prefix("GET ").unwrap();
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let text = match place {
            "path" => path.strip_prefix(&format!("{PREFIX}{index}/")),
            "query" => query,
            "header" => request.headers(name).first().copied(),
            "cookie" => request.headers("cookie").first().copied(),
            other => panic!("{other} is no place of a parameter"),
        };
        text.map_or(Expected::None, |text| Expected::Text(text.to_owned()))
    }
}

#[test]
fn a_server_sees_each_parameter_as_it_is_written_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parameters");
    let mut text: Yaml =
        serde_yaml::from_str(&fs::read_to_string(folder.join("styles.yml")).unwrap()).unwrap();
    text.apply_merge().unwrap();
    let rows = rows(serde_yaml::from_value(text).unwrap());
    let server = Server::start(rows.iter().map(|_| Answer::json(200, "{}"))).unwrap();
    let (outcome, folder) = run(&rows, &server.url());
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let report: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr));
    let steps = report["runs"][0]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), rows.len());
    let mut received = server.received().into_iter();
    let mut problems = Vec::new();
    for (index, (row, step)) in rows.iter().zip(steps).enumerate() {
        assert_eq!(step["stepId"], format!("r{index}"));
        let attempt = &step["attempts"][0];
        let actual = match attempt["error"]["code"].as_str().or(step["error"]["code"].as_str()) {
            Some(code) => Expected::Fails(code.to_owned()),
            None => row.seen(index, &received.next().unwrap()),
        };
        let expected = Expected::of(&row.expect);
        if actual != expected {
            problems.push(format!("{}: {actual:?}, expected {expected:?}", row.name));
        }
    }
    assert_eq!(received.count(), 0);
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// The rows of the tables and those that stand alone.
fn rows(styles: Styles) -> Vec<Row> {
    let mut rows = Vec::new();
    for Table { place, style, explode, expect } in &styles.tables {
        for (value, expect) in expect.as_mapping().unwrap() {
            let value = value.as_str().unwrap();
            rows.push(Row {
                openapi: latest(),
                name: format!("{place} {style} explode={explode} {value}"),
                parameter: Some(json!({
                    "name": "color", "in": place, "style": style, "explode": explode, "required": place == "path", "schema": {},
                })),
                send: None,
                value: styles.values[value].clone(),
                expect: expect.clone(),
            });
        }
    }
    rows.extend(styles.rows);
    rows
}

/// Runs a workflow with a step for each row. A step that fails goes on with the next one.
fn run(rows: &[Row], url: &str) -> (command::Outcome, std::path::PathBuf) {
    let mut apis: BTreeMap<&str, serde_json::Map<String, Value>> = BTreeMap::new();
    let (mut steps, mut inputs) = (Vec::new(), serde_json::Map::new());
    for (index, row) in rows.iter().enumerate() {
        let (name, place) = row.sent();
        let segment = if place == "path" { format!("{{{name}}}") } else { "x".to_owned() };
        let operation = json!({ "get": {
            "operationId": format!("r{index}"), "responses": { "200": { "description": "It came." } },
            "parameters": row.parameter.iter().collect::<Vec<_>>(),
        } });
        apis.entry(&row.openapi).or_default().insert(format!("{PREFIX}{index}/{segment}"), operation);
        let mut step = json!({
            "stepId": format!("r{index}"),
            "operationId": format!("$sourceDescriptions.{}.r{index}", source(&row.openapi)),
            "parameters": [{ "name": name, "in": place, "value": format!("$inputs.v{index}") }],
        });
        if index + 1 < rows.len() {
            step["onFailure"] =
                json!([{ "name": "on", "type": "goto", "stepId": format!("r{}", index + 1) }]);
        }
        steps.push(step);
        inputs.insert(format!("v{index}"), serde_json::from_str(&row.value).unwrap());
    }
    let folder = std::env::temp_dir().join(format!("arazzo-parameters-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut sources = Vec::new();
    let mut args = ["run", "main.json", "--format", "json", "--inputs", "-"].map(str::to_owned).to_vec();
    for (version, paths) in apis {
        let name = source(version);
        let key = if version == "2.0" { "swagger" } else { "openapi" };
        let api = json!({ key: version, "info": { "title": "Rows", "version": "1" }, "paths": paths });
        fs::write(folder.join(format!("{name}.json")), api.to_string()).unwrap();
        sources.push(json!({ "name": name, "url": format!("{name}.json"), "type": "openapi" }));
        args.extend(["--server".to_owned(), format!("{name}={url}")]);
    }
    let properties: serde_json::Map<String, Value> =
        inputs.keys().map(|name| (name.clone(), json!({}))).collect();
    let description = json!({
        "arazzo": "1.0.1", "info": { "title": "Rows", "version": "1" }, "sourceDescriptions": sources,
        "workflows": [{ "workflowId": "rows", "inputs": { "type": "object", "properties": properties }, "steps": steps }],
    });
    fs::write(folder.join("main.json"), description.to_string()).unwrap();
    let outcome = arazzo(&folder, &args, &BTreeMap::new(), Some(Value::Object(inputs).to_string())).unwrap();
    (outcome, folder)
}

fn source(version: &str) -> String {
    format!("v{}", version.replace('.', "-"))
}
