//! Durations and sizes as they are written on the command line.

use std::time::Duration;

/// Reads `2`, `0.5`, `500ms`, `30s`, `5m` or `1h`; a number alone is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        other => return Err(format!("`{other}` is no unit of time: write `500ms`, `30s` or `5m`")),
    };
    let number: f64 =
        number.parse().map_err(|_| format!("`{text}` is no duration: write `500ms`, `30s` or `5m`"))?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| format!("`{text}` is no possible duration"))
}

/// Reads `1000`, `64KiB`, `64MiB` or `1GiB`; a number alone is bytes.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let (number, unit) = split(text);
    let factor: usize = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        other => return Err(format!("`{other}` is no unit of size: write `64KiB`, `64MiB` or `1GiB`")),
    };
    let number: usize =
        number.parse().map_err(|_| format!("`{text}` is no size: write `64MiB` or a number of bytes"))?;
    number.checked_mul(factor).ok_or_else(|| format!("`{text}` is too large"))
}

/// The number and the unit behind it.
fn split(text: &str) -> (&str, &str) {
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    (number.trim(), unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_or_have_a_unit() {
        assert_eq!(duration("2"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "s", "-1", "5d", "1e400", "five"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        assert_eq!(size("10"), Ok(10));
        assert_eq!(size("64MiB"), Ok(64 << 20));
        for wrong in ["", "MiB", "-1", "1.5MiB", "64MB", "99999999999999GiB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
