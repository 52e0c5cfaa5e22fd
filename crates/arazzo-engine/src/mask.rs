//! How secrets are hidden in events.
//!
//! A value is masked when an event is made. What is six characters or longer is masked wherever it appears, also
//! encoded for a URL, a form, JSON or XML; shorter values only where their name says what they are. Names and numbers
//! are never masked.
//!
//! Some secrets are known from the start, others are sent or come with responses, such as tokens and session cookies. A
//! server must not be able to slow a run down with them, so only so many of these are looked for everywhere.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::charset;
use crate::exchange::{Request, Response};
use crate::hidden::Hidden;
use crate::json::{self, is_too_deep, without_mark};
use crate::plan::{essence, is_json};
use crate::secret::{cookie_value, is_secret_key, is_secret_name, named_strings, named_strings_in};

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Values shorter than this are masked only where their name says what they are.
const MIN_LENGTH: usize = 6;

/// When so many values of requests and responses are looked for, further ones are masked only where their name says what
/// they are.
const MAX_LEARNED: usize = 400;

/// The same of the bytes of these values together. What finds all their forms takes a thousand times as many.
const MAX_LEARNED_BYTES: usize = 64 * 1024;

/// A longer value of a request or a response, in bytes, is masked only where its name says what it is.
const MAX_LEARNED_LENGTH: usize = 8 * 1024;

/// A larger body, in bytes, is not shown, nor is a longer text. To mask JSON takes many times its size.
pub(crate) const MAX_SHOWN: usize = 1024 * 1024;

/// The media type of a form in which names and values are written as in a query.
const FORM: &str = "application/x-www-form-urlencoded";

/// Whether the value is masked wherever it appears.
pub(crate) fn is_looked_for(secret: &str) -> bool {
    secret.chars().take(MIN_LENGTH).count() == MIN_LENGTH
}

/// Hides secrets in what is shown.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    off: bool,
    hidden: Hidden,
    /// The hidden values that came with requests and responses.
    learned: Taken,
    /// Those that a workflow was called with.
    arguments: Taken,
}

/// Hidden values that may be a server's.
#[derive(Clone, Copy, Default)]
struct Taken {
    values: usize,
    bytes: usize,
}

impl Taken {
    /// With one more, if there is room for it.
    fn and(self, secret: &str) -> Option<Self> {
        let more = Self { values: self.values + 1, bytes: self.bytes.saturating_add(secret.len()) };
        (more.values <= MAX_LEARNED && more.bytes <= MAX_LEARNED_BYTES).then_some(more)
    }
}

impl Mask {
    pub(crate) fn new(show_secrets: bool) -> Self {
        Self { off: show_secrets, ..Self::default() }
    }

    /// Masks this value from now on.
    pub(crate) fn hide(&mut self, secret: &str) {
        self.add(secret);
    }

    /// Whether it is masked only since now.
    fn add(&mut self, secret: &str) -> bool {
        !self.off && is_looked_for(secret) && self.hidden.add(secret)
    }

    /// Masks the values of members with secret names from now on, at any depth.
    pub(crate) fn hide_named(&mut self, members: &Map<String, Value>) {
        named_strings(members, &mut |text| self.learn(text));
    }

    /// Masks from now on what a request gives away: the values of header fields, query parameters and members of its
    /// body with secret names. `body` is the value that the request's bytes were made from.
    pub(crate) fn hide_request(&mut self, request: &Request, body: Option<&Value>) {
        if self.off {
            return;
        }
        self.learn_fields(&request.headers);
        if let Some((_, query)) = request.url.split_once('?') {
            self.learn_pairs(query);
        }
        let Some(body) = body else { return };
        let Some(text) = body.as_str() else {
            return named_strings_in(body, &mut |text| self.learn(text));
        };
        let content_type = essence(request.header("content-type").unwrap_or_default());
        if content_type == FORM {
            self.learn_pairs(text);
        } else if is_json(&content_type) {
            json::named_strings(text.as_bytes(), &mut |text| self.learn(text));
        }
    }

