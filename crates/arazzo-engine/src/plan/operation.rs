//! An operation of an OpenAPI source, with everything that was settled about it before the run.

use std::sync::Arc;

use arazzo_document::openapi::{OpenApi, Operation, OperationRef};

use crate::exchange::Slot;

/// An operation that a step calls.
#[derive(Debug, Clone)]
pub struct PlannedOperation {
    pub(crate) source: String,
    pub(crate) document: Arc<OpenApi>,
    pub(crate) reference: OperationRef,
    pub(crate) id: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) server: String,
    pub(crate) accept: Option<String>,
    pub(crate) slots: Vec<Slot>,
}

impl PlannedOperation {
    /// The name of the source description that has the operation.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The `operationId`, if the operation has one.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The HTTP method in upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path template, such as `/score/{user_id}`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The base URL that the path is appended to, without a slash at its end.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The credentials that its requests take.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The URLs from which tokens for it are fetched.
    pub(crate) fn token_urls(&self) -> impl Iterator<Item = &str> {
        self.slots
            .iter()
            .filter_map(|slot| slot.placement.grant())
            .flat_map(|grant| std::iter::once(grant.token_url.as_str()).chain(grant.refresh_url.as_deref()))
    }

    /// The OpenAPI description that has it, and its name there.
    pub fn described(&self) -> (&Arc<OpenApi>, OperationRef) {
        (&self.document, self.reference)
    }

    /// What a person calls the operation: its id, else method and path.
    pub fn label(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("{} {}", self.method, self.path))
    }

    /// The operation as its OpenAPI description has it.
    pub fn view(&self) -> Operation<'_> {
        self.document.operation(self.reference)
    }
}
