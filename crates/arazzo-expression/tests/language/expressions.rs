use arazzo_expression::{Absence, Access, ComponentKind, Context, Expression, Mode, Part, Pointer, Source};
use serde_json::{Value, json};

use crate::world::World;

fn parse(text: &str) -> Expression {
    Expression::parse(text, Mode::Strict).unwrap_or_else(|error| panic!("{text}: {error}")).value
}

fn refuse(text: &str) -> String {
    Expression::parse(text, Mode::Strict).expect_err(text).to_string()
}

fn give(text: &str, world: Value) -> Result<Value, Absence> {
    parse(text).evaluate(&World(world)).map(|value| value.into_owned())
}

#[test]
fn every_form_of_the_grammar_is_read_and_printed_back() {
    let step = |step: &str, output: &str| Source::StepOutput { step: step.into(), output: output.into() };
    let workflow_input = |name: &str| Source::WorkflowInput { workflow: "w".into(), name: name.into() };
    let workflow_output = |name: &str| Source::WorkflowOutput { workflow: "w".into(), name: name.into() };
    let description =
        |reference: &str| Source::SourceDescription { source: "n".into(), reference: reference.into() };
    let component = |kind| Source::Component { kind, name: "p.q-r_s".into() };
    let table = [
        ("$url", Source::Url, None),
        ("$method", Source::Method, None),
        ("$statusCode", Source::StatusCode, None),
        ("$self", Source::SelfUri, None),
        ("$request.header.X-Api-Key", Source::Request(Part::Header("X-Api-Key".into())), None),
        ("$request.header.a!#$%&'*+.^_`|~", Source::Request(Part::Header("a!#$%&'*+.^_`|~".into())), None),
        ("$request.query.filter[a b]", Source::Request(Part::Query("filter[a b]".into())), None),
        ("$request.path.id", Source::Request(Part::Path("id".into())), None),
        ("$request.body", Source::Request(Part::Body), None),
        ("$request.body#/a/0", Source::Request(Part::Body), Some("/a/0")),
        ("$response.header.X", Source::Response(Part::Header("X".into())), None),
        ("$response.body", Source::Response(Part::Body), None),
        ("$response.body#", Source::Response(Part::Body), Some("")),
        ("$response.body#/a~1b/0", Source::Response(Part::Body), Some("/a~1b/0")),
        ("$response.body#/a b/~0 == 1", Source::Response(Part::Body), Some("/a b/~0 == 1")),
        ("$message.header.X", Source::Message(Part::Header("X".into())), None),
        ("$message.payload", Source::Message(Part::Payload), None),
        ("$message.payload#/p", Source::Message(Part::Payload), Some("/p")),
        ("$inputs.x", Source::Input("x".into()), None),
        ("$inputs.x-api.key_2", Source::Input("x-api.key_2".into()), None),
        ("$inputs.$.xgafv", Source::Input("$.xgafv".into()), None),
        ("$inputs.x#/y", Source::Input("x".into()), Some("/y")),
        ("$outputs.x", Source::Output("x".into()), None),
        ("$outputs.x#/y", Source::Output("x".into()), Some("/y")),
        ("$steps.s.outputs.o", step("s", "o"), None),
        ("$steps.s.outputs.o#/0/id", step("s", "o"), Some("/0/id")),
        ("$steps.a.b c.outputs.o", step("a.b c", "o"), None),
        ("$steps.s.outputs.outputs.o", step("s", "outputs.o"), None),
        ("$workflows.w.inputs.i", workflow_input("i"), None),
        ("$workflows.w.inputs.outputs.i", workflow_input("outputs.i"), None),
        ("$workflows.w.outputs.o", workflow_output("o"), None),
        ("$workflows.w.outputs.o#/p", workflow_output("o"), Some("/p")),
        ("$sourceDescriptions.n.url", description("url"), None),
        ("$sourceDescriptions.n.type", description("type"), None),
        ("$sourceDescriptions.n.get /pets.{0}", description("get /pets.{0}"), None),
        ("$components.parameters.p.q-r_s", component(ComponentKind::Parameters), None),
        ("$components.successActions.p.q-r_s", component(ComponentKind::SuccessActions), None),
        ("$components.failureActions.p.q-r_s", component(ComponentKind::FailureActions), None),
        ("$components.inputs.p.q-r_s", component(ComponentKind::Inputs), None),
    ];
    for (text, source, pointer) in table {
        if text.contains('{') {
            assert!(refuse(text).contains("cannot contain `{`"), "{text}");
            continue;
        }
        let pointer = pointer.map(|pointer| Pointer::parse(pointer).unwrap());
        let read = parse(text);
        assert_eq!(read, Expression { source, pointer, trail: Vec::new() }, "{text}");
        assert_eq!(read.to_string(), text);
    }
}

