//! Faults that a mock server makes on purpose, so that clients can be tried against them.

use std::str::FromStr;
use std::time::Duration;

/// What goes wrong, and how often: written `503:10`, `close:7`, `slow:5` or `slow=2s:5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Every request whose number is a multiple of this one is affected; never 0.
    pub every: u64,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is answered with this status, from 400 to 599.
    Status(u16),
    /// The connection is closed without an answer.
    Close,
    /// The answer takes so much longer.
    Slow(Duration),
}

/// Why a text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no fault: write `503:10`, `close:7`, `slow:5` or `slow=2s:5`, where the last number says every how many requests"
)]
pub struct FaultError;

/// How long a slow answer takes unless it is said.
const SLOW: Duration = Duration::from_secs(5);

/// No answer is made slower than that.
const MAX_SLOW: Duration = Duration::from_secs(3600);

impl Fault {
    /// Whether the request with this number, from 1, is affected.
    pub(super) fn affects(self, number: u64) -> bool {
        number.checked_rem(self.every) == Some(0)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (kind, every) = text.rsplit_once(':').ok_or(FaultError)?;
        let every = every.parse().ok().filter(|every| *every > 0).ok_or(FaultError)?;
        let kind = match kind.split_once('=') {
            None if kind == "close" => FaultKind::Close,
            None if kind == "slow" => FaultKind::Slow(SLOW),
            None => FaultKind::Status(
                kind.parse().ok().filter(|status| (400..600).contains(status)).ok_or(FaultError)?,
            ),
            Some(("slow", time)) => FaultKind::Slow(duration(time).ok_or(FaultError)?),
            Some(_) => return Err(FaultError),
        };
        Ok(Self { kind, every })
    }
}

/// `2s`, `0.5` or `500ms`.
fn duration(text: &str) -> Option<Duration> {
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * factor;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| *time <= MAX_SLOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_what_and_how_often() {
        let fault = |kind, every| Ok(Fault { kind, every });
        assert_eq!("503:10".parse(), fault(FaultKind::Status(503), 10));
        assert_eq!("close:1".parse(), fault(FaultKind::Close, 1));
        assert_eq!("slow:5".parse(), fault(FaultKind::Slow(SLOW), 5));
        assert_eq!("slow=250ms:5".parse(), fault(FaultKind::Slow(Duration::from_millis(250)), 5));
        for wrong in
            ["", "503", "503:0", "200:3", "600:3", "close:x", "fast:2", "slow=:2", "slow=-1s:2", "slow=1e9:2"]
        {
            assert_eq!(wrong.parse::<Fault>(), Err(FaultError), "{wrong}");
        }
    }

    #[test]
    fn every_so_many_requests_are_affected() {
        let fault = Fault { kind: FaultKind::Close, every: 3 };
        assert_eq!((1..=6).filter(|number| fault.affects(*number)).collect::<Vec<_>>(), [3, 6]);
    }
}
