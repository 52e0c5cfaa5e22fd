//! `arazzo mock`: the sources of a description, or one API, served over HTTP.

mod args;
mod log;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Severity, Workspace};
use arazzo_engine::{Mode, PlanOptions};
use arazzo_runner::{Loaded, MockApi, MockServer, MockServerOptions, Origin, Scenario, load};

use crate::args::Format;
use crate::exit::Exit;
use crate::output::{self, Verbosity};
use crate::refusal::Refusal;
use crate::run::{Interruption, is_url, policy, read_scenario};
pub(crate) use args::MockArgs;

/// The name of the source when an OpenAPI description is served alone.
const ALONE: &str = "api";

/// An Arazzo Description with one source, which is given elsewhere.
const AROUND: &str = "{\"arazzo\": \"1.0.1\", \"info\": {\"title\": \"mock\", \"version\": \"1\"}, \
                      \"sourceDescriptions\": [{\"name\": \"api\", \"url\": \"api\", \"type\": \"openapi\"}], \
                      \"workflows\": []}";

/// Serves what the arguments name until the process is asked to end.
pub(crate) fn run(args: &MockArgs) -> Exit {
    args.color.apply();
    let verbosity = if args.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let mut documents = Vec::new();
    let (api, scenario, diagnostics) = match prepare(args, &mut documents) {
        Ok(prepared) => prepared,
        Err(refusal) => {
            output::refuse(&refusal, &documents, Format::Human, verbosity);
            return refusal.exit;
        }
    };
    output::warn_all(&diagnostics, &documents, verbosity);
    for warning in api.warnings().iter().filter(|_| !args.quiet) {
        output::message(&format!("warning: {warning}"));
    }
    if !args.host.is_loopback() {
        output::message(&format!("warning: others can reach the mock at `{}`", args.host));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.map(|runtime| {
        let served = runtime.block_on(serve(args, api, scenario));
        runtime.shutdown_background();
        served
    });
    match served.and_then(|served| served) {
        Ok(()) => Exit::Success,
        Err(error) => {
            let (host, port) = (args.host, args.port);
            let fact = if error.kind() == ErrorKind::AddrInUse {
                "is in use".to_owned()
            } else if error.kind() == ErrorKind::PermissionDenied {
                "may not be taken".to_owned()
            } else {
                format!("cannot be had: {error}")
            };
            output::message(&format!("error: port {port} of {host} {fact}"));
            output::message("  hint: name another with `--port`; `--port 0` takes one that is free");
            Exit::Stopped
        }
    }
}

async fn serve(args: &MockArgs, api: MockApi, scenario: Scenario) -> std::io::Result<()> {
    let mut options = MockServerOptions::default();
    options.latency = args.latency;
    options.faults = args.faults.clone();
    options.cors = args.cors;
    options.max_body = args.max_body;
    let operations = api.len();
    let address = SocketAddr::new(args.host, args.port);
    let server = MockServer::bind(address, api, scenario, options).await?;
    log::ready(args.format, server.address()?, &server.urls()?, operations);
    let (format, quiet) = (args.format, args.quiet);
    let serving = server.serve(move |exchange| {
        if !quiet {
            log::exchange(format, exchange);
        }
    });
    // A signal is how it ends.
    let _signal = Interruption::new(true).or(serving).await;
    Ok(())
}

type Prepared = (MockApi, Scenario, Vec<Diagnostic>);

fn prepare(args: &MockArgs, documents: &mut Vec<Arc<Document>>) -> Result<Prepared, Refusal> {
    let (workspace, diagnostics) = read(args, documents)?;
    let options = PlanOptions {
        fallback_server: Some("http://localhost".to_owned()),
        any_credential: true,
        ..PlanOptions::default()
    };
    let api = MockApi::of_workspace(&workspace, &options);
    if api.is_empty() {
        let message = format!("`{}` leads to no operation that could be served", args.description);
        let hint = "name an OpenAPI description, or an Arazzo Description with `type: openapi` sources";
        return Err(Refusal { exit: Exit::Invalid, ..Refusal::usage(message, hint.to_owned()) });
    }
    let scenario = match &args.scenario {
        Some(path) => read_scenario(path, &workspace, documents)?,
        None => Scenario::new(),
    };
    Ok((api, scenario, diagnostics))
}

/// The description with its sources; an OpenAPI description as the only source of one.
fn read(
    args: &MockArgs,
    documents: &mut Vec<Arc<Document>>,
) -> Result<(Workspace, Vec<Diagnostic>), Refusal> {
    let named = std::iter::once(&args.description).chain(&args.sources.named).map(String::as_str);
    let mut options = args.sources.options(Mode::default(), policy(&args.network, named)?)?;
    let origin = if is_url(&args.description) {
        Origin::Url(&args.description)
    } else {
        Origin::File(Path::new(&args.description))
    };
    let refuse = |error: arazzo_runner::LoadError| Refusal::usage(error.to_string(), None);
    let mut loaded = load(origin, &options).map_err(refuse)?;
    if loaded.documents.first().is_some_and(|document| is_openapi(document)) {
        options.sources = [(ALONE.to_owned(), args.description.clone())].into();
        loaded = load(Origin::Text(AROUND), &options).map_err(refuse)?;
        // What surrounds the API is nobody's.
        let around = loaded.documents.first().map(|document| document.name.clone());
        loaded.diagnostics.retain(|told| Some(&*told.place.file) != around.as_deref());
    }
    let Loaded { workspace, documents: read, diagnostics } = loaded;
    documents.extend(read);
    let is_wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    match workspace {
        Some(workspace) if !is_wrong => Ok((workspace, diagnostics)),
        Some(_) | None => Err(Refusal::invalid(diagnostics)),
    }
}

fn is_openapi(document: &Document) -> bool {
    ["openapi", "swagger"].iter().any(|field| document.root.get(field).is_some())
}
