use serde_json::json;

use super::learned::{MAX_LEARNED, MAX_LEARNED_BYTES};
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
fn what_is_no_text_is_masked_by_its_names_too() {
    for (content_type, body, shown) in [
        (
            FORM,
            &b"name=caf\xe9&access_token=token-1&token=ab"[..],
            "name=caf\u{fffd}&access_token=***&token=***",
        ),
        (
            "application/json",
            b"{\"name\":\"caf\xe9\",\"access_token\":\"token-1\",\"token\":\"\xff7\"}",
            "{\"name\":\"caf\u{fffd}\",\"access_token\":\"***\",\"token\":\"***\"}",
        ),
    ] {
        let mut mask = Mask::new(false);
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        mask.hide_response(&Response { status: 200, headers, body: body.to_vec() });
        assert_eq!(mask.body(Some(content_type), body).unwrap(), shown);
        assert_eq!(mask.bytes(Some(content_type), body), None);
        assert_eq!(mask.text("token-1"), MASK);
        assert_eq!(Mask::new(true).bytes(Some(content_type), body).unwrap(), body);
    }
    let deep = [&b"[".repeat(200)[..], b"\"\xe9\"", &b"]".repeat(200)].concat();
    assert_eq!(Mask::new(false).body(None, &deep).unwrap(), "(403 bytes, not shown)");
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
    for content_type in ["text/plain", FORM] {
        let mut mask = Mask::new(false);
        mask.hide_response(&response(&[("Content-Type", content_type)], body));
        assert_eq!(mask.text("token-1"), MASK);
        mask.hide_response(&response(&[("Content-Type", content_type)], r#"see "token": "token-2""#));
        assert_eq!(mask.text("token-2"), "token-2");
    }
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
    request.headers.clear();
    mask.hide_request(&request, Some(&r#" [{"passwd":"plain-text"}]"#.into()));
    assert_eq!(mask.text("json-text plain-text"), "*** ***");
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
    let users: Vec<Value> = (0..50_000).map(|number| json!({ "token": format!("t-{number:08}") })).collect();
    let body = json!({ "users": users, "token": "x".repeat(MAX_LEARNED_LENGTH + 1) }).to_string();
    let mut mask = Mask::new(false);
    mask.hide_response(&response(&[], &body));
    assert_eq!(mask.text("t-00000000"), MASK);
    assert!(mask.hidden.len() <= MAX_LEARNED);
    assert_eq!(mask.body(None, body.as_bytes()).unwrap().matches("t-0").count(), 0);
    let long: Vec<Value> =
        (0..390).map(|number| json!({ "token": format!("{number:04}{}", "<\n".repeat(4_000)) })).collect();
    let mut mask = Mask::new(false);
    mask.hide_response(&response(&[], &json!(long).to_string()));
    let taken = mask.learned.taken();
    assert!(taken.values > 0 && taken.bytes <= MAX_LEARNED_BYTES);
    assert_eq!(mask.text("nothing of that"), "nothing of that");
    let bytes = mask.hidden.form_bytes();
    assert!(bytes <= 100 * MAX_LEARNED_BYTES, "{bytes}");
}

#[test]
fn what_a_server_sends_leaves_room_for_what_is_given() {
    let mut mask = Mask::new(false);
    (0..2 * MAX_LEARNED).for_each(|number| mask.learn(&format!("learned-{number:03}")));
    mask.hide("given-key");
    assert_eq!(mask.text("given-key learned-799"), "*** ***");
    let mut mask = Mask::new(false);
    (0..2 * MAX_LEARNED).for_each(|number| mask.hide(&format!("given-{number}")));
    mask.learn("learned-key");
    assert_eq!(mask.text("learned-key"), MASK);
}

#[test]
fn the_latest_tokens_are_masked_however_many_there_were() {
    let token = |number: usize| format!("{number:04}{}", "t".repeat(2_000));
    let mut mask = Mask::new(false);
    mask.learn("session-key");
    mask.learn("given-later");
    mask.learn("argument-later");
    mask.hide("given-later");
    mask.hide_argument("argument-later");
    for number in 0..100 {
        mask.hide_response(&response(&[], &json!({ "token": token(number) }).to_string()));
        // It is sent with each request.
        mask.learn("session-key");
        assert_eq!(mask.text(&format!("<{}>", token(number))), "<***>");
        assert_eq!(mask.text("session-key given-later argument-later"), "*** *** ***");
    }
    assert_eq!(mask.text(&token(99 - 16)), MASK);
    assert_eq!(mask.text(&token(0)), token(0));
    let taken = mask.learned.taken();
    assert_eq!(mask.hidden.len(), taken.values + 2);
    assert!(taken.values >= 30 && taken.bytes <= MAX_LEARNED_BYTES);
}

#[test]
fn one_response_does_not_uncover_what_came_before() {
    let mut mask = Mask::new(false);
    mask.learn("login-token");
    let list: Vec<Value> =
        (0..MAX_LEARNED).map(|number| json!({ "token": format!("listed-{number:03}") })).collect();
    // The same value again takes no room.
    let body = json!([{ "token": "same-token" }, { "token": "same-token" }, list]).to_string();
    mask.hide_response(&response(&[], &body));
    assert_eq!(mask.text("login-token same-token listed-000 listed-198"), "*** *** *** ***");
    assert_eq!(mask.text("listed-199"), "listed-199");
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
    assert_eq!(mask.bytes(None, b"\xff\xc3s3cr3t-key\x80").unwrap(), b"\xff\xc3***\x80");
    assert_eq!(mask.bytes(None, b"[\xff"), Some(b"[\xff".to_vec()));
    assert_eq!(mask.bytes(None, b"text"), None);
}

#[test]
fn secrets_can_be_shown_on_demand() {
    let mut mask = Mask::new(true);
    mask.hide("s3cr3t-key");
    assert_eq!(mask.value(&json!({"token": "s3cr3t-key"})), json!({"token": "s3cr3t-key"}));
}
