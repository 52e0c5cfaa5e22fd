//! Navigation behind an expression in a
//! [condition](https://spec.openapis.org/arazzo/v1.1.0.html#simple-conditions), and the strings of conditions.

use crate::cursor::Cursor;
use crate::expression::Access;
use crate::syntax_error::SyntaxError;

/// One `.name`, `['name']` or `[0]`.
pub(crate) fn access(cursor: &mut Cursor<'_>) -> Result<Option<Access>, SyntaxError> {
    let start = cursor.at();
    if cursor.eat(".") {
        let name = cursor.take_while(is_member_character);
        if name.is_empty() {
            return Err(SyntaxError::new("the name of a member is missing here", start..cursor.at()));
        }
        return Ok(Some(Access::Member(name.to_owned())));
    }
    if !cursor.eat("[") {
        return Ok(None);
    }
    let access = if cursor.peek() == Some('\'') {
        Access::Member(single_quoted(cursor)?)
    } else {
        let digits = cursor.take_while(|next| next.is_ascii_digit());
        let Ok(index) = digits.parse() else {
            let message = "an index counted from 0 or a member name in single quotes is missing here";
            let error = SyntaxError::new(message, start..cursor.at());
            let is_query = matches!(cursor.peek(), Some('?' | '*' | ':' | '@' | '('));
            return Err(match is_query {
                true => error.with_hint("what selects by a query is a criterion of `type: jsonpath`"),
                false => error,
            });
        };
        Access::Index(index)
    };
    if !cursor.eat("]") {
        return Err(SyntaxError::new("`]` is missing here", start..cursor.at()));
    }
    Ok(Some(access))
}

pub(crate) fn is_member_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

/// A string in single quotes, in which two single quotes are one.
pub(crate) fn single_quoted(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    doubled(cursor, '\'')
}

/// A string between two `quote`s, in which two of them are one.
pub(crate) fn doubled(cursor: &mut Cursor<'_>, quote: char) -> Result<String, SyntaxError> {
    let start = cursor.at();
    cursor.bump();
    let mut text = String::new();
    loop {
        text.push_str(cursor.take_while(|next| next != quote));
        if cursor.bump().is_none() {
            return Err(SyntaxError::new("the string is not closed", start..cursor.at())
                .with_hint(format!("it ends with `{quote}`")));
        }
        if cursor.peek() != Some(quote) {
            return Ok(text);
        }
        text.push(quote);
        cursor.bump();
    }
}

/// What the grammar of [`single_quoted`] reads as `text`.
pub(crate) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
