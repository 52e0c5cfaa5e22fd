//! A scenario: answers for the mock that go before what the description of the API gives.
//!
//! The file is an object whose keys name operations, as `operationId`, `source.operationId` or `METHOD /path`. A value
//! is one answer or a list of answers, which are used in turn; the last one repeats.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arazzo_document::openapi::{OpenApi, Operation};
use arazzo_document::{
    Code, Data, Diagnostic, Document, Member, Node, Position, SourceContent, Span, Workspace, nearest,
};
use serde_json::Value;

use super::response::{lowest_success, media_type};

/// The fields of an answer.
const FIELDS: [&str; 4] = ["status", "headers", "body", "example"];

/// Answers by operation.
#[derive(Debug, Default)]
pub struct Scenario {
    pub(super) entries: Vec<Entry>,
    pub(super) document: Option<Arc<Document>>,
}

/// The answers for one operation.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) span: Span,
    /// Never empty.
    pub(super) answers: Vec<Answer>,
}

/// One answer. What it leaves open comes from the description of the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Value>,
    /// The name of an example, with its place.
    pub(super) example: Option<(String, Span)>,
}

impl Answer {
    /// The answer that a client asks for.
    pub(super) fn preferred(status: Option<u16>, example: Option<String>) -> Self {
        let example = example.map(|name| (name, Span::at(Position::START)));
        Self { status, example, ..Self::default() }
    }

    /// What a client asked for, as it writes it.
    pub(super) fn shown(&self) -> String {
        let status = self.status.map(|status| format!("code={status}"));
        let example = self.example.as_ref().map(|(name, _)| format!("example={name}"));
        status.into_iter().chain(example).collect::<Vec<_>>().join(", ")
    }
}

impl Scenario {
    /// No scenario: everything comes from the description of the API.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a scenario and says what is wrong with it. With an error among the diagnostics it must not be used.
    pub fn read(document: Arc<Document>) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader { document: &document, diagnostics: Vec::new() };
        let entries = reader.entries();
        let diagnostics = reader.diagnostics;
        (Self { entries, document: Some(document) }, diagnostics)
    }

    /// What is wrong with the scenario for the sources of `workspace`: keys that name no operation of theirs, and names
    /// of examples that these operations do not have. An operation that no step calls is fine.
    pub fn check(&self, workspace: &Workspace) -> Vec<Diagnostic> {
        let Some(document) = &self.document else { return Vec::new() };
        let all = workspace.documents().flat_map(|(_, arazzo)| arazzo.sources());
        let sources: Vec<(&str, &OpenApi)> = all
            .filter_map(|(source, content)| match content {
                SourceContent::OpenApi(openapi) => Some((source.name.value.as_str(), openapi.as_ref())),
                SourceContent::Wanted
                | SourceContent::Missing
                | SourceContent::Arazzo(_)
                | SourceContent::AsyncApi => None,
            })
            .collect();
        let mut named: BTreeMap<String, Vec<Operation<'_>>> = BTreeMap::new();
        for (source, openapi) in sources {
            for operation in openapi.operations().map(|reference| openapi.operation(reference)) {
                for key in keys(source, operation.operation_id(), operation.method(), operation.path()) {
                    named.entry(key).or_default().push(operation);
                }
            }
        }
        let check = |entry: &Entry| match named.get(&entry.key) {
            Some(operations) => entry.unknown_examples(operations, document),
            None => vec![entry.unknown_operation(named.keys().map(String::as_str), document)],
        };
        self.entries.iter().flat_map(check).collect()
    }

    /// The answers for an operation: those for its id in its source, else for its id, else for its method and path.
    pub(super) fn entry(
        &self,
        source: &str,
        id: Option<&str>,
        method: &str,
        path: &str,
    ) -> Option<(usize, &Entry)> {
        keys(source, id, method, path)
            .find_map(|key| self.entries.iter().enumerate().find(|(_, entry)| entry.key == key))
    }
}

/// A scenario as it is followed.
#[derive(Debug)]
pub(super) struct Turns {
    scenario: Scenario,
    /// How many answers each entry has given.
    given: Vec<AtomicUsize>,
}

