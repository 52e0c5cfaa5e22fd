//! The files of a suite: chapters with cases, frames that cases fill, and tables whose rows are cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arazzo_document::{Format, Severity};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::case::{Case, Expect, Given};

/// The cases of a folder.
pub(crate) struct Suite {
    pub(crate) folder: PathBuf,
    /// Every case, one for each version that it is for.
    pub(crate) cases: Vec<Case>,
}

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chapter {
    chapter: String,
    link: String,
    #[serde(default)]
    sources: Map<String, Value>,
    #[serde(default)]
    frames: BTreeMap<String, Frame>,
    #[serde(default)]
    tables: Vec<Table>,
    #[serde(default)]
    cases: Vec<Written>,
}

/// Parts of cases with places that cases fill.
#[derive(Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    #[serde(default)]
    given: Map<String, Value>,
    #[serde(default)]
    expect: Map<String, Value>,
}

/// Cases that differ in a few values.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    all: Map<String, Value>,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// A case as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    link: Option<String>,
    #[serde(default)]
    requirement: Vec<u32>,
    #[serde(default)]
    version: Versions,
    #[serde(default)]
    mode: Option<String>,
    frame: Option<String>,
    #[serde(default)]
    with: Map<String, Value>,
    #[serde(default)]
    given: Map<String, Value>,
    #[serde(default)]
    expect: Map<String, Value>,
}

#[derive(Default, Clone, Copy, Deserialize)]
enum Versions {
    #[serde(rename = "1.0.1")]
    V1_0,
    #[serde(rename = "1.1.0")]
    V1_1,
    #[default]
    #[serde(rename = "both")]
    Both,
}

/// The members of a case that a column or `all` of a table can set; every other one fills a place of the frame.
const FIELDS: &[&str] = &["name", "link", "requirement", "version", "mode", "frame", "given", "expect"];

/// What is in the folder but is no chapter.
const NO_CHAPTER: &[&str] = &["requirements.yml"];

impl Suite {
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let entries = fs::read_dir(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| {
                name.ends_with(".yml") && !name.ends_with(".openapi.yml") && !name.ends_with(".arazzo.yml")
            })
            .filter(|name| !NO_CHAPTER.contains(&name.as_str()))
            .collect();
        names.sort();
        let mut suite = Self { folder: folder.to_owned(), cases: Vec::new() };
        for name in names {
            let chapter: Chapter = read_file(&folder.join(&name))?;
            let file = name.trim_end_matches(".yml");
            suite.cases.extend(chapter.cases(file).map_err(|problem| format!("`{name}`: {problem}"))?);
        }
        if suite.cases.is_empty() {
            return Err(format!("`{}` has no cases", folder.display()));
        }
        Ok(suite)
    }
}

/// Reads a YAML file into a type.
pub(super) fn read_file<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let fail = |problem: String| format!("`{}`: {problem}", path.display());
    let text = fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    let reading = arazzo_document::read(&text, Format::Yaml);
    if let Some(problem) = reading.problems.iter().find(|problem| problem.severity == Severity::Error) {
        return Err(fail(format!("{}: {}", problem.span.start, problem.message)));
    }
    let value = reading.root.map(|root| root.to_value()).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| fail(error.to_string()))
}

impl Chapter {
    fn cases(self, file: &str) -> Result<Vec<Case>, String> {
        let mut all = Vec::new();
        for table in &self.tables {
            for row in &table.rows {
                all.push(table.case(row)?);
            }
        }
        all.extend(self.cases);
        let link = |written: Option<&str>| match written {
            Some(fragment) if fragment.starts_with('#') => {
                format!("{}{fragment}", self.link.split('#').next().unwrap_or_default())
            }
            Some(link) => link.to_owned(),
            None => self.link.clone(),
        };
        let mut cases: Vec<Case> = Vec::new();
        for written in all {
            let frame = match &written.frame {
                Some(name) => {
                    self.frames.get(name).ok_or_else(|| format!("there is no frame `{name}`"))?.clone()
                }
                None => Frame::default(),
            };
            for version in written.version.each() {
                let part = |framed: &Map<String, Value>, own: &Map<String, Value>| {
                    let mut with = written.with.clone();
                    with.insert("version".to_owned(), (*version).into());
                    let mut filled = fill_members(framed, &with);
                    filled.extend(own.clone());
                    Value::Object(filled)
                };
                let fail = |error: serde_json::Error| format!("case `{}`: {error}", written.name);
                let mut given: Given =
                    serde_json::from_value(part(&frame.given, &written.given)).map_err(fail)?;
                given.complete(version, &self.sources);
                let expect: Expect =
                    serde_json::from_value(part(&frame.expect, &written.expect)).map_err(fail)?;
                cases.push(Case {
                    file: file.to_owned(),
                    chapter: self.chapter.clone(),
                    name: written.name.clone(),
                    link: link(written.link.as_deref()),
                    requirements: written.requirement.clone(),
                    version,
                    strict: written.mode.as_deref() == Some("strict"),
                    given,
                    expect,
                });
            }
        }
        if let Some(twice) = repeated(&cases) {
            return Err(format!("two cases have the name `{twice}`"));
        }
        Ok(cases)
    }
}

fn repeated(cases: &[Case]) -> Option<String> {
    let mut ids: Vec<String> = cases.iter().map(Case::id).collect();
    ids.sort_unstable();
    ids.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(one.clone()),
        _ => None,
    })
}

impl Versions {
    fn each(self) -> &'static [&'static str] {
        match self {
            Self::V1_0 => &["1.0.1"],
            Self::V1_1 => &["1.1.0"],
            Self::Both => &["1.0.1", "1.1.0"],
        }
    }
}

impl Table {
    fn case(&self, row: &[Value]) -> Result<Written, String> {
        if row.len() > self.columns.len() {
            return Err(format!(
                "a row has more values than there are columns: {}",
                Value::from(row.to_vec())
            ));
        }
        let (mut case, mut with) = (Map::new(), Map::new());
        let columns = self.columns.iter().cloned().zip(row.iter().cloned());
        for (name, value) in self.all.clone().into_iter().chain(columns) {
            let fields = if FIELDS.contains(&name.as_str()) { &mut case } else { &mut with };
            fields.insert(name, value);
        }
        case.insert("with".to_owned(), with.into());
        let text = Value::from(row.to_vec()).to_string();
        serde_json::from_value(case.into()).map_err(|error| format!("the row {text}: {error}"))
    }
}

/// Fills the places of a frame. A member or item whose place is not filled is left out.
fn fill(value: &Value, with: &Map<String, Value>) -> Option<Value> {
    match value {
        Value::String(text) => match place(text) {
            Some(name) => with.get(name).cloned(),
            None => Some(value.clone()),
        },
        Value::Array(items) => Some(items.iter().filter_map(|item| fill(item, with)).collect()),
        Value::Object(members) => Some(fill_members(members, with).into()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.clone()),
    }
}

fn fill_members(members: &Map<String, Value>, with: &Map<String, Value>) -> Map<String, Value> {
    members.iter().filter_map(|(key, value)| Some((key.clone(), fill(value, with)?))).collect()
}

/// The name in `<name>`.
fn place(text: &str) -> Option<&str> {
    let name = text.strip_prefix('<')?.strip_suffix('>')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_name.then_some(name)
}
