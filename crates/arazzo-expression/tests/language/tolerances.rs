//! What the default mode accepts beyond the specification, and that strict mode does not.

use arazzo_expression::{
    Condition, Context, Criterion, CriterionText, CriterionType, Expression, Mode, Note, Source, Surrounding,
    Template, Tolerance,
};
use serde_json::{Value, json};

use crate::world::{World, holds, judge_path, on_body, path_holds, path_notes};

/// Declares the inputs `a`, `b`, `a.x` and the output `o` of the step `s`.
fn declared(source: &Source) -> bool {
    match source {
        Source::Input(name) => matches!(name.as_str(), "a" | "b" | "a.x"),
        Source::StepOutput { step, output } => step == "s" && output == "o",
        _ => false,
    }
}

fn world() -> World {
    World(json!({
        "status": 204,
        "body": {"foo": [{"b": 1}]},
        "headers": {"x-a": "h", "content-type": "application/json; charset=utf-8"},
        "inputs": {"a": {"y": {"z": "deep"}}, "b": "B", "a.x": "exact"},
        "steps": {"s": {"o": {"k": [{"j": "J"}]}}},
    }))
}

fn give(text: &str) -> (Value, Vec<&'static str>) {
    let parsed = Template::parse_with(text, Mode::Tolerant, &declared)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let value = parsed.value.evaluate(&world()).unwrap_or_else(|absence| panic!("{text}: {absence}"));
    (value, parsed.notes.iter().map(|note| note.tolerance.id()).collect())
}

fn strict(text: &str) -> Result<Template, String> {
    let parsed = Template::parse_with(text, Mode::Strict, &declared).map_err(|error| error.to_string())?;
    assert_eq!(parsed.notes, []);
    Ok(parsed.value)
}

#[test]
fn an_expression_in_text_needs_no_braces_when_its_name_is_declared() {
    let table = [
        ("Bearer $inputs.b", "Bearer B"),
        ("Bearer $inputs.b.", "Bearer B."),
        ("x=$inputs.b&y=$inputs.b", "x=B&y=B"),
        ("$$inputs.b, x$inputs.b-$inputs.b!", "$$inputs.b, xB-B!"),
        ("\\$inputs.b", "\\$inputs.b"),
        ("{$inputs.b} $inputs.b", "B B"),
        ("'$inputs.b'", "'B'"),
        (
            "Bearer $inputs.c $url $statusCode $response.body",
            "Bearer $inputs.c $url $statusCode $response.body",
        ),
        ("is $inputs.", "is $inputs."),
    ];
    for (text, expected) in table {
        let (value, notes) = give(text);
        assert_eq!(value, json!(expected), "{text}");
        assert!(notes.iter().all(|note| *note == "T6"), "{text}: {notes:?}");
        let without = Template::parse(text, Mode::Tolerant).unwrap();
        assert_eq!(without.notes, [], "{text}");
    }
    assert_eq!(give("to $steps.s.outputs.o.k[0].j"), (json!("to J"), vec!["T6", "T7"]));
    assert_eq!(strict("Bearer $inputs.b"), Ok(Template::Literal("Bearer $inputs.b".into())));
    let parsed = Template::parse_with("Bearer $inputs.b", Mode::Tolerant, &declared).unwrap();
    let note = Note {
        tolerance: Tolerance::T6BareInText,
        range: 7..16,
        message: "the expression `$inputs.b` without braces inside text".into(),
        fix: "write `{$inputs.b}`".into(),
        replacement: Some("{$inputs.b}".into()),
    };
    assert_eq!(parsed.notes, [note]);
    // Without text before it, a slip stays an error.
    for mode in [Mode::Tolerant, Mode::Strict] {
        assert!(Template::parse_with("$inputs.b and more", mode, &declared).is_err());
    }
}

