//! What YAML is read as.

use serde_json::{Value, json};

use super::*;
use crate::diagnostic::Severity;
use crate::read::MAX_NODES;

fn value(text: &str) -> Value {
    let reading = read(text);
    assert!(reading.problems.is_empty(), "{text}: {:?}", reading.problems);
    reading.root.unwrap().to_value()
}

/// The value that is read in spite of one problem, and that problem.
fn with_problem(text: &str) -> (Value, Problem) {
    let mut reading = read(text);
    assert_eq!(reading.problems.len(), 1, "{text}: {:?}", reading.problems);
    (reading.root.map(|root| root.to_value()).unwrap_or_default(), reading.problems.remove(0))
}

fn place(node: &Node) -> (u32, u32, u32, u32) {
    let Span { start, end } = node.span;
    (start.line, start.column, end.line, end.column)
}

#[test]
fn block_and_flow_style_give_the_same_value() {
    let wanted = json!({"a": [1, "x", null], "b": {"c": true}});
    assert_eq!(value("a:\n- 1\n- x\n-\nb:\n  c: true\n"), wanted);
    assert_eq!(value("{a: [1, x, ~], b: {c: true}}"), wanted);
    assert_eq!(value("a:\r\n- 1\r\n- 'x'\r\n- null\r\nb: {\"c\":true}\r\n"), wanted);
}

#[test]
fn every_part_knows_its_place() {
    let root = read(
        "a:\n  - b: \"x y\"  # note\n    c: |\n      one\n      two\n\n# note\nd: [1,\n  2]\ne:\nf: ü\n",
    )
    .root
    .unwrap();
    let of = |pointer: &str| place(root.pointer(pointer).unwrap());
    assert_eq!(of("/a"), (2, 3, 7, 1));
    assert_eq!(of("/a/0"), (2, 5, 7, 1));
    assert_eq!(of("/a/0/b"), (2, 8, 2, 13));
    assert_eq!(of("/d"), (8, 4, 9, 5));
    assert_eq!(of("/e"), (10, 2, 10, 2));
    assert_eq!(of("/f"), (11, 4, 11, 5));
    assert_eq!(of(""), (1, 1, 11, 5));
    let key = root.get("a").and_then(|a| a.pointer("/0")?.member("c")).unwrap().key_span;
    assert_eq!((key.start, key.end), (Position { line: 3, column: 5 }, Position { line: 3, column: 6 }));
}

#[test]
fn quoted_text_and_block_text_are_strings() {
    assert_eq!(value("[\"1\", 'true', \"\\u00fc\\n\"]"), json!(["1", "true", "ü\n"]));
    assert_eq!(value("a: |\n  1\nb: >-\n  x\n  y\n"), json!({"a": "1\n", "b": "x y"}));
}

#[test]
fn a_number_as_key_is_its_text() {
    assert_eq!(value("200: ok\n1.0: x\n'404': y\n"), json!({"200": "ok", "1.0": "x", "404": "y"}));
}

#[test]
fn a_key_that_is_true_or_null_is_its_text_with_a_warning() {
    let (value, problem) = with_problem("true: 1\n");
    assert_eq!(value, json!({"true": 1}));
    assert_eq!((problem.code, problem.severity), (Code::NonStringKey, Severity::Warning));
    assert_eq!(problem.hint.as_deref(), Some("write `\"true\":`"));
    assert_eq!(with_problem("~: 1\n").0, json!({"~": 1}));
    assert_eq!(with_problem("true: 1\non: 2\n").0, json!({"true": 1, "on": 2}));
}

#[test]
fn a_collection_as_key_is_an_error() {
    for text in ["? [a]\n: 1\nb: 2\n", "? {a: 1}\n: {c: 1}\nb: 2\n", "{[a]: 1, b: 2}"] {
        let (value, problem) = with_problem(text);
        assert_eq!(value, json!({"b": 2}), "{text}");
        assert_eq!((problem.code, problem.severity), (Code::NonStringKey, Severity::Error));
    }
}

#[test]
fn a_key_that_is_there_twice_is_an_error_and_the_first_counts() {
    let (value, problem) = with_problem("a: 1\nb: 2\na: 3\n");
    assert_eq!(value, json!({"a": 1, "b": 2}));
    assert_eq!(problem.code, Code::DuplicateKey);
    assert_eq!(problem.message, "the key `a` is there twice, first at line 1");
    assert_eq!(problem.span.start, Position { line: 3, column: 1 });
    let many: String = (0..40).map(|n| format!("k{}: {n}\n", n % 39)).collect();
    assert_eq!(with_problem(&many).1.message, "the key `k0` is there twice, first at line 1");
}

#[test]
fn an_alias_repeats_what_its_anchor_is_at() {
    let root = read("a: &x {b: [1]}\nc: *x\n*x0 : 1\n").problems;
    assert_eq!(root.len(), 1);
    assert_eq!(value("a: &x {b: [1]}\nc: *x\n"), json!({"a": {"b": [1]}, "c": {"b": [1]}}));
    assert_eq!(value("&k a: 1\nb: *k\n"), json!({"a": 1, "b": "a"}));
    assert_eq!(value("a: &k b\n*k : 1\n"), json!({"a": "b", "b": 1}));
    assert_eq!(value("- &x 1\n- &x 2\n- *x\n"), json!([1, 2, 2]));
    let root = read("a: &x {b: 1}\nc: *x\n").root.unwrap();
    assert_eq!(place(root.get("c").unwrap()), (2, 4, 2, 6));
    assert_eq!(place(root.pointer("/c/b").unwrap()), (1, 11, 1, 12));
}

