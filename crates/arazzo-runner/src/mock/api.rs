//! The routes of a mock server: every operation of every source.
//!
//! A source is served below the path of its server, as in `/v1/pets` for `https://api.example.com/v1`, so that only the
//! host of a base URL changes. A source whose routes are those of an earlier one goes below its own name instead. What
//! is asked for without that path is found, too, as far as nothing else is meant.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arazzo_document::openapi::{OpenApi, Operation, OperationRef, SecurityScheme};
use arazzo_document::{SourceContent, Workspace};
use arazzo_engine::{MockHints, PathTemplate, Plan, PlanOptions, RequestCheck};
use url::Url;

/// What a source is served at when nothing says where its server is.
const NOWHERE: &str = "http://localhost";

/// The APIs that a mock server serves.
#[derive(Debug, Default)]
pub struct MockApi {
    sources: Vec<Source>,
    /// The more exact ones first.
    routes: Vec<Route>,
    /// The names of parameters that are credentials.
    secrets: HashSet<String>,
    warnings: Vec<String>,
}

#[derive(Debug)]
struct Source {
    name: String,
    /// Where it is served: nothing, or a path with a slash before it.
    path: String,
}

/// An operation that is served.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) source: String,
    document: Arc<OpenApi>,
    operation: OperationRef,
    method: String,
    template: PathTemplate,
    /// The paths below which it is served, the one that is meant first.
    bases: Vec<String>,
    pub(super) check: RequestCheck,
    /// What workflows expect of it, if they call it.
    pub(super) hints: Option<MockHints>,
}

/// What a request is for.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// An operation, with the path parameters as they are written.
    Route(&'a Route, Vec<(&'a str, String)>),
    /// A path that is served, but only for these methods.
    Methods(Vec<&'a str>),
    /// Nothing.
    Nothing,
}

/// What workflows expect of operations.
type Hints = HashMap<(*const OpenApi, OperationRef), MockHints>;

impl MockApi {
    /// The sources of a description, as `options` have its workflows compiled: answers have what the workflows read.
    pub fn of_workspace(workspace: &Workspace, options: &PlanOptions) -> Self {
        let hints = hints_of(workspace, options);
        let mut api = Self::default();
        let mut known: HashSet<*const OpenApi> = HashSet::new();
        for (source, content) in workspace.documents().flat_map(|(_, arazzo)| arazzo.sources()) {
            match content {
                SourceContent::OpenApi(openapi) if known.insert(Arc::as_ptr(openapi)) => {
                    api.add(&source.name.value, openapi, &hints);
                }
                SourceContent::OpenApi(_)
                | SourceContent::Wanted
                | SourceContent::Missing
                | SourceContent::Arazzo(_)
                | SourceContent::AsyncApi => {}
            }
        }
        api.routes.sort_by_key(|route| std::cmp::Reverse(route.template.exactness()));
        api
    }

