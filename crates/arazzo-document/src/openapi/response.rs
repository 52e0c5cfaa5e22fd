//! The [Response Object](https://spec.openapis.org/oas/v3.1.1.html#response-object).

use super::content::{Content, MediaType, examples};
use super::schema::Schema;
use super::{OpenApi, OpenApiVersion, swagger};
use crate::node::{Member, Node};

/// A response that an operation describes.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    openapi: &'a OpenApi,
    node: &'a Node,
    content: Content<'a>,
    status: StatusPattern,
}

/// The status codes that a response describes, the most exact first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusPattern {
    /// One status code.
    Exact(u16),
    /// All that start with this digit, such as `2XX`.
    Range(u8),
    /// All that are not described otherwise.
    Default,
}

impl<'a> Response<'a> {
    pub(super) fn of(openapi: &'a OpenApi, operation: &'a Node, member: &'a Member) -> Option<Self> {
        let status = StatusPattern::parse(&member.key)?;
        let node = openapi.follow(&member.value)?;
        let content = match openapi.version() {
            OpenApiVersion::V2 => swagger::response_content(openapi, operation, node),
            OpenApiVersion::V3_0 | OpenApiVersion::V3_1 | OpenApiVersion::V3_2 => Content::new(openapi, node),
        };
        Some(Self { openapi, node, content, status })
    }

    /// The status codes that it describes.
    pub fn status(&self) -> StatusPattern {
        self.status
    }

    /// What it means.
    pub fn description(&self) -> Option<&'a str> {
        self.node.get("description")?.as_str()
    }

    /// The media types of its body, in the order of the document.
    pub fn media_types(&self) -> Vec<MediaType<'a>> {
        self.content.media_types()
    }

    /// The media type that describes a body with this `Content-Type`: the one with this name, else the one that is the
    /// same without parameters, else the range that it falls into.
    pub fn media_type(&self, content_type: &str) -> Option<MediaType<'a>> {
        self.content.media_type(content_type)
    }

    /// Its headers, in the order of the document.
    pub fn headers(&self) -> Vec<Header<'a>> {
        let members = self.node.get("headers").and_then(Node::as_object).unwrap_or_default();
        members
            .iter()
            .filter_map(|member| {
                let node = self.openapi.follow(&member.value)?;
                Some(Header { openapi: self.openapi, name: &member.key, node })
            })
            .collect()
    }
}

impl StatusPattern {
    /// Whether it describes a response with this status.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Exact(code) => code == status,
            Self::Range(digit) => u16::from(digit) == status / 100,
            Self::Default => true,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        match text.as_bytes() {
            [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Self::Range(digit - b'0')),
            [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => text.parse().ok().map(Self::Exact),
            _ => None,
        }
    }
}

/// A header of a response.
///
/// See the [Header Object](https://spec.openapis.org/oas/v3.1.1.html#header-object).
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    openapi: &'a OpenApi,
    name: &'a str,
    node: &'a Node,
}

impl<'a> Header<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Whether it is always there.
    pub fn required(&self) -> bool {
        self.node.get("required").and_then(Node::as_bool).unwrap_or(false)
    }

    /// The schema of its value.
    pub fn schema(&self) -> Option<Schema<'a>> {
        let node = match self.openapi.version() {
            // The keywords stand in the header itself.
            OpenApiVersion::V2 => self.node.get("type").map(|_| self.node),
            OpenApiVersion::V3_0 | OpenApiVersion::V3_1 | OpenApiVersion::V3_2 => self.node.get("schema"),
        };
        node.map(|node| Schema::new(self.openapi, node))
    }

    /// Its example, or the first of its examples.
    pub fn example(&self) -> Option<&'a Node> {
        examples(self.openapi, self.node).first().map(|example| example.value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;

    #[test]
    fn a_status_is_a_code_a_range_or_the_default() {
        assert_eq!(StatusPattern::parse("404"), Some(StatusPattern::Exact(404)));
        assert_eq!(StatusPattern::parse("4XX"), Some(StatusPattern::Range(4)));
        assert_eq!(StatusPattern::parse("default"), Some(StatusPattern::Default));
        for text in ["", "40", "4000", "+40", "0XX", "6XX", "4X4", "Default", "x-note"] {
            assert_eq!(StatusPattern::parse(text), None, "{text}");
        }
        assert!(StatusPattern::Range(4).matches(404) && !StatusPattern::Range(4).matches(500));
    }

    #[test]
    fn a_response_has_media_types_and_headers() {
        let api = openapi(
            "
openapi: 3.0.0
paths: {/a: {get: {responses: {200: {$ref: '#/components/responses/ok'}}}}}
components:
  responses:
    ok:
      description: fine
      content: {text/plain: {schema: {type: string}}, application/json: {}}
      headers:
        X-Rate: {required: true, schema: {type: integer}, example: 3}
        X-Other: {$ref: '#/components/headers/none'}
",
        );
        let response = api.operation(api.operation_by_path("/a", "get").unwrap()).response(200).unwrap();
        assert_eq!(response.description(), Some("fine"));
        let names: Vec<_> = response.media_types().iter().map(MediaType::name).collect();
        assert_eq!(names, ["text/plain", "application/json"]);
        let [header] = response.headers()[..] else { panic!() };
        assert_eq!((header.name(), header.required()), ("X-Rate", true));
        assert_eq!(header.schema().unwrap().types(), ["integer"]);
        assert_eq!(header.example().and_then(Node::as_u64), Some(3));
    }
}
