//! The [Operation Object](https://spec.openapis.org/oas/v3.1.1.html#operation-object).

use super::content::RequestBody;
use super::parameter::Parameter;
use super::response::Response;
use super::security::{self, SecurityLocation, SecurityRequirement, SecurityScheme};
use super::server::Server;
use super::{OpenApi, OpenApiVersion, swagger};
use crate::diagnostic::{Diagnostic, Place};
use crate::node::{Member, Node};
use crate::position::Span;

/// The methods that a path item has operations for, as fields and as HTTP has them. `query` is OpenAPI 3.2.
pub(super) const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("query", "QUERY"),
];

/// Names an operation of one description; see [`OpenApi::operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OperationRef {
    /// The index in `paths`.
    pub(super) path: usize,
    /// The index in [`METHODS`], and after them in `additionalOperations`.
    pub(super) method: usize,
}

/// Where an operation was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// The member of `paths`.
    pub(super) path: &'a Member,
    /// Its path item.
    pub(super) item: &'a Node,
    /// The member of that with the operation.
    pub(super) member: &'a Member,
    /// The method in upper case, if it is one of [`METHODS`].
    pub(super) fixed: Option<&'static str>,
}

/// An operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    openapi: &'a OpenApi,
    found: Found<'a>,
}

impl<'a> Operation<'a> {
    pub(super) fn new(openapi: &'a OpenApi, found: Found<'a>) -> Self {
        Self { openapi, found }
    }

