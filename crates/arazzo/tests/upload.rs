//! Files in bodies: what a server gets of an input that is `file:PATH`, to the byte.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use arazzo_runner::testing::{Answer, Received, Server};
use serde_json::Value;

use command::{Outcome, arazzo};

/// Bytes that are no text.
const BYTES: &[u8] = &[0x00, 0xff, 0x0d, 0x0a, 0x2d, 0x2d, 0x80, 0x00];

const API: &str = "
openapi: 3.1.0
info: { title: Photos, version: '1' }
servers: [{ url: 'http://photos.test' }]
paths:
  /photos:
    post:
      operationId: addPhoto
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                photo: { type: string, contentMediaType: image/png }
                more: { type: array, items: { type: string } }
                note: { type: string }
                about: { type: object }
                thumb: { type: string, contentEncoding: base64, contentMediaType: image/gif }
            encoding:
              more: { contentType: 'image/png, image/jpeg', headers: { X-Kind: { schema: { const: photo } }, X-Other: { schema: { type: string } } } }
      responses: { '200': { description: It is there. } }
  /raw:
    put:
      operationId: putRaw
      requestBody: { content: { application/octet-stream: {} } }
      responses: { '200': { description: It is there. } }
  /names:
    post:
      operationId: addName
      requestBody: { content: { application/json: {} } }
      responses: { '200': { description: It is there. } }
";

const SWAGGER: &str = "
swagger: '2.0'
info: { title: Scans, version: '1' }
host: scans.test
schemes: [http]
paths:
  /scans:
    post:
      operationId: addScan
      consumes: [multipart/form-data]
      parameters:
      - { name: scan, in: formData, type: file, required: true }
      - { name: tags, in: formData, type: array, items: { type: string } }
      responses: { '200': { description: It is there. } }
";

const WORKFLOWS: &str = "
arazzo: 1.0.1
info: { title: Photos, version: '1' }
sourceDescriptions: [{ name: photos, url: photos.yml, type: openapi }, { name: scans, url: scans.yml, type: openapi }]
workflows:
- workflowId: parts
  inputs: &inputs { type: object, properties: { photo: { type: string }, more: { type: array, items: { type: string } }, unset: { type: string, default: 'file:photo.bin' } } }
  steps:
  - stepId: add
    operationId: addPhoto
    requestBody:
      payload:
        photo: $inputs.photo
        more: $inputs.more
        note: 'see {$inputs.photo}'
        about: { file: $inputs.photo }
        thumb: AP8=
        unset: $inputs.unset
        other: file:photo.bin.bak
- workflowId: raw
  inputs: *inputs
  steps:
  - { stepId: put, operationId: putRaw, requestBody: { payload: $inputs.photo } }
- workflowId: nested
  inputs: *inputs
  steps:
  - { stepId: call, workflowId: raw, parameters: [{ name: photo, value: $inputs.photo }] }
- workflowId: echoed
  inputs: *inputs
  steps:
  - { stepId: name, operationId: addName, requestBody: { payload: { name: $inputs.photo } }, outputs: { echo: $response.body#/echo } }
  - { stepId: put, operationId: putRaw, requestBody: { payload: $steps.name.outputs.echo } }
- workflowId: replaced
  inputs: *inputs
  steps:
  - stepId: add
    operationId: $sourceDescriptions.photos.addPhoto
    requestBody: { payload: { note: x }, replacements: [{ target: /note, value: $inputs.photo }] }
- workflowId: scan
  inputs: *inputs
  steps:
  - { stepId: add, operationId: $sourceDescriptions.scans.addScan, requestBody: { payload: { scan: $inputs.photo, tags: [a, b] } } }
- workflowId: named
  inputs: *inputs
  steps:
  - { stepId: name, operationId: addName, requestBody: { payload: { name: $inputs.photo } } }
";

/// A folder with an API, its workflows and files.
struct Photos {
    folder: PathBuf,
}

impl Photos {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-upload-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("in")).unwrap();
        fs::write(folder.join("photos.yml"), API).unwrap();
        fs::write(folder.join("scans.yml"), SWAGGER).unwrap();
        fs::write(folder.join("main.yml"), WORKFLOWS).unwrap();
        fs::write(folder.join("in/photo.bin"), BYTES).unwrap();
        fs::write(folder.join("in/we \"x\".jpg"), b"JFIF").unwrap();
        Self { folder }
    }

    fn run(&self, workflow: &str, more: &[&str], answers: Vec<Answer>) -> (Outcome, Vec<Received>) {
        let server = Server::start(answers).unwrap();
        let url = server.url();
        let (photos, scans) = (format!("photos={url}"), format!("scans={url}"));
        let args = ["run", "main.yml", "-w", workflow, "--server", &photos, "--server", &scans].into_iter();
        let args: Vec<String> = args.chain(more.iter().copied()).map(str::to_owned).collect();
        let outcome = arazzo(&self.folder, &args, &BTreeMap::new(), None).unwrap();
        (outcome, server.received())
    }
}

