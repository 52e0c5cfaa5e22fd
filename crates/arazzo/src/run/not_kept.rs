//! What a run was given that no journal keeps: credentials and header fields, of which only the names are known when it
//! is gone on with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arazzo_engine::Plan;
use arazzo_runner::{Credentials, HeaderField};
use serde::{Deserialize, Serialize};

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::refusal::{Problem, Refusal};
use crate::shell;

/// The names of what has to be given again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NotKept {
    /// The security schemes that there was a credential for, as source and scheme.
    credentials: Vec<(String, String)>,
    /// The fields of `-H`, in their order.
    headers: Vec<String>,
    /// The hosts that a client certificate was for.
    client_certificates: Vec<String>,
}

impl NotKept {
    /// What `args` give.
    pub(super) fn of(
        args: &RunArgs,
        credentials: &Credentials,
        headers: &[HeaderField],
        schemes: &[(&str, &str)],
    ) -> Self {
        // The mock wants no credential.
        let wanted = if args.mock.is_some() { &[] } else { schemes };
        let given = wanted.iter().filter(|(source, scheme)| credentials.find(source, scheme).is_some());
        let certificates = args.network.client_certs.iter().filter_map(|text| text.split_once('='));
        Self {
            credentials: given.map(|(source, scheme)| ((*source).to_owned(), (*scheme).to_owned())).collect(),
            headers: headers.iter().map(|field| field.name().to_owned()).collect(),
            client_certificates: certificates.map(|(host, _)| host.to_owned()).collect(),
        }
    }

    /// Leaves out the credentials that no request of the plans takes.
    pub(super) fn spare_unused(&mut self, plans: &[Arc<Plan>]) {
        let slots = plans.iter().flat_map(|plan| plan.calls()).flat_map(|call| call.operation().slots());
        let used: BTreeSet<(&str, &str)> =
            slots.map(|slot| (slot.source.as_str(), slot.scheme.as_str())).collect();
        self.credentials.retain(|(source, scheme)| used.contains(&(source.as_str(), scheme.as_str())));
    }

    /// Whether `given` has all of it again. A scheme that the sources no longer have needs no credential.
    pub(super) fn check(
        &self,
        given: &Self,
        schemes: &[(&str, &str)],
        accept_changed: bool,
    ) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        let mut tell = |message: String, hint: String| {
            problems.push(Problem::Unlocated { code: "usage", message, hint: Some(hint) });
        };
        for credential in &self.credentials {
            let (source, scheme) = credential;
            if given.credentials.contains(credential)
                || !schemes.contains(&(source.as_str(), scheme.as_str()))
            {
                continue;
            }
            let flag = format!("--auth {}=VALUE", shell::plain_word(&format!("{source}.{scheme}")));
            tell(
                format!(
                    "the run began with a credential for `{scheme}` of `{source}`, which the journal does not keep"
                ),
                format!("give it again as `{flag}`"),
            );
        }
        let (had, has) = (counted(&self.headers), counted(&given.headers));
        for (key, (name, count)) in &had {
            if times(&has, key) >= *count {
                continue;
            }
            let (fields, again) = match count {
                1 => (format!("the header field `{name}`, whose value"), "it again"),
                _ => (format!("{count} header fields `{name}`, whose values"), "each again"),
            };
            tell(
                format!("the run began with {fields} the journal does not keep"),
                format!("give {again} as `-H {}`", shell::plain_word(&format!("{name}: VALUE"))),
            );
        }
        for (key, (name, count)) in has.iter().filter(|_| !accept_changed) {
            let before = times(&had, key);
            if before >= *count {
                continue;
            }
            let (fact, what) = match before {
                0 => (format!("without the header field `{name}`"), "it"),
                1 => (format!("with one header field `{name}`, not {count}"), "the others"),
                _ => (format!("with {before} header fields `{name}`, not {count}"), "the others"),
            };
            tell(
                format!("the run began {fact}"),
                format!("leave {what} out, or go on with `--accept-changed`"),
            );
        }
        let hosts = self.client_certificates.iter();
        for host in hosts.filter(|host| !given.client_certificates.contains(host)) {
            tell(
                format!(
                    "the run began with a client certificate for `{host}`, which the journal does not keep"
                ),
                format!(
                    "give it again as `--client-cert {}`",
                    shell::plain_word(&format!("{host}=CERT,KEY"))
                ),
            );
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal { exit: Exit::Usage, problems }) }
    }

    /// Whether there is a field of this name.
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|it| it.eq_ignore_ascii_case(name))
    }

    /// The names of the fields, as the plan was made with.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }
}

/// How often each name comes, whatever its case is, with how it is written first.
fn counted(names: &[String]) -> BTreeMap<String, (&str, usize)> {
    let mut counted = BTreeMap::new();
    for name in names {
        counted.entry(name.to_ascii_lowercase()).or_insert((name.as_str(), 0)).1 += 1;
    }
    counted
}

fn times(counted: &BTreeMap<String, (&str, usize)>, name: &str) -> usize {
    counted.get(name).map_or(0, |(_, count)| *count)
}
