//! [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), which code scanning reads.
//!
//! Paths are relative to the folder that the command was started in, `%SRCROOT%`: start it in the root of the
//! repository.

use std::collections::BTreeMap;
use std::path::Path;

use arazzo_document::{Code, Diagnostic, Place, Severity, Span};
use serde::Serialize;
use url::Url;

use super::json::pretty;
use crate::explain;
use crate::validate::report::Report;

const ROOT: &str = "%SRCROOT%";

#[derive(Debug, Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    results: Vec<SarifResult<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message<&'static str>,
    help: Help,
}

#[derive(Debug, Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Debug, Serialize)]
struct Base {
    description: Message<&'static str>,
}

#[derive(Debug, Serialize)]
struct Message<T> {
    text: T,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<String>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<&'a str>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

pub(super) fn render(report: &Report) -> String {
    let found: Vec<&Diagnostic> = report.findings().map(|(_, found)| &found.diagnostic).collect();
    let mut codes: Vec<Code> = found.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_by_key(|code| code.as_str());
    codes.dedup();
    let index_of = |code: Code| codes.iter().position(|known| *known == code).unwrap_or_default();
    let results = found.iter().map(|diagnostic| result(diagnostic, index_of(diagnostic.code))).collect();
    let driver = Driver {
        name: "arazzo",
        version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: codes.iter().map(|code| rule(*code)).collect(),
    };
    let description = Message { text: "the folder that the command was started in" };
    let run = Run {
        tool: Tool { driver },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BTreeMap::from([(ROOT, Base { description })]),
        results,
    };
    let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
    pretty(&Log { schema, version: "2.1.0", runs: [run] })
}

fn rule(code: Code) -> Rule {
    let page = explain::page(code);
    Rule {
        id: code.as_str(),
        short_description: Message { text: page.summary() },
        help: Help { text: page.text, markdown: page.text },
    }
}

fn result<'a>(diagnostic: &'a Diagnostic, rule_index: usize) -> SarifResult<'a> {
    let Diagnostic { code, severity, message, place, hint, related, fix: _ } = diagnostic;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let text = match hint.as_ref().filter(|hint| !hint.is_empty()) {
        Some(hint) => format!("{message}. Hint: {hint}"),
        None => message.clone(),
    };
    let location = |place: &Place, id, message| Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&place.file),
            region: region(place.span),
        },
        message,
    };
    SarifResult {
        rule_id: code.as_str(),
        rule_index,
        level,
        message: Message { text },
        locations: [location(place, None, None)],
        related_locations: related
            .iter()
            .enumerate()
            .map(|(index, related)| {
                location(&related.place, Some(index + 1), Some(Message { text: related.message.as_str() }))
            })
            .collect(),
    }
}

fn region(Span { start, end }: Span) -> Region {
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// A path below the current folder is relative to it; any other is absolute.
fn artifact(file: &str) -> ArtifactLocation {
    let path = Path::new(file);
    let current = std::path::absolute(".").ok();
    let below = if path.is_absolute() {
        current.and_then(|folder| path.strip_prefix(folder).ok())
    } else {
        Some(path)
    };
    if let Some(path) = below {
        return ArtifactLocation { uri: relative_uri(&path.to_string_lossy()), uri_base_id: Some(ROOT) };
    }
    let uri = Url::from_file_path(path).map_or_else(|()| relative_uri(file), Into::into);
    ArtifactLocation { uri, uri_base_id: None }
}

/// The path as a relative reference: a colon in its first part would make that a scheme, so it is encoded, too.
fn relative_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::validate::report::tests::{checked, place};

    fn log() -> Value {
        let at = |line| place("flows/a b.yml", line, 3, 9);
        let report = Report::new(vec![checked(
            "flows/a b.yml",
            vec![
                Diagnostic::error(Code::UnknownStep, "there is no step `x`", at(4))
                    .with_hint("did you mean `y`?")
                    .with_related(place("api.yml", 8, 1, 2), "it is here"),
                Diagnostic::warning(Code::NoServer, "none", at(5)),
                Diagnostic::error(Code::UnknownStep, "there is no step `z`", at(6)),
                Diagnostic::info(Code::XPathOneForThree, "i", at(7)),
            ],
        )]);
        serde_json::from_str(&render(&report)).unwrap()
    }

    #[test]
    fn results_point_at_their_rules_and_places() {
        let log = log();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert_eq!((rules.len(), results.len()), (3, 4));
        for result in results {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            let texts = [&rule["shortDescription"]["text"], &rule["help"]["text"], &rule["help"]["markdown"]];
            assert!(texts.iter().all(|text| text.as_str().is_some_and(|text| !text.is_empty())), "{rule}");
        }
        let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
        assert_eq!(levels, ["error", "warning", "error", "note"]);
        assert_eq!(results[0]["message"]["text"], "there is no step `x`. Hint: did you mean `y`?");
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({"uri": "flows/a%20b.yml", "uriBaseId": "%SRCROOT%"}));
        assert_eq!(place["region"], json!({"startLine": 4, "startColumn": 3, "endLine": 4, "endColumn": 9}));
        let related = &results[0]["relatedLocations"][0];
        assert_eq!((&related["id"], &related["message"]["text"]), (&json!(1), &json!("it is here")));
        assert_eq!(related["physicalLocation"]["region"]["startLine"], 8);
        assert!(results[1].get("relatedLocations").is_none());
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(relative_uri("a/ä:#?.yml"), "a/%C3%A4%3A%23%3F.yml");
        let here = std::path::absolute("x.yml").unwrap();
        let below = artifact(&here.to_string_lossy());
        assert_eq!(below, ArtifactLocation { uri: "x.yml".to_owned(), uri_base_id: Some(ROOT) });
        if cfg!(unix) {
            let outside = artifact("/no/such/a b.yml");
            let uri = "file:///no/such/a%20b.yml".to_owned();
            assert_eq!(outside, ArtifactLocation { uri, uri_base_id: None });
        }
    }
}
