//! How wide text is on a terminal, and text that is cut to fit.

use std::borrow::Cow;
use std::io::{stderr, stdout};

use terminal_size::{Width, terminal_size_of};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns the terminal has that standard output goes to; `None` when it goes elsewhere.
pub(super) fn of_stdout() -> Option<usize> {
    terminal_size_of(stdout()).map(|(Width(columns), _)| usize::from(columns))
}

/// How many columns the terminal has that standard error goes to; `None` when it goes elsewhere.
pub(super) fn of_stderr() -> Option<usize> {
    terminal_size_of(stderr()).map(|(Width(columns), _)| usize::from(columns))
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The text, or its start and `…` if it would take more than `room` columns.
pub(super) fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if columns(text) <= room {
        return Cow::Borrowed(text);
    }
    let mut left = room.saturating_sub(1);
    let start = text.chars().take_while(|char| {
        let width = char.width().unwrap_or_default();
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    });
    let mut shown: String = start.collect();
    if room > 0 {
        shown.push('…');
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_the_columns_that_it_takes() {
        assert_eq!(cut("four", 4), "four");
        assert_eq!(cut("fifth", 4), "fif…");
        assert_eq!(cut("漢字漢字", 8), "漢字漢字");
        assert_eq!(cut("漢字漢字", 7), "漢字漢…");
        assert_eq!(cut("漢字漢字", 6), "漢字…", "half a character is none");
        assert_eq!(cut("e\u{301}e\u{301}", 2), "e\u{301}e\u{301}");
        assert_eq!((cut("x", 0), cut("xy", 1)), ("".into(), "…".into()));
    }
}
