//! How many steps of durable runs are kept in a second, beside what the disk can do.
//!
//! ```sh
//! cargo bench -p arazzo-benches --bench journal
//! ```

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use arazzo_engine::{CallId, Record, Response, SEMANTICS, Timestamp};
use arazzo_runner::journal::{
    CallStarted, Entry, Journal as _, NewRun, SqliteJournal, SqliteOptions, Standing, SyncMode,
};
use serde_json::{Map, Value};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// So many runs are under way at a time.
const RUNS: u32 = 64;

/// How long each figure is measured.
const TIME: Duration = Duration::from_secs(4);

/// The size of a response, in bytes.
const BODY: usize = 500;

/// What a step adds to the log of the database: about a page of it for each table that changes.
const PAGE: usize = 4096;

fn main() -> Outcome<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("journal-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let alone = synced(&folder, 1)?;
    let grouped = synced(&folder, RUNS)?;
    println!("disk: {alone:.0} syncs/s of one step, {grouped:.0} steps/s in syncs of {RUNS}");
    for (name, sync) in [("full", SyncMode::Full), ("process", SyncMode::Process), ("off", SyncMode::Off)] {
        let one = kept(&folder, sync, 1)?;
        let all = kept(&folder, sync, RUNS)?;
        println!(
            "journal, {name}: {one:.0} steps/s of one run, {all:.0} steps/s of {RUNS} runs, {:.0} % of the grouped disk",
            all / grouped * 100.0
        );
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Steps in a second when `group` of them are written and then synced.
fn synced(folder: &Path, group: u32) -> Outcome<f64> {
    let mut file = File::create(folder.join("raw"))?;
    let page = vec![b'x'; PAGE];
    let begun = Instant::now();
    let mut steps = 0;
    while begun.elapsed() < TIME {
        for _ in 0..group {
            file.write_all(&page)?;
        }
        file.sync_data()?;
        steps += group;
    }
    Ok(f64::from(steps) / begun.elapsed().as_secs_f64())
}

/// Steps in a second that `runs` runs at a time keep.
fn kept(folder: &Path, sync: SyncMode, runs: u32) -> Outcome<f64> {
    let path = folder.join(format!("{sync:?}-{runs}.db"));
    let journal = SqliteJournal::open(&path, &SqliteOptions::create(sync))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut leases = Vec::new();
        for number in 0..runs {
            leases.push(journal.create(run(number)).await?);
        }
        let begun = Instant::now();
        let drive = leases.iter().map(|lease| {
            let journal = &journal;
            async move {
                let mut visit = 0;
                while begun.elapsed() < TIME {
                    visit += 1;
                    journal.append(lease, step(visit), Standing::UnderWay).await?;
                }
                Ok::<u32, Box<dyn Error>>(visit)
            }
        });
        let mut steps = 0;
        for done in futures_util::future::join_all(drive).await {
            steps += done?;
        }
        Ok(f64::from(steps) / begun.elapsed().as_secs_f64())
    })
}

fn run(number: u32) -> NewRun {
    let run_id = format!("run-{number}");
    NewRun {
        workflow_id: "w".to_owned(),
        description: "w.arazzo.yml".to_owned(),
        plan_digest: String::new(),
        secret_inputs: Vec::new(),
        settings: Value::Null,
        start: Record::Started {
            at: Timestamp(1),
            run_id: run_id.clone(),
            semantics: SEMANTICS,
            inputs: Map::new(),
            files: Vec::new(),
        },
        run_id,
    }
}

/// What a step keeps: the answer that it got, and the request that follows.
fn step(visit: u32) -> Vec<Entry> {
    let at = Timestamp(u64::from(visit));
    let response = Response { status: 200, headers: Vec::new(), body: vec![b'x'; BODY] };
    let next = CallId { visit: visit + 1, attempt: 1 };
    let digest = "0".repeat(64);
    vec![
        Entry::Record(Record::Responded { at, id: CallId { visit, attempt: 1 }, response }),
        Entry::CallStarted(CallStarted { at, id: next, digest, idempotency_key: Some("0".repeat(32)) }),
    ]
}