    /// Masks from now on what a response gives away: the values of header fields and of members of JSON and forms with
    /// secret names.
    pub(crate) fn hide_response(&mut self, response: &Response) {
        if self.off {
            return;
        }
        self.learn_fields(&response.headers);
        let content_type = response.header("content-type").map(essence);
        let body = charset::body(response);
        if content_type.as_deref().is_none_or(is_json) {
            json::named_strings(&body, &mut |text| self.learn(text));
        } else if content_type.as_deref() == Some(FORM) && body.len() <= MAX_SHOWN {
            // Some other pair of it may be no text.
            self.learn_pairs(&String::from_utf8_lossy(&body));
        }
    }

    /// The values of fields with secret names. A cookie and what follows a scheme, as in `Bearer …`, count also alone.
    fn learn_fields(&mut self, fields: &[(String, String)]) {
        for (name, value) in fields.iter().filter(|(name, _)| is_secret_name(name)) {
            self.learn(value);
            if name.eq_ignore_ascii_case("set-cookie") {
                self.learn(cookie_value(value));
            } else if name.eq_ignore_ascii_case("cookie") {
                value.split(';').for_each(|pair| self.learn(cookie_value(pair)));
            } else if let Some((_, credential)) = value.split_once(' ') {
                self.learn(credential.trim());
            }
        }
    }

    /// The values of pairs with secret names in a query or a form, as they are written and as they are meant.
    fn learn_pairs(&mut self, pairs: &str) {
        for pair in pairs.split('&') {
            let Some((name, written)) = pair.split_once('=').filter(|(name, _)| is_secret_key(name)) else {
                continue;
            };
            self.learn(written);
            let meant = form_urlencoded::parse(pair.get(name.len()..).unwrap_or_default().as_bytes()).next();
            self.learn(meant.as_ref().map_or("", |(_, value)| value));
        }
    }

    /// Masks a value that may be anybody's from now on, unless there are too many of these.
    pub(crate) fn learn(&mut self, secret: &str) {
        let more = self.learned.and(secret).filter(|_| secret.len() <= MAX_LEARNED_LENGTH);
        if let Some(more) = more.filter(|_| self.add(secret)) {
            self.learned = more;
        }
    }

    /// Masks from now on a secret that a workflow is called with. It may be a server's, yet there is room for it whatever
    /// was learned: it may be what the caller was given, too.
    pub(crate) fn hide_argument(&mut self, secret: &str) {
        if let Some(more) = self.arguments.and(secret).filter(|_| self.add(secret)) {
            self.arguments = more;
        }
    }

