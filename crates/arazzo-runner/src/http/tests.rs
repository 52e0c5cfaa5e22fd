//! The transport against a scripted server: bytes on the wire, faults, credentials.

use std::io::Write;
use std::time::Instant;

use arazzo_engine::{CallId, Placement, Request, Slot, StepIndex};

use super::*;
use crate::testing::{Answer, Received, Server, block_on};

/// `{"ok":true}` as gzip writes it.
const GZIPPED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 171, 86, 202, 207, 86, 178, 42, 41, 42, 77, 173, 5, 0, 144, 95, 212,
    167, 11, 0, 0, 0,
];

fn get(url: String) -> Request {
    Request { method: "GET".to_owned(), url, headers: Vec::new(), body: None, slots: Vec::new() }
}

fn with(mut request: Request, headers: &[(&str, &str)]) -> Request {
    request.headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    request
}

fn slot(placement: Placement) -> Slot {
    Slot { source: "api".to_owned(), scheme: "key".to_owned(), placement }
}

fn call(request: Request) -> Call {
    Call {
        id: CallId { visit: 1, attempt: 1 },
        step: StepIndex { workflow: 0, step: 0 },
        request,
        findings: Vec::new(),
        timeout: None,
        limit: None,
    }
}

fn transport(options: HttpOptions, credentials: &[&str]) -> HttpTransport {
    let mut all = Credentials::new();
    for text in credentials {
        all.parse(text, &["api"], &|_| None).unwrap();
    }
    HttpTransport::new(options, all)
}

impl HttpTransport {
    async fn send_alone(&self, call: &Call) -> Result<Response, TransportError> {
        self.exchange(call, &[], &FoundSecrets::default()).await
    }
}

fn send(request: Request) -> Result<Response, TransportError> {
    block_on(transport(HttpOptions::default(), &[]).send_alone(&call(request)))
}

/// What a server receives for a request to its root with this credential in this place.
fn received(
    request: impl FnOnce(String) -> Request,
    credentials: &[&str],
    extra: &[(&str, &str)],
) -> Received {
    let server = Server::start([Answer::json(200, "{}")]).unwrap();
    let headers = extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let options = HttpOptions { headers, ..HttpOptions::default() };
    block_on(transport(options, credentials).send_alone(&call(request(server.url())))).unwrap();
    server.received().remove(0)
}

fn failure_of(answer: Answer) -> TransportError {
    let server = Server::start([answer]).unwrap();
    let error = send(get(format!("{}/a?key=hunter2", server.url()))).unwrap_err();
    assert!(!error.message.contains("hunter2"), "{error}");
    assert!(error.message.contains(&server.address().to_string()), "{error}");
    error
}

#[test]
fn a_get_is_these_bytes_on_the_wire() {
    let url = |base| {
        with(get(format!("{base}/score/u%2F1?a=b%20c")), &[("Accept", "application/json"), ("X-B", "2")])
    };
    let request = received(url, &[], &[("X-Trace", "t")]);
    let host = request.headers("host").remove(0).to_owned();
    let agent = concat!("arazzo/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        request.head,
        format!(
            "GET /score/u%2F1?a=b%20c HTTP/1.1\r\naccept: application/json\r\nx-b: 2\r\nx-trace: t\r\n\
             user-agent: {agent}\r\naccept-encoding: gzip,br\r\nhost: {host}"
        )
    );
    assert!(request.body.is_empty());
}

#[test]
fn a_post_is_these_bytes_on_the_wire() {
    let url = |base| {
        let mut request = with(get(format!("{base}/events")), &[("Content-Type", "application/json")]);
        request.method = "POST".to_owned();
        request.body = Some(b"{\"a\":1}".to_vec().into());
        request
    };
    let request = received(url, &[], &[]);
    assert!(request.head.starts_with("POST /events HTTP/1.1\r\ncontent-type: application/json\r\n"));
    assert_eq!(request.headers("content-length"), ["7"]);
    assert_eq!(request.body, b"{\"a\":1}");
}

#[test]
fn a_response_is_given_as_it_came() {
    let answer = Answer::Response {
        status: 418,
        headers: vec![
            ("X-A".into(), "1".into()),
            ("Set-Cookie".into(), "a=1".into()),
            ("Set-Cookie".into(), "b=2".into()),
        ],
        body: vec![0xff, 0],
    };
    let server = Server::start([answer, Answer::json(200, "{}")]).unwrap();
    let transport = transport(HttpOptions::default(), &[]);
    block_on(async {
        let response = transport.send_alone(&call(get(server.url()))).await.unwrap();
        assert_eq!((response.status, response.body.as_slice()), (418, [0xff, 0].as_slice()));
        let cookies: Vec<_> = response.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
        assert_eq!(cookies.len(), 2);
        transport.send_alone(&call(get(server.url()))).await.unwrap();
    });
    let second = server.received().remove(1);
    assert!(second.headers("cookie").is_empty(), "no cookie is kept");
}

