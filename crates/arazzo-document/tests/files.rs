//! A description that is spread over several documents.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use arazzo_document::openapi::{OpenApi, Operation};
use arazzo_document::{Code, Document};

fn document(uri: &str, text: &str) -> Arc<Document> {
    let (document, diagnostics) = Document::read(uri, uri, text.to_owned());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    Arc::new(document.unwrap())
}

/// The description `api.yml` with what it refers to, as far as that is among `files`.
fn open(files: &[(&str, &str)]) -> OpenApi {
    let uri = |name: &str| format!("file:///d/{name}");
    let files: BTreeMap<String, &str> = files.iter().map(|(name, text)| (uri(name), *text)).collect();
    let entry = uri("api.yml");
    let mut api = OpenApi::new(document(&entry, files.get(&entry).unwrap())).unwrap();
    loop {
        let wanted = api.wants();
        if wanted.is_empty() {
            return api;
        }
        for uri in wanted {
            let file = files.get(&uri).map(|text| document(&uri, text));
            api.supply(&uri, file.ok_or_else(|| "does not exist".to_owned()));
        }
    }
}

fn problems(operation: &Operation<'_>) -> Vec<(Code, String)> {
    let problems = operation.problems().into_iter();
    problems.map(|problem| (problem.code, problem.to_string())).collect()
}

const API: &str = "
openapi: 3.0.3
paths:
  /pets: {$ref: paths/pets.yml}
  /local: {get: {operationId: local, responses: {200: {$ref: '#/components/responses/fine'}}}}
components:
  responses: {fine: {description: local}}
";

