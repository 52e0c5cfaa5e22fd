use arazzo_expression::{
    Criterion, CriterionError, CriterionText, CriterionType, Judgement, Mode, Tolerance, XPathVersion,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::World;

fn text(condition: &str, version: XPathVersion) -> CriterionText<'_> {
    CriterionText { condition, context: Some("$response.body"), kind: CriterionType::XPath(version) }
}

fn judge_in(condition: &str, body: Value, mode: Mode) -> Judgement {
    let parsed = Criterion::parse(text(condition, XPathVersion::V10), mode);
    let parsed = parsed.unwrap_or_else(|error| panic!("{condition}: {error}"));
    let inputs = json!({"s": "it's \"x\"", "n": 2, "w": "x' or '1'='1", "e": "y"});
    parsed.value.judge(&World(json!({"body": body, "inputs": inputs})))
}

fn judge(condition: &str, body: &str) -> Judgement {
    judge_in(condition, json!(body), Mode::Tolerant)
}

const PETS: &str = "<?xml version='1.0'?><pets xmlns:v='urn:v'><pet id='1'>Rex</pet><pet id='2'><name>Tom</name></pet>\
                    <v:vet>Eve</v:vet><empty/></pets>";

#[test]
fn the_effective_boolean_value_decides() {
    let table = [
        ("/pets/pet", true),
        ("//dog", false),
        ("count(//pet) = 2", true),
        ("count(//dog)", false),
        ("string(/pets/empty)", false),
        ("//pet[@id = '2']/name = 'Tom'", true),
        ("//pet[@id = 2]/name != 'Tom'", false),
        ("//pet != 'Rex'", true),
        ("//pet/@none != 'Rex'", false),
        ("//pet[@none != 'x']", false),
        ("//pet[@id > 1]/name", true),
        ("1 < //@id", true),
        ("2 < //@id", false),
        ("//v:vet[text()]", true),
        ("contains(//pet[1], 're') or starts-with(//pet, 'R')", true),
        ("not(//pet[3])", true),
        ("pets/pet/@id > 1", true),
        ("translate(//pet[1], 'R', 'r') = 'rex' and substring('abc', 2, 1) = 'b'", true),
        ("number(//empty)", false),
        ("'x'", true),
        ("''", false),
    ];
    for (condition, held) in table {
        let judgement = judge(condition, PETS);
        assert_eq!(judgement.held(), held, "{condition}: {judgement:?}");
        assert!(!matches!(judgement, Judgement::NotEvaluated { .. }), "{condition}: {judgement:?}");
    }
    assert_eq!(
        judge("//dog", PETS),
        Judgement::NotHeld { reason: "`//dog` selects nothing in `$response.body`".into() }
    );
}

#[test]
fn what_cannot_be_judged_says_why() {
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>";
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    let table = [
        ("//a", "{\"a\": 1}", "parse as XML"),
        ("//a", "", "parse as XML"),
        ("//a", "<a>", "parse as XML"),
        ("//a", bomb, "parse as XML"),
        ("//a", &deep, "parse as XML"),
        ("//q:a", "<a/>", "does not declare the prefix `q`"),
    ];
    for (condition, body, why) in table {
        let judgement = judge(condition, body);
        assert!(
            matches!(&judgement, Judgement::NotEvaluated { reason } if reason.contains(why)),
            "{condition}: {judgement:?}"
        );
    }
    let object = judge_in("//a", json!({"a": 1}), Mode::Tolerant);
    assert!(
        matches!(object, Judgement::NotEvaluated { reason } if reason.contains("an object is no XML text"))
    );
    assert!(matches!(judge_in("//a", json!(null), Mode::Tolerant), Judgement::NotHeld { .. }));
}

#[test]
fn a_value_is_a_literal_and_never_syntax() {
    let xml = "<r><a>it's \"x\"</a><b>x</b><n>2</n></r>";
    let table = [
        ("//a = {$inputs.s}", true),
        ("//a = '{$inputs.s}'", true),
        ("//a = \"{$inputs.s}\"", true),
        ("//a = concat('it', \"'s {$inputs.e}\")", false),
        ("//b = '{$inputs.w}'", false),
        ("//b = {$inputs.w}", false),
        ("//n = {$inputs.n}", true),
        ("//*[{$inputs.n}] = 'x'", true),
        ("//a = $inputs.s", true),
    ];
    for (condition, held) in table {
        assert_eq!(judge(condition, xml).held(), held, "{condition}");
    }
    assert!(judge_in("//b = '{$inputs.w}'", json!(xml), Mode::Strict).held());
    let parsed = Criterion::parse(text("//a = $inputs.s", XPathVersion::V10), Mode::Tolerant).unwrap();
    assert_eq!(parsed.notes[0].tolerance, Tolerance::T3BareInXPath);
    let names: Vec<String> = parsed.value.expressions().map(ToString::to_string).collect();
    assert_eq!(names, ["$response.body", "$inputs.s"]);
}

