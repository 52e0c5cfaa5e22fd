//! Reading text into located values: YAML and JSON give the same tree.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::node::{Member, Node};
use crate::position::{Position, Span};
use crate::unread::{self, Outline};
use crate::{json, yaml};

/// So many arrays and objects may be in one another. Real documents stay far below; code that walks a tree
/// recursively needs a bound.
pub const MAX_DEPTH: usize = 128;

/// A longer text, in bytes, is not read.
pub const MAX_TEXT: usize = 64 << 20;

/// A text that stands for more values than this is not read, however short aliases make it.
pub const MAX_NODES: usize = 4 << 20;

/// So many problems of one text are told.
const MAX_PROBLEMS: usize = 1_000;

/// Reads `text`.
///
/// Nothing in the text makes this fail: what is wrong with it is in [`Reading::problems`].
pub fn read(text: &str, format: Format) -> Reading {
    if text.len() > MAX_TEXT {
        let message = format!("the text has {} bytes; {MAX_TEXT} are allowed", text.len());
        let problem = Problem::error(Code::TooLarge, Span::at(Position::START), message);
        return Reading { root: None, problems: vec![problem] };
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Yaml => yaml::read(text),
        Format::Json => json::read(text),
    }
}

/// Shorter texts are read at once: there is little to be saved.
const MIN_OUTLINE: usize = 4 << 10;

/// Goes through a text of which values can be made later. `None` when it has to be read to say more.
pub(crate) fn outline(text: &Arc<String>, format: Format) -> Option<Outline> {
    let fits = (MIN_OUTLINE..=MAX_TEXT).contains(&text.len());
    if fits && !text.starts_with('\u{feff}') { unread::outline(text, format) } else { None }
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// [YAML 1.2](https://yaml.org/spec/1.2.2/)
    Yaml,
    /// [JSON](https://www.rfc-editor.org/rfc/rfc8259)
    Json,
}

impl Format {
    /// The format that the extension of `name`, a path or URL, tells; without one, that the first character of `text`
    /// suggests.
    pub fn of(name: &str, text: &str) -> Self {
        let path = name.split(['?', '#']).next().unwrap_or_default();
        let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
        match file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            Some(_) | None => {
                let text = text.trim_start_matches('\u{feff}').trim_start();
                if text.starts_with(['{', '[']) { Self::Json } else { Self::Yaml }
            }
        }
    }
}

/// What reading gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The value, unless the text could not be read to its end.
    pub root: Option<Node>,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
}

/// Something wrong in a text that does not know its file yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What kind of thing it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, span, message: message.into(), hint: None }
    }

    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Warning, span, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same as a diagnostic at `place`.
    pub fn into_diagnostic(self, place: Place) -> Diagnostic {
        let Self { code, severity, span: _, message, hint } = self;
        Diagnostic { code, severity, message, place, hint, fix: None, related: Vec::new() }
    }
}

/// The problems found so far: not more than anybody reads.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(problem);
        }
    }

    /// Adds the problem that ended the reading, which is always told.
    pub(crate) fn push_last(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// The problems in the order of the text.
    pub(crate) fn sorted(mut self) -> Vec<Problem> {
        self.0.sort_by_key(|problem| problem.span.start);
        self.0
    }
}

/// What may still be made of a text, in values; see [`MAX_NODES`].
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_NODES)
    }
}

impl Budget {
    /// Takes `cost` away for what is at `span`.
    pub(crate) fn spend(&mut self, cost: usize, span: Span) -> Result<(), Problem> {
        self.0 = self.0.checked_sub(cost).ok_or_else(|| {
            let message = format!("the document stands for more than {MAX_NODES} values");
            Problem::error(Code::TooLarge, span, message)
        })?;
        Ok(())
    }

    /// What copying a text of so many bytes costs: a value, and more if it is long.
    pub(crate) fn of_text(bytes: usize) -> usize {
        1 + bytes / 64
    }
}

pub(crate) fn too_deep(span: Span) -> Problem {
    let message = format!("arrays and objects are nested more than {MAX_DEPTH} deep");
    Problem::error(Code::TooDeep, span, message)
}

/// The members without those whose key was there before, which are reported.
pub(crate) fn distinct(mut members: Vec<Member>, problems: &mut Problems) -> Vec<Member> {
    if all_differ(members.iter().map(|member| member.key.as_bytes())) {
        return members;
    }
    let mut first: HashMap<&str, Position> = HashMap::with_capacity(members.len());
    let mut repeated = Vec::new();
    for (index, member) in members.iter().enumerate() {
        match first.entry(&member.key) {
            Entry::Vacant(entry) => {
                entry.insert(member.key_span.start);
            }
            Entry::Occupied(entry) => {
                let message =
                    format!("the key `{}` is there twice, first at line {}", member.key, entry.get().line);
                let problem = Problem::error(Code::DuplicateKey, member.key_span, message);
                problems.push(problem.with_hint("remove one of them"));
                repeated.push(index);
            }
        }
    }
    let mut repeated = repeated.into_iter().peekable();
    let mut index = 0;
    members.retain(|_| {
        let keep = repeated.next_if_eq(&index).is_none();
        index += 1;
        keep
    });
    members
}

/// Whether no two of these keys are the same.
pub(crate) fn all_differ<'k>(keys: impl ExactSizeIterator<Item = &'k [u8]> + Clone) -> bool {
    /// Up to here comparing each with each is faster.
    const FEW: usize = 12;
    if keys.len() <= FEW {
        let mut rest = keys;
        while let Some(key) = rest.next() {
            if rest.clone().any(|other| other == key) {
                return false;
            }
        }
        return true;
    }
    let mut seen = HashSet::with_capacity(keys.len());
    keys.into_iter().all(|key| seen.insert(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_tells_the_format() {
        let json = ["a.json", "A.JSON", "https://x.test/openapi.json?v=1.yml"];
        let yaml = ["a.yml", "dir.json/a.yaml", "https://x.test/a.yaml#/b.json"];
        assert!(json.iter().all(|name| Format::of(name, "a: b") == Format::Json));
        assert!(yaml.iter().all(|name| Format::of(name, "{}") == Format::Yaml));
    }

    #[test]
    fn without_an_extension_the_first_character_tells() {
        assert_eq!(Format::of("https://x.test/openapi", " \n{\"a\": 1}"), Format::Json);
        assert_eq!(Format::of("https://x.test/v1.0", "\u{feff}[]"), Format::Json);
        assert_eq!(Format::of("-", "openapi: 3.1.0"), Format::Yaml);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        for (text, format) in [("\u{feff}{\"a\": 1}", Format::Json), ("\u{feff}a: 1", Format::Yaml)] {
            let reading = read(text, format);
            assert_eq!(reading.problems, []);
            assert_eq!(reading.root.unwrap().span.start, Position::START);
        }
    }

    #[test]
    fn few_and_many_keys_are_told_apart() {
        for count in [0, 1, 2, 12, 13, 100] {
            let keys: Vec<String> = (0..count).map(|n| format!("k{n}")).collect();
            let differ = |keys: &[String]| all_differ(keys.iter().map(|key| key.as_bytes()));
            assert!(differ(&keys));
            for repeated in [0, count / 2].into_iter().filter(|_| count > 0) {
                assert!(!differ(&[&keys[..], &keys[repeated..=repeated]].concat()), "{repeated} of {count}");
            }
        }
    }
}
