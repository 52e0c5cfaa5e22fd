//! No description makes the view of it panic or take long, however wrong it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "real documents are in files")]

use std::collections::BTreeMap;
use std::sync::Arc;

use arazzo_document::openapi::{MediaType, OpenApi, Operation, Schema};
use arazzo_document::{Document, Severity};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Values whose keys are words of OpenAPI.
fn vocabulary() -> impl Strategy<Value = Value> {
    const KEYS: [&str; 61] = [
        "$ref",
        "/a",
        "/a/{id}",
        "200",
        "2XX",
        "default",
        "get",
        "post",
        "query",
        "parameters",
        "requestBody",
        "responses",
        "content",
        "application/json",
        "*/*",
        "schema",
        "examples",
        "example",
        "value",
        "headers",
        "X-A",
        "name",
        "in",
        "required",
        "style",
        "explode",
        "servers",
        "url",
        "variables",
        "security",
        "securitySchemes",
        "schemas",
        "type",
        "scheme",
        "properties",
        "a",
        "b",
        "items",
        "allOf",
        "anyOf",
        "nullable",
        "enum",
        "minimum",
        "additionalProperties",
        "additionalOperations",
        "COPY",
        "Get",
        "$self",
        "consumes",
        "produces",
        "schemes",
        "host",
        "basePath",
        "collectionFormat",
        "flow",
        "x-nullable",
        "definitions",
        "securityDefinitions",
        "c/d",
        "format",
        "oneOf",
    ];
    const TEXTS: [&str; 35] = [
        "#/components/schemas/a",
        "#/components/schemas/b",
        "#/components/schemas/a/allOf/0",
        "#/paths/~1a",
        "#",
        "#/",
        "#/components",
        "other.yml",
        "",
        "path",
        "query",
        "header",
        "cookie",
        "a",
        "b",
        "form",
        "deepObject",
        "apiKey",
        "http",
        "oauth2",
        "string",
        "object",
        "array",
        "{a}/{b",
        "application/json",
        "other.yml#/a",
        "b.yml#/a",
        "b.yml",
        "api.json#/components/schemas/a",
        "body",
        "formData",
        "querystring",
        "multi",
        "https",
        "file",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-2i64..600).prop_map(Value::from),
        prop::sample::select(TEXTS.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(7, 120, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            4 => prop::collection::vec((prop::sample::select(KEYS.to_vec()), inner), 0..6).prop_map(|members| {
                let members = members.into_iter().map(|(key, value)| (key.to_owned(), value));
                Value::Object(members.collect::<Map<_, _>>())
            }),
        ]
    })
}

fn open(description: &Value) -> OpenApi {
    OpenApi::new(document("file:///api.json", description)).unwrap()
}

fn document(uri: &str, value: &Value) -> Arc<Document> {
    let (document, diagnostics) = Document::read(uri, uri, value.to_string());
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error));
    Arc::new(document.unwrap())
}

fn look_at_everything(api: &OpenApi) {
    for reference in api.operations() {
        let operation = api.operation(reference);
        assert_eq!(api.operation_by_path(operation.path(), operation.method()), Some(reference));
        assert_eq!(api.operation_by_pointer(&operation.pointer()), Some(reference));
        look_at(&operation, api);
    }
    for name in ["a", "b", "name", "in"] {
        let _scheme = api.security_scheme(name);
        let _operation = api.operation_by_id(name);
    }
}

fn look_at(operation: &Operation<'_>, api: &OpenApi) {
    for parameter in operation.parameters() {
        let _look =
            (parameter.required(), parameter.style(), parameter.explode(), parameter.allow_reserved());
        let _look = (parameter.content_type(), parameter.example());
        parameter.schema().iter().for_each(look_at_schema);
    }
    if let Some(body) = operation.request_body() {
        let media_types = body.media_types();
        media_types
            .iter()
            .filter_map(|name| body.media_type(name))
            .for_each(|media_type| look_at_media(&media_type));
    }
    for response in operation.responses() {
        response.media_types().iter().for_each(look_at_media);
        let headers = response.headers();
        headers.iter().filter_map(|header| header.schema()).for_each(|schema| look_at_schema(&schema));
    }
    for server in operation.servers() {
        let _url = server.url();
    }
    for requirement in operation.security() {
        requirement.schemes().iter().for_each(|(name, _)| drop(api.security_scheme(name)));
    }
    drop(operation.problems());
    drop(api.problems());
}

