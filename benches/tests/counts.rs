//! What a run costs in counts, which are the same on every machine: no test asserts a time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../benches/sift/mod.rs"]
mod sift;

use std::sync::Arc;

use arazzo_document::{Document, Workspace};
use arazzo_engine::{Command, EventsWanted, Mode, Plan, Record, Response, Run, RunOptions, Timestamp};
use dhat::{Alloc, HeapStats, Profiler};
use serde_json::Map;

#[global_allocator]
static ALLOCATOR: Alloc = Alloc;

/// A chain of three requests allocates so many blocks at most, its answers included, when warnings only are wanted. The
/// figure is what was measured, with a little to spare.
const MAX_BLOCKS: u64 = 500;

/// The same when all events are wanted.
const MAX_BLOCKS_WITH_EVENTS: u64 = 960;

/// To compile a further step that calls an operation which others call, too, allocates so many blocks at most.
const MAX_BLOCKS_OF_A_STEP: u64 = 72;

/// Before the steps. Nothing reads the bodies of their responses.
const UNREAD: &str = "
arazzo: 1.0.1
info: { title: Unread, version: 1.0.0 }
sourceDescriptions: [{ name: scoreApi, url: score.yml, type: openapi }]
workflows:
- workflowId: screen-account-creation
  steps:
";

/// What was allocated while `work` went on: blocks and bytes. What is left of it in the end is none.
fn allocated<T>(work: impl FnOnce() -> T) -> (u64, u64) {
    let before = HeapStats::get();
    drop(work());
    let after = HeapStats::get();
    assert_eq!(after.curr_blocks, before.curr_blocks, "something is kept");
    (after.total_blocks - before.total_blocks, after.total_bytes - before.total_bytes)
}

// One test, for the allocator counts what all of them do.
#[test]
fn a_run_allocates_no_more_than_it_did_and_reads_no_body_in_vain() {
    let _profiler = Profiler::builder().testing().build();
    let texts = sift::texts().unwrap();
    let plan = sift::compile(&sift::read(&texts).unwrap()).unwrap();
    let inputs = sift::inputs();
    for (wanted, most) in [(EventsWanted::Warnings, MAX_BLOCKS), (EventsWanted::All, MAX_BLOCKS_WITH_EVENTS)]
    {
        let chain = || sift::run(&plan, &inputs, wanted).unwrap();
        // What the plan looks up once.
        chain();
        let (one, _) = allocated(chain);
        assert!(one <= most, "a chain allocates {one} blocks, and {most} are allowed ({wanted:?})");
        let (ten, _) = allocated(|| (0..10).for_each(|_| drop(chain())));
        assert_eq!(ten, 10 * one, "runs cost more as there are more of them");
    }

    let openapi = texts.get(2).unwrap();
    let plan = sift::compile(&unread(openapi, 1)).unwrap();
    let once = |size| allocated(|| answered(&plan, "x".repeat(size).into_bytes())).1;
    once(1);
    let (small, large) = (once(10_000), once(110_000));
    assert_eq!(large - small, 100_000, "a body that nothing reads is copied or parsed");

    let compiled = |steps| {
        let workspace = unread(openapi, steps);
        // What the workspace looks up once.
        sift::compile(&workspace).unwrap();
        allocated(|| sift::compile(&workspace).unwrap()).0
    };
    let step = (compiled(110) - compiled(10)) / 100;
    assert!(
        step <= MAX_BLOCKS_OF_A_STEP,
        "a step allocates {step} blocks, and {MAX_BLOCKS_OF_A_STEP} are allowed"
    );
}

/// So many steps, each with the same request.
fn unread(openapi: &str, steps: usize) -> Workspace {
    let mut text = UNREAD.to_owned();
    for step in 0..steps {
        text += &format!(
            "  - stepId: s{step}
    operationId: getScore
    parameters: [{{ name: user_id, in: path, value: user-4711 }}]
    successCriteria: [{{ condition: $statusCode == 200 }}]
"
        );
    }
    let document = |name: &str, text: &str| Arc::new(Document::read(name, name, text.to_owned()).0.unwrap());
    let mut workspace = Workspace::new(document("unread.yml", &text), Mode::Tolerant).0.unwrap();
    let wanted = workspace.wanted().unwrap();
    workspace.supply(wanted, document("score.yml", openapi));
    workspace
}

/// One run with this body as JSON that is none, which shows if somebody looks.
fn answered(plan: &Arc<Plan>, body: Vec<u8>) {
    let start = plan.start("run-1", Timestamp(0), Map::new()).unwrap();
    let options = RunOptions { events: EventsWanted::Warnings, ..RunOptions::default() };
    let mut run = Run::new(Arc::clone(plan), start.secrets, options);
    run.apply(start.record).unwrap();
    let Some(Command::Call(call)) = run.commands().first() else { unreachable!("nothing is called") };
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let id = call.id;
    let events = run.apply(Record::Responded {
        at: Timestamp(1),
        id,
        response: Response { status: 200, headers, body },
    });
    assert_eq!(events.unwrap(), []);
    assert!(run.result().is_some());
}
