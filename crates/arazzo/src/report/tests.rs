//! Every reporter, from the same recorded runs: what each run must show, and that what comes out is of its format.

use std::collections::BTreeSet;

use arazzo_engine::{EventKind, RunReport, Status};
use base64::Engine as _;
use serde_json::{Map, Value};

use super::fixtures::{self, HOSTILE, START, all};
use super::{Kind, LeftOut, Recording, jsonl};

fn text(recording: &Recording, kind: Kind) -> String {
    String::from_utf8(recording.render(kind).unwrap()).unwrap()
}

fn json(recording: &Recording, kind: Kind) -> Value {
    serde_json::from_str(&text(recording, kind)).unwrap()
}

/// All runs of a recording, nested ones too.
fn runs(recording: &Recording) -> Vec<&RunReport> {
    fn add<'a>(run: &'a RunReport, runs: &mut Vec<&'a RunReport>) {
        runs.push(run);
        let steps = &run.steps;
        let nested = steps.iter().flat_map(|step| {
            let earlier = step.runs.iter().map(|earlier| &earlier.run);
            let next = step.next.iter().flat_map(|next| next.run.as_deref());
            earlier.chain(step.run.as_deref()).chain(next)
        });
        run.dependencies.iter().chain(nested).chain(&run.continued).for_each(|run| add(run, runs));
    }
    let mut found = Vec::new();
    recording.runs.iter().for_each(|run| add(&run.report, &mut found));
    found
}

/// The lines of the event stream of a recording.
fn lines(recording: &Recording) -> Vec<String> {
    let mut lines = vec![jsonl::begin(START, &recording.diagnostics)];
    if recording.runs.is_empty() {
        lines.push(jsonl::refused(START, &recording.diagnostics));
    }
    for run in &recording.runs {
        let mut stream = jsonl::Stream::new(true);
        lines.extend(run.events.iter().map(|event| stream.line(event).unwrap()));
        let row = run.turn.map(|_| 1);
        lines.push(jsonl::run(START, row, &run.report));
    }
    if let Some((status, sums)) = &recording.sums {
        lines.push(jsonl::end(START, *status, sums, &recording.diagnostics));
    }
    lines
}

#[test]
fn every_line_of_the_event_stream_holds_to_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/events.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = BTreeSet::new();
    let previews = [fixtures::failed().runs[0].plan.preview(Map::new(), false)];
    let planned = serde_json::from_str(&jsonl::plan(START, &previews)).unwrap();
    assert!(validator.is_valid(&planned), "{planned}");
    seen.insert("plan".to_owned());
    for (name, recording) in all() {
        for line in lines(&recording) {
            assert!(!line.contains('\n'));
            let value: Value = serde_json::from_str(&line).unwrap();
            assert!(validator.is_valid(&value), "{name}: {line}");
            let event = value["event"].as_str().unwrap().to_owned();
            let mut unknown = value.clone();
            unknown["at"] = "yesterday".into();
            assert!(!validator.is_valid(&unknown), "a schema that refuses nothing proves nothing: {event}");
            seen.insert(event);
        }
    }
    let named: BTreeSet<String> = schema["$defs"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|name| name.strip_prefix("event-"))
        .map(str::to_owned)
        .collect();
    assert_eq!(seen, named);
}

#[test]
fn the_first_line_of_the_event_stream_has_its_version() {
    let first: Value = serde_json::from_str(&lines(&fixtures::failed())[0]).unwrap();
    assert_eq!(first["event"], "begin");
    assert_eq!(first["version"], 1);
    assert_eq!(first["at"], "2026-01-01T00:00:00.000Z");
}

#[test]
fn bodies_are_in_the_event_stream_only_when_wanted() {
    let recording = fixtures::failed();
    let with = |bodies| {
        let mut stream = jsonl::Stream::new(bodies);
        let events = recording.runs[0].events.iter();
        events.filter(|event| stream.line(event).unwrap().contains("\"body\"")).count()
    };
    assert_eq!((with(true), with(false)), (3, 0));
}