impl Turns {
    /// The scenario from its beginning.
    pub(super) fn new(scenario: Scenario) -> Self {
        let given = scenario.entries.iter().map(|_| AtomicUsize::new(0)).collect();
        Self { scenario, given }
    }

    /// The answer for an operation whose turn it is. The last one repeats.
    pub(super) fn next(&self, source: &str, id: Option<&str>, method: &str, path: &str) -> Option<&Answer> {
        let (index, entry) = self.scenario.entry(source, id, method, path)?;
        let turn = self.given.get(index)?.fetch_add(1, Ordering::Relaxed);
        entry.answers.get(turn).or(entry.answers.last())
    }
}

impl Entry {
    fn unknown_operation<'k>(&self, known: impl Iterator<Item = &'k str>, document: &Document) -> Diagnostic {
        let message = format!("no source has an operation `{}`", self.key);
        let hint = nearest(&self.key, known).map_or_else(
            || "a key is an `operationId`, `source.operationId` or `METHOD /path`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Diagnostic::error(Code::UnknownOperationId, message, document.place(self.span)).with_hint(hint)
    }

    fn unknown_examples(&self, operations: &[Operation<'_>], document: &Document) -> Vec<Diagnostic> {
        let wrong = |answer: &Answer| {
            let (name, span) = answer.example.as_ref()?;
            let known: Vec<&str> =
                operations.iter().flat_map(|operation| example_names(*operation, answer.status)).collect();
            if known.contains(&name.as_str()) {
                return None;
            }
            let message = format!("the response of `{}` has no example `{name}`", self.key);
            let hint = nearest(name, known.iter().copied()).map_or_else(
                || match known.as_slice() {
                    [] => "give a `body`, for the response has no named example".to_owned(),
                    known => format!("it has `{}`", known.join("`, `")),
                },
                |near| format!("did you mean `{near}`?"),
            );
            Some(Diagnostic::error(Code::UnknownValue, message, document.place(*span)).with_hint(hint))
        };
        self.answers.iter().filter_map(wrong).collect()
    }
}

/// The names of the examples from which an answer with this status chooses.
pub(super) fn example_names(operation: Operation<'_>, status: Option<u16>) -> Vec<&str> {
    let status = status.unwrap_or_else(|| lowest_success(operation));
    let media_type = operation.response(status).and_then(|response| media_type(&response));
    let examples = media_type.map(|media_type| media_type.examples()).unwrap_or_default();
    examples.into_iter().filter_map(|example| example.name).collect()
}

/// The keys that name an operation, the nearest first.
fn keys(source: &str, id: Option<&str>, method: &str, path: &str) -> impl Iterator<Item = String> {
    let qualified = id.map(|id| format!("{source}.{id}"));
    [qualified, id.map(str::to_owned), Some(format!("{method} {path}"))].into_iter().flatten()
}

struct Reader<'d> {
    document: &'d Document,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entries(&mut self) -> Vec<Entry> {
        let root = &self.document.root;
        let Some(members) = root.as_object() else {
            self.wrong_type(root, "a scenario", "an object of operations");
            return Vec::new();
        };
        members
            .iter()
            .map(|member| Entry {
                key: operation_key(&member.key),
                span: member.key_span,
                answers: self.answers(member),
            })
            .filter(|entry| !entry.answers.is_empty())
            .collect()
    }

    fn answers(&mut self, member: &Member) -> Vec<Answer> {
        match &member.value.data {
            Data::Array(items) if items.is_empty() => {
                let message = format!("`{}` has no answer", member.key);
                self.error(Code::MissingField, member.value.span, message, "give at least one".to_owned());
                Vec::new()
            }
            Data::Array(items) => items.iter().map(|item| self.answer(item)).collect(),
            Data::Object(_) => vec![self.answer(&member.value)],
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                self.wrong_type(
                    &member.value,
                    &format!("`{}`", member.key),
                    "an answer or a list of answers",
                );
                Vec::new()
            }
        }
    }

    fn answer(&mut self, node: &Node) -> Answer {
        let mut answer = Answer::default();
        let Some(members) = node.as_object() else {
            self.wrong_type(node, "an answer", "an object");
            return answer;
        };
        for Member { key, key_span, value } in members {
            match key.as_str() {
                "status" => answer.status = self.status(value),
                "headers" => answer.headers = self.headers(value),
                "body" => answer.body = Some(value.to_value()),
                "example" => match value.as_str() {
                    Some(name) => answer.example = Some((name.to_owned(), value.span)),
                    None => self.wrong_type(value, "`example`", "the name of an example"),
                },
                _ => {
                    let hint = nearest(key, FIELDS).map_or_else(
                        || format!("an answer has `{}`", FIELDS.join("`, `")),
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.error(
                        Code::UnknownField,
                        *key_span,
                        format!("an answer has no field `{key}`"),
                        hint,
                    );
                }
            }
        }
        if let (Some(_), Some((_, span))) = (&answer.body, &answer.example) {
            let message = "an answer has either a `body` or an `example`".to_owned();
            self.error(Code::UnknownField, *span, message, "leave one of them out".to_owned());
        }
        answer
    }

    fn status(&mut self, node: &Node) -> Option<u16> {
        let status = node.as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.filter(|status| (200..600).contains(status));
        if status.is_none() {
            self.wrong_type(node, "`status`", "a status code from 200 to 599");
        }
        status
    }

    fn headers(&mut self, node: &Node) -> Vec<(String, String)> {
        let Some(members) = node.as_object() else {
            self.wrong_type(node, "`headers`", "an object");
            return Vec::new();
        };
        let mut headers = Vec::with_capacity(members.len());
        for Member { key, value, .. } in members {
            match &value.data {
                Data::String(text) => headers.push((key.clone(), text.clone())),
                Data::Number(number) => headers.push((key.clone(), number.to_string())),
                Data::Bool(flag) => headers.push((key.clone(), flag.to_string())),
                Data::Null | Data::Array(_) | Data::Object(_) => {
                    self.wrong_type(value, &format!("the header field `{key}`"), "a string");
                }
            }
        }
        headers
    }

    fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", found(node));
        let place = self.document.place(node.span);
        self.diagnostics.push(Diagnostic::error(Code::WrongType, message, place));
    }

    fn error(&mut self, code: Code, span: Span, message: String, hint: String) {
        let place = self.document.place(span);
        self.diagnostics.push(Diagnostic::error(code, message, place).with_hint(hint));
    }
}

