//! Tokens against a scripted server that is endpoint and API in one.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use arazzo_engine::{CallId, Placement, Request, Slot, StepIndex, TokenFlow, TokenGrant};

use super::*;
use crate::testing::{Answer, Received, Server, block_on};

const CLIENT: &str = "oauth=my-app:s3cret/key";

fn token(value: &str, rest: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"access_token": "{value}", "token_type": "Bearer"{rest}}}"#))
}

fn ok() -> Answer {
    Answer::json(200, "{}")
}

fn transport(credential: &str) -> HttpTransport {
    let mut credentials = Credentials::new();
    credentials.parse(credential, &["api"], &|_| None).unwrap();
    HttpTransport::new(HttpOptions::default(), credentials)
}

fn grant(server: &Server, flow: TokenFlow) -> TokenGrant {
    TokenGrant::new(flow, format!("{}/token", server.url()))
}

fn call(server: &Server, grant: TokenGrant) -> Call {
    let slot = Slot {
        source: "api".to_owned(),
        scheme: "oauth".to_owned(),
        placement: Placement::Token(Box::new(grant)),
    };
    Call {
        id: CallId { visit: 1, attempt: 1 },
        step: StepIndex { workflow: 0, step: 0 },
        request: Request {
            method: "POST".to_owned(),
            url: format!("{}/things", server.url()),
            headers: Vec::new(),
            body: Some(b"lamp".to_vec().into()),
            slots: vec![slot],
        },
        findings: Vec::new(),
        timeout: None,
        limit: None,
    }
}

fn client_call(server: &Server) -> Call {
    call(server, grant(server, TokenFlow::ClientCredentials))
}

async fn send(transport: &HttpTransport, call: &Call) -> Result<Response, TransportError> {
    transport.exchange(call, &[], &FoundSecrets::default()).await
}

/// The requests as lines: what went to the endpoint with its form, what went to the API with its token.
fn lines(server: &Server) -> Vec<String> {
    let line = |request: &Received| {
        let authorization = request.headers("authorization").join(" | ");
        let body = String::from_utf8_lossy(&request.body);
        format!("{} [{authorization}] {body}", request.line())
    };
    server.received().iter().map(line).collect()
}

fn asked(refresh: Option<&str>) -> String {
    let form = refresh.map_or("grant_type=client_credentials".to_owned(), |token| {
        format!("grant_type=refresh_token&refresh_token={token}")
    });
    format!("POST /token [Basic bXktYXBwOnMzY3JldCUyRmtleQ==] {form}")
}

fn sent(token: &str) -> String {
    format!("POST /things [Bearer {token}] lamp")
}

#[test]
fn a_token_is_fetched_once_and_kept() {
    let server = Server::start([token("t-1", ""), ok(), ok()]).unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    block_on(async {
        assert_eq!(send(&transport, &call).await.unwrap().status, 200);
        assert_eq!(send(&transport, &call).await.unwrap().status, 200);
    });
    assert_eq!(lines(&server), [asked(None), sent("t-1"), sent("t-1")]);
    let request = server.received().remove(0);
    assert_eq!(request.headers("content-type"), ["application/x-www-form-urlencoded"]);
    assert_eq!(request.headers("accept"), ["application/json"]);
}

