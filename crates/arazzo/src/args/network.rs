//! The arguments that say what may be contacted, and how.

use std::path::PathBuf;

use arazzo_engine::HostPattern;
use clap::Args;

/// So many redirects are followed when `--follow-redirects` gives no number.
const REDIRECTS: &str = "10";

/// What may be contacted, and how: for calls, for descriptions and for tokens.
#[derive(Debug, Args)]
pub(crate) struct NetworkArgs {
    /// A host that may be contacted, such as `api.example.com` or `*.example.com:8443`; others may not then, but those
    /// of URLs on the command line. Credentials for servers that a description from the network names need it, and so
    /// do private addresses under `--deny-private`. May be given several times.
    #[arg(long = "allow-host", value_name = "GLOB", help_heading = "Network")]
    pub(crate) allow_hosts: Vec<HostPattern>,

    /// Refuse hosts with private addresses, after names have been resolved.
    #[arg(long, help_heading = "Network")]
    pub(crate) deny_private: bool,

    /// Follow redirects, at most N in a row [default: not; 10 without N]. Credentials and `-H` fields never go along to
    /// another origin.
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = REDIRECTS,
        help_heading = "Network"
    )]
    pub(crate) follow_redirects: Option<u16>,

    /// Take any certificate for that of a server. Everything sent can then be read by others.
    #[arg(long, help_heading = "Network")]
    pub(crate) insecure: bool,

    /// Certificate authorities to trust beside those of the system, as a PEM file.
    #[arg(long = "ca-cert", value_name = "FILE", help_heading = "Network")]
    pub(crate) ca_certs: Vec<PathBuf>,

    /// The certificate and key, as PEM files, by which a host knows you.
    #[arg(long = "client-cert", value_name = "HOST=CERT,KEY", help_heading = "Network")]
    pub(crate) client_certs: Vec<String>,

    /// The proxy for everything but what `NO_PROXY` names [default: what `HTTPS_PROXY`, `http_proxy` and `ALL_PROXY`
    /// say]. An empty text is no proxy.
    #[arg(long, value_name = "URL", help_heading = "Network")]
    pub(crate) proxy: Option<String>,

    /// Contact nothing at all.
    #[arg(long, help_heading = "Network")]
    pub(crate) offline: bool,
}
