//! A place in a text that is being read.

use std::ops::Range;

/// Reads a text from left to right; offsets are bytes of the whole text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The bytes `range` of `text` alone, with the offsets of `text`.
    pub(crate) fn within(text: &'a str, range: Range<usize>) -> Self {
        Self { text: text.get(..range.end).unwrap_or(text), at: range.start }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn end(&self) -> usize {
        self.text.len()
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// What was read since `start`.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn starts_with(&self, token: &str) -> bool {
        self.rest().starts_with(token)
    }

    pub(crate) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes `bytes` ahead, at most to the end.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    /// Goes `bytes` back, at most to the start.
    pub(crate) fn retreat(&mut self, bytes: usize) {
        self.at = self.at.saturating_sub(bytes);
    }

    pub(crate) fn eat(&mut self, token: &str) -> bool {
        let found = self.starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(crate) fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or("")
    }

    pub(crate) fn skip_whitespace(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// The next characters up to the next whitespace, to be shown in a message.
    pub(crate) fn next_word(&self) -> (&'a str, Range<usize>) {
        const SHOWN: usize = 80;
        let rest = self.rest();
        let length = rest
            .char_indices()
            .enumerate()
            .find(|(count, (offset, character))| {
                *offset > 0 && (*count >= SHOWN || character.is_whitespace())
            })
            .map_or(rest.len(), |(_, (offset, _))| offset);
        (rest.get(..length).unwrap_or(""), self.at..self.at + length)
    }
}
