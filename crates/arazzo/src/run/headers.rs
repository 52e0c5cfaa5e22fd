//! `--header`: fields for every request.

use arazzo_runner::{HeaderError, HeaderField};

use crate::refusal::Refusal;

/// The fields that are given. No message shows a value, which may be a credential.
pub(crate) fn collect(texts: &[String]) -> Result<Vec<HeaderField>, Refusal> {
    texts.iter().map(|text| header(text)).collect()
}

fn header(text: &str) -> Result<HeaderField, Refusal> {
    let Some((name, value)) = text.split_once(':') else {
        let name = text.split_whitespace().next().unwrap_or_default().escape_debug();
        let hint = "write it as `-H 'Name: value'`".to_owned();
        return Err(Refusal::usage(format!("the header field `{name}` has no `:` and no value"), hint));
    };
    HeaderField::new(name, value).map_err(refuse)
}

/// What is wrong with a field, with what to do on the command line.
pub(crate) fn refuse(error: HeaderError) -> Refusal {
    let hint = match &error {
        HeaderError::Name { .. } => Some("write it as `-H 'Name: value'`".to_owned()),
        HeaderError::SeveralHosts { .. } => {
            Some("give credentials as `--auth SOURCE.SCHEME=VALUE`".to_owned())
        }
        HeaderError::UntrustedHost { host, .. } => {
            Some(format!("if that is right, add `--allow-host {host}`"))
        }
        HeaderError::Framing { .. } | HeaderError::Value { .. } | _ => None,
    };
    Refusal::usage(error.to_string(), hint)
}

/// What must not be shown of the fields.
pub(crate) fn secrets(headers: &[HeaderField]) -> Vec<String> {
    headers.iter().flat_map(HeaderField::secrets).map(str::to_owned).collect()
}

/// The fields as the transport takes them.
pub(crate) fn pairs(headers: &[HeaderField]) -> Vec<(String, String)> {
    headers.iter().map(|field| (field.name().to_owned(), field.value().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Problem;

    #[test]
    fn what_is_no_field_is_refused_without_its_value() {
        let refusal = header("Bearer hunter2").unwrap_err();
        let [Problem::Unlocated { message, .. }] = refusal.problems.as_slice() else { panic!() };
        assert!(message.contains("`Bearer`") && !message.contains("hunter2"), "{message}");
        assert_eq!(header("X-A: b: c ").unwrap().value(), "b: c");
    }
}
