//! Values as a reason shows them: JSON, cut where it gets long.

use std::fmt;
use std::io;

use serde_json::Value;

use crate::limits::MAX_SHOWN;

/// Shows a value as JSON of at most [`MAX_SHOWN`] characters, without writing the rest of it anywhere.
pub(crate) struct Shown<'a>(pub(crate) &'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut start = Start(Vec::new());
        let cut = serde_json::to_writer(&mut start, self.0).is_err();
        let text = String::from_utf8_lossy(&start.0);
        let shown: String = text.chars().take(MAX_SHOWN).collect();
        formatter.write_str(&shown)?;
        if cut || shown.len() < text.len() { formatter.write_str("…") } else { Ok(()) }
    }
}

/// Takes the bytes that [`MAX_SHOWN`] characters may need and refuses more, which ends the writing.
struct Start(Vec<u8>);

impl io::Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (MAX_SHOWN * 4).saturating_sub(self.0.len());
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(room);
        self.0.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_short_value_is_shown_whole() {
        assert_eq!(Shown(&json!({"a": [1.50, "x"]})).to_string(), r#"{"a":[1.5,"x"]}"#);
    }

    #[test]
    fn a_long_value_is_cut() {
        let shown = Shown(&json!("é".repeat(100_000))).to_string();
        assert_eq!(shown.chars().count(), MAX_SHOWN + 1);
        assert!(shown.ends_with('…'));
        assert!(Shown(&json!("é".repeat(130))).to_string().ends_with('…'));
    }
}
