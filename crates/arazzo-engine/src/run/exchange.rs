//! A request and what came back, as expressions see it.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::charset;
use crate::command::Call;
use crate::event::Fault;
use crate::exchange::{Request, Response};
use crate::json::{MAX_DEPTH, is_too_deep, without_mark};
use crate::mask::{MASK, Mask};
use crate::plan::{Location, essence, is_json, names};

/// What was put into a request, with its types kept, for `$request.query.…`, `$request.path.…` and `$request.body`.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) query: Map<String, Value>,
    pub(super) path: Map<String, Value>,
    pub(super) body: Option<Value>,
    /// The parameters that are secret, though their names need not say so.
    pub(super) secret: Vec<(Location, String)>,
    /// The URL with masks in their place, if there are any.
    pub(super) covered_url: Option<String>,
}

impl Given {
    pub(super) fn is_secret(&self, location: Location, name: &str) -> bool {
        self.secret.iter().any(|(of, known)| *of == location && names(location, known, name))
    }

    /// The URL of a request without secrets.
    pub(super) fn shown_url(&self, url: &str, mask: &Mask) -> String {
        mask.url(self.covered_url.as_deref().filter(|_| mask.is_on()).unwrap_or(url))
    }

    /// The header fields of a request without secrets.
    pub(super) fn shown_headers(&self, request: &Request, mask: &Mask) -> Vec<(String, String)> {
        let mut shown = mask.headers(&request.headers);
        let is_secret = |name: &str| mask.is_on() && self.is_secret(Location::Header, name);
        for (_, value) in shown.iter_mut().filter(|(name, _)| is_secret(name)) {
            MASK.clone_into(value);
        }
        shown
    }
}

/// What an attempt came to.
#[derive(Debug, Default, Clone)]
pub(super) struct Exchange {
    /// The request; `None` when none was made.
    pub(super) call: Option<Arc<Call>>,
    /// What was put into it.
    pub(super) given: Arc<Given>,
    /// The response; `None` when none came.
    pub(super) response: Option<Arc<Received>>,
    /// The workflow that the step called, when it is over. Request and response are then the last ones of that.
    pub(super) called: Option<Arc<Called>>,
    /// What failed, if no response says so.
    pub(super) fault: Option<Fault>,
}

/// How a workflow that a step called ended.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) succeeded: bool,
    pub(super) outputs: Map<String, Value>,
}

impl Exchange {
    /// Nothing was sent, and why.
    pub(super) fn unsent(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

/// A response whose body is parsed when an expression first asks for it.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) response: Response,
    body: OnceLock<Body>,
}

/// What a body turned out to be.
#[derive(Debug)]
enum Body {
    Json(Value),
    /// It is text, or empty.
    Text(Value),
    /// It is no text and says no different.
    Bytes,
    /// It says JSON and is none, so it is read as text.
    Malformed(Value),
    /// It says JSON and cannot be read at all.
    Unreadable(Unreadable),
}

/// Why a body that says JSON cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A byte belongs to no character.
    NotUtf8,
    /// Arrays and objects are nested deeper than anybody reads.
    TooDeep,
}

impl Unreadable {
    /// What is wrong, as a fragment after "the response says it is JSON and".
    pub(super) fn fact(self) -> String {
        match self {
            Self::NotUtf8 => "is no UTF-8".to_owned(),
            Self::TooDeep => format!("is nested deeper than {MAX_DEPTH} levels"),
        }
    }
}

impl Received {
    pub(super) fn new(response: Response) -> Self {
        Self { response, body: OnceLock::new() }
    }

    /// The body: JSON where the response says so, else text; an empty one is null. `None` for other bytes.
    pub(super) fn body(&self) -> Option<&Value> {
        match self.parsed() {
            Body::Json(value) | Body::Text(value) | Body::Malformed(value) => Some(value),
            Body::Bytes | Body::Unreadable(_) => None,
        }
    }

    /// Whether an expression looked at a body that says JSON and is none.
    pub(super) fn is_malformed(&self) -> bool {
        matches!(self.body.get(), Some(Body::Malformed(_)))
    }

    /// Whether an expression has looked at the body.
    pub(super) fn is_read(&self) -> bool {
        self.body.get().is_some()
    }

    /// Why an expression that looked at the body could not read it.
    pub(super) fn unreadable(&self) -> Option<Unreadable> {
        match self.body.get() {
            Some(Body::Unreadable(why)) => Some(*why),
            Some(Body::Json(_) | Body::Text(_) | Body::Bytes | Body::Malformed(_)) | None => None,
        }
    }

    /// The body, if it is JSON.
    pub(super) fn json(&self) -> Option<&Value> {
        match self.parsed() {
            Body::Json(value) => Some(value),
            Body::Text(_) | Body::Bytes | Body::Malformed(_) | Body::Unreadable(_) => None,
        }
    }

