//! One API written in every version of OpenAPI gives the same view.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use arazzo_document::Document;
use arazzo_document::openapi::{OpenApi, Operation, Schema};

const V2: &str = "
swagger: '2.0'
host: api.test
basePath: /v1/
schemes: [http, https]
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  basic: {type: basic}
  key: {type: apiKey, name: X-Key, in: header}
  oauth: {type: oauth2, flow: application, tokenUrl: https://id.test/token, scopes: {read: r}}
security: [{basic: []}]
parameters:
  page: {name: page, in: query, type: integer, minimum: 1}
responses:
  missing: {description: none, schema: {$ref: '#/definitions/Fault'}}
paths:
  /pets:
    get:
      operationId: listPets
      security: [{oauth: [read]}]
      parameters:
      - {$ref: '#/parameters/page'}
      - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: multi}
      - {name: ids, in: query, type: array, items: {type: string}}
      - {name: kinds, in: query, type: array, items: {type: string}, collectionFormat: pipes}
      - {name: names, in: query, type: array, items: {type: string}, collectionFormat: ssv}
      - {name: X-Ids, in: header, type: array, items: {type: integer}, collectionFormat: csv}
      responses:
        200:
          description: fine
          schema: {type: array, items: {$ref: '#/definitions/Pet'}}
          headers: {X-Total: {type: integer}}
          examples: {application/json: [{id: 1}]}
        404: {$ref: '#/responses/missing'}
    post:
      operationId: addPet
      parameters: [{name: pet, in: body, required: true, schema: {$ref: '#/definitions/Pet'}}]
      responses: {201: {description: done}}
  /pets/{id}/photo:
    parameters: [{name: id, in: path, required: true, type: string}]
    put:
      operationId: rename
      consumes: [application/x-www-form-urlencoded]
      parameters:
      - {name: name, in: formData, type: string, required: true, maxLength: 9}
      - {name: age, in: formData, type: integer}
      responses: {204: {description: done}}
    post:
      operationId: upload
      consumes: [multipart/form-data]
      produces: [image/png]
      parameters: [{name: photo, in: formData, type: file}]
      responses: {200: {description: the photo, schema: {type: file}}}
definitions:
  Pet: {type: object, required: [id], properties: {id: {type: integer}, tag: {type: string, x-nullable: true}}}
  Fault: {type: object, properties: {code: {type: number, maximum: 9, exclusiveMaximum: true}}}
";

/// The same in version 3, where NULLABLE and EXCLUSIVE stand for what differs between its minor versions.
const V3: &str = "
openapi: VERSION
servers: [{url: https://api.test/v1}, {url: http://api.test/v1}]
security: [{basic: []}]
paths:
  /pets:
    get:
      operationId: listPets
      security: [{oauth: [read]}]
      parameters:
      - {$ref: '#/components/parameters/page'}
      - {name: tags, in: query, schema: {type: array, items: {type: string}}}
      - {name: ids, in: query, explode: false, schema: {type: array, items: {type: string}}}
      - {name: kinds, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: string}}}
      - {name: names, in: query, style: spaceDelimited, explode: false, schema: {type: array, items: {type: string}}}
      - {name: X-Ids, in: header, schema: {type: array, items: {type: integer}}}
      responses:
        200:
          description: fine
          headers: {X-Total: {schema: {type: integer}}}
          content:
            application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}, example: [{id: 1}]}
        404: {$ref: '#/components/responses/missing'}
    post:
      operationId: addPet
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {201: {description: done}}
  /pets/{id}/photo:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put:
      operationId: rename
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name]
              properties: {name: {type: string, maxLength: 9}, age: {type: integer}}
      responses: {204: {description: done}}
    post:
      operationId: upload
      requestBody:
        content:
          multipart/form-data: {schema: {type: object, properties: {photo: {type: string, format: binary}}}}
      responses:
        200: {description: the photo, content: {image/png: {schema: {type: string, format: binary}}}}
components:
  securitySchemes:
    basic: {type: http, scheme: basic}
    key: {type: apiKey, name: X-Key, in: header}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: https://id.test/token, scopes: {read: r}}}}
  parameters:
    page: {name: page, in: query, schema: {type: integer, minimum: 1}}
  responses:
    missing: {description: none, content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}}
  schemas:
    Pet: {type: object, required: [id], properties: {id: {type: integer}, tag: NULLABLE}}
    Fault: {type: object, properties: {code: EXCLUSIVE}}
";

