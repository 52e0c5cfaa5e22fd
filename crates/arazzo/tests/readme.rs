//! The commands of the README and the guide: those in blocks marked `sh offline` are run, of the others the arguments are
//! read.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What other commands there are. None is run: they need a network, or this very test.
const OTHERS: [&str; 5] = ["cargo install", "cargo test", "curl ", "docker ", "npx "];

/// Commands that are run begin so, where the command is not installed.
const FROM_SOURCE: &str = "cargo run -q -p arazzo -- ";

/// A block of commands.
struct Block {
    file: &'static str,
    is_offline: bool,
    /// Without comments; one that goes over several lines is one.
    commands: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn blocks() -> Vec<Block> {
    ["README.md", "docs/guide.md"].into_iter().flat_map(blocks_of).collect()
}

fn blocks_of(file: &'static str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info == "sh" || info == "sh offline" {
            let commands = inside.join("\n").replace("\\\n", " ");
            let commands = commands.lines().map(|line| line.split("  # ").next().unwrap().trim());
            let commands =
                commands.map(|line| line.split(" # ").next().unwrap().replace(FROM_SOURCE, "arazzo "));
            blocks.push(Block { file, is_offline: info == "sh offline", commands: commands.collect() });
        }
    }
    blocks
}

/// A folder with what the commands refer to.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("readme-{name}-{}", std::process::id()));
    for part in ["workflows", "openapi", "tests/spec"] {
        copy(&root().join(part), &folder.join(part));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs a line in a shell in which `arazzo` is this one.
fn shell(folder: &Path, line: &str) -> Output {
    let binaries = Path::new(env!("CARGO_BIN_EXE_arazzo")).parent().unwrap();
    let mut command = Command::new("sh");
    command.args(["-euc", line]).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("PATH", format!("{}:/usr/bin:/bin", binaries.display()));
    // In a CI job this is set.
    command.env("GITHUB_STEP_SUMMARY", "step.md").env("SIFT_API_KEY", "example-api-key").env("CI", "1");
    command.output().unwrap()
}

#[test]
fn what_is_said_to_run_offline_runs_offline() {
    let folder = folder("offline");
    let mut count = 0;
    for Block { file, commands, .. } in blocks().iter().filter(|block| block.is_offline) {
        for line in commands {
            let output = shell(&folder, line);
            assert!(output.status.success(), "{file}: {line}\n{output:?}");
            count += 1;
        }
    }
    for written in ["report.html", "junit.xml", "summary.md", "out.sarif", "screening.mmd", "screening.svg"] {
        assert!(fs::metadata(folder.join(written)).unwrap().len() > 0, "{written}");
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(count >= 10, "{count} commands");
}

#[test]
fn the_arguments_of_every_other_command_are_known() {
    let folder = folder("known");
    let mut count = 0;
    for Block { file, commands, .. } in blocks().iter().filter(|block| !block.is_offline) {
        for line in commands {
            if OTHERS.iter().any(|other| line.starts_with(other)) {
                continue;
            }
            assert!(line.starts_with("arazzo "), "{file}: {line}");
            let output = shell(&folder, &format!("{line} --help"));
            assert!(output.status.success(), "{file}: {line}\n{output:?}");
            count += 1;
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(count >= 10, "{count} commands");
}

#[test]
fn an_argument_that_is_not_known_is_found() {
    let output = shell(&root(), "arazzo run flow.arazzo.yml --no-such-flag --help");
    assert_eq!(output.status.code(), Some(2), "a test that finds nothing proves nothing: {output:?}");
}

#[test]
fn links_in_the_readme_and_the_guide_lead_somewhere() {
    for file in ["README.md", "docs/guide.md"] {
        let path = root().join(file);
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("https://") {
                continue;
            }
            let (name, anchor) =
                target.split_once('#').map_or((target, None), |(name, anchor)| (name, Some(anchor)));
            let linked = if name.is_empty() { path.clone() } else { path.parent().unwrap().join(name) };
            assert!(linked.exists(), "{file}: {target}");
            let Some(anchor) = anchor else { continue };
            let headings = fs::read_to_string(linked).unwrap();
            let mut headings = headings.lines().filter(|line| line.starts_with('#'));
            let is_there = headings.any(|line| {
                let words = line.trim_start_matches('#').trim().to_lowercase();
                words.replace(' ', "-").replace([',', '.', ':', '`'], "") == anchor
            });
            assert!(is_there, "{file}: {target}");
        }
    }
}
