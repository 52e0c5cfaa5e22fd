use arazzo_expression::{JsonPathVersion, Mode, SelectorKind, Target, TargetError};
use serde_json::{Value, json};

fn set(target: &str, kind: SelectorKind) -> Result<Value, TargetError> {
    let mut payload = json!({"a": [1, {"b": 2}], "s": "x"});
    let before = payload.clone();
    let target = Target::parse(target, kind, Mode::Strict).unwrap().value;
    let result = target.set(&mut payload, json!("new"));
    if result.is_err() {
        assert_eq!(payload, before);
    }
    result.map(|()| payload)
}

#[test]
fn a_pointer_sets_and_creates_the_last_place() {
    let table = [
        ("/s", json!({"a": [1, {"b": 2}], "s": "new"})),
        ("/t", json!({"a": [1, {"b": 2}], "s": "x", "t": "new"})),
        ("/a/0", json!({"a": ["new", {"b": 2}], "s": "x"})),
        ("/a/1/b", json!({"a": [1, {"b": "new"}], "s": "x"})),
        ("/a/2", json!({"a": [1, {"b": 2}, "new"], "s": "x"})),
        ("/a/-", json!({"a": [1, {"b": 2}, "new"], "s": "x"})),
        ("", json!("new")),
    ];
    for (target, expected) in table {
        assert_eq!(set(target, SelectorKind::JsonPointer), Ok(expected), "{target}");
    }
    let table = [
        ("/x/y", "there is nothing at `/x` that could hold `/x/y`"),
        ("/a/-/b", "there is nothing at `/a/-` that could hold `/a/-/b`"),
        ("/s/y", "`/s/y` leads into a string"),
        ("/a/3", "`/a/3` is no slot of an array of 2 items; the next one is `2` or `-`"),
        ("/a/b", "`/a/b` is no slot of an array of 2 items; the next one is `2` or `-`"),
    ];
    for (target, message) in table {
        assert_eq!(set(target, SelectorKind::JsonPointer).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_path_replaces_all_that_it_selects() {
    let kind = SelectorKind::JsonPath(JsonPathVersion::Rfc9535);
    assert_eq!(set("$.a[*]", kind), Ok(json!({"a": ["new", "new"], "s": "x"})));
    assert_eq!(set("$..b", kind), Ok(json!({"a": [1, {"b": "new"}], "s": "x"})));
    assert_eq!(set("$..*", kind), Ok(json!({"a": "new", "s": "new"})));
    assert_eq!(set("$", kind), Ok(json!("new")));
    assert_eq!(set("$.x", kind), Err(TargetError::SelectsNothing { target: "$.x".into() }));
    assert!(Target::parse("$[{$inputs.i}]", kind, Mode::Tolerant).is_err());
}

#[cfg(feature = "xml")]
#[test]
fn an_xpath_replaces_the_content_of_nodes() {
    let kind = SelectorKind::XPath(arazzo_expression::XPathVersion::V10);
    let set = |target: &str, value: Value| {
        let target = Target::parse(target, kind, Mode::Strict).unwrap().value;
        assert!(target.is_for_xml());
        target.set_in_xml("<r xmlns:p='u'><a i='1'>x<b/></a><a>y</a><p:c>z</p:c></r>", &value)
    };
    let table = [
        ("/r/a[1]", "<r xmlns:p=\"u\"><a i=\"1\">&lt;1&gt;</a><a>y</a><p:c>z</p:c></r>"),
        ("//a", "<r xmlns:p=\"u\"><a i=\"1\">&lt;1&gt;</a><a>&lt;1&gt;</a><p:c>z</p:c></r>"),
        ("//@i", "<r xmlns:p=\"u\"><a i=\"&lt;1&gt;\">x<b/></a><a>y</a><p:c>z</p:c></r>"),
        ("//p:c/text()", "<r xmlns:p=\"u\"><a i=\"1\">x<b/></a><a>y</a><p:c>&lt;1&gt;</p:c></r>"),
    ];
    for (target, expected) in table {
        assert_eq!(set(target, json!("<1>")).as_deref(), Ok(expected), "{target}");
    }
    assert_eq!(set("//x", json!(1)), Err(TargetError::SelectsNothing { target: "//x".into() }));
    for target in ["count(//a)", "/", "//q:c"] {
        assert!(matches!(set(target, json!(1)), Err(TargetError::NotApplicable { .. })), "{target}");
    }
    assert!(matches!(set("//a", json!("\u{1}")), Err(TargetError::NotApplicable { .. })));
}

#[test]
fn json_and_xml_are_kept_apart() {
    let pointer = Target::parse("/a", SelectorKind::JsonPointer, Mode::Strict).unwrap().value;
    assert!(!pointer.is_for_xml());
    assert!(pointer.set_in_xml("<a/>", &json!(1)).is_err());
}
