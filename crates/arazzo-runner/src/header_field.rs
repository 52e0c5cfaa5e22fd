//! Header fields that are added to every request.

use std::collections::BTreeSet;
use std::sync::Arc;

use arazzo_document::Workspace;
use arazzo_engine::{Plan, PlanOptions, is_secret_name};

/// Fields that say where a message ends. A wrong one would make a server take it for another message.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// A header field that every request gets.
///
/// `Debug` and messages leave its value out, which may be a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderField {
    name: String,
    value: String,
}

/// Why a header field cannot be given to every request. No value is part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is none.
    #[error("`{name}` is no name of a header field")]
    Name {
        /// The name, with what cannot be shown escaped.
        name: String,
    },
    /// The field says where a message ends.
    #[error("the header field `{name}` cannot be given, it is made for each request")]
    Framing {
        /// The name.
        name: String,
    },
    /// The value cannot be sent.
    #[error("the header field `{name}` has a line break or another control character in it")]
    Value {
        /// The name.
        name: String,
    },
    /// It is a credential, and nobody knows for which of several hosts.
    #[error("the header `{name}` would go to several hosts: {hosts}")]
    SeveralHosts {
        /// The name.
        name: String,
        /// The hosts, as a list for people.
        hosts: String,
    },
    /// It is a credential, and would go to a host that only a document from the network names.
    #[error("the header `{name}` would go to `{host}`, which is named by a document from the network")]
    UntrustedHost {
        /// The name.
        name: String,
        /// The host.
        host: String,
    },
}

impl HeaderField {
    /// The field, without the white space around its name and value.
    ///
    /// # Errors
    ///
    /// It cannot be sent, or is made for each request.
    pub fn new(name: &str, value: &str) -> Result<Self, HeaderError> {
        let (name, value) = (name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
        let shown = name.escape_debug().to_string();
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(HeaderError::Name { name: shown });
        }
        if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
            return Err(HeaderError::Framing { name: shown });
        }
        if value.contains(|c: char| c.is_control() && c != '\t') {
            return Err(HeaderError::Value { name: shown });
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, which may be a credential.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What must not be shown of it: a credential, of `Authorization` also what stands behind its scheme.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        secrets_of(&self.name, &self.value)
    }

    /// Whether the fields may go to all that the plans call. One that is a credential must not go to several hosts, for
    /// which one it is must not be guessed, nor to a host that only a document from the network names.
    ///
    /// # Errors
    ///
    /// The first field that may not.
    pub fn check(
        fields: &[Self],
        plans: &[Arc<Plan>],
        workspace: &Workspace,
        options: &PlanOptions,
    ) -> Result<(), HeaderError> {
        let Some(secret) = fields.iter().find(|field| is_secret_name(&field.name)) else { return Ok(()) };
        let name = secret.name.clone();
        let hosts: BTreeSet<String> = plans.iter().flat_map(|plan| plan.hosts()).collect();
        if hosts.len() > 1 {
            let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
            return Err(HeaderError::SeveralHosts { name, hosts: hosts.join(", ") });
        }
        if options.any_credential {
            return Ok(());
        }
        match plans.iter().flat_map(|plan| plan.untrusted_hosts(workspace, options)).next() {
            Some(host) => Err(HeaderError::UntrustedHost { name, host }),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for HeaderField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HeaderField").field(&self.name).finish()
    }
}

/// What must not be shown of a field.
pub(crate) fn secrets_of<'f>(name: &str, value: &'f str) -> impl Iterator<Item = &'f str> + use<'f> {
    let value = Some(value).filter(|_| is_secret_name(name));
    let behind = value.and_then(|value| Some(value.split_once(' ')?.1.trim()));
    value.into_iter().chain(behind)
}

/// What a name is made of: a [token](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_name_and_a_value() {
        let of = |name, value| HeaderField::new(name, value).map(|field| (field.name, field.value)).ok();
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(of("X-A ", " b: c "), pair("X-A", "b: c"));
        assert_eq!(of("x", ""), pair("x", ""));
        assert_eq!(of("x", "\u{fc}\ty"), pair("x", "\u{fc}\ty"));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_its_value() {
        let fields = [("A b", "hunter2"), ("", "hunter2"), ("A", "hunter2\r\nB: c"), ("A\n", "hunter2")];
        for (name, value) in fields.into_iter().chain([("\u{fc}", "hunter2"), ("content-Length", "5")]) {
            let error = HeaderField::new(name, value).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_credential_is_secret_with_and_without_its_scheme() {
        let secrets = |name| {
            let field = HeaderField::new(name, "Bearer hunter2").unwrap();
            assert!(!format!("{field:?}").contains("hunter2"));
            field.secrets().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(secrets("Authorization"), ["Bearer hunter2", "hunter2"]);
        assert_eq!(secrets("X-Trace"), Vec::<String>::new());
    }
}
