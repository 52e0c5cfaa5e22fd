//! The parts of OpenAPI 2.0, called Swagger, that have another shape in later versions.
//!
//! See the [specification](https://spec.openapis.org/oas/v2.0.html). A body is a parameter there, a form is several,
//! media types are listed for operations or the whole description, and a server is put together. What no place of the
//! document says by itself is made once, when it is asked for first, and keeps the places of its parts.

use std::collections::HashMap;

use super::OpenApi;
use super::content::{Content, Names, RequestBody, is_form};
use super::operation::Found;
use super::server::Server;
use crate::node::{Data, Member, Node};
use crate::position::Span;

/// What is made of a description.
#[derive(Debug, Clone)]
pub(super) struct Swagger {
    /// The URL of the server by its scheme; both are the same where only a path is given.
    urls: Option<Urls>,
    /// The OAuth flows as later versions have them, by the name of the scheme.
    flows: HashMap<String, Node>,
    /// The schema of each form, by the address of the operation.
    forms: HashMap<usize, Node>,
}

#[derive(Debug, Clone)]
struct Urls {
    http: String,
    https: String,
}

impl Swagger {
    pub(super) fn new(openapi: &OpenApi) -> Self {
        let schemes = openapi.security_schemes().and_then(Node::as_object).unwrap_or_default();
        let flows = schemes
            .iter()
            .filter_map(|member| Some((member.key.clone(), flows_of(openapi.follow(&member.value)?)?)));
        let operations = openapi.operations().filter_map(|reference| openapi.find(reference));
        let forms = operations.filter_map(|found| {
            let parameters = form_parameters(openapi, found);
            Some((address(&found.member.value), form_of(&parameters)?))
        });
        Self { urls: urls(openapi), flows: flows.collect(), forms: forms.collect() }
    }

    /// The flows of the security scheme `name`, if it has one.
    pub(super) fn flows(&self, name: &str) -> Option<&Node> {
        self.flows.get(name)
    }

    /// The servers of an operation, `https` first.
    ///
    /// See `host`, `basePath` and `schemes` of the
    /// [Swagger Object](https://spec.openapis.org/oas/v2.0.html#swagger-object).
    pub(super) fn servers<'a>(&'a self, openapi: &'a OpenApi, operation: &Node) -> Vec<Server<'a>> {
        let Some(urls) = &self.urls else { return Vec::new() };
        let root = openapi.root();
        let Some(node) = root.get("host").or_else(|| root.get("basePath")) else { return Vec::new() };
        if urls.http == urls.https {
            return vec![Server::at(node, &urls.https)];
        }
        let schemes = operation.get("schemes").or_else(|| root.get("schemes"));
        let schemes = schemes.and_then(Node::as_array).unwrap_or_default();
        let has = |scheme: &str| schemes.iter().any(|one| one.as_str() == Some(scheme));
        let https = has("https").then_some(&urls.https);
        let http = has("http").then_some(&urls.http);
        let servers: Vec<Server<'a>> =
            https.into_iter().chain(http).map(|url| Server::at(node, url)).collect();
        if !servers.is_empty() {
            return servers;
        }
        // Without a scheme it is the one by which the description is read.
        let is_http = openapi.document().uri.starts_with("http:");
        vec![Server::at(node, if is_http { &urls.http } else { &urls.https })]
    }
}

/// The body of an operation: its parameter in `body`, else those in `formData`.
pub(super) fn request_body<'a>(openapi: &'a OpenApi, found: Found<'a>) -> Option<RequestBody<'a>> {
    let operation = &found.member.value;
    let consumes = media_types(openapi, operation, "consumes");
    let body =
        found.parameter_nodes().filter_map(|node| openapi.follow(node)).filter(|node| is_in(node, "body"));
    if let Some(node) = body.last() {
        let names = consumes.map_or(Names::Only("application/json"), Names::List);
        let content = Content::Listed { openapi, names, schema: node.get("schema"), examples: &[] };
        return Some(RequestBody::of_parameters(node, is_required(node), content));
    }
    let parameters = form_parameters(openapi, found);
    let first = *parameters.first()?;
    let [plain, multipart] = Names::FORMS;
    let has_file = parameters.iter().any(|node| is_file(node));
    let names = match consumes.filter(|names| names.iter().filter_map(Node::as_str).any(is_form)) {
        _ if has_file => Names::Only(multipart),
        Some(names) => Names::Forms(names),
        None => Names::Only(plain),
    };
    let schema = openapi.swagger().forms.get(&address(operation));
    let content = Content::Listed { openapi, names, schema, examples: &[] };
    Some(RequestBody::of_parameters(first, parameters.iter().any(|node| is_required(node)), content))
}

