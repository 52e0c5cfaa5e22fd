//! Digests, by which it is told that something is what it was.

use std::fmt;
use std::sync::{Arc, OnceLock};

use arazzo_document::Document;
use arazzo_engine::PlanOptions;
use ring::digest::{Context, SHA256};

/// Names what a plan is made of: what the documents say, however they are laid out, and the rules. A run is gone on with
/// by the same plan.
#[must_use]
pub fn plan_digest(documents: &[Arc<Document>], options: &PlanOptions) -> String {
    let digest = |document: &Arc<Document>| hex(&[document.root.to_value().to_string().as_bytes()]);
    let mut parts: Vec<String> = documents.iter().map(digest).collect();
    parts.sort_unstable();
    parts.push(format!(
        "{:?} {:?} {:?} {:?}",
        options.mode, options.default_success, options.check_responses, options.given_headers
    ));
    hex(&[parts.join("\n").as_bytes()])
}

/// What a plan was made of. Its digest takes a look at every document, so it is made when it is first wanted.
#[derive(Default)]
pub(crate) struct PlanIdentity {
    documents: Vec<Arc<Document>>,
    options: PlanOptions,
    digest: OnceLock<String>,
}

impl PlanIdentity {
    pub(crate) fn new(documents: Vec<Arc<Document>>, options: PlanOptions) -> Self {
        Self { documents, options, digest: OnceLock::new() }
    }

    pub(crate) fn digest(&self) -> &str {
        self.digest.get_or_init(|| plan_digest(&self.documents, &self.options))
    }

    /// Where the description was read.
    pub(crate) fn description(&self) -> &str {
        self.documents.first().map_or("", |document| &document.name)
    }
}

impl fmt::Debug for PlanIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PlanIdentity").field(&self.description()).finish()
    }
}

/// The SHA-256 of the parts, one after the other, in hexadecimal digits.
pub(super) fn hex(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
