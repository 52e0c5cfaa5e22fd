//! Bodies by media type.
//!
//! See the [Request Body Object](https://spec.openapis.org/oas/v3.1.1.html#request-body-object) and the
//! [Media Type Object](https://spec.openapis.org/oas/v3.1.1.html#media-type-object).

use super::OpenApi;
use super::schema::Schema;
use crate::node::{Member, Node};
use crate::position::Span;

/// The body that an operation wants.
#[derive(Debug, Clone, Copy)]
pub struct RequestBody<'a> {
    node: &'a Node,
    content: Content<'a>,
}

impl<'a> RequestBody<'a> {
    pub(super) fn new(openapi: &'a OpenApi, node: &'a Node) -> Self {
        Self { node, content: Content::new(openapi, node) }
    }

    /// Whether there has to be one.
    pub fn required(&self) -> bool {
        self.node.get("required").and_then(Node::as_bool).unwrap_or(false)
    }

    /// The names of the media types, in the order of the document.
    pub fn media_types(&self) -> Vec<&'a str> {
        self.content.media_types().map(|media_type| media_type.name()).collect()
    }

    /// The media type that describes a body with this `Content-Type`; see [`Response::media_type`].
    ///
    /// [`Response::media_type`]: super::Response::media_type
    pub fn media_type(&self, content_type: &str) -> Option<MediaType<'a>> {
        self.content.media_type(content_type)
    }

    /// The schema of a body with this `Content-Type`.
    pub fn schema(&self, content_type: &str) -> Option<Schema<'a>> {
        self.media_type(content_type)?.schema()
    }

    /// Where it is described.
    pub fn span(&self) -> Span {
        self.node.span
    }
}

/// The field `content` of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    openapi: &'a OpenApi,
    members: &'a [Member],
}

impl<'a> Content<'a> {
    pub(super) fn new(openapi: &'a OpenApi, node: &'a Node) -> Self {
        let members = node.get("content").and_then(Node::as_object).unwrap_or_default();
        Self { openapi, members }
    }

    pub(super) fn media_types(self) -> impl Iterator<Item = MediaType<'a>> {
        self.members.iter().map(move |member| MediaType { openapi: self.openapi, member })
    }

    /// The media type of this name, else the one without parameters, else the range that it falls into.
    pub(super) fn media_type(self, content_type: &str) -> Option<MediaType<'a>> {
        let wanted = essence(content_type);
        let (kind, _) = wanted.split_once('/')?;
        let range = format!("{kind}/*");
        let named = |name: &str| self.media_types().find(|media_type| essence(media_type.name()) == name);
        let exact =
            self.media_types().find(|media_type| media_type.name().eq_ignore_ascii_case(content_type.trim()));
        exact.or_else(|| named(&wanted)).or_else(|| named(&range)).or_else(|| named("*/*"))
    }
}

/// A media type with what it describes.
#[derive(Debug, Clone, Copy)]
pub struct MediaType<'a> {
    openapi: &'a OpenApi,
    member: &'a Member,
}

impl<'a> MediaType<'a> {
    /// Its name, or a range such as `text/*`.
    pub fn name(&self) -> &'a str {
        &self.member.key
    }

    /// The schema of a body.
    pub fn schema(&self) -> Option<Schema<'a>> {
        let node = self.openapi.follow(&self.member.value)?;
        node.get("schema").map(|schema| Schema::new(self.openapi, schema))
    }

    /// The examples of bodies, in the order of the document; those of the schema are not among them.
    pub fn examples(&self) -> Vec<Example<'a>> {
        self.openapi.follow(&self.member.value).map(|node| examples(self.openapi, node)).unwrap_or_default()
    }
}

/// An example.
#[derive(Debug, Clone, Copy)]
pub struct Example<'a> {
    /// Its name among several.
    pub name: Option<&'a str>,
    /// The example.
    pub value: &'a Node,
}

/// The field `example` or the fields of `examples`, as far as they have a value.
pub(super) fn examples<'a>(openapi: &'a OpenApi, node: &'a Node) -> Vec<Example<'a>> {
    let single = node.get("example").map(|value| Example { name: None, value });
    let members = node.get("examples").and_then(Node::as_object).unwrap_or_default();
    let named = members.iter().filter_map(|member| {
        let example = openapi.follow(&member.value)?;
        let value = example.get("value").or_else(|| example.get("dataValue"))?;
        Some(Example { name: Some(&member.key), value })
    });
    single.into_iter().chain(named).collect()
}

/// The media type without parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::openapi;

    const BODY: &str = "
openapi: 3.0.0
paths:
  /a:
    post:
      requestBody:
        required: true
        content:
          text/*: {}
          application/json; charset=utf-8: {example: 1}
          application/json:
            schema: {type: object}
            examples:
              one: {value: {a: 1}}
              two: {$ref: '#/components/examples/two'}
              far: {externalValue: https://x.test}
          '*/*': {}
components:
  examples:
    two: {value: 2}
";

    #[test]
    fn the_nearest_media_type_describes_a_body() {
        let api = openapi(BODY);
        let body = api.operation(api.operation_by_path("/a", "post").unwrap()).request_body().unwrap();
        assert!(body.required());
        assert_eq!(
            body.media_types(),
            ["text/*", "application/json; charset=utf-8", "application/json", "*/*"]
        );
        let name = |content_type| body.media_type(content_type).map(|media_type| media_type.name());
        assert_eq!(name("application/json"), Some("application/json"));
        assert_eq!(name("Application/JSON; Charset=utf-8"), Some("application/json; charset=utf-8"));
        assert_eq!(name("text/plain;charset=utf-8"), Some("text/*"));
        assert_eq!(name("image/png"), Some("*/*"));
        assert_eq!(name("nonsense"), None);
        assert_eq!(body.schema("application/json").unwrap().types(), ["object"]);
    }

    #[test]
    fn examples_come_with_their_names() {
        let api = openapi(BODY);
        let body = api.operation(api.operation_by_path("/a", "post").unwrap()).request_body().unwrap();
        let named = |content_type| {
            let examples = body.media_type(content_type).unwrap().examples();
            examples
                .iter()
                .map(|example| (example.name, example.value.to_value().to_string()))
                .collect::<Vec<_>>()
        };
        let wanted = [(Some("one"), "{\"a\":1}".to_owned()), (Some("two"), "2".to_owned())];
        assert_eq!(named("application/json"), wanted);
        assert_eq!(named("application/json; charset=utf-8"), [(None, "1".to_owned())]);
    }
}
