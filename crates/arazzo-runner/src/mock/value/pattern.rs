//! A text that a regular expression matches, made by walking through it.
//!
//! The library that takes expressions apart stands behind this file.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A text has so many bytes at most, and so many parts of the expression are walked through for it.
const MAX_BYTES: usize = 8_192;
const MAX_STEPS: usize = 20_000;

/// How often what may be repeated is repeated, one after the other, until the text is long enough.
const REPEATS: [u32; 9] = [0, 1, 2, 4, 8, 16, 32, 64, 256];

/// Characters that are taken where there is a choice.
const PLAIN: [char; 8] = ['a', 'A', '0', '1', '-', '_', ' ', '/'];

/// A text that the pattern matches and that `fits`.
pub(super) fn matching(pattern: &str, variant: usize, fits: &dyn Fn(&str) -> bool) -> Option<String> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let turns = [variant, 0, 1, 2, 3];
    let mut tries = turns.iter().flat_map(|turn| REPEATS.iter().map(move |repeat| (*turn, *repeat)));
    tries.find_map(|(turn, repeat)| {
        let mut writer = Writer { out: String::new(), steps: 0, turn, repeat };
        writer.write(&hir);
        Some(writer.out).filter(|text| fits(text))
    })
}

struct Writer {
    out: String,
    steps: usize,
    /// Which of several alternatives is taken.
    turn: usize,
    /// How often is repeated what may be.
    repeat: u32,
}

impl Writer {
    fn write(&mut self, hir: &Hir) {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.out.len() > MAX_BYTES {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.out.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => self.out.extend(character(class, self.turn)),
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(u32::MAX);
                let times = repetition.min.max(self.repeat.min(most));
                for _ in 0..times {
                    if self.steps > MAX_STEPS || self.out.len() > MAX_BYTES {
                        return;
                    }
                    self.write(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(parts) => {
                let index = self.turn.checked_rem(parts.len()).unwrap_or(0);
                parts.get(index).into_iter().for_each(|part| self.write(part));
            }
        }
    }
}

/// A plain character of the class, else its first one.
fn character(class: &Class, turn: usize) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let has = |wanted: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&wanted));
    let plain: Vec<char> = PLAIN.iter().copied().filter(has).collect();
    let first = plain.get(turn.checked_rem(plain.len()).unwrap_or(0)).copied();
    first.or_else(|| ('!'..='~').find(has)).or_else(|| ranges.first().map(|(start, _)| *start))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn made(pattern: &str, least: usize) -> Option<String> {
        let regex = Regex::new(pattern).unwrap();
        matching(pattern, 0, &|text| text.len() >= least && regex.is_match(text))
    }

    #[test]
    fn a_text_matches_the_pattern() {
        for pattern in [
            "^[A-Z]{2}\\d{4}$",
            "^PN[0-9a-fA-F]{32}$",
            "^(foo|bar)-\\w+$",
            "^\\+?[1-9]\\d{1,14}$",
            "^#[0-9a-f]{6}$",
            "^[^@\\s]+@[^@\\s]+\\.[a-z]+$",
            "x*",
            "^.{3,5}$",
        ] {
            assert!(made(pattern, 0).is_some(), "{pattern}");
        }
        assert_eq!(made("^[a-z]+$", 20).map(|text| text.len()), Some(32));
        assert_eq!(made("^a$", 2), None);
    }

    #[test]
    fn repetitions_of_repetitions_have_an_end() {
        assert!(made("^((a{50}){50}){50}$", 0).is_none());
        assert!(made("^(((a*)*)*)*$", 9_000).is_none());
    }
}
