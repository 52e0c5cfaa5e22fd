//! A workflow of three steps, the server that it runs against, and the processes that run it.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use arazzo_runner::testing::{Answer, Server};
use serde_json::Value;

/// A process that takes longer hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

pub(crate) const API: &str = "
openapi: 3.1.0
info: {title: Tea, version: 1.0.0}
servers: [{url: 'http://tea.test'}]
security: [{key: []}]
paths:
  /leaves: {get: {operationId: leaves, responses: {'200': {description: all}}}}
  /water: {get: {operationId: water, responses: {'200': {description: hot}, '503': {description: cold}}}}
  /cups:
    post:
      operationId: pour
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'201': {description: full}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
";

pub(crate) const FLOW: &str = "
arazzo: 1.0.1
info: {title: Tea, version: 1.0.0}
sourceDescriptions: [{name: tea, url: tea.yml, type: openapi}]
workflows:
- workflowId: brew
  inputs: {type: object, properties: {kind: {type: string, default: green}, potToken: {type: string}}}
  steps:
  - stepId: leaves
    operationId: leaves
    outputs: {leaf: $response.body#/leaf}
  - stepId: water
    operationId: water
    onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 2, criteria: [{condition: $statusCode == 503}]}]
  - stepId: pour
    operationId: pour
    requestBody:
      contentType: application/json
      payload: {leaf: $steps.leaves.outputs.leaf, kind: $inputs.kind, pot: $inputs.potToken}
    outputs: {cup: $response.body#/cup}
  outputs: {cup: $steps.pour.outputs.cup}
";

pub(crate) const KEY: &str = "key-of-the-kettle";
pub(crate) const POT: &str = "token-of-the-pot";

pub(crate) struct Kitchen {
    pub(crate) folder: PathBuf,
    pub(crate) server: Server,
}

impl Kitchen {
    pub(crate) fn new(name: &str, script: impl IntoIterator<Item = Answer>) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-durable-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("tea.yml"), API).unwrap();
        std::fs::write(folder.join("tea.arazzo.yml"), FLOW).unwrap();
        Self { folder, server: Server::start(script).unwrap() }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join("runs.db")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
        command.env_clear().current_dir(&self.folder);
        command.args(arguments).arg("--state").arg(self.state());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Begins the run `t`.
    pub(crate) fn begin(&self) -> Child {
        let auth = format!("key={KEY}");
        let pot = format!("potToken={POT}");
        let url = self.server.url();
        let arguments =
            ["run", "tea.arazzo.yml", "--run-id", "t", "--format", "json", "--durability", "process"];
        let mut command = self.command(&arguments);
        command.args(["--auth", &auth, "-i", &pot, "--server", &url]).spawn().unwrap()
    }

    /// Goes on with it.
    pub(crate) fn resume(&self, more: &[&str]) -> Output {
        let auth = format!("key={KEY}");
        let pot = format!("potToken={POT}");
        let arguments = ["runs", "resume", "t", "--format", "json", "--auth", &auth, "-i", &pot];
        self.command(&[&arguments[..], more].concat()).output().unwrap()
    }

    pub(crate) fn listed(&self) -> Value {
        let output = self.command(&["runs", "list", "--format", "json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        list["runs"][0].clone()
    }

    pub(crate) fn wait_for(&self, requests: usize) {
        let start = Instant::now();
        while self.server.received().len() < requests {
            assert!(start.elapsed() < LIMIT, "request {requests} did not come");
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.server.received().iter().map(|request| request.line().to_owned()).collect()
    }
}

impl Drop for Kitchen {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

pub(crate) fn leaf() -> Answer {
    Answer::json(200, "{\"leaf\": \"oolong\"}")
}

pub(crate) fn cup() -> Answer {
    Answer::json(201, "{\"cup\": 7}")
}

pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
