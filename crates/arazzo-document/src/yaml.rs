//! Composing YAML into located values.
//!
//! The events come from a parser; what they mean is decided here, by the
//! [core schema of YAML 1.2](https://yaml.org/spec/1.2.2/#103-core-schema) as far as JSON has the values: `on`, `yes`,
//! dates, `.inf`, `.nan` and numbers with leading zeros are strings. Anchors, aliases and merge keys are resolved while
//! composing, within a budget, so that a small text cannot stand for a huge value.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use crate::diagnostic::Code;
use crate::node::{Data, Member, Node};
use crate::position::{Position, Span};
use crate::read::{Budget, MAX_DEPTH, Problem, Problems, Reading, distinct, too_deep};
use crate::yaml_extent::Cursor;
use crate::yaml_scalar;

/// Reads a YAML text without byte order mark.
pub(crate) fn read(text: &str) -> Reading {
    let mut composer = Composer::default();
    let result = forbidden_character(text).map_or(Ok(()), Err).and_then(|()| composer.compose(text));
    let root = match result {
        Ok(()) => composer.root,
        Err(problem) => {
            composer.problems.push_last(problem);
            None
        }
    };
    Reading { root, problems: composer.problems.sorted() }
}

/// Builds the tree from events, without recursion.
#[derive(Default)]
struct Composer {
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    budget: Budget,
    root: Option<Node>,
    problems: Problems,
}

/// A collection whose end has not come yet.
struct Open {
    start: Position,
    anchor: usize,
    parts: Parts,
}

enum Parts {
    Array(Vec<Node>),
    Object { members: Vec<Member>, merged: Vec<Node>, next: Next },
}

/// What the next node in an object is.
enum Next {
    Key,
    Value {
        key: String,
        key_span: Span,
    },
    /// The value of `<<`.
    Merged,
    /// The value of a key that cannot be used.
    Dropped,
}

/// A finished node that aliases may repeat.
struct Anchored {
    node: Node,
    size: Size,
}

#[derive(Clone, Copy)]
struct Size {
    cost: usize,
    height: usize,
}

