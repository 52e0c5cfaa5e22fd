//! Credentials from `--auth` and the environment.

use arazzo_document::{SourceContent, Workspace};
use arazzo_runner::{CredentialError, Credentials, security_schemes};

use crate::args::RunArgs;
use crate::refusal::Refusal;

/// The credentials for the sources of the description.
pub(crate) fn collect(args: &RunArgs, workspace: &Workspace) -> Result<Credentials, Refusal> {
    let sources: Vec<&str> =
        workspace.entry().description.sources.iter().map(|source| source.name.value.as_str()).collect();
    let refuse = |error: CredentialError| Refusal::usage(error.to_string(), error.hint());
    let mut credentials = Credentials::new();
    for text in &args.auth {
        credentials.parse(text, &sources, &|name| std::env::var(name).ok()).map_err(refuse)?;
    }
    let schemes = security_schemes(workspace);
    // Of a source that could not be read nobody knows the schemes; that is told as what is wrong.
    if workspace.entry().sources().all(|(_, content)| !matches!(content, SourceContent::Missing)) {
        credentials.check(&schemes).map_err(refuse)?;
    }
    let variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("ARAZZO_AUTH_"))
        .collect();
    if !variables.is_empty() {
        credentials.add_environment(&variables, &schemes).map_err(refuse)?;
    }
    Ok(credentials)
}
