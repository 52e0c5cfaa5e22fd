//! How much of a large source is made into values. These are counts: what a person waits for depends on them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::sync::Arc;

use arazzo_document::openapi::OpenApi;
use arazzo_document::{Document, Workspace};
use arazzo_expression::Mode;

const OPERATIONS: usize = 500;

/// The two ways to write a description with many operations.
fn descriptions() -> [Document; 2] {
    let (mut json, mut yaml) = (String::new(), String::new());
    for number in 0..OPERATIONS {
        write!(
            json,
            "{}\"/things/{number}\": {{\"get\": {{\"operationId\": \"read{number}\", \"responses\": \
             {{\"200\": {{\"description\": \"ok\", \"content\": {{\"application/json\": {{\"schema\": \
             {{\"$ref\": \"#/components/schemas/Thing\"}}}}}}}}}}}}}}",
            if number == 0 { "" } else { ",\n" }
        )
        .unwrap();
        write!(
            yaml,
            "  /things/{number}:\n    get:\n      operationId: read{number}\n      responses:\n        '200':\n\
             \x20         description: ok\n          content:\n            application/json:\n\
             \x20             schema:\n                $ref: '#/components/schemas/Thing'\n"
        )
        .unwrap();
    }
    let json = format!(
        "{{\"openapi\": \"3.1.0\", \"paths\": {{{json}}}, \"components\": {{\"schemas\": {{\"Thing\": {{\"type\": \"object\"}}}}}}}}"
    );
    let yaml =
        format!("openapi: 3.1.0\npaths:\n{yaml}components:\n  schemas:\n    Thing:\n      type: object\n");
    [("api.json", json), ("api.yml", yaml)].map(|(name, text)| {
        let (document, diagnostics) = Document::open(name, &format!("file:///{name}"), text);
        assert_eq!(diagnostics, []);
        document.unwrap()
    })
}

/// The values of a whole tree.
fn all(document: &Document) -> usize {
    let (read, _) = Document::read(&document.name, &document.uri, document.text.to_string());
    read.unwrap().root.built()
}

#[test]
fn a_text_that_is_opened_is_one_value_until_somebody_looks() {
    for document in descriptions() {
        assert_eq!(document.root.built(), 1, "{}", document.name);
        assert!(document.root.get("paths").is_some());
        assert_eq!(document.root.built(), 4, "{}", document.name);
    }
}

#[test]
fn an_operation_is_found_without_building_the_others() {
    for document in descriptions() {
        let document = Arc::new(document);
        let api = OpenApi::new(Arc::clone(&document)).unwrap();
        let operation = api.operation(api.operation_by_id("read400").unwrap());
        let response = &operation.responses()[0];
        let schema = response.media_types()[0].schema().unwrap();
        assert_eq!(schema.types(), ["object"]);
        assert_eq!(api.operations().count(), OPERATIONS);
        // Each path is one value; what is in it is built for one of them.
        let (built, all) = (document.root.built(), all(&document));
        assert!(built < OPERATIONS + 30, "{}: {built} of {all}", document.name);
        assert!(all > 9 * OPERATIONS);
    }
}

#[test]
fn what_no_operation_has_is_told_without_building_any() {
    for (target, hint) in [
        ("operationId: reed400", "did you mean `read400`?"),
        ("operationId: other", "there are `read0`, `read1`, `read2`, `read3`, `read4`, `read5`, 494 more"),
        (
            "operationId: /things/none",
            "there are `read0`, `read1`, `read2`, `read3`, `read4`, `read5`, 494 more",
        ),
        (
            "operationId: 'api#/paths/~1thing~17/get'",
            "write it as `operationPath`; did you mean `/paths/~1things~17/get`?",
        ),
        (
            "operationPath: '{$sourceDescriptions.api.url}#/paths/~1thing~17/get'",
            "did you mean `/paths/~1things~17/get`?",
        ),
    ] {
        for document in descriptions() {
            let document = Arc::new(document);
            let text = format!(
                "arazzo: 1.0.1\ninfo: {{title: t, version: '1'}}\n\
                 sourceDescriptions: [{{name: api, url: api, type: openapi}}]\n\
                 workflows: [{{workflowId: w, steps: [{{stepId: s, {target}}}]}}]\n"
            );
            let (description, _) = Document::read("a.yml", "a.yml", text);
            let (workspace, diagnostics) = Workspace::new(Arc::new(description.unwrap()), Mode::Tolerant);
            assert_eq!(diagnostics, []);
            let mut workspace = workspace.unwrap();
            let wanted = workspace.wanted().unwrap();
            assert_eq!(workspace.supply(wanted, Arc::clone(&document)), []);
            let entry = workspace.entry();
            let step = &entry.description.workflows[0].steps[0];
            let found = entry.resolve_operation(step.target.as_ref().unwrap(), Mode::Tolerant);
            assert!(found.operation.is_none());
            assert_eq!(found.diagnostics[0].hint.as_deref(), Some(hint), "{target}");
            let built = document.root.built();
            assert!(built < OPERATIONS + 30, "{target} in {}: {built}", document.name);
        }
    }
}

#[test]
fn looking_at_everything_builds_everything_once() {
    for document in descriptions() {
        let value = document.root.to_value();
        assert_eq!(document.root.built(), all(&document), "{}", document.name);
        let (read, _) = Document::read(&document.name, &document.uri, document.text.to_string());
        assert_eq!(value, read.unwrap().root.to_value());
    }
}

#[test]
fn what_is_wrong_far_inside_is_found_when_a_text_is_opened() {
    for document in descriptions() {
        let [wrong, repeated] = ["@", "operationId"].map(|with| {
            let text = document.text.replace("operationId", if with == "@" { "@" } else { "responses" });
            let text = if with == "@" {
                text.replacen("\"ok\"", "ok\"", 1).replacen(": ok", ": @ok", 1)
            } else {
                text
            };
            Document::open(&document.name, &document.uri, text)
        });
        assert!(wrong.0.is_none() && wrong.1.len() == 1, "{:?}", wrong.1);
        assert_eq!(repeated.1.len(), OPERATIONS);
        assert!(repeated.1[0].message.starts_with("the key `responses` is there twice"));
    }
}

#[test]
fn a_text_with_anchors_is_gone_through_like_any_other() {
    let schema = "{type: object, properties: {a: {type: string}, b: {type: string}}}";
    let paths: String =
        (0..40).map(|n| format!("  /p{n}: {{get: {{operationId: o{n}, x-schema: *s}}}}\n")).collect();
    let text = format!(
        "openapi: 3.1.0\ncomponents:\n  x-schema: &s {schema}\npaths:\n{paths}# {}\n",
        "-".repeat(4096)
    );
    let document = Document::open("api.yml", "file:///api.yml", text).0.unwrap();
    assert_eq!(document.root.built(), 1);
    let document = Arc::new(document);
    let api = OpenApi::new(Arc::clone(&document)).unwrap();
    let operation = api.operation(api.operation_by_id("o39").unwrap());
    assert_eq!(operation.operation_id(), Some("o39"));
    let repeated = document.root.pointer("/paths/~1p39/get/x-schema/properties/b/type");
    assert_eq!(repeated.and_then(|node| node.as_str()), Some("string"));
    assert!(document.root.built() < 120, "{}", document.root.built());
}
