//! The descriptions that are named on the command line: files, folders, globs.
//!
//! A file that is named has to be a description. In a folder or behind a glob, whatever does not look like one is
//! passed over; when none is left, that is an error, for a check that checks nothing must not succeed.

use std::collections::HashSet;
use std::fs::{self, DirEntry};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::config::{Config, Configs, absolute};
use super::look::{HEAD, is_description};
use crate::refusal::Refusal;
use crate::run::is_url;

/// Folders that hold what was built or fetched.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// What is checked, with the settings for it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) source: Source,
    pub(super) config: Arc<Config>,
}

/// Where a description is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
    Url(String),
}

/// Everything that the arguments lead to, each once, in their order and within a folder by name.
pub(super) fn find(arguments: &[String], configs: &mut Configs) -> Result<Vec<Target>, Refusal> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for argument in arguments {
        for source in sources(argument, configs)? {
            if seen.insert(identity(&source)) {
                let config = configs.of(&folder_of(&source))?;
                targets.push(Target { source, config });
            }
        }
    }
    Ok(targets)
}

fn sources(argument: &str, configs: &mut Configs) -> Result<Vec<Source>, Refusal> {
    let path = Path::new(argument);
    if argument == "-" {
        return Ok(vec![Source::StandardInput]);
    }
    if is_url(argument) {
        return Ok(vec![Source::Url(argument.to_owned())]);
    }
    let found = if path.is_dir() {
        walk(path, None, configs)?
    } else if !path.exists() && is_glob(argument) {
        let pattern = argument.strip_prefix("./").unwrap_or(argument);
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        let glob = glob.map_err(|error| Refusal::usage(format!("`{argument}` is no glob: {error}"), None))?;
        walk(&fixed_part(pattern), Some(&glob.compile_matcher()), configs)?
    } else {
        // What is wrong with it is told when it is read.
        return Ok(vec![Source::File(path.to_owned())]);
    };
    if found.is_empty() {
        let what =
            if path.is_dir() { "there is no Arazzo Description in" } else { "no Arazzo Description matches" };
        let hint = "descriptions are `.yml`, `.yaml` and `.json` files with a root key `arazzo` that \
                    `arazzo.toml` does not exclude";
        return Err(Refusal::usage(format!("{what} `{argument}`"), hint.to_owned()));
    }
    Ok(found.into_iter().map(Source::File).collect())
}

/// The same for all ways to write a path.
fn identity(source: &Source) -> Source {
    match source {
        Source::StandardInput | Source::Url(_) => source.clone(),
        Source::File(path) => Source::File(path.canonicalize().unwrap_or_else(|_| absolute(path))),
    }
}

fn folder_of(source: &Source) -> PathBuf {
    let path = match source {
        Source::StandardInput | Source::Url(_) => absolute(Path::new("-")),
        Source::File(path) => absolute(path),
    };
    path.parent().unwrap_or(&path).to_owned()
}

fn is_glob(argument: &str) -> bool {
    argument.contains(['*', '?', '[', '{'])
}

/// The folders of a glob before its first place-holder.
fn fixed_part(pattern: &str) -> PathBuf {
    let folders = pattern.rsplit_once('/').map_or("", |(folders, _)| folders);
    let fixed: Vec<&str> = folders.split('/').take_while(|folder| !is_glob(folder)).collect();
    match (fixed.join("/"), pattern.starts_with('/')) {
        (fixed, true) if fixed.is_empty() => PathBuf::from("/"),
        (fixed, false) if fixed.is_empty() => PathBuf::from("."),
        (fixed, _) => PathBuf::from(fixed),
    }
}

