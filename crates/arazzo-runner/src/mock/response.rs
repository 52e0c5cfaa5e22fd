//! The response of the mock to one request.
//!
//! See the [Responses Object](https://spec.openapis.org/oas/v3.1.1.html#responses-object).

use arazzo_document::openapi::{MediaType, Operation, Response as Described, StatusPattern};
use arazzo_engine::{MockHints, Response};
use serde_json::Value;

use super::scenario::Answer;
use super::value::{value, value_of_all};
use super::wanted::{with_reads, with_values};

/// The header fields that belong to the message and not to the operation.
const OF_THE_MESSAGE: [&str; 4] = ["content-type", "content-length", "content-encoding", "transfer-encoding"];

/// How the body of a response is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Making {
    /// Whether examples of the response go before values from its schema.
    pub(super) examples: bool,
    /// Whether objects get all of their members, rather than those that are needed.
    pub(super) all_members: bool,
}

impl Making {
    /// What one workflow needs.
    pub(super) const AS_NEEDED: Self = Self { examples: true, all_members: false };
}

/// The response of `operation`: what `answer` says, and for the rest what is described.
pub(super) fn of(
    operation: Operation<'_>,
    hints: &MockHints,
    answer: Option<&Answer>,
    making: Making,
) -> Response {
    let example = answer.and_then(|answer| answer.example.as_ref()).map(|(name, _)| name.as_str());
    let status = answer.and_then(|answer| answer.status).unwrap_or_else(|| match example {
        Some(_) => lowest_success(operation),
        None => likely_status(operation, hints),
    });
    let described = operation.response(status);
    let mut headers = answer.map(|answer| answer.headers.clone()).unwrap_or_default();
    for (name, value) in described.iter().flat_map(described_headers) {
        if !has(&headers, &name) {
            headers.push((name, value));
        }
    }
    let media_type = described.as_ref().and_then(media_type);
    let body = match answer.and_then(|answer| answer.body.as_ref()) {
        Some(Value::Null) => None,
        Some(body) => Some(body.clone()),
        None => match media_type {
            Some(media_type) => described_body(media_type, example, hints, making),
            // Nothing is said of the body, and the workflow reads parts of one.
            None => read_body(hints).filter(|_| !operation.method().eq_ignore_ascii_case("HEAD")),
        },
    };
    let Some(body) = body.filter(|_| !matches!(status, 204 | 205 | 304)) else {
        return Response { status, headers, body: Vec::new() };
    };
    if !has(&headers, "content-type") {
        headers.insert(0, ("Content-Type".to_owned(), content_type(media_type, &body)));
    }
    let is_json =
        headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("content-type") && is_json(value));
    let bytes = match body {
        Value::String(text) if !is_json => text.into_bytes(),
        body @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => body.to_string().into_bytes(),
    };
    Response { status, headers, body: bytes }
}

/// The lowest described status from 200 to 299, or 200.
pub(super) fn lowest_success(operation: Operation<'_>) -> u16 {
    let statuses = operation.responses().into_iter().filter_map(|response| match response.status() {
        StatusPattern::Exact(status) if status / 100 == 2 => Some(status),
        StatusPattern::Range(2) => Some(200),
        StatusPattern::Exact(_) | StatusPattern::Range(_) | StatusPattern::Default => None,
    });
    statuses.min().unwrap_or(200)
}

/// The media type in which the mock answers: the first that is JSON, else the first.
pub(super) fn media_type<'a>(described: &Described<'a>) -> Option<MediaType<'a>> {
    let all = described.media_types();
    all.iter().copied().find(|media_type| is_json(media_type.name())).or(all.first().copied())
}

/// The status that lets the workflow go on, if the operation describes it.
fn likely_status(operation: Operation<'_>, hints: &MockHints) -> u16 {
    let lowest = lowest_success(operation);
    if hints.statuses.contains(&lowest) {
        return lowest;
    }
    let described = |status: &u16| (200..600).contains(status) && operation.response(*status).is_some();
    hints.statuses.iter().copied().find(described).unwrap_or(lowest)
}

fn described_headers(described: &Described<'_>) -> Vec<(String, String)> {
    let of_the_operation = |name: &str| !OF_THE_MESSAGE.iter().any(|other| name.eq_ignore_ascii_case(other));
    let headers = described.headers();
    let wanted = headers.into_iter().filter(|header| of_the_operation(header.name()));
    wanted
        .filter_map(|header| {
            let made = || header.schema().map(|schema| value(schema, &[], false));
            let value = match header.example().map_or_else(made, |example| Some(example.to_value()))? {
                Value::String(text) => text,
                value @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_)) => value.to_string(),
            };
            Some((header.name().to_owned(), value))
        })
        .collect()
}

fn described_body(
    media_type: MediaType<'_>,
    example: Option<&str>,
    hints: &MockHints,
    making: Making,
) -> Option<Value> {
    let examples = media_type.examples();
    let named = examples.iter().find(|candidate| example.is_some() && candidate.name == example);
    if let Some(example) = named {
        return Some(example.value.to_value());
    }
    let schema = media_type.schema();
    let body = match examples.first().filter(|_| making.examples) {
        Some(example) => with_reads(example.value.to_value(), schema, hints),
        None => value(schema?, &hints.reads, making.all_members),
    };
    Some(with_values(body, schema, hints))
}

/// A body with the parts that are read; `None` when nothing but the whole of it is.
fn read_body(hints: &MockHints) -> Option<Value> {
    let reads_parts = hints.reads.iter().any(|read| !read.is_root());
    reads_parts.then(|| with_values(value_of_all(&[], &hints.reads, false), None, hints))
}

