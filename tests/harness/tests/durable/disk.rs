//! The engine over the embedded store on a disk that loses power.

use crate::world::{World, program};
use engine::record::Status;
use engine::{Engine, Options};
use std::path::Path;
use std::sync::Arc;
use store::sim::{Fault, SimDisk, Survival};
use store::{EmbeddedStore, FoldMode, Store};

const PATH: &str = "/run/store.redb";

fn options() -> store::Options {
    // Folded often, so that crashes hit that too.
    store::Options {
        fold_bytes: 8 << 10,
        fold: FoldMode::Inline { after: 1 },
        ..store::Options::default()
    }
}

fn open(disk: &SimDisk) -> Arc<dyn Store> {
    let disk = Arc::new(disk.clone());
    Arc::new(EmbeddedStore::open_with(disk, Path::new(PATH), options()).expect("the store opens"))
}

fn world(disk: &SimDisk) -> World {
    World::with(
        Options {
            threads: 0,
            ..Options::default()
        },
        open(disk),
    )
}

const TEXT: &str = "(defn worker [total] (receive [:add n] (worker (+ total n)) [:get from] (send from [:total total])))
    (let [w (spawn worker 0)]
      (dotimes [n 6] (send w [:add n]) (sleep 10) (println \"sent\" n))
      (send w [:get (self)])
      (println (receive [:total n] n)))";

fn finished(engine: &Engine) -> bool {
    engine
        .standing(1)
        .is_some_and(|standing| standing.status == Status::Done)
}

#[test]
fn power_lost_at_any_write_or_sync_loses_nothing_that_was_said() {
    let program = program(TEXT);
    let disk = SimDisk::new();
    let whole = world(&disk);
    whole.start(&program);
    whole.run();
    let expected = whole.stdout();
    assert!(finished(&whole.engine));
    let operations = disk.operations();
    assert!(operations > 40, "only {operations} operations");
    drop(whole);
    let mut seed = 1;
    for number in (1..=operations).step_by(3) {
        for survival in Survival::ALL {
            seed += 1;
            let disk = SimDisk::new();
            let fault =
                [Fault::CrashBefore, Fault::CrashWithin, Fault::CrashAfter][(seed % 3) as usize];
            disk.plan(number, fault, seed);
            let said = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options())
                .map_or(String::new(), |store| {
                    let before = World::with(
                        Options {
                            threads: 0,
                            ..Options::default()
                        },
                        Arc::new(store),
                    );
                    before.start(&program);
                    before.run();
                    before.stdout()
                });
            disk.power_off();
            let disk = disk.crash_image(survival, seed);
            let after = world(&disk);
            let resumed = after.engine.resume().expect("the store can be resumed");
            if resumed.is_empty() && after.engine.processes().is_empty() {
                assert_eq!(said, "", "{number} {survival:?}: what was said is durable");
                after.start(&program);
            }
            after.run();
            assert!(finished(&after.engine), "{number} {survival:?}");
            let rest = after.stdout();
            assert!(
                expected.starts_with(&said),
                "{number} {survival:?}: {said:?}"
            );
            assert!(expected.ends_with(&rest), "{number} {survival:?}: {rest:?}");
            assert!(
                said.len() + rest.len() >= expected.len(),
                "{number} {survival:?}: {said:?} then {rest:?}"
            );
        }
    }
}