/// The descriptions below `top`, sorted. Links to folders are not followed, so there is no way round in circles.
fn walk(top: &Path, glob: Option<&GlobMatcher>, configs: &mut Configs) -> Result<Vec<PathBuf>, Refusal> {
    let mut found = Vec::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        // Behind a glob most folders are passed through only, and their settings do not matter.
        let config = if glob.is_none() { Some(configs.of(&absolute(&folder))?) } else { None };
        let excludes = |path: &Path| config.as_ref().is_some_and(|config| config.excludes(&absolute(path)));
        let mut visit = |entry: io::Result<DirEntry>| -> io::Result<()> {
            let entry = entry?;
            let path = entry.path();
            let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
            if entry.file_type()?.is_dir() {
                if !is_skipped(&entry.file_name().to_string_lossy()) && !excludes(&path) {
                    folders.push(path);
                }
            } else if glob.map_or_else(|| has_extension(&path), |glob| glob.is_match(&path)) {
                found.push(path);
            }
            Ok(())
        };
        let visited = fs::read_dir(&folder).and_then(|mut entries| entries.try_for_each(&mut visit));
        match visited {
            Ok(()) => {}
            Err(error) if glob.is_some() && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("the folder `{}` cannot be read: {}", folder.display(), error.kind());
                return Err(Refusal::unreadable(message, None));
            }
        }
    }
    found.sort();
    let mut kept = Vec::new();
    for path in found {
        let whole = absolute(&path);
        let folder = whole.parent().unwrap_or(&whole);
        if !configs.of(folder)?.excludes(&whole) && looks_right(&path) {
            kept.push(path);
        }
    }
    Ok(kept)
}

fn is_skipped(folder: &str) -> bool {
    folder.starts_with('.') || SKIPPED.contains(&folder)
}

fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["yml", "yaml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Whether it is a file, or a link to one, that begins like a description. One that cannot be opened is looked at
/// further, so that the reason is told.
fn looks_right(path: &Path) -> bool {
    let Ok(about) = fs::metadata(path) else { return false };
    if !about.is_file() {
        return false;
    }
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    read.is_err() || is_description(&head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_starts_at_its_last_fixed_folder() {
        for (pattern, fixed) in [
            ("flows/**/*.yml", "flows"),
            ("*.yml", "."),
            ("a/b/{c,d}/e.yml", "a/b"),
            ("/srv/*.yml", "/srv"),
            ("/*.yml", "/"),
            ("../x/*.yml", "../x"),
            ("a?b/c.yml", "."),
        ] {
            assert_eq!(fixed_part(pattern), Path::new(fixed), "{pattern}");
        }
    }

    #[test]
    fn a_url_is_no_glob() {
        assert!(is_glob("flows/[ab].yml") && !is_glob("flows/a.yml"));
        let of = |argument: &str| sources(argument, &mut Configs::default()).unwrap();
        assert_eq!(of("https://h/a?b=1"), [Source::Url("https://h/a?b=1".to_owned())]);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_walked_once_and_those_of_others_not_at_all() {
        let top = std::env::temp_dir().join(format!("arazzo-files-{}", std::process::id()));
        let write = |name: &str, text: &str| {
            let path = top.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for name in
            ["b.yml", "a/x.yaml", "a/y.JSON", ".hidden/z.yml", "node_modules/z.yml", "target/z.yml", "t.txt"]
        {
            write(name, "arazzo: 1.0.1");
        }
        write("api.yml", "openapi: 3.1.0");
        std::os::unix::fs::symlink(&top, top.join("a/loop")).unwrap();
        let of = |argument: &str| {
            let targets = find(&[argument.to_owned()], &mut Configs::default());
            targets.map(|targets| {
                let name = |target: &Target| match &target.source {
                    Source::File(path) => path.strip_prefix(&top).unwrap().display().to_string(),
                    Source::StandardInput | Source::Url(_) => "-".to_owned(),
                };
                targets.iter().map(name).collect::<Vec<_>>()
            })
        };
        let shown = top.display();
        assert_eq!(of(&shown.to_string()).unwrap(), ["a/x.yaml", "a/y.JSON", "b.yml"]);
        assert_eq!(of(&format!("{shown}/**/*.y*ml")).unwrap(), ["a/x.yaml", "b.yml"]);
        assert_eq!(of(&format!("{shown}/*.txt")).unwrap(), ["t.txt"]);
        assert_eq!(of(&format!("{shown}/api.yml")).unwrap(), ["api.yml"]);
        assert!(
            of(&format!("{shown}/none/*.yml")).is_err() && of(&format!("{shown}/node_modules/*.x")).is_err()
        );
        fs::remove_dir_all(&top).unwrap();
    }
}
