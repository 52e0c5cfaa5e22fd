//! Diagnostics for people: message, place, the lines of the source, and what to do.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use arazzo_document::{Diagnostic, Document, Place, Position, Severity};

/// The width that messages are laid out for when the terminal does not say its own.
const WIDTH: usize = 120;

/// Lays diagnostics out with excerpts from the documents that they are about.
pub(crate) struct Excerpts<'a> {
    documents: &'a [Arc<Document>],
    renderer: Renderer,
}

impl<'a> Excerpts<'a> {
    pub(crate) fn new(documents: &'a [Arc<Document>]) -> Self {
        let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(WIDTH);
        Self { documents, renderer }
    }

    /// The diagnostic as text with colours; who prints it takes them out where there are none.
    pub(crate) fn render(&self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let title = level.primary_title(&diagnostic.message).id(diagnostic.code.as_str());
        let mut group =
            self.located(Group::with_title(title), &diagnostic.place, AnnotationKind::Primary, None);
        if let Some(hint) = &diagnostic.hint {
            group = group.element(Level::HELP.with_name("hint").message(hint));
        }
        let mut groups = vec![group];
        for related in &diagnostic.related {
            let title = Level::NOTE.secondary_title(&related.message);
            groups.push(self.located(
                Group::with_title(title),
                &related.place,
                AnnotationKind::Context,
                None,
            ));
        }
        self.renderer.render(&groups)
    }

    /// An error that happened while something was done, with the place that it is about.
    pub(crate) fn render_error(&self, code: &str, message: &str, place: &Place) -> String {
        let title = Level::ERROR.primary_title(message).id(code);
        let group = self.located(Group::with_title(title), place, AnnotationKind::Primary, None);
        self.renderer.render(&[group])
    }

    fn located<'r>(
        &'r self,
        group: Group<'r>,
        place: &'r Place,
        kind: AnnotationKind,
        label: Option<&'r str>,
    ) -> Group<'r> {
        let document = self.documents.iter().find(|document| document.name == place.file);
        match document {
            Some(document) => {
                let span = byte_range(&document.text, place);
                let annotation = kind.span(span).label(label);
                group.element(
                    Snippet::source(document.text.as_str()).path(&*place.file).annotation(annotation),
                )
            }
            None => group.element(
                Origin::path(&*place.file)
                    .line(place.span.start.line as usize)
                    .char_column(place.span.start.column as usize),
            ),
        }
    }
}

/// Where a place is in the bytes of its text. It ends with its first line: an excerpt of a whole step helps nobody.
fn byte_range(text: &str, place: &Place) -> Range<usize> {
    let start = byte_offset(text, place.span.start);
    let end = byte_offset(text, place.span.end).max(start);
    let line_end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
    start..end.min(line_end)
}

fn byte_offset(text: &str, position: Position) -> usize {
    let line = position.line.saturating_sub(1) as usize;
    let line_start = match line.checked_sub(1) {
        None => 0,
        Some(breaks) => text.match_indices('\n').nth(breaks).map_or(text.len(), |(at, _)| at + 1),
    };
    let column = position.column.saturating_sub(1) as usize;
    let rest = text.get(line_start..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    line_start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use arazzo_document::{Code, Span};

    use super::*;

    #[test]
    fn a_position_is_found_in_the_bytes() {
        let text = "ä: 1\nb: ü2\n";
        let at = |line, column| byte_offset(text, Position { line, column });
        assert_eq!(at(1, 1), 0);
        assert_eq!(at(1, 2), 2);
        assert_eq!(at(2, 5), 11);
        assert_eq!(at(9, 9), text.len());
    }

    #[test]
    fn an_excerpt_shows_the_line_and_the_remedy() {
        let text = "arazzo: 1.0.1\nworkflow: []\n".to_owned();
        let (document, _) = Document::read("a.yml", "a.yml", text);
        let document = Arc::new(document.unwrap());
        let span = Span { start: Position { line: 2, column: 1 }, end: Position { line: 2, column: 9 } };
        let diagnostic = Diagnostic::error(
            Code::UnknownField,
            "the description has no field `workflow`",
            document.place(span),
        )
        .with_hint("did you mean `workflows`?");
        let documents = [document];
        let text = anstream::adapter::strip_str(&Excerpts::new(&documents).render(&diagnostic)).to_string();
        assert!(text.contains("error[unknown-field]: the description has no field `workflow`"), "{text}");
        assert!(text.contains("--> a.yml:2:1"), "{text}");
        assert!(text.contains("2 | workflow: []"), "{text}");
        assert!(text.contains("^^^^^^^^"), "{text}");
        assert!(text.contains("hint: did you mean `workflows`?"), "{text}");
    }
}
