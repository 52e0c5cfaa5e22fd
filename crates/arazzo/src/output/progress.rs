//! A line on the terminal that is written over while something goes on.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// How often the line about progress is written.
const REFRESH: Duration = Duration::from_millis(100);

/// The line that says how far the runs are, where a person sees it.
pub(super) struct Progress {
    is_on: bool,
    began: Instant,
    shown: Option<Instant>,
    /// How wide the line is that stands there.
    width: usize,
}

impl Progress {
    /// A line that is written if `is_wanted` and a person sees it.
    pub(super) fn new(is_wanted: bool) -> Self {
        let is_on = is_wanted && stderr().is_terminal();
        Self { is_on, began: Instant::now(), shown: None, width: 0 }
    }

    /// Writes the line over the last one, unless that is new.
    pub(super) fn show(&mut self, line: impl FnOnce(Duration) -> String) {
        if !self.is_on {
            return;
        }
        let now = Instant::now();
        if self.shown.is_some_and(|shown| now.duration_since(shown) < REFRESH) {
            return;
        }
        self.shown = Some(now);
        self.write(&line(now.duration_since(self.began)));
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if self.shown.is_some() {
            self.write("");
            self.write("");
        }
    }

    fn write(&mut self, line: &str) {
        let mut stderr = stderr();
        let _reader_is_gone = write!(stderr, "\r{line:width$}", width = self.width);
        let _reader_is_gone = stderr.flush();
        self.width = line.len();
    }
}
