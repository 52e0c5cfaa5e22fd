//! `--header`: fields for every request.

use std::collections::BTreeSet;
use std::sync::Arc;

use arazzo_document::Workspace;
use arazzo_engine::{Plan, PlanOptions, is_secret_name};

use crate::refusal::Refusal;

/// Fields that say where a message ends. A wrong one would make a server take it for another message.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// The fields that are given, `(name, value)` each. No message shows a value, which may be a credential.
pub(crate) fn collect(texts: &[String]) -> Result<Vec<(String, String)>, Refusal> {
    texts.iter().map(|text| header(text)).collect()
}

fn header(text: &str) -> Result<(String, String), Refusal> {
    let written = || Some("write it as `-H 'Name: value'`".to_owned());
    let Some((name, value)) = text.split_once(':') else {
        let name = text.split_whitespace().next().unwrap_or_default().escape_debug();
        return Err(Refusal::usage(format!("the header field `{name}` has no `:` and no value"), written()));
    };
    let (name, value) = (name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
    let shown = name.escape_debug();
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Refusal::usage(format!("`{shown}` is no name of a header field"), written()));
    }
    if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
        let message = format!("the header field `{shown}` cannot be given, it is made for each request");
        return Err(Refusal::usage(message, None));
    }
    if value.contains(|c: char| c.is_control() && c != '\t') {
        let message =
            format!("the header field `{shown}` has a line break or another control character in it");
        return Err(Refusal::usage(message, None));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// What must not be shown of the fields: credentials, of `Authorization` also what stands behind its scheme.
pub(crate) fn secrets(headers: &[(String, String)]) -> Vec<String> {
    let secret = headers.iter().filter(|(name, _)| is_secret_name(name)).map(|(_, value)| value.as_str());
    secret
        .flat_map(|value| [Some(value), value.split_once(' ').map(|(_, credential)| credential.trim())])
        .flatten()
        .map(str::to_owned)
        .collect()
}

/// What a name is made of: a [token](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A credential that goes to every request must not go to several hosts: for which one it is must not be guessed.
pub(crate) fn check_hosts(headers: &[(String, String)], plans: &[Arc<Plan>]) -> Result<(), Refusal> {
    let Some((name, _)) = headers.iter().find(|(name, _)| is_secret_name(name)) else { return Ok(()) };
    let hosts: BTreeSet<String> = plans.iter().flat_map(|plan| plan.hosts()).collect();
    if hosts.len() < 2 {
        return Ok(());
    }
    let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
    let message = format!("the header `{name}` would go to several hosts: {}", hosts.join(", "));
    Err(Refusal::usage(message, "give credentials as `--auth SOURCE.SCHEME=VALUE`".to_owned()))
}

/// A credential must not go to a host that only a document from the network names.
pub(crate) fn check_trust(
    headers: &[(String, String)],
    plans: &[Arc<Plan>],
    workspace: &Workspace,
    options: &PlanOptions,
) -> Result<(), Refusal> {
    let secret = headers.iter().find(|(name, _)| is_secret_name(name)).filter(|_| !options.any_credential);
    let Some((name, _)) = secret else { return Ok(()) };
    let hosts = plans.iter().flat_map(|plan| plan.untrusted_hosts(workspace, options));
    let Some(host) = hosts.into_iter().next() else { return Ok(()) };
    let message =
        format!("the header `{name}` would go to `{host}`, which is named by a document from the network");
    Err(Refusal::usage(message, format!("if that is right, add `--allow-host {host}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Problem;

    fn refused(text: &str) -> String {
        let refusal = header(text).unwrap_err();
        let [Problem::Unlocated { message, .. }] = refusal.problems.as_slice() else { panic!() };
        message.clone()
    }

    #[test]
    fn a_field_is_a_name_and_a_value() {
        let of = |text| header(text).ok();
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(of("X-A: b: c "), pair("X-A", "b: c"));
        assert_eq!(of("x:"), pair("x", ""));
        assert_eq!(of("x: \u{fc}\ty"), pair("x", "\u{fc}\ty"));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_its_value() {
        for text in ["A b: hunter2", ": hunter2", "A: hunter2\r\nB: c", "A\n: hunter2", "\u{fc}: hunter2"] {
            assert!(!refused(text).contains("hunter2"), "{text}");
        }
        assert!(refused("content-Length: 5").contains("made for each request"));
        assert!(refused("Bearer hunter2").contains("`Bearer`"));
    }
}
