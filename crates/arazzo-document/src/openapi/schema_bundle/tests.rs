//! What a schema is bundled as.

use super::super::openapi;
use super::*;

fn bundled(version: &str, schemas: &str) -> Value {
    let api = openapi(&format!("openapi: {version}\ncomponents:\n  schemas:\n{schemas}"));
    bundle(&api, api.document().root.pointer("/components/schemas/a").unwrap(), Purpose::Any)
}

fn for_response(version: &str, schemas: &str) -> Value {
    let api = openapi(&format!("openapi: {version}\ncomponents:\n  schemas:\n{schemas}"));
    bundle(&api, api.document().root.pointer("/components/schemas/a").unwrap(), Purpose::Response)
}

#[test]
fn what_a_schema_refers_to_is_in_its_definitions() {
    let text = "
    a: {properties: {$ref: {$ref: '#/components/schemas/b'}, c: {$ref: '#/components/schemas/c%2Fd'}}}
    b: {items: {$ref: '#/components/schemas/b'}, type: array}
    'c/d': {type: string}
";
    assert_eq!(
        bundled("3.1.0", text.replace("c%2Fd", "c~1d").as_str()),
        json!({
            "properties": {"$ref": {"$ref": "#/$defs/b"}, "c": {"$ref": "#/$defs/c1d"}},
            "$defs": {
                "b": {"items": {"$ref": "#/$defs/b"}, "type": "array"},
                "c1d": {"type": "string"}
            }
        })
    );
}

#[test]
fn definitions_of_one_name_are_kept_apart() {
    let text = "
    a: {allOf: [{$ref: '#/components/schemas/b'}, {$ref: '#/components/b'}, {$ref: '#/components/schemas/b'}]}
    b: {type: string}
  b: {minLength: 1}
";
    let reference = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
    let wanted = json!({
        "allOf": [reference("b"), reference("b_1"), reference("b")],
        "$defs": {"b": {"type": "string"}, "b_1": {"minLength": 1}}
    });
    assert_eq!(bundled("3.0.0", text), wanted);
}

#[test]
fn the_dialect_of_3_0_becomes_json_schema() {
    let table = [
        ("{type: string, nullable: true}", json!({"type": ["string", "null"]})),
        (
            "{type: string, nullable: true, enum: [x]}",
            json!({"type": ["string", "null"], "enum": ["x", null]}),
        ),
        (
            "{nullable: true, allOf: [{type: string}]}",
            json!({"anyOf": [{"type": "null"}, {"allOf": [{"type": "string"}]}]}),
        ),
        ("{minimum: 1, exclusiveMinimum: true}", json!({"exclusiveMinimum": 1})),
        ("{maximum: 1, exclusiveMaximum: false}", json!({"maximum": 1})),
        ("{type: file, description: x, example: {$ref: y}, xml: {}}", json!({})),
    ];
    for (text, wanted) in table {
        assert_eq!(bundled("3.0.0", &format!("    a: {text}")), wanted, "{text}");
    }
}

#[test]
fn keywords_beside_a_reference_count_since_3_1() {
    let text = "    a: {$ref: '#/components/schemas/b', minLength: 1}\n    b: {type: string}";
    let defs = json!({"b": {"type": "string"}});
    assert_eq!(bundled("3.1.0", text), json!({"$ref": "#/$defs/b", "minLength": 1, "$defs": defs}));
    assert_eq!(bundled("3.0.0", text), json!({"$ref": "#/$defs/b", "$defs": defs}));
}

#[test]
fn null_is_allowed_beside_a_reference_too() {
    let text = "    a: {$ref: '#/components/schemas/b', nullable: true}\n    b: {type: string}";
    let schema = bundled("3.0.0", text);
    assert_eq!(schema["anyOf"], json!([{"type": "null"}, {"$ref": "#/$defs/b"}]));
    assert_eq!(bundled("3.1.0", text)["$ref"], json!("#/$defs/b"));
}

