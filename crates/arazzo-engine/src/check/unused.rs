//! Components that nothing refers to, and sources whose operations and workflows nothing uses.
//!
//! See the [Components Object](https://spec.openapis.org/arazzo/v1.0.1.html#components-object) and the
//! [Source Description Object](https://spec.openapis.org/arazzo/v1.0.1.html#source-description-object).

use std::collections::HashSet;

use arazzo_document::description::Text;
use arazzo_document::{ArazzoDocument, Code, Data, Diagnostic, Node, Workspace};

use super::Findings;
use crate::plan::{Checked, PlannedStep};

pub(super) fn check(workspace: &Workspace, checked: &Checked<'_>, findings: &mut Findings) {
    let entry = workspace.entry();
    let mut names = Names::default();
    for field in ["workflows", "components"] {
        entry.document.root.get(field).into_iter().for_each(|node| names.collect(node));
    }
    // A reference that leads nowhere may be meant for one of them.
    if !findings.has(Code::UnknownComponent) {
        components(entry, &names, findings);
    }
    // A step that could not be resolved may be meant for any source.
    if checked.parts.iter().any(|part| part.failed) {
        return;
    }
    let steps = checked.plan.workflows().flat_map(|workflow| &workflow.steps);
    let called: HashSet<&str> =
        steps.filter_map(PlannedStep::call).map(|call| call.operation.source()).collect();
    for source in &entry.description.sources {
        let name = source.name.value.as_str();
        if called.contains(name) || names.sources.contains(name) {
            continue;
        }
        let message = format!("no step uses source `{name}`");
        let place = entry.document.place(source.name.span);
        findings.add(Diagnostic::info(Code::UnusedSource, message, place).with_hint("remove it"));
    }
}

fn components(entry: &ArazzoDocument, names: &Names<'_>, findings: &mut Findings) {
    let components = &entry.description.components;
    let keys = |field, keys: Vec<&'_ Text>| -> Vec<(&'static str, Text)> {
        keys.into_iter().map(|key| (field, key.clone())).collect()
    };
    let all = [
        keys("inputs", components.inputs.iter().map(|(key, _)| key).collect()),
        keys("parameters", components.parameters.iter().map(|(key, _)| key).collect()),
        keys("successActions", components.success_actions.iter().map(|(key, _)| key).collect()),
        keys("failureActions", components.failure_actions.iter().map(|(key, _)| key).collect()),
    ];
    for (field, key) in all.into_iter().flatten() {
        let pointer = format!("#/components/{field}/{}", key.value);
        let expression = format!("$components.{field}.{}", key.value);
        if names.references.contains(pointer.as_str()) || names.references.contains(expression.as_str()) {
            continue;
        }
        let message = format!("nothing refers to `components.{field}.{}`", key.value);
        let place = entry.document.place(key.span);
        findings.add(Diagnostic::info(Code::UnusedComponent, message, place).with_hint("remove it"));
    }
}

/// What the strings of a description name.
#[derive(Default)]
struct Names<'a> {
    /// Strings that are references to components.
    references: HashSet<&'a str>,
    /// The names of sources.
    sources: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Documents are not deeper than [`arazzo_document::MAX_DEPTH`].
    fn collect(&mut self, node: &'a Node) {
        match &node.data {
            Data::String(text) => {
                if text.starts_with("#/components/") || text.starts_with("$components.") {
                    self.references.insert(text);
                }
                if text.contains('$') {
                    self.sources.extend(text.split("$sourceDescriptions.").skip(1).map(first_name));
                }
                // `<source>.<id>` and `<source>#/…` name a source, too (T5, T16).
                let name = first_name(text);
                if text.get(name.len()..).is_some_and(|rest| rest.starts_with(['.', '#'])) {
                    self.sources.insert(name);
                }
            }
            Data::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Data::Object(members) => members.iter().for_each(|member| self.collect(&member.value)),
            Data::Null | Data::Bool(_) | Data::Number(_) => {}
        }
    }
}

/// The name that the text begins with.
fn first_name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
