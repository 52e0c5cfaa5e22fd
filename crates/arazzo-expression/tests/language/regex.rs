use arazzo_expression::{Criterion, CriterionError, CriterionText, CriterionType, Judgement, Mode};
use serde_json::{Value, json};

use crate::world::judge_regex;

fn matches(pattern: &str, body: Value) -> bool {
    judge_regex(pattern, json!({ "body": body }), Mode::Strict).held()
}

#[test]
fn a_pattern_is_searched_in_the_text_of_the_value() {
    let table = [
        ("^2\\d{2}$", json!(204), true),
        ("^2\\d{2}$", json!(404), false),
        ("ell", json!("hello"), true),
        ("ELL", json!("hello"), false),
        ("(?i)ELL", json!("hello"), true),
        ("^true$", json!(true), true),
        ("^$", json!(""), true),
        ("\"a\":1", json!({"a": 1}), true),
    ];
    for (pattern, body, held) in table {
        assert_eq!(matches(pattern, body), held, "{pattern}");
    }
}

#[test]
fn null_fails_and_missing_is_not_evaluated() {
    let judge = |world| judge_regex("a", world, Mode::Tolerant);
    assert_eq!(
        judge(json!({"body": null})),
        Judgement::NotHeld { reason: "the context `$response.body` is null".into() }
    );
    assert!(matches!(judge(json!({})), Judgement::NotEvaluated { reason } if reason.contains("no response")));
    assert_eq!(
        judge(json!({"body": "b"})),
        Judgement::NotHeld { reason: "`$response.body` is \"b\", which `a` does not match".into() }
    );
}

#[test]
fn a_value_stands_for_itself_unless_strict() {
    let judge = |pattern: &str, x: &str, body: &str, mode| {
        judge_regex(pattern, json!({"body": body, "inputs": {"x": x}}), mode).held()
    };
    assert!(judge("^{$inputs.x}$", "a.c", "a.c", Mode::Tolerant));
    assert!(!judge("^{$inputs.x}$", "a.c", "abc", Mode::Tolerant));
    assert!(judge("^({$inputs.x})$", "a.c", "abc", Mode::Strict));
    assert!(judge("^{$inputs.x}{2}$", "ab", "abab", Mode::Tolerant));
    assert!(judge("^[{$inputs.x}]+$", "a-c]", "]-ca", Mode::Tolerant));
    assert!(!judge("^[{$inputs.x}]+$", "a-c]", "b", Mode::Tolerant));
    let broken = judge_regex("({$inputs.x})", json!({"body": "a", "inputs": {"x": ")("}}), Mode::Tolerant);
    assert!(matches!(broken, Judgement::NotHeld { .. }), "{broken:?}");
    let broken = judge_regex("{$inputs.x}", json!({"body": "a", "inputs": {"x": "("}}), Mode::Strict);
    assert!(matches!(broken, Judgement::NotEvaluated { .. }), "{broken:?}");
}

#[test]
fn a_pattern_that_is_none_is_refused() {
    for pattern in ["(", "a{2", "(?=a", "(a)\\2", "((a{1000}){1000}){1000}", "({$inputs.x}", "{$inputs.x"] {
        let text =
            CriterionText { condition: pattern, context: Some("$response.body"), kind: CriterionType::Regex };
        let error = Criterion::parse(text, Mode::Tolerant);
        if pattern == "a{2" {
            continue; // Whether an open quantifier is literal text is left to the engine.
        }
        assert!(matches!(error, Err(CriterionError::Condition(_))), "{pattern}");
    }
}

#[test]
fn look_around_and_back_references_are_searched_with_a_limit() {
    assert!(matches("^(?!draft)\\w+$", json!("done")) && !matches("^(?!draft)\\w+$", json!("draft1")));
    assert!(matches("(?<=id=)\\d+", json!("id=5")) && !matches("(?<=id=)\\d+", json!("no=5")));
    assert!(matches("(a|b)\\1", json!("abb")) && !matches("(a|b)\\1", json!("ab")));
    let judge = |body: String| judge_regex("^(?=a)(a|a)*\\1b$", json!({ "body": body }), Mode::Strict);
    for body in ["a".repeat(60), "a".repeat(100_000)] {
        let judgement = judge(body);
        assert!(matches!(judgement, Judgement::NotEvaluated { .. }), "{judgement:?}");
    }
}

#[test]
fn a_bare_expression_is_a_tolerance() {
    let text =
        |condition| CriterionText { condition, context: Some("$response.body"), kind: CriterionType::Regex };
    let parsed = Criterion::parse(text("^$inputs.x-1.*$"), Mode::Tolerant).unwrap();
    let [note] = parsed.notes.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((note.tolerance.id(), note.range.clone()), ("T3", 1..12));
    assert_eq!(note.fix, "write `{$inputs.x-1}`");
    let world = |x: &str| json!({"body": "a.c!", "inputs": {"x": x}});
    assert!(judge_regex("^$inputs.x.*$", world("a.c"), Mode::Tolerant).held());
    assert!(!judge_regex("^$inputs.x.*$", world("abc"), Mode::Tolerant).held());
    assert!(!judge_regex("^$inputs.x.*$", world("a.c"), Mode::Strict).held());
    assert!(Criterion::parse(text("\\$inputs.x"), Mode::Tolerant).unwrap().notes.is_empty());
    assert_eq!(Criterion::parse(text("^5$"), Mode::Tolerant).unwrap().notes, []);
}