#[test]
fn a_connection_that_fails_has_a_name() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = send(get(format!("http://{port}/"))).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::ConnectionFailed);
    assert_eq!(error.message, format!("no connection to `{port}`: nothing listens there"));

    let error = send(get("http://no-such-host.invalid/".to_owned())).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::ConnectionFailed);
    assert_eq!(error.message, "the name of `no-such-host.invalid` cannot be resolved");
}

#[test]
fn a_connection_that_breaks_is_lost() {
    assert_eq!(failure_of(Answer::CloseBeforeAnswering).code, TransportErrorCode::ConnectionLost);
    assert_eq!(failure_of(Answer::CloseInMidBody).code, TransportErrorCode::ConnectionLost);
    assert_eq!(failure_of(Answer::Reset).code, TransportErrorCode::ConnectionLost);
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab".to_vec();
    assert_eq!(failure_of(Answer::Raw(chunked)).code, TransportErrorCode::ConnectionLost);
}

#[test]
fn garbage_is_no_response() {
    for garbage in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    ] {
        let error = failure_of(Answer::Raw(garbage.as_bytes().to_vec()));
        assert_eq!(error.code, TransportErrorCode::InvalidMessage, "{garbage:?}: {error}");
    }
}

#[test]
fn a_request_that_takes_too_long_is_given_up() {
    for answer in [Answer::Stall, Answer::StallInMidBody] {
        let server = Server::start([answer]).unwrap();
        let mut call = call(get(server.url()));
        call.timeout = Some(Duration::from_millis(50));
        let before = Instant::now();
        let error = block_on(transport(HttpOptions::default(), &[]).send_alone(&call)).unwrap_err();
        assert_eq!(error.code, TransportErrorCode::Timeout);
        assert!(
            error.message.ends_with("did not answer in full within 0.05 s (the step's `timeout`)"),
            "{error}"
        );
        assert!(before.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_body_beyond_the_limit_ends_the_reading() {
    let small = || transport(HttpOptions { max_body: 10_000, ..HttpOptions::default() }, &[]);
    for answer in [Answer::EndlessBody, Answer::json(200, &"x".repeat(10_001))] {
        let server = Server::start([answer]).unwrap();
        let error = block_on(small().send_alone(&call(get(server.url())))).unwrap_err();
        assert_eq!(error.code, TransportErrorCode::BodyTooLarge);
        assert!(error.message.ends_with("is larger than 10000 bytes (`--max-body`)"), "{error}");
    }
    let server = Server::start([Answer::json(200, &"x".repeat(10_000))]).unwrap();
    assert_eq!(block_on(small().send_alone(&call(get(server.url())))).unwrap().body.len(), 10_000);
}

#[test]
fn a_compressed_body_is_decoded_and_its_size_counted() {
    let answer = || Answer::Response {
        status: 200,
        headers: vec![("Content-Encoding".into(), "gzip".into())],
        body: GZIPPED.to_vec(),
    };
    let server = Server::start([answer(), answer()]).unwrap();
    assert_eq!(send(get(server.url())).unwrap().body, b"{\"ok\":true}");
    let small = transport(HttpOptions { max_body: 10, ..HttpOptions::default() }, &[]);
    let error = block_on(small.send_alone(&call(get(server.url())))).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::BodyTooLarge);
}

#[test]
fn a_response_without_a_body_may_name_an_encoding() {
    let raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 31\r\n\r\n".to_vec();
    let server = Server::start([Answer::Raw(raw)]).unwrap();
    let mut request = get(server.url());
    request.method = "HEAD".to_owned();
    let response = send(request).unwrap();
    assert_eq!((response.status, response.body.len()), (200, 0));
}

#[test]
fn a_redirect_is_a_response() {
    let server = Server::start([Answer::header(302, "Location", "/elsewhere")]).unwrap();
    let response = send(get(server.url())).unwrap();
    assert_eq!((response.status, response.header("location")), (302, Some("/elsewhere")));
    assert_eq!(server.received().len(), 1);
}

#[test]
fn a_request_that_cannot_be_written_is_not_sent() {
    let server = Server::start([]).unwrap();
    let base = server.url();
    let other_method = Request { method: "GE T".to_owned(), ..get(base.clone()) };
    for request in [
        with(get(base.clone()), &[("X-A", "1\r\nX-Evil: 2")]),
        with(get(base.clone()), &[("X-A\r\nX-Evil", "1")]),
        with(get(base.clone()), &[("X A", "1")]),
        with(get(base.clone()), &[("", "1")]),
        with(get(base.clone()), &[("Content-Length", "5")]),
        with(get(base.clone()), &[("Transfer-Encoding", "chunked")]),
        get(base.replace("http://", "ftp://")),
        get(base.replace("http://", "http://user:hunter2@")),
        get("not a url".to_owned()),
        other_method,
    ] {
        let error = send(request).unwrap_err();
        assert_eq!(error.code, TransportErrorCode::InvalidMessage, "{error}");
        assert!(!error.message.contains("hunter2") && !error.message.contains('\n'), "{error}");
    }
    assert!(server.received().is_empty());
}

#[test]
fn a_metadata_service_is_never_called() {
    let error = send(get("http://169.254.169.254/latest/meta-data/?key=hunter2".to_owned())).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::HostRefused);
    assert!(error.message.starts_with("`169.254.169.254` is a link-local address"), "{error}");
    assert!(!error.message.contains("hunter2"));
}

#[test]
fn each_credential_goes_to_its_place() {
    let placed = |placement: Placement, credential: &str| {
        let request = |base| Request { slots: vec![slot(placement)], ..get(format!("{base}/x?a=1")) };
        received(request, &[credential], &[])
    };
    let request = placed(Placement::Basic, "api.key=user:pass");
    assert_eq!(request.headers("authorization"), ["Basic dXNlcjpwYXNz"]);
    let request = placed(Placement::Basic, "key=apikey");
    assert_eq!(request.headers("authorization"), ["Basic YXBpa2V5Og=="]);
    let request = placed(Placement::Bearer, "key=t0ken");
    assert_eq!(request.headers("authorization"), ["Bearer t0ken"]);
    let request = placed(Placement::Header("X-Api-Key".to_owned()), "key=k");
    assert_eq!(request.headers("x-api-key"), ["k"]);
    let request = placed(Placement::Query("api key".to_owned()), "key=a b&c=d");
    assert_eq!(request.line(), "GET /x?a=1&api%20key=a%20b%26c%3Dd");
    let request = placed(Placement::Cookie("sid".to_owned()), "key=s1");
    assert_eq!(request.headers("cookie"), ["sid=s1"]);
}

#[test]
fn a_cookie_joins_those_of_the_step() {
    let request = |base| Request {
        slots: vec![slot(Placement::Cookie("sid".to_owned()))],
        ..with(get(base), &[("Cookie", "theme=dark; lang=de")])
    };
    assert_eq!(received(request, &["key=s1"], &[]).headers("cookie"), ["theme=dark; lang=de; sid=s1"]);
}

#[test]
fn what_the_step_gives_goes_before_credentials_and_these_before_extra_headers() {
    let request = |base| Request {
        slots: vec![
            slot(Placement::Bearer),
            slot(Placement::Query("q".to_owned())),
            slot(Placement::Cookie("c".to_owned())),
        ],
        ..with(get(format!("{base}/?q=own")), &[("Authorization", "Own"), ("Cookie", "c=own")])
    };
    let sent = received(request, &["key=k"], &[("authorization", "Extra"), ("X-A", "1"), ("X-A", "2")]);
    assert_eq!(sent.headers("authorization"), ["Own"]);
    assert_eq!(sent.headers("cookie"), ["c=own"]);
    assert_eq!(sent.line(), "GET /?q=own");
    assert_eq!(sent.headers("x-a"), ["1", "2"]);

    let request = |base| Request { slots: vec![slot(Placement::Bearer)], ..get(base) };
    let sent = received(request, &["key=k"], &[("Authorization", "Extra")]);
    assert_eq!(sent.headers("authorization"), ["Bearer k"]);
}

#[test]
fn a_credential_that_is_missing_or_unusable_stops_the_request() {
    let server = Server::start([]).unwrap();
    let fails = |placement: Placement, credentials: &[&str]| {
        let request = Request { slots: vec![slot(placement)], ..get(server.url()) };
        block_on(transport(HttpOptions::default(), credentials).send_alone(&call(request))).unwrap_err()
    };
    let error = fails(Placement::Bearer, &[]);
    assert_eq!(error.code, TransportErrorCode::CredentialFailed);
    assert!(error.message.contains("security scheme `key` of `api`"), "{error}");
    let error = fails(Placement::Cookie("c".to_owned()), &["key=hunter2; admin=1"]);
    assert_eq!(error.code, TransportErrorCode::CredentialFailed);
    assert!(!error.message.contains("hunter2"), "{error}");
    assert!(server.received().is_empty());
}

#[test]
fn a_server_without_tls_cannot_be_called_by_https() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        stream
    });
    let error = send(get(url)).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::TlsFailed, "{error}");
    drop(answering.join());
}
