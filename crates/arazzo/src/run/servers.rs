//! `--server` and `--source`: what goes where.

use std::collections::BTreeMap;

use arazzo_document::{Workspace, nearest};
use arazzo_runner::server_url;

use crate::refusal::Refusal;

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
        (None, _) if has_name(text) => return Err(unknown(text, names)),
        (None, [only]) => (*only, text),
        (None, _) => {
            let hint = format!("name one: `--server {}=https://…`", names.first().unwrap_or(&"NAME"));
            return Err(Refusal::usage("`--server` does not say which of the sources it is for", hint));
        }
    };
    server_url(url).map(|url| (name.to_owned(), url)).map_err(|fact| {
        let hint = format!("write it as `--server {name}=https://host/path`");
        Refusal::usage(format!("the base URL that `--server` gives for `{name}` {fact}"), hint)
    })
}

/// Whether the text is written as a name with a URL, rather than as a URL that has an equals sign in it.
fn has_name(text: &str) -> bool {
    match (text.find('='), text.find("://")) {
        (Some(equals), Some(scheme)) => equals < scheme,
        (Some(_), None) => true,
        (None, _) => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_only_if_a_source_has_it() {
        let of = |text, names: &[&str]| server(text, names).ok();
        let pair = |name: &str, url: &str| Some((name.to_owned(), url.to_owned()));
        assert_eq!(of("a=http://h/", &["a", "b"]), pair("a", "http://h/"));
        assert_eq!(of("http://h/x=1", &["a"]), pair("a", "http://h/x=1"));
        assert_eq!(of("http://h/", &["a", "b"]), None);
        assert_eq!(of("c=http://h/", &["a", "b"]), None);
        assert_eq!(of("a=ftp://h/", &["a", "b"]), None);
    }
}
