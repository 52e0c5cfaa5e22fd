//! Arazzo workflows in a program: read, checked and run, over HTTP or without a network.
//!
//! A [`Workflow`] is made once from its description; a [`Runner`] runs it as often as wanted, also many times at once on
//! one plan. This one is answered from the examples of its own API description:
//!
//! ```
//! use arazzo_runner::{Runner, Workflow};
//! use serde_json::json;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
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
//! #   inputs: {type: object, properties: {kind: {type: string}}}
//! #   steps:
//! #   - {stepId: list, operationId: listPets, outputs: {first: '$response.body#/0/name'}}
//! #   outputs: {name: $steps.list.outputs.first}
//! # ")?;
//! # let path = folder.join("look.arazzo.yml");
//! let workflow = Workflow::loader().mocked().load(path).await?;
//! let outcome = Runner::new(&workflow).inputs(json!({ "kind": "dog" })).run().await?;
//!
//! assert!(outcome.is_success());
//! assert_eq!(outcome.outputs()["name"], "Rex");
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without `mocked()` the same lines call the API. What else a program wants to say:
//!
//! - **Which workflow, servers, credentials, policy**: [`WorkflowLoader`]. [`Credentials`] are values, or come from a
//!   [`CredentialProvider`] when a request needs them; [`NetworkOptions`] say what may be contacted.
//! - **Inputs** are anything that serializes to an object. They are checked before anything is sent. **Outputs** are
//!   [`Outcome::outputs`], or a type of one's own by [`Outcome::deserialize`].
//! - **Events**: [`Runner::run_with`] passes each on as it is made, [`Runner::start`] gives them when asked.
//!   [`Outcome::report`] is their sum. Secrets are masked in both.
//! - **An end from outside**: a [`Cancellation`]. The run ends with what is known of it.
//! - **A network and a time of one's own**: [`Transport`] and [`Clock`]. With both, no Tokio runtime is needed.
//! - **What is wrong**: [`validate`] says it without running anything, as a build script wants it.
//!
//! A workflow that fails is an [`Outcome`], an [`Error`] means that it could not be run. The folder `examples` of the
//! repository has a program for each of these: a service on axum, an event sink, many runs at once, a build script, and a
//! driver of its own for those who want the machine of [`arazzo_engine`] alone.
//!
//! Below that are the parts: [`load`] reads, [`Plan::compile`](engine::Plan::compile) compiles, [`drive`] goes round and
//! [`carry_out`] does so from the start to the end. There, whoever shows events tells [`Run::hide`](engine::Run::hide)
//! each of [`Credentials::secrets`] before the first request; [`Runner`] does so itself.
//!
//! A run that has to survive its process is given a [`Journal`](journal::Journal), which keeps what happens before anything
//! comes of it: [`Runner::journal`] begins it there, [`Runner::resume`] goes on with it.
//! [`drive_journalled`](journal::drive_journalled) is the same below.

mod cancellation;
mod credential_error;
mod credential_provider;
mod credentials;
mod drive;
mod durable;
mod error;
mod execution;
mod file;
mod found_secrets;
mod header_field;
mod http;
pub mod journal;
mod load;
mod mock;
mod needed;
mod network;
mod outcome;
mod runner;
mod running;
mod sample;
mod server_url;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token_credential;
mod transport;
mod upload;
mod validate;
mod workflow;

pub use arazzo_document as document;
pub use arazzo_engine as engine;
pub use cancellation::Cancellation;
pub use credential_error::CredentialError;
pub use credential_provider::{CredentialProvider, Providing};
pub use credentials::Credentials;
pub use drive::{DriveError, drive};
pub use error::Error;
pub use execution::carry_out;
pub use file::{FileError, read_file, read_stream};
pub use found_secrets::FoundSecrets;
pub use header_field::{HeaderError, HeaderField};
pub use http::{DEFAULT_MAX_BODY, DEFAULT_TIMEOUT, HttpOptions, HttpTransport};
pub use load::{LoadError, LoadOptions, Loaded, Origin, SourceCache, UrlMapping, UrlMappingError, load};
pub use mock::{
    Fault, FaultError, FaultKind, MockApi, MockExchange, MockServer, MockServerOptions, MockTransport,
    Scenario,
};
pub use needed::Needed;
pub use network::{CertificateAuthorities, CertificateError, ClientCertificate, NetworkOptions, Proxies};
pub use outcome::{Outcome, OutputsError};
pub use runner::Runner;
pub use running::Running;
pub use sample::{Sample, sample_inputs};
pub use server_url::server_url;
pub use transport::{Clock, Sending, SkippingClock, SystemClock, Transport, Waiting};
pub use upload::{MAX_UPLOAD, check_upload};
pub use validate::validate;
pub use workflow::{Workflow, WorkflowLoader, security_schemes};
