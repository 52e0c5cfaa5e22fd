use arazzo_expression::{
    Criterion, CriterionError, CriterionField, CriterionText, CriterionType, JsonPathVersion, Judgement,
    Mode, XPathVersion,
};
use serde_json::{Value, json};

use crate::world::{judge_path, on_body, path_holds, path_notes, value};

fn strict(condition: &str) -> Result<Criterion, CriterionError> {
    Criterion::parse(on_body(condition), Mode::Strict).map(|parsed| {
        assert!(parsed.notes.is_empty());
        parsed.value
    })
}

fn reason(condition: &str, world: Value) -> String {
    match judge_path(condition, world) {
        Judgement::NotHeld { reason } => reason,
        other => panic!("{condition}: {other:?}"),
    }
}

fn not_evaluated(condition: &str, world: Value) -> String {
    match judge_path(condition, world) {
        Judgement::NotEvaluated { reason } => reason,
        other => panic!("{condition}: {other:?}"),
    }
}

#[test]
fn a_query_passes_when_it_selects_a_node_whatever_its_value() {
    let body = || json!({"active": false, "none": null, "pets": [{"id": 1, "tags": []}, {"id": 2}], "a b": 1, "é": 1});
    let table = [
        ("$", true),
        ("$.active", true),
        ("$.none", true),
        ("$.missing", false),
        ("$.pets[*]", true),
        ("$.pets[0]", true),
        ("$.pets[-1].id", true),
        ("$.pets[-3]", false),
        ("$.pets[2]", false),
        ("$['a b']", true),
        ("$[\"a b\"]", true),
        ("$.é", true),
        ("$ .pets [0]\n.id", true),
        ("$..tags", true),
        ("$..nothing", false),
        ("$.pets[0:1]", true),
        ("$.pets[?@.id == 2]", true),
        ("$.pets[?(@.id == 3)]", false),
        ("$.pets[?@.id > 1 && !@.tags]", true),
        ("$.pets[?length(@.tags) == 0]", true),
        ("$.pets[?match(@.id, 'x')]", false),
        ("$.active.x", false),
        ("$.pets.id", false),
    ];
    for (condition, held) in table {
        assert_eq!(path_holds(condition, body()), held, "{condition}");
        assert!(path_notes(condition).is_empty(), "{condition}");
        assert!(strict(condition).is_ok(), "{condition}");
    }
    assert_eq!(reason("$.missing", json!({"body": {}})), "`$.missing` selects nothing in `$response.body`");
}

#[test]
fn a_comparison_works_as_in_simple_conditions() {
    let body = || json!({"ok": true, "status": "Done", "n": 5, "z": null, "a": {"b-c": 1}, "items": [{"p": 1}, {"p": 9}]});
    let table = [
        ("$.ok == true", true),
        ("$.ok == 'true'", false),
        ("$.status == \"done\"", true),
        ("$.status == 'done' || $.status == 'failed'", true),
        ("$.status != 'done' && $.n > 1", false),
        ("$.n >= 5", true),
        ("$.n >= '5.0'", true),
        ("$.z == null", true),
        ("$.missing == null", true),
        ("$.missing != null", false),
        ("$.n != null", true),
        ("$.status in [\"done\", 'failed']", true),
        ("$.status in ['failed']", false),
        ("$.n in [1, 5]", true),
        ("$.n in []", false),
        ("!($.status in ['failed'])", true),
        ("!$.missing", true),
        ("$.a.b-c == 1", true),
        ("$.a['b-c'] == 1", true),
        ("$.items[*].p == 9", true),
        ("$.items[*].p == 5", false),
        ("$.items[*].p != 9", false),
        ("$.items[*].p != 5", true),
        ("$.items[*].p > 8", true),
        ("$.items[?@.p > 8].p == 9", true),
        ("$.items[0].p == $.items[?(@.p < 5)].p", true),
        ("($.n == 5)", true),
        ("5 == $.n", true),
    ];
    for (condition, held) in table {
        assert_eq!(path_holds(condition, body()), held, "{condition}");
        assert_eq!(path_notes(condition).first(), Some(&"T1"), "{condition}");
        let Err(CriterionError::Condition(_)) = strict(condition) else { panic!("{condition}") };
    }
}

