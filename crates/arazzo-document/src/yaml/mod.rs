//! Composing YAML into located values.
//!
//! The events come from a parser; what they mean is decided here, by the
//! [core schema of YAML 1.2](https://yaml.org/spec/1.2.2/#103-core-schema) as far as JSON has the values: `on`, `yes`,
//! dates, `.inf`, `.nan` and numbers with leading zeros are strings. Anchors, aliases and merge keys are resolved while
//! composing, within a budget, so that a small text cannot stand for a huge value.

mod extent;
mod scalar;
mod tag;
mod unread;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use crate::diagnostic::Code;
use crate::node::{Data, Member, Node};
use crate::position::{Position, Span};
use crate::read::{Budget, MAX_DEPTH, Problem, Problems, Reading, distinct, too_deep};
use extent::Cursor;
pub(crate) use unread::{Glance, Unread, outline};

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
    let mut problems = composer.problems.sorted();
    if !problems.is_empty() {
        let end = end_of(text);
        problems.iter_mut().for_each(|problem| problem.span = within(problem.span, end));
    }
    Reading { root, problems }
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
        let mut cursor = Cursor::new(text);
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| syntax_problem(&error))?;
            let span = Span { start: position(span.start), end: position(span.end) };
            match event {
                Event::DocumentStart(_) if self.root.is_some() => {
                    let problem =
                        Problem::error(Code::SeveralDocuments, span, "a second document begins here");
                    self.problems.push(problem.with_hint("put it into its own file"));
                    return Ok(());
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let span = cursor.extent(span, style, tag.is_some() || anchor != 0);
                    self.scalar(text, style, anchor, tag.as_deref(), span)?;
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
            None => Err(Problem::error(
                Code::EmptyDocument,
                Span::at(Position::START),
                "there is nothing in this document",
            )),
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
            Parts::Array(items) => {
                (end_or(items.last().map(|item| item.span.end)), Data::Array(items.into()))
            }
            Parts::Object { members, merged, .. } => {
                let end = end_or(members.last().map(|member| member.value.span.end));
                let members = distinct(members, &mut self.problems);
                (end, Data::Object(self.merge(members, merged).into()))
            }
        };
        self.add(Node { span: Span { start, end }, data }, anchor)
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Problem> {
        let plain = style == ScalarStyle::Plain;
        let absent = plain && text.is_empty() && tag.is_none() && anchor == 0;
        let is_key =
            matches!(self.open.last(), Some(Open { parts: Parts::Object { next: Next::Key, .. }, .. }));
        if is_key {
            return self.key(text, plain, anchor, tag, span);
        }
        let data = self.resolve(text, plain, tag, span);
        match self.open.last_mut().map(|open| &mut open.parts) {
            None if absent => Ok(()),
            Some(Parts::Object { next: Next::Value { key_span, .. }, .. }) if absent => {
                // The parser puts what is not there before whatever comes next, which may be lines away.
                let span = Span::at(key_span.end);
                self.add(Node { span, data }, anchor)
            }
            Some(Parts::Object { .. } | Parts::Array(_)) | None => self.add(Node { span, data }, anchor),
        }
    }

    /// Takes a scalar as the key of the object that is open.
    fn key(
        &mut self,
        text: Cow<'_, str>,
        plain: bool,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Problem> {
        if anchor != 0 {
            self.remember(anchor, &Node { span, data: Data::String(text.clone().into_owned()) })?;
        }
        let merges = plain && text == "<<";
        let (key, unlike) = match self.resolve(text.clone(), plain, tag, span) {
            Data::String(key) => (key, None),
            data @ (Data::Null | Data::Bool(_)) => (text.into_owned(), Some(data)),
            Data::Number(_) | Data::Array(_) | Data::Object(_) => (text.into_owned(), None),
        };
        if let Some(data) = unlike {
            let message = format!("the key `{key}` is {} and is read as a string", Self::named(&data));
            let problem = Problem::warning(Code::NonStringKey, span, message);
            self.problems.push(problem.with_hint(format!("write `\"{key}\":`")));
        }
        if let Some(Parts::Object { next, .. }) = self.open.last_mut().map(|open| &mut open.parts) {
            *next = if merges { Next::Merged } else { Next::Value { key, key_span: span } };
        }
        Ok(())
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
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Object(_) => {
                vec![node].into()
            }
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

/// So many bytes are looked at together.
const BLOCK: usize = 256;

/// Control characters, which [YAML forbids](https://yaml.org/spec/1.2.2/#51-character-set).
fn forbidden_character(text: &str) -> Option<Problem> {
    let forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Whole blocks are looked at faster than byte after byte.
    let any = |block: &[u8]| block.iter().fold(false, |found, byte| found | forbidden(*byte));
    if !text.as_bytes().chunks(BLOCK).any(any) {
        return None;
    }
    let offset = text.bytes().position(forbidden)?;
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let start = Position { line: number(line), column: number(column) };
    let span = Span { start, end: start.next_column() };
    Some(Problem::error(Code::YamlSyntax, span, "a control character is not allowed in YAML"))
}

/// The scanner finds the end on the line after the last one; people look for it at the end of that.
fn within(span: Span, end: Position) -> Span {
    if span.start > end { Span { start: end, end: end.next_column() } } else { span }
}

/// The place after the last character.
fn end_of(text: &str) -> Position {
    let lines = text.split(['\n', '\r']);
    let (count, last) = lines.fold((0, ""), |(count, _), line| (count + 1, line));
    Position { line: count, column: 1 }.right(last.chars().count())
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
mod tests;