    /// The text without secrets.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.off || text.len() < MIN_LENGTH {
            return Cow::Borrowed(text);
        }
        self.hidden.replace(text, MASK)
    }

    /// The value without secrets: neither known ones nor those that their name gives away.
    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text).into_owned()),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(members) => Value::Object(self.members(members)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// The members without secrets.
    pub(crate) fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        members
            .iter()
            .map(|(name, value)| {
                let shown = if self.hides(name) { covered(value) } else { self.value(value) };
                (name.clone(), shown)
            })
            .collect()
    }

    /// Header fields without secrets.
    pub(crate) fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.clone(), self.named(name, value))).collect()
    }

    /// A URL without secrets, neither known ones nor values of query parameters with secret names.
    pub(crate) fn url(&self, url: &str) -> String {
        let Some((base, query)) = url.split_once('?') else { return self.text(url).into_owned() };
        format!("{}?{}", self.text(base), self.pairs(query))
    }

    /// A query or a form without secrets.
    fn pairs(&self, pairs: &str) -> String {
        let shown = pairs.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if !self.off && is_secret_key(name) => format!("{name}={MASK}"),
            Some((name, value)) => format!("{name}={}", self.text(value)),
            None => self.text(pair).into_owned(),
        });
        shown.collect::<Vec<_>>().join("&")
    }

    /// A body as text without secrets; JSON keeps its shape. `None` when it is no text. Of one that is
    /// large or nested without end only the size is said: it is not read as JSON, in which names tell what is secret.
    pub(crate) fn body(&self, content_type: Option<&str>, body: &[u8]) -> Option<String> {
        if body.len() > MAX_SHOWN {
            return Some(unshown(body.len()));
        }
        let text = std::str::from_utf8(body).ok()?;
        if self.off {
            return Some(text.to_owned());
        }
        match serde_json::from_slice::<Value>(without_mark(body)) {
            Ok(value) => {
                let masked = self.value(&value);
                // What another member of the same name hides was not looked at.
                let is_as_it_was = masked == value && !json::lost_members(body, &value);
                Some(if is_as_it_was { text.to_owned() } else { masked.to_string() })
            }
            Err(_) if is_too_deep(body) => Some(unshown(body.len())),
            // What is not written as a form should be may have a secret across pairs.
            Err(_) if content_type.is_some_and(|content_type| essence(content_type) == FORM) => {
                Some(self.text(&self.pairs(text)).into_owned())
            }
            Err(_) => Some(self.text(text).into_owned()),
        }
    }

    /// A body that is no text, without secrets. `None` when it is text, or large.
    pub(crate) fn bytes(&self, body: &[u8]) -> Option<Vec<u8>> {
        if body.len() > MAX_SHOWN || std::str::from_utf8(body).is_ok() {
            return None;
        }
        let mut shown = Vec::with_capacity(body.len());
        // A secret is text, so it is never in two of the parts that are.
        for part in body.utf8_chunks() {
            shown.extend_from_slice(self.text(part.valid()).as_bytes());
            shown.extend_from_slice(part.invalid());
        }
        Some(shown)
    }

    /// Whether anything is masked at all.
    pub(crate) fn is_on(&self) -> bool {
        !self.off
    }

    /// Whether a value with this name is masked whatever it is.
    pub(crate) fn hides(&self, name: &str) -> bool {
        !self.off && is_secret_name(name)
    }

    fn named(&self, name: &str, value: &str) -> String {
        if self.hides(name) { MASK.to_owned() } else { self.text(value).into_owned() }
    }
}

/// What stands where so many bytes are not shown.
pub(crate) fn unshown(bytes: usize) -> String {
    format!("({bytes} bytes, not shown)")
}