#[test]
fn a_threshold_from_the_inputs_decides() {
    let condition = "$.scores.account_abuse.score >= $inputs.scoreThreshold";
    let world = |score: &str| json!({"body": {"scores": {"account_abuse": {"score": value(score)}}}, "inputs": {"scoreThreshold": 80}});
    for score in ["80", "80.0", "91.5", "8e1"] {
        assert_eq!(judge_path(condition, world(score)), Judgement::Held, "{score}");
    }
    assert_eq!(
        reason(condition, world("79.999")),
        "`$.scores.account_abuse.score` is 79.999, `$inputs.scoreThreshold` is 80"
    );
    let missing = json!({"body": {"scores": {}}, "inputs": {"scoreThreshold": 80}});
    let found = reason(condition, missing);
    assert!(found.contains("`$.scores.account_abuse.score` has no value: it selects nothing"), "{found}");
    assert_eq!(path_notes(condition), ["T1", "T3"]);
    let notes = Criterion::parse(on_body(condition), Mode::Tolerant).unwrap().notes;
    assert_eq!(
        notes[0].fix,
        "write the simple condition `$response.body#/scores/account_abuse/score >= $inputs.scoreThreshold`"
    );
    assert_eq!((notes[1].range.clone(), notes[1].fix.as_str()), (32..54, "write `{$inputs.scoreThreshold}`"));
}

#[test]
fn a_context_that_is_no_json_is_not_evaluated() {
    let condition = "$.a >= 1";
    assert_eq!(
        not_evaluated(condition, json!({"body": "text"})),
        "the context `$response.body` is text, not JSON"
    );
    assert_eq!(
        not_evaluated(condition, json!({})),
        "the context `$response.body` has no value: there is no response"
    );
    assert_eq!(reason(condition, json!({"body": null})), "the context `$response.body` is null");
    assert_eq!(
        not_evaluated("$.a", json!({"body": "text"})),
        "the context `$response.body` is text, not JSON"
    );
}

#[test]
fn length_is_a_tolerance_unless_it_is_a_member() {
    let table = [
        ("$.items.length > 0", json!({"items": [1]}), true),
        ("$.items.length == 0", json!({"items": []}), true),
        ("$.items.length == 0", json!({}), false),
        ("$.length == 2", json!([1, 2]), true),
        ("$.name.length == 2", json!({"name": "éé"}), true),
        ("$.box.length == 7", json!({"box": {"length": 7}}), true),
        ("$.box.length == 1", json!({"box": {"width": 7}}), false),
        ("$.box['length'] == 1", json!({"box": [7]}), false),
        ("$.items[?(@.id == 'x')].length == 0", json!({"items": [{"id": "y"}]}), true),
        ("$.items[*].length == 2", json!({"items": ["a", "b"]}), true),
        ("$.items[0].tags.length == 3", json!({"items": [{"tags": [1, 2, 3]}]}), true),
        ("$.items[*].tags.length == 3", json!({"items": [{"tags": [1, 2, 3]}, {"tags": []}]}), true),
        ("$.a.length > 0 && $.b.length > 0", json!({"a": [1], "b": [1]}), true),
    ];
    for (condition, body, held) in table {
        assert_eq!(path_holds(condition, body), held, "{condition}");
    }
    assert_eq!(path_notes("$.items.length > 0"), ["T1", "T2"]);
    let notes = Criterion::parse(on_body("$.items.length > 0"), Mode::Tolerant).unwrap().notes;
    assert_eq!(notes[0].fix, "write the query `$.items[*]`, which passes when there is an item");
    // Alone it is a query, for which RFC 9535 decides.
    assert!(!path_holds("$.items.length", json!({"items": [1]})));
    assert!(strict("$.items.length").is_ok());
}

