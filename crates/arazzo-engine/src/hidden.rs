//! The values that are masked, and how they are found in a text.
//!
//! A value is also looked for in the forms in which it may be written. These are made when there is a text to mask: a run
//! of which nobody wants to see anything makes none.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::secret::forms;

/// Up to so many forms are looked for one by one; making a finder for all of them takes longer.
const FEW: usize = 256;

/// Longer forms, in bytes, are always looked for one by one: a finder would be many times their size.
const MAX_FINDER_LENGTH: usize = 64 * 1024;

/// So many bytes are compared at first. A shorter form counts as one that may stand anywhere.
const START: usize = 6;

/// After so many places where one might stand, the forms are looked for in earnest.
const MAX_PLACES: usize = 256;

/// Values, and their forms as far as a text was looked at since the last one came.
#[derive(Default)]
pub(crate) struct Hidden {
    values: HashSet<Arc<str>>,
    forms: Mutex<Forms>,
}

#[derive(Clone, Default)]
struct Forms {
    /// Whether forms of a value may be here that is none any more.
    is_stale: bool,
    /// Values whose forms are not made yet.
    fresh: Vec<Arc<str>>,
    /// Longest first, so that a secret inside another does not leave a rest.
    made: BTreeSet<(Reverse<usize>, String)>,
    /// Which pairs of bytes a form begins with.
    starts: Starts,
    /// Finds all of `made` in one pass where there are many, save long ones. New values make it void.
    finder: Option<Option<AhoCorasick>>,
}

impl Hidden {
    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Looks for this value from now on, too. `false` if that is so already.
    pub(crate) fn add(&mut self, value: &str) -> bool {
        if self.values.contains(value) {
            return false;
        }
        let value: Arc<str> = value.into();
        self.values.insert(Arc::clone(&value));
        let forms = self.forms.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !forms.is_stale {
            forms.fresh.push(value);
        }
        true
    }

    /// Whether it is looked for.
    pub(crate) fn has(&self, value: &str) -> bool {
        self.values.contains(value)
    }

    /// Looks for this value no more.
    pub(crate) fn remove(&mut self, value: &str) {
        if self.values.remove(value) {
            // Another value may have some of its forms, so all are made anew.
            *self.forms.get_mut().unwrap_or_else(PoisonError::into_inner) =
                Forms { is_stale: true, ..Forms::default() };
        }
    }

    /// How many bytes the forms have that were made.
    #[cfg(test)]
    pub(crate) fn form_bytes(&self) -> usize {
        self.forms.lock().unwrap().made.iter().map(|(_, form)| form.len()).sum()
    }

    /// The text with `mask` in place of every value.
    pub(crate) fn replace<'t>(&self, text: &'t str, mask: &str) -> Cow<'t, str> {
        if self.values.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut forms.is_stale) {
            forms.fresh = self.values.iter().cloned().collect();
        }
        forms.replace(text, mask)
    }
}

impl Clone for Hidden {
    fn clone(&self) -> Self {
        let forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { values: self.values.clone(), forms: Mutex::new(forms) }
    }
}

impl Forms {
    fn replace<'t>(&mut self, text: &'t str, mask: &str) -> Cow<'t, str> {
        for value in std::mem::take(&mut self.fresh) {
            for form in forms(&value) {
                self.starts.add(&form);
                if self.made.insert((Reverse(form.len()), form)) {
                    self.finder = None;
                }
            }
        }
        let mut shown = Cow::Borrowed(text);
        let is_few = self.made.len() <= FEW;
        if is_few && !self.may_be_in(text) {
            return shown;
        }
        for (_, value) in self.made.iter().take_while(|(length, _)| is_few || length.0 > MAX_FINDER_LENGTH) {
            if shown.contains(value.as_str()) {
                shown = Cow::Owned(shown.replace(value.as_str(), mask));
            }
        }
        if is_few {
            return shown;
        }
        let made = &self.made;
        match self.finder.get_or_insert_with(|| finder(made)) {
            Some(finder) if finder.is_match(shown.as_ref()) => {
                let mut masked = String::with_capacity(shown.len());
                finder.replace_all_with(&shown, &mut masked, |_, _, masked| {
                    masked.push_str(mask);
                    true
                });
                Cow::Owned(masked)
            }
            Some(_) | None => shown,
        }
    }

    /// Whether one of the forms may stand in the text, by how it begins.
    fn may_be_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let mut places = 0;
        for (at, pair) in bytes.windows(2).enumerate() {
            if !self.starts.has(pair) {
                continue;
            }
            places += 1;
            let rest = bytes.get(at..).unwrap_or_default();
            let begins = |form: &str| rest.starts_with(form.as_bytes().get(..START).unwrap_or_default());
            if places > MAX_PLACES || self.made.iter().any(|(_, form)| begins(form)) {
                return true;
            }
        }
        false
    }
}

