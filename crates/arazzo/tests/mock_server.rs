//! `arazzo mock` as a process: what it answers, what it prints, how it ends.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A command with nothing in its environment, in the root of the repository.
fn arazzo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
    command.args(args).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

const SIFT: &str = "workflows/sift-com-screen-account-creation-workflow.yml";

/// A mock that listens.
struct Mock {
    child: Child,
    log: BufReader<ChildStdout>,
    ready: Value,
}

impl Mock {
    fn start(args: &[&str]) -> Self {
        let mut child =
            arazzo(&[&["mock", "--port", "0", "--format", "jsonl"], args].concat()).spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let ready = line(&mut log);
        assert_eq!(ready["event"], "listening", "{ready}");
        Self { child, log, ready }
    }

    fn authority(&self) -> &str {
        self.ready["url"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    /// The status, the head and the body of the answer.
    fn request(&self, line: &str, headers: &[&str], body: &str) -> (u16, String, String) {
        let answer = self.raw(line, headers, body);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, head.to_owned(), body.to_owned())
    }

    fn raw(&self, line: &str, headers: &[&str], body: &str) -> String {
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        // A server that refuses the head need not take all of it.
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn logged(&mut self) -> Value {
        line(&mut self.log)
    }

    /// Ends it with a signal and gives its exit code.
    fn end(&mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(log: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"))
}

/// A file of a test.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// An API with what the tests need.
const PETS: &str = "
openapi: 3.1.0
info: {title: Pets, version: '1'}
servers: [{url: 'https://pets.example.test/v1'}]
security: [{Key: []}]
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: The pet.
          headers: {'no header': {schema: {type: string}}}
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: integer}, name: {type: string}}}
              examples: {cat: {value: {id: 1, name: Tom}}, dog: {value: {id: 2, name: Rex}}}
        '404': {description: None., content: {application/json: {schema: {type: object, properties: {why: {type: string}}}}}}
  /pets/mine:
    get: {operationId: getMine, responses: {'200': {description: Mine., content: {text/plain: {example: mine}}}}}
  /pets:
    post:
      operationId: addPet
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'201': {description: Added.}}
components: {securitySchemes: {Key: {type: apiKey, in: query, name: k}}}
";