#[test]
fn runtime_expressions_are_put_in_as_values() {
    let world = |model: Value| json!({"body": {"data": [{"id": "a'b\"", "n": 2, "deep": {"k": 1}}]}, "inputs": {"m": model}});
    let held = |condition: &str, model: Value| judge_path(condition, world(model)).held();
    for condition in [
        "$.data[?(@.id == '{$inputs.m}')]",
        "$.data[?(@.id == \"{$inputs.m}\")]",
        "$.data[?@.id == {$inputs.m}]",
    ] {
        assert!(held(condition, json!("a'b\"")), "{condition}");
        assert!(!held(condition, json!("x' || @.id != 'x")), "{condition}");
        assert!(path_notes(condition).is_empty() && strict(condition).is_ok(), "{condition}");
    }
    for condition in [
        "$.data[?(@.id == '$inputs.m')]",
        "$.data[?(@.id == $inputs.m)]",
        "$.data[?(@.id==$inputs.m&&@.n==2)]",
    ] {
        assert!(held(condition, json!("a'b\"")), "{condition}");
        assert!(!held(condition, json!("x")), "{condition}");
        assert_eq!(path_notes(condition), ["T3"], "{condition}");
    }
    assert!(held("$.data[?(@.id == '$inputs.m')].length == 1", json!("a'b\"")));
    assert!(held("$.data[?@.n == {$inputs.m}]", json!(2)));
    assert!(!held("$.data[?@.n == '{$inputs.m}']", json!(2)));
    assert!(held("$.data[?@.n < {$inputs.m}]", json!(2.5)));
    assert!(held("$.data[{$inputs.m}].n", json!(0)) && !held("$.data[{$inputs.m}].n", json!(1)));
    assert!(held("$.data[0].{$inputs.m}", json!("n")) && !held("$.data[0].{$inputs.m}", json!("x")));
    assert!(held("$.data[?@['{$inputs.m}'] == 2]", json!("n")));
    assert!(held("$.data[?search(@.id, '{$inputs.m}')]", json!("^a")));
    assert!(held("$.data[0].id == '{$inputs.m}'", json!("A'b\"")));
    assert!(held("$.data[0].n == {$inputs.m}", json!("2")));
    assert!(held("$.data[?@.id == '{$inputs.m}'].n == 2", json!("a'b\"")));
    let why = not_evaluated("$.data[?@.id == '{$inputs.x}']", world(json!(1)));
    assert_eq!(why, "`$inputs.x` has no value: there is no input `x`");
    let why = not_evaluated("$.data[?@.id == {$inputs.m}]", world(json!({})));
    assert_eq!(why, "an object cannot be compared in a query");
}

#[test]
fn strict_takes_a_quoted_expression_without_braces_as_text() {
    assert!(strict("$.data[?(@.id == '$inputs.m')]").is_ok());
    assert!(strict("$.data[?(@.id == $inputs.m)]").is_err());
    assert!(Criterion::parse(on_body("$.data[?(@.id == '$inputs.m and')]"), Mode::Tolerant).is_err());
}

#[test]
fn what_is_no_jsonpath_is_refused_with_a_remedy() {
    let table = [
        ("", "the condition is empty"),
        ("$.items[", "`[` is not closed"),
        ("$.items['a]", "the string is not closed"),
        ("$.items[?]", "no JSONPath query"),
        ("$.items[?@.a == ]", "no JSONPath query"),
        ("$.items[?in(@.a, @.b)]", "RFC 9535 has no function `in`"),
        ("$.", "the name of a member is missing"),
        ("$.2fa", "stands in brackets"),
        ("$.a ==", "a value is missing at the end"),
        ("$.a == b", "'b'"),
        ("$.a == 1 == 2", "cannot follow a comparison"),
        ("$.a in [1", "the list is not closed"),
        ("$.a matches 'x'", "`matches` cannot stand here"),
        ("$.a == 'x\\q'", "an escape that RFC 9535 does not know"),
        ("#/petId == 4", "a JSON Pointer belongs in a simple condition"),
        ("$.a[?@.b == {$inputs.x]", "is not closed"),
        ("$.a)", "this `)` has no `(`"),
    ];
    for (condition, message) in table {
        let found = Criterion::parse(on_body(condition), Mode::Tolerant).expect_err(condition);
        assert_eq!(found.field(), CriterionField::Condition);
        let found = found.syntax().unwrap().to_string();
        assert!(found.contains(message), "{condition}: {found}");
    }
    let error = strict("$.ok == true").unwrap_err().to_string();
    assert!(error.ends_with("write the simple condition `$response.body#/ok == true`"), "{error}");
}

