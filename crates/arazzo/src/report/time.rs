//! Moments as text, as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6) has it, in UTC.

use std::time::Duration;

use arazzo_engine::Timestamp;

const MICROSECONDS: u64 = 1_000_000;
const SECONDS_OF_DAY: u64 = 86_400;

/// The days of 400 years, after which the calendar repeats.
const DAYS_OF_ERA: u64 = 146_097;

/// From the first of March of the year 0 to the start of 1970, in days.
const DAYS_BEFORE_1970: u64 = 719_468;

/// The moment to the millisecond, such as `2026-01-31T08:05:09.250Z`.
pub(crate) fn rfc3339(Timestamp(at): Timestamp) -> String {
    let (seconds, millis) = (at / MICROSECONDS, at % MICROSECONDS / 1000);
    let (days, second) = (seconds / SECONDS_OF_DAY, seconds % SECONDS_OF_DAY);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The time in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Year, month and day of a day since 1970. Years are counted from March, so that a leap day ends one.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_BEFORE_1970;
    let (era, day) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, carried) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carried, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, "2000-02-28T23:59:59.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"),
            (1_767_225_599, "2025-12-31T23:59:59.000Z"),
            (1_767_225_600, "2026-01-01T00:00:00.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339(Timestamp(seconds * MICROSECONDS)), expected);
        }
        assert_eq!(rfc3339(Timestamp(1_250_999)), "1970-01-01T00:00:01.250Z");
    }

    #[test]
    fn the_last_moment_there_is_can_be_written() {
        assert!(rfc3339(Timestamp(u64::MAX)).ends_with('Z'));
    }
}
