//! Credentials for the security schemes of the sources.
//!
//! The machine names in each request the [`Slot`](arazzo_engine::Slot)s that the operation's
//! [security](https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object) asks for; what is put into them
//! comes from here. Values are shown by nothing: `Debug` and every message leave them out.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arazzo_engine::{CredentialName, Request, auth_variable};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

use crate::credential_error::CredentialError;
use crate::credential_provider::{CredentialProvider, Provided};
use crate::file::FileError;
use crate::found_secrets::FoundSecrets;
use crate::token_credential;

/// A credential file may be so many bytes long.
const MAX_CREDENTIAL_FILE: u64 = 64 * 1024;

/// What a query parameter's value may hold as it is: the unreserved characters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The credentials that a run may use.
#[derive(Default, Clone)]
pub struct Credentials {
    given: Vec<Credential>,
    environment: Vec<Credential>,
    secrets: Vec<String>,
    provided: Option<Provided>,
}

#[derive(Clone)]
struct Credential {
    source: Option<String>,
    scheme: String,
    value: String,
    /// The environment variable that names it.
    variable: Option<String>,
}

impl Credentials {
    /// No credentials.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a credential in that is written `[SOURCE.]SCHEME=VALUE`.
    ///
    /// What stands before the first fitting `.` is a source only if `sources` has it, for names of schemes may hold
    /// dots. `VALUE` is the value itself, `env:NAME` for what `lookup` gives for `NAME`, or `file:PATH` for what is in
    /// that file without a newline at its end. A later credential replaces an earlier one of the same name.
    ///
    /// # Errors
    ///
    /// A [`CredentialError`], which never holds the value.
    pub fn parse(
        &mut self,
        text: &str,
        sources: &[&str],
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), CredentialError> {
        let (name, value) = text.split_once('=').ok_or(CredentialError::NoValue)?;
        let (source, scheme) = split_name(name, sources);
        if scheme.is_empty() {
            return Err(CredentialError::NoScheme);
        }
        let value = resolve(name, value, lookup)?;
        if let Some(fact) = fault(&value) {
            return Err(CredentialError::Unusable { name: name.to_owned(), fact });
        }
        self.give(source, scheme, value);
        Ok(())
    }

    /// The same with `value` for the security scheme `scheme` of `source`, as it is: `user:password` for Basic
    /// authentication and passwords of OAuth2, `id:secret` for client credentials, else a key or a token. A later
    /// credential replaces an earlier one of the same name.
    ///
    /// # Errors
    ///
    /// The value cannot be sent. It is no part of the error.
    pub fn with(self, source: &str, scheme: &str, value: &str) -> Result<Self, CredentialError> {
        self.with_given(Some(source), scheme, value)
    }

    /// The same with `value` for the security scheme `scheme` of every source that has one.
    ///
    /// # Errors
    ///
    /// As [`Credentials::with`].
    pub fn with_scheme(self, scheme: &str, value: &str) -> Result<Self, CredentialError> {
        self.with_given(None, scheme, value)
    }

    /// The same with what `provider` gives for all that has no value here, asked when a request needs it.
    #[must_use]
    pub fn with_provider(mut self, provider: Arc<dyn CredentialProvider>) -> Self {
        self.provided = Some(Provided(provider));
        self
    }

