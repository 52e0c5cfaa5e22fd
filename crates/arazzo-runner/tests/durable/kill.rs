//! Processes that are killed: at every record boundary, and while a request is under way.
//!
//! The test starts itself again as the process that runs the workflow and kills itself at a given moment. A sample runs
//! with the other tests; `scripts/kill-runs.sh` makes it hundreds.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use arazzo_engine::{Call, OperationCall, Record};
use arazzo_runner::journal::{
    Durability, Entry, Journal, RunStatus, SqliteJournal, SqliteOptions, SyncMode, drive_journalled, resume,
};
use arazzo_runner::testing::block_on;
use arazzo_runner::{Clock as _, Credentials, HttpOptions, HttpTransport, Sending, SystemClock, Transport};

use super::dying::{Dying, Fuse};
use super::folder::Folder;
use super::simulation;
use super::world::{self, PIN};

/// So many runs are a sample.
const SAMPLE: u32 = 8;

/// A run has about so many moments: two around each append and one in each call.
const MOMENTS: u32 = 45;

fn die() {
    let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
    loop {
        thread::park();
    }
}

/// The server has the request, and what it answers is not known.
struct Wire {
    http: HttpTransport,
    fuse: Arc<Fuse>,
}

impl Transport for Wire {
    fn send<'a>(&'a self, operation: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(async move {
            let answer = self.http.send(operation, call).await;
            self.fuse.pass().await;
            answer
        })
    }
}

/// Not a test: the process that is killed. It begins the run or goes on with it.
#[test]
fn process() {
    let Ok(task) = std::env::var("ARAZZO_KILLED_PROCESS") else { return };
    let parts: Vec<&str> = task.split('|').collect();
    let [state, server, run_id, moment] = parts[..] else { panic!("{task}") };
    let plan = world::plan(server, run_id);
    let fuse = Arc::new(Fuse::new(die));
    fuse.burn_down_after(moment.parse().unwrap());
    let sync = SqliteOptions::create(SyncMode::Process);
    let journal = Arc::new(SqliteJournal::open(Path::new(state), &sync).unwrap());
    let dying = Arc::new(Dying { kept: journal.clone(), fuse: Arc::clone(&fuse) });
    let http = HttpTransport::new(HttpOptions::default(), Credentials::new());
    let (wire, clock) = (Wire { http, fuse }, SystemClock::new());
    block_on(async {
        let known = journal.list().await.unwrap().into_iter().any(|run| run.run_id == run_id);
        let (mut run, lease) = if known {
            let lease = match journal.claim(run_id).await {
                Ok(lease) => lease,
                // The append that ended it was kept, and nobody was told.
                Err(error) => return assert_eq!(error.to_string(), format!("the run `{run_id}` is over")),
            };
            let kept = journal.read(run_id).await.unwrap();
            let mut run = world::again(&plan, &kept.entries);
            resume(&mut run, &kept.entries).unwrap().check(&run).unwrap();
            (run, lease)
        } else {
            let (run, new) = world::begin(&plan, run_id, clock.now());
            (run, journal.create(new).await.unwrap())
        };
        let durability = Durability::new(dying, lease);
        drive_journalled(&mut run, &wire, &clock, &durability, &mut |_| {}).await.unwrap();
    });
}

/// A server that notes every request.
struct Server {
    url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let notes = Arc::clone(&notes);
                // A client that was killed ends its connection.
                thread::spawn(move || serve(stream, &notes));
            }
        });
        Self { url, received }
    }
}

