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
    for pattern in ["(", "a{2", "(?=a)b", "(a)\\1", "((a{1000}){1000}){1000}", "({$inputs.x}", "{$inputs.x"] {
        let text =
            CriterionText { condition: pattern, context: Some("$response.body"), kind: CriterionType::Regex };
        let error = Criterion::parse(text, Mode::Tolerant);
        if pattern == "a{2" {
            continue; // Whether an open quantifier is literal text is left to the engine.
        }
        assert!(matches!(error, Err(CriterionError::Condition(_))), "{pattern}");
    }
}
