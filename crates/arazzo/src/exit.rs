//! Exit codes. Scripts rely on the numbers.

/// Why the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Every run succeeded.
    Success = 0,
    /// A workflow failed.
    Failed = 1,
    /// The command line or the inputs are wrong. Nothing was sent.
    Usage = 2,
    /// The description or a source is wrong or cannot be read. Nothing was sent.
    Invalid = 3,
    /// The run could not be carried on.
    Stopped = 4,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