/// A media type for the wire; what is described may be a range such as `text/*`.
fn content_type(described: Option<MediaType<'_>>, body: &Value) -> String {
    let name = described.map_or("", |media_type| media_type.name());
    if !name.is_empty() && !name.contains('*') {
        name.to_owned()
    } else if body.is_string() && (name.is_empty() || name.starts_with("text/")) {
        "text/plain".to_owned()
    } else {
        "application/json".to_owned()
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.split_once('/').is_some_and(|(_, kind)| kind == "json" || kind.ends_with("+json"))
}

fn has(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arazzo_document::openapi::OpenApi;
    use arazzo_document::{Document, Position, Span};
    use serde_json::json;

    use super::*;

    const PETS: &str = "
openapi: 3.1.0
paths:
  /pets:
    get:
      operationId: list
      responses:
        '404':
          content: {application/problem+json: {example: {title: none}}}
        '201':
          content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}, name: {$ref: '#/components/schemas/name'}}}}}
        '200':
          headers:
            X-Rate: {schema: {type: integer, minimum: 7}}
            Content-Length: {example: 5}
          content:
            text/html: {example: <p>}
            application/json:
              examples:
                first: {value: {pets: 1}}
                second: {value: {pets: 2}}
    patch: {operationId: bare, responses: {'200': {description: done}}}
    delete: {operationId: remove, responses: {'204': {description: gone}}}
    put: {operationId: put, responses: {default: {description: any, content: {text/plain: {schema: {type: string}}}}}}
components:
  schemas:
    name: {type: string, minLength: 5}
";

    fn respond(id: &str, hints: &MockHints, answer: Option<&Answer>) -> (u16, String, String) {
        let (document, diagnostics) = Document::read("api.yml", "api.yml", PETS.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let api = OpenApi::new(Arc::new(document.unwrap())).unwrap();
        let response = of(api.operation(api.operation_by_id(id).unwrap()), hints, answer, Making::AS_NEEDED);
        let headers: Vec<_> =
            response.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        (response.status, headers.join(", "), String::from_utf8(response.body).unwrap())
    }

    fn example(name: &str) -> Answer {
        Answer { example: Some((name.to_owned(), Span::at(Position::START))), ..Answer::default() }
    }

    #[test]
    fn the_lowest_success_is_answered_with_its_first_json_example() {
        let response = respond("list", &MockHints::default(), None);
        let wanted = (200, "Content-Type: application/json, X-Rate: 7".to_owned(), "{\"pets\":1}".to_owned());
        assert_eq!(response, wanted);
    }

    #[test]
    fn the_status_that_the_workflow_wants_is_taken_if_it_is_described() {
        let hints = |statuses: &[u16]| MockHints {
            statuses: statuses.to_vec(),
            reads: vec!["/name".parse().unwrap()],
            values: Vec::new(),
        };
        let (status, _, body) = respond("list", &hints(&[201]), None);
        assert_eq!((status, body.as_str()), (201, "{\"id\":1,\"name\":\"textx\"}"));
        assert_eq!(respond("list", &hints(&[404]), None).0, 404);
        assert_eq!(respond("list", &hints(&[202]), None).0, 200);
        assert_eq!(respond("list", &hints(&[201, 200]), None).0, 200);
        assert_eq!(respond("put", &hints(&[202]), None).0, 202);
    }

    #[test]
    fn an_operation_without_a_response_body_answers_none() {
        assert_eq!(respond("remove", &MockHints::default(), None), (204, String::new(), String::new()));
    }

    #[test]
    fn what_is_read_of_a_body_that_is_not_described_is_there() {
        let hints = |reads: &[&str]| MockHints {
            reads: reads.iter().map(|read| read.parse().unwrap()).collect(),
            ..MockHints::default()
        };
        let body = |id, reads| respond(id, &hints(reads), None).2;
        assert_eq!(body("bare", &["/data/id", "/more"]), "{\"data\":{\"id\":\"text\"},\"more\":\"text\"}");
        assert_eq!(body("bare", &[""]), "");
        assert_eq!(body("remove", &["/id"]), "");
    }

    #[test]
    fn text_is_sent_as_text() {
        let wanted = (200, "Content-Type: text/plain".to_owned(), "text".to_owned());
        assert_eq!(respond("put", &MockHints::default(), None), wanted);
    }

    #[test]
    fn a_scenario_goes_before_the_description() {
        let hints = MockHints::default();
        assert_eq!(respond("list", &hints, Some(&example("second"))).2, "{\"pets\":2}");
        let answer = Answer { body: Some(json!({"pets": 3})), ..Answer::default() };
        assert_eq!(respond("list", &hints, Some(&answer)).2, "{\"pets\":3}");
        let answer = Answer { body: Some(Value::Null), ..Answer::default() };
        assert_eq!(respond("list", &hints, Some(&answer)).2, "");
        let busy = Answer {
            status: Some(503),
            headers: vec![("Retry-After".to_owned(), "1".to_owned())],
            ..Answer::default()
        };
        assert_eq!(respond("list", &hints, Some(&busy)), (503, "Retry-After: 1".to_owned(), String::new()));
        let missing = Answer { status: Some(404), ..Answer::default() };
        assert_eq!(respond("list", &hints, Some(&missing)).2, "{\"title\":\"none\"}");
        let text = Answer { status: Some(500), body: Some(json!("oops")), ..Answer::default() };
        assert_eq!(
            respond("list", &hints, Some(&text)),
            (500, "Content-Type: text/plain".to_owned(), "oops".to_owned())
        );
    }
}
