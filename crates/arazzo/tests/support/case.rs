//! A case: what is run, against which servers, and what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arazzo_runner::testing::{Answer, Received, Server};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_yaml::Value as Yaml;
use serde_yaml::value::TaggedValue;

use super::command::{Outcome, arazzo};
use super::expectation::{Unlisted, compare};

/// The content of a `case.yml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    description: String,
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    stdin: Option<String>,
    #[serde(default)]
    servers: BTreeMap<String, Vec<Scripted>>,
    expect: Expect,
}

/// An answer of a scripted server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripted {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Yaml>,
    body: Option<Yaml>,
    /// The body is the text of this file.
    file: Option<String>,
    base64: Option<String>,
    repeat: Option<Repeat>,
    fault: Option<Fault>,
}

/// A body that would be long to write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    text: String,
    times: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fault {
    Close,
    CloseInBody,
    CloseInChunk,
    Stall,
    StallInBody,
    Garbage,
    Reset,
    Endless,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    exit: i32,
    stdout_json: Option<Yaml>,
    stdout: Option<String>,
    #[serde(default)]
    stdout_contains: Vec<String>,
    #[serde(default)]
    stdout_lacks: Vec<String>,
    #[serde(default)]
    stderr_contains: Vec<String>,
    #[serde(default)]
    stderr_lacks: Vec<String>,
    #[serde(default)]
    requests: BTreeMap<String, Vec<Request>>,
}

/// A request that a server must have received.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    line: String,
    #[serde(default)]
    headers: BTreeMap<String, Yaml>,
    body: Option<Yaml>,
}

fn ok() -> u16 {
    200
}

impl Case {
    /// Reads the case of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("case.yml");
        let text = fs::read_to_string(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        let case: Self =
            serde_yaml::from_str(&text).map_err(|error| format!("`{}`: {error}", path.display()))?;
        if case.description.trim().is_empty() {
            return Err("`description` is empty; say in one sentence what the case shows".to_owned());
        }
        if let Some(name) = case.expect.requests.keys().find(|name| !case.servers.contains_key(*name)) {
            return Err(format!("`expect.requests` names `{name}`, which is not one of `servers`"));
        }
        Ok(case)
    }