#[test]
fn an_alias_inside_its_own_anchor_is_an_error() {
    let (value, problem) = with_problem("a: &x [1, *x]\n");
    assert_eq!(value, json!({"a": [1, null]}));
    assert_eq!(problem.code, Code::YamlAlias);
}

#[test]
fn an_unknown_anchor_is_an_error() {
    let (_, problem) = with_problem("a: *x\n");
    assert_eq!(problem.code, Code::YamlSyntax);
    assert!(problem.hint.unwrap().contains("`&name`"));
}

#[test]
fn aliases_cannot_grow_without_limit() {
    let mut laughs = "a0: &a0 [x]\n".to_owned();
    for n in 1..40 {
        let previous = format!("*a{}, ", n - 1).repeat(9);
        laughs.push_str(&format!("a{n}: &a{n} [{previous}]\n"));
    }
    assert_eq!(with_problem(&laughs).1.code, Code::TooLarge);
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1 << 10));
    assert_eq!(with_problem(&long).1.code, Code::TooLarge);
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for n in 1..200 {
        deep.push_str(&format!("a{n}: &a{n} [*a{}]\n", n - 1));
    }
    assert_eq!(with_problem(&deep).1.code, Code::TooDeep);
    assert!(measure(&read("[a, {b: c}]").root.unwrap()).cost < MAX_NODES);
}

#[test]
fn merged_members_come_after_those_that_are_there() {
    let base = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\n";
    let merged = |rest: &str| value(&format!("{base}{rest}")).pointer("/c").cloned().unwrap();
    assert_eq!(merged("c: {<<: *a, y: 3}\n"), json!({"y": 3, "x": 1}));
    assert_eq!(merged("c: {<<: [*a, *b]}\n"), json!({"x": 1, "y": 1, "z": 2}));
    assert_eq!(merged("c: {<<: *b, <<: *a}\n"), json!({"y": 2, "z": 2, "x": 1}));
    assert_eq!(merged("c: {<<: {q: 1}}\n"), json!({"q": 1}));
    assert_eq!(merged("c: {'<<': 1}\n"), json!({"<<": 1}));
    assert_eq!(with_problem("<<: 1\na: 2\n").1.code, Code::YamlMerge);
    assert_eq!(with_problem("<<: [1]\na: 2\n").0, json!({"a": 2}));
}

#[test]
fn the_tags_of_the_core_schema_say_what_a_scalar_is() {
    assert_eq!(
        value(
            "[!!str 1, ! 2, !!int 3, !!int '4', !!float 1, !!bool true, !!null '', !!str , !<tag:yaml.org,2002:str> 5]"
        ),
        json!(["1", "2", 3, 4, 1, true, null, "", "5"])
    );
    assert_eq!(value("!!map {a: !!seq [1]}"), json!({"a": [1]}));
}

#[test]
fn a_tag_that_does_not_fit_is_an_error() {
    for text in
        ["!!int x", "!!int 1.5", "!!bool yes", "!!null x", "!!float .inf", "!!seq x", "!!map [1]", "!!str {}"]
    {
        let (_, problem) = with_problem(text);
        assert_eq!((problem.code, problem.severity), (Code::YamlTag, Severity::Error), "{text}");
    }
}

#[test]
fn another_tag_is_an_error() {
    for (text, wanted) in [("!Ref 1", json!(1)), ("!!binary aGk=", json!("aGk=")), ("!Sub [a]", json!(["a"]))]
    {
        let (value, problem) = with_problem(text);
        assert_eq!(value, wanted);
        assert_eq!((problem.code, problem.severity), (Code::YamlTag, Severity::Error), "{text}");
    }
    let message = with_problem("!!binary aGk=").1.message;
    assert_eq!(message, "the tag `!!binary` has no meaning here");
}

#[test]
fn a_second_document_is_an_error_and_the_first_counts() {
    let (value, problem) = with_problem("---\na: 1\n---\nb: 2\n");
    assert_eq!(value, json!({"a": 1}));
    assert_eq!(problem.code, Code::SeveralDocuments);
    assert_eq!(problem.span.start.line, 3);
}

#[test]
fn a_text_without_a_value_is_an_error() {
    for text in ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n"] {
        assert_eq!(with_problem(text).1.code, Code::EmptyDocument, "{text:?}");
    }
}

#[test]
fn a_syntax_error_has_its_place() {
    let (_, problem) = with_problem("a: b: c\n");
    assert_eq!(problem.code, Code::YamlSyntax);
    assert_eq!(problem.span.start, Position { line: 1, column: 5 });
    let (_, problem) = with_problem("a: x\nb: ü\u{0}\nc: x\n");
    assert_eq!(problem.span.start, Position { line: 2, column: 5 });
}

#[test]
fn nesting_is_bounded() {
    let nested =
        |open: &str, close: &str, depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
    assert_eq!(read(&nested("[", "]", MAX_DEPTH)).problems, []);
    assert_eq!(read(&nested("- ", "", MAX_DEPTH)).problems, []);
    for depth in [MAX_DEPTH + 1, 300, 100_000] {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[", "")] {
            let reading = read(&nested(open, close, depth));
            assert_eq!(reading.root, None);
            assert_eq!(reading.problems.last().unwrap().code, Code::TooDeep, "{open}×{depth}");
        }
    }
}
