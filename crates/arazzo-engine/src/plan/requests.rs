//! What an operation declares of its requests, for a mock that refuses what is not as declared.

use std::collections::HashMap;
use std::sync::Arc;

use arazzo_document::openapi::{OpenApi, OperationRef};

use super::{Plan, StepTarget};
use crate::request_check::RequestCheck;

/// Gives each step that calls an operation the check of its requests.
pub(super) fn attach(plan: &mut Plan) {
    let mut known: HashMap<(*const OpenApi, OperationRef), Arc<RequestCheck>> = HashMap::new();
    let Plan { entry, others, .. } = plan;
    for step in std::iter::once(entry).chain(others).flat_map(|workflow| &mut workflow.steps) {
        if let StepTarget::Operation(call) = &mut step.target {
            let operation = &call.operation;
            let key = (Arc::as_ptr(&operation.document), operation.reference);
            let made = || Arc::new(RequestCheck::new(Arc::clone(&operation.document), operation.reference));
            call.requests = Some(Arc::clone(known.entry(key).or_insert_with(made)));
        }
    }
}
