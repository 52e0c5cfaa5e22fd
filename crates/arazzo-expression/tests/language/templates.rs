use arazzo_expression::{Absence, Mode, Segment, Template};
use serde_json::{Value, json};

use crate::world::World;

fn parse(text: &str) -> Template {
    let tolerant = Template::parse(text, Mode::Tolerant).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(Template::parse(text, Mode::Strict), Ok(tolerant.clone()), "{text}");
    tolerant.value
}

fn give(text: &str, inputs: Value) -> Result<Value, Absence> {
    parse(text).evaluate(&World(json!({"inputs": inputs})))
}

#[test]
fn text_that_looks_like_an_expression_is_text() {
    let table = [
        "",
        "$",
        "$5",
        "$create_account",
        "$type",
        "$api_key",
        "$.items[0]",
        "$urls",
        "$url_x",
        "$self-service",
        "$statusCodes",
        "$inputs",
        "$response",
        "$input.a",
        "$$inputs.a",
        " $inputs.a",
        "Bearer $inputs.a",
        "{}",
        "{\"a\": {\"b\": 1}}",
        "{$",
        "{$}",
        "{$a}",
        "{$urls}",
        "{ $inputs.a }",
        "/pets/{id}",
        "^a{2,3}$",
    ];
    for text in table {
        assert_eq!(parse(text), Template::Literal(text.to_owned()), "{text}");
    }
}

#[test]
fn a_slip_in_an_expression_is_an_error_and_not_text() {
    let table = [
        "$inputs.",
        "$inputs.a and more",
        "$inputs.a, $inputs.b",
        "$response.payload",
        "$url/path",
        "$statusCode == 200",
        "$steps.x",
        "{$inputs.a",
        "text {$inputs.a b} text",
        "{$inputs.}",
        "{$response.body.a[*]}",
        "$response.body.a[]",
    ];
    for text in table {
        for mode in [Mode::Tolerant, Mode::Strict] {
            assert!(Template::parse(text, mode).is_err(), "{text}");
        }
    }
    let error = Template::parse("$response.body.a[0]", Mode::Strict).unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("a part of a value is written `$response.body#/a/0`"));
    let error = Template::parse("id: {$response.body.a}!", Mode::Strict).unwrap_err();
    assert_eq!(
        (error.range, error.hint.as_deref()),
        (19..21, Some("a part of a value is written `$response.body#/a`"))
    );
}

#[test]
fn an_expression_alone_keeps_its_type() {
    assert_eq!(give("$inputs.a", json!({"a": [1]})), Ok(json!([1])));
    assert_eq!(give("{$inputs.a}", json!({"a": 1})), Ok(json!("1")));
}

#[test]
fn embedded_values_become_text() {
    let inputs = json!({"s": "x\"{$inputs.n}", "n": 1.5, "t": true, "z": null, "o": {"k": [1, "a"]}});
    let text = "{$inputs.s}|{$inputs.n}|{$inputs.t}|{$inputs.z}|{$inputs.o}|{$inputs.o#/k/1}";
    let expected = "x\"{$inputs.n}|1.5|true|null|{\"k\":[1,\"a\"]}|a";
    assert_eq!(give(text, inputs), Ok(json!(expected)));
}

#[test]
fn braces_around_an_expression_do_not_matter_to_the_rest() {
    let text = "{\"id\": \"{$inputs.a}\", \"to\": {}}";
    assert_eq!(give(text, json!({"a": "é"})), Ok(json!("{\"id\": \"é\", \"to\": {}}")));
    let path = parse("{$sourceDescriptions.n.url}#/paths/~1a~1{id}/get");
    let Template::Text(segments) = &path else { panic!("{path:?}") };
    assert_eq!(segments[1], Segment::Literal("#/paths/~1a~1{id}/get".into()));
    assert_eq!(path.expressions().count(), 1);
}

#[test]
fn a_missing_value_is_an_absence() {
    assert_eq!(give("a {$inputs.b}", json!({})), Err(Absence::UnknownInput { name: "b".into() }));
}

#[test]
fn expressions_are_listed_in_order() {
    let names = |text: &str| parse(text).expressions().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names("{$inputs.b} {$inputs.a}"), ["$inputs.b", "$inputs.a"]);
    assert_eq!(names("$inputs.b"), ["$inputs.b"]);
    assert!(names("b").is_empty());
}
