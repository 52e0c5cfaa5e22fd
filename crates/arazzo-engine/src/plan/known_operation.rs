//! What a compiler found out about an operation, for every step that calls it.
//!
//! A long workflow calls the same operations again and again, and to look through what one consists of costs more than all
//! the rest of a step.

use std::collections::HashMap;
use std::sync::Arc;

use arazzo_document::openapi::{OpenApi, Operation, OperationRef, StatusPattern};
use arazzo_document::{Code, Diagnostic, ResolvedOperation, Severity};

use super::PlanOptions;
use super::server::BaseUrl;

/// What is known of an operation.
#[derive(Debug)]
pub(crate) struct KnownOperation {
    /// The name of the source through which it is called, which says where its server is.
    source: String,
    /// What is wrong with its description.
    pub(super) problems: Vec<Diagnostic>,
    /// What its 2XX responses are made of, as the value of `Accept`.
    pub(super) accept: Option<String>,
    /// Where it is called, or why that is not known.
    pub(super) server: Result<BaseUrl, String>,
    /// Where its source is called, as far as that is known: credentials are for that.
    pub(super) own_server: Option<BaseUrl>,
}

/// The operations of which a compiler knows.
#[derive(Debug, Default)]
pub(crate) struct KnownOperations(HashMap<(*const OpenApi, OperationRef), Vec<Arc<KnownOperation>>>);

impl KnownOperations {
    /// What is known of this operation, looked up if that was not done yet.
    pub(super) fn get(&mut self, options: &PlanOptions, resolved: &ResolvedOperation) -> Arc<KnownOperation> {
        let ResolvedOperation { source, openapi, operation, .. } = resolved;
        // The workspace has the description for as long as anything is compiled.
        let known = self.0.entry((Arc::as_ptr(openapi), *operation)).or_default();
        if let Some(known) = known.iter().find(|known| known.source == *source) {
            return Arc::clone(known);
        }
        let found = Arc::new(KnownOperation::new(options, source, openapi, *operation));
        known.push(Arc::clone(&found));
        found
    }
}

impl KnownOperation {
    fn new(options: &PlanOptions, source: &str, openapi: &OpenApi, operation: OperationRef) -> Self {
        let view = openapi.operation(operation);
        let own_server = BaseUrl::of(options, source, openapi, &openapi.servers()).ok();
        Self {
            source: source.to_owned(),
            problems: view.problems().into_iter().map(lessened).collect(),
            accept: accept(&view),
            server: BaseUrl::of(options, source, openapi, &view.servers()),
            own_server,
        }
    }
}

/// A reference of the API that leads nowhere takes something away from what is known, not from what is sent.
fn lessened(problem: Diagnostic) -> Diagnostic {
    let harmless =
        matches!(problem.code, Code::UnresolvedReference | Code::UnreadableSource | Code::Unsupported);
    let severity = if harmless { Severity::Warning } else { problem.severity };
    Diagnostic { severity, ..problem }
}

fn accept(operation: &Operation<'_>) -> Option<String> {
    let mut types: Vec<String> = Vec::new();
    for response in operation.responses() {
        let success = match response.status() {
            StatusPattern::Exact(code) => (200..300).contains(&code),
            StatusPattern::Range(class) => class == 2,
            StatusPattern::Default => false,
        };
        if !success {
            continue;
        }
        for media_type in response.media_types() {
            if !types.iter().any(|known| known == media_type.name()) {
                types.push(media_type.name().to_owned());
            }
        }
    }
    (!types.is_empty()).then(|| types.join(", "))
}