impl Composer {
    fn compose(&mut self, text: &str) -> Result<(), Problem> {
        let mut last = Position::START;
        let mut cursor = Cursor::new(text);
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| syntax_problem(&error))?;
            let span = Span { start: position(span.start), end: position(span.end) };
            last = span.end;
            match event {
                Event::DocumentStart(_) if self.root.is_some() => {
                    let problem =
                        Problem::error(Code::SeveralDocuments, span, "a second document begins here");
                    self.problems.push(problem.with_hint("put it into its own file"));
                    return Ok(());
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let span = cursor.extent(span, style, tag.is_some() || anchor != 0);
                    self.scalar(&text, style, anchor, tag.as_deref(), span)?;
                }
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::SequenceStart(anchor, tag) => {
                    self.check_collection_tag(tag.as_deref(), "seq", span);
                    self.open(anchor, span, Parts::Array(Vec::new()))?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.check_collection_tag(tag.as_deref(), "map", span);
                    let parts = Parts::Object { members: Vec::new(), merged: Vec::new(), next: Next::Key };
                    self.open(anchor, span, parts)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
            }
        }
        match &self.root {
            Some(_) => Ok(()),
            None => {
                Err(Problem::error(Code::EmptyDocument, Span::at(last), "there is nothing in this document"))
            }
        }
    }

    fn open(&mut self, anchor: usize, span: Span, parts: Parts) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Open { start: span.start, anchor, parts });
        Ok(())
    }

    fn close(&mut self, event: Span) -> Result<(), Problem> {
        let Some(Open { start, anchor, parts }) = self.open.pop() else { return Ok(()) };
        // A collection in block style has no last character of its own; the event stands somewhere behind it.
        let in_flow_style = event.start != event.end;
        let end_or = |last: Option<Position>| {
            if in_flow_style { event.end } else { last.unwrap_or(start).max(start) }
        };
        let (end, data) = match parts {
            Parts::Array(items) => (end_or(items.last().map(|item| item.span.end)), Data::Array(items)),
            Parts::Object { members, merged, .. } => {
                let end = end_or(members.last().map(|member| member.value.span.end));
                let members = distinct(members, &mut self.problems);
                (end, Data::Object(self.merge(members, merged)))
            }
        };
        self.add(Node { span: Span { start, end }, data }, anchor)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Problem> {
        let plain = style == ScalarStyle::Plain;
        let data = self.resolve(text, plain, tag, span);
        let absent = plain && text.is_empty() && tag.is_none() && anchor == 0;
        match self.open.last_mut().map(|open| &mut open.parts) {
            Some(Parts::Object { next: next @ Next::Key, .. }) => {
                *next = if plain && text == "<<" {
                    Next::Merged
                } else {
                    if matches!(data, Data::Null | Data::Bool(_)) {
                        let message =
                            format!("the key `{text}` is {} and is read as a string", Self::named(&data));
                        let problem = Problem::warning(Code::NonStringKey, span, message);
                        self.problems.push(problem.with_hint(format!("write `\"{text}\":`")));
                    }
                    Next::Value { key: text.to_owned(), key_span: span }
                };
                let node = Node { span, data: Data::String(text.to_owned()) };
                self.remember(anchor, &node)
            }
            None if absent => Ok(()),
            Some(Parts::Object { next: Next::Value { key_span, .. }, .. }) if absent => {
                // The parser puts what is not there before whatever comes next, which may be lines away.
                let span = Span::at(key_span.end);
                self.add(Node { span, data }, anchor)
            }
            Some(Parts::Object { next: Next::Value { .. } | Next::Merged | Next::Dropped, .. })
            | Some(Parts::Array(_))
            | None => self.add(Node { span, data }, anchor),
        }
    }

    fn named(data: &Data) -> &'static str {
        if matches!(data, Data::Null) { "null" } else { "a boolean" }
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.budget.spend(1, node.span)?;
        self.remember(anchor, &node)?;
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.root = Some(node),
            Some(Parts::Array(items)) => items.push(node),
            Some(Parts::Object { members, merged, next }) => match std::mem::replace(next, Next::Key) {
                Next::Value { key, key_span } => members.push(Member { key, key_span, value: node }),
                Next::Merged => merged.push(node),
                Next::Dropped => {}
                Next::Key => {
                    *next = Next::Dropped;
                    let message = format!("a key must be a string, not an {}", node.type_name());
                    self.problems.push(Problem::error(Code::NonStringKey, node.span.first_line(), message));
                }
            },
        }
        Ok(())
    }

    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Problem> {
        if anchor == 0 {
            return Ok(());
        }
        let size = measure(node);
        self.budget.spend(size.cost, node.span)?;
        self.anchors.insert(anchor, Anchored { node: node.clone(), size });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let Some(Anchored { node, size }) = self.anchors.get(&anchor) else {
            // The parser knows the anchor but its node is not finished.
            self.problems.push(Problem::error(
                Code::YamlAlias,
                span,
                "an alias cannot stand inside its own anchor",
            ));
            return self.add(Node { span, data: Data::Null }, 0);
        };
        if self.open.len() + size.height > MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.budget.spend(size.cost, span)?;
        if let Some(Parts::Object { next: next @ Next::Key, .. }) =
            self.open.last_mut().map(|open| &mut open.parts)
            && let Some(text) = node.as_str()
        {
            *next = Next::Value { key: text.to_owned(), key_span: span };
            return Ok(());
        }
        let node = Node { span, data: node.data.clone() };
        self.add(node, 0)
    }

    /// Adds the members of the values of `<<`; a key that is there already wins.
    fn merge(&mut self, mut members: Vec<Member>, merged: Vec<Node>) -> Vec<Member> {
        if merged.is_empty() {
            return members;
        }
        let mut keys: HashSet<String> = members.iter().map(|member| member.key.clone()).collect();
        let sources = merged.into_iter().flat_map(|node| match node.data {
            Data::Array(items) => items,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Object(_) => vec![node],
        });
        for source in sources {
            match source.data {
                Data::Object(more) => {
                    members.extend(more.into_iter().filter(|member| keys.insert(member.key.clone())));
                }
                Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Array(_) => {
                    let problem =
                        Problem::error(Code::YamlMerge, source.span, "only objects can be merged by `<<`");
                    self.problems.push(problem.with_hint("write `\"<<\"` if it is meant as a name"));
                }
            }
        }
        members
    }

    fn resolve(&mut self, text: &str, plain: bool, tag: Option<&Tag>, span: Span) -> Data {
        let untagged = || if plain { yaml_scalar::resolve(text) } else { Data::String(text.to_owned()) };
        let Some(tag) = tag else { return untagged() };
        let name = full_name(tag);
        let resolved = match name.strip_prefix(CORE).unwrap_or(&name) {
            "str" | "!" => return Data::String(text.to_owned()),
            "null" | "bool" | "int" | "float" | "seq" | "map" => yaml_scalar::resolve(text),
            _ => {
                self.ignored_tag(tag, span);
                return untagged();
            }
        };
        let fits = match (&resolved, name.strip_prefix(CORE).unwrap_or(&name)) {
            (Data::Null, "null") | (Data::Bool(_), "bool") | (Data::Number(_), "float") => true,
            (Data::Number(number), "int") => number.is_i64() || !number.to_string().contains(['.', 'e', 'E']),
            _ => false,
        };
        if fits {
            return resolved;
        }
        let message = format!("`{}` does not fit `{text}`", shown(tag));
        self.problems.push(Problem::error(Code::YamlTag, span, message).with_hint("remove the tag"));
        Data::String(text.to_owned())
    }

    fn check_collection_tag(&mut self, tag: Option<&Tag>, kind: &str, span: Span) {
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
            Some(_) => self.ignored_tag(tag, span),
            None if name == "!" => {}
            None => self.ignored_tag(tag, span),
        }
    }

    fn ignored_tag(&mut self, tag: &Tag, span: Span) {
        let message = format!("the tag `{}` has no meaning here and is ignored", shown(tag));
        self.problems
            .push(Problem::warning(Code::YamlTag, span.first_line(), message).with_hint("remove it"));
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

/// What repeating a node costs, and how many collections are in one another in it.
fn measure(node: &Node) -> Size {
    let inner = |sizes: &mut dyn Iterator<Item = Size>| {
        sizes.fold(Size { cost: 1, height: 1 }, |sum, size| Size {
            cost: sum.cost.saturating_add(size.cost),
            height: sum.height.max(size.height + 1),
        })
    };
    match &node.data {
        Data::Null | Data::Bool(_) => Size { cost: 1, height: 0 },
        Data::Number(number) => Size { cost: Budget::of_text(number.as_str().len()), height: 0 },
        Data::String(text) => Size { cost: Budget::of_text(text.len()), height: 0 },
        Data::Array(items) => inner(&mut items.iter().map(measure)),
        Data::Object(members) => inner(&mut members.iter().map(|member| {
            let Size { cost, height } = measure(&member.value);
            Size { cost: cost.saturating_add(Budget::of_text(member.key.len())), height }
        })),
    }
}

fn position(marker: Marker) -> Position {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
}

/// Control characters, which [YAML forbids](https://yaml.org/spec/1.2.2/#51-character-set).
fn forbidden_character(text: &str) -> Option<Problem> {
    let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let offset = text.bytes().position(forbidden)?;
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let start = Position { line: number(line), column: number(column) };
    let span = Span { start, end: start.next_column() };
    Some(Problem::error(Code::YamlSyntax, span, "a control character is not allowed in YAML"))
}

fn syntax_problem(error: &ScanError) -> Problem {
    let start = position(*error.marker());
    let span = Span { start, end: start.next_column() };
    let info = error.info();
    let problem = Problem::error(Code::YamlSyntax, span, format!("this is not valid YAML: {info}"));
    let hint = if info.contains("unknown anchor") {
        "an alias must come after its anchor `&name`; text that starts with `*` needs quotes"
    } else if info.contains("tab") {
        "indent with spaces"
    } else if info.contains("mapping values are not allowed") {
        "a value with `: ` in it needs quotes; otherwise look at the indentation"
    } else if info.contains("unexpected character") {
        "text that starts with this character needs quotes"
    } else if info.contains("recursion limit") {
        return too_deep(span);
    } else {
        return problem;
    };
    problem.with_hint(hint)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diagnostic::Severity;
    use crate::read::MAX_NODES;

    fn value(text: &str) -> Value {
        let reading = read(text);
        assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
        reading.root.unwrap().to_value()
    }

    /// The value that is read in spite of one problem, and that problem.
    fn with_problem(text: &str) -> (Value, Problem) {
        let mut reading = read(text);
        assert_eq!(reading.problems.len(), 1, "{text}: {:?}", reading.problems);
        (reading.root.map(|root| root.to_value()).unwrap_or_default(), reading.problems.remove(0))
    }

    fn place(node: &Node) -> (u32, u32, u32, u32) {
        let Span { start, end } = node.span;
        (start.line, start.column, end.line, end.column)
    }

    #[test]
    fn block_and_flow_style_give_the_same_value() {
        let wanted = json!({"a": [1, "x", null], "b": {"c": true}});
        assert_eq!(value("a:\n- 1\n- x\n-\nb:\n  c: true\n"), wanted);
        assert_eq!(value("{a: [1, x, ~], b: {c: true}}"), wanted);
        assert_eq!(value("a:\r\n- 1\r\n- 'x'\r\n- null\r\nb: {\"c\":true}\r\n"), wanted);
    }

    #[test]
    fn every_part_knows_its_place() {
        let root = read(
            "a:\n  - b: \"x y\"  # note\n    c: |\n      one\n      two\n\n# note\nd: [1,\n  2]\ne:\nf: ü\n",
        )
        .root
        .unwrap();
        let of = |pointer: &str| place(root.pointer(pointer).unwrap());
        assert_eq!(of("/a"), (2, 3, 7, 1));
        assert_eq!(of("/a/0"), (2, 5, 7, 1));
        assert_eq!(of("/a/0/b"), (2, 8, 2, 13));
        assert_eq!(of("/d"), (8, 4, 9, 5));
        assert_eq!(of("/e"), (10, 2, 10, 2));
        assert_eq!(of("/f"), (11, 4, 11, 5));
        assert_eq!(of(""), (1, 1, 11, 5));
        let key = root.get("a").and_then(|a| a.pointer("/0")?.member("c")).unwrap().key_span;
        assert_eq!((key.start, key.end), (Position { line: 3, column: 5 }, Position { line: 3, column: 6 }));
    }

    #[test]
    fn quoted_text_and_block_text_are_strings() {
        assert_eq!(value("[\"1\", 'true', \"\\u00fc\\n\"]"), json!(["1", "true", "ü\n"]));
        assert_eq!(value("a: |\n  1\nb: >-\n  x\n  y\n"), json!({"a": "1\n", "b": "x y"}));
    }

    #[test]
    fn a_number_as_key_is_its_text() {
        assert_eq!(value("200: ok\n1.0: x\n'404': y\n"), json!({"200": "ok", "1.0": "x", "404": "y"}));
    }

    #[test]
    fn a_key_that_is_true_or_null_is_its_text_with_a_warning() {
        let (value, problem) = with_problem("true: 1\n");
        assert_eq!(value, json!({"true": 1}));
        assert_eq!((problem.code, problem.severity), (Code::NonStringKey, Severity::Warning));
        assert_eq!(problem.hint.as_deref(), Some("write `\"true\":`"));
        assert_eq!(with_problem("~: 1\n").0, json!({"~": 1}));
        assert_eq!(with_problem("true: 1\non: 2\n").0, json!({"true": 1, "on": 2}));
    }

    #[test]
    fn a_collection_as_key_is_an_error() {
        for text in ["? [a]\n: 1\nb: 2\n", "? {a: 1}\n: {c: 1}\nb: 2\n", "{[a]: 1, b: 2}"] {
            let (value, problem) = with_problem(text);
            assert_eq!(value, json!({"b": 2}), "{text}");
            assert_eq!((problem.code, problem.severity), (Code::NonStringKey, Severity::Error));
        }
    }

    #[test]
    fn a_key_that_is_there_twice_is_an_error_and_the_first_counts() {
        let (value, problem) = with_problem("a: 1\nb: 2\na: 3\n");
        assert_eq!(value, json!({"a": 1, "b": 2}));
        assert_eq!(problem.code, Code::DuplicateKey);
        assert_eq!(problem.message, "the key `a` is there twice, first at line 1");
        assert_eq!(problem.span.start, Position { line: 3, column: 1 });
        let many: String = (0..40).map(|n| format!("k{}: {n}\n", n % 39)).collect();
        assert_eq!(with_problem(&many).1.message, "the key `k0` is there twice, first at line 1");
    }

    #[test]
    fn an_alias_repeats_what_its_anchor_is_at() {
        let root = read("a: &x {b: [1]}\nc: *x\n*x0 : 1\n").problems;
        assert_eq!(root.len(), 1);
        assert_eq!(value("a: &x {b: [1]}\nc: *x\n"), json!({"a": {"b": [1]}, "c": {"b": [1]}}));
        assert_eq!(value("&k a: 1\nb: *k\n"), json!({"a": 1, "b": "a"}));
        assert_eq!(value("a: &k b\n*k : 1\n"), json!({"a": "b", "b": 1}));
        assert_eq!(value("- &x 1\n- &x 2\n- *x\n"), json!([1, 2, 2]));
        let root = read("a: &x {b: 1}\nc: *x\n").root.unwrap();
        assert_eq!(place(root.get("c").unwrap()), (2, 4, 2, 6));
        assert_eq!(place(root.pointer("/c/b").unwrap()), (1, 11, 1, 12));
    }

    #[test]
    fn an_alias_inside_its_own_anchor_is_an_error() {
        let (value, problem) = with_problem("a: &x [1, *x]\n");
        assert_eq!(value, json!({"a": [1, null]}));
        assert_eq!(problem.code, Code::YamlAlias);
    }

    #[test]
    fn an_unknown_anchor_is_an_error() {
        let (_, problem) = with_problem("a: *x\n");
        assert_eq!(problem.code, Code::YamlSyntax);
        assert!(problem.hint.unwrap().contains("`&name`"));
    }

    #[test]
    fn aliases_cannot_grow_without_limit() {
        let mut laughs = "a0: &a0 [x]\n".to_owned();
        for n in 1..40 {
            let previous = format!("*a{}, ", n - 1).repeat(9);
            laughs.push_str(&format!("a{n}: &a{n} [{previous}]\n"));
        }
        assert_eq!(with_problem(&laughs).1.code, Code::TooLarge);
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1 << 10));
        assert_eq!(with_problem(&long).1.code, Code::TooLarge);
        let mut deep = "a0: &a0 [x]\n".to_owned();
        for n in 1..200 {
            deep.push_str(&format!("a{n}: &a{n} [*a{}]\n", n - 1));
        }
        assert_eq!(with_problem(&deep).1.code, Code::TooDeep);
        assert!(measure(&read("[a, {b: c}]").root.unwrap()).cost < MAX_NODES);
    }

    #[test]
    fn merged_members_come_after_those_that_are_there() {
        let base = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\n";
        let merged = |rest: &str| value(&format!("{base}{rest}")).pointer("/c").cloned().unwrap();
        assert_eq!(merged("c: {<<: *a, y: 3}\n"), json!({"y": 3, "x": 1}));
        assert_eq!(merged("c: {<<: [*a, *b]}\n"), json!({"x": 1, "y": 1, "z": 2}));
        assert_eq!(merged("c: {<<: *b, <<: *a}\n"), json!({"y": 2, "z": 2, "x": 1}));
        assert_eq!(merged("c: {<<: {q: 1}}\n"), json!({"q": 1}));
        assert_eq!(merged("c: {'<<': 1}\n"), json!({"<<": 1}));
        assert_eq!(with_problem("<<: 1\na: 2\n").1.code, Code::YamlMerge);
        assert_eq!(with_problem("<<: [1]\na: 2\n").0, json!({"a": 2}));
    }

    #[test]
    fn the_tags_of_the_core_schema_say_what_a_scalar_is() {
        assert_eq!(
            value(
                "[!!str 1, ! 2, !!int 3, !!int '4', !!float 1, !!bool true, !!null '', !!str , !<tag:yaml.org,2002:str> 5]"
            ),
            json!(["1", "2", 3, 4, 1, true, null, "", "5"])
        );
        assert_eq!(value("!!map {a: !!seq [1]}"), json!({"a": [1]}));
    }

    #[test]
    fn a_tag_that_does_not_fit_is_an_error() {
        for text in [
            "!!int x",
            "!!int 1.5",
            "!!bool yes",
            "!!null x",
            "!!float .inf",
            "!!seq x",
            "!!map [1]",
            "!!str {}",
        ] {
            let (_, problem) = with_problem(text);
            assert_eq!((problem.code, problem.severity), (Code::YamlTag, Severity::Error), "{text}");
        }
    }

    #[test]
    fn another_tag_is_ignored_with_a_warning() {
        for (text, wanted) in
            [("!Ref 1", json!(1)), ("!!binary aGk=", json!("aGk=")), ("!Sub [a]", json!(["a"]))]
        {
            let (value, problem) = with_problem(text);
            assert_eq!(value, wanted);
            assert_eq!((problem.code, problem.severity), (Code::YamlTag, Severity::Warning), "{text}");
        }
        let message = with_problem("!!binary aGk=").1.message;
        assert_eq!(message, "the tag `!!binary` has no meaning here and is ignored");
    }

    #[test]
    fn a_second_document_is_an_error_and_the_first_counts() {
        let (value, problem) = with_problem("---\na: 1\n---\nb: 2\n");
        assert_eq!(value, json!({"a": 1}));
        assert_eq!(problem.code, Code::SeveralDocuments);
        assert_eq!(problem.span.start.line, 3);
    }

    #[test]
    fn a_text_without_a_value_is_an_error() {
        for text in ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n"] {
            assert_eq!(with_problem(text).1.code, Code::EmptyDocument, "{text:?}");
        }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let (_, problem) = with_problem("a: b: c\n");
        assert_eq!(problem.code, Code::YamlSyntax);
        assert_eq!(problem.span.start, Position { line: 1, column: 5 });
        let (_, problem) = with_problem("a: x\nb: ü\u{0}\nc: x\n");
        assert_eq!(problem.span.start, Position { line: 2, column: 5 });
    }

    #[test]
    fn nesting_is_bounded() {
        let nested =
            |open: &str, close: &str, depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(read(&nested("[", "]", MAX_DEPTH)).problems, []);
        assert_eq!(read(&nested("- ", "", MAX_DEPTH)).problems, []);
        for depth in [MAX_DEPTH + 1, 300, 100_000] {
            for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[", "")] {
                let reading = read(&nested(open, close, depth));
                assert_eq!(reading.root, None);
                assert_eq!(reading.problems.last().unwrap().code, Code::TooDeep, "{open}×{depth}");
            }
        }
    }
}
