//! Properties of reading that hold for any text, and a comparison with another YAML reader.

#![expect(clippy::disallowed_methods, reason = "hostile text is timed, real documents are in files")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arazzo_document::openapi::OpenApi;
use arazzo_document::{Document, Format, MAX_DEPTH, Node, Reading, read};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

/// JSON values of all kinds, with numbers that no machine type holds.
fn json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("JSON has no infinities", Number::from_f64),
        "-?[1-9][0-9]{20,40}(\\.[0-9]{1,20})?".prop_filter_map("it is a number", |text| text.parse().ok()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number.prop_map(Value::Number),
        any::<String>().prop_map(Value::String),
        tricky_text().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let key = prop_oneof![any::<String>(), tricky_text()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Text that looks like something else.
fn tricky_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<<"),
        Just("~"),
        Just("null"),
        Just("True"),
        Just("on"),
        Just("0755"),
        Just("1_000"),
        Just("0x1F"),
        Just(".inf"),
        Just("1e5"),
        Just("+1"),
        Just("- a"),
        Just("a: b"),
        Just("a #b"),
        Just("!x"),
        Just("*x"),
        Just("&x"),
        Just("%"),
        Just("@"),
        Just("---"),
        Just("a\n b\n\n\nc "),
        Just(" a"),
        Just("\ta"),
        Just(""),
    ]
    .prop_map(str::to_owned)
}

/// Pieces that mean something to a reader, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[\\[\\]{}:,?*&!|>'\"%@`#~ \\n\\t\\r<-]{1,3}",
        Just(": ".to_owned()),
        Just("- ".to_owned()),
        Just("\n  ".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("<<: *a\n".to_owned()),
        Just("!!int ".to_owned()),
        Just("---\n".to_owned()),
        Just("\\u".to_owned()),
        Just("\\ud800".to_owned()),
        Just("|2-\n".to_owned()),
        Just("\u{feff}".to_owned()),
        "[a-z0-9.+-]{1,4}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn without_problems(text: &str, format: Format) -> Value {
    let Reading { root, problems } = read(text, format);
    assert_eq!(problems, [], "{text}");
    root.map(|root| root.to_value()).unwrap_or_default()
}

/// Texts from this length on are gone through first when they are opened.
const LONG: usize = 4 << 10;

/// Whether opening `text` and looking at all of it gives what reading it gives.
fn check_opened(name: &str, text: &str) {
    let (read, expected) = Document::read(name, name, text.to_owned());
    let (opened, diagnostics) = Document::open(name, name, text.to_owned());
    assert_eq!(diagnostics, expected, "{text}");
    assert_eq!(opened.map(|document| document.root), read.map(|document| document.root), "{text}");
}

/// Lines of a text with anchors and aliases wherever they may stand, and where they may not.
fn anchored() -> impl Strategy<Value = String> {
    let value = || {
        prop_oneof![
            Just("*a"),
            Just("*b"),
            Just("&a"),
            Just("&a x"),
            Just("&b \"y\" "),
            Just("&b [1, *a]"),
            Just("&a {k: *b, $ref: *a}"),
            Just("&b\n  - *a\n  - &a\n  -  z"),
            Just("&a\n  k: *b\n  l: &b"),
            Just("&a\n  self: *a"),
            Just("{*a : 1, &b k: *b}"),
            Just("&a |\n  text\n"),
            Just("1"),
        ]
    };
    prop::collection::vec(value(), 1..9).prop_map(|values| {
        let lines = values.iter().enumerate().map(|(index, value)| format!("k{index}: {value}\n"));
        lines.collect()
    })
}