/// The elements and attributes of JUnit that CI servers read, in the order in which they may stand. Jenkins takes no more
/// than three decimals of a second.
const JUNIT_SCHEMA: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence><xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="timestamp" type="xs:dateTime"/>
    <xs:attribute name="time" type="seconds"/>
  </xs:complexType></xs:element>
  <xs:element name="testcase"><xs:complexType>
    <xs:sequence>
      <xs:choice minOccurs="0">
        <xs:element ref="failure"/><xs:element ref="error"/><xs:element ref="skipped"/>
      </xs:choice>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="classname" type="xs:string" use="required"/>
    <xs:attribute name="time" type="seconds"/>
  </xs:complexType></xs:element>
  <xs:simpleType name="seconds">
    <xs:restriction base="xs:decimal"><xs:fractionDigits value="3"/></xs:restriction>
  </xs:simpleType>
  <xs:element name="failure" type="problem"/>
  <xs:element name="error" type="problem"/>
  <xs:complexType name="problem"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="message" type="xs:string" use="required"/>
    <xs:attribute name="type" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:element name="skipped"><xs:complexType><xs:attribute name="message" type="xs:string"/></xs:complexType></xs:element>
</xs:schema>"#;

#[test]
fn junit_holds_to_the_schema_and_counts_what_it_has() {
    let schema = uppsala::parse(JUNIT_SCHEMA).unwrap();
    let validator = uppsala::XsdValidator::from_schema(&schema).unwrap();
    for (name, recording) in all() {
        let xml = text(&recording, Kind::Junit);
        let document = uppsala::parse(&xml).unwrap_or_else(|error| panic!("{name}: {error}\n{xml}"));
        let problems = validator.validate(&document);
        assert!(problems.is_empty(), "{name}: {problems:?}\n{xml}");
        let count = |tag: &str| document.get_elements_by_tag_name(tag).len();
        let head = format!(
            "<testsuites name=\"arazzo run\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            count("testcase"),
            count("failure"),
            count("error")
        );
        assert!(xml.contains(&head), "{name}: {head}\n{xml}");
        let is_good = recording.status() == Some(Status::Succeeded);
        assert_eq!(is_good, count("failure") + count("error") == 0, "{name}: {xml}");
        if !recording.runs.is_empty() {
            let left_out = usize::from(!recording.left_out.is_empty());
            assert_eq!(
                count("testsuite"),
                runs(&recording).len() + left_out,
                "{name}: a suite for each run of a workflow"
            );
            let visits: usize = runs(&recording).iter().map(|run| run.steps.len()).sum();
            assert_eq!(count("testcase") - count("skipped"), visits, "{name}: {xml}");
        }
    }
    let wrong = uppsala::parse("<testsuites name=\"a\"/>").unwrap();
    assert!(!validator.validate(&wrong).is_empty(), "a schema that refuses nothing proves nothing");
}

#[test]
fn junit_says_why_a_step_failed_and_what_was_not_reached() {
    let xml = text(&fixtures::failed(), Kind::Junit);
    for part in [
        "<testcase name=\"one\" classname=\"w\" time=\"0.002\">",
        "GET http://api.test/v1/items  200  1.5 ms",
        "<failure message=\"`$response.body#/n &gt; 5` does not hold: ",
        "type=\"criterion-not-held\"",
        "<testcase name=\"three\" classname=\"w\">\n      <skipped message=\"not reached\"/>",
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
}

#[test]
fn a_failure_that_was_handled_fails_no_build_and_is_told() {
    let xml = text(&fixtures::handled(), Kind::Junit);
    assert!(xml.contains("failures=\"0\" errors=\"0\" skipped=\"1\""), "{xml}");
    assert!(xml.contains("&#10;failed: the response has status 404&#10;`other` is not taken: "), "{xml}");
    assert!(xml.contains("`gone` goes to `make`"), "{xml}");
    let xml = text(&fixtures::nested_failure(), Kind::Junit);
    assert!(
        xml.contains("<testsuites name=\"arazzo run\" tests=\"3\" failures=\"0\" errors=\"0\">"),
        "{xml}"
    );
    assert!(xml.contains("<testsuite name=\"w/call/child\""), "{xml}");
}

/// Checks one level of TAP and gives the number of test points of it and below.
fn tap_points(lines: &[&str], indent: usize) -> usize {
    let prefix = " ".repeat(indent);
    let own: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(&prefix))
        .filter(|line| !line.starts_with(' '))
        .collect();
    let points = own.iter().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).count();
    let plans: Vec<usize> = own.iter().filter_map(|line| line.strip_prefix("1..")?.parse().ok()).collect();
    assert_eq!(plans.iter().sum::<usize>(), points, "{lines:#?}");
    points
}