#[test]
fn requests_at_the_same_time_share_one_token_request() {
    let server = Server::start([token("t-1", ""), ok(), ok(), ok()]).unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    block_on(async {
        let mut sending: Vec<_> = (0..3).map(|_| Box::pin(send(&transport, &call))).collect();
        poll_fn(|context| {
            sending.retain_mut(|one| one.as_mut().poll(context).is_pending());
            if sending.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
    assert_eq!(lines(&server).iter().filter(|line| line.starts_with("POST /token")).count(), 1);
}

#[test]
fn other_scopes_are_another_token() {
    let server = Server::start([token("t-1", ""), ok(), token("t-2", ""), ok()]).unwrap();
    let transport = transport(CLIENT);
    block_on(async {
        for scopes in [&["read", "write"][..], &["read"]] {
            let mut grant = grant(&server, TokenFlow::ClientCredentials);
            grant.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            send(&transport, &call(&server, grant)).await.unwrap();
        }
    });
    let with = |scope: &str| format!("{}&scope={scope}", asked(None));
    assert_eq!(lines(&server), [with("read+write"), sent("t-1"), with("read"), sent("t-2")]);
}

#[test]
fn a_token_whose_time_is_over_is_replaced_with_its_refresh_token() {
    let over = r#", "expires_in": 0, "refresh_token": "r-1""#;
    let server =
        Server::start([token("t-1", over), ok(), token("t-2", r#", "expires_in": "3600""#), ok(), ok()])
            .unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    block_on(async {
        for _ in 0..3 {
            send(&transport, &call).await.unwrap();
        }
    });
    assert_eq!(lines(&server), [asked(None), sent("t-1"), asked(Some("r-1")), sent("t-2"), sent("t-2")]);
}

#[test]
fn a_refresh_token_that_is_not_taken_leaves_the_credential() {
    let over = r#", "expires_in": 0, "refresh_token": "r-1""#;
    let refused = Answer::json(400, r#"{"error": "invalid_grant"}"#);
    let server = Server::start([token("t-1", over), ok(), refused, token("t-2", ""), ok()]).unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    block_on(async {
        send(&transport, &call).await.unwrap();
        send(&transport, &call).await.unwrap();
    });
    let expected = [asked(None), sent("t-1"), asked(Some("r-1")), asked(None), sent("t-2")];
    assert_eq!(lines(&server), expected);
}

#[test]
fn a_token_that_the_api_refuses_is_replaced_once() {
    let denied = || Answer::json(401, "{}");
    let server = Server::start([
        token("t-1", r#", "expires_in": 3600"#),
        ok(),
        denied(),
        token("t-2", ""),
        denied(),
        ok(),
    ])
    .unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    let statuses = block_on(async {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(send(&transport, &call).await.unwrap().status);
        }
        statuses
    });
    assert_eq!(statuses, [200, 401, 200]);
    let expected = [asked(None), sent("t-1"), sent("t-1"), asked(None), sent("t-2"), sent("t-2")];
    assert_eq!(lines(&server), expected);
}

#[test]
fn a_refused_token_that_was_given_is_not_replaced() {
    for credential in ["oauth=own-token", "oauth=bearer:own-token"] {
        let server = Server::start([Answer::json(401, "{}")]).unwrap();
        let response = block_on(send(&transport(credential), &client_call(&server))).unwrap();
        assert_eq!(response.status, 401);
        assert_eq!(lines(&server), [sent("own-token")]);
    }
}

#[test]
fn a_token_that_is_empty_is_not_sent() {
    let server = Server::start([]).unwrap();
    let error = block_on(send(&transport("oauth=bearer:"), &client_call(&server))).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::CredentialFailed, "{error}");
    assert!(error.message.ends_with("has nothing after `bearer:`"), "{error}");
    assert!(server.received().is_empty());
}

#[test]
fn an_authorization_field_of_the_step_leaves_nothing_to_fetch() {
    let server = Server::start([Answer::json(401, "{}")]).unwrap();
    let mut call = client_call(&server);
    call.request.headers.push(("authorization".to_owned(), "Own".to_owned()));
    block_on(send(&transport(CLIENT), &call)).unwrap();
    assert_eq!(lines(&server), ["POST /things [Own] lamp"]);
}

#[test]
fn a_user_is_sent_in_the_form_and_the_client_beside_him() {
    let form = "grant_type=password&username=robin&password=p%3Aw+1";
    let basic = "Basic YXBwOmtleQ==";
    for (credential, expected) in [
        ("oauth=robin:p:w 1", format!("POST /token [] {form}")),
        ("oauth=client:app:key:robin:p:w 1", format!("POST /token [{basic}] {form}")),
        ("oauth=client:app::robin:p:w 1", format!("POST /token [] {form}&client_id=app")),
    ] {
        let server = Server::start([token("t-1", ""), ok()]).unwrap();
        let call = call(&server, grant(&server, TokenFlow::Password));
        block_on(send(&transport(credential), &call)).unwrap();
        assert_eq!(lines(&server), [expected, sent("t-1")]);
    }
}

#[test]
fn a_client_that_is_refused_in_the_header_goes_into_the_body_from_then_on() {
    let refused = Answer::json(401, r#"{"error": "invalid_client"}"#);
    let over = r#", "expires_in": 0"#;
    let server = Server::start([refused, token("t-1", over), ok(), token("t-2", ""), ok()]).unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    block_on(async {
        send(&transport, &call).await.unwrap();
        send(&transport, &call).await.unwrap();
    });
    let in_body = "POST /token [] grant_type=client_credentials&client_id=my-app&client_secret=s3cret%2Fkey";
    let expected = [asked(None), in_body.to_owned(), sent("t-1"), in_body.to_owned(), sent("t-2")];
    assert_eq!(lines(&server), expected);
}

#[test]
fn what_an_endpoint_says_is_told_without_the_credential() {
    let long = "x".repeat(500);
    let said = format!(
        r#"{{"error": "invalid_scope", "error_description": "my-app\nhas s3cret/key, s3cret%2Fkey, bXktYXBwOnMzY3JldCUyRmtleQ== {long}"}}"#
    );
    let server = Server::start([Answer::json(400, &said)]).unwrap();
    let error = block_on(send(&transport(CLIENT), &client_call(&server))).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::CredentialFailed);
    let start = format!(
        "no token for the security scheme `oauth` of `api`: `{}` answered 400 with the error `invalid_scope`: ***\\nhas ***, ***, *** xx",
        server.address()
    );
    assert!(error.message.starts_with(&start), "{error}");
    assert!(error.message.ends_with('…') && error.message.len() < 400, "{error}");
    assert_eq!(lines(&server), [asked(None)]);
}

#[test]
fn an_answer_without_a_token_that_can_be_sent_fails_the_request() {
    let too_long = format!(r#"{{"access_token": "{}"}}"#, "t".repeat(70_000));
    let too_large = format!(r#"{{"access_token": "{}"}}"#, "t".repeat(1_100_000));
    let redirect =
        Answer::Response { status: 302, headers: vec![("Location".into(), "/other".into())], body: vec![] };
    for (answer, fact) in [
        (Answer::json(200, "{}"), "answered with no `access_token`"),
        (Answer::json(200, "nonsense"), "answered with no `access_token`"),
        (Answer::json(200, r#"{"access_token": "t", "token_type": "mac"}"#), "one of the type `mac`"),
        (Answer::json(200, r#"{"access_token": "t\r\nX: 1"}"#), "has a control character"),
        (Answer::json(200, &too_long), "`access_token` that is too long"),
        (Answer::json(200, &too_large), "is larger than 1048576 bytes"),
        (redirect, "answered 302"),
        (Answer::CloseBeforeAnswering, "closed the connection"),
        (Answer::Raw(b"nonsense\r\n\r\n".to_vec()), "is no HTTP response"),
    ] {
        let server = Server::start([answer]).unwrap();
        let error = block_on(send(&transport(CLIENT), &client_call(&server))).unwrap_err();
        assert_eq!(error.code, TransportErrorCode::CredentialFailed, "{error}");
        assert!(error.message.contains(fact), "{error}");
        assert_eq!(server.received().len(), 1, "{error}");
    }
}

#[test]
fn an_endpoint_that_is_neither_safe_nor_here_gets_nothing() {
    let server = Server::start([]).unwrap();
    for url in [
        "http://login.example.test/token",
        "http://127.0.0.1.example.test/token",
        "http://localhost.example.test/token",
        "http://login.localhost/token",
        "http://127.0.0.1@login.example.test/token",
        "ftp://127.0.0.1/token",
        "/token",
    ] {
        let grant = TokenGrant::new(TokenFlow::ClientCredentials, url);
        let error = block_on(send(&transport(CLIENT), &call(&server, grant))).unwrap_err();
        assert_eq!(error.code, TransportErrorCode::CredentialFailed, "{error}");
        assert!(error.message.contains("its token endpoint"), "{error}");
    }
    let grant = TokenGrant::new(TokenFlow::ClientCredentials, "https://169.254.169.254/token");
    let error = block_on(send(&transport(CLIENT), &call(&server, grant))).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::HostRefused, "{error}");
    assert!(server.received().is_empty());
}

#[test]
fn an_endpoint_that_does_not_answer_is_named() {
    let server = Server::start([Answer::Stall]).unwrap();
    let mut call = client_call(&server);
    call.timeout = Some(Duration::from_millis(50));
    let error = block_on(send(&transport(CLIENT), &call)).unwrap_err();
    assert_eq!(error.code, TransportErrorCode::CredentialFailed);
    assert!(error.message.starts_with("no token for the security scheme `oauth` of `api`"), "{error}");
    assert!(
        error.message.ends_with("did not answer in full within 0.05 s (the step's `timeout`)"),
        "{error}"
    );
}

#[test]
fn each_token_is_told_before_it_is_used_and_no_debug_shows_one() {
    let server =
        Server::start([token("t-secret-1", r#", "refresh_token": "r-secret-1""#), ok(), ok()]).unwrap();
    let (transport, call) = (transport(CLIENT), client_call(&server));
    let found = FoundSecrets::default();
    block_on(transport.exchange(&call, &[], &found)).unwrap();
    assert_eq!(found.take(), ["t-secret-1", "r-secret-1"]);
    // Another run that uses the kept token learns it too.
    block_on(transport.exchange(&call, &[], &found)).unwrap();
    found.add("more");
    let text = format!("{transport:?} {found:?}");
    assert!(!text.contains("secret-1") && !text.contains("s3cret") && !text.contains("more"), "{text}");
    assert_eq!(found.take(), ["t-secret-1", "more"]);
}