/// Making it fails for more states than can be numbered, which values of these lengths do not have.
fn finder(made: &BTreeSet<(Reverse<usize>, String)>) -> Option<AhoCorasick> {
    let values = made.iter().skip_while(|(length, _)| length.0 > MAX_FINDER_LENGTH);
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(values.map(|(_, value)| value))
        .ok()
}

/// A set of pairs of bytes that may hold others, too.
#[derive(Clone, Copy)]
struct Starts([u64; Starts::WORDS]);

impl Default for Starts {
    fn default() -> Self {
        Self([0; Self::WORDS])
    }
}

impl Starts {
    const WORDS: usize = 64;

    fn add(&mut self, form: &str) {
        let Some((word, bit)) = form.as_bytes().get(..2).and_then(Self::place) else { return };
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn has(&self, pair: &[u8]) -> bool {
        let place = Self::place(pair).and_then(|(word, bit)| Some(self.0.get(word)? & bit != 0));
        place.unwrap_or(true)
    }

    /// The word and the bit in it that stand for a pair.
    fn place(pair: &[u8]) -> Option<(usize, u64)> {
        let [first, second] = pair else { return None };
        let number = (usize::from(*first) * 37) ^ usize::from(*second);
        Some(((number >> 6) % Self::WORDS, 1 << (number & 63)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden<'v>(values: impl IntoIterator<Item = &'v str>) -> Hidden {
        let mut hidden = Hidden::default();
        for value in values {
            hidden.add(value);
        }
        hidden
    }

    #[test]
    fn forms_are_made_when_there_is_a_text() {
        let mut hidden = hidden(["s3cr3t-key", "s3cr3t-key"]);
        assert_eq!(hidden.len(), 1);
        let made = |hidden: &Hidden| hidden.forms.lock().unwrap().made.len();
        assert_eq!(made(&hidden), 0);
        assert_eq!(hidden.replace("nothing", "*"), "nothing");
        let first = made(&hidden);
        assert!(first > 5);
        hidden.add("an0ther-key");
        assert_eq!(hidden.replace("<s3cr3t-key an0ther-key>", "*"), "<* *>");
        assert!(made(&hidden) > first);
    }

    #[test]
    fn a_value_inside_another_leaves_no_rest() {
        let long = "long".repeat(MAX_FINDER_LENGTH);
        let mut hidden = hidden(["abcdef", "abcdefghi", &long]);
        for _ in 0..2 {
            assert_eq!(hidden.replace("abcdef abcdefghi", "*"), "* *");
            assert_eq!(hidden.replace(&format!("<{long}>"), "*"), "<*>");
            for number in 0..FEW {
                hidden.add(&format!("another-{number}"));
            }
        }
    }

    #[test]
    fn a_value_is_found_wherever_it_stands() {
        let hidden = hidden(["\u{e9}\u{e9}secret", "zzzzzz!"]);
        for before in ["", "z", "\u{e9}", "\u{e9}\u{e9}secre", "zzzzz", &"zz ".repeat(MAX_PLACES)] {
            for value in ["\u{e9}\u{e9}secret", "zzzzzz!"] {
                let text = format!("{before}{value}");
                assert!(!hidden.replace(&text, "*").contains(value), "{text}");
            }
        }
        assert_eq!(hidden.replace("zzzzz! \u{e9}secret", "*"), "zzzzz! \u{e9}secret");
    }
}
