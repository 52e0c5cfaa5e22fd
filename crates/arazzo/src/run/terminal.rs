//! A terminal at which somebody sits, who can be asked.
//!
//! While an answer is typed, the key that interrupts ends the line instead of the process, so that the command can say
//! what it did not do, and so that it never ends with an echo that is turned off.

use std::io::{self, BufRead, IsTerminal, Read, Write};

/// An answer may be so many bytes long.
const MAX_ANSWER: usize = 1 << 20;

/// What the key that interrupts is read as.
const INTERRUPT: u8 = 0x03;

/// What came of a question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A line, without its end.
    Line(String),
    /// Nothing that is text.
    NoText,
    /// There will be no answer: end of input, or the key that interrupts.
    GivenUp,
}

/// Whether questions can be asked: standard input and standard error are a terminal, and nothing says that this is a CI
/// job.
pub(super) fn is_there() -> bool {
    let is_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    cfg!(unix) && !is_ci && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows `prompt` and reads a line; what is typed is not shown if it is `hidden`.
pub(super) fn ask(prompt: &str, hidden: bool) -> Answer {
    let Ok(_typing) = mode::Typing::start(hidden) else { return Answer::GivenUp };
    let mut stderr = anstream::stderr();
    let _reader_is_gone = write!(stderr, "{prompt}").and_then(|()| stderr.flush());
    let answer = read(&mut io::stdin().lock());
    if hidden || answer == Answer::GivenUp {
        let _reader_is_gone = writeln!(stderr);
    }
    answer
}

fn read(input: &mut impl BufRead) -> Answer {
    let mut line = Vec::new();
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Answer::GivenUp,
        };
        let end = available.iter().position(|byte| matches!(*byte, b'\n' | INTERRUPT));
        let length = end.map_or(available.len(), |end| end + 1);
        let taken = input.by_ref().take(length as u64).read_to_end(&mut line);
        if length == 0 || taken.is_err() || line.last() == Some(&INTERRUPT) || line.len() > MAX_ANSWER {
            return Answer::GivenUp;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            return String::from_utf8(line).map_or(Answer::NoText, Answer::Line);
        }
    }
}

#[cfg(unix)]
mod mode {
    use std::io;

    use nix::sys::termios::{LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr};

    use super::INTERRUPT;

    /// The terminal while an answer is typed; afterwards it is as it was.
    pub(super) struct Typing {
        before: Termios,
    }

    impl Typing {
        pub(super) fn start(hidden: bool) -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut typing = before.clone();
            // The key ends a line, and means nothing else.
            for (index, value) in [
                (SpecialCharacterIndices::VINTR, nix::libc::_POSIX_VDISABLE),
                (SpecialCharacterIndices::VEOL, INTERRUPT),
            ] {
                if let Some(character) = typing.control_chars.get_mut(index as usize) {
                    *character = value;
                }
            }
            typing.local_flags.set(LocalFlags::ECHO, !hidden);
            tcsetattr(io::stdin(), SetArg::TCSADRAIN, &typing)?;
            Ok(Self { before })
        }
    }

    impl Drop for Typing {
        fn drop(&mut self) {
            // Nothing can be done for a terminal that went away.
            let _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.before);
        }
    }
}

#[cfg(not(unix))]
mod mode {
    /// Nobody is asked here, see [`super::is_there`].
    pub(super) struct Typing;

    impl Typing {
        pub(super) fn start(_hidden: bool) -> std::io::Result<Self> {
            Err(std::io::ErrorKind::Unsupported.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_line() {
        let mut input = io::Cursor::new(b"one\n\ntwo \xc3\xbc\n\xff\nrest".to_vec());
        assert_eq!(read(&mut input), Answer::Line("one".to_owned()));
        assert_eq!(read(&mut input), Answer::Line(String::new()));
        assert_eq!(read(&mut input), Answer::Line("two ü".to_owned()));
        assert_eq!(read(&mut input), Answer::NoText);
        assert_eq!(read(&mut input), Answer::GivenUp, "what has no end is no answer");
        assert_eq!(read(&mut io::Cursor::new(b"one\x03\n".to_vec())), Answer::GivenUp);
    }
}