#[test]
fn a_part_of_a_value_needs_no_pointer() {
    let table = [
        ("$response.body.foo[0].b", json!(1), "$response.body#/foo/0/b"),
        ("$response.body['foo'][0]", json!({"b": 1}), "$response.body#/foo/0"),
        ("$steps.s.outputs.o.k[0].j", json!("J"), "$steps.s.outputs.o#/k/0/j"),
        ("$inputs.a.y.z", json!("deep"), "$inputs.a#/y/z"),
        ("$inputs.a.y#/z", json!("deep"), "$inputs.a#/y/z"),
        ("{$inputs.a.y.z}", json!("deep"), "$inputs.a#/y/z"),
    ];
    for (text, expected, fix) in table {
        assert_eq!(give(text), (expected, vec!["T7"]), "{text}");
        let parsed = Template::parse_with(text, Mode::Tolerant, &declared).unwrap();
        assert_eq!(parsed.notes[0].fix, format!("write `{fix}`"));
        assert_eq!(parsed.value.expressions().next().unwrap().to_string(), fix);
    }
    assert_eq!(give("$inputs.a.x"), (json!("exact"), vec![]));
    assert!(strict("$response.body.foo[0].b").is_err());
    // Strict mode knows the exact name only.
    assert!(strict("$inputs.a.y").unwrap().evaluate(&world()).is_err());
    let unknown = Expression::parse_with("$inputs.c.d", Mode::Tolerant, &declared).unwrap();
    assert_eq!((unknown.value.to_string().as_str(), unknown.notes.len()), ("$inputs.c.d", 0));
}

#[test]
fn headers_are_read_as_header() {
    assert_eq!(give("$response.headers.X-A"), (json!("h"), vec!["T8"]));
    assert_eq!(give("a {$response.headers.X-A}"), (json!("a h"), vec!["T8"]));
    assert!(strict("$response.headers.X-A").is_err());
    let parsed = Condition::parse("$response.headers.X-A == 'h'", Mode::Tolerant).unwrap();
    assert_eq!((parsed.notes.len(), parsed.notes[0].range.clone()), (1, 10..17));
    assert!(parsed.value.judge(&world()).held());
    assert!(Condition::parse("$response.headers.X-A == 'h'", Mode::Strict).is_err());
}

#[test]
fn a_criterion_says_what_was_tolerated_in_its_context() {
    let text = |context| CriterionText { condition: "J", context: Some(context), kind: CriterionType::Regex };
    let parsed = Criterion::parse_with(text("$steps.s.outputs.o.k[0].j"), Mode::Tolerant, &declared).unwrap();
    assert!(parsed.notes.is_empty());
    assert_eq!(parsed.value.context_notes()[0].tolerance, Tolerance::T7Navigation);
    assert!(parsed.value.judge(&world()).held());
}

#[test]
fn a_root_filter_means_the_object_when_no_member_has_what_it_asks_for() {
    let pets = || json!({"pets": [{"id": 1}, {"id": 2}], "total": 2});
    let table = [
        ("$[?count(@.pets) > 1]", pets(), true),
        ("$[?count(@.pets) == 0]", pets(), false),
        ("$[?count(@.pets) == 0]", json!({"pets": []}), true),
        ("$[?@.total == 2]", pets(), true),
        ("$[?(@.total == 3)]", pets(), false),
        ("$[?@.total == 2].pets[?@.id == 2]", pets(), true),
        ("$[?@.total == 2].pets[?@.id == 3]", pets(), false),
        ("$[?@.total == $.total && length(@.pets) == 2]", pets(), true),
        ("$[?!(@.total == 2 || @.x)]", pets(), false),
        // A member has what is asked for, so it is as RFC 9535 has it.
        ("$[?@.id == 1]", json!({"id": 1, "first": {"id": 2}}), false),
        ("$[?@.id == 1]", json!({"id": 2, "first": {"id": 1}}), true),
        ("$[?@ == 1]", json!({"a": 1}), true),
        ("$[?count(@.pets) == 1]", json!([{"pets": [1, 2]}]), true),
        ("$[?count(@.pets) == 2].length == 0", json!({"pets": [1, 2]}), false),
    ];
    for (condition, body, held) in table {
        assert_eq!(path_holds(condition, body.clone()), held, "{condition} {body}");
    }
    let note = |condition| Criterion::parse(on_body(condition), Mode::Tolerant).unwrap().notes[0].tolerance;
    assert_eq!(note("$[?count(@.pets) > 0]"), Tolerance::T12CountOfArray);
    assert_eq!(note("$[?@.total == 2]"), Tolerance::T12RootFilter);
    assert!(path_notes("$.pets[?count(@.*) > 0]").is_empty());
    let strict = Criterion::parse(on_body("$[?count(@.pets) > 1]"), Mode::Strict).unwrap();
    assert_eq!(strict.notes, []);
    assert!(!strict.value.judge(&World(json!({"body": pets()}))).held());
    assert!(matches!(
        judge_path("$[?@.x]", json!({"body": {}})),
        arazzo_expression::Judgement::NotHeld { .. }
    ));
}

