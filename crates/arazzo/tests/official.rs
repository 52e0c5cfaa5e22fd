//! The official examples and fixtures of the specification, validated and dry-run, and what its jsonpath examples select.
//!
//! Their texts are not part of this repository. They are read from the folder that `ARAZZO_SHARED` names (without it:
//! `shared`, beside the repository); where there is none, the tests say so and pass. The published fixtures speak of
//! structure only, and their sources do not exist: stand-ins take their place, so that the checks behind them run too.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may panic and print"
)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use command::arazzo;

/// The published sources: the name in the descriptions that use one, and its file. The last is for any AsyncAPI source.
const SOURCES: [(&str, &str); 5] = [
    ("BnplApi", "1.0.0/bnpl-openapi.yaml"),
    ("apim-auth", "1.0.0/oauth.openapi.yaml"),
    ("auth-api", "1.0.0/FAPI-PAR.openapi.yaml"),
    ("pet-coupons", "1.0.0/pet-coupons.openapi.yaml"),
    ("asyncapi", "1.1.0/pet-asyncapi.yaml"),
];

/// The stand-in for every other source: the path, id and query parameters of each operation.
const OPERATIONS: &str = "/users listUsers limit; /login loginUser username password; /1 op1 userId; /2 getUsers; \
    /pet/findByStatus findPetsByStatus status; /3 getThings; /4 getStuff; /5 searchItems; /6 statusCall; \
    /7 postAnimal; /8 getRandomAnimal; /9 updateItem; /10 createOrder";

/// The official examples: what refuses them in both modes, and what is noted in default mode.
const EXAMPLES: [(&str, &str, &str); 6] = [
    ("ExtendedParametersExample.arazzo.yaml", "", ""),
    // The description writes `PAR`, the API `Par`.
    ("FAPI-PAR.arazzo.yaml", "unknown-operation-id:102", ""),
    // The pointer ends at the path item.
    ("LoginAndRetrievePets.arazzo.yaml", "operation-path:46", ""),
    // An expression without `.outputs.`, and three outputs that no step has.
    (
        "bnpl-arazzo.yaml",
        "invalid-expression:260 unknown-output:231 unknown-output:242 unknown-output:253",
        "jsonpath-count-of-one:123 jsonpath-count-of-one:130 missing-parameter:217",
    ),
    ("oauth.arazzo.yaml", "", "jsonpath-root-filter:105 jsonpath-root-filter:65"),
    // The description gives `pet_id`, the path of the API has `petId`.
    ("pet-coupons.arazzo.yaml", "missing-parameter:36", ""),
];

/// The arguments that choose a mode.
const DEFAULT: &[&str] = &[];
const STRICT: &[&str] = &["--strict"];

/// The folders of the fixtures, and how many there are in each.
const FIXTURES: [(&str, usize); 4] =
    [("v1.0/pass", 3), ("v1.0/fail", 2), ("v1.1/pass", 35), ("v1.1/fail", 27)];

/// Errors about the sources of a fixture, or about what is not supported; not about its structure.
const ABOUT_SOURCES: &str = "unknown-operation-id unknown-source unreadable-source unsupported";

/// Fixtures that pass the published schema and may be refused here: the codes, those of `--strict` alone, and why.
const REFUSED: [(&str, &str, &str, &str); 11] = [
    ("bnpl-example", "unknown-output", "invalid-expression", "outputs that no step has; T7, T8"),
    ("pet-coupons-example", "missing-parameter", "", "gives `pet_id`, and the path has `petId`"),
    (OPERATION_PATH, "operation-path", "", "the prose wants an expression, the schema any text"),
    (WORKFLOW_BODY, "missing-parameter unknown-field", "", "in the prose only operations have a body"),
    ("payload-replacement-using-selector", "unknown-step invalid-expression", "", "there is no such step"),
    ("oauth-example", "", "invalid-criterion", "T1"),
    ("asyncapi-success-criteria", "", "invalid-criterion", "T1"),
    ("openapi-operation-path", "", "operation-path-form", "T5"),
    (
        ACROSS_WORKFLOWS,
        "unknown-workflow",
        "invalid-expression",
        "the grammar has no steps of other workflows",
    ),
    ("async-depends-on", "", "invalid-expression", "T7"),
    ("openapi-and-asyncapi", "", "invalid-expression", "T7"),
];
const OPERATION_PATH: &str = "characterization-openapi-invalid-operationPath-string";
const ACROSS_WORKFLOWS: &str = "async-depends-on-cross-workflow";
const WORKFLOW_BODY: &str = "characterization-workflow-step-with-requestBody";

