//! Tags on YAML nodes.
//!
//! Those of the [core schema](https://yaml.org/spec/1.2.2/#103-core-schema) that JSON has types for are honoured; any
//! other has no meaning here and is ignored with a warning.

use std::borrow::Cow;

use saphyr_parser::Tag;

use super::{Composer, scalar};
use crate::diagnostic::Code;
use crate::node::Data;
use crate::position::Span;
use crate::read::Problem;

impl Composer {
    /// What a scalar is, by its tag or else by how it is written.
    pub(super) fn resolve(&mut self, text: Cow<'_, str>, plain: bool, tag: Option<&Tag>, span: Span) -> Data {
        let untagged =
            |text: Cow<'_, str>| if plain { scalar::resolve(text) } else { Data::String(text.into_owned()) };
        let Some(tag) = tag else { return untagged(text) };
        let name = full_name(tag);
        let resolved = match name.strip_prefix(CORE).unwrap_or(&name) {
            "str" | "!" => return Data::String(text.into_owned()),
            "null" | "bool" | "int" | "float" | "seq" | "map" => scalar::resolve(text.clone()),
            _ => {
                self.unknown_tag(tag, span);
                return untagged(text);
            }
        };
        let fits = match (&resolved, name.strip_prefix(CORE).unwrap_or(&name)) {
            (Data::Null, "null") | (Data::Bool(_), "bool") | (Data::Number(_), "float") => true,
            (Data::Number(number), "int") => !number.as_str().contains(['.', 'e', 'E']),
            _ => false,
        };
        if fits {
            return resolved;
        }
        let message = format!("`{}` does not fit `{text}`", shown(tag));
        self.problems.push(Problem::error(Code::YamlTag, span, message).with_hint("remove the tag"));
        Data::String(text.into_owned())
    }

    /// Reports a tag that does not fit an array (`seq`) or an object (`map`).
    pub(super) fn check_collection_tag(&mut self, tag: Option<&Tag>, kind: &str, span: Span) {
        let Some(tag) = tag else { return };
        let name = full_name(tag);
        match name.strip_prefix(CORE) {
            Some(core) if core == kind => {}
            Some("str" | "null" | "bool" | "int" | "float" | "seq" | "map") => {
                let what = if kind == "seq" { "an array" } else { "an object" };
                let message = format!("`{}` does not fit {what}", shown(tag));
                let problem = Problem::error(Code::YamlTag, span.first_line(), message);
                self.problems.push(problem.with_hint("remove the tag"));
            }
            Some(_) => self.unknown_tag(tag, span),
            None if name == "!" => {}
            None => self.unknown_tag(tag, span),
        }
    }

    /// A tag of some program means something that would not happen here.
    fn unknown_tag(&mut self, tag: &Tag, span: Span) {
        let message = format!("the tag `{}` has no meaning here", shown(tag));
        self.problems.push(Problem::error(Code::YamlTag, span.first_line(), message).with_hint("remove it"));
    }
}

/// What the tags of the core schema start with.
const CORE: &str = "tag:yaml.org,2002:";

fn full_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

/// The tag as a person writes it.
fn shown(tag: &Tag) -> String {
    let name = full_name(tag);
    match name.strip_prefix(CORE) {
        Some(core) => format!("!!{core}"),
        None => name,
    }
}