#[test]
fn versions_beyond_the_first_are_refused_by_name() {
    for version in [XPathVersion::V20, XPathVersion::V30, XPathVersion::V31] {
        for mode in [Mode::Tolerant, Mode::Strict] {
            let error = Criterion::parse(text("//a", version), mode).unwrap_err();
            assert!(error.is_unsupported() && error.to_string().contains("xpath-"), "{error}");
        }
    }
    let tolerant = Criterion::parse(text("//a", XPathVersion::Unnamed), Mode::Tolerant).unwrap();
    assert_eq!(
        tolerant.notes.iter().map(|note| note.tolerance).collect::<Vec<_>>(),
        [Tolerance::XPath10For31]
    );
    assert!(tolerant.notes[0].tolerance.is_info());
    assert!(Criterion::parse(text("//a", XPathVersion::Unnamed), Mode::Strict).unwrap_err().is_unsupported());
    for condition in [
        "if (//a) then 1 else 2",
        "matches(//a, 'x')",
        "for $x in //a return $x",
        "some $a in //b satisfies $a",
    ] {
        let error = Criterion::parse(text(condition, XPathVersion::Unnamed), Mode::Tolerant).unwrap_err();
        assert!(error.is_unsupported(), "{condition}: {error}");
        let error = Criterion::parse(text(condition, XPathVersion::V10), Mode::Tolerant).unwrap_err();
        assert!(matches!(error, CriterionError::Condition(_)), "{condition}: {error}");
    }
}

#[test]
fn what_is_no_xpath_is_refused() {
    for condition in ["", "  ", "//", "//a[", "a b", "'a", "count(", "//a = {$inputs.x", "1 +", "$x"] {
        let error = Criterion::parse(text(condition, XPathVersion::V10), Mode::Tolerant);
        assert!(matches!(error, Err(CriterionError::Condition(_))), "{condition}: {error:?}");
    }
}

#[test]
fn long_and_repeated_expressions_end_quickly() {
    let operators: Vec<String> =
        ["1+", "1|", "a/", "-", "(", "not(", "a[", "//*", "1 or ", "/descendant::*", "a["]
            .iter()
            .flat_map(|piece| [100, 500, 5000].map(|count| format!("{}1", piece.repeat(count))))
            .collect();
    let xml = format!("<r>{}</r>", "<a b='1'><c>x</c></a>".repeat(5000));
    let start = std::time::Instant::now();
    for condition in operators.iter().map(String::as_str).chain([
        "//*[contains(/, 'nothing')]",
        "//*[count(//*) = 1]",
        "//*[//*[//*]]",
        "//*/following::*/preceding::*",
    ]) {
        let parsed = Criterion::parse(text(condition, XPathVersion::V10), Mode::Tolerant);
        let _ = parsed.map(|parsed| parsed.value.judge(&World(json!({ "body": xml }))));
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_xpath_and_xml_do_not_panic(
        condition in prop::collection::vec(prop::sample::select(vec![
            "/", "//", "a", "*", "@", "[", "]", "(", ")", "1", ".5", ".", "..", "::", ":", "p:", "child", "ancestor",
            "text()", "node()", "last()", "position()", "count(", "string(", "substring(", "id(", "lang(", "sum(",
            ",", "|", "+", "-", " div ", " mod ", " and ", " or ", "=", "!=", "<", "'x'", "\"", "'", "$v", "é", " ",
            "{$inputs.s}", "$inputs.n", "concat(", "translate(", "-1", "1e999", "round(", "\u{0}",
        ]), 0..12).prop_map(|pieces| pieces.concat()),
        xml in prop::collection::vec(prop::sample::select(vec![
            "<a>", "</a>", "<a b='1'/>", "x", "&amp;", "&#x0;", "<![CDATA[", "]]>", "<!--", "-->", "<?p?>", "<p:a/>",
            "<a xmlns:p='u'>", "<!DOCTYPE a>", "<?xml version='1.0'?>", "é", "\u{0}", "xml:lang='e'", "<", "&", "'",
        ]), 0..12).prop_map(|pieces| pieces.concat()),
    ) {
        for mode in [Mode::Tolerant, Mode::Strict] {
            let parsed = Criterion::parse(text(&condition, XPathVersion::V10), mode);
            let inputs = json!({"s": xml, "n": -1.5e300});
            let bodies = [json!(xml), json!("<a b='1'><a xml:lang='en'>1</a>x<c id='q'/></a>")];
            if let Ok(parsed) = parsed {
                for body in bodies {
                    let _ = parsed.value.judge(&World(json!({"body": body, "inputs": inputs})));
                }
            }
        }
    }
}
