//! Credentials that are written into a description, where everybody who reads it has them.
//!
//! They are known by the name of what they are a value of, or by their own look. Text that only stands for a credential
//! is none. A message never shows the value.

use std::collections::HashSet;

use arazzo_document::description::{Action, Entry, Parameter, RequestBody};
use arazzo_document::{ArazzoDocument, Code, Data, Diagnostic, Node, Span, Workspace};

use super::Findings;
use crate::secret::is_secret_name;

pub(super) fn check(workspace: &Workspace, findings: &mut Findings) {
    for (_, here) in workspace.documents() {
        let mut search = Search { here, seen: HashSet::new(), findings: &mut *findings };
        search.by_look(&here.document.root);
        search.by_name();
    }
}

struct Search<'a> {
    here: &'a ArazzoDocument,
    /// Where something was found already.
    seen: HashSet<Span>,
    findings: &'a mut Findings,
}

impl Search<'_> {
    /// Documents are not deeper than [`arazzo_document::MAX_DEPTH`].
    fn by_look(&mut self, node: &Node) {
        match &node.data {
            Data::String(text) => {
                if let Some(what) = look(text) {
                    self.add(node.span, &format!("{what} is written into the description"));
                }
            }
            Data::Array(items) => items.iter().for_each(|item| self.by_look(item)),
            Data::Object(members) => members.iter().for_each(|member| self.by_look(&member.value)),
            Data::Null | Data::Bool(_) | Data::Number(_) => {}
        }
    }

    fn by_name(&mut self) {
        let description = &self.here.description;
        for (_, parameter) in &description.components.parameters {
            self.named(&parameter.name.value, &parameter.value);
        }
        for workflow in &description.workflows {
            self.parameters(&workflow.parameters);
            self.actions(&workflow.success_actions);
            self.actions(&workflow.failure_actions);
            for step in &workflow.steps {
                self.parameters(&step.parameters);
                self.actions(&step.on_success);
                self.actions(&step.on_failure);
                step.request_body.iter().for_each(|body| self.body(body));
            }
        }
    }

    fn parameters(&mut self, entries: &[Entry<Parameter>]) {
        for entry in entries {
            match entry {
                Entry::Inline(parameter) => self.named(&parameter.name.value, &parameter.value),
                Entry::Reference(reusable) => {
                    // The last part of the reference is often the name of the parameter.
                    let name = reusable.reference.value.rsplit('.').next().unwrap_or_default();
                    reusable.value.iter().for_each(|value| self.named(name, value));
                }
            }
        }
    }

    fn actions(&mut self, entries: &[Entry<Action>]) {
        for entry in entries {
            match entry {
                Entry::Inline(action) => self.parameters(&action.parameters),
                Entry::Reference(_) => {}
            }
        }
    }

    fn body(&mut self, body: &RequestBody) {
        body.payload.iter().for_each(|payload| self.members(payload));
        for replacement in &body.replacements {
            let target = replacement.target.value.as_str();
            let name = target.rsplit(['/', '.']).next().unwrap_or_default();
            self.named(name, &replacement.value);
        }
    }

    fn members(&mut self, node: &Node) {
        match &node.data {
            Data::Array(items) => items.iter().for_each(|item| self.members(item)),
            Data::Object(members) => members.iter().for_each(|member| self.named(&member.key, &member.value)),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
        }
    }

    /// A value with its name.
    fn named(&mut self, name: &str, node: &Node) {
        match &node.data {
            Data::String(text) => {
                let credential =
                    ["Bearer ", "Basic ", "Token "].iter().find_map(|scheme| text.strip_prefix(scheme));
                if is_secret_name(name) && !stands_for_one(credential.unwrap_or(text)) {
                    self.add(node.span, &format!("the value of `{name}` is written into the description"));
                }
            }
            Data::Array(_) | Data::Object(_) => self.members(node),
            Data::Null | Data::Bool(_) | Data::Number(_) => {}
        }
    }

    fn add(&mut self, span: Span, message: &str) {
        if self.seen.insert(span) {
            let place = self.here.document.place(span);
            let hint = "make it an input with `format: password`, or give it with `--auth`";
            self.findings.add(Diagnostic::warning(Code::SecretInDescription, message, place).with_hint(hint));
        }
    }
}

/// What credentials of well-known issuers begin with.
const PREFIXES: [&str; 13] = [
    "sk_live_",
    "rk_live_",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "sk-ant-",
];

/// The letters behind such a prefix, at least.
const MIN_LETTERS: usize = 16;

/// What kind of credential a text looks like that has one in it.
fn look(text: &str) -> Option<&'static str> {
    // Most texts are short words, and every text of a description is looked at.
    if text.len() < MIN_LETTERS {
        return None;
    }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let words = text.split_ascii_whitespace().enumerate();
    for (index, word) in words.filter(|(_, word)| word.len() >= MIN_LETTERS) {
        let letters = word.bytes().filter(u8::is_ascii_alphanumeric).count();
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        if letters < MIN_LETTERS || !has_digit || stands_for_one(word) {
            continue;
        }
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if PREFIXES.iter().any(|prefix| word.starts_with(prefix)) {
            return Some("a key");
        }
        let first = text.split_whitespace().next().unwrap_or_default();
        if index == 1 && matches!(first, "Bearer" | "Basic") && text.split_whitespace().count() == 2 {
            return Some("a credential");
        }
    }
    None
}

/// Whether a text is no credential but the place for one, or a plain word.
fn stands_for_one(text: &str) -> bool {
    const SHORTEST: usize = 6;
    const WORDS: [&str; 17] = [
        "your",
        "example",
        "sample",
        "placeholder",
        "change",
        "dummy",
        "fake",
        "mock",
        "redacted",
        "insert",
        "replace",
        "todo",
        "xxx",
        "test",
        "demo",
        "...",
        "…",
    ];
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next();
    lower.chars().count() < SHORTEST
        || lower.contains(['{', '}', '<', '>', '$', '*', '[', ' '])
        || WORDS.iter().any(|word| lower.contains(word))
        || letters.all(|letter| Some(letter) == first)
        || is_plain(text)
}

/// Whether a text reads like words: it has no digits, and capitals only at the beginnings.
fn is_plain(text: &str) -> bool {
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let capitals = text.bytes().filter(u8::is_ascii_uppercase).count();
    !digit && capitals * 4 <= text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_known_by_its_look() {
        let key = |prefix: &str| format!("{prefix}{}", "4eC39HqLyjWDarjtT1zdp7dc");
        for text in [key("sk_live_"), key("ghp_"), key("Bearer ey"), "Basic YWRtaW46czNjcjN0".to_owned()] {
            assert!(look(&text).is_some(), "{text}");
        }
        for text in [
            "Bearer {$inputs.token}",
            "Bearer <token 1234567890123456>",
            "Basic auth",
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            assert_eq!(look(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_for_a_credential_is_none() {
        for text in
            ["YOUR_API_KEY_1", "{token}", "<key>", "xxxxxxxx", "changeme1", "abc", "", "password", "00000000"]
        {
            assert!(stands_for_one(text), "{text}");
        }
        assert!(!stands_for_one("s3cr3t-9f8a7b"));
    }
}
