//! Journals that cannot be written or read: what is told, and that nothing of what was recorded is lost.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use arazzo_runner::testing::Answer;
use rusqlite::{Connection, TransactionBehavior};

use super::kitchen::{KEY, Kitchen, POT, cup, kill, leaf};

/// A user who may do nothing, as whom the command runs where the tests run as one who may do everything.
const NOBODY: u32 = 65_534;

/// What a resumption sends when all goes well.
fn rest() -> [Answer; 2] {
    [Answer::json(200, "{}"), cup()]
}

/// A kitchen with a run that was killed inside its second request.
fn killed(name: &str) -> Kitchen {
    let kitchen = Kitchen::new(name, [leaf(), Answer::Stall]);
    let child = kitchen.begin();
    kitchen.wait_for(2);
    kill(child);
    kitchen
}

/// Nothing was sent, and this was told.
fn told(kitchen: &Kitchen, output: &Output, parts: &[&str]) {
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(parts.iter().all(|part| stderr.contains(part)), "{parts:?}: {stderr}");
    assert_eq!(kitchen.lines().len(), 2, "{output:?}");
}

/// The recorded step is not repeated, and the run ends as if nothing had been.
fn goes_on(kitchen: &Kitchen) {
    kitchen.server.follow(rest());
    let output = kitchen.resume(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kitchen.lines(), ["GET /leaves", "GET /water", "GET /water", "POST /cups"]);
}

fn permit(path: PathBuf, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The resumption by a user who may read the folder and the file and write what their modes say.
fn resume_as_a_plain_user(kitchen: &Kitchen) -> Output {
    let is_almighty = fs::metadata(&kitchen.folder).unwrap().uid() == 0;
    let (auth, pot) = (format!("key={KEY}"), format!("potToken={POT}"));
    let mut command = kitchen.command(&["runs", "resume", "t", "--auth", &auth, "-i", &pot]);
    if is_almighty {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().unwrap()
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let kitchen = killed("read-only-file");
    kitchen.listed();
    permit(kitchen.folder.clone(), 0o777);
    permit(kitchen.state(), 0o444);
    told(&kitchen, &resume_as_a_plain_user(&kitchen), &["runs.db", "the file cannot be written", "writable"]);
    permit(kitchen.state(), 0o600);
    goes_on(&kitchen);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let kitchen = killed("read-only-folder");
    kitchen.listed();
    permit(kitchen.state(), 0o666);
    permit(kitchen.folder.clone(), 0o555);
    told(&kitchen, &resume_as_a_plain_user(&kitchen), &["runs.db", "make the file and its folder writable"]);
    permit(kitchen.folder.clone(), 0o755);
    goes_on(&kitchen);
}

#[test]
fn a_name_that_cannot_be_that_of_a_file_is_told_with_what_to_do() {
    let kitchen = Kitchen::new("no-file", []);
    let long = "n".repeat(300);
    for (name, remedy) in [
        ("none/runs.db", "make the folder `none`"),
        (".", "name a file"),
        ("tea.yml/runs.db", "`tea.yml` is no folder"),
        (long.as_str(), ""),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arazzo"));
        command.env_clear().current_dir(&kitchen.folder);
        command.args(["run", "tea.arazzo.yml", "--mock", "-i", "potToken=1", "--state", name]);
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{stderr}");
        assert!(stderr.contains(remedy) && !stderr.contains("writable"), "{stderr}");
    }
}

#[test]
fn a_file_that_another_program_keeps_locked_is_told() {
    let kitchen = killed("locked");
    let mut other = Connection::open(kitchen.state()).unwrap();
    let lock = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let parts = ["another program keeps it locked", "end the program that keeps it locked"];
    told(&kitchen, &kitchen.resume(&[]), &parts);
    drop(lock);
    goes_on(&kitchen);
}

#[test]
fn a_damaged_file_is_told_and_a_copy_goes_on() {
    let kitchen = killed("damaged");
    kitchen.listed();
    let copy = fs::read(kitchen.state()).unwrap();
    let mut damaged = copy.clone();
    damaged[4096..].fill(0x5a);
    fs::write(kitchen.state(), &damaged).unwrap();
    told(&kitchen, &kitchen.resume(&[]), &["the file is damaged", "put a copy back"]);
    fs::write(kitchen.state(), &copy).unwrap();
    goes_on(&kitchen);
}

/// A disk of its own, so small that it can be filled. It is there for the commands of one shell, in a name space of
/// their own; where that cannot be had, nothing is tested.
#[test]
fn a_full_disk_is_told_and_the_run_goes_on_when_there_is_room() {
    let can = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no file system can be mounted here");
        return;
    }
    // What comes does not fit beside what fills the disk, and fits without.
    let long = format!("{{\"leaf\": \"oolong\", \"more\": \"{}\"}}", "x".repeat(500_000));
    let kitchen = Kitchen::new("full", [Answer::json(200, &long), leaf(), Answer::json(200, "{}"), cup()]);
    fs::create_dir(kitchen.folder.join("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=1m none disk || exit 99
         head -c 750000 /dev/zero > disk/filler
         \"$0\" run tea.arazzo.yml --run-id t --server {server} $GIVEN; echo \"code $?\" >&2
         \"$0\" runs list $STATE >&2
         rm disk/filler
         \"$0\" runs resume t $GIVEN; echo \"code $?\" >&2",
        server = kitchen.server.url()
    );
    let state = "--state disk/runs.db";
    let mut command = Command::new("unshare");
    command.env_clear().current_dir(&kitchen.folder).args(["-rm", "sh", "-c", &script]);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).arg(env!("CARGO_BIN_EXE_arazzo"));
    command.env("STATE", state).env("GIVEN", format!("--auth key={KEY} -i potToken={POT} {state}"));
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let (full, after) = stderr.split_once("code 4").unwrap_or_else(|| panic!("{stderr}"));
    assert!(full.contains("the disk is full"), "{stderr}");
    assert!(after.trim_end().ends_with("code 0"), "{stderr}");
    // The answer that could not be kept is asked for again.
    assert_eq!(kitchen.lines(), ["GET /leaves", "GET /leaves", "GET /water", "POST /cups"]);
}
