//! The command as a test starts it: an environment of its own, a folder, and an end that is waited for.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A command that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; `None` after a signal.
    pub(crate) exit: Option<i32>,
    /// The whole of standard output.
    pub(crate) stdout: String,
    /// The whole of standard error.
    pub(crate) stderr: String,
}

/// Runs `arazzo` in `folder` with nothing in its environment but `env`.
pub(crate) fn arazzo(
    folder: &Path,
    args: &[String],
    env: &BTreeMap<String, String>,
    stdin: Option<String>,
) -> Result<Outcome, String> {
    let failed = |error| format!("the command cannot be run: {error}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_arazzo"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(env)
        .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some((mut pipe, text)) = child.stdin.take().zip(stdin) {
        // A command that does not read its input closes the pipe; that is its right.
        thread::spawn(move || pipe.write_all(text.as_bytes()).ok());
    }
    let stdout = child.stdout.take().map(drain);
    let stderr = child.stderr.take().map(drain);
    let text = |pipe: Option<Receiver<String>>| pipe.and_then(|pipe| pipe.recv_timeout(LIMIT).ok());
    let (Some(stdout), Some(stderr)) = (text(stdout), text(stderr)) else {
        child.kill().map_err(failed)?;
        child.wait().map_err(failed)?;
        return Err(format!("the command did not end within {} s", LIMIT.as_secs()));
    };
    let exit = child.wait().map_err(failed)?.code();
    Ok(Outcome { exit, stdout, stderr })
}

fn drain(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}
