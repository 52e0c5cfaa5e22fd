//! The command that runs a workflow, to be pasted into a shell, with a placeholder for everything that it cannot do
//! without.

use arazzo_engine::{InputOverview, Overview, WorkflowOverview};
use serde_json::{Map, Value};

use super::ShowArgs;
use crate::run::is_url;
use crate::shell::word;

/// Makes the command.
pub(super) struct RunLine<'a> {
    args: &'a ShowArgs,
    overview: &'a Overview,
    /// Whether the workflow has to be named.
    several: bool,
}

impl<'a> RunLine<'a> {
    pub(super) fn new(args: &'a ShowArgs, overview: &'a Overview, several: bool) -> Self {
        Self { args, overview, several }
    }

    /// The command in one line.
    pub(super) fn of(&self, workflow: &WorkflowOverview) -> String {
        let words: Vec<String> = self.words(workflow).iter().map(|text| word(text)).collect();
        words.join(" ")
    }

    fn words(&self, workflow: &WorkflowOverview) -> Vec<String> {
        let args = self.args;
        let mut words = vec!["arazzo".to_owned(), "run".to_owned()];
        words.push(match args.description.as_str() {
            "-" => "-".to_owned(),
            name if name.starts_with('-') => format!("./{name}"),
            name => name.to_owned(),
        });
        if self.several {
            flag(&mut words, "-w", "--workflow", &workflow.workflow_id);
        }
        args.sources.named.iter().for_each(|text| flag(&mut words, "--source", "--source", text));
        if let Some(root) = &args.sources.root {
            flag(&mut words, "--root", "--root", &root.display().to_string());
        }
        args.sources
            .mappings
            .iter()
            .for_each(|mapping| flag(&mut words, "--map", "--map", &mapping.to_string()));
        if args.strict {
            words.push("--strict".to_owned());
        }
        self.inputs(workflow, &mut words);
        let credentials = || workflow.credentials.iter().filter(|credential| !credential.optional);
        // Credentials go to a server that a document from the network names only when the caller names it, too.
        let is_remote = |text: &str| is_url(text);
        let from_network =
            is_remote(&args.description) || self.overview.sources.iter().any(|source| is_remote(&source.url));
        for server in &workflow.servers {
            match &server.url {
                None => flag(&mut words, "--server", "--server", &format!("{}=https://HOST", server.source)),
                Some(url) if from_network && credentials().next().is_some() => {
                    flag(&mut words, "--server", "--server", &format!("{}={url}", server.source));
                }
                Some(_) => {}
            }
        }
        for credential in credentials() {
            flag(&mut words, "--auth", "--auth", &credential.auth);
        }
        words
    }

    fn inputs(&self, workflow: &WorkflowOverview, words: &mut Vec<String>) {
        let mut unnameable = Map::new();
        for input in workflow.inputs.iter().filter(|input| input.is_needed() || input.needed_by.is_some()) {
            if input.name.contains('=') {
                unnameable.insert(input.name.clone(), input.placeholder.clone());
                continue;
            }
            flag(words, "-i", "--input", &format!("{}={}", input.name, text_of(input)));
        }
        if !unnameable.is_empty() {
            flag(words, "--inputs", "--inputs", &Value::Object(unnameable).to_string());
        }
    }
}

/// The placeholder as `--input` reads it: text where a text is allowed, else JSON.
fn text_of(input: &InputOverview) -> String {
    match &input.placeholder {
        Value::String(text) => {
            let is_text = input.types.iter().any(|name| name == "string");
            let is_json = || serde_json::from_str::<Value>(text).is_ok();
            if is_text || !is_json() { text.clone() } else { input.placeholder.to_string() }
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    }
}

/// A flag with its value. One that begins with `-` would be taken for another flag if it stood alone.
fn flag(words: &mut Vec<String>, short: &str, long: &str, value: &str) {
    if value.starts_with('-') {
        words.push(format!("{long}={value}"));
    } else {
        words.extend([short.to_owned(), value.to_owned()]);
    }
}
