//! Answers that say what is wrong with a request, as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) has them.

use arazzo_engine::{Finding, Response};
use serde_json::{Map, Value};

/// The answer to a request that is not as its operation describes.
pub(super) fn refused(findings: &[Finding]) -> Response {
    let error = |finding: &Finding| {
        let pointer = finding
            .pointer
            .as_ref()
            .map(|pointer| ("pointer".to_owned(), Value::from(format!("#{pointer}"))));
        let detail = ("detail".to_owned(), Value::from(finding.message.as_str()));
        Value::Object([detail].into_iter().chain(pointer).collect())
    };
    let first = findings.first().map_or("it is refused", |finding| finding.message.as_str());
    let errors = findings.iter().map(error).collect();
    let members = [("errors".to_owned(), Value::Array(errors))];
    problem(400, "the request is not as the operation describes", first, members)
}

/// A problem with further members.
pub(super) fn problem(
    status: u16,
    title: &str,
    detail: &str,
    members: impl IntoIterator<Item = (String, Value)>,
) -> Response {
    let fixed =
        [("title", Value::from(title)), ("status", Value::from(status)), ("detail", Value::from(detail))];
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value));
    let body: Map<String, Value> = fixed.into_iter().chain(members).collect();
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), "application/problem+json".to_owned())],
        body: Value::Object(body).to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use arazzo_engine::FindingKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_lists_the_reasons_with_their_places() {
        let finding = |pointer: Option<&str>, message: &str| Finding {
            kind: FindingKind::Body,
            pointer: pointer.map(str::to_owned),
            message: message.to_owned(),
        };
        let response = refused(&[finding(Some("/a"), "wrong"), finding(None, "missing")]);
        assert_eq!(response.status, 400);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(body["detail"], "wrong");
        assert_eq!(body["errors"], json!([{"detail": "wrong", "pointer": "#/a"}, {"detail": "missing"}]));
    }
}