#[test]
fn a_run_against_the_server_comes_to_the_same_as_one_with_the_mock_in_process() {
    let mock = Mock::start(&[SIFT]);
    let inputs = "workflows/sift-com-screen-account-creation.inputs.yml";
    let with = |args: &[&str]| {
        let common = ["run", SIFT, "--inputs", inputs, "--format", "json"];
        let output = arazzo(&[&common, args].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["runs"][0].clone()
    };
    let sources = mock.ready["sources"].as_object().unwrap();
    let servers: Vec<String> =
        sources.iter().map(|(name, url)| format!("{name}={}", url.as_str().unwrap())).collect();
    let mut args: Vec<&str> = servers.iter().flat_map(|server| ["--server", server]).collect();
    args.extend(["--auth", "eventsApi.ApiKeyAuth=key", "--auth", "BasicAuth=user:password"]);
    let (over_http, in_process) = (with(&args), with(&["--mock"]));
    assert_eq!(over_http["outputs"], in_process["outputs"]);
    let steps = |run: &Value| {
        let steps = run["steps"].as_array().unwrap().iter();
        steps
            .map(|step| (step["stepId"].clone(), step["attempts"][0]["statusCode"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(steps(&over_http), steps(&in_process));
    assert_eq!(steps(&over_http).len(), 3);
}

#[test]
fn an_api_alone_is_served_with_examples_and_preferences() {
    let api = file("mock-pets.yml", PETS);
    let mut mock = Mock::start(&[api.to_str().unwrap()]);
    assert!(mock.ready["sources"]["api"].as_str().unwrap().ends_with("/v1"), "{}", mock.ready);
    assert_eq!(mock.ready["operations"], 3);
    let get = |headers: &[&str]| {
        let (status, _, body) = mock.request("GET /v1/pets/5", headers, "");
        (status, serde_json::from_str::<Value>(&body).unwrap_or_default())
    };
    assert_eq!(get(&[]), (200, json!({"id": 1, "name": "Tom"})));
    assert_eq!(get(&["Prefer: example=dog"]), (200, json!({"id": 2, "name": "Rex"})));
    assert_eq!(get(&["Prefer: dynamic=true"]), (200, json!({"id": 1, "name": "text"})));
    assert_eq!(get(&["Prefer: code=404"]), (404, json!({"why": "text"})));
    assert_eq!(get(&["Prefer: code=503"]).0, 503);
    assert_eq!(get(&["Prefer: example=bird"]).0, 400);
    // The more exact path is meant, and the path of the server may be left out.
    assert_eq!(mock.request("GET /v1/pets/mine", &[], "").2, "mine");
    assert_eq!(mock.request("GET /pets/mine", &[], "").2, "mine");
    let (status, _, body) = mock.request("HEAD /v1/pets/mine", &[], "");
    assert_eq!((status, body.as_str()), (200, ""));
    assert_eq!(mock.request("GET /v1/birds", &[], "").0, 404);
    let (status, head, _) = mock.request("DELETE /v1/pets", &[], "");
    assert!(status == 405 && head.to_lowercase().contains("allow: post"), "{head}");
    let first = mock.logged();
    assert_eq!((&first["method"], &first["target"]), (&json!("GET"), &json!("/v1/pets/5")));
    assert_eq!((&first["status"], &first["operation"]), (&json!(200), &json!("getPet")));
    assert_eq!(mock.end("-INT"), Some(0));
}

#[test]
fn a_request_that_is_not_as_described_is_refused_and_the_log_says_why() {
    let api = file("mock-pets-refused.yml", PETS);
    let mut mock = Mock::start(&[api.to_str().unwrap()]);
    let json = ["Content-Type: application/json"];
    let (status, head, body) = mock.request("POST /v1/pets?k=top-secret", &json, "{\"name\": 5}");
    assert!(status == 400 && head.contains("application/problem+json"), "{head}");
    let problem: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "#/name");
    let logged = mock.logged();
    assert_eq!(logged["target"], "/v1/pets?k=***");
    assert!(logged["reason"].as_str().unwrap().contains("body at `/name`"), "{logged}");
    assert_eq!(mock.request("GET /v1/pets/x", &[], "").0, 400);
    assert_eq!(mock.request("POST /v1/pets", &["Content-Type: text/plain"], "x").0, 400);
    assert_eq!(mock.request("POST /v1/pets", &json, "{\"name\": \"Tom\"}").0, 201);
    assert_eq!(mock.end("-TERM"), Some(0));
}

#[test]
fn a_scenario_answers_in_turn() {
    let api = file("mock-pets-scenario.yml", PETS);
    let scenario = file("mock-scenario.yml", "getPet: [{status: 503}, {body: {id: 9}}]\n");
    let mock = Mock::start(&[api.to_str().unwrap(), scenario.to_str().unwrap()]);
    assert_eq!(mock.request("GET /v1/pets/x", &[], "").0, 503);
    assert_eq!(mock.request("GET /v1/pets/x", &[], "").2, "{\"id\":9}");
}

#[test]
fn faults_happen_as_often_as_is_asked_for() {
    let api = file("mock-pets-faults.yml", PETS);
    let mut mock =
        Mock::start(&[api.to_str().unwrap(), "--fault", "503:2", "--fault", "close:3", "--latency", "10ms"]);
    let statuses: Vec<u16> = (0..4).map(|_| mock.request("GET /v1/pets/mine", &[], "").0).collect();
    assert_eq!(statuses, [200, 503, 0, 503]);
    assert!(mock.logged()["durationMs"].as_f64().unwrap() >= 10.0);
    mock.logged();
    assert_eq!(mock.logged()["status"], Value::Null);
}

#[test]
fn other_origins_are_let_in_only_when_asked_for() {
    let api = file("mock-pets-cors.yml", PETS);
    let preflight = |mock: &Mock| {
        let headers = ["Origin: http://page.test", "Access-Control-Request-Method: POST"];
        let (status, head, _) = mock.request("OPTIONS /v1/pets", &headers, "");
        (status, head.to_lowercase().contains("access-control-allow-origin: *"))
    };
    assert_eq!(preflight(&Mock::start(&[api.to_str().unwrap()])), (405, false));
    assert_eq!(preflight(&Mock::start(&[api.to_str().unwrap(), "--cors"])), (204, true));
}

#[test]
fn what_a_client_sends_is_limited() {
    let api = file("mock-pets-limits.yml", PETS);
    let mock = Mock::start(&[api.to_str().unwrap(), "--max-body", "1KiB"]);
    let json = ["Content-Type: application/json"];
    assert_eq!(mock.request("POST /v1/pets", &json, &" ".repeat(5_000)).0, 413);
    // A connection that is closed while the head still comes may take the answer with it.
    let long = format!("X-Long: {}", "x".repeat(1_000_000));
    assert!(matches!(mock.request("GET /v1/pets/mine", &[&long], "").0, 431 | 0));
    assert_eq!(mock.request("GET /v1/pets/mine", &[], "").0, 200);
}

#[test]
fn sources_with_the_same_routes_are_told_apart_by_their_names() {
    let api = file("mock-pets-twice.yml", PETS);
    let api = api.file_name().unwrap().to_str().unwrap();
    let description = format!(
        "{{arazzo: 1.0.1, info: {{title: t, version: '1'}}, sourceDescriptions: [{{name: one, url: {api}, type: openapi}}, \
         {{name: two, url: ./other-{api}, type: openapi}}], workflows: [{{workflowId: w, steps: [{{stepId: s, operationId: \
         $sourceDescriptions.one.getMine}}]}}]}}"
    );
    file(&format!("other-{api}"), &PETS.replace("example: mine", "example: yours"));
    let description = file("mock-twice.arazzo.yml", &description);
    let mock = Mock::start(&[description.to_str().unwrap()]);
    assert!(mock.ready["sources"]["two"].as_str().unwrap().ends_with("/two/v1"), "{}", mock.ready);
    assert_eq!(mock.request("GET /v1/pets/mine", &[], "").2, "mine");
    assert_eq!(mock.request("GET /two/v1/pets/mine", &[], "").2, "yours");
}

#[test]
fn a_port_that_is_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = arazzo(&["mock", SIFT, "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains(&format!("port {port} of 127.0.0.1 is in use")), "{stderr}");
}
