//! The base URL of an operation.
//!
//! It comes from the [Server Object](https://spec.openapis.org/oas/v3.1.1.html#server-object) of the OpenAPI
//! description, never from where the Arazzo Description lies.

use arazzo_document::Code;
use arazzo_document::openapi::{OpenApi, Server};
use url::Url;

use super::PlanOptions;
use super::compiler::Compiler;
use super::known_operation::KnownOperation;

/// The base URL of an operation.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl {
    /// As it is written.
    pub(crate) text: String,
    pub(crate) url: Url,
    /// Scheme, host and port.
    pub(super) origin: String,
}

impl BaseUrl {
    /// `--server`, else the first of the servers; or why there is none.
    pub(crate) fn of(
        options: &PlanOptions,
        source: &str,
        openapi: &OpenApi,
        servers: &[Server<'_>],
    ) -> Result<Self, String> {
        if let Some(server) = options.servers.get(source) {
            return Self::absolute(server.clone());
        }
        let declared = servers.first().map_or(Ok("/".to_owned()), |server| server.url())?;
        if let Ok(url) = Url::parse(&declared) {
            return Self::new(declared, url);
        }
        // A relative one starts where the OpenAPI description lies, which helps only if that is on a server.
        let own = Url::parse(&openapi.document().uri).ok().filter(is_http);
        let base = own.or_else(|| Url::parse(options.fallback_server.as_deref()?).ok());
        match base.and_then(|base| base.join(&declared).ok()) {
            Some(url) => Self::new(url.as_str().to_owned(), url),
            None => Err(format!("its server is `{declared}`, which is no absolute URL")),
        }
    }

    fn absolute(text: String) -> Result<Self, String> {
        match Url::parse(&text) {
            Ok(url) => Self::new(text, url),
            Err(_) => Err(no_server(&text)),
        }
    }

    fn new(text: String, url: Url) -> Result<Self, String> {
        if !is_http(&url) {
            return Err(no_server(&text));
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self { text, url, origin })
    }
}

fn no_server(text: &str) -> String {
    format!("`{text}` is no `http` or `https` URL")
}

impl Compiler<'_> {
    /// The base URL, without a slash at its end.
    pub(super) fn server(&mut self, source: &str, operation: &KnownOperation) -> Option<String> {
        match &operation.server {
            Ok(server) => Some(server.text.trim_end_matches('/').to_owned()),
            Err(reason) => {
                self.server_error(source, reason);
                // A check goes on: what is sent where is said by whoever runs it.
                self.sightings.is_some().then(|| UNKNOWN.to_owned())
            }
        }
    }

    /// Whether all operations of the workflow are on one host.
    pub(crate) fn has_one_host(&mut self) -> bool {
        let mut first = None;
        for target in self.workflow.steps.iter().filter_map(|step| step.target.as_ref()) {
            let resolution = self.here.resolve_operation(target, self.options.mode);
            let Some(resolved) = resolution.operation else { continue };
            let known = self.operations.get(self.options, &resolved);
            let Ok(server) = &known.server else { continue };
            let host = server.url.host_str().unwrap_or_default();
            if first.get_or_insert_with(|| host.to_owned()) != host {
                return false;
            }
        }
        true
    }

    /// Said once for a source, where the description names it.
    fn server_error(&mut self, source: &str, reason: &str) {
        let Some((description, _)) = self.here.source(source) else { return };
        let span = description.url.span;
        let message = format!("source `{source}` has no base URL: {reason}");
        if !self.queue.lacks_server(self.document, source) {
            return;
        }
        let hint = format!("give it: `--server {source}=https://…`");
        if self.sightings.is_some() {
            self.warning(Code::NoServer, span, message, &hint);
        } else {
            self.error(Code::NoServer, span, message, &hint);
        }
    }
}

/// Stands for the base URL of a source that has none, where nothing is sent.
const UNKNOWN: &str = "http://localhost";

/// The host of a base URL, without its port.
pub(super) fn host(server: &str) -> String {
    Url::parse(server).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The origin of a URL: scheme, host and port.
pub(super) fn origin(url: &str) -> Option<String> {
    Url::parse(url).ok().filter(is_http).map(|url| url.origin().ascii_serialization())
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}
