//! [Regex conditions](https://spec.openapis.org/arazzo/v1.1.0.html#regex-conditions).
//!
//! The search is unanchored and tells case apart. `{` opens an embedded expression only as `{$`
//! in front of a known root, so that quantifiers are safe. In the default mode a value stands for itself; in
//! strict mode it is part of the pattern, as the specification's example has it.

use serde_json::Value;

use crate::bare::Bare;
use crate::context::Context;
use crate::engine::Engine;
use crate::expression::Expression;
use crate::judgement::Judgement;
use crate::limits::MAX_TEXT;
use crate::mode::Mode;
use crate::reading::Reading;
use crate::shown::Shown;
use crate::syntax_error::SyntaxError;
use crate::template::{self, Segment, embedded_text};
use crate::tolerance::Parsed;

/// A pattern, with the expression whose value is searched.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) context: Expression,
    text: String,
    search: Search,
}

#[derive(Debug, Clone)]
enum Search {
    Fixed(Engine),
    Filled { segments: Vec<Segment>, mode: Mode },
}

impl Pattern {
    pub(crate) fn parse(
        text: &str,
        context: Expression,
        mut reading: Reading<'_>,
    ) -> Result<Parsed<Self>, SyntaxError> {
        SyntaxError::check_length(text, "pattern", MAX_TEXT)?;
        let segments = template::segments(text, Some(Bare::Regex), &mut reading)?;
        let mode = reading.mode;
        let embeds = template::expressions(&segments).next().is_some();
        // Any letter in the place of a value shows whether the rest is a pattern.
        let sample = fill(&segments, mode, &mut |_| Ok("x".to_owned())).unwrap_or_default();
        let engine = Engine::compile(&sample).map_err(|message| SyntaxError::new(message, 0..text.len()))?;
        let search = if embeds { Search::Filled { segments, mode } } else { Search::Fixed(engine) };
        Ok(reading.parsed(Self { context, text: text.to_owned(), search }))
    }

    pub(crate) fn judge(&self, context: &dyn Context) -> Judgement {
        let (name, text) = (&self.context, &self.text);
        let subject = match self.context.evaluate(context) {
            Ok(subject) => subject,
            Err(absence) => {
                let reason = format!("the context `{name}` has no value: {absence}");
                return Judgement::NotEvaluated { reason };
            }
        };
        if *subject == Value::Null {
            return Judgement::NotHeld { reason: format!("the context `{name}` is null") };
        }
        let subject_text = embedded_text(&subject);
        let found = match &self.search {
            Search::Fixed(engine) => engine.finds(&subject_text),
            Search::Filled { segments, mode } => fill(segments, *mode, &mut |expression| {
                let value = expression
                    .evaluate(context)
                    .map_err(|absence| format!("`{expression}` has no value: {absence}"))?;
                Ok(embedded_text(&value).into_owned())
            })
            .and_then(|pattern| Engine::compile(&pattern)?.finds(&subject_text)),
        };
        match found {
            Ok(true) => Judgement::Held,
            Ok(false) => {
                let reason = format!("`{name}` is {}, which `{text}` does not match", Shown(&subject));
                Judgement::NotHeld { reason }
            }
            Err(reason) => Judgement::NotEvaluated { reason },
        }
    }

    /// The expressions, the context first.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        let mut expressions = vec![&self.context];
        match &self.search {
            Search::Fixed(_) => {}
            Search::Filled { segments, .. } => {
                expressions.extend(template::expressions(segments));
            }
        }
        expressions
    }
}

/// Two patterns are the same when their texts are.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.context == other.context && self.text == other.text
    }
}

/// The pattern with values in it. A value is a group, so that what follows applies to all of it, except in a class,
/// where its characters are members.
fn fill(
    segments: &[Segment],
    mode: Mode,
    value: &mut dyn FnMut(&Expression) -> Result<String, String>,
) -> Result<String, String> {
    let mut pattern = String::new();
    let mut in_class = false;
    for segment in segments {
        match (segment, mode) {
            (Segment::Literal(text), _) => {
                in_class = ends_in_class(text, in_class);
                pattern.push_str(text);
            }
            (Segment::Expression(expression), Mode::Strict) => pattern.push_str(&value(expression)?),
            (Segment::Expression(expression), Mode::Tolerant) => {
                let escaped = regex::escape(&value(expression)?);
                if in_class {
                    pattern.push_str(&escaped);
                } else {
                    pattern.push_str(&format!("(?:{escaped})"));
                }
            }
        }
    }
    Ok(pattern)
}

fn ends_in_class(text: &str, mut in_class: bool) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
    }
    in_class
}