    /// Runs the command and compares; the error lists every difference and what came out.
    pub(crate) fn run(&self, folder: &Path) -> Result<(), String> {
        let mut servers = BTreeMap::new();
        for name in self.servers.keys() {
            let server = Server::start([]).map_err(|error| format!("no server: {error}"))?;
            servers.insert(name.as_str(), server);
        }
        let places = Places::new(folder, &servers)?;
        for (name, server) in &servers {
            let script = self.servers.get(*name).map(Vec::as_slice).unwrap_or_default();
            let answers = script.iter().map(|scripted| scripted.answer(folder, &places));
            server.follow(answers.collect::<Result<Vec<_>, _>>()?);
        }
        let args: Vec<String> = self.args.iter().map(|arg| places.fill(arg)).collect();
        let env = self.env.iter().map(|(name, value)| (name.clone(), places.fill(value))).collect();
        let outcome = arazzo(folder, &args, &env, self.stdin.as_deref().map(|text| places.fill(text)))?;
        let mut problems = self.expect.problems(&outcome, &places);
        let mut traffic = String::new();
        for (name, server) in &servers {
            let received = server.received();
            let expected = self.expect.requests.get(*name).map(Vec::as_slice).unwrap_or_default();
            compare_requests(name, expected, &received, &places, &mut problems);
            for request in received {
                let body = String::from_utf8_lossy(&request.body).into_owned();
                traffic.push_str(&format!("--- {name}\n{}\n\n{body}\n", request.head));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        let (Outcome { exit, stdout, stderr }, problems) = (outcome, problems.join("\n"));
        let description = &self.description;
        Err(format!(
            "{description}\n\n{problems}\n\n=== exit {exit:?}\n=== stdout\n{stdout}\n=== stderr\n{stderr}\n=== requests\n{traffic}"
        ))
    }
}

impl Scripted {
    fn answer(&self, folder: &Path, places: &Places) -> Result<Answer, String> {
        let fault = |fault| match fault {
            Fault::Close => Answer::CloseBeforeAnswering,
            Fault::CloseInBody => Answer::CloseInMidBody,
            Fault::CloseInChunk => Answer::Raw(HALF_A_CHUNK.to_vec()),
            Fault::Stall => Answer::Stall,
            Fault::StallInBody => Answer::StallInMidBody,
            Fault::Garbage => Answer::Raw(b"this is not HTTP\r\n\r\n".to_vec()),
            Fault::Reset => Answer::Reset,
            Fault::Endless => Answer::EndlessBody,
        };
        if let Some(named) = self.fault {
            return Ok(fault(named));
        }
        let body = self.bytes(folder, places)?;
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let values = value.as_sequence().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
            for value in values.iter().filter(|value| !value.is_null()) {
                let value =
                    value.as_str().ok_or_else(|| format!("a value of the header `{name}` is no text"))?;
                headers.push((name.clone(), places.fill(value)));
            }
        }
        if !body.is_empty() && !self.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Ok(Answer::Response { status: self.status, headers, body })
    }
}

impl Scripted {
    fn bytes(&self, folder: &Path, places: &Places) -> Result<Vec<u8>, String> {
        match (&self.body, &self.file, &self.base64, &self.repeat) {
            (Some(body), None, None, None) => bytes(&places.fill_value(body)),
            (None, Some(file), None, None) => {
                fs::read(folder.join(file)).map_err(|error| format!("`{file}`: {error}"))
            }
            (None, None, Some(text), None) => {
                BASE64_STANDARD.decode(text).map_err(|error| format!("the body is no base64: {error}"))
            }
            (None, None, None, Some(Repeat { text, times })) => Ok(text.repeat(*times).into_bytes()),
            (None, None, None, None) => Ok(Vec::new()),
            _ => Err("an answer has one of `body`, `file`, `base64` and `repeat`".to_owned()),
        }
    }
}

/// The head of a chunked response and a chunk that ends early.
const HALF_A_CHUNK: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"half\":tr";

/// Text as it is, everything else as JSON.
fn bytes(body: &Yaml) -> Result<Vec<u8>, String> {
    match body.as_str() {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => serde_json::to_vec(body).map_err(|error| format!("the body is no JSON: {error}")),
    }
}

impl Expect {
    fn problems(&self, outcome: &Outcome, places: &Places) -> Vec<String> {
        let mut problems = Vec::new();
        if outcome.exit != Some(self.exit) {
            problems.push(format!("exit: is {:?}, expected {}", outcome.exit, self.exit));
        }
        if let Some(text) = &self.stdout
            && outcome.stdout != places.fill(text)
        {
            problems.push("stdout: is another text".to_owned());
        }
        if let Some(expected) = &self.stdout_json {
            match serde_json::from_str(&outcome.stdout) {
                Ok(value) => {
                    let expected = places.fill_value(expected);
                    compare(&expected, Some(&value), Unlisted::Ignored, "stdout ", &mut problems);
                }
                Err(error) => problems.push(format!("stdout: is no JSON: {error}")),
            }
        }
        let lists = [
            ("stdout", &outcome.stdout, &self.stdout_contains, true),
            ("stdout", &outcome.stdout, &self.stdout_lacks, false),
            ("stderr", &outcome.stderr, &self.stderr_contains, true),
            ("stderr", &outcome.stderr, &self.stderr_lacks, false),
        ];
        for (stream, shown, texts, wanted) in lists {
            let wrong =
                texts.iter().map(|text| places.fill(text)).filter(|text| shown.contains(text) != wanted);
            let verb = if wanted { "lacks" } else { "contains" };
            problems.extend(wrong.map(|text| format!("{stream}: {verb} `{text}`")));
        }
        problems
    }
}

fn compare_requests(
    server: &str,
    expected: &[Request],
    received: &[Received],
    places: &Places,
    problems: &mut Vec<String>,
) {
    if expected.len() != received.len() {
        problems.push(format!("{server}: got {} requests, expected {}", received.len(), expected.len()));
    }
    for (index, (expected, received)) in expected.iter().zip(received).enumerate() {
        let place = format!("{server} request {index}");
        let line = places.fill(&expected.line);
        if line != received.line() {
            problems.push(format!("{place}: is `{}`, expected `{line}`", received.line()));
        }
        for (name, value) in &expected.headers {
            let values = received.headers(name);
            let actual = (!values.is_empty()).then(|| values.join(" | ").into());
            compare(value, actual.as_ref(), Unlisted::Refused, &format!("{place} header {name}"), problems);
        }
        compare_body(expected.body.as_ref(), &received.body, &format!("{place} body"), problems);
    }
}

/// Text must be the same to the byte, JSON must be equal; a request without `body` has none.
fn compare_body(expected: Option<&Yaml>, received: &[u8], place: &str, problems: &mut Vec<String>) {
    match expected {
        None if received.is_empty() => {}
        None => problems.push(format!("{place}: is `{}`, expected none", String::from_utf8_lossy(received))),
        Some(Yaml::String(text)) if text.as_bytes() == received => {}
        Some(Yaml::String(text)) => {
            problems.push(format!("{place}: is `{}`, expected `{text}`", String::from_utf8_lossy(received)));
        }
        Some(expected) => match serde_json::from_slice(received) {
            Ok(value) => compare(expected, Some(&value), Unlisted::Refused, place, problems),
            Err(error) => problems.push(format!("{place}: is no JSON: {error}")),
        },
    }
}

/// What the placeholders stand for.
struct Places(Vec<(String, String)>);

impl Places {
    fn new(folder: &Path, servers: &BTreeMap<&str, Server>) -> Result<Self, String> {
        let repo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize();
        let repo = repo.map_err(|error| format!("the repository has no path: {error}"))?;
        let mut places = vec![
            ("{case}".to_owned(), folder.display().to_string()),
            ("{repo}".to_owned(), repo.display().to_string()),
        ];
        for (name, server) in servers {
            places.push((format!("{{server:{name}}}"), server.url()));
            places.push((format!("{{port:{name}}}"), server.address().port().to_string()));
        }
        if let [server] = servers.values().collect::<Vec<_>>().as_slice() {
            places.push(("{server}".to_owned(), server.url()));
            places.push(("{port}".to_owned(), server.address().port().to_string()));
        }
        Ok(Self(places))
    }

    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    fn fill_value(&self, value: &Yaml) -> Yaml {
        match value {
            Yaml::String(text) => Yaml::String(self.fill(text)),
            Yaml::Sequence(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Yaml::Mapping(members) => {
                let filled = members.iter().map(|(key, value)| (key.clone(), self.fill_value(value)));
                Yaml::Mapping(filled.collect())
            }
            Yaml::Tagged(tagged) => {
                let value = self.fill_value(&tagged.value);
                Yaml::Tagged(Box::new(TaggedValue { tag: tagged.tag.clone(), value }))
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => value.clone(),
        }
    }
}
