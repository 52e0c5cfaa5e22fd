//! `--server` and `--source`: what goes where.

use std::collections::BTreeMap;

use arazzo_document::{Workspace, nearest};

use crate::refusal::Refusal;

/// `--source NAME=PATH`.
pub(crate) fn sources(texts: &[String]) -> Result<BTreeMap<String, String>, Refusal> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                Ok((name.to_owned(), path.to_owned()))
            }
            Some(_) | None => {
                let hint = "write it as `--source NAME=PATH`".to_owned();
                Err(Refusal::usage(format!("`{text}` does not say which source to read from where"), hint))
            }
        })
        .collect()
}

/// `--server [NAME=]URL`. What stands before the first `=` is a name only if a source has it.
pub(crate) fn collect(texts: &[String], workspace: &Workspace) -> Result<BTreeMap<String, String>, Refusal> {
    let names: Vec<&str> =
        workspace.entry().description.sources.iter().map(|source| source.name.value.as_str()).collect();
    texts.iter().map(|text| server(text, &names)).collect()
}

fn server(text: &str, names: &[&str]) -> Result<(String, String), Refusal> {
    let named = text.split_once('=').filter(|(name, _)| names.contains(name));
    let (name, url) = match (named, names) {
        (Some((name, url)), _) => (name, url),
        (None, [only]) if is_url(text) => (*only, text),
        (None, _) if is_url(text) => {
            let hint = format!("name one: `--server {}={text}`", names.first().unwrap_or(&"NAME"));
            return Err(Refusal::usage("the server does not say which of the sources it is for", hint));
        }
        (None, _) => return Err(unknown(text, names)),
    };
    if is_url(url) {
        return Ok((name.to_owned(), url.to_owned()));
    }
    let hint = format!("write it as `--server {name}=https://…`");
    Err(Refusal::usage(format!("`{url}` is no `http` or `https` URL"), hint))
}

fn unknown(text: &str, names: &[&str]) -> Refusal {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "there are {}",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    Refusal::usage(format!("the description has no source `{name}` to give a server to"), hint)
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_only_if_a_source_has_it() {
        let of = |text, names: &[&str]| server(text, names).ok();
        let pair = |name: &str, url: &str| Some((name.to_owned(), url.to_owned()));
        assert_eq!(of("a=http://h/", &["a", "b"]), pair("a", "http://h/"));
        assert_eq!(of("http://h/?x=1", &["a"]), pair("a", "http://h/?x=1"));
        assert_eq!(of("http://h/", &["a", "b"]), None);
        assert_eq!(of("c=http://h/", &["a", "b"]), None);
        assert_eq!(of("a=ftp://h/", &["a", "b"]), None);
    }
}