    /// The credentials for a request, those of the provider included, whose values are told to `found`.
    pub(crate) async fn for_request(&self, request: &Request, found: &FoundSecrets) -> Cow<'_, Self> {
        match &self.provided {
            Some(provided) if !request.slots.is_empty() => {
                Cow::Owned(provided.add(self, request, found).await)
            }
            Some(_) | None => Cow::Borrowed(self),
        }
    }

    fn with_given(
        mut self,
        source: Option<&str>,
        scheme: &str,
        value: &str,
    ) -> Result<Self, CredentialError> {
        if let Some(fact) = fault(value) {
            return Err(CredentialError::Unusable { name: scheme.to_owned(), fact });
        }
        self.give(source, scheme, value.to_owned());
        Ok(self)
    }

    fn give(&mut self, source: Option<&str>, scheme: &str, value: String) {
        self.remember(&value);
        self.given.retain(|credential| !credential.is(source, scheme));
        self.given.push(Credential {
            source: source.map(str::to_owned),
            scheme: scheme.to_owned(),
            value,
            variable: None,
        });
    }

    /// Whether each credential that was given is for one of the security schemes of the sources, `(source, scheme)` each.
    /// One that is for none is a slip of the pen: it would be sent nowhere, and nobody would know why.
    ///
    /// # Errors
    ///
    /// The first one that is for none, with what there is.
    pub fn check(&self, schemes: &[(&str, &str)]) -> Result<(), CredentialError> {
        let is_known = |credential: &&Credential| {
            schemes.iter().any(|(source, scheme)| {
                *scheme == credential.scheme
                    && credential.source.as_deref().is_none_or(|wanted| wanted == *source)
            })
        };
        match self.given.iter().find(|credential| !is_known(credential)) {
            Some(unknown) => {
                Err(CredentialError::unknown(unknown.source.as_deref(), &unknown.scheme, schemes))
            }
            None => Ok(()),
        }
    }

    /// Takes in what the environment gives for the security schemes of the sources, `(source, scheme)` each:
    /// `ARAZZO_AUTH_<SOURCE>_<SCHEME>` for one source and `ARAZZO_AUTH_<SCHEME>` for any, names in upper case and with
    /// `_` for everything but letters and digits. An empty value is none, and a variable for another scheme is ignored.
    ///
    /// # Errors
    ///
    /// A [`CredentialError`], which never holds the value.
    pub fn add_environment(
        &mut self,
        variables: &[(String, String)],
        schemes: &[(&str, &str)],
    ) -> Result<(), CredentialError> {
        let find =
            |wanted: String| variables.iter().find(|(name, value)| *name == wanted && !value.is_empty());
        for (source, scheme) in schemes {
            let own = find(auth_variable(Some(source), scheme));
            let any = find(auth_variable(None, scheme));
            for (source, found) in [(Some(*source), own), (None, any)] {
                let Some((variable, value)) = found else { continue };
                if self.environment.iter().any(|credential| credential.is(source, scheme)) {
                    continue;
                }
                if let Some(fact) = fault(value) {
                    return Err(CredentialError::Unusable { name: variable.clone(), fact });
                }
                self.remember(value);
                self.environment.push(Credential {
                    source: source.map(str::to_owned),
                    scheme: (*scheme).to_owned(),
                    value: value.clone(),
                    variable: Some(variable.clone()),
                });
            }
        }
        Ok(())
    }

    /// The value for `scheme` of `source`. What was given goes before the environment, and what is for this source
    /// before what is for any.
    pub fn find(&self, source: &str, scheme: &str) -> Option<&str> {
        [&self.given, &self.environment].into_iter().find_map(|credentials| {
            let named = |source| credentials.iter().find(|credential| credential.is(source, scheme));
            named(Some(source)).or_else(|| named(None)).map(|credential| credential.value.as_str())
        })
    }

    /// What there is a value for.
    pub fn names(&self) -> Vec<CredentialName> {
        let provided = self.provided.iter().flat_map(|provided| provided.0.names());
        self.given.iter().chain(&self.environment).map(Credential::name).chain(provided).collect()
    }

    /// Everything that must not be shown: the values, their parts and the forms in which they are sent.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str)
    }

    fn remember(&mut self, value: &str) {
        let password = value.split_once(':').map(|(_, password)| password);
        let forms = [
            Some(value.to_owned()),
            Some(basic(value)),
            Some(query_encoded(value)),
            password.map(str::to_owned),
            password.map(query_encoded),
        ];
        for form in forms.into_iter().flatten().chain(token_credential::secret_forms(value)) {
            if !form.is_empty() && !self.secrets.contains(&form) {
                self.secrets.push(form);
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.names()).finish()
    }
}

impl Credential {
    fn is(&self, source: Option<&str>, scheme: &str) -> bool {
        self.source.as_deref() == source && self.scheme == scheme
    }

    fn name(&self) -> CredentialName {
        CredentialName {
            source: self.source.clone(),
            scheme: self.scheme.clone(),
            variable: self.variable.clone(),
        }
    }
}

