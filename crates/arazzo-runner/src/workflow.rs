//! A workflow that is ready to be run, from the place of its description.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arazzo_document::{Diagnostic, Severity, SourceContent, Workspace, nearest};
use arazzo_engine::{CheckResponses, DefaultSuccess, Mode, Plan, PlanOptions};
use tokio::sync::oneshot;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::header_field::HeaderField;
use crate::journal::PlanIdentity;
use crate::load::{LoadOptions, Loaded, Origin, load};
use crate::needed::Needed;
use crate::network::NetworkOptions;
use crate::server_url::server_url;

/// The base URL of a source that names none, when everything is mocked.
const MOCK_SERVER: &str = "http://localhost";

/// A workflow, read, compiled and checked: nothing that can be known before the first request is wrong with it.
///
/// It is made once and run as often as wanted, also many times at once; clones share the plan. [`Runner`](crate::Runner)
/// runs it.
#[derive(Debug, Clone)]
pub struct Workflow {
    plan: Arc<Plan>,
    warnings: Arc<[Diagnostic]>,
    pub(crate) defaults: Arc<Defaults>,
}

/// What was said when the workflow was loaded and holds for its runs, too.
#[derive(Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) credentials: Credentials,
    pub(crate) headers: Vec<HeaderField>,
    pub(crate) network: NetworkOptions,
    pub(crate) is_mocked: bool,
    /// By which a journal knows the workflow.
    pub(crate) identity: PlanIdentity,
}

impl Workflow {
    /// Reads the description in this file, with its sources, and compiles its only workflow.
    ///
    /// A relative path starts at the current folder. Files are read on a thread of their own, so it may be awaited on any
    /// runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Description`] with everything that is wrong; [`Error::Workflow`] if there are several workflows, in which
    /// case [`Workflow::loader`] says which.
    pub async fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::loader().load(path).await
    }

    /// To say more than where the description is.
    pub fn loader() -> WorkflowLoader {
        WorkflowLoader::default()
    }

    /// The compiled workflow.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The workflow's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.plan.workflow_id()
    }

    /// What a person should know of the description although it can be run.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

/// Says how a workflow is loaded.
///
/// ```no_run
/// use arazzo_runner::{Credentials, Workflow};
///
/// # async fn example() -> Result<(), arazzo_runner::Error> {
/// let workflow = Workflow::loader()
///     .workflow("order")
///     .server("orders", "https://staging.example.com/v1")
///     .credentials(Credentials::new().with("orders", "apiKey", "a secret")?)
///     .load("shop.arazzo.yml")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct WorkflowLoader {
    id: Option<String>,
    load: LoadOptions,
    plan: PlanOptions,
    credentials: Credentials,
    headers: Vec<HeaderField>,
    is_mocked: bool,
}

/// [`Origin`] with its own text.
enum Place {
    File(PathBuf),
    Url(String),
    Text(String),
}

