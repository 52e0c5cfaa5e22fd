use arazzo_expression::{Condition, Judgement, Mode, Tolerance};
use serde_json::{Value, json};

use crate::world::{holds, judge, value};

fn refuse(text: &str) -> String {
    Condition::parse(text, Mode::Tolerant).expect_err(text).to_string()
}

fn reason(condition: &str, world: Value) -> String {
    match judge(condition, world) {
        Judgement::NotHeld { reason } => reason,
        other => panic!("{condition}: {other:?}"),
    }
}

/// Whether `left operator right` holds for two values that the body has.
fn compared(left: &str, operator: &str, right: &str) -> bool {
    let body = json!({"l": value(left), "r": value(right)});
    holds(&format!("$response.body#/l {operator} $response.body#/r"), json!({ "body": body }))
}

#[test]
fn equality_follows_the_types() {
    let equal = [
        ("80", "80.0"),
        ("80", "8e1"),
        ("\"80\"", "80"),
        ("80.0", "\"8e1\""),
        ("\"Ab\"", "\"aB\""),
        ("\"É\"", "\"é\""),
        ("null", "null"),
        ("true", "true"),
        ("[1, {\"a\": 2.0}]", "[1.0, {\"a\": 2}]"),
        ("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}"),
        ("12345678901234567890", "12345678901234567890.0"),
        ("\"\"", "\"\""),
    ];
    let unequal = [
        ("\"80\"", "\"80.0\""),
        ("80", "81"),
        ("9007199254740993", "9007199254740992"),
        ("null", "0"),
        ("null", "\"\""),
        ("null", "false"),
        ("true", "\"true\""),
        ("true", "1"),
        ("\"a\"", "\"b\""),
        ("\"x\"", "1"),
        ("[1]", "1"),
        ("[1]", "[1, 2]"),
        ("{\"a\": 1}", "{\"A\": 1}"),
        ("[]", "{}"),
    ];
    for (left, right) in equal {
        assert!(compared(left, "==", right) && compared(right, "==", left), "{left} {right}");
        assert!(!compared(left, "!=", right) && !compared(right, "!=", left), "{left} {right}");
    }
    for (left, right) in unequal {
        assert!(!compared(left, "==", right) && !compared(right, "==", left), "{left} {right}");
        assert!(compared(left, "!=", right) && compared(right, "!=", left), "{left} {right}");
    }
}

#[test]
fn orderings_compare_numbers_and_else_text() {
    let less = [
        ("79.999", "80"),
        ("\"9\"", "\"10\""),
        ("\"9\"", "10"),
        ("-1", "\"0\""),
        ("\"apple\"", "\"Banana\""),
        ("\"9a\"", "\"a\""),
        ("9007199254740992", "9007199254740993"),
    ];
    for (left, right) in less {
        for (operator, forward) in [("<", true), ("<=", true), (">", false), (">=", false)] {
            assert_eq!(compared(left, operator, right), forward, "{left} {operator} {right}");
            assert_eq!(compared(right, operator, left), !forward, "{right} {operator} {left}");
        }
    }
    for (left, right) in [("80", "80.0"), ("\"80.0\"", "80"), ("\"A\"", "\"a\"")] {
        for (operator, held) in [("<", false), ("<=", true), (">", false), (">=", true)] {
            assert_eq!(compared(left, operator, right), held, "{left} {operator} {right}");
        }
    }
}

#[test]
fn what_has_no_order_is_never_less_or_greater() {
    for (left, right) in
        [("null", "null"), ("null", "1"), ("true", "false"), ("1", "\"a\""), ("[1]", "[1]"), ("{}", "{}")]
    {
        for operator in ["<", "<=", ">", ">="] {
            assert!(!compared(left, operator, right), "{left} {operator} {right}");
        }
    }
}

#[test]
fn a_bare_value_passes_unless_it_is_empty() {
    let passes = |body: Value| holds("$response.body", json!({ "body": body }));
    for body in [json!(false), json!(null), json!(0), value("0.00"), value("-0"), json!("")] {
        assert!(!passes(body.clone()), "{body}");
    }
    for body in [json!(true), json!(1), json!("0"), json!("false"), json!([]), json!({})] {
        assert!(passes(body.clone()), "{body}");
    }
    assert!(!holds("$response.body", json!({})));
    assert!(holds("true", json!({})) && !holds("false", json!({})) && !holds("null", json!({})));
}

