//! A parameter of a request.
//!
//! See [Style Values](https://spec.openapis.org/oas/v3.1.1.html#style-values).

use arazzo_document::openapi::{Parameter, ParameterLocation, Style};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::reading::Kinds;
use super::{Found, LazySchema, SchemaPlace, WireRequest};
use crate::exchange::Placement;
use crate::finding::FindingKind;
use crate::plan::{essence, is_json};

/// Header fields that are described elsewhere, so that parameters of these names mean nothing.
const ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

/// A parameter that an operation describes.
pub(super) struct ParameterCheck {
    name: String,
    location: ParameterLocation,
    required: bool,
    allow_empty: bool,
    style: Style,
    explode: bool,
    /// Whether it is JSON text; `None` without a media type.
    json: Option<bool>,
    kinds: Kinds,
    /// The members that an object has, if it is one.
    members: Vec<String>,
    schema: LazySchema,
}

/// What a request has of a parameter.
enum Given {
    Missing,
    /// It is there, and that is all that can be said.
    There,
    /// It may stand for each of these, the most likely first.
    Readings(Vec<Value>),
}

impl ParameterCheck {
    pub(super) fn new(index: usize, described: &Parameter<'_>) -> Self {
        let schema = described.schema();
        let properties = schema.map(|schema| schema.properties()).unwrap_or_default();
        Self {
            name: described.name().to_owned(),
            location: described.location(),
            required: described.required(),
            allow_empty: described.allow_empty_value(),
            style: described.style(),
            explode: described.explode(),
            json: described.content_type().map(|name| is_json(&essence(name))),
            kinds: Kinds::of(schema),
            members: properties.into_iter().map(|(name, _)| name.to_owned()).collect(),
            schema: LazySchema::at(SchemaPlace::Parameter(index)),
        }
    }

    pub(super) fn check(&self, request: &WireRequest<'_>, found: &mut Found<'_>) {
        let name = self.name.as_str();
        let what = format!("{} parameter `{name}`", self.location.as_str());
        match self.given(request) {
            Given::Missing if self.required => {
                found.add(FindingKind::MissingParameter, format!("{what} is missing"));
            }
            Given::Missing | Given::There => {}
            Given::Readings(readings) => {
                if let Some(reason) = found.readings(&self.schema, &readings, name, &what) {
                    found.add(FindingKind::Parameter, reason.message);
                }
            }
        }
    }

    fn given(&self, request: &WireRequest<'_>) -> Given {
        let name = self.name.as_str();
        match self.location {
            ParameterLocation::Path => match request.path.iter().find(|(key, _)| *key == name) {
                Some((_, raw)) => self.in_path(raw),
                None => Given::There,
            },
            ParameterLocation::Query => {
                let added = |placement: &Placement| matches!(placement, Placement::Query(key) if key == name);
                self.in_pairs(&pairs(request.query, '&'), request.has_slot(added))
            }
            ParameterLocation::QueryString => match request.query {
                "" => Given::Missing,
                _ => Given::There,
            },
            ParameterLocation::Header => {
                let is_elsewhere = ELSEWHERE.iter().any(|other| name.eq_ignore_ascii_case(other));
                let is_it = |key: &str| key.eq_ignore_ascii_case(name);
                let added = |placement: &Placement| placement.header().is_some_and(is_it);
                let is_given = request.given_headers.iter().any(|key| is_it(key)) || request.has_slot(added);
                match request.header(name) {
                    _ if is_elsewhere => Given::There,
                    Some(text) => self.plain(text, &text.split(',').collect::<Vec<_>>()),
                    None if is_given => Given::There,
                    None => Given::Missing,
                }
            }
            ParameterLocation::Cookie => {
                let added =
                    |placement: &Placement| matches!(placement, Placement::Cookie(key) if key == name);
                let is_given = request.given_headers.iter().any(|key| key.eq_ignore_ascii_case("cookie"));
                let cookies = request.header("cookie").unwrap_or_default();
                self.in_pairs(&pairs(cookies, ';'), is_given || request.has_slot(added))
            }
        }
    }

