use arazzo_expression::{
    Absence, JsonPathVersion, Mode, Selector, SelectorError, SelectorKind, XPathVersion,
};
use serde_json::{Value, json};

use crate::world::World;

const JSON_PATH: SelectorKind = SelectorKind::JsonPath(JsonPathVersion::Rfc9535);

fn give(context: &str, selector: &str, kind: SelectorKind) -> Result<Value, Absence> {
    let world = World(json!({
        "body": {"user": {"email": "e", "tags": ["a", "b"], "none": []}, "text": "x"},
        "inputs": {"i": 1, "xml": "<r><n>1</n><n>2</n><m a='v'/></r>"},
    }));
    let parsed = Selector::parse(context, selector, kind, Mode::Strict);
    parsed.unwrap_or_else(|error| panic!("{selector}: {error}")).value.evaluate(&world)
}

#[test]
fn one_node_is_its_value_and_several_are_an_array() {
    let table = [
        ("$.user.email", json!("e")),
        ("$.user.tags", json!(["a", "b"])),
        ("$.user.tags[*]", json!(["a", "b"])),
        ("$.user.tags[{$inputs.i}]", json!("b")),
        ("$..email", json!("e")),
        ("$.user['email', 'none']", json!(["e", []])),
    ];
    for (selector, expected) in table {
        assert_eq!(give("$response.body", selector, JSON_PATH), Ok(expected), "{selector}");
    }
    let pointer = |selector| give("$response.body", selector, SelectorKind::JsonPointer);
    assert_eq!(pointer("/user/tags/1"), Ok(json!("b")));
    assert_eq!(pointer("/text"), Ok(json!("x")));
}

#[test]
fn nothing_selected_is_an_absence() {
    let absence = give("$response.body", "$.user.none[*]", JSON_PATH).unwrap_err();
    assert_eq!(absence.to_string(), "`$response.body` has nothing at `$.user.none[*]`");
    assert!(give("$response.body", "/user/x", SelectorKind::JsonPointer).is_err());
    assert!(matches!(give("$inputs.x", "$.a", JSON_PATH), Err(Absence::UnknownInput { .. })));
}

#[cfg(feature = "xml")]
#[test]
fn xpath_selects_text() {
    let xpath = |selector| give("$inputs.xml", selector, SelectorKind::XPath(XPathVersion::V10));
    assert_eq!(xpath("/r/n"), Ok(json!(["1", "2"])));
    assert_eq!(xpath("//m/@a"), Ok(json!("v")));
    assert_eq!(xpath("count(//n)"), Ok(json!(2)));
    assert_eq!(xpath("//n[{$inputs.i}]"), Ok(json!("1")));
    assert_eq!(xpath("string(//n)"), Ok(json!("1")));
    assert_eq!(xpath("//n = 2"), Ok(json!(true)));
    assert!(xpath("//x").is_err());
    let number = give("$inputs.i", "/r", SelectorKind::XPath(XPathVersion::V10)).unwrap_err();
    assert_eq!(number.to_string(), "`/r` cannot be applied to `$inputs.i`: a number is no XML text");
}

#[test]
fn types_are_named_with_their_versions() {
    let kind = SelectorKind::from_names;
    assert_eq!(kind("jsonpath", Some("rfc9535")), Ok(JSON_PATH));
    assert_eq!(kind("jsonpointer", Some("rfc6901")), Ok(SelectorKind::JsonPointer));
    assert_eq!(kind("xpath", None), Ok(SelectorKind::XPath(XPathVersion::Unnamed)));
    assert!(matches!(kind("css", None), Err(SelectorError::UnknownType { .. })));
    assert!(matches!(kind("jsonpointer", Some("1")), Err(SelectorError::UnknownVersion { .. })));
    for (name, version) in [("jsonpath", "draft-goessner-dispatch-jsonpath-00"), ("xpath", "xpath-31")] {
        let error =
            Selector::parse("$response.body", "$.a", kind(name, Some(version)).unwrap(), Mode::Tolerant);
        let error = error.unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains(version), "{error}");
    }
}

#[test]
fn what_is_no_selector_is_refused() {
    for (selector, kind) in [
        ("a", JSON_PATH),
        ("$.a == 1", JSON_PATH),
        ("$.a-b", JSON_PATH),
        ("$[?in(@.a)]", JSON_PATH),
        ("a", SelectorKind::JsonPointer),
    ] {
        let error = Selector::parse("$response.body", selector, kind, Mode::Strict).unwrap_err();
        assert!(
            error.syntax().is_some() && matches!(error, SelectorError::Selector(_)),
            "{selector}: {error}"
        );
    }
    let error = Selector::parse("body", "$.a", JSON_PATH, Mode::Strict).unwrap_err();
    assert!(matches!(error, SelectorError::Context(_)));
}

#[test]
fn expressions_are_listed_with_the_context_first() {
    let selector =
        Selector::parse("$response.body", "$[{$inputs.i}]", JSON_PATH, Mode::Strict).unwrap().value;
    let names: Vec<String> = selector.expressions().map(ToString::to_string).collect();
    assert_eq!(names, ["$response.body", "$inputs.i"]);
}