/// The media types of a response. Without a schema and examples it has no body.
pub(super) fn response_content<'a>(openapi: &'a OpenApi, operation: &'a Node, node: &'a Node) -> Content<'a> {
    let schema = node.get("schema");
    let examples = node.get("examples").and_then(Node::as_object).unwrap_or_default();
    let names = match media_types(openapi, operation, "produces") {
        _ if schema.is_none() => Names::Keys(examples),
        Some(names) => Names::List(names),
        None if !examples.is_empty() => Names::Keys(examples),
        None if schema.is_some_and(is_file) => Names::Only("application/octet-stream"),
        None => Names::Only("application/json"),
    };
    Content::Listed { openapi, names, schema, examples }
}

/// The list of media types of the operation, else that of the description.
fn media_types<'a>(openapi: &'a OpenApi, operation: &'a Node, field: &str) -> Option<&'a [Node]> {
    let list = |node: &'a Node| node.get(field).and_then(Node::as_array).filter(|list| !list.is_empty());
    list(operation).or_else(|| list(openapi.root()))
}

/// The parameters of a form. One of the operation replaces that of the path with its name.
fn form_parameters<'a>(openapi: &'a OpenApi, found: Found<'a>) -> Vec<&'a Node> {
    let mut parameters: Vec<&'a Node> = Vec::new();
    let mut known: HashMap<&'a str, usize> = HashMap::new();
    let nodes = found.parameter_nodes().filter_map(|node| openapi.follow(node));
    for node in nodes.filter(|node| is_in(node, "formData")) {
        let Some(name) = name_of(node) else { continue };
        match known.get(name).and_then(|index| parameters.get_mut(*index)) {
            Some(other) => *other = node,
            None => {
                known.insert(name, parameters.len());
                parameters.push(node);
            }
        }
    }
    parameters
}

/// The schema of a form with these parameters.
fn form_of(parameters: &[&Node]) -> Option<Node> {
    let span = parameters.first()?.span;
    let properties = parameters.iter().filter_map(|node| Some(member(name_of(node)?, property(node))));
    let required =
        parameters.iter().filter(|node| is_required(node)).filter_map(|node| node.get("name").cloned());
    let (properties, required): (Vec<_>, Vec<_>) = (properties.collect(), required.collect());
    let members = vec![
        member("type", Node { span, data: Data::String("object".to_owned()) }),
        member("required", Node { span, data: Data::Array(required.into()) }),
        member("properties", Node { span, data: Data::Object(properties.into()) }),
    ];
    Some(Node { span, data: Data::Object(members.into()) })
}

/// The keywords of a parameter that describe its value.
fn property(node: &Node) -> Node {
    let of_the_parameter = |member: &&Member| !matches!(member.key.as_str(), "name" | "in" | "required");
    let members = node.as_object().unwrap_or_default().iter().filter(of_the_parameter);
    Node { span: node.span, data: Data::Object(members.cloned().collect::<Vec<_>>().into()) }
}

/// The flow of an OAuth scheme under the name that later versions give it.
fn flows_of(scheme: &Node) -> Option<Node> {
    let name = match scheme.get("flow")?.as_str()? {
        "application" => "clientCredentials",
        "accessCode" => "authorizationCode",
        "password" => "password",
        "implicit" => "implicit",
        _ => return None,
    };
    Some(Node { span: scheme.span, data: Data::Object(vec![member(name, scheme.clone())].into()) })
}

fn urls(openapi: &OpenApi) -> Option<Urls> {
    let text = |name: &str| openapi.root().get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
    let path = text("basePath").map(|path| path.trim_matches('/')).filter(|path| !path.is_empty());
    let path = path.map(|path| format!("/{path}"));
    match (text("host"), path) {
        (Some(host), path) => {
            let path = path.unwrap_or_default();
            Some(Urls { http: format!("http://{host}{path}"), https: format!("https://{host}{path}") })
        }
        (None, Some(path)) => Some(Urls { http: path.clone(), https: path }),
        (None, None) => None,
    }
}

fn name_of(node: &Node) -> Option<&str> {
    node.get("name")?.as_str()
}

fn is_in(node: &Node, location: &str) -> bool {
    node.get("in").and_then(Node::as_str) == Some(location)
}

fn is_required(node: &Node) -> bool {
    node.get("required").and_then(Node::as_bool).unwrap_or(false)
}

fn is_file(node: &Node) -> bool {
    node.get("type").and_then(Node::as_str) == Some("file")
}

fn member(key: &str, value: Node) -> Member {
    let key_span: Span = value.span;
    Member { key: key.to_owned(), key_span, value }
}

/// A key for an operation of a document that is kept.
fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}
