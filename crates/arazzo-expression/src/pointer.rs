//! JSON Pointer, [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901): what stands behind `#` in a
//! [runtime expression](https://spec.openapis.org/arazzo/v1.1.0.html#runtime-expressions).

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::syntax_error::SyntaxError;

/// A JSON Pointer, parsed: a list of member names and array indices. The empty pointer is the whole value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// The pointer to the whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a pointer: nothing, or `/` before each token, with `~1` for `/` and `~0` for `~`.
    ///
    /// # Errors
    /// When the text does not begin with `/`, or has a `~` that neither `0` nor `1` follows.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let Some(tokens) = text.strip_prefix('/') else {
            let message = format!("the JSON Pointer `{text}` does not begin with `/`");
            return Err(SyntaxError::new(message, 0..text.len()).with_hint(format!("write `/{text}`")));
        };
        let mut offset = 1;
        let mut pointer = Self::root();
        for token in tokens.split('/') {
            pointer.push(unescape(token, offset)?);
            offset += token.len() + 1;
        }
        Ok(pointer)
    }

    /// The tokens, unescaped.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether it is the pointer to the whole value.
    pub fn is_root(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Adds a token, unescaped.
    pub fn push(&mut self, token: impl Into<String>) {
        self.tokens.push(token.into());
    }

    /// The pointer to `token` in what this one points to.
    #[must_use]
    pub fn child(&self, token: impl Into<String>) -> Self {
        let mut child = self.clone();
        child.push(token);
        child
    }

    /// The part of `value` that it points to.
    pub fn lookup<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.walk(value).ok()
    }

    /// The part of `value` that it points to, or how many tokens led somewhere.
    pub(crate) fn walk<'a>(&self, value: &'a Value) -> Result<&'a Value, usize> {
        let mut place = value;
        for (position, token) in self.tokens.iter().enumerate() {
            place = step(place, token).ok_or(position)?;
        }
        Ok(place)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.tokens {
            write!(formatter, "/{}", token.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

impl FromStr for Pointer {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text)
    }
}

impl<T: Into<String>> FromIterator<T> for Pointer {
    fn from_iter<I: IntoIterator<Item = T>>(tokens: I) -> Self {
        Self { tokens: tokens.into_iter().map(Into::into).collect() }
    }
}

fn step<'a>(value: &'a Value, token: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(token),
        Value::Array(items) => items.get(index(token)?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// An array index has no sign and no leading zero.
pub(crate) fn index(token: &str) -> Option<usize> {
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    let plain = token == "0" || !token.starts_with('0');
    if digits && plain { token.parse().ok() } else { None }
}

fn unescape(token: &str, offset: usize) -> Result<String, SyntaxError> {
    let mut text = String::with_capacity(token.len());
    let mut characters = token.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '~' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some((_, '0')) => text.push('~'),
            Some((_, '1')) => text.push('/'),
            Some(_) | None => {
                let range = offset + at..offset + at + 1;
                let message = "`~` in a JSON Pointer is followed by neither `0` nor `1`";
                return Err(SyntaxError::new(message, range).with_hint("write `~0` for `~`"));
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    #[test]
    fn tokens_are_unescaped_and_printed_escaped() {
        let read = pointer("/a~1b/m~0n/~01//0");
        assert_eq!(read.tokens(), ["a/b", "m~n", "~1", "", "0"]);
        assert_eq!(read.to_string(), "/a~1b/m~0n/~01//0");
    }

    #[test]
    fn members_and_items_are_found() {
        let value = json!({"a": [{"b/c": 1}], "": 2, "0": 3});
        assert_eq!(pointer("/a/0/b~1c").lookup(&value), Some(&json!(1)));
        assert_eq!(pointer("/").lookup(&value), Some(&json!(2)));
        assert_eq!(pointer("/0").lookup(&value), Some(&json!(3)));
        assert_eq!(pointer("").lookup(&value), Some(&value));
        for text in ["/a/00", "/a/1", "/a/-", "/a/+0", "/a/0/b~1c/d", "/x"] {
            assert_eq!(pointer(text).lookup(&value), None, "{text}");
        }
    }

    #[test]
    fn a_bad_pointer_says_where() {
        assert_eq!(Pointer::parse("a").unwrap_err().range, 0..1);
        assert_eq!(Pointer::parse("/a/b~2").unwrap_err().range, 4..5);
        assert_eq!(Pointer::parse("/a~").unwrap_err().range, 2..3);
    }

    #[test]
    fn a_child_is_one_token_longer() {
        assert_eq!(Pointer::root().child("a/b").child("0").to_string(), "/a~1b/0");
    }
}
