//! "Did you mean …": the nearest of some names.

/// The name of `names` that is nearest to `name`, if one is near enough to be a slip of the hand.
///
/// Case and punctuation count little; otherwise about a third of the letters may differ.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (mut ours, mut theirs, mut row) = (Vec::new(), Vec::new(), Vec::new());
    letters(name, &mut ours);
    // What is not nearer than the nearest one up to now need not be measured to the end.
    let mut allowed = Some((ours.len() + 1) / 3);
    let mut nearest = None;
    for candidate in names.into_iter().take(MAX_NAMES) {
        let Some(most) = allowed else { break };
        letters(candidate, &mut theirs);
        if let Some(distance) = distance(&ours, &theirs, most, &mut row) {
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

/// So many letters of a name are compared.
const MAX_LETTERS: usize = 64;

/// Puts the letters of `name` that count in place of those in `letters`.
fn letters(name: &str, letters: &mut Vec<char>) {
    letters.clear();
    let counted = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    letters.extend(counted.take(MAX_LETTERS));
}

/// The Levenshtein distance, if it is not more than `most`. It is counted in `row`, of which nothing is kept.
fn distance(a: &[char], b: &[char], most: usize, row: &mut Vec<usize>) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    row.clear();
    row.extend(0..=b.len());
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut least = left;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
            least = least.min(left);
        }
        // It never gets less from one row to the next.
        if least > most {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= most)
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
        let of = |a: &str, b: &str, most: usize| {
            let [mut of_a, mut of_b] = [Vec::new(), Vec::new()];
            letters(a, &mut of_a);
            letters(b, &mut of_b);
            distance(&of_a, &of_b, most, &mut vec![7])
        };
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
    fn of_names_that_are_equally_near_the_first_is_meant() {
        assert_eq!(nearest("getScores", ["getScorer", "getScored", "sendEvent"]), Some("getScorer"));
        assert_eq!(nearest("getScores", ["getScored", "get_scores", "getScores"]), Some("get_scores"));
    }
}