#[test]
fn a_response_need_not_have_what_is_write_only() {
    let text = "
    a:
      allOf: [{$ref: '#/components/schemas/b'}, {required: [id, pin, word, key]}]
      properties: {child: {required: [pin], properties: {pin: {type: string}}}}
      unevaluatedProperties: false
    b: {required: [word], properties: {pin: {writeOnly: true}, word: {$ref: '#/components/schemas/c'}, id: {readOnly: true}}}
    c: {type: string, writeOnly: true}
";
    let schema = for_response("3.1.0", text);
    assert_eq!(schema["allOf"][1], json!({"required": ["id", "key"]}));
    assert_eq!(schema["properties"]["child"]["required"], json!(["pin"]));
    assert_eq!(schema["$defs"]["b"]["required"], json!([]));
    assert_eq!(schema["$defs"]["c"], json!({"type": "string", "writeOnly": true}));
    assert_eq!(schema.get("unevaluatedProperties"), None);
    let schema = bundled("3.1.0", text);
    assert_eq!(schema["allOf"][1], json!({"required": ["id", "pin", "word", "key"]}));
    assert_eq!(schema["unevaluatedProperties"], json!(false));
}

#[test]
fn a_request_need_not_have_what_is_read_only() {
    let text = "
    a: {required: [id, pin], unevaluatedProperties: false, allOf: [{$ref: '#/components/schemas/b'}]}
    b: {required: [id], properties: {pin: {writeOnly: true}, id: {readOnly: true}}}
";
    let api = openapi(&format!("openapi: 3.1.0\ncomponents:\n  schemas:\n{text}"));
    let node = api.document().root.pointer("/components/schemas/a").unwrap();
    let schema = bundle(&api, node, Purpose::Request);
    assert_eq!(schema["required"], json!(["pin"]));
    assert_eq!(schema["$defs"]["b"]["required"], json!([]));
    assert_eq!(schema["unevaluatedProperties"], json!(false));
}

#[test]
fn malformed_keywords_are_left_out() {
    let text = "{type: any, required: true, enum: 3, minimum: x, minLength: -1, multipleOf: 0, allOf: [], \
                    pattern: 3, properties: [], items: [{type: string}], additionalProperties: null}";
    let wanted = json!({"prefixItems": [{"type": "string"}], "additionalProperties": true});
    assert_eq!(bundled("3.1.0", &format!("    a: {text}")), wanted);
    assert_eq!(bundled("3.1.0", "    a: {required: [x, 3, x], type: [string, string]}"), {
        json!({"required": ["x"], "type": ["string"]})
    });
    assert_eq!(bundled("3.1.0", "    a: 3"), json!(true));
}

#[test]
fn what_cannot_be_found_allows_everything() {
    for reference in ["#/nowhere", "other.yml#/b", "#anchor"] {
        let text = format!("    a: {{properties: {{b: {{$ref: '{reference}'}}}}}}");
        assert_eq!(bundled("3.0.0", &text), json!({"properties": {"b": true}}));
        assert_eq!(bundled("3.1.0", &text), json!({"properties": {"b": {}}}));
    }
}

#[test]
fn a_turn_without_a_step_into_the_value_allows_everything() {
    let itself = "    a: {$ref: '#/components/schemas/a'}";
    assert_eq!(bundled("3.0.0", itself), json!(true));
    let text = "
    a: {allOf: [{$ref: '#/components/schemas/b'}], properties: {a: {$ref: '#/components/schemas/a'}}}
    b: {anyOf: [{$ref: '#/components/schemas/a'}, {type: object}]}
";
    let schema = bundled("3.0.0", text);
    assert_eq!(schema.pointer("/$defs/b"), Some(&json!({"anyOf": [true, {"type": "object"}]})));
    assert_eq!(schema.pointer("/properties/a/$ref"), Some(&json!("#/$defs/a")));
    assert_eq!(schema.pointer("/$defs/a/allOf"), Some(&json!([{"$ref": "#/$defs/b"}])));
}

#[test]
fn a_long_chain_of_references_is_cut() {
    let links = |keyword: &str| {
        let link =
            |n: usize| format!("    s{n}: {{{keyword}: [{{$ref: '#/components/schemas/s{}'}}]}}\n", n + 1);
        (0..5_000).map(link).collect::<String>()
    };
    for keyword in ["allOf", "prefixItems"] {
        let text = format!("    a: {{$ref: '#/components/schemas/s0'}}\n{}    s5000: {{}}\n", links(keyword));
        let schema = bundled("3.1.0", &text);
        assert!(schema["$defs"].as_object().unwrap().len() <= MAX_DEFINITIONS);
    }
}
