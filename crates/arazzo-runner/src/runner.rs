//! Runs of a workflow, for programs that want them in a few lines.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arazzo_engine::{Event, Fault, Plan, Reporter, Run, RunOptions, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cancellation::Cancellation;
use crate::credentials::Credentials;
use crate::durable::Kept;
use crate::error::Error;
use crate::execution::carry_out;
use crate::http::{HttpOptions, HttpTransport};
use crate::journal::{DEFAULT_IDEMPOTENCY_HEADER, Journal, NewRun};
use crate::mock::{MockTransport, Scenario};
use crate::outcome::Outcome;
use crate::running::Running;
use crate::transport::{Clock, SkippingClock, SystemClock, Transport};
use crate::workflow::{Defaults, Workflow};

/// Runs a [`Workflow`].
///
/// Without more words requests go out over HTTP, on a Tokio runtime; with a [transport](Self::transport) and a
/// [clock](Self::clock) of one's own on any. A clone has its own inputs and shares the transport, and with it
/// connections and tokens: configure one runner, and clone it for each run.
#[derive(Clone)]
#[must_use = "nothing happens until `run` or `start`"]
pub struct Runner {
    plan: Arc<Plan>,
    defaults: Arc<Defaults>,
    /// What was given, or what is made of `http` and `credentials` when it is first needed.
    transport: Arc<OnceLock<Arc<dyn Transport>>>,
    http: HttpOptions,
    credentials: Credentials,
    clock: Option<Arc<dyn Clock>>,
    options: RunOptions,
    with_messages: bool,
    inputs: Result<Map<String, Value>, String>,
    texts: Vec<(String, String)>,
    run_id: Option<String>,
    cancellation: Option<Cancellation>,
    journal: Option<Arc<dyn Journal>>,
    /// The run that is to be gone on with.
    resumes: Option<String>,
    sends_again: bool,
}

impl Runner {
    /// A runner with what the workflow was loaded with.
    pub fn new(workflow: &Workflow) -> Self {
        let defaults = &workflow.defaults;
        let headers = &defaults.headers;
        let http = HttpOptions {
            headers: headers
                .iter()
                .map(|field| (field.name().to_owned(), field.value().to_owned()))
                .collect(),
            network: defaults.network.clone(),
            ..HttpOptions::default()
        };
        Self {
            plan: Arc::clone(workflow.plan()),
            defaults: Arc::clone(defaults),
            transport: Arc::default(),
            credentials: defaults.credentials.clone(),
            http,
            clock: None,
            options: RunOptions { bodies: false, ..RunOptions::default() },
            with_messages: false,
            inputs: Ok(Map::new()),
            texts: Vec::new(),
            run_id: None,
            cancellation: None,
            journal: None,
            resumes: None,
            sends_again: false,
        }
    }