    fn parsed(&self) -> &Body {
        self.body.get_or_init(|| parse(&self.response))
    }

    /// The value of a header field: repeated ones are joined, of `Set-Cookie` the first is taken.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let mut values = self
            .response
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str());
        if name.eq_ignore_ascii_case("set-cookie") {
            return values.next().map(str::to_owned);
        }
        let values: Vec<&str> = values.collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

fn parse(response: &Response) -> Body {
    let bytes = charset::body(response);
    let bytes = bytes.as_ref();
    if bytes.is_empty() {
        return Body::Text(Value::Null);
    }
    let content_type = response.header("content-type").map(essence);
    let says_json = content_type.as_deref().is_some_and(is_json);
    if (says_json || content_type.is_none())
        && let Ok(value) = serde_json::from_slice(without_mark(bytes))
    {
        return Body::Json(value);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !says_json => Body::Text(text.into()),
        Ok(_) if is_too_deep(bytes) => Body::Unreadable(Unreadable::TooDeep),
        Ok(text) => Body::Malformed(text.into()),
        Err(_) if says_json => Body::Unreadable(Unreadable::NotUtf8),
        Err(_) => Body::Bytes,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(content_type: Option<&str>, body: &[u8]) -> (Option<Value>, bool) {
        let headers = content_type.map(|value| ("Content-Type".to_owned(), value.to_owned()));
        let received = Received::new(Response {
            status: 200,
            headers: headers.into_iter().collect(),
            body: body.to_vec(),
        });
        (received.body().cloned(), received.is_malformed())
    }

    #[test]
    fn json_is_parsed_where_the_response_says_so() {
        for kind in ["application/json", "text/json;charset=UTF-8", "application/hal+json"] {
            assert_eq!(body(Some(kind), b"{\"a\":80.0}"), (Some(json!({"a": 80.0})), false), "{kind}");
        }
        assert_eq!(body(Some("text/plain"), b"{}"), (Some(json!("{}")), false));
    }

    #[test]
    fn a_text_is_read_in_the_charset_that_it_names() {
        assert_eq!(body(Some("text/plain; charset=iso-8859-1"), b"caf\xe9").0, Some(json!("café")));
        assert_eq!(body(Some("application/json; charset=latin1"), b"[\"\xe9\"]").0, Some(json!(["é"])));
        assert_eq!(body(Some("text/plain; charset=shift_jis"), b"\x83\x41"), (None, false));
    }

    #[test]
    fn a_body_without_a_type_is_json_if_it_parses() {
        assert_eq!(body(None, b"[1]"), (Some(json!([1])), false));
        assert_eq!(body(None, b"[1"), (Some(json!("[1")), false));
    }

    #[test]
    fn malformed_json_is_text_and_said() {
        assert_eq!(body(Some("application/json"), b"{\"a\":"), (Some(json!("{\"a\":")), true));
    }

    #[test]
    fn json_that_cannot_be_read_is_told_from_malformed_json() {
        let why = |json: &[u8]| {
            let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
            let received = Received::new(Response { status: 200, headers, body: json.to_vec() });
            assert_eq!(received.unreadable(), None, "nobody has looked");
            received.body();
            received.unreadable()
        };
        assert_eq!(why(b"{\"a\": \"\xff\"}"), Some(Unreadable::NotUtf8));
        assert_eq!(why("[".repeat(100_000).as_bytes()), Some(Unreadable::TooDeep));
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(why(nested(MAX_DEPTH).as_bytes()), None);
        assert_eq!(why(nested(MAX_DEPTH + 1).as_bytes()), Some(Unreadable::TooDeep));
        assert_eq!(why(format!("{{\"a\": \"{}\\\"\" x", "[".repeat(200)).as_bytes()), None);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_json() {
        assert_eq!(body(Some("application/json"), b"\xef\xbb\xbf[1]"), (Some(json!([1])), false));
    }

    #[test]
    fn an_empty_body_is_null_and_bytes_are_nothing() {
        assert_eq!(body(Some("application/json"), b""), (Some(Value::Null), false));
        assert_eq!(body(Some("image/png"), &[0xff, 0xfe]), (None, false));
    }

    #[test]
    fn repeated_header_fields_are_joined() {
        let headers = [("A", "1"), ("a", "2"), ("Set-Cookie", "x=1"), ("Set-Cookie", "y=2")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let received = Received::new(Response { status: 200, headers, body: Vec::new() });
        assert_eq!(received.header("A").as_deref(), Some("1, 2"));
        assert_eq!(received.header("set-cookie").as_deref(), Some("x=1"));
        assert_eq!(received.header("b"), None);
    }
}
