//! Bodies by media type.
//!
//! See the [Request Body Object](https://spec.openapis.org/oas/v3.1.1.html#request-body-object) and the
//! [Media Type Object](https://spec.openapis.org/oas/v3.1.1.html#media-type-object).

use std::collections::HashMap;

use super::parameter::Style;
use super::schema::Schema;
use super::{OpenApi, OpenApiVersion};
use crate::node::{Member, Node};
use crate::position::Span;

/// The body that an operation wants.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestBody<'a> {
    node: &'a Node,
    required: bool,
    content: Content<'a>,
}

impl<'a> RequestBody<'a> {
    pub(super) fn new(openapi: &'a OpenApi, node: &'a Node) -> Self {
        let required = node.get("required").and_then(Node::as_bool).unwrap_or(false);
        Self { node, required, content: Content::new(openapi, node) }
    }

    /// The body that parameters of OpenAPI 2.0 describe, the first of which is `node`.
    pub(super) fn of_parameters(node: &'a Node, required: bool, content: Content<'a>) -> Self {
        Self { node, required, content }
    }

    /// Whether there has to be one.
    pub fn required(&self) -> bool {
        self.required
    }

    /// The names of the media types, in the order of the document.
    pub fn media_types(&self) -> Vec<&'a str> {
        self.content.media_types().iter().map(MediaType::name).collect()
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

/// The media types of a body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content<'a> {
    /// The field `content` of an object.
    Written {
        /// The description.
        openapi: &'a OpenApi,
        /// The members of the field.
        members: &'a [Member],
    },
    /// OpenAPI 2.0: media types of one schema.
    Listed {
        /// The description.
        openapi: &'a OpenApi,
        /// The media types.
        names: Names<'a>,
        /// The schema of every body.
        schema: Option<&'a Node>,
        /// Examples by media type.
        examples: &'a [Member],
    },
}

/// Where OpenAPI 2.0 names media types.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names<'a> {
    /// In a list such as `consumes`.
    List(&'a [Node]),
    /// In such a list, of which only those of forms count.
    Forms(&'a [Node]),
    /// As keys.
    Keys(&'a [Member]),
    /// Nowhere, so it is this one.
    Only(&'static str),
}

impl<'a> Content<'a> {
    pub(super) fn new(openapi: &'a OpenApi, node: &'a Node) -> Self {
        let members = node.get("content").and_then(Node::as_object).unwrap_or_default();
        Self::Written { openapi, members }
    }

    pub(super) fn media_types(self) -> Vec<MediaType<'a>> {
        match self {
            Self::Written { openapi, members } => {
                members.iter().map(|member| MediaType::written(openapi, member)).collect()
            }
            Self::Listed { openapi, names, schema, examples } => {
                let examples: HashMap<String, &'a Node> =
                    examples.iter().map(|member| (essence(&member.key), &member.value)).collect();
                let media_type = |name: &'a str| {
                    let example = examples.get(&essence(name)).copied();
                    MediaType { openapi, name, node: None, schema, example }
                };
                names.all().into_iter().map(media_type).collect()
            }
        }
    }

    /// The media type of this name, else the one without parameters, else the range that it falls into.
    pub(super) fn media_type(self, content_type: &str) -> Option<MediaType<'a>> {
        let wanted = essence(content_type);
        let (kind, _) = wanted.split_once('/')?;
        let range = format!("{kind}/*");
        let all = self.media_types();
        let named = |name: &str| all.iter().find(|media_type| essence(media_type.name()) == name);
        let exact = all.iter().find(|media_type| media_type.name().eq_ignore_ascii_case(content_type.trim()));
        exact.or_else(|| named(&wanted)).or_else(|| named(&range)).or_else(|| named("*/*")).copied()
    }
}

impl<'a> Names<'a> {
    /// The media types of forms.
    pub(super) const FORMS: [&'static str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

    fn all(self) -> Vec<&'a str> {
        match self {
            Self::List(names) => names.iter().filter_map(Node::as_str).collect(),
            Self::Forms(names) => {
                names.iter().filter_map(Node::as_str).filter(|name| is_form(name)).collect()
            }
            Self::Keys(members) => members.iter().map(|member| member.key.as_str()).collect(),
            Self::Only(name) => vec![name],
        }
    }
}

