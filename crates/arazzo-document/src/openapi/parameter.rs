//! The [Parameter Object](https://spec.openapis.org/oas/v3.1.1.html#parameter-object).

use super::content::{Content, MediaType};
use super::schema::Schema;
use super::{OpenApi, OpenApiVersion};
use crate::node::Node;
use crate::position::Span;

/// A parameter that an operation describes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Parameter<'a> {
    openapi: &'a OpenApi,
    node: &'a Node,
    name: &'a str,
    location: ParameterLocation,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterLocation {
    /// Into the path template.
    Path,
    /// Into the query string, as a pair.
    Query,
    /// Into a header.
    Header,
    /// Into the `Cookie` header.
    Cookie,
    /// It is the whole query string (3.2).
    QueryString,
}

/// How a value that is an array or an object becomes text.
///
/// See [Style Values](https://spec.openapis.org/oas/v3.1.1.html#style-values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// `;color=blue`
    Matrix,
    /// `.blue`
    Label,
    /// `blue,black`
    Simple,
    /// `color=blue`
    Form,
    /// `color=blue%20black`
    SpaceDelimited,
    /// `color=blue|black`
    PipeDelimited,
    /// `color=blue%09black`: in OpenAPI 2.0 only, as the collection format `tsv`
    TabDelimited,
    /// `color[R]=100`
    DeepObject,
    /// `color=blue; color=black`, as it is written (3.2)
    Cookie,
}

impl<'a> Parameter<'a> {
    /// The parameter that `node` describes, if it has a name and a known location.
    pub(super) fn of(openapi: &'a OpenApi, node: &'a Node) -> Option<Self> {
        let name = node.get("name")?.as_str()?;
        let location = ParameterLocation::parse(node.get("in")?.as_str()?)?;
        Some(Self { openapi, node, name, location })
    }

    /// The name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Where it goes.
    pub fn location(&self) -> ParameterLocation {
        self.location
    }

    /// Whether it has to be given. In the path it always has to.
    pub fn required(&self) -> bool {
        self.location == ParameterLocation::Path || self.flag("required").unwrap_or(false)
    }

    /// The schema of its value.
    pub fn schema(&self) -> Option<Schema<'a>> {
        match self.node.get("schema") {
            Some(node) => Some(Schema::new(self.openapi, node)),
            // In OpenAPI 2.0 the keywords stand in the parameter itself.
            None if self.is_2_0() => self.node.get("type").map(|_| Schema::new(self.openapi, self.node)),
            None => self.media_type()?.schema(),
        }
    }

    /// How its value becomes text: as it says, else as its location does by default.
    pub fn style(&self) -> Style {
        let text = |name: &str| self.node.get(name).and_then(Node::as_str);
        let written = if self.is_2_0() {
            text("collectionFormat").and_then(Style::of_collection)
        } else {
            text("style").and_then(Style::parse)
        };
        written.unwrap_or(match self.location {
            ParameterLocation::Path | ParameterLocation::Header => Style::Simple,
            ParameterLocation::Query | ParameterLocation::Cookie | ParameterLocation::QueryString => {
                Style::Form
            }
        })
    }

    /// Whether each item or member of its value is a parameter of its own; by default with [`Style::Form`] and
    /// [`Style::Cookie`] only.
    pub fn explode(&self) -> bool {
        // In OpenAPI 2.0 items are joined unless it says otherwise.
        if self.is_2_0() && self.node.get("type").and_then(Node::as_str) == Some("array") {
            return self.style() == Style::Form
                && self.node.get("collectionFormat").and_then(Node::as_str) == Some("multi");
        }
        self.flag("explode").unwrap_or(matches!(self.style(), Style::Form | Style::Cookie))
    }

    /// Whether reserved characters are sent as they are.
    pub fn allow_reserved(&self) -> bool {
        self.flag("allowReserved").unwrap_or(false)
    }

    /// Whether it may be given without a value.
    pub fn allow_empty_value(&self) -> bool {
        self.flag("allowEmptyValue").unwrap_or(false)
    }

    /// The media type in which its value is written, when it has `content` instead of a style.
    pub fn content_type(&self) -> Option<&'a str> {
        self.media_type().map(|media_type| media_type.name())
    }

    /// Its example, or the first of its examples.
    pub fn example(&self) -> Option<&'a Node> {
        super::content::examples(self.openapi, self.node).first().map(|example| example.value)
    }

    /// Where it is described.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Whether the other one has the same name and location. Header names ignore case.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same_name = if self.location == ParameterLocation::Header {
            self.name.eq_ignore_ascii_case(other.name)
        } else {
            self.name == other.name
        };
        same_name && self.location == other.location
    }

    fn media_type(&self) -> Option<MediaType<'a>> {
        Content::new(self.openapi, self.node).media_types().into_iter().next()
    }

    fn is_2_0(&self) -> bool {
        self.openapi.version() == OpenApiVersion::V2
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.node.get(name)?.as_bool()
    }
}