/// What makes a value useless, whatever scheme it is for.
fn fault(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        Some("is empty")
    } else if value.contains(char::is_control) {
        Some("has a line break or another control character in it")
    } else {
        None
    }
}

/// `user:password` as Basic authentication sends it. A value without a colon is a user without a password, which is how
/// services take an API key.
pub(crate) fn basic(value: &str) -> String {
    if value.contains(':') { STANDARD.encode(value) } else { STANDARD.encode(format!("{value}:")) }
}

/// A text as it stands in a query string.
pub(crate) fn query_encoded(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// A text as it stands in a form.
pub(crate) fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn split_name<'t>(name: &'t str, sources: &[&str]) -> (Option<&'t str>, &'t str) {
    name.match_indices('.')
        .filter_map(|(at, _)| Some((name.get(..at)?, name.get(at + 1..)?)))
        .find(|(source, _)| sources.contains(source))
        .map_or((None, name), |(source, scheme)| (Some(source), scheme))
}

fn resolve(
    name: &str,
    value: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<String, CredentialError> {
    if let Some(variable) = value.strip_prefix("env:") {
        let missing = || CredentialError::NoVariable { name: name.to_owned(), variable: variable.to_owned() };
        return lookup(variable).ok_or_else(missing);
    }
    if let Some(path) = value.strip_prefix("file:") {
        let unreadable =
            |reason| CredentialError::NoFile { name: name.to_owned(), path: path.to_owned(), reason };
        return read_line(Path::new(path)).map_err(unreadable);
    }
    Ok(value.to_owned())
}

/// What is in the file, without the newline that editors put at the end.
fn read_line(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let failed = |error: std::io::Error| FileError::from(error).to_string();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(MAX_CREDENTIAL_FILE + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_CREDENTIAL_FILE {
        return Err(format!("is longer than {MAX_CREDENTIAL_FILE} bytes"));
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Credentials {
        let mut credentials = Credentials::new();
        for text in texts {
            credentials.parse(text, &["events", "score.v2"], &|_| None).unwrap();
        }
        credentials
    }

    #[test]
    fn a_source_before_the_dot_is_one_only_if_it_exists() {
        let credentials = parsed(&["events.basic=a", "score.v2.basic=b", "other.basic=c", "basic=d"]);
        assert_eq!(credentials.find("events", "basic"), Some("a"));
        assert_eq!(credentials.find("score.v2", "basic"), Some("b"));
        assert_eq!(credentials.find("events", "other.basic"), Some("c"));
        assert_eq!(credentials.find("decisions", "basic"), Some("d"));
        assert_eq!(credentials.find("events", "oauth"), None);
    }

    #[test]
    fn a_value_may_hold_equals_signs_and_colons() {
        assert_eq!(parsed(&["key=a=b:c=="]).find("events", "key"), Some("a=b:c=="));
    }

    #[test]
    fn the_last_one_given_wins() {
        let credentials = parsed(&["key=first", "key=second"]);
        assert_eq!(credentials.find("events", "key"), Some("second"));
        assert_eq!(credentials.names().len(), 1);
    }

    #[test]
    fn a_value_comes_from_a_variable_or_a_file() {
        let path = std::env::temp_dir().join(format!("arazzo-credential-{}", std::process::id()));
        std::fs::write(&path, "user:päss word\r\n").unwrap();
        let mut credentials = Credentials::new();
        let lookup = |name: &str| (name == "KEY").then(|| "from-env".to_owned());
        credentials.parse("a=env:KEY", &[], &lookup).unwrap();
        credentials.parse(&format!("b=file:{}", path.display()), &[], &lookup).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(credentials.find("s", "a"), Some("from-env"));
        assert_eq!(credentials.find("s", "b"), Some("user:päss word"));
    }

    #[test]
    fn what_is_missing_is_named_and_no_value_is_shown() {
        let mut credentials = Credentials::new();
        let mut fails = |text: &str| credentials.parse(text, &[], &|_| None).unwrap_err().to_string();
        assert!(fails("a=env:NOT_SET").contains("`NOT_SET`, which is not set"));
        assert!(fails("a=file:/no/such/file").ends_with("`/no/such/file`, which does not exist"));
        assert!(fails("=hunter2").contains("name of the security scheme"));
        assert!(!fails("hunter2").contains("hunter2"));
        assert_eq!(fails("a="), "the credential `a` is empty");
        assert_eq!(
            fails("a=hunter2\n"),
            "the credential `a` has a line break or another control character in it"
        );
    }

    #[test]
    fn a_credential_for_nothing_is_told_with_what_there_is() {
        let schemes = [("events", "basic"), ("events", "api.key"), ("score.v2", "basic")];
        let fails = |text: &str| {
            let error = parsed(&[text]).check(&schemes).unwrap_err();
            (error.to_string(), error.hint().unwrap_or_default())
        };
        let known = "the sources have `events.basic`, `events.api.key`, `score.v2.basic`";
        assert_eq!(
            fails("basik=x"),
            (format!("there is no security scheme `basik`: {known}"), "did you mean `basic`?".to_owned())
        );
        assert_eq!(fails("score.v2.key=x").0, format!("there is no security scheme `score.v2.key`: {known}"));
        let (message, hint) = fails("evnts.api.key=x");
        assert_eq!(
            message,
            "the credential is for the source `evnts`, and those with security schemes are `events`, `score.v2`"
        );
        assert_eq!(hint, "did you mean `events.api.key`?");
        let message = parsed(&["a=x"]).check(&[]).unwrap_err().to_string();
        assert!(message.ends_with("the sources have none"), "{message}");
        for known in ["basic=x", "api.key=x", "events.api.key=x", "score.v2.basic=x"] {
            assert_eq!(parsed(&[known]).check(&schemes), Ok(()), "{known}");
        }
    }

    #[test]
    fn a_variable_that_cannot_be_sent_is_named() {
        let variables = [
            ("ARAZZO_AUTH_KEY".to_owned(), "hunter2\r".to_owned()),
            ("ARAZZO_AUTH_OTHER".to_owned(), "\r".to_owned()),
        ];
        let mut credentials = Credentials::new();
        let error = credentials.add_environment(&variables, &[("s", "key")]).unwrap_err().to_string();
        assert!(error.starts_with("the credential `ARAZZO_AUTH_KEY` has a line break"), "{error}");
        assert_eq!(credentials.add_environment(&variables, &[("s", "unknown")]), Ok(()));
    }

    #[test]
    fn what_was_given_goes_before_the_environment() {
        let variables = [
            ("ARAZZO_AUTH_EVENTS_API_BASIC_AUTH".to_owned(), "own".to_owned()),
            ("ARAZZO_AUTH_BASIC_AUTH".to_owned(), "any".to_owned()),
            ("ARAZZO_AUTH_OTHER".to_owned(), String::new()),
        ];
        let schemes = [("events-api", "basicAuth"), ("events-api", "basic-auth"), ("x", "other")];
        let mut credentials = Credentials::new();
        credentials.add_environment(&variables, &schemes).unwrap();
        assert_eq!(credentials.find("events-api", "basicAuth"), None);
        assert_eq!(credentials.find("events-api", "basic-auth"), Some("own"));
        assert_eq!(credentials.find("score", "basic-auth"), Some("any"));
        assert_eq!(credentials.find("x", "other"), None);
        credentials.parse("basic-auth=flag", &[], &|_| None).unwrap();
        assert_eq!(credentials.find("events-api", "basic-auth"), Some("flag"));
    }

    #[test]
    fn debug_shows_names_only() {
        let text = format!("{:?}", parsed(&["events.basic=user:hunter2"]));
        assert!(text.contains("basic") && text.contains("events") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn every_form_of_a_secret_is_reported() {
        let credentials = parsed(&["basic=user:pass word"]);
        let secrets: Vec<&str> = credentials.secrets().collect();
        for form in
            ["user:pass word", "pass word", "pass%20word", "user%3Apass%20word", "dXNlcjpwYXNzIHdvcmQ="]
        {
            assert!(secrets.contains(&form), "{form} is not in {secrets:?}");
        }
        assert!(!secrets.contains(&"user"));
    }

    #[test]
    fn a_key_without_a_colon_is_a_user_without_a_password() {
        assert_eq!(basic("key"), "a2V5Og==");
        assert_eq!(basic("user:pass"), "dXNlcjpwYXNz");
    }
}