impl Drop for Photos {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn ok() -> Vec<Answer> {
    vec![Answer::json(200, "{}")]
}

/// The parts of a body with the boundary that its content type names as `B`.
fn parts(request: &Received) -> Vec<u8> {
    let content_type = request.headers("content-type").remove(0);
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.starts_with("arazzo-") && boundary.len() > 20, "{boundary}");
    let mut body = Vec::new();
    let mut rest = request.body.as_slice();
    while let Some(at) = rest.windows(boundary.len()).position(|window| window == boundary.as_bytes()) {
        body.extend([&rest[..at], b"B"].concat());
        rest = &rest[at + boundary.len()..];
    }
    body.extend(rest);
    body
}

#[test]
fn a_file_is_a_part_of_a_multipart_body() {
    let photos = Photos::new("parts");
    let inputs = r#"{"photo": "file:in/photo.bin", "more": ["file:in/we \"x\".jpg", "plain"]}"#;
    let (outcome, received) = photos.run("parts", &["--inputs", inputs, "-v"], ok());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let expected = [
        b"--B\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"photo.bin\"\r\nContent-Type: image/png\r\n\r\n".as_slice(),
        BYTES,
        b"\r\n--B\r\nContent-Disposition: form-data; name=\"more\"; filename=\"we %22x%22.jpg\"\r\nContent-Type: image/jpeg\r\nX-Kind: photo\r\n\r\nJFIF\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"more\"\r\nContent-Type: image/png\r\nX-Kind: photo\r\n\r\nplain\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nsee file:in/photo.bin\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"about\"\r\nContent-Type: application/json\r\n\r\n{\"file\":\"file:in/photo.bin\"}\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"thumb\"\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nAP8=\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"unset\"\r\n\r\nfile:photo.bin\r\n",
        b"--B\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nfile:photo.bin.bak\r\n--B--\r\n",
    ]
    .concat();
    let sent = parts(&received[0]);
    assert_eq!(String::from_utf8_lossy(&sent), String::from_utf8_lossy(&expected));
    assert_eq!(sent, expected);
    assert_eq!(received[0].headers("content-length"), [received[0].body.len().to_string()]);
    let shown = outcome.stdout + &outcome.stderr;
    assert!(shown.contains("file:in/photo.bin") && !shown.contains("JFIF"), "{shown}");
}

#[test]
fn a_form_of_2_0_takes_files_and_joins_arrays() {
    let photos = Photos::new("scan");
    let (outcome, received) = photos.run("scan", &["-i", "photo=file:in/photo.bin"], ok());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let expected = [
        b"--B\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"photo.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n".as_slice(),
        BYTES,
        b"\r\n--B\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\na,b\r\n--B--\r\n",
    ];
    assert_eq!(parts(&received[0]), expected.concat());
}

#[test]
fn a_file_may_come_by_a_replacement() {
    let photos = Photos::new("replaced");
    let (outcome, received) = photos.run("replaced", &["-i", "photo=file:in/photo.bin"], ok());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let sent = parts(&received[0]);
    assert!(sent.windows(BYTES.len()).any(|window| window == BYTES), "{}", String::from_utf8_lossy(&sent));
}

#[test]
fn a_file_is_the_whole_of_a_body_of_bytes() {
    let photos = Photos::new("raw");
    for workflow in ["raw", "nested"] {
        let (outcome, received) = photos.run(workflow, &["-i", "photo=file:in/photo.bin"], ok());
        assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
        assert_eq!(received[0].body, BYTES, "{workflow}");
        assert_eq!(received[0].headers("content-type"), ["application/octet-stream"]);
        assert_eq!(received[0].headers("content-length"), [BYTES.len().to_string()]);
    }
}

#[test]
fn nothing_is_read_that_the_caller_did_not_name() {
    let photos = Photos::new("echoed");
    let answers = || vec![Answer::json(200, r#"{"echo": "file:main.yml"}"#), Answer::json(200, "{}")];
    let (outcome, received) = photos.run("echoed", &["-i", "photo=file:in/photo.bin"], answers());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert_eq!(received[1].body, b"file:main.yml");
    // A default of the schema is no word of the caller either.
    let (_, received) = photos.run("parts", &[], ok());
    assert!(String::from_utf8_lossy(&received[0].body).contains("\r\n\r\nfile:photo.bin\r\n"));
}

#[test]
fn in_json_a_file_is_text_and_need_not_be_there() {
    let photos = Photos::new("named");
    let (outcome, received) = photos.run("named", &["-i", "photo=file:no/such"], ok());
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert_eq!(received[0].body, br#"{"name":"file:no/such"}"#);
}

#[test]
fn a_file_that_cannot_be_read_is_told_before_anything_is_sent() {
    let photos = Photos::new("missing");
    for (path, fact) in [("no/such", "does not exist"), ("in", "is no regular file")] {
        let photo = format!("photo=file:{path}");
        let (outcome, received) = photos.run("raw", &["-i", &photo, "--format", "json"], Vec::new());
        assert_eq!((outcome.exit, received.len()), (Some(2), 0), "{}", outcome.stderr);
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let message = report["diagnostics"][0]["message"].as_str().unwrap_or_else(|| panic!("{report}"));
        assert_eq!(message, format!("the file `{path}`, which an input names, {fact}"));
    }
}

#[test]
fn a_dry_run_shows_the_name_of_a_file() {
    let photos = Photos::new("dry");
    let (outcome, received) = photos.run("raw", &["-i", "photo=file:in/photo.bin", "--dry-run"], Vec::new());
    assert_eq!((outcome.exit, received.len()), (Some(0), 0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("file:in/photo.bin"), "{}", outcome.stdout);
}
