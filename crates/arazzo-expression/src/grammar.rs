//! The grammar of [runtime expressions](https://spec.openapis.org/arazzo/v1.1.0.html#runtime-expressions).
//!
//! The grammar of 1.0 lets a name go on without end, so the identifier rules of 1.1 are used for both versions.
//! Step and workflow ids are wider than that grammar because the prose allows any (the pattern is a SHOULD):
//! what stands between the root and `.outputs.` or `.inputs.` is the id.

use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::navigation::access;
use crate::pointer::Pointer;
use crate::reading::Reading;
use crate::source::{ComponentKind, Part, Source};
use crate::syntax_error::SyntaxError;
use crate::tolerance::Tolerance;

/// Roots that are whole expressions.
const WORDS: [(&str, Source); 4] = [
    ("$url", Source::Url),
    ("$method", Source::Method),
    ("$statusCode", Source::StatusCode),
    ("$self", Source::SelfUri),
];

/// Roots that a name follows.
const PREFIXES: [(&str, Root); 8] = [
    ("$request.", Root::Request),
    ("$response.", Root::Response),
    ("$message.", Root::Message),
    ("$inputs.", Root::Inputs),
    ("$outputs.", Root::Outputs),
    ("$steps.", Root::Steps),
    ("$workflows.", Root::Workflows),
    ("$sourceDescriptions.", Root::SourceDescriptions),
];
const COMPONENTS: &str = "$components.";

#[derive(Clone, Copy)]
enum Root {
    Request,
    Response,
    Message,
    Inputs,
    Outputs,
    Steps,
    Workflows,
    SourceDescriptions,
}

/// Where an expression stands, which decides where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It goes to the end of the text, and any character that a name allows is part of it. The default mode lets it
    /// go on as in a condition.
    Whole,
    /// It stands in text without braces, and ends as in a condition, or before a quote, a brace or `$`.
    Text,
    /// It ends before whitespace, a comma, a closing bracket that it did not open, and the operators `==`, `!=`,
    /// `<`, `>`, `&&` and `||`. It may go on with `.name`, `['name']` and `[0]`.
    Condition,
}

/// Whether `text` begins as an expression does: with a root, and for a root that is a whole word with its end.
pub(crate) fn starts_with_root(text: &str) -> bool {
    let word = WORDS.iter().any(|(word, _)| text.strip_prefix(word).is_some_and(ends_word));
    word || text.starts_with(COMPONENTS) || PREFIXES.iter().any(|(prefix, _)| text.starts_with(prefix))
}

fn ends_word(rest: &str) -> bool {
    !rest.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '-'))
}

/// Reads one expression at the cursor.
pub(crate) fn expression(
    cursor: &mut Cursor<'_>,
    place: Place,
    reading: &mut Reading<'_>,
) -> Result<Expression, SyntaxError> {
    let source = source(cursor, place, reading)?;
    let pointer = pointer(cursor, place, &source)?;
    let mut trail = Vec::new();
    let navigates = place != Place::Whole || reading.tolerates();
    if navigates && pointer.is_none() && has_parts(&source) {
        loop {
            let before = *cursor;
            match (access(cursor), place) {
                (Ok(Some(access)), _) => trail.push(access),
                (Ok(None), _) => break,
                (Err(error), Place::Condition) => return Err(error),
                (Err(_), Place::Whole | Place::Text) => {
                    *cursor = before;
                    break;
                }
            }
        }
    }
    Ok(Expression { source, pointer, trail })
}