#[test]
fn tap_has_as_many_points_as_it_plans() {
    for (name, recording) in all() {
        let tap = text(&recording, Kind::Tap);
        let lines: Vec<&str> = tap.lines().collect();
        assert_eq!(lines[0], "TAP version 14");
        if recording.runs.is_empty() {
            assert_eq!(lines[1], "Bail out! input `a|b` is missing");
            continue;
        }
        assert_eq!(tap_points(&lines, 0), runs(&recording).len(), "{name}");
        let visits: usize = runs(&recording).iter().map(|run| run.steps.len()).sum();
        assert_eq!(
            tap_points(&lines, 4) - tap.matches(" # SKIP not reached\n").count(),
            visits,
            "{name}:\n{tap}"
        );
        assert_eq!(
            recording.status() == Some(Status::Succeeded),
            !lines.iter().any(|line| line.trim_start().starts_with("not ok")),
            "{name}"
        );
        let mut blocks = tap.split("      ---\n").skip(1);
        assert!(blocks.all(|block| {
            let yaml = block.split("      ...\n").next().unwrap();
            serde_yaml::from_str::<Value>(yaml).is_ok_and(|value| value.is_object())
        }));
    }
}

#[test]
fn tables_of_markdown_have_their_columns_whatever_is_in_them() {
    for (name, recording) in all() {
        let page = text(&recording, Kind::Markdown);
        let unescaped = |line: &str| line.matches('|').count() - line.matches("\\|").count();
        for line in page.lines().filter(|line| line.starts_with('|')) {
            assert!([3, 5, 7].contains(&unescaped(line)), "{name}: {line}");
        }
        assert!(!page.contains('<') && !page.contains('\u{1b}') && !page.contains('\0'), "{name}: {page}");
        assert_eq!(page.matches('`').count(), page.matches("\\`").count(), "{name}: {page}");
    }
    let page = text(&fixtures::failed(), Kind::Markdown);
    for part in [
        "# arazzo run: failed\n",
        "| two | addItem | **failed** | 201 | 1 | 1.5 ms |",
        "| three | listItems | not reached |",
        "two failed (criterion-not-held): \\`$response.body",
    ] {
        assert!(page.replace("\\$", "$").contains(part), "{part}\n{page}");
    }
}

#[test]
fn har_loads_in_a_library_and_has_every_exchange() {
    for (name, recording) in all() {
        let text = text(&recording, Kind::Har);
        let har = har::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error:?}\n{text}"));
        let har::Spec::V1_2(log) = har.log else { panic!("{name}: another version") };
        let calls = recording.runs.iter().flat_map(|run| &run.events);
        let calls = calls.filter(|event| matches!(event.kind, EventKind::CallStarted { .. })).count();
        assert_eq!(log.entries.len(), calls, "{name}");
        assert!(log.entries.iter().all(|entry| entry.started_date_time.starts_with("2026-01-01T")), "{name}");
    }
}

#[test]
fn har_has_what_came_and_why_nothing_did() {
    let log = json(&fixtures::retried(), Kind::Har);
    let entries = log.pointer("/log/entries").unwrap().as_array().unwrap();
    let statuses: Vec<u64> =
        entries.iter().map(|entry| entry.pointer("/response/status").unwrap().as_u64().unwrap()).collect();
    assert_eq!(statuses, [503, 200, 0, 200, 200, 200]);
    let lost = &entries[2];
    assert_eq!(lost["response"]["comment"], "connection-lost: connection-lost of the test");
    assert_eq!(lost["comment"], "workflow w, step one, attempt 2");
    assert_eq!(lost["time"], serde_json::json!(1.5));
    assert_eq!(entries[1].pointer("/request/postData/text").unwrap(), "{}");
    let log = json(&fixtures::bytes(), Kind::Har);
    let content = log.pointer("/log/entries/0/response/content").unwrap();
    assert_eq!((&content["size"], &content["encoding"]), (&4.into(), &"base64".into()));
    let bytes = base64::engine::general_purpose::STANDARD.decode(content["text"].as_str().unwrap()).unwrap();
    assert_eq!(bytes, [0xff, 0x00, 0x80, b'a']);
    let log = json(&fixtures::hostile(), Kind::Har);
    assert_eq!(log.pointer("/log/entries/0/request/queryString/0/value").unwrap(), HOSTILE);
}

