//! Going through a YAML text without building its values, and making them when somebody looks at them.
//!
//! Only the plain part of YAML is kept like this: a text with tags, merge keys, anchors on keys or anything that is told
//! about is composed at once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::extent::Cursor;
use super::{forbidden_character, position, scalar};
use crate::children::{Items, Members};
use crate::node::{Data, Member, Node};
use crate::position::{Position, Span};
use crate::read::{Budget, MAX_DEPTH, MAX_NODES, all_differ};
use crate::unread::{Glance as Any, Outline, Unread as AnyUnread};

/// The events of a text, without the ends of its arrays and objects.
#[derive(Default)]
pub(crate) struct Tape {
    entries: Vec<Entry>,
    /// The texts of all scalars, one after the other.
    texts: String,
}

/// A key or a value.
#[derive(Clone, Copy)]
struct Entry {
    span: Span,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A scalar without quotes, with the place of its text.
    Plain(u32, u32),
    /// Another scalar, which is a string.
    Text(u32, u32),
    /// An array, with the number of the first entry behind it.
    Array(u32),
    /// An object, likewise. Its keys and values take turns.
    Object(u32),
    /// What the entry with this number is, which is no alias.
    Alias(u32),
}

/// An array or object in the text.
#[derive(Clone)]
pub(crate) struct Unread {
    tape: Arc<Tape>,
    index: usize,
}

/// A value in the text.
#[derive(Clone, Copy)]
pub(crate) struct Glance<'a> {
    tape: &'a Tape,
    index: usize,
}

/// Goes through `text`.
pub(crate) fn outline(text: &str) -> Option<Outline> {
    if forbidden_character(text).is_some() {
        return None;
    }
    let mut recorder = Recorder::default();
    recorder.record(text)?;
    let Recorder { mut tape, refers_elsewhere, .. } = recorder;
    tape.entries.shrink_to_fit();
    let root = Unread { tape: Arc::new(tape), index: 0 }.root()?;
    Some(Outline { root, refers_elsewhere })
}

/// Writes the tape. Everything in it gives up where there is something to tell or to resolve.
#[derive(Default)]
struct Recorder {
    tape: Tape,
    open: Vec<Open>,
    /// The numbers of the keys of the objects that are open.
    keys: Vec<u32>,
    /// What the values so far would cost to make, and what aliases may repeat.
    cost: usize,
    anchors: HashMap<usize, Anchored>,
    refers_elsewhere: bool,
}

/// A finished entry that aliases may repeat.
#[derive(Clone, Copy)]
struct Anchored {
    entry: u32,
    cost: usize,
    height: usize,
}

struct Open {
    entry: usize,
    anchor: usize,
    /// The cost of all before it.
    cost: usize,
    /// How many collections are in one another inside of it.
    height: usize,
    /// Where its last part ends.
    end: Option<Position>,
    /// For an object, which of the keys is its first.
    first_key: Option<usize>,
    /// Whether the next entry is a key.
    wants_key: bool,
}

impl Recorder {
    fn record(&mut self, text: &str) -> Option<()> {
        let mut cursor = Cursor::new(text);
        for event in Parser::new_from_str(text) {
            let (event, span) = event.ok()?;
            let span = Span { start: position(span.start), end: position(span.end) };
            match event {
                Event::Scalar(text, style, anchor, None) => {
                    let span = match style {
                        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded if anchor == 0 => {
                            span
                        }
                        ScalarStyle::Plain
                        | ScalarStyle::Literal
                        | ScalarStyle::Folded
                        | ScalarStyle::SingleQuoted
                        | ScalarStyle::DoubleQuoted => cursor.extent(span, style, anchor != 0),
                    };
                    self.scalar(&text, style == ScalarStyle::Plain, anchor, span)?;
                }
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::SequenceStart(anchor, None) => self.open(span.start, anchor, None)?,
                Event::MappingStart(anchor, None) => self.open(span.start, anchor, Some(self.keys.len()))?,
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::DocumentStart(_) if !self.tape.entries.is_empty() => return None,
                Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => return None,
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
            }
        }
        (!self.tape.entries.is_empty()).then_some(())
    }

