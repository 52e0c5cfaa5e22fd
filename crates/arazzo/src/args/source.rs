//! The arguments that say where sources are read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arazzo_engine::Mode;
use arazzo_runner::{LoadError, LoadOptions, Loaded, NetworkOptions, Origin, UrlMapping, load};
use clap::Args;

use crate::refusal::Refusal;

/// Where documents are read that are not where their URLs say.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Read this source description from there instead. Where there are many descriptions, in each that has it.
    #[arg(long = "source", value_name = "NAME=PATH|URL", help_heading = "Sources")]
    pub(crate) named: Vec<String>,

    /// Where relative source urls are tried that lead to nothing beside the description [default: the nearest folder
    /// above it with a `.git`].
    #[arg(long, value_name = "DIR", help_heading = "Sources")]
    pub(crate) root: Option<PathBuf>,

    /// Read what lies below this URL from that folder, the description, sources and what they refer to alike. Of several
    /// that fit, the longest URL counts. May be given several times.
    #[arg(long = "map", value_name = "URL=DIR", help_heading = "Sources")]
    pub(crate) mappings: Vec<UrlMapping>,
}

impl SourceArgs {
    /// How documents are read, where these arguments and a policy hold.
    pub(crate) fn options(&self, mode: Mode, network: NetworkOptions) -> Result<LoadOptions, Refusal> {
        Ok(LoadOptions {
            sources: self.named.iter().map(|text| named(text)).collect::<Result<BTreeMap<_, _>, _>>()?,
            root: self.root.clone(),
            mappings: self.mappings.clone(),
            mode,
            network,
            ..LoadOptions::default()
        })
    }
}

/// `NAME=PATH|URL`.
fn named(text: &str) -> Result<(String, String), Refusal> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name.to_owned(), path.to_owned())),
        Some(_) | None => {
            let hint = "write it as `--source NAME=PATH`".to_owned();
            Err(Refusal::usage(format!("`{text}` does not say which source to read from where"), hint))
        }
    }
}

/// Reads one of many descriptions, which need not have all of the sources that are named: those that it lacks are taken
/// out of the options.
pub(crate) fn load_one_of_many(origin: Origin<'_>, options: &mut LoadOptions) -> Result<Loaded, LoadError> {
    loop {
        match load(origin, options) {
            Err(LoadError::UnknownSource { name, .. }) if options.sources.remove(&name).is_some() => {}
            loaded => return loaded,
        }
    }
}
