//! An OpenAPI description, looked at where a workflow asks.
//!
//! See the OpenAPI Specification [2.0](https://spec.openapis.org/oas/v2.0.html),
//! [3.0](https://spec.openapis.org/oas/v3.0.4.html), [3.1](https://spec.openapis.org/oas/v3.1.1.html) and
//! [3.2](https://spec.openapis.org/oas/v3.2.0.html). Real descriptions are large and have corners that are wrong, and
//! a workflow uses a few operations of them. So nothing is converted or checked beforehand: the types here are views
//! of the document's values, and a part of the wrong type is as if it were absent. What an operation refers to and
//! cannot be found is told by [`Operation::problems`].
//!
//! A description may be spread over several documents. [`OpenApi::wants`] says which are missing, and
//! [`OpenApi::supply`] takes them.

mod content;
mod files;
mod index;
mod oauth_flow;
mod operation;
mod parameter;
mod reference;
mod response;
mod schema;
mod schema_bundle;
mod security;
mod server;
mod swagger;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use content::{Encoding, Example, MediaType, RequestBody};
pub use oauth_flow::{OAuthFlow, OAuthFlows};
pub use operation::{Operation, OperationRef};
pub use parameter::{Parameter, ParameterLocation, Style};
pub use response::{Header, Response, StatusPattern};
pub use schema::Schema;
pub use security::{SecurityLocation, SecurityRequirement, SecurityScheme};
pub use server::Server;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::node::{Data, Member, Node, unescaped};
use crate::position::{Position, Span};
use files::Files;
use index::Index;
use operation::{Found, METHODS};
use reference::{Broken, Resolver};
use swagger::Swagger;

/// An OpenAPI description.
#[derive(Debug, Clone)]
pub struct OpenApi {
    document: Arc<Document>,
    version: OpenApiVersion,
    files: Files,
    index: OnceLock<Index>,
    swagger: OnceLock<Swagger>,
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

/// What a reference from another description leads to: an operation without anything in it.
static NOTHING: Member = Member {
    key: String::new(),
    key_span: Span { start: Position::START, end: Position::START },
    value: Node { span: Span { start: Position::START, end: Position::START }, data: Data::Null },
};

impl OpenApi {
    /// Looks at the root of `document`, and for references to other documents, which are wanted then.
    ///
    /// # Errors
    ///
    /// It is no OpenAPI description, or one of a version that is not supported.
    pub fn new(document: Arc<Document>) -> Result<Self, Diagnostic> {
        let version = version_of(&document)?;
        let files = Files::new(Arc::clone(&document));
        Ok(Self { document, version, files, index: OnceLock::new(), swagger: OnceLock::new() })
    }

    /// The places of the documents that references lead to and that have not been supplied. More may be wanted once
    /// these are there.
    pub fn wants(&self) -> Vec<String> {
        self.files.wants().map(str::to_owned).collect()
    }

    /// Hands over the document at `uri`, which [`OpenApi::wants`] named, or why it cannot be read, in words that follow
    /// its name.
    pub fn supply(&mut self, uri: &str, document: Result<Arc<Document>, String>) {
        if self.files.supply(uri, document) {
            self.index = OnceLock::new();
            self.swagger = OnceLock::new();
        }
    }

    /// Where references of the description start: its `$self` since version 3.2, else where it lies.
    pub fn base_uri(&self) -> String {
        files::self_uri(&self.document).unwrap_or_else(|| self.document.uri.clone())
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
        let path = self.path_index(path)?;
        let fixed = METHODS.iter().position(|(name, _)| name.eq_ignore_ascii_case(method));
        let method = fixed.or_else(|| {
            let members = self.additional(self.follow(&self.paths().get(path)?.value)?);
            let exact = members.iter().position(|member| member.key == method);
            let any = || members.iter().position(|member| member.key.eq_ignore_ascii_case(method));
            Some(METHODS.len() + exact.or_else(any)?)
        })?;
        let reference = OperationRef { path, method };
        self.find(reference).map(|_| reference)
    }

