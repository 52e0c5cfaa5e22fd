//! No text may panic, overflow the stack or take long.

use std::time::{Duration, Instant};

use arazzo_expression::{
    Access, ComponentKind, Condition, Criterion, CriterionText, CriterionType, Expression, JsonPathVersion,
    Mode, Part, Pointer, Selector, SelectorKind, Source, Surrounding, Target, Template, XPathVersion,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{World, judge_path, on_body};

const MODES: [Mode; 2] = [Mode::Tolerant, Mode::Strict];

/// Parses `text` as everything that it could be, and judges what that gives.
fn try_everything(text: &str) {
    let world = World(json!({
        "status": 200,
        "body": {"a": [1, {"b": "x"}, "y", null], "length": 3, "items": [{"id": "1", "p": 2.5}]},
        "inputs": {"a": "(", "b": 0, "c": {"d": [1]}, "xml": "<a b='1'><b>x</b><items/></a>"},
    }));
    for mode in MODES {
        let _ = Expression::parse(text, mode).map(|parsed| parsed.value.evaluate(&world).is_ok());
        let _ = Template::parse(text, mode).map(|parsed| parsed.value.evaluate(&world));
        let _ = Condition::parse(text, mode).map(|parsed| parsed.value.judge(&world));
        let _ = Criterion::parse(on_body(text), mode).map(|parsed| parsed.value.judge(&world));
        let regex =
            CriterionText { condition: text, context: Some("$response.body"), kind: CriterionType::Regex };
        let _ = Criterion::parse(regex, mode).map(|parsed| parsed.value.judge(&world));
        let _ = Template::parse_with(text, mode, &|source| *source == Source::Input("c".to_owned())).map(
            |parsed| {
                for surrounding in [Surrounding::Json, Surrounding::Xml, Surrounding::Form] {
                    let _ = parsed.value.evaluate_in(&world, surrounding);
                }
            },
        );
        if mode == Mode::Strict {
            continue;
        }
        for kind in [
            SelectorKind::JsonPath(JsonPathVersion::Rfc9535),
            SelectorKind::JsonPointer,
            SelectorKind::XPath(XPathVersion::V10),
        ] {
            let _ = Selector::parse("$response.body", text, kind, mode)
                .map(|parsed| parsed.value.evaluate(&world));
            let _ =
                Selector::parse("$inputs.xml", text, kind, mode).map(|parsed| parsed.value.evaluate(&world));
            let _ = Target::parse(text, kind, mode).map(|parsed| {
                let mut payload = json!({"a": [1, {"b": "x"}]});
                let _ = parsed.value.set(&mut payload, json!(1));
                let _ = parsed.value.set_in_xml("<a b='1'><b>x</b></a>", &json!("<"));
                let _ = parsed.value.set_in_xml(text, &json!("<"));
            });
        }
    }
}

/// Text that is made of the pieces of the languages.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "$",
        "$.",
        "a",
        "b",
        "items",
        "length",
        ".length",
        "..",
        "[",
        "]",
        "[0]",
        "[*]",
        "[?",
        "@",
        "@.",
        "(",
        ")",
        "{",
        "}",
        "{$inputs.a}",
        "{$inputs.b}",
        "$inputs.",
        "$inputs.c.d",
        "$response.body",
        "$response.body#/a/0",
        "$statusCode",
        "#/",
        "~",
        "'",
        "\"",
        "''",
        "\\",
        "==",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        "!",
        " in ",
        "[1, 2]",
        ",",
        ":",
        "1",
        "-1",
        "2.5e3",
        "true",
        "null",
        "count(",
        "length(",
        "match(",
        "$steps.s.outputs.o",
        "$workflows.",
        ".outputs.",
        " ",
        "\n",
        "é",
        "\u{fdd0}0\u{fdd2}",
        "{$",
        "?",
        "*",
        "+",
        "$url",
        "$self",
        "2XX",
        "//",
        "/",
        "text()",
        "position() = ",
        "<a>",
        "</a>",
        "z:",
        "(?=a)",
        "Bearer ",
    ]);
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn identifier() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,6}(\\.[A-Za-z0-9_-]{1,4}){0,2}"
}

