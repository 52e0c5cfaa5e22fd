//! The SARIF log of `arazzo validate` against the official schema.
//!
//! The schema is not part of this repository: `ARAZZO_SARIF_SCHEMA` names its file. Without it the test says so and
//! passes; what code scanning relies on is asserted beside the format itself.

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use command::arazzo;

#[test]
fn the_log_holds_to_the_official_schema() {
    let Some(schema) = std::env::var_os("ARAZZO_SARIF_SCHEMA") else {
        return println!("skipped: `ARAZZO_SARIF_SCHEMA` does not name the file of the SARIF 2.1.0 schema");
    };
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let args =
        ["validate", "tests/cases/description-*/*.yml", "workflows", "--format", "sarif"].map(str::to_owned);
    let outcome = arazzo(&root, &args, &BTreeMap::new(), None).unwrap();
    assert_eq!(outcome.exit, Some(3), "{}", outcome.stderr);
    let log: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&log)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // A schema that refuses nothing would prove nothing.
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0" })));
    let results = log.pointer("/runs/0/results").and_then(Value::as_array).unwrap();
    assert!(results.len() > 10, "{} results", results.len());
}
