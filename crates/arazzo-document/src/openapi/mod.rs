//! An OpenAPI description, looked at where a workflow asks.
//!
//! See the OpenAPI Specification [3.0](https://spec.openapis.org/oas/v3.0.4.html) and
//! [3.1](https://spec.openapis.org/oas/v3.1.1.html). Real descriptions are large and have corners that are wrong, and
//! a workflow uses a few operations of them. So nothing is converted or checked beforehand: the types here are views
//! of the document's values, and a part of the wrong type is as if it were absent. What an operation refers to and
//! cannot be found is told by [`Operation::problems`].

mod content;
mod operation;
mod parameter;
mod reference;
mod response;
mod schema;
mod schema_bundle;
mod security;
mod server;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub use content::{Example, MediaType, RequestBody};
pub use operation::{Operation, OperationRef};
pub use parameter::{Parameter, ParameterLocation, Style};
pub use response::{Header, Response, StatusPattern};
pub use schema::Schema;
pub use security::{SecurityLocation, SecurityRequirement, SecurityScheme};
pub use server::Server;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::node::{Data, Member, Node};
use crate::position::{Position, Span};
use operation::METHODS;
use reference::Resolver;

/// An OpenAPI description.
#[derive(Debug)]
pub struct OpenApi {
    document: Arc<Document>,
    version: OpenApiVersion,
    index: OnceLock<Index>,
}

/// The version of the OpenAPI Specification that a description follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenApiVersion {
    /// 2.0, called Swagger
    V2,
    /// 3.0.x
    V3_0,
    /// 3.1.x
    V3_1,
    /// 3.2.x, read as 3.1 where they agree
    V3_2,
}

/// The operations, found in one walk over the paths.
#[derive(Debug, Default)]
struct Index {
    operations: Vec<OperationRef>,
    by_id: HashMap<String, OperationRef>,
}

/// What a reference from another description leads to: an operation without anything in it.
static NOTHING: Member = Member {
    key: String::new(),
    key_span: Span { start: Position::START, end: Position::START },
    value: Node { span: Span { start: Position::START, end: Position::START }, data: Data::Null },
};

impl OpenApi {
    /// Looks at the root of `document` only.
    ///
    /// # Errors
    ///
    /// It is no OpenAPI description, or one of a version that is not supported.
    pub fn new(document: Arc<Document>) -> Result<Self, Diagnostic> {
        let version = version_of(&document)?;
        Ok(Self { document, version, index: OnceLock::new() })
    }

    /// The version of the specification.
    pub fn version(&self) -> OpenApiVersion {
        self.version
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The operation with this `operationId`; the first, should there be two.
    pub fn operation_by_id(&self, id: &str) -> Option<OperationRef> {
        self.index().by_id.get(id).copied()
    }

    /// The operation at the path template `path`, as it is written there, for the HTTP method `method` in any case.
    pub fn operation_by_path(&self, path: &str, method: &str) -> Option<OperationRef> {
        let path = self.paths().iter().position(|member| member.key == path)?;
        let method = METHODS.iter().position(|(name, _)| name.eq_ignore_ascii_case(method))?;
        let reference = OperationRef { path, method };
        self.find(reference).map(|_| reference)
    }

    /// The operation at a JSON Pointer such as `/paths/~1pets~1{id}/get`, which may be percent-encoded.
    pub fn operation_by_pointer(&self, pointer: &str) -> Option<OperationRef> {
        let find = |pointer: &str| {
            let (path, method) = pointer.strip_prefix("/paths/")?.rsplit_once('/')?;
            if path.contains('/') || method.chars().any(|c| c.is_ascii_uppercase()) {
                return None;
            }
            self.operation_by_path(&path.replace("~1", "/").replace("~0", "~"), method)
        };
        find(pointer).or_else(|| find(&reference::percent_decoded(pointer)))
    }

    /// Every operation, in the order of the document.
    pub fn operations(&self) -> impl Iterator<Item = OperationRef> {
        self.index().operations.iter().copied()
    }

    /// The operation that a reference of this description means.
    pub fn operation(&self, reference: OperationRef) -> Operation<'_> {
        let (path, item, method) = self.find(reference).unwrap_or((&NOTHING, &NOTHING.value, &NOTHING));
        let name = METHODS.get(reference.method).map_or("", |(_, name)| name);
        Operation::new(self, path, item, method, name)
    }