/// Whether a form has this media type.
pub(super) fn is_form(name: &str) -> bool {
    Names::FORMS.contains(&essence(name).as_str())
}

/// A media type with what it describes.
#[derive(Debug, Clone, Copy)]
pub struct MediaType<'a> {
    openapi: &'a OpenApi,
    name: &'a str,
    /// The Media Type Object.
    node: Option<&'a Node>,
    schema: Option<&'a Node>,
    /// The only example, which OpenAPI 2.0 has elsewhere.
    example: Option<&'a Node>,
}

impl<'a> MediaType<'a> {
    fn written(openapi: &'a OpenApi, member: &'a Member) -> Self {
        let node = openapi.follow(&member.value);
        let schema = node.and_then(|node| node.get("schema"));
        Self { openapi, name: &member.key, node, schema, example: None }
    }

    /// Its name, or a range such as `text/*`.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The schema of a body.
    pub fn schema(&self) -> Option<Schema<'a>> {
        self.schema.map(|schema| Schema::new(self.openapi, schema))
    }

    /// How the member `name` of a form is written, which has this schema.
    ///
    /// See the [Encoding Object](https://spec.openapis.org/oas/v3.1.1.html#encoding-object). In OpenAPI 2.0 the
    /// `collectionFormat` of the parameter says it. OpenAPI 3.0 ignores styles in a multipart body.
    pub fn encoding(&self, name: &str, schema: Schema<'a>) -> Option<Encoding<'a>> {
        let Some(node) = self.node else { return collection(schema) };
        let node = node.get("encoding")?.get(name)?;
        let style = node.get("style").and_then(Node::as_str).and_then(Style::parse);
        let flag = |name: &str| node.get(name).and_then(Node::as_bool);
        let explode = flag("explode");
        let is_styled = explode.is_some() || flag("allowReserved").is_some();
        let is_multipart = self.name.get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/"));
        let has_styles = !is_multipart || self.openapi.version() != OpenApiVersion::V3_0;
        Some(Encoding {
            content_type: node.get("contentType").and_then(Node::as_str),
            style: style.or(is_styled.then_some(Style::Form)).filter(|_| has_styles),
            explode: explode.unwrap_or(style.is_none_or(|style| style == Style::Form)),
            allow_reserved: flag("allowReserved").unwrap_or(false),
        })
    }

    /// The header fields of the part for the member `name` whose values the description knows: a `const`, the only value
    /// of an `enum`, or a `default`.
    pub fn part_headers(&self, name: &str) -> Vec<(&'a str, &'a Node)> {
        let headers = self.node.and_then(|node| node.get("encoding")?.get(name)?.get("headers")?.as_object());
        let known = headers.unwrap_or_default().iter().filter_map(|member| {
            let header = self.openapi.follow(&member.value)?;
            let schema = Schema::new(self.openapi, header.get("schema")?);
            let value = match schema.values().as_slice() {
                [only] => Some(*only),
                _ => schema.default(),
            };
            Some((member.key.as_str(), value?))
        });
        known.collect()
    }

    /// The examples of bodies, in the order of the document; those of the schema are not among them.
    pub fn examples(&self) -> Vec<Example<'a>> {
        let only = self.example.map(|value| Example { name: None, value });
        let written = self.node.map(|node| examples(self.openapi, node)).unwrap_or_default();
        only.into_iter().chain(written).collect()
    }
}

/// What a `collectionFormat` of OpenAPI 2.0 makes of an array.
fn collection(schema: Schema<'_>) -> Option<Encoding<'static>> {
    let format = schema.keyword("collectionFormat").and_then(Node::as_str).unwrap_or("csv");
    let is_joined = schema.types() == ["array"] && format != "multi";
    is_joined.then(|| Encoding {
        content_type: None,
        style: Some(Style::of_collection(format).unwrap_or(Style::Form)),
        explode: false,
        allow_reserved: false,
    })
}

/// How a member of a form is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoding<'a> {
    /// The content type of its part.
    pub content_type: Option<&'a str>,
    /// The style, if one is given.
    pub style: Option<Style>,
    /// Whether each item stands for itself.
    pub explode: bool,
    /// Whether reserved characters are sent as they are.
    pub allow_reserved: bool,
}

/// An example.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
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
