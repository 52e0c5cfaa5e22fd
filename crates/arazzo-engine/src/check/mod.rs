//! What is probably a mistake although it can be run.
//!
//! [`check`] compiles every workflow of a description as [`Plan::compile`](crate::Plan::compile) does, so that what a
//! run would refuse is said in the same words, and then looks at the whole with its sources. Each rule has a file:
//!
//! - `response`: what is read of a response, and what the operation says of its responses
//! - `exchange`: what is read of an exchange where there is none
//! - `flow`, `action`: steps and actions that cannot be reached, branches that run together, loops without an end
//! - `criterion`: conditions that do not depend on anything
//! - `parameter`, `body`, `literal`: what is sent, and what the operation takes
//! - `inputs`: defaults, and inputs that nothing uses
//! - `secret`: credentials that are written into the description
//! - `unused`: components and sources that nothing refers to
//!
//! A rule says nothing where it does not know: what a workflow computes, what a schema leaves open, and everything that
//! an error stands in the way of.

mod action;
mod body;
mod criterion;
mod exchange;
mod flow;
mod inputs;
mod literal;
mod parameter;
mod pointer;
mod response;
mod secret;
mod subject;
mod unused;

use std::collections::{BTreeMap, HashMap, HashSet};

use arazzo_document::{Code, Diagnostic, Place, Related, Span, Workspace};

use crate::plan::{Mode, PlanOptions, compile_all};
use subject::Subject;

/// How a description is checked.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Whether the tolerances apply.
    pub mode: Mode,
    /// Base URLs by the name of the source, in place of those that the OpenAPI descriptions give.
    pub servers: BTreeMap<String, String>,
}

/// Everything that is wrong or doubtful in a description whose sources have been supplied, each thing once, in the
/// order of the workflows.
///
/// What reading it found is not repeated. An error is what a run refuses; credentials are taken as given.
pub fn check(workspace: &Workspace, options: &CheckOptions) -> Vec<Diagnostic> {
    let options = PlanOptions {
        mode: options.mode,
        servers: options.servers.clone(),
        any_credential: true,
        ..PlanOptions::default()
    };
    let (checked, diagnostics) = compile_all(workspace, &options);
    let mut findings = Findings::default();
    diagnostics.into_iter().for_each(|diagnostic| findings.add(diagnostic));
    let Some(checked) = checked else { return findings.list };
    let elsewhere = inputs::named_elsewhere(&checked);
    for (part, plan) in checked.parts.iter().zip(checked.plan.workflows()) {
        let subject = Subject::new(&checked, part, plan);
        response::check(&subject, &mut findings);
        exchange::check(&subject, &mut findings);
        flow::check(&subject, &mut findings);
        action::check(&subject, &mut findings);
        criterion::check(&subject, &mut findings);
        parameter::check(&subject, &mut findings);
        body::check(&subject, &mut findings);
        inputs::check(&subject, &elsewhere, &mut findings);
    }
    secret::check(workspace, &mut findings);
    unused::check(workspace, &checked, &mut findings);
    findings.list
}

/// What was found, each thing once: components and parts behind YAML aliases are looked at wherever they are used, and
/// what a reference fails to find is missing wherever it stands.
#[derive(Default)]
struct Findings {
    list: Vec<Diagnostic>,
    seen: HashSet<(Code, String, Span, String)>,
    /// The references of a file that lead nowhere, by what is said of them: their places in the list.
    unresolved: HashMap<(String, String), usize>,
}

/// So many further places of one unresolved reference are shown.
const MAX_PLACES: usize = 6;

impl Findings {
    fn has(&self, code: Code) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.code == code)
    }

    fn add(&mut self, diagnostic: Diagnostic) {
        let Diagnostic { code, message, place: Place { file, span, .. }, .. } = &diagnostic;
        if !self.seen.insert((*code, file.to_string(), *span, message.clone())) {
            return;
        }
        if *code == Code::UnresolvedReference {
            let next = self.list.len();
            let first = *self.unresolved.entry((file.to_string(), message.clone())).or_insert(next);
            if let Some(first) = self.list.get_mut(first) {
                if first.related.len() < MAX_PLACES {
                    let message = "and here".to_owned();
                    first.related.push(Related { place: diagnostic.place, message });
                }
                return;
            }
        }
        self.list.push(diagnostic);
    }
}
