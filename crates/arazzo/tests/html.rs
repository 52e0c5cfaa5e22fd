//! The page of `--report html=PATH`: what stands in it, that nothing in a run can become markup, and that it needs
//! nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/command.rs"]
mod command;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use command::arazzo;

const API: &str = "
openapi: 3.1.0
info: { title: Items, version: '1' }
servers: [{ url: 'http://api.test' }]
paths:
  /items:
    get: { operationId: list, responses: { '200': { description: ok } } }
    post:
      operationId: add
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '201': { description: made } }
";

const WORKFLOWS: &str = "
arazzo: 1.0.1
info: { title: Nested, version: 1.0.0 }
sourceDescriptions: [{ name: api, url: api.yml, type: openapi }]
workflows:
- workflowId: outer
  dependsOn: [before]
  inputs: { type: object, properties: { password: { type: string, format: password } } }
  steps:
  - { stepId: call, workflowId: inner }
  - stepId: send
    operationId: add
    requestBody: { contentType: application/json, payload: { secret: $inputs.password, list: [1, 2] } }
    successCriteria: [{ condition: $statusCode == 201 }]
    onFailure:
    - { name: mend, type: retry, retryLimit: 2, workflowId: inner, criteria: [{ condition: $statusCode == 503 }] }
    onSuccess:
    - { name: never, type: goto, stepId: skipped, criteria: [{ condition: $statusCode == 299 }] }
    - { name: go-on, type: goto, workflowId: inner }
  - { stepId: skipped, operationId: list }
- workflowId: inner
  steps:
  - { stepId: look, operationId: list, outputs: { seen: $response.body } }
  outputs: { seen: $steps.look.outputs.seen }
- workflowId: before
  steps: [{ stepId: first, operationId: list }]
";

/// Runs workflows of [`WORKFLOWS`] with this scenario and gives the page.
fn page(name: &str, scenario: &str, args: &[&str]) -> String {
    let folder = folder(name);
    fs::write(folder.join("api.yml"), API).unwrap();
    fs::write(folder.join("w.yml"), WORKFLOWS).unwrap();
    fs::write(folder.join("scenario.yml"), scenario).unwrap();
    run(&folder, &[&["w.yml", "--mock=scenario.yml"], args].concat())
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("html-{name}"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> String {
    let args: Vec<String> =
        ["run", "--report", "html=page.html", "-q"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    let outcome = arazzo(folder, &args, &BTreeMap::new(), None).unwrap();
    assert!(matches!(outcome.exit, Some(0 | 1)), "{}{}", outcome.stdout, outcome.stderr);
    fs::read_to_string(folder.join("page.html")).unwrap()
}

fn sift(name: &str, scenario: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let file = |end: &str| format!("{}/workflows/sift-com-screen-account-creation{end}", root.display());
    let mock = format!("--mock={}", file(scenario));
    run(&folder(name), &[&file("-workflow.yml"), "--inputs", &file(".inputs.yml"), &mock])
}

/// The values of an attribute, from the markup.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_page_shows_the_path_taken_and_what_did_not_run() {
    let high = sift("high", ".high-risk.scenario.yml");
    assert!(high.contains("highRisk → decisionRiskyUser"));
    assert_eq!(high.matches("class=\"node step taken succeeded\"").count(), 3);
    assert_eq!(high.matches("class=\"edge success taken\"").count(), 4, "start, next, highRisk and the end");
    assert!(!high.contains("Not run:"));
    let low = sift("low", ".low-risk.scenario.yml");
    assert!(low.contains("lowRisk ends the workflow"));
    assert_eq!(low.matches("class=\"node step taken succeeded\"").count(), 2);
    assert!(low.contains("Not run: <code>decisionRiskyUser</code>"));
    assert!(low.contains("does not hold"), "why the other branch was not taken");
}

#[test]
fn a_failed_step_is_open_and_says_why() {
    let page = page("failed", "list:\n- status: 500\n", &["-w", "inner"]);
    assert!(page.contains("<title>failed: inner</title>"));
    assert!(page.contains("<details class=\"step failed\" id=\"run-1-visit-1\" open>"));
    assert!(page.contains("no action handles it: the workflow fails"));
    assert_eq!(page.matches("class=\"edge failure taken\"").count(), 1);
}

#[test]
fn nested_runs_stand_where_they_were_started() {
    let scenario = "add:\n- status: 503\n- status: 201\nlist:\n- body: [1]\n";
    let page = page("nested", scenario, &["-w", "outer"]);
    for why in [
        "ran before, as it is depended on",
        "called by the step",
        "ran before the next attempt",
        "goes on in its place",
    ] {
        assert!(page.contains(why), "{why}");
    }
    assert!(page.contains("<code>mend</code> tries again"));
    assert!(page.contains("Not run: <code>skipped</code>"));
    let ids = attributes(&page, "id");
    let unique: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for link in attributes(&page, "href") {
        assert!(ids.contains(&link.trim_start_matches('#')), "{link}");
    }
}

#[test]
fn several_runs_are_on_one_page() {
    let page = page("several", "add:\n- status: 201\n", &["-w", "inner", "-w", "before", "-w", "inner"]);
    assert_eq!(page.matches("class=\"run outermost\"").count(), 3);
    for id in ["run-1", "run-2", "run-3"] {
        assert!(page.contains(&format!("<a href=\"#{id}\">")), "{id}");
    }
}

#[test]
fn nothing_in_a_run_becomes_markup() {
    let hostile = r#"</script><script>alert(1)</script><img src=x onerror=alert(1)>'\"\u0000\u001b[2J\u202e"#;
    let scenario = format!(
        "list:\n- body: {{ text: \"{hostile}\", \"</pre><b>\": 1 }}\n  headers: {{ X-A: \"</dd><script>b</script>\" }}\n"
    );
    let page = page("hostile", &scenario, &["-w", "inner"]);
    assert_eq!(page.matches("<script").count(), 1, "its own");
    assert_eq!(page.matches("</script").count(), 1);
    for markup in ["<img", "</pre><b>", "\u{0}", "\u{1b}", "\u{202e}"] {
        assert!(!page.contains(markup), "{markup:?}");
    }
    assert!(page.contains("alert(1)"), "it is shown as text");
}

#[test]
fn a_page_refers_to_nothing_outside() {
    let page = sift("alone", ".high-risk.scenario.yml");
    for name in ["src", "href", "action", "srcset", "data", "poster"] {
        for value in attributes(&page, name) {
            assert!(value.starts_with('#'), "{name}={value}");
        }
    }
    for loads in
        ["<link", "<iframe", "<object", "<img", "@import", "url(", "fetch(", "XMLHttpRequest", "import("]
    {
        assert!(!page.contains(loads), "{loads}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn secrets_are_masked_on_the_page() {
    let page = page("secret", "add:\n- status: 201\n", &["-w", "outer", "-i", "password=s3cr3t-w0rd"]);
    assert!(!page.contains("s3cr3t-w0rd"));
    assert!(page.contains("***"));
}

#[test]
fn a_long_body_is_cut_and_the_page_says_so() {
    let scenario = format!("list:\n- body: \"{}\"\n", "long ".repeat(20_000));
    let page = page("long", &scenario, &["-w", "inner"]);
    assert!(page.len() < 120_000, "{}", page.len());
    assert!(page.contains("more bytes are not shown"));
}
