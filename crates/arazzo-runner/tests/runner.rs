//! The few lines that run a workflow, from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod support;

use std::sync::{Arc, Mutex};

use arazzo_engine::{
    Call, CredentialName, EventKind, OperationCall, Response, RunOptions, Status, Timestamp,
};
use arazzo_runner::journal::{
    Entry, Journal, JournalledRun, Journalling, Lease, MemoryJournal, NewRun, RunStatus, RunSummary, Standing,
};
use arazzo_runner::testing::{Answer, Server, block_on};
use arazzo_runner::{
    Cancellation, CredentialProvider, Credentials, Error, FoundSecrets, HeaderField, HttpOptions,
    HttpTransport, Outcome, Providing, Proxies, Runner, Running, Sending, SkippingClock, Transport, Workflow,
    WorkflowLoader,
};
use serde::Deserialize;
use serde_json::json;
use support::folder::Folder;
use support::orders::ORDERS;

const FLOW: &str = "
arazzo: 1.0.1
info: {title: Order, version: 1.0.0}
sourceDescriptions: [{name: orders, url: orders.yml, type: openapi}]
workflows:
- workflowId: order
  inputs: {type: object, required: [item], properties: {item: {type: string}, count: {type: integer}}}
  steps:
  - stepId: add
    operationId: addOrder
    requestBody: {contentType: application/json, payload: {item: $inputs.item, count: $inputs.count}}
    successCriteria: [{condition: $statusCode == 201}]
    outputs: {id: '$response.body#/id'}
  outputs: {id: $steps.add.outputs.id}
- workflowId: twice
  inputs: {type: object, required: [item], properties: {item: {type: string}, pinToken: {type: string}}}
  steps:
  - stepId: first
    operationId: addOrder
    requestBody: {contentType: application/json, payload: {item: $inputs.item, pin: $inputs.pinToken}}
    outputs: {id: '$response.body#/id'}
  - stepId: second
    operationId: addOrder
    parameters: [{name: Idempotency-Key, in: header, value: second}]
    requestBody: {contentType: application/json, payload: {after: $steps.first.outputs.id}}
  outputs: {id: $steps.first.outputs.id}
- workflowId: wrong
  steps: [{stepId: add, operationId: addOrdr}]
- workflowId: half
  steps: [{stepId: add, operationId: addOrder, parameters: 3}]
";

/// The description of the orders, loaded from a folder that is gone afterwards.
fn load(name: &str, loader: WorkflowLoader) -> Result<Workflow, Error> {
    let folder =
        Folder::with(&format!("runner-{name}"), &[("orders.yml", ORDERS), ("order.arazzo.yml", FLOW)]);
    block_on(loader.load(folder.path().join("order.arazzo.yml")))
}

fn mocked(name: &str) -> Workflow {
    load(name, Workflow::loader().workflow("order").mocked()).unwrap()
}

#[derive(Debug, Deserialize, PartialEq)]
struct Made {
    id: u32,
}

#[test]
fn what_embedders_hold_can_go_to_other_threads() {
    fn is_send<T: Send>(_: &T) {}
    fn is_shared<T: Clone + Send + Sync + std::fmt::Debug>() {}
    is_shared::<Workflow>();
    is_shared::<WorkflowLoader>();
    is_shared::<Runner>();
    is_shared::<Cancellation>();
    is_shared::<Outcome>();
    is_shared::<Error>();
    let runner = Runner::new(&mocked("threads"));
    is_send(&runner.clone().run());
    let running: Running = runner.start();
    is_send(&running);
}

#[test]
fn a_workflow_is_run_in_a_few_lines() {
    let runner = Runner::new(&mocked("lines")).inputs(json!({ "item": "tea" }));
    let outcome = block_on(runner.input_text("count", "3").run()).unwrap();
    assert_eq!((outcome.status(), outcome.is_success(), outcome.error()), (Status::Succeeded, true, None));
    assert_eq!(outcome.deserialize::<Made>().unwrap(), Made { id: 7 });
    assert_eq!(outcome.report().steps[0].step_id, "add");
}