/// The value with all its strings masked.
pub(crate) fn covered(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::String(MASK.to_owned()),
        Value::Array(items) => items.iter().map(covered).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), covered(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask")
            .field("off", &self.off)
            .field("values", &self.hidden.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mask(secret: &str) -> Mask {
        let mut mask = Mask::new(false);
        mask.hide(secret);
        mask
    }

    #[test]
    fn a_known_secret_is_masked_wherever_it_stands() {
        let mask = mask("s3cr3t/key");
        assert_eq!(mask.text("x s3cr3t/key y"), "x *** y");
        assert_eq!(mask.url("http://h/a?q=s3cr3t%2Fkey&b=1"), "http://h/a?q=***&b=1");
        assert_eq!(mask.body(None, br#"{"echo":["is s3cr3t/key"]}"#).unwrap(), r#"{"echo":["is ***"]}"#);
    }

    #[test]
    fn a_named_secret_is_masked_though_nobody_knows_it() {
        let mask = mask("unrelated");
        assert_eq!(mask.url("http://h/?api_key=ab&x=1"), "http://h/?api_key=***&x=1");
        assert_eq!(mask.value(&json!({"token": "ab", "n": 5})), json!({"token": "***", "n": 5}));
        assert_eq!(mask.headers(&[("Authorization".into(), "Basic x".into())])[0].1, "***");
    }

    #[test]
    fn a_token_that_comes_as_a_form_is_masked() {
        let mut mask = Mask::new(false);
        let headers = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let body = b"access_token=gho_0123456%2B789&scope=repo".to_vec();
        mask.hide_response(&Response { status: 200, headers, body: body.clone() });
        assert_eq!(mask.body(Some(FORM), &body).unwrap(), "access_token=***&scope=repo");
        assert_eq!(mask.text("gho_0123456+789"), "***");
    }

    #[test]
    fn a_secret_behind_a_member_of_the_same_name_is_not_shown() {
        let mask = mask("s3cr3t-key");
        let shown = |body: &str| mask.body(None, body.as_bytes()).unwrap();
        assert_eq!(shown(r#"[{"token": "ab", "token": 5}]"#), r#"[{"token":5}]"#);
        assert_eq!(shown(r#"{"a": "s3cr3t\u002dkey", "a": 1}"#), r#"{"a":1}"#);
        let plain = r#"{ "a:b": "c\":", "n": [1.50, {"a": 2}] }"#;
        assert_eq!(shown(plain), plain);
    }

    #[test]
    fn a_form_is_masked_by_its_names_as_a_query_is() {
        let mask = mask("known-key");
        let form = b"auth%5Btoken%5D=ab&pin=12&note=is+known-key&x";
        let of = |content_type: &str| mask.body(Some(content_type), form).unwrap();
        assert_eq!(
            of("Application/X-WWW-Form-Urlencoded;charset=utf-8"),
            "auth%5Btoken%5D=***&pin=12&note=is+***&x"
        );
        assert_eq!(of("text/plain"), "auth%5Btoken%5D=ab&pin=12&note=is+***&x");
    }

    #[test]
    fn a_token_of_a_form_that_is_no_text_is_masked() {
        let mut mask = Mask::new(false);
        let body = b"access_token=token-1&name=caf\xe9".to_vec();
        let headers = vec![("Content-Type".to_owned(), FORM.to_owned())];
        mask.hide_response(&Response { status: 200, headers, body: body.clone() });
        assert_eq!(mask.bytes(&body).unwrap(), b"access_token=***&name=caf\xe9");
    }

    #[test]
    fn short_values_are_masked_only_at_their_place() {
        let mask = mask("abc");
        assert_eq!(mask.text("abcdef"), "abcdef");
    }

    fn response(headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Response { status: 200, headers: headers.collect(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn secrets_of_a_response_are_learned_by_their_names() {
        let mut mask = Mask::new(false);
        let headers = [("X-Api-Key", "header-key"), ("Set-Cookie", "sid=\"cookie-value\"; Path=/")];
        let body =
            r#"{"users":[{"access_token":"token-1","name":"public-name"}],"secret":[{"a":"inner-secret"}]}"#;
        mask.hide_response(&response(&headers, body));
        assert_eq!(mask.text("header-key cookie-value token-1 inner-secret"), "*** *** *** ***");
        assert_eq!(mask.text("public-name /"), "public-name /");
        let mut mask = Mask::new(false);
        mask.hide_response(&response(&[("Content-Type", "text/plain")], body));
        assert_eq!(mask.text("token-1"), "token-1");
    }

    #[test]
    fn secrets_of_a_request_are_learned_by_their_names() {
        let headers = [("Cookie", "a=x; sid=cookie-value"), ("Authorization", "Bearer bearer-token")];
        let mut request = Request {
            method: "POST".to_owned(),
            url: "http://h/?api_key=query%20key&auth%5Btoken%5D=deep-token&name=public-name".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: None,
            slots: Vec::new(),
        };
        let mut mask = Mask::new(false);
        mask.hide_request(&request, Some(&json!({"users": [{"password": "body-word", "n": "public"}]})));
        assert_eq!(mask.text("cookie-value bearer-token query key query%20key"), "*** *** *** ***");
        assert_eq!(mask.text("deep-token body-word public-name public"), "*** *** public-name public");
        assert_eq!(mask.url(&request.url), "http://h/?api_key=***&auth%5Btoken%5D=***&name=public-name");
        request.headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        mask.hide_request(&request, Some(&"a=public&client_secret=form+secret%21".into()));
        assert_eq!(mask.text("form secret! form+secret%21 public"), "*** *** public");
        request.headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        mask.hide_request(&request, Some(&r#"{"passwd":"json-text"}"#.into()));
        assert_eq!(mask.text("json-text"), MASK);
    }

    #[test]
    fn a_secret_is_masked_in_the_forms_in_which_it_is_sent_or_echoed() {
        let mask = mask(r#"a "b" & <c's>\!"#);
        for form in [
            "a+%22b%22+%26+%3Cc%27s%3E%5C%21",
            "a &quot;b&quot; &amp; &lt;c&apos;s&gt;\\!",
            "a &quot;b&quot; &amp; &lt;c&#39;s&gt;\\!",
            "a \"b\" &amp; &lt;c's&gt;\\!",
            r#"a \"b\" & <c's>\\!"#,
        ] {
            assert_eq!(mask.text(&format!("<{form}>")), "<***>", "{form}");
        }
    }

    #[test]
    fn a_secret_name_covers_all_that_is_in_the_value() {
        let mask = Mask::new(false);
        let value = json!({"token": ["ab", {"type": "x", "n": 5}]});
        assert_eq!(mask.value(&value), json!({"token": ["***", {"type": "***", "n": 5}]}));
    }

    #[test]
    fn a_server_cannot_make_masking_slow() {
        let users: Vec<Value> =
            (0..50_000).map(|number| json!({ "token": format!("t-{number:08}") })).collect();
        let body = json!({ "users": users, "token": "x".repeat(MAX_LEARNED_LENGTH + 1) }).to_string();
        let mut mask = Mask::new(false);
        mask.hide_response(&response(&[], &body));
        assert_eq!(mask.text("t-00000000"), MASK);
        assert!(mask.hidden.len() <= MAX_LEARNED);
        assert_eq!(mask.body(None, body.as_bytes()).unwrap().matches("t-0").count(), 0);
        let long: Vec<Value> = (0..390)
            .map(|number| json!({ "token": format!("{number:04}{}", "<\n".repeat(4_000)) }))
            .collect();
        let mut mask = Mask::new(false);
        mask.hide_response(&response(&[], &json!(long).to_string()));
        assert!(mask.learned.values > 0 && mask.learned.bytes <= MAX_LEARNED_BYTES);
        assert_eq!(mask.text("nothing of that"), "nothing of that");
        let bytes = mask.hidden.form_bytes();
        assert!(bytes <= 100 * MAX_LEARNED_BYTES, "{bytes}");
    }

    #[test]
    fn what_a_server_sends_leaves_room_for_what_is_given() {
        let mut mask = Mask::new(false);
        (0..2 * MAX_LEARNED).for_each(|number| mask.learn(&format!("learned-{number:03}")));
        mask.hide("given-key");
        assert_eq!(mask.text("given-key learned-000 learned-799"), "*** *** learned-799");
        let mut mask = Mask::new(false);
        (0..2 * MAX_LEARNED).for_each(|number| mask.hide(&format!("given-{number}")));
        mask.learn("learned-key");
        assert_eq!(mask.text("learned-key"), MASK);
    }

    #[test]
    fn arguments_have_room_of_their_own_that_ends() {
        let mut mask = Mask::new(false);
        (0..2 * MAX_LEARNED).for_each(|number| mask.learn(&format!("learned-{number:03}")));
        (0..2 * MAX_LEARNED).for_each(|number| mask.hide_argument(&format!("argument-{number:03}")));
        mask.hide_argument(&"x".repeat(MAX_LEARNED_BYTES + 1));
        assert_eq!(mask.text("argument-000 argument-799"), "*** argument-799");
        assert!(mask.hidden.len() <= 2 * MAX_LEARNED);
    }

    #[test]
    fn of_a_large_body_only_the_size_is_shown() {
        let body = format!("{{\"token\":\"abc\",\"text\":\"{}\"}}", "x".repeat(MAX_SHOWN));
        let shown = Mask::new(false).body(None, body.as_bytes()).unwrap();
        assert_eq!(shown, format!("({} bytes, not shown)", body.len()));
        let body = format!("{{\"a\":{}{},\"token\":\"abc\"}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(Mask::new(false).body(None, body.as_bytes()).unwrap(), "(420 bytes, not shown)");
    }

    #[test]
    fn bytes_are_masked_where_they_are_text() {
        let mask = mask("s3cr3t-key");
        assert_eq!(mask.bytes(b"\xff\xc3s3cr3t-key\x80").unwrap(), b"\xff\xc3***\x80");
        assert_eq!(mask.bytes(b"text"), None);
    }

    #[test]
    fn secrets_can_be_shown_on_demand() {
        let mut mask = Mask::new(true);
        mask.hide("s3cr3t-key");
        assert_eq!(mask.value(&json!({"token": "s3cr3t-key"})), json!({"token": "s3cr3t-key"}));
    }
}