    fn in_path(&self, raw: &str) -> Given {
        let (inner, separator) = match self.style {
            Style::Label => (raw.strip_prefix('.').unwrap_or(raw), if self.explode { '.' } else { ',' }),
            Style::Matrix if self.explode => return Given::There,
            Style::Matrix => {
                let named = raw.strip_prefix(';').and_then(|rest| rest.strip_prefix(self.name.as_str()));
                (named.and_then(|rest| rest.strip_prefix('=')).unwrap_or(raw), ',')
            }
            Style::PipeDelimited => (raw, '|'),
            Style::Simple
            | Style::Form
            | Style::SpaceDelimited
            | Style::TabDelimited
            | Style::DeepObject
            | Style::Cookie => (raw, ','),
        };
        let text = decoded(inner);
        let items: Vec<String> = inner.split(separator).map(decoded).collect();
        self.plain(&text, &items.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// One text, which is `items` if it stands for an array.
    fn plain(&self, text: &str, items: &[&str]) -> Given {
        if let Some(readings) = self.content(text) {
            return readings;
        }
        if self.kinds.has("object") {
            return Given::There;
        }
        let mut readings = Vec::new();
        if self.kinds.has("array") {
            let items: Vec<String> = items.iter().map(|item| item.trim().to_owned()).collect();
            readings.extend(self.kinds.array(&items));
        }
        readings.extend(self.kinds.scalars(text));
        Given::Readings(readings)
    }

    /// The text as its media type has it, if it has one.
    fn content(&self, text: &str) -> Option<Given> {
        Some(match (self.json?, serde_json::from_str(text)) {
            (true, Ok(value)) => Given::Readings(vec![value]),
            (true, Err(_)) => Given::Readings(vec![Value::from(text)]),
            (false, _) => Given::There,
        })
    }

    fn in_pairs(&self, pairs: &[(String, &str)], is_added: bool) -> Given {
        let name = self.name.as_str();
        let missing = if is_added { Given::There } else { Given::Missing };
        let nested = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('['));
        if self.kinds.has("object") && self.json.is_none() {
            if self.style == Style::DeepObject || pairs.iter().any(|(key, _)| nested(key)) {
                return self.deep(pairs).unwrap_or(missing);
            }
            if self.style == Style::Form && self.explode {
                let members: Vec<(String, String)> = pairs
                    .iter()
                    .filter(|(key, _)| self.members.contains(key))
                    .map(|(key, raw)| (key.clone(), decoded(raw)))
                    .collect();
                return match (members.is_empty(), self.members.is_empty()) {
                    (true, false) => missing,
                    // Any pair may belong to it.
                    (_, true) => Given::There,
                    (false, false) => Given::Readings(Kinds::object(&members)),
                };
            }
        }
        let values: Vec<&str> = pairs.iter().filter(|(key, _)| key == name).map(|(_, raw)| *raw).collect();
        let Some(first) = values.first() else {
            return if pairs.iter().any(|(key, _)| nested(key)) { Given::There } else { missing };
        };
        if first.is_empty() && self.allow_empty {
            return Given::There;
        }
        if let [raw] = values.as_slice() {
            let separators: &[&str] = match self.style {
                Style::SpaceDelimited => &["%20", "+"],
                Style::PipeDelimited => &["|", "%7C", "%7c"],
                Style::TabDelimited => &["%09"],
                Style::Form
                | Style::Simple
                | Style::Label
                | Style::Matrix
                | Style::DeepObject
                | Style::Cookie => &[","],
            };
            let separator = separators.iter().find(|separator| raw.contains(**separator)).unwrap_or(&",");
            let whole = decoded(raw);
            let items: Vec<String> =
                if self.explode { vec![whole.clone()] } else { raw.split(*separator).map(decoded).collect() };
            return self.plain(&whole, &items.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let items: Vec<String> = values.iter().map(|raw| decoded(raw)).collect();
        let mut readings = self.kinds.array(&items);
        // Of a value that is given several times a server takes the first one.
        readings.extend(items.first().into_iter().flat_map(|item| self.kinds.scalars(item)));
        Given::Readings(readings)
    }

    /// `name[member]=value` pairs. Deeper ones are only known to be there.
    fn deep(&self, pairs: &[(String, &str)]) -> Option<Given> {
        let mut members = Vec::new();
        for (key, raw) in pairs {
            let Some(rest) = key.strip_prefix(self.name.as_str()).and_then(|rest| rest.strip_prefix('['))
            else {
                continue;
            };
            match rest.strip_suffix(']').filter(|member| !member.contains('[')) {
                Some(member) => members.push((member.to_owned(), decoded(raw))),
                None => return Some(Given::There),
            }
        }
        let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let is_repeated = names.windows(2).any(|pair| matches!(pair, [one, other] if one == other));
        match members.is_empty() {
            true => None,
            false if is_repeated => Some(Given::There),
            false => Some(Given::Readings(Kinds::object(&members))),
        }
    }
}

/// The pairs of a query or a cookie header: names decoded, values as they are.
fn pairs(text: &str, separator: char) -> Vec<(String, &str)> {
    let pairs = text.split(separator).map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), value)
        })
        .collect()
}

/// The text without percent-encoding; a plus is a space, as in forms.
fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
