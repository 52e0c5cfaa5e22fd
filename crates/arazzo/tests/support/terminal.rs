//! A pseudo terminal: what a command shows on it, and what the screen looks like then.

use std::fs::File;
use std::io::Read;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// What comes out of the terminal, piece by piece.
pub(crate) fn drain(mut master: File) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length) = master.read(&mut bytes)
            && length > 0
            && let Some(text) = bytes.get(..length)
            && sender.send(String::from_utf8_lossy(text).into_owned()).is_ok()
        {}
    });
    receiver
}
