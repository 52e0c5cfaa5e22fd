use std::sync::Arc;

use arazzo_document::Document;
use arazzo_document::openapi::OpenApi;
use serde_json::json;

use super::*;

fn made(schema: Value) -> Value {
    read(schema, &[])
}

fn read(schema: Value, reads: &[&str]) -> Value {
    let reads: Vec<Pointer> = reads.iter().map(|pointer| pointer.parse().unwrap()).collect();
    let version = if schema["exclusiveMinimum"].is_boolean() { "3.0.0" } else { "3.1.0" };
    let api = json!({
        "openapi": version,
        "paths": {"/a": {"get": {"responses": {"200": {"content": {"a/b": {"schema": schema}}}}}}},
        "components": {"schemas": {"made": schema}}
    });
    let (document, diagnostics) = Document::read("api.json", "api.json", api.to_string());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let api = OpenApi::new(Arc::new(document.unwrap())).unwrap();
    let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
    value(operation.response(200).unwrap().media_types()[0].schema().unwrap(), &reads, false)
}

#[test]
fn what_the_schema_offers_goes_first() {
    assert_eq!(made(json!({"type": "string", "const": "c", "example": "e"})), "c");
    assert_eq!(made(json!({"type": "string", "example": "e", "default": "d"})), "e");
    assert_eq!(made(json!({"type": "string", "examples": ["e", "f"], "default": "d"})), "e");
    assert_eq!(made(json!({"type": "string", "default": "d", "enum": ["a", "d"]})), "d");
    assert_eq!(made(json!({"enum": ["a", "d"]})), "a");
}

#[test]
fn each_type_has_a_value() {
    assert_eq!(made(json!({"type": "string"})), "text");
    assert_eq!(made(json!({"type": "integer"})), 1);
    assert_eq!(made(json!({"type": "boolean"})), true);
    assert_eq!(made(json!({"type": "null"})), Value::Null);
    assert_eq!(made(json!({"type": ["null", "string"]})), "text");
    assert_eq!(made(json!({"type": "object"})), json!({}));
    assert_eq!(made(json!({"type": "array", "items": {"type": "integer"}})), json!([1]));
    assert_eq!(made(json!({})), "text");
    assert_eq!(made(json!(true)), "text");
}

#[test]
fn bounds_are_kept() {
    assert_eq!(made(json!({"type": "integer", "minimum": 5})), 5);
    assert_eq!(made(json!({"type": "number", "minimum": 0.5})), 0.5);
    assert_eq!(made(json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true})), 6);
    assert_eq!(made(json!({"type": "integer", "exclusiveMinimum": 5})), 6);
    assert_eq!(made(json!({"type": "integer", "maximum": -3})), -3);
    assert_eq!(made(json!({"type": "integer", "multipleOf": 10, "minimum": 11})), 20);
    assert_eq!(made(json!({"type": "number", "maximum": 0.5})), 0);
    assert_eq!(made(json!({"type": "integer", "exclusiveMaximum": 1})), 0);
    assert_eq!(made(json!({"type": "number", "multipleOf": 0.25})), 0.25);
    assert_eq!(
        made(json!({"type": "integer", "minimum": 12345678901234567890_u64})),
        12345678901234567890_u64
    );
    assert_eq!(made(json!({"type": "string", "minLength": 6})), "textxx");
    assert_eq!(made(json!({"type": "string", "maxLength": 2})), "te");
    assert_eq!(
        made(json!({"type": "array", "minItems": 2, "items": {"type": "boolean"}})),
        json!([true, true])
    );
    assert_eq!(made(json!({"type": "array", "maxItems": 0})), json!([]));
}

#[test]
fn formats_are_kept() {
    for format in ["date", "date-time", "uuid", "email", "uri"] {
        assert_ne!(made(json!({"type": "string", "format": format})), "text", "{format}");
    }
}

#[test]
fn objects_have_what_is_required_and_what_is_read() {
    let schema = json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            "scores": {"type": "object", "additionalProperties": {"type": "object", "properties": {
                "score": {"type": "number", "minimum": 0}, "reasons": {"type": "array"}
            }}},
            "unread": {"type": "string"}
        }
    });
    assert_eq!(made(schema.clone()), json!({"id": "text"}));
    assert_eq!(
        read(schema, &["/scores/abuse/score"]),
        json!({"id": "text", "scores": {"abuse": {"score": 0}}})
    );
}

#[test]
fn what_is_read_is_there_only_where_the_schema_allows_it() {
    let closed =
        json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "integer"}}});
    assert_eq!(read(closed, &["/a", "/b"]), json!({"a": 1}));
    assert_eq!(read(json!({}), &["/a/b"]), json!({"a": {"b": "text"}}));
    assert_eq!(
        read(json!({"type": "array", "items": {}}), &["/1/id"]),
        json!([{"id": "text"}, {"id": "text"}])
    );
    let example = json!({"type": "object", "example": {"a": 5}, "properties": {"b": {"type": "integer"}}});
    assert_eq!(read(example, &["/b"]), json!({"a": 5, "b": 1}));
}

