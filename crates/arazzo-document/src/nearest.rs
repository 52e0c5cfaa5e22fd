//! "Did you mean …": the nearest of some names.

use std::collections::HashMap;

/// The name of `names` that is nearest to `name`, if one is near enough to be a slip of the hand.
///
/// Case and punctuation count little; otherwise about a third of the letters may differ.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut letters = Vec::new();
    read_letters(name, MAX_LETTERS, &mut letters);
    let wanted = Wanted::new(&letters);
    // What is not nearer than the nearest one up to now need not be measured to the end.
    let mut allowed = Some((wanted.length + 1) / 3);
    let mut nearest = None;
    for candidate in names.into_iter().take(MAX_NAMES) {
        let Some(most) = allowed else { break };
        read_letters(candidate, MAX_LETTERS.min(wanted.length + most + 1), &mut letters);
        if let Some(distance) = wanted.distance(&letters, most) {
            nearest = Some(candidate);
            allowed = distance.checked_sub(1);
        }
    }
    nearest
}

/// A hint for a name that does not exist: the one that was meant, or the first few of those that there are.
pub fn suggestion(name: &str, names: &[&str]) -> Option<String> {
    match (nearest(name, names.iter().copied()), names) {
        (Some(near), _) => Some(format!("did you mean `{near}`?")),
        (None, []) => None,
        (None, [only]) => Some(format!("there is only `{only}`")),
        (None, names) => {
            let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
            let rest = names.len().saturating_sub(SHOWN);
            let rest = if rest > 0 { format!(", {rest} more") } else { String::new() };
            Some(format!("there are {}{rest}", shown.join(", ")))
        }
    }
}

/// So many names are shown of a longer list.
const SHOWN: usize = 6;

/// So many names are looked at; a larger list is no place to search for a slip of the hand.
const MAX_NAMES: usize = 10_000;

/// So many letters of a name are compared: each is a bit of [`Wanted`].
const MAX_LETTERS: usize = 64;

/// Puts the first letters of `name` that count in place of those in `letters`.
fn read_letters(name: &str, most: usize, letters: &mut Vec<char>) {
    letters.clear();
    for letter in name.chars().filter(|letter| letter.is_alphanumeric()) {
        if letters.len() >= most {
            break;
        }
        match letter.is_ascii() {
            true => letters.push(letter.to_ascii_lowercase()),
            false => letters.extend(letter.to_lowercase()),
        }
    }
    letters.truncate(most);
}

/// The letters of a name that others are compared with.
struct Wanted {
    length: usize,
    /// Where in the name each letter is, one bit for each place.
    places: HashMap<char, u64>,
    /// The same of the letters of ASCII.
    ascii: [u64; 128],
}

impl Wanted {
    fn new(letters: &[char]) -> Self {
        let mut wanted = Self { length: letters.len(), places: HashMap::new(), ascii: [0; 128] };
        for (place, letter) in letters.iter().enumerate() {
            let places = match wanted.ascii.get_mut(*letter as usize) {
                Some(places) => places,
                None => wanted.places.entry(*letter).or_default(),
            };
            *places |= 1 << place;
        }
        wanted
    }

    fn places(&self, letter: char) -> u64 {
        let ascii = self.ascii.get(letter as usize);
        ascii.or_else(|| self.places.get(&letter)).copied().unwrap_or_default()
    }

    /// The Levenshtein distance, if it is not more than `most`.
    ///
    /// This is the algorithm of Myers: a column of the table of distances is two words, which tell where the next
    /// number in it is one more and where it is one less.
    fn distance(&self, letters: &[char], most: usize) -> Option<usize> {
        if self.length.abs_diff(letters.len()) > most {
            return None;
        }
        let Some(last) = self.length.checked_sub(1) else { return Some(letters.len()) };
        let (mut more, mut less) = (u64::MAX, 0);
        let mut distance = self.length;
        let mut left = letters.len();
        for letter in letters {
            let equal = self.places(*letter);
            let upright = equal | less;
            let across = ((equal & more).wrapping_add(more) ^ more) | equal;
            let more_across = less | !(across | more);
            let less_across = more & across;
            distance += usize::from(more_across >> last & 1 == 1);
            distance -= usize::from(less_across >> last & 1 == 1);
            let more_across = more_across << 1 | 1;
            more = less_across << 1 | !(upright | more_across);
            less = more_across & upright;
            // Each letter makes it less by one at best.
            left -= 1;
            if distance > most + left {
                return None;
            }
        }
        (distance <= most).then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_found() {
        assert_eq!(nearest("get_score", ["sendEvent", "getScore"]), Some("getScore"));
        assert_eq!(nearest("sucessCriteria", ["outputs", "successCriteria"]), Some("successCriteria"));
    }

    #[test]
    fn another_word_is_not_suggested() {
        assert_eq!(nearest("operation", ["stepId", "outputs"]), None);
        assert_eq!(nearest("", ["stepId"]), None);
    }

    #[test]
    fn the_distance_counts_edits() {
        let of = |a: &str, b: &str, most: usize| Wanted::new(&letters(a)).distance(&letters(b), most);
        assert_eq!(of("kitten", "sitting", 9), Some(3));
        assert_eq!(of("kitten", "sitting", 3), Some(3));
        assert_eq!(of("kitten", "sitting", 2), None);
        assert_eq!(of("", "abc", 3), Some(3));
        assert_eq!(of("", "abc", 2), None);
        assert_eq!(of("abc", "", 3), Some(3));
        assert_eq!(of("same", "same", 0), Some(0));
        assert_eq!(of("same", "some", 0), None);
    }

    #[test]
    fn the_distance_is_that_of_the_table() {
        let mut words =
            vec![String::new(), "a".repeat(80), "ab".repeat(40), "ba".repeat(31), "äöü".repeat(9)];
        let mut number = 1_u32;
        words.extend((0..60).map(|length| {
            let mut next = || {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ['a', 'b', 'c', 'ß', 'Ä', '9', '-'][number as usize / 65_536 % 7]
            };
            (0..length).map(|_| next()).collect()
        }));
        let words: Vec<Vec<char>> = words.iter().map(|word| letters(word)).collect();
        for a in &words {
            let wanted = Wanted::new(a);
            for b in &words {
                let expected = table(a, b);
                assert_eq!(wanted.distance(b, 64), Some(expected), "{a:?} {b:?}");
                for most in [0, 1, 7, expected.saturating_sub(1), expected] {
                    assert_eq!(wanted.distance(b, most), (expected <= most).then_some(expected));
                }
            }
        }
    }

    fn letters(name: &str) -> Vec<char> {
        let mut letters = Vec::new();
        read_letters(name, MAX_LETTERS, &mut letters);
        letters
    }

    /// The Levenshtein distance as it is defined.
    fn table(a: &[char], b: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let before = row.clone();
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                row[j + 1] = (before[j] + usize::from(x != y)).min(before[j + 1] + 1).min(row[j] + 1);
            }
        }
        row[b.len()]
    }

    #[test]
    fn of_names_that_are_equally_near_the_first_is_meant() {
        assert_eq!(nearest("getScores", ["getScorer", "getScored", "sendEvent"]), Some("getScorer"));
        assert_eq!(nearest("getScores", ["getScored", "get_scores", "getScores"]), Some("get_scores"));
    }
}