#[test]
fn a_criterion_without_its_context_is_refused() {
    let kind = CriterionType::JsonPath(JsonPathVersion::Rfc9535);
    let parse = |context| {
        Criterion::parse(CriterionText { condition: "$.a", context, kind }, Mode::Tolerant).unwrap_err()
    };
    assert_eq!(parse(None).field(), CriterionField::Context);
    assert_eq!(parse(None).to_string(), "a `jsonpath` criterion needs a `context`, such as `$response.body`");
    assert_eq!(parse(Some("response")).field(), CriterionField::Context);
    let hint = Criterion::parse(
        CriterionText { condition: "$.a", context: Some("$response.body.a"), kind },
        Mode::Strict,
    )
    .unwrap_err()
    .syntax()
    .unwrap()
    .hint
    .clone();
    assert_eq!(hint.as_deref(), Some("a part of a value is written `$response.body#/a`"));
}

#[test]
fn types_and_versions_are_known_by_name() {
    let known = |kind, version| CriterionType::from_names(kind, version).unwrap();
    assert_eq!(known(None, None), CriterionType::Simple);
    assert_eq!(known(Some("jsonpath"), Some("rfc9535")), known(Some("jsonpath"), None));
    assert_eq!(known(Some("xpath"), Some("xpath-10")), CriterionType::XPath(XPathVersion::V10));
    let unknown = |kind, version| CriterionType::from_names(kind, version).unwrap_err();
    assert_eq!(unknown(Some("xpth"), None).field(), CriterionField::Type);
    assert_eq!(unknown(Some("jsonpath"), Some("2")).field(), CriterionField::Version);
    for kind in [
        known(Some("xpath"), Some("xpath-31")),
        known(Some("jsonpath"), Some("draft-goessner-dispatch-jsonpath-00")),
    ] {
        let text = CriterionText { condition: "//a", context: Some("$response.body"), kind };
        let error = Criterion::parse(text, Mode::Tolerant).unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains("not supported"), "{error}");
    }
}

#[test]
fn a_simple_criterion_ignores_its_context() {
    let text =
        CriterionText { condition: "$statusCode == 200", context: Some("???"), kind: CriterionType::Simple };
    let criterion = Criterion::parse(text, Mode::Strict).unwrap().value;
    assert_eq!(criterion.condition_text(), "$statusCode == 200");
    assert!(criterion.condition().is_some());
}

#[test]
fn what_a_criterion_reads_is_listed() {
    let reads = |condition: &str| {
        let criterion = Criterion::parse(on_body(condition), Mode::Tolerant).unwrap().value;
        criterion.reads().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        reads("$.a[0].b == $inputs.x && $.c.length > 0"),
        ["$response.body", "$inputs.x", "$response.body#/a/0/b", "$response.body#/c"]
    );
    assert_eq!(reads("$.a[?@.b == '{$inputs.y}']"), ["$response.body", "$inputs.y"]);
}

#[test]
fn a_count_of_nothing_is_zero() {
    let body = || json!({"items": [{"tags": []}, {"tags": [1]}, {}], "none": []});
    let table = [
        ("$.items[?count(@.tags[*]) == 0]", true),
        ("$.items[?count(@.tags[*]) < 1 && @.tags]", true),
        ("$.items[?0 == count(@.tags[*])].tags", true),
        ("$.items[?count(@.x) == count(@.y)]", true),
        ("$.items[?count(@.x) != 0]", false),
        ("$.items[?!(count(@.x) == 0)]", false),
        ("$.items[?count($.none[*]) > 0]", false),
        ("$.items[?count(@.tags[*]) > 1]", false),
    ];
    for (condition, held) in table {
        assert_eq!(path_holds(condition, body()), held, "{condition}");
    }
}
