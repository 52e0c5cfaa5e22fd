//! A secret in every place where one can be, and every output searched for it: as it is, for URLs and forms, in JSON, XML
//! and Base64. Only the outputs of the workflow on standard output may show one, in the formats for programs.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arazzo_runner::testing::{Answer, Server};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use command::{Outcome, arazzo};

const API: &str = "
openapi: 3.1.0
info: { title: Vault, version: '1' }
servers: [{ url: 'http://vault.test' }]
paths:
  /json:
    post:
      operationId: sendJson
      security: [{ Basic: [] }]
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
  /form:
    post:
      operationId: sendForm
      security: [{ QueryKey: [] }]
      requestBody: { content: { application/x-www-form-urlencoded: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
  /multipart:
    post:
      operationId: sendMultipart
      security: [{ HeaderKey: [] }]
      requestBody: { content: { multipart/form-data: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
  /xml:
    post:
      operationId: sendXml
      requestBody: { content: { application/xml: { schema: { type: string } } } }
      responses: { '200': { description: ok } }
  /things/{thing}:
    get:
      operationId: getThing
      security: [{ Client: [] }]
      parameters:
      - { name: thing, in: path, required: true, schema: { type: string } }
      - { name: q, in: query, schema: { type: string } }
      - { name: X-Note, in: header, schema: { type: string } }
      - { name: crumb, in: cookie, schema: { type: string } }
      responses: { '200': { description: ok } }
  /own:
    get:
      operationId: getOwn
      security: [{ FieldOwn: [], QueryOwn: [], CrumbOwn: [] }]
      responses: { '200': { description: ok } }
components:
  securitySchemes:
    Basic: { type: http, scheme: basic }
    QueryKey: { type: apiKey, in: query, name: k }
    HeaderKey: { type: apiKey, in: header, name: X-K }
    FieldOwn: { type: apiKey, in: header, name: X-Field }
    QueryOwn: { type: apiKey, in: query, name: field }
    CrumbOwn: { type: apiKey, in: cookie, name: field }
    Client: { type: oauth2, flows: { clientCredentials: { tokenUrl: /oauth, scopes: {} } } }
";

const FLOW: &str = "
arazzo: 1.0.1
info: { title: Vault, version: 1.0.0 }
sourceDescriptions: [{ name: vault, url: api.yml, type: openapi }]
workflows:
- workflowId: all
  inputs:
    type: object
    required: [pass]
    properties:
      pass: { type: string, format: password }
      once: { type: string, writeOnly: true }
      own: { type: string }
      apiKey: { type: string }
      pin: { type: integer, format: password }
      profile: { type: object, properties: { inner: { type: object, properties: { word: { type: string, format: password } } } } }
  steps:
  - stepId: json
    operationId: sendJson
    requestBody: { payload: { text: $inputs.pass, apiKey: $inputs.apiKey, profile: $inputs.profile } }
    outputs: { echo: $response.body#/echo }
  - stepId: form
    operationId: sendForm
    requestBody: { payload: { text: $inputs.pass, other: $inputs.once } }
  - stepId: multipart
    operationId: sendMultipart
    requestBody: { payload: { text: $inputs.pass, other: $inputs.once } }
  - stepId: xml
    operationId: sendXml
    requestBody: { contentType: application/xml, payload: '<a b=\"{$inputs.pass}\">{$inputs.once}</a>' }
  - stepId: own
    operationId: getOwn
    parameters:
    - { name: x-field, in: header, value: $inputs.own }
    - { name: field, in: query, value: $inputs.own }
    - { name: field, in: cookie, value: step-0123456789 }
  - stepId: thing
    operationId: getThing
    parameters:
    - { name: thing, in: path, value: $inputs.pass }
    - { name: q, in: query, value: $inputs.pass }
    - { name: X-Note, in: header, value: $inputs.pass }
    - { name: crumb, in: cookie, value: $inputs.pass }
    successCriteria: [{ condition: $response.body#/echo/0 == 'nothing' }]
  outputs: { echo: $steps.json.outputs.echo }
";

/// The secrets, by where they are.
const SECRETS: [(&str, &str); 15] = [
    ("input", "input/+\"<&>'~=é1"),
    ("write only", "once/+\"<&>'~=2"),
    ("name", "named/+\"<&>'~=3"),
    ("nested", "inner/+\"<&>'~=4"),
    ("basic", "basic/+\"<&>'~=5"),
    ("query key", "query/+\"<&>'~=6"),
    ("header key", "header/+\"<&>'~=7"),
    ("client", "client/+\"<&>'~=8"),
    ("token", "token/+\"<&>'~=9"),
    ("given header", "given/+\"<&>'~=10"),
    ("response header", "answer/+\"<&>'~=11"),
    ("cookie", "crumb/+<&>'~=12"),
    ("response member", "member/+\"<&>'~=13"),
    ("field of a scheme", "own/+\"<&>'~=14"),
    ("field in the description", "step-0123456789"),
];

fn secret(place: &str) -> &'static str {
    SECRETS.iter().find(|(name, _)| *name == place).map(|(_, secret)| *secret).unwrap()
}

fn percent(secret: &str, kept: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || kept.contains(&byte);
    secret
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

/// What a secret looks like in what is sent or echoed.
fn forms(secret: &str) -> Vec<String> {
    let json = Value::from(secret).to_string();
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let all = xml.replace('"', "&quot;");
    vec![
        secret.to_owned(),
        percent(secret, b""),
        percent(secret, b"-._~"),
        percent(secret, b"*-._"),
        json[1..json.len() - 1].to_owned(),
        xml,
        all.replace('\'', "&#39;"),
        all.replace('\'', "&apos;"),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        STANDARD_NO_PAD.encode(format!("user:{secret} and more")),
        URL_SAFE_NO_PAD.encode(format!("x{secret}!")),
    ]
}

/// What an answer of the server repeats. It has no token to repeat before one was fetched.
fn echo(has_token: bool) -> Value {
    let known = SECRETS.iter().filter(|(place, _)| has_token || *place != "token");
    known.flat_map(|(_, secret)| forms(secret)).collect()
}

fn answer(has_token: bool) -> Answer {
    let body = json!({ "echo": echo(has_token), "access_token": secret("response member") });
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("X-Session-Token", secret("response header").to_owned()),
        ("Set-Cookie", format!("sid={}; Path=/", secret("cookie"))),
        ("X-Echo", format!("you sent {}", percent(secret("input"), b""))),
    ];
    Answer::Response {
        status: 200,
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: body.to_string().into_bytes(),
    }
}

fn script() -> Vec<Answer> {
    let bytes = [b"\xff\x00".to_vec(), secret("input").as_bytes().to_vec(), b"\xfe".to_vec()].concat();
    let image = Answer::Response {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "image/png".to_owned())],
        body: bytes,
    };
    let token = json!({ "access_token": secret("token"), "token_type": "bearer", "expires_in": 3600 });
    let answers = [answer(false), answer(false), image, answer(false), answer(false)];
    answers.into_iter().chain([Answer::json(200, &token.to_string()), answer(true)]).collect()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-secrets-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("api.yml"), API).unwrap();
        fs::write(folder.join("flow.yml"), FLOW).unwrap();
        fs::write(folder.join("rows.jsonl"), json!({ "pass": secret("input") }).to_string()).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

const REPORTS: [&str; 6] = ["junit", "html", "json", "har", "tap", "markdown"];

/// Runs the command with a secret in every place and the further arguments.
fn run(folder: &Path, server: &str, more: &[&str]) -> Outcome {
    let inputs = json!({
        "pass": secret("input"),
        "once": secret("write only"),
        "own": secret("field of a scheme"),
        "apiKey": secret("name"),
        "profile": { "inner": { "word": secret("nested") } },
    });
    fs::write(folder.join("inputs.json"), inputs.to_string()).unwrap();
    let header = format!("X-Api-Token: {}", secret("given header"));
    let mut args: Vec<String> = ["run", "flow.yml", "--inputs", "inputs.json", "--server", server, "-H"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    args.push(header);
    for (scheme, value) in [
        ("Basic", format!("robin:{}", secret("basic"))),
        ("QueryKey", secret("query key").to_owned()),
        ("HeaderKey", secret("header key").to_owned()),
        ("Client", format!("id:{}", secret("client"))),
    ] {
        args.extend(["--auth".to_owned(), format!("{scheme}={value}")]);
    }
    args.extend(REPORTS.iter().flat_map(|kind| ["--report".to_owned(), format!("{kind}=report.{kind}")]));
    args.extend(more.iter().map(|arg| (*arg).to_owned()));
    arazzo(folder, &args, &BTreeMap::new(), None).unwrap()
}

/// Every text that came of a run, with its name.
fn texts(folder: &Path, outcome: &Outcome) -> Vec<(String, String)> {
    let mut texts = vec![
        ("standard output".to_owned(), outcome.stdout.clone()),
        ("standard error".to_owned(), outcome.stderr.clone()),
    ];
    for kind in REPORTS {
        if let Ok(text) = fs::read_to_string(folder.join(format!("report.{kind}"))) {
            texts.push((kind.to_owned(), text));
        }
    }
    texts
}

/// What Base64 in the text stands for, wherever it begins in a group.
fn decoded(text: &str) -> Vec<Vec<u8>> {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    let runs = text.as_bytes().split(|byte| !is_digit(*byte)).filter(|run| run.len() >= 8);
    runs.flat_map(|run| {
        let plain: String = run.iter().map(|byte| char::from(*byte)).collect();
        let plain = plain.replace('-', "+").replace('_', "/");
        (0..4).filter_map(move |start| {
            let digits = &plain[start..];
            let whole = &digits[..digits.len() - digits.len() % 4];
            STANDARD_NO_PAD.decode(whole).ok()
        })
    })
    .collect()
}

fn leaks(text: &str) -> Vec<String> {
    let bytes = decoded(text);
    let mut found = Vec::new();
    for (place, secret) in SECRETS {
        found.extend(
            forms(secret)
                .iter()
                .filter(|form| text.contains(form.as_str()))
                .map(|form| format!("{place}: {form}")),
        );
        let secret = secret.as_bytes();
        if bytes.iter().any(|bytes| bytes.windows(secret.len()).any(|window| window == secret)) {
            found.push(format!("{place}: inside Base64"));
        }
    }
    found
}

fn assert_tight(what: &str, texts: &[(String, String)]) {
    for (name, text) in texts {
        let leaks = leaks(text);
        assert!(leaks.is_empty(), "{what}: {name} shows {leaks:#?}\n{text}");
    }
}

#[test]
fn no_output_shows_a_secret_in_any_form() {
    let folder = Folder::new("run");
    let server = Server::start([]).unwrap();
    for more in [
        &[][..],
        &["-v"],
        &["-vv"],
        &["-q"],
        &["--format", "json"],
        &["--format", "jsonl"],
        &["--format", "jsonl", "-v"],
        &["--format", "outputs"],
        &["--check-responses", "warn", "-v"],
        &["--repeat", "1", "--format", "jsonl", "-v"],
        &["--repeat", "1", "--format", "json"],
        &["--data", "rows.jsonl"],
        &["--data", "rows.jsonl", "--format", "jsonl", "-v"],
        &["--dry-run"],
        &["--dry-run", "--format", "json"],
        &["--dry-run", "--format", "jsonl"],
        &["--strict"],
    ] {
        server.follow(script());
        let mut outcome = run(&folder.0, &server.url(), more);
        let expected = if more.contains(&"--dry-run") { 0 } else { 1 };
        assert_eq!(outcome.exit, Some(expected), "{more:?}: {}", outcome.stderr);
        if let Some(format) = more.iter().position(|arg| *arg == "--format").map(|index| more[index + 1])
            && !more.contains(&"--dry-run")
        {
            outcome.stdout = without_outputs(format, &outcome.stdout);
        }
        assert_tight(&format!("{more:?}"), &texts(&folder.0, &outcome));
    }
}

/// Standard output without the outputs of the workflow, which must be there as they are.
fn without_outputs(format: &str, stdout: &str) -> String {
    let take = |run: &mut Value| {
        let outputs = run.as_object_mut().unwrap().shift_remove("outputs").unwrap();
        assert_eq!(outputs["echo"], echo(false));
    };
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    match format {
        "json" => {
            let mut report = read(stdout);
            take(&mut report["runs"][0]);
            report.to_string()
        }
        "jsonl" => {
            let mut lines: Vec<Value> = stdout.lines().map(read).collect();
            take(lines.iter_mut().find(|line| line["event"] == "run").unwrap());
            lines.iter().map(|line| format!("{line}\n")).collect()
        }
        "outputs" => {
            assert_eq!(read(stdout)["echo"], echo(false));
            String::new()
        }
        other => panic!("no format {other}"),
    }
}

#[test]
fn nothing_shows_a_secret_when_no_answer_comes_or_nothing_is_sent() {
    let folder = Folder::new("errors");
    // A port that was free a moment ago.
    let closed = Server::start([]).unwrap().url();
    for more in [&["-v"][..], &["--format", "json"], &["--format", "jsonl"]] {
        let mut outcome = run(&folder.0, &closed, more);
        assert_eq!(outcome.exit, Some(1), "{more:?}: {}", outcome.stderr);
        assert!(outcome.stderr.len() + outcome.stdout.len() > 100);
        assert_tight(&format!("no connection, {more:?}"), &texts(&folder.0, &outcome));
        let pin = format!("pin={}", secret("input"));
        outcome = run(&folder.0, &closed, &[&["-i", &pin], more].concat());
        assert_eq!(outcome.exit, Some(2), "{more:?}: {}", outcome.stderr);
        assert_tight(&format!("refused input, {more:?}"), &texts(&folder.0, &outcome));
    }
}

#[test]
fn the_secrets_are_there_when_they_are_asked_for() {
    let folder = Folder::new("shown");
    let server = Server::start(script()).unwrap();
    let outcome = run(&folder.0, &server.url(), &["-v", "--show-secrets"]);
    assert_eq!(outcome.exit, Some(1), "{}", outcome.stderr);
    let texts = texts(&folder.0, &outcome);
    for kind in ["standard output", "har", "json"] {
        let (_, text) = texts.iter().find(|(name, _)| name == kind).unwrap();
        for (place, secret) in SECRETS {
            assert!(forms(secret).iter().any(|form| text.contains(form.as_str())), "{kind} lacks {place}");
        }
    }
    let requests = server.received();
    assert_eq!(requests.len(), 7);
    assert!(requests[3].body.starts_with(b"<a b="), "{requests:?}");
}