const PETS: &str = "
get:
  operationId: listPets
  parameters: [{$ref: ../common.yml#/parameters/page}, {$ref: '#/x-page'}]
  responses:
    200: {$ref: '../api.yml#/components/responses/fine'}
    404: {description: none, content: {application/json: {schema: {$ref: ../schemas/Fault.json}}}}
x-page: {name: size, in: query, schema: {$ref: ../common.yml#/size}}
";

#[test]
fn references_lead_through_other_documents() {
    let api = open(&[
        ("api.yml", API),
        ("paths/pets.yml", PETS),
        (
            "common.yml",
            "{parameters: {page: {name: page, in: query, schema: {$ref: '#/size'}}}, size: {type: integer}}",
        ),
        (
            "schemas/Fault.json",
            r##"{"type": "object", "properties": {"in": {"$ref": "Fault.json"}, "by": {"$ref": "#/x"}}, "x": {"const": 1}}"##,
        ),
    ]);
    let operation = api.operation(api.operation_by_id("listPets").unwrap());
    assert_eq!((operation.method(), operation.path()), ("GET", "/pets"));
    assert_eq!(api.operation_by_pointer("/paths/~1pets/get"), api.operation_by_id("listPets"));
    assert_eq!(operation.problems(), []);
    assert_eq!(api.problems(), []);
    let parameters = operation.parameters();
    let names: Vec<_> = parameters.iter().map(|p| (p.name(), p.schema().unwrap().types()[0])).collect();
    assert_eq!(names, [("page", "integer"), ("size", "integer")]);
    assert_eq!(operation.response(200).unwrap().description(), Some("local"));
    let fault = operation.response(404).unwrap().media_types()[0].schema().unwrap();
    assert_eq!(fault.property("by").unwrap().values()[0].as_u64(), Some(1));
    assert_eq!(
        fault.bundled().to_string(),
        r##"{"$ref":"#/$defs/Fault.json","$defs":{"Fault.json":{"type":"object","properties":{"in":{"$ref":"#/$defs/Fault.json"},"by":{"$ref":"#/$defs/x"}}},"x":{"const":1}}}"##
    );
}

#[test]
fn schemas_of_one_reference_text_in_two_documents_are_two() {
    let api = open(&[
        (
            "api.yml",
            "{openapi: 3.1.0, paths: {/a: {get: {responses: {200: {content: {a/b: {schema: {$ref: '#/x'}}}}, 201: {$ref: 'b.yml#/r'}}}}}, x: {type: string}}",
        ),
        ("b.yml", "{r: {content: {a/b: {schema: {$ref: '#/x'}}}}, x: {type: integer}}"),
    ]);
    let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
    let schema = |status| operation.response(status).unwrap().media_types()[0].schema().unwrap();
    assert_eq!((schema(200).types(), schema(201).types()), (vec!["string"], vec!["integer"]));
    assert!(schema(200).is(&schema(200)) && !schema(200).is(&schema(201)));
}

#[test]
fn a_description_without_such_references_wants_nothing() {
    let text = "{openapi: 3.0.0, paths: {/a: {$ref: '#/x'}}, components: {schemas: {a: {properties: {$ref: {type: string}}}}}}";
    assert_eq!(open(&[("api.yml", text)]).wants(), Vec::<String>::new());
}

#[test]
fn what_is_wanted_is_named_once_and_from_the_document_that_refers_to_it() {
    let text =
        "{openapi: 3.0.0, a: [{$ref: './x/b.yml'}, {$ref: 'x/b.yml#/c'}, {$ref: ''}, {$ref: 'api.yml#/a'}]}";
    let mut api = OpenApi::new(document("file:///d/api.yml", text)).unwrap();
    assert_eq!(api.wants(), ["file:///d/x/b.yml"]);
    api.supply("file:///d/other.yml", Err("is not wanted".to_owned()));
    api.supply(
        "file:///d/x/b.yml",
        Ok(document("file:///d/x/b.yml", "[{$ref: ../api.yml}, {$ref: ../../c.yml}]")),
    );
    assert_eq!(api.wants(), ["file:///c.yml"]);
}

#[test]
fn what_cannot_be_read_is_told_where_an_operation_needs_it() {
    let api = open(&[
        (
            "api.yml",
            "
openapi: 3.1.0
paths:
  /fine: {get: {responses: {200: {description: x}}}}
  /a:
    get:
      responses:
        200: {$ref: 'none.yml#/a'}
        201: {$ref: 'https://a.test/b.yml#/a'}
        202: {$ref: '/etc/passwd'}
        203: {$ref: 'file:///etc/passwd'}
        204: {$ref: ' /etc/passwd'}
        205: {$ref: '\\\\etc\\\\passwd'}
        206: {$ref: '//b.test/x'}
        207: {$ref: 'there.yml#/nowhere'}
        208: {$ref: 'there.yml#/broken'}
  /gone: {$ref: gone.yml}
"
            .replace("\\\\", "\\")
            .as_str(),
        ),
        ("there.yml", "broken: {$ref: '#/x'}"),
    ]);
    assert_eq!(problems(&api.operation(api.operation_by_path("/fine", "get").unwrap())), []);
    let found = problems(&api.operation(api.operation_by_path("/a", "get").unwrap()));
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    let refused = [Code::Unsupported; 6];
    assert_eq!(codes[0], Code::UnreadableSource);
    assert_eq!(codes[1..7], refused);
    assert_eq!(codes[7..], [Code::UnresolvedReference; 2]);
    assert_eq!(
        found[0].1,
        "file:///d/api.yml:8:21: error: `$ref: none.yml#/a` leads into another document, which does not exist"
    );
    assert!(
        found[1].1.ends_with("which is on another host, and only files beside the document are read"),
        "{}",
        found[1].1
    );
    assert_eq!(found[8].1, "file:///d/there.yml:1:16: error: `$ref: #/x` leads nowhere");
    let [gone] = &api.problems()[..] else { panic!() };
    assert_eq!((gone.code, gone.place.path.as_str()), (Code::UnreadableSource, "/paths/~1gone/$ref"));
}

#[test]
fn documents_know_each_other_by_their_own_names() {
    let text = "
openapi: 3.2.0
$self: https://a.test/apis/api.yml
paths:
  /a: {get: {responses: {200: {$ref: 'https://a.test/apis/api.yml#/r'}, 201: {$ref: 'b.yml#/r'}, 202: {$ref: 'https://a.test/b#/r'}}}}
r: {description: own}
";
    let api = open(&[
        ("api.yml", text),
        ("b.yml", "{openapi: 3.2.0, $self: 'https://a.test/b', r: {$ref: '#/s'}, s: {description: other}}"),
    ]);
    assert_eq!(api.base_uri(), "https://a.test/apis/api.yml");
    let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
    assert_eq!(operation.problems(), []);
    let described: Vec<_> =
        operation.responses().iter().map(|response| response.description().unwrap()).collect();
    assert_eq!(described, ["own", "other", "other"]);
    assert_eq!(
        open(&[("api.yml", "{openapi: 3.1.0, $self: 'https://a.test/'}")]).base_uri(),
        "file:///d/api.yml"
    );
}

#[test]
fn documents_that_refer_to_each_other_have_an_end() {
    let api = open(&[
        (
            "api.yml",
            "{openapi: 3.0.0, paths: {/a: {$ref: 'b.yml'}, /b: {get: {responses: {200: {$ref: 'b.yml#/c'}}}}}}",
        ),
        ("b.yml", "{$ref: 'c.yml', c: {$ref: 'c.yml#/c'}}"),
        ("c.yml", "{$ref: 'b.yml', c: {$ref: 'b.yml#/c'}}"),
    ]);
    assert_eq!(api.operation_by_path("/a", "get"), None);
    let found = problems(&api.operation(api.operation_by_path("/b", "get").unwrap()));
    assert_eq!(found[0].0, Code::CircularReference);
}

#[test]
fn parts_of_2_0_may_lie_in_other_documents() {
    let api = open(&[
        ("api.yml", "{swagger: '2.0', host: a.test, paths: {/a: {$ref: a.yml}}}"),
        (
            "a.yml",
            "post: {parameters: [{$ref: '#/b'}], responses: {200: {schema: {$ref: s.yml}}}}\nb: {name: b, in: body, schema: {$ref: s.yml}}\n\
             put: {parameters: [{$ref: '#/f'}]}\nf: {name: f, in: formData, type: string}",
        ),
        ("s.yml", "{type: object}"),
    ]);
    let operation = |method| api.operation(api.operation_by_path("/a", method).unwrap());
    let body = operation("post").request_body().unwrap();
    assert_eq!(body.schema("application/json").unwrap().types(), ["object"]);
    let response = operation("post").response(200).unwrap();
    assert_eq!(response.media_types()[0].schema().unwrap().types(), ["object"]);
    let form = operation("put").request_body().unwrap();
    assert!(form.schema("application/x-www-form-urlencoded").unwrap().property("f").is_some());
}
