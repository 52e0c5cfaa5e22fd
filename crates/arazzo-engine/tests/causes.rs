//! One cause, one diagnostic: descriptions with one defect each, and all that is said of them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Workspace};
use arazzo_engine::{CheckOptions, Mode, check};

const API: &str = "
openapi: 3.1.0
info: { title: Library, version: '1' }
servers: [{ url: 'https://library.test' }]
security: [{ key: [], user: [] }]
paths:
  /books:
    get:
      operationId: findBooks
      parameters:
      - { name: title, in: query, schema: { type: string } }
      - { name: Accept, in: header, required: true, schema: { type: string } }
      - { name: authorization, in: header, required: true, schema: { type: string } }
      - { name: api_key, in: query, required: true, schema: { type: string } }
      responses:
        '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/book' } } } } }
    post:
      operationId: addBook
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/book' } } } }
      responses: { '201': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/book' } } } } }
  /books/{isbn}:
    parameters: [{ name: isbn, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getBook
      responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/book' } } } } }
    delete:
      operationId: dropBook
      responses: { '204': { description: gone } }
components:
  schemas:
    book: { type: object, additionalProperties: false, properties: { isbn: { type: string }, pages: { type: integer } } }
  securitySchemes:
    key: { type: apiKey, in: query, name: api_key }
    user: { type: http, scheme: basic }
";

/// The head of a description with one source.
const HEAD: &str = "info: { title: Lend, version: '1' }
sourceDescriptions: [{ name: library, url: api.yml }]
";

/// Everything that is said of a description, as `code:line`.
fn said(description: &str, mode: Mode) -> Vec<String> {
    found(description, API, mode).iter().map(said_once).collect()
}

fn found(description: &str, api: &str, mode: Mode) -> Vec<Diagnostic> {
    let read = |name: &str, text: &str| {
        let (document, diagnostics) = Document::read(name, &format!("file:///{name}"), text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        Arc::new(document.unwrap())
    };
    let (workspace, mut diagnostics) = Workspace::new(read("w.yml", description), mode);
    let mut workspace = workspace.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    while let Some(wanted) = workspace.wanted() {
        let (_, source) = workspace.source_of(wanted).unwrap();
        let text = match source.url.value.as_str() {
            "api.yml" => api,
            _ => SHARED,
        };
        let name = source.url.value.clone();
        diagnostics.extend(workspace.supply(wanted, read(&name, text)));
    }
    diagnostics.extend(check(&workspace, &CheckOptions { mode, ..CheckOptions::default() }));
    diagnostics
}

fn said_once(diagnostic: &Diagnostic) -> String {
    format!("{}:{}", diagnostic.code, diagnostic.place.span.start.line)
}

/// A description that others use as a source.
const SHARED: &str = "
arazzo: 1.0.1
info: { title: Shared, version: '1' }
sourceDescriptions: [{ name: library, url: api.yml }]
workflows:
- workflowId: search
  steps: [{ stepId: find, operationId: findBooks, outputs: { first: $response.body#/0/isbn } }]
  outputs: { first: $steps.find.outputs.first }
";

/// A defect, the code and line of what is said of it, and the description from its `workflows` on (line 4).
const DEFECTS: [(&str, &str, &str); 18] = [
    (
        "a failure action of the workflow goes to no step",
        "unknown-step:6",
        "
- workflowId: w
  failureActions: [{ name: again, type: goto, stepId: serch }]
  steps: [{ stepId: search, operationId: findBooks }]",
    ),
    (
        "an output of the workflow is taken from one that the step does not have",
        "unknown-output:7",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, outputs: { first: $response.body#/0 } }]
  outputs: { book: $steps.find.outputs.second }",
    ),
    (
        "a pointer passes an array without an index",
        "unknown-response-member:6",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, outputs: { first: $response.body#/isbn } }]",
    ),
    (
        "a parameter stands in the wrong place",
        "unknown-parameter:6",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, parameters: [{ name: title, in: cookie, value: Emma }] }]",
    ),
    ("a body is missing", "missing-body:6", "\n- workflowId: w\n  steps: [{ stepId: add, operationId: addBook }]"),
    (
        "a form is sent where JSON is wanted",
        "undeclared-content-type:6",
        "
- workflowId: w
  steps: [{ stepId: add, operationId: addBook, requestBody: { contentType: application/x-www-form-urlencoded, payload: { isbn: '1' } } }]",
    ),
    (
        "a step stands behind one that always ends",
        "unreachable-step:8",
        "
- workflowId: w
  steps:
  - { stepId: a, operationId: findBooks, onSuccess: [{ name: done, type: end }], onFailure: [{ name: over, type: end }] }
  - { stepId: b, operationId: findBooks }",
    ),
    (
        "the first of two branches runs on into the second",
        "branch-runs-on:10",
        "
- workflowId: w
  steps:
  - stepId: choose
    operationId: findBooks
    onSuccess: [{ name: one, type: goto, stepId: short, criteria: [{ condition: $response.body#/0/pages < 100 }] }, { name: two, type: goto, stepId: long, criteria: [{ condition: $response.body#/0/pages >= 100 }] }]
  - { stepId: short, operationId: addBook, requestBody: { payload: { pages: 1 } } }
  - { stepId: long, operationId: addBook, requestBody: { payload: { pages: 2 } } }",
    ),
    (
        "two steps go to each other without an end",
        "endless-loop:7",
        "
- workflowId: w
  steps:
  - { stepId: a, operationId: findBooks }
  - { stepId: b, operationId: findBooks, onSuccess: [{ name: back, type: goto, stepId: a }] }",
    ),
    (
        "a success action of the workflow is a retry",
        "retry-after-success:6",
        "
- workflowId: w
  successActions: [{ name: wait, type: retry, retryLimit: 2 }]
  steps: [{ stepId: find, operationId: findBooks }]",
    ),
    (
        "a step reads what a later one makes",
        "forward-reference:7",
        "
- workflowId: w
  steps:
  - { stepId: get, operationId: getBook, parameters: [{ name: isbn, in: path, value: $steps.find.outputs.isbn }] }
  - { stepId: find, operationId: findBooks, outputs: { isbn: $response.body#/0/isbn } }",
    ),
    (
        "two workflows have one id",
        "duplicate-id:6",
        "
- { workflowId: w, steps: [{ stepId: find, operationId: findBooks }] }
- { workflowId: w, steps: [{ stepId: find, operationId: findBooks }] }",
    ),
    (
        "workflows depend on each other",
        "circular-dependency:5",
        "
- { workflowId: a, dependsOn: [b], steps: [{ stepId: find, operationId: findBooks }] }
- { workflowId: b, dependsOn: [a], steps: [{ stepId: find, operationId: findBooks }] }",
    ),
    (
        "a reference leads to no component",
        "unknown-component:6",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, parameters: [{ reference: $components.parameters.titel }] }]",
    ),
    (
        "an input is used under another name",
        "undeclared-input:7",
        "
- workflowId: w
  inputs: { type: object, additionalProperties: false, properties: { isbn: { type: string } } }
  steps: [{ stepId: get, operationId: getBook, parameters: [{ name: isbn, in: path, value: 'x{$inputs.ibsn}{$inputs.isbn}' }] }]",
    ),
    (
        "a default is refused by its own schema",
        "refused-default:6",
        "
- workflowId: w
  inputs: { type: object, properties: { isbn: { type: string, maxLength: 3, default: '12345' } } }
  steps: [{ stepId: get, operationId: getBook, parameters: [{ name: isbn, in: path, value: $inputs.isbn }] }]",
    ),
    (
        "a regular expression has nothing to be applied to",
        "invalid-criterion:6",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, successCriteria: [{ condition: '^2', type: regex }] }]",
    ),
    (
        "a token is written down",
        "secret-in-description:6",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, parameters: [{ name: Authorization, in: header, value: Bearer 3f9d8c7b6a5e4d3c2b1a }] }]",
    ),
];

#[test]
fn each_defect_is_said_once_and_at_its_place() {
    for (defect, expected, workflows) in DEFECTS {
        let description = format!("arazzo: 1.0.1\n{HEAD}workflows:{workflows}\n");
        assert_eq!(said(&description, Mode::Tolerant), [expected], "{defect}");
    }
}

/// Defects of the structure that take something away which other parts use.
const CASCADES: [(&str, &str, &str); 11] = [
    (
        "an output that is a constant",
        "wrong-type:6",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, outputs: { found: true } }]
  outputs: { found: $steps.find.outputs.found }",
    ),
    (
        "a place that parameters do not have",
        "unknown-value:6",
        "
- workflowId: w
  steps: [{ stepId: get, operationId: getBook, parameters: [{ name: isbn, in: paht, value: '1' }] }]",
    ),
    (
        "a parameter as a `$ref`",
        "unknown-field:6",
        "
- workflowId: w
  steps: [{ stepId: get, operationId: getBook, parameters: [{ $ref: '#/components/parameters/isbn' }] }]",
    ),
    (
        "a step as a `$ref`",
        "unknown-field:6",
        "
- workflowId: w
  steps: [{ $ref: 'steps.yml#/find' }]
  outputs: { found: $steps.find.outputs.found }",
    ),
    (
        "a step without an id",
        "missing-field:6",
        "
- workflowId: w
  steps: [{ operationId: findBooks, outputs: { found: $response.body } }]
  outputs: { found: $steps.find.outputs.found }",
    ),
    (
        "a component that could not be read",
        "unknown-value:8",
        "
- workflowId: w
  steps: [{ stepId: get, operationId: getBook, parameters: [{ reference: $components.parameters.isbn }] }]
components: { parameters: {
  isbn: { name: isbn, in: body, value: '1' } } }",
    ),
    (
        "a component that is not there",
        "unknown-component:6",
        "
- workflowId: w
  steps: [{ stepId: get, operationId: getBook, parameters: [{ reference: $components.parameters.isbn }] }]",
    ),
    (
        "a workflow that is not there, and its outputs",
        "unknown-workflow:6",
        "
- workflowId: w
  steps: [{ stepId: call, workflowId: serch, outputs: { first: $outputs.first } }]",
    ),
    (
        "an output of a called workflow",
        "output-of-called-workflow:8",
        "
- { workflowId: search, steps: [{ stepId: find, operationId: findBooks, outputs: { o: $response.body } }], outputs: { first: $steps.find.outputs.o } }
- workflowId: w
  steps: [{ stepId: call, workflowId: search }]
  outputs: { first: $steps.call.outputs.first }",
    ),
    (
        "a cycle beside another defect",
        "unknown-step:7 circular-dependency:5",
        "
- { workflowId: a, dependsOn: [b], steps: [{ stepId: find, operationId: findBooks }] }
- { workflowId: b, dependsOn: [a], steps: [{ stepId: find, operationId: findBooks }] }
- { workflowId: c, steps: [{ stepId: find, operationId: findBooks, onFailure: [{ name: n, type: goto, stepId: q }] }] }",
    ),
    (
        "the name of an output is missing in an expression",
        "invalid-expression:7",
        "
- workflowId: w
  steps: [{ stepId: find, operationId: findBooks, outputs: { found: $response.body } }]
  outputs: { all: $steps.find.outputs }",
    ),
];

#[test]
fn what_follows_from_a_defect_is_not_said_as_well() {
    for (defect, expected, workflows) in CASCADES {
        let description = format!("arazzo: 1.0.1\n{HEAD}workflows:{workflows}\n");
        assert_eq!(said(&description, Mode::Tolerant).join(" "), expected, "{defect}");
    }
}

#[test]
fn sources_that_could_not_be_read_are_not_missed() {
    let workflows = "workflows: [{ workflowId: w, steps: [{ stepId: s, operationId: $sourceDescriptions.library.findBooks }, { stepId: t, workflowId: $sourceDescriptions.library.lend }] }]";
    for sources in ["", "sourceDescriptions: []\n", "sourceDescriptions: [{ url: api.yml }]\n"] {
        let description =
            format!("arazzo: 1.0.1\ninfo: {{ title: Lend, version: '1' }}\n{sources}{workflows}\n");
        let said = said(&description, Mode::Tolerant);
        assert!(matches!(said.as_slice(), [one] if one.starts_with("missing-field:")), "{sources} {said:?}");
    }
}

#[test]
fn what_credentials_and_bodies_fill_in_is_not_missing() {
    let description = format!(
        "arazzo: 1.0.1\n{HEAD}workflows: [{{ workflowId: w, steps: [{{ stepId: find, operationId: findBooks }}] }}]\n"
    );
    assert_eq!(said(&description, Mode::Strict), [""; 0]);
}

#[test]
fn a_workflow_of_a_source_is_found_behind_its_field() {
    let written = [
        ("$sourceDescriptions.shared.search", "", ""),
        ("$sourceDescriptions.shared.workflows.search", "workflow-id-form:6", "workflow-id-form:6"),
        ("shared.workflows.search", "source-without-root:6", "source-without-root:6"),
        ("$sourceDescriptions.shared#/workflows/0", "unknown-workflow:6", "unknown-workflow:6"),
    ];
    let source = "sourceDescriptions: [{ name: shared, url: shared.yml, type: arazzo }]";
    for (id, tolerant, strict) in written {
        let workflow = format!(
            "- workflowId: w\n  steps: [{{ stepId: call, workflowId: '{id}', outputs: {{ first: $outputs.first }} }}]"
        );
        let description = format!(
            "arazzo: 1.0.1\ninfo: {{ title: Lend, version: '1' }}\n{source}\nworkflows:\n{workflow}\n"
        );
        assert_eq!(said(&description, Mode::Tolerant).join(" "), tolerant, "`{id}`");
        assert_eq!(said(&description, Mode::Strict).join(" "), strict, "`{id}`");
    }
}

#[test]
fn a_reference_that_leads_nowhere_is_said_once_with_all_its_places() {
    let broken = API.replace(
        "responses: { '204': { description: gone } }",
        "responses: { '204': { $ref: '#/nothing' }, '404': { $ref: '#/nothing' } }",
    );
    let step = "{ stepId: drop, operationId: dropBook, parameters: [{ name: isbn, in: path, value: '1' }] }";
    let description = format!("arazzo: 1.0.1\n{HEAD}workflows: [{{ workflowId: w, steps: [{step}] }}]\n");
    let diagnostics = found(&description, &broken, Mode::Tolerant);
    let [one] = diagnostics.as_slice() else { panic!("{diagnostics:#?}") };
    assert_eq!((one.code.as_str(), one.related.len()), ("unresolved-reference", 1));
    assert!(one.place.span.start < one.related.first().unwrap().place.span.start);
}