#[test]
fn the_json_report_holds_to_its_schema() {
    const FOLDER: &str = "file:///docs";
    let events: Value = serde_json::from_str(include_str!("../../../../docs/events.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/report.schema.json")).unwrap();
    let registry = jsonschema::Registry::new().add(format!("{FOLDER}/events.schema.json"), events).unwrap();
    let registry = registry.prepare().unwrap();
    let options =
        jsonschema::options().with_registry(&registry).with_base_uri(format!("{FOLDER}/report.schema.json"));
    let validator = options.build(&schema).unwrap();
    for (name, recording) in all() {
        let mut report = json(&recording, Kind::Json);
        let problems: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}\n{report:#}");
        if let Some(status) = report.pointer_mut("/runs/0/status") {
            *status = "unheard-of".into();
            assert!(!validator.is_valid(&report), "a schema that refuses nothing proves nothing: {name}");
        }
    }
}

#[test]
fn the_json_report_is_the_printed_object_with_messages() {
    for (name, recording) in all() {
        let mut report = json(&recording, Kind::Json);
        let expected: Vec<Value> =
            recording.runs.iter().map(|run| serde_json::to_value(&run.report).unwrap()).collect();
        strip(&mut report["runs"]);
        for run in report["runs"].as_array_mut().unwrap() {
            let row = run.as_object_mut().unwrap().shift_remove("row");
            assert_eq!(row.is_some(), recording.sums.is_some(), "{name}");
        }
        assert_eq!(report["runs"], Value::from(expected), "{name}");
    }
    let report = json(&fixtures::failed(), Kind::Json);
    let attempt = report.pointer("/runs/0/steps/1/attempts/0").unwrap();
    assert_eq!(attempt.pointer("/request/body").unwrap(), "{\"name\":\"lamp\"}");
    assert_eq!(attempt.pointer("/response/body").unwrap(), "{\"n\":4}");
    assert_eq!(attempt.pointer("/response/headers/0/name").unwrap(), "Content-Type");
}

