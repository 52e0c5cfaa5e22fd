//! What a mock server answers: a preference of the client, the scenario, a refusal, or what is described.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use arazzo_engine::{Finding, MASK, Response, WireRequest, add_answered, is_secret_name};
use hyper::header::HeaderValue;
use serde_json::Value;
use url::form_urlencoded;

use super::super::api::{Found, Route};
use super::super::prefer::Prefer;
use super::super::problem::{problem, refused};
use super::super::response::{self, Making};
use super::super::scenario::{Answer, example_names};
use super::Shared;

/// A shorter credential, in bytes, is not looked for in messages.
const MIN_SECRET: usize = 4;

/// So many values that were answered are remembered.
const MAX_ANSWERED: usize = 100_000;

/// A request without its body, as it is needed here.
pub(super) struct Head {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
}

/// An answer and why it is that.
pub(super) struct Told {
    pub(super) response: Response,
    pub(super) reason: Option<String>,
}

impl Told {
    pub(super) fn because(response: Response, reason: impl Into<String>) -> Self {
        Self { response, reason: Some(reason.into()) }
    }
}

impl Shared {
    pub(super) fn answer(&self, head: &Head, found: &Found<'_>, body: &[u8]) -> Told {
        let is_preflight = head.method == "OPTIONS" && head.header("access-control-request-method").is_some();
        match found {
            _ if is_preflight && self.options.cors => {
                Told::because(Response { status: 204, headers: Vec::new(), body: Vec::new() }, "preflight")
            }
            Found::Route(route, captured) => self.answer_of(route, head, captured, body),
            Found::Methods(methods) => {
                let methods = methods.join(", ");
                let mut told = simple(405, &format!("only {methods} is described here"));
                told.response.headers.push(("Allow".to_owned(), methods));
                told
            }
            Found::Nothing => {
                let paths: BTreeSet<&str> =
                    self.api.sources().map(|(_, path)| path).filter(|path| !path.is_empty()).collect();
                let paths = paths.into_iter().collect::<Vec<_>>().join(", ");
                let below = if paths.is_empty() { paths } else { format!("; sources are at {paths}") };
                simple(404, &format!("no operation is described here{below}"))
            }
        }
    }

    fn answer_of(&self, route: &Route, head: &Head, captured: &[(&str, String)], body: &[u8]) -> Told {
        let view = route.view();
        let fields = head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("prefer"));
        let prefer = Prefer::read(fields.map(|(_, value)| value.as_str()));
        let making = Making { examples: !prefer.dynamic, all_members: route.hints.is_none() };
        let hints = route.hints.clone().unwrap_or_default();
        if prefer.chooses() {
            let names = example_names(view, prefer.code);
            if let Some(name) = prefer.example.as_ref().filter(|name| !names.contains(&name.as_str())) {
                let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return simple(400, &format!("there is no example `{name}`; there is {known}"));
            }
            let answer = Answer::preferred(prefer.code, prefer.example);
            let mut response = response::of(view, &hints, Some(&answer), making);
            response.headers.push(("Preference-Applied".to_owned(), answer.shown()));
            return Told::because(response, answer.shown());
        }
        let answer = self.turns.next(&route.source, view.operation_id(), view.method(), view.path());
        if let Some(answer) = answer {
            return Told::because(response::of(view, &hints, Some(answer), making), "scenario");
        }
        let findings = self.findings(route, head, captured, body);
        if let Some(first) = findings.first() {
            let reason = format!("not as described: {}", first.message);
            return Told::because(refused(&findings), reason);
        }
        let response = response::of(view, &hints, None, making);
        if let Ok(value) = serde_json::from_slice::<Value>(&response.body) {
            add_answered(
                &value,
                &mut self.answered.lock().unwrap_or_else(PoisonError::into_inner),
                MAX_ANSWERED,
            );
        }
        Told { response, reason: None }
    }

    fn findings(&self, route: &Route, head: &Head, captured: &[(&str, String)], body: &[u8]) -> Vec<Finding> {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let request = WireRequest {
            path: captured,
            query: &head.query,
            headers: &head.headers,
            body,
            answered: Some(&answered),
            ..WireRequest::default()
        };
        let secrets = self.secrets(head);
        let masked =
            |text: String| secrets.iter().fold(text, |text, secret| text.replace(secret.as_str(), MASK));
        let findings = route.check.findings(&request).into_iter();
        findings.map(|finding| Finding { message: masked(finding.message), ..finding }).collect()
    }

    /// The credentials in a request, as far as they are long enough to be told from other text.
    fn secrets(&self, head: &Head) -> Vec<String> {
        let is_secret = |name: &str| is_secret_name(name) || self.api.is_credential(name);
        let fields = head.headers.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.clone());
        let pairs = form_urlencoded::parse(head.query.as_bytes()).filter(|(name, _)| is_secret(name));
        fields
            .chain(pairs.map(|(_, value)| value.into_owned()))
            .filter(|secret| secret.len() >= MIN_SECRET)
            .collect()
    }

    /// Path and query without secrets.
    pub(super) fn masked(&self, head: &Head, found: &Found<'_>) -> String {
        let mut path = head.path.clone();
        if let Found::Route(_, captured) = found {
            for (_, value) in captured.iter().filter(|(name, _)| is_secret_name(name)) {
                path = path.replace(value.as_str(), MASK);
            }
        }
        if head.query.is_empty() {
            return path;
        }
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if is_secret_name(name) || self.api.is_credential(name) => {
                format!("{name}={MASK}")
            }
            Some(_) | None => pair.to_owned(),
        };
        let pairs: Vec<String> = head.query.split('&').map(pair).collect();
        format!("{path}?{}", pairs.join("&"))
    }
}

impl Head {
    pub(super) fn of(head: &hyper::http::request::Parts) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A problem that is all there is to say.
pub(super) fn simple(status: u16, why: &str) -> Told {
    Told::because(problem(status, why, why, []), why)
}