/// Fixtures whose fault lies in a step that is refused as a whole, as AsyncAPI, before it is looked for.
const FAULTS_OF_ASYNC_STEPS: &str = "async-channelPath-without-action \
    async-depends-on-empty async-depends-on-invalid-reference channel-path-is-invalid-for-openapi invalid-async \
    invalid-async-correlation-id-non-receive-action invalid-async-parameter-without-in";

#[test]
fn the_examples_are_refused_where_they_are_wrong() {
    let Some(official) = Official::find("examples") else { return };
    for (file, errors, notes) in EXAMPLES {
        let path = official.folder.join("examples/1.0.0").join(file);
        let report = official.dry_run(&path, DEFAULT);
        assert_eq!(places(&report, &["error"]).join(" "), errors, "`{file}`");
        assert_eq!(places(&report, &["info", "warning"]).join(" "), notes, "`{file}`");
        let report = official.dry_run(&path, STRICT);
        assert_eq!(places(&report, &["error"]).join(" "), errors, "`{file}` {STRICT:?}");
    }
}

#[test]
fn what_cannot_be_read_or_done_is_refused_by_name() {
    let Some(official) = Official::find("by-name") else { return };
    let unpublished = official.folder.join("examples/1.0.0/ExtendedParametersExample.arazzo.yaml");
    let (exit, report) = official.run(&unpublished, &["--dry-run"]);
    assert_eq!((exit, places(&report, &["error"])), (3, vec!["unreadable-source:8".to_owned()]));
    let no_workflow = official.folder.join("examples/1.1.0/pet-asyncapi.yaml");
    assert_eq!(places(&official.dry_run(&no_workflow, DEFAULT), &["error"]), ["missing-field:1"]);
    // The first example of 1.1 writes the name of its source in two ways, and waits for a message.
    let prose = fs::read_to_string(official.folder.join("spec-text/arazzo-1.1.0.md")).unwrap();
    let (_, example) = prose.split_once("```yaml\narazzo: 1.1.0").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let path = official.scratch("example.yaml", &format!("arazzo: 1.1.0{example}"));
    let errors = places(&official.dry_run(&path, DEFAULT), &["error"]);
    for expected in ["unknown-source:33", "unknown-source:52", "unsupported:88"] {
        assert!(errors.iter().any(|error| error == expected), "no `{expected}` in {errors:?}");
    }
}

#[test]
fn fixtures_that_pass_have_no_structural_error() {
    let Some(official) = Official::find("pass") else { return };
    for (name, path) in official.fixtures("pass") {
        let exception = REFUSED.iter().find(|(of, ..)| *of == name);
        let (always, strictly) = exception.map_or(("", ""), |(_, always, strictly, _)| (always, strictly));
        for (mode, but) in [(DEFAULT, always), (STRICT, &*format!("{always} {strictly}"))] {
            for (command, report) in official.verdicts(&path, mode) {
                assert_eq!(structural(&report, but), [""; 0], "{command} `{name}` {mode:?}");
            }
        }
    }
}

#[test]
fn fixtures_that_fail_are_refused() {
    let Some(official) = Official::find("fail") else { return };
    for (name, path) in official.fixtures("fail") {
        let hidden = FAULTS_OF_ASYNC_STEPS.split(' ').any(|of| of == name);
        for mode in [DEFAULT, STRICT] {
            for (command, report) in official.verdicts(&path, mode) {
                assert!(!places(&report, &["error"]).is_empty(), "{command} `{name}` {mode:?}");
                let faults = structural(&report, "");
                let is_exception = faults.is_empty();
                assert_eq!(is_exception, hidden, "{command}: is `{name}` one? {mode:?} {faults:?}");
            }
        }
    }
}

