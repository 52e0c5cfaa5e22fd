//! Where a report goes: `--report KIND=PATH`.
//!
//! A folder that is missing is found before the first request; the file itself appears at the end, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::refusal::Refusal;

/// One report that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
}

/// The kinds of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Junit,
    Html,
    Json,
    Har,
    Tap,
    Markdown,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Junit, Self::Html, Self::Json, Self::Har, Self::Tap, Self::Markdown];

    /// The name on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Json => "json",
            Self::Har => "har",
            Self::Tap => "tap",
            Self::Markdown => "markdown",
        }
    }

    /// Whether it shows the bodies of requests and responses. Where none does, none are kept.
    pub(crate) fn shows_bodies(self) -> bool {
        match self {
            Self::Html | Self::Json | Self::Har => true,
            Self::Junit | Self::Tap | Self::Markdown => false,
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let list = || Kind::ALL.map(|kind| format!("`{}`", kind.name())).join(", ");
        let (name, path) =
            text.split_once('=').ok_or_else(|| format!("it is not KIND=PATH; the kinds are {}", list()))?;
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| format!("there is no report `{name}`; the kinds are {}", list()))?;
        match path {
            "" => Err(format!("`{name}=` needs the path of a file")),
            "-" => {
                Err("a report goes to a file; what standard output shows is chosen with `--format`"
                    .to_owned())
            }
            path => Ok(Self { kind, path: PathBuf::from(path) }),
        }
    }
}

impl Target {
    /// Writes the report. Other programs see the old file or the whole new one.
    pub(crate) fn write(&self, contents: &[u8]) -> Result<(), String> {
        write(&self.path, contents)
            .map_err(|error| format!("the report `{}` cannot be written: {error}", self.path.display()))
    }

    /// Whether it can be written, as far as that can be known before.
    fn probe(&self) -> io::Result<()> {
        match destination(&self.path)? {
            Destination::Stream => OpenOptions::new().write(true).open(&self.path).map(drop),
            Destination::File(path) => {
                let beside = beside(&path)?;
                File::create_new(&beside)?;
                fs::remove_file(beside)
            }
        }
    }
}

/// Refuses reports that could not be written, while nothing has been sent.
pub(crate) fn check(targets: &[Target]) -> Result<(), Refusal> {
    let mut seen: Vec<&Path> = Vec::new();
    for target in targets {
        let path = target.path.as_path();
        if seen.contains(&path) {
            let message = format!("`--report` names `{}` twice", path.display());
            return Err(Refusal::usage(message, "give each report a file of its own".to_owned()));
        }
        seen.push(path);
        target.probe().map_err(|error| {
            let message = format!("the report `{}` cannot be written: {error}", path.display());
            let is_missing = error.kind() == io::ErrorKind::NotFound;
            let hint = is_missing.then(|| "create the folder first".to_owned());
            Refusal::usage(message, hint)
        })?;
    }
    Ok(())
}

/// What stands at a path.
enum Destination {
    /// A file, or nothing yet; links are followed.
    File(PathBuf),
    /// A device or a pipe, which is written to and not replaced.
    Stream,
}

fn destination(path: &Path) -> io::Result<Destination> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        Ok(found) if found.is_file() => fs::canonicalize(path).map(Destination::File),
        Ok(_) => Ok(Destination::Stream),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Destination::File(path.to_owned())),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let path = match destination(path)? {
        Destination::Stream => return OpenOptions::new().write(true).open(path)?.write_all(contents),
        Destination::File(path) => path,
    };
    let beside = beside(&path)?;
    let written = File::create_new(&beside)
        .and_then(|mut file| file.write_all(contents).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The first error is the one to tell.
        let _left_behind = fs::remove_file(&beside);
    }
    written
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_kind_and_a_path() {
        let target: Target = "junit=out/a=b.xml".parse().unwrap();
        assert_eq!(target, Target { kind: Kind::Junit, path: "out/a=b.xml".into() });
        for kind in Kind::ALL {
            let target: Target = format!("{}=x", kind.name()).parse().unwrap();
            assert_eq!(target.kind, kind);
        }
    }

    #[test]
    fn an_unknown_kind_lists_the_kinds() {
        let error = "pdf=a.pdf".parse::<Target>().unwrap_err();
        assert!(error.starts_with("there is no report `pdf`; the kinds are `junit`, `html`"), "{error}");
        for text in ["junit", "junit=", "junit=-", "=a"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_report_replaces_the_file_as_a_whole() {
        let folder = std::env::temp_dir().join(format!("arazzo-report-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let target = Target { kind: Kind::Tap, path: folder.join("a.tap") };
        fs::write(&target.path, "an older and longer report").unwrap();
        check(std::slice::from_ref(&target)).unwrap();
        assert_eq!(fs::read_to_string(&target.path).unwrap(), "an older and longer report");
        target.write(b"new").unwrap();
        assert_eq!(fs::read_to_string(&target.path).unwrap(), "new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
        let missing = Target { kind: Kind::Tap, path: folder.join("none/a.tap") };
        assert!(check(&[missing]).is_err());
        assert!(check(&[Target { kind: Kind::Tap, path: folder.clone() }]).is_err());
        assert!(check(&[target.clone(), target]).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