fn look_at_media(media_type: &MediaType<'_>) {
    drop(media_type.examples());
    media_type.schema().iter().for_each(look_at_schema);
}

fn look_at_schema(schema: &Schema<'_>) {
    let _look = (schema.types(), schema.required(), schema.values(), schema.default(), schema.example());
    let _look =
        (schema.items().is_some(), schema.alternatives().len(), schema.is_closed(), schema.number("minimum"));
    let bundled = schema.bundled();
    check_references(&bundled, &bundled);
}

/// Every reference in a bundled schema leads to one of its definitions.
fn check_references(schema: &Value, root: &Value) {
    match schema {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                assert!(root.pointer(reference.trim_start_matches('#')).is_some(), "{reference} in {root}");
            }
            members.values().for_each(|value| check_references(value, root));
        }
        Value::Array(items) => items.iter().for_each(|item| check_references(item, root)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads every OpenAPI description in the folder that `ARAZZO_CORPUS` names, with the files beside it that it refers to.
#[test]
fn real_descriptions_are_read() {
    let Some(folder) = std::env::var_os("ARAZZO_CORPUS") else {
        println!("skipped: `ARAZZO_CORPUS` names no folder of documents");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_text = |end: &str| path.to_string_lossy().ends_with(end);
            if path.is_dir() {
                folders.push(path);
            } else if [".json", ".yaml", ".yml"].into_iter().any(is_text) {
                count(&path, &mut counts);
            }
        }
    }
    for (version, [apis, operations, files, problems]) in counts {
        println!(
            "{version}: {apis} descriptions, {operations} operations, {files} files, {problems} problems"
        );
    }
}

fn count(path: &std::path::Path, counts: &mut BTreeMap<String, [usize; 4]>) {
    let read = |path: &std::path::Path| {
        let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
        let uri = format!("file://{}", path.display());
        Document::read(&uri, &uri, text).0.map(Arc::new)
    };
    let Some(document) = read(path) else { return };
    if document.root.get("openapi").is_none() && document.root.get("swagger").is_none() {
        return;
    }
    let Ok(mut api) = OpenApi::new(document) else {
        counts.entry("refused".to_owned()).or_default()[0] += 1;
        return;
    };
    let mut files = 0;
    while let Some(uri) = api.wants().first() {
        let file = read(std::path::Path::new(uri.trim_start_matches("file://")));
        files += usize::from(file.is_some());
        api.supply(uri, file.ok_or_else(|| "is not there".to_owned()));
    }
    look_at_everything(&api);
    let operations = api.operations().map(|reference| api.operation(reference));
    let problems = operations.map(|operation| operation.problems().len()).sum::<usize>();
    let found = [1, api.operations().count(), files, problems + api.problems().len()];
    let count = counts.entry(api.version().to_string()).or_default();
    for (sum, one) in count.iter_mut().zip(found) {
        *sum += one;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_wrong_description_is_as_if_the_wrong_were_absent(
        version in prop::sample::select(vec!["2.0", "3.0.3", "3.1.0", "3.2.0"]),
        paths in vocabulary(),
        operation in vocabulary(),
        other in vocabulary(),
        [a, b, schemes] in [vocabulary(), vocabulary(), vocabulary()],
    ) {
        let mut paths = match paths {
            Value::Object(paths) => paths,
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Map::from_iter([("/b".to_owned(), other)])
            }
        };
        paths.insert("/c".to_owned(), json!({"get": operation}));
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/a"}}});
        paths.insert("/d".to_owned(), json!({"post": {"requestBody": {"content": content}}}));
        let components = json!({"schemas": {"a": a, "b": b}, "securitySchemes": schemes});
        let key = if version == "2.0" { "swagger" } else { "openapi" };
        let mut api =
            open(&json!({key: version, "paths": paths, "components": components, "securityDefinitions": schemes}));
        look_at_everything(&api);
        for uri in api.wants() {
            let known = uri.ends_with("/b.yml");
            api.supply(&uri, if known { Ok(document(&uri, &other)) } else { Err("is lost".to_owned()) });
        }
        look_at_everything(&api);
    }
}
