//! Texts of a description as expressions and as templates, which have expressions in them.
//!
//! See [Runtime Expressions](https://spec.openapis.org/arazzo/v1.0.1.html#runtime-expressions). What is wrong in one, or only
//! tolerated, is reported at its place.

use arazzo_document::description::Text;
use arazzo_document::{Code, Diagnostic};
use arazzo_expression::{Expression, Note, Source, SyntaxError, Template};

use super::compiler::{Compiler, Seen};

impl Compiler<'_> {
    /// Compiles a text that may have expressions in it.
    pub(super) fn template(&mut self, text: &Text) -> Option<Template> {
        let declared = |source: &Source| self.declares_source(source);
        match Template::parse_with(&text.value, self.options.mode, &declared) {
            Ok(parsed) => {
                self.notes(text, parsed.notes);
                for expression in parsed.value.expressions() {
                    self.check_scope(expression, text.span);
                    self.saw(text.span, || Seen::Expression(expression.clone()));
                    if let Source::Input(name) = &expression.source {
                        self.inputs.uses(name, text.span);
                    }
                }
                Some(parsed.value)
            }
            Err(error) => {
                self.syntax_error(text, &error);
                None
            }
        }
    }

    /// Compiles a text that has to be one expression.
    pub(crate) fn expression(&mut self, text: &Text) -> Option<Expression> {
        let declared = |source: &Source| self.declares_source(source);
        match Expression::parse_with(&text.value, self.options.mode, &declared) {
            Ok(parsed) => {
                self.notes(text, parsed.notes);
                self.check_scope(&parsed.value, text.span);
                self.saw(text.span, || Seen::Expression(parsed.value.clone()));
                Some(parsed.value)
            }
            Err(error) => {
                self.syntax_error(text, &error);
                None
            }
        }
    }

    fn syntax_error(&mut self, text: &Text, error: &SyntaxError) {
        let span = text.span_within(error.range.clone());
        self.error(
            Code::InvalidExpression,
            span,
            error.message.clone(),
            error.hint.as_deref().unwrap_or_default(),
        );
    }

    /// Turns the tolerances that parsing used into warnings.
    pub(crate) fn notes(&mut self, text: &Text, notes: Vec<Note>) {
        for note in notes {
            let (start, end) = (note.range.start, note.range.end);
            let place = self.here.document.place(text.span_within(note.range));
            let code = note.tolerance.into();
            let diagnostic = if note.tolerance.is_info() {
                Diagnostic::info(code, note.message, place)
            } else {
                Diagnostic::warning(code, note.message, place)
            };
            let mut diagnostic = diagnostic.with_hint(note.fix);
            diagnostic.fix = note.replacement.and_then(|replacement| {
                let (before, after) = (text.value.get(..start)?, text.value.get(end..)?);
                Some(format!("{before}{replacement}{after}"))
            });
            self.report(diagnostic);
        }
    }
}
