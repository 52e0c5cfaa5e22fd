//! Checking descriptions, on all cores.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arazzo_document::{Code, Data, Diagnostic, Document, Node, Place, Position, Severity, Span};
use arazzo_engine::Mode;
use arazzo_runner::{LoadOptions, Loaded, Origin, SourceCache, read_file, read_stream};

use url::Url;

use super::files::{Source, Target};
use super::levels::{Levelled, Levels};
use super::report::{Checked, Finding};
use super::{ValidateArgs, ValidateFormat, is_shown, strict_openapi};
use crate::args::load_one_of_many;
use crate::excerpt::Excerpts;
use crate::output::Progress;
use crate::parallel::on_all_cores;
use crate::refusal::Refusal;

/// Making an excerpt goes through the whole text. So many bytes are gone through for a description; what is beyond
/// that is shown on one line each.
const MAX_EXCERPT_WORK: usize = 64 << 20;

/// What an excerpt costs at least.
const EXCERPT_COST: usize = 64 << 10;

/// The name of a description that came from standard input.
const STANDARD_INPUT: &str = "<stdin>";

/// Checks one description after the other.
pub(super) struct Checker<'a> {
    args: &'a ValidateArgs,
    asked: &'a Levels,
    /// How each is read, but for its mode.
    options: LoadOptions,
    /// The names of `--source` that some description has; `None` once a description could not be read, for it may have
    /// any.
    used: Mutex<Option<BTreeSet<String>>>,
}

/// A description that was read, with what was found.
pub(super) struct Examined {
    name: String,
    /// The text of the description; `None` when it is none.
    pub(super) description: Option<Arc<Document>>,
    documents: Vec<Arc<Document>>,
    levels: Levels,
    pub(super) levelled: Levelled,
}

impl<'a> Checker<'a> {
    pub(super) fn new(args: &'a ValidateArgs, asked: &'a Levels, options: LoadOptions) -> Self {
        let options = LoadOptions { cache: Some(Arc::new(SourceCache::default())), ..options };
        Self { args, asked, options, used: Mutex::new(Some(BTreeSet::new())) }
    }

    /// Checks them all. The results are in the order of the targets.
    pub(super) fn check_all(&self, targets: &[Target]) -> Vec<Checked> {
        let is_wanted =
            self.args.format == ValidateFormat::Human && !self.args.verbosity.quiet && targets.len() > 1;
        let progress = Progress::new(is_wanted, targets.len() as u64);
        on_all_cores(targets, |target| {
            let checked = self.check(target);
            progress.count("descriptions");
            checked
        })
    }

    /// Refuses a `--source` for a name that no description has.
    pub(super) fn unused_source(&self) -> Result<(), Refusal> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(used) = &*used else { return Ok(()) };
        match self.options.sources.keys().find(|name| !used.contains(*name)) {
            Some(name) => Err(Refusal::usage(format!("no description has a source `{name}`"), None)),
            None => Ok(()),
        }
    }

    fn check(&self, target: &Target) -> Checked {
        let Examined { name, mut documents, levels, levelled, .. } = self.examine(target);
        if self.args.format == ValidateFormat::Human {
            add_unread(&mut documents, &levelled.diagnostics);
        }
        let excerpts = Excerpts::new(&documents);
        let mut left = if self.args.format == ValidateFormat::Human { MAX_EXCERPT_WORK } else { 0 };
        let findings = levelled.diagnostics.into_iter().map(|diagnostic| {
            let is_shown =
                is_shown(diagnostic.severity, self.args.verbosity.verbosity(), levels.deny_warnings);
            let excerpt = (left > 0 && is_shown).then(|| {
                let shown = documents.iter().find(|document| document.name == diagnostic.place.file);
                left = left.saturating_sub(shown.map_or(0, |document| document.text.len()) + EXCERPT_COST);
                excerpts.render(&diagnostic)
            });
            Finding { diagnostic, excerpt }
        });
        let findings = findings.collect();
        Checked { name, findings, kept: levelled.kept, deny_warnings: levels.deny_warnings }
    }

    /// Reads a description with its sources and finds what is wrong.
    pub(super) fn examine(&self, target: &Target) -> Examined {
        let levels = target.config.levels.under(self.asked);
        let mode = if levels.strict { Mode::Strict } else { Mode::Tolerant };
        let name = match &target.source {
            Source::StandardInput => STANDARD_INPUT.to_owned(),
            Source::File(path) => path.display().to_string(),
            Source::Url(url) => shown_url(url),
        };
        let mut loaded = self.load(&target.source, mode);
        if self.args.check_sources {
            let found = loaded.documents.iter().flat_map(|document| strict_openapi::check(document));
            loaded.diagnostics.extend(found);
        }
        loaded.check(mode);
        let Loaded { workspace, documents, mut diagnostics } = loaded;
        // What a run cannot do without is left out here; what depends on it is not checked.
        for diagnostic in diagnostics.iter_mut().filter(|found| found.code == Code::OfflineSource) {
            diagnostic.severity = Severity::Warning;
        }
        let levelled = levels.apply(diagnostics);
        let description = workspace.map(|workspace| Arc::clone(&workspace.entry().document));
        Examined { name, description, documents, levels, levelled }
    }

    /// Reads a description with its sources. Places given for sources that it does not have are left out.
    fn load(&self, source: &Source, mode: Mode) -> Loaded {
        let text;
        let origin = match source {
            Source::File(path) => Origin::File(path),
            Source::Url(url) => Origin::Url(url),
            Source::StandardInput => match read_stream(std::io::stdin().lock()) {
                Ok(read) => {
                    text = read;
                    Origin::Text(&text)
                }
                Err(error) => return unreadable(&format!("standard input {error}")),
            },
        };
        let mut options = LoadOptions { mode, ..self.options.clone() };
        match load_one_of_many(origin, &mut options) {
            Ok(loaded) => {
                let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
                if loaded.workspace.is_none() {
                    *used = None;
                } else if let Some(used) = &mut *used {
                    used.extend(options.sources.into_keys());
                }
                loaded
            }
            Err(error) => unreadable(&error.to_string()),
        }
    }
}

/// Adds the text of files that are no documents, for their syntax is wrong, so that the place can be shown.
fn add_unread(documents: &mut Vec<Arc<Document>>, diagnostics: &[Diagnostic]) {
    for Diagnostic { place, code, .. } in diagnostics {
        let is_known = documents.iter().any(|document| document.name == place.file);
        if is_known || *code == Code::UnreadableSource {
            continue;
        }
        if let Ok(text) = read_file(Path::new(&*place.file)) {
            let root = Node { span: place.span, data: Data::Null };
            let (name, uri) = (Arc::clone(&place.file), place.file.to_string());
            documents.push(Arc::new(Document::new(name, uri, text, root)));
        }
    }
}

/// The URL without what people hide in one.
fn shown_url(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    // Urls that can hold neither refuse this.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

fn unreadable(fact: &str) -> Loaded {
    let place = Place { file: STANDARD_INPUT.into(), span: Span::at(Position::START), path: String::new() };
    let diagnostics = vec![Diagnostic::error(Code::UnreadableSource, fact, place)];
    Loaded { workspace: None, documents: Vec::new(), diagnostics }
}