#[test]
fn text_in_a_condition_needs_no_quotes() {
    let world = |status: i64, media: &str| json!({"status": status, "headers": {"content-type": media}, "body": {"s": "in progress", "t": "2XX"}});
    let table = [
        ("$response.header.Content-Type == application/json", true),
        ("$response.header.Content-Type != application/json", false),
        ("$response.header.Content-Type == application/xml", false),
        ("$response.header.Content-Type == Application/JSON && $statusCode == 2XX", true),
        ("($statusCode == 2xx)", true),
        ("$statusCode != 2XX", false),
        ("$statusCode == 4XX || $statusCode != 5XX", true),
        ("!($statusCode == 3XX)", true),
        ("$response.body#/s == in-progress", false),
        ("$response.body.t == 2XX", true),
    ];
    for (condition, held) in table {
        let world = world(204, "application/json; charset=utf-8");
        assert_eq!(holds(condition, world), held, "{condition}");
        let parsed = Condition::parse(condition, Mode::Tolerant).unwrap();
        assert!(parsed.notes.iter().all(|note| note.tolerance == Tolerance::T17UnquotedText), "{condition}");
        assert!(!parsed.notes.is_empty());
        assert!(Condition::parse(condition, Mode::Strict).is_err(), "{condition}");
        let printed = parsed.value.to_string();
        assert_eq!(Condition::parse(&printed, Mode::Tolerant).unwrap().value, parsed.value, "{printed}");
        for note in &parsed.notes {
            let fixed = note.fix.trim_start_matches("write ").trim_matches('`');
            assert!(Condition::parse(fixed, Mode::Strict).is_ok(), "{fixed}");
        }
    }
    assert!(!holds("$statusCode == 2XX", json!({})) && holds("$statusCode != 2XX", json!({})));
    // A quoted media type is compared as it is.
    let quoted = "$response.header.Content-Type == 'application/json'";
    assert!(!holds(quoted, world(200, "application/json; charset=utf-8")));
}

#[test]
fn a_value_in_a_text_is_escaped_for_its_place() {
    let world = World(json!({"inputs": {"q": "\"<&", "n": 1, "o": {"k": [1]}}}));
    let give = |text: &str, surrounding| {
        Template::parse(text, Mode::Tolerant).unwrap().value.evaluate_in(&world, surrounding).unwrap()
    };
    let json = "{\"a\": \"x{$inputs.q}\", \"n\": {$inputs.n}, \"o\": {$inputs.o}, \"q\": {$inputs.q}}";
    assert_eq!(
        give(json, Surrounding::Json),
        json!("{\"a\": \"x\\\"<&\", \"n\": 1, \"o\": {\"k\":[1]}, \"q\": \"\\\"<&\"}")
    );
    assert_eq!(
        give("<a b=\"{$inputs.q}\">{$inputs.q}</a>", Surrounding::Xml),
        json!("<a b=\"&quot;&lt;&amp;\">&quot;&lt;&amp;</a>")
    );
    assert_eq!(give("q={$inputs.q}&n={$inputs.n}", Surrounding::Form), json!("q=%22%3C%26&n=1"));
    assert_eq!(give("x{$inputs.q}", Surrounding::Plain), json!("x\"<&"));
    assert_eq!(give("$inputs.n", Surrounding::Json), json!(1));
}

#[test]
fn names_with_a_dollar_do_not_swallow_operators() {
    let world = || json!({"inputs": {"$.xgafv": "1", "a": "1"}});
    for condition in ["$inputs.$.xgafv=='1'", "$inputs.$.xgafv == $inputs.a", "($inputs.$.xgafv)"] {
        assert!(holds(condition, world()), "{condition}");
    }
    let value = Expression::parse("$inputs.$.xgafv", Mode::Strict).unwrap().value;
    assert_eq!(*value.evaluate(&World(world()) as &dyn Context).unwrap(), json!("1"));
}

#[test]
fn codes_are_readable_and_unlike() {
    for (index, tolerance) in Tolerance::ALL.iter().enumerate() {
        let code = tolerance.code();
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
        assert!(Tolerance::ALL.iter().skip(index + 1).all(|other| other.code() != code), "{code}");
    }
}