    /// The sources with the paths at which they are served, such as `/v1`.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().map(|source| (source.name.as_str(), source.path.as_str()))
    }

    /// How many operations are served.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// What a person should know of where sources are served.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether a parameter of this name is a credential by a security scheme.
    pub(super) fn is_credential(&self, name: &str) -> bool {
        self.secrets.contains(name)
    }

    /// What a request is for. `path` is as it is written.
    pub(super) fn find(&self, method: &str, path: &str) -> Found<'_> {
        let mut methods: BTreeMap<&str, ()> = BTreeMap::new();
        for level in 0..LEVELS {
            for route in &self.routes {
                let Some(rest) = route.bases.get(level).and_then(|base| path.strip_prefix(base.as_str()))
                else {
                    continue;
                };
                let rest_is_path = rest.is_empty() || rest.starts_with('/');
                let Some(captured) = route.template.captures(rest).filter(|_| rest_is_path) else { continue };
                if route.method.eq_ignore_ascii_case(method) {
                    return Found::Route(route, captured);
                }
                methods.insert(&route.method, ());
            }
        }
        match methods.is_empty() {
            true => Found::Nothing,
            false => Found::Methods(methods.into_keys().collect()),
        }
    }

    fn add(&mut self, name: &str, document: &Arc<OpenApi>, hints: &Hints) {
        let base = base_path(&document.servers(), document);
        let mut added = Vec::new();
        for operation in document.operations() {
            let view = document.operation(operation);
            let own = base_path(&view.servers(), document);
            let key = (Arc::as_ptr(document), operation);
            added.push(Route {
                source: name.to_owned(),
                document: Arc::clone(document),
                operation,
                method: view.method().to_owned(),
                template: PathTemplate::new(view.path()),
                bases: vec![own, base.clone(), String::new()],
                check: RequestCheck::new(Arc::clone(document), operation),
                hints: hints.get(&key).cloned(),
            });
        }
        let served: HashSet<String> = self.routes.iter().map(Route::address).collect();
        let mut path = base;
        if let Some(clash) = added.iter().find(|route| served.contains(&route.address())) {
            let other = self.routes.iter().find(|route| route.address() == clash.address());
            let other = other.map_or("", |route| route.source.as_str());
            let below = format!("/{name}{path}");
            self.warnings.push(format!(
                "sources `{other}` and `{name}` both have `{} {}`, so `{name}` is served at `{below}`",
                clash.method,
                clash.view().path()
            ));
            for base in added.iter_mut().flat_map(|route| &mut route.bases) {
                *base = format!("/{name}{base}");
            }
            path = below;
        }
        let mut own = HashSet::new();
        for route in &added {
            if !own.insert(route.address()) {
                let (method, path) = (&route.method, route.view().path());
                self.warnings
                    .push(format!("source `{name}` has another operation at the path of `{method} {path}`, and the first one answers"));
            }
        }
        self.routes.extend(added);
        self.sources.push(Source { name: name.to_owned(), path });
        for scheme in document.security_scheme_names().filter_map(|name| document.security_scheme(name)) {
            if let SecurityScheme::ApiKey { name, .. } = scheme {
                // Header fields come in lower case.
                self.secrets.extend([name.to_owned(), name.to_ascii_lowercase()]);
            }
        }
    }
}

/// A route has so many bases.
const LEVELS: usize = 3;

impl Route {
    /// The operation as its description has it.
    pub(super) fn view(&self) -> Operation<'_> {
        self.document.operation(self.operation)
    }

    /// What a person calls the operation.
    pub(super) fn label(&self) -> String {
        let view = self.view();
        view.operation_id().map_or_else(|| format!("{} {}", view.method(), view.path()), str::to_owned)
    }

    /// What two routes have in common that no request can tell apart.
    fn address(&self) -> String {
        let base = self.bases.first().map_or("", String::as_str);
        format!("{} {base}{}", self.method, self.template.shape())
    }
}

/// The path of the first server, without a slash at its end.
fn base_path(servers: &[arazzo_document::openapi::Server<'_>], document: &OpenApi) -> String {
    let declared = servers.first().and_then(|server| server.url().ok()).unwrap_or_default();
    let nowhere = || Url::parse(NOWHERE).ok();
    let own =
        Url::parse(&document.document().uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let base = if servers.is_empty() { nowhere() } else { own.or_else(nowhere) };
    let url = Url::parse(&declared).ok().or_else(|| base?.join(&declared).ok());
    url.map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
}

/// What the workflows of the description expect of operations. Several steps that call one have all that they read.
fn hints_of(workspace: &Workspace, options: &PlanOptions) -> Hints {
    let mut hints = Hints::new();
    let mut seen: HashSet<String> = HashSet::new();
    for workflow in &workspace.entry().description.workflows {
        if seen.contains(&workflow.id.value) {
            continue;
        }
        let Some(plan) = Plan::compile(workspace, &workflow.id.value, options).plan else { continue };
        seen.extend(plan.workflow_ids().map(str::to_owned));
        for call in plan.calls() {
            let (document, operation) = call.operation().described();
            let all = hints.entry((Arc::as_ptr(document), operation)).or_default();
            let MockHints { reads, statuses, values } = call.mock_hints();
            let new = reads.iter().filter(|read| !all.reads.contains(read)).cloned().collect::<Vec<_>>();
            all.reads.extend(new.into_iter().take(MAX_READS.saturating_sub(all.reads.len())));
            let new = statuses.iter().filter(|status| !all.statuses.contains(status)).copied();
            let new: Vec<u16> = new.collect();
            all.statuses.extend(new);
            let new = values.iter().filter(|value| !all.values.contains(value)).cloned().collect::<Vec<_>>();
            all.values.extend(new.into_iter().take(MAX_VALUES.saturating_sub(all.values.len())));
        }
    }
    hints
}

/// Of what many steps read of one operation, so much is looked after.
const MAX_READS: usize = 500;

/// And so many values that parts are compared with.
const MAX_VALUES: usize = 50;
