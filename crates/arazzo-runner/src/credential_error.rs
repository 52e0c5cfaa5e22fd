//! What can be wrong with a credential, said without its value.

use arazzo_document::nearest;

/// So many security schemes are listed in a message.
const MAX_LISTED: usize = 20;

/// What is wrong with a credential. The value is never part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// There is no `=`.
    #[error("a credential is written `[SOURCE.]SCHEME=VALUE`: the `=` is missing")]
    NoValue,
    /// There is nothing before the `=`.
    #[error("a credential is written `[SOURCE.]SCHEME=VALUE`: the name of the security scheme is missing")]
    NoScheme,
    /// The variable that it refers to is not set.
    #[error(
        "the credential `{name}` is to be read from the environment variable `{variable}`, which is not set"
    )]
    NoVariable {
        /// The credential's name as written.
        name: String,
        /// The variable's name.
        variable: String,
    },
    /// The file that it refers to cannot be read.
    #[error("the credential `{name}` is to be read from the file `{path}`, which {reason}")]
    NoFile {
        /// The credential's name as written.
        name: String,
        /// The path as written.
        path: String,
        /// Why not.
        reason: String,
    },
    /// The value cannot be sent.
    #[error("the credential `{name}` {fact}")]
    Unusable {
        /// The credential's name as written, or the environment variable that it comes from.
        name: String,
        /// What is wrong with the value.
        fact: &'static str,
    },
    /// No source has the security scheme.
    #[error("there is no security scheme `{name}`: the sources have {known}")]
    UnknownScheme {
        /// The name as written.
        name: String,
        /// The names that there are, as a list for people.
        known: String,
        /// The one that may have been meant.
        near: Option<String>,
    },
    /// What stands before the scheme is no source.
    #[error("the credential is for the source `{name}`, and those with security schemes are {known}")]
    UnknownSource {
        /// The source's name as written.
        name: String,
        /// The sources that there are, as a list for people.
        known: String,
        /// What may have been meant, with the scheme.
        near: Option<String>,
    },
}

impl CredentialError {
    /// What to say when no source has the scheme: that its first part is no source, or that the name is none.
    pub(crate) fn unknown(source: Option<&str>, scheme: &str, schemes: &[(&str, &str)]) -> Self {
        let name = source.map_or_else(|| scheme.to_owned(), |source| format!("{source}.{scheme}"));
        if source.is_none()
            && let Some((first, rest)) = scheme.split_once('.')
            && schemes.iter().any(|(_, scheme)| *scheme == rest)
        {
            let mut known: Vec<&str> = schemes.iter().map(|(source, _)| *source).collect();
            known.dedup();
            let near = nearest(first, known.iter().copied()).map(|near| format!("{near}.{rest}"));
            return Self::UnknownSource { name: first.to_owned(), known: listed(known), near };
        }
        let full: Vec<String> = schemes.iter().map(|(source, scheme)| format!("{source}.{scheme}")).collect();
        let names = full.iter().map(String::as_str).chain(schemes.iter().map(|(_, scheme)| *scheme));
        let near = nearest(&name, names).map(str::to_owned);
        Self::UnknownScheme { name, known: listed(full), near }
    }

    /// What to do about it, where that can be guessed.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownScheme { near, .. } | Self::UnknownSource { near, .. } => {
                near.as_ref().map(|near| format!("did you mean `{near}`?"))
            }
            Self::NoValue
            | Self::NoScheme
            | Self::NoVariable { .. }
            | Self::NoFile { .. }
            | Self::Unusable { .. } => None,
        }
    }
}

/// Names as people list them.
fn listed<T: AsRef<str>>(names: Vec<T>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> =
        names.iter().take(MAX_LISTED).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = if names.len() > MAX_LISTED { " and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}