/// Every part lies inside the one around it and after the one before it.
fn check_places(node: &Node) {
    assert!(node.span.start <= node.span.end);
    let mut before = node.span.start;
    let keys = node.as_object().unwrap_or_default().iter().map(|member| (member.key_span, &member.value));
    for (key, value) in keys {
        assert!(before <= key.start && key.start < key.end && key.end <= value.span.start);
        before = value.span.end;
        check_places(value);
    }
    for item in node.as_array().unwrap_or_default() {
        assert!(before <= item.span.start);
        before = item.span.end;
        check_places(item);
    }
    assert!(before <= node.span.end);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_has_an_error(text in prop_oneof![any::<String>(), soup()]) {
        for format in [Format::Yaml, Format::Json] {
            let Reading { root, problems } = read(&text, format);
            prop_assert!(root.is_some() || !problems.is_empty());
        }
    }

    #[test]
    fn json_is_read_as_it_was_printed(value in json()) {
        for text in [value.to_string(), format!("{value:#}")] {
            prop_assert_eq!(&without_problems(&text, Format::Json), &value);
            let root = read(&text, Format::Json).root;
            root.iter().for_each(check_places);
        }
    }

    #[test]
    fn json_is_yaml(value in json()) {
        let text = value.to_string();
        prop_assert_eq!(&without_problems(&text, Format::Yaml), &value);
        let places = |format| read(&text, format).root;
        prop_assert_eq!(places(Format::Yaml), places(Format::Json));
    }

    #[test]
    fn a_text_that_is_opened_says_what_one_that_is_read_says(
        text in prop_oneof![
            any::<String>(),
            soup(),
            json().prop_map(|value| value.to_string()),
            json().prop_map(|value| format!("{value:#}")),
            json().prop_map(|value| serde_yaml::to_string(&to_yaml(&value)).unwrap()),
        ]
    ) {
        check_opened("a.json", &format!("{text}{}", " ".repeat(LONG)));
        check_opened("a.yml", &format!("{text}\n# {}\n", "-".repeat(LONG)));
    }

    #[test]
    fn aliases_are_what_they_repeat_when_a_text_is_opened(text in anchored()) {
        check_opened("a.yml", &format!("k: &a 0\nl: &b [*a]\n{text}# {}\n", "-".repeat(LONG)));
    }

    #[test]
    fn yaml_is_read_as_another_reader_reads_it(value in json()) {
        let text = serde_yaml::to_string(&to_yaml(&value)).unwrap();
        // It writes `<<` without quotes, which makes it a merge key, and takes line breaks of YAML 1.1 for such.
        prop_assume!(!text.contains("<<:") && !text.contains(['\u{85}', '\u{2028}', '\u{2029}']));
        let other: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        prop_assert_eq!(normal(&without_problems(&text, Format::Yaml)), normal(&to_json(&other)), "{}", text);
    }
}

/// The value for the other reader. Numbers that it cannot hold become text.
fn to_yaml(value: &Value) -> serde_yaml::Value {
    match value {
        Value::Null => serde_yaml::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) if number.as_str().len() > 20 => number.to_string().into(),
            (None, None) => number.as_f64().map_or(serde_yaml::Value::Null, Into::into),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => serde_yaml::Value::Sequence(items.iter().map(to_yaml).collect()),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.as_str().into(), to_yaml(value)));
            serde_yaml::Value::Mapping(members.collect())
        }
    }
}

fn to_json(value: &serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(value) => Value::Bool(*value),
        serde_yaml::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().into(),
        },
        serde_yaml::Value::String(text) => Value::String(text.clone()),
        serde_yaml::Value::Sequence(items) => items.iter().map(to_json).collect(),
        serde_yaml::Value::Mapping(members) => {
            let key = |key: &serde_yaml::Value| key.as_str().unwrap_or_default().to_owned();
            Value::Object(members.iter().map(|(name, value)| (key(name), to_json(value))).collect())
        }
        serde_yaml::Value::Tagged(tagged) => to_json(&tagged.value),
    }
}

/// Numbers as the machine has them, members in the order of their keys.
fn normal(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:?}", number.as_f64()),
        Value::Array(items) => format!("{:?}", items.iter().map(normal).collect::<Vec<_>>()),
        Value::Object(members) => {
            format!(
                "{:?}",
                members.iter().map(|(key, value)| (key, normal(value))).collect::<BTreeMap<_, _>>()
            )
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.to_string(),
    }
}

