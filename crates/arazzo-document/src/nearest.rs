//! "Did you mean …": the nearest of some names.

/// The name of `names` that is nearest to `name`, if one is near enough to be a slip of the hand.
///
/// Case and punctuation count little; otherwise about a third of the letters may differ.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = letters(name);
    let limit = (wanted.len() + 1) / 3;
    names
        .into_iter()
        .take(MAX_NAMES)
        .map(|candidate| (distance(&wanted, &letters(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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

fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MAX_LETTERS).collect()
}

/// The Levenshtein distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
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
        let of = |a: &str, b: &str| distance(&letters(a), &letters(b));
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("same", "same"), 0);
    }
}
