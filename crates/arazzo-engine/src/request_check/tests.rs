use serde_json::json;

use arazzo_document::Document;

use super::*;
use crate::path_template::PathTemplate;

fn check(operation: Value) -> RequestCheck {
    let api = json!({"openapi": "3.1.0", "paths": {"/a/{id}": {"post": operation}}});
    let (document, diagnostics) = Document::read("api.json", "api.json", api.to_string());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let api = Arc::new(OpenApi::new(Arc::new(document.unwrap())).unwrap());
    let operation = api.operation_by_path("/a/{id}", "post").unwrap();
    RequestCheck::new(api, operation)
}

fn told(check: &RequestCheck, target: &str, headers: &[(&str, &str)], body: &str) -> Vec<String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let template = PathTemplate::new("/a/{id}");
    let captures = template.captures(path).unwrap();
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = WireRequest {
        path: &captures,
        query,
        headers: &headers,
        body: body.as_bytes(),
        ..WireRequest::default()
    };
    check.findings(&request).into_iter().map(|finding| finding.message).collect()
}

fn parameter(parameter: Value) -> RequestCheck {
    check(json!({ "parameters": [parameter] }))
}

#[test]
fn a_required_parameter_must_be_there() {
    for (location, wanted) in [
        ("query", "query parameter `q` is missing"),
        ("header", "header parameter `q` is missing"),
        ("cookie", "cookie parameter `q` is missing"),
    ] {
        let check = parameter(json!({"name": "q", "in": location, "required": true}));
        assert_eq!(told(&check, "/a/1", &[], ""), [wanted]);
    }
    let check = parameter(json!({"name": "q", "in": "cookie", "required": true}));
    assert!(told(&check, "/a/1", &[("Cookie", "p=1; q=2")], "").is_empty());
    let check = parameter(json!({"name": "Authorization", "in": "header", "required": true}));
    assert!(told(&check, "/a/1", &[], "").is_empty());
}

#[test]
fn what_will_be_added_is_not_missing() {
    let check = check(json!({ "parameters": [
        {"name": "X-Key", "in": "header", "required": true},
        {"name": "key", "in": "query", "required": true},
        {"name": "X-Mine", "in": "header", "required": true}
    ]}));
    let slot = |placement| Slot { source: "s".to_owned(), scheme: "k".to_owned(), placement };
    let slots = [slot(Placement::Header("x-key".to_owned())), slot(Placement::Query("key".to_owned()))];
    let given_headers = ["x-mine".to_owned()];
    let request = WireRequest { slots: &slots, given_headers: &given_headers, ..WireRequest::default() };
    assert_eq!(check.findings(&request), []);
    assert_eq!(check.findings(&WireRequest::default()).len(), 3);
}

#[test]
fn a_text_may_stand_for_what_its_schema_allows() {
    let integer = |query| {
        told(&parameter(json!({"name": "n", "in": "query", "schema": {"type": "integer"}})), query, &[], "")
    };
    assert!(integer("/a/1?n=5").is_empty());
    assert_eq!(integer("/a/1?n=x"), ["query parameter `n`: \"x\" is not of type \"integer\""]);
    let either = json!({"name": "n", "in": "query", "schema": {"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": 2}]}});
    assert!(told(&parameter(either.clone()), "/a/1?n=true", &[], "").is_empty());
    assert_eq!(told(&parameter(either), "/a/1?n=maybe", &[], "").len(), 1);
    let digits = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[0-9]+$"}});
    assert!(told(&parameter(digits.clone()), "/a/7", &[], "").is_empty());
    assert_eq!(told(&parameter(digits), "/a/x", &[], "").len(), 1);
}

#[test]
fn arrays_and_objects_are_read_in_their_style() {
    let list = json!({"type": "array", "items": {"type": "integer"}, "minItems": 2});
    let of = |rest: Value| {
        let mut described = json!({"name": "n", "in": "query", "schema": list});
        described.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        parameter(described)
    };
    for (rest, right) in [
        (json!({}), "n=1&n=2"),
        (json!({"explode": false}), "n=1,2"),
        (json!({"explode": false, "style": "pipeDelimited"}), "n=1%7C2"),
        (json!({"explode": false, "style": "spaceDelimited"}), "n=1%202"),
    ] {
        assert_eq!(told(&of(rest.clone()), &format!("/a/1?{right}"), &[], ""), [""; 0], "{right}");
        assert_eq!(told(&of(rest), "/a/1?n=1", &[], "").len(), 1, "{right}");
    }
    let object = json!({"name": "f", "in": "query", "style": "deepObject", "required": true, "schema":
        {"type": "object", "properties": {"min": {"type": "integer"}}, "additionalProperties": false}});
    assert!(told(&parameter(object.clone()), "/a/1?f[min]=3", &[], "").is_empty());
    assert_eq!(told(&parameter(object.clone()), "/a/1?f%5Bmax%5D=3", &[], "").len(), 1);
    assert_eq!(told(&parameter(object), "/a/1", &[], ""), ["query parameter `f` is missing"]);
}