fn source() -> impl Strategy<Value = Source> {
    let strict = || "[A-Za-z0-9_-]{1,8}";
    let part = || {
        prop_oneof![
            "[A-Za-z0-9!#$%'*+.^_`~-]{1,8}".prop_map(Part::Header),
            "[a-z\\[\\]]{1,6}"
                .prop_filter("brackets match", |name| name.matches('[').count() == 0 || name == "f[a]")
                .prop_filter("no closing bracket", |name| !name.contains(']'))
                .prop_map(Part::Query),
            "[a-z]{1,6}".prop_map(Part::Path),
            Just(Part::Body),
        ]
    };
    let kinds = vec![
        ComponentKind::Parameters,
        ComponentKind::SuccessActions,
        ComponentKind::FailureActions,
        ComponentKind::Inputs,
    ];
    prop_oneof![
        Just(Source::Url),
        Just(Source::Method),
        Just(Source::StatusCode),
        Just(Source::SelfUri),
        part().prop_map(Source::Request),
        part().prop_map(Source::Response),
        Just(Source::Message(Part::Payload)),
        identifier().prop_map(Source::Input),
        identifier().prop_map(Source::Output),
        (strict(), identifier()).prop_map(|(step, output)| Source::StepOutput { step, output }),
        (strict(), identifier()).prop_map(|(workflow, name)| Source::WorkflowInput { workflow, name }),
        (strict(), identifier()).prop_map(|(workflow, name)| Source::WorkflowOutput { workflow, name }),
        (strict(), "[A-Za-z0-9./_-]{1,10}")
            .prop_map(|(source, reference)| Source::SourceDescription { source, reference }),
        (prop::sample::select(kinds), identifier()).prop_map(|(kind, name)| Source::Component { kind, name }),
    ]
}

fn has_parts(source: &Source) -> bool {
    match source {
        Source::Request(part) | Source::Response(part) | Source::Message(part) => {
            matches!(part, Part::Body | Part::Payload)
        }
        Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. } => true,
        Source::Url
        | Source::Method
        | Source::StatusCode
        | Source::SelfUri
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}

fn expression() -> impl Strategy<Value = Expression> {
    let pointer = prop::option::of(prop::collection::vec("[^{}]{0,5}", 0..4));
    (source(), pointer).prop_map(|(source, pointer)| {
        let pointer =
            pointer.filter(|_| has_parts(&source)).map(|tokens| tokens.into_iter().collect::<Pointer>());
        Expression { source, pointer, trail: Vec::new() }
    })
}