fn open(text: &str) -> OpenApi {
    let (document, diagnostics) = Document::read("api.yml", "https://docs.test/api.yml", text.to_owned());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    OpenApi::new(Arc::new(document.unwrap())).unwrap()
}

fn in_version(version: &str) -> OpenApi {
    let (nullable, exclusive) = match version {
        "2.0" => return open(V2),
        "3.0.3" => ("{type: string, nullable: true}", "{type: number, maximum: 9, exclusiveMaximum: true}"),
        _ => ("{type: [string, 'null']}", "{type: number, exclusiveMaximum: 9}"),
    };
    open(&V3.replace("VERSION", version).replace("NULLABLE", nullable).replace("EXCLUSIVE", exclusive))
}

/// Everything that a workflow asks of a description, as lines.
fn view(api: &OpenApi) -> Vec<String> {
    let mut lines: Vec<String> = api.security_scheme_names().map(|name| scheme(name, api)).collect();
    lines.sort();
    for operation in api.operations().map(|reference| api.operation(reference)) {
        lines.push(format!("{} {} {:?}", operation.method(), operation.path(), operation.operation_id()));
        let security = operation.security();
        lines.extend(security.iter().map(|one| format!("security {:?}", one.schemes())));
        lines.extend(operation.servers().iter().map(|server| server.url().unwrap()));
        assert_eq!(operation.problems(), []);
        lines.extend(parameters(&operation));
        lines.extend(bodies(&operation));
    }
    lines
}

fn scheme(name: &str, api: &OpenApi) -> String {
    format!("{name} {:?}", api.security_scheme(name).unwrap())
}

fn parameters(operation: &Operation<'_>) -> Vec<String> {
    let line = |parameter: &arazzo_document::openapi::Parameter<'_>| {
        let schema = parameter.schema().unwrap();
        format!(
            "{} {} {} {:?} {} {}",
            parameter.location().as_str(),
            parameter.name(),
            parameter.required(),
            parameter.style(),
            parameter.explode(),
            about(&schema)
        )
    };
    operation.parameters().iter().map(line).collect()
}

fn bodies(operation: &Operation<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(body) = operation.request_body() {
        for name in body.media_types() {
            lines.push(format!("body {} {name} {}", body.required(), about(&body.schema(name).unwrap())));
        }
    }
    for response in operation.responses() {
        lines.push(format!("{:?} {:?}", response.status(), response.description()));
        for header in response.headers() {
            lines.push(format!("{} {}", header.name(), about(&header.schema().unwrap())));
        }
        for media_type in response.media_types() {
            let examples: Vec<_> =
                media_type.examples().iter().map(|example| example.value.to_value()).collect();
            lines.push(format!(
                "{} {examples:?} {}",
                media_type.name(),
                about(&media_type.schema().unwrap())
            ));
        }
    }
    lines
}

/// What the schema says of values, with what it refers to. `null` may be written in two ways.
fn about(schema: &Schema<'_>) -> String {
    let mut parts = vec![schema.types().join("|"), schema.format().unwrap_or_default().to_owned()];
    parts.extend(schema.required().iter().map(|name| format!("!{name}")));
    parts.extend(schema.size("maxLength").map(|size| format!("<={size}")));
    parts.extend(schema.properties().iter().map(|(name, schema)| format!("{name}({})", about(schema))));
    parts.extend(schema.items().map(|items| format!("[{}]", about(&items))));
    let bundled = schema.bundled();
    parts.extend(bundled.get("exclusiveMaximum").map(|most| format!("<{most}")));
    parts.join(" ")
}

#[test]
fn an_api_looks_the_same_in_every_version() {
    let wanted = view(&in_version("3.0.3"));
    assert!(wanted.contains(&"application/json [] object  code(number  <9)".to_owned()), "{wanted:#?}");
    for version in ["2.0", "3.1.0", "3.2.0"] {
        assert_eq!(view(&in_version(version)), wanted, "{version}");
    }
}