    /// The HTTP method: in upper case, or as `additionalOperations` has it.
    pub fn method(&self) -> &'a str {
        self.found.fixed.unwrap_or(&self.found.member.key)
    }

    /// The path template, such as `/pets/{id}`.
    pub fn path(&self) -> &'a str {
        &self.found.path.key
    }

    /// The `operationId`.
    pub fn operation_id(&self) -> Option<&'a str> {
        self.node().get("operationId")?.as_str()
    }

    /// The summary.
    pub fn summary(&self) -> Option<&'a str> {
        self.node().get("summary")?.as_str()
    }

    /// Where it stands: the place of its method in the document that has the path item.
    pub fn span(&self) -> Span {
        self.found.member.key_span
    }

    /// Where it stands, in the document that has it.
    pub fn place(&self) -> Place {
        self.openapi.holder_of(&self.found.path.value).place(self.span())
    }

    /// The JSON Pointer by which an `operationPath` names it.
    pub fn pointer(&self) -> String {
        let Found { path, member, fixed, .. } = self.found;
        pointer(&path.key, fixed.is_some(), &member.key)
    }

    /// The parameters of the path, then those of the operation, which replace those of the same name and location.
    pub fn parameters(&self) -> Vec<Parameter<'a>> {
        let mut parameters: Vec<Parameter<'a>> = Vec::new();
        for node in self.parameter_nodes() {
            let parameter = self.openapi.follow(node).and_then(|node| Parameter::of(self.openapi, node));
            let Some(parameter) = parameter else { continue };
            match parameters.iter_mut().find(|other| other.is_same(&parameter)) {
                Some(other) => *other = parameter,
                None => parameters.push(parameter),
            }
        }
        parameters
    }

    /// The request body that it describes.
    pub fn request_body(&self) -> Option<RequestBody<'a>> {
        if self.openapi.version() == OpenApiVersion::V2 {
            return swagger::request_body(self.openapi, self.found);
        }
        let node = self.openapi.follow(self.node().get("requestBody")?)?;
        node.as_object().map(|_| RequestBody::new(self.openapi, node))
    }

    /// The responses that it describes, in the order of the document.
    pub fn responses(&self) -> Vec<Response<'a>> {
        let members = self.node().get("responses").and_then(Node::as_object).unwrap_or_default();
        members.iter().filter_map(|member| Response::of(self.openapi, self.node(), member)).collect()
    }

    /// The response that describes a status: the one with this code, else that of its range, else the default.
    pub fn response(&self, status: u16) -> Option<Response<'a>> {
        let matching = self.responses().into_iter().filter(|response| response.status().matches(status));
        matching.min_by_key(Response::status)
    }

    /// Its servers, else those of the path, else those of the description.
    pub fn servers(&self) -> Vec<Server<'a>> {
        if self.openapi.version() == OpenApiVersion::V2 {
            return self.openapi.swagger().servers(self.openapi, self.node());
        }
        [self.node(), self.found.item, self.openapi.root()]
            .into_iter()
            .map(Server::list)
            .find(|servers| !servers.is_empty())
            .unwrap_or_default()
    }

    /// The alternatives of credentials that it wants, its own or else those of the description. None at all, and one
    /// without schemes, mean that it can be called without.
    pub fn security(&self) -> Vec<SecurityRequirement<'a>> {
        [self.node(), self.openapi.root()].into_iter().find_map(security::requirements).unwrap_or_default()
    }

    /// Where the credentials go that it asks for, in any of its alternatives, with their names there.
    pub fn credential_places(&self) -> Vec<(SecurityLocation, &'a str)> {
        let requirements = self.security();
        let schemes = requirements.iter().flat_map(SecurityRequirement::schemes);
        schemes
            .filter_map(|(scheme, _)| match self.openapi.security_scheme(scheme)? {
                SecurityScheme::ApiKey { name, location } => Some((location, name)),
                SecurityScheme::Http { .. }
                | SecurityScheme::OAuth2 { .. }
                | SecurityScheme::OpenIdConnect { .. } => Some((SecurityLocation::Header, "Authorization")),
                SecurityScheme::MutualTls | SecurityScheme::Unknown => None,
            })
            .collect()
    }

    /// The references in it that cannot be followed. What they stand for is as if it were absent.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let content = |node: &'a Node| node.get("content").and_then(Node::as_object).unwrap_or_default();
        let body = self.node().get("requestBody");
        let responses = self.node().get("responses").and_then(Node::as_object).unwrap_or_default();
        let responses = responses.iter().map(|member| &member.value);
        let parts: Vec<&'a Node> = self.parameter_nodes().chain(body).chain(responses).collect();
        let resolver = self.openapi.resolver();
        let schemas = parts.iter().filter_map(|part| resolver.follow(part).ok()).flat_map(|part| {
            let media_types = content(part).iter().filter_map(|member| member.value.get("schema"));
            part.get("schema").into_iter().chain(media_types)
        });
        let broken = parts.iter().copied().chain(schemas).filter_map(|node| resolver.follow(node).err());
        broken.map(|broken| self.openapi.problem(&broken)).collect()
    }

    fn parameter_nodes(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        self.found.parameter_nodes()
    }

    fn node(&self) -> &'a Node {
        &self.found.member.value
    }
}

impl<'a> Found<'a> {
    /// The parameters of the path, then those of the operation, not yet followed.
    pub(super) fn parameter_nodes(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        let list = |node: &'a Node| node.get("parameters").and_then(Node::as_array).unwrap_or_default();
        list(self.item).iter().chain(list(&self.member.value))
    }
}

/// The JSON Pointer to the operation for a method, which is one of [`METHODS`] or of `additionalOperations`.
pub(super) fn pointer(path: &str, is_fixed: bool, method: &str) -> String {
    let token = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let parent = if is_fixed { "" } else { "additionalOperations/" };
    format!("/paths/{}/{parent}{}", token(path), token(method))
}

#[cfg(test)]
mod tests {
    use super::super::{StatusPattern, openapi};
    use crate::Code;