#[test]
fn all_of_adds_and_one_of_chooses() {
    let schema = json!({
        "allOf": [{"$ref": "#/components/schemas/made/$defs/base"}, {"required": ["b"], "properties": {"b": {"type": "integer"}}}],
        "$defs": {"base": {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}}}
    });
    assert_eq!(made(schema), json!({"a": true, "b": 1}));
    assert_eq!(made(json!({"oneOf": [{"type": "null"}, {"type": "integer"}]})), 1);
    let choice = json!({"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {"type": "integer"}}}]});
    assert_eq!(read(choice, &["/b"]), json!({"b": 1}));
}

#[test]
fn a_schema_that_contains_itself_has_an_end() {
    let list = json!({
        "$ref": "#/components/schemas/made/$defs/node",
        "$defs": {"node": {"type": "object", "required": ["next", "children"], "properties": {
            "next": {"$ref": "#/components/schemas/made/$defs/node"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/made/$defs/node"}}
        }}}
    });
    assert_eq!(made(list.clone()), json!({"next": {}, "children": []}));
    let deep = read(list, &["/next/next/next/next/children/0"]);
    assert!(deep.pointer("/next/next/next/next/children/0").is_some(), "{deep}");
    assert_eq!(made(json!({"$ref": "#/components/schemas/made"})), "text");
    assert_eq!(made(json!({"$ref": "#/nowhere"})), "text");
    assert_eq!(
        made(
            json!({"allOf": [{"$ref": "#/components/schemas/made"}, {"$ref": "#/components/schemas/made"}]})
        ),
        "text"
    );
}

#[test]
fn a_schema_that_grows_without_end_is_cut() {
    let wide = json!({"type": "array", "minItems": 100, "items": {"type": "array", "minItems": 100, "items":
        {"type": "array", "minItems": 100, "items": {"type": "array", "minItems": 100}}}});
    assert!(made(wide).to_string().len() < 100_000);
    assert!(read(json!({}), &["/a".repeat(200).as_str()]).is_object());
}

#[test]
fn an_object_is_not_made_of_an_example_that_is_text() {
    let properties = json!({"a": {"type": "integer"}});
    let object = |example: Value| json!({"type": "object", "required": ["a"], "properties": properties, "example": example});
    assert_eq!(made(object(json!("some words"))), json!({"a": 1}));
    assert_eq!(made(object(json!("{\"a\": 7}"))), json!({"a": 7}));
    assert_eq!(made(object(json!({"b": 1}))), json!({"b": 1}));
    assert_eq!(made(json!({"type": "array", "example": "x", "items": {"type": "integer"}})), json!([1]));
}

#[test]
fn examples_of_parts_are_put_together_and_completed() {
    let schema = json!({"allOf": [
        {"example": {"a": 5}, "properties": {"a": {"type": "integer"}}},
        {"required": ["b"], "properties": {"b": {"type": "boolean"}}}
    ]});
    assert_eq!(made(schema), json!({"a": 5, "b": true}));
}

#[test]
fn the_strictest_of_several_bounds_counts() {
    let schema = json!({"allOf": [{"type": "integer", "minimum": 3}, {"minimum": 7}, {"multipleOf": 5}]});
    assert_eq!(made(schema), 10);
    assert_eq!(made(json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})), 0.5);
    assert_eq!(made(json!({"type": "number", "minimum": 0.25, "multipleOf": 0.1})), 0.3);
    assert_eq!(made(json!({"allOf": [{"type": "string", "minLength": 5}, {"maxLength": 5}]})), "textx");
}

#[test]
fn a_text_matches_its_pattern_and_keeps_its_length() {
    assert_eq!(made(json!({"type": "string", "pattern": "^[A-Z]{3}$"})), "AAA");
    let long = made(json!({"type": "string", "pattern": "^[a-z]+$", "minLength": 10, "maxLength": 16}));
    assert!((10..=16).contains(&long.as_str().unwrap().len()), "{long}");
    assert_eq!(
        made(json!({"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$", "format": "date"})),
        "2026-01-01"
    );
    assert_eq!(made(json!({"type": "string", "pattern": "("})), "text");
}

#[test]
fn items_differ_where_they_have_to() {
    let unique =
        |items: Value| made(json!({"type": "array", "minItems": 3, "uniqueItems": true, "items": items}));
    assert_eq!(unique(json!({"type": "integer", "minimum": 5})), json!([5, 6, 7]));
    assert_eq!(unique(json!({"enum": ["a", "b", "c"]})), json!(["a", "b", "c"]));
    assert_eq!(unique(json!({"type": "string"})), json!(["text", "text1", "text2"]));
    assert_eq!(
        unique(
            json!({"type": "object", "required": ["id"], "properties": {"id": {"format": "uuid", "type": "string"}}})
        )[2]["id"],
        "00000000-0000-4000-8000-000000000002"
    );
}

