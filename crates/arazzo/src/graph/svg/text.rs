//! Text in a drawing: how wide it is about, what fits, and how it is written in XML.
//!
//! Nothing here knows the fonts of who looks at it, so widths are estimated, and rather too large.

/// The fonts of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    /// The first line of a node or label.
    Head,
    /// What a node calls, and criteria.
    Code,
    /// What is less important.
    Small,
}

impl Font {
    /// The width of a usual letter in tenths of a pixel.
    fn letter(self) -> i32 {
        match self {
            Self::Head => 76,
            Self::Code => 71,
            Self::Small => 64,
        }
    }
}

/// How wide a text is about, looked at no further than `most` pixels.
pub(super) fn width(text: &str, font: Font, most: i32) -> i32 {
    let mut tenths = 0;
    for char in text.chars() {
        tenths += letter(char, font);
        if tenths > most * 10 {
            return most;
        }
    }
    tenths / 10
}

/// As much of a text as fits, with an ellipsis if that is not all.
pub(super) fn fit(text: &str, font: Font, most: i32) -> String {
    let most = most * 10;
    let mut tenths = 0;
    // Where to cut so that the ellipsis fits, too.
    let mut cut = 0;
    for (at, char) in text.char_indices() {
        if tenths + font.letter() <= most {
            cut = at;
        }
        tenths += letter(char, font);
        if tenths > most {
            return format!("{}…", text.get(..cut).unwrap_or_default().trim_end());
        }
    }
    text.to_owned()
}

/// Lines that fit, broken at spaces where there are some; if there are more than `lines`, the last one is cut.
pub(super) fn wrap(text: &str, font: Font, most: i32, lines: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if wrapped.len() + 1 >= lines || width(rest, font, most + 1) <= most {
            wrapped.push(fit(rest, font, most));
            break;
        }
        let most_of_it = rest.get(..prefix(rest, font, most)).unwrap_or_default();
        let ends_a_word = rest.get(most_of_it.len()..).is_some_and(|after| after.starts_with(' '));
        let space = most_of_it.rfind(' ').filter(|end| !ends_a_word && *end > most_of_it.len() / 3);
        let (line, after) = rest.split_at(space.unwrap_or(most_of_it.len()));
        if line.is_empty() {
            break;
        }
        wrapped.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    wrapped
}

/// How many bytes of a text fit.
fn prefix(text: &str, font: Font, most: i32) -> usize {
    let mut tenths = 0;
    let too_wide = |char| {
        tenths += letter(char, font);
        tenths > most * 10
    };
    text.find(too_wide).unwrap_or(text.len())
}

fn letter(char: char, font: Font) -> i32 {
    match u32::from(char) {
        // Letters as wide as they are high.
        0x1100..=0x11ff | 0x2e80.. => font.letter() * 2,
        0x0300..=0x036f => 0,
        _ => font.letter(),
    }
}

/// Text for XML: what has a meaning is an entity, and what XML has no place for is a replacement character.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            char if char.is_control() => escaped.push('\u{fffd}'),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_ends_with_an_ellipsis() {
        assert_eq!(fit("short", Font::Code, 100), "short");
        let cut = fit("a text that is much longer than that", Font::Code, 100);
        assert!(cut.ends_with('…') && width(&cut, Font::Code, 1000) <= 100, "{cut}");
        assert_eq!(fit("名前名前名前", Font::Code, 45), "名前…");
    }

    #[test]
    fn lines_break_at_spaces_and_the_last_one_is_cut() {
        let text = "$statusCode == 429 || $statusCode == 503 || $statusCode == 504";
        let lines = wrap(text, Font::Code, 160, 3);
        assert_eq!(lines, ["$statusCode == 429 ||", "$statusCode == 503 ||", "$statusCode == 504"]);
        let lines = wrap(text, Font::Code, 160, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert_eq!(wrap(&"x".repeat(30), Font::Code, 160, 3).concat(), "x".repeat(30));
        assert!(wrap("", Font::Code, 160, 3).is_empty());
    }

    #[test]
    fn a_very_long_text_is_not_measured_to_its_end() {
        assert_eq!(width(&"x".repeat(1_000_000), Font::Head, 300), 300);
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(xml("</text><b a='1'>&\u{1}\n"), "&lt;/text&gt;&lt;b a=&#39;1&#39;&gt;&amp;\u{fffd} ");
    }
}