    /// The operation at a JSON Pointer such as `/paths/~1pets~1{id}/get`, which may be percent-encoded.
    pub fn operation_by_pointer(&self, pointer: &str) -> Option<OperationRef> {
        let find = |pointer: &str| {
            let (path, method) = pointer.strip_prefix("/paths/")?.split_once('/')?;
            let path = unescaped(path);
            match method.strip_prefix("additionalOperations/") {
                Some(method) => self
                    .operation_by_path(&path, &unescaped(method))
                    .filter(|found| found.method >= METHODS.len()),
                None if METHODS.iter().any(|(name, _)| *name == method) => {
                    self.operation_by_path(&path, method)
                }
                None => None,
            }
        };
        find(pointer).or_else(|| find(&reference::percent_decoded(pointer)))
    }

    /// Every operation, in the order of the document.
    pub fn operations(&self) -> impl Iterator<Item = OperationRef> {
        self.index().operations.iter().copied()
    }

    /// Each `operationId` once, in the order of the document.
    pub(crate) fn operation_ids(&self) -> impl Iterator<Item = &str> {
        self.index().ids.iter().map(|id| &**id)
    }

    /// The operations at the path template `path`, as it is written there.
    pub(crate) fn operations_at(&self, path: &str) -> impl Iterator<Item = OperationRef> {
        let path = self.path_index(path);
        path.map(|path| self.index().operations_at(path)).unwrap_or_default().iter().copied()
    }

    /// What [`Operation::pointer`] says of each operation, in the order of the document.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = String> {
        self.operations().map(|reference| {
            let path = self.paths().get(reference.path);
            match (path, METHODS.get(reference.method)) {
                (Some(path), Some((method, _))) => operation::pointer(&path.key, true, method),
                // The name of another method is not known before the path item is read.
                (None, _) | (_, None) => self.operation(reference).pointer(),
            }
        })
    }