/// An operand as a condition may write it.
fn operand() -> impl Strategy<Value = String> {
    let access = prop_oneof!["[^\"]{0,5}".prop_map(Access::Member), (0_usize..50).prop_map(Access::Index)];
    let navigated = (source(), prop::collection::vec(access, 0..3)).prop_map(|(source, trail)| {
        let trail = if has_parts(&source) { trail } else { Vec::new() };
        Expression { source, pointer: None, trail }.to_string()
    });
    let pointed = (source(), "(/[a-z0-9_.-]{0,4}){1,3}").prop_map(|(source, pointer)| {
        let pointer = Some(Pointer::parse(&pointer).unwrap()).filter(|_| has_parts(&source));
        Expression { source, pointer, trail: Vec::new() }.to_string()
    });
    prop_oneof![
        navigated,
        pointed,
        any::<i64>().prop_map(|number| number.to_string()),
        Just("true".to_owned()),
        Just("null".to_owned()),
        "[^']{0,6}".prop_map(|text| format!("'{text}'")),
        Just("'it''s'".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    operand().prop_recursive(5, 40, 4, |inner| {
        let operator = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" || "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(") && ("))),
            inner.prop_map(|part| format!("!({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(768) })]

    #[test]
    fn arbitrary_text_does_not_panic(text in any::<String>()) {
        try_everything(&text);
    }

    #[test]
    fn text_of_known_pieces_does_not_panic(text in pieces()) {
        try_everything(&text);
        try_everything(&format!("$.a{text}"));
        try_everything(&format!("$.a[?{text}]"));
    }

    #[test]
    fn printing_and_parsing_an_expression_gives_it_back(expression in expression()) {
        for mode in MODES {
            prop_assert_eq!(&Expression::parse(&expression.to_string(), mode).unwrap().value, &expression);
        }
    }

    #[test]
    fn printing_and_parsing_a_condition_gives_it_back(text in condition()) {
        let condition = Condition::parse(&text, Mode::Strict).unwrap().value;
        let printed = condition.to_string();
        prop_assert_eq!(Condition::parse(&printed, Mode::Strict).unwrap().value, condition, "{}", printed);
    }

    #[test]
    fn plain_paths_and_the_library_select_the_same(steps in prop::collection::vec(0_usize..6, 0..5)) {
        let body = json!({"a": [{"a": [1, 2]}, [3, {"b-c": 4}]], "b-c": {"a": [null]}});
        let plain: String = steps.iter().map(|step| [".a", "['b-c']", "[0]", "[1]", "[-1]", "[\"a\"]"][*step]).collect();
        // A selector twice is no plain path, and selects the same nodes, twice.
        let double: String = steps.iter().map(|step| {
            ["['a','a']", "['b-c','b-c']", "[0,0]", "[1,1]", "[-1,-1]", "['a','a']"][*step]
        }).collect();
        let world = || json!({"body": body.clone()});
        prop_assert_eq!(
            judge_path(&format!("${plain}"), world()).held(),
            judge_path(&format!("${double}"), world()).held()
        );
    }
}

/// Fails when the text makes more work than any text may; debug builds are slow.
fn quickly(what: &str, text: &str) {
    let before = Work::now();
    try_everything(text);
    let took = before.since();
    assert!(took < Duration::from_secs(10), "{what} took {took:?}");
}

/// What this thread has worked so far. What others do on the machine is not counted where the system tells them apart.
enum Work {
    OfThread(Duration),
    Elapsed(Instant),
}

impl Work {
    fn now() -> Self {
        // The first number is the time on a processor, in nanoseconds.
        let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let spent = counted.and_then(|text| text.split_whitespace().next()?.parse().ok());
        spent.map_or_else(
            || Self::Elapsed(Instant::now()),
            |spent| Self::OfThread(Duration::from_nanos(spent)),
        )
    }

    fn since(&self) -> Duration {
        match (self, Self::now()) {
            (Self::OfThread(before), Self::OfThread(after)) => after.saturating_sub(*before),
            (Self::Elapsed(before), _) => before.elapsed(),
            (Self::OfThread(_), Self::Elapsed(_)) => panic!("the system has stopped counting"),
        }
    }
}

#[test]
fn deep_and_long_text_ends_quickly() {
    for count in [60, 30_000] {
        for (open, close) in [
            ("(", ")"),
            ("!", ""),
            ("!(", ")"),
            ("[", "]"),
            ("$[?", "]"),
            ("@[?", "]"),
            ("[?(", ")]"),
            ("{$", "}"),
            ("$inputs.", ""),
            ("length(", ")"),
            ("[?length(", ")]"),
            ("[?count(@[?", "])]"),
            ("..", ""),
            ("[*]", ""),
            ("[*,*]", ""),
            ("..*", ""),
            (".a", ""),
            ("&&", ""),
            ("1==", ""),
            ("1||", ""),
            ("'", ""),
            ("a.", ""),
            ("~", ""),
            ("/", ""),
        ] {
            let count = count / open.len() + 1;
            for before in ["", "$.a", "$.a[?", "$response.body#/"] {
                let opened = format!("{before}{}", open.repeat(count));
                quickly(&format!("{before}{open} × {count}"), &opened);
                if !close.is_empty() {
                    quickly(
                        &format!("{before}{open}1{close} × {count}"),
                        &format!("{opened}1{}", close.repeat(count)),
                    );
                }
            }
        }
    }
}

#[test]
fn calls_nested_as_deep_as_allowed_end_quickly() {
    for (call, inside) in [
        ("length(", "@.a && "),
        ("length(", "@.a"),
        ("count(@[?length(", "(@.a) || "),
        ("count(@[?(", "'x' == @.a && "),
        ("count(@[?", "@.a && "),
        ("match(", "@.a, "),
        ("!(", "@.a && "),
    ] {
        for (depth, length) in [(1, 8_000), (2, 8_000), (3, 8_000), (4, 8_000), (4, 500), (30, 100)] {
            let mut text = format!("$[?{}{}@", call.repeat(depth), inside.repeat(length / inside.len()));
            let open = format!("[?{}", call.repeat(depth));
            text.extend(open.chars().rev().filter_map(|bracket| match bracket {
                '(' => Some(')'),
                '[' => Some(']'),
                _ => None,
            }));
            quickly(&format!("{call} × {depth}, {inside}"), &text);
        }
    }
}

#[test]
fn text_beyond_the_limit_is_refused() {
    let long = format!("$inputs.{}", "a".repeat(64 * 1024));
    assert!(Expression::parse(&long, Mode::Tolerant).unwrap_err().message.contains("bytes long"));
    assert!(Condition::parse(&long, Mode::Tolerant).is_err());
    assert!(Criterion::parse(on_body(&long), Mode::Tolerant).is_err());
    assert!(Template::parse(&"a".repeat(1 << 20), Mode::Tolerant).is_ok());
}

#[test]
fn a_query_that_multiplies_is_not_run() {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep, 1]);
    }
    let wide: Value = (0..20_000).map(|number| json!({"id": number})).collect();
    for (condition, body) in [
        ("$..*..*..*..*..*", deep.clone()),
        (
            "$[*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*]",
            deep,
        ),
        ("$[?count($[?count($[*]) > 0]) > 0]", wide.clone()),
        ("$[*].id == $[*].id", wide),
    ] {
        let start = Instant::now();
        let judgement = judge_path(condition, json!({ "body": body }));
        assert!(
            matches!(judgement, arazzo_expression::Judgement::NotEvaluated { .. }),
            "{condition}: {judgement:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(5), "{condition}");
    }
}

#[test]
fn deep_text_fits_a_small_stack() {
    let run = || {
        for depth in [64, 65] {
            try_everything(&format!("{}1{}", "(".repeat(depth), ")".repeat(depth)));
            try_everything(&format!("$.a{}1{}", "[?@".repeat(depth), "]".repeat(depth)));
            try_everything(&format!("$.a{}@{}", "[?(".repeat(depth / 2), ")]".repeat(depth / 2)));
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}
