//! How a run was asked for, as far as that is needed to go on with it and no secret.

use std::path::{Path, PathBuf};
use std::time::Duration;

use arazzo_engine::is_secret_name;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use url::Url;

use super::args::ResumeArgs;
use crate::args::{DurableArgs, ManyArgs, NetworkArgs, RunArgs, SourceArgs};
use crate::refusal::Refusal;
use crate::run::{NotKept, is_url};

/// What the journal keeps of the arguments of `arazzo run`. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) description: String,
    /// The folder in which the run was begun: relative paths of files that inputs name start there.
    pub(crate) folder: PathBuf,
    sources: Vec<String>,
    root: Option<PathBuf>,
    mappings: Vec<String>,
    servers: Vec<String>,
    mock: Option<String>,
    strict: bool,
    default_success: String,
    check_responses: String,
    timeout: Duration,
    max_steps: u32,
    max_depth: usize,
    max_duration: Option<Duration>,
    max_retry_after: Duration,
    max_body: usize,
    allow_hosts: Vec<String>,
    deny_private: bool,
    offline: bool,
    follow_redirects: Option<u16>,
    idempotency_header: String,
    /// What has to be given again. Journals of earlier versions do not say.
    #[serde(default)]
    pub(crate) not_kept: Option<NotKept>,
}

impl Settings {
    /// Those of a run that begins.
    pub(crate) fn of(args: &RunArgs, not_kept: &NotKept) -> Result<Self, Refusal> {
        if args.description == "-" {
            let hint =
                "name a file or a URL: the description is read again when the run is resumed".to_owned();
            return Err(Refusal::usage(
                "a durable run cannot have its description from standard input",
                hint,
            ));
        }
        let urls = std::iter::once(&args.description).chain(&args.sources.named).chain(&args.servers);
        for text in urls {
            check(text)?;
        }
        let named = |text: &String| match text.split_once('=') {
            Some((name, path)) if !is_url(path) => format!("{name}={}", absolute(path)),
            Some(_) | None => text.clone(),
        };
        Ok(Self {
            description: if is_url(&args.description) {
                args.description.clone()
            } else {
                absolute(&args.description)
            },
            folder: std::env::current_dir().unwrap_or_default(),
            sources: args.sources.named.iter().map(named).collect(),
            root: args.sources.root.as_ref().map(|root| PathBuf::from(absolute(root))),
            mappings: args.sources.mappings.iter().map(|mapping| named_last(&mapping.to_string())).collect(),
            servers: args.servers.clone(),
            mock: args.mock.as_ref().map(|path| if path.is_empty() { String::new() } else { absolute(path) }),
            strict: args.strict,
            default_success: name_of(args.default_success),
            check_responses: name_of(args.check_responses),
            timeout: args.timeout,
            max_steps: args.max_steps,
            max_depth: args.max_depth,
            max_duration: args.max_duration,
            max_retry_after: args.max_retry_after,
            max_body: args.max_body,
            allow_hosts: args.network.allow_hosts.iter().map(ToString::to_string).collect(),
            deny_private: args.network.deny_private,
            offline: args.network.offline,
            follow_redirects: args.network.follow_redirects,
            idempotency_header: args.durable.idempotency_header.clone(),
            not_kept: Some(not_kept.clone()),
        })
    }

    /// The arguments that go on with the run. What is given again is added to what is kept, and the policy for the
    /// network stays as tight as it was.
    pub(crate) fn into_args(self, workflow_id: &str, args: &ResumeArgs) -> Result<RunArgs, Refusal> {
        let unreadable = |what: &str| {
            let message = format!("the journal is damaged: its {what} cannot be read");
            Refusal::stopped(message, None)
        };
        let mut allow_hosts = args.network.allow_hosts.clone();
        for host in &self.allow_hosts {
            allow_hosts.push(host.parse().map_err(|_| unreadable("hosts"))?);
        }
        let mappings = self.mappings.iter().map(|text| text.parse()).collect::<Result<_, _>>();
        Ok(RunArgs {
            description: self.description,
            workflows: vec![workflow_id.to_owned()],
            all: false,
            input: args.input.clone(),
            inputs: args.inputs.clone(),
            no_input: true,
            sources: SourceArgs {
                named: self.sources,
                root: self.root,
                mappings: mappings.map_err(|_| unreadable("mappings"))?,
            },
            servers: self.servers,
            auth: args.auth.clone(),
            headers: args.headers.clone(),
            mock: self.mock,
            dry_run: false,
            network: NetworkArgs {
                allow_hosts,
                deny_private: args.network.deny_private || self.deny_private,
                follow_redirects: args.network.follow_redirects.or(self.follow_redirects),
                insecure: args.network.insecure,
                ca_certs: args.network.ca_certs.clone(),
                client_certs: args.network.client_certs.clone(),
                proxy: args.network.proxy.clone(),
                offline: args.network.offline || self.offline,
            },
            many: ManyArgs { data: None, repeat: None, concurrency: None },
            durable: DurableArgs {
                state: Some(args.journal.state.clone()),
                run_id: None,
                durability: args.durability,
                idempotency_header: self.idempotency_header,
            },
            strict: self.strict,
            default_success: choice(&self.default_success).ok_or_else(|| unreadable("rules"))?,
            check_responses: choice(&self.check_responses).ok_or_else(|| unreadable("rules"))?,
            timeout: self.timeout,
            max_steps: self.max_steps,
            max_depth: self.max_depth,
            max_duration: self.max_duration,
            max_retry_after: self.max_retry_after,
            max_body: self.max_body,
            format: args.format,
            reports: args.reports.clone(),
            verbosity: args.verbosity,
            color: args.color,
            show_secrets: args.show_secrets,
        })
    }
}

/// Refuses a URL that gives a secret away: it would be kept.
fn check(text: &str) -> Result<(), Refusal> {
    let named = text.split_once('=').filter(|_| !is_url(text));
    let url = named.map_or(text, |(_, url)| url);
    let Ok(url) = Url::parse(url) else { return Ok(()) };
    let has_secret = !url.username().is_empty()
        || url.password().is_some()
        || url.query_pairs().any(|(name, _)| is_secret_name(&name));
    if !has_secret {
        return Ok(());
    }
    let message = "a URL of a durable run has a credential in it, and the journal would keep it";
    Err(Refusal::usage(message, "give credentials by `--auth` or `-H`".to_owned()))
}

/// `URL=FOLDER` with the folder made absolute. A URL may have `=` in it only where it is escaped.
fn named_last(text: &str) -> String {
    match text.split_once('=') {
        Some((url, folder)) => format!("{url}={}", absolute(folder)),
        None => text.to_owned(),
    }
}

fn absolute(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

fn name_of(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn choice<T: ValueEnum>(name: &str) -> Option<T> {
    T::from_str(name, false).ok()
}
