//! Where something stands in a text.

use std::fmt;

/// A line and a column, both counted from 1. A column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl Position {
    /// The beginning of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place one character to the right.
    pub(crate) fn next_column(self) -> Self {
        self.right(1)
    }

    /// The place so many characters to the right.
    pub fn right(self, characters: usize) -> Self {
        let characters = u32::try_from(characters).unwrap_or(u32::MAX);
        Self { line: self.line, column: self.column.saturating_add(characters) }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A stretch of text from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Where it begins.
    pub start: Position,
    /// The place after its last character.
    pub end: Position,
}

impl Span {
    /// The empty stretch at `position`.
    pub fn at(position: Position) -> Self {
        Self { start: position, end: position }
    }

    /// The stretch as far as it lies on its first line: a message about a whole object is shown there. One that goes
    /// on to further lines ends where the second line begins.
    pub fn first_line(self) -> Self {
        let next = Position { line: self.start.line.saturating_add(1), column: 1 };
        Self { start: self.start, end: self.end.min(next) }
    }
}

/// Where the lines of a text begin, to find positions in its bytes.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let is_break =
            |at: usize, byte: u8| byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        let breaks = bytes.iter().enumerate().filter(|(at, byte)| is_break(*at, **byte));
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The byte at `position`; a place behind the end of a line or of the text is that end.
    pub(crate) fn byte(&self, position: Position) -> usize {
        let line = position.line.saturating_sub(1) as usize;
        let Some(start) = self.starts.get(line) else { return self.text.len() };
        let line = self.text.get(*start..).unwrap_or_default().split(['\n', '\r']).next().unwrap_or_default();
        let column = position.column.saturating_sub(1) as usize;
        start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
    }

    /// The bytes of `span`.
    pub(crate) fn range(&self, span: Span) -> std::ops::Range<usize> {
        self.byte(span.start)..self.byte(span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn positions_are_in_reading_order() {
        assert!(position(1, 9) < position(2, 1));
        assert!(position(2, 1) < position(2, 2));
    }

    #[test]
    fn a_position_is_found_in_the_bytes() {
        let text = "ä: 1\r\nb: ü2\rc\n";
        let lines = Lines::of(text);
        let at = |line, column| lines.byte(position(line, column));
        assert_eq!((at(1, 1), at(1, 2)), (0, 2));
        assert_eq!((at(2, 5), at(2, 99)), (12, 13));
        assert_eq!((at(3, 1), at(9, 9)), (14, text.len()));
    }

    #[test]
    fn the_first_line_of_a_long_stretch_ends_where_the_second_begins() {
        let long = Span { start: position(3, 5), end: position(7, 2) };
        assert_eq!(long.first_line(), Span { start: position(3, 5), end: position(4, 1) });
        let short = Span { start: position(3, 5), end: position(3, 8) };
        assert_eq!(short.first_line(), short);
    }
}
