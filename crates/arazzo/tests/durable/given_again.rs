//! What the journal does not keep and a run is given again.

use arazzo_runner::testing::Answer;

use super::kitchen::{API, KEY, Kitchen, POT, cup, kill, leaf};

#[test]
fn a_credential_that_no_request_takes_is_not_asked_for_again() {
    let kitchen = Kitchen::new("unused", [leaf(), Answer::Stall]);
    let spare = "securitySchemes: {spare: {type: apiKey, in: header, name: X-Spare}, ";
    std::fs::write(kitchen.folder.join("tea.yml"), API.replace("securitySchemes: {", spare)).unwrap();
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--auth", &auth, "-i", &pot, "--server", &url];
    let child = kitchen.command(&[&begin[..], &["--auth", "spare=s"]].concat()).spawn().unwrap();
    kitchen.wait_for(2);
    kill(child);
    let none = kitchen.command(&["runs", "resume", "t", "-i", &pot]).output().unwrap();
    let stderr = String::from_utf8(none.stderr).unwrap();
    assert!(stderr.contains("--auth tea.key=VALUE") && !stderr.contains("spare"), "{stderr}");
    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_field_that_came_twice_is_asked_for_twice() {
    let kitchen = Kitchen::new("twice", [leaf(), Answer::Stall]);
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--auth", &auth, "-i", &pot, "--server", &url];
    let fields = ["-H", "X-Guest: a", "-H", "X-Guest: b"];
    let child = kitchen.command(&[&begin[..], &fields].concat()).spawn().unwrap();
    kitchen.wait_for(2);
    kill(child);
    let once = kitchen.resume(&["-H", "X-Guest: a"]);
    assert_eq!((once.status.code(), kitchen.lines().len()), (Some(2), 2), "{once:?}");
    let stderr = String::from_utf8(once.stderr).unwrap();
    assert!(stderr.contains("the run began with 2 header fields `X-Guest`"), "{stderr}");
    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&fields);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kitchen.server.received()[2].headers("X-Guest"), ["a", "b"]);
}
