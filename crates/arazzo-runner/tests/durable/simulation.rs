//! Many runs in memory that are cut off anywhere, as often as a seed says.

use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use arazzo_engine::{Call, OperationCall, Plan, Record, Response, Run, RunResult, Timestamp};
use arazzo_runner::journal::{Durability, Entry, Journal, MemoryJournal, NewRun, drive_journalled, resume};
use arazzo_runner::{Clock as _, Sending, SkippingClock, Transport};

use super::dying::{Dying, Fuse};
use super::world::{self, answer};

/// So many runs take seconds, in either build. `ARAZZO_SIMULATED_RUNS` makes it more.
const RUNS: u64 = if cfg!(debug_assertions) { 3_000 } else { 10_000 };

/// Answers at once, or loses its process when the server has the request.
struct Api {
    fuse: Arc<Fuse>,
    /// What was sent, by the id of the call.
    sent: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Transport for Api {
    fn send<'a>(&'a self, _: &'a OperationCall, call: &'a Call) -> Sending<'a> {
        Box::pin(async move {
            let request = &call.request;
            let bytes = format!("{request:?}");
            self.sent.lock().unwrap().entry(call.id.to_string()).or_default().push(bytes);
            self.fuse.pass().await;
            let path = request.url.trim_start_matches("http://parcels.test");
            let (status, body) = answer(&request.method, path, request.header("Idempotency-Key"));
            let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
            Ok(Response { status, headers, body: body.to_string().into_bytes() })
        })
    }
}

/// What the future gives, or nothing when its process died.
fn poll<T>(future: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    while woken.0.swap(false, Ordering::Relaxed) {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(done);
        }
    }
    None
}

/// Whether a future that waits wants to go on.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Played {
    result: RunResult,
    deaths: u32,
    sent: BTreeMap<String, Vec<String>>,
    entries: Vec<Entry>,
}

/// When the runs begin.
const BEGAN: Timestamp = Timestamp(1_000_000);

/// How a run ends that nobody disturbs.
#[cfg(unix)]
pub(crate) fn undisturbed(plan: &Arc<Plan>, run_id: &str, at: Timestamp) -> RunResult {
    play(plan, run_id, at, &[]).result
}

/// One run whose processes die after the steps that `fuses` gives, and then one that lives.
fn play(plan: &Arc<Plan>, run_id: &str, at: Timestamp, fuses: &[u32]) -> Played {
    let journal = Arc::new(MemoryJournal::new());
    let fuse = Arc::new(Fuse::new(|| {}));
    let api = Api { fuse: Arc::clone(&fuse), sent: Mutex::default() };
    let clock = SkippingClock::at(at);
    let dying = Arc::new(Dying { kept: journal.clone(), fuse: Arc::clone(&fuse) });
    let mut deaths = 0;
    let mut lives = fuses.iter().copied().chain([u32::MAX]);
    let (mut run, new) = world::begin(plan, run_id, clock.now());
    let mut lease = poll(journal.create(new)).unwrap().unwrap();
    loop {
        fuse.burn_down_after(lives.next().unwrap());
        let durability = Durability::new(dying.clone(), lease);
        let driven = poll(drive_journalled(&mut run, &api, &clock, &durability, &mut |_| {}));
        if driven.transpose().unwrap().is_some() {
            break;
        }
        deaths += 1;
        journal.abandon();
        // The last append may have ended the run.
        let kept = poll(journal.read(run_id)).unwrap().unwrap();
        run = world::again(plan, &kept.entries);
        let resumed = resume(&mut run, &kept.entries).unwrap();
        resumed.check(&run).unwrap();
        if run.result().is_some() {
            break;
        }
        // What is recorded is not sent any more.
        let open = resumed.under_way.as_ref().map(|call| call.id.to_string());
        assert!(answered(&kept.entries).keys().all(|id| Some(id) != open.as_ref()));
        lease = poll(journal.claim(run_id)).unwrap().unwrap();
    }
    let entries = poll(journal.read(run_id)).unwrap().unwrap().entries;
    Played { result: run.result().unwrap().clone(), deaths, sent: api.sent.into_inner().unwrap(), entries }
}

fn answered(entries: &[Entry]) -> HashMap<String, u32> {
    let mut answered = HashMap::new();
    for entry in entries {
        if let Entry::Record(Record::Responded { id, .. } | Record::Failed { id, .. }) = entry {
            *answered.entry(id.to_string()).or_default() += 1;
        }
    }
    answered
}

/// Numbers that look like chance, the same for a seed.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

#[test]
fn whatever_cuts_a_run_off_its_recorded_steps_happen_once() {
    let plan = world::plan("http://parcels.test", "simulation");
    // Each step takes two moments around its append and one inside its call.
    let runs = std::env::var("ARAZZO_SIMULATED_RUNS").map_or(RUNS, |runs| runs.parse().unwrap());
    let mut seed = 0x2545_f491_4f6c_dd1d;
    let mut undisturbed: HashMap<u64, Played> = HashMap::new();
    let mut deaths = 0;
    for number in 0..runs {
        // A few ids make all ways through the workflow.
        let kind = number % 50;
        let run_id = format!("run-{kind}");
        let quiet = undisturbed.entry(kind).or_insert_with(|| play(&plan, &run_id, BEGAN, &[]));
        let fuses: Vec<u32> =
            (0..next(&mut seed) % 4).map(|_| u32::try_from(next(&mut seed) % 45).unwrap()).collect();
        let played = play(&plan, &run_id, BEGAN, &fuses);
        deaths += played.deaths;
        assert_eq!(played.result, quiet.result, "{run_id} {fuses:?}");
        let sent: u32 = played.sent.values().map(|sent| u32::try_from(sent.len()).unwrap()).sum();
        let needed = u32::try_from(quiet.sent.len()).unwrap();
        assert!(sent <= needed + played.deaths, "{run_id} {fuses:?}: {sent} sent, {needed} needed");
        for (id, sent) in &played.sent {
            assert!(sent.iter().all(|bytes| *bytes == sent[0]), "{run_id} {fuses:?} {id}: {sent:?}");
        }
        let answers = answered(&played.entries);
        assert!(answers.values().all(|count| *count == 1), "{answers:?}");
        assert_eq!(answers.len(), quiet.sent.len());
    }
    assert!(u64::from(deaths) > runs / 2, "{deaths} of {runs}");
}

#[test]
fn a_run_that_cannot_be_kept_stops_before_anything_comes_of_it() {
    let plan = world::plan("http://parcels.test", "lease");
    let journal = Arc::new(MemoryJournal::new());
    let (mut run, new): (Run, NewRun) = world::begin(&plan, "run", Timestamp(1));
    let lease = poll(journal.create(new)).unwrap().unwrap();
    poll(journal.cancel("run")).unwrap().unwrap();
    let fuse = Arc::new(Fuse::new(|| {}));
    let api = Api { fuse, sent: Mutex::default() };
    let durability = Durability::new(journal as Arc<dyn Journal>, lease);
    let clock = SkippingClock::at(Timestamp(1));
    let mut events = 0;
    let error = poll(drive_journalled(&mut run, &api, &clock, &durability, &mut |_| events += 1));
    assert_eq!(error.unwrap().unwrap_err().to_string(), "the run `run` was cancelled");
    assert_eq!((api.sent.lock().unwrap().len(), events), (0, 0));
}
