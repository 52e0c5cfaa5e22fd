//! Going through a JSON text without building anything.
//!
//! This is as strict as reading is and says less: a text that it does not accept is read, which tells why.

use std::str::FromStr;

use serde_json::Number;

use super::Reader;
use super::cursor::{Cursor, Spot};
use crate::read::{MAX_DEPTH, MAX_NODES, all_differ};

/// What a scan remembers of a text: its arrays and objects, in the order in which they open.
pub(super) struct Scanned {
    pub(super) collections: Vec<Collection>,
    /// Whether there may be a `$ref` that does not begin with `#`.
    pub(super) refers_elsewhere: bool,
}

/// Where an array or object ends.
#[derive(Clone, Copy)]
pub(super) struct Collection {
    /// The place behind it.
    pub(super) end: Spot,
    /// The number of the first collection that opens behind it.
    pub(super) next: u32,
}

impl Collection {
    /// One that has not ended.
    const OPEN: Self = Self { end: Spot::START, next: 0 };
}

/// Goes through the whole text. `None` when something is wrong with it.
pub(super) fn scan(text: &str) -> Option<Scanned> {
    let mut scan = Scan {
        cursor: Cursor::new(text),
        collections: Vec::with_capacity(text.len() / BYTES_PER_COLLECTION),
        open: Vec::with_capacity(MAX_DEPTH),
        keys: Vec::new(),
        refers_elsewhere: false,
    };
    scan.document()?;
    Some(Scanned { collections: scan.collections, refers_elsewhere: scan.refers_elsewhere })
}

/// Real descriptions have an array or object for about so many bytes.
const BYTES_PER_COLLECTION: usize = 64;

/// A number of more bytes may be one that is no number to the library that keeps its digits.
const LONG_NUMBER: usize = 32;

struct Scan<'t> {
    cursor: Cursor<'t>,
    collections: Vec<Collection>,
    open: Vec<Open>,
    /// Where the keys of the objects that are open stand, without their quotes.
    keys: Vec<(u32, u32)>,
    refers_elsewhere: bool,
}

#[derive(Clone, Copy)]
struct Open {
    collection: usize,
    /// For an object, which of the keys is its first.
    first_key: Option<usize>,
    /// Whether a key of it is written with escapes.
    is_escaped: bool,
}

