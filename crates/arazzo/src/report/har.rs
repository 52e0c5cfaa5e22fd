//! The HAR report: every request and response, in [HAR 1.2](http://www.softwareishard.com/blog/har-12-spec/).
//!
//! Nothing is added to the requests for it: it shows those of the events, in which secrets are masked and credentials
//! have no place.

use std::collections::HashMap;
use std::time::Duration;

use arazzo_engine::{CallId, Event, EventKind, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::time::{milliseconds, rfc3339};
use super::{RecordedRun, Recording};

#[derive(Serialize)]
struct Har {
    log: Log,
}

#[derive(Serialize)]
struct Log {
    version: &'static str,
    creator: Creator,
    pages: Vec<Page>,
    entries: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

/// A workflow that was asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    started_date_time: String,
    id: String,
    title: String,
    page_timings: Empty,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    pageref: String,
    started_date_time: String,
    /// Milliseconds.
    time: f64,
    request: HarRequest,
    response: HarResponse,
    cache: Empty,
    timings: Timings,
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: String,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarResponse {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Pair>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: i64,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

/// The client says only how long the whole took.
#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

/// What HAR has for sizes that are not known.
const UNKNOWN: i64 = -1;

/// Which version of HTTP was spoken is not in events.
const HTTP_VERSION: &str = "HTTP";

pub(super) fn render(recording: &Recording) -> String {
    let mut log = Log {
        version: "1.2",
        creator: Creator { name: "arazzo", version: env!("CARGO_PKG_VERSION") },
        pages: Vec::new(),
        entries: Vec::new(),
        comment: (!recording.left_out.is_empty()).then(|| recording.left_out.to_string()),
    };
    for (number, run) in (1_usize..).zip(&recording.runs) {
        add(&mut log, run, format!("run_{number}"));
    }
    super::json::pretty(&Har { log })
}

fn add(log: &mut Log, run: &RecordedRun, id_of_page: String) {
    let first = run.events.first().map(|event| event.at).unwrap_or_default();
    log.pages.push(Page {
        started_date_time: rfc3339(first),
        id: id_of_page.clone(),
        title: run.name(),
        page_timings: Empty {},
    });
    let mut places = Places::default();
    let mut begun: HashMap<CallId, (Timestamp, HarRequest)> = HashMap::new();
    let mut order = Vec::new();
    for event in &run.events {
        places.take_in(&event.kind);
        if let EventKind::CallStarted { id, method, url, headers, body } = &event.kind {
            begun.insert(*id, (event.at, request(method, url, headers, body.as_deref())));
            order.push(*id);
        } else if let Some((id, duration, response)) = answer(&event.kind)
            && let Some((at, request)) = begun.remove(&id)
        {
            order.retain(|open| *open != id);
            let comment = places.of(id);
            log.entries.push(entry((at, duration), request, response, comment, &id_of_page));
        }
    }
    let last = run.events.last().map_or(first, |event: &Event| event.at);
    for id in order {
        if let Some((at, request)) = begun.remove(&id) {
            let response = no_response("the run ended before there was a response".to_owned());
            log.entries.push(entry((at, last.since(at)), request, response, places.of(id), &id_of_page));
        }
    }
}

/// What an event says of the end of a call.
fn answer(kind: &EventKind) -> Option<(CallId, Duration, HarResponse)> {
    if let EventKind::CallFinished { id, status, headers, body, bytes, size, duration } = kind {
        let (text, encoding) = match (body, bytes) {
            (Some(text), _) => (Some(text.clone()), None),
            (None, Some(bytes)) => (Some(STANDARD.encode(bytes)), Some("base64")),
            (None, None) => (None, None),
        };
        let size = i64::try_from(*size).unwrap_or(UNKNOWN);
        let response = HarResponse {
            status: *status,
            status_text: "",
            http_version: HTTP_VERSION,
            cookies: [],
            headers: pairs(headers),
            content: Content { size, mime_type: content_type(headers), text, encoding },
            redirect_url: field(headers, "location").unwrap_or_default().to_owned(),
            headers_size: UNKNOWN,
            body_size: UNKNOWN,
            comment: None,
        };
        Some((*id, *duration, response))
    } else if let EventKind::CallFailed { id, error, duration } = kind {
        Some((*id, *duration, no_response(format!("{}: {}", error.code, error.message))))
    } else {
        None
    }
}

fn no_response(comment: String) -> HarResponse {
    HarResponse {
        status: 0,
        status_text: "",
        http_version: HTTP_VERSION,
        cookies: [],
        headers: Vec::new(),
        content: Content { size: 0, mime_type: String::new(), text: None, encoding: None },
        redirect_url: String::new(),
        headers_size: UNKNOWN,
        body_size: UNKNOWN,
        comment: Some(comment),
    }
}

fn request(method: &str, url: &str, headers: &[(String, String)], body: Option<&str>) -> HarRequest {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let query_string = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| Pair { name: name.into_owned(), value: value.into_owned() });
    let post_data = body.map(|text| PostData { mime_type: content_type(headers), text: text.to_owned() });
    HarRequest {
        method: method.to_owned(),
        url: url.to_owned(),
        http_version: HTTP_VERSION,
        cookies: [],
        headers: pairs(headers),
        query_string: query_string.collect(),
        body_size: if post_data.is_some() { UNKNOWN } else { 0 },
        post_data,
        headers_size: UNKNOWN,
    }
}

fn entry(
    (at, duration): (Timestamp, Duration),
    request: HarRequest,
    response: HarResponse,
    comment: String,
    page: &str,
) -> Entry {
    let time = milliseconds(duration);
    Entry {
        pageref: page.to_owned(),
        started_date_time: rfc3339(at),
        time,
        request,
        response,
        cache: Empty {},
        timings: Timings { send: 0.0, wait: time, receive: 0.0 },
        comment,
    }
}

fn pairs(headers: &[(String, String)]) -> Vec<Pair> {
    headers.iter().map(|(name, value)| Pair { name: name.clone(), value: value.clone() }).collect()
}

fn field<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn content_type(headers: &[(String, String)]) -> String {
    field(headers, "content-type").unwrap_or_default().to_owned()
}

/// Which step of which workflow makes a call.
#[derive(Default)]
struct Places<'a> {
    open: Vec<&'a str>,
    steps: HashMap<u32, (&'a str, &'a str)>,
}

impl<'a> Places<'a> {
    fn take_in(&mut self, kind: &'a EventKind) {
        if let EventKind::RunStarted { workflow_id, .. } = kind {
            self.open.push(workflow_id);
        } else if let EventKind::RunFinished { .. } = kind {
            self.open.pop();
        } else if let EventKind::StepStarted { visit, step_id, .. } = kind {
            let workflow = self.open.last().copied().unwrap_or_default();
            self.steps.insert(*visit, (workflow, step_id));
        }
    }

    fn of(&self, CallId { visit, attempt }: CallId) -> String {
        let (workflow, step) = self.steps.get(&visit).copied().unwrap_or_default();
        format!("workflow {workflow}, step {step}, attempt {attempt}")
    }
}
