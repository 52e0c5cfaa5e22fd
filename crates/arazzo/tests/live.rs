//! What a person sees at a terminal while something goes on, and that nothing of it is left.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "support/terminal.rs"]
mod terminal;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use arazzo_runner::testing::{Answer, Server};
use nix::pty::{Winsize, openpty};
use terminal::drain;

/// A command that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// Takes the rest of a line away: nothing but the line at the bottom does that.
const ERASE: &str = "\u{1b}[K";

fn items() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/_shared/items.arazzo.yml")
}

/// A command on a terminal.
struct Shown {
    child: Child,
    text: String,
    pieces: Receiver<String>,
}

impl Shown {
    fn start(width: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        let size = Winsize { ws_row: 40, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 };
        let terminal = openpty(Some(&size), None).unwrap();
        let slave = || File::from(terminal.slave.try_clone().unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_arazzo"))
            .args(args)
            .env_clear()
            .env("TERM", "xterm")
            .envs(env.iter().copied())
            .stdin(slave())
            .stdout(slave())
            .stderr(slave())
            .spawn()
            .unwrap();
        Self { child, text: String::new(), pieces: drain(File::from(terminal.master)) }
    }

    fn wait_for(&mut self, text: &str) {
        let start = Instant::now();
        while !self.text.contains(text) {
            assert!(start.elapsed() < LIMIT, "`{text}` is not shown: {:?}", self.text);
            self.text.extend(self.pieces.recv_timeout(LIMIT));
        }
    }

    /// All that was shown, when the command is over.
    fn finish(mut self) -> String {
        self.child.wait().unwrap();
        // What was written last may still be on its way.
        let rest = || self.pieces.recv_timeout(Duration::from_millis(300)).ok();
        self.text.extend(std::iter::from_fn(rest));
        self.text
    }
}

/// The text without colours.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    let mut parts = text.split("\u{1b}[");
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|char: char| char.is_ascii_alphabetic()).unwrap();
        if part[..=end] == ERASE[2..] {
            shown.push_str(ERASE);
        }
        shown.push_str(&part[end + 1..]);
    }
    shown
}

/// The lines that are left on the screen.
fn screen(text: &str) -> Vec<String> {
    let mut lines = vec![Vec::new()];
    let mut column = 0;
    let text = plain(text).replace(ERASE, "\u{0}");
    for char in text.chars() {
        let line = lines.last_mut().unwrap();
        match char {
            '\r' => column = 0,
            '\n' => lines.push(Vec::new()),
            '\u{0}' => line.truncate(column),
            char => {
                line.resize(line.len().max(column + 1), ' ');
                line[column] = char;
                column += 1;
            }
        }
    }
    lines.into_iter().map(String::from_iter).collect()
}

