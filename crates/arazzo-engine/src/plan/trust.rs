//! Credentials and descriptions that came from the network.
//!
//! Whoever writes a description says which servers are called. What came from the network may name any server, so a
//! credential goes there only when the caller has named that host.

use arazzo_document::{Code, Diagnostic, Workspace};
use url::Url;

use super::server::origin;
use super::step::PlannedStep;
use super::{Plan, PlanOptions, PlannedOperation};

/// Refuses credentials that would go to a host which only a document from the network names.
pub(super) fn check(
    plan: &Plan,
    workspace: &Workspace,
    options: &PlanOptions,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if options.any_credential {
        return;
    }
    for (operation, target) in untrusted(plan, workspace, options) {
        if operation.slots.is_empty() {
            continue;
        }
        let schemes: Vec<String> =
            operation.slots.iter().map(|slot| format!("`{}.{}`", slot.source, slot.scheme)).collect();
        let message = format!(
            "the credential {} would go to `{target}`, which is named by a document from the network",
            schemes.join(" and ")
        );
        if diagnostics.iter().any(|known| known.code == Code::UntrustedHost && known.message == message) {
            continue;
        }
        let entry = workspace.entry();
        let place = entry.document.place(entry.document.root.span.first_line());
        let hint = format!("if that is right, add `--allow-host {target}`");
        diagnostics.push(Diagnostic::error(Code::UntrustedHost, message, place).with_hint(hint));
    }
}

/// The operations that lead to hosts, or get their tokens from hosts, which a document from the network names and nobody
/// else; with the host and port as `--allow-host` takes them.
pub(super) fn untrusted<'p>(
    plan: &'p Plan,
    workspace: &Workspace,
    options: &'p PlanOptions,
) -> impl Iterator<Item = (&'p PlannedOperation, String)> {
    let is_remote = workspace.documents().any(|(_, known)| is_from_network(&known.document.uri));
    let calls = plan.workflows().flat_map(|workflow| &workflow.steps).filter_map(PlannedStep::call);
    let operations = calls
        .map(|call| &call.operation)
        .filter(move |operation| is_remote || is_from_network(&operation.document.document().uri));
    operations.flat_map(move |operation| {
        // What `--server` gives is named by the caller.
        let given = options.servers.get(&operation.source).and_then(|server| origin(server));
        let targets = std::iter::once(operation.server.as_str()).chain(operation.token_urls());
        let unknown = targets.filter(move |url| origin(url) != given && !is_allowed(url, options));
        unknown.map(move |url| (operation, authority(url)))
    })
}

fn is_from_network(uri: &str) -> bool {
    uri.starts_with("http://") || uri.starts_with("https://")
}

/// Whether the caller has named the host of this server.
pub(super) fn is_allowed(server: &str, options: &PlanOptions) -> bool {
    let Ok(url) = Url::parse(server) else { return false };
    let host = url.host_str().unwrap_or_default();
    options.allow_hosts.iter().any(|pattern| pattern.matches(host, url.port_or_known_default()))
}

/// Host and port of a server, as `--allow-host` takes them.
pub(super) fn authority(server: &str) -> String {
    let Ok(url) = Url::parse(server) else { return server.to_owned() };
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