    fn scalar(&mut self, text: &str, is_plain: bool, anchor: usize, mut span: Span) -> Option<()> {
        let number = |n: usize| u32::try_from(n).ok();
        let start = number(self.tape.texts.len())?;
        self.tape.texts.push_str(text);
        let end = number(self.tape.texts.len())?;
        let kind = if is_plain { Kind::Plain(start, end) } else { Kind::Text(start, end) };
        let index = self.tape.entries.len();
        let cost = Budget::of_text(text.len());
        match self.open.last_mut() {
            Some(open) if open.wants_key => {
                if anchor != 0 || is_plain && (text == "<<" || is_null_or_boolean(text)) {
                    return None;
                }
                open.wants_key = false;
                self.keys.push(number(index)?);
                self.tape.entries.push(Entry { span, kind });
                return self.spend(cost);
            }
            Some(Open { first_key: Some(_), .. }) => {
                let key = *self.tape.entries.last()?;
                // The parser puts what is not there before whatever comes next, which may be lines away.
                let is_absent = is_plain && text.is_empty() && anchor == 0;
                if is_absent {
                    span = Span::at(key.span.end);
                }
                let is_reference = self.tape.text(key.kind) == Some("$ref");
                self.refers_elsewhere |= is_reference && !text.starts_with('#');
            }
            Some(Open { first_key: None, .. }) => {}
            None if is_plain && text.is_empty() => return None,
            None => {}
        }
        self.tape.entries.push(Entry { span, kind });
        self.spend(cost)?;
        self.remember(anchor, Anchored { entry: number(index)?, cost, height: 0 })?;
        self.ended(span.end, 0);
        Some(())
    }

    /// Takes what an anchor is at as a value. What is not finished yet, or would be a key, is left to the composer.
    fn alias(&mut self, anchor: usize, span: Span) -> Option<()> {
        let Anchored { entry, cost, height } = *self.anchors.get(&anchor)?;
        let open = self.open.last()?;
        if open.wants_key || self.open.len() + height > MAX_DEPTH {
            return None;
        }
        let key = open.first_key.and_then(|_| self.tape.entries.last());
        self.refers_elsewhere |= key.is_some_and(|key| self.tape.text(key.kind) == Some("$ref"));
        self.tape.entries.push(Entry { span, kind: Kind::Alias(entry) });
        self.spend(cost)?;
        self.ended(span.end, height);
        Some(())
    }

    fn remember(&mut self, anchor: usize, anchored: Anchored) -> Option<()> {
        if anchor == 0 {
            return Some(());
        }
        self.anchors.insert(anchor, anchored);
        self.spend(anchored.cost)
    }

    fn spend(&mut self, cost: usize) -> Option<()> {
        self.cost += cost;
        (self.cost <= MAX_NODES).then_some(())
    }

    /// Notes that a value is complete, in which so many collections are in one another.
    fn ended(&mut self, end: Position, height: usize) {
        if let Some(open) = self.open.last_mut() {
            open.end = Some(end);
            open.height = open.height.max(height);
            open.wants_key = open.first_key.is_some();
        }
    }

    fn open(&mut self, start: Position, anchor: usize, first_key: Option<usize>) -> Option<()> {
        if self.open.len() >= MAX_DEPTH || self.open.last().is_some_and(|open| open.wants_key) {
            return None;
        }
        let entry = self.tape.entries.len();
        let kind = if first_key.is_some() { Kind::Object(0) } else { Kind::Array(0) };
        self.tape.entries.push(Entry { span: Span::at(start), kind });
        let wants_key = first_key.is_some();
        self.open.push(Open { entry, anchor, cost: self.cost, height: 0, end: None, first_key, wants_key });
        self.spend(1)
    }

    fn close(&mut self, event: Span) -> Option<()> {
        let Open { entry: index, anchor, cost, height, end, first_key, .. } = self.open.pop()?;
        if let Some(first_key) = first_key {
            let keys = self.keys.get(first_key..)?;
            let text = |key: &u32| {
                let entry = self.tape.entries.get(*key as usize);
                entry.and_then(|entry| self.tape.text(entry.kind)).unwrap_or_default().as_bytes()
            };
            if !all_differ(keys.iter().map(text)) {
                return None;
            }
            self.keys.truncate(first_key);
        }
        let next = u32::try_from(self.tape.entries.len()).ok()?;
        let entry = self.tape.entries.get_mut(index)?;
        let start = entry.span.start;
        // A collection in block style has no last character of its own; the event stands somewhere behind it.
        let in_flow_style = event.start != event.end;
        entry.span.end = if in_flow_style { event.end } else { end.unwrap_or(start).max(start) };
        entry.kind = if first_key.is_some() { Kind::Object(next) } else { Kind::Array(next) };
        let end = entry.span.end;
        let (entry, cost, height) = (u32::try_from(index).ok()?, self.cost - cost, height + 1);
        self.remember(anchor, Anchored { entry, cost, height })?;
        self.ended(end, height);
        Some(())
    }
}

