//! Questions for missing inputs, asked through a pseudo terminal.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/terminal.rs"]
mod terminal;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::sys::termios::{LocalFlags, tcgetattr};
use terminal::drain;

/// A command that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

const API: &str = "openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://api.example.test'}]
paths: {/a: {get: {operationId: o, responses: {'200': {description: d}}}}}
";

const FLOW: &str = "arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: api, url: api.yml}]
workflows:
- workflowId: w
  inputs:
    type: object
    required: [count, apiKey, name, given]
    properties:
      count: {type: integer, minimum: 3, description: How many there are.}
      apiKey: {type: string, minLength: 4}
      name: {type: string, default: lamp}
      given: {type: string}
      other: {type: string}
  steps:
  - {stepId: s, operationId: o}
  outputs: {count: $inputs.count}
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-asking-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("flow.yml"), FLOW).unwrap();
        std::fs::write(folder.join("api.yml"), API).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a command left behind.
struct Outcome {
    exit: Option<i32>,
    stdout: String,
    /// What the terminal showed: standard error, and what was typed while there was an echo.
    shown: String,
    /// Whether the terminal shows what is typed after the command.
    echoes: bool,
}

/// Runs the description with `args`. When the terminal shows the first text of a pair, the second is typed.
fn run(folder: &Path, args: &[&str], env: &[(&str, &str)], dialogue: &[(&str, &str)]) -> Outcome {
    let terminal = openpty(None, None).unwrap();
    let slave = || File::from(terminal.slave.try_clone().unwrap());
    let mut master = File::from(terminal.master);
    let mut child = Command::new(env!("CARGO_BIN_EXE_arazzo"))
        .args(["run", "flow.yml", "--mock", "-i", "given=g"])
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(env.iter().copied())
        .stdin(slave())
        .stderr(slave())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let shown = drain(master.try_clone().unwrap());
    let mut text = String::new();
    let mut rest = 0;
    for (prompt, answer) in dialogue {
        let start = Instant::now();
        while text.get(rest..).is_none_or(|text| !text.contains(prompt)) {
            assert!(start.elapsed() < LIMIT, "`{prompt}` is not shown: {text}");
            text.extend(shown.recv_timeout(LIMIT));
        }
        rest = text.len();
        master.write_all(answer.as_bytes()).unwrap();
    }
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    let exit = child.wait().unwrap().code();
    let echoes = tcgetattr(&terminal.slave).unwrap().local_flags.contains(LocalFlags::ECHO);
    // What was written last may still be on its way.
    text.extend(std::iter::from_fn(|| shown.recv_timeout(Duration::from_millis(300)).ok()));
    Outcome { exit, stdout, shown: text, echoes }
}

#[test]
fn missing_inputs_are_asked_for_and_wrong_answers_again() {
    let folder = Folder::new("asked");
    let dialogue = [
        ("count (integer, required): How many there are.\r\n> ", "many\n"),
        ("input `count` must be integer, not `many`", "2\n"),
        ("input `count` is refused: 2 is less than the minimum of 3", "\n"),
        ("`count` is required", "7\n"),
        ("apiKey (string, required, secret)\r\n> ", "abc\n"),
        // What is typed before the question has come again is shown, as at any prompt.
        ("apiKey (string, required, secret)\r\n> ", "hunter22\n"),
    ];
    let outcome = run(&folder.0, &[], &[], &dialogue);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.shown);
    assert!(outcome.stdout.contains("count: 7"), "{}", outcome.stdout);
    assert!(outcome.shown.contains("input `apiKey` is refused"), "{}", outcome.shown);
    for secret in ["hunter22", "abc"] {
        assert!(!outcome.shown.contains(secret) && !outcome.stdout.contains(secret), "{}", outcome.shown);
    }
    for other in ["name (", "given (", "other ("] {
        assert!(!outcome.shown.contains(other), "{}", outcome.shown);
    }
    assert!(outcome.echoes);
}

#[test]
fn who_gives_up_sends_nothing() {
    let folder = Folder::new("given-up");
    for key in ["\u{3}", "\u{4}"] {
        let outcome = run(&folder.0, &[], &[], &[("count (", key)]);
        assert_eq!(outcome.exit, Some(2), "{}", outcome.shown);
        assert!(outcome.shown.contains("error: required input `count` is missing"), "{}", outcome.shown);
        assert!(outcome.stdout.is_empty() && outcome.echoes);
    }
    let hidden = run(&folder.0, &["-i", "count=3"], &[], &[("apiKey (", "ab\u{3}")]);
    assert_eq!(hidden.exit, Some(2), "{}", hidden.shown);
    assert!(hidden.echoes, "the terminal shows again what is typed");
}

#[test]
fn a_script_is_asked_nothing() {
    let folder = Folder::new("script");
    for args in [["--no-input"].as_slice(), &["--format", "json"], &["--format", "outputs"], &[]] {
        let env = if args.is_empty() { [("CI", "true")].as_slice() } else { &[] };
        let outcome = run(&folder.0, args, env, &[]);
        assert_eq!(outcome.exit, Some(2), "{args:?} {}", outcome.shown);
        assert!(outcome.shown.contains("required input `count` is missing"), "{}", outcome.shown);
        assert!(!outcome.shown.contains("> "), "{}", outcome.shown);
    }
}
