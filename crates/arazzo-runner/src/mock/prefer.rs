//! What a client wants of a mock server: `Prefer: code=404, example=none, dynamic=true`.
//!
//! See [RFC 7240](https://www.rfc-editor.org/rfc/rfc7240), which lets servers have preferences of their own.

/// The preferences of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Prefer {
    /// The status that is wanted.
    pub(super) code: Option<u16>,
    /// The name of the example that is wanted.
    pub(super) example: Option<String>,
    /// Whether the body is to be made from the schema although there are examples.
    pub(super) dynamic: bool,
}

impl Prefer {
    /// Reads the values of the header field. What is not known is left out, as for every server.
    pub(super) fn read<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut prefer = Self::default();
        for preference in values.flat_map(|value| value.split([',', ';'])) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "code" | "status" => {
                    prefer.code = value.parse().ok().filter(|code| (200..600).contains(code));
                }
                "example" if !value.is_empty() => prefer.example = Some(value.to_owned()),
                "dynamic" => prefer.dynamic = value.is_empty() || value == "true",
                _ => {}
            }
        }
        prefer
    }

    /// Whether an answer other than the usual one is wanted.
    pub(super) fn chooses(&self) -> bool {
        self.code.is_some() || self.example.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_and_others_left_out() {
        let wanted = Prefer { code: Some(404), example: Some("none".to_owned()), dynamic: true };
        assert_eq!(
            Prefer::read(["code=404, example=\"none\"", "respond-async; DYNAMIC"].into_iter()),
            wanted
        );
        assert_eq!(Prefer::read(["code=99, dynamic=false, example="].into_iter()), Prefer::default());
    }
}