fn source(cursor: &mut Cursor<'_>, place: Place, reading: &mut Reading<'_>) -> Result<Source, SyntaxError> {
    for (word, source) in WORDS {
        if cursor.rest().strip_prefix(word).is_some_and(ends_word) {
            cursor.eat(word);
            return Ok(source);
        }
    }
    if cursor.eat(COMPONENTS) {
        return component(cursor, place);
    }
    let Some((_, root)) = PREFIXES.into_iter().find(|(prefix, _)| cursor.eat(prefix)) else {
        return Err(no_root(cursor));
    };
    match root {
        Root::Request => part(cursor, place, root, reading).map(Source::Request),
        Root::Response => part(cursor, place, root, reading).map(Source::Response),
        Root::Message => part(cursor, place, root, reading).map(Source::Message),
        Root::Inputs => identifier(cursor, place, "the name of an input").map(Source::Input),
        Root::Outputs => identifier(cursor, place, "the name of an output").map(Source::Output),
        Root::Steps => {
            let (step, _) = owner(cursor, place, "step", &[".outputs."])?;
            Ok(Source::StepOutput { step, output: identifier(cursor, place, "the name of an output")? })
        }
        Root::Workflows => {
            let (workflow, field) = owner(cursor, place, "workflow", &[".outputs.", ".inputs."])?;
            if field == ".inputs." {
                Ok(Source::WorkflowInput {
                    workflow,
                    name: identifier(cursor, place, "the name of an input")?,
                })
            } else {
                Ok(Source::WorkflowOutput {
                    workflow,
                    name: identifier(cursor, place, "the name of an output")?,
                })
            }
        }
        Root::SourceDescriptions => source_description(cursor, place),
    }
}

fn no_root(cursor: &Cursor<'_>) -> SyntaxError {
    let (word, range) = cursor.next_word();
    let hint = if word.is_empty() {
        "an expression begins with a root such as `$response.` or `$inputs.`".to_owned()
    } else if let Some(inner) = word.strip_prefix("{$") {
        match inner.strip_suffix('}') {
            Some(inner) => format!("an expression that stands alone has no braces: `${inner}`"),
            None => "an expression that stands alone has no braces".to_owned(),
        }
    } else if word.starts_with("$.") || word.starts_with("$[") {
        "a JSONPath query is no expression; `$response.body#/name` points into the body".to_owned()
    } else {
        "the roots are `$url`, `$method`, `$statusCode`, `$self`, `$request.`, `$response.`, `$message.`, `$inputs.`, \
         `$outputs.`, `$steps.`, `$workflows.`, `$sourceDescriptions.` and `$components.`"
            .to_owned()
    };
    SyntaxError::new(format!("`{word}` is no runtime expression"), range).with_hint(hint)
}

fn part(
    cursor: &mut Cursor<'_>,
    place: Place,
    root: Root,
    reading: &mut Reading<'_>,
) -> Result<Part, SyntaxError> {
    let start = cursor.at();
    if cursor.eat("header.") {
        return token(cursor).map(Part::Header);
    }
    if reading.tolerates() && cursor.eat("headers.") {
        let range = start..start + "headers".len();
        let message = "`headers` is no part of a message";
        reading.rewrite(Tolerance::T8Headers, range, message, "header".to_owned());
        return token(cursor).map(Part::Header);
    }
    let message = matches!(root, Root::Message);
    if !message && cursor.eat("query.") {
        return free_name(cursor, place, "the name of a query parameter").map(Part::Query);
    }
    if !message && cursor.eat("path.") {
        return free_name(cursor, place, "the name of a path parameter").map(Part::Path);
    }
    let (word, part) = if message { ("payload", Part::Payload) } else { ("body", Part::Body) };
    if cursor.rest().strip_prefix(word).is_some_and(ends_word) {
        cursor.eat(word);
        return Ok(part);
    }
    let found = cursor.take_while(|next| next.is_alphanumeric() || matches!(next, '_' | '-'));
    let (kind, names) = match root {
        Root::Message => ("message", "`header.<name>` and `payload`"),
        Root::Response => ("response", "`header.<name>` and `body`"),
        Root::Request
        | Root::Inputs
        | Root::Outputs
        | Root::Steps
        | Root::Workflows
        | Root::SourceDescriptions => {
            ("request", "`header.<name>`, `query.<name>`, `path.<name>` and `body`")
        }
    };
    let hint = match found {
        "headers" => "write `header.<name>`".to_owned(),
        "payload" => "write `body`; `payload` is a part of `$message`".to_owned(),
        "header" | "query" | "path" => format!("a name follows: `{found}.<name>`"),
        _ => format!("the parts are {names}"),
    };
    Err(SyntaxError::new(format!("a {kind} has no part `{found}`"), start..cursor.at()).with_hint(hint))
}