    #[test]
    fn parameters_of_the_operation_replace_those_of_the_path() {
        let api = openapi(
            "
openapi: 3.0.0
paths:
  /a/{id}:
    parameters:
    - {name: id, in: path}
    - {$ref: '#/components/parameters/trace'}
    - {name: q, in: query}
    get:
      parameters:
      - {name: X-TRACE, in: header, required: true}
      - {name: q, in: cookie}
      - {name: lost}
      - {$ref: '#/nowhere'}
      - 7
components:
  parameters:
    trace: {name: x-trace, in: header}
",
        );
        let operation = api.operation(api.operation_by_path("/a/{id}", "get").unwrap());
        let parameters = operation.parameters();
        let names: Vec<_> =
            parameters.iter().map(|p| (p.name(), p.location().as_str(), p.required())).collect();
        let wanted = [
            ("id", "path", true),
            ("X-TRACE", "header", true),
            ("q", "query", false),
            ("q", "cookie", false),
        ];
        assert_eq!(names, wanted);
        assert_eq!(operation.problems().len(), 1);
    }

    #[test]
    fn a_response_is_the_most_exact_one() {
        let api = openapi(
            "{openapi: 3.0.0, paths: {/a: {get: {responses: {default: {}, 2XX: {}, 200: {}, x-note: {}, 9xx: {}}}}}}",
        );
        let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
        let status = |code| operation.response(code).map(|response| response.status());
        assert_eq!(operation.responses().len(), 3);
        assert_eq!(status(200), Some(StatusPattern::Exact(200)));
        assert_eq!(status(204), Some(StatusPattern::Range(2)));
        assert_eq!(status(500), Some(StatusPattern::Default));
    }

    #[test]
    fn servers_and_security_are_those_of_the_nearest_level_that_has_some() {
        let api = openapi(
            "
openapi: 3.0.0
servers: [{url: https://root.test}]
security: [{key: []}]
paths:
  /a:
    servers: [{url: https://path.test}]
    get: {servers: [{url: https://operation.test}], security: []}
    put: {servers: [], security: [{}, {oauth: [read, write]}]}
  /b: {get: {security: 3}}
",
        );
        let of = |path: &str, method: &str| {
            let operation = api.operation(api.operation_by_path(path, method).unwrap());
            let servers: Vec<_> = operation.servers().iter().map(|server| server.url().unwrap()).collect();
            (
                servers,
                operation.security().iter().map(|one| format!("{:?}", one.schemes())).collect::<Vec<_>>(),
            )
        };
        assert_eq!(of("/a", "get"), (vec!["https://operation.test".to_owned()], vec![]));
        let put = vec!["[]".to_owned(), "[(\"oauth\", [\"read\", \"write\"])]".to_owned()];
        assert_eq!(of("/a", "put"), (vec!["https://path.test".to_owned()], put));
        assert_eq!(
            of("/b", "get"),
            (vec!["https://root.test".to_owned()], vec!["[(\"key\", [])]".to_owned()])
        );
    }

    #[test]
    fn references_that_cannot_be_followed_are_told_with_their_place() {
        let api = openapi(
            "
openapi: 3.1.0
paths:
  /a:
    post:
      requestBody: {content: {application/json: {schema: {$ref: other.yml#/Pet}}}}
      responses:
        200: {$ref: '#/components/responses/none'}
",
        );
        let problems = api.operation(api.operation_by_path("/a", "post").unwrap()).problems();
        let found: Vec<_> =
            problems.iter().map(|problem| (problem.code, problem.place.path.as_str())).collect();
        let wanted = [
            (Code::UnresolvedReference, "/paths/~1a/post/responses/200/$ref"),
            (Code::Unsupported, "/paths/~1a/post/requestBody/content/application~1json/schema/$ref"),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn an_operation_knows_its_pointer_and_place() {
        let api = openapi("openapi: 3.0.0\npaths:\n  /a~b/{c}:\n    get: {summary: x}\n");
        let reference = api.operation_by_path("/a~b/{c}", "get").unwrap();
        let operation = api.operation(reference);
        assert_eq!(operation.pointer(), "/paths/~1a~0b~1{c}/get");
        assert_eq!(api.operation_by_pointer(&operation.pointer()), Some(reference));
        assert_eq!(api.document().place(operation.span()).path, operation.pointer());
        assert_eq!(operation.summary(), Some("x"));
    }
}