impl Scan<'_> {
    fn document(&mut self) -> Option<()> {
        let mut values: usize = 0;
        loop {
            self.cursor.skip_whitespace();
            values += 1;
            if values > MAX_NODES {
                return None;
            }
            match self.cursor.peek()? {
                b'{' => {
                    let first_key = Some(self.keys.len());
                    self.open(first_key)?;
                    if self.cursor.peek()? != b'}' {
                        self.key()?;
                        continue;
                    }
                    self.close()?;
                }
                b'[' => {
                    self.open(None)?;
                    if self.cursor.peek()? != b']' {
                        continue;
                    }
                    self.close()?;
                }
                b'"' => drop(self.string()?),
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => return None,
            }
            // After a value comes the next one, or the end of what it is in.
            loop {
                self.cursor.skip_whitespace();
                let Some(open) = self.open.last() else {
                    return self.cursor.rest().is_empty().then_some(());
                };
                let is_object = open.first_key.is_some();
                match (self.cursor.peek()?, is_object) {
                    (b',', true) => {
                        self.cursor.at += 1;
                        self.cursor.skip_whitespace();
                        self.key()?;
                        break;
                    }
                    (b',', false) => {
                        self.cursor.at += 1;
                        break;
                    }
                    (b'}', true) | (b']', false) => self.close()?,
                    _ => return None,
                }
            }
        }
    }

    fn open(&mut self, first_key: Option<usize>) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.open.push(Open { collection: self.collections.len(), first_key, is_escaped: false });
        self.collections.push(Collection::OPEN);
        self.cursor.at += 1;
        self.cursor.skip_whitespace();
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        self.cursor.at += 1;
        let Open { collection, first_key, is_escaped } = self.open.pop()?;
        if let Some(first_key) = first_key {
            if !self.keys_differ(first_key, is_escaped) {
                return None;
            }
            self.keys.truncate(first_key);
        }
        let end = self.cursor.spot(0)?;
        let next = u32::try_from(self.collections.len()).ok()?;
        *self.collections.get_mut(collection)? = Collection { end, next };
        Some(())
    }

    /// Whether the keys of the object that ends here are all different.
    fn keys_differ(&self, first_key: usize, is_escaped: bool) -> bool {
        let ranges = self.keys.get(first_key..).unwrap_or_default();
        if ranges.len() < 2 {
            return true;
        }
        if is_escaped {
            let keys = ranges.iter().map(|(start, end)| {
                // With its quotes.
                Reader::new(self.cursor.text.get(*start as usize - 1..*end as usize + 1).unwrap_or_default())
                    .text()
            });
            let keys = keys.collect::<Result<Vec<_>, _>>();
            return keys.is_ok_and(|keys| all_differ(keys.iter().map(|key| key.as_bytes())));
        }
        let slice = |(start, end): &(u32, u32)| {
            self.cursor.text.as_bytes().get(*start as usize..*end as usize).unwrap_or_default()
        };
        all_differ(ranges.iter().map(slice))
    }

    /// Goes through a key and the colon behind it.
    fn key(&mut self) -> Option<()> {
        if self.cursor.peek()? != b'"' {
            return None;
        }
        let start = self.cursor.at + 1;
        let is_escaped = self.string()?;
        let end = self.cursor.at - 1;
        self.keys.push((u32::try_from(start).ok()?, u32::try_from(end).ok()?));
        self.cursor.skip_whitespace();
        if self.cursor.peek()? != b':' {
            return None;
        }
        self.cursor.at += 1;
        if is_escaped {
            self.open.last_mut()?.is_escaped = true;
            self.refers_elsewhere = true;
        } else if end - start == REFERENCE.len()
            && self.cursor.text.as_bytes().get(start..end) == Some(REFERENCE)
        {
            self.cursor.skip_whitespace();
            let rest = self.cursor.rest();
            self.refers_elsewhere |= rest.starts_with(b"\"") && !rest.starts_with(b"\"#");
        }
        Some(())
    }

    /// Goes through a string. Whether there are escapes in it.
    fn string(&mut self) -> Option<bool> {
        self.cursor.at += 1;
        let mut is_escaped = false;
        loop {
            self.cursor.skip_plain();
            match self.cursor.peek()? {
                b'"' => break,
                b'\\' => {
                    is_escaped = true;
                    self.escape()?;
                }
                _ => return None,
            }
        }
        self.cursor.at += 1;
        Some(is_escaped)
    }

    fn escape(&mut self) -> Option<()> {
        self.cursor.at += 1;
        match self.cursor.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.cursor.at += 1,
            b'u' => {
                self.cursor.at += 1;
                match self.four_hex_digits()? {
                    0xd800..0xdc00 => {
                        if self.cursor.text.as_bytes().get(self.cursor.at..self.cursor.at + 2)? != b"\\u" {
                            return None;
                        }
                        self.cursor.at += 2;
                        if !(0xdc00..0xe000).contains(&self.four_hex_digits()?) {
                            return None;
                        }
                    }
                    0xdc00..0xe000 => return None,
                    _ => {}
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn four_hex_digits(&mut self) -> Option<u32> {
        let digits = self.cursor.text.as_bytes().get(self.cursor.at..self.cursor.at + 4)?;
        self.cursor.at += 4;
        digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
    }

    fn number(&mut self) -> Option<()> {
        let start = self.cursor.at;
        self.cursor.at += usize::from(self.cursor.peek()? == b'-');
        match self.cursor.peek()? {
            b'0' => self.cursor.at += 1,
            _ => self.digits()?,
        }
        if self.cursor.peek() == Some(b'.') {
            self.cursor.at += 1;
            self.digits()?;
        }
        let mut is_plain = true;
        if let Some(b'e' | b'E') = self.cursor.peek() {
            is_plain = false;
            self.cursor.at += 1;
            self.cursor.at += usize::from(matches!(self.cursor.peek()?, b'+' | b'-'));
            self.digits()?;
        }
        // A digit after a leading zero is where the next token should be, and none begins with one.
        if is_plain && self.cursor.at - start <= LONG_NUMBER {
            return Some(());
        }
        Number::from_str(self.cursor.since(start)).ok().map(drop)
    }

    fn digits(&mut self) -> Option<()> {
        self.cursor.digits().then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.cursor.rest().starts_with(word);
        self.cursor.at += word.len();
        found.then_some(())
    }
}

/// The key of a reference.
const REFERENCE: &[u8] = b"$ref";