/// What was found, the value itself where it is short.
fn found(node: &Node) -> String {
    node.as_number().map_or_else(|| node.type_name().to_owned(), |number| format!("`{number}`"))
}

/// The key with its method in upper case, if it is a method and a path.
fn operation_key(key: &str) -> String {
    match key.split_once(' ') {
        Some((method, path)) if path.trim_start().starts_with('/') => {
            format!("{} {}", method.to_ascii_uppercase(), path.trim())
        }
        Some(_) | None => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (Scenario, Vec<Diagnostic>) {
        let (document, diagnostics) = Document::read("s.yml", "s.yml", text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        Scenario::read(Arc::new(document.unwrap()))
    }

    fn problem(text: &str) -> String {
        let (_, diagnostics) = read(text);
        let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
        format!("{diagnostic}; {}", diagnostic.hint.clone().unwrap_or_default())
    }

    #[test]
    fn one_answer_stands_for_a_list_of_one() {
        let (scenario, diagnostics) = read(
            "getScore: {body: {score: 91}}\napply:\n- status: 503\n  headers: {Retry-After: 1}\n- example: blocked\n",
        );
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let [score, apply] = scenario.entries.as_slice() else { panic!() };
        assert_eq!(score.answers, [Answer { body: Some(json!({"score": 91})), ..Answer::default() }]);
        let [busy, blocked] = apply.answers.as_slice() else { panic!() };
        assert_eq!(busy.status, Some(503));
        assert_eq!(busy.headers, [("Retry-After".to_owned(), "1".to_owned())]);
        assert_eq!(blocked.example.as_ref().map(|(name, _)| name.as_str()), Some("blocked"));
    }

    #[test]
    fn the_nearest_key_is_that_of_the_source() {
        let (scenario, _) = read("get /a: {status: 201}\na: {status: 202}\ns.a: {status: 203}\n");
        let status = |source, id, path| {
            scenario.entry(source, id, "GET", path).and_then(|(_, entry)| entry.answers[0].status)
        };
        assert_eq!(status("s", Some("a"), "/a"), Some(203));
        assert_eq!(status("t", Some("a"), "/a"), Some(202));
        assert_eq!(status("t", None, "/a"), Some(201));
        assert_eq!(status("t", None, "/b"), None);
    }

    #[test]
    fn answers_take_turns_and_the_last_one_repeats() {
        let text = "a: [{status: 500}, {status: 201}]\nb: {status: 202}\n";
        let (scenario, diagnostics) = read(text);
        assert!(diagnostics.is_empty());
        let turns = Turns::new(scenario);
        let status = |id| turns.next("s", Some(id), "GET", "/").and_then(|answer| answer.status);
        assert_eq!(["a", "b", "a", "a", "b"].map(status), [500, 202, 201, 201, 202].map(Some));
        assert_eq!(status("c"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(
            problem("a:\n  boddy: 1\n"),
            "s.yml:2:3: error: an answer has no field `boddy`; did you mean `body`?"
        );
        assert!(problem("a: {delay: 1}").ends_with("; an answer has `status`, `headers`, `body`, `example`"));
        assert!(problem("a: {status: 99}").contains("a status code from 200 to 599, not `99`"));
        assert!(problem("a: []").contains("`a` has no answer"));
        assert!(problem("a: 5").contains("`a` must be an answer or a list of answers"));
        assert!(problem("- a").contains("a scenario must be an object of operations"));
        assert!(problem("a: {body: 1, example: x}").contains("either a `body` or an `example`"));
    }

    #[test]
    fn a_key_must_name_an_operation_and_an_example_must_exist() {
        let document = |name: &str, text: &str| {
            let (document, diagnostics) = Document::read(name, &format!("file:///{name}"), text.to_owned());
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            Arc::new(document.unwrap())
        };
        let (workspace, _) = Workspace::new(
            document(
                "a.yml",
                "{arazzo: 1.0.1, info: {title: t, version: '1'}, sourceDescriptions: [{name: pets, url: p.yml}], \
             workflows: [{workflowId: w, steps: [{stepId: s, operationId: getPet}]}]}",
            ),
            arazzo_expression::Mode::Tolerant,
        );
        let mut workspace = workspace.unwrap();
        let response = "{content: {application/json: {examples: {asleep: {value: 1}}}}}";
        let api = format!(
            "{{openapi: 3.0.0, paths: {{'/pets/{{id}}': {{get: {{operationId: getPet, responses: {{200: {response}}}}}}}}}}}"
        );
        let wanted = workspace.wanted().unwrap();
        assert_eq!(workspace.supply(wanted, document("p.yml", &api)), []);
        let check = |text: &str| {
            let (scenario, diagnostics) = read(text);
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let told = scenario.check(&workspace);
            let told =
                told.into_iter().map(|told| format!("{told}; {}", told.hint.clone().unwrap_or_default()));
            told.collect::<Vec<_>>().join("\n")
        };
        for key in ["getPet", "pets.getPet", "'get /pets/{id}'"] {
            assert_eq!(check(&format!("{key}: {{example: asleep}}")), "");
        }
        assert_eq!(
            check("getpets: {status: 200}"),
            "s.yml:1:1: error: no source has an operation `getpets`; did you mean `getPet`?"
        );
        assert_eq!(
            check("getPet: {example: aslep}"),
            "s.yml:1:19: error: the response of `getPet` has no example `aslep`; did you mean `asleep`?"
        );
        assert!(
            check("getPet: {status: 404, example: x}")
                .ends_with("give a `body`, for the response has no named example")
        );
    }
}