    /// The security scheme with this name.
    ///
    /// See the [Security Scheme Object](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object).
    pub fn security_scheme(&self, name: &str) -> Option<SecurityScheme<'_>> {
        let schemes = self.root().get("components")?.get("securitySchemes")?;
        let node = self.follow(schemes.get(name)?)?;
        Some(SecurityScheme::of(node))
    }

    /// The names of the security schemes.
    pub fn security_scheme_names(&self) -> impl Iterator<Item = &str> {
        let schemes = self.root().get("components").and_then(|components| components.get("securitySchemes"));
        let members = schemes.and_then(Node::as_object).unwrap_or_default();
        members.iter().map(|member| member.key.as_str())
    }

    fn root(&self) -> &Node {
        &self.document.root
    }

    fn resolver(&self) -> Resolver<'_> {
        Resolver::new(self.root())
    }

    /// What `node` is after references have been followed.
    fn follow<'a>(&'a self, node: &'a Node) -> Option<&'a Node> {
        self.resolver().follow(node).ok()
    }

    fn paths(&self) -> &[Member] {
        self.root().get("paths").and_then(Node::as_object).unwrap_or_default()
    }

    /// The member of `paths`, its path item, and the member of that with the operation.
    fn find(&self, reference: OperationRef) -> Option<(&Member, &Node, &Member)> {
        let path = self.paths().get(reference.path).filter(|path| path.key.starts_with('/'))?;
        let item = self.follow(&path.value)?;
        let (name, _) = METHODS.get(reference.method)?;
        let method = item.member(name).filter(|method| method.value.as_object().is_some())?;
        Some((path, item, method))
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            for (path, member) in self.paths().iter().enumerate() {
                let item = self.follow(&member.value).filter(|_| member.key.starts_with('/'));
                let members = item.and_then(Node::as_object).unwrap_or_default();
                for Member { key, value, .. } in members {
                    let Some(method) = METHODS.iter().position(|(name, _)| name == key) else { continue };
                    if value.as_object().is_none() {
                        continue;
                    }
                    let reference = OperationRef { path, method };
                    index.operations.push(reference);
                    if let Some(id) = value.get("operationId").and_then(Node::as_str) {
                        index.by_id.entry(id.to_owned()).or_insert(reference);
                    }
                }
            }
            index
        })
    }
}

impl fmt::Display for OpenApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V2 => "2.0",
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
            Self::V3_2 => "3.2",
        })
    }
}

/// The root key says what a document is.
fn version_of(document: &Document) -> Result<OpenApiVersion, Diagnostic> {
    let node = document.root.get("openapi").or_else(|| document.root.get("swagger"));
    let Some(node) = node else {
        let message = format!("`{}` is no OpenAPI description: it has no field `openapi`", document.name);
        let place = document.place(document.root.span.first_line());
        return Err(Diagnostic::error(Code::NotAnOpenApiDescription, message, place)
            .with_hint("an OpenAPI description begins with a line such as `openapi: 3.1.0`"));
    };
    // `openapi: 3.0` without quotes is a number in YAML.
    let text = node.as_number().map(ToString::to_string);
    let text = text.as_deref().or_else(|| node.as_str()).unwrap_or_default();
    let mut parts = text.split('.');
    let version = match (parts.next(), parts.next()) {
        (Some("2"), Some("0") | None) => OpenApiVersion::V2,
        (Some("3"), Some("0") | None) => OpenApiVersion::V3_0,
        (Some("3"), Some("1")) => OpenApiVersion::V3_1,
        (Some("3"), Some("2")) => OpenApiVersion::V3_2,
        _ => {
            let message = format!("`{text}` is no version of OpenAPI that can be read here");
            return Err(Diagnostic::error(Code::UnsupportedVersion, message, document.place(node.span))
                .with_hint("versions 3.0, 3.1 and 3.2 are"));
        }
    };
    if version == OpenApiVersion::V2 {
        let message = "OpenAPI 2.0 (Swagger) cannot be read by this version";
        return Err(Diagnostic::error(Code::Unsupported, message, document.place(node.span))
            .with_hint("convert the description to OpenAPI 3"));
    }
    Ok(version)
}