#[test]
fn operators_bind_as_documented() {
    let world = || json!({"status": 200, "inputs": {"t": true, "f": false}});
    let table = [
        ("$inputs.t || $inputs.f && $inputs.f", true),
        ("($inputs.t || $inputs.f) && $inputs.f", false),
        ("!$inputs.f && $inputs.t", true),
        ("! $inputs.t == false", true),
        ("!($inputs.t == false)", true),
        ("!!$inputs.t", true),
        ("!($statusCode >= 400)", true),
        ("($statusCode == 200) == true", true),
        ("$statusCode==200&&$inputs.t", true),
        ("$statusCode>=200&&$statusCode<300", true),
        ("  $statusCode\n==\t200  ", true),
        ("((((200 == $statusCode))))", true),
        ("$statusCode != 200 || $statusCode != 201", true),
    ];
    for (condition, held) in table {
        assert_eq!(holds(condition, world()), held, "{condition}");
    }
}

#[test]
fn literals_are_read_as_documented() {
    let table = [
        ("'it''s' == $response.body", json!("it's")),
        ("'' == $response.body", json!("")),
        ("-1.5e1 == $response.body", json!(-15)),
        ("0 == $response.body", json!(0)),
        ("null == $response.body", json!(null)),
        ("true == $response.body", json!(true)),
        ("'a && b' == $response.body", json!("a && b")),
        ("\"a \"\"b\"\"\" == $response.body", json!("a \"b\"")),
    ];
    for (condition, body) in table {
        assert!(holds(condition, json!({ "body": body })), "{condition}");
    }
}

#[test]
fn expressions_end_where_operators_begin() {
    let world = || {
        json!({
            "status": 200,
            "headers": {"x-a": "v", "content-type": "json"},
            "query": {"filter[x]": "q"},
            "body": {"a": {"b": [{"c d": 1}, 2]}, "it's": 3, "a=b": 4, "list": [[5]]},
            "inputs": {"k": [7], "a.b": 8, "o": {"p": {"q": 9}}},
            "steps": {"s": {"o": {"k": [{"j": 1}]}}},
            "outputs": {"m": {"n": 1}},
        })
    };
    let table = [
        "$response.header.X-A=='v'",
        "$response.header.X-A!='w'",
        "$response.header.X-A<'w'&&$response.header.X-A>'u'||false",
        "($response.header.Content-Type == 'JSON')",
        "$request.query.filter[x]=='q'",
        "($request.query.filter[x]) == 'q'",
        "$response.body#/a/b/1==2",
        "($response.body#/a/b/1)==2",
        "$response.body#/a=b==4",
        "$response.body.a.b[0]['c d'] == 1",
        "$response.body['it''s'] == 3",
        "$response.body.list[0][0] == 5",
        "$inputs.k[0] == 7",
        "$inputs.a.b == 8",
        "$inputs.o.p.q == 9",
        "$inputs.o.p#/q == 9",
        "$inputs.o#/p/q == 9",
        "$steps.s.outputs.o.k[0].j == 1",
        "$steps.s.outputs.o['k'][0].j == 1",
        "$outputs.m.n == 1",
    ];
    for condition in table {
        assert!(holds(condition, world()), "{condition}: {:?}", judge(condition, world()));
        let printed = Condition::parse(condition, Mode::Tolerant).unwrap().value;
        assert_eq!(
            Condition::parse(&printed.to_string(), Mode::Strict).unwrap().value,
            printed,
            "{condition}"
        );
    }
}

#[test]
fn missing_is_null_and_the_reason_says_what_is_missing() {
    let world = || json!({"status": 503, "body": {"a": 1}});
    assert!(holds("$response.body#/score == null", world()));
    assert!(holds("$response.body.score == $inputs.x", world()));
    assert!(holds("$response.body#/score != 5", world()));
    let why = "`$response.body#/score` has no value: `$response.body` has nothing at `/score`";
    assert_eq!(reason("$response.body#/score == 5", world()), why);
    assert_eq!(reason("$response.body#/score < 5", world()), why);
    assert_eq!(reason("$response.body#/score", world()), why);
    assert_eq!(reason("$inputs.a.b > 1", world()), "`$inputs.a.b` has no value: there is no input `a.b`");
    assert_eq!(
        reason("$response.body.a.b == 1", world()),
        "`$response.body.a.b` has no value: `$response.body` cannot be followed to `.a.b`: it leads into a number"
    );
    assert!(
        matches!(judge("$statusCode == 200", json!({})), Judgement::NotHeld { reason } if reason.contains("no response"))
    );
}

