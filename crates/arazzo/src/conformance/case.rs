//! One case: what is given and what has to come of it.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// A case for one version of the specification.
#[derive(Debug)]
pub(crate) struct Case {
    /// The name of its file, without the extension.
    pub(crate) file: String,
    pub(crate) chapter: String,
    pub(crate) name: String,
    pub(crate) link: String,
    /// The numbers of what it shows, see `requirements.yml`.
    pub(crate) requirements: Vec<u32>,
    pub(crate) version: &'static str,
    pub(crate) strict: bool,
    pub(super) given: Given,
    pub(super) expect: Expect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    pub(super) description: Option<Value>,
    /// The short forms of the description.
    workflow: Option<Map<String, Value>>,
    workflows: Option<Vec<Value>>,
    components: Option<Value>,
    pub(super) sources: Option<Map<String, Value>>,
    /// Further documents by their URLs.
    #[serde(default)]
    pub(super) documents: Map<String, Value>,
    /// Where the description was found.
    #[serde(default = "default_location")]
    pub(super) location: String,
    /// The workflow to run, if not the first.
    pub(super) run: Option<String>,
    #[serde(default)]
    pub(super) inputs: Map<String, Value>,
    #[serde(default = "default_responses")]
    pub(super) responses: Vec<Answer>,
    #[serde(default)]
    pub(super) options: Options,
}

/// What a request is answered with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    #[serde(default, deserialize_with = "present")]
    pub(super) body: Option<Value>,
    pub(super) text: Option<String>,
    pub(super) error: Option<Failure>,
    /// How long it takes, in seconds.
    #[serde(default)]
    pub(super) after: f64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Failure {
    ConnectionFailed,
    ConnectionLost,
    Timeout,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Options {
    pub(super) max_steps: Option<u32>,
    pub(super) max_depth: Option<usize>,
    pub(super) max_duration: Option<f64>,
    pub(super) max_retry_after: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    pub(super) outcome: Outcome,
    pub(super) requests: Option<Vec<Value>>,
    pub(super) visits: Option<Vec<String>>,
    pub(super) outputs: Option<Value>,
    pub(super) waits: Option<Vec<f64>>,
    #[serde(default)]
    pub(super) ours: Ours,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Succeeded,
    Failed,
    Stopped,
    Invalid,
    InvalidInputs,
}

/// Expectations that only this engine can meet.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ours {
    pub(super) criteria: Option<Vec<String>>,
    pub(super) error: Option<String>,
    pub(super) warnings: Option<Vec<String>>,
    pub(super) diagnostics: Option<Vec<String>>,
}

/// Makes `null` a value that is there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn default_location() -> String {
    "http://docs.test/main.yml".to_owned()
}

fn default_responses() -> Vec<Answer> {
    vec![Answer { body: Some(json!({})), ..Answer::default() }]
}

impl Case {
    /// Names it among all cases.
    pub(crate) fn id(&self) -> String {
        let mode = if self.strict { ", strict" } else { "" };
        format!("{}: {} ({}{mode})", self.file, self.name, self.version)
    }
}

impl Given {
    /// Makes the whole description out of a short form; `sources` are those of the chapter.
    pub(super) fn complete(&mut self, version: &str, sources: &Map<String, Value>) {
        let own = self.sources.get_or_insert_with(|| match sources.is_empty() {
            true => Map::from_iter([("api".to_owned(), "api.openapi.yml".into())]),
            false => sources.clone(),
        });
        let workflows = match (self.workflow.take(), self.workflows.take()) {
            (Some(workflow), _) => {
                let mut whole = Map::from_iter([("workflowId".to_owned(), "main".into())]);
                whole.extend(workflow);
                vec![whole.into()]
            }
            (None, Some(workflows)) => workflows,
            (None, None) => return,
        };
        let sources: Vec<Value> =
            own.keys().map(|name| json!({ "name": name, "url": format!("{name}.yml") })).collect();
        let mut description = json!({
            "arazzo": version,
            "info": { "title": "Case", "version": "1" },
            "sourceDescriptions": sources,
            "workflows": workflows,
        });
        if let (Some(components), Some(whole)) = (self.components.take(), description.as_object_mut()) {
            whole.insert("components".to_owned(), components);
        }
        self.description = Some(description);
    }
}