/// A description for tests.
#[cfg(test)]
fn openapi(yaml: &str) -> OpenApi {
    let (document, diagnostics) = Document::read("api.yml", "api.yml", yaml.to_owned());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    OpenApi::new(Arc::new(document.unwrap())).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PETS: &str = "
openapi: 3.1.0
paths:
  /pets/{id}:
    get: {operationId: getPet}
    summary: x
    delete: {}
    post: 3
  /pets: {$ref: '#/components/pathItems/pets'}
  x-note: {get: {operationId: hidden}}
  /broken: {$ref: '#/nowhere'}
components:
  pathItems:
    pets: {post: {operationId: addPet}, get: {operationId: getPet}}
";

    fn label(api: &OpenApi, reference: Option<OperationRef>) -> Option<String> {
        let operation = api.operation(reference?);
        Some(format!("{} {}", operation.method(), operation.path()))
    }

    #[test]
    fn operations_are_found_by_id_path_and_pointer() {
        let api = openapi(PETS);
        assert_eq!(label(&api, api.operation_by_id("getPet")).unwrap(), "GET /pets/{id}");
        assert_eq!(label(&api, api.operation_by_id("addPet")).unwrap(), "POST /pets");
        assert_eq!(label(&api, api.operation_by_path("/pets/{id}", "DELETE")).unwrap(), "DELETE /pets/{id}");
        for pointer in ["/paths/~1pets~1{id}/get", "/paths/~1pets~1%7Bid%7D/get"] {
            assert_eq!(label(&api, api.operation_by_pointer(pointer)).unwrap(), "GET /pets/{id}");
        }
    }

    #[test]
    fn what_is_no_operation_is_not_found() {
        let api = openapi(PETS);
        assert_eq!(api.operation_by_id("hidden"), None);
        assert_eq!(api.operation_by_path("/pets/{id}", "post"), None);
        assert_eq!(api.operation_by_path("/pets/{id}", "summary"), None);
        assert_eq!(api.operation_by_path("/broken", "get"), None);
        for pointer in
            ["", "/paths", "/paths/~1pets", "/paths/~1pets~1{id}/get/responses", "/paths//pets/get"]
        {
            assert_eq!(api.operation_by_pointer(pointer), None, "{pointer}");
        }
    }

    #[test]
    fn operations_are_listed_in_the_order_of_the_document() {
        let api = openapi(PETS);
        let labels: Vec<_> =
            api.operations().map(|reference| label(&api, Some(reference)).unwrap()).collect();
        assert_eq!(labels, ["GET /pets/{id}", "DELETE /pets/{id}", "POST /pets", "GET /pets"]);
    }

    #[test]
    fn a_reference_of_another_description_is_an_empty_operation() {
        let reference = openapi(PETS).operation_by_id("addPet").unwrap();
        let other = openapi("openapi: 3.0.0\n");
        let operation = other.operation(reference);
        assert_eq!((operation.path(), operation.operation_id()), ("", None));
        assert!(operation.parameters().is_empty() && operation.responses().is_empty());
    }

    #[test]
    fn the_root_key_tells_the_version() {
        let version = |text: &str| {
            let (document, _) = Document::read("api.yml", "api.yml", text.to_owned());
            OpenApi::new(Arc::new(document.unwrap()))
                .map(|api| api.version())
                .map_err(|diagnostic| diagnostic.code)
        };
        assert_eq!(version("openapi: 3.0.3"), Ok(OpenApiVersion::V3_0));
        assert_eq!(version("openapi: 3.1"), Ok(OpenApiVersion::V3_1));
        assert_eq!(version("openapi: '3.2.0'"), Ok(OpenApiVersion::V3_2));
        assert_eq!(version("swagger: '2.0'"), Err(Code::Unsupported));
        assert_eq!(version("openapi: 4.0.0"), Err(Code::UnsupportedVersion));
        assert_eq!(version("openapi: [3]"), Err(Code::UnsupportedVersion));
        assert_eq!(version("arazzo: 1.0.1"), Err(Code::NotAnOpenApiDescription));
        assert_eq!(version("[]"), Err(Code::NotAnOpenApiDescription));
    }
}
