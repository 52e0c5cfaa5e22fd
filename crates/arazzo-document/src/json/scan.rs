//! Going through a JSON text without building anything.
//!
//! This is as strict as reading is and says less: a text that it does not accept is read, which tells why.

use std::str::FromStr;

use serde_json::Number;

use super::Reader;
use crate::position::Position;
use crate::read::{MAX_DEPTH, MAX_NODES, all_differ};

/// What a scan remembers of a text: its arrays and objects, in the order in which they open.
pub(super) struct Scanned {
    pub(super) collections: Vec<Collection>,
    /// Whether there may be a `$ref` that does not begin with `#`.
    pub(super) refers_elsewhere: bool,
}

/// Where an array or object ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Collection {
    /// The place behind it.
    pub(super) end: Spot,
    /// The number of the first collection that opens behind it.
    pub(super) next: u32,
}

/// A byte of the text, with what its line and column are counted from.
#[derive(Clone, Copy, Default)]
pub(super) struct Spot {
    pub(super) at: u32,
    pub(super) line: u32,
    /// The first byte of the line.
    pub(super) line_start: u32,
    /// How many bytes of the line so far are no characters of their own.
    pub(super) continued: u32,
}

/// Goes through the whole text. `None` when something is wrong with it.
pub(super) fn scan(text: &str) -> Option<Scanned> {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: Position::START.line,
        line_start: 0,
        continued: 0,
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
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: u32,
    line_start: usize,
    continued: usize,
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
            self.skip_whitespace();
            values += 1;
            if values > MAX_NODES {
                return None;
            }
            match self.peek()? {
                b'{' => {
                    let first_key = Some(self.keys.len());
                    self.open(first_key)?;
                    if self.peek()? != b'}' {
                        self.key()?;
                        continue;
                    }
                    self.close()?;
                }
                b'[' => {
                    self.open(None)?;
                    if self.peek()? != b']' {
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
                self.skip_whitespace();
                let Some(open) = self.open.last() else {
                    return (self.at == self.bytes.len()).then_some(());
                };
                let is_object = open.first_key.is_some();
                match (self.peek()?, is_object) {
                    (b',', true) => {
                        self.at += 1;
                        self.skip_whitespace();
                        self.key()?;
                        break;
                    }
                    (b',', false) => {
                        self.at += 1;
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
        self.collections.push(Collection::default());
        self.at += 1;
        self.skip_whitespace();
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        self.at += 1;
        let Open { collection, first_key, is_escaped } = self.open.pop()?;
        if let Some(first_key) = first_key {
            if !self.keys_differ(first_key, is_escaped) {
                return None;
            }
            self.keys.truncate(first_key);
        }
        let number = |n: usize| u32::try_from(n).ok();
        let end = Spot {
            at: number(self.at)?,
            line: self.line,
            line_start: number(self.line_start)?,
            continued: number(self.continued)?,
        };
        let next = number(self.collections.len())?;
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
                Reader::new(self.text.get(*start as usize - 1..*end as usize + 1).unwrap_or_default()).text()
            });
            let keys = keys.collect::<Result<Vec<_>, _>>();
            return keys.is_ok_and(|keys| all_differ(keys.iter().map(|key| key.as_bytes())));
        }
        let slice =
            |(start, end): &(u32, u32)| self.bytes.get(*start as usize..*end as usize).unwrap_or_default();
        all_differ(ranges.iter().map(slice))
    }

    /// Goes through a key and the colon behind it.
    fn key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let is_escaped = self.string()?;
        let end = self.at - 1;
        self.keys.push((u32::try_from(start).ok()?, u32::try_from(end).ok()?));
        self.skip_whitespace();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        if is_escaped {
            self.open.last_mut()?.is_escaped = true;
            self.refers_elsewhere = true;
        } else if end - start == REFERENCE.len() && self.bytes.get(start..end) == Some(REFERENCE) {
            self.skip_whitespace();
            let rest = self.bytes.get(self.at..)?;
            self.refers_elsewhere |= rest.starts_with(b"\"") && !rest.starts_with(b"\"#");
        }
        Some(())
    }

    /// Goes through a string. Whether there are escapes in it.
    fn string(&mut self) -> Option<bool> {
        self.at += 1;
        let start = self.at;
        let mut is_escaped = false;
        let mut is_long = false;
        loop {
            let (length, may_be_long) = plain(self.bytes.get(self.at..)?);
            self.at += length;
            is_long |= may_be_long;
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    is_escaped = true;
                    self.escape()?;
                }
                _ => return None,
            }
        }
        if is_long {
            let string = self.bytes.get(start..self.at)?;
            self.continued += string.iter().filter(|byte| matches!(byte, 0x80..0xc0)).count();
        }
        self.at += 1;
        Some(is_escaped)
    }

    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                match self.four_hex_digits()? {
                    0xd800..0xdc00 => {
                        if self.bytes.get(self.at..self.at + 2)? != b"\\u" {
                            return None;
                        }
                        self.at += 2;
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
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        self.at += usize::from(self.peek()? == b'-');
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let mut is_plain = true;
        if let Some(b'e' | b'E') = self.peek() {
            is_plain = false;
            self.at += 1;
            self.at += usize::from(matches!(self.peek()?, b'+' | b'-'));
            self.digits()?;
        }
        // A digit after a leading zero is where the next token should be, and none begins with one.
        if is_plain && self.at - start <= LONG_NUMBER {
            return Some(());
        }
        Number::from_str(self.text.get(start..self.at)?).ok().map(drop)
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.bytes.get(self.at..)?.starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_whitespace(&mut self) {
        while let Some(byte @ (b' ' | b'\n' | b'\t' | b'\r')) = self.peek() {
            self.at += 1;
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.line_start = self.at;
                self.continued = 0;
                self.at += indent(self.bytes, self.at);
            }
        }
    }
}

/// The key of a reference.
const REFERENCE: &[u8] = b"$ref";

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// How many bytes of a string come before its end or something in it that has a meaning of its own, and whether there
/// may be a byte among them that is no ASCII.
pub(super) fn plain(bytes: &[u8]) -> (usize, bool) {
    let mut high = 0;
    let mut length = 0;
    while let Some(block) = bytes.get(length..length + 8).and_then(|block| block.try_into().ok()) {
        let block = u64::from_le_bytes(block);
        high |= block;
        let found = ends(block);
        if found != 0 {
            return (length + (found.trailing_zeros() / 8) as usize, high & HIGH != 0);
        }
        length += 8;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    let more = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
    (length + more, high & HIGH != 0 || !rest.is_ascii())
}

/// How many spaces stand at the start of a line, which are mostly an indent, in eights.
#[inline]
pub(super) fn indent(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while bytes.get(at..at + 8) == Some(b"        ") {
        at += 8;
    }
    at - start
}

/// The bytes of a block at which a string ends or something in it has a meaning of its own, by their high bits: the
/// lowest that is set is exact.
fn ends(block: u64) -> u64 {
    let is_zero = |block: u64| block.wrapping_sub(ONES) & !block;
    let quote = is_zero(block ^ (ONES * b'"' as u64));
    let backslash = is_zero(block ^ (ONES * b'\\' as u64));
    let control = block.wrapping_sub(ONES * b' ' as u64) & !block;
    (quote | backslash | control) & HIGH
}
