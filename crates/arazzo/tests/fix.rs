//! `arazzo validate --fix`: what is certain is written, everything else stays as it was.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use command::{Outcome, arazzo};

const API: &str = "openapi: 3.1.0
info: { title: Shop, version: '1' }
servers: [{ url: 'https://shop.example.test' }]
paths:
  /orders: { get: { operationId: listOrders, responses: { '200': { description: Orders. } } } }
";

const FLOW: &str = "arazzo: 1.0.1   # the version
info: { title: Orders, version: '1' }
sourceDescriptions:
- { name: shop, url: ./shop.openapi.yml, type: openapi }
- { name: depot, url: ./depot.openapi.yml, type: openapi }

workflows:
- workflowId: look
  inputs: { type: object, properties: { token: { type: string } } }
  steps:
  - stepId: list
    operationId: listOrders # one source alone has it
    parameters:
    - { name: Authorization, in: header, value: Bearer $inputs.token }
    successCriteria:
    # both of them
    - condition: >-
        $statusCode == 200 &&
        $response.headers.ETag != \"none\"
  - stepId: again
    operationPath: shop#/paths/~1orders/get
";

/// A folder with a description that has mistakes of several kinds.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, file: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-fix-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("shop.openapi.yml"), API).unwrap();
        let depot = API.replace("listOrders", "listStock").replace("/orders", "/stock");
        fs::write(folder.join("depot.openapi.yml"), depot).unwrap();
        fs::write(folder.join(file), text).unwrap();
        Self(folder)
    }

    fn validate(&self, args: &[&str]) -> Outcome {
        let args: Vec<String> = [&["validate"], args].concat().iter().map(|arg| (*arg).to_owned()).collect();
        arazzo(&self.0, &args, &BTreeMap::new(), Some(String::new())).unwrap()
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_certain_is_written_and_the_rest_stays() {
    let folder = Folder::new("yaml", "a.arazzo.yml", FLOW);
    let outcome = folder.validate(&["a.arazzo.yml", "--fix"]);
    assert_eq!(outcome.exit, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("made 5 fixes in 1 file"), "{}", outcome.stderr);
    let expected = FLOW
        .replace("operationId: listOrders #", "operationId: $sourceDescriptions.shop.listOrders #")
        .replace("Bearer $inputs.token", "'Bearer {$inputs.token}'")
        .replace("headers.ETag != \"none\"", "header.ETag != 'none'")
        .replace("shop#/paths/~1orders/get", "'{$sourceDescriptions.shop.url}#/paths/~1orders/get'");
    assert_eq!(folder.text("a.arazzo.yml"), expected);
    let again = folder.validate(&["a.arazzo.yml", "--fix", "--strict"]);
    assert!(again.stderr.contains("made 0 fixes in 0 files"), "{}", again.stderr);
    assert!(again.stdout.contains("checked 1 file: 1 note"), "{}", again.stdout);
    assert_eq!((again.exit, folder.text("a.arazzo.yml")), (Some(0), expected));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 3);
}

#[test]
fn json_stays_json() {
    let yaml: serde_json::Value = serde_yaml::from_str(FLOW).unwrap();
    let text = serde_json::to_string_pretty(&yaml).unwrap();
    let folder = Folder::new("json", "a.arazzo.json", &text);
    assert_eq!(folder.validate(&["a.arazzo.json", "--fix"]).exit, Some(0));
    let expected = text
        .replace(
            "\"operationId\": \"listOrders\"",
            "\"operationId\": \"$sourceDescriptions.shop.listOrders\"",
        )
        .replace("Bearer $inputs.token", "Bearer {$inputs.token}")
        .replace("headers.ETag != \\\"none\\\"", "header.ETag != 'none'")
        .replace("shop#/paths", "{$sourceDescriptions.shop.url}#/paths");
    assert_eq!(folder.text("a.arazzo.json"), expected);
}

#[test]
fn what_is_allowed_is_left_alone() {
    let folder = Folder::new("allowed", "a.arazzo.yml", FLOW);
    let allowed =
        "unqualified-operation-id,unbraced-expression-in-text,double-quoted-string,headers-for-header";
    let outcome = folder.validate(&["a.arazzo.yml", "--fix", "--allow", allowed]);
    assert!(outcome.stderr.contains("made 1 fix in 1 file"), "{}", outcome.stderr);
    assert!(folder.text("a.arazzo.yml").contains("Bearer $inputs.token"));
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone() {
    let broken = format!("{FLOW}  steps: [\n");
    let folder = Folder::new("broken", "a.arazzo.yml", &broken);
    assert_eq!(folder.validate(&["a.arazzo.yml", "--fix"]).exit, Some(3));
    assert_eq!(folder.text("a.arazzo.yml"), broken);
}

#[test]
fn standard_input_cannot_be_fixed() {
    let folder = Folder::new("stdin", "a.arazzo.yml", FLOW);
    let outcome = folder.validate(&["-", "--fix"]);
    assert_eq!(outcome.exit, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("`--fix` writes files"), "{}", outcome.stderr);
}