/// The lines at the bottom, one after the other.
fn bottom(text: &str) -> Vec<String> {
    let text = plain(text);
    let parts = text.split('\r').filter_map(|part| part.strip_suffix(ERASE));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn run(width: u16, server: &str, more: &[&str], env: &[(&str, &str)]) -> Shown {
    let items = items();
    let args = ["run", items.to_str().unwrap(), "-w", "getOne", "-i", "itemId=a-lamp-with-a-long-name"];
    Shown::start(width, &[&args[..], &["--server", server, "--timeout", "600ms"], more].concat(), env)
}

#[test]
fn a_request_is_shown_while_it_goes_on_in_the_width_that_there_is() {
    for width in [40, 120] {
        let server = Server::start([Answer::Stall]).unwrap();
        let shown = run(width, &server.url(), &[], &[]).finish();
        let live = bottom(&shown);
        assert!(live.len() >= 2, "{shown:?}");
        for line in &live {
            assert!(line.chars().count() < usize::from(width), "{line}");
            assert!(line[1..].starts_with(" get getItem  GET http://127.0"), "{line}");
            assert!(line.ends_with(" s"), "{line}");
        }
        assert!(live[0] != live[1], "it turns, and time goes on");
        let screen = screen(&shown);
        assert!(!screen.iter().any(|line| line.starts_with(['|', '/', '\\'])), "{screen:#?}");
        let step = screen.iter().find(|line| line.starts_with("  get getItem  GET ")).unwrap();
        assert!(step.contains("  timeout  ") && step.ends_with(" ms"), "{step}");
        assert!(step.chars().count() <= usize::from(width), "{step}");
        assert_eq!(step.contains("a-lamp-with-a-long-name"), width == 120, "{step}");
        assert!(screen.contains(&"failed: getOne after 1 step (of 1)".to_owned()), "{screen:#?}");
    }
}

#[test]
fn a_wait_is_shown_with_the_attempt_that_follows() {
    let server = Server::start([Answer::header(503, "Retry-After", "1"), Answer::json(200, "{}")]).unwrap();
    let items = items();
    let args = ["run", items.to_str().unwrap(), "-w", "retry", "--server", &server.url()];
    let shown = Shown::start(100, &args, &[]).finish();
    assert!(shown.contains(" waits 1.0 s before attempt 2  0."), "{shown:?}");
    let screen = screen(&shown);
    assert!(screen.iter().any(|line| line.ends_with(" ms  attempt 2")), "{screen:#?}");
    assert!(!screen.iter().any(|line| line.contains("waits")), "{screen:#?}");
}

#[test]
fn nothing_moves_where_it_would_disturb() {
    let flags = [["-q", ""], ["--format", "json"], ["--format", "outputs"], ["--color", "never"]];
    let variables = [("CI", "true"), ("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")];
    let server = Server::start(std::iter::repeat_n(Answer::Stall, 8)).unwrap();
    let flags = flags.map(|args| {
        let args = args.into_iter().filter(|arg| !arg.is_empty()).collect::<Vec<_>>();
        run(80, &server.url(), &args, &[])
    });
    let variables = variables.map(|variable| run(80, &server.url(), &[], &[variable]));
    for shown in flags.into_iter().chain(variables) {
        let shown = shown.finish();
        assert!(shown.contains("timeout"), "{shown:?}");
        assert!(!shown.contains(ERASE), "{shown:?}");
    }
}

#[test]
fn a_terminal_that_goes_away_makes_nobody_panic() {
    for args in [&["-vv"][..], &["--format", "json"], &["--repeat", "2"]] {
        let server = Server::start([Answer::Stall, Answer::Stall]).unwrap();
        let size = Winsize { ws_row: 40, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let terminal = openpty(Some(&size), None).unwrap();
        let slave = || File::from(terminal.slave.try_clone().unwrap());
        let items = items();
        let mut child = Command::new(env!("CARGO_BIN_EXE_arazzo"))
            .args(["run", items.to_str().unwrap(), "-w", "getOne", "-i", "itemId=1", "--timeout", "300ms"])
            .args(["--server", &server.url()])
            .args(args)
            .env_clear()
            .env("TERM", "xterm")
            .stdin(slave())
            .stdout(slave())
            .stderr(slave())
            .spawn()
            .unwrap();
        drop(terminal.master);
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(1 | 4)), "{args:?} {code:?}");
    }
}

#[test]
fn many_runs_have_a_bar() {
    let server = Server::start([Answer::json(200, "{}"), Answer::json(200, "{}"), Answer::Stall]).unwrap();
    let shown = run(100, &server.url(), &["--repeat", "3"], &[]).finish();
    assert!(shown.contains("[=============       ] 2 of 3 runs, 0 failed, "), "{shown:?}");
    let screen = screen(&shown);
    assert!(!screen.iter().any(|line| line.contains("[====")), "{screen:#?}");
    assert!(
        screen.iter().any(|line| line.contains("failed: 3 runs, 2 succeeded, 1 failed in ")),
        "{screen:#?}"
    );
}

#[test]
fn many_descriptions_have_a_bar() {
    let pipe = std::env::temp_dir().join(format!("arazzo-live-{}.yml", std::process::id()));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let items = items();
    let mut shown = Shown::start(100, &["validate", items.to_str().unwrap(), pipe.to_str().unwrap()], &[]);
    shown.wait_for("[==========          ] 1 of 2 descriptions");
    std::fs::write(&pipe, "arazzo: 1.0.1\n").unwrap();
    let screen = screen(&shown.finish());
    std::fs::remove_file(&pipe).unwrap();
    assert!(!screen.iter().any(|line| line.contains("[====")), "{screen:#?}");
    assert!(screen.iter().any(|line| line.contains("2 files")), "{screen:#?}");
}
