//! A place in a JSON text that goes forward, and knows its line and column.

use crate::position::Position;

/// Where a text is looked at.
///
/// Lines end only between tokens: a string must not go on to the next one.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    /// The byte that is looked at.
    pub(super) at: usize,
    line: u32,
    /// The first byte of the line.
    line_start: usize,
    /// How many bytes of the line so far are no characters of their own.
    continued: usize,
}

/// A place to go to, which takes less room.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    at: u32,
    line: u32,
    line_start: u32,
    continued: u32,
}

impl Spot {
    /// The beginning of a text.
    pub(super) const START: Self = Self { at: 0, line: Position::START.line, line_start: 0, continued: 0 };
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: Position::START.line, line_start: 0, continued: 0 }
    }

    /// The place `ahead` bytes behind this one on its line, if the text is not too long for it.
    pub(super) fn spot(&self, ahead: usize) -> Option<Spot> {
        let number = |n: usize| u32::try_from(n).ok();
        Some(Spot {
            at: number(self.at + ahead)?,
            line: self.line,
            line_start: number(self.line_start)?,
            continued: number(self.continued)?,
        })
    }

    pub(super) fn go_to(&mut self, Spot { at, line, line_start, continued }: Spot) {
        self.at = at as usize;
        self.line = line;
        self.line_start = line_start as usize;
        self.continued = continued as usize;
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// The bytes from here on.
    #[inline]
    pub(super) fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Goes to the next token.
    #[inline]
    pub(super) fn skip_whitespace(&mut self) {
        while let Some(byte @ (b' ' | b'\n' | b'\t' | b'\r')) = self.peek() {
            self.at += 1;
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.line_start = self.at;
                self.continued = 0;
                self.at += indent(self.text.as_bytes(), self.at);
            }
        }
    }

    /// Goes behind the part of a string up to where it ends or something in it has a meaning of its own.
    #[inline]
    pub(super) fn skip_plain(&mut self) {
        let rest = self.rest();
        let (length, may_be_long) = plain(rest);
        self.at += length;
        if may_be_long {
            let continued = rest.iter().take(length).filter(|byte| matches!(byte, 0x80..0xc0));
            self.continued += continued.count();
        }
    }

    /// Goes behind digits. Whether there are any.
    #[inline]
    pub(super) fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    #[inline]
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Where the byte stands that is looked at.
    #[inline]
    pub(super) fn position(&self) -> Position {
        let characters = self.at.saturating_sub(self.line_start + self.continued);
        Position { line: self.line, column: 1 }.right(characters)
    }
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// How many bytes of a string come before its end or something in it that has a meaning of its own, and whether there
/// may be a byte among them that is no ASCII.
fn plain(bytes: &[u8]) -> (usize, bool) {
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
fn indent(bytes: &[u8], start: usize) -> usize {
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