fn serve(stream: TcpStream, notes: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let field = |name: &str| {
            let fields = head.lines().filter_map(|line| line.split_once(": "));
            fields.clone().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let mut body = vec![0; field("content-length").map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body)?;
        let mut line = head.split(' ');
        let (method, path) = (line.next().unwrap(), line.next().unwrap());
        let key = field("idempotency-key");
        let note =
            format!("{method} {path} {} {}", key.as_deref().unwrap_or("-"), String::from_utf8_lossy(&body));
        notes.lock().unwrap().push(note);
        let (status, body) = world::answer(method, path, key.as_deref());
        let body = body.to_string();
        let length = body.len();
        write!(
            writer,
            "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
}

fn process_at(state: &Path, server: &Server, run_id: &str, moment: u32) -> ExitStatus {
    let task = format!("{}|{}|{run_id}|{moment}", state.display(), server.url);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kill::process", "--nocapture"]).env("ARAZZO_KILLED_PROCESS", task);
    command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap()
}

#[test]
fn killed_processes_lose_nothing_and_repeat_only_what_was_under_way() {
    let runs = std::env::var("ARAZZO_KILLED_RUNS").map_or(SAMPLE, |runs| runs.parse().unwrap());
    let folder = Folder::new("kill");
    let state = folder.path().join("runs.db");
    let server = Server::start();
    let mut killed = 0;
    for number in 0..runs {
        let run_id = format!("run-{number}");
        // The moments are spread over the runs, so that many runs have all of them.
        let mut moments = [number * MOMENTS / runs.min(MOMENTS) % MOMENTS, number * 7 % 20].into_iter();
        let before = server.received.lock().unwrap().len();
        let mut deaths = 0;
        loop {
            let status = process_at(&state, &server, &run_id, moments.next().unwrap_or(u32::MAX - 1));
            if status.success() {
                break;
            }
            assert_eq!(
                std::os::unix::process::ExitStatusExt::signal(&status),
                Some(9),
                "{run_id} {status:?}"
            );
            deaths += 1;
        }
        killed += deaths;
        let sent = server.received.lock().unwrap()[before..].to_vec();
        check(&state, &run_id, &sent, deaths);
    }
    assert!(killed >= runs, "{killed} of {runs}");
    for name in ["runs.db", "runs.db-wal"] {
        if let Ok(bytes) = std::fs::read(folder.path().join(name)) {
            assert!(
                !bytes.windows(PIN.len()).any(|window| window == PIN.as_bytes()),
                "{name} has the secret"
            );
        }
    }
}

/// Every recorded call was sent once, and at most one more for each death; the outputs are those of the answers.
fn check(state: &Path, run_id: &str, sent: &[String], deaths: u32) {
    let journal = SqliteJournal::open(state, &SqliteOptions::default()).unwrap();
    let run = block_on(journal.read(run_id)).unwrap();
    assert_eq!(run.summary.status, RunStatus::Succeeded, "{run_id}");
    let answers = run.entries.iter().filter(|entry| matches!(entry, Entry::Record(Record::Responded { .. })));
    let answers = u32::try_from(answers.count()).unwrap();
    let count = u32::try_from(sent.len()).unwrap();
    assert!((answers..=answers + deaths).contains(&count), "{run_id}: {answers} {count} {deaths}");
    // A key stands for one request, and comes at most once more for each death.
    let mut keys: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for note in sent.iter().filter(|note| note.starts_with("POST")) {
        keys.entry(note.split(' ').nth(2).unwrap()).or_default().push(note);
    }
    let started = run.entries.iter().filter_map(|entry| match entry {
        Entry::CallStarted(call) => call.idempotency_key.as_deref(),
        Entry::Record(_) | _ => None,
    });
    let recorded: std::collections::BTreeSet<&str> = started.collect();
    assert_eq!(keys.keys().copied().collect::<std::collections::BTreeSet<_>>(), recorded);
    assert!(keys.values().all(|notes| notes.iter().all(|note| *note == notes[0])), "{keys:?}");
    // Its result is that of a run with the same answers that nobody disturbed.
    let plan = world::plan("http://parcels.test", &format!("check-{run_id}"));
    let mut again = world::again(&plan, &run.entries);
    resume(&mut again, &run.entries).unwrap();
    let quiet = simulation::undisturbed(&plan, run_id, run.summary.started_at);
    assert_eq!(again.result(), Some(&quiet), "{run_id}");
    assert!(quiet.outputs["last"].as_str().is_some_and(|text| text.ends_with(" is there")), "{quiet:?}");
}
