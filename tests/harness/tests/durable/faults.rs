//! Every write and sync of a program's store, failing in every way: what was done and said is not
//! done or said again, or the engine stops with a reason and lets nothing out.
//!
//! A sample; `OX_FAULTS=all` tries every operation.

use crate::world::{Served, World, program};
use engine::data::Data;
use engine::record::Status;
use engine::{EngineError, Options};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::sim::{Fault, SimDisk, Survival};
use store::{EmbeddedStore, FoldMode, Store};

const PATH: &str = "/run/store.redb";

const FAULTS: [Fault; 5] = [
    Fault::CrashBefore,
    Fault::CrashWithin,
    Fault::CrashAfter,
    Fault::DiskFull,
    Fault::Fails,
];

/// Activities one after the other and at once, letters, timers, a large value, lines.
const TEXT: &str =
    "(def charge (activity \"charge\" {:retry {:max-attempts 3 :delay 10 :jitter 0}}))
    (defn total [sum] (receive [:add n] (total (+ sum n)) [:get from] (send from [:sum sum])))
    (let [w (spawn total 0)]
      (dotimes [n 4]
        (println \"paid\" (charge n))
        (send w [:add n]))
      (let [held (vec (range 3000))]
        (println (all (charge :a) (charge :b) (do (sleep 50) :slept)))
        (println (count held)))
      (send w [:get (self)])
      (println (receive [:sum n] n)))";

fn open(disk: &SimDisk) -> Option<World> {
    // Folded often, so that faults hit that too.
    let options = store::Options {
        fold_bytes: 8 << 10,
        fold: FoldMode::Inline { after: 1 },
        ..store::Options::default()
    };
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options).ok()?;
    let world = World::with(
        Options {
            threads: 0,
            ..Options::default()
        },
        Arc::new(store) as Arc<dyn Store>,
    );
    world.serve(|task| Served::Answer(Data::List(task.args.clone())));
    Some(world)
}

/// How often each request was made, by its key.
fn requests(worlds: [&World; 2]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for world in worlds {
        for task in &world.transport.told().started {
            *times.entry(task.idempotency_key.clone()).or_insert(0) += 1;
        }
    }
    times
}

#[test]
fn any_failing_write_or_sync_loses_and_repeats_nothing() {
    let program = program(TEXT);
    let disk = SimDisk::new();
    let whole = open(&disk).expect("a new store opens");
    whole.start(&program);
    whole.run();
    let expected = whole.stdout();
    assert_eq!(
        whole.standing().status,
        Status::Done,
        "{}",
        whole.standing().report
    );
    let keys = requests([&whole, &open(&SimDisk::new()).unwrap()]).len();
    assert_eq!(keys, 6);
    let operations = disk.operations();
    let is_all = std::env::var("OX_FAULTS").is_ok_and(|value| value == "all");
    let (mut seed, mut trials, mut stops) = (0u64, 0, 0);
    for number in 1..=operations {
        for (fault_number, fault) in FAULTS.into_iter().enumerate() {
            for (survival_number, survival) in Survival::ALL.into_iter().enumerate() {
                seed += 1;
                let trial = number as usize * 7 + fault_number * 4 + survival_number;
                if !is_all && !trial.is_multiple_of(20) {
                    continue;
                }
                let context = format!("{fault:?} at {number}, {survival:?}");
                let disk = SimDisk::new();
                disk.plan(number, fault, seed);
                let Some(before) = open(&disk) else { continue };
                before.start(&program);
                before.run();
                trials += 1;
                if let Some(error) = before.engine.failure() {
                    stops += 1;
                    assert!(
                        matches!(&error, EngineError::Commit(what) if !what.is_empty()),
                        "{context}: {error}"
                    );
                    let (said, started) = (before.stdout(), before.transport.told().started.len());
                    // It has stopped for good: more turns let nothing out.
                    for _ in 0..100 {
                        before.engine.turn();
                    }
                    assert_eq!(
                        (before.stdout(), before.transport.told().started.len()),
                        (said, started),
                        "{context}"
                    );
                } else {
                    assert_eq!(before.stdout(), expected, "{context}");
                }
                let said = before.stdout();
                disk.power_off();
                let disk = disk.crash_image(survival, seed);
                let after =
                    open(&disk).unwrap_or_else(|| panic!("{context}: the store does not open"));
                let resumed = after
                    .engine
                    .resume()
                    .unwrap_or_else(|error| panic!("{context}: {error}"));
                assert_eq!(after.engine.damaged(), Vec::new(), "{context}");
                if resumed.is_empty() && after.engine.processes().is_empty() {
                    assert_eq!(
                        (said.as_str(), requests([&before, &after]).len()),
                        ("", 0),
                        "{context}"
                    );
                    after.start(&program);
                }
                after.run();
                let standing = after.standing();
                assert_eq!(
                    standing.status,
                    Status::Done,
                    "{context}: {}",
                    standing.report
                );
                let rest = after.stdout();
                assert!(expected.starts_with(&said), "{context}: {said:?}");
                assert!(expected.ends_with(&rest), "{context}: {rest:?}");
                let repeated = (said.len() + rest.len()).checked_sub(expected.len());
                let repeated = repeated
                    .unwrap_or_else(|| panic!("{context}: lost between {said:?} and {rest:?}"));
                assert!(
                    rest[..repeated].lines().count() <= 2,
                    "{context}: {repeated} bytes repeated"
                );
                let times = requests([&before, &after]);
                assert_eq!(
                    times.len(),
                    keys,
                    "{context}: a request under two keys, or none: {times:?}"
                );
                let again = times.values().filter(|&&n| n > 1).count();
                // Two are under way at once at most.
                assert!(
                    again <= 2 && times.values().all(|&n| n <= 2),
                    "{context}: {times:?}"
                );
            }
        }
    }
    println!("{operations} operations, {trials} trials, {stops} stops");
    assert!(trials > 50 && stops > 20, "{trials} trials, {stops} stops");
}
