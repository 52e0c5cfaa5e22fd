//! Moments and durations for people.

use std::time::{Duration, SystemTime};

use arazzo_engine::Timestamp;

/// A moment, as HTTP writes it: `Wed, 21 Oct 2015 07:28:00 GMT`.
pub(super) fn moment(at: Timestamp) -> String {
    // The format has four digits for the year.
    let at = Duration::from_micros(at.0).min(LAST);
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + at)
}

/// The end of the year 9999.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// Three digits or so, with the unit that suits.
pub(super) fn milliseconds(milliseconds: f64) -> String {
    if milliseconds <= 0.0 {
        "0 ms".to_owned()
    } else if milliseconds < 0.95 {
        format!("{milliseconds:.2} ms")
    } else if milliseconds < 99.5 {
        format!("{milliseconds:.1} ms")
    } else if milliseconds < 999.5 {
        format!("{milliseconds:.0} ms")
    } else if milliseconds < 120_000.0 {
        format!("{:.2} s", milliseconds / 1000.0)
    } else {
        format!("{:.1} min", milliseconds / 60_000.0)
    }
}

/// From one moment to another.
pub(super) fn between(from: Timestamp, to: Timestamp) -> String {
    milliseconds(Duration::from_micros(to.0.saturating_sub(from.0)).as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_suits() {
        let shown = [0.0, 0.041, 3.06, 250.4, 1500.0, 600_000.0].map(milliseconds);
        assert_eq!(shown, ["0 ms", "0.04 ms", "3.1 ms", "250 ms", "1.50 s", "10.0 min"]);
    }

    #[test]
    fn no_moment_is_too_late() {
        assert_eq!(moment(Timestamp(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(moment(Timestamp(u64::MAX)), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
