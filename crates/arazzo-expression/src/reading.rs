//! How a text is read: how closely it has to follow the specification, which names exist, and what was tolerated.

use std::ops::Range;

use crate::cursor::Cursor;
use crate::expression::Expression;
use crate::mode::Mode;
use crate::source::Source;
use crate::tolerance::{Note, Parsed, Tolerance};

/// Says whether the description declares what an expression names.
pub(crate) type Declared<'d> = &'d dyn Fn(&Source) -> bool;

/// What a parser carries along.
pub(crate) struct Reading<'d> {
    pub(crate) mode: Mode,
    declared: Option<Declared<'d>>,
    pub(crate) notes: Vec<Note>,
}

impl<'d> Reading<'d> {
    /// Reads without knowing names.
    pub(crate) fn new(mode: Mode) -> Self {
        Self { mode, declared: None, notes: Vec::new() }
    }

    pub(crate) fn with(mode: Mode, declared: Declared<'d>) -> Self {
        Self { mode, declared: Some(declared), notes: Vec::new() }
    }

    /// The same without the notes.
    pub(crate) fn afresh(&self) -> Self {
        Self { mode: self.mode, declared: self.declared, notes: Vec::new() }
    }

    pub(crate) fn tolerates(&self) -> bool {
        match self.mode {
            Mode::Tolerant => true,
            Mode::Strict => false,
        }
    }

    /// Whether `source` is known to be declared, under its own name or a shorter one.
    pub(crate) fn declares(&self, expression: &Expression) -> bool {
        self.declared.is_some_and(|declared| {
            declared(&expression.source)
                || expression.shorter_names().iter().any(|shorter| declared(&shorter.source))
        })
    }

    pub(crate) fn note(
        &mut self,
        tolerance: Tolerance,
        range: Range<usize>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let (message, fix) = (message.into(), fix.into());
        self.notes.push(Note { tolerance, range, message, fix, replacement: None });
    }

    /// Notes that `replacement` says the same in a form that is understood everywhere.
    pub(crate) fn rewrite(
        &mut self,
        tolerance: Tolerance,
        range: Range<usize>,
        message: impl Into<String>,
        replacement: String,
    ) {
        let fix = format!("write `{replacement}`");
        let message = message.into();
        self.notes.push(Note { tolerance, range, message, fix, replacement: Some(replacement) });
    }

    /// What an expression outside simple conditions means: the exact name if it is declared, else the longest shorter
    /// one that is, with the rest as the way into its value. A way is turned into a pointer.
    pub(crate) fn settle(&mut self, expression: Expression, range: Range<usize>) -> Expression {
        if !self.tolerates() {
            return expression;
        }
        let shorter = match self.declared {
            Some(declared) if !declared(&expression.source) => {
                expression.shorter_names().into_iter().find(|shorter| declared(&shorter.source))
            }
            Some(_) | None => None,
        };
        if shorter.is_none() && expression.trail.is_empty() {
            return expression;
        }
        let settled = shorter.unwrap_or(expression).pointed();
        let message = "a part of a value without a JSON Pointer";
        self.rewrite(Tolerance::T7Navigation, range, message, settled.to_string());
        settled
    }

    /// What an expression means whose name has characters beyond the grammar of 1.1, as that of 1.0 lets it: all of the
    /// text behind the root, if that is declared and nothing shorter is meant.
    pub(crate) fn free_name(
        &mut self,
        read: &Expression,
        cursor: Cursor<'_>,
        is_whole: bool,
    ) -> Option<Expression> {
        let declared = self.declared.filter(|_| self.tolerates())?;
        if is_whole && (read.trail.is_empty() || self.declares(read)) {
            return None;
        }
        let name = read.source.dotted_name()?;
        let root = read.source.to_string().len().checked_sub(name.len())?;
        let source = read.source.renamed(cursor.rest().get(root..)?);
        if !declared(&source) {
            return None;
        }
        let message = "a name with characters that an expression of Arazzo 1.1 does not have";
        let fix = "use letters, digits, `.`, `-` and `_` in the name, where it is declared and here";
        self.note(Tolerance::T20FreeName, cursor.at()..cursor.end(), message, fix);
        Some(Expression { source, pointer: None, trail: Vec::new() })
    }

    pub(crate) fn parsed<T>(self, value: T) -> Parsed<T> {
        Parsed { value, notes: self.notes }
    }
}
