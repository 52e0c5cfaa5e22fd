//! Runs that are killed and interrupted, and how they go on.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use arazzo_runner::testing::Answer;
use serde_json::Value;

use super::kitchen::{API, FLOW, KEY, Kitchen, LIMIT, POT, contains, cup, json, kill, leaf};

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let kitchen = Kitchen::new("killed", [leaf(), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(2);
    let busy = kitchen.resume(&[]);
    assert_eq!(busy.status.code(), Some(4), "{busy:?}");
    assert!(String::from_utf8_lossy(&busy.stderr).contains("another process drives the run `t`"), "{busy:?}");
    kill(child);
    let listed = kitchen.listed();
    assert_eq!((&listed["status"], &listed["steps"]), (&"interrupted".into(), &2.into()));

    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kitchen.lines(), ["GET /leaves", "GET /water", "GET /water", "POST /cups"]);
    let report = json(&output);
    assert_eq!(report["runs"][0]["outputs"]["cup"], 7);
    assert_eq!(report["runs"][0]["steps"].as_array().unwrap().len(), 3);
    assert_eq!(kitchen.listed()["status"], "succeeded");

    let again = kitchen.resume(&[]);
    assert_eq!((again.status.code(), json(&again)), (Some(0), report));
    assert_eq!(kitchen.lines().len(), 4, "a run that is over sends nothing");
}

