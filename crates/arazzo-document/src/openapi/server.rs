//! The [Server Object](https://spec.openapis.org/oas/v3.1.1.html#server-object).

use crate::node::Node;
use crate::position::Span;

/// A server.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    node: &'a Node,
    template: &'a str,
    span: Span,
}

impl<'a> Server<'a> {
    /// The servers in the field `servers` of `node`, as far as they have a URL.
    pub(super) fn list(node: &'a Node) -> Vec<Self> {
        let servers = node.get("servers").and_then(Node::as_array).unwrap_or_default();
        let server = |node: &'a Node| {
            let url = node.get("url")?;
            Some(Self { node, template: url.as_str()?, span: url.span })
        };
        servers.iter().filter_map(server).collect()
    }

    /// A server of which `node` says that it is at `url`.
    pub(super) fn at(node: &'a Node, url: &'a str) -> Self {
        Self { node, template: url, span: node.span }
    }

    /// The URL as it is written, with its variables in braces.
    pub fn template(&self) -> &'a str {
        self.template
    }

    /// The URL with the default values of its variables. It may be relative to the URL of the description.
    ///
    /// # Errors
    ///
    /// A variable has no default, or a brace is not closed: which one, in words.
    pub fn url(&self) -> Result<String, String> {
        let template = self.template;
        let mut url = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (variable, after) = after
                .split_once('}')
                .ok_or_else(|| format!("the server url `{template}` has a `{{` without `}}`"))?;
            let default = self.default(variable).ok_or_else(|| {
                format!("the server url `{template}` has a variable `{variable}` without default")
            })?;
            url.push_str(before);
            url.push_str(&default);
            rest = after;
        }
        url.push_str(rest);
        Ok(url)
    }

    /// Where its URL is written.
    pub fn span(&self) -> Span {
        self.span
    }

    fn default(&self, variable: &str) -> Option<String> {
        let default = self.node.get("variables")?.get(variable)?.get("default")?;
        // A port is easily written without quotes.
        default.as_str().map(str::to_owned).or_else(|| default.as_number().map(ToString::to_string))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, read};

    fn url(server: &str) -> Result<String, String> {
        let root = read(&format!("servers: [{server}]"), Format::Yaml).root.unwrap();
        Server::list(&root)[0].url()
    }

    #[test]
    fn variables_have_their_defaults() {
        let text =
            "{url: 'https://{host}:{port}/v1', variables: {host: {default: a.test}, port: {default: 8443}}}";
        assert_eq!(url(text).as_deref(), Ok("https://a.test:8443/v1"));
        assert_eq!(url("{url: /v1}").as_deref(), Ok("/v1"));
    }

    #[test]
    fn a_variable_without_default_is_an_error() {
        let message = "the server url `https://{host}` has a variable `host` without default";
        assert_eq!(url("{url: 'https://{host}'}").unwrap_err(), message);
        assert_eq!(
            url("{url: 'https://{host'}").unwrap_err(),
            "the server url `https://{host` has a `{` without `}`"
        );
    }

    #[test]
    fn what_has_no_url_is_no_server() {
        let root = read("servers: [{}, 3, {url: 4}, {url: /a}]", Format::Yaml).root.unwrap();
        assert_eq!(Server::list(&root).len(), 1);
    }
}
