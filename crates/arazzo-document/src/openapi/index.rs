//! The operations of a description, found in one walk over its
//! [paths](https://spec.openapis.org/oas/v3.1.1.html#paths-object).
//!
//! Most of what an operation consists of is not looked at, so that a large description costs little.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::operation::METHODS;
use super::{OpenApi, OpenApiVersion, OperationRef};
use crate::unread::Glance;

#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// In the order of the document, so those of one path stand together.
    pub(super) operations: Vec<OperationRef>,
    /// Each `operationId` once, in the order of the document.
    pub(super) ids: Vec<Arc<str>>,
    pub(super) by_id: HashMap<Arc<str>, OperationRef>,
    /// The paths of which no path item is known.
    pub(super) broken: Vec<usize>,
}

impl Index {
    pub(super) fn new(openapi: &OpenApi) -> Self {
        let mut index = Self { by_id: HashMap::with_capacity(openapi.paths().len()), ..Self::default() };
        for (path, member) in openapi.paths().iter().enumerate().filter(|(_, path)| path.key.starts_with('/'))
        {
            let written = member.value.glance();
            let is_reference = written.get("$ref").is_some_and(|reference| reference.text().is_some());
            let item = match is_reference {
                true => openapi.follow(&member.value).map(|item| item.glance()),
                false => Some(written),
            };
            match item {
                Some(item) => index.add(path, item, openapi.version),
                None => index.broken.push(path),
            }
        }
        index
    }

    /// Adds the operations of a path item.
    fn add(&mut self, path: usize, item: Glance<'_>, version: OpenApiVersion) {
        let mut others = None;
        item.members(&mut |key, value| {
            if let Some(method) = METHODS.iter().position(|(method, _)| *method == key) {
                self.add_operation(OperationRef { path, method }, value);
            } else if key == "additionalOperations" && version == OpenApiVersion::V3_2 {
                others = Some(value);
            }
            ControlFlow::Continue(())
        });
        let mut method = METHODS.len();
        others.into_iter().for_each(|others| {
            others.members(&mut |key, value| {
                if !METHODS.iter().any(|(fixed, _)| fixed.eq_ignore_ascii_case(&key)) {
                    self.add_operation(OperationRef { path, method }, value);
                }
                method += 1;
                ControlFlow::Continue(())
            });
        });
    }

    fn add_operation(&mut self, reference: OperationRef, value: Glance<'_>) {
        if !value.is_object() {
            return;
        }
        self.operations.push(reference);
        if let Some(id) = value.get("operationId").and_then(Glance::text)
            && let Entry::Vacant(entry) = self.by_id.entry(id.into())
        {
            self.ids.push(Arc::clone(entry.key()));
            entry.insert(reference);
        }
    }

    /// The operations of the path with this number.
    pub(super) fn operations_at(&self, path: usize) -> &[OperationRef] {
        let start = self.operations.partition_point(|operation| operation.path < path);
        let behind = self.operations.partition_point(|operation| operation.path <= path);
        self.operations.get(start..behind).unwrap_or_default()
    }
}
