//! How far many things of one kind are, as a bar on the terminal.

use std::sync::atomic::{AtomicU64, Ordering};

use super::live;

/// How many columns the bar takes.
const BAR: usize = 20;

/// A bar, where a person sees it. It goes away with its end.
pub(crate) struct Progress {
    is_on: bool,
    total: u64,
    counted: AtomicU64,
}

impl Progress {
    /// A bar for so many things, if it `is_wanted` and a person sees it.
    pub(crate) fn new(is_wanted: bool, total: u64) -> Self {
        Self { is_on: is_wanted && live::is_seen(), total, counted: AtomicU64::new(0) }
    }

    /// Shows that so many are done, and says more about it.
    pub(crate) fn show(&self, done: u64, more: impl FnOnce() -> String) {
        if self.is_on {
            live::show_progress(format!("{} {}", bar(done, self.total), more()));
        }
    }

    /// Shows that one more is done of what these `things` are.
    pub(crate) fn count(&self, things: &str) {
        let done = self.counted.fetch_add(1, Ordering::Relaxed) + 1;
        self.show(done, || format!("{done} of {} {things}", self.total));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if self.is_on {
            live::hide();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar(done: u64, total: u64) -> String {
    let share = done as f64 / total.max(1) as f64;
    let filled = ((share * BAR as f64) as usize).min(BAR);
    format!("[{}{}]", "=".repeat(filled), " ".repeat(BAR - filled))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_is_as_full_as_much_is_done() {
        assert_eq!(bar(0, 0), "[                    ]");
        assert_eq!(bar(1, 3), "[======              ]");
        assert_eq!(bar(7, 7), "[====================]");
        assert_eq!(bar(9, 7), bar(7, 7));
    }
}
