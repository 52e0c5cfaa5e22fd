//! How secrets are hidden in events.
//!
//! A value is masked when an event is made. What is six characters or longer is masked wherever it appears, also
//! encoded for a URL, a form, JSON or XML; shorter values only where their name says what they are. Names and numbers
//! are never masked.
//!
//! Some secrets are known from the start, others are sent or come with responses, such as tokens and session cookies. A
//! server must not be able to slow a run down with them, so only the latest of these are looked for everywhere.

mod learned;

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};
use url::form_urlencoded;

use self::learned::{Learned, Taken};
use crate::charset;
use crate::exchange::{Request, Response};
use crate::hidden::Hidden;
use crate::json::{self, is_too_deep, without_mark};
use crate::plan::essence;
use crate::secret::{cookie_value, is_secret_key, is_secret_name, named_strings, named_strings_in};

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Values shorter than this are masked only where their name says what they are.
const MIN_LENGTH: usize = 6;

/// A longer value of a request or a response, in bytes, is masked only where its name says what it is.
const MAX_LEARNED_LENGTH: usize = 8 * 1024;

/// A larger body, in bytes, is not shown, nor is a longer text. To mask JSON takes many times its size.
pub(crate) const MAX_SHOWN: usize = 1024 * 1024;

/// The media type of a form in which names and values are written as in a query.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

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
    learned: Learned,
    /// What the response that is looked at takes of them, and where in their order it began.
    came: Option<(u64, Taken)>,
    /// Those that a workflow was called with.
    arguments: Taken,
}

impl Mask {
    pub(crate) fn new(show_secrets: bool) -> Self {
        Self { off: show_secrets, ..Self::default() }
    }

    /// Masks this value from now on.
    pub(crate) fn hide(&mut self, secret: &str) {
        self.add(secret);
    }

    /// Masks it for good. Whether that is so only since now.
    fn add(&mut self, secret: &str) -> bool {
        let was_learned = self.learned.remove(secret);
        !self.off && is_looked_for(secret) && (self.hidden.add(secret) || was_learned)
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
        if request.header("content-type").is_some_and(is_form) {
            self.learn_pairs(text);
        }
        json::named_strings(text.as_bytes(), &mut |text| self.learn(text));
    }

    /// Masks from now on what a response gives away: the values of header fields and of members of JSON and forms with
    /// secret names. JSON is known by its look, as where it is shown.
    pub(crate) fn hide_response(&mut self, response: &Response) {
        if self.off {
            return;
        }
        self.came = Some((self.learned.next(), Taken::default()));
        self.learn_fields(&response.headers);
        let body = charset::body(response);
        json::named_strings(&body, &mut |text| self.learn(text));
        if response.header("content-type").is_some_and(is_form) && body.len() <= MAX_SHOWN {
            // Some other pair of it may be no text.
            self.learn_pairs(&String::from_utf8_lossy(&body));
        }
        self.came = None;
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

    /// Masks a value that may be anybody's from now on, until there are too many later ones. A single response takes half
    /// of the room at most, so that it does not uncover what came just before.
    pub(crate) fn learn(&mut self, secret: &str) {
        if self.off || !is_looked_for(secret) || secret.len() > MAX_LEARNED_LENGTH {
            return;
        }
        let place = self.learned.place(secret);
        if place.is_none() && self.hidden.has(secret) {
            return;
        }
        if let Some((began, taken)) = &mut self.came {
            let more = taken.and(secret);
            if place.is_some_and(|place| place >= *began) || !more.fits(2) {
                return;
            }
            *taken = more;
        }
        self.hidden.add(secret);
        for forgotten in self.learned.put(secret) {
            self.hidden.remove(&forgotten);
        }
    }

    /// Masks from now on a secret that a workflow is called with. It may be a server's, yet there is room for it whatever
    /// was learned: it may be what the caller was given, too.
    pub(crate) fn hide_argument(&mut self, secret: &str) {
        let more = self.arguments.and(secret);
        if more.fits(1) && self.add(secret) {
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

    /// A body as text without secrets; JSON keeps its shape. `None` when it is neither text nor something whose names tell
    /// what is secret. Of one that is large or nested without end only the size is said: it is not read as JSON.
    pub(crate) fn body(&self, content_type: Option<&str>, body: &[u8]) -> Option<String> {
        if body.len() > MAX_SHOWN {
            return Some(unshown(body.len()));
        }
        let text = self.readable(content_type, body)?;
        let (text, body, size) = (text.as_ref(), text.as_bytes(), body.len());
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
            Err(_) if is_too_deep(body) => Some(unshown(size)),
            // What is not written as a form should be may have a secret across pairs.
            Err(_) if content_type.is_some_and(is_form) => Some(self.text(&self.pairs(text)).into_owned()),
            Err(_) => Some(self.text(text).into_owned()),
        }
    }

    /// The text of a body. JSON and forms with bytes that are none have `U+FFFD` there: only as text can they be masked by
    /// the names in them.
    fn readable<'b>(&self, content_type: Option<&str>, body: &'b [u8]) -> Option<Cow<'b, str>> {
        match std::str::from_utf8(body) {
            Ok(text) => Some(Cow::Borrowed(text)),
            Err(_) if self.off => None,
            Err(_) => {
                let text = String::from_utf8_lossy(body);
                let has_names = content_type.is_some_and(is_form) || json::is_structure(text.as_bytes());
                has_names.then_some(text)
            }
        }
    }

    /// A body of which [`Mask::body`] has no text, without secrets. `None` when it has one.
    pub(crate) fn bytes(&self, content_type: Option<&str>, body: &[u8]) -> Option<Vec<u8>> {
        if body.len() > MAX_SHOWN || self.readable(content_type, body).is_some() {
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

fn is_form(content_type: &str) -> bool {
    essence(content_type) == FORM
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
mod tests;