impl WorkflowLoader {
    /// The id of the workflow; not needed when there is only one.
    pub fn workflow(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Reads the source `name` from this path or URL instead.
    pub fn source(mut self, name: impl Into<String>, place: impl Into<String>) -> Self {
        self.load.sources.insert(name.into(), place.into());
        self
    }

    /// The base URL of the API of the source `name`, in place of what its description says.
    pub fn server(mut self, name: impl Into<String>, url: impl Into<String>) -> Self {
        self.plan.servers.insert(name.into(), url.into());
        self
    }

    /// The credentials of the runs. Of the ways in which an operation can be authorized, the first one is planned for
    /// which there is all that it needs.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// A header field for every request, beside those of the workflow.
    pub fn header(mut self, field: HeaderField) -> Self {
        self.headers.push(field);
        self
    }

    /// What may be contacted, by the runs and for descriptions that are not in files.
    pub fn network(mut self, network: NetworkOptions) -> Self {
        self.load.network = network;
        self
    }

    /// Follows the specification to the letter: no tolerance applies.
    pub fn strict(mut self) -> Self {
        self.load.mode = Mode::Strict;
        self
    }

    /// What a step without `successCriteria` needs.
    pub fn default_success(mut self, rule: DefaultSuccess) -> Self {
        self.plan.default_success = rule;
        self
    }

    /// Whether responses are compared with what the OpenAPI descriptions say of them.
    pub fn check_responses(mut self, check: CheckResponses) -> Self {
        self.plan.check_responses = check;
        self
    }

    /// Plans for runs without a network, whose requests are answered from the sources' examples and schemas. No credential
    /// is needed, and no time passes.
    pub fn mocked(mut self) -> Self {
        self.is_mocked = true;
        self
    }

    /// Everything else about reading, in place of what was said of it so far.
    pub fn load_options(mut self, options: LoadOptions) -> Self {
        self.load = options;
        self
    }

    /// Loads the workflow of the description in this file.
    ///
    /// # Errors
    ///
    /// [`Error::Description`] with everything that is wrong, or what is wrong with how it was asked for.
    pub async fn load(self, path: impl AsRef<Path>) -> Result<Workflow, Error> {
        self.on_a_thread(Place::File(path.as_ref().to_owned())).await
    }

    /// Loads the workflow of the description at this `http` or `https` URL.
    ///
    /// # Errors
    ///
    /// As [`WorkflowLoader::load`].
    pub async fn load_url(self, url: impl Into<String>) -> Result<Workflow, Error> {
        self.on_a_thread(Place::Url(url.into())).await
    }

    /// Loads the workflow of the description that is this text. Relative urls in it start at the current folder.
    ///
    /// # Errors
    ///
    /// As [`WorkflowLoader::load`].
    pub async fn load_text(self, text: impl Into<String>) -> Result<Workflow, Error> {
        self.on_a_thread(Place::Text(text.into())).await
    }

    /// The same for programs that are not asynchronous.
    ///
    /// # Errors
    ///
    /// As [`WorkflowLoader::load`].
    pub fn load_blocking(self, origin: Origin<'_>) -> Result<Workflow, Error> {
        let Loaded { workspace, mut diagnostics, documents } = load(origin, &self.load)?;
        let Some(workspace) = workspace else { return Err(Error::Description { diagnostics }) };
        let id = choose(self.id.as_deref(), &workspace)?;
        let options = self.plan_options(&workspace)?;
        let planning = Plan::compile(&workspace, &id, &options);
        if let Some(plan) = &planning.plan {
            Needed::of(&workspace, std::slice::from_ref(plan), options.mode).spare(&mut diagnostics);
        }
        for found in planning.diagnostics {
            if !diagnostics.contains(&found) {
                diagnostics.push(found);
            }
        }
        let is_wrong = diagnostics.iter().any(|found| found.severity == Severity::Error);
        let Some(plan) = planning.plan.filter(|_| !is_wrong) else {
            return Err(Error::Description { diagnostics });
        };
        HeaderField::check(&self.headers, std::slice::from_ref(&plan), &workspace, &options)?;
        let defaults = Defaults {
            credentials: self.credentials,
            headers: self.headers,
            network: self.load.network,
            is_mocked: self.is_mocked,
            identity: PlanIdentity::new(documents, options),
        };
        Ok(Workflow { plan, warnings: diagnostics.into(), defaults: Arc::new(defaults) })
    }

    /// How the workflow is compiled, if all that was said fits the sources.
    fn plan_options(&self, workspace: &Workspace) -> Result<PlanOptions, Error> {
        let mut options = self.plan.clone();
        options.mode = self.load.mode;
        options.servers = self
            .plan
            .servers
            .iter()
            .map(|(name, url)| server(name, url, workspace))
            .collect::<Result<_, _>>()?;
        let has_all =
            workspace.entry().sources().all(|(_, content)| !matches!(content, SourceContent::Missing));
        if has_all {
            self.credentials.check(&security_schemes(workspace))?;
        }
        options.credentials = self.credentials.names();
        options.given_headers = self.headers.iter().map(|field| field.name().to_owned()).collect();
        options.allow_hosts.clone_from(&self.load.network.allow_hosts);
        options.fallback_server = self.is_mocked.then(|| MOCK_SERVER.to_owned());
        options.any_credential = self.is_mocked;
        options.check_requests = self.is_mocked;
        Ok(options)
    }

    async fn on_a_thread(self, place: Place) -> Result<Workflow, Error> {
        let (done, loaded) = oneshot::channel();
        let work = move || {
            let origin = match &place {
                Place::File(path) => Origin::File(path),
                Place::Url(url) => Origin::Url(url),
                Place::Text(text) => Origin::Text(text),
            };
            // Whoever gave the wait up does not want the workflow.
            let _ = done.send(self.load_blocking(origin));
        };
        let thread = std::thread::Builder::new().name("arazzo-load".to_owned()).spawn(work);
        thread.map_err(|_| Error::NoThread)?;
        loaded.await.map_err(|_| Error::NoThread)?
    }
}

/// Every security scheme of the sources, `(source, scheme)` each, which is what [`Credentials`] can be for.
pub fn security_schemes(workspace: &Workspace) -> Vec<(&str, &str)> {
    workspace
        .entry()
        .sources()
        .filter_map(|(source, content)| match content {
            SourceContent::OpenApi(openapi) => Some((source.name.value.as_str(), openapi)),
            SourceContent::Wanted
            | SourceContent::Missing
            | SourceContent::Arazzo(_)
            | SourceContent::AsyncApi => None,
        })
        .flat_map(|(source, openapi)| openapi.security_scheme_names().map(move |scheme| (source, scheme)))
        .collect()
}

/// The workflow that is asked for; the only one when none is.
fn choose(asked: Option<&str>, workspace: &Workspace) -> Result<String, Error> {
    let workflows = &workspace.entry().description.workflows;
    let ids: Vec<&str> = workflows.iter().map(|workflow| workflow.id.value.as_str()).collect();
    let listed = || ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match (asked, ids.as_slice()) {
        (Some(asked), ids) if ids.contains(&asked) => Ok(asked.to_owned()),
        (Some(asked), _) => {
            let hint = match nearest(asked, ids.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", listed()),
            };
            Err(Error::Workflow { message: format!("the description has no workflow `{asked}`"), hint })
        }
        (None, [only]) => Ok((*only).to_owned()),
        // That there is none was reported when the description was read.
        (None, []) => Ok(String::new()),
        (None, [_, _, ..]) => {
            let message = format!("the description has several workflows: {}", listed());
            Err(Error::Workflow { message, hint: "name one when it is loaded".to_owned() })
        }
    }
}

fn server(name: &str, url: &str, workspace: &Workspace) -> Result<(String, String), Error> {
    let wrong = |fact: String| Error::Server { source_name: name.to_owned(), fact };
    let names: Vec<&str> =
        workspace.entry().description.sources.iter().map(|source| source.name.value.as_str()).collect();
    if !names.contains(&name) {
        let near = nearest(name, names).map(|near| format!("; did you mean `{near}`?"));
        return Err(wrong(format!("is for no source of the description{}", near.unwrap_or_default())));
    }
    let url = server_url(url).map_err(|fact| wrong(fact.to_owned()))?;
    Ok((name.to_owned(), url))
}