#[test]
fn the_first_items_have_schemas_of_their_own() {
    let tuple = json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": {"type": "string"}, "minItems": 3});
    assert_eq!(made(tuple), json!([1, true, "text"]));
}

#[test]
fn of_alternatives_one_alone_is_met() {
    let schema = json!({"type": "object", "oneOf": [
        {"properties": {"a": {"type": "integer"}}},
        {"required": ["b"], "properties": {"b": {"type": "integer"}}, "not": {"required": ["a"]}}
    ]});
    let check = ValueCheck::new(schema.clone()).unwrap();
    assert_eq!(check.allows(&made(schema)), Some(true));
    let not = json!({"type": "object", "properties": {"kind": {"enum": ["x"]}}, "not": {"properties": {"kind": {"type": "string"}}, "maxProperties": 0}});
    assert_eq!(made(not), json!({"kind": "x"}));
}

#[test]
fn what_only_requests_have_is_left_out() {
    let schema = json!({"type": "object", "required": ["id", "password"], "properties": {
        "id": {"type": "integer", "readOnly": true}, "password": {"type": "string", "writeOnly": true}}});
    assert_eq!(made(schema), json!({"id": 1}));
}

#[test]
fn optional_members_are_there_where_they_are_wanted() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "object", "properties": {"c": {"type": "boolean"}}}}});
    let api = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": {"content": {"a/b": {"schema": schema}}}}}}}});
    let (document, _) = Document::read("api.json", "api.json", api.to_string());
    let api = OpenApi::new(Arc::new(document.unwrap())).unwrap();
    let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
    let made = value(operation.response(200).unwrap().media_types()[0].schema().unwrap(), &[], true);
    assert_eq!(made, json!({"a": 1, "b": {"c": true}}));
}

#[test]
fn schemas_that_are_a_lot_of_work_are_given_up() {
    let part = |number: usize| json!({"$ref": format!("#/components/schemas/made/$defs/d{number}")});
    let parts: Vec<Value> = (0..80).map(part).collect();
    let definition = json!({"allOf": parts, "oneOf": parts, "properties": {"a": {"allOf": parts, "minItems": 50}}, "required": ["a"]});
    let definitions: Map<String, Value> =
        (0..80).map(|number| (format!("d{number}"), definition.clone())).collect();
    made(json!({"allOf": parts, "$defs": definitions}));
    let names: Vec<String> = (0..20_000).map(|number| format!("m{number}")).collect();
    let made = made(json!({"type": "object", "required": names}));
    assert!(made.as_object().unwrap().len() <= MAX_VALUES);
}

/// Values for the responses of all the APIs in a folder, which `ARAZZO_CORPUS` names, are what the schemas allow.
#[test]
fn values_for_real_schemas_are_allowed_by_them() {
    let Some(folder) = std::env::var_os("ARAZZO_CORPUS") else {
        eprintln!("skipped: `ARAZZO_CORPUS` names no folder with descriptions");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let (mut right, mut all, mut with_examples, mut shown) = (0_usize, 0_usize, 0_usize, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_text =
                path.extension().is_some_and(|it| ["json", "yml", "yaml"].iter().any(|known| it == *known));
            let Some(text) =
                std::fs::read_to_string(&path).ok().filter(|text| is_text && text.len() < 3_000_000)
            else {
                continue;
            };
            let name = path.display().to_string();
            let (Some(document), _) = Document::read(&name, &name, text) else { continue };
            let Ok(api) = OpenApi::new(Arc::new(document)) else { continue };
            for operation in api.operations().map(|reference| api.operation(reference)) {
                for response in operation.responses() {
                    for schema in response.media_types().iter().filter_map(|it| it.schema()) {
                        let Some(check) = ValueCheck::new(schema.bundled_for_responses()) else { continue };
                        for all_members in [false, true] {
                            let made = value(schema, &[], all_members);
                            all += 1;
                            match check.allows(&made) {
                                Some(false) if has_example(schema.node(), &api) => with_examples += 1,
                                Some(false) => {
                                    shown += 1;
                                    if shown < 20 {
                                        eprintln!(
                                            "{name}: {} {}: {made}",
                                            operation.method(),
                                            operation.path()
                                        );
                                    }
                                }
                                Some(true) | None => right += 1,
                            }
                        }
                    }
                }
            }
        }
    }
    let told =
        format!("{right} of {all} values are allowed; of the others {with_examples} may have examples");
    eprintln!("{told}");
    assert!(right * 100 >= all * 97 && (all - right - with_examples) * 1000 <= all, "{told}");
}

/// Whether a schema, or one that it may lead to, has examples, which need not be as it says.
fn has_example(node: &Node, api: &OpenApi) -> bool {
    let text = node.to_value().to_string();
    let everywhere = || api.document().text.contains("example");
    text.contains("\"example") || (text.contains("$ref") && everywhere())
}
