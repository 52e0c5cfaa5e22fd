use super::*;

fn plan(schema: Value) -> InputsPlan {
    InputsPlan { schema: Some(schema), ..InputsPlan::default() }
}

fn complete(schema: Value, inputs: Value) -> Result<Value, String> {
    let Value::Object(inputs) = inputs else { panic!("{inputs} is no object") };
    plan(schema).complete(inputs).map(Value::Object).map_err(|error| error.to_string())
}

#[test]
fn a_secret_inside_an_input_is_found_by_its_schema_or_its_name() {
    let plan = plan(json!({
        "properties": {
            "user": { "allOf": [{ "$ref": "#/$defs/user" }] },
            "maybe": { "anyOf": [{ "type": "null" }, { "type": "string", "format": "password" }] },
            "name": { "type": "string" },
        },
        "$defs": { "user": { "properties": {
            "pin": { "format": "password" },
            "keys": { "items": { "writeOnly": true } },
            "friend": { "$ref": "#/$defs/user" },
        } } },
    }));
    let Value::Object(inputs) = json!({
        "user": { "name": "a", "pin": "1", "keys": ["2", ["3"]], "friend": { "pin": "4", "token": "5" } },
        "maybe": "6",
        "name": "b",
        "undeclared": [{ "password": 7 }],
    }) else {
        panic!()
    };
    assert_eq!(plan.secret_values(&inputs), ["1", "2", "3", "4", "5", "6"]);
    let holding: Vec<&String> =
        inputs.iter().filter(|(name, value)| plan.holds_secret(name, value)).map(|(name, _)| name).collect();
    assert_eq!(holding, ["user", "maybe", "undeclared"]);
    assert!(plan.is_secret("maybe") && !plan.is_secret("user"));
}

#[test]
fn inputs_are_checked_whatever_stands_in_components_and_values() {
    let resource = json!({ "$id": "https://x.test/other", "items": { "$ref": "#" } });
    let mut schema = json!({
        "properties": {
            "n": { "anyOf": [{ "type": "integer" }, { "type": "null" }], "examples": [resource] },
            "m": { "type": "integer", "minimum": 5, "default": 7, "x-a": { "$id": "y" } },
        },
        "components": { "inputs": { "Other": resource } },
    });
    for _ in 0..2 {
        assert!(complete(schema.clone(), json!({ "n": "abc", "m": 7 })).unwrap_err().contains("`n`"));
        assert!(complete(schema.clone(), json!({ "n": null, "m": "no" })).unwrap_err().contains("`m`"));
        assert!(complete(schema.clone(), json!({ "n": null })).is_ok());
        schema["properties"]["p"] = json!({ "pattern": "^a" });
    }
}

#[test]
fn inputs_whose_schema_cannot_be_compiled_are_refused() {
    let error = complete(json!({ "properties": { "a": { "type": "text" } } }), json!({})).unwrap_err();
    assert!(error.contains("cannot be compiled"), "{error}");
    let many = vec![json!({ "type": "integer" }); 200_001];
    let schema = json!({ "properties": { "a": { "anyOf": many } } });
    assert!(is_plain(&schema));
    assert!(complete(schema, json!({ "a": "x" })).is_err());
}

#[test]
fn alternatives_that_multiply_end() {
    let next = |number: usize| json!({ "$ref": format!("#a{}", number + 1) });
    let link = |number: usize| {
        (
            format!("d{number}"),
            json!({ "$anchor": format!("a{number}"), "anyOf": [next(number), next(number)] }),
        )
    };
    let mut definitions: Map<String, Value> = (0..60).map(link).collect();
    definitions.insert("last".to_owned(), json!({ "$anchor": "a60", "type": "string" }));
    let schema = json!({ "properties": { "x": { "$ref": "#a0" } }, "$defs": definitions });
    let error = complete(schema, json!({ "x": 1 })).unwrap_err();
    assert!(error.contains("applies too many schemas"), "{error}");
}

#[test]
fn a_value_that_is_refused_is_shown_unless_it_is_secret() {
    let schema = json!({ "properties": {
        "count": { "type": "integer" }, "pinToken": { "type": "integer" },
        "pin": { "type": "integer", "writeOnly": true }, "list": { "items": { "type": "integer" } },
    } });
    let fails = |inputs: Value| complete(schema.clone(), inputs).unwrap_err();
    assert!(fails(json!({ "count": 1.5 })).contains("input `count` is refused: 1.5 is not"));
    let either =
        json!({ "anyOf": [{ "properties": { "pin": { "type": "integer", "format": "password" } } }] });
    assert!(!complete(either, json!({ "pin": 1.5 })).unwrap_err().contains("1.5"));
    for secret in [json!({ "pinToken": 1.5 }), json!({ "pin": 1.5 }), json!({ "list": [1.5] })] {
        let error = fails(secret);
        assert!(!error.contains("1.5"), "{error}");
    }
}
