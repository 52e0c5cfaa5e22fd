//! `--check-sources`: an OpenAPI 3.0 source read as a typed model, which refuses what the lazy view passes over.
//!
//! The view that workflows are compiled against looks only at what a workflow uses. This one reads the whole
//! [OpenAPI Object](https://spec.openapis.org/oas/v3.0.3.html#openapi-object) and stops at the first thing that it
//! cannot read.

use arazzo_document::{Code, Data, Diagnostic, Document, Node};
use serde_path_to_error::{Path, Segment};

/// So much work at most: a model with alternatives is tried in turn at each level of nesting, which would double the
/// time of a hostile source with every level.
const MAX_WORK: u64 = 1 << 22;

/// Members whose values nest schemas in schemas.
const NESTING: [&str; 9] =
    ["properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "not", "schema", "schemas"];

/// A warning for the first thing in an OpenAPI 3.0 document that does not hold to the specification.
pub(super) fn check(document: &Document) -> Option<Diagnostic> {
    let Data::String(version) = &document.root.get("openapi")?.data else { return None };
    if !version.starts_with("3.0.") {
        return None;
    }
    let mut work = 0;
    if !measure(&document.root, 1, &mut work) {
        let message = "the schemas are nested too deeply to be read strictly";
        let place = document.place(document.root.span.first_line());
        return Some(Diagnostic::warning(Code::StrictOpenApi, message, place));
    }
    let mut track = serde_path_to_error::Track::new();
    let value = document.root.to_value();
    let deserializer = serde_path_to_error::Deserializer::new(value, &mut track);
    let read: Result<openapiv3::OpenAPI, _> = serde::Deserialize::deserialize(deserializer);
    let error = read.err()?;
    let node = follow(&document.root, &track.path());
    let place = document.place(node.span.first_line());
    let message = format!("the OpenAPI 3.0 specification does not allow this: {error}");
    Some(Diagnostic::warning(Code::StrictOpenApi, message, place))
}

/// The innermost node that the path leads to.
fn follow<'a>(root: &'a Node, path: &Path) -> &'a Node {
    let mut node = root;
    for segment in path.iter() {
        let child = match segment {
            Segment::Map { key } => node.get(key),
            Segment::Seq { index } => match &node.data {
                Data::Array(items) => items.get(*index),
                Data::Object(_) | Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => None,
            },
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        match child {
            Some(child) => node = child,
            None => break,
        }
    }
    node
}

/// Adds up how often each value may be looked at; false when that is too much.
fn measure(node: &Node, weight: u64, work: &mut u64) -> bool {
    *work = work.saturating_add(weight);
    if *work > MAX_WORK {
        return false;
    }
    match &node.data {
        Data::Object(members) => members.iter().all(|member| {
            let nests = NESTING.contains(&member.key.as_str());
            let weight = if nests { weight.saturating_mul(2) } else { weight };
            measure(&member.value, weight, work)
        }),
        Data::Array(items) => items.iter().all(|item| measure(item, weight, work)),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Option<Diagnostic> {
        let (document, problems) = Document::read("api.yml", "file:///api.yml", text.to_owned());
        assert_eq!(problems, []);
        check(&document.unwrap())
    }

    #[test]
    fn a_sound_source_passes() {
        let text = "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: ok}}}}}";
        assert_eq!(checked(text), None);
    }

    #[test]
    fn what_is_refused_has_a_place() {
        let text =
            "openapi: 3.0.3\ninfo: {title: A, version: '1'}\nservers:\n- {description: no url}\npaths: {}";
        let warning = checked(text).unwrap();
        assert_eq!((warning.code, warning.place.span.start.line), (Code::StrictOpenApi, 4));
        assert!(warning.message.contains("`url`"), "{}", warning.message);
    }

    #[test]
    fn other_versions_are_not_looked_at() {
        assert_eq!(checked("openapi: 3.1.0\nservers: 1"), None);
        assert_eq!(checked("swagger: '2.0'"), None);
    }

    #[test]
    fn deep_nesting_takes_no_time() {
        let depth = 40;
        let schema =
            format!("{}{{type: 5}}{}", "{type: object, properties: {a: ".repeat(depth), "}}".repeat(depth));
        let text = format!(
            "{{openapi: 3.0.0, info: {{title: A, version: '1'}}, paths: {{}}, components: {{schemas: {{A: {schema}}}}}}}"
        );
        let warning = checked(&text).unwrap();
        assert!(warning.message.contains("too deeply"), "{}", warning.message);
    }
}