/// A header name: a [token](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2), which may contain characters that
/// operators are made of.
fn token(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let start = cursor.at();
    while let Some(next) = cursor.peek() {
        let is_token = next.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(next);
        if !is_token || ["!=", "&&", "||"].iter().any(|operator| cursor.starts_with(operator)) {
            break;
        }
        cursor.bump();
    }
    named(cursor, start, "the name of a header")
}

/// A name of letters, digits, `.`, `_` and `-`. The grammar of 1.0 allows any character; of those, real names have
/// `$`, unless it begins another expression. In text, a name ends in no `.` and no `-`.
fn identifier(cursor: &mut Cursor<'_>, place: Place, what: &str) -> Result<String, SyntaxError> {
    let start = cursor.at();
    while let Some(next) = cursor.peek() {
        let plain = next.is_ascii_alphanumeric() || matches!(next, '.' | '_' | '-');
        let dollar = next == '$' && place != Place::Text && !starts_with_root(cursor.rest());
        if !plain && !dollar {
            break;
        }
        cursor.bump();
    }
    if place == Place::Text {
        let extra = cursor.since(start).len() - cursor.since(start).trim_end_matches(['.', '-']).len();
        cursor.retreat(extra);
    }
    named(cursor, start, what)
}

fn named(cursor: &Cursor<'_>, start: usize, what: &str) -> Result<String, SyntaxError> {
    let name = cursor.since(start);
    if name.is_empty() {
        return Err(SyntaxError::new(format!("{what} is missing here"), start..cursor.at()));
    }
    Ok(name.to_owned())
}

/// A name that the grammar does not restrict, except that it has no braces, quotes or control characters.
fn free_name(cursor: &mut Cursor<'_>, place: Place, what: &str) -> Result<String, SyntaxError> {
    let start = cursor.at();
    let length = reach(cursor, place);
    let text = cursor.rest().get(..length).unwrap_or("");
    let refused = |character: char| matches!(character, '{' | '}' | '"') || character.is_control();
    if let Some((at, character)) = text.char_indices().find(|(_, character)| refused(*character)) {
        let range = start + at..start + at + character.len_utf8();
        return Err(SyntaxError::new(format!("{what} cannot contain `{}`", character.escape_debug()), range));
    }
    cursor.advance(length);
    named(cursor, start, what)
}

/// How many bytes an unrestricted name or a pointer may have.
fn reach(cursor: &Cursor<'_>, place: Place) -> usize {
    let rest = cursor.rest();
    match place {
        Place::Whole => rest.len(),
        Place::Condition | Place::Text => {
            let mut open = Vec::new();
            let mut previous = ' ';
            for (offset, character) in rest.char_indices() {
                match character {
                    '<' | '>' | ',' => return offset,
                    '{' | '}' | '"' | '\'' | '$' if place == Place::Text => return offset,
                    '=' if matches!(previous, '=' | '!') => return offset - 1,
                    '&' if previous == '&' => return offset - 1,
                    '|' if previous == '|' => return offset - 1,
                    '(' | '[' => open.push(character),
                    ')' if open.pop() != Some('(') => return offset,
                    ']' if open.pop() != Some('[') => return offset,
                    other if other.is_whitespace() => return offset,
                    _ => {}
                }
                previous = character;
            }
            rest.len()
        }
    }
}

