//! Doing what the Arazzo machine asks for: files, HTTP, timers, the mock.
//!
//! The machine of `arazzo-engine` is pure. This crate reads a description and its sources ([`load`]), sends
//! requests ([`HttpTransport`]) or answers them itself ([`MockTransport`]), waits ([`Clock`]), and goes round
//! ([`drive`]) until the run is over. Here is a workflow run against the examples of its own API description:
//!
//! ```
//!
//! use arazzo_engine::{Plan, PlanOptions, Run, RunOptions, Status};
//! use arazzo_runner::{Clock, MockTransport, LoadOptions, Origin, Scenario, SkippingClock, drive, load};
//!
//! # let folder = std::env::temp_dir().join(format!("arazzo-runner-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # std::fs::write(folder.join("pets.yml"), "openapi: 3.1.0
//! # info: {title: Pets, version: 1.0.0}
//! # servers: [{url: 'https://pets.example.com'}]
//! # paths: {/pets: {get: {operationId: listPets, responses: {'200': {description: all, content: {application/json: {example: [{name: Rex}]}}}}}}}
//! # ")?;
//! # std::fs::write(folder.join("look.arazzo.yml"), "arazzo: 1.0.1
//! # info: {title: Look, version: 1.0.0}
//! # sourceDescriptions: [{name: pets, url: pets.yml, type: openapi}]
//! # workflows:
//! # - workflowId: look
//! #   steps:
//! #   - {stepId: list, operationId: listPets, outputs: {first: '$response.body#/0/name'}}
//! #   outputs: {name: $steps.list.outputs.first}
//! # ")?;
//! # let path = folder.join("look.arazzo.yml");
//! let loaded = load(Origin::File(&path), &LoadOptions::default())?;
//! let workspace = loaded.workspace.ok_or("no description")?;
//! let plan = Plan::compile(&workspace, "look", &PlanOptions::default()).plan.ok_or("no plan")?;
//! let (transport, clock) = (MockTransport::new(Scenario::new()), SkippingClock::new());
//!
//! let start = plan.start("run-1", clock.now(), serde_json::Map::new())?;
//! let mut run = Run::new(plan, start.secrets, RunOptions::default());
//! run.apply(start.record)?;
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! runtime.block_on(drive(&mut run, &transport, &clock, &mut |_event| {}))?;
//!
//! let result = run.result().ok_or("not over")?;
//! assert_eq!((result.status, &result.outputs["name"]), (Status::Succeeded, &"Rex".into()));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With [`HttpTransport`] and [`SystemClock`] in their place the same lines call the API. The events are what reporters
//! show. [`Credentials`] fill the slots that a request has for them; whoever shows events tells
//! [`Run::hide`](arazzo_engine::Run::hide) each of [`Credentials::secrets`] before the first request.
//!
//! [`HttpTransport`] fetches OAuth2 tokens itself and tells the run of them. [`NetworkOptions`] say what may be contacted,
//! by requests and for descriptions alike.
//!
//! A run that has to survive its process is driven by [`drive_journalled`](journal::drive_journalled), which keeps what
//! happens in a [`Journal`](journal::Journal) before anything comes of it.

mod credential_error;
mod credentials;
mod drive;
mod file;
mod found_secrets;
mod http;
pub mod journal;
mod load;
mod mock;
mod network;
mod sample;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token_credential;
mod transport;
mod upload;

pub use credential_error::CredentialError;
pub use credentials::Credentials;
pub use drive::{DriveError, drive};
pub use file::{FileError, read_file, read_stream};
pub use found_secrets::FoundSecrets;
pub use http::{DEFAULT_MAX_BODY, DEFAULT_TIMEOUT, HttpOptions, HttpTransport};
pub use load::{LoadError, LoadOptions, Loaded, Origin, SourceCache, UrlMapping, UrlMappingError, load};
pub use mock::{
    Fault, FaultError, FaultKind, MockApi, MockExchange, MockServer, MockServerOptions, MockTransport,
    Scenario,
};
pub use network::{CertificateAuthorities, CertificateError, ClientCertificate, NetworkOptions, Proxies};
pub use sample::{Sample, sample_inputs};
pub use transport::{Clock, Sending, SkippingClock, SystemClock, Transport, Waiting};
pub use upload::{MAX_UPLOAD, check_upload};
