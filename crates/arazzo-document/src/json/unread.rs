//! The values of a JSON text that was gone through, made when somebody looks at them.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::Reader;
use super::cursor::Spot;
use super::scan::{Collection, scan};
use crate::node::{Member, Node};
use crate::unread::{Glance as Any, Outline, Unread as AnyUnread};

/// A text with the places of its arrays and objects.
pub(crate) struct Tape {
    text: Arc<String>,
    collections: Vec<Collection>,
}

/// An array or object in the text.
#[derive(Clone)]
pub(crate) struct Unread {
    tape: Arc<Tape>,
    inside: Inside,
}

/// Where the inside of an array or object begins.
#[derive(Clone, Copy)]
struct Inside {
    spot: Spot,
    /// The number of the first collection that opens in it or behind it.
    next: u32,
}

/// A value in the text.
#[derive(Clone, Copy)]
pub(crate) enum Glance<'a> {
    /// A value without parts, as it is written.
    Scalar(&'a str),
    Array,
    Object(Object<'a>),
}

/// An object in the text.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    tape: &'a Arc<Tape>,
    inside: Inside,
}

/// Goes through `text`.
pub(crate) fn outline(text: &Arc<String>) -> Option<Outline> {
    let scanned = scan(text)?;
    let tape = Arc::new(Tape { text: Arc::clone(text), collections: scanned.collections });
    let mut reader = Reader::resume(&tape, Inside::START);
    reader.cursor.skip_whitespace();
    Some(Outline { root: reader.value().ok()?, refers_elsewhere: scanned.refers_elsewhere })
}

impl Inside {
    const START: Self = Self { spot: Spot::START, next: 0 };
}

impl Unread {
    /// Nothing is wrong in a text that was gone through, so all of it is there.
    pub(crate) fn items(&self) -> Vec<Node> {
        Reader::resume(&self.tape, self.inside).array().unwrap_or_default()
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        Reader::resume(&self.tape, self.inside).object().unwrap_or_default()
    }

    /// A look at this object.
    pub(crate) fn glance(&self) -> Object<'_> {
        Object { tape: &self.tape, inside: self.inside }
    }
}

impl<'a> Object<'a> {
    pub(crate) fn members(self, found: &mut dyn FnMut(Cow<'a, str>, Any<'a>) -> ControlFlow<()>) {
        let mut reader = Reader::resume(self.tape, self.inside);
        loop {
            reader.cursor.skip_whitespace();
            if reader.cursor.peek() != Some(b'"') {
                return;
            }
            let Ok(key) = reader.text() else { return };
            reader.cursor.skip_whitespace();
            reader.cursor.eat(b':');
            reader.cursor.skip_whitespace();
            let Ok(value) = reader.glance() else { return };
            if found(key, Any::Json(value)).is_break() {
                return;
            }
            reader.cursor.skip_whitespace();
            reader.cursor.eat(b',');
        }
    }
}

impl<'a> Glance<'a> {
    pub(crate) fn is_object(self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Scalar(raw) if raw.starts_with('"') => Reader::new(raw).text().ok(),
            Self::Scalar(_) | Self::Array | Self::Object(_) => None,
        }
    }

    pub(crate) fn members(self, found: &mut dyn FnMut(Cow<'a, str>, Any<'a>) -> ControlFlow<()>) {
        match self {
            Self::Object(object) => object.members(found),
            Self::Scalar(_) | Self::Array => {}
        }
    }
}

impl<'t> Reader<'t> {
    fn resume(tape: &'t Arc<Tape>, Inside { spot, next }: Inside) -> Self {
        let mut reader = Self { scanned: Some((tape, next)), ..Self::new(&tape.text) };
        reader.cursor.go_to(spot);
        reader
    }

    /// Goes behind the array or object that opens here, to be read later. `None` if the text was not gone through.
    pub(super) fn unread(&mut self) -> Option<AnyUnread> {
        let (tape, inside) = self.skip_collection()?;
        Some(AnyUnread::Json(Unread { tape: Arc::clone(tape), inside }))
    }

    fn skip_collection(&mut self) -> Option<(&'t Arc<Tape>, Inside)> {
        let (tape, number) = self.scanned?;
        let Collection { end, next } = *tape.collections.get(number as usize)?;
        let spot = self.cursor.spot(1)?;
        self.cursor.go_to(end);
        self.scanned = Some((tape, next));
        Some((tape, Inside { spot, next: number + 1 }))
    }

    /// Goes behind a value.
    fn glance(&mut self) -> Result<Glance<'t>, ()> {
        let start = self.cursor.at;
        match self.cursor.peek() {
            Some(b'{') => {
                let (tape, inside) = self.skip_collection().ok_or(())?;
                return Ok(Glance::Object(Object { tape, inside }));
            }
            Some(b'[') => {
                self.skip_collection().ok_or(())?;
                return Ok(Glance::Array);
            }
            Some(b'"') => drop(self.text().map_err(drop)?),
            Some(_) | None => {
                while let Some(b'a'..=b'z' | b'0'..=b'9' | b'E' | b'+' | b'-' | b'.') = self.cursor.peek() {
                    self.cursor.at += 1;
                }
            }
        }
        Ok(Glance::Scalar(self.cursor.since(start)))
    }
}