#[test]
fn what_is_asked_for_wrongly_is_told_with_a_remedy() {
    let fails = |loader: WorkflowLoader| load("wrong", loader).unwrap_err().to_string();
    let loader = || Workflow::loader().workflow("order");
    assert_eq!(
        fails(Workflow::loader()),
        "the description has several workflows: `order`, `twice`, `wrong`, `half`; name one when it is loaded"
    );
    assert_eq!(
        fails(Workflow::loader().workflow("ordr")),
        "the description has no workflow `ordr`; did you mean `order`?"
    );
    assert_eq!(
        fails(loader().server("order", "https://h/")),
        "the base URL of the source `order` is for no source of the description; did you mean `orders`?"
    );
    assert!(fails(loader().server("orders", "https://u:hunter2@h/")).ends_with("give that as a credential"));
    let credentials = Credentials::new().with("orders", "kay", "hunter2").unwrap();
    assert!(fails(loader().credentials(credentials)).starts_with("there is no security scheme `orders.kay`"));
    assert!(fails(loader().source("order", "o.yml")).contains("no source `order`"));
    let wrong = fails(Workflow::loader().workflow("wrong"));
    assert!(wrong.contains("order.arazzo.yml:28:38: ") && wrong.contains("`addOrdr`"), "{wrong}");
    assert!(wrong.ends_with("hint: did you mean `addOrder`?"), "{wrong}");
    let error = load("wrong", Workflow::loader().workflow("wrong")).unwrap_err();
    assert!(!error.diagnostics().is_empty());
}

#[test]
fn wrong_inputs_are_told_before_anything_is_sent() {
    let runner = Runner::new(&mocked("inputs"));
    let fails = |runner: Runner| block_on(runner.run()).unwrap_err().to_string();
    assert!(fails(runner.clone()).contains("`item`"));
    assert_eq!(fails(runner.clone().inputs([1])), "the inputs must be an object with a member for each");
    assert!(fails(runner.input_text("count", "many")).contains("input `count` must be integer, not `many`"));
}

#[test]
fn an_error_in_another_workflow_is_a_warning() {
    let workflow = mocked("elsewhere");
    let [warning] = workflow.warnings() else { panic!("{:?}", workflow.warnings()) };
    assert!(warning.message.ends_with(", in a workflow that is not run"), "{warning}");
    let half = load("half", Workflow::loader().workflow("half").mocked());
    assert!(matches!(half, Err(Error::Description { .. })), "{half:?}");
}