#[test]
fn a_post_that_may_have_come_through_is_repeated_only_when_told_to() {
    let kitchen = Kitchen::new("ambiguous", [leaf(), Answer::json(200, "{}"), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(3);
    kill(child);
    let stopped = kitchen.resume(&[]);
    assert_eq!(stopped.status.code(), Some(4), "{stopped:?}");
    let error = &json(&stopped)["runs"][0]["error"];
    assert_eq!((&error["code"], &error["stepId"]), (&"ambiguous-request".into(), &"pour".into()));
    assert!(error["message"].as_str().unwrap().contains("--on-ambiguous retry"), "{error}");
    // Nobody can be asked here.
    assert_eq!(kitchen.resume(&["--on-ambiguous", "ask"]).status.code(), Some(4));
    assert_eq!(kitchen.lines().len(), 3);
    assert_eq!(kitchen.listed()["status"], "interrupted");

    kitchen.server.follow([cup()]);
    let output = kitchen.resume(&["--on-ambiguous", "retry"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let received = kitchen.server.received();
    let [.., first, second] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(first, second);
    assert_eq!(first.headers("Idempotency-Key")[0].len(), 32);
}

#[test]
fn a_post_without_a_key_is_not_repeated_although_its_operation_declares_one() {
    let kitchen = Kitchen::new("keyless", [leaf(), Answer::json(200, "{}"), Answer::Stall]);
    let declared =
        "operationId: pour\n      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]";
    std::fs::write(kitchen.folder.join("tea.yml"), API.replace("operationId: pour", declared)).unwrap();
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--auth", &auth, "-i", &pot, "--server", &url];
    let child = kitchen.command(&[&begin[..], &["--idempotency-header", ""]].concat()).spawn().unwrap();
    kitchen.wait_for(3);
    kill(child);
    let stopped = kitchen.resume(&[]);
    assert_eq!(stopped.status.code(), Some(4), "{stopped:?}");
    let why = json(&stopped)["runs"][0]["error"]["message"].to_string();
    assert!(why.contains("no header that was made for it"), "{why}");
    let received = kitchen.server.received();
    assert_eq!((received.len(), received[2].headers("Idempotency-Key").len()), (3, 0));
}

#[test]
fn what_could_not_be_kept_of_the_end_is_told_and_does_not_count() {
    let kitchen = Kitchen::new("end", [Answer::Stall]);
    let one_step = FLOW.split_once("  - stepId: water").unwrap().0;
    std::fs::write(kitchen.folder.join("tea.arazzo.yml"), one_step).unwrap();
    let (auth, url) = (format!("key={KEY}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--format", "json", "--auth", &auth];
    let child =
        kitchen.command(&[&begin[..], &["--server", &url, "--timeout", "2s"]].concat()).spawn().unwrap();
    kitchen.wait_for(1);
    let cancelled = kitchen.command(&["runs", "cancel", "t"]).output().unwrap();
    assert_eq!(cancelled.status.code(), Some(0), "{cancelled:?}");
    let output = child.wait_with_output().unwrap();
    let report = json(&output);
    assert_eq!((output.status.code(), report["status"].as_str()), (Some(4), Some("stopped")), "{output:?}");
    let error = &report["runs"][0]["error"];
    assert_eq!((&error["code"], &error["message"]), (&"journal".into(), &"the run `t` was cancelled".into()));
}

#[test]
fn a_request_that_is_another_one_now_is_not_sent() {
    let kitchen = Kitchen::new("digest", [leaf(), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(2);
    kill(child);
    // Whoever closes the file last has all of it in one.
    kitchen.listed();
    let mut bytes = std::fs::read(kitchen.state()).unwrap();
    let name = b"\"digest\":\"";
    let at = bytes.windows(name.len()).rposition(|window| window == name).unwrap() + name.len();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    let first = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len();
    bytes[first] = if bytes[first] == b'0' { b'1' } else { b'0' };
    std::fs::write(kitchen.state(), bytes).unwrap();
    let stopped = kitchen.resume(&[]);
    let report = json(&stopped);
    assert_eq!((stopped.status.code(), report["status"].as_str()), (Some(4), Some("stopped")), "{stopped:?}");
    let why = report["runs"][0]["error"]["message"].as_str().unwrap();
    assert!(
        why.contains("is another one now; undo the change") && why.contains("--accept-changed`"),
        "{why}"
    );
    assert_eq!((kitchen.lines().len(), &kitchen.listed()["status"]), (2, &"interrupted".into()));
    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&["--accept-changed"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_key_that_is_given_is_sent_and_a_name_that_is_none_is_refused() {
    let kitchen = Kitchen::new("own-key", [leaf(), Answer::json(200, "{}"), cup()]);
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let run = |more: &[&str]| {
        let run = ["run", "tea.arazzo.yml", "--auth", &auth, "-i", &pot, "--server", &url];
        kitchen.command(&[&run[..], more].concat()).output().unwrap()
    };
    for name in ["bad name", "Content-Length", "\u{fc}"] {
        let refused = run(&["--idempotency-header", name]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(&format!("`{name}`")), "{refused:?}");
    }
    assert_eq!(kitchen.lines().len(), 0);
    let output = run(&["-H", "idempotency-key: mine"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kitchen.server.received()[2].headers("Idempotency-Key"), ["mine"]);
}

#[test]
fn commands_that_messages_name_can_be_pasted() {
    let kitchen = Kitchen::new("paste", [leaf(), Answer::json(200, "{}"), Answer::Stall]);
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let arazzo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
        command.env_clear().current_dir(&kitchen.folder).args(arguments).args(["--state", "my runs.db"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let begin = ["run", "tea.arazzo.yml", "--run-id", "it's", "--auth", &auth, "-i", &pot, "--server", &url];
    let child = arazzo(&begin).spawn().unwrap();
    kitchen.wait_for(3);
    kill(child);
    let told = |arguments: &[&str]| String::from_utf8(arazzo(arguments).output().unwrap().stderr).unwrap();
    let resume = told(&["runs", "resume", "it's", "--auth", &auth, "-i", &pot]);
    let command = r"`arazzo runs resume 'it'\''s' --state 'my runs.db' --on-ambiguous retry`";
    assert!(resume.contains(command), "{resume}");
    let unknown = told(&["runs", "show", "other"]);
    assert!(unknown.contains("`arazzo runs list --state 'my runs.db'`"), "{unknown}");
    let taken = told(&begin);
    assert!(taken.contains("`arazzo runs resume RUN-ID --state 'my runs.db'`"), "{taken}");
}

#[test]
fn a_wait_before_a_retry_is_kept_with_its_end() {
    let kitchen = Kitchen::new("wait", [leaf(), Answer::header(503, "Retry-After", "2")]);
    let child = kitchen.begin();
    let start = Instant::now();
    while !kitchen.state().exists() || kitchen.listed()["status"] != "waiting" {
        assert!(start.elapsed() < LIMIT, "the run does not wait");
        thread::sleep(Duration::from_millis(20));
    }
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let interrupted = child.wait_with_output().unwrap();
    assert_eq!(interrupted.status.code(), Some(4), "{interrupted:?}");
    let stderr = String::from_utf8(interrupted.stderr).unwrap();
    assert!(stderr.contains("arazzo runs resume t --state"), "{stderr}");
    let listed = kitchen.listed();
    assert_eq!(listed["status"], "interrupted");
    assert!(listed["due"].is_string(), "{listed}");
    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kitchen.lines(), ["GET /leaves", "GET /water", "GET /water", "POST /cups"]);
}

#[test]
fn all_runs_are_gone_on_with_until_a_signal_comes() {
    let kitchen = Kitchen::new("all", [leaf(), Answer::Stall, leaf(), Answer::Stall]);
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    for (id, requests) in [("t", 2), ("u", 4)] {
        let begin = ["run", "tea.arazzo.yml", "--run-id", id, "--auth", &auth, "-i", &pot, "--server", &url];
        let child = kitchen.command(&begin).spawn().unwrap();
        kitchen.wait_for(requests);
        kill(child);
    }
    kitchen.server.follow([Answer::Stall, Answer::json(200, "{}"), cup()]);
    let resume = ["runs", "resume", "--all", "--auth", &auth, "-i", &pot];
    let child = kitchen.command(&resume).spawn().unwrap();
    kitchen.wait_for(5);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let interrupted = child.wait_with_output().unwrap();
    assert_eq!(interrupted.status.code(), Some(4), "{interrupted:?}");
    assert_eq!(kitchen.lines().len(), 5);
    let statuses = || {
        let output = kitchen.command(&["runs", "list", "--format", "json"]).output().unwrap();
        let list = json(&output);
        let runs = list["runs"].as_array().unwrap().iter();
        runs.map(|run| run["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(), ["interrupted", "interrupted"]);

    // What is given on standard input is for each of them.
    let water = || Answer::json(200, "{}");
    kitchen.server.follow([water(), cup(), water(), cup()]);
    let mut command = kitchen.command(&["runs", "resume", "--all", "--auth", &auth, "--inputs", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("potToken: {POT}").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(statuses(), ["succeeded", "succeeded"]);
}

#[test]
fn a_signal_while_a_run_is_read_ends_it_before_it_sends() {
    let source = || Answer::json(200, API);
    let kitchen = Kitchen::new("between", [leaf(), Answer::Stall, source(), leaf(), Answer::Stall]);
    let slow = kitchen.folder.join("slow.arazzo.yml");
    std::fs::write(&slow, FLOW).unwrap();
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let named = format!("tea={url}/tea.yml");
    let begin = |id: &str, description: &str, more: &[&str], requests: usize| {
        let begin = ["run", description, "--run-id", id, "--auth", &auth, "-i", &pot, "--server", &url];
        let child = kitchen.command(&[&begin[..], more].concat()).spawn().unwrap();
        kitchen.wait_for(requests);
        kill(child);
    };
    begin("t", "tea.arazzo.yml", &[], 2);
    begin("u", "slow.arazzo.yml", &["--source", &named], 5);
    std::fs::remove_file(&slow).unwrap();
    assert!(Command::new("mkfifo").arg(&slow).status().unwrap().success());
    let water = || Answer::json(200, "{}");
    kitchen.server.follow([water(), cup(), source(), water(), cup()]);
    let resume = ["runs", "resume", "--all", "--auth", &auth, "-i", &pot];
    let child = kitchen.command(&resume).spawn().unwrap();
    // It opens when the second description is read, which is when the first run is over.
    let mut pipe = std::fs::OpenOptions::new().write(true).open(&slow).unwrap();
    assert_eq!(kitchen.lines().len(), 7);
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    thread::sleep(Duration::from_millis(50));
    pipe.write_all(FLOW.as_bytes()).unwrap();
    drop(pipe);
    let interrupted = child.wait_with_output().unwrap();
    assert_eq!((interrupted.status.code(), kitchen.lines().len()), (Some(4), 8), "{interrupted:?}");
    assert!(
        String::from_utf8_lossy(&interrupted.stderr).contains("interrupted by SIGTERM"),
        "{interrupted:?}"
    );
    let output = kitchen.command(&["runs", "list", "--format", "json"]).output().unwrap();
    let list = json(&output);
    assert_eq!(
        (&list["runs"][0]["status"], &list["runs"][1]["status"]),
        (&"succeeded".into(), &"interrupted".into())
    );
}

#[test]
fn no_secret_is_in_the_files_and_each_is_asked_for_again() {
    let kitchen = Kitchen::new("secrets", [leaf(), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(2);
    kill(child);
    let without =
        kitchen.command(&["runs", "resume", "t", "--auth", &format!("key={KEY}")]).output().unwrap();
    assert_eq!(without.status.code(), Some(2), "{without:?}");
    let stderr = String::from_utf8(without.stderr).unwrap();
    assert!(
        stderr.contains("input `potToken` is secret") && stderr.contains("-i potToken=VALUE"),
        "{stderr}"
    );
    let changed = kitchen.resume(&["-i", "kind=black"]);
    assert_eq!(changed.status.code(), Some(2), "{changed:?}");
    assert_eq!(kitchen.lines().len(), 2);

    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let mut command = kitchen.command(&["runs", "resume", "t"]);
    let output = command.env("ARAZZO_INPUT_POTTOKEN", POT).env("ARAZZO_AUTH_KEY", KEY).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let received = kitchen.server.received();
    assert_eq!(received[3].headers("X-Key"), [KEY]);
    assert!(String::from_utf8_lossy(&received[3].body).contains(POT));
    let mut found = 0;
    for entry in std::fs::read_dir(&kitchen.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("runs.db") {
            let bytes = std::fs::read(&path).unwrap();
            for secret in [KEY, POT] {
                assert!(!contains(&bytes, secret), "{} has `{secret}`", path.display());
            }
            found += usize::from(contains(&bytes, "oolong"));
        }
    }
    assert!(found > 0, "what is no secret is there");
}

#[test]
fn runs_that_cannot_all_begin_leave_nothing_to_go_on_with() {
    let kitchen = Kitchen::new("several", [leaf(), Answer::json(200, "{}"), cup()]);
    let second = FLOW.split_once("- workflowId: brew").unwrap().1;
    let both = format!("{FLOW}- workflowId: brew-again{second}");
    std::fs::write(kitchen.folder.join("tea.arazzo.yml"), both).unwrap();
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let run = |more: &[&str]| {
        let run = ["run", "tea.arazzo.yml", "--auth", &auth, "-i", &pot, "--server", &url];
        kitchen.command(&[&run[..], more].concat()).output().unwrap()
    };
    let outputs = run(&["--all", "--run-id", "t", "--format", "outputs"]);
    assert_eq!(outputs.status.code(), Some(2), "{outputs:?}");
    assert!(!kitchen.state().exists(), "a run that is refused has no place");
    let one = run(&["-w", "brew", "--run-id", "t-2"]);
    assert_eq!(one.status.code(), Some(0), "{one:?}");
    let refused = run(&["--all", "--run-id", "t"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a run `t-2` already"), "{refused:?}");
    let output = kitchen.command(&["runs", "list", "--format", "json"]).output().unwrap();
    let list = json(&output);
    let ids: Vec<_> = list["runs"].as_array().unwrap().iter().map(|run| run["runId"].as_str()).collect();
    assert_eq!(ids, [Some("t-2")]);
}

#[test]
fn a_secret_that_the_description_has_is_not_asked_for_again() {
    let kitchen = Kitchen::new("default", [leaf(), Answer::Stall, leaf(), Answer::Stall]);
    let flow = FLOW.replace("potToken: {type: string}", "potToken: {type: string, default: house-pot}");
    std::fs::write(kitchen.folder.join("tea.arazzo.yml"), flow).unwrap();
    let (auth, url) = (format!("key={KEY}"), kitchen.server.url());
    let mine = format!("potToken={POT}");
    for (id, more, requests) in [("t", vec![], 2), ("u", vec!["-i", mine.as_str()], 4)] {
        let begin = ["run", "tea.arazzo.yml", "--run-id", id, "--auth", &auth, "--server", &url];
        let child = kitchen.command(&[&begin[..], &more].concat()).spawn().unwrap();
        kitchen.wait_for(requests);
        kill(child);
    }
    let resume = |id: &str, more: &[&str]| {
        let resume = ["runs", "resume", id, "--auth", &auth];
        kitchen.command(&[&resume[..], more].concat()).output().unwrap()
    };
    for (id, more) in [("t", vec!["-i", mine.as_str()]), ("u", vec![])] {
        let output = resume(id, &more);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    assert_eq!(kitchen.lines().len(), 4);
    for more in [&[][..], &["-i", "potToken=house-pot"]] {
        kitchen.server.follow([Answer::json(200, "{}"), cup()]);
        let output = resume("t", more);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let received = kitchen.server.received();
    assert!(contains(&received[5].body, "house-pot"), "{received:?}");
    assert_eq!(received.len(), 6, "a run that is over sends nothing");
}

#[test]
fn a_run_that_goes_on_elsewhere_sends_the_files_of_where_it_began() {
    let kitchen = Kitchen::new("files", [leaf(), Answer::Stall]);
    let (photo, other) =
        (FLOW.replace("application/json", "multipart/form-data"), kitchen.folder.join("other"));
    std::fs::write(kitchen.folder.join("tea.arazzo.yml"), photo).unwrap();
    std::fs::write(kitchen.folder.join("tea.yml"), API.replace("application/json", "multipart/form-data"))
        .unwrap();
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(kitchen.folder.join("kind.txt"), "the kind of here").unwrap();
    std::fs::write(other.join("kind.txt"), "the kind of elsewhere").unwrap();
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--auth", &auth, "-i", &pot, "--server", &url];
    let child = kitchen.command(&[&begin[..], &["-i", "kind=file:kind.txt"]].concat()).spawn().unwrap();
    kitchen.wait_for(2);
    kill(child);
    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let resume = ["runs", "resume", "t", "--auth", &auth, "-i", &pot];
    std::fs::rename(kitchen.folder.join("kind.txt"), kitchen.folder.join("gone.txt")).unwrap();
    let missing = kitchen.command(&resume).current_dir(&other).output().unwrap();
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
    std::fs::rename(kitchen.folder.join("gone.txt"), kitchen.folder.join("kind.txt")).unwrap();
    let output = kitchen.command(&resume).current_dir(&other).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let body = kitchen.server.received()[3].body.clone();
    assert!(contains(&body, "the kind of here"), "{}", String::from_utf8_lossy(&body));

    std::fs::remove_file(kitchen.folder.join("kind.txt")).unwrap();
    let over = kitchen.command(&resume).output().unwrap();
    assert_eq!(over.status.code(), Some(0), "a run that is over sends no file: {over:?}");
}

#[test]
fn a_run_goes_on_only_with_what_it_began_with() {
    let kitchen = Kitchen::new("again", [leaf(), Answer::Stall]);
    let (auth, pot, url) = (format!("key={KEY}"), format!("potToken={POT}"), kitchen.server.url());
    let begin = ["run", "tea.arazzo.yml", "--run-id", "t", "--auth", &auth, "-i", &pot, "--server", &url];
    let child = kitchen.command(&[&begin[..], &["-H", "X-Guest: a"]].concat()).spawn().unwrap();
    kitchen.wait_for(2);
    kill(child);
    let told = |more: &[&str]| {
        let resume = ["runs", "resume", "t", "-i", &pot];
        let output = kitchen.command(&[&resume[..], more].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("changed since"), "{stderr}");
        stderr
    };
    let neither = told(&[]);
    assert!(neither.contains("`--auth tea.key=VALUE`"), "{neither}");
    assert!(neither.contains("`-H 'X-Guest: VALUE'`"), "{neither}");
    let no_field = told(&["--auth", &auth]);
    assert!(no_field.contains("`X-Guest`") && !no_field.contains("--auth"), "{no_field}");
    let other = told(&["--auth", &auth, "-H", "X-Guest: a", "-H", "X-Other: b"]);
    assert!(other.contains("the run began without the header field `X-Other`"), "{other}");
    let twice = told(&["--auth", &auth, "-H", "X-Guest: a", "-H", "x-guest: b"]);
    assert!(twice.contains("the run began with one header field `X-Guest`, not 2"), "{twice}");
    assert_eq!((kitchen.lines().len(), &kitchen.listed()["status"]), (2, &"interrupted".into()));

    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&["-H", "x-guest: b"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let over = kitchen.command(&["runs", "resume", "t", "-i", &pot]).output().unwrap();
    assert_eq!(over.status.code(), Some(0), "a run that is over needs nothing: {over:?}");
}

#[test]
fn a_changed_description_is_noticed() {
    let kitchen = Kitchen::new("changed", [leaf(), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(2);
    kill(child);
    let path = kitchen.folder.join("tea.arazzo.yml");
    std::fs::write(
        &path,
        format!("# a comment changes nothing\n{}", FLOW.replace("stepId: pour", "stepId: fill")),
    )
    .unwrap();
    let refused = kitchen.resume(&[]);
    assert_eq!(refused.status.code(), Some(3), "an output of the workflow names the step: {refused:?}");
    std::fs::write(&path, FLOW.replace("retryLimit: 2", "retryLimit: 3")).unwrap();
    let refused = kitchen.resume(&[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--accept-changed"), "{refused:?}");
    std::fs::write(&path, format!("# a comment changes nothing\n{FLOW}")).unwrap();
    kitchen.server.follow([Answer::Stall]);
    assert_eq!(kitchen.lines().len(), 2);
    let leaves = "operationId: leaves\n    outputs: {leaf: $response.body#/leaf}";
    let nested = FLOW.replacen(leaves, "workflowId: pick\n    outputs: {leaf: $outputs.leaf}", 1);
    let pick = "- workflowId: pick\n  steps:\n  - stepId: leaves\n    operationId: leaves\n    \
                outputs: {leaf: $response.body#/leaf}\n  outputs: {leaf: $steps.leaves.outputs.leaf}\n";
    std::fs::write(&path, format!("{nested}{pick}")).unwrap();
    let stopped = kitchen.resume(&["--accept-changed"]);
    let (report, code) = (json(&stopped), stopped.status.code());
    assert_eq!((report["status"].as_str(), code), (Some("stopped"), Some(4)), "{stopped:?}");
    let why = report["runs"][0]["error"]["message"].as_str().unwrap_or_default();
    assert!(why.starts_with("the journal does not fit the run: "), "{stopped:?}");
    std::fs::write(&path, FLOW.replace("retryLimit: 2", "retryLimit: 3")).unwrap();
    kitchen.server.follow([Answer::json(200, "{}"), cup()]);
    let output = kitchen.resume(&["--accept-changed"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_run_can_be_cancelled_and_deleted() {
    let kitchen = Kitchen::new("cancel", [leaf(), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(2);
    kill(child);
    let output = kitchen.command(&["runs", "prune", "--format", "json"]).output().unwrap();
    assert_eq!(json(&output)["deleted"], Value::Array(Vec::new()));
    let output = kitchen.command(&["runs", "cancel", "t"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kitchen.listed()["status"], "cancelled");
    let output = kitchen.resume(&[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let output = kitchen.command(&["runs", "prune", "--format", "json"]).output().unwrap();
    assert_eq!(json(&output)["deleted"], Value::from(vec!["t"]));
    let output = kitchen.command(&["runs", "show", "t"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_journal_is_a_file_whatever_its_name_is() {
    let kitchen = Kitchen::new("names", []);
    let arazzo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
        command.env_clear().current_dir(&kitchen.folder).args(arguments).output().unwrap()
    };
    for name in [":memory:", "file:runs?mode=memory", "file::memory:"] {
        let run = arazzo(&["run", "tea.arazzo.yml", "--mock", "-i", "potToken=1", "--state", name]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        let list = arazzo(&["runs", "list", "--format", "json", "--state", name]);
        assert_eq!(json(&list)["runs"][0]["status"], "succeeded", "{name}: {list:?}");
    }
}

#[test]
fn a_journal_that_cannot_be_used_is_told_before_anything_is_sent() {
    let kitchen = Kitchen::new("unusable", []);
    std::fs::write(kitchen.state(), "this is no journal at all, it is a text").unwrap();
    let output = kitchen.begin().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("the file is no journal"), "{output:?}");
    std::fs::remove_file(kitchen.state()).unwrap();
    let output = kitchen.command(&["runs", "list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(!Path::new(&kitchen.state()).exists());
    assert_eq!(kitchen.lines().len(), 0);
    let with_user = ["run", "tea.arazzo.yml", "--server", "http://user:word@tea.test"];
    let output = kitchen.command(&with_user).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
