//! The base URL of an operation.
//!
//! It comes from the [Server Object](https://spec.openapis.org/oas/v3.1.1.html#server-object) of the OpenAPI
//! description, never from where the Arazzo Description lies.

use std::collections::BTreeSet;

use arazzo_document::Code;
use arazzo_document::openapi::{OpenApi, Operation, Server};
use url::Url;

use super::PlanOptions;
use super::compiler::Compiler;

impl Compiler<'_> {
    /// The base URL, without a slash at its end.
    pub(crate) fn server(
        &mut self,
        source: &str,
        openapi: &OpenApi,
        operation: &Operation<'_>,
    ) -> Option<String> {
        match base_url(self.options, source, openapi, &operation.servers()) {
            Ok(url) => Some(url.trim_end_matches('/').to_owned()),
            Err(reason) => {
                self.server_error(source, &reason);
                // A check goes on: what is sent where is said by whoever runs it.
                self.sightings.is_some().then(|| UNKNOWN.to_owned())
            }
        }
    }

    /// Whether all operations of the workflow are on one host.
    pub(crate) fn has_one_host(&self) -> bool {
        let targets = self.workflow.steps.iter().filter_map(|step| step.target.as_ref());
        let operations =
            targets.filter_map(|target| self.here.resolve_operation(target, self.options.mode).operation);
        let hosts: BTreeSet<String> = operations
            .filter_map(|resolved| {
                let view = resolved.openapi.operation(resolved.operation);
                base_url(self.options, &resolved.source, &resolved.openapi, &view.servers()).ok()
            })
            .map(|url| host(&url))
            .collect();
        hosts.len() <= 1
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

/// `--server`, else the first of the servers; or why there is none.
pub(crate) fn base_url(
    options: &PlanOptions,
    source: &str,
    openapi: &OpenApi,
    servers: &[Server<'_>],
) -> Result<String, String> {
    if let Some(server) = options.servers.get(source) {
        return absolute(server);
    }
    let declared = servers.first().map_or(Ok("/".to_owned()), |server| server.url())?;
    if Url::parse(&declared).is_ok() {
        return absolute(&declared);
    }
    // A relative one starts where the OpenAPI description lies, which helps only if that is on a server.
    let own = Url::parse(&openapi.document().uri).ok().filter(is_http);
    let base = own.or_else(|| Url::parse(options.fallback_server.as_deref()?).ok());
    match base.and_then(|base| base.join(&declared).ok()) {
        Some(url) => absolute(url.as_str()),
        None => Err(format!("its server is `{declared}`, which is no absolute URL")),
    }
}

fn absolute(server: &str) -> Result<String, String> {
    match Url::parse(server) {
        Ok(url) if is_http(&url) => Ok(server.to_owned()),
        Ok(_) | Err(_) => Err(format!("`{server}` is no `http` or `https` URL")),
    }
}

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