#[test]
fn what_is_no_expression_is_refused_with_place_and_remedy() {
    let table = [
        ("", "begins with a root"),
        ("$", "the roots are"),
        ("$urls", "`$urls` is no runtime expression"),
        ("$.items[0]", "a JSONPath query is no expression"),
        ("{$inputs.a}", "has no braces: `$inputs.a`"),
        ("$inputs.", "the name of an input is missing"),
        ("$inputs.a and more", "is followed by ` and`"),
        ("$inputs.a$inputs.b", "is followed by `$inputs.b`"),
        ("$inputs.a[0]", "a part of a value is written `$inputs.a#/0`"),
        ("$response.payload", "write `body`"),
        ("$response.headers.X", "write `header.<name>`"),
        ("$response.header", "a name follows"),
        ("$response.header.", "the name of a header is missing"),
        ("$response.header.a b", "is followed by"),
        ("$response.bodyguard", "a response has no part `bodyguard`"),
        ("$request.query.", "the name of a query parameter is missing"),
        ("$message.body", "a message has no part `body`"),
        ("$response.body.items[0].id", "`$response.body#/items/0/id`"),
        ("$response.body[*].id", "only a JSON Pointer behind `#`"),
        ("$response.body#items", "does not begin with `/`"),
        ("$response.body#/a~2", "followed by neither"),
        ("$response.body#/{a}", "no braces"),
        ("$steps.s", "`.outputs.<name>` is missing"),
        ("$steps.s.o", "`.outputs.<name>` is missing behind the id of a step; write `$steps.s.outputs.o`"),
        ("$steps.s.response.body", "write `$steps.<stepId>.outputs.<name>`"),
        ("$workflows.w.v", "write `$workflows.w.outputs.v`"),
        ("$steps.s.outputs", "`.<name>` is missing behind `.outputs`"),
        ("$steps.s.outputs.", "the name of an output is missing"),
        ("$steps..outputs.o", "cannot be the id of a step"),
        ("$steps.a $steps.b.outputs.c", "cannot be the id of a step"),
        ("$workflows.w.steps.s", "`.outputs.<name>` or `.inputs.<name>` is missing"),
        ("$sourceDescriptions.n", "are missing behind `n`"),
        ("$sourceDescriptions.n#/paths", "are missing behind `n`"),
        ("$components.schemas.a", "names no component"),
        ("$statusCode == 200", "is followed by"),
        ("$url.x", "is followed by `.x`"),
    ];
    for (text, message) in table {
        let found = refuse(text);
        assert!(found.contains(message), "{text}: {found}");
    }
}

#[test]
fn an_error_says_where_it_is() {
    let range = |text| Expression::parse(text, Mode::Strict).unwrap_err().range;
    assert_eq!(range("$inputs.a and"), 9..13);
    assert_eq!(range("$response.headers.X"), 10..17);
    assert_eq!(range("$response.body#/a/~x"), 18..19);
}

#[test]
fn values_keep_their_type_and_their_digits() {
    let body =
        crate::world::value(r#"{"n": 12345678901234567890123, "f": 1.50, "a": [null, {"x/y": true}]}"#);
    let world = || json!({"body": body.clone(), "outputs": {"o": {"k": [1, 2]}}});
    assert_eq!(give("$response.body#/n", world()).unwrap().to_string(), "12345678901234567890123");
    assert_eq!(give("$response.body#/f", world()).unwrap().to_string(), "1.50");
    assert_eq!(give("$response.body#/a/0", world()), Ok(Value::Null));
    assert_eq!(give("$response.body#/a/1/x~1y", world()), Ok(json!(true)));
    assert_eq!(give("$response.body#", world()), Ok(body.clone()));
    assert_eq!(give("$outputs.o#/k/1", world()), Ok(json!(2)));
    assert_eq!(give("$outputs.o", world()), Ok(json!({"k": [1, 2]})));
}

#[test]
fn an_absence_names_what_is_missing() {
    let world = json!({"body": {"a": [1]}, "steps": {"s": {}}});
    let table = [
        ("$response.body#/a/1/b", "`$response.body` has nothing at `/a/1`"),
        ("$inputs.x", "there is no input `x`"),
        ("$steps.t.outputs.o", "step `t` has not run"),
        ("$steps.s.outputs.o", "step `s` has no output `o`"),
        ("$response.header.ETag", "there is no header `ETag`"),
        ("$request.query.q", "the request has no query parameter `q`"),
        ("$statusCode", "there is no response"),
        ("$self", "`$self` is not available here"),
    ];
    for (text, message) in table {
        assert_eq!(give(text, world.clone()).unwrap_err().to_string(), message);
    }
    let optional = Absence::InputNotSupplied { name: "ip".into() };
    assert_eq!(optional.to_string(), "the optional input `ip` was not supplied");
}

#[test]
fn navigation_goes_into_members_and_items() {
    let trail =
        |trail: Vec<Access>| Expression { source: Source::Response(Part::Body), pointer: None, trail };
    let world = World(json!({"body": {"a b": [10, 20], "s": "text"}}));
    let member = |name: &str| Access::Member(name.into());
    let found = trail(vec![member("a b"), Access::Index(1)]);
    assert_eq!(found.to_string(), "$response.body['a b'][1]");
    assert_eq!(*found.evaluate(&world).unwrap(), json!(20));
    let absence = |expression: Expression| expression.evaluate(&world).unwrap_err().to_string();
    assert_eq!(absence(trail(vec![member("x")])), "`$response.body` has nothing at `.x`");
    assert_eq!(
        absence(trail(vec![member("a b"), Access::Index(2)])),
        "`$response.body` has nothing at `['a b'][2]`"
    );
    assert_eq!(
        absence(trail(vec![member("s"), member("x")])),
        "`$response.body` cannot be followed to `.s.x`: it leads into a string"
    );
}

#[test]
fn a_borrowed_value_is_not_copied() {
    let world = World(json!({"body": {"a": 1}}));
    let whole = world.value(&Source::Response(Part::Body)).unwrap();
    let part = parse("$response.body#/a").evaluate(&world).unwrap();
    assert!(matches!(part, std::borrow::Cow::Borrowed(part) if std::ptr::eq(part, &whole["a"])));
}
