//! Where a YAML scalar begins and ends.
//!
//! The parser's spans of scalars include anchor and tag before them and, after a quoted scalar, the blanks and the
//! comment behind it. A message should point at the scalar alone.

use saphyr_parser::ScalarStyle;

use crate::position::{Position, Span};

/// A place in the text that only moves forward, so that looking at every scalar takes one pass.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t> {
    rest: &'t str,
    position: Position,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { rest: text, position: Position::START }
    }

    /// The extent of the scalar alone that the parser places at `span`.
    pub(crate) fn extent(&mut self, span: Span, style: ScalarStyle, has_properties: bool) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => Some('\''),
            ScalarStyle::DoubleQuoted => Some('"'),
            ScalarStyle::Plain if has_properties => None,
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => return span,
        };
        self.go_to_line(span.start.line);
        while self.position < span.start {
            if self.next().is_none() {
                return span;
            }
        }
        let mut ahead = *self;
        while ahead.rest.starts_with(['&', '!']) {
            ahead.skip_while(|c| !c.is_whitespace());
            ahead.skip_blanks_and_comments();
        }
        let start = ahead.position;
        let end = match quote {
            None => span.end,
            Some(quote) if ahead.rest.starts_with(quote) => {
                ahead.skip_quoted(quote);
                ahead.position
            }
            Some(_) => return span,
        };
        if start < end { Span { start, end } } else { span }
    }

    /// Goes on to where a line begins, or to the end of the text.
    fn go_to_line(&mut self, line: u32) {
        while self.position.line < line {
            let bytes = self.rest.as_bytes();
            let Some(at) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                while self.next().is_some() {}
                return;
            };
            // The column does not matter, for the line ends here.
            self.rest = self.rest.get(at..).unwrap_or_default();
            self.next();
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        let breaks = character == '\n' || (character == '\r' && !self.rest.starts_with('\n'));
        self.position = if breaks {
            Position { line: self.position.line.saturating_add(1), column: 1 }
        } else {
            self.position.next_column()
        };
        Some(character)
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.rest.starts_with(&wanted) {
            self.next();
        }
    }

    fn skip_blanks_and_comments(&mut self) {
        self.skip_while(char::is_whitespace);
        while self.rest.starts_with('#') {
            self.skip_while(|c| !matches!(c, '\n' | '\r'));
            self.skip_while(char::is_whitespace);
        }
    }

    /// Goes behind the closing quote. In single quotes a doubled quote is one character, in double quotes a backslash
    /// takes the next character along.
    fn skip_quoted(&mut self, quote: char) {
        self.next();
        while let Some(character) = self.next() {
            if character == '\\' && quote == '"' {
                self.next();
            } else if character == quote {
                if quote == '\'' && self.rest.starts_with(quote) {
                    self.next();
                } else {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Span, read};

    fn columns(yaml: &str) -> (u32, u32) {
        let root = read(yaml, Format::Yaml).root.unwrap();
        let Span { start, end } = root.get("k").unwrap().span;
        (start.column, end.column)
    }

    #[test]
    fn blanks_and_comments_behind_quotes_are_no_part() {
        assert_eq!(columns("k: 'it''s'   # it's\n"), (4, 11));
        assert_eq!(columns("k: \"a\\\"\\\\\" # \"\n"), (4, 11));
        assert_eq!(columns("{k: \"ü\" , b: 1}"), (5, 8));
        assert_eq!(columns("k: \"\"\n"), (4, 6));
        assert_eq!(columns("a: 1\r\nk: 'x' \r\n"), (4, 7));
    }

    #[test]
    fn anchors_and_tags_are_no_part() {
        assert_eq!(columns("k: &a'b 'x' \n"), (9, 12));
        assert_eq!(columns("k: !!str &a x\n"), (13, 14));
        assert_eq!(columns("k: !!str # '\n  'x' # '\n"), (3, 6));
    }

    #[test]
    fn a_key_in_quotes_ends_with_its_quote() {
        let root = read("\"a\"  : 1\n", Format::Yaml).root.unwrap();
        assert_eq!(root.member("a").unwrap().key_span.end.column, 4);
    }
}
