//! Standard input, which can be read once: by the description or by the inputs.

use arazzo_runner::read_stream;

/// Standard input, read or not.
#[derive(Default)]
pub(crate) struct StandardInput {
    is_read: bool,
}

impl StandardInput {
    /// All of it, or why it cannot be had.
    pub(crate) fn read(&mut self) -> Result<String, String> {
        if std::mem::replace(&mut self.is_read, true) {
            return Err("standard input can be read only once".to_owned());
        }
        read_stream(std::io::stdin().lock()).map_err(|error| format!("standard input {error}"))
    }
}