#[test]
fn schemas_of_2_0_become_json_schema() {
    let api = open(V2);
    let operation = api.operation(api.operation_by_id("addPet").unwrap());
    let schema = operation.request_body().unwrap().schema("application/json").unwrap().bundled();
    assert_eq!(
        schema.to_string(),
        r##"{"$ref":"#/$defs/Pet","$defs":{"Pet":{"type":"object","required":["id"],"properties":{"id":{"type":"integer"},"tag":{"type":["string","null"]}}}}}"##
    );
    let upload = api.operation(api.operation_by_id("upload").unwrap());
    let form = upload.request_body().unwrap().schema("multipart/form-data").unwrap();
    assert_eq!(form.bundled().to_string(), r#"{"type":"object","required":[],"properties":{"photo":{}}}"#);
}

#[test]
fn a_server_of_2_0_is_put_together() {
    let server = |fields: &str, operation: &str| {
        let text = format!("swagger: '2.0'\n{fields}\npaths: {{/a: {{get: {{{operation}}}}}}}");
        let api = open(&text);
        let servers = api.operation(api.operation_by_path("/a", "get").unwrap()).servers();
        servers.iter().map(|server| server.url().unwrap()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(server("host: a.test", ""), "https://a.test");
    assert_eq!(server("host: a.test:8080\nbasePath: api", ""), "https://a.test:8080/api");
    assert_eq!(server("host: a.test\nschemes: [ws, http]", ""), "http://a.test");
    assert_eq!(server("host: a.test\nschemes: [http]", "schemes: [https]"), "https://a.test");
    assert_eq!(server("basePath: /api\nschemes: [http]", ""), "/api");
    assert_eq!(server("basePath: /", ""), "");
    assert_eq!(server("host: 3", ""), "");
}

#[test]
fn a_form_of_2_0_has_the_media_type_that_fits_it() {
    let media_types = |consumes: &str, parameters: &str| {
        let operation = format!("{{post: {{consumes: [{consumes}], parameters: [{parameters}]}}}}");
        let api = open(&format!("swagger: '2.0'\npaths: {{/a: {operation}}}"));
        let body = api.operation(api.operation_by_path("/a", "post").unwrap()).request_body();
        body.map(|body| body.media_types().join(" ")).unwrap_or_default()
    };
    let text = "{name: a, in: formData, type: string}";
    let file = "{name: b, in: formData, type: file}";
    assert_eq!(media_types("", text), "application/x-www-form-urlencoded");
    assert_eq!(media_types("application/json", text), "application/x-www-form-urlencoded");
    assert_eq!(media_types("multipart/form-data, application/json", text), "multipart/form-data");
    assert_eq!(media_types("", &format!("{text}, {file}")), "multipart/form-data");
    assert_eq!(media_types("text/xml, application/json", "{in: body}"), "text/xml application/json");
    assert_eq!(media_types("text/xml", "{name: a, in: query}"), "");
}

#[test]
fn a_tab_separates_items_in_2_0_only() {
    use arazzo_document::openapi::Style;
    let api = open(
        "swagger: '2.0'\npaths: {/a: {get: {parameters: [{name: a, in: query, type: array, collectionFormat: tsv}]}}}",
    );
    let parameter = api.operation(api.operation_by_path("/a", "get").unwrap()).parameters().remove(0);
    assert_eq!((parameter.style(), parameter.explode()), (Style::TabDelimited, false));
}

#[test]
fn version_3_2_has_more_methods() {
    let text = "
paths:
  /a:
    query: {operationId: ask, parameters: [{name: q, in: querystring, content: {application/json: {schema: {type: object}}}}]}
    additionalOperations:
      COPY: {operationId: copy}
      copy: {operationId: small}
      get: {operationId: hidden}
      LINK/x: {operationId: link}
      NOTE: 3
";
    let api = open(&format!("openapi: 3.2.0{text}"));
    let label = |reference| {
        let operation = api.operation(reference);
        format!("{} {} {}", operation.method(), operation.path(), operation.pointer())
    };
    let found: Vec<String> = api.operations().map(label).collect();
    let wanted = [
        "QUERY /a /paths/~1a/query",
        "COPY /a /paths/~1a/additionalOperations/COPY",
        "copy /a /paths/~1a/additionalOperations/copy",
        "LINK/x /a /paths/~1a/additionalOperations/LINK~1x",
    ];
    assert_eq!(found, wanted);
    for reference in api.operations() {
        let operation = api.operation(reference);
        assert_eq!(api.operation_by_id(operation.operation_id().unwrap()), Some(reference));
        assert_eq!(api.operation_by_path("/a", operation.method()), Some(reference));
        assert_eq!(api.operation_by_pointer(&operation.pointer()), Some(reference));
    }
    assert_eq!(api.operation_by_path("/a", "get"), None);
    assert_eq!(api.operation_by_pointer("/paths/~1a/COPY"), None);
    let ask = api.operation(api.operation_by_id("ask").unwrap()).parameters().remove(0);
    assert_eq!((ask.location().as_str(), ask.content_type()), ("querystring", Some("application/json")));
    let older = open(&format!("openapi: 3.1.0{text}"));
    assert_eq!(older.operation_by_id("copy"), None);
}
