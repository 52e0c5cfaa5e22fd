//! The base URL of an operation.
//!
//! It comes from the [Server Object](https://spec.openapis.org/oas/v3.1.1.html#server-object) of the OpenAPI
//! description, never from where the Arazzo Description lies.

use arazzo_document::Code;
use arazzo_document::openapi::{OpenApi, Operation};
use url::Url;

use super::compiler::Compiler;

impl Compiler<'_> {
    /// The base URL, without a slash at its end: `--server`, else the first server of operation, path or root.
    pub(crate) fn server(
        &mut self,
        source: &str,
        openapi: &OpenApi,
        operation: &Operation<'_>,
    ) -> Option<String> {
        if let Some(server) = self.options.servers.get(source) {
            return self.absolute(source, server);
        }
        let declared = match operation.servers().first().map(|server| server.url()) {
            Some(Ok(url)) => url,
            Some(Err(message)) => {
                self.server_error(source, &message);
                return None;
            }
            None => "/".to_owned(),
        };
        // A relative one starts where the OpenAPI description lies, which helps only if that is on a server.
        let base = Url::parse(&openapi.document().uri).ok().filter(is_http);
        let base = base.or_else(|| Url::parse(self.options.fallback_server.as_deref()?).ok());
        match Url::parse(&declared) {
            Ok(_) => self.absolute(source, &declared),
            Err(_) => match base.and_then(|base| base.join(&declared).ok()) {
                Some(url) => self.absolute(source, url.as_str()),
                None => {
                    self.server_error(
                        source,
                        &format!("its server is `{declared}`, which is no absolute URL"),
                    );
                    None
                }
            },
        }
    }

    fn absolute(&mut self, source: &str, server: &str) -> Option<String> {
        match Url::parse(server) {
            Ok(url) if is_http(&url) => Some(server.trim_end_matches('/').to_owned()),
            _ => {
                self.server_error(source, &format!("`{server}` is no `http` or `https` URL"));
                None
            }
        }
    }

    /// Said once for a source, where the description names it.
    fn server_error(&mut self, source: &str, reason: &str) {
        let Some((description, _)) = self.workspace.source(source) else { return };
        let span = description.url.span;
        let message = format!("source `{source}` has no base URL: {reason}");
        if !self.has_reported(Code::NoServer, span) {
            self.error(Code::NoServer, span, message, &format!("give it: `--server {source}=https://…`"));
        }
    }
}

/// The host of a base URL, without its port.
pub(super) fn host(server: &str) -> String {
    Url::parse(server).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}