/// Takes away what only the report has.
fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(members) => {
            if members.contains_key("statusCode") && members.contains_key("durationMs") {
                members.shift_remove("response");
                let request = members.get_mut("request").and_then(Value::as_object_mut).unwrap();
                ["headers", "body"].iter().for_each(|name| drop(request.shift_remove(*name)));
            }
            members.values_mut().for_each(strip);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_huge_body_is_cut_in_the_json_report_and_whole_in_har() {
    let recording = fixtures::huge();
    let response = json(&recording, Kind::Json);
    let response = response.pointer("/runs/0/steps/0/attempts/0/response").unwrap().clone();
    assert_eq!(response["truncated"], true);
    assert!((64 * 1024 - 3..=64 * 1024).contains(&response["body"].as_str().unwrap().len()));
    let har = json(&recording, Kind::Har);
    let content = har.pointer("/log/entries/0/response/content").unwrap();
    assert_eq!(content["text"].as_str().unwrap().len(), 600_011);
    assert_eq!(content["size"], 600_011);
    for kind in [Kind::Junit, Kind::Tap, Kind::Markdown] {
        assert!(text(&recording, kind).len() < 4_000);
    }
}

#[test]
fn a_run_that_was_stopped_is_an_error_with_its_reason() {
    let recording = fixtures::stopped();
    assert_eq!(json(&recording, Kind::Json)["status"], "stopped");
    let xml = text(&recording, Kind::Junit);
    assert!(xml.contains("<error message=\"host-refused of the test\" type=\"host-refused\">"), "{xml}");
    assert!(text(&recording, Kind::Tap).contains("    not ok 1 - one\n"));
    assert!(text(&recording, Kind::Markdown).contains("| one | listItems | **stopped** |"));
}

#[test]
fn what_was_refused_is_in_every_report() {
    let recording = fixtures::refused();
    assert_eq!(json(&recording, Kind::Json)["status"], "invalid");
    for kind in [Kind::Json, Kind::Junit, Kind::Tap, Kind::Markdown] {
        assert!(text(&recording, kind).replace('\\', "").contains("input `a|b` is missing"));
    }
}

#[test]
fn every_report_of_many_runs_names_them_and_says_what_it_leaves_out() {
    let recording = fixtures::many();
    for (kind, named) in [
        (Kind::Junit, "<testsuite name=\"w (row 4)\" tests=\"3\" failures=\"1\""),
        (Kind::Junit, "<skipped message=\"2 further runs are left out: 2 succeeded\"/>"),
        (Kind::Tap, "not ok 4 - w (row 4)\n"),
        (Kind::Tap, "\n# 2 further runs are left out: 2 succeeded\n"),
        (Kind::Markdown, "8 runs, 6 succeeded, 2 failed, 400.0 per second; min "),
        (
            Kind::Markdown,
            "\n| w (row 3) | succeeded | 3.0 ms |  |\n| w (row 4) | **failed** | 3.0 ms | step ",
        ),
        (Kind::Markdown, "\n## w (row 8): failed\n"),
        (Kind::Markdown, "\n2 further runs are left out: 2 succeeded\n"),
        (Kind::Har, "\"title\": \"w (row 8)\""),
        (Kind::Har, "\"comment\": \"2 further runs are left out: 2 succeeded\""),
        (Kind::Html, "<a href=\"#run-6\">w (row 8)</a>"),
        (Kind::Html, "8 runs, 6 succeeded, 2 failed, 400.0 per second; min "),
        (Kind::Html, "2 further runs are left out: 2 succeeded"),
    ] {
        let text = text(&recording, kind);
        assert!(text.contains(named), "{named}\n{text}");
    }
    assert!(!text(&recording, Kind::Markdown).contains("## w (row 3)"), "it succeeded");
    let page = text(&recording, Kind::Html);
    let folds = |open| page.matches(&format!("<details class=\"fold\"{open}>")).count();
    assert_eq!((folds(""), folds(" open")), (4, 2), "what did not succeed is unfolded");
    let report = json(&recording, Kind::Json);
    assert_eq!(report["leftOut"], serde_json::json!({ "succeeded": 2, "failed": 0, "stopped": 0 }));
    assert_eq!((&report["status"], &report["repeat"]["runs"]), (&"failed".into(), &8.into()));
    let rows: Vec<&Value> = report["runs"].as_array().unwrap().iter().map(|run| &run["row"]).collect();
    assert_eq!(rows, [1, 2, 3, 4, 5, 8]);
}

#[test]
fn a_run_that_failed_and_is_left_out_is_still_a_failure() {
    let mut recording = fixtures::many();
    recording.runs.clear();
    recording.left_out = LeftOut { succeeded: 3, failed: 1, stopped: 0 };
    let xml = text(&recording, Kind::Junit);
    assert!(xml.contains("tests=\"1\" failures=\"1\""), "{xml}");
    let tap = text(&recording, Kind::Tap);
    assert!(tap.contains("1..1\nnot ok 1 - further runs\n# 4 further runs are left out"), "{tap}");
}

#[test]
fn a_page_tells_first_of_runs_that_did_not_succeed() {
    let recording = fixtures::many();
    let (told, left_out) = recording.most_telling(3);
    let names: Vec<String> = told.iter().map(|run| run.name()).collect();
    assert_eq!(names, ["w (row 1)", "w (row 4)", "w (row 8)"]);
    assert_eq!(left_out.to_string(), "5 further runs are left out: 5 succeeded");
}

#[test]
fn nested_runs_have_suites_of_their_own() {
    let xml = text(&fixtures::nested(), Kind::Junit);
    for name in ["w", "w/before", "w/call/child", "w/call/after"] {
        assert!(xml.contains(&format!("<testsuite name=\"{name}\" ")), "{name}\n{xml}");
    }
    // The first call of the child failed, and the retry was the answer to that; what it went on with failed for good.
    assert_eq!(
        xml.matches("<testsuite name=\"w/call/child\" tests=\"2\" failures=\"0\" errors=\"0\"").count(),
        2
    );
    assert!(xml.contains("<failure message=\"timeout of the test\" type=\"timeout\">"), "{xml}");
}