    /// The inputs: anything that is an object when it is serialized, such as `json!({ "name": "Rex" })`. Later ones are
    /// added, and win.
    pub fn inputs(mut self, inputs: impl Serialize) -> Self {
        let given = match serde_json::to_value(inputs) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(Value::Null) => Ok(Map::new()),
            Ok(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err("must be an object with a member for each".to_owned())
            }
            Err(error) => Err(format!("cannot be written as JSON: {error}")),
        };
        self.inputs = self.inputs.and_then(|mut inputs| {
            inputs.extend(given?);
            Ok(inputs)
        });
        self
    }

    /// One input as a person writes it. The inputs schema says what the text stands for: a string stays a string, `80`
    /// becomes a number where one is wanted. It wins over [`Runner::inputs`].
    pub fn input_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.push((name.into(), text.into()));
        self
    }

    /// What sends the requests, in place of HTTP. What was said of HTTP and credentials is then of no effect: they are the
    /// transport's, as are [the secrets that it finds](Transport::send_telling).
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Arc::new(OnceLock::from(transport));
        self
    }

    /// How requests go out over HTTP, in place of what the workflow was loaded with.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self.transport = Arc::default();
        self
    }

    /// The credentials of this runner, such as those of one customer, in place of those with which the workflow was
    /// loaded. Those have to have had the same names, for the plan is made for them.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self.transport = Arc::default();
        self
    }

    /// What tells the time and waits.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Limits, and what events show. Bodies are left out of events unless this asks for them.
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// Has the report hold the header fields and bodies of messages too, masked and cut.
    pub fn with_messages(mut self) -> Self {
        self.with_messages = true;
        self.options.bodies = true;
        self
    }

    /// The run's id, from which everything derives that must differ between runs. Made up if it is not given.
    pub fn run_id(mut self, id: impl Into<String>) -> Self {
        self.run_id = Some(id.into());
        self
    }

    /// What ends the run from outside.
    pub fn cancel(mut self, cancellation: &Cancellation) -> Self {
        self.cancellation = Some(cancellation.clone());
        self
    }

    /// Has the run outlive its process: whatever happens is kept in `journal` before anything comes of it, and
    /// [`Runner::resume`] goes on with it. A run that is cancelled, or whose future is dropped, can be gone on with, too.
    ///
    /// The journal has the inputs and the responses as they are, and neither secret inputs nor credentials. `POST` and
    /// `PATCH` requests are sent with an `Idempotency-Key`, unless one is among the header fields for all requests.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arazzo_runner::journal::{MemoryJournal, SqliteJournal, SqliteOptions, SyncMode};
    /// use arazzo_runner::{Cancellation, Runner, Workflow};
    ///
    /// # async fn example(workflow: &Workflow, path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    /// let journal = SqliteJournal::open(path, &SqliteOptions::create(SyncMode::Full))?;
    /// let runner = Runner::new(workflow).journal(Arc::new(journal));
    /// runner.clone().run_id("order-4711").run().await?;
    ///
    /// // In another process, or here: a run that is over is not run again, and its outcome is what it was.
    /// let outcome = runner.resume("order-4711").run().await?;
    /// assert!(outcome.is_success());
    ///
    /// // In tests, a journal in memory.
    /// let runner = Runner::new(workflow).journal(Arc::new(MemoryJournal::new()));
    /// # let cancellation = Cancellation::new();
    /// # cancellation.cancel();
    /// # let cut = runner.clone().run_id("a").cancel(&cancellation).run().await?;
    /// # assert!(!cut.is_success());
    /// # assert!(runner.resume("a").run().await?.is_success());
    /// # Ok(())
    /// # }
    /// # let folder = std::env::temp_dir().join(format!("arazzo-runner-journal-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # std::fs::write(folder.join("api.yml"), "openapi: 3.1.0
    /// # info: {title: A, version: 1.0.0}
    /// # paths: {/a: {get: {operationId: a, responses: {'200': {description: all}}}}}
    /// # ")?;
    /// # std::fs::write(folder.join("a.arazzo.yml"), "arazzo: 1.0.1
    /// # info: {title: A, version: 1.0.0}
    /// # sourceDescriptions: [{name: api, url: api.yml, type: openapi}]
    /// # workflows: [{workflowId: a, steps: [{stepId: a, operationId: a}]}]
    /// # ")?;
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// #     let workflow = Workflow::loader().mocked().load(folder.join("a.arazzo.yml")).await?;
    /// #     example(&workflow, &folder.join("runs.db")).await
    /// # })?;
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Goes on with this run of the [journal](Self::journal) in place of beginning one, by the same workflow and
    /// [options](Self::options). No step whose answer is there happens again. Secret inputs have to be given again, others
    /// need not.
    ///
    /// Events are those that are new; the report has all. A run that is over gives its outcome, and nothing is sent.
    pub fn resume(mut self, run_id: impl Into<String>) -> Self {
        self.resumes = Some(run_id.into());
        self
    }

    /// Has a request sent again that was under way when the run was interrupted, although the server cannot tell that it
    /// had it before. Else that is [`Error::Ambiguous`].
    pub fn send_again(mut self) -> Self {
        self.sends_again = true;
        self
    }

    /// Runs the workflow to its end. When the future is dropped, the run is given up without a word; see
    /// [`Runner::cancel`] for an end that is told.
    ///
    /// # Errors
    ///
    /// The inputs are wrong, and nothing was sent; or the run could not be carried on. A workflow that fails is an
    /// [`Outcome`].
    pub async fn run(self) -> Result<Outcome, Error> {
        self.run_with(|_event| {}).await
    }

    /// The same, and each event is passed on as it is made.
    ///
    /// # Errors
    ///
    /// As [`Runner::run`].
    pub async fn run_with(self, mut on_event: impl FnMut(&Event)) -> Result<Outcome, Error> {
        let transport = self.made_transport();
        let clock = self.clock.clone().unwrap_or_else(|| match self.defaults.is_mocked {
            true => Arc::new(SkippingClock::new()),
            false => Arc::new(SystemClock::new()),
        });
        let mut inputs = self.inputs.map_err(|fact| Error::InputsForm { fact })?;
        for (name, text) in self.texts {
            let value =
                self.plan.input_from_text(&name, &text).map_err(|problem| Error::Inputs(problem.into()))?;
            inputs.insert(name, value);
        }
        let now = clock.now();
        let run_id = self.run_id.unwrap_or_else(|| made_up(now));
        let identity = &self.defaults.identity;
        let found = match (&self.journal, &self.resumes) {
            (_, None) => None,
            (None, Some(_)) => return Err(Error::NoJournal),
            (Some(journal), Some(run_id)) => Some(Kept::find(journal, run_id, identity.digest()).await?),
        };
        let start = match &found {
            None => self.plan.start(&run_id, now, inputs)?,
            Some(found) => found.start(&self.plan, inputs)?,
        };
        let mut kept = match (found, &self.journal) {
            (None, Some(journal)) => {
                let new = NewRun {
                    run_id,
                    workflow_id: self.plan.workflow_id().to_owned(),
                    description: identity.description().to_owned(),
                    plan_digest: identity.digest().to_owned(),
                    secret_inputs: start.secrets.names().map(str::to_owned).collect(),
                    settings: Value::Null,
                    start: start.record.clone(),
                };
                Some(Kept::begin(journal, new).await?)
            }
            (found, _) => found,
        };
        let mut given = self.http.headers.iter();
        if let Some(kept) = &mut kept
            && given.any(|(name, _)| name.eq_ignore_ascii_case(DEFAULT_IDEMPOTENCY_HEADER))
        {
            kept.add_no_key();
        }
        let mut run = Run::new(self.plan, start.secrets, self.options);
        self.credentials.secrets().for_each(|secret| run.hide(secret));
        self.http.secrets().iter().for_each(|secret| run.hide(secret));
        let past = kept.as_mut().map(|kept| kept.recall(&mut run, self.sends_again)).transpose()?;
        let mut reporter = if self.with_messages { Reporter::with_messages() } else { Reporter::new() };
        past.iter().flatten().for_each(|event| reporter.add(event));
        let mut on_event = |event: &Event| {
            reporter.add(event);
            on_event(event);
        };
        let stop = stop(self.cancellation);
        let result = match kept {
            Some(kept) => {
                let world = (&*transport, &*clock);
                kept.carry_out(run, start.record, world, stop, &mut on_event).await?
            }
            None => carry_out(run, start.record, &*transport, &*clock, stop, &mut on_event).await?,
        };
        Ok(Outcome::new(result, reporter.finish(), start.warnings))
    }

    /// Begins a run whose events are asked for one after the other. Nothing happens while nobody asks.
    pub fn start(self) -> Running {
        Running::new(self)
    }

    fn made_transport(&self) -> Arc<dyn Transport> {
        if self.defaults.is_mocked && self.transport.get().is_none() {
            // Each run gets the answers from their beginning.
            return Arc::new(MockTransport::new(Scenario::new()));
        }
        let make = || -> Arc<dyn Transport> {
            Arc::new(HttpTransport::new(self.http.clone(), self.credentials.clone()))
        };
        Arc::clone(self.transport.get_or_init(make))
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("workflow", &self.plan.workflow_id())
            .field("credentials", &self.credentials)
            .field("run_id", &self.run_id)
            .field("cancellation", &self.cancellation)
            .finish_non_exhaustive()
    }
}

/// Is over when the run is cancelled.
async fn stop(cancellation: Option<Cancellation>) -> Fault {
    match cancellation {
        Some(cancellation) => cancellation.cancelled().await,
        None => std::future::pending().await,
    }
    Fault { code: "cancelled".to_owned(), message: "the run was cancelled".to_owned() }
}

/// Unlike other ids of this machine: the moment, the process, and the number in this process.
fn made_up(now: Timestamp) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("{:x}-{:x}-{}", now.0, std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