/// Texts that make careless readers slow or make them overflow their stack.
#[test]
fn hostile_texts_take_no_time() {
    const SIZE: usize = 1 << 18;
    let repeated = |piece: &str| piece.repeat(SIZE / piece.len());
    let texts = [
        repeated("["),
        repeated("{\"a\":"),
        repeated("{a: "),
        repeated("- "),
        repeated("? "),
        repeated("[[],"),
        format!("[{}", repeated("[[]],")),
        repeated("a: "),
        repeated("&a "),
        repeated("!a "),
        repeated("*a "),
        repeated("a:\n"),
        repeated("\""),
        repeated("'"),
        repeated("\"\\"),
        repeated("\n"),
        repeated("\t"),
        repeated("#"),
        repeated("1"),
        repeated("a: 1\n"),
        repeated("? a\n"),
        repeated("---\n"),
        repeated("%a\n"),
        repeated("|\n"),
        repeated(">\n "),
        format!("a: |\n{}", repeated(" \n")),
        format!("[{}]", repeated("\"ü\",")),
        format!("{{{}}}", repeated("a: &a x, ")),
        format!("[&a x, {}]", repeated("*a, ")),
        format!("a: &a {{x: 1}}\nb: {{{}}}", repeated("<<: *a, ")),
        (0..SIZE / 16).map(|n| format!("k{n}: 'x' # c\n")).collect(),
        (0..SIZE / 16).map(|n| format!("&a{n} k{n}: *a{n}\n")).collect(),
        (0..=MAX_DEPTH).map(|n| format!("{}k:\n", " ".repeat(n))).collect(),
    ];
    for text in texts {
        for format in [Format::Yaml, Format::Json] {
            let start: String = text.chars().take(20).collect();
            let name = if format == Format::Json { "a.json" } else { "a.yml" };
            let before = Instant::now();
            let opened = Document::open(name, name, text.clone());
            check_time(before, &format!("{start:?} as {format:?}"));
            let (Some(document), diagnostics) = &opened else {
                assert!(!opened.1.is_empty(), "{start:?} as {format:?} is refused without a word");
                continue;
            };
            // What is looked at is what reading gives, and no text stands for more values than it has characters.
            let values = document.root.to_value();
            let (read, expected) = Document::read(name, name, text.clone());
            assert_eq!(diagnostics, &expected, "{start:?} as {format:?}");
            assert_eq!(Some(values), read.map(|read| read.root.to_value()), "{start:?} as {format:?}");
            let built = document.root.built();
            assert!(built <= text.len(), "{start:?} as {format:?} has {built} values");
        }
    }
}

/// Each reference is a look into an object that is as wide as there are references.
#[test]
fn many_references_take_no_time() {
    const REFERENCES: usize = 40_000;
    let list = |of: &dyn Fn(usize) -> String| (0..REFERENCES).map(of).collect::<Vec<_>>().join(",\n  ");
    let paths = list(&|n| format!("\"/p{n}\": {{\"$ref\": \"#/components/pathItems/i{n}\"}}"));
    let items = list(&|n| format!("\"i{n}\": {{\"get\": {{\"operationId\": \"o{n}\"}}}}"));
    let text = format!(
        "{{\"openapi\": \"3.1.0\", \"paths\": {{{paths}}}, \"components\": {{\"pathItems\": {{{items}}}}}}}"
    );
    // Tags make a YAML text be read at once.
    let tagged = format!("{{\"x\": !!int 1, {}", text.trim_start_matches('{'));
    for (name, text) in [("a.json", &text), ("a.yml", &text), ("a.yml", &tagged)] {
        let before = Instant::now();
        let (document, diagnostics) = Document::open(name, name, text.clone());
        assert_eq!(diagnostics, []);
        let document = Arc::new(document.unwrap());
        let api = OpenApi::new(Arc::clone(&document)).unwrap();
        let mut count = 0;
        for (n, reference) in api.operations().enumerate() {
            let operation = api.operation(reference);
            let (id, path) = (format!("o{n}"), format!("/p{n}"));
            assert_eq!((operation.operation_id(), operation.path()), (Some(&*id), &*path));
            assert_eq!(api.operation_by_id(&id), Some(reference));
            assert_eq!(api.operation_by_path(&path, "get"), Some(reference));
            count += 1;
        }
        assert_eq!(count, REFERENCES);
        check_time(before, &format!("references in {name}"));
        // A path and its reference; a path item, its operation and the id of that.
        let built = document.root.built();
        assert!(built < 5 * REFERENCES + 10, "{built} values in {name}");
    }
}

/// What takes more than linear time takes much longer than this; nothing else is near to it on a slow machine.
fn check_time(before: Instant, what: &str) {
    let took = before.elapsed();
    assert!(took < Duration::from_secs(10), "{what} took {took:?}");
}

/// Reads every document in the folder that `ARAZZO_CORPUS` names.
#[test]
fn real_documents_are_read() {
    let Some(folder) = std::env::var_os("ARAZZO_CORPUS") else {
        println!("skipped: `ARAZZO_CORPUS` names no folder of documents");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let (mut count, mut refused) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml") {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                let Reading { root, problems } = read(&text, Format::of(&name, &text));
                check_opened(&name, &text);
                count += 1;
                if root.is_none() {
                    refused.push((name, problems));
                }
            }
        }
    }
    for (name, problems) in &refused {
        println!("{name}: {problems:?}");
    }
    assert!(refused.len() * 20 <= count, "{} of {count} documents were refused", refused.len());
}
