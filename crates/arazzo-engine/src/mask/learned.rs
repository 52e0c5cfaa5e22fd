//! The values that came with requests and responses, of which the latest are masked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// So many values that requests and responses bring are looked for everywhere. The oldest are then masked only where
/// their name says what they are.
pub(super) const MAX_LEARNED: usize = 400;

/// The same of the bytes of these values together. What finds all their forms takes a thousand times as many.
pub(super) const MAX_LEARNED_BYTES: usize = 64 * 1024;

/// How much room values take that may be a server's.
#[derive(Clone, Copy, Default)]
pub(super) struct Taken {
    pub(super) values: usize,
    pub(super) bytes: usize,
}

impl Taken {
    pub(super) fn and(self, value: &str) -> Self {
        Self { values: self.values + 1, bytes: self.bytes.saturating_add(value.len()) }
    }

    /// Whether there is room for so many times of it.
    pub(super) fn fits(self, times: usize) -> bool {
        self.values.saturating_mul(times) <= MAX_LEARNED
            && self.bytes.saturating_mul(times) <= MAX_LEARNED_BYTES
    }
}

/// Values in the order in which they came last.
#[derive(Clone, Default)]
pub(super) struct Learned {
    order: BTreeMap<u64, Arc<str>>,
    places: HashMap<Arc<str>, u64>,
    taken: Taken,
    next: u64,
}

impl Learned {
    /// The place that the next value gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// The place that the value has in the order.
    pub(super) fn place(&self, value: &str) -> Option<u64> {
        self.places.get(value).copied()
    }

    /// Puts the value at the end and returns the oldest ones, for which there is no room any more.
    pub(super) fn put(&mut self, value: &str) -> Vec<Arc<str>> {
        self.remove(value);
        let value: Arc<str> = value.into();
        self.taken = self.taken.and(&value);
        self.places.insert(Arc::clone(&value), self.next);
        self.order.insert(self.next, value);
        self.next += 1;
        let mut forgotten = Vec::new();
        while !self.taken.fits(1)
            && let Some(oldest) = self.order.first_key_value().map(|(_, value)| Arc::clone(value))
        {
            self.remove(&oldest);
            forgotten.push(oldest);
        }
        forgotten
    }

    /// Whether the value was there.
    pub(super) fn remove(&mut self, value: &str) -> bool {
        let Some(place) = self.places.remove(value) else { return false };
        self.order.remove(&place);
        self.taken.values = self.taken.values.saturating_sub(1);
        self.taken.bytes = self.taken.bytes.saturating_sub(value.len());
        true
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> Taken {
        self.taken
    }
}