#[test]
fn requests_go_out_with_credentials_and_headers_and_events_without() {
    let server = Server::start([Answer::json(201, r#"{"id":8}"#), Answer::json(201, r#"{"id":9}"#)]).unwrap();
    let credentials = |value| Credentials::new().with_scheme("key", value).unwrap();
    let loader = Workflow::loader()
        .workflow("order")
        .server("orders", server.url())
        .credentials(credentials("hunter2-of-the-first"))
        .header(HeaderField::new("X-Trace-Token", "trace-me-not").unwrap());
    let workflow = load("wire", loader).unwrap();
    let runner = Runner::new(&workflow).inputs(json!({ "item": "hunter2-of-the-first" })).with_messages();
    let mut shown = String::new();
    let first = runner.clone().run_with(|event| shown.push_str(&format!("{event:?}")));
    assert_eq!(block_on(first).unwrap().deserialize::<Made>().unwrap(), Made { id: 8 });
    let second = block_on(runner.credentials(credentials("hunter2-of-the-second")).run()).unwrap();
    assert_eq!(second.deserialize::<Made>().unwrap(), Made { id: 9 });
    let received = server.received();
    assert_eq!(received[0].headers("x-key"), ["hunter2-of-the-first"]);
    assert_eq!(received[1].headers("x-key"), ["hunter2-of-the-second"]);
    assert_eq!(received[0].headers("x-trace-token"), ["trace-me-not"]);
    assert!(
        shown.contains("CallStarted") && !shown.contains("hunter2") && !shown.contains("trace-me"),
        "{shown}"
    );
}

#[test]
fn secrets_of_the_http_options_are_shown_nowhere() {
    let server = Server::start([Answer::json(201, r#"{"id":8,"echo":"hunter2-here"}"#)]).unwrap();
    let loader = Workflow::loader().workflow("order").server("orders", server.url());
    let loader = loader.credentials(Credentials::new().with_scheme("key", "hunter2-key").unwrap());
    let mut options = HttpOptions::default();
    options.headers.push(("X-Pass-Token".to_owned(), "Bearer hunter2-here".to_owned()));
    let except = Some("127.0.0.1".to_owned());
    options.network.proxies = Proxies::everywhere("http://me:hunter2-proxy@p.test", except).unwrap();
    assert_eq!(options.secrets()[..2], ["Bearer hunter2-here", "hunter2-here"]);
    let transport = HttpTransport::new(options.clone(), Credentials::new());
    for debug in [format!("{options:?}"), format!("{transport:?}")] {
        assert!(debug.contains("X-Pass-Token") && !debug.contains("hunter2"), "{debug}");
    }
    let runner = Runner::new(&load("http", loader).unwrap()).http(options).with_messages();
    let mut shown = String::new();
    let run = runner.inputs(json!({ "item": "tea" })).run_with(|event| shown.push_str(&format!("{event:?}")));
    let outcome = block_on(run).unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(server.received()[0].headers("x-pass-token"), ["Bearer hunter2-here"]);
    assert!(shown.contains("echo") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_key_that_is_given_for_all_requests_is_sent_as_it_is() {
    let server = Server::start([Answer::json(201, r#"{"id":8}"#), Answer::json(201, r#"{"id":9}"#)]).unwrap();
    let loader = Workflow::loader().workflow("order").server("orders", server.url());
    let loader = loader.credentials(Credentials::new().with_scheme("key", "hunter2-key").unwrap());
    let workflow = load("own-key", loader).unwrap();
    let runner = Runner::new(&workflow).inputs(json!({ "item": "tea" }));
    let runner = runner.journal(Arc::new(MemoryJournal::new()));
    assert!(block_on(runner.clone().run_id("a").run()).unwrap().is_success());
    let mut options = HttpOptions::default();
    options.headers.push(("idempotency-key".to_owned(), "mine".to_owned()));
    assert!(block_on(runner.http(options).run_id("b").run()).unwrap().is_success());
    let received = server.received();
    assert_eq!(received[0].headers("Idempotency-Key")[0].len(), 32);
    assert_eq!(received[1].headers("Idempotency-Key"), ["mine"]);
}

#[test]
fn a_provider_is_asked_for_a_credential_when_a_request_needs_it() {
    let server = Server::start([Answer::json(201, r#"{"id":8,"echo":"hunter2-from-a-vault"}"#)]).unwrap();
    let loader = Workflow::loader()
        .workflow("order")
        .server("orders", server.url())
        .credentials(Credentials::new().with_provider(Arc::new(Vault)));
    let workflow = load("vault", loader).unwrap();
    let runner = Runner::new(&workflow).inputs(json!({ "item": "tea" })).with_messages();
    assert!(!format!("{runner:?}").contains("hunter2"));
    let mut shown = String::new();
    let outcome = block_on(runner.run_with(|event| shown.push_str(&format!("{event:?}")))).unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(server.received()[0].headers("x-key"), ["hunter2-from-a-vault"]);
    assert!(shown.contains("echo") && !shown.contains("hunter2"), "{shown}");
}

struct Vault;

impl CredentialProvider for Vault {
    fn names(&self) -> Vec<CredentialName> {
        vec![CredentialName { source: None, scheme: "key".to_owned(), variable: None }]
    }

    fn credential<'a>(&'a self, source: &'a str, scheme: &'a str) -> Providing<'a> {
        let is_known = (source, scheme) == ("orders", "key");
        Box::pin(async move { is_known.then(|| "hunter2-from-a-vault".to_owned()) })
    }
}

#[test]
fn a_cancelled_run_ends_with_what_is_known() {
    let workflow = mocked("cancelled");
    let runner = Runner::new(&workflow).inputs(json!({ "item": "tea" }));
    let cancellation = Cancellation::new();
    cancellation.cancel();
    let outcome = block_on(runner.clone().cancel(&cancellation).run()).unwrap();
    assert_eq!((outcome.status(), outcome.report().steps.len()), (Status::Stopped, 0));
    assert_eq!(outcome.error().unwrap().code, "cancelled");

    let cancellation = Cancellation::new();
    let outcome = runner.transport(Arc::new(Silent(cancellation.clone()))).cancel(&cancellation);
    let outcome = block_on(outcome.run()).unwrap();
    let [step] = outcome.report().steps.as_slice() else { panic!("{outcome:?}") };
    assert_eq!((outcome.status(), step.status, step.attempts.len()), (Status::Stopped, Status::Stopped, 1));
}

/// Never answers, and cancels the run from another thread as soon as it is asked to.
struct Silent(Cancellation);

impl Transport for Silent {
    fn send<'a>(&'a self, _operation: &'a OperationCall, _call: &'a Call) -> Sending<'a> {
        let cancellation = self.0.clone();
        std::thread::spawn(move || cancellation.cancel());
        Box::pin(std::future::pending())
    }
}

/// Answers as it is told.
struct Fixed(u16, &'static str);

impl Transport for Fixed {
    fn send<'a>(&'a self, _operation: &'a OperationCall, _call: &'a Call) -> Sending<'a> {
        let body = self.1.as_bytes().to_vec();
        Box::pin(std::future::ready(Ok(Response { status: self.0, headers: Vec::new(), body })))
    }
}

#[test]
fn a_failed_workflow_is_an_outcome() {
    let runner = Runner::new(&mocked("failed")).inputs(json!({ "item": "tea" }));
    let outcome = block_on(runner.transport(Arc::new(Fixed(500, ""))).run()).unwrap();
    assert_eq!((outcome.status(), outcome.is_success()), (Status::Failed, false));
    assert_eq!(outcome.error().unwrap().step_id.as_deref(), Some("add"));
    assert!(outcome.deserialize::<Made>().is_err());
}

#[test]
fn a_transport_and_a_clock_of_ones_own_need_no_runtime() {
    let workflow = load("own", Workflow::loader().workflow("order").mocked()).unwrap();
    let runner = Runner::new(&workflow)
        .inputs(json!({ "item": "tea" }))
        .transport(Arc::new(Fixed(201, r#"{"id":1}"#)))
        .clock(Arc::new(SkippingClock::at(Timestamp(1_000))))
        .run_id("mine")
        .options(RunOptions { max_steps: 1, ..RunOptions::default() });
    let outcome = futures(runner.run()).unwrap();
    assert_eq!(
        (outcome.deserialize::<Made>().unwrap(), outcome.report().run_id.as_str()),
        (Made { id: 1 }, "mine")
    );
}

#[test]
fn events_are_asked_for_one_after_the_other() {
    let runner = Runner::new(&mocked("events")).inputs(json!({ "item": "tea" }));
    let (names, outcome) = futures(async {
        let mut running = runner.start();
        let mut names = Vec::new();
        while let Some(event) = running.next().await {
            names.push(match event.kind {
                EventKind::RunStarted { .. } => "run",
                EventKind::StepStarted { .. } => "step",
                EventKind::CallStarted { .. } => "call",
                EventKind::RunFinished { .. } => "end",
                EventKind::RequestChecked { .. }
                | EventKind::CallFinished { .. }
                | EventKind::CallFailed { .. }
                | EventKind::ResponseChecked { .. }
                | EventKind::Evaluated { .. }
                | EventKind::AttemptJudged { .. }
                | EventKind::StepFinished { .. }
                | EventKind::Warned { .. }
                | _ => continue,
            });
        }
        (names, running.outcome().await)
    });
    assert_eq!(names, ["run", "step", "call", "end"]);
    assert!(outcome.unwrap().is_success());
}

#[test]
fn runs_at_once_have_ids_of_their_own() {
    let runner = Runner::new(&mocked("ids")).inputs(json!({ "item": "tea" }));
    let ids: Vec<String> =
        (0..3).map(|_| block_on(runner.clone().run()).unwrap().report().run_id.clone()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
}

/// Answers at once, and notes each request.
#[derive(Default)]
struct Noting(Mutex<Vec<String>>);

impl Transport for Noting {
    fn send<'a>(&'a self, _operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        let body = call.request.body.as_ref().map(|body| String::from_utf8_lossy(&body.shown()).into_owned());
        self.0.lock().unwrap().push(format!("{} {}", call.id, body.unwrap_or_default()));
        let body = br#"{"id":7}"#.to_vec();
        Box::pin(std::future::ready(Ok(Response { status: 201, headers: Vec::new(), body })))
    }
}

/// A journal, and a runner of two orders in a row whose requests are noted.
fn durable(name: &str) -> (Arc<MemoryJournal>, Arc<Noting>, Runner) {
    let (journal, noting) = (Arc::new(MemoryJournal::new()), Arc::new(Noting::default()));
    let workflow = load(name, Workflow::loader().workflow("twice").mocked()).unwrap();
    let runner = Runner::new(&workflow).transport(noting.clone()).journal(journal.clone());
    (journal, noting, runner)
}

#[test]
fn a_cancelled_durable_run_is_gone_on_with_and_each_step_happens_once() {
    let (journal, noting, runner) = durable("durable");
    let cancellation = Cancellation::new();
    let begun = runner.clone().inputs(json!({ "item": "tea", "pinToken": "hunter2-pin" })).run_id("mine");
    let stopped = block_on(begun.cancel(&cancellation).run_with(|event| {
        if matches!(event.kind, EventKind::StepFinished { .. }) {
            cancellation.cancel();
        }
    }));
    assert_eq!(stopped.unwrap().status(), Status::Stopped);
    let kept = block_on(journal.read("mine")).unwrap();
    assert_eq!(kept.summary.status, RunStatus::Interrupted, "its lease was given back");
    assert!(!format!("{kept:?}").contains("hunter2"), "{kept:?}");

    let fails = |runner: Runner| block_on(runner.run()).unwrap_err().to_string();
    assert!(fails(runner.clone().resume("mine")).contains("`pinToken` is secret"));
    let again = runner.clone().inputs(json!({ "pinToken": "hunter2-pin" })).resume("mine");
    let mut told = Vec::new();
    let outcome = block_on(again.clone().run_with(|event| {
        if let EventKind::StepFinished { step_id, .. } = &event.kind {
            told.push(step_id.clone());
        }
    }));
    let outcome = outcome.unwrap();
    assert_eq!(told, ["second"], "what was told before is not told again");
    assert_eq!(outcome.report().steps.len(), 2, "and is in the report");
    let sent = noting.0.lock().unwrap().clone();
    assert_eq!(sent, [r#"1.1 {"item":"tea","pin":"hunter2-pin"}"#, r#"2.1 {"after":7}"#]);

    let over = block_on(again.run()).unwrap();
    assert_eq!((over.status(), over.outputs()), (outcome.status(), outcome.outputs()));
    assert_eq!(noting.0.lock().unwrap().len(), 2, "a run that is over sends nothing");
    assert_eq!(fails(runner.clone().resume("other")), "the journal has no run `other`");
    let taken = runner.inputs(json!({ "item": "tea", "pinToken": "hunter2-pin" })).run_id("mine");
    assert_eq!(fails(taken), "the journal has a run `mine` already");
}

/// Fetches a token of this name for each request. The server says something else.
struct Echoing {
    token: &'static str,
    says: &'static str,
}

impl Transport for Echoing {
    fn send<'a>(&'a self, operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(async { self.send_telling(operation, call, &FoundSecrets::default()).await })
    }

    fn send_telling<'a>(
        &'a self,
        _operation: &'a OperationCall,
        _call: &'a Call,
        found: &'a FoundSecrets,
    ) -> Sending<'a> {
        found.add(self.token);
        let body = json!({ "id": 7, "said": self.says }).to_string().into_bytes();
        Box::pin(std::future::ready(Ok(Response { status: 201, headers: Vec::new(), body })))
    }
}

#[test]
fn a_fetched_token_that_a_server_says_is_masked_after_a_resumption_too() {
    for says in [true, false] {
        let (journal, _, runner) = durable("token");
        let runner = runner.with_messages();
        let cancellation = Cancellation::new();
        let said = |text: &'static str| if says { text } else { "" };
        let echoing = Echoing { token: "first t0ken", says: said("first%20t0ken") };
        let begun = runner.clone().transport(Arc::new(echoing));
        let begun = begun.inputs(json!({ "item": "tea", "pinToken": "hunter2-pin" })).run_id("a");
        let stopped = block_on(begun.cancel(&cancellation).run_with(|event| {
            if matches!(event.kind, EventKind::StepFinished { .. }) {
                cancellation.cancel();
            }
        }));
        assert_eq!(stopped.unwrap().status(), Status::Stopped);
        let kept = block_on(journal.read("a")).unwrap().entries;
        let found = kept.iter().filter(|entry| matches!(entry, Entry::SecretsFound(_))).count();
        assert_eq!(found, usize::from(says), "what is never said is never kept: {kept:?}");
        assert!(!format!("{kept:?}").contains("first t0ken"), "{kept:?}");

        let echoing = Echoing { token: "second-t0ken", says: said("second-t0ken") };
        let again = runner.transport(Arc::new(echoing));
        let again = again.inputs(json!({ "pinToken": "hunter2-pin" })).resume("a");
        let outcome = block_on(again.run()).unwrap();
        let report = serde_json::to_string(outcome.report()).unwrap();
        assert_eq!((outcome.report().steps.len(), report.contains("t0ken")), (2, false), "{report}");
        assert_eq!(report.matches("said\\\":\\\"***").count(), if says { 2 } else { 0 }, "{report}");
    }
}

#[test]
fn a_credential_that_a_server_says_is_masked_though_another_one_is_given_later() {
    let (journal, _, runner) = durable("credential-changed");
    let given = |key: &str, field: &str| {
        let headers = vec![("X-Api-Key".to_owned(), field.to_owned())];
        let http = HttpOptions { headers, ..HttpOptions::default() };
        let credentials = Credentials::new().with_scheme("key", key).unwrap();
        let echoing = Echoing { token: "", says: "first-key <x>" };
        runner.clone().with_messages().credentials(credentials).http(http).transport(Arc::new(echoing))
    };
    let cancellation = Cancellation::new();
    let begun = given("first-key", "unsaid-field").run_id("a");
    let begun = begun.inputs(json!({ "item": "tea", "pinToken": "hunter2-pin" }));
    let stopped = block_on(begun.cancel(&cancellation).run_with(|event| {
        if matches!(event.kind, EventKind::StepFinished { .. }) {
            cancellation.cancel();
        }
    }));
    assert_eq!(stopped.unwrap().status(), Status::Stopped);
    let kept = serde_json::to_string(&block_on(journal.read("a")).unwrap().entries).unwrap();
    assert!(kept.contains("first-key") && !kept.contains("unsaid-field"), "{kept}");

    let again = given("second-key", "other-field").inputs(json!({ "pinToken": "hunter2-pin" }));
    let outcome = block_on(again.resume("a").run()).unwrap();
    let report = serde_json::to_string(outcome.report()).unwrap();
    assert_eq!(report.matches("said\\\":\\\"*** <x>").count(), 2, "{report}");
}

/// Never keeps the end of a run: it is cancelled while that is written.
struct Endless(MemoryJournal, Cancellation);

impl Journal for Endless {
    fn create(&self, run: NewRun) -> Journalling<'_, Lease> {
        self.0.create(run)
    }

    fn append<'a>(
        &'a self,
        lease: &'a Lease,
        entries: Vec<Entry>,
        standing: Standing,
    ) -> Journalling<'a, ()> {
        if let Standing::Over(_) = standing {
            self.1.cancel();
            return Box::pin(std::future::pending());
        }
        self.0.append(lease, entries, standing)
    }

    fn claim<'a>(&'a self, run_id: &'a str) -> Journalling<'a, Lease> {
        self.0.claim(run_id)
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Journalling<'a, ()> {
        self.0.release(lease)
    }

    fn read<'a>(&'a self, run_id: &'a str) -> Journalling<'a, JournalledRun> {
        self.0.read(run_id)
    }

    fn list(&self) -> Journalling<'_, Vec<RunSummary>> {
        self.0.list()
    }

    fn cancel<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        self.0.cancel(run_id)
    }

    fn delete<'a>(&'a self, run_id: &'a str) -> Journalling<'a, ()> {
        self.0.delete(run_id)
    }
}

#[test]
fn an_end_that_is_not_known_to_be_kept_does_not_count() {
    let (_, noting, runner) = durable("endless");
    let cancellation = Cancellation::new();
    let journal = Arc::new(Endless(MemoryJournal::new(), cancellation.clone()));
    let run = runner.journal(journal.clone()).run_id("a").cancel(&cancellation);
    let outcome = block_on(run.inputs(json!({ "item": "tea", "pinToken": "1" })).run()).unwrap();
    assert_eq!((outcome.status(), outcome.report().status), (Status::Stopped, Some(Status::Stopped)));
    assert_eq!(noting.0.lock().unwrap().len(), 2);
    assert_eq!(block_on(journal.read("a")).unwrap().summary.status, RunStatus::Interrupted);
}

#[test]
fn a_durable_run_that_is_given_up_can_be_gone_on_with() {
    let (journal, _, runner) = durable("dropped");
    let silent = Arc::new(Silent(Cancellation::new()));
    let begun = runner.clone().inputs(json!({ "item": "tea", "pinToken": "1" })).run_id("mine");
    let mut running = begun.transport(silent).start();
    while let Some(event) = block_on(running.next()) {
        if matches!(event.kind, EventKind::CallStarted { .. }) {
            break;
        }
    }
    assert_eq!(block_on(journal.read("mine")).unwrap().summary.status, RunStatus::Running);
    // One more turn, and it is sent.
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(running.next()).poll(&mut context).is_pending());
    drop(running);
    assert_eq!(block_on(journal.read("mine")).unwrap().summary.status, RunStatus::Interrupted);

    let again = runner.inputs(json!({ "pinToken": "1" })).resume("mine");
    let Err(Error::Ambiguous(ambiguity)) = block_on(again.clone().run()) else { panic!("nobody knows") };
    assert_eq!((ambiguity.step_id.as_str(), ambiguity.header.as_deref()), ("first", Some("Idempotency-Key")));
    assert!(block_on(again.send_again().run()).unwrap().is_success());
}

#[test]
fn what_was_not_sent_when_a_run_was_given_up_is_sent_later_without_asking() {
    let (journal, noting, runner) = durable("withdrawn");
    let begun = runner.clone().inputs(json!({ "item": "tea", "pinToken": "1" })).run_id("mine");
    let resumed = runner.inputs(json!({ "pinToken": "1" })).resume("mine");
    let again = resumed.clone().send_again();
    // Each is given up after so many turns: at the second one the request is sent. A start that is withdrawn leaves those
    // of earlier processes as they were.
    for (runner, turns, starts) in [(&begun, 1, (1, 1)), (&resumed, 2, (2, 1)), (&again, 1, (3, 2))] {
        let mut running = runner.clone().transport(Arc::new(Silent(Cancellation::new()))).start();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..turns {
            let told = std::pin::pin!(running.next()).poll(&mut context);
            assert!(!matches!(told, std::task::Poll::Ready(None)), "{running:?}");
        }
        drop(running);
        let entries = block_on(journal.read("mine")).unwrap().entries;
        let count = |of: fn(&Entry) -> bool| entries.iter().filter(|entry| of(entry)).count();
        let started = count(|entry| matches!(entry, Entry::CallStarted(_)));
        assert_eq!((started, count(|entry| matches!(entry, Entry::CallWithdrawn(_)))), starts, "{entries:?}");
    }
    assert!(matches!(block_on(resumed.run()), Err(Error::Ambiguous(_))));
    assert!(block_on(again.run()).unwrap().is_success());
    assert_eq!(noting.0.lock().unwrap().len(), 2);
}

#[test]
fn a_run_that_an_event_ends_withdraws_the_request_that_follows() {
    let (journal, noting, runner) = durable("event");
    let cancellation = Cancellation::new();
    let begun = runner.inputs(json!({ "item": "tea", "pinToken": "1" })).run_id("mine").cancel(&cancellation);
    let stopped = block_on(begun.run_with(|event| {
        if matches!(event.kind, EventKind::StepFinished { .. }) {
            cancellation.cancel();
        }
    }));
    assert_eq!((stopped.unwrap().status(), noting.0.lock().unwrap().len()), (Status::Stopped, 1));
    let kept = block_on(journal.read("mine")).unwrap();
    assert!(
        matches!(kept.entries.last(), Some(Entry::CallWithdrawn(call)) if call.id.visit == 2),
        "{kept:?}"
    );
    assert_eq!(kept.summary.status, RunStatus::Interrupted);
}

#[test]
fn a_durable_run_is_gone_on_with_by_its_workflow_and_in_its_journal() {
    let (journal, _, runner) = durable("changed");
    let cancellation = Cancellation::new();
    cancellation.cancel();
    let begun = runner.inputs(json!({ "item": "tea", "pinToken": "1" })).run_id("mine").cancel(&cancellation);
    assert_eq!(block_on(begun.run()).unwrap().status(), Status::Stopped);
    let field = HeaderField::new("X-Trace", "1").unwrap();
    let other = load("changed-rule", Workflow::loader().workflow("twice").mocked().header(field));
    let other = Runner::new(&other.unwrap()).inputs(json!({ "pinToken": "1" })).resume("mine");
    assert!(matches!(block_on(other.clone().run()), Err(Error::NoJournal)));
    let error = block_on(other.journal(journal.clone()).run()).unwrap_err().to_string();
    assert_eq!(error, "the description, a source or a rule was changed since the run `mine` began");
    let kept = block_on(journal.read("mine")).unwrap();
    assert_eq!((kept.summary.status, kept.entries.len()), (RunStatus::Interrupted, 1));
}

/// Polls until it is done, without any runtime.
fn futures<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}
