//! Requests with an idempotency key of their own, and what is known of them when they were under way.

use std::process::Output;

use arazzo_runner::testing::Answer;

use super::kitchen::{API, FLOW, KEY, Kitchen, POT, cup, json, kill, leaf};

/// The workflow, whose last request has `header` with `value`.
fn with_key(header: &str, value: &str) -> String {
    let given = format!(
        "operationId: pour\n    parameters: [{{name: {header}, in: header, value: {value}}}]\n    requestBody"
    );
    FLOW.replace("operationId: pour\n    requestBody", &given)
}

/// A kitchen with a run of `flow` that was killed while its last request was under way.
fn killed(name: &str, flow: &str, api: &str, more: &[&str]) -> Kitchen {
    let kitchen = Kitchen::new(name, [leaf(), Answer::json(200, "{}"), Answer::Stall]);
    write(&kitchen, flow);
    std::fs::write(kitchen.folder.join("tea.yml"), api).unwrap();
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--auth", &auth, "-i", &pot, "--server", &url];
    let child = kitchen.command(&[&begin[..], more].concat()).spawn().unwrap();
    kitchen.wait_for(3);
    kill(child);
    kitchen
}

fn write(kitchen: &Kitchen, flow: &str) {
    std::fs::write(kitchen.folder.join("tea.arazzo.yml"), flow).unwrap();
}

/// Nothing was sent; why not.
fn why(kitchen: &Kitchen, stopped: &Output) -> String {
    assert_eq!((stopped.status.code(), kitchen.lines().len()), (Some(4), 3), "{stopped:?}");
    json(stopped)["runs"][0]["error"]["message"].to_string()
}

#[test]
fn a_key_of_its_own_tells_a_repetition_whatever_its_name_is() {
    for (name, header, more) in [
        ("own-usual", "Idempotency-Key", &[][..]),
        ("own-named", "X-Request-Key", &["--idempotency-header", "X-Request-Key"]),
    ] {
        let kitchen = killed(name, &with_key(header, "one"), API, more);
        kitchen.server.follow([cup()]);
        let output = kitchen.resume(&[]);
        assert_eq!(output.status.code(), Some(0), "{header}: {output:?}");
        assert_eq!(kitchen.server.received()[3].headers(header), ["one"]);
    }
}

#[test]
fn a_key_of_its_own_that_is_another_one_now_tells_nothing() {
    for (name, more) in [("own-changed", &[][..]), ("own-changed-alone", &["--idempotency-header", ""])] {
        let kitchen = killed(name, &with_key("Idempotency-Key", "one"), API, more);
        write(&kitchen, &with_key("Idempotency-Key", "two"));
        let why = why(&kitchen, &kitchen.resume(&["--accept-changed"]));
        assert!(why.contains("no header that was made for it lets the server tell"), "{why}");
    }
}

#[test]
fn a_key_of_its_own_in_place_of_the_one_that_was_sent_tells_nothing() {
    let declared =
        "operationId: pour\n      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]";
    let kitchen = killed("own-later", FLOW, &API.replace("operationId: pour", declared), &[]);
    write(&kitchen, &with_key("Idempotency-Key", "mine"));
    why(&kitchen, &kitchen.resume(&["--accept-changed"]));
    write(&kitchen, FLOW);
    kitchen.server.follow([cup()]);
    let output = kitchen.resume(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_key_for_all_requests_is_not_called_none() {
    let given = ["-H", "Idempotency-Key: mine"];
    let kitchen = killed("given-key", FLOW, API, &given);
    let why = why(&kitchen, &kitchen.resume(&given));
    assert!(why.contains("no header that was made for it") && why.contains("--on-ambiguous"), "{why}");
}
