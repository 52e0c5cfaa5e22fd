//! The order of the rows of `--data`, whose runs end in any order.

use std::collections::BTreeMap;

/// Puts what comes in any order into the order of its numbers, which begin with 1.
pub(super) struct InOrder<T> {
    waiting: BTreeMap<u64, T>,
    next: u64,
}

impl<T> InOrder<T> {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: 1 }
    }

    /// Takes what has this number.
    pub(super) fn put(&mut self, number: u64, item: T) {
        self.waiting.insert(number, item);
    }

    /// The next one, if it is there.
    pub(super) fn take(&mut self) -> Option<T> {
        let item = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(item)
    }

    /// The first one that is there, when no more will come.
    pub(super) fn take_rest(&mut self) -> Option<T> {
        self.waiting.pop_first().map(|(_, item)| item)
    }

    /// How many wait for an earlier one.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_in_the_order_of_the_file_as_soon_as_they_can() {
        let mut rows = InOrder::new();
        let mut told = Vec::new();
        for number in [2, 3, 1, 6, 4] {
            rows.put(number, number);
            told.push(std::iter::from_fn(|| rows.take()).collect::<Vec<u64>>());
        }
        assert_eq!(told, [vec![], vec![], vec![1, 2, 3], vec![], vec![4]]);
        assert_eq!(std::iter::from_fn(|| rows.take_rest()).collect::<Vec<_>>(), [6]);
    }
}
