//! The line at the bottom of a terminal that says what goes on just now.
//!
//! It is on standard error, comes when something takes longer than a moment, and is away while anything else is
//! printed. Where nobody sees it there is none: no terminal, a CI job, a terminal that cannot move, no colours.

use std::env;
use std::io::{IsTerminal, Write, stderr};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};

use super::{HINT, printable, width};

/// How often the line is drawn. What is over before that is not shown.
const TICK: Duration = Duration::from_millis(100);

const SPINNER: [char; 4] = ['|', '/', '-', '\\'];

/// There is one terminal, and so one such line.
static LINE: Mutex<Line> = Mutex::new(Line::NONE);

struct Line {
    /// What it says; `None` when there is none.
    text: Option<String>,
    /// When that began, if it says how long it takes.
    since: Option<Instant>,
    /// Whether it stands there.
    is_drawn: bool,
    /// So many times it was drawn.
    turns: usize,
    /// Whether something draws it.
    is_ticking: bool,
}

/// Whether a person sees the line.
pub(super) fn is_seen() -> bool {
    static SEEN: OnceLock<bool> = OnceLock::new();
    *SEEN.get_or_init(|| {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let can_move = cfg!(windows) || env::var_os("TERM").is_some_and(|term| term != "dumb");
        let is_plain = AutoStream::choice(&stderr()) == ColorChoice::Never;
        stderr().is_terminal() && can_move && !is_plain && !is_set("CI")
    })
}

/// Says what goes on, and from now on for how long.
pub(super) fn show(text: String) {
    let mut line = lock();
    line.since = Some(Instant::now());
    line.set(text);
}

/// Says how far something is.
pub(super) fn show_progress(text: String) {
    let mut line = lock();
    line.since = None;
    line.set(text);
}

/// Takes the line away.
pub(super) fn hide() {
    let mut line = lock();
    line.erase();
    line.text = None;
}

/// Writes something where the line stood, which comes again below.
pub(super) fn above(write: impl FnOnce()) {
    // It is held until all is written, so that nothing is drawn in between.
    let mut line = lock();
    line.erase();
    write();
}

fn lock() -> MutexGuard<'static, Line> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    const NONE: Self = Self { text: None, since: None, is_drawn: false, turns: 0, is_ticking: false };

    fn set(&mut self, text: String) {
        self.text = Some(text);
        if !self.is_ticking {
            // Without a thread there is no line, and nothing else is lost.
            self.is_ticking = thread::Builder::new().spawn(tick).is_ok();
        }
    }

    fn draw(&mut self) {
        let (Some(text), Some(width)) = (&self.text, width::of_stderr()) else { return };
        let time = self.since.map(|since| format!("  {:.1} s", since.elapsed().as_secs_f64()));
        let shown = row(text, &time.unwrap_or_default(), width);
        let sign = SPINNER.get(self.turns % SPINNER.len()).copied().unwrap_or_default();
        let mut stderr = anstream::stderr();
        let _reader_is_gone = write!(stderr, "\r{HINT}{sign}{HINT:#} {shown}\x1b[K");
        let _reader_is_gone = stderr.flush();
        self.is_drawn = true;
        self.turns = self.turns.wrapping_add(1);
    }

    fn erase(&mut self) {
        if self.is_drawn {
            let mut stderr = anstream::stderr();
            let _reader_is_gone = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
            self.is_drawn = false;
        }
    }
}

/// What stands behind the sign in a terminal of this width. The last column stays free: some terminals would begin a new
/// line.
fn row(text: &str, time: &str, width: usize) -> String {
    let text = printable(text).replace(['\n', '\t'], " ");
    let room = width.saturating_sub("| ".len() + width::columns(time) + 1);
    format!("{}{time}", width::cut(&text, room))
}

/// Draws the line until there is none.
fn tick() {
    loop {
        thread::sleep(TICK);
        let mut line = lock();
        if line.text.is_none() {
            line.is_ticking = false;
            return;
        }
        line.draw();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_seen_however_long_the_text_is() {
        assert_eq!(row("get getItem  GET http://h/", "  1.0 s", 80), "get getItem  GET http://h/  1.0 s");
        let row = row(&"x".repeat(200), "  1.0 s", 40);
        assert_eq!(row, format!("{}…  1.0 s", "x".repeat(29)));
        assert_eq!(width::columns(&row) + "| ".len() + 1, 40);
    }

    #[test]
    fn a_line_is_one_line_and_moves_nothing() {
        assert_eq!(row("a\nb\tc\u{1b}[2J", "", 80), "a b c\\u{1b}[2J");
        assert_eq!(row("text", "  1.0 s", 3), "  1.0 s");
    }
}
