//! Reading JSON into located values, in one pass over the bytes.
//!
//! [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) to the letter: no comments, no trailing commas. A number keeps
//! every digit that was written.
//!
//! A text can also be gone through first. Then what is in its arrays and objects is read when somebody looks at it.

mod cursor;
mod scan;
mod unread;

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use serde_json::Number;

use crate::children::{Items, Members};
use crate::diagnostic::Code;
use crate::node::{Data, Member, Node};
use crate::position::Span;
use crate::read::{Budget, MAX_DEPTH, Problem, Problems, Reading, distinct, too_deep};

use cursor::Cursor;
use unread::Tape;
pub(crate) use unread::{Glance, Unread, outline};

/// Reads a JSON text without byte order mark.
pub(crate) fn read(text: &str) -> Reading {
    let mut reader = Reader::new(text);
    let root = match reader.document() {
        Ok(root) => Some(root),
        Err(problem) => {
            reader.problems.push_last(problem);
            None
        }
    };
    Reading { root, problems: reader.problems.sorted() }
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    depth: usize,
    budget: Budget,
    problems: Problems,
    /// What is known of the text when it was gone through before, with the number of the collection that opens next.
    scanned: Option<(&'t Arc<Tape>, u32)>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            cursor: Cursor::new(text),
            depth: 0,
            budget: Budget::default(),
            problems: Problems::default(),
            scanned: None,
        }
    }

    fn document(&mut self) -> Result<Node, Problem> {
        self.cursor.skip_whitespace();
        if self.cursor.peek().is_none() {
            let span = Span::at(self.cursor.position());
            return Err(Problem::error(Code::EmptyDocument, span, "there is nothing in this document"));
        }
        let root = self.value()?;
        self.cursor.skip_whitespace();
        match self.cursor.peek() {
            None => Ok(root),
            Some(_) => Err(self.unexpected("the end of the text")),
        }
    }

    fn value(&mut self) -> Result<Node, Problem> {
        let start = self.cursor.position();
        self.budget.spend(1, Span::at(start))?;
        let data = match self.cursor.peek() {
            Some(b'{') => match self.unread() {
                Some(unread) => Data::Object(Members::later(unread)),
                None => self.nested(|reader| Ok(Data::Object(reader.object()?.into())))?,
            },
            Some(b'[') => match self.unread() {
                Some(unread) => Data::Array(Items::later(unread)),
                None => self.nested(|reader| Ok(Data::Array(reader.array()?.into())))?,
            },
            Some(b'"') => Data::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Data::Number(self.number()?),
            Some(b't') => self.word("true", Data::Bool(true))?,
            Some(b'f') => self.word("false", Data::Bool(false))?,
            Some(b'n') => self.word("null", Data::Null)?,
            Some(_) | None => return Err(self.unexpected("a value")),
        };
        Ok(Node { span: Span { start, end: self.cursor.position() }, data })
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Data, Problem>) -> Result<Data, Problem> {
        if self.depth >= MAX_DEPTH {
            let start = self.cursor.position();
            return Err(too_deep(Span { start, end: start.next_column() }));
        }
        self.depth += 1;
        self.cursor.at += 1;
        let data = read(self)?;
        self.depth -= 1;
        Ok(data)
    }

    fn object(&mut self) -> Result<Vec<Member>, Problem> {
        let mut members = Vec::new();
        self.cursor.skip_whitespace();
        if self.cursor.eat(b'}') {
            return Ok(members);
        }
        loop {
            self.cursor.skip_whitespace();
            let start = self.cursor.position();
            if self.cursor.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            let key_span = Span { start, end: self.cursor.position() };
            self.cursor.skip_whitespace();
            if !self.cursor.eat(b':') {
                return Err(self.unexpected("`:` after the key"));
            }
            self.cursor.skip_whitespace();
            let value = self.value()?;
            members.push(Member { key, key_span, value });
            self.cursor.skip_whitespace();
            if self.cursor.eat(b'}') {
                let is_known = self.scanned.is_some();
                return Ok(if is_known { members } else { distinct(members, &mut self.problems) });
            }
            if !self.cursor.eat(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn array(&mut self) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        self.cursor.skip_whitespace();
        if self.cursor.eat(b']') {
            return Ok(items);
        }
        loop {
            self.cursor.skip_whitespace();
            items.push(self.value()?);
            self.cursor.skip_whitespace();
            if self.cursor.eat(b']') {
                return Ok(items);
            }
            if !self.cursor.eat(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn word(&mut self, word: &str, data: Data) -> Result<Data, Problem> {
        let rest = self.cursor.text.get(self.cursor.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.cursor.at += word.len();
        Ok(data)
    }

    fn number(&mut self) -> Result<Number, Problem> {
        let start = self.cursor.at;
        self.cursor.eat(b'-');
        if self.cursor.eat(b'0') {
            if matches!(self.cursor.peek(), Some(b'0'..=b'9')) {
                return Err(self.error_here("a number must not start with `0`"));
            }
        } else {
            self.digits()?;
        }
        if self.cursor.eat(b'.') {
            self.digits()?;
        }
        if self.cursor.eat(b'e') || self.cursor.eat(b'E') {
            let _signed = self.cursor.eat(b'+') || self.cursor.eat(b'-');
            self.digits()?;
        }
        Number::from_str(self.cursor.since(start)).map_err(|_| self.error_here("this is no number"))
    }

    fn digits(&mut self) -> Result<(), Problem> {
        if self.cursor.digits() { Ok(()) } else { Err(self.unexpected("a digit")) }
    }

    /// Reads a string from its opening to its closing quote.
    fn string(&mut self) -> Result<String, Problem> {
        self.text().map(Cow::into_owned)
    }

    /// Reads a string as it is in the text, as most are that have no escapes.
    fn text(&mut self) -> Result<Cow<'t, str>, Problem> {
        self.cursor.at += 1;
        let mut text = Cow::Borrowed(self.run());
        loop {
            match self.cursor.peek() {
                Some(b'"') => {
                    self.cursor.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.to_mut().push(self.escape()?),
                Some(0..=0x1f) => {
                    return Err(self.error_here("a control character in a string must be escaped"));
                }
                Some(_) => text.to_mut().push_str(self.run()),
                None => return Err(self.unexpected("`\"` at the end of the string")),
            }
        }
    }

    /// Reads the part of a string up to where it ends or something in it has a meaning of its own.
    fn run(&mut self) -> &'t str {
        let start = self.cursor.at;
        self.cursor.skip_plain();
        self.cursor.since(start)
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        let character = match self.cursor.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) | None => {
                self.cursor.at = start;
                return Err(self
                    .error_here("JSON has no such escape")
                    .with_hint("a backslash is written `\\\\`"));
            }
        };
        self.cursor.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, Problem> {
        self.cursor.at += 1;
        let mut code = self.four_hex_digits(start)?;
        if (0xd800..0xdc00).contains(&code) && self.cursor.eat(b'\\') && self.cursor.eat(b'u') {
            let low = self.four_hex_digits(start)?;
            code = match low {
                0xdc00..0xe000 => 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00),
                _ => code,
            };
        }
        char::from_u32(code).ok_or_else(|| {
            self.cursor.at = start;
            self.error_here("this escape is half of a surrogate pair")
        })
    }

    fn four_hex_digits(&mut self, start: usize) -> Result<u32, Problem> {
        let digits = self
            .cursor
            .text
            .get(self.cursor.at..self.cursor.at + 4)
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            self.cursor.at = start;
            return Err(self.error_here("`\\u` must be followed by four hexadecimal digits"));
        };
        self.cursor.at += 4;
        Ok(code)
    }

    fn error_here(&self, message: &str) -> Problem {
        let start = self.cursor.position();
        Problem::error(Code::JsonSyntax, Span { start, end: start.next_column() }, message)
    }

    fn unexpected(&self, wanted: &str) -> Problem {
        let rest = self.cursor.text.get(self.cursor.at..).unwrap_or_default();
        let Some(found) = rest.chars().next() else {
            return self.error_here(&format!("the text ends where {wanted} should be"));
        };
        let problem = self.error_here(&format!("{wanted} should be here, not `{}`", found.escape_default()));
        match found {
            '}' | ']' => problem.with_hint("remove the comma before it"),
            '/' | '#' => problem.with_hint("JSON has no comments"),
            '\'' => problem.with_hint("JSON has double quotes only"),
            _ => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Position;

    fn value(text: &str) -> serde_json::Value {
        let reading = read(text);
        assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
        reading.root.unwrap().to_value()
    }

    fn problem(text: &str) -> (u32, u32, String) {
        let reading = read(text);
        assert_eq!(reading.root, None, "{text}");
        let problem = reading.problems.last().unwrap();
        (problem.span.start.line, problem.span.start.column, problem.message.clone())
    }

    #[test]
    fn every_part_knows_its_place() {
        let root = read("{\n  \"ü\": [1, true],\r\n\t\"b\": {}\n}").root.unwrap();
        let place = |node: &Node| {
            let Span { start, end } = node.span;
            (start.line, start.column, end.line, end.column)
        };
        assert_eq!(place(&root), (1, 1, 4, 2));
        assert_eq!(place(root.pointer("/ü").unwrap()), (2, 8, 2, 17));
        assert_eq!(place(root.pointer("/ü/1").unwrap()), (2, 12, 2, 16));
        let key = root.member("b").unwrap().key_span;
        assert_eq!((key.start, key.end), (Position { line: 3, column: 2 }, Position { line: 3, column: 5 }));
    }

    #[test]
    fn numbers_keep_their_digits() {
        for number in ["0", "-0", "1.0", "80", "12345678901234567890123", "-1.5e-7", "0.10"] {
            assert_eq!(read(number).root.unwrap().as_number().unwrap().as_str(), number);
        }
    }

    #[test]
    fn escapes_are_characters() {
        assert_eq!(value(r#""\"\\\/\b\f\n\r\t\u00fc\uD83D\ude00|ü""#), "\"\\/\u{8}\u{c}\n\r\tü😀|ü");
    }

    #[test]
    fn an_error_says_where_it_is() {
        let table = [
            ("{\"a\": 1,}", 1, 9, "a key in double quotes should be here, not `}`"),
            ("[1,\n2,]", 2, 3, "a value should be here, not `]`"),
            ("[1 2]", 1, 4, "`,` or `]` should be here, not `2`"),
            ("{a: 1}", 1, 2, "a key in double quotes should be here, not `a`"),
            ("{\"a\" 1}", 1, 6, "`:` after the key should be here, not `1`"),
            ("{\"ü\": tru}", 1, 7, "a value should be here, not `t`"),
            ("\"abc", 1, 5, "the text ends where `\"` at the end of the string should be"),
            ("[1] x", 1, 5, "the end of the text should be here, not `x`"),
            ("01", 1, 2, "a number must not start with `0`"),
            ("1.", 1, 3, "the text ends where a digit should be"),
            ("-x", 1, 2, "a digit should be here, not `x`"),
            ("\"a\\x\"", 1, 3, "JSON has no such escape"),
            ("\"\\u12\"", 1, 2, "`\\u` must be followed by four hexadecimal digits"),
            ("\"\\ud800\"", 1, 2, "this escape is half of a surrogate pair"),
            ("\"\\udc00\\ud800\"", 1, 2, "this escape is half of a surrogate pair"),
            ("\"\\ud800\\u0041\"", 1, 2, "this escape is half of a surrogate pair"),
            ("\"a\nb\"", 1, 3, "a control character in a string must be escaped"),
            (" \n", 2, 1, "there is nothing in this document"),
        ];
        for (text, line, column, message) in table {
            assert_eq!(problem(text), (line, column, message.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_key_that_is_there_twice_is_an_error_and_the_first_counts() {
        let reading = read("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}");
        assert_eq!(reading.root.unwrap().to_value(), serde_json::json!({"a": 1, "b": 2}));
        let [problem] = reading.problems.as_slice() else { panic!() };
        assert_eq!(problem.code, Code::DuplicateKey);
        assert_eq!(problem.message, "the key `a` is there twice, first at line 1");
        assert_eq!(problem.span.start, Position { line: 3, column: 2 });
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(&nested(MAX_DEPTH)).problems, []);
        for depth in [MAX_DEPTH + 1, 1_000_000] {
            assert_eq!(read(&nested(depth)).problems.last().unwrap().code, Code::TooDeep);
        }
    }
}
