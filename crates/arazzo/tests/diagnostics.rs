//! Every diagnostic with the smallest description that shows it: `tests/diagnostics/<code>/`, see the README there.

#[path = "support/style.rs"]
mod style;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arazzo_document::{Code, Diagnostic, Place, Severity};
use arazzo_engine::{CheckOptions, check};
use arazzo_runner::{LoadOptions, Origin, load};
use libtest_mimic::{Arguments, Failed, Trial};

/// Codes that no description shows by itself: they are said of inputs and credentials when a run begins, or where an
/// option asks for it.
const OF_RUNS: [Code; 6] = [
    Code::AmbiguousCredential,
    Code::MissingCredential,
    Code::OfflineSource,
    Code::OptionalInput,
    Code::StrictOpenApi,
    Code::UntrustedHost,
];

/// Codes without a folder. It gets shorter.
const WITHOUT_FOLDER: [Code; 0] = [];

/// Set to write `expected.txt` anew. A change of a text is read like any other change.
const WRITE: &str = "ARAZZO_WRITE_EXPECTED";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/diagnostics");
    let mut trials: Vec<Trial> = Code::ALL.iter().filter_map(|code| of_code(*code, &root)).collect();
    trials.push(Trial::test("every_folder_is_of_a_code", move || folders_have_codes(&root)));
    trials.push(Trial::test("the_style_guide_finds_what_it_is_for", styles_are_told_apart));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn of_code(code: Code, root: &Path) -> Option<Trial> {
    let folder = root.join(code.as_str());
    if OF_RUNS.contains(&code) || WITHOUT_FOLDER.contains(&code) {
        let unexpected = move || Err(Failed::from("it has a folder: take the code off the list"));
        return folder.exists().then(|| Trial::test(code.as_str(), unexpected));
    }
    Some(Trial::test(code.as_str(), move || shows(code, &folder)))
}

fn folders_have_codes(root: &Path) -> Result<(), Failed> {
    let entries = fs::read_dir(root).map_err(|error| format!("cannot read `{}`: {error}", root.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('_') && Code::ALL.iter().all(|code| code.as_str() != name) {
            return Err(format!("there is no code `{name}`").into());
        }
    }
    Ok(())
}

/// Messages are right or wrong as the guide says.
fn styles_are_told_apart() -> Result<(), Failed> {
    let right =
        ["no source has an operation `sendEvnt`", "did you mean `A.`?", "OpenAPI 3.0", "`x` is \"Ab: c\""];
    let wrong = [
        "",
        "Unknown operation `a`",
        "there is no `a`.",
        "there is no `a`!",
        "error: there is no `a`",
        "you gave no `a`",
        "please give `a`",
        "one\ntwo",
        "a  gap",
        "`a is open",
    ];
    let refused = right.into_iter().filter_map(style::problem);
    let missed = wrong.into_iter().filter(|text| style::problem(text).is_none());
    let found: Vec<String> =
        refused.chain(missed.map(|text| format!("nothing is found in {text:?}"))).collect();
    if found.is_empty() { Ok(()) } else { Err(found.join("\n").into()) }
}

/// The wrong description shows the code with the expected text, the right one has nothing to be said about.
fn shows(code: Code, folder: &Path) -> Result<(), Failed> {
    let wrong = found(&file(folder, "wrong")?)?;
    if !wrong.iter().any(|diagnostic| diagnostic.code == code) {
        return Err(format!("`wrong` does not show it:\n{}", rendered(&wrong)).into());
    }
    let right = found(&file(folder, "right")?)?;
    if !right.is_empty() {
        return Err(format!("`right` is not right:\n{}", rendered(&right)).into());
    }
    let texts = wrong.iter().flat_map(|found| std::iter::once(&found.message).chain(&found.hint));
    let problems: Vec<String> = texts.filter_map(|text| style::problem(text)).collect();
    if !problems.is_empty() {
        return Err(problems.join("\n").into());
    }
    let text = rendered(&wrong);
    let expected = folder.join("expected.txt");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&expected, &text)?;
    }
    let wanted = fs::read_to_string(&expected).map_err(|error| format!("`expected.txt`: {error}"))?;
    if text != wanted {
        return Err(format!("expected:\n{wanted}\nfound:\n{text}").into());
    }
    Ok(())
}

/// The description in the folder that is called so, whatever it ends in.
fn file(folder: &Path, name: &str) -> Result<PathBuf, Failed> {
    let entries = fs::read_dir(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| {
        path.file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|file| file.strip_prefix(name).is_some_and(|rest| rest.starts_with(".arazzo.")))
    });
    match paths.as_slice() {
        [path] => Ok(path.clone()),
        [] | [_, _, ..] => Err(format!("there is not one `{name}.arazzo.…`, but {}", paths.len()).into()),
    }
}

/// What is said of a description that is read and checked.
fn found(path: &Path) -> Result<Vec<Diagnostic>, Failed> {
    let options = LoadOptions { root: path.ancestors().nth(2).map(Path::to_owned), ..LoadOptions::default() };
    let loaded = load(Origin::File(path), &options)?;
    let mut diagnostics = loaded.diagnostics;
    if let Some(workspace) = &loaded.workspace {
        diagnostics.extend(check(workspace, &CheckOptions::default()));
    }
    Ok(diagnostics)
}

fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(one).collect()
}

/// `file:line:column-line:column: severity[code] pointer: message`, then hint, fix and related places.
fn one(diagnostic: &Diagnostic) -> String {
    let Diagnostic { code, severity, message, place, hint, fix, related } = diagnostic;
    let severity: &Severity = severity;
    let mut text = format!("{}: {severity}[{code}]: {}\n", at(place), without_folders(message));
    if !place.path.is_empty() {
        text.push_str(&format!("  at: {}\n", place.path));
    }
    if let Some(hint) = hint {
        text.push_str(&format!("  hint: {}\n", without_folders(hint)));
    }
    if let Some(fix) = fix {
        text.push_str(&format!("  fix: {fix}\n"));
    }
    for other in related {
        text.push_str(&format!("  related: {}: {}\n", at(&other.place), other.message));
    }
    text
}

fn at(place: &Place) -> String {
    format!("{}:{}-{}", without_folders(&place.file), place.span.start, place.span.end)
}

/// The text without the folders of this machine.
fn without_folders(text: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/diagnostics");
    let canonical = root.canonicalize().unwrap_or_default();
    let mut text = text.to_owned();
    for root in [root, canonical] {
        while let Some(start) = text.find(&*root.to_string_lossy()) {
            let rest = text.get(start + root.as_os_str().len() + 1..).unwrap_or_default();
            // A path into the folder of the code loses that, too.
            let rest = match rest.split_once('/') {
                Some((folder, file)) if !folder.contains(char::is_whitespace) => file,
                Some(_) | None => rest,
            };
            text = format!("{}{rest}", text.get(..start).unwrap_or_default());
        }
    }
    text
}