/// Whether a plain scalar is a value that cannot be a key without a word about it.
fn is_null_or_boolean(text: &str) -> bool {
    text.len() <= 5 && matches!(scalar::resolve(text.into()), Data::Null | Data::Bool(_))
}

impl Tape {
    fn text(&self, kind: Kind) -> Option<&str> {
        match kind {
            Kind::Plain(start, end) | Kind::Text(start, end) => self.texts.get(start as usize..end as usize),
            Kind::Array(_) | Kind::Object(_) | Kind::Alias(_) => None,
        }
    }

    /// What the entry at `index` is, and where that is written.
    fn meant(&self, index: usize) -> Option<(usize, Kind)> {
        let kind = |index: usize| self.entries.get(index).map(|entry| entry.kind);
        match kind(index)? {
            Kind::Alias(entry) => Some((entry as usize, kind(entry as usize)?)),
            known @ (Kind::Plain(..) | Kind::Text(..) | Kind::Array(_) | Kind::Object(_)) => {
                Some((index, known))
            }
        }
    }

    /// The number of the entry behind the value at `index`.
    fn behind(&self, index: usize) -> usize {
        match self.entries.get(index).map(|entry| entry.kind) {
            Some(Kind::Array(next) | Kind::Object(next)) => next as usize,
            Some(Kind::Plain(..) | Kind::Text(..) | Kind::Alias(_)) | None => index + 1,
        }
    }

    /// The entries inside of the array or object at `index`.
    fn inside(&self, index: usize) -> std::ops::Range<usize> {
        index + 1..self.behind(index)
    }
}

impl Unread {
    fn root(&self) -> Option<Node> {
        self.node(self.index)
    }

    fn node(&self, index: usize) -> Option<Node> {
        let span = self.tape.entries.get(index)?.span;
        let (index, kind) = self.tape.meant(index)?;
        let later = || AnyUnread::Yaml(Self { tape: Arc::clone(&self.tape), index });
        let data = match kind {
            Kind::Plain(..) => scalar::resolve(self.tape.text(kind)?.into()),
            Kind::Text(..) => Data::String(self.tape.text(kind)?.to_owned()),
            Kind::Array(_) => Data::Array(Items::later(later())),
            Kind::Object(_) => Data::Object(Members::later(later())),
            // What an alias means is none.
            Kind::Alias(_) => return None,
        };
        Some(Node { span, data })
    }

    pub(crate) fn items(&self) -> Vec<Node> {
        let mut inside = self.tape.inside(self.index);
        let mut items = Vec::new();
        while let Some(index) = inside.next() {
            items.extend(self.node(index));
            inside.start = self.tape.behind(index);
        }
        items
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        let mut inside = self.tape.inside(self.index);
        let mut members = Vec::new();
        while let (Some(key), Some(value)) = (inside.next(), inside.next()) {
            members.extend(self.member(key, value));
            inside.start = self.tape.behind(value);
        }
        members
    }

    fn member(&self, key: usize, value: usize) -> Option<Member> {
        let Entry { span: key_span, kind } = *self.tape.entries.get(key)?;
        Some(Member { key: self.tape.text(kind)?.to_owned(), key_span, value: self.node(value)? })
    }

    /// A look at this array or object.
    pub(crate) fn glance(&self) -> Glance<'_> {
        Glance { tape: &self.tape, index: self.index }
    }
}

impl<'a> Glance<'a> {
    fn kind(self) -> Option<Kind> {
        self.tape.meant(self.index).map(|(_, kind)| kind)
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self.kind(), Some(Kind::Object(_)))
    }

    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let kind = self.kind()?;
        let text = self.tape.text(kind)?;
        let is_string = match kind {
            Kind::Plain(..) => matches!(scalar::resolve(text.into()), Data::String(_)),
            Kind::Text(..) => true,
            Kind::Array(_) | Kind::Object(_) | Kind::Alias(_) => false,
        };
        is_string.then_some(text.into())
    }

    pub(crate) fn members(self, found: &mut dyn FnMut(Cow<'a, str>, Any<'a>) -> ControlFlow<()>) {
        let Some((index, Kind::Object(_))) = self.tape.meant(self.index) else { return };
        let mut inside = self.tape.inside(index);
        while let (Some(key), Some(index)) = (inside.next(), inside.next()) {
            let entry = self.tape.entries.get(key);
            let Some(name) = entry.and_then(|entry| self.tape.text(entry.kind)) else { return };
            if found(name.into(), Any::Yaml(Self { tape: self.tape, index })).is_break() {
                return;
            }
            inside.start = self.tape.behind(index);
        }
    }
}