/// The id of a step or workflow, and the field that follows it.
fn owner<'m>(
    cursor: &mut Cursor<'_>,
    place: Place,
    noun: &str,
    markers: &[&'m str],
) -> Result<(String, &'m str), SyntaxError> {
    let start = cursor.at();
    let text = cursor.rest().get(..reach(cursor, place)).unwrap_or("");
    let found = markers
        .iter()
        .filter_map(|marker| text.find(marker).map(|offset| (offset, *marker)))
        .min_by_key(|(offset, _)| *offset);
    let Some((offset, marker)) = found else {
        if let Some(field) =
            markers.iter().find_map(|marker| marker.strip_suffix('.')).filter(|field| text.ends_with(field))
        {
            let at = start + text.len() - field.len();
            let message = format!("`.<name>` is missing behind `{field}`");
            return Err(SyntaxError::new(message, at..start + text.len()));
        }
        let fields: Vec<String> = markers.iter().map(|marker| format!("`{marker}<name>`")).collect();
        let message = format!("{} is missing behind the id of a {noun}", fields.join(" or "));
        let (id, name) = match text.split_once('.') {
            Some((id, name)) if !id.is_empty() && is_plain(name) => (id, name),
            Some(_) | None => (&*format!("<{noun}Id>"), "<name>"),
        };
        let hint = format!("write `${noun}s.{id}.outputs.{name}`");
        return Err(SyntaxError::new(message, start..start + text.len()).with_hint(hint));
    };
    let id = text.get(..offset).unwrap_or("");
    let refused = |character: char| matches!(character, '{' | '}' | '$' | '#') || character.is_control();
    if id.is_empty() || id.contains(refused) {
        let message = format!("`{}` cannot be the id of a {noun}", id.escape_debug());
        return Err(SyntaxError::new(message, start..start + offset));
    }
    cursor.advance(offset + marker.len());
    Ok((id.to_owned(), marker))
}

/// Whether the text is one name and no more.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn source_description(cursor: &mut Cursor<'_>, place: Place) -> Result<Source, SyntaxError> {
    let start = cursor.at();
    cursor.take_while(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-'));
    let source = named(cursor, start, "the name of a source description")?;
    if !cursor.eat(".") {
        let message =
            format!("`.` and an operation id, a workflow id or a field are missing behind `{source}`");
        return Err(SyntaxError::new(message, start..cursor.at())
            .with_hint(format!("`$sourceDescriptions.{source}.url` is its address")));
    }
    Ok(Source::SourceDescription { source, reference: free_name(cursor, place, "a reference")? })
}

fn component(cursor: &mut Cursor<'_>, place: Place) -> Result<Source, SyntaxError> {
    let start = cursor.at();
    let field = cursor.take_while(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-'));
    let kind = ComponentKind::ALL.into_iter().find(|kind| kind.field() == field);
    let (Some(kind), true) = (kind, cursor.eat(".")) else {
        let message = format!("`{field}.<name>` names no component");
        return Err(SyntaxError::new(message, start..cursor.at()).with_hint(
            "the kinds of components are `parameters`, `successActions`, `failureActions` and `inputs`",
        ));
    };
    Ok(Source::Component { kind, name: identifier(cursor, place, "the name of a component")? })
}

/// Whether a pointer and navigation may follow.
fn has_parts(source: &Source) -> bool {
    match source {
        Source::Request(part) | Source::Response(part) | Source::Message(part) => match part {
            Part::Body | Part::Payload => true,
            Part::Header(_) | Part::Query(_) | Part::Path(_) => false,
        },
        Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. } => true,
        Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}

fn pointer(cursor: &mut Cursor<'_>, place: Place, source: &Source) -> Result<Option<Pointer>, SyntaxError> {
    if !has_parts(source) || !cursor.eat("#") {
        return Ok(None);
    }
    let start = cursor.at();
    let length = reach(cursor, place);
    let text = cursor.rest().get(..length).unwrap_or("");
    if let Some(offset) = text.find(['{', '}']) {
        let range = start + offset..start + offset + 1;
        return Err(SyntaxError::new("a JSON Pointer in an expression has no braces", range));
    }
    cursor.advance(length);
    Pointer::parse(text).map(Some).map_err(|error| {
        let range = start + error.range.start..start + error.range.end;
        SyntaxError { range, ..error }
    })
}