/// A condition, a response, what comes of it, and what with `--strict`; nothing: the condition is refused.
const FACTS: [(&str, &str, &str, &str); 12] = [
    ("$[?count(@.pets) > 0]", r#"{"pets": [{"id": 1}]}"#, "held", "not-held"),
    ("$[?count(@.pets) > 0]", r#"{"pets": []}"#, "not-held", "not-held"),
    ("$[?count(@.pets) > 0]", r#"[{"pets": [1]}, {"x": 1}]"#, "held", "held"),
    // `count` counts the node, not what is in it.
    ("$[?count(@.pets) > 0]", r#"[{"pets": []}]"#, "held", "held"),
    ("$[?count(@.products) > 0]", r#"{"products": [1], "totalAmount": 5}"#, "held", "not-held"),
    ("$[?count(@.products) == 0]", r#"{"products": [1], "totalAmount": 5}"#, "not-held", "held"),
    ("$.access_token != null", r#"{"access_token": "a"}"#, "held", ""),
    ("$.access_token != null", r#"{"error": "bad"}"#, "not-held", ""),
    ("$[?@.access_token != null]", r#"{"error": "bad"}"#, "held", "held"),
    ("$.status == 'accepted'", r#"{"status": "accepted"}"#, "held", ""),
    ("$.active", r#"{"active": false}"#, "held", "held"),
    ("$.items[?(@.sku=='A')].price", r#"{"items": [{"sku": "A", "price": 1}]}"#, "held", "held"),
];

#[test]
fn the_jsonpath_examples_hold_as_decided() {
    let Some(official) = Official::find("facts") else { return };
    for (condition, body, default, strict) in FACTS {
        let criterion = json!({ "context": "$response.body", "condition": condition, "type": "jsonpath" });
        let step = json!({ "stepId": "s", "operationId": "getUsers", "successCriteria": [criterion] });
        let description = json!({
            "arazzo": "1.0.1",
            "info": { "title": "One criterion", "version": "1" },
            "sourceDescriptions": [{ "name": "api", "url": "api.json" }],
            "workflows": [{ "workflowId": "w", "steps": [step] }],
        });
        let path = official.scratch("fact.json", &description.to_string());
        let scenario = official.scratch("fact.scenario.yml", &format!("getUsers: [{{ body: {body} }}]"));
        let mock = format!("--mock={}", scenario.display());
        for (mode, expected) in [(DEFAULT, default), (STRICT, strict)] {
            let (exit, report) = official.run(&path, &[&[&*mock], mode].concat());
            let result = report.pointer("/runs/0/steps/0/criteria/0/result").and_then(Value::as_str);
            let code = if expected.is_empty() { 3 } else { i32::from(expected != "held") };
            assert_eq!((exit, result.unwrap_or("")), (code, expected), "`{condition}` on `{body}` {mode:?}");
        }
    }
}

/// The official files, and a folder for what a test writes.
struct Official {
    folder: PathBuf,
    scratch: PathBuf,
}

impl Official {
    /// `None` where they are not at hand.
    fn find(test: &str) -> Option<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let shared = env::var_os("ARAZZO_SHARED").map_or_else(|| repository.join("../shared"), PathBuf::from);
        let Ok(folder) = shared.join("spec/official").canonicalize() else {
            println!("skipped: `{}` has no `spec/official`; hint: set `ARAZZO_SHARED`", shared.display());
            return None;
        };
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("official").join(test);
        fs::create_dir_all(&scratch).unwrap();
        let official = Self { folder, scratch };
        official.scratch("api.json", &stand_in().to_string());
        Some(official)
    }

    fn scratch(&self, name: &str, text: &str) -> PathBuf {
        let path = self.scratch.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The fixtures that pass or fail, each with its name without the endings.
    fn fixtures(&self, verdict: &str) -> Vec<(String, PathBuf)> {
        let mut found = Vec::new();
        for (folder, count) in FIXTURES.iter().filter(|(folder, _)| folder.ends_with(verdict)) {
            let files = fs::read_dir(self.folder.join("tests").join(folder)).unwrap();
            let before = found.len();
            found.extend(files.map(|file| {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                (name.trim_end_matches(".yaml").trim_end_matches(".arazzo").to_owned(), path)
            }));
            assert_eq!(found.len() - before, *count, "`{folder}`");
        }
        found
    }

    /// What `run` and `validate` say of a description. What stops a run is found by `validate`, and nothing is an error
    /// there that does not stop one.
    fn verdicts(&self, path: &Path, mode: &[&str]) -> [(&'static str, Value); 2] {
        let run = self.dry_run(path, mode);
        let sources = self.sources(path);
        let args = [&["validate", path.to_str().unwrap(), "--format", "json"], mode].concat();
        let args: Vec<String> = args.into_iter().map(str::to_owned).chain(sources).collect();
        let (exit, validated) = self.json(&args);
        let found = places(&validated, &["error"]);
        assert_eq!(exit, if found.is_empty() { 0 } else { 3 }, "`{}` {mode:?}", path.display());
        let stops = places(&run, &["error"]);
        assert_eq!(stops.is_empty(), found.is_empty(), "`{}` {mode:?}", path.display());
        let missed: Vec<_> = stops.iter().filter(|stop| !found.contains(stop)).collect();
        assert!(missed.is_empty(), "`{}` {mode:?}: {missed:?} not in {found:?}", path.display());
        [("run", run), ("validate", validated)]
    }

    /// Options that put stand-ins in the place of its sources.
    fn sources(&self, path: &Path) -> Vec<String> {
        let description: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let mut sources = Vec::new();
        for source in description["sourceDescriptions"].as_array().into_iter().flatten() {
            let (name, kind) =
                (source["name"].as_str().unwrap(), source["type"].as_str().unwrap_or_default());
            let published = SOURCES.iter().find(|(known, _)| *known == name || *known == kind);
            let place = match published {
                Some((_, file)) => self.folder.join("examples").join(file),
                None if kind == "arazzo" => continue,
                None => self.scratch.join("api.json"),
            };
            sources.push(format!("--source={name}={}", place.display()));
        }
        sources
    }

    /// Dry-runs every workflow of a description, with stand-ins for its sources; it is refused if there is an error.
    fn dry_run(&self, path: &Path, mode: &[&str]) -> Value {
        let sources = self.sources(path);
        let mut args = ["--all", "--mock", "--dry-run"].to_vec();
        args.extend(sources.iter().map(String::as_str).chain(mode.iter().copied()));
        let (exit, report) = self.run(path, &args);
        let refused = !places(&report, &["error"]).is_empty();
        assert_eq!(exit, if refused { 3 } else { 0 }, "`{}` {mode:?}", path.display());
        report
    }

    /// The exit code and the report.
    fn run(&self, path: &Path, more: &[&str]) -> (i32, Value) {
        let args = [&["run", path.to_str().unwrap(), "--format", "json"], more].concat();
        self.json(&args.into_iter().map(str::to_owned).collect::<Vec<_>>())
    }

    fn json(&self, args: &[String]) -> (i32, Value) {
        let outcome = arazzo(&self.scratch, args, &BTreeMap::new(), None).unwrap();
        let report = serde_json::from_str(&outcome.stdout).map_err(|_| outcome.stderr).unwrap();
        (outcome.exit.unwrap(), report)
    }
}

/// Code and line of each diagnostic of these severities, sorted.
fn places(report: &Value, severities: &[&str]) -> Vec<String> {
    let all = report["diagnostics"].as_array().unwrap().iter();
    let place = |of: &Value| format!("{}:{}", of["code"].as_str().unwrap(), of["line"]);
    let wanted = |of: &&Value| severities.contains(&of["severity"].as_str().unwrap());
    let mut places: Vec<String> = all.filter(wanted).map(place).collect();
    places.sort();
    places
}

/// The errors about the structure, without those whose codes are listed.
fn structural(report: &Value, but: &str) -> Vec<String> {
    let mut errors = places(report, &["error"]);
    let other: Vec<&str> = ABOUT_SOURCES.split(' ').chain(but.split(' ')).collect();
    errors.retain(|place| place.split(':').next().is_none_or(|code| !other.contains(&code)));
    errors
}

/// An API with the operations that descriptions without a published source name.
fn stand_in() -> Value {
    let mut paths = json!({});
    for operation in OPERATIONS.split("; ") {
        let mut words = operation.split(' ');
        let (path, id) = (words.next().unwrap(), words.next().unwrap());
        let query = |name| json!({ "name": name, "in": "query", "schema": {} });
        paths[path] = json!({ "get": {
            "operationId": id,
            "parameters": words.map(query).collect::<Vec<Value>>(),
            "requestBody": { "content": { "application/json": {} } },
            "responses": { "200": { "description": "Done.", "content": { "application/json": {} } } },
        } });
    }
    let servers = json!([{ "url": "https://api.example.com" }]);
    json!({ "openapi": "3.1.0", "info": { "title": "Stand-in", "version": "1" }, "servers": servers, "paths": paths })
}