    /// The operation that a reference of this description means.
    pub fn operation(&self, reference: OperationRef) -> Operation<'_> {
        let nothing = Found { path: &NOTHING, item: &NOTHING.value, member: &NOTHING, fixed: Some("") };
        Operation::new(self, self.find(reference).unwrap_or(nothing))
    }

    /// The paths that lead into documents which are not there, so that nobody knows their operations.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.broken_paths().collect()
    }

    /// The same, each when it is asked for.
    pub(crate) fn broken_paths(&self) -> impl Iterator<Item = Diagnostic> {
        let paths = self.index().broken.iter().filter_map(|path| self.paths().get(*path));
        paths.filter_map(|path| Some(self.problem(&self.resolver().follow(&path.value).err()?)))
    }

    /// The servers of the description itself, which operations may replace.
    pub fn servers(&self) -> Vec<Server<'_>> {
        match self.version {
            OpenApiVersion::V2 => self.swagger().servers(self, self.root()),
            OpenApiVersion::V3_0 | OpenApiVersion::V3_1 | OpenApiVersion::V3_2 => Server::list(self.root()),
        }
    }

    /// The security scheme with this name.
    ///
    /// See the [Security Scheme Object](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object).
    pub fn security_scheme(&self, name: &str) -> Option<SecurityScheme<'_>> {
        let node = self.follow(self.security_schemes()?.get(name)?)?;
        Some(match self.version {
            OpenApiVersion::V2 => SecurityScheme::of_2_0(node, self.swagger().flows(name)),
            OpenApiVersion::V3_0 | OpenApiVersion::V3_1 | OpenApiVersion::V3_2 => SecurityScheme::of(node),
        })
    }

    /// The names of the security schemes.
    pub fn security_scheme_names(&self) -> impl Iterator<Item = &str> {
        let members = self.security_schemes().and_then(Node::as_object).unwrap_or_default();
        members.iter().map(|member| member.key.as_str())
    }

    fn security_schemes(&self) -> Option<&Node> {
        let schemes = match self.version {
            OpenApiVersion::V2 => self.root().get("securityDefinitions"),
            OpenApiVersion::V3_0 | OpenApiVersion::V3_1 | OpenApiVersion::V3_2 => {
                self.follow(self.root().get("components")?)?.get("securitySchemes")
            }
        };
        self.follow(schemes?)
    }

    fn root(&self) -> &Node {
        &self.document.root
    }

    /// The document, for those who keep it.
    pub(crate) fn shared_document(&self) -> Arc<Document> {
        Arc::clone(&self.document)
    }

    /// Whether the document at `uri` is among those that [`OpenApi::wants`] names.
    pub(crate) fn is_wanting(&self, uri: &str) -> bool {
        self.files.wanted(uri).is_some()
    }

    fn resolver(&self) -> Resolver<'_> {
        Resolver::new(&self.files)
    }

    /// What `node` is after references have been followed.
    fn follow<'a>(&'a self, node: &'a Node) -> Option<&'a Node> {
        self.resolver().follow(node).ok()
    }

    /// The document that has what `node` of this one is after its reference has been followed.
    fn holder_of<'a>(&'a self, node: &'a Node) -> &'a Document {
        let holder =
            reference::reference_of(node).and_then(|reference| self.resolver().document_of(reference));
        holder.unwrap_or(&self.document)
    }

    fn problem(&self, broken: &Broken<'_>) -> Diagnostic {
        let document = self.files.holder(broken.node).unwrap_or(&self.document);
        let mut diagnostic =
            Diagnostic::error(broken.code(), broken.message(), document.place(broken.node.span));
        diagnostic.hint = broken.hint().map(str::to_owned);
        diagnostic
    }

    /// What stands for the parts of version 2.0 that have another shape later.
    fn swagger(&self) -> &Swagger {
        self.swagger.get_or_init(|| Swagger::new(self))
    }

    fn paths(&self) -> &[Member] {
        self.paths_node().and_then(Node::as_object).unwrap_or_default()
    }

    fn path_index(&self, path: &str) -> Option<usize> {
        self.paths_node()?.position(path)
    }

    fn paths_node(&self) -> Option<&Node> {
        self.follow(self.root().get("paths")?)
    }

    /// The operations of a path item for other methods, which 3.2 has.
    fn additional<'a>(&self, item: &'a Node) -> &'a [Member] {
        let members = item.get("additionalOperations").filter(|_| self.version == OpenApiVersion::V3_2);
        members.and_then(Node::as_object).unwrap_or_default()
    }

    fn find(&self, reference: OperationRef) -> Option<Found<'_>> {
        let path = self.paths().get(reference.path).filter(|path| path.key.starts_with('/'))?;
        let item = self.follow(&path.value)?;
        let fixed = METHODS.get(reference.method);
        let member = match fixed {
            Some((name, _)) => item.member(name)?,
            None => self.additional(item).get(reference.method.checked_sub(METHODS.len())?)?,
        };
        member.value.as_object()?;
        Some(Found { path, item, member, fixed: fixed.map(|(_, name)| *name) })
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self))
    }
}

impl OpenApiVersion {
    /// Whether what is written beside a `$ref` is ignored.
    fn references_stand_alone(self) -> bool {
        match self {
            Self::V2 | Self::V3_0 => true,
            Self::V3_1 | Self::V3_2 => false,
        }
    }

    /// The keyword that allows a value to be null beside its type. That of 2.0 is an extension that many tools know.
    fn nullable(self) -> Option<&'static str> {
        match self {
            Self::V2 => Some("x-nullable"),
            Self::V3_0 => Some("nullable"),
            Self::V3_1 | Self::V3_2 => None,
        }
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
                .with_hint("versions 2.0, 3.0, 3.1 and 3.2 are"));
        }
    };
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
        assert_eq!(version("swagger: '2.0'"), Ok(OpenApiVersion::V2));
        assert_eq!(version("swagger: 2"), Ok(OpenApiVersion::V2));
        assert_eq!(version("swagger: 1.2"), Err(Code::UnsupportedVersion));
        assert_eq!(version("openapi: 4.0.0"), Err(Code::UnsupportedVersion));
        assert_eq!(version("openapi: [3]"), Err(Code::UnsupportedVersion));
        assert_eq!(version("arazzo: 1.0.1"), Err(Code::NotAnOpenApiDescription));
        assert_eq!(version("[]"), Err(Code::NotAnOpenApiDescription));
    }
}
