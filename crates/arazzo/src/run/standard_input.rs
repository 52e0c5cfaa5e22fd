//! Standard input, which can be read once: by the description or by the inputs.

use arazzo_runner::read_stream;

/// Standard input, read or not.
#[derive(Default)]
pub(crate) struct StandardInput {
    is_read: bool,
    /// What was read, for the run that comes after this one.
    text: Option<Result<String, String>>,
}

impl StandardInput {
    /// All of it, or why it cannot be had.
    pub(crate) fn read(&mut self) -> Result<String, String> {
        if std::mem::replace(&mut self.is_read, true) {
            return Err("standard input can be read only once".to_owned());
        }
        let read = || read_stream(std::io::stdin().lock()).map_err(|error| format!("standard input {error}"));
        self.text.get_or_insert_with(read).clone()
    }

    /// Lets another run read the same.
    pub(crate) fn again(&mut self) {
        self.is_read = false;
    }
}