#[test]
fn a_reason_shows_the_values_that_decided() {
    let world = || json!({"status": 503, "inputs": {"a": "x", "t": true}});
    assert_eq!(reason("$statusCode == 200", world()), "`$statusCode` is 503");
    assert_eq!(reason("$statusCode == 200 || $statusCode == 201", world()), "`$statusCode` is 503");
    assert_eq!(reason("$inputs.t && $inputs.a == 'y'", world()), "`$inputs.a` is \"x\"");
    assert_eq!(reason("$statusCode < $inputs.a", world()), "`$statusCode` is 503, `$inputs.a` is \"x\"");
    assert_eq!(reason("!$inputs.t", world()), "`$inputs.t` is true");
    assert_eq!(reason("1 == 2", world()), "`1 == 2` does not hold");
    let long = reason("$response.body == 1", json!({"body": "y".repeat(5000)}));
    assert!(long.chars().count() < 160, "{long}");
}

#[test]
fn double_quotes_are_a_tolerance() {
    let parsed = Condition::parse("$inputs.a == \"it's\"", Mode::Tolerant).unwrap();
    let [note] = parsed.notes.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((note.tolerance, note.range.clone()), (Tolerance::T13DoubleQuotes, 13..19));
    assert_eq!((note.tolerance.code(), note.fix.as_str()), ("double-quoted-string", "write `'it''s'`"));
    let error = Condition::parse("$inputs.a == \"it's\"", Mode::Strict).unwrap_err();
    assert_eq!((error.range, error.hint.as_deref()), (13..19, Some("write `'it''s'`")));
}

#[test]
fn an_error_names_place_fact_and_remedy() {
    let table = [
        ("", "the condition is empty"),
        ("   ", "the condition is empty"),
        ("$statusCode ==", "a value is missing at the end"),
        ("== 200", "a value is missing before `==`"),
        ("$statusCode = 200", "`==` compares"),
        ("$statusCode == 200 & true", "`&&` joins"),
        ("1 == 1 == 1", "a second comparison, `==`, cannot follow"),
        ("1 < 2 < 3", "cannot follow a comparison"),
        ("(true", "`(` is not closed"),
        ("true)", "this `)` has no `(`"),
        ("()", "a value is missing before `)`"),
        ("'a", "the string is not closed"),
        ("2XX == $statusCode", "`2XX` is no value"),
        ("$statusCode >= 4XX", "the range `4XX` has no order"),
        ("foo == bar", "`foo` is no value"),
        ("$response.body == {\"a\": 1}", "objects and arrays are no literals"),
        ("$inputs.a == b and $inputs.c == d", "is no value"),
        ("#/petId == 4", "is no value"),
        ("$statusCode 200", "join conditions with"),
        ("{$statusCode} == 200", "has no braces"),
        ("$.a == 1", "a JSONPath query needs `type: jsonpath`"),
        ("$response.payload == 1", "write `body`"),
        ("$statusCode.x == 1", "is followed by `.x`"),
        ("$response.body[x] == 1", "an index counted from 0"),
        ("$response.body. == 1", "the name of a member is missing"),
        ("01 == 1", "`01` is no value"),
        ("$a in [1]", "`$a` is no value; it begins with no known root"),
    ];
    for (text, message) in table {
        let found = refuse(text);
        assert!(found.contains(message), "{text}: {found}");
    }
    let strict = [
        ("$statusCode == 2XX", "`$statusCode >= 200 && $statusCode <= 299`"),
        (
            "$response.header.Content-Type == application/json",
            "a text stands in single quotes: 'application/json'",
        ),
    ];
    for (text, message) in strict {
        let found = Condition::parse(text, Mode::Strict).expect_err(text).to_string();
        assert!(found.contains(message), "{text}: {found}");
    }
}

#[test]
fn expressions_and_equalities_are_listed() {
    let condition = Condition::parse(
        "$statusCode == 200 || 201 == $statusCode && $inputs.a.b != 1 || $url == $self",
        Mode::Strict,
    )
    .unwrap()
    .value;
    let names: Vec<String> = condition.expressions().map(ToString::to_string).collect();
    assert_eq!(names, ["$statusCode", "$statusCode", "$inputs.a.b", "$url", "$self"]);
    let statuses: Vec<&Value> = condition.equalities().map(|(_, value)| value).collect();
    assert_eq!(statuses, [&json!(200), &json!(201)]);
}
