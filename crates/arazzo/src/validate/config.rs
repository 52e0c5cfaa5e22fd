//! `arazzo.toml`: what a project has settled about its descriptions.
//!
//! It is looked for from the folder of each description upwards, to the root of the repository. Unknown keys are
//! errors: a setting that is misspelt must not be silently without effect.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use arazzo_document::Code;
use arazzo_runner::read_file;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::levels::Levels;
use crate::explain;
use crate::refusal::Refusal;

/// The name of the file.
const NAME: &str = "arazzo.toml";

/// So many folders above a description are looked at.
const MAX_FOLDERS: usize = 64;

/// The settings for the descriptions below a folder.
#[derive(Debug, Default)]
pub(super) struct Config {
    folder: PathBuf,
    exclude: GlobSet,
    pub(super) levels: Levels,
}

/// The text of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ConfigText {
    validate: ValidateText,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct ValidateText {
    deny: Vec<Spanned<String>>,
    allow: Vec<Spanned<String>>,
    deny_warnings: bool,
    strict: bool,
    exclude: Vec<Spanned<String>>,
}

impl Config {
    /// Reads the file at `path`.
    fn read(path: &Path) -> Result<Self, Refusal> {
        let name = shown(path);
        let text = read_file(path).map_err(|error| Refusal::usage(format!("`{name}` {error}"), None))?;
        Self::parse(&text, path.parent().unwrap_or(path)).map_err(|(at, fact)| {
            let (line, column) = line_and_column(&text, at);
            Refusal::usage(format!("{name}:{line}:{column}: {fact}"), None)
        })
    }

    /// Reads `text`; on failure says at which byte and what.
    fn parse(text: &str, folder: &Path) -> Result<Self, (usize, String)> {
        let ConfigText { validate } = toml::from_str(text).map_err(|error| {
            (error.span().map_or(0, |span| span.start), error.message().trim().replace('\n', " "))
        })?;
        let codes = |names: &[Spanned<String>]| {
            names
                .iter()
                .map(|name| explain::code(name.as_ref()).map_err(|fact| (name.span().start, fact)))
                .collect::<Result<BTreeSet<Code>, _>>()
        };
        let levels = Levels {
            deny: codes(&validate.deny)?,
            allow: codes(&validate.allow)?,
            deny_warnings: validate.deny_warnings,
            strict: validate.strict,
        };
        if let Some(code) = levels.contradiction() {
            let at = validate.allow.iter().find(|name| name.as_ref() == code.as_str());
            return Err((at.map_or(0, |name| name.span().start), format!("`{code}` is denied and allowed")));
        }
        let mut exclude = GlobSetBuilder::new();
        for pattern in &validate.exclude {
            let wrong = |error: globset::Error| (pattern.span().start, error.to_string());
            exclude.add(GlobBuilder::new(pattern.as_ref()).literal_separator(true).build().map_err(wrong)?);
        }
        let exclude = exclude.build().map_err(|error| (0, error.to_string()))?;
        Ok(Self { folder: folder.to_owned(), exclude, levels })
    }

    /// Whether the file or folder, or one that it lies in, is excluded.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        if self.exclude.is_empty() {
            return false;
        }
        let relative = path.strip_prefix(&self.folder).unwrap_or(path);
        relative.ancestors().any(|path| !path.as_os_str().is_empty() && self.exclude.is_match(path))
    }
}

/// The settings by folder, each file read once.
#[derive(Debug, Default)]
pub(super) struct Configs {
    /// The one that `--config` names, for all.
    given: Option<Arc<Config>>,
    known: HashMap<PathBuf, Arc<Config>>,
}

impl Configs {
    pub(super) fn new(given: Option<&Path>) -> Result<Self, Refusal> {
        let given = given.map(|path| {
            let mut config = Config::read(path)?;
            config.folder = absolute(&config.folder);
            Ok(Arc::new(config))
        });
        Ok(Self { given: given.transpose()?, known: HashMap::new() })
    }

    /// The settings for what lies in `folder`, which is absolute.
    pub(super) fn of(&mut self, folder: &Path) -> Result<Arc<Config>, Refusal> {
        if let Some(given) = &self.given {
            return Ok(Arc::clone(given));
        }
        let mut passed = Vec::new();
        let mut config = None;
        for folder in folder.ancestors().take(MAX_FOLDERS) {
            if let Some(known) = self.known.get(folder) {
                config = Some(Arc::clone(known));
                break;
            }
            passed.push(folder.to_owned());
            let path = folder.join(NAME);
            if path.is_file() {
                config = Some(Arc::new(Config::read(&path)?));
                break;
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        let config = config.unwrap_or_default();
        self.known.extend(passed.into_iter().map(|folder| (folder, Arc::clone(&config))));
        Ok(config)
    }
}

/// The path from the root of the file system on, without `..`: the folders above it are those that it lies in.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(component);
        }
    }
    plain
}

/// The path as messages show it: from the current folder on, if it lies there.
fn shown(path: &Path) -> String {
    let current = std::path::absolute(".").ok();
    let below = current.as_ref().and_then(|folder| path.strip_prefix(folder).ok());
    below.unwrap_or(path).display().to_string()
}

/// Where a byte is, both counted from 1, in characters.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let (at, fact) = Config::parse(text, Path::new("/p")).unwrap_err();
        let (line, column) = line_and_column(text, at);
        format!("{line}:{column}: {fact}")
    }

    #[test]
    fn the_settings_are_read() {
        let text =
            "[validate]\ndeny = ['unknown-field']\ndeny-warnings = true\nexclude = ['old', 'gen/**/*.yml']";
        let config = Config::parse(text, Path::new("/p")).unwrap();
        assert_eq!(config.levels.deny, BTreeSet::from([Code::UnknownField]));
        assert!(config.levels.deny_warnings && !config.levels.strict);
        for path in ["/p/old", "/p/old/a.yml", "/p/gen/x/a.yml", "/p/gen/a.yml"] {
            assert!(config.excludes(Path::new(path)), "{path}");
        }
        for path in ["/p/a.yml", "/p/new/old/a.yml", "/p/gen/a.json"] {
            assert!(!config.excludes(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_way_up_leads_out_of_a_folder() {
        assert_eq!(absolute(Path::new("/a/b/../c/./d.yml")), Path::new("/a/c/d.yml"));
    }

    #[test]
    fn what_is_not_known_is_an_error_with_a_place() {
        let text = wrong("[validate]\ndeni = []\n");
        assert!(text.starts_with("2:1: ") && text.contains("deni"), "{text}");
        let text = wrong("[validate]\nallow = ['unknown-fild']\n");
        assert!(text.starts_with("2:10: ") && text.contains("`unknown-field`"), "{text}");
        assert!(wrong("[validate]\nexclude = ['a[']\n").starts_with("2:12: "));
        assert!(wrong("[validate]\nstrict = 1\n").starts_with("2:10: "));
        let text = wrong("[validate]\ndeny = ['unknown-step']\nallow = ['unknown-step']");
        assert_eq!(text, "3:10: `unknown-step` is denied and allowed");
    }
}