#[test]
fn a_json_body_is_held_against_its_schema() {
    let check = check(json!({"requestBody": {"required": true, "content": {"application/json": {"schema": {
        "type": "object", "required": ["id", "amount"],
        "properties": {"id": {"readOnly": true}, "amount": {"type": "number"}, "password": {"type": "string", "minLength": 8}}
    }}}}}));
    let json = [("Content-Type", "application/json")];
    assert!(told(&check, "/a/1", &json, r#"{"amount": 1.5}"#).is_empty());
    assert_eq!(told(&check, "/a/1", &json, "{}"), ["the body: member `amount` is missing"]);
    assert_eq!(
        told(&check, "/a/1", &json, r#"{"amount": "x"}"#),
        ["body at `/amount`: \"x\" is not of type \"number\""]
    );
    let secret = told(&check, "/a/1", &json, r#"{"amount": 1, "password": "hidden"}"#);
    assert!(secret.len() == 1 && !secret[0].contains("hidden"), "{secret:?}");
    assert_eq!(told(&check, "/a/1", &json, "{"), ["the body is no JSON"]);
    assert_eq!(told(&check, "/a/1", &[], ""), ["the body is missing; described are `application/json`"]);
    assert_eq!(
        told(&check, "/a/1", &[("Content-Type", "text/plain")], "x"),
        ["content type `text/plain` is not described, only `application/json`"]
    );
    assert_eq!(
        told(&check, "/a/1", &[], "{}"),
        ["the content type is missing; described are `application/json`"]
    );
}

#[test]
fn a_form_is_held_against_its_schema_member_by_member() {
    let schema = json!({"type": "object", "required": ["name", "tags"], "additionalProperties": false, "properties": {
        "name": {"type": "string", "maxLength": 3}, "tags": {"type": "array", "items": {"type": "integer"}},
        "file": {"type": "string", "maxLength": 1}, "inner": {"type": "object"}
    }});
    let content = json!({"application/x-www-form-urlencoded": {"schema": schema}, "multipart/form-data": {"schema": schema}});
    let check = check(json!({"requestBody": {"content": content}}));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert!(told(&check, "/a/1", &form, "name=abc&tags=1&tags=2&inner[a]=1").is_empty());
    assert_eq!(
        told(&check, "/a/1", &form, "name=abcd&other=1"),
        [
            "body at `/name`: \"abcd\" is longer than 3 characters",
            "the body: member `tags` is missing",
            "the body: member `other` is not allowed"
        ]
    );
    let multipart = [("Content-Type", "multipart/form-data; boundary=\"B\"")];
    let body = "--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nabc\r\n\
                --B\r\nContent-Disposition: form-data; name=\"tags\"\r\nContent-Type: application/json\r\n\r\n[1]\r\n\
                --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nlong\r\n--B--\r\n";
    assert!(told(&check, "/a/1", &multipart, body).is_empty());
    assert_eq!(told(&check, "/a/1", &multipart, &body.replace("abc", "abcd")).len(), 1);
    assert_eq!(told(&check, "/a/1", &multipart, "--B--\r\n").len(), 2);
}

#[test]
fn an_array_of_objects_in_a_form_is_read_as_it_is_sent() {
    let item = json!({"type": "object", "required": ["price"], "properties": {"price": {"type": "string"}, "count": {"type": "integer"}}});
    let lines = json!({"type": "array", "items": item});
    let mixed = json!({"type": "array", "items": {"anyOf": [item, {"type": "integer"}]}});
    let schema = json!({"type": "object", "properties": {"lines": lines, "mixed": mixed}});
    let check =
        check(json!({"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}}));
    let told = |value: Value| {
        let body = crate::form::form(&value, &[]).unwrap().unwrap();
        told(&check, "/a/1", &[("Content-Type", "application/x-www-form-urlencoded")], &body)
    };
    let good = json!({"price": "p,q", "count": 2});
    assert!(told(json!({"lines": [good]})).is_empty());
    assert!(told(json!({"lines": [good, good], "mixed": [good, 3]})).is_empty());
    assert_eq!(told(json!({"lines": [{"price": "p", "count": "many"}]})).len(), 1);
    assert_eq!(told(json!({"lines": [good, {"count": 1}]})).len(), 1);
}

#[test]
fn findings_have_a_limit() {
    let required: Vec<String> = (0..100).map(|number| format!("m{number}")).collect();
    let check =
        check(json!({"requestBody": {"content": {"application/json": {"schema": {"required": required}}}}}));
    assert_eq!(told(&check, "/a/1", &[("Content-Type", "application/json")], "{}").len(), MAX_FINDINGS);
}