impl ParameterLocation {
    /// The value of `in`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::QueryString => "querystring",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Path, Self::Query, Self::Header, Self::Cookie, Self::QueryString]
            .into_iter()
            .find(|location| location.as_str() == text)
    }
}

impl Style {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "matrix" => Some(Self::Matrix),
            "label" => Some(Self::Label),
            "simple" => Some(Self::Simple),
            "form" => Some(Self::Form),
            "spaceDelimited" => Some(Self::SpaceDelimited),
            "pipeDelimited" => Some(Self::PipeDelimited),
            "deepObject" => Some(Self::DeepObject),
            "cookie" => Some(Self::Cookie),
            _ => None,
        }
    }

    /// The style of a `collectionFormat`; for `csv` and `multi` it is that of the location.
    pub(super) fn of_collection(format: &str) -> Option<Self> {
        match format {
            "ssv" => Some(Self::SpaceDelimited),
            "tsv" => Some(Self::TabDelimited),
            "pipes" => Some(Self::PipeDelimited),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::openapi;
    use super::*;

    fn described(parameter: &str) -> (Style, bool, bool, Option<String>, Option<String>) {
        let api =
            openapi(&format!("{{openapi: 3.0.0, paths: {{/a: {{get: {{parameters: [{parameter}]}}}}}}}}"));
        let operation = api.operation(api.operation_by_path("/a", "get").unwrap());
        let parameter = operation.parameters()[0];
        let kind = parameter.schema().and_then(|schema| schema.types().first().map(|&name| name.to_owned()));
        let content_type = parameter.content_type().map(str::to_owned);
        (parameter.style(), parameter.explode(), parameter.allow_reserved(), content_type, kind)
    }

    #[test]
    fn style_and_explode_follow_from_the_location() {
        for (location, style, explode) in [
            ("path", Style::Simple, false),
            ("header", Style::Simple, false),
            ("query", Style::Form, true),
            ("cookie", Style::Form, true),
        ] {
            let (found, exploded, ..) = described(&format!("{{name: a, in: {location}}}"));
            assert_eq!((found, exploded), (style, explode), "{location}");
        }
    }

    #[test]
    fn what_is_written_counts() {
        let text = "{name: a, in: query, style: deepObject, allowReserved: true, schema: {type: object}}";
        let kind = Some("object".to_owned());
        assert_eq!(described(text), (Style::DeepObject, false, true, None, kind));
        let text = "{name: a, in: query, style: odd, explode: false, schema: {}}";
        assert_eq!(described(text), (Style::Form, false, false, None, None));
    }

    #[test]
    fn content_takes_the_place_of_a_style() {
        let text = "{name: a, in: query, content: {application/json: {schema: {type: array}}}}";
        let (_, _, _, content_type, kind) = described(text);
        assert_eq!((content_type.as_deref(), kind.as_deref()), (Some("application/json"), Some("array")));
    }
}
